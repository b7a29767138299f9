"""HIPS autograd: boxes around NumPy's functions, here around scalars."""

import autograd
import autograd.numpy as np

from . import Peer


class Autograd(Peer):
    name = "HIPS autograd"
    distribution = "autograd"
    timed = "forward and backward of value_and_grad; leaves are the elements of one array"

    def relu(self, x):
        return np.maximum(0.0, x)

    def value_and_gradients(self, function, numbers):
        def of_array(array):
            return function(self, [array[i] for i in range(len(numbers))])

        value, gradients = autograd.value_and_grad(of_array)(np.array(numbers))
        return float(value), gradients.tolist()


PEER = Autograd()
