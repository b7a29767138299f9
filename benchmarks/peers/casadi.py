"""CasADi with its scalar symbols (SX): the graph is built, differentiated and evaluated by its virtual machine."""

import casadi

from . import Peer


class CasADi(Peer):
    name = "CasADi SX"
    distribution = "casadi"
    timed = "building the expression, its symbolic gradient, a Function of both, and one evaluation"

    def relu(self, x):
        return casadi.fmax(x, 0.0)

    def value_and_gradients(self, function, numbers):
        x = casadi.SX.sym("x", len(numbers))
        root = function(self, casadi.vertsplit(x))
        value, gradients = casadi.Function("f", [x], [root, casadi.gradient(root, x)])(casadi.DM(numbers))
        return float(value), gradients.full().ravel().tolist()


PEER = CasADi()
