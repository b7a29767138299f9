"""Steps as JSON: the schema, exact numbers, and text that is safe inside HTML."""

import json
import math

import pytest
from hypothesis import given

from autograd_core import Value, domain_errors, exp, relu, steps
from autograd_core.testing import programs
from autograd_core.view import steps_json
from autograd_core.view.json import FORMAT, VERSION, steps_document

EVIL = '<script>alert(1)</script>"&\\'
GOLDEN = """\
{"format":"autograd-core steps","version":1,"root":"n2","seed":1.0,"nodes":[\
{"id":"n0","name":"a","label":"a","op":"","formula":"","operands":[],"value":2.0},\
{"id":"n1","name":"v1","label":"","op":"mul","formula":"a \\u00b7 3","operands":["n0",3.0],"value":6.0},\
{"id":"n2","name":"L","label":"","op":"relu","formula":"relu(v1)","operands":["n1"],"value":6.0}],"steps":[\
{"node":"n2","adjoint":1.0,"reached":true,"contributions":[\
{"parent":"n1","operand":0,"formula":"","partial":1.0,"amount":1.0,"before":0.0,"after":1.0}]},\
{"node":"n1","adjoint":1.0,"reached":true,"contributions":[\
{"parent":"n0","operand":0,"formula":"","partial":3.0,"amount":3.0,"before":0.0,"after":3.0}]},\
{"node":"n0","adjoint":3.0,"reached":true,"contributions":[]}],"gradients":{"n0":3.0}}"""


def test_golden_document():
    assert steps_json(relu(Value(2.0, "a") * 3.0), indent=None) == GOLDEN


@given(programs(kind="moderate"))
def test_numbers_come_back_exactly(program):
    root = program(*[Value(x) for x in program.inputs])
    if not isinstance(root, Value):
        return
    found = steps(root)
    document = json.loads(steps_json(found))
    assert (document["format"], document["version"]) == (FORMAT, VERSION)
    assert [float(node["value"]) for node in document["nodes"]] == [node.data for node in found.order]
    for record, step in zip(document["steps"], found, strict=True):
        assert float(record["adjoint"]) == step.adjoint
        assert [float(edge["after"]) for edge in record["contributions"]] == [e.after for e in step.contributions]
        assert [edge["partial"] is None for edge in record["contributions"]] == [
            not edge.selected for edge in step.contributions
        ]


def test_numbers_that_json_does_not_have():
    with domain_errors("ieee"):
        x = Value(1000.0)
        document = steps_document(exp(x) * 0.0)
    values = [node["value"] for node in document["nodes"]]
    assert values == [1000.0, "inf", "nan"]
    assert math.isnan(float(values[2]))


def test_text_is_safe_inside_html():
    text = steps_json(Value(1.0, EVIL) * 2.0)
    assert not set("<>&") & set(text)
    assert json.loads(text)["nodes"][0]["label"] == EVIL


def test_ids_are_those_of_drawings():
    from autograd_core import draw

    x = Value(1.0, "x")
    y = x * x + x
    assert [node["id"] for node in steps_document(y)["nodes"]] == [node.id for node in draw(y).model.nodes]


def test_what_is_no_value():
    with pytest.raises(TypeError, match="steps takes a Value"):
        steps_json(1.0)
