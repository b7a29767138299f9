"""`python -m nn`: train a classifier of handwritten digits, and see what happens.

The work is done in `nn.digits`; here is what the command line understands.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import digits


def parser() -> argparse.ArgumentParser:
    """What can be given on the command line."""
    made = argparse.ArgumentParser(
        prog="python -m nn",
        description="Train a multilayer perceptron on the handwritten digits of scikit-learn, test it on a fifth of "
        "them that it has not seen, and save the history, plots and the model. Ctrl-C stops the training and keeps "
        "what was learned.",
        epilog="example: python -m nn --hidden 32 16 --epochs 20 --output run2",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    made.add_argument("--output", metavar="FOLDER", type=Path, default=Path("digits-run"), help="where the results go")
    made.add_argument("--epochs", metavar="N", type=_positive, default=8, help="how often to go through the examples")
    made.add_argument(
        "--hidden", metavar="N", type=_positive, nargs="+", default=[24], help="sizes of the hidden layers"
    )
    made.add_argument("--seed", metavar="N", type=int, default=0, help="start of all random numbers")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        return digits.run(options.output, epochs=options.epochs, hidden=options.hidden, seed=options.seed)
    except (OSError, ImportError) as error:
        print(f"python -m nn: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\npython -m nn: interrupted", file=sys.stderr)
        return digits.INTERRUPTED


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
