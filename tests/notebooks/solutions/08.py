"""Solutions of notebook 08, and answers that must be refused."""

SOLUTIONS = {
    "8.1": "hidden_error = lambda W, delta, z: (W[:, 1:].T @ delta) * sigma_slope(z)\n",
    "8.2": "gradient = (0.5 - 1.0) * 0.25 * 0.4\n",
    "8.3": "delta = [1 / 3, 1 / 3, -2 / 3]\n",
    "8.4": "dc_db = lambda w, b, a, y: (sigma(w * a + b) - y) * sigma_slope(w * a + b)\n",
    "8.5": "nodes_for = lambda B: 23 + 15 * B + 2\n",
}

WRONG = {
    "8.1": [
        "hidden_error = lambda W, delta, z: W[:, 1:].T @ delta\n",
        "hidden_error = lambda W, delta, z: (W[:, :-1].T @ delta) * sigma_slope(z)\n",
        "hidden_error = lambda W, delta, z: (W[:, 1:].T @ delta) * sigma(z)\n",
        "hidden_error = lambda W, delta, z: (W.T @ delta) * sigma_slope(z)\n",
        "hidden_error = lambda W, delta, z: (W[:, 1:] @ delta) * sigma_slope(z)\n",
        "hidden_error = lambda W, delta, z: W.T @ delta\n",
        "hidden_error = lambda W, delta, z: 0.0 * z\n",
        "hidden_error = 1\n",
    ],
    "8.2": ["gradient = 0.05\n", "gradient = -0.025\n", "gradient = -0.2\n", "gradient = -0.125\n", "gradient = 7\n", "gradient = 'x'\n"],
    "8.3": [
        "delta = [-1 / 3, -1 / 3, 2 / 3]\n", "delta = [1 / 3, 1 / 3, 1 / 3]\n", "delta = [0.0, 0.0, -1.0]\n",
        "delta = [-2 / 3, 1 / 3, 1 / 3]\n", "delta = [0.0, 0.0]\n", "delta = 1.0\n",
    ],
    "8.4": [
        "dc_db = lambda w, b, a, y: (sigma(w * a + b) - y) * sigma_slope(w * a + b) * a\n",
        "dc_db = lambda w, b, a, y: (y - sigma(w * a + b)) * sigma_slope(w * a + b)\n",
        "dc_db = lambda w, b, a, y: sigma(w * a + b) - y\n",
        "dc_db = lambda w, b, a, y: 1.0\n",
        "dc_db = lambda w, b, a, y: 'x'\n",
        "dc_db = 1.0\n",
    ],
    "8.5": [
        "nodes_for = lambda B: 23 + 15 * B\n", "nodes_for = lambda B: 15 * B + 2\n", "nodes_for = lambda B: 38 * B + 2\n",
        "nodes_for = lambda B: 3\n", "nodes_for = 40\n",
    ],
}  # fmt: skip
