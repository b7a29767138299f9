"""Source of ``sweep``: a program in all its lanes, forward and back, in one call.

Two plans take part, as the arrays of `native.Encoded`: ``hoisted`` computes what depends on parameters alone (in one lane; its
inputs are the parameters), and ``main`` the rest in every lane.
"""

from .vector_width import PADDING

PLAN = "int64[:,::1], int64[::1], int64[::1], int64[::1], int64[:,::1], int64[::1], float64[::1]"
SIGNATURES = {
    "sweep": "boolean(" + ", ".join([
        f"Tuple(({PLAN}))", f"Tuple(({PLAN}))",  # main, hoisted: steps, index, rows of outputs, guards, broadcast, adjoints; constants
        "UniTuple(int64, 6)",  # rows of numbers, of adjoints; lanes per block of main; the same of hoisted, its columns
        "UniTuple(int64[:,::1], 2)",  # pairs (position among the uniforms of main, parameter, or output of hoisted)
        "float64[::1], float64[:,::1], float64[:,::1]",  # parameters; inputs: a row each; seeds: a row per output, or none
        "float64[:,::1], float64[:,::1], float64[:,::1], float64[::1]",  # outputs, guards; adjoints: inputs, parameters
    ]) + ")",
}  # fmt: skip
"""The types of the arguments of ``sweep``. Seeds may have a single column for all lanes."""

SWEEP = '''

@inline
def enter(plan, uniforms, rows, first, last, V):
    """Compute the lanes from `first` to `last`; what is left of the columns computes the last lane again."""
    steps, index, _, _, broadcast, _, _ = plan
    count = last - first
    for i in range(len(rows)):
        for lane in range(count):
            V[i, lane] = rows[i, first + lane]
        for lane in range(count, V.shape[1]):
            V[i, lane] = V[i, count - 1]
    for i in range(len(broadcast)):
        V[broadcast[i, 0]] = uniforms[broadcast[i, 1]]
    forward(steps, index, uniforms, V, V.shape[1])


@inline
def back(plan, uniforms, seeds, first, last, V, A, d_rows, d_uniforms):
    """Sweep back through the lanes that `enter` has computed."""
    steps, index, outputs, _, broadcast, adjoints, _ = plan
    count = last - first
    A[:] = 0.0
    for i in range(len(outputs)):
        for lane in range(count):
            A[adjoints[i], lane] += seeds[i, first + lane if seeds.shape[1] > 1 else 0]
    backward(steps, index, uniforms, V, A, d_uniforms, V.shape[1])
    for i in range(len(d_rows)):
        for lane in range(count):
            d_rows[i, first + lane] = A[i, lane]
    for i in range(len(broadcast)):
        amount = 0.0
        for lane in range(count):
            amount += A[adjoints[len(outputs) + i], lane]
        d_uniforms[broadcast[i, 1]] += amount


@summing
def sweep(main, hoisted, sizes, wires, parameters, rows, seeds, outputs, guards, d_rows, gradients):
    """Whether all outputs and, with seeds, all adjoints are finite."""
    height, depth, block, height1, depth1, columns1 = sizes
    from_parameters, from_hoisted = wires
    at_outputs, at_guards, at_hoisted = main[2], main[3], hoisted[2]
    uniforms, uniforms1 = main[6].copy(), hoisted[6]
    own = parameters.reshape(len(parameters), 1)
    V1 = np.empty((height1, columns1))
    if len(from_hoisted):
        enter(hoisted, uniforms1, own, 0, 1, V1)
    for i in range(len(from_parameters)):
        uniforms[from_parameters[i, 0]] = parameters[from_parameters[i, 1]]
    for i in range(len(from_hoisted)):
        uniforms[from_hoisted[i, 0]] = V1[at_hoisted[from_hoisted[i, 1]], 0]
    d_uniforms = np.zeros(len(uniforms))
    lanes = rows.shape[1]
    parts = -(-lanes // block)  # of equal size
    memory, adjoints = aligned(0), aligned(0)
    fault = 0.0  # nan if something is not finite
    for part in range(parts):
        first, last = lanes * part // parts, lanes * (part + 1) // parts
        columns = {padding} * (-(-(last - first) // {padding}))
        if len(memory) < height * columns:
            memory, adjoints = aligned(height * columns), aligned(depth * columns)
        V = memory[: height * columns].reshape(height, columns)
        enter(main, uniforms, rows, first, last, V)
        for i in range(len(at_outputs)):
            for lane in range(last - first):
                outputs[i, first + lane] = V[at_outputs[i], lane]
                fault += 0.0 * V[at_outputs[i], lane]
        for i in range(len(at_guards)):
            for lane in range(last - first):
                guards[i, first + lane] = V[at_guards[i], lane]
        if len(seeds):
            A = adjoints[: depth * columns].reshape(depth, columns)
            back(main, uniforms, seeds, first, last, V, A, d_rows, d_uniforms)
            for i in range(len(rows)):
                for lane in range(last - first):
                    fault += 0.0 * A[i, lane]
    if len(seeds):
        for i in range(len(from_parameters)):
            gradients[from_parameters[i, 1]] += d_uniforms[from_parameters[i, 0]]
        if len(from_hoisted):
            seeds1 = np.zeros((len(at_hoisted), 1))
            for i in range(len(from_hoisted)):
                seeds1[from_hoisted[i, 1], 0] += d_uniforms[from_hoisted[i, 0]]
            A1, d_own, d_uniforms1 = np.empty((depth1, columns1)), np.empty_like(own), np.zeros(len(uniforms1))
            back(hoisted, uniforms1, seeds1, 0, 1, V1, A1, d_own, d_uniforms1)
            for i in range(len(gradients)):
                gradients[i] += d_own[i, 0]
        for i in range(len(gradients)):
            fault += 0.0 * gradients[i]
    return fault == 0.0
'''


def source() -> str:
    """``sweep`` for the module of a set of rows."""
    return SWEEP.replace("{padding}", str(PADDING))
