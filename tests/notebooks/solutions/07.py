"""Solutions of notebook 07, and answers that must be refused."""

SOLUTIONS = {
    "7.1": "steps, last_batch = 18, 50\n",
    "7.2": "step = lambda w, gradients, eta: w - eta * sum(gradients) / len(gradients)\n",
    "7.3": "eta = 0.4\n",
    "7.4": "decay = lambda w, g, eta, lam, N: (1.0 - eta * lam / N) * w - eta * g\n",
    "7.5": "regularizer = L2(0.1)\n",
}

WRONG = {
    "7.1": [
        "steps, last_batch = 6, 50\n", "steps, last_batch = 15, 200\n", "steps, last_batch = 16, 150\n",
        "steps, last_batch = 18, 200\n", "steps, last_batch = 20, 50\n", "steps, last_batch = 'x', 50\n",
    ],
    "7.2": [
        "step = lambda w, gradients, eta: w - eta * sum(gradients)\n",
        "step = lambda w, gradients, eta: w + eta * sum(gradients) / len(gradients)\n",
        "step = lambda w, gradients, eta: w - eta * gradients[0] * len(gradients)\n",
        "step = lambda w, gradients, eta: w\n",
        "step = lambda w, gradients, eta: [w]\n",
        "step = 3\n",
    ],
    "7.3": ["eta = 0.02\n", "eta = 1.2\n", "eta = -1\n", "eta = 100\n", "eta = 'small'\n"],
    "7.4": [
        "decay = lambda w, g, eta, lam, N: (1.0 - eta * lam / N) * (w - eta * g)\n",
        "decay = lambda w, g, eta, lam, N: (1.0 - eta * lam) * w - eta * g\n",
        "decay = lambda w, g, eta, lam, N: (1.0 - lam / N) * w - eta * g\n",
        "decay = lambda w, g, eta, lam, N: (1.0 + eta * lam / N) * w - eta * g\n",
        "decay = lambda w, g, eta, lam, N: (1.0 - 2 * eta * lam / N) * w - eta * g\n",
        "decay = lambda w, g, eta, lam, N: (1.0 - eta * lam / N) * w\n",
        "decay = lambda w, g, eta, lam, N: w - eta * g\n",
        "decay = lambda w, g, eta, lam, N: 0.0\n",
        "decay = 0.9\n",
    ],
    "7.5": ["regularizer = L2(1e-6)\n", "regularizer = L2(100.0)\n", "regularizer = L2\n", "regularizer = 0.1\n"],
}  # fmt: skip
