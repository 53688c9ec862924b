"""Compile time and run time of random programs beside JAX's; see README.md here. Prints a table.

    venv/bin/python tests/peers/side_by_side.py 300 1000 3000 --seeds 3
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sizes", nargs="*", type=int, default=[300, 1000, 3000], help="numbers of ops")
parser.add_argument("--seeds", type=int, default=3, help="programs of each size")
parser.add_argument("--compiles", type=int, default=3, help="compilations of each program")
parser.add_argument("--calls", type=int, default=5, help="calls of each program")
parser.add_argument("--dtype", default="f32", choices=["f32", "f64"])
parser.add_argument("--kinds", default="all", choices=["all", "easy"], help="all ops, or those that JAX is good at")
parser.add_argument("--side", type=int, default=1000, help="rows and columns of the matrices")
parser.add_argument("--core", type=int, default=0, help="the one core that both run on")
parser.add_argument("--alone", action="store_true", help="without JAX")
options = parser.parse_args()

# One core for both, before any thread is made.
os.sched_setaffinity(0, {options.core})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_COMPILATION_CACHE"] = "false"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np

if not options.alone:
    import jax
    import jax.numpy as jnp
    from jax import lax

    jax.config.update("jax_enable_x64", options.dtype == "f64")


class Server:
    """The Rust side."""

    def __init__(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        build = ["cargo", "build", "--quiet", "--release", "-p", "thn-cpu", "--example", "side_by_side"]
        if "THN_SIDE_BY_SIDE" not in os.environ:
            subprocess.run(build, cwd=root, check=True)
        program = os.environ.get("THN_SIDE_BY_SIDE", root / "target/release/examples/side_by_side")
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"no answer to {words}")
        return json.loads(line)


def inputs(program):
    """As `element` in main.rs."""
    arrays = []
    for i, space in enumerate(program["inputs"]):
        shape = (program["side"],) * (2 if space == "matrix" else 1)
        k = np.arange(np.prod(shape), dtype=np.uint32)
        with np.errstate(over="ignore"):
            mixed = (k * np.uint32(2654435761) + np.uint32(i * 1013904223 % 2**32)) >> np.uint32(8)
        values = mixed.astype(np.float64) / 2.0**23 - 1.0
        arrays.append(values.reshape(shape).astype({"f32": np.float32, "f64": np.float64}[program["dtype"]]))
    return arrays


def function(program):
    """The program for JAX: primitives of `lax` where there are any, which are traced the fastest."""
    side = program["side"]
    same = {
        "neg": lax.neg, "abs": lax.abs, "sqr": lax.square, "sqrt": lax.sqrt, "cbrt": lax.cbrt, "exp": lax.exp,
        "exp2": lax.exp2, "expm1": lax.expm1, "log": lax.log, "log1p": lax.log1p, "sigmoid": lax.logistic,
        "sin": lax.sin, "cos": lax.cos, "tan": lax.tan, "arcsin": lax.asin, "arccos": lax.acos,
        "arctan": lax.atan, "sinh": lax.sinh, "cosh": lax.cosh, "tanh": lax.tanh, "arcsinh": lax.asinh,
        "arccosh": lax.acosh, "arctanh": lax.atanh, "erf": lax.erf, "erfc": lax.erfc, "add": lax.add,
        "sub": lax.sub, "mul": lax.mul, "div": lax.div, "maximum": lax.max, "minimum": lax.min,
        "atan2": lax.atan2, "lt": lax.lt, "le": lax.le, "gt": lax.gt, "ge": lax.ge, "select": jnp.where,
        "reciprocal": lambda x: lax.reciprocal(x), "log2": jnp.log2, "log10": jnp.log10,
        "softplus": jax.nn.softplus, "hypot": jnp.hypot, "logaddexp": jnp.logaddexp,
        "transpose": lambda x: lax.transpose(x, (1, 0)), "reverse": lambda x: lax.rev(x, (0,)),
    }
    folds = {"sum": jnp.sum, "mean": jnp.mean, "max": jnp.max, "min": jnp.min}

    def compute(*arrays):
        values = list(arrays)
        for step in program["steps"]:
            op, args = step["op"], [values[a] for a in step["args"]]
            if op == "broadcast":
                value = lax.broadcast_in_dim(args[0], (side, side), (step["axis"],))
            elif op == "scale":
                value = args[0] * step["number"]
            elif op == "shift":
                value = args[0] + step["number"]
            elif op in folds:
                value = folds[op](args[0], axis=step["axis"])
            else:
                value = same[op](*args)
            values.append(value)
        return values[-1]

    # A new function each time: nothing is found in a cache.
    return lambda *arrays: compute(*arrays)


def processor(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure(server, ops, seed):
    program = server.ask("make", ops, seed, options.dtype, options.side, options.kinds)
    arrays = inputs(program)
    ours, theirs, xla, runs, their_runs, code, mine, sample = [], [], [], [], [], None, None, None
    for _ in range(options.compiles):
        mine = server.ask("compile")
        ours.append(mine["seconds"])
        if options.alone:
            continue
        start, lowered = processor(lambda: jax.jit(function(program)).lower(*arrays))
        rest, code = processor(lowered.compile)
        theirs.append(start + rest)
        xla.append(rest)
    on_device = [] if options.alone else [jax.device_put(a) for a in arrays]
    for call in range(options.calls + 1):
        ran = server.ask("run")
        if not options.alone:
            seconds, result = processor(lambda: code(*on_device).block_until_ready())
        # The first call finds its memory.
        if call > 0:
            runs.append(ran["seconds"])
            if not options.alone:
                their_runs.append(seconds)
    if not options.alone:
        sample = np.asarray(result).ravel()[:: ran["stride"]].astype(np.float64)
        found = np.array(ran["sample"])
        close = np.isclose(found, sample, rtol=1e-3, atol=1e-3 * np.abs(sample).max())
        agree = float(close.mean())
    else:
        agree = float("nan")
    middle = lambda times: statistics.median(times) if times else float("nan")
    return {
        "ops": mine["ops"], "kinds": mine["kinds"], "kernels": mine["kernels"], "bytes": mine["object_bytes"],
        "first": ours[0], "ours": middle(ours[1:] or ours), "theirs": middle(theirs), "xla": middle(xla),
        "run": middle(runs), "their_run": middle(their_runs), "agree": agree,
        "steps": {name: round(ms, 1) for name, ms in mine["milliseconds"]},
    }


def main():
    server = Server()
    server.ask("make", 20, 0, options.dtype, 8, options.kinds)
    server.ask("compile")
    if not options.alone:
        jax.jit(lambda x: x + 1).lower(np.ones(3, np.float32)).compile()
    print("| ops | kinds | kernels | thn s | JAX s (XLA alone) | compile | thn run ms | JAX run ms | run | agree |")
    print("| ---: " * 10 + "|")
    medians = []
    for ops in options.sizes:
        rows = []
        for seed in range(1, options.seeds + 1):
            r = measure(server, ops, seed)
            rows.append(r)
            print(
                f"| {r['ops']} | {r['kinds']} | {r['kernels']} | {r['ours']:.3f} | {r['theirs']:.2f} ({r['xla']:.2f}) "
                f"| {r['ours'] / r['theirs']:.2f} | {r['run'] * 1e3:.1f} | {r['their_run'] * 1e3:.1f} "
                f"| {r['run'] / r['their_run']:.2f} | {r['agree']:.3f} |",
                flush=True,
            )
            print(f"{r['steps']} first {r['first']:.3f} object {r['bytes']}", file=sys.stderr, flush=True)
        middle = lambda key: statistics.median(r[key] for r in rows)
        ratio = lambda a, b: statistics.median(r[a] / r[b] for r in rows)
        medians.append((middle("ops"), middle("ours")))
        print(
            f"| **{ops}** | | | {middle('ours'):.3f} | {middle('theirs'):.2f} | **{ratio('ours', 'theirs'):.2f}** "
            f"| {middle('run') * 1e3:.1f} | {middle('their_run') * 1e3:.1f} | **{ratio('run', 'their_run'):.2f}** | |",
            flush=True,
        )
    if len(medians) > 1:
        (n, s), (m, t) = medians[0], medians[-1]
        print(f"\nCompile time grows with the number of ops to the power of {np.log(t / s) / np.log(m / n):.2f}.")


main()
