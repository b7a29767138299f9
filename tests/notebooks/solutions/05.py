"""Solutions of notebook 05, and answers that must be refused."""

SOLUTIONS = {
    "5.1": "answer = 0.1 / 2\n",
    "5.2": "def answer(z):\n    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))\n",
    "5.3": "answer = sum(t * y < 1 for t, y in zip([1, 1, 1, -1, 1, 1], [2.5, 0.3, -0.2, -1.0, 1.0, -4.0]))\n",
    "5.4": "answer = L2(1 / 10)\n",
    "5.5": (
        "def answer(output, target):\n    r = abs(output - target)\n    return 0.5 * r * r if r <= 1.0 else r - 0.5\n"
    ),
}

WRONG = {
    "5.1": ["answer = 0.2\n", "answer = 0.1\n", "answer = 1\n", "answer = 'half'\n", "answer = None\n"],
    "5.2": [
        "def answer(z):\n    return math.log(1.0 + math.exp(z))\n",
        "def answer(z):\n    return math.log1p(math.exp(-z))\n",
        "def answer(z):\n    return max(z, 0.0) + math.log(1.0 + math.exp(-abs(z)))\n",
        "def answer(z):\n    return -math.log(1.0 - 1.0 / (1.0 + math.exp(-z)))\n",
        "def answer(z):\n    return max(z, 0.0)\n",
        "def answer(z):\n    return 'big'\n",
        "answer = 800.0\n",
    ],
    "5.3": ["answer = 5\n", "answer = 2\n", "answer = 1\n", "answer = 4\n", "answer = 6\n", "answer = [3]\n"],
    "5.4": [
        "answer = 0.1\n", "answer = L2(10.0)\n", "answer = L1(0.1)\n", "answer = L2(0.2)\n", "answer = L2(0.1, biases=True)\n",
        "answer = 'l2'\n",
    ],
    "5.5": [
        "def answer(output, target):\n    return 0.5 * (output - target) ** 2\n",
        "def answer(output, target):\n    return (output - target) ** 2\n",
        "def answer(output, target):\n    r = abs(output - target)\n    return 0.5 * r * r if r <= 1.0 else r\n",
        "def answer(output, target):\n    r = output - target\n    return 0.5 * r * r if r <= 1.0 else r - 0.5\n",
        "def answer(output, target):\n    return abs(output.data - target)\n",
        "def answer(output):\n    return output\n",
        "answer = 1\n",
    ],
}  # fmt: skip
