"""Where each concept of the course is taught:  python notebooks/concepts.py  writes the table ``concepts.md`` of it.

A place is the number of a notebook and of a section in it, ``04.7``. The last entry of a line is a pattern that the section
must contain, so that a section that moves away is noticed; tests check both.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent


class Concept(NamedTuple):
    """One thing to be taught, the places where it is, and what those places must speak of."""

    what: str
    places: str
    pattern: str


CONCEPTS: dict[str, list[Concept]] = {
    "Notation": [
        Concept("the letters $x, t, ŷ, w, b, z, a, η, λ, δ, N, B, K$, and which index means what in which text", "04.7", r"B"),
        Concept("our convention: `W[j][i]` weighs input $i$ of neuron $j$, the bias is column 0", "04.7", r"column 0"),
        Concept("$B$ is the size of a batch here, the number of batches elsewhere", "04.7 07.1", r"B"),
    ],
    "Three ways to differentiate": [
        Concept("the total derivative as a sum over all paths of products of local derivatives", "02.1", r"path"),
        Concept("the number of paths grows exponentially with depth; counted exactly", "02.1", r"count_paths"),
        Concept("central differences, and one-sided ones for contrast", "02.2", r"central"),
        Concept("truncation against rounding: the error as a curve over $h$", "02.2", r"round"),
        Concept("two evaluations for each variable", "02.2 02.5", r"evaluation"),
        Concept("perturb a weight, keep what improves", "02.3", r"perturb_and_keep"),
        Concept("the reverse sweep in topological order, the chain rule once per node", "02.4 03.3", r"topological|once"),
        Concept("one visit per node, counted", "02.4 02.5", r"visit"),
        Concept("forward mode: tangents, and when which mode wins", "02.6", r"tangent|forward mode"),
        Concept("the complex step", "09.4", r"complex"),
        Concept("derivatives of higher order", "11.1", r"second|hessian|higher"),
    ],
    "Networks": [
        Concept("perceptron with a linear output $w^T x + w_0$", "04.1", r"linear"),
        Concept("perceptron with a logistic output $σ(w^T x + w_0)$", "04.1", r"logistic|sigmoid"),
        Concept("multi-class networks with one output per class", "04.2", r"class"),
        Concept("fixed basis functions $φ(x)$ in front of a perceptron", "04.4", r"φ|phi"),
        Concept("the number of monomials of degree $r$ in $n$ features, $C(n+r-1, r)$", "04.5", r"binom|comb"),
        Concept("100 features have 5 050 quadratic terms: learning the features is the better way", "04.5", r"5.?050"),
        Concept("XOR is unsolvable for a linear unit", "04.3", r"xor"),
        Concept("XOR solved by a suitable $φ$", "04.4", r"xor"),
        Concept("XOR solved by an MLP", "04.6", r"xor"),
        Concept("layers of neurons, $a = g(W a_{prev} + b)$, of any depth", "04.6", r"layer"),
        Concept("the weight matrix of a layer is $N_{out} × (N_{in} + 1)$, with the bias column", "04.7", r"N_in \+ 1"),
        Concept("universal approximation, on a function of one variable", "04.10", r"approximat"),
        Concept("activations: linear, threshold step, logistic, tanh, ReLU", "04.9", r"(?s)step.*relu|relu.*step"),
        Concept("softmax", "05.3", r"softmax"),
        Concept("leaky ReLU, ELU, softplus, GELU, SiLU", "04.9", r"(?s)gelu.*|softplus"),
        Concept("saturation", "04.9 08.5", r"saturat"),
        Concept("vanishing gradients, layer by layer", "08.5", r"vanish"),
        Concept("with linear activations an MLP stays linear", "04.8", r"linear"),
    ],
    "Losses and regularizers": [
        Concept("residual sum of squares", "05.1", r"residual"),
        Concept("half the squared error, its ½ and its mean", "05.1", r"half"),
        Concept("binary cross-entropy on probabilities", "05.2", r"cross.entropy"),
        Concept("several labels: binary cross-entropy summed over the outputs", "05.2", r"label|outputs"),
        Concept("binary cross-entropy on logits, computed stably", "05.4", r"logit"),
        Concept("hinge, targets −1 and +1", "05.5", r"hinge"),
        Concept("multi-class cross-entropy on logits, by class index or one-hot", "05.4", r"one.hot"),
        Concept("multi-class cross-entropy on probabilities", "05.3 05.4", r"softmax"),
        Concept("L2 penalty $½‖w‖^2$, biases left out", "05.9 07.7", r"L2"),
        Concept("L1 penalty, its factor, and sparsity", "05.9 07.7", r"L1"),
        Concept("the objective on a mini-batch, $(1/B) Σ L + (λ/N) Ω(w)$", "05.9 07.3", r"objective|lambda|λ"),
        Concept("the loss is divided by $B$, so the rate needs no change with $B$", "07.3", r"learning rate|rate"),
        Concept("weight decay as shrinkage, and that it equals differentiating the penalty", "07.7", r"shrink|decay"),
        Concept("only points inside the margin contribute to the hinge loss; counted", "05.6", r"margin"),
        Concept("a linear penalty is robust to outliers, a squared one is not", "05.6", r"outlier"),
        Concept("the error contribution against the margin", "05.5", r"margin"),
        Concept("the soft-margin SVM in primal form, by stochastic sub-gradient descent", "05.7", r"primal"),
        Concept("the learning slowdown: $δ = (a-y)σ'(z)$ against $δ = a-y$", "05.8", r"slow"),
    ],
    "Gradient descent": [
        Concept("batch, stochastic and mini-batch descent", "07.1 07.2", r"batch"),
        Concept("the last batch may be smaller; 1 000 examples at $B = 200$ make 5 iterations", "07.1", r"200"),
        Concept("shuffling in each epoch, or drawing single examples", "07.1", r"shuffl"),
        Concept("a batch size that grows during training", "07.4", r"grow"),
        Concept("the directional derivative $∇C·v$", "06.1", r"direction"),
        Concept("steepest descent is $-∇C/‖∇C‖$", "06.2", r"steepest"),
        Concept("descent paths on $x^2 + y^2$", "06.3", r"path"),
        Concept("descent on an ill-conditioned, highly correlated quadratic", "06.3 06.5", r"ill-conditioned|condition"),
        Concept("learning rates too small, optimal, too large", "06.4 06.10", r"too (small|large)"),
        Concept("on a quadratic the optimal rate is the inverse of the second derivative; above twice that it diverges", "06.4", r"diverg"),
        Concept("with several variables the inverse Hessian", "06.5", r"hessian"),
        Concept("momentum", "06.7", r"momentum"),
        Concept("different rates for different parts of the network", "06.8", r"group|part"),
        Concept("tracking a target that drifts", "07.5", r"drift"),
        Concept("overfitting, and what penalties do about it", "07.6 07.7", r"fit"),
        Concept("reverse mode stores the activations of the forward pass: nodes and bytes", "01.8 08.6", r"bytes"),
    ],
    "Backpropagation in matrix form": [
        Concept("$δ^L = ∇_a C ⊙ σ'(z^L)$", "08.1", r"odot|⊙"),
        Concept("$δ^l = ((W^{l+1})^T δ^{l+1}) ⊙ σ'(z^l)$", "08.1", r"odot|⊙"),
        Concept("$∂C/∂b^l = δ^l$ and $∂C/∂W^l = δ^l (a^{l-1})^T$", "08.1", r"delta|δ"),
        Concept("the engine agrees on random networks of any shape", "08.1", r"random|shape"),
        Concept("with softmax and cross-entropy the output error is $p - t$", "08.3", r"p\s*[-−]\s*t"),
        Concept("the 4-2-3-1 logistic network with $C = ½(y-ŷ)^2$, worked through", "08.2", r"4-2-3-1|\[2, 3, 1\]"),
    ],
    "Mistakes in common lecture notes": [
        Concept("the sign of $∂C/∂ŷ$ of $½(y-ŷ)^2$", "08.4", r"sign"),
        Concept("$σ'$ in twice, from $z = σ(θ^T a)$", "08.4", r"twice"),
        Concept("$∂C/∂a$ of an inner layer is $Σ_k w_{kj} ∂C/∂z_k$", "08.4", r"inner"),
        Concept("the indices of Θ shifted by one layer", "08.4", r"Theta|Θ"),
        Concept("the shape of the last layer's Θ, bias included", "08.4", r"times|×"),
        Concept("a prediction is 0 or 1, not a probability", "08.4", r"predict"),
        Concept("an update per example that is called one batch", "08.4", r"batch"),
        Concept("ReLU does suffer: units die", "08.4", r"die|dead"),
        Concept("the sum stands inside σ, the bias outside of the sum", "08.4", r"bias"),
        Concept("$a_j$ for $a_k$ in the derivative by a weight", "08.4", r"a_k|index"),
        Concept("5 050 counts the terms of 100 features; a 100×100 picture has 50 005 000", "04.5", r"50.?005.?000"),
        Concept("SGD as a pass over a shuffled set, and as drawing single examples", "07.1", r"replacement|draw"),
        Concept("the ½ of the L1 penalty", "05.9", r"½|1/2|frac"),
        Concept("the bracket in the soft-margin constraint", "05.7", r"constraint|bracket"),
        Concept("Δw + Δb stands for a stacked vector, not for a sum", "08.4", r"stack"),
        Concept("\"C will always decrease\" holds to first order, for small enough η", "06.2 08.4", r"first order"),
    ],
    "And beyond": [
        Concept("a Value, operators, the drawn graph, the player", "01.1 01.3 01.6", r"Value|draw|step_through"),
        Concept("the first sweep, by hand", "01.5", r"hand|sweep"),
        Concept("shared nodes, the wrong order, accumulation, `zero_grad`, calling `backward` twice", "03.2 03.4 03.5 03.6", r"grad|adjoint|\+="),
        Concept("property tests of derivatives", "09.1", r"hypothesis|property"),
        Concept("kinks, and what holds there", "09.3", r"kink"),
        Concept("accuracy in ulp", "09.5", r"ulp"),
        Concept("hunting down a wrong rule", "09.6", r"wrong"),
        Concept("the tape, its passes, the printed programs, and speed", "10.2 10.3 10.4 10.7", r"tape|pass|program|speed"),
        Concept("Newton, curve fitting, primitives of one's own, leaving for JAX", "11.2 11.3 11.4 11.5", r"newton|scipy|primitive|jax"),
    ],
}  # fmt: skip


class Section(NamedTuple):
    """A numbered section of a notebook: its heading and all that it contains, code included."""

    heading: str
    text: str


def sections(path: Path) -> dict[int, Section]:
    """The numbered sections of a saved notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells)
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)[1:]
    found = {}
    for heading, content in zip(parts[::2], parts[1::2], strict=True):
        if number := re.match(r"(\d+)\. ", heading):
            found[int(number[1])] = Section(heading.strip(), content)
    return found


def notebooks() -> dict[str, Path]:
    """The saved notebooks by number."""
    return {path.name[:2]: path for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))}


def problems() -> Iterator[str]:
    """What is wrong with the table: places that do not exist or do not speak of the concept."""
    known = {number: sections(path) for number, path in notebooks().items()}
    for concepts in CONCEPTS.values():
        for concept in concepts:
            if not concept.places:
                yield f"{concept.what}: taught nowhere"
            for place in concept.places.split():
                number, _, section = place.partition(".")
                found = known.get(number, {}).get(int(section))
                if found is None:
                    yield f"{concept.what}: there is no section {place}"
                elif not re.search(concept.pattern, found.heading + found.text, re.IGNORECASE):
                    yield f"{concept.what}: {place}, {found.heading!r}, has nothing like {concept.pattern!r}"


def anchor(heading: str) -> str:
    """The name of a heading in an address, as MyST makes it."""
    text = unicodedata.normalize("NFC", heading.lower())
    return re.sub(r"[^\w\u4e00-\u9fff\- ]", "", text.replace("`", "").strip()).replace(" ", "-")


def table() -> str:
    """The page ``concepts.md``."""
    paths = notebooks()
    known = {number: sections(path) for number, path in paths.items()}
    lines = [
        "# Where each concept is taught", "",
        "Every concept of the course, and the sections that teach it.",
        "Written by `python notebooks/concepts.py`; a test checks that every section is there and speaks of its concept.",
    ]  # fmt: skip
    for title, concepts in CONCEPTS.items():
        lines += ["", f"## {title}", "", "| concept | taught in |", "|---|---|"]
        for concept in concepts:
            links = []
            for place in concept.places.split():
                number, _, section = place.partition(".")
                found = known.get(number, {}).get(int(section))
                if found:
                    links.append(f"[{number} · {found.heading}]({paths[number].name}#{anchor(found.heading)})")
            lines.append(f"| {concept.what} | {'<br>'.join(links)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (FOLDER / "concepts.md").write_text(table(), encoding="utf-8", newline="\n")
    for problem in problems():
        print(problem)
