"""Derivatives of functions: give a function, get the function that computes its derivative.

Each of these calls the function once on fresh Values, linearizes what was recorded (`linearization.py`), and sweeps
through it in one mode or the other. They nest to any order and in any combination:

>>> def f(x):
...     return x**3.0
>>> f1 = grad(f)
>>> f2 = grad(f1)
>>> f(2.0), f1(2.0), f2(2.0)
(8.0, 12.0, 12.0)

Inside another derivative, or when an argument is a Value, the results are Values, so that the outer derivative sees
how they came about; elsewhere they are floats. Every call differentiates with respect to Values of its own, which
nothing else can touch: that rules out *perturbation confusion*, where nested derivatives mix up their variables
(Siskind and Pearlmutter, "Nesting forward-mode AD in a functional framework", 2008). The fields `grad` of Values are
neither read nor written.

A Value that the function captures, such as a parameter of a model, is a constant. The function may branch and loop
on numbers and comparisons as it likes: what is differentiated is what it did at this point.
"""

from typing import Any

from .containers import describe, is_number, leaves, rebuild, shape
from .lifting import Argnums, Call, Function, number
from .value import Value


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of `f`, by one reverse sweep: a function of the same arguments.

    The gradient has the form of the argument: a float for a number, a list for a list, a dict for a dict. It costs a
    small multiple of the evaluation of `f`, however many numbers the arguments hold.

    Parameters
    ----------
    f
        A function of numbers, or of nested lists, tuples, dicts and arrays of numbers, that returns one number.
    argnums
        The positional argument to differentiate with respect to, or a tuple of them, which gives a tuple of gradients.

    Raises
    ------
    TypeError
        When called, if `f` does not return one number, or an argument to differentiate by holds something else than
        numbers.

    Examples
    --------
    >>> grad(lambda x: x * x)(3.0)
    6.0
    >>> grad(lambda p: p["w"][0] * p["w"][1] + p["b"])({"w": [2.0, 3.0], "b": 1.0})
    {'w': [3.0, 2.0], 'b': 1.0}
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (5.0, 2.0)
    """
    return _gradient("grad", f, argnums)


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """The value and the gradient of `f` (see `grad`), for the price of one evaluation and one reverse sweep.

    Examples
    --------
    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _value_and_grad("value_and_grad", f, argnums)


def derivative(f: Function, order: int = 1) -> Function:
    """The derivative of `f` of the given order with respect to its first argument, one number.

    Parameters
    ----------
    f
        A function that returns one number; further arguments are handed on.
    order
        How often to differentiate; 0 gives the value. The cost grows by a factor with every order.

    Raises
    ------
    ValueError
        If `order` is no natural number.
    TypeError
        When called, if the first argument or the result is not one number.

    Examples
    --------
    >>> from autograd_core import tanh
    >>> [derivative(tanh, order=n)(0.0) for n in range(6)]
    [0.0, 1.0, 0.0, -2.0, 0.0, 16.0]
    """
    _check_function("derivative", f)
    if type(order) is not int or order < 0:
        raise ValueError(f"derivative: order must be 0, 1, 2, ..., got {order!r}")
    if order == 0:

        def value(*args: Any, **kwargs: Any) -> Any:
            call = Call("derivative", f, args, kwargs, 0, single=True)
            return call.result(call.outputs[0])

        return _named(value, "value", f)
    for _ in range(order):
        f = _slope(f)
    return f


def _slope(f: Function) -> Function:
    """The first derivative of `f` with respect to its first argument, one number."""
    gradient = _gradient("derivative", f, 0)

    def slope(*args: Any, **kwargs: Any) -> Any:
        if args and not isinstance(args[0], Value) and not is_number(args[0]):
            raise TypeError(
                f"{gradient.__name__}: the first argument must be one number, got {describe(args[0])}: "
                "use grad, or jacobian and hessian"
            )
        return gradient(*args, **kwargs)

    return _named(slope, "derivative", f)


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The value of `f` and its derivative along a direction (Jacobian times vector), by one forward sweep.

    The tangent of the result is Σ ∂f/∂xᵢ · vᵢ. It costs a small multiple of the evaluation of `f`, however many
    numbers `f` returns.

    Parameters
    ----------
    f
        A function that returns a number, or nested containers of numbers.
    primals
        The tuple of arguments; what is no tuple is the only argument.
    tangents
        The direction, in the form of `primals`.

    Returns
    -------
    value, tangent
        Both of the form of what `f` returns.

    Raises
    ------
    TypeError
        If the tangents do not have the form of the primals, or something is no number.

    Examples
    --------
    >>> jvp(lambda x, y: [x * y, x + y], (2.0, 3.0), (1.0, 10.0))
    ([6.0, 5.0], [23.0, 11.0])
    """
    _check_function("jvp", f)
    if isinstance(primals, tuple):
        args, directions = primals, tuple(tangents) if isinstance(tangents, list) else tangents
    else:
        args, directions = (primals,), (tangents,)
    if shape(args) != shape(directions):
        raise TypeError(
            f"jvp: the tangents must have the form of the primals {primals!r:.100}, got {tangents!r:.100}; "
            "a tuple of primals holds the arguments of the function"
        )
    at = {path: number(f"jvp: the tangent{path}", v) for path, v in leaves(directions)}
    seeds = [at[path] for path, _ in leaves(args)]  # by place: a dict may list its keys in another order
    call = Call("jvp", f, args, {}, tuple(range(len(args))), seeds)
    pushed = call.linearization.push(dict(zip(call.inputs, seeds, strict=True)))
    return call.like_output(call.outputs), call.like_output(pushed)


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All derivatives of all that `f` returns: a function of the same arguments.

    The result has the form of what `f` returns, with every number y replaced by its gradient, which has the form of
    the argument (see `grad`): for a list of m numbers computed from a list of n, m lists of n numbers Jᵢⱼ = ∂yᵢ/∂xⱼ.
    `f` is evaluated once. Then there are n forward sweeps if n < m, or else m reverse sweeps.

    Examples
    --------
    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1], x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0], [0.0, 1.0]]
    """
    _check_function("jacobian", f)

    def matrix(*args: Any, **kwargs: Any) -> Any:
        call = Call("jacobian", f, args, kwargs, argnums)
        linearization = call.linearization
        if len(call.inputs) < len(call.outputs):
            columns = [linearization.push({x: 1.0}) for x in call.inputs]
            rows = [[column[i] for column in columns] for i in range(len(call.outputs))]
        else:
            rows = [linearization.pull(y) for y in call.outputs]
        return rebuild(call.output, iter([call.like_arguments(row) for row in rows]))

    return matrix


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """The second derivatives of `f`: a function of the same arguments.

    It is the Jacobian of the gradient: for a list of n numbers, n lists of n numbers Hᵢⱼ = ∂²f/∂xᵢ∂xⱼ. The
    gradient is computed once, as Values, and swept n times; symmetry saves nothing and is there up to rounding.

    Examples
    --------
    >>> hessian(lambda x: x[0] * x[0] * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    _check_function("hessian", f)
    return jacobian(_gradient("hessian", f, argnums), argnums)


def hvp(f: Function) -> Function:
    """The Hessian of `f` times a vector: a function of the argument, the vector, and further arguments of `f`.

    One forward sweep over the gradient (Pearlmutter, "Fast exact multiplication by the Hessian", 1994): a small
    multiple of the evaluation of `f`, while the whole Hessian costs that for each of its rows.

    Raises
    ------
    TypeError
        When called, if the vector does not have the form of the argument.

    Examples
    --------
    >>> hvp(lambda x: x[0] * x[0] * x[1])([2.0, 3.0], [1.0, 10.0])
    [46.0, 4.0]
    """
    _check_function("hvp", f)
    gradient = _gradient("hvp", f, 0)

    def product(x: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
        if shape(x) != shape(v):
            raise TypeError(f"hvp: the vector must have the form of the argument, {describe(x)}, got {describe(v)}")
        return jvp(lambda x: gradient(x, *args, **kwargs), (x,), (v,))[1]

    return product


def _gradient(name: str, f: Function, argnums: Argnums) -> Function:
    both = _value_and_grad(name, f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return _named(gradient, name, f)


def _value_and_grad(name: str, f: Function, argnums: Argnums) -> Function:
    _check_function(name, f)

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        call = Call(name, f, args, kwargs, argnums, single=True)
        value = call.outputs[0]
        return call.result(value), call.like_arguments(call.linearization.pull(value))

    return _named(both, name, f)


def _named(function: Function, name: str, f: Function) -> Function:
    """`function` under a name that tracebacks and errors can show: ``grad(loss)``."""
    function.__name__ = function.__qualname__ = f"{name}({getattr(f, '__name__', type(f).__name__)})"
    return function


def _check_function(name: str, f: Any) -> None:
    if not callable(f):
        hint = ": write v.backward(), or give the function that computes it" if isinstance(f, Value) else ""
        raise TypeError(f"{name} takes a function, got {describe(f)}{hint}")
