"""The modules of `nn` in micrograd's programs: the same random draws, the same numbers, the same words."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.micrograd_programs import MOONS, run

ENGINES = ("autograd_core", "micrograd")

# Loss and accuracy that micrograd 0.1.0 itself has in its moons demo, at some of the 100 steps.
MOONS_OF_MICROGRAD = {
    0: (0.8958441028683222, 0.5),
    24: (0.12615712612770452, 0.95),
    49: (0.048291393823903045, 0.99),
    74: (0.0205938119559547, 1.0),
    99: (0.010978370135492719, 1.0),
}


def both(program, seed=0, **variables):
    """The variables of `program` on both engines, each with the same random numbers."""
    results = []
    for engine in ENGINES:
        random.seed(seed)
        results.append(run(engine, program, **variables))
    return results


MODULES = {
    "neuron": "model = Neuron(3)",
    "linear neuron": "model = Neuron(3, nonlin=False)",
    "positional": "model = Neuron(3, False)",
    "layer": "model = Layer(3, 2)",
    "linear layer": "model = Layer(3, 2, nonlin=False)",
    "layer of one": "model = Layer(3, 1)",
    "mlp": "model = MLP(3, [4, 4, 1])",
    "mlp with two outputs": "model = MLP(3, [4, 2])",
    "mlp of one layer": "model = MLP(3, [2])",
}
RUN = """
x = [Value(1.0), Value(-2.0), Value(0.5)]
outputs = model(x)
is_list = isinstance(outputs, list)
root = sum((a * a for a in outputs), Value(0.0)) if is_list else outputs * outputs
root.backward()
data = [p.data for p in model.parameters()]
gradients = [v.grad for v in [*model.parameters(), *x]]
model.zero_grad()
zeroed = [p.grad for p in model.parameters()]
text = repr(model)
"""


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_micrograds(name):
    ours, theirs = both(MODULES[name] + RUN)
    assert ours["data"] == theirs["data"]  # the same draws in the same order
    assert ours["text"] == theirs["text"]
    assert ours["is_list"] == theirs["is_list"]
    assert ours["root"].data == pytest.approx(theirs["root"].data, rel=1e-13)
    assert ours["gradients"] == pytest.approx(theirs["gradients"], rel=1e-13, abs=1e-15)
    assert ours["zeroed"] == theirs["zeroed"] == [0] * len(ours["zeroed"])


def test_attributes():
    ours, theirs = both("""
model = MLP(2, [3, 1])
layer = model.layers[0]
neuron = layer.neurons[1]
found = [w.data for w in neuron.w] + [neuron.b.data]
shape = [[len(n.w) for n in layer.neurons] for layer in model.layers]
""")
    assert ours["found"] == theirs["found"]
    assert ours["shape"] == theirs["shape"] == [[2, 2, 2], [3]]


# micrograd hands the output of a layer of one neuron on as a Value, not as a list: only the last may have one
@given(st.integers(1, 4), st.lists(st.integers(2, 5), max_size=2), st.integers(1, 3), st.integers(0, 2**32), st.data())
def test_networks_of_any_shape(n_inputs, hidden, n_outputs, seed, data):
    sizes = [*hidden, n_outputs]
    as_values = data.draw(st.booleans())
    row = data.draw(st.lists(st.floats(-2.0, 2.0), min_size=n_inputs, max_size=n_inputs))
    program = """
model = MLP(n_inputs, sizes)
outputs = model(list(map(Value, row)) if as_values else row)
outputs = outputs if isinstance(outputs, list) else [outputs]
sum(outputs).backward()
data = [a.data for a in outputs]
gradients = [p.grad for p in model.parameters()]
"""
    ours, theirs = both(program, seed=seed, n_inputs=n_inputs, sizes=sizes, row=row, as_values=as_values)
    assert ours["data"] == pytest.approx(theirs["data"], rel=1e-12, abs=1e-14)
    assert ours["gradients"] == pytest.approx(theirs["gradients"], rel=1e-12, abs=1e-14)


# The demo ----------------------------------------------------------------------------------------------------------


def assert_same_history(ours, theirs):
    assert [loss for loss, _ in ours] == pytest.approx([float(loss) for loss, _ in theirs], rel=0, abs=1e-12)
    assert [accuracy for _, accuracy in ours] == [accuracy for _, accuracy in theirs]


def test_first_step_of_the_moons_demo():
    ours, theirs = (run(engine, MOONS, steps=1)["history"] for engine in ENGINES)
    assert_same_history(ours, theirs)


def test_moons_demo_against_stored_losses():
    history = run("autograd_core", MOONS, steps=100)["history"]
    assert_same_history([history[k] for k in MOONS_OF_MICROGRAD], MOONS_OF_MICROGRAD.values())


@pytest.mark.thorough
def test_moons_demo():  # micrograd takes minutes
    ours, theirs = (run(engine, MOONS, steps=100)["history"] for engine in ENGINES)
    assert_same_history(ours, theirs)
    assert theirs[-1][1] == 1.0
    assert_same_history([theirs[k] for k in MOONS_OF_MICROGRAD], MOONS_OF_MICROGRAD.values())
