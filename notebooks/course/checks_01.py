"""Checks of the exercises of notebook 01."""

import math

from autograd_core import Value, graph_stats, steps, tanh

from . import exercise, wrong


def _is_number(answer):
    return isinstance(answer, int | float) and not isinstance(answer, bool)


@exercise("1.1", "c reaches L on two ways: through the sum it gives c = 10, and directly it gives ab + c = 4.")
def _(answer):
    if isinstance(answer, Value):
        wrong("that is a Value; give the number of its gradient, such as c.grad")
    if not _is_number(answer):
        wrong(f"give one number, not {type(answer).__name__}")
    if answer in (10, 4):
        wrong(
            "that is the share of one edge only. c is used twice: which two edges leave it, and what does each bring?"
        )
    if answer == 40:
        wrong("the shares of two edges are added; you multiplied them")
    if answer == -6:
        wrong("that is the derivative of the L of the text, (ab + c)·ab. Here the last factor is c")
    if not math.isclose(answer, 14.0, rel_tol=1e-6):
        wrong(
            f"it is not {answer:g}. Write e = ab + c and L = e·c, set the adjoint of L to 1, and send both shares to c"
        )


@exercise("1.2", "Two operations on one leaf, and each of its uses is an edge of its own.")
def _(answer):
    if not isinstance(answer, Value):
        wrong(f"give a Value, the root of the graph, not {type(answer).__name__}")
    found = graph_stats(answer)
    if found.leaves != 1:
        wrong(f"the graph has {found.leaves} leaves and should have one: use the same Value several times")
    if found.nodes != 3:
        wrong(
            f"the graph has {found.nodes} nodes and should have 3: the leaf and two operations. "
            "A plain number makes no node"
        )
    if found.edges != 4:
        wrong(
            f"the graph has 3 nodes, as it should, but {found.edges} edges in place of 4: "
            "both operations must have two Values as operands"
        )


@exercise("1.3", "Every operation on the way was recorded, so the gradient finds its way back to both.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = length`, not {type(answer).__name__}")
    for at in ((3.0, 4.0), (-5.0, 12.0), (0.6, -0.8)):
        x, y = Value(at[0], "x"), Value(at[1], "y")
        try:
            result = answer(x, y)
        except TypeError as error:
            wrong(f"at x = {at[0]:g}, y = {at[1]:g} your function raises: {error}. A root is a power: ** 0.5")
        if not isinstance(result, Value):
            wrong(
                f"your function returns {type(result).__name__}, which has forgotten x and y. "
                "Compute with the Values, not with their .data"
            )
        length = math.hypot(*at)
        if not math.isclose(result.data, length, rel_tol=1e-9):
            wrong(f"length({at[0]:g}, {at[1]:g}) should be {length:g}, yours is {result.data:g}")
        missing = [v.label for v in (x, y) if v not in [step.node for step in steps(result)]]
        if missing:
            wrong(f"the number is right, but the result does not remember {' and '.join(missing)}: is there a .data?")
        pass_ = steps(result)
        if not all(math.isclose(pass_.adjoint(v), v.data / length, rel_tol=1e-9) for v in (x, y)):
            wrong("the number is right, but the gradient is not (x, y) / length: does some part bypass the operators?")


@exercise("1.4", "That is the whole of backpropagation: one visit per node, one product and one sum per edge.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = sweep`, not {type(answer).__name__}")
    for name, root in _graphs():
        right = steps(root)
        try:
            found = answer(list(right.order))
        except KeyError:
            wrong(f"KeyError on the graph of {name}: let every node start with the adjoint 0.0, and the root with 1.0")
        if not isinstance(found, dict):
            wrong(f"return a dict from nodes to adjoints, not {type(found).__name__}")
        if any(node.reached for node in right.order):
            wrong("your function has changed .grad: keep the adjoints in a dict of your own, without backward()")
        absent = [node for node in right.order if node not in found]
        if absent:
            wrong(f"on the graph of {name} the dict holds {len(found)} nodes, the graph has {len(right.order)}")
        if not math.isclose(found[root], 1.0):
            wrong(f"the adjoint of the root is {found[root]:g}; ∂L/∂L is 1, the sweep starts from that")
        for step in right:
            if not math.isclose(found[step.node], step.adjoint, rel_tol=1e-9, abs_tol=1e-12):
                wrong(
                    f"on the graph of {name} you get {found[step.node]:g} where {step.adjoint:g} is right. "
                    "Is the order reversed, and are the shares added (+=), not assigned?"
                )


def _graphs():
    """Small graphs, the telling ones first: a chain, then shared nodes."""
    x = Value(0.5, "x")
    yield "tanh(2x)", tanh(2.0 * x)
    x = Value(3.0, "x")
    yield "x·x", x * x
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    d = a * b
    yield "(ab + a)·ab", (d + a) * d
    x = Value(0.2, "x")
    y = x
    for _ in range(4):
        y = y * y + tanh(y) - x
    yield "a longer one with shared nodes", y


@exercise("1.5", "y was recorded at x = 3 and stays what it was: its partials are numbers, 3 + 3 + 5.")
def _(answer):
    if not isinstance(answer, list | tuple) or len(answer) != 2 or not all(map(_is_number, answer)):
        wrong("give a list of two numbers: [x.grad, y.data]")
    slope, value = answer
    if slope in (205, 205.0) or value in (10500, 10500.0):
        wrong(
            "x.data was changed after y was recorded. Does a node compute its number and its partials when it is made, "
            "or when someone looks?"
        )
    if slope == 8:
        wrong("x·x has two edges from x, and each brings a 3")
    if slope != 11:
        wrong(f"y.data is a plain sum; but x.grad is not {slope:g}: add up the shares of all three edges that leave x")
    if value != 24:
        wrong(f"x.grad is right; y.data is not {value:g}: put x = 3 into the formula")
