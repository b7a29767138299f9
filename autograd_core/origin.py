"""How a Value came to be, kept apart from the Value so that most of them can share one note."""

from .row import Primitive


class Origin:
    """How a Value came to be: by which primitive, with which constants, under which label and where in the source.

    `constants` holds an operation's operands that are plain numbers, with None where a parent stands.
    A Value without label, constants and line shares one Origin with all others of its primitive.
    """

    __slots__ = ("constants", "label", "line", "row")

    def __init__(
        self,
        row: Primitive | None,
        constants: tuple[float | None, ...] = (),
        label: str = "",
        line: tuple[str, int] | None = None,
    ) -> None:
        self.row, self.constants, self.label, self.line = row, constants, label, line


_shared_origins: dict[Primitive | None, Origin] = {}


def origin_of(
    row: Primitive | None,
    constants: tuple[float | None, ...] = (),
    label: str = "",
    line: tuple[str, int] | None = None,
) -> Origin:
    """The Origin with these fields, shared if it only names its primitive."""
    if constants or label or line:
        return Origin(row, constants, label, line)
    return _shared_origins.get(row) or _shared_origins.setdefault(row, Origin(row))
