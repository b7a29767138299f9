"""Update rules as text: one formula whatever the numbers, on arrays and element by element."""

import numpy as np
import pytest

from autograd_core.tape.updates import formula, on_arrays, on_elements


def adam(rate):
    def update(w, g, m, s):
        m = 0.9 * m + 0.1 * g
        s = 0.99 * s + 0.01 * (g * g)
        return w - rate * (m / (s**0.5 + 1e-8)), m, s

    return update


def test_numbers_are_no_part_of_the_formula():
    first, constants = formula(adam(0.1), slots=2)
    second, others = formula(adam(np.array([0.5, 0.25])), slots=2)
    assert first == second
    assert constants[:4] == [0.9, 0.1, 0.99, 0.01]
    assert others[-1].tolist() == [0.5, 0.25] or any(isinstance(x, np.ndarray) for x in others)


@pytest.mark.parametrize(
    "update",
    [adam(0.1), lambda w, g, m, s: (w - np.float64(0.1) * g**3 + 2.0**m, -m, 1.0 / (1.0 + s)), lambda w, g, m, s: (w, 0.0, s**2)],
    ids=["adam", "all operators", "constants"],
)  # fmt: skip
def test_both_texts_compute_the_rule(update):
    rng = np.random.default_rng(0)
    w, g, m, s = rng.uniform(0.5, 1.5, size=(4, 5))
    expected = update(w, g, m, s)
    found, constants = formula(update, slots=2)
    for a, b in zip(on_arrays(found)(w, g, [m, s], constants), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-15)
    namespace = {"sqrt": np.sqrt}
    exec(on_elements([found]), namespace)
    weights, slots = w.copy(), np.array([m, s])
    namespace["update"](np.array([[0, 5]]), [0], np.array([constants]).reshape(1, -1), weights, g, slots)
    for a, b in zip([weights, *slots], expected, strict=True):
        np.testing.assert_allclose(a, np.broadcast_to(b, 5), rtol=1e-15)


def test_each_group_has_its_formula():
    formulas = [formula(rule, 0)[0] for rule in (lambda w, g: (w - 0.5 * g,), lambda w, g: (w,))]
    namespace = {}
    exec(on_elements(formulas), namespace)
    weights = np.ones(4)
    namespace["update"](
        np.array([[0, 2], [2, 4]]), [0, 1], np.array([[0.5], [0.0]]), weights, np.ones(4), np.zeros((0, 4))
    )
    assert weights.tolist() == [0.5, 0.5, 1.0, 1.0]


def test_what_is_no_rule():
    with pytest.raises(TypeError, match=r"may use \+ - \* / \*\* only, on w, g and 1 slots: .*"):
        formula(lambda w, g, s: (w if w > 0.0 else g, s), slots=1)
    with pytest.raises(TypeError, match="may use"):
        formula(lambda w, g: (w,), slots=1)
    with pytest.raises(TypeError, match="returns the new weight and 1 slots as a tuple"):
        formula(lambda w, g, s: w, slots=1)
