"""Solutions of notebook 06, and answers that must be refused."""

SOLUTIONS = {
    "6.1": "answer = [-8 / math.sqrt(73), -3 / math.sqrt(73)]\n",
    "6.2": "answer = 1 / 6\n",
    "6.3": "answer = 2 / 3\n",
    "6.4": (
        "def answer(f, w, eta, steps):\n"
        "    for _ in range(steps):\n"
        "        w = [x - eta * g for x, g in zip(w, grad(f)(w))]\n"
        "    return w\n"
    ),
    "6.5": "def answer(w, v, g, eta, mu):\n    v = mu * v + g\n    return w - eta * v, v\n",
}

WRONG = {
    "6.1": [
        "answer = [8 / math.sqrt(73), 3 / math.sqrt(73)]\n", "answer = [-8, -3]\n", "answer = [3, -8]\n", "answer = [-1, 0]\n",
        "answer = [0, 0]\n", "answer = 'down'\n", "answer = [1.0]\n", "answer = 7\n",
    ],
    "6.2": ["answer = 1 / 3\n", "answer = 6\n", "answer = 6.0\n", "answer = 0.1\n", "answer = None\n"],
    "6.3": [
        "answer = 2\n", "answer = 1\n", "answer = 1 / 3\n", "answer = 0.5\n", "answer = 0.6\n", "answer = [2 / 3]\n",
    ],
    "6.4": [
        "def answer(f, w, eta, steps):\n    return [x + eta * g for x, g in zip(w, grad(f)(w))] if steps else w\n",
        "def answer(f, w, eta, steps):\n    return [x - steps * eta * g for x, g in zip(w, grad(f)(w))]\n",
        (
            "def answer(f, w, eta, steps):\n    w = list(w)\n    for _ in range(steps):\n        for i in range(2):\n"
            "            w[i] -= eta * grad(f)(w)[i]\n    return w\n"
        ),
        (
            "def answer(f, w, eta, steps):\n    for _ in range(steps):\n        g = grad(f)(w)\n        for i in range(2):\n"
            "            w[i] -= eta * g[i]\n    return w\n"
        ),
        "def answer(f, w, eta, steps):\n    return w\n",
        "def answer(f, w, eta, steps):\n    w = 0\n",
        "def answer(f, w, eta, steps):\n    return 3\n",
        "def answer(f, w, eta, steps):\n    return [0.0, 0.0]\n",
        "answer = [0.0, 0.0]\n",
    ],
    "6.5": [
        "def answer(w, v, g, eta, mu):\n    v = mu * v - eta * g\n    return w + v, v\n",
        "def answer(w, v, g, eta, mu):\n    return w - eta * g, mu * v + g\n",
        "def answer(w, v, g, eta, mu):\n    return w - eta * v, mu * v + g\n",
        "def answer(w, v, g, eta, mu):\n    v = mu * v + g\n    return v, w - eta * v\n",
        "def answer(w, v, g, eta, mu):\n    v = mu * v + g\n    return w + eta * v, v\n",
        "def answer(w, v, g, eta, mu):\n    return w\n",
        "def answer(w, v, g, eta, mu):\n    v = v + g\n    return w - eta * v, v\n",
        "answer = (1.0, 2.0)\n",
    ],
}  # fmt: skip
