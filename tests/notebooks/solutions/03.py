"""Solutions of the exercises of notebook 03, and answers that must be refused."""

SOLUTIONS = {
    "3.1": 'answer = ["abcdf", "bacdf"]\n',
    "3.2": (
        "def topological_order(root):\n"
        "    order, seen = [], set()\n"
        "    to_do = [(root, False)]\n"
        "    while to_do:\n"
        "        node, parents_done = to_do.pop()\n"
        "        if parents_done:\n"
        "            order.append(node)\n"
        "        elif node not in seen:\n"
        "            seen.add(node)\n"
        "            to_do.append((node, True))\n"
        "            to_do += [(parent, False) for parent in node.parents]\n"
        "    return order\n"
        "\n\n"
        "answer = topological_order\n"
    ),
    "3.3": "answer = 36.0\n",
    "3.4": (
        "def minimise(f, start, rate, steps):\n"
        "    w = Value(start)\n"
        "    for _ in range(steps):\n"
        "        w.grad = 0.0\n"
        "        f(w).backward()\n"
        "        w.data = w.data - rate * w.grad\n"
        "    return w.data\n"
        "\n\n"
        "answer = minimise\n"
    ),
    "3.5": (
        "def mean_gradient(roots, leaves):\n"
        "    for leaf in leaves:\n"
        "        leaf.grad = 0.0\n"
        "    for root in roots:\n"
        "        root.backward(seed=1.0 / len(roots))\n"
        "    return [leaf.grad for leaf in leaves]\n"
        "\n\n"
        "answer = mean_gradient\n"
    ),
}

_SEARCH = """def topological_order(root):
    order, seen = [], {{root}}
    {container}
    while to_do:
        node = to_do.{take}
        order.append(node)
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                to_do.append(parent)
    return order[::-1]


answer = topological_order
"""

_MINIMISE = """def minimise(f, start, rate, steps):
    w = Value(start)
    for _ in range({steps}):
        {clear}
        f(w).backward()
        {update}
    return {result}


answer = minimise
"""


def _minimise(**changes: str) -> str:
    good = {"steps": "steps", "clear": "w.grad = 0.0", "update": "w.data -= rate * w.grad", "result": "w.data"}
    return _MINIMISE.format(**(good | changes))


WRONG = {
    "3.1": [
        'answer = "abcdf"\n',
        "answer = 2\n",
        'answer = ["abcdf"]\n',
        'answer = ["abcdf", "bacdf", "acbdf"]\n',
        'answer = ["abcdf", "bacdf", "abdcf"]\n',
        'answer = ["abcdf", "baccdf"]\n',
        'answer = ["fdcba"]\n',
    ],
    "3.2": [
        "answer = [1, 2]\n",
        # the version of the text: right, but not deep
        "answer = topological\n",
        # breadth first and depth first, written down when entered
        _SEARCH.format(container="to_do = deque([root])", take="popleft()"),
        _SEARCH.format(container="to_do = [root]", take="pop()"),
        # the root first
        "answer = lambda root: list(reversed(steps(root).order))\n",
        "answer = lambda root: steps(root).order\n",
        "answer = lambda root: [root, *root.parents][::-1]\n",
    ],
    "3.3": [
        "answer = 12\n",
        "answer = 24.0\n",
        "answer = 60\n",
        "answer = 3\n",
        "answer = 8.0\n",
        "answer = 35\n",
        "answer = '36'\n",
    ],
    "3.4": [
        "answer = 3.0\n",
        # as it was
        _minimise(clear="pass"),
        # a graph that grows
        _minimise(clear="pass", update="w = w - rate * w.grad"),
        # uphill
        _minimise(update="w.data += rate * w.grad"),
        _minimise(result="w"),
        _minimise(result="None"),
        _minimise(steps="steps - 1"),
    ],
    "3.5": [
        "answer = [1.0, 2.0]\n",
        # the sum, not the mean
        (
            "def mean_gradient(roots, leaves):\n"
            "    zero_grad(*leaves)\n"
            "    for root in roots:\n"
            "        root.backward()\n"
            "    return [leaf.grad for leaf in leaves]\n"
            "\n\n"
            "answer = mean_gradient\n"
        ),
        # nothing cleared
        (
            "def mean_gradient(roots, leaves):\n"
            "    for root in roots:\n"
            "        root.backward(seed=1.0 / len(roots))\n"
            "    return [leaf.grad for leaf in leaves]\n"
            "\n\n"
            "answer = mean_gradient\n"
        ),
        # cleared before every root
        (
            "def mean_gradient(roots, leaves):\n"
            "    for root in roots:\n"
            "        zero_grad(*leaves)\n"
            "        root.backward(seed=1.0 / len(roots))\n"
            "    return [leaf.grad for leaf in leaves]\n"
            "\n\n"
            "answer = mean_gradient\n"
        ),
        # one sweep from a new node
        (
            "def mean_gradient(roots, leaves):\n"
            "    zero_grad(*leaves)\n"
            "    (sum(roots) / len(roots)).backward()\n"
            "    return [leaf.grad for leaf in leaves]\n"
            "\n\n"
            "answer = mean_gradient\n"
        ),
        "answer = lambda roots, leaves: 0.0\n",
    ],
}
