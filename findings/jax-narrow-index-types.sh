#!/usr/bin/env bash
# JAX 0.10.2: positions are made in the type of the index, also where that type is too small for the dim.
#
# `jax.nn.one_hot` of an int8 or uint8 class compares it with positions that have wrapped around: with 300 classes, class 5
# is hot at 5 and at 261, without a warning. `jnp.take` and `lax.dynamic_slice` count -1 (int8) back from a length of 300
# that has wrapped around too and read element 43 instead of 299, while `x[...]` with the same index raises OverflowError
# and `jnp.take_along_axis` is right. Believed before: an index type only has to hold the index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PY'
import jax
import jax.numpy as jnp
import numpy as np

for dtype in (jnp.int8, jnp.uint8):
    hot = np.flatnonzero(np.asarray(jax.nn.one_hot(jnp.array(5, dtype), 300)))
    assert hot.tolist() == [5, 261], (dtype, hot)
last = jnp.array([-1], jnp.int8)
x = jnp.arange(300)
assert jnp.take(x, last).tolist() == [43]
assert jax.lax.dynamic_slice(x, (jnp.int8(-1),), (1,)).tolist() == [43]
try:
    x[last]
except OverflowError as error:
    assert "300" in str(error), error
else:
    raise AssertionError("x[int8] does not raise any more")
assert jnp.take_along_axis(x, last, axis=0).tolist() == [299]
print("as described, with jax", jax.__version__)
PY
