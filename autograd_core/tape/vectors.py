"""Vectors of neighbouring lanes for the generated kernels: what one instruction of the processor loads, multiplies and adds.

Numba turns loops into such instructions by itself, but it keeps no sums in registers from one loop to the next, which a
matrix product needs (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). An address is the
position of a number in the memory of a contiguous array of any shape. It is not checked.

Imports Numba: only generated modules import this one.
"""
# mypy: allow-untyped-calls, allow-untyped-decorators

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_model

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


def _interleaved(start: int) -> Any:
    """The code that takes turns with the numbers of two vectors, from `start` on, until the result is full."""
    order = [start + i // 2 + (WIDTH if i % 2 else 0) for i in range(WIDTH)]
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), order)
    return lambda _context, builder, _signature, arguments: builder.shuffle_vector(*arguments, mask)


@intrinsic
def interleave_first(_: Any, a: Any, b: Any) -> Any:
    """``a[0], b[0], a[1], b[1], ...``: the first halves of two vectors."""
    return _VECTOR(a, b), _interleaved(0)


@intrinsic
def interleave_last(_: Any, a: Any, b: Any) -> Any:
    """The same of the second halves."""
    return _VECTOR(a, b), _interleaved(WIDTH // 2)


@intrinsic
def total(_: Any, vector: Any) -> Any:
    """The sum of the lanes, in any order."""

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        number = ir.DoubleType()
        kind = ir.FunctionType(number, [number, _LANES])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{WIDTH}f64")
        return builder.call(function, [ir.Constant(number, -0.0), *arguments], fastmath=("reassoc",))

    return types.float64(vector), code


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
