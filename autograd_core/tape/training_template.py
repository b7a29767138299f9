"""Source of the compiled training loop: many steps of gradient descent without Python in between.

Two plans take part: ``shared`` computes what depends on parameters alone (one lane; its inputs are the leaves), and
``main`` the examples (its uniform numbers are leaves, results of ``shared``, and constants). Each comes as the arrays of
`native.Encoded`. The uniform numbers of ``main`` stand in one array with the leaves, as `placement` has it.
"""

from collections.abc import Sequence

from .gather_template import gather_source
from .updates import Formula, on_elements
from .vector_width import PADDING

PLAN = "int64[:,::1], int64[::1], int64[::1], int64[:,::1]"
SIGNATURES = {
    "train": "(" + ", ".join([
        f"Tuple(({PLAN}))", f"Tuple(({PLAN}))",  # main, shared: steps, index, outputs, broadcast
        "float64[::1]",  # the uniform numbers of shared
        "UniTuple(int64, 6)",  # inputs, registers, lanes per block of main; registers, columns of shared; whether to step
        "UniTuple(int64[:,::1], 2)",  # lines (place, leaf or result of shared, how many in a row) of what is copied
        "int64[::1]",  # the leaves that are the inputs of shared
        "float64[:,::1], int64[::1], int64[::1]",  # examples: a line each; order; ends of batches
        "float64[::1], float64[::1], float64[:,::1]",  # leaves and other uniform numbers of main, gradients, slots
        "int64[:,::1], int64[:,::1], float64[:,:,::1]",  # bounds of groups; formulas and constants by step and group
        "float64, float64[::1], float64[::1], float64[:,::1]",  # share of the penalty; losses, penalties, outputs
    ]) + ")",
}  # fmt: skip
"""The types of the arguments of ``train``."""

TRAIN = '''

@summing
def train(main, shared, uniforms1, sizes, wires, shared_leaves, examples, order, ends, uniforms, gradients, slots, bounds,
          chosen, constants, share, losses, penalties, reported):
    """Take one step for each batch; the number of steps taken before a number was not finite."""
    steps, index, outputs, broadcast = main
    steps1, index1, outputs1, broadcast1 = shared
    inputs, registers, block, registers1, columns1, stepping = sizes
    from_leaves, from_shared = wires
    sharing, one = len(steps1) > 0, np.int64(1)  # for a literal Numba would compile the kernels once more
    V1, A1 = np.zeros((registers1, columns1)), np.zeros((registers1, columns1))
    for i in range(len(broadcast1)):
        V1[broadcast1[i, 0], 0] = uniforms1[broadcast1[i, 1]]
    d_uniforms1 = np.empty_like(uniforms1)
    largest = 0
    for k in range(len(ends)):
        largest = max(largest, ends[k] - (ends[k - 1] if k else 0))
    columns = {padding} * (-(-min(block, largest) // {padding}))
    memory, adjoints = aligned(registers * columns), aligned(registers * columns)
    start = 0
    for k in range(len(ends)):
        stop = ends[k]
        if sharing:
            for i in range(len(shared_leaves)):
                V1[i, 0] = uniforms[shared_leaves[i]]
            forward(steps1, index1, uniforms1, V1, one)
        for i in range(len(from_leaves)):
            for n in range(from_leaves[i, 2]):
                uniforms[from_leaves[i, 0] + n] = uniforms[from_leaves[i, 1] + n]
        for i in range(len(from_shared)):
            for n in range(from_shared[i, 2]):
                uniforms[from_shared[i, 0] + n] = V1[outputs1[from_shared[i, 1] + n], 0]
        penalty = share * V1[outputs1[-1], 0]
        total = 0.0
        gradients[:] = 0.0
        blocks = -(-(stop - start) // block)
        for part in range(blocks):  # of equal size
            first, last = start + (stop - start) * part // blocks, start + (stop - start) * (part + 1) // blocks
            lanes = last - first
            columns = {padding} * (-(-lanes // {padding}))
            V = memory[: registers * columns].reshape(registers, columns)
            A = adjoints[: registers * columns].reshape(registers, columns)
            gather(examples, order, first, last, V, columns)
            for i in range(len(broadcast)):
                V[broadcast[i, 0]] = uniforms[broadcast[i, 1]]
            forward(steps, index, uniforms, V, columns)
            for lane in range(lanes):
                total += V[outputs[0], lane]
            for i in range(len(reported)):
                for lane in range(lanes):
                    reported[i, first + lane] = V[outputs[i + 1], lane]
            A[inputs:] = 0.0  # nobody reads those of the inputs
            A[outputs[0], :lanes] = 1.0 / (stop - start)
            backward(steps, index, uniforms, V, A, gradients, columns)
            for i in range(len(broadcast)):
                amount = 0.0
                for lane in range(columns):
                    amount += A[broadcast[i, 0], lane]
                gradients[broadcast[i, 1]] += amount
        losses[k], penalties[k] = total / (stop - start), penalty
        if sharing:
            A1[:] = 0.0
            A1[outputs1[-1], 0] = share
            for i in range(len(from_shared)):
                for n in range(from_shared[i, 2]):
                    A1[outputs1[from_shared[i, 1] + n], 0] += gradients[from_shared[i, 0] + n]
            d_uniforms1[:] = 0.0
            backward(steps1, index1, uniforms1, V1, A1, d_uniforms1, one)
            for i in range(len(shared_leaves)):
                gradients[shared_leaves[i]] += A1[i, 0]
        for i in range(len(from_leaves)):
            for n in range(from_leaves[i, 2]):
                gradients[from_leaves[i, 1] + n] += gradients[from_leaves[i, 0] + n]
        fault = 0.0 * losses[k] + 0.0 * penalty  # nan if one of them is not finite
        for i in range(bounds[-1, 1]):
            fault += 0.0 * gradients[i]
        if fault != 0.0:
            return k
        if stepping:
            update(bounds, chosen[k], constants[k], uniforms, gradients, slots)
        start = stop
    return len(ends)
'''

HEADER = '''\
"""Generated by autograd_core.tape.training_template for the kernels {kernels}."""

from math import sqrt

import numpy as np
from {kernels} import backward, forward, jit, summing

from autograd_core.tape.vectors import aligned, load, store, transposed


@jit
'''


def source(kernels: str, formulas: Sequence[Formula]) -> str:
    """The module with ``train`` for the kernels of that name and the updates `formulas`."""
    header, loop = HEADER.format(kernels=kernels), TRAIN.replace("{padding}", str(PADDING))
    return header + on_elements(formulas) + gather_source() + loop
