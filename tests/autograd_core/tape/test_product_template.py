"""The matrix products of the kernels against NumPy, at all sizes around those of a tile."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd_core.tape.kernel_cache import Kernels
from autograd_core.tape.kernels import products
from autograd_core.tape.native import PRODUCT_SIGNATURES
from autograd_core.tape.product_template import NEAR
from autograd_core.tape.vector_width import PADDING, padded, width

pytest.importorskip("numba")


@pytest.fixture(scope="module")
def kernels():
    return Kernels.of("products", products(), PRODUCT_SIGNATURES)


class Case:
    """A product of `count` results of `inputs` registers in `lanes` lanes, and what NumPy makes of it."""

    def __init__(self, count, inputs, lanes, seed):
        numbers = np.random.default_rng(seed)
        self.count, self.lanes = count, lanes
        others = 3  # registers between the inputs and the results, which nobody may touch
        self.first = inputs + others
        self.registers = self.first + count + others
        self.inputs = np.sort(numbers.permutation(self.first)[:inputs])
        self.V = numbers.normal(size=(self.registers, lanes))
        self.A = numbers.normal(size=(self.registers, lanes))
        self.weights, self.shape = 2, (count, inputs + 1)
        self.before = numbers.normal(size=count * (inputs + 1) + 5)  # gradients of other uniform numbers, too
        self.uniforms = numbers.normal(size=len(self.before))
        rows = self.matrix(self.uniforms)
        self.W, self.b = rows[:, :-1], rows[:, -1]

    def matrix(self, numbers):
        """The part of `numbers` where the weights and biases stand, as rows."""
        return numbers[self.weights : -3].reshape(self.shape)

    def head(self):
        return self.first, self.count, len(self.inputs), self.inputs, self.uniforms, self.weights

    @property
    def results(self):
        return slice(self.first, self.first + self.count)


SIZES = st.tuples(
    st.integers(1, 20), st.integers(1, 20), st.integers(1, 9).map(lambda n: PADDING * n), st.integers(0, 99)
)
MANY = 8 * PADDING  # lanes in which the rows are more than the nearest cache takes


@given(SIZES)
@example((4, 4, 32, 0))
@example((1, 1, 8, 0))
@example((9, 7, 40, 1))
@example((9, NEAR // MANY + 3, MANY, 1))
@example((3, 2 * NEAR // MANY, MANY, 1))
def test_product(kernels, sizes):
    case = Case(*sizes)
    V = case.V.copy()
    kernels["product"](*case.head(), V, case.lanes)
    expected = case.V.copy()
    expected[case.results] = case.W @ case.V[case.inputs] + case.b[:, None]
    np.testing.assert_allclose(V, expected, rtol=1e-13, atol=1e-13)


@given(SIZES, st.booleans())
@example((4, 4, 32, 0), True)
@example((5, 9, 40, 0), True)
@example((5, 9, 40, 0), False)
@example((NEAR // MANY + 3, 2 * NEAR // MANY + 5, MANY, 0), True)
def test_adjoint(kernels, sizes, wanted):
    case = Case(*sizes)
    A, gradients = case.A.copy(), case.before.copy()
    kernels["product_adjoint"](*case.head(), case.V, A, gradients, case.lanes, wanted)
    G = case.A[case.results]
    expected = case.A.copy()
    if wanted:
        expected[case.inputs] += case.W.T @ G
    np.testing.assert_allclose(A, expected, rtol=1e-13, atol=1e-13)
    total = case.before.copy()
    rows = case.matrix(total)
    rows[:, :-1] += G @ case.V[case.inputs].T
    rows[:, -1] += G.sum(axis=1)
    np.testing.assert_allclose(gradients, total, rtol=1e-12, atol=1e-12)


def test_one_lane_of_many_results(kernels):
    """A single lane is computed in rows of `PADDING`, with no adjoints in the others."""
    case = Case(72, NEAR + 40, PADDING, 0)
    A, gradients = case.A.copy(), case.before.copy()
    A[:, 1:] = 0.0
    G = A[case.results, :1].copy()
    for _ in range(3):  # what is written behind an array may be noticed late
        kernels["product_adjoint"](*case.head(), case.V, A, gradients, 1, False)
    total = case.before.copy()
    rows = case.matrix(total)
    rows[:, :-1] += 3.0 * G @ case.V[case.inputs, :1].T
    rows[:, -1] += 3.0 * G[:, 0]
    np.testing.assert_allclose(gradients, total, rtol=1e-12, atol=1e-12)


def test_infinite_lanes_stay_in_their_lanes(kernels):
    case = Case(5, 6, 40, 3)
    V = case.V.copy()
    V[case.inputs[2], 7], V[case.inputs[0], 33] = np.inf, np.nan
    kernels["product"](*case.head(), V, case.lanes)
    finite = np.isfinite(V[case.results]).all(axis=0)
    assert [lane for lane in range(40) if not finite[lane]] == [7, 33]


def test_widths():
    assert PADDING % width() == 0
    assert [padded(lanes) for lanes in (1, 8, 9, 100)] == [8, 8, 16, 104]
