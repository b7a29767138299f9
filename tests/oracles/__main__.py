"""Where other systems disagree with the engine, each with the worst point, the exact value and the reason.

    python -m tests.oracles [OPERATION ...]

prints the list as Markdown. The exit status is 1 if a disagreement is not explained, or an explanation is out of date.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec

from autograd_core.primitives import TABLE
from tests.accuracy.measure import LOST
from tests.oracles.compare import Difference, differences
from tests.oracles.disagreements import REASONS, Reason
from tests.oracles.peers import PEERS, Peer
from tests.oracles.samples import samples


def installed() -> dict[str, Peer]:
    """The systems that are there."""
    return {name: make() for name, make in PEERS.items() if find_spec(name)}


def all_differences(peers: dict[str, Peer], names: Iterable[str]) -> Iterator[Difference]:
    """What differs in the operations `names`."""
    for name in names:
        having = {system: peer for system, peer in peers.items() if name in peer.operations}
        if having:
            points = samples(name)
            for system, peer in having.items():
                yield from differences(system, peer, name, points)


def called(difference: Difference) -> str:
    """A result as `REASONS` calls it: ``tanh`` or ``tanh'``."""
    return difference.name + ("" if difference.result == "value" else "'")


def reason_of(difference: Difference) -> Reason | None:
    """The first reason that fits."""
    name = called(difference)
    for reason in REASONS:
        known = reason.where.get(difference.peer, "").split()
        everything = "*" in known or ("*'" in known and name.endswith("'"))
        if reason.kind == difference.kind and (everything or name in known):
            return reason
    return None


def outdated(found: Sequence[Difference], peers: Iterable[str], names: Iterable[str]) -> list[str]:
    """What is in the list of reasons and was not found, among these systems and operations."""
    names = set(names)
    seen = {(id(reason_of(d)), d.peer, name) for d in found for name in (called(d), "*", "*'")}
    return [
        f"{peer}: {name} ({reason.kind}: {reason.text})"
        for reason in REASONS
        for peer in set(peers) & set(reason.where)
        for name in reason.where[peer].split()
        if name.rstrip("'") in names and (id(reason), peer, name) not in seen
    ]


HEADER = """# Where other systems disagree

Written by `python -m tests.oracles`: all operations at the sample inputs of PyTorch's own operator tests and at our own points, ends
of domains, kinks, infinities, nan and subnormal numbers among them. Results within 16 ulp of the truth count as equal. Of each
disagreement the worst point is shown (of those at an edge, the plainest), and how many more there are; where there is a true value,
it stands beside the error in ulp.
"""


def table(found: Sequence[Difference]) -> str:
    """The disagreements as Markdown, by reason; those with a reason for all operations as one line for each system."""
    lines: list[str] = []
    for reason in REASONS:
        mine = [d for d in found if reason_of(d) is reason]
        if not mine:
            continue
        text = reason.text.replace("*", r"\*")
        lines += ["", f"**{text}** ({reason.verdict})", ""]
        lines += [
            "| system | result | at | engine | system | exact | ulp off | points |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for peer, names in reason.where.items():
            its = [d for d in mine if d.peer == peer]
            if "*" not in names:
                lines += [_row(d) for d in its]
            elif its:
                worst = max(its, key=lambda d: (d.ulps < LOST, d.count))
                others = ", ".join(dict.fromkeys(called(d) for d in its if called(d) != called(worst)))
                lines += [
                    _row(worst, sum(d.count for d in its)),
                    *([f"| {peer} | also: {others} | | | | | | |"] if others else []),
                ]
    return "\n".join(lines[1:])


def _row(d: Difference, count: int = 0) -> str:
    result = f"{d.result} of {d.name}" if d.result != "value" else d.name
    point = ", ".join(f"{x!r}" for x in d.point)
    off = f"{d.ulps:.3g}" if d.exact else ""
    return f"| {d.peer} | {result} | {point} | {d.ours!r} | {d.theirs!r} | {d.exact} | {off} | {count or d.count} |"


def main(names: list[str]) -> int:
    peers = installed()
    chosen = names or list(TABLE)
    found = list(all_differences(peers, chosen))
    print(HEADER)
    print(table(found))
    unexplained = [d for d in found if reason_of(d) is None]
    stale = outdated(found, peers, chosen)
    for d in unexplained:
        print(f"NOT EXPLAINED {d.kind} {_row(d)}")
    for text in stale:
        print(f"OUT OF DATE {text}")
    print(
        f"\n{len(found)} disagreements with {', '.join(peers)}: {len(unexplained)} not explained, {len(stale)} out of date"
    )
    return 1 if unexplained or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
