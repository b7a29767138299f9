"""A graph and its passes in the terminal: a tree, a table, and steps that keys move through; all within 80 columns."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from ..tables import text_table
from ..value import Value
from .naming import names
from .notation import bindings, operation_of, operation_text, partial_text, write
from .steps import Contribution, Step, Steps, steps
from .text import DASH, number

WIDTH = 80
MOST_LINES = 400
KEYS = "n next   p previous   b backward pass   number: go there   q quit"


def tree(root: Value, most: int = MOST_LINES) -> str:
    """The graph as an indented tree, the root on top: name, operation, value and gradient.

    A node that is used again is written out only once; later it stands with an arrow up. A gradient that no sweep has
    computed is a dash.

    Parameters
    ----------
    root
        The result.
    most
        The largest number of lines.

    Examples
    --------
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> d = a * b
    >>> d.label = "d"
    >>> L = d + a
    >>> L.backward()
    >>> print(tree(L))
    L = d + a           value −4   grad 1
    ├─ d = a · b        value −6   grad 1
    │  ├─ a             value 2    grad −2
    │  └─ b             value −3   grad 2
    └─ a ↑
    """
    called = names(steps(root).order)
    seen: set[Value] = set()
    rows: list[tuple[str, str, str]] = []
    left_out = False
    stack: list[tuple[Value, str, str]] = [(root, "", "")]
    while stack:
        node, first, rest = stack.pop()
        if len(rows) >= most:
            left_out = True
            break
        if node in seen:
            rows.append((f"{first}{called[node]} ↑", "", ""))
            continue
        seen.add(node)
        text = operation_text(node, called)
        rows.append((first + called[node] + (f" = {text}" if text else ""), f"value {number(node.data)}", _grad(node)))
        last = len(node.parents) - 1
        for i, parent in reversed(list(enumerate(node.parents))):
            stack.append((parent, rest + ("└─ " if i == last else "├─ "), rest + ("   " if i == last else "│  ")))
    right = [f"{value:11}{grad}" if value else "" for _, value, grad in rows]
    room = WIDTH - 2 - max(map(len, right))
    width = min(max(len(text) for text, _, _ in rows) + 8, room)
    lines = [f"{_cut(text, room):{width}}{more}".rstrip() for (text, _, _), more in zip(rows, right, strict=True)]
    return "\n".join([*lines, *([f"… and more: {most} lines are shown"] if left_out else [])])


def _grad(node: Value) -> str:
    return f"grad {number(node.grad) if node.reached else DASH}"


def table(root: Value, most: int = MOST_LINES) -> str:
    """The graph as a table in topological order: one row per node with its operation, value and gradient.

    Examples
    --------
    >>> x = Value(3.0, "x")
    >>> print(table(x * x))
    node  operation  value  grad
    x     input          3     –
    L     x · x          9     –
    """
    order = steps(root).order
    called = names(order)
    shown = order[-most:]
    rows = [["node", "operation", "value", "grad"]]
    for node in shown:
        grad = number(node.grad) if node.reached else DASH
        rows.append([_cut(called[node], 28), operation_text(node, called) or "input", number(node.data), grad])
    room = WIDTH - 6 - sum(max(len(row[i]) for row in rows) for i in (0, 2, 3))
    for row in rows:
        row[1] = _cut(row[1], room)
    text = text_table(rows, "<<>>")
    return text if len(shown) == len(order) else f"… and {len(order) - len(shown)} nodes before these\n{text}"


# Stepping ------------------------------------------------------------------------------------------------------------


def pages(root: Value | Steps) -> list[str]:
    """The forward and the backward pass as texts, one per step: first every operation, then every node's turn."""
    found = root if isinstance(root, Steps) else steps(root)
    called = names(found.order)
    inner = [node for node in found.order if node.parents]
    total = len(inner) + len(found)
    texts = [_forward(node, called) for node in inner] + [_backward(step, found, called) for step in found]
    lines = [f"[{i}/{total}] {text}".split("\n") for i, text in enumerate(texts, 1)]
    return ["\n".join([_cut(line, WIDTH) for line in page]) for page in lines]


def _forward(node: Value, called: dict[Value, str]) -> str:
    name, symbols = called[node], operation_text(node, called)
    expression = operation_of(node)
    numbers = "" if expression is None else write(expression, bindings(node, lambda x: number(x.data)))
    return f"forward: {name}\n" + _equation(name, [symbols, numbers, number(node.data)])


def _backward(step: Step, found: Steps, called: dict[Value, str]) -> str:
    name, root = called[step.node], called[found.root]
    if not step.reached:
        return f"backward: {name} is skipped\n  no selected edge leads here: ∂{root}/∂{name} = 0, nothing is passed on"
    lines = [f"backward: {name}, with ∂{root}/∂{name} = {number(step.adjoint)}"]
    lines += [_share(edge, step, root, called) for edge in step.contributions]
    if not step.contributions:
        lines.append("  an input: its gradient is complete")
    return "\n".join(lines)


def _share(edge: Contribution, step: Step, root: str, called: dict[Value, str]) -> str:
    name, parent = called[step.node], called[edge.parent]
    if not edge.selected:
        return f"  ∂{root}/∂{parent} += nothing: the edge is not selected"
    formula = partial_text(step.node, edge.operand, called)
    partial = number(edge.partial)
    numbers = f"{number(step.adjoint)} · {f'({partial})' if partial.startswith('−') else partial}"
    line = _equation(f"∂{root}/∂{parent} +", [f"∂{root}/∂{name} · ∂{name}/∂{parent}", numbers, number(edge.amount)])
    local = f"      ∂{name}/∂{parent} = {formula}\n" if formula else ""
    return f"{line.replace(' + =', ' +=', 1)}\n{local}      {number(edge.before)} → {number(edge.after)}"


def _equation(left: str, parts: Sequence[str]) -> str:
    """``left = a = b = c`` without repetitions, over several lines if one is too short."""
    different = [part for i, part in enumerate(parts) if part and (i == 0 or part != parts[i - 1])]
    line = f"  {left} = {' = '.join(different)}"
    if len(line) <= WIDTH:
        return line
    return f"  {_cut(f'{left} = {different[0]}', WIDTH - 2)}" + "".join(
        [f"\n      = {_cut(part, WIDTH - 8)}" for part in different[1:]]
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def step_in_terminal(root: Value | Steps, source: TextIO | None = None, target: TextIO | None = None) -> None:
    """Step through the passes with keys; where there is no terminal to read from, print all steps.

    Parameters
    ----------
    root
        The result, or its steps.
    source, target
        Where keys are read and steps are written: standard input and output by default.
    """
    source, target = source or sys.stdin, target or sys.stdout
    texts = pages(root)
    if not (source.isatty() and target.isatty()):
        target.write("\n\n".join(texts) + "\n")
        return
    turn = next((i for i, text in enumerate(texts) if "] backward" in text.partition("\n")[0]), 0)
    at = 0
    target.write(f"{KEYS}\n\n{texts[0]}\n\n")
    for key in _keys(source, target):
        before = at
        if key in ("q", "\x03", "\x04", ""):
            return
        if key.isdigit():
            at = min(max(int(key), 1), len(texts)) - 1
        elif key == "b":
            at = turn
        elif key == "p":
            at = max(at - 1, 0)
        elif key in ("n", " "):
            at = min(at + 1, len(texts) - 1)
        else:
            target.write(f"{KEYS}\n\n")
            continue
        text = texts[at] if at != before else f"this is the {'last' if at else 'first'} step"
        target.write(f"{text}\n\n")


def _keys(source: TextIO, target: TextIO) -> Iterator[str]:
    """Keys as they are pressed where the system allows it, else the first word of each line; Enter means next."""
    press = _single_keys(source)
    while True:
        target.write("> ")
        target.flush()
        key = press() if press else source.readline()
        digits = key
        while press and key.isdigit():  # a number is typed to its end
            target.write(key)
            target.flush()
            key = press()
            if key.isdigit():
                digits += key
            elif key not in "\r\n":
                digits = key
        target.write("\n" if press else "")
        yield (digits.strip() or " ") if key else ""


def _single_keys(source: TextIO) -> Callable[[], str] | None:
    """A function that waits for one key; None where only whole lines can be read."""
    try:
        import select
        import termios
        import tty

        descriptor = source.fileno()
        termios.tcgetattr(descriptor)
    except (ImportError, OSError, ValueError, AttributeError):
        return None

    def press() -> str:
        settings = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor, termios.TCSADRAIN)
            key = os.read(descriptor, 1)
            while key.startswith(b"\x1b") and len(key) < 3 and select.select([descriptor], [], [], 0.05)[0]:
                key += os.read(descriptor, 1)  # an arrow comes as three characters
            return {b"\x1b[C": "n", b"\x1b[D": "p"}.get(key) or key[:1].decode(errors="replace")
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, settings)

    return press
