"""``python -m benchmarks``: run a suite, print its tables, and on request write them as JSON."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

from autograd_core.primitives import TABLE

from . import accuracy, compiled, eager
from .harness import DEFAULT, Effort

DESCRIPTION = """\
Time this library beside others, in one process, or measure how exact they are. Before anything is timed, all of them
must give the same values and gradients. Libraries that are not installed are skipped: pip install '.[bench]' brings
them all."""

EPILOG = """\
examples:
  python -m benchmarks eager                          everything, some minutes
  python -m benchmarks eager chain --peers micrograd  one program beside one library
  python -m benchmarks eager import memory            no other library needed
  python -m benchmarks eager --turns 15 --json eager.json
  python -m benchmarks compiled                       recorded programs and trainings, some minutes
  python -m benchmarks compiled moons digits --profile
  python -m benchmarks accuracy                       errors of every operation in ulp, some minutes
  python -m benchmarks accuracy second                of second derivatives, eager, compiled, and other libraries
  python -m benchmarks accuracy rows --operations tanh,hypot --points 1000000

how to read a table of times:
  Each figure is the median over the turns of the mean time of the runs in a turn. "times ours" says how many times
  as long the library takes as this one. Times are processor time. Even so, an idle machine gives steadier figures
  (programs compete for caches), and ratios say more than milliseconds."""


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def add_suite(suites, name: str, module: ModuleType, peers: tuple[str, ...], text: str) -> argparse.ArgumentParser:
    """What the command lines of all suites have in common."""
    suite = suites.add_parser(
        name,
        help=text,
        description=module.__doc__,
        epilog="parts:\n" + "".join(f"  {part:<10}{what}\n" for part, what in module.PARTS.items()) + "\n" + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suite.set_defaults(module=module, known_peers=peers)
    suite.add_argument("parts", nargs="*", metavar="part", help="what to measure, of the list below (default: all)")
    suite.add_argument(
        "--peers", type=names, default=list(peers), help=f"libraries to compare with (default: {','.join(peers)})"
    )
    suite.add_argument(
        "--small", action="store_true", help="tiny programs: shows that everything runs, measures nothing"
    )
    suite.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    return suite


def add_timing(suite: argparse.ArgumentParser) -> None:
    """How often the programs of a suite are run."""
    suite.add_argument(
        "--turns", type=positive, default=DEFAULT.turns, help="turns of each library (default: %(default)s)"
    )
    suite.add_argument(
        "--runs", type=positive, default=DEFAULT.runs, help="runs in a turn, one second at most (default: %(default)s)"
    )
    suite.set_defaults(keywords=lambda chosen: {"effort": Effort(chosen.turns, chosen.runs)})


def add_points(suite: argparse.ArgumentParser) -> None:
    """Where the suite `accuracy` looks."""
    suite.add_argument(
        "--points",
        type=positive,
        default=accuracy.POINTS,
        help="points per operation; slow parts take fewer (default: %(default)s)",
    )
    suite.add_argument("--operations", type=names, default=[], metavar="NAMES", help="some rows only, as tanh,hypot")
    suite.add_argument("--seed", type=int, default=0, help="other numbers give other points (default: %(default)s)")
    suite.add_argument(
        "--document",
        type=Path,
        metavar="FILE",
        help="put the tables of operations and of second derivatives into docs/guarantees.md",
    )
    keys = ("points", "operations", "seed", "document")
    suite.set_defaults(keywords=lambda chosen: {key: getattr(chosen, key) for key in keys})


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suites = top.add_subparsers(dest="suite", required=True, metavar="suite", title="suites")
    add_timing(add_suite(suites, "eager", eager, eager.EAGER[1:],
              "graphs of scalars, built and swept once per run: programs, time per node, memory, import"))  # fmt: skip
    suite = add_suite(suites, "compiled", compiled, compiled.LEARNERS,
                      "recorded programs over many lanes, and trainings on them: time, start, memory")  # fmt: skip
    add_timing(suite)
    suite.add_argument("--profile", action="store_true", help="also show where the time of each training goes")
    suite.set_defaults(keywords=lambda chosen: {"effort": Effort(chosen.turns, chosen.runs), "profile": chosen.profile})
    add_points(add_suite(suites, "accuracy", accuracy, accuracy.PEERS,
                         "the worst errors of values and derivatives, in units in the last place"))  # fmt: skip
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 1 if two libraries do not agree."""
    options = parser()
    chosen = options.parse_args(arguments)
    module = chosen.module
    parts = chosen.parts or list(module.PARTS)
    rows = getattr(chosen, "operations", [])
    known_peers = (*chosen.known_peers, eager.OURS)
    for kind, given, known in (
        ("part", parts, module.PARTS), ("peer", chosen.peers, known_peers), ("operation", rows, TABLE)
    ):  # fmt: skip
        for name in given:
            if name not in known:
                options.error(f"unknown {kind} {name!r}; choose from {', '.join(known)}")
    show = partial(print, flush=True)
    try:
        report = module.run(parts, chosen.peers, small=chosen.small, show=show, **chosen.keywords(chosen))
    except eager.ResultsDifferError as error:
        print(f"the libraries do not agree, nothing is timed: {error}", file=sys.stderr)
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
