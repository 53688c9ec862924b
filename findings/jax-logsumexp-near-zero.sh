#!/usr/bin/env bash
# JAX 0.10.2, PyTensor 3.0.7 and SciPy 1.17.1 disagree about logsumexp([0, -40]).
#
# It is 4.248e-18. `jax.scipy.special.logsumexp` and `pytensor.tensor.logsumexp` give 0: the maximum is added to
# log(sum(exp(x - max))), which has rounded to log(1). SciPy's gives 4.248e-18 and so does `jnp.logaddexp` of the same two
# numbers; SciPy's `log_softmax` of them has 0 where -4.248e-18 is right. On the empty vector SciPy's logsumexp is -inf
# while its `softmax` and `log_softmax` raise ValueError, and JAX's softmax is empty.
# Believed before: one of a library's functions for the same sum is as accurate as the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 pytensor==3.0.7 numba==0.65.1
JAX_PLATFORMS=cpu JAX_ENABLE_X64=1 PYTENSOR_FLAGS="base_compiledir=$folder/compiled" "$folder/venv/bin/python" - <<'PY'
import jax
import jax.numpy as jnp
import numpy as np
import pytensor
import pytensor.tensor as pt
from scipy import special

x = np.array([0.0, -40.0])
right = 4.248354255291589e-18
v = pt.dvector("v")
assert float(jax.scipy.special.logsumexp(x)) == 0.0
assert float(pytensor.function([v], pt.logsumexp(v))(x)) == 0.0
assert float(special.logsumexp(x)) == right
assert float(jnp.logaddexp(*x)) == right
assert special.log_softmax(x)[0] == 0.0
assert special.logsumexp([]) == -np.inf
for function in (special.softmax, special.log_softmax):
    try:
        function([])
    except ValueError:
        continue
    raise AssertionError(f"{function.__name__} takes an empty vector now")
assert jax.nn.softmax(jnp.zeros(0)).shape == (0,)
print("as described")
PY
