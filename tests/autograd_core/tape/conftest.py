"""One set of kernels for all tests of this folder, with all rows: it takes half a minute to compile, once.

Training loops contain their kernels, so they have a smaller set.
"""

from collections.abc import Iterator

import pytest

from autograd_core.primitives import TABLE
from autograd_core.tape import native, training
from tests.tapes import ALL_ROWS

SOME = [TABLE[name] for name in "add div dot exp fsum log mul neg relu sqrt square sub tanh".split()]


def always(rows):
    """The rows of any plans: `rows`, or those in use where a test needs others."""

    def rows_of(*plans):
        used = {step.row for plan in plans for step in plan.steps if hasattr(step, "row")}
        return rows if used <= set(rows) else sorted(used, key=lambda row: row.name)

    return rows_of


@pytest.fixture(scope="package", autouse=True)
def kernels() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "rows_of", always(ALL_ROWS))
        patch.setattr(training, "rows_of", always(SOME))
        yield
