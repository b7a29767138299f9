"""Solutions of notebook 09, and answers that must be refused."""

SOLUTIONS = {
    "9.1": (
        "def agrees(f, x):\n"
        "    slope = derivative(f)(x)\n"
        "    return abs(slope - numerical_gradient(f, x)) <= 1e-6 * abs(slope)\n"
    ),
    "9.2": "h = 5e-6\n",
    "9.3": "point = 1.0\n",
    "9.4": "my_ulps = lambda x, exact: abs(Fraction(x) - exact) / Fraction(math.ulp(float(exact)))\n",
    "9.5": "rule = lambda m, x, out: 2.0 * x / (1.0 + x * x)\n",
}

WRONG = {
    "9.1": [
        "agrees = lambda f, x: abs(derivative(f)(x) - numerical_gradient(f, x)) < 1e-8\n",
        "agrees = lambda f, x: abs(derivative(f)(x) - numerical_gradient(f, x)) < 1e-2\n",
        "agrees = lambda f, x: abs(abs(derivative(f)(x)) - abs(numerical_gradient(f, x))) < 1e-6 * abs(derivative(f)(x))\n",
        "agrees = lambda f, x: True\n",
        "agrees = lambda f, x: derivative(f)(x)\n",
        "agrees = True\n",
    ],
    "9.2": ["h = 1e-2\n", "h = 1e-12\n", "h = 1e-20\n", "h = -1e-5\n", "h = '1e-5'\n"],
    "9.3": ["point = 0.5\n", "point = 3\n", "point = 'x'\n"],
    "9.4": [
        "my_ulps = lambda x, exact: abs(Fraction(x) - exact)\n",
        "my_ulps = lambda x, exact: abs(Fraction(x) - exact) / abs(exact)\n",
        "my_ulps = lambda x, exact: abs(x - float(exact)) / math.ulp(x)\n",
        "my_ulps = lambda x, exact: (Fraction(x) - exact) / Fraction(math.ulp(float(exact)))\n",
        "my_ulps = lambda x, exact: 0.5\n",
        "my_ulps = 2\n",
    ],
    "9.5": [
        "rule = lambda m, x, out: 1.0 / (1.0 + x * x)\n",
        "rule = lambda m, x, out: x / (1.0 + x * x)\n",
        "rule = lambda m, x, out: -2.0 * x / (1.0 + x * x)\n",
        "rule = lambda m, x: 2.0 * x\n",
        "rule = lambda x: 2.0 * x\n",
        "rule = 1.0\n",
    ],
}  # fmt: skip
