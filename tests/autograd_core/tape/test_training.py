"""`Trainer`: the same steps as eager training, whatever the optimizer, the batches and the executor."""

from contextlib import nullcontext

import numpy as np
import pytest

from autograd_core import Trainer, Value, dot, exp, fsum, jit, log, mean, relu, tanh, zero_grad
from autograd_core.tape import BranchError, program, training
from autograd_core.tape.plan import Product

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 3))
Y = np.sign(X[:, 0] + 0.2)


def network():
    rng = np.random.default_rng(1)
    first = [[Value(rng.normal()) for _ in range(4)] for _ in range(5)]
    last = [Value(rng.normal()) for _ in range(6)]

    def model(x):
        hidden = [tanh(dot(row[1:], x, row[0])) for row in first]
        return dot(last[1:], hidden, last[0])

    weights = [w for row in first for w in row[1:]] + last[1:]
    biases = [row[0] for row in first] + last[:1]
    return model, weights, biases


def sgd(lr, momentum):
    def update(w, g, v):
        v = momentum * v + g
        return w - lr * (g + momentum * v), v

    return update


def adam(lr, t):
    root, rate = (1.0 - 0.99**t) ** 0.5, lr / (1.0 - 0.9**t)

    def update(w, g, m, s):
        m = 0.9 * m + 0.1 * g
        s = 0.99 * s + 0.01 * (g * g)
        return w - rate * (m / (s**0.5 / root + 1e-8)), m, s

    return update


@pytest.fixture(params=["numba", "numpy"])
def executor(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setattr(program, "available", lambda: False)  # Numba
    return request.param


BATCHES = [[0, 1, 2, 3], [22, 5, 5], list(range(23)), [7], [8, 9]] * 2


@pytest.mark.parametrize(("rule", "slots"), [("sgd", 1), ("adam", 2)])
def test_steps_equal_eager_ones(rule, slots, executor):
    def rules(t, lr):
        return adam(lr, t) if rule == "adam" else sgd(lr, 0.9)

    model, weights, biases = network()

    def example(x, t):
        out = model(x)
        return relu(1.0 - t * out), [out, t]

    def penalty():
        return 0.5 * dot(weights, weights) + exp(0.1 * biases[0])

    trainer = Trainer(jit(example), (X, Y), [weights, biases], penalty, 0.01)
    state = [np.zeros((slots, len(group))) for group in (weights, biases)]
    steps = len(BATCHES)
    t = np.arange(2, steps + 1)
    updates = [(1, [rules(1, 0.1), rules(1, 0.05)]), (steps - 1, [rules(t, 0.1 / t), rules(t, 0.05)])]
    result = trainer.train(BATCHES, updates, state)

    model, own_weights, own_biases = network()
    weights_before, biases_before = weights, biases
    weights, biases = own_weights, own_biases  # the penalty now is that of the second network
    slots_of = {p: [0.0] * slots for p in [*weights, *biases]}
    outputs = []
    for k, batch in enumerate(BATCHES):
        zero_grad(*weights, *biases)
        losses = [example(X[i].tolist(), Y[i]) for i in batch]
        loss, share = mean([loss for loss, _ in losses]), 0.01 * penalty()
        outputs += [[o.data if isinstance(o, Value) else o for o in reported] for _, reported in losses]
        (loss + share).backward()
        assert result.losses[k] == pytest.approx(loss.data, rel=1e-10)
        assert result.penalties[k] == pytest.approx(share.data, rel=1e-10)
        for group, lr in ((weights, 0.1 / (k + 1) if k else 0.1), (biases, 0.05)):
            for p in group:
                p.data, *slots_of[p] = rules(k + 1, lr)(p.data, p.grad, *slots_of[p])
    assert result.steps == steps
    np.testing.assert_allclose(result.outputs.T, outputs, rtol=1e-8)
    for before, after in ((weights_before, weights), (biases_before, biases)):
        np.testing.assert_allclose([p.data for p in before], [p.data for p in after], rtol=1e-8)
        np.testing.assert_allclose([p.grad for p in before], [p.grad for p in after], rtol=1e-7, atol=1e-12)
    for array, group in zip(state, (weights, biases), strict=True):
        np.testing.assert_allclose(array.T, [slots_of[p] for p in group], rtol=1e-7, atol=1e-14)


def test_batches_larger_than_a_block(monkeypatch):
    monkeypatch.setattr(training, "lanes_per_block", lambda plan: 8)
    model, weights, biases = network()
    f = jit(lambda x, t: (model(x) - t) ** 2)
    trainer = Trainer(f, (X, Y), [[*weights, *biases]])
    result = trainer.gradients(range(23))
    values, gradients = f.value_and_grad(X, Y)
    assert result.losses[0] == pytest.approx(values.mean(), rel=1e-13)
    found = [p.grad for p in f.parameters]
    np.testing.assert_allclose(found, gradients.parameters / 23, rtol=1e-11, atol=1e-15)


def test_gradients_change_no_parameter(executor):
    w = Value(2.0)
    trainer = Trainer(jit(lambda x: w * x), (np.array([1.0, 3.0]),), [[w]])
    result = trainer.gradients([0, 1])
    assert (result.steps, result.losses.tolist(), w.data, w.grad) == (0, [4.0], 2.0, 2.0)


def test_frozen_and_unused_parameters(executor):
    w, frozen, unused = Value(2.0), Value(3.0), Value(5.0)
    trainer = Trainer(jit(lambda x: w * x * exp(frozen * 0.0) + frozen), (np.array([1.0]),), [[w, unused]])
    trainer.train([[0]], [(1, [lambda w, g: (w - 0.5 * g - 0.1 * w,)])], [np.zeros((0, 2))])
    assert (w.data, frozen.data, unused.data) == (pytest.approx(1.3), 3.0, 4.5)
    assert (w.grad, unused.grad) == (1.0, 0.0)
    frozen.data = 4.0
    assert trainer.gradients([0]).losses[0] == pytest.approx(5.3)


def test_a_step_that_is_not_finite_is_not_taken(executor):
    w = Value(1.0)
    trainer = Trainer(jit(lambda x: log(w * x)), (np.array([1.0, 2.0, -1.0]),), [[w]])
    result = trainer.train([[0], [1], [0, 2], [0]], [(4, [lambda w, g: (w - 0.1 * g,)])], [np.zeros((0, 1))])
    assert result.steps == 2
    assert len(result.losses) == 3
    assert np.isfinite(result.losses[:2]).all()
    assert not np.isfinite(result.losses[2])
    after_two = 0.9 - 0.1 / 0.9
    assert w.data == pytest.approx(after_two, rel=1e-14)
    assert trainer.train([[0]], [(1, [lambda w, g: (w,)])], [np.zeros((0, 1))]).steps == 1


def test_what_cannot_be_trained():
    w = Value(1.0)
    x = np.array([1.0, -1.0])
    with pytest.raises(BranchError, match=r"branches on a comparison .* write where\(condition, a, b\)"):
        Trainer(jit(lambda x: w * x if x > 0.0 else x), (x,), [[w]])
    with pytest.raises(BranchError, match="the penalty branches"):
        Trainer(jit(lambda x: w * x), (x,), [[w]], lambda: w if w > 0.0 else -w)
    with pytest.raises(TypeError, match="must return a number first, not a dict"):
        Trainer(jit(lambda x: {"loss": w * x}), (x,), [[w]])
    with pytest.raises(TypeError, match="the penalty must be one number, not a list"):
        Trainer(jit(lambda x: w * x), (x,), [[w]], lambda: [w])
    with pytest.raises(TypeError, match="parameter 1 is no leaf Value"):
        Trainer(jit(lambda x: w * x), (x,), [[w, w * 2.0]])
    with pytest.raises(ValueError, match="each once"):
        Trainer(jit(lambda x: w * x), (x,), [[w], [w]])


@pytest.mark.parametrize(
    ("batches", "updates", "slots", "words"),
    [
        ([[0]], [(2, [lambda w, g: (w,)])], [np.zeros((0, 1))], "1 batches need as many updates, got 2"),
        ([[0], []], [(2, [lambda w, g: (w,)])], [np.zeros((0, 1))], "batch 1 is empty"),
        ([[0, 2]], [(1, [lambda w, g: (w,)])], [np.zeros((0, 1))], "there are 2 lanes, numbered from 0; a batch has lane 2"),
        ([[0]], [(1, [lambda w, g: (w,)])], [np.zeros((0, 3))], r"for groups of \[1\], got \[\(0, 3\)\]"),
        ([[0]], [(1, [])], [np.zeros((0, 1))], "1 groups need as many rules, got 0"),
    ],
    ids=["updates", "empty", "lane", "slots", "rules"],
)  # fmt: skip
def test_wrong_arguments(batches, updates, slots, words):
    w = Value(1.0)
    trainer = Trainer(jit(lambda x: w * x), (np.array([1.0, -1.0]),), [[w]])
    with pytest.raises(ValueError, match=words):
        trainer.train(batches, updates, slots)
    assert w.data == 1.0


def test_a_penalty_of_many_parameters():
    ws = [Value(float(i)) for i in range(4)]
    trainer = Trainer(jit(lambda x: x * ws[0]), (np.array([1.0]),), [ws], lambda: fsum([w * w for w in ws]), 0.5)
    result = trainer.gradients([0])
    assert result.penalties.tolist() == [7.0]
    assert [w.grad for w in ws] == [1.0, 1.0, 2.0, 3.0]


def test_held_parameters_come_back_at_the_end():
    def trained(held):
        w = Value(0.5)
        error = jit(lambda x, y: (w * x - y) ** 2)
        trainer = Trainer(error, (np.array([1.0, 2.0, 3.0]), np.array([3.0, 6.0, 1.0])), [[w]])
        seen = []
        with trainer.held() if held else nullcontext():
            for _ in range(3):
                trainer.train([[0, 1], [2]], [(2, [lambda w, g: (w - 0.1 * g,)])], [np.zeros((0, 1))])
                seen.append(w.data)
        return seen, w.data, w.grad

    seen, *held = trained(held=True)
    assert seen == [0.5] * 3
    assert held == list(trained(held=False)[1:])


def test_held_parameters_come_back_after_an_error():
    w = Value(0.5)
    trainer = Trainer(jit(lambda x: w * x), (np.array([1.0]),), [[w]])
    step = [(1, [lambda w, g: (w - 0.1 * g,)])]

    def interrupted():
        with trainer.held():
            trainer.train([[0]], step, [np.zeros((0, 1))])
            trainer.train([[4]], step, [np.zeros((0, 1))])

    with pytest.raises(ValueError, match="lane 4"):
        interrupted()
    assert w.data == 0.4


@pytest.mark.parametrize("width", [1, 7, 8, 9, 19])
def test_batches_of_examples_of_any_width(width):
    numbers = np.random.default_rng(width)
    X, y = numbers.normal(size=(30, width)), numbers.normal(size=30)
    weights = [Value(x) for x in numbers.normal(size=width)]
    w = np.array([weight.data for weight in weights])
    trainer = Trainer(jit(lambda x, t: (dot(weights, x) - t) ** 2), (X, y), [weights])
    batch = numbers.integers(30, size=11)
    result = trainer.gradients(batch)
    errors = X[batch] @ w - y[batch]
    assert result.losses[0] == pytest.approx((errors**2).mean(), rel=1e-12)
    np.testing.assert_allclose([v.grad for v in weights], 2 * errors @ X[batch] / 11, rtol=1e-10)


def test_a_penalty_of_products_with_constants_reaches_the_parameters(executor):
    """A matrix of numbers times the parameters alone: the adjoints of that product's inputs are all there is."""
    rng = np.random.default_rng(2)
    weights = [Value(float(x)) for x in rng.normal(size=6)]
    matrix = rng.normal(size=(5, 6)).tolist()

    def penalty():
        return fsum([tanh(dot(row, weights, 0.1)) for row in matrix])

    trainer = Trainer(jit(lambda x: x * 0.0), (np.array([0.5, 2.0]),), [weights], penalty)
    assert any(isinstance(step, Product) for step in trainer.shared.plan.steps)
    trainer.gradients([0, 1])
    found = [w.grad for w in weights]
    zero_grad(*weights)
    penalty().backward()
    assert found == pytest.approx([w.grad for w in weights], rel=1e-13)


def test_a_penalty_counts_whole_unless_a_share_is_given(executor):
    w = Value(3.0)
    function, data = jit(lambda x: w * x), (np.array([1.0, 3.0]),)
    assert Trainer(function, data, [[w]]).gradients([0, 1]).penalties.tolist() == [0.0]
    assert Trainer(function, data, [[w]], lambda: w * w).gradients([0, 1]).penalties.tolist() == [9.0]
    assert w.grad == 8.0
    assert Trainer(function, data, [[w]], lambda: 2.0).gradients([0, 1]).penalties.tolist() == [2.0]
    assert w.grad == 2.0
    assert Trainer(jit(lambda x: 5.0), data, [[w]]).gradients([0]).losses.tolist() == [5.0]


def test_updates_of_several_forms_one_after_the_other(executor):
    """Stretches of different lengths: plain steps, steps with momentum, a plain one and steps with momentum again."""
    w = Value(1.0)
    trainer = Trainer(jit(lambda x: (w * x - 1.0) ** 2), (np.array([0.5, 2.0]),), [[w]])
    plan = [
        (2, [lambda w, g, v: (w - 0.01 * g, v)]),
        (3, [lambda w, g, v: (w - 0.02 * (0.5 * v + g), 0.5 * v + g)]),
        (1, [lambda w, g, v: (w - 0.03 * g, v)]),
        (2, [lambda w, g, v: (w - 0.01 * (0.7 * v + g), 0.7 * v + g)]),
    ]
    batches = [[0], [1], [0, 1], [1], [0], [1], [0, 1], [0]]
    expected, velocity = 1.0, 0.0
    updates = [update for count, (update,) in plan for _ in range(count)]
    for batch, update in zip(batches, updates, strict=True):
        xs = np.array([0.5, 2.0])[batch]
        expected, velocity = update(expected, float((2.0 * (expected * xs - 1.0) * xs).mean()), velocity)
    slots = [np.zeros((1, 1))]
    assert trainer.train(batches, plan, slots).steps == 8
    assert w.data == pytest.approx(expected, rel=1e-13)
    assert slots[0][0, 0] == pytest.approx(velocity, rel=1e-13)


def test_the_loop_is_compiled_for_the_rows_of_both_programs(monkeypatch):
    asked, rows_of = [], training.rows_of

    def spy(*plans):
        asked.append(plans)
        return rows_of(*plans)

    monkeypatch.setattr(training, "rows_of", spy)
    w = Value(1.0)
    trainer = Trainer(jit(lambda x: exp(w * x)), (np.array([1.0]),), [[w]], lambda: log(w))
    trainer.gradients([0])
    assert all(plans == (trainer.placement.plan, trainer.shared.plan) for plans in asked)
    assert asked


def test_what_is_said_of_mistakes():
    w = Value(1.0)
    function, data = jit(lambda x: w * x), (np.array([1.0]),)
    with pytest.raises(BranchError) as branches:
        Trainer(function, data, [[w]], lambda: w if w > 0.0 else -w)
    assert str(branches.value) == "Trainer: the penalty branches on a comparison: write where(condition, a, b)"
    for groups in ([], [[]], [[w, w]]):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            Trainer(function, data, groups)
        assert str(caught.value) == "Trainer: the groups must hold at least one parameter, and each once"
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        Trainer(function, data, [[w]]).train([], [], [np.zeros((0, 1))])
    assert str(caught.value) == "Trainer: batch 0 is empty"
    with pytest.raises(
        ValueError, match=r"the slots need an array \(slots, parameters\) for groups of \[1\], got \[None\]"
    ):
        Trainer(function, data, [[w]]).train([[0]], [(1, [lambda w, g, v: (w, v)])], [[[0.0]]])


def test_batches_behind_one_another():
    def trained(*batches, **ends):
        w = Value(0.5)
        trainer = Trainer(jit(lambda x: (w * x - 1.0) ** 2), (np.array([0.5, 2.0, 1.0]),), [[w]])
        result = trainer.train(*batches, [(3, [lambda w, g: (w - 0.1 * g,)])], [np.zeros((0, 1))], **ends)
        return w.data, result.losses.tolist()

    lanes = np.array([0, 1, 2, 0, 1])
    expected = trained([[0, 1], [2], [0, 1]])
    for ends in ([2, 3, 5], np.array([2, 3, 5]), np.array([2, 0, 3, 0, 5])[::2]):
        assert trained(lanes, ends=ends) == expected
        assert trained(np.repeat(lanes, 2)[::2].astype(np.int32), ends=ends) == expected
        assert trained(lanes.tolist(), ends=ends) == expected
    for ends, message in {
        (2, 2, 5): "Trainer: batch 1 is empty",
        (2, 3, 4): "Trainer: the batches end at 4, but there are 5 lanes in them",
        (2, 3): "Trainer: 2 batches need as many updates, got 3",
    }.items():
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            trained(lanes, ends=np.array(ends))
        assert str(caught.value) == message


def test_gradients_stay_where_parameters_are_held_for_nothing():
    w = Value(0.5)
    trainer = Trainer(jit(lambda x: w * x), (np.array([3.0]),), [[w]])
    trainer.gradients([0])
    with trainer.held():
        pass
    assert (w.data, w.grad) == (0.5, 3.0)
