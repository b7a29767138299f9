"""Solutions of the exercises of notebook 00, and answers that must be refused."""

SOLUTIONS = {
    "0.1": "u, v = Value(3.0), Value(4.0)\ny = u * v + u\ny.backward()\nanswer = u.grad\n",
    "0.2": (
        "def step(x, learning_rate):\n"
        "    y = (x - 3.0) ** 2\n"
        "    y.backward()\n"
        "    return x.data - learning_rate * x.grad\n"
    ),
    "0.3": "model = MLP(2, [8, 1], activation='tanh', seed=1)\n",
}

WRONG = {
    "0.1": ["answer = 4\n", "answer = 15.0\n", "answer = 6.0\n", "answer = 'five'\n", "answer = Value(5.0)\n"],
    "0.2": [
        "step = 1.4\n",
        "def step(x, learning_rate):\n    return (x - 3.0) ** 2\n",
        "def step(x, learning_rate):\n    return 'down'\n",
        "def step(x, learning_rate):\n    return x.data - learning_rate * x.grad\n",
        "def step(x, learning_rate):\n    y = (x - 3.0) ** 2\n    y.backward()\n    return x.data + learning_rate * x.grad\n",
        "def step(x, learning_rate):\n    y = (x - 3.0) ** 2\n    y.backward()\n    return x.data - x.grad\n",
        "def step(x):\n    return x.data\n",
    ],
    "0.3": [
        "model = 8\n",
        "model = MLP(2, [2, 1], activation='tanh', seed=1)\n",
        "model = MLP(2, [8, 1], activation='linear', seed=1)\n",
        "model = MLP(2, [8, 2], activation='tanh', seed=1)\n",
    ],
}
