"""Tests of the tests: every fault that can be put into a row, and which suites find it.

    python -m tests.mutation [ROW ...]

prints a table with one line per row and lists what no suite finds. The exit status is 1 if a fault is found by none and
is not known to be equivalent, or if one that counts as equivalent is found.
"""

import sys
from collections import Counter
from typing import NamedTuple

from autograd_core.primitives import TABLE
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.faults import Fault, faults
from tests.mutation.suites import SUITES


class Verdict(NamedTuple):
    """A fault, what each suite said of it, and why it need not be found if that is so."""

    name: str
    fault: Fault
    found: dict[str, str | None]
    reason: str | None

    @property
    def caught(self) -> bool:
        """Whether any suite found the fault."""
        return any(self.found.values())

    @property
    def is_right(self) -> bool:
        """Whether exactly what is not equivalent was found, and the last digits by the suite that measures them."""
        by_digits = not self.fault.what.endswith("scaled") or bool(self.found["accuracy"])
        return self.caught == (self.reason is None) and by_digits


def judge(name: str, thorough: bool = True) -> list[Verdict]:
    """What the suites say of every fault of a row; unless `thorough`, only until the first of them finds it."""
    verdicts = []
    for fault in faults(TABLE[name]):
        found: dict[str, str | None] = {}
        for suite, check in SUITES.items():
            found[suite] = check(fault.row)
            if found[suite] and not thorough:
                break
        verdicts.append(Verdict(name, fault, found, EQUIVALENT.get((name, fault.what))))
    return verdicts


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in TABLE]
    if unknown:
        print(f"no such row: {', '.join(unknown)}", file=sys.stderr)
        return 2
    verdicts: list[Verdict] = []
    print(
        f"{'row':<13}{'faults':>7}" + "".join(f"{suite:>13}" for suite in SUITES) + f"{'caught':>8}{'equivalent':>12}"
    )
    for name in names or TABLE:
        judged = judge(name)
        verdicts += judged
        print(_line(name, judged), flush=True)
    print(_line("all", verdicts))
    print("\nequivalent, so found by none:")
    for reason, count in Counter(verdict.reason for verdict in verdicts if verdict.reason).items():
        which = [f"{v.name} {v.fault.what}" for v in verdicts if v.reason == reason]
        print(f"  {count} where {reason}: {', '.join(which)}")
    wrong = [verdict for verdict in verdicts if not verdict.is_right]
    for verdict in wrong:
        said = next((f"{suite}: {text}" for suite, text in verdict.found.items() if text), "no suite finds it")
        print(f"WRONG {verdict.name}, {verdict.fault.what}: {said}")
    print(
        f"\n{'every fault that changes a derivative is caught' if not wrong else f'{len(wrong)} faults are judged wrongly'}"
    )
    return 1 if wrong else 0


def _line(name: str, verdicts: list[Verdict]) -> str:
    counts = [sum(bool(verdict.found.get(suite)) for verdict in verdicts) for suite in SUITES]
    caught, equivalent = sum(v.caught for v in verdicts), sum(v.reason is not None for v in verdicts)
    return f"{name:<13}{len(verdicts):>7}" + "".join(f"{n:>13}" for n in counts) + f"{caught:>8}{equivalent:>12}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
