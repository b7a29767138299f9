"""The derivation as LaTeX: the forward pass, then ∂L/∂… of every node by the chain rule, then chain by chain.

The formulas are traced from the rows of the table; the text needs the packages amsmath and, for labels that are not
ASCII, a Unicode engine such as LuaLaTeX.
"""

import re
from collections.abc import Iterable, Sequence

from ..graph import count_paths
from ..value import Value
from .naming import names
from .notation import Style, bindings, operation_of, partial_of, write
from .steps import Contribution, Step, Steps, steps
from .text import number, visible

CHAINS = 12
"""More chains than this are not written out."""
GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi
omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega""".split()
FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
SPECIAL = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "`": "`{}", "'": "'{}",
})  # fmt: skip


def escaped(text: str) -> str:
    """`text` as LaTeX shows it, whatever characters it has."""
    return visible(text).translate(SPECIAL)


def name_in_latex(name: str) -> str:
    r"""A name as a mathematical symbol where it looks like one, else upright.

    >>> print(name_in_latex("x"), name_in_latex("w12"), name_in_latex("eta"), name_in_latex("learning_rate"))
    x w_{12} \eta \text{learning\_rate}
    """
    match = re.fullmatch(r"([A-Za-z]+?)_?(\d*)", name, re.ASCII)
    if match and (len(match[1]) == 1 or match[1] in GREEK):
        letter = match[1] if len(match[1]) == 1 else f"\\{match[1]}"
        return f"{letter}_{{{match[2]}}}" if match[2] else letter
    return rf"\text{{{escaped(name)}}}"


def number_in_latex(x: float) -> str:
    r"""A number in four digits: ``-2.15``, ``1.5\cdot 10^{-7}``, ``\infty``."""
    text = number(x).replace("−", "-").replace("∞", r"\infty").replace("nan", r"\mathrm{nan}")
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text


def _call(name: str, operands: list[str]) -> str:
    if name == "sqrt":
        return rf"\sqrt{{{operands[0]}}}"
    if name == "abs":
        return rf"\left|{operands[0]}\right|"
    if name == "exp":
        return rf"e^{{{operands[0]}}}"
    if name == "sigmoid":
        return rf"\sigma\left({operands[0]}\right)"
    head = rf"\{name}" if name in FUNCTIONS else rf"\operatorname{{{escaped(name)}}}"
    return rf"{head}\left({', '.join(operands)}\right)"


LATEX = Style(
    number=number_in_latex,
    product=r" \cdot ",
    quotient=lambda a, b: rf"\frac{{{a}}}{{{b}}}",
    power=lambda a, b: rf"{{{a}}}^{{{b}}}",
    call=_call,
    brackets=lambda text: rf"\left({text}\right)",
    minus="-",
    is_stacked=True,
)


def latex(root: Value | Steps, of: Value | Iterable[Value] | None = None) -> str:
    r"""The derivatives of `root` as a derivation in LaTeX, one ``align*`` for each part of it.

    First every operation with its value; then, in the order of the backward pass, ∂L/∂v as the sum of the shares that
    arrive at v, in symbols, by the formulas of the rows, and in numbers; then for each leaf the chains of local derivatives
    that its derivative is the sum of, while they are few.

    Parameters
    ----------
    root
        The result, or its steps.
    of
        The leaves to derive by; all of them by default.

    Returns
    -------
    str
        Text for a document that uses the package amsmath.

    Raises
    ------
    ValueError
        If the root does not depend on a Value in `of`.

    Examples
    --------
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> y = a * b
    >>> y.label = "y"
    >>> print(latex(y, of=a))
    \begin{align*}
    a &= 2 \\
    b &= -3 \\
    y &= a \cdot b = 2 \cdot \left(-3\right) = -6
    \end{align*}
    \begin{align*}
    \frac{\partial y}{\partial y} &= 1 \\
    \frac{\partial y}{\partial a} &= \frac{\partial y}{\partial y} \cdot \frac{\partial y}{\partial a} = 1 \cdot b = 1 \cdot \left(-3\right) = -3
    \end{align*}
    """
    found = root if isinstance(root, Steps) else steps(root)
    leaves = [node for node in found.order if not node.parents]
    chosen = leaves if of is None else [of] if isinstance(of, Value) else list(of)
    for node in chosen:
        found.of(node)  # raises if the root does not depend on it
    return _Derivation(found).text(chosen)


class _Derivation:
    """The parts of the derivation from one sequence of steps."""

    def __init__(self, found: Steps) -> None:
        self.steps = found
        self.names = {node: name_in_latex(name) for node, name in names(found.order).items()}
        self.arriving: dict[Value, list[tuple[Step, Contribution]]] = {node: [] for node in found.order}
        for step in found:
            for edge in step.contributions:
                if edge.passed:
                    self.arriving[edge.parent].append((step, edge))

    def text(self, leaves: Sequence[Value]) -> str:
        used = self._ancestry(leaves)
        parts = [
            [self.operation(node) for node in self.steps.order],
            [self.adjoint(step) for step in self.steps if step.node in used],
            [line for leaf in leaves if (line := self.chains(leaf))],
        ]
        return "\n".join(f"\\begin{{align*}}\n{LINE.join(lines)}\n\\end{{align*}}" for lines in parts if lines)

    def _ancestry(self, leaves: Iterable[Value]) -> set[Value]:
        """`leaves` and every node that passes something on to them."""
        used, waiting = {self.steps.root}, list(leaves)
        while waiting:
            node = waiting.pop()
            if node not in used or node is self.steps.root:
                used.add(node)
                waiting += [step.node for step, _ in self.arriving[node] if step.node not in used]
        return used

    def partial(self, top: Value, bottom: Value) -> str:
        return rf"\frac{{\partial {self.names[top]}}}{{\partial {self.names[bottom]}}}"

    def edge(self, step: Step, edge: Contribution) -> str:
        """The local derivative; at the root it has the letters of the whole one: where they differ, it is marked."""
        text = self.partial(step.node, edge.parent)
        is_ambiguous = step.node is self.steps.root and len(self.arriving[edge.parent]) > 1
        return rf"\left.{text}\right|_{{\text{{direct}}}}" if is_ambiguous else text

    def operation(self, node: Value) -> str:
        expression = operation_of(node)
        if expression is None:  # a leaf has no operation
            return f"{self.names[node]} &= {number_in_latex(node.data)}"
        symbols = write(expression, bindings(node, self.names.__getitem__), LATEX)
        numbers = write(expression, bindings(node, lambda x: number_in_latex(x.data)), LATEX)
        return f"{self.names[node]} &= {_chain([symbols, numbers, number_in_latex(node.data)])}"

    def local(self, step: Step, edge: Contribution) -> str:
        """∂node/∂parent by its formula."""
        expression = partial_of(step.node, edge.operand)
        if expression is None:
            return number_in_latex(edge.partial)
        return write(expression, bindings(step.node, self.names.__getitem__), LATEX)

    def adjoint(self, step: Step) -> str:
        node, root = step.node, self.steps.root
        left = self.partial(root, node)
        if node is root:
            return f"{left} &= {number_in_latex(step.adjoint)}"
        arriving = self.arriving[node]
        if not arriving:
            return rf"{left} &= 0 \quad\text{{(no selected edge leads here)}}"
        chain = [rf"{self.partial(root, other.node)} \cdot {self.edge(other, edge)}" for other, edge in arriving]
        known = [number_in_latex(other.adjoint) for other, _ in arriving]
        formulas = [_product([a, self.local(*arrival)]) for a, arrival in zip(known, arriving, strict=True)]
        numbers = [_product([a, number_in_latex(edge.partial)]) for a, (_, edge) in zip(known, arriving, strict=True)]
        total = number_in_latex(step.adjoint)
        return f"{left} &= {_chain([_sum(chain), _sum(formulas), _sum(numbers), total])}"

    def chains(self, leaf: Value) -> str:
        """∂root/∂leaf as the sum over all paths of their products; empty if there are too many, or only an edge."""
        root = self.steps.root
        paths = self._paths(leaf)
        if paths is None or not paths or all(len(path) < 2 for path in paths):
            return ""
        symbols = [r" \cdot ".join(self.edge(step, edge) for step, edge in path) for path in paths]
        numbers = [_product([number_in_latex(edge.partial) for _, edge in path]) for path in paths]
        total = number_in_latex(self.steps.adjoint(leaf))
        seed = "" if self.steps.seed == 1.0 else rf"{number_in_latex(self.steps.seed)} \cdot "
        parts = [_sum(symbols), _sum(numbers)]
        if seed:
            parts = [rf"{seed}\left({part}\right)" for part in parts]
        return f"{self.partial(root, leaf)} &= {_chain([*parts, total])}"

    def _paths(self, leaf: Value) -> list[list[tuple[Step, Contribution]]] | None:
        """The paths of selected edges from the root to `leaf`, root first; None if there are more than `CHAINS`."""
        if count_paths(self.steps.root)[leaf] > 64 * CHAINS:
            return None
        done: list[list[tuple[Step, Contribution]]] = []
        waiting: list[tuple[Value, list[tuple[Step, Contribution]]]] = [(leaf, [])]
        while waiting:
            node, path = waiting.pop()
            if node is self.steps.root:
                done.append(path)
                if len(done) > CHAINS:
                    return None
            waiting += [(step.node, [(step, edge), *path]) for step, edge in reversed(self.arriving[node])]
        return done


LINE = " \\\\\n"


def _chain(parts: Sequence[str]) -> str:
    """Parts joined by equals signs, without a part that only repeats the one before."""
    return " = ".join(part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1])


def _sum(terms: Sequence[str]) -> str:
    """Terms joined by plus signs; one that starts with a minus in brackets."""
    return " + ".join(_bracketed(term) if i and term.startswith("-") else term for i, term in enumerate(terms))


def _product(factors: Sequence[str]) -> str:
    """Factors joined by dots; a negative one or a sum in brackets."""
    return r" \cdot ".join(
        _bracketed(f) if (i and f.startswith("-")) or _is_sum(f) else f for i, f in enumerate(factors)
    )


def _bracketed(text: str) -> str:
    return rf"\left({text}\right)"


def _is_sum(text: str) -> bool:
    """Whether a plus or minus stands in `text` outside of any brackets."""
    depth = 0
    for match in re.finditer(r"\\left|\\right|[{}]| [-+] ", text):
        if match[0] in ("\\left", "{"):
            depth += 1
        elif match[0] in ("\\right", "}"):
            depth -= 1
        elif depth == 0:
            return True
    return False
