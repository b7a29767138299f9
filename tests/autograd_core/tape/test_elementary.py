"""The elementary functions of the kernels against high precision, and at their edges."""

import math

import mpmath
import numpy as np
import pytest

numba = pytest.importorskip("numba")

from autograd_core.tape import elementary  # noqa: E402

numbers = np.random.default_rng(0)
ANGLES = np.concatenate([
    numbers.uniform(-10, 10, 1000),
    numbers.uniform(-elementary.LARGEST_ANGLE, elementary.LARGEST_ANGLE, 1000),
    10.0 ** numbers.uniform(-300, 6, 500) * numbers.choice([-1, 1], 500),
    np.round(numbers.uniform(-6e5, 6e5, 1000)) * (math.pi / 2),  # where the result is all but 0, or all but 1
])  # fmt: skip
POINTS = {
    "exp": np.concatenate([numbers.uniform(-745, 709.7, 2000), 10.0 ** numbers.uniform(-300, 0, 300)]),
    "tanh": np.concatenate([numbers.uniform(-1, 1, 1500), numbers.uniform(-25, 25, 1000), ANGLES[2000:2500]]),
    "small_sin": ANGLES,
    "small_cos": ANGLES,
}
WORST = {"exp": 0.9, "tanh": 1.5, "small_sin": 0.8, "small_cos": 0.8}
"""In ulp; what was seen at many more points is a little less."""


@pytest.fixture(params=POINTS)
def name(request):
    return request.param


def over_lanes(name, xs):
    function = getattr(elementary, name)

    @numba.njit(fastmath={"contract", "nsz"}, error_model="numpy")
    def loop(xs, out):
        for i in range(len(xs)):
            out[i] = function(xs[i])

    out = np.empty(len(xs))
    loop(np.array(xs, dtype=float), out)
    return out.tolist()


def test_accuracy(name):
    exact = getattr(mpmath, name.removeprefix("small_"))
    with mpmath.workprec(200):
        errors = [
            float(abs(y - exact(mpmath.mpf(x))) / math.ulp(float(exact(mpmath.mpf(x)))))
            for x, y in zip(POINTS[name].tolist(), over_lanes(name, POINTS[name]), strict=True)
        ]
    assert max(errors) < WORST[name], POINTS[name][int(np.argmax(errors))]


def test_edges():
    inf, nan = math.inf, math.nan
    assert over_lanes("exp", [0.0, -0.0, inf, -inf, 709.79, -745.2, 5e-324]) == [1, 1, inf, 0, inf, 0, 1]
    assert over_lanes("exp", [-745.1]) == [5e-324]
    assert over_lanes("tanh", [inf, -inf, 20.0, 5e-324]) == [1, -1, 1, 5e-324]
    assert over_lanes("small_sin", [5e-324, -1e-310]) == [5e-324, -1e-310]
    assert over_lanes("small_cos", [0.0, -0.0, 1e-320]) == [1, 1, 1]
    for odd in ("tanh", "small_sin"):
        assert [math.copysign(1.0, y) for y in over_lanes(odd, [0.0, -0.0])] == [1, -1]
    for name in POINTS:
        assert all(map(math.isnan, over_lanes(name, [nan])))
