"""One kernel of compiled code for all tests of accuracy: it takes half a minute to compile, once."""

from collections.abc import Iterator

import pytest

from autograd_core.tape import native
from tests.tapes import ALL_ROWS


@pytest.fixture(scope="module")
def one_kernel() -> Iterator[None]:
    """Compile one kernel for all rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "rows_of", lambda *plans: ALL_ROWS)
        yield
