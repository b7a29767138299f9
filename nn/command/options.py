"""What can be given on the command line, and the help that teaches it."""

import argparse
from pathlib import Path
from typing import Any

from .. import activations, datasets, optimizers
from ..columns import MAX_CATEGORIES, MISSING
from ..preparation import POLICIES
from ..tables import DELIMITERS

TRAIN_EXAMPLES = """\
examples:
  python -m nn train --data iris
      a set that comes along; results go to iris-run/, report.html in it shows them all
  python -m nn train --data houses.csv --target price --layers 32 16
      your own table: numbers and texts, classification or regression, are recognised
  python -m nn train --data preise.csv --target Preis --drop Nr --missing mean
      semicolons and decimal commas are recognised too; the column Nr is left out
  python -m nn train --data survey.csv --target answer --text postcode --patience 10
      a column of numbers that are no amounts; stop when the validation gets no better

then:
  python -m nn predict houses-run/model.safetensors new.csv -o predictions.csv
  python -m nn show houses-run/model.safetensors
"""

PREDICT_EXAMPLES = """\
examples:
  python -m nn predict iris-run/model.safetensors flowers.csv
      print the predictions
  python -m nn predict houses-run/model.safetensors new.csv -o predictions.csv --keep
      write them to a file, behind the columns of the table

The table needs the columns that the model was trained on, by name and in any order; others are passed over. If it has
the target column too, the predictions are compared with it. A classifier gives the class and the probability of each
class, a regression the value.
"""

SHOW_EXAMPLES = """\
example:
  python -m nn show iris-run/model.safetensors -o network.svg
"""


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add ``train``, ``predict`` and ``show`` to a parser."""
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands for your own data")
    _add_train(_command(commands, "train", "train a network on a table, and save all results", TRAIN_EXAMPLES))
    _add_predict(_command(commands, "predict", "predictions of a saved model for a table", PREDICT_EXAMPLES))
    _add_show(_command(commands, "show", "what a saved model is and takes, and a picture of it", SHOW_EXAMPLES))


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


USAGE = {
    "train": "--data NAME|FILE.csv [--target COLUMN] [--layers N ...] [options]",
    "predict": "MODEL FILE.csv [-o OUT.csv] [options]",
    "show": "MODEL [-o PICTURE]",
}


def _command(commands: Any, name: str, what: str, examples: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        usage=f"python -m nn {name} {USAGE[name]}",
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def _add_train(parser: argparse.ArgumentParser) -> None:
    sets = [*datasets.BUNDLED, *datasets.SYNTHETIC]
    data = parser.add_argument_group("the data")
    data.add_argument("--data", required=True, metavar="NAME|FILE.csv", help=f"a CSV file, or one of {', '.join(sets)}")
    data.add_argument("--target", metavar="COLUMN", help="the column to predict (of a CSV file)")
    data.add_argument("--task", choices=("classification", "regression"), help="recognised by the target if not given")
    data.add_argument("--drop", metavar="COLUMN", nargs="+", default=[], help="columns to leave out")
    data.add_argument("--text", metavar="COLUMN", nargs="+", default=[], help="columns of numbers that name categories")
    data.add_argument(
        "--missing", choices=POLICIES, default="median",
        help="what becomes of a missing value: the median or mean of its column (of texts the most frequent one), its "
        "row is dropped, or an error (default: %(default)s)",
    )  # fmt: skip
    data.add_argument(
        "--max-categories", metavar="N", type=positive, default=MAX_CATEGORIES,
        help="how many different texts a column may have (default: %(default)s)",
    )  # fmt: skip
    data.add_argument(
        "--max-rows", metavar="N", type=positive, default=100_000,
        help="of a longer table, learn from that many rows drawn at random (default: %(default)s)",
    )  # fmt: skip
    _add_format(parser)
    network = parser.add_argument_group("the network and its training")
    network.add_argument(
        "--layers", metavar="N", type=positive, nargs="*", default=[16, 16],
        help="sizes of the hidden layers; none for a linear model (default: 16 16)",
    )  # fmt: skip
    names = [a.name for a in activations.ACTIVATIONS.values() if not a.over_layer]
    network.add_argument("--activation", choices=names, default="tanh", metavar="NAME", help="of the hidden layers: "
                         f"{', '.join(names)} (default: %(default)s)")  # fmt: skip
    network.add_argument(
        "--epochs",
        metavar="N",
        type=positive,
        help="how often to go through the rows (default: 20 to 200, by their number)",
    )
    network.add_argument("--batch-size", metavar="N", type=positive, default=32, help="(default: %(default)s)")
    network.add_argument(
        "--optimizer", choices=sorted(optimizers.OPTIMIZERS), default="adam", metavar="NAME",
        help=f"{', '.join(sorted(optimizers.OPTIMIZERS))} (default: %(default)s)",
    )  # fmt: skip
    network.add_argument(
        "--learning-rate", metavar="η", type=_number, default=0.02,
        help="the first one; it falls to 0 along a cosine (default: %(default)s)",
    )  # fmt: skip
    network.add_argument(
        "--l2", metavar="λ", type=_number, default=0.1, help="strength of the L2 penalty (default: %(default)s)"
    )
    network.add_argument(
        "--patience", metavar="N", type=positive,
        help="stop when the validation loss has not fallen for N epochs; the weights of the best epoch are kept in any "
        "case",
    )  # fmt: skip
    network.add_argument("--test", metavar="SHARE", type=_share, default=0.2, help="of the rows, to test with at the "
                         "end (default: %(default)s)")  # fmt: skip
    network.add_argument("--seed", metavar="N", type=int, default=0, help="of all random numbers (default: 0)")
    parser.add_argument("--output", metavar="FOLDER", type=Path, help="where the results go (default: NAME-run)")
    parser.add_argument("--quiet", action="store_true", help="show the outcome only")


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", type=Path, help="a model.safetensors that train has written")
    parser.add_argument("table", metavar="FILE.csv", type=Path, help="the table")
    parser.add_argument("-o", "--output", metavar="OUT.csv", type=Path, help="where to write; printed if not given")
    parser.add_argument("--keep", action="store_true", help="write the columns of the table too")
    parser.add_argument(
        "--unseen", choices=("error", "ignore"), default="error",
        help="what to do with a category that the training did not see (default: %(default)s)",
    )  # fmt: skip
    _add_format(parser)


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", type=Path, help="a model.safetensors")
    parser.add_argument(
        "-o", "--output", metavar="PICTURE", type=Path, help="a .png, .svg or .pdf (default: beside the model)"
    )


def _add_format(parser: argparse.ArgumentParser) -> None:
    """What tells how a CSV file is written."""
    group = parser.add_argument_group("how the CSV file is written (recognised if not told)")
    group.add_argument(
        "--delimiter", type=_delimiter, metavar="CHAR", help=f"{', '.join(DELIMITERS.values())}, or any character"
    )
    group.add_argument("--decimal", type=_decimal, metavar="SIGN", help="point or comma")
    group.add_argument("--encoding", metavar="NAME", help="utf-8, cp1252, latin-1, …")
    group.add_argument(
        "--header", action=argparse.BooleanOptionalAction, default=None, help="whether the first line names the columns"
    )
    group.add_argument(
        "--missing-marks", metavar="TEXT", nargs="+", default=[],
        help=f"further texts that stand for a missing value, besides {', '.join(map(repr, MISSING))}",
    )  # fmt: skip


def _delimiter(text: str) -> str:
    found = {word: char for char, word in DELIMITERS.items()}.get(text, text)
    if len(found) != 1:
        raise argparse.ArgumentTypeError(f"must be {', '.join(DELIMITERS.values())} or one character, got {text!r}")
    return found


def _decimal(text: str) -> str:
    sign = {"point": ".", "comma": ","}.get(text, text)
    if sign not in (".", ","):
        raise argparse.ArgumentTypeError(f"must be point or comma, got {text!r}")
    return sign


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a finite number of at least 0, got {text!r}")
    return number


def _share(text: str) -> float:
    share = _number(text)
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError(f"must lie between 0 and 1, got {text!r}")
    return share
