"""``python -m benchmarks``: run a suite, print its tables, and on request write them as JSON."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path

from . import eager
from .harness import DEFAULT, Effort

DESCRIPTION = """\
Time this library beside others, in one process. Before anything is timed, all of them must give the same values
and gradients. Libraries that are not installed are skipped: pip install '.[bench]' brings them all."""

EPILOG = """\
examples:
  python -m benchmarks eager                          everything, some minutes
  python -m benchmarks eager chain --peers micrograd  one program beside one library
  python -m benchmarks eager import memory            no other library needed
  python -m benchmarks eager --turns 15 --json eager.json

how to read a table:
  Each figure is the median over the turns of the mean time of the runs in a turn. "times ours" says how many times
  as long the library takes as this one. Times are processor time. Even so, an idle machine gives steadier figures
  (programs compete for caches), and ratios say more than milliseconds."""


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suites = top.add_subparsers(dest="suite", required=True, metavar="suite", title="suites")
    suite = suites.add_parser(
        "eager",
        help="graphs of scalars, built and swept once per run: programs, time per node, memory, import",
        description="Graphs of scalars, built and swept once per run, in this library and in others.",
        epilog="parts:\n" + "".join(f"  {name:<10}{text}\n" for name, text in eager.PARTS.items()) + "\n" + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suite.add_argument("parts", nargs="*", metavar="part", help="what to measure, of the list below (default: all)")
    suite.add_argument(
        "--peers", default=",".join(eager.EAGER[1:]), help="libraries to compare with (default: %(default)s)"
    )
    suite.add_argument(
        "--turns", type=positive, default=DEFAULT.turns, help="turns of each library (default: %(default)s)"
    )
    suite.add_argument(
        "--runs", type=positive, default=DEFAULT.runs, help="runs in a turn, one second at most (default: %(default)s)"
    )
    suite.add_argument(
        "--small", action="store_true", help="tiny programs: shows that everything runs, measures nothing"
    )
    suite.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 1 if two libraries do not agree."""
    options = parser()
    chosen = options.parse_args(arguments)
    parts = chosen.parts or list(eager.PARTS)
    peers = [peer for peer in chosen.peers.split(",") if peer]
    for kind, given, known in (("part", parts, eager.PARTS), ("peer", peers, eager.EAGER)):
        for name in given:
            if name not in known:
                options.error(f"unknown {kind} {name!r}; choose from {', '.join(known)}")
    try:
        report = eager.run(
            parts, peers, Effort(chosen.turns, chosen.runs), chosen.small, show=partial(print, flush=True)
        )
    except eager.ResultsDifferError as error:
        print(f"the libraries do not agree, nothing is timed: {error}", file=sys.stderr)
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
