"""Plans: every instruction once, operands before results, uniform numbers apart, products recognised."""

from hypothesis import given, settings

from autograd_core import Value, dot, relu, tanh
from autograd_core.domains import domain_errors
from autograd_core.tape import tape_of
from autograd_core.tape.passes import simplified
from autograd_core.tape.plan import Group, Product, make_plan, uniform_slots
from autograd_core.tape.recording import record
from tests.tapes import cases


def layer(inputs, count):
    return [tanh(dot([Value(0.1) for _ in inputs], inputs, Value(0.0))) for _ in range(count)]


@settings(max_examples=60)
@given(case=cases(max_size=30, max_lanes=1))
def test_every_register_is_written_once_and_before_it_is_read(case):
    with domain_errors("ieee"):
        tape = simplified(record(case, case.lanes[:, 0].tolist())[0])
    plan = make_plan(tape)
    written = [*range(plan.inputs), *(register for register, _ in plan.broadcast)]
    for step in plan.steps:
        if isinstance(step, Product):
            read = step.inputs
            assert step.weights + step.shape[0] * step.shape[1] <= len(plan.uniforms)
        else:
            read = [register for operand in step.operands for register in operand]
        assert set(read) <= set(written)
        written += range(step.first, step.first + step.size)
    assert sorted(written) == list(range(plan.registers))
    assert set(plan.outputs) <= set(written)
    uniform = uniform_slots(tape)
    assert all(uniform[slot] for slot in plan.uniforms)
    assert sum(step.size for step in plan.steps) == sum(not uniform[slot] for slot, _ in tape.instructions())


def test_a_network_is_products_and_groups():
    inputs = [Value(0.5), Value(0.25), Value(1.0)]
    (output,) = layer(layer(inputs, 4), 1)
    plan = make_plan(simplified(tape_of(output, inputs=inputs)))
    kinds = [(type(step), step.size) for step in plan.steps]
    assert kinds == [(Product, 4), (Group, 4), (Product, 1), (Group, 1)]
    assert [step.row.name for step in plan.steps if isinstance(step, Group)] == ["tanh", "tanh"]
    assert plan.broadcast == ()
    assert len(plan.uniforms) == 4 * 3 + 4 + 4 + 1
    assert plan.registers == 3 + 4 + 4 + 1 + 1


def test_sums_written_by_hand_make_the_same_plan():
    x = [Value(0.5), Value(0.25)]
    w = [[Value(0.1), Value(0.2)] for _ in range(3)]
    b = [Value(0.0) for _ in range(3)]
    by_hand = [
        relu(sum((wi * xi for wi, xi in zip(row, x, strict=True)), bias)) for row, bias in zip(w, b, strict=True)
    ]
    plan = make_plan(simplified(tape_of(*by_hand, inputs=x)))
    assert [type(step) for step in plan.steps] == [Product, Group]


def test_weights_of_other_inputs_are_another_product():
    x, y, w = Value(0.5), Value(0.25), [Value(0.1) for _ in range(4)]
    sums = [dot(w[:2], [x, y]), dot(w[2:], [y, x]), dot(w[:2], [x, x * y])]
    plan = make_plan(simplified(tape_of(*sums, inputs=[x, y])))
    sizes = sorted(step.size for step in plan.steps if isinstance(step, Product))
    assert sizes == [1, 2]


def test_uniform_operands_of_lane_operations_are_broadcast():
    x, w = Value(0.5), Value(2.0)
    plan = make_plan(simplified(tape_of(x * w, w, inputs=[x])))
    assert len(plan.broadcast) == 1
    assert plan.inputs == 1


def test_a_weighted_sum_is_a_product_whichever_side_the_weights_are_on():
    weights, x = [Value(0.5), Value(2.0)], [Value(1.0), Value(3.0)]
    for root in (dot(weights, x, 1.0), dot(x, weights, 1.0), dot([weights[0], x[1]], [x[0], weights[1]], 1.0)):
        (step,) = make_plan(tape_of(root, inputs=x)).steps
        assert isinstance(step, Product)
        assert step.inputs == (0, 1)


def test_a_weighted_sum_with_a_bias_of_the_lane_is_none():
    weights, x = [Value(0.5), Value(2.0)], [Value(1.0), Value(3.0), Value(4.0)]
    (step,) = make_plan(tape_of(dot(weights, x[:2], x[2]), inputs=x)).steps
    assert isinstance(step, Group)
