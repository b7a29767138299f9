"""Rules on trial: an operation that exists for one block only, and what `gradcheck` says of a claimed derivative."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from autograd_core import GradientMismatch, Value, gradcheck, primitive
from autograd_core.evaluate import NUMBERS
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE

Rule = Callable[..., Any]


@contextmanager
def on_trial(name: str, primal: Rule, partials: Rule | Sequence[Rule], **known: Any) -> Iterator[Any]:
    """Define an operation as `autograd_core.primitive` does, and forget it at the end of the block.

    A wrong rule that stays in the table would be found by every later test of the table.
    """
    function = primitive(name, primal, partials, **known)
    try:
        yield function
    finally:
        row = TABLE.pop(name)
        del FUNCTIONS[name]
        vars(NUMBERS).pop(name, None)
        if not row.variadic:
            delattr(Value, name)


class Verdict(NamedTuple):
    """What `gradcheck` says of one claimed derivative."""

    name: str
    right: bool
    claimed: float
    values_say: float
    kind: str

    def __str__(self) -> str:
        if self.right:
            return f"{self.name}: right. The rule says {self.claimed:.6f}, and so do the values."
        return (
            f"{self.name}: WRONG. The rule says {self.claimed:.6f}, the values say {self.values_say:.6f}.\n"
            f"    It looks like {self.kind}."
        )


def verdict(name: str, primal: Rule, partials: Rule | Sequence[Rule], *inputs: float) -> Verdict:
    """Let `gradcheck` compare a formula with the derivative that is claimed for it, at one point."""
    with on_trial("trial_of_" + re.sub(r"\W+", "_", name), primal, partials) as function:
        try:
            found = gradcheck(function, *inputs).derivatives[0]
        except GradientMismatch as error:
            fault = error.report.faults[0]  # type: ignore[attr-defined]
            return Verdict(name, False, fault.partial, fault.numerical, error.kind)
    return Verdict(name, True, found.reverse, found.numerical, "")
