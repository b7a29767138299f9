"""One HTML page with the results of a training: it needs no other file and no network, and follows light and dark."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import plots
from .metrics import ConfusionTable

if TYPE_CHECKING:
    from .command.train import Outcome

Figures = Mapping[str, tuple[str, Any]]

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1c; --dim: #5c5c61; --paper: #fdfdfc; --card: #f4f4f2; --line: #dcdcd8;
  --accent: #0072b2; --edge: #67676a; --grid: #e4e4e6; --blue: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececea; --dim: #a5a5aa; --paper: #17181a; --card: #212225;
  --line: #3a3b40; --accent: #63b8ea; --edge: #9a9a9f; --grid: #35363a;
  --blue: #3f9bd6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
p { margin: .4rem 0; max-width: 46rem; }
.dim, figcaption, th { color: var(--dim); }
.scores { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.4rem 0 0; }
.score { background: var(--card); border-radius: .5rem; padding: .7rem 1.1rem; min-width: 9rem; }
.score b { display: block; font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.score:first-child b { color: var(--accent); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.6rem; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; max-height: 26rem; display: block; }
figcaption { font-size: .88rem; margin-top: .3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .7rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; }
.pairs th { white-space: nowrap; padding-left: 0; }
.counts th { overflow-wrap: normal; }
.counts td { text-align: right; min-width: 2.6rem; white-space: nowrap; }
.counts thead th { text-align: right; }
.counts .share { border-left: 1px solid var(--line); }
.zero { color: var(--dim); opacity: .6; }
.right { background: color-mix(in srgb, var(--accent) calc(var(--share) * 55%), transparent); }
.wrong { background: color-mix(in srgb, #d55e00 calc(12% + var(--share) * 60%), transparent); }
pre { background: var(--card); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font-size: .88rem; margin: .6rem 0; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 3rem; }
@media (max-width: 34rem) { main { padding: 1.2rem .9rem 3rem; } .pairs th { white-space: normal; } h1 { font-size: 1.35rem; } }
@media print { :root { color-scheme: light; } figure, .score { break-inside: avoid; } }
"""


def figures(outcome: "Outcome") -> dict[str, tuple[str, Any]]:
    """The plots that suit the outcome, by the name of their file, with what they show in words."""
    model, history, columns = outcome.model, outcome.history, outcome.examples.columns
    names = [column.name for column in columns]
    plain = all(column.categories is None for column in columns)
    drawn: dict[str, tuple[str, Any]] = {}
    if len(history):
        drawn["loss"] = (
            "Mean loss of each epoch. A validation that rises while the training falls: examples learned by heart.",
            plots.draw(plots.plot_loss, history),
        )
        if outcome.table is not None:
            drawn["accuracy"] = (
                "Share of examples that were right in each epoch.",
                plots.draw(plots.plot_accuracy, history),
            )
    if outcome.table is not None:
        if plain and len(names) == 2:
            drawn["boundary"] = (
                "Where the network decides for which class, with the rows it was tested with.",
                plots.draw(plots.plot_boundary, model, outcome.rows, outcome.true, "cross_entropy", names=names,
                           size=(5.0, 4.2)),
            )  # fmt: skip
        side = 1.6 + 0.42 * max(len(outcome.table.classes), 4)
        drawn["confusion"] = (
            "True classes by row, predicted ones by column, of the rows it was tested with.",
            plots.draw(plots.plot_confusion, outcome.table, size=(side, side)),
        )
    else:
        target = outcome.examples.target
        if plain and len(names) == 1:
            preparation = model.preparation
            drawn["fit"] = (
                "What the network says over its input, with the rows it was tested with.",
                plots.draw(plots.plot_fit, model, outcome.rows, outcome.true, names=(names[0], target),
                           value=lambda y: preparation.offset + preparation.scale * y),
            )  # fmt: skip
        drawn["predictions"] = (
            "Predicted over true values of the rows it was tested with: the closer to the line, the better.",
            plots.draw(plots.plot_predictions, outcome.predicted, outcome.true, target, size=(4.6, 4.2)),
        )
    drawn["weights"] = (
        "How the weights of each layer are distributed, the bias left out; rms is their typical size.",
        plots.draw(plots.plot_weights, model, size=(5.0, max(2.4, 1.1 + 0.75 * len(model.layers)))),
    )
    return drawn


def page(outcome: "Outcome", drawn: Figures, path: Path) -> str:
    """The page as a text.

    Parameters
    ----------
    outcome
        What `nn.command.train` gives.
    drawn
        The plots; see `figures`.
    path
        Where the model was saved.
    """
    examples, history = outcome.examples, outcome.history
    title = f"{examples.name}: {examples.task} of {examples.target}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _lead(outcome),
        f"<p><b>The training stopped early:</b> {escape(history.stopped)}</p>" if history.stopped else "",
        _scores(outcome.scores),
        "<h2>Plots</h2>",
        _plots({name: one for name, one in drawn.items() if name != "confusion"}),
        f"<h2>Confusion</h2>{_confusion(outcome.table)}" if outcome.table is not None else "",
        '<div class="two"><div><h2>Settings</h2>',
        _pairs(outcome.settings),
        "</div><div><h2>Network</h2>",
        f"<pre>{escape(str(outcome.model.summary()))}</pre>",
        "<h2>Data</h2><ul>",
        *(f"<li>{escape(note)}</li>" for note in examples.notes),
        "</ul></div></div>",
        "<h2>How to go on</h2>",
        "<p>Predictions for new rows, and what the model takes:</p>",
        f"<pre>{escape(_commands(path))}</pre>",
        "<p>In Python:</p>",
        f"<pre>{escape(_program(path))}</pre>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n" + "\n".join(filter(None, parts))
    ) + "\n</main></body></html>\n"


def _lead(outcome: "Outcome") -> str:
    """What was done, in two sentences."""
    examples, history = outcome.examples, outcome.history
    train, held, test = (f"{size:,}" for size in outcome.sizes)
    kind = f"{len(examples.classes)} classes" if examples.classes else "a number"
    columns = f"{len(examples.columns)} column{'s' * (len(examples.columns) > 1)}"
    return (
        f'<p class="dim">A multilayer perceptron with {len(outcome.model.parameters()):,} parameters predicts {kind} '
        f"from {columns}. It learned from {train} rows in {len(history)} epochs and {history.seconds:.1f} s, with "
        f"{held} rows to watch, and was tested on {test} rows that it had not seen.</p>"
    )


def _scores(scores: Mapping[str, float]) -> str:
    cards = [f'<div class="score"><b>{score:.4g}</b>{escape(name)}</div>' for name, score in scores.items()]
    return f'<div class="scores">{"".join(cards)}</div>'


def _plots(drawn: Figures) -> str:
    made = [
        f'<figure role="img" aria-label="{escape(name)}">{plots.svg(figure, name)}<figcaption>{escape(text)}</figcaption></figure>'
        for name, (text, figure) in drawn.items()
    ]
    return f'<div class="plots">{"".join(made)}</div>'


def _pairs(pairs: Mapping[str, str]) -> str:
    rows = [f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in pairs.items()]
    return f'<div class="wide"><table class="pairs">{"".join(rows)}</table></div>'


def _confusion(table: ConfusionTable) -> str:
    """The counts, with the recall of each true class and the precision of each predicted one."""
    columns = list(zip(*table.counts, strict=True))
    head = "".join(f"<th>{escape(str(label))}</th>" for label in table.classes)
    rows = []
    for i, (label, counts) in enumerate(zip(table.classes, table.counts, strict=True)):
        cells = [_cell(n, n / max(sum(counts), 1), i == j) for j, n in enumerate(counts)]
        rows.append(
            f'<tr><th>{escape(str(label))}</th>{"".join(cells)}<td class="share">{_share(counts[i], counts)}</td></tr>'
        )
    precisions = "".join(f"<td>{_share(column[j], column)}</td>" for j, column in enumerate(columns))
    return (
        '<p class="dim">One row per true class, one column per predicted class. Recall: the share of a true class that '
        "is found. Precision: the share of a predicted class that is right.</p>"
        f'<div class="wide"><table class="counts"><thead><tr><th>true \\ predicted</th>{head}<th class="share">recall'
        f"</th></tr></thead><tbody>{''.join(rows)}<tr><th>precision</th>{precisions}"
        '<td class="share"></td></tr></tbody></table></div>'
    )


def _cell(n: int, share: float, right: bool) -> str:
    if not n:
        return '<td class="zero">·</td>'
    return f'<td class="{"right" if right else "wrong"}" style="--share: {share:.3f}">{n}</td>'


def _share(part: int, counts: Sequence[int]) -> str:
    return f"{part / sum(counts):.3f}" if sum(counts) else "–"


def _commands(path: Path) -> str:
    return f"python -m nn predict {_quoted(path)} NEW.csv -o predictions.csv\npython -m nn show {_quoted(path)}"


def _program(path: Path) -> str:
    return (
        f"import nn\n\nmodel = nn.load({str(path)!r})\nX = [...]  # rows of numbers, in the order of "
        "model.preparation.features\noutputs = nn.predict(model, model.scaler.transform(X))"
    )


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
