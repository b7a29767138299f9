"""One call of a function under differentiation: numbers become fresh Values, and results what the caller can use.

Whether results are floats or Values is decided here, once per call. They are Values if the call happens inside of another
derivative in this thread, or if an argument is a Value: someone may want to differentiate them. The partials of the
linearization are then Values as well. Elsewhere both are floats; in a program that is being recorded, where a float would
be that of one example for good, they are Values without a derivative.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from . import modes
from .containers import describe, is_number, leaves, rebuild
from .linearization import Linearization
from .origin import origin_of
from .primitives import TABLE
from .value import Value, as_float

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class _Calls(threading.local):
    depth = 0


_calls = _Calls()
"""How many functions under differentiation are running in this thread, one inside the other."""


class Call:
    """`f` called once on fresh Values, and its derivative there.

    Parameters
    ----------
    name
        The derivative that is asked for, for errors.
    f, args, kwargs
        The function and its arguments.
    argnums
        The positions of the arguments to differentiate by.
    others
        Further numbers that the result depends on, as the tangents do.
    single
        Whether `f` must return one number.

    Attributes
    ----------
    inputs
        The fresh Values, one for each number in the chosen arguments.
    output, outputs
        What `f` returned, and the numbers and Values in it.
    linearization
        The derivative of `outputs` with respect to `inputs`.
    """

    def __init__(
        self,
        name: str,
        f: Function,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        argnums: Argnums,
        others: Iterable[Any] = (),
        single: bool = False,
    ) -> None:
        self.name = f"{name} of {getattr(f, '__name__', type(f).__name__)}"
        self.argnums = argnums
        positions = self._positions(len(args))
        self.arguments = [args[i] for i in positions]
        given = [number(f"{self.name}: argument {i}{path}", x) for i in positions for path, x in leaves(args[i])]
        self.nested = _calls.depth > 0 or any(isinstance(x, Value) for x in (*given, *others))
        self._linked = self.nested and modes.state.recording  # whether results have derivatives
        connected = self._linked or modes.state.recorder is not None
        self.inputs = [Value(x._data, x.label) if isinstance(x, Value) else Value(x) for x in given]
        lifted, fresh = list(args), iter(self.inputs)
        for i in positions:
            lifted[i] = rebuild(args[i], fresh)
        _calls.depth += 1
        try:
            # f is differentiated whatever surrounds this call; a no_grad inside of f holds
            with nullcontext() if modes.state.recording else modes.recording():
                self.output = f(*lifted, **kwargs)
        finally:
            _calls.depth -= 1
        if single and not isinstance(self.output, Value) and not is_number(self.output):
            hint = "is its return statement missing?" if self.output is None else "jacobian takes several results"
            raise TypeError(f"{self.name}: the function must return one number, got {describe(self.output)}: {hint}")
        self.outputs = [number(f"{self.name}: the result{path}", y) for path, y in leaves(self.output)]
        self.linearization = Linearization(self.inputs, self.outputs, in_values=connected)
        self._connected = connected
        if connected:
            for x, outer in zip(self.inputs, given, strict=True):
                if isinstance(outer, Value):
                    _connect(x, outer)

    def _positions(self, count: int) -> tuple[int, ...]:
        """`argnums` as a tuple of different positions from the left."""
        argnums = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        for i in argnums:
            if type(i) is not int:
                raise TypeError(f"{self.name}: argnums must be an int or a tuple of ints, got {self.argnums!r}")
            if not -count <= i < count:
                raise ValueError(
                    f"{self.name}: argnums={self.argnums!r} needs a positional argument {i}, but there are {count}"
                )
        positions = tuple([i % count for i in argnums])
        if len(set(positions)) < len(positions):
            raise ValueError(f"{self.name}: argnums={self.argnums!r} names an argument twice")
        return positions

    def result(self, x: Any) -> Any:
        """`x`, a number or Value, as a float for callers outside of any derivative, as a Value for others."""
        if self._connected:
            result = x if isinstance(x, Value) else Value(x)
            return result if self._linked else result.detach()
        data = x._data if isinstance(x, Value) else x
        return Value(data) if self.nested else data

    def like_output(self, numbers: Iterable[Any]) -> Any:
        """`numbers`, one for each output, in a container of the form of what `f` returned."""
        return rebuild(self.output, map(self.result, numbers))

    def like_arguments(self, numbers: Iterable[Any]) -> Any:
        """`numbers`, one for each input, in containers of the form of the chosen arguments."""
        results = map(self.result, numbers)
        parts = tuple([rebuild(argument, results) for argument in self.arguments])
        return parts if isinstance(self.argnums, tuple) else parts[0]


def number(place: str, x: Any) -> Any:
    """`x` if it is a Value, a real number as a float, or a `TypeError` that says what stands at `place`."""
    if isinstance(x, Value):
        return x
    if is_number(x):
        return as_float(x, place)
    raise TypeError(f"{place} must be a number, or a list, tuple, dict or array of numbers, got {describe(x)}")


def _connect(leaf: Value, outer: Value) -> None:
    """Make `leaf` the Value ``outer * 1.0``, as if that had been handed to `f`.

    Until now it was a leaf, so that the walks over the graph of `f` ended there instead of in the graph of `outer`.
    """
    leaf.parents, leaf.partials = (outer,), (1.0 if outer._data == outer._data else outer._data,)
    leaf._origin = origin_of(TABLE["mul"], (None, 1.0), leaf.label)
