"""Every loss: value and gradient against the formula in 50 digits, and against PyTorch.

`COMMON` drives the tests that all losses share. PyTorch's numbers are stored, so that the tests need no PyTorch; where
it is installed, random outputs are compared too.
"""

import math
import pickle

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd_core import DomainError, Value, domain_errors
from nn import Perceptron, losses
from nn.losses import LOSSES

LOGITS, PROBABILITIES = st.floats(-30.0, 30.0), st.floats(1e-6, 1.0 - 1e-6)


def log_sigmoid(z):
    return -mpmath.log1p(mpmath.exp(-z))


def binary(log_p, log_q):
    return lambda ys, ts: -sum(t * log_p(y) + (1 - t) * log_q(y) for y, t in zip(ys, ts, strict=True))


def log_softmax(zs):
    return [z - mpmath.log(sum(mpmath.exp(x) for x in zs)) for z in zs]


# name -> (outputs, targets of one output or the word "row", formula)
COMMON = {
    "residual_sum_of_squares": (LOGITS, LOGITS, lambda ys, ts: sum((y - t) ** 2 for y, t in zip(ys, ts, strict=True))),
    "half_squared_error": (LOGITS, LOGITS, lambda ys, ts: sum((y - t) ** 2 for y, t in zip(ys, ts, strict=True)) / 2),
    "binary_cross_entropy": (PROBABILITIES, st.sampled_from([0, 1, 0.25]), binary(mpmath.log, lambda p: mpmath.log1p(-p))),
    "binary_cross_entropy_with_logits": (
        LOGITS, st.sampled_from([0, 1, 0.25]), binary(log_sigmoid, lambda z: log_sigmoid(-z))),
    "hinge": (LOGITS, st.sampled_from([-1, 1]), lambda ys, ts: sum(max(0, 1 - t * y) for y, t in zip(ys, ts, strict=True))),
    "cross_entropy": (LOGITS, "row", lambda zs, ts: -sum(t * l for t, l in zip(ts, log_softmax(zs), strict=True))),
    "cross_entropy_on_probabilities": (
        PROBABILITIES, "row", lambda ps, ts: -sum(t * mpmath.log(p) for p, t in zip(ps, ts, strict=True))),
}  # fmt: skip


@st.composite
def examples(draw, name: str):
    """Outputs, and a target as a row of as many numbers."""
    outputs, targets, _ = COMMON[name]
    n = draw(st.integers(2 if targets == "row" else 1, 4))
    ys = draw(st.lists(outputs, min_size=n, max_size=n))
    if targets == "row":
        soft = draw(st.booleans())
        c = draw(st.integers(0, n - 1))
        return ys, [1.0 / n] * n if soft else losses.one_hot(c, n)
    return ys, draw(st.lists(targets, min_size=n, max_size=n))


def gradients(name: str, ys: list[float], target) -> tuple[float, list[float]]:
    outputs = [Value(y) for y in ys]
    loss = losses.get(name)(outputs if len(outputs) > 1 else outputs[0], target)
    loss.backward()
    return loss.data, [y.grad for y in outputs]


def test_the_list_is_complete():
    assert list(COMMON) == list(LOSSES)


@pytest.mark.parametrize("name", COMMON)
@given(data=st.data())
def test_value_and_gradient_are_those_of_the_formula(name: str, data):
    ys, target = data.draw(examples(name))
    loss, grads = gradients(name, ys, target)
    formula = COMMON[name][2]
    with mpmath.workdps(50):
        exact = [mpmath.mpf(y) for y in ys]
        size = 1.0 + max(map(abs, ys))  # log-sum-exp minus a logit has the rounding of the logits
        assert loss == pytest.approx(float(formula(exact, target)), rel=1e-13, abs=4e-16 * size)
        for i, grad in enumerate(grads):
            if name == "hinge" and abs(1 - target[i] * ys[i]) < 1e-6:
                continue  # the kink
            by_i = mpmath.diff(
                lambda x, i=i: formula([*exact[:i], x, *exact[i + 1 :]], target), exact[i], h=mpmath.mpf(10) ** -20
            )
            assert grad == pytest.approx(float(by_i), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", COMMON)
@given(data=st.data())
def test_targets_as_values_give_the_same(name: str, data):
    """What a compiled program sees, whose targets are lanes: the loss must not branch on their numbers."""
    ys, target = data.draw(examples(name))
    loss = losses.get(name)
    (row,) = loss.lanes([target if len(target) > 1 else target[0]], len(ys))
    outputs = [Value(y) for y in ys]
    out = loss(outputs, [Value(t) for t in row])
    out.backward()
    value, grads = gradients(name, ys, target)
    assert out.data == pytest.approx(value, rel=1e-13, abs=1e-14)
    assert [y.grad for y in outputs] == pytest.approx(grads, rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("name", [name for name, (_, targets, _) in COMMON.items() if targets == "row"])
@given(data=st.data())
def test_class_index_and_one_hot_are_the_same(name: str, data):
    ys, _ = data.draw(examples(name))
    c = data.draw(st.integers(0, len(ys) - 1))
    assert gradients(name, ys, c) == gradients(name, ys, losses.one_hot(c, len(ys))) == gradients(name, ys, float(c))


# PyTorch 2 in float64, summed over the outputs; cross-entropy on probabilities is nll_loss of their logarithms,
# hinge is clamp(1 - t*y, min=0).
STORED = {
    "residual_sum_of_squares": ([0.3, -1.2], [1.0, 0.5], 3.3799999999999994, [-1.4, -3.4]),
    "half_squared_error": ([0.3, -1.2], [1.0, 0.5], 1.6899999999999997, [-0.7, -1.7]),
    "binary_cross_entropy": (
        [0.3, 0.9, 0.4], [1.0, 0.0, 0.25], 4.118749798113013, [-3.333333333333333, 10.000000000000002, 0.6250000000000001]),
    "binary_cross_entropy_with_logits": (
        [0.3, -2.5, 4.0], [1.0, 0.0, 0.25], 3.6513949066788864,
        [-0.42555748318834097, 0.07585818002124355, 0.7320137900379085]),
    "hinge": ([0.3], [-1.0], 1.3, [1.0]),
    "cross_entropy": (
        [0.3, -1.2, 2.0], 2, 0.20167124495279057, [0.1493188621833912, 0.03331754163216139, -0.18263640381555257]),
    "cross_entropy_on_probabilities": ([0.3, 0.2, 0.5], 1, 1.6094379124341003, [0.0, -5.0, 0.0]),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMON)
def test_numbers_that_pytorch_gave(name: str):
    ys, target, value, expected = STORED[name]
    loss, grads = gradients(name, ys, target)
    assert loss == pytest.approx(value, rel=1e-14)
    assert grads == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", COMMON)
def test_random_outputs_in_pytorch(name: str):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'autograd-core[bench]'")
    functional = torch.nn.functional
    functions = {
        "residual_sum_of_squares": lambda y, t: functional.mse_loss(y, t, reduction="sum"),
        "half_squared_error": lambda y, t: functional.mse_loss(y, t, reduction="sum") / 2,
        "binary_cross_entropy": lambda y, t: functional.binary_cross_entropy(y, t, reduction="sum"),
        "binary_cross_entropy_with_logits": lambda y, t: functional.binary_cross_entropy_with_logits(
            y, t, reduction="sum"
        ),
        "hinge": lambda y, t: torch.clamp(1 - t * y, min=0).sum(),
        "cross_entropy": functional.cross_entropy,
        "cross_entropy_on_probabilities": lambda y, t: -(t * torch.log(y)).sum(),
    }

    @given(data=st.data())
    def compare(data):
        ys, target = data.draw(examples(name))
        assume(
            name != "hinge" or all(y * t != 1.0 for y, t in zip(ys, target, strict=True))
        )  # the kink: conventions differ
        outputs = torch.tensor(ys, dtype=torch.float64, requires_grad=True)
        theirs = functions[name](outputs, torch.tensor(target, dtype=torch.float64))
        theirs.backward()
        loss, grads = gradients(name, ys, target)
        assert loss == pytest.approx(theirs.item(), rel=1e-11, abs=1e-12)
        assert grads == pytest.approx(outputs.grad.tolist(), rel=1e-9, abs=1e-12)

    compare()


@pytest.mark.parametrize("name", COMMON)
def test_name_function_and_pickle_mean_the_same(name: str):
    loss = losses.get(name)
    assert (
        loss is LOSSES[name] is getattr(losses, name) is losses.get(loss) is losses.get(name.replace("_", "-").upper())
    )
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert repr(loss) == f"<loss {name}>"
    assert loss.name == name
    assert ">>> " in loss.__doc__


# What the forms are stable against ----------------------------------------------------------------------------


@given(z=st.floats(-1e6, 1e6), y=st.sampled_from([0, 1]))
def test_logits_of_any_size_have_a_finite_loss_and_the_gradient_p_minus_y(z: float, y: int):
    loss, (grad,) = gradients("binary_cross_entropy_with_logits", [z], y)
    assert 0.0 <= loss < math.inf
    with mpmath.workdps(30):
        assert grad == pytest.approx(
            float(1 / (1 + mpmath.exp(-mpmath.mpf(z))) - y) if abs(z) < 60 else float(z > 0) - y, abs=1e-15
        )
    loss, grads = gradients("cross_entropy", [z, 0.0], 1 - y)
    assert 0.0 <= loss < math.inf
    assert sum(grads) == pytest.approx(0.0, abs=1e-15)


@given(st.lists(LOGITS, min_size=2, max_size=5), st.data())
def test_softmax_and_cross_entropy_have_the_error_p_minus_t(zs: list[float], data):
    c = data.draw(st.integers(0, len(zs) - 1))
    _, grads = gradients("cross_entropy", zs, c)
    total = math.fsum(math.exp(z - max(zs)) for z in zs)
    expected = [math.exp(z - max(zs)) / total - (k == c) for k, z in enumerate(zs)]
    assert grads == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_saturated_probability_says_what_to_use_instead():
    for y, p in ((0, 1.0), (1, 0.0)):
        with pytest.raises(
            DomainError,
            match=r"binary_cross_entropy of the probability .* linear outputs and binary_cross_entropy_with_logits",
        ):
            losses.binary_cross_entropy(Value(p), y)
        with domain_errors("ieee"):
            assert losses.binary_cross_entropy(Value(p), y).data == math.inf
        assert losses.binary_cross_entropy(Value(p), 1 - y).data == 0.0
        assert losses.binary_cross_entropy(Value(p), Value(1.0 - y)).data == 0.0
    with pytest.raises(DomainError, match="linear outputs and cross_entropy"):
        losses.cross_entropy_on_probabilities([Value(0.0), Value(1.0)], 0)
    assert losses.cross_entropy_on_probabilities([Value(0.0), Value(1.0)], 1).data == 0.0


def test_learning_slowdown():
    """A saturated sigmoid that is wrong: δ = (a − y)·σ'(z) is tiny with the quadratic cost, a − y with cross-entropy."""
    model = Perceptron(1, activation="logistic")
    model.set_weight_matrices([[[0.0, 8.0]]])
    (bias,) = model.biases()
    a = model([1.0])
    losses.half_squared_error(a, 0).backward()
    assert bias.grad == pytest.approx(a.data * a.data * (1.0 - a.data), rel=1e-12)
    assert bias.grad < 4e-4
    model.zero_grad()
    losses.binary_cross_entropy(model([1.0]), 0).backward()
    assert bias.grad == pytest.approx(a.data, rel=1e-12)
    assert bias.grad > 0.999


def test_points_inside_the_margin_alone_have_a_gradient():
    outputs, targets = [Value(y) for y in (2.0, 0.5, -0.5, -1.0, -3.0)], [1, 1, 1, -1, 1]
    for y, t in zip(outputs, targets, strict=True):
        losses.hinge(y, t).backward()
    assert [y.grad for y in outputs] == [0.0, -1.0, -1.0, 0.0, -1.0]
    assert losses.count_inside_margin(outputs, targets) == 3


def test_one_output_makes_no_sum():
    y = Value(0.5)
    assert losses.hinge(y, 1).op == "relu"
    assert losses.residual_sum_of_squares(y, 1.0).op == "square"
    assert losses.half_squared_error([y], 1.0).data == 0.125
    assert losses.binary_cross_entropy(y, 1).parents[0].op == "log"


def test_other_names():
    assert losses.get("mse") is losses.half_squared_error
    assert losses.get("RSS") is losses.residual_sum_of_squares
    with pytest.raises(ValueError, match="unknown loss 'hinche': did you mean 'hinge'"):
        losses.get("hinche")
