"""Finding by name; that every table uses this is tested with the tables."""

import pytest

from nn.lookup import lookup, unknown

TABLE = {"relu": 1, "leaky_relu": 2, "tanh": 3}


@pytest.mark.parametrize("name", ["leaky_relu", "Leaky ReLU", "LEAKY-RELU", " leaky_relu "])
def test_writing_does_not_matter(name: str):
    assert lookup("activation", name, TABLE) == 2


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("tnah", ValueError, "unknown activation 'tnah': did you mean 'tanh'\\? There are: relu, leaky_relu, tanh"),
        ("quaternion", ValueError, "unknown activation 'quaternion'; there are: relu, leaky_relu, tanh"),
        (None, TypeError, "activation: expected a name or a function, got NoneType: None"),
    ],
)
def test_what_is_unknown_is_named_with_the_nearest(name, error, words):
    with pytest.raises(error, match=words):
        lookup("activation", name, TABLE)


def test_the_message_for_other_errors():
    assert unknown("option", "momentun", ["lr", "momentum"]) == (
        "unknown option 'momentun': did you mean 'momentum'? There are: lr, momentum"
    )
