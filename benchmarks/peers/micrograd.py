"""micrograd: the same kind of graph, with closures and recursion."""

from micrograd.engine import Value

from . import GraphPeer


class Micrograd(GraphPeer):
    name = "micrograd"
    distribution = "micrograd"
    timed = "leaves, forward, backward; its graphs are cycles, freeing them is left to the collector"

    leaf = Value

    def relu(self, x):
        return x.relu()


PEER = Micrograd()
