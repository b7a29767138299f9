"""Solutions of the exercises of notebook 02, and answers that must be refused."""

_DUAL = """class Dual:
    def __init__(self, value, tangent):
        self.value, self.tangent = value, {tangent}

    def {add}(self, other):
        return Dual(self.value + other.value, {sum_})

    def {mul}(self, other):
        return Dual(self.value * other.value, {product})


answer = Dual
"""


def _dual(**changes: str) -> str:
    good = {
        "tangent": "tangent",
        "add": "__add__",
        "sum_": "self.tangent + other.tangent",
        "mul": "__mul__",
        "product": "self.tangent * other.value + self.value * other.tangent",
    }
    return _DUAL.format(**(good | changes))


SOLUTIONS = {
    "2.1": "answer = [24, 6]\n",
    "2.2": "def central(f, x, h):\n    return (f(x + h) - f(x - h)) / (2.0 * h)\n\n\nanswer = central\n",
    "2.3": 'answer = {"forward": 1e-8, "central": 6e-6}\n',
    "2.4": _dual(),
    "2.5": 'answer = [("forward", 3), ("reverse", 3)]\n',
}

WRONG = {
    "2.1": [
        "answer = 24\n",
        "answer = [9, 6]\n",
        "answer = [6, 24]\n",
        "answer = [120, 6]\n",
        "answer = [12, 6]\n",
        "answer = [7, 6]\n",
        "answer = [24, 24]\n",
    ],
    "2.2": [
        "answer = 0.5\n",
        "answer = lambda f, x, h: (f(x + h) - f(x)) / h\n",
        "answer = lambda f, x, h: (f(x) - f(x - h)) / h\n",
        "answer = lambda f, x, h: (f(x + h) - f(x - h)) / h\n",
        "answer = lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h)\n",
        "answer = lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / (2 * h)\n",
        "answer = lambda f, x, h: ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2\n",
        "answer = lambda f, x, h: (f(x + 1e-3) - f(x - 1e-3)) / 2e-3 if h < 0.25 else (f(x + h) - f(x - h)) / (2 * h)\n",
        "answer = lambda f, x, h: (f(x + h) - f(x - h), 2 * h)\n",
    ],
    "2.3": [
        "answer = 1e-8\n",
        'answer = {"forward": 1e-3, "central": 6e-6}\n',
        'answer = {"forward": 1e-12, "central": 6e-6}\n',
        'answer = {"forward": 1e-8, "central": 1e-2}\n',
        'answer = {"forward": 1e-8, "central": 1e-10}\n',
        'answer = {"forward": 1e-17, "central": 6e-6}\n',
        'answer = {"forward": "small", "central": 6e-6}\n',
    ],
    "2.4": [
        "answer = 7.0\n",
        "class Dual:\n    pass\n\n\nanswer = Dual\n",
        _dual(tangent="1.0"),
        # no operators
        _dual(add="__add", mul="__mul"),
        _dual(mul="__mul"),
        # the product of the tangents, half of the rule, the rule with a wrong sign
        _dual(product="self.tangent * other.tangent"),
        _dual(product="self.tangent * other.value"),
        _dual(product="self.tangent * other.value - self.value * other.tangent"),
        _dual(sum_="self.value + other.tangent"),
        # the operand is changed
        _dual().replace("return Dual(self.value +", "self.tangent += other.tangent\n        return Dual(self.value +"),
        _dual().replace("return Dual(self.value * other.value, ", "return (self.value * other.value, "),
    ],
    "2.5": [
        "answer = 3\n",
        'answer = [("reverse", 10_000), ("reverse", 3)]\n',
        'answer = [("forward", 3), ("forward", 10_000)]\n',
        'answer = [("forward", 10_000), ("reverse", 3)]\n',
        'answer = [("forward", 3), ("backwards", 3)]\n',
        'answer = [("forward", 3), ("reverse", 1)]\n',
    ],
}
