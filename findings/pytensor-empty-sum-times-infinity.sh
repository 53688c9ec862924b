#!/usr/bin/env bash
# PyTensor 3.0.7: rewriting turns a sum over no elements from 0 into NaN.
#
# sum(x * c) becomes sum(x) * c. Where x has no elements the sum as written is 0 for every c; after the rewrite it is
# 0 * inf = NaN for an infinite c, with every linker, as a constant and as an argument. Without rewriting it is 0.
# Believed before: the rewrite changes rounding only.
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

x, c = pt.dvector("x"), pt.dscalar("c")
empty = np.zeros(0)
for linker in ("py", "numba"):
    as_written = pytensor.function([x, c], pt.sum(x * c), mode=Mode(linker=linker, optimizer=None))
    rewritten = pytensor.function([x, c], pt.sum(x * c), mode=Mode(linker=linker, optimizer="fast_run"))
    assert as_written(empty, np.inf) == 0.0
    assert np.isnan(rewritten(empty, np.inf)), rewritten(empty, np.inf)
    assert rewritten(np.ones(2), 3.0) == 6.0
print("as described, with PyTensor", pytensor.__version__)
PY
