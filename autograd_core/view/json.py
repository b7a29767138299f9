"""Steps as versioned JSON: for slides, exams and golden tests.

The document, version 1 (keys in this order; a reader ignores keys that it does not know):

``format``
    ``"autograd-core steps"``.
``version``
    1. It rises when a key changes its meaning or goes; new keys do not raise it.
``root``, ``seed``
    The id of the root, and the adjoint that the pass starts with.
``nodes``
    All nodes in topological order, parents first: the forward pass.

    - ``id``: ``"n4"``, the place in the order, as in drawings; ``name``: unique in the document; ``label``: the Value's.
    - ``op``: the row's name, ``""`` for a leaf; ``formula``: the operation in the names of its operands.
    - ``operands``: ids of nodes, and numbers.
    - ``value``: the number.
``steps``
    The backward pass in its order, one per node.

    - ``node``: an id; ``adjoint``: ∂root/∂node; ``reached``: false for a node that the pass skips.
    - ``contributions``: one per edge to a parent, in order. ``parent``: an id; ``operand``: the place among the operands;
      ``formula``: ∂node/∂parent in names, ``""`` where it is only a number; ``partial``: its number, null if the edge is
      not selected; ``amount`` = adjoint · partial; ``before`` and ``after``: the parent's adjoint.
``gradients``
    The ids of the leaves with their final adjoints.

Numbers are exact: the shortest decimal that reads back as the same double. Where JSON has no number, the strings
``"nan"``, ``"inf"`` and ``"-inf"`` stand, which Python's ``float`` reads. Text is escaped to ASCII, and ``<``, ``>`` and
``&`` are written as escapes too, so that the document can stand inside HTML.
"""

import json
import math
from typing import Any

from ..value import Value
from .naming import names
from .notation import operation_text, partial_text
from .steps import Steps, steps

FORMAT, VERSION = "autograd-core steps", 1


def steps_document(root: Value | Steps) -> dict[str, Any]:
    """The document as Python data; see the head of this module for its keys."""
    found = root if isinstance(root, Steps) else steps(root)
    ids = {node: f"n{i}" for i, node in enumerate(found.order)}
    called = names(found.order)
    nodes = [
        {
            "id": ids[node],
            "name": called[node],
            "label": node.label,
            "op": node.op,
            "formula": operation_text(node, called),
            "operands": [ids[x] if isinstance(x, Value) else number_or_name(x) for x in node.operands],
            "value": number_or_name(node.data),
        }
        for node in found.order
    ]
    taken = [
        {
            "node": ids[step.node],
            "adjoint": number_or_name(step.adjoint),
            "reached": step.reached,
            "contributions": [
                {
                    "parent": ids[edge.parent],
                    "operand": edge.operand,
                    "formula": partial_text(step.node, edge.operand, called),
                    "partial": number_or_name(edge.partial) if edge.selected else None,
                    "amount": number_or_name(edge.amount),
                    "before": number_or_name(edge.before),
                    "after": number_or_name(edge.after),
                }
                for edge in step.contributions
            ],
        }
        for step in found
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "root": ids[found.root],
        "seed": number_or_name(found.seed),
        "nodes": nodes,
        "steps": taken,
        "gradients": {ids[node]: number_or_name(found.adjoint(node)) for node in found.order if not node.parents},
    }


def steps_json(root: Value | Steps, indent: int | None = 1) -> str:
    """The backward pass from `root` as JSON text, the same in every process; see the head of this module.

    Parameters
    ----------
    root
        The result, or its steps.
    indent
        Spaces per level; None for the shortest text.

    Examples
    --------
    >>> x = Value(3.0, "x")
    >>> document = json.loads(steps_json(x * x))
    >>> document["version"], document["gradients"]
    (1, {'n0': 6.0})
    """
    return to_json(steps_document(root), indent)


def to_json(data: Any, indent: int | None = None) -> str:
    """`data` as JSON text that can stand inside HTML."""
    text = json.dumps(data, indent=indent, allow_nan=False, separators=None if indent else (",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def number_or_name(x: float) -> float | str:
    """`x`, or its name where JSON has no number for it."""
    return x if math.isfinite(x) else repr(x)
