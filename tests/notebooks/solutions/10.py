"""Solutions of notebook 10, and answers that must be refused."""

SOLUTIONS = {
    "10.1": "answer = len(passes.simplified(record(lambda x, y: x * y + (y * x) ** 2 + (x * y) ** 0, [2.0, 3.0])[0]).instructions())\n",
    "10.2": "def answer(x):\n    return where(abs(x) > 1.0, abs(x) - 0.5, 0.5 * x * x)\n",
    "10.3": (
        "def answer(x, w, seed):\n"
        "    v1 = w * x\n"
        "    v2 = math.tanh(v1)\n"
        "    d_v1 = seed * v2\n"
        "    d_v2 = seed * v1\n"
        "    d_v1 += d_v2 * (1.0 - v2**2)\n"
        "    return d_v1 * w, d_v1 * x\n"
    ),
    "10.4": (
        "def answer(builder, slot, instruction):\n"
        "    if instruction.row.name == 'mul':\n"
        "        left, right = instruction.operands\n"
        "        if builder.numbers.get(right) == 1.0:\n"
        "            return left\n"
        "        if builder.numbers.get(left) == 1.0:\n"
        "            return right\n"
        "    return instruction\n"
    ),
}

WRONG = {
    "10.1": [
        "answer = len(record(lambda x, y: x * y + (y * x) ** 2 + (x * y) ** 0, [2.0, 3.0])[0])\n",
        "answer = len(record(lambda x, y: x * y + (y * x) ** 2 + (x * y) ** 0, [2.0, 3.0])[0].instructions())\n",
        "answer = 1\n", "answer = 'four'\n", "answer = True\n", "answer = 7\n",
    ],
    "10.2": [
        "def answer(x):\n    return x - 0.5 if x > 1.0 else -x - 0.5 if x < -1.0 else 0.5 * x * x\n",
        "def answer(x):\n    return where(x > 1.0, x - 0.5, 0.5 * x * x)\n",
        "def answer(x):\n    return where(abs(x) > 1.0, x - 0.5, 0.5 * x * x)\n",
        "def answer(x):\n    return 0.5 * x.data * x\n",
        "answer = 1.0\n",
    ],
    "10.3": [
        "def answer(x, w, seed):\n    v1 = w * x\n    v2 = math.tanh(v1)\n    return seed * v2 * w, seed * v2 * x\n",
        "def answer(x, w, seed):\n    z = w * x\n    d = seed * z * (1 - math.tanh(z) ** 2)\n    return d * w, d * x\n",
        "def answer(x, w, seed):\n    z = w * x\n    d = math.tanh(z) + z * (1 - math.tanh(z) ** 2)\n    return d * w, d * x\n",
        "def answer(x, w, seed):\n    z = w * x\n    d = seed * (math.tanh(z) + z * (1 - math.tanh(z) ** 2))\n    return d * x, d * w\n",
        "def answer(x, w, seed):\n    return seed\n",
        "def answer(x, w, seed):\n    return 1.0, 2.0\n",
    ],
    "10.4": [
        "def answer(builder, slot, instruction):\n    return instruction\n",
        (
            "def answer(builder, slot, instruction):\n    if instruction.row.name == 'mul':\n"
            "        return instruction.operands[0]\n    return instruction\n"
        ),
        (
            "def answer(builder, slot, instruction):\n    if 1.0 in map(builder.numbers.get, instruction.operands):\n"
            "        return min(instruction.operands)\n    return instruction\n"
        ),
        (
            "def answer(builder, slot, instruction):\n    if builder.numbers.get(instruction.operands[-1]) == 1.0:\n"
            "        return instruction.operands[0]\n    return instruction\n"
        ),
        "def answer(builder, slot, instruction):\n    return [slot]\n",
        "def answer(builder, slot, instruction):\n    return 1000\n",
        "answer = 3\n",
    ],
}  # fmt: skip
