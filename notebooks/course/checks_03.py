"""Checks of the exercises of notebook 03."""

import math

from autograd_core import Value, no_grad, sin, steps, tanh

from . import exercise, wrong


def _is_number(answer):
    return isinstance(answer, int | float) and not isinstance(answer, bool)


@exercise("3.1", "Every operand comes before what is computed from it; a and b may change places, nothing else may.")
def _(answer):
    if isinstance(answer, str):
        wrong("give a list of strings, also if there were only one")
    if not isinstance(answer, list | tuple | set) or not all(isinstance(order, str) for order in answer):
        wrong('give a list of strings, such as ["abcdf"]')
    given = {"abcdf", "bacdf", "acbdf", "abdcf", "baccdf"}
    parents = {"c": "ab", "d": "ca", "f": "cd"}
    chosen = set(answer)
    if chosen - given:
        wrong(f"{min(chosen - given)!r} is not among the five orders of the question")
    for order in sorted(chosen):
        if len(order) != 5:
            wrong(f"{order!r} has a node twice; in a topological order every node stands once")
        for node in order:
            late = [p for p in parents.get(node, "") if order.index(p) > order.index(node)]
            if late:
                wrong(f"{order!r} is none: {node} is computed from {late[0]}, which comes later")
    if len(chosen) < 2:
        wrong("what you give is right, and one is missing: does it matter which of two leaves comes first?")


@exercise("3.2", "One list for the order, one in place of the call stack: the engine does the same.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = topological_order`, not {type(answer).__name__}")
    for name, root in _graphs():
        nodes = set(steps(root).order)
        try:
            order = answer(root)
        except RecursionError:
            wrong(
                f"RecursionError on {name}: the function calls itself once for each level. Keep a list of what is to be done"
            )
        if not isinstance(order, list):
            wrong(f"return a list of nodes, not {type(order).__name__}")
        if len(order) != len(set(order)):
            wrong(f"on {name} some node is listed twice: it has two customers, and was entered from both")
        if set(order) != nodes:
            wrong(f"on {name} the list has {len(set(order) & nodes)} of the {len(nodes)} nodes")
        place = {node: i for i, node in enumerate(order)}
        if order[0] is root and len(order) > 1:
            wrong(f"on {name} the root comes first: parents first, the root last")
        for node in order:
            for parent in node.parents:
                if place[parent] > place[node]:
                    wrong(
                        f"on {name} {_called(node)} stands before its parent {_called(parent)}. "
                        "Was it written down when it was entered, not when it was left?"
                    )


def _called(node):
    return repr(node.label) if node.label else f"a node {node.op!r}" if node.op else "a leaf"


def _graphs():
    """Named roots: a tree, small graphs that punish each wrong order, a deep chain."""
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    yield "the tree a·b + c", a * b + c
    d = a * b
    d.label = "d"
    yield "(d + c)·d with d = a·b", (d + c) * d
    yield "d·(d + c) with d = a·b", d * (d + c)
    yield "d·tanh(sin(d) + c) with d = a·b", d * tanh(sin(d) + c)
    yield "tanh(sin(d) + c)·d with d = a·b", tanh(sin(d) + c) * d
    yield "x·x", c * c
    x = y = Value(0.3, "x")
    for _ in range(30):
        y = y * y + y
    yield "30 rounds of y·y + y", y
    for _ in range(20_000):
        x = x + 1e-6
    yield "a chain of 20 000 nodes", x


@exercise("3.3", "The first two sweeps are forgotten; the third brings 3 · 3x² = 36.")
def _(answer):
    if not _is_number(answer):
        wrong(f"give the number that is printed, not {type(answer).__name__}")
    hints = {
        12: "that is the gradient without the seed: what does a sweep start with?",
        24: "those are the first two sweeps; what did zero_grad do to them?",
        60: "the first two sweeps are counted too, but zero_grad came after them",
        3: "that is the adjoint of the root, y; x is one edge farther",
        8: "that is y; the question is x.grad",
    }
    if answer in hints:
        wrong(hints[answer])
    if answer != 36:
        wrong(
            f"not {answer:g}: a sweep from y brings 3x² at x = 2, times its seed; add up those that were not forgotten"
        )


@exercise("3.4", "Clear, sweep, step: and w is a leaf at every step, so the graph never grows.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = minimise`, not {type(answer).__name__}")
    calls = []

    def f(w):
        if not isinstance(w, Value):
            wrong(f"f was called with {type(w).__name__}; it takes a Value")
        calls.append(w)
        if w.parents:
            wrong(
                f"at step {len(calls)} w is a result of the step before: the graph holds all earlier steps, "
                "and grows without end. Change the number of w, not w"
            )
        return (2.0 * w - 6.0) ** 2

    found = answer(f, 0.0, 0.05, 60)
    if found is None:
        wrong("the function returns nothing: return w.data at the end")
    if not _is_number(found):
        wrong(f"return a number, w.data, not {type(found).__name__}")
    if len(calls) != 60:
        wrong(f"with steps=60, f was evaluated {len(calls)} times: once for each step")
    if not math.isclose(found, 3.0, abs_tol=1e-5):
        if abs(found) > 1e6:
            wrong("w has run away: is the sign of the step right?")
        wrong(f"after 60 steps w is {found:.4f}, and the minimum is at 3. Is w.grad cleared before each sweep?")


@exercise("3.5", "Each root with the seed 1/N: the leaves add up the mean by themselves.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = mean_gradient`, not {type(answer).__name__}")
    x, y, unused = Value(0.5, "x"), Value(2.0, "y"), Value(1.0, "unused")
    product = x * y
    roots = [product + x, sin(product), tanh(x) * y]
    leaves = [x, y, unused]
    right = [sum(steps(root).adjoint(leaf) for root in roots) / 3.0 for leaf in (x, y)] + [0.0]
    x.grad = y.grad = 7.0  # of an earlier sweep
    for round_ in (1, 2):
        with no_grad():  # a node that is built now has no parents, and leads nowhere
            found = answer(roots, leaves)
        if not isinstance(found, list | tuple) or len(found) != 3 or not all(map(_is_number, found)):
            wrong("return a list with one number for each leaf")
        if found[0] == found[1] == 0.0:
            wrong(
                "x and y get the gradient 0. Was a new Value built from the roots, such as their sum? Here nothing is recorded "
                "during your call: sweep from the roots themselves"
            )
        if all(math.isclose(g, 3.0 * r, rel_tol=1e-9) for g, r in zip(found, right, strict=True)):
            wrong("that is the gradient of the sum of the roots; the mean is a third of it. Which seed does that?")
        if any(math.isclose(g - r, 7.0) for g, r in zip(found, right, strict=True)):
            wrong("x.grad and y.grad were 7 before the call, and that is still in your result: clear the leaves first")
        if not all(math.isclose(g, r, rel_tol=1e-9, abs_tol=1e-12) for g, r in zip(found, right, strict=True)):
            again = " when called a second time" if round_ == 2 else ""
            wrong(
                f"for three roots the right gradient is {[round(r, 4) for r in right]}, yours is "
                f"{[round(float(g), 4) for g in found]}{again}. When are the leaves cleared: once, or before every root?"
            )
