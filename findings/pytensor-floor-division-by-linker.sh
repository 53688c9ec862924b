#!/usr/bin/env bash
# PyTensor 3.0.7: what `//` of floats gives depends on the linker.
#
# Floor division whose quotient is below 0 and rounds to 0 is -1 in NumPy: 3 // -inf, -3 // inf and -1e-200 // 1e200.
# PyTensor's Python linker gives that; its default, Numba, gives -0 for all three, while its `%` gives -inf, inf and
# 1e200, which fit the quotient -1 only. Believed before: linkers differ in speed and in the last bits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pytensor==3.0.7 numba==0.65.1 numpy==2.4.6
PYTENSOR_FLAGS="base_compiledir=$folder/compiled" "$folder/venv/bin/python" - <<'PY'
import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

x, y = pt.dvector("x"), pt.dvector("y")
a, b = np.array([3.0, -3.0, -1e-200]), np.array([-np.inf, np.inf, 1e200])
right = np.floor_divide(a, b)
assert right.tolist() == [-1.0, -1.0, -1.0]
assert pytensor.function([x, y], x // y, mode=Mode(linker="py", optimizer="fast_run"))(a, b).tolist() == right.tolist()
numba = pytensor.function([x, y], x // y, mode=Mode(linker="numba", optimizer="fast_run"))(a, b)
assert numba.tolist() == [0.0, 0.0, 0.0] and np.signbit(numba).all(), numba
remainder = pytensor.function([x, y], x % y, mode=Mode(linker="numba", optimizer="fast_run"))(a, b)
assert remainder.tolist() == [-np.inf, np.inf, 1e200], remainder
print("as described, with PyTensor", pytensor.__version__)
PY
