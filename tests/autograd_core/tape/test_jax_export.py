"""`to_jax`: the recorded program as a pure JAX function, and data-parallel training from it over two devices."""

import os
import subprocess
import sys

import pytest

HEAD = """
import numpy as np
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from autograd_core import Value, dot, hypot, jit, maximum, relu, sigmoid, softplus, tanh, where
from autograd_core.tape import BranchError
rng = np.random.default_rng(0)
"""

AGREES = """
w, b = Value(0.7, "w"), Value(-0.2)
f = jit(lambda x, d: tanh(w * x[0] + b) * maximum(d["y"], x[1]) + where(x[0] > 0.0, x[1], d["y"]) * sigmoid(b)
        + hypot(relu(x[0]), d["y"]))
X, Y = rng.normal(size=(9, 2)), rng.normal(size=9)
X[0], Y[0] = 0.0, 0.0  # ties and kinks
values, gradients = f.value_and_grad(X, {"y": Y})
g = f.to_jax()
parameters = jnp.array([p.data for p in f.parameters])
both = jax.jit(jax.vmap(jax.value_and_grad(g, argnums=(0, 1, 2)), in_axes=(None, 0, 0)))
found, (by_parameters, by_x, by_y) = both(parameters, X, {"y": Y})
np.testing.assert_allclose(found, values, rtol=1e-14)
np.testing.assert_allclose(by_parameters.sum(0), gradients.parameters, rtol=1e-13)
np.testing.assert_allclose(by_x, gradients.inputs[0], rtol=1e-13, atol=1e-15)
np.testing.assert_allclose(by_y["y"], gradients.inputs[1]["y"], rtol=1e-13, atol=1e-15)

several = jit(lambda x: {"a": x * w, "b": [x, softplus(x)]})
several(1.0)
out = several.to_jax()(jnp.array([0.5]), 2.0)
assert float(out["a"]) == 1.0 and float(out["b"][0]) == 2.0

branching = jit(lambda x: x if x > 0.0 else -x)
branching(1.0)
try:
    branching.to_jax()
except BranchError as error:
    assert "where(condition, a, b)" in str(error)
else:
    raise AssertionError
"""

PARALLEL = """
from jax.sharding import Mesh, NamedSharding, PartitionSpec
devices = jax.devices()
assert len(devices) == 2, devices
layers = [[([Value(x) for x in rng.normal(size=n)], Value(0.1)) for _ in range(m)] for n, m in ((3, 8), (8, 8), (8, 1))]

def model(x):
    for i, layer in enumerate(layers):
        x = [dot(weights, x, bias) for weights, bias in layer]
        x = [tanh(z) for z in x] if i < 2 else x
    return x[0]

loss = jit(lambda x, t: (model(x) - t) ** 2)
X, T = rng.normal(size=(64, 3)), rng.normal(size=64)
loss(X, T)
g = loss.to_jax()
mesh = Mesh(np.array(devices), ("batch",))
lanes, everywhere = NamedSharding(mesh, PartitionSpec("batch")), NamedSharding(mesh, PartitionSpec())
mean = lambda p, x, t: jax.vmap(g, in_axes=(None, 0, 0))(p, x, t).mean()
step = jax.jit(jax.value_and_grad(mean), in_shardings=(everywhere, lanes, lanes), out_shardings=everywhere)
parameters = jax.device_put(jnp.array([p.data for p in loss.parameters]), everywhere)
x, t = jax.device_put(X, lanes), jax.device_put(T, lanes)
assert {shard.device for shard in x.addressable_shards} == set(devices)
losses = []
for _ in range(20):
    value, gradient = step(parameters, x, t)
    values, own = loss.value_and_grad(X, T)
    np.testing.assert_allclose(value, values.mean(), rtol=1e-10)
    np.testing.assert_allclose(gradient, own.parameters / 64, rtol=1e-10, atol=1e-10)
    parameters = parameters - 0.05 * gradient
    for p, d in zip(loss.parameters, own.parameters):
        p.data -= 0.05 * d / 64
    losses.append(float(value))
np.testing.assert_allclose(parameters, [p.data for p in loss.parameters], rtol=1e-10, atol=1e-10)
assert losses[-1] < losses[0]
"""


@pytest.mark.parametrize("body", [AGREES, PARALLEL], ids=["agrees", "data-parallel over two devices"])
def test_in_a_process_of_its_own(body):
    pytest.importorskip("jax")
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"}
    result = subprocess.run(
        [sys.executable, "-c", HEAD + body], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_without_jax(monkeypatch):
    from autograd_core import jit

    f = jit(lambda x: x * 2.0)
    f(1.0)
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ModuleNotFoundError, match="to_jax needs JAX: pip install jax"):
        f.to_jax()
