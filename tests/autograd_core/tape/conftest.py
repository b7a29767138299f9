"""One set of kernels for all tests of this folder, with all rows: it takes half a minute to compile, once."""

import os
from collections.abc import Iterator

import pytest

from autograd_core.conditions import RECORDED_ROWS
from autograd_core.primitives import TABLE
from autograd_core.tape import native, training
from autograd_core.tape.kernels import can_compile

ALL = sorted((row for row in [*TABLE.values(), *RECORDED_ROWS.values()] if can_compile(row)), key=lambda row: row.name)


def rows_of(*plans):
    """All rows, or those in use where a test has rows of its own."""
    used = {step.row for plan in plans for step in plan.steps if hasattr(step, "row")}
    return ALL if used <= set(ALL) else sorted(used, key=lambda row: row.name)


@pytest.fixture(scope="package", autouse=True)
def kernels(pytestconfig: pytest.Config) -> Iterator[None]:
    """Keep compiled kernels between runs of the suite; their names change with their source."""
    with pytest.MonkeyPatch.context() as patch:
        if "AUTOGRAD_CORE_CACHE" not in os.environ:
            patch.setenv("AUTOGRAD_CORE_CACHE", str(pytestconfig.cache.mkdir("kernels")))
        patch.setattr(native, "rows_of", rows_of)
        patch.setattr(training, "rows_of", rows_of)
        yield
