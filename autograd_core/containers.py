"""Numbers in containers: nested lists, tuples, dicts and arrays, taken apart into their numbers and put together again.

Functions are differentiated with respect to a flat list of numbers. These two functions translate between that
list and what users write: ``leaves`` takes a container apart, ``rebuild`` makes one of the same form.
"""

from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in `tree` that is no container, from left to right, each with the index that leads to it.

    >>> list(leaves({"w": [1.0, 2.0], "b": 3.0}))
    [("['w'][0]", 1.0), ("['w'][1]", 2.0), ("['b']", 3.0)]
    """
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from leaves(part, f"{path}[{key!r}]")
    elif _is_sequence(tree):
        for i, part in enumerate(tree):
            yield from leaves(part, f"{path}[{i}]")
    elif _is_array(tree):
        for i, number in enumerate(tree.flat):
            yield f"{path}.flat[{i}]", number
    else:
        yield path, tree


def rebuild(tree: Any, numbers: Iterator[Any]) -> Any:
    """A container of the form of `tree`, filled from `numbers`.

    Sequences become lists, except that a tuple stays a tuple (a named one of its class).

    >>> rebuild({"w": [1.0, 2.0], "b": 3.0}, iter("xyz"))
    {'w': ['x', 'y'], 'b': 'z'}
    """
    if isinstance(tree, dict):
        return {key: rebuild(part, numbers) for key, part in tree.items()}
    if _is_sequence(tree):
        parts = [rebuild(part, numbers) for part in tree]
        if hasattr(tree, "_fields"):
            return type(tree)(*parts)
        return tuple(parts) if isinstance(tree, tuple) else parts
    if _is_array(tree):
        array = tree.astype(object)
        for i in range(array.size):
            array.flat[i] = next(numbers)
        plain = all(isinstance(number, float) for number in array.flat)
        return array.astype(float) if plain else array
    return next(numbers)


def shape(tree: Any) -> frozenset[str]:
    """Where `tree` holds numbers: equal for two containers that fit together.

    >>> shape([1.0, (2.0, 3.0)]) == shape((1.0, [5.0, 7.0]))
    True
    """
    return frozenset([path for path, _ in leaves(tree)])


def describe(tree: Any) -> str:
    """`tree` in words, for errors: ``a list of 3``, ``None``, ``a str: 'abc'``.

    >>> describe([1.0, 2.0])
    'a list of 2'
    """
    if tree is None:
        return "None"
    kind = type(tree).__name__
    article = "an" if kind[0] in "aeiou" else "a"
    if isinstance(tree, dict) or _is_sequence(tree):
        return f"{article} {kind} of {len(tree)}"
    if _is_array(tree):
        return f"an array of shape {tree.shape}"
    return f"{article} {kind}: {tree!r:.60}"


def is_number(x: Any) -> bool:
    """Whether `x` is a real number; a bool is none."""
    return isinstance(x, Real) and not isinstance(x, bool)


def _is_sequence(tree: Any) -> bool:
    return isinstance(tree, Sequence) and not isinstance(tree, str | bytes | bytearray)


def _is_array(tree: Any) -> bool:
    """Whether `tree` is an array like NumPy's (which is not imported for the question)."""
    return hasattr(tree, "flat") and hasattr(tree, "astype") and bool(getattr(tree, "shape", ()))
