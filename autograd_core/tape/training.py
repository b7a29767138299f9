"""`Trainer`: gradient descent on a compiled function, many steps at a time without Python in between."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..containers import describe, is_number
from ..value import Value
from . import training_template
from .compiled import BranchError, Compiled
from .kernel_cache import Kernels
from .lanes import Lanes
from .native import encode, kernels_for, lanes_per_block, rows_of
from .placement import placed, runs
from .plan import Plan, Product
from .program import Program, Shared, of_leaves
from .recording import record
from .tape import Constant, Parameter, Tape
from .updates import Formula, Update, formula, on_arrays
from .vector_width import PADDING

Updates = Sequence[tuple[int, Sequence[Update]]]


class Trained(NamedTuple):
    """What `Trainer.train` did.

    Attributes
    ----------
    steps
        How many steps were taken. Fewer than there are batches: in the next one the loss, the penalty or a gradient
        was not finite, and the parameters are as before it.
    losses, penalties
        For every batch, the last one tried included, the mean of the first number that the function returns, and the
        penalty times its share; both before the step.
    outputs
        The other numbers that the function returns, one row each, in all lanes in the order of the batches.
    """

    steps: int
    losses: Any
    penalties: Any
    outputs: Any


class Trainer:
    """Minimises the mean of a compiled function over lanes, plus a penalty on its parameters.

    The objective of a batch of B lanes is ``(1/B) Σ f(lane) + share · penalty``, where `f` stands for the first number
    that the function returns. The parameters are read from their Values at the start of each call, and written back, with
    the gradients of the last batch, at its end.

    Parameters
    ----------
    compiled
        What `jit` gave. It must not branch on comparisons (`where` is fine).
    inputs
        Its arguments for all lanes, of which the batches are taken.
    groups
        The parameters that are trained, in groups: leaf Values. Others that the function captures stay as they are.
    penalty
        A function of nothing, of the parameters alone.
    share
        The factor of the penalty.

    Raises
    ------
    BranchError
        If the function or the penalty branches.
    TypeError
        If they do not return a number (first), or a group holds anything but leaf Values.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core import Trainer, Value, jit
    >>> w = Value(0.0)
    >>> error = jit(lambda x, y: (w * x - y) ** 2)
    >>> trainer = Trainer(error, (np.array([1.0, 2.0]), np.array([3.0, 6.0])), [[w]])
    >>> result = trainer.train([[0, 1]] * 50, [(50, [lambda w, g: (w - 0.1 * g,)])], [np.zeros((0, 1))])
    >>> result.steps, round(w.data, 6)
    (50, 3.0)
    """

    def __init__(
        self,
        compiled: Compiled,
        inputs: Sequence[Any],
        groups: Sequence[Sequence[Value]],
        penalty: Callable[[], Any] | None = None,
        share: float = 1.0,
    ) -> None:
        import numpy as np

        lanes = Lanes(inputs)
        self.program = compiled.only_program(lanes)
        first = _first(compiled.returned(lanes))
        if not (isinstance(first, Value) or is_number(first)):
            raise TypeError(f"Trainer: the function must return a number first, not {describe(first)}")
        self.examples, self.share = np.ascontiguousarray(lanes.rows.T), float(share)
        self.trained = [value for group in groups for value in group]
        _check(self.trained)
        ends = np.cumsum([len(group) for group in groups])
        self.bounds = np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1).astype(np.int64)
        costs = _penalty(penalty)
        captured = [*self.program.parameters, *_parameters(costs)]
        self.leaves = list(dict.fromkeys([*self.trained, *captured]))
        number_of = {leaf: i for i, leaf in enumerate(self.leaves)}
        self.numbers = np.array([number_of[value] for value in self.program.parameters], dtype=np.int64)
        parts = [(costs, costs.outputs)]
        if self.program.computed:
            parts.insert(0, (self.program.tape, self.program.computed))
        else:
            captured = _parameters(costs)
        alone = list(dict.fromkeys(captured))  # what the part that depends on parameters alone may read
        self.shared = Program(of_leaves(alone, parts))
        self.shared_numbers = np.array([number_of[value] for value in alone], dtype=np.int64)
        to, source = self.program.from_parameters
        leaf_of = np.full(len(self.program.constants), -1)
        leaf_of[to] = self.numbers[source]
        self.placement = placed(self.program.plan, leaf_of, len(self.leaves))
        _, places, in_place = self.placement
        self._constants = self.program.constants[~in_place]
        to = to[~in_place[to]]
        computed, column = self.program.from_hoisted
        self._wires = runs(places[to], leaf_of[to]), runs(places[computed], column)
        self._loops: dict[tuple[Formula, ...], Kernels] = {}
        self._held: tuple[Any, Any] | None = None  # numbers and gradients of the leaves, while they are held

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the parameters out of their Values from call to call: they are written back at the end of the context.

        Many calls then take no longer than one. The Values must not be changed meanwhile.
        """
        numbers, gradients = self._read()
        gradients[: len(self.leaves)] = [leaf._grad for leaf in self.leaves]  # they stay if there is no call
        self._held = numbers, gradients
        try:
            yield
        finally:
            self._held = None
            self._write(numbers, gradients)

    def train(self, batches: Sequence[Any], updates: Updates, slots: Sequence[Any], ends: Any = None) -> Trained:
        """Take one step for each of `batches`.

        Parameters
        ----------
        batches
            The numbers of the lanes of each batch; with `ends`, of all batches, one after the other.
        updates
            Pairs ``(count, rules)``: for the next `count` steps, ``rules[g]`` is the update of group g, a function
            ``update(w, g, *slots) -> (w, *slots)`` that uses ``+ - * / **`` only. The numbers in it may be arrays with one
            number per step.
        slots
            For each group what its update remembers: an array with one row per slot and one column per parameter,
            changed in place.
        ends
            How many lanes each batch and those before it have, if `batches` does not tell them apart.

        Raises
        ------
        ValueError
            If there are not as many updates as batches, or slots do not fit the groups, or a batch is empty or has a
            lane that does not exist.
        """
        order, ends = _order(batches) if ends is None else (_integers(batches), _integers(ends))
        count = sum(count for count, _ in updates)
        if count != len(ends):
            raise ValueError(f"Trainer: {len(ends)} batches need as many updates, got {count}")
        return self._run(order, ends, updates, slots)

    def gradients(self, batch: Any) -> Trained:
        """The objective of one batch and its gradients, without a step: no parameter changes, their `grad` does."""
        return self._run(*_order([batch]), None, [])

    def _run(self, order: Any, ends: Any, updates: Updates | None, slots: Sequence[Any]) -> Trained:
        import numpy as np

        self._check_batches(order, ends)
        leaves, gradients = self._held or self._read()
        store = self._joined(slots) if updates is not None else np.zeros((0, len(self.trained)))
        formulas, chosen, constants = self._schedule(updates, len(store), len(ends))
        results = Trained(0, np.zeros(len(ends)), np.zeros(len(ends)),
                          np.zeros((len(self.program.plan.outputs) - 1, len(order))))  # fmt: skip
        native = isinstance(self.program.executor, Shared) and isinstance(self.shared.executor, Shared)
        run = self._run_compiled if native else self._run_on_arrays
        with np.errstate(all="ignore"):  # what is not finite is looked at
            steps = run(
                formulas, chosen, constants, order, ends, leaves, gradients, store, results, updates is not None
            )
        tried = min(steps + 1, len(ends))
        if self._held is None:
            self._write(leaves, gradients)
        if updates is None:
            steps = 0
        for (first, last), array in zip(self.bounds, slots, strict=False):  # no slots without steps
            array[:] = store[: len(array), first:last]
        return Trained(steps, results.losses[:tried], results.penalties[:tried], results.outputs[:, : ends[tried - 1]])

    def _read(self) -> tuple[Any, Any]:
        """The numbers of the leaves, behind them those that are not in place (see `Placement`); room for gradients."""
        import numpy as np

        numbers = np.concatenate([[leaf._data for leaf in self.leaves], self._constants])
        return numbers, np.zeros(len(numbers))

    def _write(self, numbers: Any, gradients: Any) -> None:
        """Give the trained leaves their numbers and gradients."""
        count = len(self.trained)  # other leaves come behind them
        pairs = zip(self.trained, numbers[:count].tolist(), gradients[:count].tolist(), strict=True)
        for value, number, gradient in pairs:  # floats: nothing to check
            value._data = number
            value._grad = gradient

    # The arguments ----------------------------------------------------------------------------------------

    def _check_batches(self, order: Any, ends: Any) -> None:
        """Batches with as many lanes as they say, all of which exist."""
        import numpy as np

        sizes = np.diff(ends, prepend=0)
        if not len(ends) or (sizes <= 0).any():
            raise ValueError(f"Trainer: batch {int((sizes <= 0).argmax()) if len(ends) else 0} is empty")
        if ends[-1] != len(order):
            raise ValueError(f"Trainer: the batches end at {ends[-1]}, but there are {len(order)} lanes in them")
        count = len(self.examples)
        if order.min() < 0 or order.max() >= count:
            bad = next(int(lane) for lane in order if not 0 <= lane < count)
            raise ValueError(f"Trainer: there are {count} lanes, numbered from 0; a batch has lane {bad}")

    def _joined(self, slots: Sequence[Any]) -> Any:
        """The slots of all groups as one array."""
        import numpy as np

        widths = [int(last - first) for first, last in self.bounds]
        shapes = [getattr(array, "shape", None) for array in slots]
        counts = {shape[0] for shape in shapes if shape}
        if len(counts) != 1 or shapes != [(*counts, width) for width in widths]:
            raise ValueError(
                f"Trainer: the slots need an array (slots, parameters) for groups of {widths}, got {shapes}"
            )
        return np.ascontiguousarray(np.concatenate(slots, axis=1), dtype=np.float64)

    def _schedule(self, updates: Updates | None, slots: int, steps: int) -> tuple[tuple[Formula, ...], Any, Any]:
        """The formulas in use, and for every step and group the number of its formula and the constants in it."""
        import numpy as np

        traced = [(count, [formula(rule, slots) for rule in rules]) for count, rules in updates or ()]
        formulas = tuple(dict.fromkeys(found for _, rules in traced for found, _ in rules))
        most = max([found.constants for found in formulas], default=0)
        chosen = np.zeros((steps, len(self.bounds)), dtype=np.int64)
        constants = np.zeros((steps, len(self.bounds), most))
        start = 0
        for count, rules in traced:
            if len(rules) != len(self.bounds):
                raise ValueError(f"Trainer: {len(self.bounds)} groups need as many rules, got {len(rules)}")
            for group, (found, numbers) in enumerate(rules):
                chosen[start : start + count, group] = formulas.index(found)
                for i, number in enumerate(numbers):
                    constants[start : start + count, group, i] = number
            start += count
        return formulas, chosen, constants

    # The two loops ----------------------------------------------------------------------------------------

    def _run_compiled(
        self, formulas: tuple[Formula, ...], chosen: Any, constants: Any, order: Any, ends: Any, leaves: Any,
        gradients: Any, slots: Any, results: Trained, stepping: bool,
    ) -> int:  # fmt: skip
        """All steps by the generated loop."""
        main, shared = self.placement.plan, self.shared.plan
        rows = rows_of(main, shared)
        if formulas not in self._loops:
            text = training_template.source(kernels_for(rows).name, formulas)
            self._loops[formulas] = Kernels.of("training", text, training_template.SIGNATURES)
            self._arguments = [_arguments(main, rows, False), _arguments(shared, rows, True)]
        columns = PADDING if any(isinstance(step, Product) for step in shared.steps) else 1
        sizes = (main.inputs, main.registers, lanes_per_block(main), shared.registers, columns, int(stepping))
        return int(self._loops[formulas]["train"](
            *self._arguments, self.shared.constants, sizes, self._wires, self.shared_numbers, self.examples, order, ends,
            leaves, gradients, slots, self.bounds, chosen, constants, self.share,
            results.losses, results.penalties, results.outputs,
        ))  # fmt: skip

    def _run_on_arrays(
        self, formulas: tuple[Formula, ...], chosen: Any, constants: Any, order: Any, ends: Any, leaves: Any,
        gradients: Any, slots: Any, results: Trained, stepping: bool,
    ) -> int:  # fmt: skip
        """The same, step by step on NumPy."""
        import numpy as np

        functions = [on_arrays(found) for found in formulas]
        start = 0
        for k, stop in enumerate(ends):
            rows = self.examples[order[start:stop]].T
            seeds = np.zeros((1 + len(results.outputs), stop - start))
            seeds[0] = 1.0 / (stop - start)
            outputs, _, _, found = self.program.run(leaves[self.numbers], rows, seeds)
            own = np.zeros((len(self.shared.plan.outputs), 1))
            own[-1] = self.share
            penalty, _, d_leaves, _ = self.shared.run(np.zeros(0), leaves[self.shared_numbers, None], own)
            results.losses[k] = outputs[0].sum() / (stop - start)
            results.penalties[k] = self.share * penalty[-1, 0]
            results.outputs[:, start:stop] = outputs[1:]
            gradients[:] = 0.0
            gradients[self.shared_numbers] = d_leaves[:, 0]
            np.add.at(gradients, self.numbers, found)
            trained = gradients[: len(self.trained)]
            if not np.isfinite([results.losses[k], results.penalties[k], *trained]).all():
                return k
            for group, (first, last) in enumerate(self.bounds if stepping else ()):
                part = slice(first, last)
                update = functions[chosen[k, group]]
                new = update(leaves[part], gradients[part], slots[:, part], constants[k, group])
                leaves[part] = new[0]
                for slot, numbers in enumerate(new[1:]):
                    slots[slot, part] = numbers
            start = stop
        return len(ends)


def _order(batches: Sequence[Any]) -> tuple[Any, Any]:
    """The lanes of all batches, and where each batch ends."""
    import numpy as np

    lanes = [np.asarray(batch, dtype=np.int64) for batch in batches]
    return np.concatenate([*lanes, np.zeros(0, np.int64)]), np.cumsum([len(batch) for batch in lanes], dtype=np.int64)


def _integers(numbers: Sequence[int]) -> Any:
    """The array of numbers that the generated loop takes."""
    import numpy as np

    return np.ascontiguousarray(numbers, dtype=np.int64)


def _arguments(plan: Plan, rows: Sequence[Any], inputs: bool) -> tuple[Any, ...]:
    """A plan as the generated loop takes it, with the adjoints of its `inputs` or without."""
    steps, index, outputs, _, broadcast = encode(plan, rows, input_adjoints=inputs)
    return steps, index, outputs, broadcast


def _penalty(penalty: Callable[[], Any] | None) -> Tape:
    """The program of the penalty, with one output."""
    if penalty is None:
        return Tape([Constant(0.0)], [0])
    tape, returned = record(penalty, ())
    if not (isinstance(returned, Value) or is_number(returned)):
        raise TypeError(f"Trainer: the penalty must be one number, not {describe(returned)}")
    if tape.guards:
        raise BranchError("Trainer: the penalty branches on a comparison: write where(condition, a, b)")
    return tape


def _parameters(tape: Tape) -> list[Value]:
    return [entry.value for entry in tape.entries if isinstance(entry, Parameter)]


def _first(returned: Any) -> Any:
    """What `returned` begins with."""
    return returned[0] if isinstance(returned, list | tuple) and returned else returned


def _check(values: Sequence[Any]) -> None:
    for i, value in enumerate(values):
        if not isinstance(value, Value) or value.parents:
            raise TypeError(f"Trainer: parameter {i} is no leaf Value, got {value!r:.60}")
    if not values or len(set(values)) < len(values):
        raise ValueError("Trainer: the groups must hold at least one parameter, and each once")
