"""The suite `compiled` runs, finds what does not agree, and prints what it computes; its times are not tested."""

import json
import sys

import numpy as np
import pytest

from benchmarks import compiled, curve, harness, networks, profiles, scalar_programs, threads, trainings
from benchmarks.__main__ import main
from benchmarks.eager import ResultsDifferError
from benchmarks.networks import problems

PEERS = [name for name in compiled.LEARNERS if not name.startswith("jax")]
"""JAX compiles for seconds; one test tries it."""


def small(name):
    return next(problem for problem in problems.problems(small=True) if problem.name == name)


def others(*names):
    return networks.load(names)[0]


@pytest.mark.parametrize("name", compiled.TRAININGS)
def test_all_learners_that_are_here_agree(name):
    learners, _ = trainings.set_up(small(name), others(*PEERS))
    assert {trainings.FIT, trainings.LOOP, "NumPy by hand"} <= set(learners)
    trainings.check(small(name), learners)


def test_jax_agrees():
    pytest.importorskip("jax")
    learners, _ = trainings.set_up(small("moons"), others("jax_scan", "jax_steps"))
    trainings.check(small("moons"), learners)
    assert learners["JAX, lax.scan"].compile_seconds > 0.0


@pytest.mark.parametrize("factor", [1.0 + 1e-7, float("nan")])
@pytest.mark.parametrize("what", ["objective", "gradient", "loss of an epoch", "parameters after"])
def test_a_wrong_learner_is_found(what, factor):
    (right,) = others("numpy_by_hand")

    class Wrong(right):
        name = "wrong"

        def objective(self, parameters, chosen):
            value, gradient = super().objective(parameters, chosen)
            return value * (factor if what == "objective" else 1.0), gradient * (factor if what == "gradient" else 1.0)

        def train(self, orders):
            losses, parameters = super().train(orders)
            if what == "loss of an epoch":
                losses[-1] *= factor
            return networks.Outcome(losses, parameters * (factor if what == "parameters after" else 1.0))

    learners, _ = trainings.set_up(small("moons"), [Wrong])
    with pytest.raises(ResultsDifferError, match=rf"moons: the {what}.*in wrong"):
        trainings.check(small("moons"), learners)


def test_the_half_squared_error_is_the_same_by_hand():
    rng = np.random.default_rng(0)
    problem = networks.Problem("squares", "", (2, 3, 2), "tanh", "half_squared_error", rng.normal(size=(6, 2)),
                               rng.normal(size=(6, 2)), 4, 2, strength=0.1)  # fmt: skip
    learners = [learner(problem) for learner in others("numpy_by_hand", "numba_by_hand", "torch_modules")]
    loop = networks.core.Loop(problem)
    expected = loop.train(problem.orders())
    for learner in learners:
        found = learner.train(problem.orders())
        np.testing.assert_allclose(found.parameters, expected.parameters, atol=1e-12)
        np.testing.assert_allclose(found.losses, expected.losses, atol=1e-12)


def test_each_epoch_has_all_examples_and_an_order_of_its_own():
    orders = small("digits").orders()
    assert [sorted(order) for order in orders.tolist()] == [list(range(70))] * 2
    assert (orders[0] != orders[1]).any()


@pytest.mark.parametrize(
    "names", [scalar_programs.ARITHMETIC, scalar_programs.ARITHMETIC + scalar_programs.TRANSCENDENTAL]
)
def test_random_programs_need_all_their_nodes_and_stay_finite(names):
    program = scalar_programs.random_program(2_000, names)
    assert abs(len(program) - 2_000) < 100
    needed = {scalar_programs.INPUTS + len(program) - 1}
    for k in range(len(program) - 1, -1, -1):
        assert scalar_programs.INPUTS + k in needed
        name, i, j, _ = program[k]
        needed |= {i, j} if name in scalar_programs.ARITHMETIC else {i}
    X = np.random.default_rng(1).uniform(-1.0, 1.0, (5, scalar_programs.INPUTS))
    value, gradient = scalar_programs.NumPyLanes(program)(X)
    values, gradients = scalar_programs.Core(program)(X)
    assert np.isfinite(values).all()
    np.testing.assert_allclose(value, values, atol=1e-12)
    np.testing.assert_allclose(gradient, gradients, atol=1e-9)


def test_parts_without_networks_run():
    report = harness.Report({})
    one = harness.Effort(1, 1)
    curve.time_curve(50, one, report)
    scalar_programs.time_programs(400, 3, 1, report)
    scalar_programs.time_recording((400,), report)
    scalar_programs.measure_memory(400, (1, 4), report)
    assert [table.title.split(":")[0] for table in report.tables] == [
        "curve",
        "curve",
        "random",
        "random",
        "recording",
        "memory",
    ]
    assert all(len(row) == len(table.columns) for table in report.tables for row in table.rows)


def test_profile_accounts_for_all_of_the_time():
    report = harness.Report({})
    profiles.show_profile(small("moons"), report)
    assert sum(row[2] for row in report.tables[0].rows) == pytest.approx(100.0)
    assert {row[0]: row[1] for row in report.tables[0].rows}["compiled kernels"] > 0.0


def test_targets_follow_from_the_times():
    seconds = {trainings.FIT: 1.0, "NumPy by hand": 2.9, "micrograd": 30_000.0}
    found = {target.text: target.met for target in trainings.targets("moons", seconds)}
    assert found == {"moons, training by fit: at least 3 × NumPy by hand": False,
                     "moons, training by fit: at least 20000 × micrograd": True}  # fmt: skip
    digits = list(
        trainings.targets("digits", {trainings.FIT: 1.2, "Numba by hand": 1.0, "PyTorch": 9.0, "scikit-learn": 3.0})
    )
    assert [round(target.measured, 6) for target in digits] == [1.2, 2.5]
    assert all(target.met for target in digits)


def test_medians_leave_out_the_first_turn():
    times = iter([100.0, 1.0, 5.0, 2.0])
    assert harness.medians({"a": lambda: next(times)}, turns=3) == {"a": 2.0}


def test_command_line(tmp_path, capsys, monkeypatch):
    for name in threads.VARIABLES:  # so that they are as before after the test
        monkeypatch.setenv(name, "")
    file = tmp_path / "compiled.json"
    arguments = [
        "compiled",
        "moons",
        "outside",
        "--profile",
        "--small",
        "--turns",
        "1",
        "--runs",
        "1",
        "--json",
        str(file),
    ]
    assert main([*arguments, "--peers", "numpy_by_hand,micrograd_modules"]) == 0
    printed = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [table["title"].split(":")[0] for table in report["tables"]] == ["moons", "profile of moons", "outside"]
    assert {"fit", "compiled loop alone", "micrograd", "micrograd, collector off"} <= {
        row[0] for row in report["tables"][0]["rows"]
    }
    assert "One thread" in printed


def test_a_missing_library_is_skipped_with_the_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "benchmarks.networks.torch_modules", raising=False)
    learners, missing = networks.load(["torch_modules", "numpy_by_hand"])
    assert [learner.name for learner in learners] == ["NumPy by hand"]
    assert "pip install" in missing["torch_modules"]


@pytest.mark.parametrize("arguments", [["compiled", "chain"], ["compiled", "--peers", "torch"]])
def test_mistakes_on_the_command_line(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "choose from" in capsys.readouterr().err
