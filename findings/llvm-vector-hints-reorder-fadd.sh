#!/usr/bin/env bash
# llvmlite 0.47.0 (LLVM 20): a hint about vectors on a loop reorders a plain `fadd`, which has no fast-math flag.
#
# With `llvm.loop.vectorize.width` above 1 or `llvm.loop.vectorize.enable` in the loop's metadata, and nothing else, the
# vectorizer keeps several partial sums: 1e16 + 1 - 1e16 + 1, 64 times over, is 1 in the order of the program, 64 with a
# width of 4, and another number again where LLVM chooses the width. `llvm.loop.interleave.count` and `llvm.loop.unroll.count` keep the
# order. Believed before: metadata are advice, and only `reassoc` on the op lets sums change. LLVM 22.1.8 does the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet llvmlite==0.47.0
"$folder/venv/bin/python" - <<'PY'
import ctypes

import llvmlite
import llvmlite.binding as llvm

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()

LOOP = """
define double @sum(ptr %x, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %t, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %t = fadd double %s, %v
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit, !llvm.loop !0
exit:
  ret double %t
}}
!0 = distinct !{{!0, !1}}
!1 = !{{!"{hint}", {value}}}
"""
VALUES = (ctypes.c_double * 256)(*([1e16, 1.0, -1e16, 1.0] * 64))


def summed(hint, value):
    module = llvm.parse_assembly(LOOP.format(hint=hint, value=value))
    machine = llvm.Target.from_default_triple().create_target_machine(opt=3)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_int64)
    return function(engine.get_function_address("sum"))(ctypes.addressof(VALUES), len(VALUES))


for hint, value in [("interleave.count", "i32 2"), ("vectorize.width", "i32 1")]:
    assert summed(f"llvm.loop.{hint}", value) == 1.0, hint
assert summed("llvm.loop.unroll.count", "i32 4") == 1.0
assert summed("llvm.loop.vectorize.width", "i32 4") == 64.0
assert summed("llvm.loop.vectorize.enable", "i1 true") != 1.0
print("as described, with llvmlite", llvmlite.__version__, "and LLVM", llvm.llvm_version_info)
PY
