"""A state machine of Values and graphs: what may happen to them in any order, and what must hold after every step.

Every Value that is still in use has the number, operands, partials, label and adjoint that `tests.state_oracle` expects,
and every other one is gone, with the garbage collector off. Numbers stay moderate, so the special values of the contract
are not looked at here.
"""

import copy
import gc
import operator
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from autograd_core import (
    Value,
    count_paths,
    domain_errors,
    first_nonfinite,
    graph_stats,
    log,
    mean,
    no_grad,
    softmax,
    steps,
    zero_grad,
)
from autograd_core.errors import DomainError
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from autograd_core.testing.sampling import in_domain
from tests.state_oracle import Node, adopt, ancestors, check_numbers, depth, forget, is_moderate, sweep, twin

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, -0.0, 3.0, -2.5]), st.floats(-4.0, 4.0), st.integers(-3, 3).map(float)
)
SEEDS = st.sampled_from([1.0, 1.0, 0.0, -2.0, 0.5, 3, np.float64(0.25)])
OPERATORS: dict[str, list[Callable[..., Any]]] = {
    "add": [operator.add, operator.iadd], "sub": [operator.sub, operator.isub], "mul": [operator.mul, operator.imul],
    "div": [operator.truediv, operator.itruediv], "pow": [operator.pow, operator.ipow], "mod": [operator.mod, operator.imod],
    "neg": [operator.neg], "abs": [abs],
}  # fmt: skip
ARITHMETIC = "add sub mul mul div neg pow fsum dot".split()
CHOOSING = "relu maximum minimum clip step leaky_relu abs".split()
MOST, DEEPEST = 12, 25
"""How many Values are held at a time, and of how many operations a path is made at most."""


def fails(kind: type[Exception] | tuple[type[Exception], ...], call: Callable[[], object]) -> None:
    """`call` raises `kind`; nothing of the exception is kept, since its frames would keep Values alive."""
    try:
        call()
    except kind:
        return
    raise AssertionError("nothing was raised")


class Values(RuleBasedStateMachine):
    """What may happen to Values, one step after the other."""

    rows: tuple[Primitive, ...]

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[Value, Node]] = []
        self.known: list[Node] = []
        gc.disable()

    def teardown(self) -> None:
        gc.enable()

    def held_elsewhere(self) -> list[Node]:
        """The nodes whose Values something else holds."""
        return []

    # Choosing and keeping ---------------------------------------------------------------------------------

    def choose(self, data: st.DataObject) -> Node:
        return self.held[data.draw(st.integers(0, len(self.held) - 1), label="which")][1]

    def several(self, data: st.DataObject, least: int = 0) -> list[Node]:
        places = data.draw(st.lists(st.integers(0, len(self.held) - 1), min_size=least, max_size=3), label="which ones")
        return [self.held[i][1] for i in places]

    def leaves(self, data: st.DataObject) -> list[Node]:
        found = [node for node in ancestors(*self.several(data, 1)) if node.row is None]
        return found[: data.draw(st.integers(1, 3))]

    def keep(self, v: Value, node: Node) -> None:
        self.held.append((v, node))
        known = set(map(id, self.known))
        self.known += [one for one in ancestors(node) if id(one) not in known]
        if len(self.held) > MOST:
            del self.held[0]

    # Making -----------------------------------------------------------------------------------------------

    @rule(x=NUMBERS, label=st.sampled_from(["", "x", "rate"]), kind=st.sampled_from([float, np.float64, int]))
    def create(self, x: float, label: str, kind: Callable[[float], Any]) -> None:
        v = Value(kind(x), label=label)
        assert type(v.data) is float
        assert v.data == kind(x)
        self.keep(v, Node(v, label=label))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), name=st.sampled_from(ARITHMETIC))
    def calculate(self, data: st.DataObject, name: str) -> None:
        """What programs are made of most."""
        self.combine(data, TABLE[name])

    @precondition(lambda self: self.held)
    @rule(data=st.data(), name=st.sampled_from(CHOOSING))
    def cut_off(self, data: st.DataObject, name: str) -> None:
        """What may leave an operand without a derivative."""
        self.combine(data, TABLE[name])

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def operate(self, data: st.DataObject) -> None:
        """Any operation of the table, and two of one's own."""
        row = data.draw(st.sampled_from(self.rows), label="row")
        if "selection" not in row.traits:
            self.combine(data, row)

    def combine(self, data: st.DataObject, row: Primitive) -> None:
        """An operation on Values and numbers, as a function, a method or an operator."""
        count = len(row.parameters)
        if row.variadic:
            count = data.draw(st.integers(1, 4))
            count = count if len(row.parameters) == 1 else 2 * count + 1
        first = data.draw(st.integers(0, count - 1), label="a Value at")
        operands: list[Node | float] = [
            self.choose(data) if i == first or data.draw(st.booleans()) else data.draw(NUMBERS) for i in range(count)
        ]
        self.apply(data, row, operands)

    def apply(self, data: st.DataObject, row: Primitive, operands: list[Node | float]) -> None:
        numbers = [x.data if isinstance(x, Node) else x for x in operands]
        given = [x.value if isinstance(x, Node) else x for x in operands]
        ways: list[Callable[[], Any]] = [lambda: FUNCTIONS[row.name](*row.arguments(given))]
        if isinstance(given[0], Value) and not row.variadic:
            ways.append(lambda: getattr(given[0], row.name)(*given[1:]))
        scalars = [x if isinstance(x, Value) else np.float64(x) for x in given]
        for function in OPERATORS.get(row.name, []):
            ways += [partial(function, *given), partial(function, *scalars)]
        way = ways[
            data.draw(st.integers(0, len(ways) - 1), label="way")
        ]  # drawn itself, it would keep the Values alive
        if not in_domain(row, numbers):
            fails(DomainError, way)
            with domain_errors("ieee"):
                assert way().primitive is row
            return
        if max((depth(x) for x in operands if isinstance(x, Node)), default=0) < DEEPEST:
            v = way()
            self.enter(v, row, operands, numbers)

    def enter(self, v: Value, row: Primitive, operands: list[Node | float], numbers: list[float]) -> None:
        if is_moderate(v):
            check_numbers(v, row, numbers, [isinstance(x, Node) for x in operands])
            self.keep(v, Node(v, row, operands))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), lazy=st.booleans())
    def select(self, data: st.DataObject, lazy: bool) -> None:
        """`where`, its sides computed before or only if selected."""
        left, a, b = self.choose(data), self.choose(data), data.draw(st.one_of(st.just(None), NUMBERS))
        selected = left.value > self.choose(data).value
        other: Node | float = self.choose(data) if b is None else b
        given = [x.value if isinstance(x, Node) else x for x in (a, other)]
        operands: list[Node | float] = [float(selected), a, other]
        if lazy:  # the side that is not selected must not run
            sides = [
                (lambda x=x: x) if chosen else (lambda: 1 / 0)
                for x, chosen in zip(given, (selected, not selected), strict=True)
            ]
            operands[2 if selected else 1] = float("nan")
        else:
            sides = given
        if depth(a) >= DEEPEST or (isinstance(other, Node) and depth(other) >= DEEPEST):
            return
        v = FUNCTIONS["where"](selected, *sides)
        if not any(isinstance(x, Node) for x in operands):
            self.keep(v, Node(v))
            return
        numbers = [x.data if isinstance(x, Node) else x for x in operands]
        self.enter(v, TABLE["where"], operands, numbers)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), function=st.sampled_from([mean, softmax]))
    def compose(self, data: st.DataObject, function: Callable[..., Any]) -> None:
        """Functions made of several operations."""
        nodes = self.several(data, 1)
        if max(map(depth, nodes)) > DEEPEST - 5:
            return
        numbers = np.array([node.data for node in nodes])
        results = function([node.value for node in nodes])
        expected = (
            [numbers.mean()]
            if function is mean
            else np.exp(numbers - numbers.max()) / np.exp(numbers - numbers.max()).sum()
        )
        results = results if isinstance(results, list) else [results]
        assert [v.data for v in results] == pytest.approx(list(expected), rel=1e-9, abs=1e-9)
        v = results[data.draw(st.integers(0, len(results) - 1))]
        if all(map(is_moderate, [v, *v.parents])):
            self.keep(v, adopt(v, nodes))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def detach(self, data: st.DataObject) -> None:
        node = self.choose(data)
        v = node.value.detach()
        assert v.data == node.data
        self.keep(v, Node(v, label=node.label))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), decorated=st.booleans())
    def compute_without_recording(self, data: st.DataObject, decorated: bool) -> None:
        a, b = self.choose(data), self.choose(data)
        if decorated:
            v = no_grad()(lambda: a.value * b.value + 1.0)()
        else:
            with no_grad():
                v = a.value * b.value + 1.0
        assert v.data == a.data * b.data + 1.0
        if is_moderate(v):
            self.keep(v, Node(v))

    # Copying ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def copy_one(self, data: st.DataObject) -> None:
        node = self.choose(data)
        v = copy.copy(node.value)
        copied = Node(v, node.row, node.operands, node.label)
        copied.grad, copied.slack, copied.data = node.grad, node.slack, node.data
        self.keep(v, copied)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), way=st.sampled_from(["deepcopy", *range(pickle.HIGHEST_PROTOCOL + 1)]))
    def copy_graphs(self, data: st.DataObject, way: Any) -> None:
        """What is copied or pickled together stays together."""
        nodes = self.several(data, 1)
        nodes.insert(0, ancestors(nodes[-1])[-1])
        values = [node.value for node in nodes]
        copies = copy.deepcopy(values) if way == "deepcopy" else pickle.loads(pickle.dumps(values, protocol=way))
        made: dict[int, Node] = {}
        for node, v in zip(nodes, copies, strict=True):
            self.keep(v, twin(node, v, made))

    # Sweeping and changing --------------------------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(seed=SEEDS, times=st.integers(1, 2))
    def backward_from_the_last(self, seed: Any, times: int) -> None:
        root = self.held[-1][1]
        for _ in range(times):
            root.value.backward(seed)
            sweep(root, float(seed))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), seed=SEEDS)
    def backward_from_several(self, data: st.DataObject, seed: Any) -> None:
        for root in self.several(data, 2):
            root.value.backward(seed)
            sweep(root, float(seed))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def zero(self, data: st.DataObject) -> None:
        roots = self.several(data)
        zero_grad(*[root.value for root in roots])
        forget(roots)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), x=NUMBERS)
    def change(self, data: st.DataObject, x: float) -> None:
        """A new number, adjoint or label; what was recorded before keeps its partials."""
        node, what = self.choose(data), data.draw(st.sampled_from(["data", "grad", "label"]))
        if what == "data":
            node.value.data = node.data = x
        elif what == "grad":
            node.value.grad = node.grad = x
            node.slack = 0.0
        else:
            node.value.label = node.label = f"x{x:g}"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            if self.held:
                del self.held[data.draw(st.integers(0, len(self.held) - 1))]

    # Mistakes, and what only looks ------------------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def make_a_mistake(self, data: st.DataObject) -> None:
        node = self.choose(data)
        v = node.value
        mistakes: list[tuple[Any, Callable[[], object]]] = [
            (TypeError, lambda: v + "a"), (TypeError, lambda: v * None), (TypeError, lambda: bool(v)), (TypeError, lambda: float(v)),
            (TypeError, lambda: setattr(v, "data", "a")), (TypeError, lambda: setattr(v, "grad", v)), (TypeError, lambda: v.backward("a")),
            (TypeError, lambda: FUNCTIONS["fsum"]([v, "a"])), (ValueError, lambda: FUNCTIONS["dot"]([v], [v, v])), (TypeError, lambda: Value(v)),
            (DomainError, lambda: log(-1.0 - v * v)), (ZeroDivisionError, lambda: v / (v * 0.0)), (DomainError, lambda: (-1.0 - v * v) ** 0.5),
            (ZeroDivisionError, lambda: FUNCTIONS["where"](v < 1e9, lambda: v * (1 / 0), 0.0)), (TypeError, lambda: FUNCTIONS["where"](v, 1.0, 2.0)),
            ((TypeError, AttributeError, pickle.PicklingError), lambda: pickle.dumps([v, lambda: 0])), (AttributeError, lambda: v.nothing),
        ]  # fmt: skip
        kind, call = mistakes[data.draw(st.integers(0, len(mistakes) - 1), label="mistake")]
        fails(kind, call)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        v = self.choose(data).value
        assert repr(v).startswith(f"Value({v.data!r}")
        assert graph_stats(v).nodes == len(ancestors(next(n for w, n in self.held if w is v)))
        assert count_paths(v)[v] == 1
        assert first_nonfinite(v) is None or v.data != v.data
        assert len(list(steps(v))) >= 1
        assert hash(v) == hash(v)

    # What holds after every step --------------------------------------------------------------------------

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        in_use = ancestors(*[node for _, node in self.held], *self.held_elsewhere())
        for node in in_use:
            node.check()
        used = set(map(id, in_use))
        left = [node for node in self.known if id(node) not in used and node.ref() is not None]
        assert not left, f"still there, though nothing uses them: {left}"
        self.known = in_use
