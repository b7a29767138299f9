"""Diagnostics: the first fault of a graph, its size, and the usual mistakes of training loops."""

import gc
import math
import warnings
from pathlib import Path

import pytest

from autograd_core import Value, domain_errors, dot, exp, log, prod, relu, sqrt, tanh, where
from autograd_core.checking.diagnostics import (
    TrainingWarning,
    TrainingWatch,
    first_nonfinite,
    graph_stats,
    unused_parameters,
)
from autograd_core.modes import trace_lines


def test_a_finite_graph_has_no_fault():
    x = Value(2.0)
    assert first_nonfinite(tanh(x * x)) is None
    assert first_nonfinite(x) is None


def test_an_infinite_partial_is_found_with_the_line():
    x = Value(0.0, "x")
    with trace_lines():
        root = sqrt(x)  # the line that is named
    found = first_nonfinite(root**2.0 + 1.0)
    assert (found.node, found.what, found.number, found.operands, found.argument) == (
        root,
        "partial",
        math.inf,
        (0.0,),
        0,
    )
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "the line that is named" in text)
    assert found.line == (__file__, line)
    assert str(found) == (
        f"sqrt is 0.0 at x = 0.0, but its partial with respect to 'x' is inf. Recorded at {__file__}, line {line}."
    )


def test_the_first_of_several_faults_is_found():
    x = Value(800.0, "x")
    with domain_errors("ieee"):
        first = exp(x)
        root = log(first - first) * 0.0
    found = first_nonfinite(root)
    assert (found.node, found.what) == (first, "value")
    assert str(found) == "exp is inf at x = 800.0. Record it under `with trace_lines():` to see the line."


def test_leaves_labels_and_sequences():
    assert str(first_nonfinite(Value(math.nan, "w") * 2.0)) == "The leaf ('w') is nan."
    assert repr(first_nonfinite(Value(math.inf))) == "The leaf is inf."
    y = prod([Value(1e300), Value(1e300)])
    y.label = "y"
    assert str(first_nonfinite(y)).startswith("prod ('y') is inf at xs[0] = 1e+300, xs[1] = 1e+300.")
    many = dot([Value(math.inf)] + [Value(1.0)] * 9, [1.0] * 10)
    assert "The leaf is inf" in str(first_nonfinite(many))


def test_products_that_overflow_only_in_the_sweep():
    x = Value(1e-200, "x")
    root = (x * 1e200) * 1e200 * 1e-200 * 1e200
    found = first_nonfinite(root)
    assert found.what == "adjoint"
    assert "though all values and partials are finite" in str(found)


def test_an_unselected_side_is_no_fault():
    x = Value(0.0)
    assert first_nonfinite(where(x > 0.0, lambda: log(x), x * 2.0)) is None


# Size ------------------------------------------------------------------------------------------------------------


def test_stats_count_everything_once():
    x, w = Value(1.0), Value(2.0)
    y = tanh(x * w) + x * w + x
    stats = graph_stats(y)
    assert (stats.nodes, stats.edges, stats.depth, stats.leaves) == (7, 9, 4, 2)
    assert stats.operations == {"add": 2, "mul": 2, "tanh": 1}
    text = str(stats)
    assert text.splitlines()[0].split() == ["graph", "count"]
    assert "  tanh" in text
    assert stats._repr_html_().startswith("<table>")


def test_bytes_are_what_freeing_the_graph_gives_back():
    tracemalloc = pytest.importorskip("tracemalloc")
    gc.collect()
    tracemalloc.start()
    x = Value(0.5)
    y = x
    for _ in range(5000):
        y = tanh(y) * 0.9
    estimate = graph_stats(y).bytes
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    del y
    freed = before - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 0.6 * freed < estimate < 1.6 * freed


def test_a_long_chain():
    y = Value(1.0)
    for _ in range(50_000):
        y = -y
    assert graph_stats(y).depth == 50_000
    assert first_nonfinite(y) is None


# Training loops --------------------------------------------------------------------------------------------------


class Model:
    def __init__(self, *numbers):
        self.values = [Value(x, f"w{i}") for i, x in enumerate(numbers)]

    def parameters(self):
        return self.values


def test_unused_parameters():
    a, b, c = Value(1.0, "a"), Value(-1.0, "b"), Value(2.0, "c")
    loss = a * 2.0 + relu(b) * c
    assert unused_parameters([a, b, c], loss) == [b]  # relu is off: nothing reaches b
    assert unused_parameters([a], a) == []
    model = Model(1.0, 2.0)
    assert unused_parameters(model, model.values[0] ** 2.0) == [model.values[1]]


def train(watch, model, steps=4, zero=True, loss_of=lambda model, before: sum((w - 1.0) ** 2.0 for w in model.values)):
    found, before = [], None
    for _ in range(steps):
        loss = loss_of(model, before)
        found.append(watch(loss))
        loss.backward()
        before = loss
        for w in model.values:
            w.data -= 0.1 * w.grad
            if zero:
                w.grad = 0.0
    return found


def test_a_right_loop_is_left_in_peace():
    model = Model(0.5, 2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert train(TrainingWatch(model), model) == [[], [], [], []]


def test_a_forgotten_zero_grad():
    model = Model(0.5, 2.0)
    with pytest.warns(
        TrainingWarning, match=r"step 2: 2 of 2 parameters still hold a gradient \(w0, w1\).*zero_grad"
    ) as caught:
        found = train(TrainingWatch(model), model, zero=False)
    assert len(caught) == 1  # warned once, reported at every step
    assert [len(mistakes) for mistakes in found] == [0, 1, 1, 1]


def test_a_parameter_that_does_not_learn():
    model = Model(0.5, 2.0)
    with pytest.warns(TrainingWarning, match=r"does not depend on 1 of 2 parameters \(w1\)"):
        train(TrainingWatch(model), model, loss_of=lambda model, before: model.values[0] ** 2.0)


def test_losses_added_up_grow_the_graph():
    model = Model(0.5)

    def running(model, before):
        loss = (model.values[0] - 1.0) ** 2.0
        return loss if before is None else before + loss

    with pytest.warns(TrainingWarning, match=r"the graph of step 2 holds 2 of its 5 operations from the step before"):
        train(TrainingWatch(model), model, loss_of=running)


def test_parameters_replaced_by_results():
    model = Model(0.5)
    watch = TrainingWatch(model)

    def train_wrongly():
        for _ in range(4):
            loss = (model.values[0] - 1.0) ** 2.0
            watch(loss)
            loss.backward()
            model.values[0] = model.values[0] - 0.1 * model.values[0].grad

    with pytest.warns(TrainingWarning) as caught:
        train_wrongly()
    texts = [str(warning.message) for warning in caught]
    assert any("are results of operations" in text for text in texts)
    assert any("from the step before" in text for text in texts)


def test_the_watch_keeps_no_graph_alive_and_names_what_it_was_given():
    model = Model(0.5)
    watch = TrainingWatch(model)
    loss = model.values[0] ** 2.0
    watch(loss)
    import weakref

    reference = weakref.ref(loss)
    del loss
    assert reference() is None
    with pytest.raises(TypeError, match=r"takes the loss, a Value, got 0\.5"):
        watch(0.5)
