"""Solutions of the exercises of notebook 01, and answers that must be refused."""

SOLUTIONS = {
    "1.1": "answer = 14.0\n",
    "1.2": "x = Value(3.0)\nanswer = x * x + x\n",
    "1.3": "def length(x, y):\n    return (x * x + y * y) ** 0.5\n\n\nanswer = length\n",
    "1.4": (
        "def sweep(order):\n"
        "    adjoint = {node: 0.0 for node in order}\n"
        "    adjoint[order[-1]] = 1.0\n"
        "    for node in reversed(order):\n"
        "        for parent, partial in zip(node.parents, node.partials):\n"
        "            adjoint[parent] += adjoint[node] * partial\n"
        "    return adjoint\n"
        "\n\n"
        "answer = sweep\n"
    ),
    "1.5": "answer = [11.0, 24.0]\n",
}

WRONG = {
    "1.1": [
        "answer = 10\n",
        "answer = 4.0\n",
        "answer = 40\n",
        "answer = -6\n",
        "answer = 13.5\n",
        "answer = 'x'\n",
        "answer = Value(14.0)\n",
    ],
    "1.2": [
        "answer = 3\n",
        "answer = Value(1.0) * Value(2.0)\n",
        "x = Value(1.0)\nanswer = x * x\n",
        "x = Value(1.0)\nanswer = x * x + 2.0\n",
    ],
    "1.3": [
        "answer = 5.0\n",
        "answer = lambda x, y: math.sqrt(x * x + y * y)\n",
        "answer = lambda x, y: math.sqrt(x.data**2 + y.data**2)\n",
        "answer = lambda x, y: Value(math.hypot(x.data, y.data))\n",
        "answer = lambda x, y: (x * x + y.data**2) ** 0.5\n",
        "answer = lambda x, y: (x * x.data + y * y) ** 0.5\n",
        "answer = lambda x, y: x * x + y * y\n",
    ],
    "1.4": [
        "answer = 7\n",
        "answer = lambda order: [1.0 for _ in order]\n",
        "answer = lambda order: {}\n",
        "answer = lambda order: dict.fromkeys(order, 0.0)\n",
        # the shares assigned, not added
        (
            "def sweep(order):\n"
            "    adjoint = {node: 0.0 for node in order}\n"
            "    adjoint[order[-1]] = 1.0\n"
            "    for node in reversed(order):\n"
            "        for parent, partial in zip(node.parents, node.partials):\n"
            "            adjoint[parent] = adjoint[node] * partial\n"
            "    return adjoint\n"
            "\n\n"
            "answer = sweep\n"
        ),
        # leaves first
        (
            "def sweep(order):\n"
            "    adjoint = {node: 0.0 for node in order}\n"
            "    adjoint[order[-1]] = 1.0\n"
            "    for node in order:\n"
            "        for parent, partial in zip(node.parents, node.partials):\n"
            "            adjoint[parent] += adjoint[node] * partial\n"
            "    return adjoint\n"
            "\n\n"
            "answer = sweep\n"
        ),
        # no start at zero
        (
            "def sweep(order):\n"
            "    adjoint = {order[-1]: 1.0}\n"
            "    for node in reversed(order):\n"
            "        for parent, partial in zip(node.parents, node.partials):\n"
            "            adjoint[parent] += adjoint[node] * partial\n"
            "    return adjoint\n"
            "\n\n"
            "answer = sweep\n"
        ),
        # the engine's own sweep
        (
            "def sweep(order):\n"
            "    order[-1].backward()\n"
            "    return {node: node.grad for node in order}\n"
            "\n\n"
            "answer = sweep\n"
        ),
    ],
    "1.5": [
        "answer = 11\n",
        "answer = [205.0, 10500.0]\n",
        "answer = [11.0, 10500.0]\n",
        "answer = [8.0, 24.0]\n",
        "answer = [6.0, 24.0]\n",
        "answer = [11.0, 14.0]\n",
    ],
}
