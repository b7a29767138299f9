"""Solutions of notebook 11, and answers that must be refused."""

SOLUTIONS = {
    "11.1": (
        "def answer(f, x0, n):\n    return [derivative(f, order=k)(x0) / math.factorial(k) for k in range(n + 1)]\n"
    ),
    "11.2": "def answer(f, x):\n    return x - derivative(f)(x) / derivative(f, order=2)(x)\n",
    "11.3": "def answer(m, x, out):\n    return m.tanh(x)\n",
    "11.4": "answer = 1 / (1 + 1 / 1.0)\n",
}

WRONG = {
    "11.1": [
        "def answer(f, x0, n):\n    return [derivative(f, order=k)(x0) for k in range(n + 1)]\n",
        "def answer(f, x0, n):\n    return [derivative(f, order=k)(x0) / math.factorial(k) for k in range(n)]\n",
        "def answer(f, x0, n):\n    return [derivative(f, order=k)(x0) / max(1, k) for k in range(n + 1)]\n",
        "def answer(f, x0, n):\n    return derivative(f, order=n)(x0) / math.factorial(n)\n",
        "def answer(f, x0, n):\n    return [1.0] * 7\n",
        "def answer(f, x0, n):\n    return [2.0] * (n + 1)\n",
        "answer = [1.0, 1.0, 0.5]\n",
    ],
    "11.2": [
        "def answer(f, x):\n    return x - f(x) / derivative(f)(x)\n",
        "def answer(f, x):\n    return x + derivative(f)(x) / derivative(f, order=2)(x)\n",
        "def answer(f, x):\n    return x - derivative(f)(x)\n",
        "def answer(f, x):\n    return -derivative(f)(x) / derivative(f, order=2)(x)\n",
        "def answer(f, x):\n    return 0.0\n",
        "def answer(f, x):\n    return [x]\n",
        "answer = 3.0\n",
    ],
    "11.3": [
        "def answer(m, x, out):\n    return m.abs(m.tanh(x))\n",
        "def answer(m, x, out):\n    return 1.0 - m.tanh(x) * m.tanh(x)\n",
        "def answer(m, x, out):\n    return 1.0 / m.cosh(x)\n",
        "def answer(m, x, out):\n    return m.sinh(x) / m.cosh(x)\n",
        "def answer(m, x, out):\n    return x\n",
        "def answer(m, x):\n    return m.tanh(x)\n",
        "answer = 1.0\n",
    ],
    "11.4": ["answer = -0.5\n", "answer = 2.0\n", "answer = 1.0\n", "answer = 'x'\n", "answer = [0.5]\n"],
}  # fmt: skip
