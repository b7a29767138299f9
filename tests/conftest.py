"""Settings of the whole suite: Hypothesis profiles, and the surroundings of child processes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).resolve().parents[1]

# No deadlines: the first call of an operation may compile, and machines are shared.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
# Tests of the tests need to know that a test fails, not the simplest example for it.
settings.register_profile("mutants", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
settings.register_profile(
    "thorough", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)


def profile_name(markers: str) -> str:
    """Return the profile: HYPOTHESIS_PROFILE if set, thorough for `pytest -m thorough`, ci where CI=true, else dev."""
    if name := os.environ.get("HYPOTHESIS_PROFILE"):
        return name
    if markers == "thorough":
        return "thorough"
    return "ci" if os.environ.get("CI", "").lower() in {"1", "true"} else "dev"


def pytest_configure(config: pytest.Config) -> None:
    name = profile_name(config.getoption("markexpr"))
    try:
        settings.load_profile(name)
    except Exception as error:
        raise pytest.UsageError(f"HYPOTHESIS_PROFILE is dev, ci, mutants or thorough, got {name!r}") from error
    # A child process imports the packages that are tested, wherever it starts and whatever is installed.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([inherited] if inherited else [])])
    os.environ.setdefault("MPLBACKEND", "Agg")  # no plot opens a window
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; tests send it to themselves
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Compiled kernels are kept between runs; their names change with their source.
    if getattr(config, "cache", None) is not None:
        os.environ.setdefault("AUTOGRAD_CORE_CACHE", str(config.cache.mkdir("kernels")))


@pytest.fixture(autouse=True)
def own_primitives() -> Iterator[None]:
    """Forget the primitives that a test defines, so that each name is free again."""
    from autograd_core import functions, origin, value
    from autograd_core.evaluate import NUMBERS
    from autograd_core.primitives import TABLE

    before = set(TABLE)
    yield
    for name in set(TABLE) - before:
        row = TABLE.pop(name)
        del functions.FUNCTIONS[name]
        vars(NUMBERS).pop(name, None)
        origin._shared_origins.pop(row, None)
        for key in [key for key in value._kernels if key[0] is row]:
            del value._kernels[key]
        if not row.variadic:
            delattr(value.Value, name)


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis profile of this run: {settings.get_current_profile_name()}"
