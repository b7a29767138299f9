"""Gradient flow on the graph itself: the colour of a node by the logarithm of its |gradient|."""

import math
from collections.abc import Iterable

from .model import Node
from .text import number
from .themes import Theme, mixed

DECADES = 6.0
"""The scale spans at most so many powers of ten below the largest gradient."""


class Scale:
    """Colours for the gradients of `nodes`, from the smallest to the largest."""

    def __init__(self, nodes: Iterable[Node], theme: Theme) -> None:
        found = [node.magnitude for node in nodes]
        sizes = [x for x in found if x is not None and 0.0 < x < math.inf]
        self.theme = theme
        self.high = max(sizes, default=1.0)
        # from the exponents: a quotient of extremes would overflow
        self.low_log = max(math.log10(min(sizes, default=1.0)), math.log10(self.high) - DECADES)
        self.is_empty = not sizes

    def colour(self, magnitude: float | None) -> str:
        """The fill of a node: the page's where no sweep has been, the lowest colour for 0."""
        if magnitude is None:
            return self.theme.background
        if magnitude == 0.0:
            return self.theme.flow[0]
        if not math.isfinite(magnitude):
            return self.theme.flow[-1]
        span = math.log10(self.high) - self.low_log
        share = (math.log10(magnitude) - self.low_log) / span if span else 1.0
        return mixed(self.theme.flow, share)

    def legend(self) -> tuple[str, list[str], str]:
        """The number at the low end, the colours, and the number at the high end."""
        return number(10.0**self.low_log, 2), [mixed(self.theme.flow, i / 8) for i in range(9)], number(self.high, 2)
