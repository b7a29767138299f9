"""PyTorch with one zero-dimensional tensor per scalar, on one thread of the CPU."""

import torch

from . import GraphPeer


class Torch(GraphPeer):
    name = "PyTorch scalars"
    distribution = "torch"
    timed = "leaves, forward, backward"

    def __init__(self):
        torch.set_num_threads(1)

    relu = staticmethod(torch.relu)

    def leaf(self, x):
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    def value(self, root):
        return root.item()

    def gradient(self, leaf):
        return 0.0 if leaf.grad is None else leaf.grad.item()


PEER = Torch()
