"""What all optimizers share is tested over one list; equality with PyTorch is in test_against_pytorch.py."""

import json
import math
import random

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from nn import L2, MLP, optimizers
from nn.optimizers import OPTIMIZERS, SGD, Adam

CASES = {
    **{name: (name, {}) for name in OPTIMIZERS},
    "momentum": ("sgd", {"momentum": 0.9}),
    "nesterov": ("sgd", {"momentum": 0.9, "nesterov": True}),
    "rmsprop with momentum": ("rmsprop", {"momentum": 0.9}),
    "adam with decay": ("adam", {"weight_decay": 0.1}),
}
everyone = pytest.mark.parametrize("case", CASES)


def make(case, params, **more):
    name, options = CASES[case]
    return optimizers.get(name, params, **{"lr": 0.05, **options, **more})


def descend(optimizer, params, steps):
    """Steps on f = Σ (wᵢ − i)²/2, whose gradient is set by hand."""
    for _ in range(steps):
        for i, w in enumerate(params):
            w.grad = w.data - i
        optimizer.step()


@everyone
def test_descends_to_a_minimum(case):
    params = [Value(1.0), Value(-1.0)]
    optimizer = make(case, params, lr=0.3 if "ada" in case and "adam" not in case else 0.02, weight_decay=0.0)
    descend(optimizer, params, 2000)
    assert [w.data for w in params] == pytest.approx([0.0, 1.0], abs=0.05)


@everyone
def test_groups_have_their_own_rates(case):
    together, apart = [Value(1.0), Value(3.0)], [Value(1.0), Value(3.0)]
    one = make(case, [{"params": together[:1]}, {"params": together[1:], "lr": 0.3}])
    descend(one, together, 3)
    for i, (w, lr) in enumerate(zip(apart, (0.05, 0.3), strict=True)):
        alone = make(case, [w], lr=lr)
        for _ in range(3):
            w.grad = w.data - i
            alone.step()
    assert [w.data for w in together] == [w.data for w in apart]


@everyone
def test_state_continues_bit_for_bit(case):
    straight, before = [Value(1.0), Value(2.0)], [Value(1.0), Value(2.0)]
    whole, first = make(case, straight), make(case, before)
    descend(whole, straight, 7)
    descend(first, before, 3)
    state = json.loads(json.dumps(first.state_dict()))
    after = [Value(w.data) for w in before]
    second = make(case, after, lr=0.7)
    second.load_state_dict(state)
    descend(second, after, 4)
    assert [w.data for w in after] == [w.data for w in straight]
    descend(first, before, 4)  # the state handed out was a copy
    assert [w.data for w in before] == [w.data for w in straight]


@everyone
def test_a_state_that_does_not_fit_changes_nothing(case):
    params = [Value(1.0), Value(2.0)]
    optimizer = make(case, params)
    descend(optimizer, params, 2)
    before = optimizer.state_dict()
    foreign = {**before, "state": [{**before["state"][0], "velocities": [0.0, 0.0]}]}
    for wrong in ({}, {"state": [], "param_groups": []}, make(case, params[:1]).state_dict(), foreign):
        with pytest.raises(ValueError, match=r"load_state_dict: (this is no state of|the groups have)"):
            optimizer.load_state_dict(wrong)
        assert optimizer.state_dict() == before


@everyone
def test_the_rule_works_elementwise_on_arrays(case):
    np = pytest.importorskip("numpy")
    generator = random.Random(0)
    params = [Value(generator.uniform(-1, 1)) for _ in range(4)]
    optimizer = make(case, params, weight_decay=0.1)
    w = np.array([p.data for p in params])
    slots = [np.array(optimizer.state[0][slot]) for slot in optimizer.slots]
    for t in range(1, 4):
        g = np.array([generator.uniform(-1, 1) for _ in params])
        for p, x in zip(params, g, strict=True):
            p.grad = x
        optimizer.step()
        w, *slots = optimizer.rule(optimizer.param_groups[0], t)(w, g, *slots)
    assert [p.data for p in params] == pytest.approx(w.tolist(), abs=1e-15)


@everyone
@pytest.mark.parametrize("lr", [-0.1, math.nan, math.inf, "fast", True])
def test_a_rate_that_is_none_is_refused(case, lr):
    with pytest.raises(ValueError, match=r"the learning rate lr must be a finite number >= 0, got"):
        make(case, [Value(1.0)], lr=lr)


@everyone
def test_wrong_parameters_and_options_are_refused(case):
    w = Value(1.0, "w")
    for params, error, message in [
        ([], ValueError, "no parameters to optimize"),
        ([{"params": []}], ValueError, "group 0 has no parameters"),
        ([1.0], TypeError, "parameter 0 is no Value, got float"),
        ([w, w * 2.0], ValueError, r"parameter 1 is the result of 'mul'"),
        ([w, w], ValueError, r"parameter 1 \(w\) is given twice"),
        ([{"params": [w]}, {"params": [w]}], ValueError, "given twice"),
        ([{"params": [w]}, w], ValueError, "a parameter group is a dict with the key 'params'"),
        ([{"params": [w], "rate": 0.1}], ValueError, "unknown option of .* 'rate'"),
        ([{"params": [w], "lr": -1.0}], ValueError, "learning rate lr must be"),
        (w, TypeError, "takes a list of parameters"),
        (MLP(1, [1], seed=0), TypeError, r"write model.parameters\(\)"),
    ]:
        with pytest.raises(error, match=message):
            make(case, params)


@everyone
def test_an_error_in_a_step_changes_nothing(case):
    params = [Value(1.0), Value(2.0)]
    optimizer = make(case, params)
    descend(optimizer, params, 1)
    before = [w.data for w in params], optimizer.state_dict()
    optimizer.param_groups[0]["params"].append("no Value")
    with pytest.raises(ValueError, match="shorter"):
        optimizer.step()
    optimizer.param_groups[0]["params"].pop()
    assert ([w.data for w in params], optimizer.state_dict()) == before


@everyone
def test_unreached_parameters_have_gradient_zero(case):
    reached, unreached = [Value(1.0)], [Value(1.0)]
    reached[0].grad = 0.0
    for params in (reached, unreached):
        make(case, params, weight_decay=0.1).step()
    assert reached[0].data == unreached[0].data


@everyone
def test_zero_grad_forgets(case):
    w = Value(1.0)
    optimizer = make(case, [w])
    (w * w).backward()
    optimizer.zero_grad()
    assert w.grad == 0.0
    assert not w.reached


def test_options_out_of_range_are_named():
    w = [Value(1.0)]
    for name, options, message in [
        ("sgd", {"momentum": -0.1}, "momentum must be a finite number >= 0, got -0.1"),
        ("sgd", {"weight_decay": -1}, "weight_decay must be a finite number >= 0, got -1"),
        ("sgd", {"nesterov": True}, "^SGD: nesterov=True needs a momentum > 0 and no dampening, got"),
        ("sgd", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "no dampening"),
        ("adam", {"betas": (0.9, 1.0)}, r"beta2 must be a number in \[0, 1\), got 1.0"),
        ("adam", {"betas": 0.9}, r"betas must be two numbers in \[0, 1\), got 0.9"),
        ("adam", {"eps": 0.0}, "eps must be a finite number > 0"),
        ("rmsprop", {"alpha": 1.0}, r"alpha must be a number in \[0, 1\)"),
        ("adagrad", {"lr_decay": -1.0}, "lr_decay must be"),
    ]:
        with pytest.raises(ValueError, match=message):
            optimizers.get(name, w, **options)


def test_found_by_name_class_function_or_as_it_is():
    w = [Value(1.0)]
    assert type(optimizers.get("AdamW", w)) is optimizers.AdamW
    assert type(optimizers.get(SGD, w, lr=0.5)) is SGD
    ready = Adam(w)
    assert optimizers.get(ready, w) is ready
    with pytest.raises(ValueError, match="has its options already, so lr cannot be given"):
        optimizers.get(ready, w, lr=0.1)
    with pytest.raises(ValueError, match=r"unknown optimizer 'rmspropp': did you mean 'rmsprop'\?"):
        optimizers.get("rmspropp", w)
    with pytest.raises(TypeError, match="optimizer"):
        optimizers.get(3, w)


@given(
    weights=st.lists(st.floats(-10, 10), min_size=1, max_size=5),
    lr=st.floats(1e-3, 0.5),
    strength=st.floats(0.0, 1.0),
    n=st.integers(1, 50),
)
def test_weight_decay_equals_the_differentiated_penalty(weights, lr, strength, n):
    """w ← (1 − ηλ/N)·w − η·∂C₀/∂w, step for step."""
    penalised, decayed, shrunk = ([Value(w) for w in weights] for _ in range(3))
    plain, decaying = SGD(penalised, lr=lr), SGD(decayed, lr=lr, weight_decay=strength / n)
    for _ in range(3):
        for ws in (penalised, decayed):
            plain.zero_grad() if ws is penalised else decaying.zero_grad()
            sum(((w - 1.0) ** 2 for w in ws), Value(0.0)).backward()
        L2(strength).omega(penalised).backward(strength / n)
        plain.step()
        decaying.step()
        for w in shrunk:
            w.data = (1.0 - lr * strength / n) * w.data - lr * 2.0 * (w.data - 1.0)
    assert [w.data for w in decayed] == pytest.approx([w.data for w in penalised], rel=1e-13, abs=1e-13)
    assert [w.data for w in decayed] == pytest.approx([w.data for w in shrunk], rel=1e-13, abs=1e-13)


def test_repr_shows_the_options():
    w, v = Value(1.0), Value(2.0)
    assert repr(SGD([{"params": [w]}, {"params": [v], "lr": 0.5}])) == (
        "SGD(1 parameters, lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False; "
        "1 parameters, lr=0.5, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)"
    )


# The formulas, held to the literature in fifty digits ------------------------------------------------------------------


def exact_sgd(w, g, t, o, memory):
    g = g + o["weight_decay"] * w
    if not o["momentum"]:
        return w - o["lr"] * g
    memory["v"] = g if t == 1 else o["momentum"] * memory["v"] + (1 - o["dampening"]) * g
    return w - o["lr"] * (g + o["momentum"] * memory["v"] if o["nesterov"] else memory["v"])


def exact_adagrad(w, g, t, o, memory):
    g = g + o["weight_decay"] * w
    memory["s"] = memory.get("s", o["initial_accumulator_value"]) + g**2
    return w - o["lr"] / (1 + (t - 1) * o["lr_decay"]) * g / (mpmath.sqrt(memory["s"]) + o["eps"])


def exact_rmsprop(w, g, t, o, memory):
    g = g + o["weight_decay"] * w
    memory["s"] = o["alpha"] * memory.get("s", 0) + (1 - o["alpha"]) * g**2
    memory["v"] = o["momentum"] * memory.get("v", 0) + g / (mpmath.sqrt(memory["s"]) + o["eps"])
    return w - o["lr"] * memory["v"]


def exact_adam(w, g, t, o, memory):
    g = g + o["weight_decay"] * w
    for name, beta, x in (("m", o["betas"][0], g), ("s", o["betas"][1], g**2)):
        memory[name] = beta * memory.get(name, 0) + (1 - beta) * x
    mean, square = memory["m"] / (1 - o["betas"][0] ** t), memory["s"] / (1 - o["betas"][1] ** t)
    return w - o["lr"] * mean / (mpmath.sqrt(square) + o["eps"])


def exact_adamw(w, g, t, o, memory):
    return exact_adam((1 - o["lr"] * o["weight_decay"]) * w, g, t, {**o, "weight_decay": 0}, memory)


EXACT = {
    "sgd": exact_sgd, "adagrad": exact_adagrad, "rmsprop": exact_rmsprop, "adam": exact_adam, "adamw": exact_adamw,
}  # fmt: skip
RANGES = {
    "lr": (1e-3, 0.5), "momentum": (0.1, 0.95), "dampening": (0.0, 0.5), "weight_decay": (0.0, 0.5), "eps": (1e-8, 0.5),
    "alpha": (0.1, 0.99), "lr_decay": (0.0, 0.5), "initial_accumulator_value": (0.0, 0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(data=st.data())
def test_steps_are_those_of_the_formula(name, data):
    """From random options and gradients: ten steps of two parameters, with exact arithmetic beside them."""
    options = {}
    for key, default in optimizers.get(name, [Value(0.0)]).defaults.items():
        if key == "betas":
            options[key] = data.draw(st.floats(0.1, 0.95)), data.draw(st.floats(0.5, 0.99))
        elif key == "nesterov":
            options[key] = data.draw(st.booleans())
        else:
            options[key] = data.draw(st.just(default) | st.floats(*RANGES[key]))
    if options.get("nesterov"):
        options |= {"momentum": options["momentum"] or 0.9, "dampening": 0.0}
    starts = data.draw(st.lists(st.floats(-3.0, 3.0), min_size=2, max_size=2))
    gradients = data.draw(st.lists(st.tuples(*[st.floats(0.1, 3.0), st.floats(-3.0, -0.1)]), min_size=1, max_size=10))
    params = [Value(w) for w in starts]
    optimizer = optimizers.get(name, params, **options)
    with mpmath.workdps(50):
        true = [mpmath.mpf(w) for w in starts]
        memories = [{}, {}]
        for t, pair in enumerate(gradients, start=1):
            for i, g in enumerate(pair):
                params[i].grad = g
                true[i] = EXACT[name](true[i], mpmath.mpf(g), t, options, memories[i])
            optimizer.step()
            assert [p.data for p in params] == pytest.approx([float(w) for w in true], rel=1e-11, abs=1e-11)


def test_defaults():
    """The numbers that the papers and PyTorch use."""
    w = [Value(1.0)]
    assert {name: optimizers.get(name, w).defaults for name in OPTIMIZERS} == {
        "sgd": {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False},
        "adagrad": {"lr": 1e-2, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
        "rmsprop": {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0},
        "adam": {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
        "adamw": {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 1e-2},
    }


@everyone
def test_slots_start_at_zero(case):
    state = make(case, [Value(1.0), Value(2.0)]).state_dict()["state"][0]
    assert {key: slot for key, slot in state.items() if key != "step"} == {
        slot: [0.0, 0.0] for slot in optimizers.OPTIMIZERS[CASES[case][0]].slots
    }


@pytest.mark.parametrize("dampening", [0.0, 0.3])
def test_the_rule_of_sgd_on_an_array_of_later_steps(dampening):
    """The first step alone starts the velocity; an array of steps holds the first, or later ones."""
    import numpy as np

    optimizer = SGD([Value(1.0)], lr=0.1, momentum=0.9, dampening=dampening)
    group = optimizer.param_groups[0]
    for t in (1, 2):
        assert optimizer.rule(group, np.array([t]))(2.0, 3.0, 5.0) == optimizer.rule(group, t)(2.0, 3.0, 5.0)
    assert optimizer.rule(group, np.array([2, 3]))(2.0, 3.0, 5.0) == optimizer.rule(group, 2)(2.0, 3.0, 5.0)
    assert optimizer.rule(group, 1)(2.0, 3.0, 5.0)[1] == 3.0
    assert optimizer.rule(group, 2)(2.0, 3.0, 5.0)[1] == pytest.approx(0.9 * 5.0 + (1.0 - dampening) * 3.0)


def test_sgd_without_momentum_leaves_the_velocity_until_there_is_one():
    w = Value(1.0)
    optimizer = SGD([w], lr=0.5, dampening=0.3)
    (group,), (state,) = optimizer.param_groups, optimizer.state
    w.grad = 0.25
    optimizer.step()
    assert (w.data, state["velocity"]) == (0.875, [0.0])  # dampening is of momentum alone
    group["momentum"] = 0.5
    optimizer.step()
    assert state["velocity"] == pytest.approx([0.7 * 0.25])
    group["momentum"] = 0.0
    before = list(state["velocity"])
    optimizer.step()
    assert state["velocity"] == before


# What is said of mistakes, word for word ------------------------------------------------------------------------------


@everyone
def test_errors_name_the_optimizer(case):
    w, name = Value(1.0), optimizers.OPTIMIZERS[CASES[case][0]].__name__
    model = MLP(1, [1], seed=0)
    for params, message in [
        ([], f"{name}: there are no parameters to optimize"),
        ([{"params": []}], f"{name}: group 0 has no parameters"),
        ([{"rate": 1.0}], f"{name}: a parameter group is a dict with the key 'params', got {{'rate': 1.0}}"),
        ([1.0], f"{name}: parameter 0 is no Value, got float"),
        ([w, w], f"{name}: parameter 1 (unlabelled) is given twice"),
        ([w * 2.0], f"{name}: parameter 0 is the result of 'mul', not a leaf of the graph"),
        (w, f"{name} takes a list of parameters or of groups, got Value"),
        ({"params": [w]}, f"{name} takes a list of parameters or of groups, got dict"),
        ("w", f"{name} takes a list of parameters or of groups, got str"),
        (3, f"{name} takes a list of parameters or of groups, got int"),
        (model, f"{name} takes parameters, got a MLP: write model.parameters()"),
        ([{"params": w}], f"{name} takes a list of parameters or of groups, got Value"),
        ([{"params": model}], f"{name} takes parameters, got a MLP: write model.parameters()"),
    ]:
        with pytest.raises((TypeError, ValueError)) as caught:
            make(case, params)
        assert str(caught.value) == message
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        make(case, [w], lr=-1.0)
    assert str(caught.value) == f"{name}: the learning rate lr must be a finite number >= 0, got -1.0"
    with pytest.raises(ValueError, match=f"^unknown option of {name} 'pace'"):
        make(case, [{"params": [w], "pace": 1.0}])


def test_betas_are_named():
    for betas, message in [
        (0.9, "Adam: betas must be two numbers in [0, 1), got 0.9"),
        ((1.0, 0.9), "Adam: beta1 must be a number in [0, 1), got 1.0"),
        ((0.9, -0.1), "Adam: beta2 must be a number in [0, 1), got -0.1"),
    ]:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            Adam([Value(1.0)], betas=betas)
        assert str(caught.value) == message


@everyone
def test_states_of_others_are_refused(case):
    params = [Value(1.0), Value(2.0)]
    optimizer = make(case, params)
    name = type(optimizer).__name__
    state = optimizer.state_dict()
    group, memory = state["param_groups"][0], state["state"][0]
    slot = optimizer.slots[0]
    for wrong, message in [
        ({**state, "param_groups": [{**group, "pace": 1.0}]}, f"this is no state of {name}: it has pace"),
        ({**state, "state": [{**memory, "b": [], "a": []}]}, f"this is no state of {name}: it has a, b"),
        (
            {"param_groups": [{**group, "pace": 1.0}], "state": [{**memory, "age": []}]},
            f"this is no state of {name}: it has age, pace",
        ),
        (
            {**state, "state": [{**memory, slot: [0.0]}]},
            "the groups have [2] parameters, the state has [2]",
        ),
        (
            {**state, "param_groups": [{**group, "params": [0]}]},
            "the groups have [2] parameters, the state has [1]",
        ),
    ]:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            optimizer.load_state_dict(wrong)
        assert str(caught.value) == f"{name}.load_state_dict: {message}"
        assert optimizer.state_dict() == state


@everyone
def test_the_initial_rate_of_a_schedule_is_kept_and_not_shown(case):
    params = [Value(1.0)]
    first, second = make(case, params), make(case, params)
    shown = repr(second)
    state = first.state_dict()
    state["param_groups"][0]["initial_lr"] = 0.7
    second.load_state_dict(state)
    assert second.param_groups[0]["initial_lr"] == 0.7
    assert repr(second) == shown
    second.load_state_dict(first.state_dict())


@everyone
def test_a_state_is_a_copy(case):
    params = [Value(1.0)]
    optimizer = make(case, params)
    state = optimizer.state_dict()
    for slot in optimizer.slots:
        state["state"][0][slot][0] = 99.0
    assert optimizer.state_dict() != state


def test_options_given_beside_an_optimizer_are_listed():
    ready = Adam([Value(1.0)])
    with pytest.raises(ValueError, match=r"so lr, eps cannot be given beside it$"):
        optimizers.get(ready, [], lr=0.1, eps=0.1)


def test_a_count_of_steps_that_cannot_be_is_told_with_the_optimizer():
    optimizer = Adam([Value(1.0)])
    state = optimizer.state_dict()
    state["state"][0]["step"] = -1
    with pytest.raises(ValueError, match=r"Adam\.load_state_dict: step cannot be -1"):
        optimizer.load_state_dict(state)
