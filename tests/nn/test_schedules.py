"""Values of the schedules are held against PyTorch's in test_against_pytorch.py; here is what they share."""

import json

import pytest

from autograd_core import Value
from nn import schedules
from nn.optimizers import SGD
from nn.schedules import (
    SCHEDULES,
    Cosine,
    Exponential,
    InverseTime,
    ReduceOnPlateau,
    Schedule,
    Step,
    WarmUp,
)  # fmt: skip

everyone = pytest.mark.parametrize("name", SCHEDULES)


def made(name):
    schedule = schedules.get(name)
    schedule.begin(100)
    return schedule


@everyone
def test_factors_lie_between_0_and_1(name):
    schedule = made(name)
    assert all(0.0 <= schedule.factor(t) <= 1.0 for t in range(200))


@everyone
def test_every_group_keeps_its_share(name):
    optimizer = SGD([{"params": [Value(1.0)], "lr": 0.1}, {"params": [Value(1.0)], "lr": 0.4}])
    schedule = made(name)
    for t in (0, 7, 3):
        schedule.apply(optimizer, t)
        assert [group["lr"] for group in optimizer.param_groups] == [0.1 * schedule.factor(t), 0.4 * schedule.factor(t)]


@everyone
def test_state_continues(name):
    straight, before, after = made(name), made(name), made(name)
    for t in range(30):
        straight.observe(1.0)
        (before if t < 15 else after).observe(1.0)
        if t == 14:
            after.load_state_dict(json.loads(json.dumps(before.state_dict())))
    assert after == straight
    with pytest.raises(ValueError, match="load_state_dict: expected"):
        after.load_state_dict({"foreign": 1})


@everyone
def test_unit_of_time_is_checked(name):
    with pytest.raises(ValueError, match="per must be 'epoch' or 'step', got 'batch'"):
        SCHEDULES[name](per="batch")


def test_wrong_options_are_named():
    for make, message in [
        (lambda: Step(every=0), "Step: every must be at least 1, got 0"),
        (lambda: Step(gamma=1.5), r"gamma must be in \(0, 1\]"),
        (lambda: Exponential(0.0), r"gamma must be in \(0, 1\]"),
        (lambda: Cosine(0), "length must be at least 1"),
        (lambda: Cosine(lowest=2.0), r"lowest must be in \[0, 1\]"),
        (lambda: InverseTime(-1.0), "decay must be >= 0"),
        (lambda: WarmUp(0), "length must be at least 1"),
        (lambda: WarmUp(then=Exponential(per="step")), "then must be a schedule per epoch"),
        (lambda: ReduceOnPlateau(gamma=1.0), r"gamma must be in \(0, 1\)"),
        (lambda: ReduceOnPlateau(patience=-1), "patience must be >= 0"),
        (lambda: schedules.get("cosinus"), r"unknown schedule 'cosinus': did you mean 'cosine'\?"),
        (lambda: Cosine().factor(1), "give length="),
    ]:
        with pytest.raises(ValueError, match=message):
            make()


def test_cosine_takes_the_length_of_the_training():
    schedule = Cosine()
    schedule.begin(10)
    assert [schedule.factor(0), schedule.factor(5)] == pytest.approx([1.0, 0.5])
    assert schedule.factor(10) == pytest.approx(0.0)


def test_warm_up_hands_on_what_it_is_told():
    schedule = WarmUp(2, then=Cosine())
    schedule.begin(12)
    assert schedule.factor(2) == 1.0
    assert schedule.factor(7) == pytest.approx(0.5)
    plateau = WarmUp(2, then=ReduceOnPlateau(gamma=0.5, patience=0))
    for _ in range(2):
        plateau.observe(1.0)
    assert plateau.factor(5) == 0.5


def test_none_is_constant_and_a_schedule_stays():
    assert schedules.get(None).factor(5) == 1.0
    mine = Exponential(0.5)
    assert schedules.get(mine) is mine
    assert isinstance(schedules.get("Reduce on plateau"), Schedule)
