"""Source of the matrix products, which every plan may use: many weighted sums of the same inputs."""

PRODUCT = """

LARGE = 1 << 17  # multiplications from which BLAS pays for the copies that it needs


@summing
def product(first, count, width, inputs, uniforms, weights, biases, V, lanes):
    W = uniforms[weights : weights + count * width].reshape(count, width)
    x0 = inputs[0]
    if count * width * lanes >= LARGE and inputs[width - 1] - x0 == width - 1:
        np.dot(W, V[x0 : x0 + width], V[first : first + count])
        for j in range(count):
            out = V[first + j]
            for lane in range(lanes):
                out[lane] += uniforms[biases + j]
        return
    for j in range(count):
        out = V[first + j]
        for lane in range(lanes):
            out[lane] = uniforms[biases + j]
    whole = count - count % 4
    for j in range(0, whole, 4):  # four results at a time, so that an input is loaded once for four
        o0, o1, o2, o3 = V[first + j], V[first + j + 1], V[first + j + 2], V[first + j + 3]
        for i in range(width):
            x = V[inputs[i]]
            w0, w1, w2, w3 = W[j, i], W[j + 1, i], W[j + 2, i], W[j + 3, i]
            for lane in range(lanes):
                o0[lane] += w0 * x[lane]
                o1[lane] += w1 * x[lane]
                o2[lane] += w2 * x[lane]
                o3[lane] += w3 * x[lane]
    for j in range(whole, count):
        out = V[first + j]
        for i in range(width):
            x, w = V[inputs[i]], W[j, i]
            for lane in range(lanes):
                out[lane] += w * x[lane]


@summing
def product_adjoint(first, count, width, inputs, uniforms, weights, biases, V, A, gradients, lanes):
    W = uniforms[weights : weights + count * width].reshape(count, width)
    dW = gradients[weights : weights + count * width].reshape(count, width)
    for j in range(count):
        adjoint = A[first + j]
        total = 0.0
        for lane in range(lanes):
            total += adjoint[lane]
        gradients[biases + j] += total
    x0 = inputs[0]
    if count * width * lanes >= LARGE and inputs[width - 1] - x0 == width - 1:
        G = A[first : first + count]
        dW += np.dot(G, V[x0 : x0 + width].T)
        A[x0 : x0 + width] += np.dot(W.T, G)
        return
    whole = count - count % 4
    for i in range(width):
        x, dx = V[inputs[i]], A[inputs[i]]
        for j in range(0, whole, 4):
            g0, g1, g2, g3 = A[first + j], A[first + j + 1], A[first + j + 2], A[first + j + 3]
            w0, w1, w2, w3 = W[j, i], W[j + 1, i], W[j + 2, i], W[j + 3, i]
            s0 = s1 = s2 = s3 = 0.0
            for lane in range(lanes):
                s0 += g0[lane] * x[lane]
                s1 += g1[lane] * x[lane]
                s2 += g2[lane] * x[lane]
                s3 += g3[lane] * x[lane]
                dx[lane] += w0 * g0[lane] + w1 * g1[lane] + w2 * g2[lane] + w3 * g3[lane]
            dW[j, i] += s0
            dW[j + 1, i] += s1
            dW[j + 2, i] += s2
            dW[j + 3, i] += s3
        for j in range(whole, count):
            g, w, s = A[first + j], W[j, i], 0.0
            for lane in range(lanes):
                s += g[lane] * x[lane]
                dx[lane] += w * g[lane]
            dW[j, i] += s
"""
