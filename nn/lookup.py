"""Finding things by name: one rule and one error for losses, activations, optimizers and everything else named."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T")


def lookup(kind: str, name: object, table: Mapping[str, T]) -> T:
    """The entry of `table` called `name`; capitals, hyphens and spaces do not matter.

    Parameters
    ----------
    kind
        What the table holds, for the error: ``"activation"``.
    name
        The name asked for.
    table
        Entries by name, in small letters and underscores.

    Raises
    ------
    ValueError
        If there is no such entry: names the nearest one and lists all.
    TypeError
        If `name` is no text.

    Examples
    --------
    >>> lookup("activation", "ReLU", {"relu": 1, "tanh": 2})
    1
    >>> lookup("activation", "tahn", {"relu": 1, "tanh": 2})
    Traceback (most recent call last):
        ...
    ValueError: unknown activation 'tahn': did you mean 'tanh'? There are: relu, tanh
    """
    if not isinstance(name, str):
        raise TypeError(f"{kind}: expected a name or a function, got {type(name).__name__}: {name!r:.60}")
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key in table:
        return table[key]
    raise ValueError(unknown(kind, name, table))


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """What an error says of a name that does not exist: the nearest one that does, and all of them."""
    names = list(known)
    nearest = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    guess = f": did you mean {nearest[0]!r}? There" if nearest else "; there"
    return f"unknown {kind} {name!r}{guess} are: {', '.join(names)}"
