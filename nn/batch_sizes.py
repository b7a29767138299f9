"""Batch sizes that change during training."""

import sys
from dataclasses import dataclass

from .checks import demand


@dataclass
class GrowingBatches:
    """A batch size that grows during training: B(epoch) = min(start·kˡ, largest), l = ⌊epoch/n⌋.

    Growing batches quiet the noise of the gradient as a falling rate does, with fewer steps per epoch. Give it to
    `nn.fit` as ``batch_size``.

    Parameters
    ----------
    start
        The size of the first batches.
    factor
        k, by which they grow.
    every
        n, the number of epochs between two changes.
    largest
        The bound; None is the size of the training set, which bounds it in any case.

    References
    ----------
    Smith, Kindermans, Ying, Le: Don't decay the learning rate, increase the batch size, ICLR 2018.

    Examples
    --------
    >>> sizes = GrowingBatches(start=16, factor=2, every=2, largest=50)
    >>> [sizes(epoch) for epoch in range(6)]
    [16, 16, 32, 32, 50, 50]
    """

    start: int = 16
    factor: float = 2.0
    every: int = 5
    largest: int | None = None

    def __post_init__(self) -> None:
        demand(self.start >= 1, self, "start", "at least 1")
        demand(self.factor >= 1.0, self, "factor", "at least 1")
        demand(self.every >= 1, self, "every", "at least 1")
        demand(self.largest is None or self.largest >= self.start, self, "largest", "at least start")

    def __call__(self, epoch: int) -> int:
        """The size of the batches in an epoch, counted from 0."""
        largest = sys.maxsize if self.largest is None else self.largest
        size = self.start
        for _ in range(epoch // self.every):
            size = int(size * self.factor)
            if size >= largest:
                return largest
        return size
