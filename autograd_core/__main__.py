"""The command line: ``python -m autograd_core "tanh(a*b + c)" a=2 b=-3 c=10``."""

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .checking.approaches import compare_approaches
from .checking.diagnostics import first_nonfinite
from .expression import ALLOWED, Expression, assignments
from .graph import topological_order
from .row import UNSELECTED
from .symbolic import Symbol, formula
from .tables import number, text_table
from .value import Value

WIDTH = 80
ROWS = 100
"""The largest number of rows of the sweep to print."""

DESCRIPTION = """\
Evaluate an expression, differentiate it, and show how: the value, the gradient,
the reverse sweep node by node, and the three ways to differentiate side by side."""

EPILOG = """\
what an expression is made of:
  a, b, rate      variables; each needs a number: name=number
  2, 0.5, 1e-3    numbers; pi and e
  + - * / % **    arithmetic, with ( )
  [a, b]          a sequence, for {sequences}
  softmax([a, b])[0]           an element of a softmax
  where(a > 0, a, 0.1*a)       a choice by a comparison (< <= > >=)
{functions}

how to read the sweep:
  It starts at the result with adjoint 1 and visits every node once, after all that
  use it. A node passes adjoint · partial on to each operand it was computed from;
  what arrives at an operand adds up to its adjoint. The adjoint of an input is the
  derivative of the result with respect to it.

examples:
  python -m autograd_core "tanh(a*b + c)" a=2 b=-3 c=10
  python -m autograd_core "x*x + x" x=3
  python -m autograd_core "where(x > 0, sqrt(x), 0)" x=0
  python -m autograd_core "-log(softmax([a, b, c])[1])" a=1 b=2 c=0.5
  python -m autograd_core "d*d + sin(d)" d=2 --step --html pass.html"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, or 2 for input that does not work."""
    parser = _parser()
    options = parser.parse_args([_positional(text) for text in (sys.argv[1:] if arguments is None else arguments)])
    try:
        expression = Expression(options.expression)
        values = assignments(options.variables, expression.names)
        if options.step or options.svg or options.html or options.json:
            _show(expression, values, options)
        else:
            print(report(expression, values), flush=True)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _show(expression: Expression, values: dict[str, float], options: argparse.Namespace) -> None:
    """What the options ask for in place of the report."""
    from .view.draw import draw
    from .view.json import steps_json
    from .view.player import step_through
    from .view.terminal import step_in_terminal

    result = expression({name: Value(x, name) for name, x in values.items()})
    if not isinstance(result, Value):
        raise ValueError("the result does not depend on a variable: there is nothing to step through or to draw")
    if options.html:
        title = textwrap.shorten(expression.text, 60, placeholder=" ...")
        _write(options.html, step_through(result, title=title).html())
    if options.json:
        _write(options.json, steps_json(result) + "\n")
    if options.svg:
        result.backward()
        _write(options.svg, draw(result).svg() + "\n")
    if options.step:
        step_in_terminal(result)


def _write(path: str, text: str) -> None:
    """Write `text` to a file, or to standard output for ``-``."""
    if path == "-":
        sys.stdout.write(text)
    else:
        Path(path).write_text(text, encoding="utf-8")
        print(f"wrote {path}")


def _parser() -> argparse.ArgumentParser:
    functions = textwrap.fill(", ".join(ALLOWED), 64)
    epilog = EPILOG.format(
        sequences="fsum, prod, mean, logsumexp, softmax, dot",
        functions=textwrap.indent(functions, " " * 18).replace(" " * 18, "  functions".ljust(18), 1),
    )
    parser = argparse.ArgumentParser(
        prog="python -m autograd_core",
        description=DESCRIPTION,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", help='what to differentiate, in quotes: "tanh(a*b + c)"')
    parser.add_argument("variables", nargs="*", metavar="name=number", help="the number of each variable: a=2")
    shown = parser.add_argument_group("in place of the report (a FILE of - is standard output)")
    shown.add_argument("--step", action="store_true", help="step through both passes with keys, or print all steps")
    shown.add_argument("--svg", metavar="FILE", help="draw the graph with its gradients")
    shown.add_argument("--html", metavar="FILE", help="a page that plays both passes step by step")
    shown.add_argument("--json", metavar="FILE", help="the backward pass as data")
    return parser


def _positional(text: str) -> str:
    """An expression may begin with a minus: the blank in front keeps argparse from reading it as an option."""
    return (
        text if not text.startswith("-") or text in ("-", "-h", "--") or re.match(r"--[a-z]{2}", text) else " " + text
    )


def report(expression: Expression, values: dict[str, float]) -> str:
    """All that is printed for an expression at a point."""
    inputs = [Value(x, name) for name, x in values.items()]

    def f(numbers: Sequence[Any]) -> Any:
        return expression(dict(zip(values, numbers, strict=True)))

    result = f(inputs)
    point = ", ".join(f"{name} = {x:g}" for name, x in values.items())
    head = textwrap.shorten(expression.text, WIDTH, placeholder=" ...")
    lines = [head, *([f"at {point}"] if point else []), ""]
    if not isinstance(result, Value):
        lines.append(f"value     {float(result)!r}")
        return "\n".join([*lines, "", "The result does not depend on a variable: there is nothing to differentiate."])
    result.backward()
    lines.append(f"value     {result.data!r}")
    width = max(len(name) for name in values)
    for i, leaf in enumerate(inputs):
        note = "" if leaf.reached else "   (the result does not depend on it)"
        lines.append(f"{'' if i else 'gradient':10}∂/∂{leaf.label:{width}}  {leaf.grad!r}{note}")
    found = first_nonfinite(result)
    if found:
        lines += ["", *textwrap.wrap(f"Not finite: {found.explanation()}", WIDTH)]
    lines += [
        "",
        "The reverse sweep: each node passes adjoint · partial on to its operands",
        "",
        sweep_table(result, inputs),
    ]
    lines += [
        "",
        "Three ways to the same gradient",
        "",
        str(compare_approaches(f, list(values.values()), names=list(values))),
    ]
    return "\n".join(lines)


# The table of the sweep ------------------------------------------------------------------------------------------


def sweep_table(root: Value, inputs: Sequence[Value]) -> str:
    """The nodes in the order of the reverse sweep, with one row for every edge; `root` has been swept."""
    order = topological_order(root)
    inner = [node for node in order if node.parents]
    names = {node: f"v{i + 1}" for i, node in enumerate(inner)} | {x: x.label for x in inputs}
    names |= {node: f"{node.data:g}" for node in order if node not in names}  # a constant
    rows = [["node", "operation", "value", "adjoint", "to", "partial", "adds"]]
    for node in reversed(order):
        edges = list(zip(node.parents, node.partials, strict=True))
        adjoint = number(node.grad, 5) if node.reached else "-"
        head = [names[node], _operation(node, names), number(node.data, 5), adjoint]
        for i, (parent, partial) in enumerate(edges or [(None, 0.0)]):
            passed = ["", "", ""]
            if parent is not None:
                taken = partial is not UNSELECTED and node.reached
                passed = [names[parent], number(partial, 5) if partial is not UNSELECTED else "-",
                          number(node.grad * partial, 5) if taken else "nothing"]  # fmt: skip
            rows.append([*(head if i == 0 else [""] * 4), *passed])
    left_out = len(rows) - 1 - ROWS
    rows = rows[: ROWS + 1]
    others = sum(max(len(row[i]) for row in rows) + 2 for i in (0, 2, 3, 4, 5, 6)) + 2
    room = max(9, WIDTH - others)
    for row in rows:
        row[1] = row[1] if len(row[1]) <= room else row[1][: room - 3] + "..."
    table = text_table(rows, "<<>><>>", "  ")
    return table + (f"\n  ... and {left_out} more rows" if left_out > 0 else "")


def _operation(node: Value, names: dict[Value, str]) -> str:
    """The operation of a node as it is written, with the names of its operands."""
    row = node.primitive
    if row is None:
        return "input" if node.label else "constant"
    operands: list[Any] = [Symbol(names[x]) if isinstance(x, Value) else x for x in node.operands]
    if row.name == "where":
        return f"where: {formula(operands[1] if node.operands[0] else operands[2])}"
    if row.variadic:
        parts = [f"[{', '.join(map(formula, part))}]" if isinstance(part, list) else formula(part)
                 for part in row.arguments(operands)]  # fmt: skip
        return f"{row.name}({', '.join(parts)})"
    operator = row.symbol if row.name in ("add", "sub", "mul", "div", "mod", "pow") else row.name
    return formula(Symbol(operator, *operands))


if __name__ == "__main__":
    sys.exit(main())
