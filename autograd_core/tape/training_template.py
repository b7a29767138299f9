"""Source of the compiled training loop: many steps of gradient descent without Python in between.

Two plans take part: ``shared`` computes what depends on parameters alone (one lane; its inputs are the leaves), and
``main`` the examples (its uniform numbers are leaves, results of ``shared``, and constants). Each comes as the arrays of
`native.Encoded` and its uniform numbers.
"""

from collections.abc import Sequence

from .updates import Formula, on_elements

PLAN = "int64[:,::1], int64[::1], int64[::1], int64[:,::1], float64[::1]"
SIGNATURES = {
    "train": "(" + ", ".join([
        f"Tuple(({PLAN}))", f"Tuple(({PLAN}))",  # main, shared: steps, index, outputs, broadcast, uniforms
        "UniTuple(int64, 5)",  # inputs, registers and lanes per block of main; registers of shared; whether to take steps
        "UniTuple(int64[:,::1], 2)",  # pairs (position among the uniforms of main, number of the leaf, or of the result)
        "float64[:,::1], int64[::1], int64[::1]",  # rows: one per input, one column per example; order; ends of batches
        "float64[::1], float64[::1], float64[:,::1]",  # leaves, gradients, slots
        "int64[:,::1], int64[:,::1], float64[:,:,::1]",  # bounds of groups; formulas and constants by step and group
        "float64, float64[::1], float64[::1], float64[:,::1]",  # share of the penalty; losses, penalties, outputs
    ]) + ")",
}  # fmt: skip
"""The types of the arguments of ``train``."""

TRAIN = '''

@summing
def train(main, shared, sizes, wires, rows, order, ends, leaves, gradients, slots, bounds, chosen, constants, share,
          losses, penalties, reported):
    """Take one step for each batch; the number of steps taken before a number was not finite."""
    steps, index, outputs, broadcast, uniforms = main
    steps1, index1, outputs1, broadcast1, uniforms1 = shared
    inputs, registers, block, registers1, stepping = sizes
    from_leaves, from_shared = wires
    V1, A1 = np.zeros((registers1, 1)), np.empty((registers1, 1))
    d_uniforms, d_uniforms1 = np.empty_like(uniforms), np.empty_like(uniforms1)
    size = 1
    for k in range(len(ends)):
        size = max(size, min(block, ends[k] - (ends[k - 1] if k else 0)))
    memory, adjoints = np.empty(registers * size), np.empty(registers * size)
    start = 0
    for k in range(len(ends)):
        stop = ends[k]
        for i in range(len(leaves)):
            V1[i, 0] = leaves[i]
        for i in range(len(broadcast1)):
            V1[broadcast1[i, 0], 0] = uniforms1[broadcast1[i, 1]]
        forward(steps1, index1, uniforms1, V1, V1.shape[1])
        for i in range(len(from_leaves)):
            uniforms[from_leaves[i, 0]] = leaves[from_leaves[i, 1]]
        for i in range(len(from_shared)):
            uniforms[from_shared[i, 0]] = V1[outputs1[from_shared[i, 1]], 0]
        penalty = share * V1[outputs1[-1], 0]
        total = 0.0
        d_uniforms[:] = 0.0
        first = start
        while first < stop:
            lanes = min(block, stop - first)
            V = memory[: registers * lanes].reshape(registers, lanes)
            A = adjoints[: registers * lanes].reshape(registers, lanes)
            for i in range(inputs):
                for lane in range(lanes):
                    V[i, lane] = rows[i, order[first + lane]]
            for i in range(len(broadcast)):
                V[broadcast[i, 0]] = uniforms[broadcast[i, 1]]
            forward(steps, index, uniforms, V, lanes)
            for lane in range(lanes):
                total += V[outputs[0], lane]
            for i in range(len(reported)):
                for lane in range(lanes):
                    reported[i, first + lane] = V[outputs[i + 1], lane]
            A[:] = 0.0
            A[outputs[0]] = 1.0 / (stop - start)
            backward(steps, index, uniforms, V, A, d_uniforms, lanes)
            for i in range(len(broadcast)):
                amount = 0.0
                for lane in range(lanes):
                    amount += A[broadcast[i, 0], lane]
                d_uniforms[broadcast[i, 1]] += amount
            first += lanes
        losses[k], penalties[k] = total / (stop - start), penalty
        A1[:] = 0.0
        A1[outputs1[-1], 0] = share
        for i in range(len(from_shared)):
            A1[outputs1[from_shared[i, 1]], 0] += d_uniforms[from_shared[i, 0]]
        d_uniforms1[:] = 0.0
        backward(steps1, index1, uniforms1, V1, A1, d_uniforms1, V1.shape[1])
        for i in range(len(leaves)):
            gradients[i] = A1[i, 0]
        for i in range(len(from_leaves)):
            gradients[from_leaves[i, 1]] += d_uniforms[from_leaves[i, 0]]
        fault = 0.0 * losses[k] + 0.0 * penalty  # nan if one of them is not finite
        for i in range(bounds[-1, 1]):
            fault += 0.0 * gradients[i]
        if fault != 0.0:
            return k
        if stepping:
            update(bounds, chosen[k], constants[k], leaves, gradients, slots)
        start = stop
    return len(ends)
'''

HEADER = '''\
"""Generated by autograd_core.tape.training_template for the kernels {kernels}."""

from math import sqrt

import numpy as np
from {kernels} import backward, forward, jit, summing


@jit
'''


def source(kernels: str, formulas: Sequence[Formula]) -> str:
    """The module with ``train`` for the kernels of that name and the updates `formulas`."""
    return HEADER.format(kernels=kernels) + on_elements(formulas) + TRAIN
