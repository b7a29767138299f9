"""Vectors of neighbouring lanes for the generated kernels: what one instruction of the processor loads, multiplies and adds.

Numba turns loops into such instructions by itself, but it keeps no sums in registers from one loop to the next, which a
matrix product needs (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). An address is the
position of a number in the memory of a contiguous array of any shape. It is not checked.

Imports Numba: only generated modules import this one.
"""
# mypy: allow-untyped-calls, allow-untyped-decorators

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_jitable, register_model

from .vector_width import width

WIDTH = width()
_LANES = ir.VectorType(ir.DoubleType(), WIDTH)


class _Vector(types.Type):
    """`WIDTH` floats."""

    def __init__(self) -> None:
        super().__init__(name=f"vector{WIDTH}")


_VECTOR = _Vector()


@register_model(_Vector)
class _InRegister(models.PrimitiveModel):
    """How LLVM holds a vector."""

    def __init__(self, manager: Any, numba_type: Any) -> None:
        super().__init__(manager, numba_type, _LANES)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    """Where the numbers of `array` from the address `at` on are."""
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [at])


def _filled(builder: Any, number: Any) -> Any:
    """A vector that holds `number` in every lane."""
    i32, anything = ir.IntType(32), ir.Constant(_LANES, ir.Undefined)
    first = builder.insert_element(anything, number, ir.Constant(i32, 0))
    return builder.shuffle_vector(first, anything, ir.Constant(ir.VectorType(i32, WIDTH), [0] * WIDTH))


@register_jitable
def aligned(count: Any) -> Any:
    """Room for `count` floats; a vector at a multiple of 8 of them lies in one line of the cache, and is loaded at once."""
    room = np.empty(count + 7)
    start = -(room.ctypes.data >> 3) & 7
    return room[start : start + count]


@intrinsic
def load(_: Any, array: Any, at: Any) -> Any:
    """The vector at an address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(builder.bitcast(pointer, _LANES.as_pointer()), align=8)

    return _VECTOR(array, at), code


@intrinsic
def store(_: Any, array: Any, at: Any, vector: Any) -> Any:
    """Write a vector to an address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(pointer, _LANES.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(array, at, vector), code


@intrinsic
def spread(_: Any, array: Any, at: Any) -> Any:
    """The number at an address, in every lane."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _filled(builder, builder.load(_pointer(context, builder, signature.args[0], *arguments)))

    return _VECTOR(array, at), code


@intrinsic
def zero(_: Any) -> Any:
    """0 in every lane."""
    return _VECTOR(), lambda *_: ir.Constant(_LANES, [0.0] * WIDTH)


@intrinsic
def multiply_add(_: Any, a: Any, b: Any, c: Any) -> Any:
    """``a * b + c``, rounded once where the processor can."""

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_LANES, [_LANES] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{WIDTH}f64")
        return builder.call(function, arguments)

    return _VECTOR(a, b, c), code


def _interleaved(builder: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """``a[0], b[0], a[1], b[1], ...`` of the first halves of two vectors, and of the second halves."""
    numbers = [i // 2 + (WIDTH if i % 2 else 0) for i in range(WIDTH)]
    masks = [[start + number for number in numbers] for start in (0, WIDTH // 2)]
    kind = ir.VectorType(ir.IntType(32), WIDTH)
    first, second = [builder.shuffle_vector(a, b, ir.Constant(kind, mask)) for mask in masks]
    return first, second


def _halves(vectors: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of a vector of the first half and one of the second."""
    return zip(vectors[: len(vectors) // 2], vectors[len(vectors) // 2 :], strict=True)


@intrinsic
def transposed(_: Any, *vectors: Any) -> Any:
    """A square of as many vectors as each has lanes, with rows and columns exchanged, as a tuple.

    In each of log2(n) rounds, two vectors that lie n/2 apart are interleaved into two neighbours (the perfect shuffle of
    Stone, "Parallel processing with the perfect shuffle", 1971).
    """
    kind = types.UniTuple(_VECTOR, WIDTH)

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        square = cgutils.unpack_tuple(builder, arguments[0], WIDTH)
        for _round in range(WIDTH.bit_length() - 1):
            square = [vector for a, b in _halves(square) for vector in _interleaved(builder, a, b)]
        return context.make_tuple(builder, kind, square)

    return kind(types.StarArgTuple(vectors)), code


@intrinsic
def totals(_: Any, *vectors: Any) -> Any:
    """The sums of the lanes of as many vectors as each has lanes: one in each lane, added in any order.

    As `transposed`, but what is interleaved is added, so that each round leaves half as many vectors.
    """

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        rest = cgutils.unpack_tuple(builder, arguments[0], WIDTH)
        while len(rest) > 1:
            rest = [builder.fadd(*_interleaved(builder, a, b)) for a, b in _halves(rest)]
        return rest[0]

    return _VECTOR(types.StarArgTuple(vectors)), code


@intrinsic
def item(_: Any, vector: Any, lane: Any) -> Any:
    """The number in a lane."""
    return types.float64(vector, lane), lambda _, builder, __, arguments: builder.extract_element(*arguments)


def _vector(builder: Any, kind: Any, x: Any) -> Any:
    """A vector as it is; a number in every lane."""
    return x if kind == _VECTOR else _filled(builder, x)


def _operator(operation: Callable[..., Any], instruction: str) -> None:
    """Let an operator of Python stand for an instruction on two vectors, or a vector and a number."""

    @intrinsic
    def compute(_: Any, a: Any, b: Any) -> Any:
        def code(_: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            operands = [_vector(builder, kind, x) for kind, x in zip(signature.args, arguments, strict=True)]
            return getattr(builder, instruction)(*operands, flags=("contract", "nsz"))

        return _VECTOR(a, b), code

    kinds = {_VECTOR, types.float64}
    call: Any = lambda a, b: compute(a, b)  # type: ignore[call-arg]  # noqa: E731, PLW0108 - Numba wants a plain function
    overload(operation)(lambda a, b: call if _VECTOR in (a, b) and {a, b} <= kinds else None)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul")


@intrinsic
def _negative(_: Any, a: Any) -> Any:
    return _VECTOR(a), lambda _, builder, __, arguments: builder.fneg(*arguments)


_call_negative: Any = lambda a: _negative(a)  # type: ignore[call-arg]  # noqa: E731, PLW0108
overload(operator.neg)(lambda a: _call_negative if a == _VECTOR else None)
