"""`python -m nn`: train a classifier of handwritten digits, or a network on your own data.

The work is done in `nn.digits` and in `nn.command`; here is what the command line understands.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import digits
from .command import options as own_data
from .command import predict, show, train
from .command.options import positive
from .console import INTERRUPTED

COMMANDS = {"train": train.run, "predict": predict.run, "show": show.run}


def parser() -> argparse.ArgumentParser:
    """What can be given on the command line."""
    made = argparse.ArgumentParser(
        prog="python -m nn",
        description="""\
Without a command: train a multilayer perceptron on the handwritten digits of scikit-learn, test it on a fifth of
them that it has not seen, and save the history, plots and the model. With a command: do the like with your own data.
Ctrl-C stops the training and keeps what was learned.""",
        epilog="""\
examples:
  python -m nn --hidden 32 16 --epochs 20 --output run2
  python -m nn train --data iris
  python -m nn train --data houses.csv --target price --layers 32 16
  python -m nn predict houses-run/model.safetensors new.csv -o predictions.csv
  python -m nn train --help
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_job = made.add_argument_group("options of the digits")
    main_job.add_argument(
        "--output", metavar="FOLDER", type=Path, default=Path("digits-run"),
        help="where the results go (default: %(default)s)",
    )  # fmt: skip
    main_job.add_argument(
        "--epochs", metavar="N", type=positive, default=8,
        help="how often to go through the examples (default: %(default)s)",
    )  # fmt: skip
    main_job.add_argument(
        "--hidden", metavar="N", type=positive, nargs="+", default=[24],
        help="sizes of the hidden layers (default: 24)",
    )  # fmt: skip
    main_job.add_argument(
        "--seed", metavar="N", type=int, default=0, help="start of all random numbers (default: %(default)s)"
    )
    own_data.add_commands(made)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.command is not None:
            return COMMANDS[options.command](options)
        return digits.run(options.output, epochs=options.epochs, hidden=options.hidden, seed=options.seed)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python writes the rest when it ends
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        print(f"python -m nn: {place}{error.strerror or error}", file=sys.stderr)
        return 1
    except (ImportError, ValueError) as error:
        print(f"python -m nn: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\npython -m nn: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
