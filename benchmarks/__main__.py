"""``python -m benchmarks``: run a suite, print its tables, and on request write them as JSON."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

from . import compiled, eager
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
  python -m benchmarks compiled                       recorded programs and trainings, some minutes
  python -m benchmarks compiled moons digits --profile

how to read a table:
  Each figure is the median over the turns of the mean time of the runs in a turn. "times ours" says how many times
  as long the library takes as this one. Times are processor time. Even so, an idle machine gives steadier figures
  (programs compete for caches), and ratios say more than milliseconds."""


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def add_suite(suites, name: str, module: ModuleType, peers: tuple[str, ...], text: str) -> argparse.ArgumentParser:
    """The command line of one suite."""
    suite = suites.add_parser(
        name,
        help=text,
        description=module.__doc__,
        epilog="parts:\n" + "".join(f"  {part:<10}{what}\n" for part, what in module.PARTS.items()) + "\n" + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suite.set_defaults(module=module, known_peers=peers, profile=False)
    suite.add_argument("parts", nargs="*", metavar="part", help="what to measure, of the list below (default: all)")
    suite.add_argument("--peers", default=",".join(peers), help="libraries to compare with (default: %(default)s)")
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
    return suite


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suites = top.add_subparsers(dest="suite", required=True, metavar="suite", title="suites")
    add_suite(suites, "eager", eager, eager.EAGER[1:],
              "graphs of scalars, built and swept once per run: programs, time per node, memory, import")  # fmt: skip
    suite = add_suite(suites, "compiled", compiled, compiled.LEARNERS,
                      "recorded programs over many lanes, and trainings on them: time, start, memory")  # fmt: skip
    suite.add_argument("--profile", action="store_true", help="also show where the time of each training goes")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 1 if two libraries do not agree."""
    options = parser()
    chosen = options.parse_args(arguments)
    module = chosen.module
    parts = chosen.parts or list(module.PARTS)
    peers = [peer for peer in chosen.peers.split(",") if peer]
    for kind, given, known in (("part", parts, module.PARTS), ("peer", peers, (*chosen.known_peers, eager.OURS))):
        for name in given:
            if name not in known:
                options.error(f"unknown {kind} {name!r}; choose from {', '.join(known)}")
    more = {"profile": True} if chosen.profile else {}
    try:
        report = module.run(
            parts, peers, Effort(chosen.turns, chosen.runs), chosen.small, show=partial(print, flush=True), **more
        )
    except eager.ResultsDifferError as error:
        print(f"the libraries do not agree, nothing is timed: {error}", file=sys.stderr)
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
