"""`jit`: a scalar function, recorded once on one example and replayed over arrays of lanes."""

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..containers import describe, is_number, leaves, rebuild
from ..functional import hvp
from ..lifting import number
from ..linearization import Linearization
from ..value import Value
from .collector import collector_paused
from .lanes import Lanes
from .program import Program, choose_executor
from .recording import record
from .straight_line import source_of
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
    """The results of one call while its lanes are computed, program by program; `seeds` is one column, or None."""

    def __init__(self, lanes: Lanes, seeds: Any) -> None:
        self.lanes, self.seeds = lanes, seeds
        self.outputs: Any = None
        self.inputs: Any = None
        self.parameters: list[tuple[Any, Any]] = []  # places among the parameters, and what to add there

    def make_room(self, outputs: int) -> None:
        """For the results of lanes that are entered part by part."""
        import numpy as np

        self.outputs = np.empty((outputs, self.lanes.count))
        self.inputs = np.zeros_like(self.lanes.rows)

    def put(self, where: Any, outputs: Any, inputs: Any) -> None:
        """Enter the results of the lanes `where`; of all lanes, if None."""
        if where is None:
            self.outputs, self.inputs = outputs, inputs
            return
        if self.outputs is None:
            self.make_room(len(outputs))
        self.outputs[:, where] = outputs
        if inputs is not None:
            self.inputs[:, where] = inputs

    def add(self, places: Any, gradients: Any) -> None:
        """Add to the gradients of the parameters at `places`."""
        self.parameters.append((places, gradients))

    def gradients(self, count: int) -> Any:
        """The gradients of `count` parameters."""
        import numpy as np

        if len(self.parameters) == 1 and self.parameters[0][0] == slice(0, count):
            return self.parameters[0][1]
        total = np.zeros(count)
        with np.errstate(all="ignore"):
            for places, gradients in self.parameters:
                total[places] += gradients
        return total


@functools.cache
def _one() -> Any:
    """The seed of a single output."""
    import numpy as np

    return np.ones((1, 1))


class Compiled:
    """A compiled function (see `jit`): call it like the original, with numbers or with arrays of lanes.

    Attributes
    ----------
    parameters
        The captured leaf Values found so far, in the order in which they were found. Their `data` is read at every call.
    """

    def __init__(self, f: Callable[..., Any], threads: int = 2) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, got {describe(f)}")
        if type(threads) is not int or threads < 1:
            raise ValueError(f"jit: threads must be 1, 2, ..., got {threads!r}")
        self.function, self.threads = f, threads
        self.__name__ = getattr(f, "__name__", type(f).__name__)
        self.__doc__ = f.__doc__
        self.parameters: list[Value] = []
        self._places: dict[Value, int] = {}  # where each of them is in `parameters`
        self._at: dict[Program, Any] = {}  # for each program the places of its parameters
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
        lanes = Lanes(inputs)
        returned = self._prepared(lanes).returned
        if not (isinstance(returned, Value) or is_number(returned)):
            raise TypeError(f"value_and_grad of {self.__name__}: it must return one number, not {describe(returned)}")
        sweep = self._run(lanes, _one())
        parameters = sweep.gradients(len(self.parameters))
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
            seeds = np.zeros((count, 1))
            seeds[i] = 1.0
            rows.append(tuple(lanes.like_arguments(self._run(lanes, seeds).inputs)))
        return rebuild(returned, iter(rows))

    def hvp(self, inputs: Sequence[Any], vectors: Sequence[Any]) -> Any:
        """The Hessian with respect to all `inputs`, times `vectors`, in every lane: a list of the form of `inputs`."""
        import numpy as np

        with self._lock:
            if self._hessian_product is None:
                self._hessian_product = jit(hvp(lambda arguments: self.function(*arguments)), self.threads)
        lanes = Lanes([list(inputs), list(vectors)])
        products = self._hessian_product._run(lanes, None).outputs
        return lanes.like_arguments(np.concatenate([products, products]))[0]

    @property
    def tape(self) -> Tape:
        """The tape of the program that was recorded last, after all passes."""
        return self.program.tape

    @property
    def recorded(self) -> Tape:
        """The tape as it was recorded, before all passes."""
        return self.program.recorded

    @property
    def source(self) -> str:
        """The program that was recorded last as straight-line Python, forward and adjoint (see `straight_line`)."""
        return source_of(self.tape)

    @property
    def program(self) -> Program:
        """The program that was recorded last."""
        if self._latest is None:
            raise RuntimeError(f"{self.__name__} has not been recorded yet: call it once")
        return self._latest

    def to_jax(self) -> Callable[..., Any]:
        """The program that was recorded last as a pure JAX function ``g(parameters, *inputs)``.

        It takes the numbers of `parameters` as one vector and the inputs of one lane in the form of the function, and
        returns what the function returns. ``jax.vmap`` makes it one of many lanes, and ``jax.grad``, ``jax.jit``, other
        devices and JAX's sharding apply. For numbers equal to ours JAX needs 64-bit floats:
        ``jax.config.update("jax_enable_x64", True)``.

        Raises
        ------
        BranchError
            If the function branches on comparisons: JAX would follow the branch of the recorded example everywhere.
        """
        from .jax_export import to_jax

        program = self.program
        _check_no_guards(self.__name__, program)
        run, places = to_jax(program), self._at[program]
        returned = next(r.returned for r in self._recorded.values() if program in r.programs)
        return lambda parameters, *inputs: rebuild(returned, iter(run(parameters, inputs, places)))

    def record(self, *inputs: Any) -> Tape:
        """Record the function for arguments of this form, unless that is done, and run nothing: the tape, after all passes."""
        return self._prepared(Lanes(inputs)).programs[0].tape

    def only_program(self, lanes: Lanes) -> Program:
        """The program for arguments of this form if all lanes take the same way.

        Raises
        ------
        BranchError
            If the function branches on comparisons.
        """
        program = self._prepared(lanes).programs[0]
        _check_no_guards(self.__name__, program)
        return program

    def returned(self, lanes: Lanes) -> Any:
        """What the function returned when it was recorded for arguments of this form."""
        return self._prepared(lanes).returned

    def _like_returned(self, lanes: Lanes, outputs: Any) -> Any:
        """The rows `outputs` in the form of what the function returned."""
        rows = [float(row[0]) for row in outputs] if lanes.single else list(outputs)
        returned = self._recorded[lanes.form].returned
        return rows[0] if isinstance(returned, Value) else rebuild(returned, iter(rows))

    # Recording --------------------------------------------------------------------------------------------

    def _prepared(self, lanes: Lanes) -> _Recorded:
        """What is recorded for arguments of this form; at the first call, the way of the first lane."""
        recorded = self._recorded.get(lanes.form)
        if recorded is None or not recorded.programs:
            with self._lock:
                recorded = self._recorded.setdefault(lanes.form, _Recorded())
                if not recorded.programs:  # no other thread was faster
                    self._record(lanes, 0)
        return recorded

    def _record(self, lanes: Lanes, lane: int) -> None:
        """Record the way that one lane takes."""
        import numpy as np

        if not lanes.count:
            raise ValueError(f"{self.__name__} is recorded on its first call, which needs at least one lane; got none")
        with collector_paused():
            tape, returned = record(self.function, lanes.example(lane))
            program = Program(tape, lambda plan: choose_executor(plan, self.threads))
        with self._lock:
            recorded = self._recorded[lanes.form]
            for value in program.parameters:
                if value not in self._places:
                    self._places[value] = len(self.parameters)
                    self.parameters.append(value)
            places = [self._places[value] for value in program.parameters]
            whole = slice(0, len(places)) if places == [*range(len(places))] else None
            self._at[program] = whole or np.array(places, dtype=np.int64)
            self._latest = program
            recorded.returned = returned
            recorded.programs.append(program)

    # Running ----------------------------------------------------------------------------------------------

    def _run(self, lanes: Lanes, seeds: Any) -> _Sweep:
        """All lanes, each by a program whose guards hold for it; with `seeds`, gradients too.

        A lane for which no guards hold is recorded, and so gets a program of its own.
        """
        import numpy as np

        recorded, sweep = self._prepared(lanes), _Sweep(lanes, seeds)
        if not lanes.count:
            sweep.make_room(len(recorded.programs[0].tape.outputs))
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
        numbers = program.numbers()
        rejected = waiting[:0]
        if program.tape.guards:
            seen = program.run(numbers, lanes.rows[:, waiting])[1] != 0.0
            fits = (seen == [[guard.outcome] for guard in program.tape.guards]).all(axis=0)
            waiting, rejected = waiting[fits], waiting[~fits]
        while len(waiting):
            whole = len(waiting) == lanes.count  # then all rows are taken as they are
            results = program.results(numbers, lanes.rows if whole else lanes.rows[:, waiting], seeds)
            if results.finite:
                sweep.put(None if whole else waiting, results.outputs, results.inputs)
                if seeds is not None:
                    sweep.add(self._at[program], results.parameters)
                break
            finite = np.isfinite(results.outputs).all(axis=0)
            if seeds is not None:
                finite &= np.isfinite(results.inputs).all(axis=0)
            if finite.all():  # it shows in the gradients of parameters alone, not in any lane
                finite[:] = False
            for lane in waiting[~finite]:
                self._run_eagerly(sweep, lane)
            waiting = waiting[finite]
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
            parameters = self.parameters[:]  # another thread may find more
            linearization = Linearization([*inputs, *parameters], outputs, in_values=False)
            total = np.zeros(len(inputs) + len(parameters))
            with np.errstate(all="ignore"):
                for output, seed in zip(outputs, sweep.seeds[:, 0].tolist(), strict=True):
                    if seed:
                        total += [seed * x for x in linearization.pull(output)]
            gradients = total[: len(inputs), None]
            sweep.add(slice(0, len(parameters)), total[len(inputs) :])
        sweep.put(np.array([lane]), data, gradients)


def _check_no_guards(name: str, program: Program) -> None:
    if program.tape.guards:
        raise BranchError(
            f"{name} branches on a comparison of Values, which may come out differently from lane to lane: "
            "write where(condition, a, b)"
        )


def jit(f: Callable[..., Any], threads: int = 2) -> Compiled:
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
    threads
        How many threads may share the lanes of a call, where that pays. The results do not depend on it.

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
    return Compiled(f, threads)
