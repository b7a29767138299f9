"""`jit`: a scalar function, recorded once on one example and replayed over arrays of lanes."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..containers import describe, is_number, leaves, rebuild
from ..functional import hvp
from ..lifting import number
from ..linearization import Linearization
from ..value import Value
from .lanes import Lanes
from .program import Program
from .recording import record
from .tape import Tape

MAX_PROGRAMS = 64
"""In how many ways a function may come through its branches before compiling it is given up."""


class BranchError(RuntimeError):
    """A function took too many different ways through its branches to be compiled."""


class Gradients(NamedTuple):
    """The gradients of a compiled function.

    `inputs` has one entry per argument, of its form, with one number per lane; `parameters` has one number per
    captured leaf, in the order of `Compiled.parameters`, summed over the lanes.
    """

    inputs: Any
    parameters: Any


class _Recorded:
    """What was recorded for arguments of one form: what the function returned, and a program for each way through it."""

    def __init__(self) -> None:
        self.returned: Any = None
        self.programs: list[Program] = []


class _Sweep:
    """The results of one call while its lanes are computed, program by program."""

    def __init__(self, lanes: Lanes, seeds: Any) -> None:
        self.lanes, self.seeds = lanes, seeds
        self.outputs: Any = None
        self.inputs: Any = None
        self.parameters: dict[Value, float] = {}

    def put(self, where: Any, outputs: Any, inputs: Any) -> None:
        """Enter the results of the lanes `where`."""
        import numpy as np

        if self.outputs is None:
            self.outputs = np.empty((len(outputs), self.lanes.count))
            self.inputs = np.zeros_like(self.lanes.rows)
        self.outputs[:, where] = outputs
        if inputs is not None:
            self.inputs[:, where] = inputs

    def add(self, parameters: Sequence[Value], gradients: Any) -> None:
        """Add to the gradients of parameters."""
        for value, gradient in zip(parameters, gradients, strict=True):
            self.parameters[value] = self.parameters.get(value, 0.0) + float(gradient)


class Compiled:
    """A compiled function (see `jit`): call it like the original, with numbers or with arrays of lanes.

    Attributes
    ----------
    parameters
        The captured leaf Values found so far, in the order in which they were found. Their `data` is read at every call.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self.function = f
        self.__name__ = getattr(f, "__name__", type(f).__name__)
        self.__doc__ = f.__doc__
        self.parameters: list[Value] = []
        self._known: set[Value] = set()
        self._recorded: dict[tuple[str, ...], _Recorded] = {}
        self._latest: Program | None = None
        self._hessian_product: Compiled | None = None
        self._lock = threading.RLock()

    def __call__(self, *inputs: Any) -> Any:
        """What the function returns: numbers for numbers, arrays with one number per lane for arrays."""
        lanes = Lanes(inputs)
        return self._like_returned(lanes, self._run(lanes, None).outputs)

    def value_and_grad(self, *inputs: Any) -> tuple[Any, Gradients]:
        """The values in all lanes and their gradients.

        Raises
        ------
        TypeError
            If the function returns anything but one number.
        """
        import numpy as np

        lanes = Lanes(inputs)
        returned = self._prepared(lanes).returned
        if not (isinstance(returned, Value) or is_number(returned)):
            raise TypeError(f"value_and_grad of {self.__name__}: it must return one number, not {describe(returned)}")
        sweep = self._run(lanes, np.ones((1, lanes.count)))
        parameters = np.array([sweep.parameters.get(value, 0.0) for value in self.parameters])
        gradients = Gradients(tuple(lanes.like_arguments(sweep.inputs)), parameters)
        return self._like_returned(lanes, sweep.outputs), gradients

    def jacobian(self, *inputs: Any) -> Any:
        """For every number that the function returns its derivatives by the arguments, a tuple of their forms."""
        import numpy as np

        lanes = Lanes(inputs)
        returned = self._prepared(lanes).returned
        count = len(list(leaves(returned)))
        rows = []
        for i in range(count):
            seeds = np.zeros((count, lanes.count))
            seeds[i] = 1.0
            rows.append(tuple(lanes.like_arguments(self._run(lanes, seeds).inputs)))
        return rebuild(returned, iter(rows))

    def hvp(self, inputs: Sequence[Any], vectors: Sequence[Any]) -> Any:
        """The Hessian with respect to all `inputs`, times `vectors`, in every lane: a list of the form of `inputs`."""
        if self._hessian_product is None:
            self._hessian_product = jit(hvp(lambda arguments: self.function(*arguments)))
        return self._hessian_product(list(inputs), list(vectors))

    @property
    def tape(self) -> Tape:
        """The tape of the program that was recorded last, after all passes."""
        return self.program.tape

    @property
    def program(self) -> Program:
        """The program that was recorded last."""
        if self._latest is None:
            raise RuntimeError(f"{self.__name__} has not been recorded yet: call it once")
        return self._latest

    def _like_returned(self, lanes: Lanes, outputs: Any) -> Any:
        """The rows `outputs` in the form of what the function returned."""
        rows = [float(row[0]) for row in outputs] if lanes.single else list(outputs)
        return rebuild(self._recorded[lanes.form].returned, iter(rows))

    # Recording --------------------------------------------------------------------------------------------

    def _prepared(self, lanes: Lanes) -> _Recorded:
        """What is recorded for arguments of this form; at the first call, the way of the first lane."""
        with self._lock:
            recorded = self._recorded.setdefault(lanes.form, _Recorded())
            if not recorded.programs:
                self._record(lanes, 0)
            return recorded

    def _record(self, lanes: Lanes, lane: int) -> None:
        """Record the way that one lane takes."""
        tape, returned = record(self.function, lanes.example(lane))
        program = Program(tape)
        with self._lock:
            recorded = self._recorded[lanes.form]
            recorded.returned = returned
            recorded.programs.append(program)
            self._latest = program
            fresh = [value for value in program.parameters if value not in self._known]
            self._known.update(fresh)
            self.parameters += fresh

    # Running ----------------------------------------------------------------------------------------------

    def _run(self, lanes: Lanes, seeds: Any) -> _Sweep:
        """All lanes, each by a program whose guards hold for it; with `seeds`, gradients too.

        A lane for which no guards hold is recorded, and so gets a program of its own.
        """
        import numpy as np

        recorded = self._prepared(lanes)
        sweep = _Sweep(lanes, seeds)
        waiting = np.arange(lanes.count)
        tried = 0
        while True:
            for program in recorded.programs[tried:]:
                waiting = self._run_program(program, sweep, waiting)
                tried += 1
                if not len(waiting):
                    return sweep
            if tried >= MAX_PROGRAMS:
                raise BranchError(
                    f"{self.__name__} went {tried} different ways through its branches, and {len(waiting)} lanes need "
                    "more: write where(condition, a, b) in place of if, or call the function itself"
                )
            self._record(lanes, waiting[0])
            if len(self._run_program(recorded.programs[-1], sweep, waiting[:1])):
                self._run_eagerly(sweep, waiting[0])  # a comparison so close that rounding decides it
            waiting = waiting[1:]

    def _run_program(self, program: Program, sweep: _Sweep, waiting: Any) -> Any:
        """Run the lanes `waiting` that keep the guards of `program`; the others are returned."""
        import numpy as np

        lanes, seeds = sweep.lanes, sweep.seeds
        numbers = np.array([value.data for value in program.parameters])
        rejected = waiting[:0]
        if program.tape.guards:
            seen = program.run(numbers, lanes.rows[:, waiting])[1] != 0.0
            fits = (seen == [[guard.outcome] for guard in program.tape.guards]).all(axis=0)
            waiting, rejected = waiting[fits], waiting[~fits]
        whole = len(waiting) == lanes.count  # then all rows are taken as they are
        while len(waiting):
            rows = lanes.rows if whole else lanes.rows[:, waiting]
            lane_seeds = seeds if seeds is None or whole else seeds[:, waiting]
            outputs, _, inputs, gradients = program.run(numbers, rows, lane_seeds)
            finite = np.isfinite(outputs).all(axis=0)
            if seeds is not None:
                finite &= np.isfinite(inputs).all(axis=0)
                if finite.all() and not np.isfinite(gradients).all():
                    finite[:] = False  # which lane it comes from shows in none of its own results
            if finite.all():
                sweep.put(slice(None) if whole else waiting, outputs, inputs)
                if seeds is not None:
                    sweep.add(program.parameters, gradients)
                break
            for lane in waiting[~finite]:
                self._run_eagerly(sweep, lane)
            waiting, whole = waiting[finite], False
        return rejected

    def _run_eagerly(self, sweep: _Sweep, lane: int) -> None:
        """One lane by the function itself, which raises what it raises: what is not finite is explained this way."""
        import numpy as np

        args = sweep.lanes.example(lane)
        inputs = [Value(x) for arg in args for _, x in leaves(arg)]
        fresh = iter(inputs)
        returned = self.function(*[rebuild(arg, fresh) for arg in args])
        outputs = [number("jit: the result", y) for _, y in leaves(returned)]
        data = np.array([[y.data if isinstance(y, Value) else y] for y in outputs])
        gradients = None
        if sweep.seeds is not None:
            linearization = Linearization([*inputs, *self.parameters], outputs, in_values=False)
            total = np.zeros(len(inputs) + len(self.parameters))
            for output, seed in zip(outputs, sweep.seeds[:, lane], strict=True):
                if seed:
                    total += seed * np.array(linearization.pull(output))
            gradients = total[: len(inputs), None]
            sweep.add(self.parameters, total[len(inputs) :])
        sweep.put(np.array([lane]), data, gradients)


def jit(f: Callable[..., Any]) -> Compiled:
    """Compile a scalar function: record it once on one example, then replay it over whole arrays as native code.

    The numbers that `f` takes become lanes: call the compiled function with arrays, and it computes all lanes at once.
    Leaf Values that `f` captures are parameters, read anew at every call; numbers are constants. A comparison gives a
    condition: ``where(condition, a, b)`` selects lane by lane, and a Python branch is a guard: lanes that would take
    another branch are recorded and computed separately, so the result is always that of `f`.

    What is not finite in a lane is computed again by `f` itself, so errors are the same as without `jit`.

    Parameters
    ----------
    f
        A function of numbers, or of lists, tuples and dicts of numbers, that computes with Values and the functions of
        this package. It must do the same whenever it is called with the same numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core import Value, jit, tanh
    >>> w = Value(0.5)
    >>> f = jit(lambda x: tanh(w * x))
    >>> f(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.4621]
    >>> values, gradients = f.value_and_grad(np.array([0.0, 1.0]))
    >>> gradients.inputs[0].round(4).tolist(), gradients.parameters.round(4).tolist()
    ([0.5, 0.3932], [0.7864])
    """
    return Compiled(f)
