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
from .plan import Product
from .program import Program, Shared, of_leaves
from .recording import record
from .tape import Constant, Parameter, Tape
from .updates import Formula, Update, formula, on_arrays
from .vector_width import PADDING

Plan = Sequence[tuple[int, Sequence[Update]]]


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
        self._loops: dict[tuple[Formula, ...], Kernels] = {}
        self._held: tuple[Any, Any] | None = None  # numbers and gradients of the leaves, while they are held

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the parameters out of their Values from call to call: they are written back at the end of the context.

        Many calls then take no longer than one. The Values must not be changed meanwhile.
        """
        self._held = self._read()
        try:
            yield
        finally:
            numbers, gradients = self._held
            self._held = None
            self._write(numbers, gradients)

    def train(self, batches: Sequence[Any], updates: Plan, slots: Sequence[Any]) -> Trained:
        """Take one step for each of `batches`.

        Parameters
        ----------
        batches
            The numbers of the lanes of each batch.
        updates
            Pairs ``(count, rules)``: for the next `count` steps, ``rules[g]`` is the update of group g, a function
            ``update(w, g, *slots) -> (w, *slots)`` that uses ``+ - * / **`` only. The numbers in it may be arrays with one
            number per step.
        slots
            For each group what its update remembers: an array with one row per slot and one column per parameter,
            changed in place.

        Raises
        ------
        ValueError
            If there are not as many updates as batches, or slots do not fit the groups, or a batch is empty or has a
            lane that does not exist.
        """
        if sum(count for count, _ in updates) != len(batches):
            raise ValueError(
                f"Trainer: {len(batches)} batches need as many updates, got {sum(count for count, _ in updates)}"
            )
        return self._run(batches, updates, slots)

    def gradients(self, batch: Any) -> Trained:
        """The objective of one batch and its gradients, without a step: no parameter changes, their `grad` does."""
        return self._run([batch], None, [])

    def _run(self, batches: Sequence[Any], updates: Plan | None, slots: Sequence[Any]) -> Trained:
        import numpy as np

        order, ends = self._order(batches)
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
        """The numbers of the leaves, and room for their gradients."""
        import numpy as np

        return np.array([leaf._data for leaf in self.leaves]), np.zeros(len(self.leaves))

    def _write(self, numbers: Any, gradients: Any) -> None:
        """Give the trained leaves their numbers and gradients."""
        pairs = zip(self.trained, numbers.tolist(), gradients.tolist(), strict=False)  # other leaves come behind them
        for value, number, gradient in pairs:  # floats: nothing to check
            value._data = number
            value._grad = gradient

    # The arguments ----------------------------------------------------------------------------------------

    def _order(self, batches: Sequence[Any]) -> tuple[Any, Any]:
        """All lanes in order, and where each batch ends."""
        import numpy as np

        sizes = [len(batch) for batch in batches]
        if 0 in sizes or not sizes:
            raise ValueError(f"Trainer: batch {sizes.index(0) if sizes else 0} is empty")
        order = np.concatenate([np.asarray(batch, dtype=np.int64) for batch in batches])
        count = len(self.examples)
        if order.min() < 0 or order.max() >= count:
            bad = next(int(lane) for lane in order if not 0 <= lane < count)
            raise ValueError(f"Trainer: there are {count} lanes, numbered from 0; a batch has lane {bad}")
        return order, np.cumsum(sizes)

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

    def _schedule(self, updates: Plan | None, slots: int, steps: int) -> tuple[tuple[Formula, ...], Any, Any]:
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
        main, shared = self.program.plan, self.shared.plan
        rows = rows_of(main, shared)
        if formulas not in self._loops:
            text = training_template.source(kernels_for(rows).name, formulas)
            self._loops[formulas] = Kernels.of("training", text, training_template.SIGNATURES)
            self._arguments = [_arguments(self.program, rows, False), _arguments(self.shared, rows, True)]
        to, source = self.program.from_parameters
        wires = (_runs(to, self.numbers[source]), _runs(*self.program.from_hoisted))
        columns = PADDING if any(isinstance(step, Product) for step in shared.steps) else 1
        sizes = (main.inputs, main.registers, lanes_per_block(main), shared.registers, columns, int(stepping))
        return int(self._loops[formulas]["train"](
            *self._arguments, sizes, wires, self.shared_numbers, self.examples, order, ends, leaves, gradients,
            slots, self.bounds, chosen, constants, self.share, results.losses, results.penalties, results.outputs,
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


def _arguments(program: Program, rows: Sequence[Any], inputs: bool) -> tuple[Any, ...]:
    """A program as the generated loop takes it, with the adjoints of its `inputs` or without."""
    steps, index, outputs, _, broadcast = encode(program.plan, rows, input_adjoints=inputs)
    return steps, index, outputs, broadcast, program.constants.copy()


def _runs(to: Any, source: Any) -> Any:
    """The pairs of two arrays as lines (to, source, count), one for neighbours that go to neighbours."""
    import numpy as np

    if not len(to):
        return np.zeros((0, 3), dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(to) != 1) | (np.diff(source) != 1)]))
    counts = np.diff(np.append(starts, len(to)))
    return np.ascontiguousarray(np.stack([to[starts], source[starts], counts], axis=1), dtype=np.int64)


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
