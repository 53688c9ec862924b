"""Compares the optimizer with PyTensor's; see README.md here. Reads the programs, prints the page."""

import collections
import json
import sys

import mpmath
import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.scalar import Composite
from pytensor.tensor.elemwise import Elemwise
from scipy import special

# Enough for 1 - sigmoid(2400).
mpmath.mp.dps = 2200
# Sizes of the points that results are compared at, each several times.
SIZES = (1.0, 1e-12, 30.0, 800.0)
# What thn's rows for the composite ops expand to, so that both sides count a composite op by its parts.
PARTS = {"Softmax": 5, "LogSoftmax": 6, "SoftmaxGrad": 4, "Softplus": 6, "Log1mexp": 8, "Reciprocal": 1}
# These say where elements are, or what the shape is, and compute none.
FREE = {
    "DimShuffle", "Reshape", "Subtensor", "Alloc", "AllocEmpty", "MakeVector", "Shape", "Shape_i", "Join",
    "TensorFromScalar", "ScalarFromTensor", "SpecifyShape", "IncSubtensor", "Assert", "DeepCopyOp", "ExtractDiag",
    "Unbroadcast", "Second", "Cast", "Identity", "SortIndices",
}

# Why a graph has more ops than PyTensor's, where that is not because PyTensor's loses digits.
REASONS = {
    "The logarithm of a square is twice that of the magnitude: the square overflows from 1e154 on.": ["log-of-power"],
    "A sum over a join is the sum of the sums: more ops, but nothing is copied.": ["join-and-sum"],
    "1 - sigmoid(x) is computed as sigmoid(-x): that keeps digits which do not show in this result.": ["blend-by-gate"],
    "A sum of a product of matrices is a product of sums: one op more, but no product of matrices.": ["sum-of-product"],
}


def number(text):
    return text if isinstance(text, (bool, int)) else float(text)


def literal(attrs):
    values = [number(v) for v in attrs["value"]]
    kind = bool if isinstance(values[0], bool) else float
    return np.array(values, dtype=kind).reshape(attrs["shape"])


class Tensors:
    """Programs as graphs of PyTensor."""

    names = {
        "sub": pt.sub, "add": pt.add, "mul": pt.mul, "div": pt.true_div, "pow": pt.power, "maximum": pt.maximum,
        "minimum": pt.minimum, "neg": pt.neg, "abs": pt.abs, "sign": pt.sign, "sqr": pt.sqr, "sqrt": pt.sqrt,
        "reciprocal": pt.reciprocal, "exp": pt.exp, "expm1": pt.expm1, "log": pt.log, "log1p": pt.log1p,
        "sigmoid": pt.sigmoid, "softplus": pt.softplus, "sin": pt.sin, "cos": pt.cos, "tanh": pt.tanh,
        "sinh": pt.sinh, "cosh": pt.cosh, "lt": pt.lt, "le": pt.le, "gt": pt.gt, "ge": pt.ge, "eq": pt.eq,
        "ne": pt.neq, "select": pt.switch, "isfinite": lambda x: pt.invert(pt.isinf(x) | pt.isnan(x)),
        "log1mexp": pt.log1mexp, "logaddexp": pt.logaddexp, "and": pt.and_, "or": pt.or_, "not": pt.invert,
        "erf": pt.erf, "erfc": pt.erfc,
    }

    def constant(self, attrs):
        return pt.constant(literal(attrs))

    def broadcast(self, x, attrs):
        order = ["x"] * len(attrs["shape"])
        for i, axis in enumerate(attrs["axes"]):
            order[axis] = i
        return pt.alloc(x.dimshuffle(*order), *attrs["shape"])

    def dimshuffle(self, x, attrs):
        return x.dimshuffle(*[o if o >= 0 else "x" for o in attrs["order"]])

    def reshape(self, x, attrs):
        return x.reshape(attrs["shape"])

    def reduce(self, name, x, axes):
        if name in ("softmax", "log_softmax"):
            return getattr(pt.special, name)(x, axis=axes[0] if len(axes) == 1 else None)
        if name == "logsumexp":
            return pt.logsumexp(x, axis=axes)
        return getattr(pt, name)(x, axis=axes)

    def dot(self, x, y):
        return pt.dot(x, y)

    def join(self, xs, axis):
        return pt.join(axis, *xs)

    def piece(self, x, where):
        return x[where]

    def write(self, kind, x, part, where):
        return (pt.inc_subtensor if kind == "inc_subtensor" else pt.set_subtensor)(x[where], part)

    def cast(self, x, dtype):
        return pt.cast(x, {"f64": "float64", "i64": "int64", "bool": "bool"}[dtype])


def exp_of_sum(x, y):
    """As the row of `expadd` says: what rounding loses of the sum is put back."""
    s = x + y
    lost = np.where(np.isfinite(s), (x - (s - (s - x))) + (y - (s - x)), 0.0)
    # Where exp(s) just overflows, exp(s + lost) need not.
    step = np.where(np.isinf(np.exp(s)) & (s < 710), 1.0, 0.0)
    power = np.exp(s - step)
    return np.where(np.isfinite(power), power + power * lost, power) * np.exp(step)


def defined(function):
    def value(*arguments):
        try:
            return function(*arguments)
        except (ZeroDivisionError, ValueError):
            return mpmath.nan

    return value


class Arrays:
    """Programs on arrays: of floats as the optimized program computes, or of numbers with many digits as truth."""

    def __init__(self, exact):
        self.exact = exact

        def each(f, g, arity=1):
            return np.frompyfunc(defined(f), arity, 1) if exact else g

        one = mpmath.mpf(1)
        self.names = {
            "sub": np.subtract, "add": np.add, "mul": np.multiply, "div": each(lambda x, y: x / y, np.true_divide, 2), "maximum": np.maximum,
            "minimum": np.minimum, "neg": np.negative, "abs": np.abs, "sqr": lambda x: x * x,
            "reciprocal": each(lambda x: 1 / x, np.reciprocal), "lt": np.less, "le": np.less_equal, "gt": np.greater,
            "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
            "pow": each(mpmath.power, np.power, 2),
            "sign": each(mpmath.sign, np.sign), "sqrt": each(mpmath.sqrt, np.sqrt), "exp": each(mpmath.exp, np.exp),
            "expm1": each(mpmath.expm1, np.expm1), "log": each(mpmath.log, np.log),
            "log1p": each(mpmath.log1p, np.log1p), "sin": each(mpmath.sin, np.sin), "cos": each(mpmath.cos, np.cos),
            "tanh": each(mpmath.tanh, np.tanh), "sinh": each(mpmath.sinh, np.sinh), "cosh": each(mpmath.cosh, np.cosh),
            "sigmoid": each(lambda x: one / (1 + mpmath.exp(-x)), special.expit),
            "expadd": each(lambda x, y: mpmath.exp(x + y), exp_of_sum, 2),
            "hypot": each(mpmath.hypot, np.hypot, 2),
            "erf": each(mpmath.erf, special.erf), "erfc": each(mpmath.erfc, special.erfc),
            "softplus": each(lambda x: mpmath.log1p(mpmath.exp(x)), lambda x: np.logaddexp(0, x)),
            "isfinite": each(mpmath.isfinite, np.isfinite), "select": lambda c, x, y: np.where(c.astype(bool), x, y),
            "and": np.logical_and, "or": np.logical_or, "not": np.logical_not,
        }

    def lift(self, x):
        return np.frompyfunc(mpmath.mpf, 1, 1)(x) if self.exact and x.dtype == float else x

    def constant(self, attrs):
        return np.asarray(self.lift(literal(attrs)), dtype=object if self.exact else None)

    def broadcast(self, x, attrs):
        dims = [1] * len(attrs["shape"])
        for i, axis in enumerate(attrs["axes"]):
            dims[axis] = np.shape(x)[i]
        return np.broadcast_to(np.reshape(x, dims), attrs["shape"])

    def dimshuffle(self, x, attrs):
        kept = [o for o in attrs["order"] if o >= 0]
        dropped = [i for i in range(np.ndim(x)) if i not in kept]
        return np.transpose(x, kept + dropped).reshape([x.shape[o] if o >= 0 else 1 for o in attrs["order"]])

    def reshape(self, x, attrs):
        return np.reshape(x, attrs["shape"])

    def reduce(self, name, x, axes):
        axes = tuple(axes)
        e = lambda x: self.names["exp"](x)  # noqa: E731
        if name == "softmax":
            return e(x) / np.sum(e(x), axis=axes, keepdims=True)
        if name == "log_softmax":
            return x - self.names["log"](np.sum(e(x), axis=axes, keepdims=True))
        if name == "logsumexp":
            return self.names["log"](np.sum(e(x), axis=axes))
        return getattr(np, name)(x, axis=axes)

    def dot(self, x, y):
        return np.dot(x, y)

    def join(self, xs, axis):
        return np.concatenate(xs, axis)

    def piece(self, x, where):
        return x[where]

    def write(self, kind, x, part, where):
        made = np.array(x)
        made[where] = made[where] + part if kind == "inc_subtensor" else part
        return made

    def cast(self, x, dtype):
        return self.lift(x.astype(float)) if dtype == "f64" and x.dtype != object else x


def build(program, way, arguments):
    values = {name: value for (name, _), value in zip(program["inputs"], arguments)}
    for result, kind, operands, attrs in program["ops"]:
        xs = [values[o] for o in operands]
        if kind in ("constant", "broadcast", "dimshuffle", "reshape"):
            made = getattr(way, kind)(*xs, attrs)
        elif kind == "dim":
            made = way.constant({"value": [attrs["expr"]], "shape": []})
        elif kind == "cast":
            made = way.cast(xs[0], attrs["dtype"].strip('"'))
        elif kind == "mean":
            made = way.reduce("sum", xs[0], attrs["axes"]) / float(count(program, operands[0], attrs["axes"]))
        elif "axes" in attrs:
            made = way.reduce(kind, xs[0], attrs["axes"])
        elif kind == "dot":
            made = way.dot(*xs)
        elif kind == "join":
            made = way.join(xs, attrs["axis"])
        elif kind == "slice":
            bounds = zip(attrs["starts"], attrs["steps"], attrs["shape"])
            made = way.piece(xs[0], place(bounds))
        elif kind in ("inc_subtensor", "set_subtensor"):
            made = way.write(kind, *xs, place(zip(attrs["starts"], attrs["steps"], shape_of(program, operands[1]))))
        else:
            made = way.names[kind](*xs)
        values[result] = np.asarray(made) if isinstance(way, Arrays) else made
    return [values[r] for r in program["results"]]


def place(bounds):
    # Backwards to the first element has no end.
    return tuple(slice(a, a + s * n if a + s * n >= 0 else None, s) for a, s, n in bounds)


def shape_of(program, value):
    shapes = dict((n, s) for n, s in program["inputs"])
    shapes.update((r, a["shape"]) for r, _, _, a in program["ops"])
    return shapes[value]


def count(program, value, axes):
    shape = shape_of(program, value)
    return int(np.prod([shape[a] for a in axes]))


def ours(program):
    moves = ("join", "inc_subtensor", "set_subtensor")
    # PyTensor has no op for the exponential of a sum, and computes it with two; nor one for the root of a sum of two
    # squares, which it computes with four, and with three where one of them is known.
    counts = {"expadd": 2}
    known = {result for result, kind, _, _ in program["ops"] if kind == "constant"}
    known |= {result for result, kind, operands, _ in program["ops"] if kind == "broadcast" and operands[0] in known}

    def one(kind, operands):
        return 4 - len(known & set(operands)) if kind == "hypot" else counts.get(kind, 1)

    ops = [(k, o) for _, k, o, attrs in program["ops"] if attrs["computes"] and k not in moves]
    return sum(one(kind, operands) for kind, operands in ops)


def theirs(function):
    def scalars(node, op):
        if isinstance(op, Composite):
            return sum(scalars(inner, inner.op) for inner in op.fgraph.apply_nodes)
        name = type(op).__name__
        # A sum or a product of many is that many less one.
        return max(len(node.inputs) - 1, 1) if name in ("Add", "Mul") else 0 if name in FREE else PARTS.get(name, 1)

    total = 0
    for node in function.maker.fgraph.apply_nodes:
        name = type(node.op).__name__
        if isinstance(node.op, Elemwise):
            total += scalars(node, node.op.scalar_op)
        elif name not in FREE and not name.endswith("Subtensor"):
            total += PARTS.get(name, 1)
    return total


def bits(found, truth):
    """The bits that each element lost."""
    lost = []
    for a, b in zip(np.ravel(found), np.ravel(truth)):
        if not mpmath.isfinite(b) or isinstance(b, mpmath.mpc):
            continue
        true = float(b)
        if not np.isfinite(true):
            continue
        units = abs(mpmath.mpf(float(a)) - b) / mpmath.mpf(np.spacing(abs(true))) if np.isfinite(a) else mpmath.inf
        lost.append(min(float(mpmath.log(1 + units, 2)), 64.0))
    return lost


def main():
    pytensor.config.floatX = "float64"
    mode = pytensor.compile.mode.Mode(
        linker="py",
        optimizer=pytensor.compile.mode.get_default_mode().provided_optimizer.excluding("inplace", "BlasOpt", "c_blas"),
    )
    generator = np.random.default_rng(7)
    rows = []
    for line in sys.stdin:
        graph = json.loads(line)
        shapes = [shape for _, shape in graph["source"]["inputs"]]
        symbols = [pt.tensor(f"v{i}", dtype="float64", shape=tuple(s)) for i, s in enumerate(shapes)]
        outputs = build(graph["source"], Tensors(), symbols)
        function = pytensor.function(symbols, outputs, mode=mode, on_unused_input="ignore")
        lost = [[], []]
        for scale in 4 * SIZES:
            points = [generator.normal(size=s) * scale for s in shapes]
            with np.errstate(all="ignore"):
                truth = build(graph["source"], Arrays(True), [np.vectorize(mpmath.mpf, otypes=[object])(p) for p in points])
                found = (build(graph["optimized"], Arrays(False), points), function(*points))
            for i, values in enumerate(found):
                lost[i] += [n for a, b in zip(values, truth) for n in bits(a, b)]
        worst, mean = ([measure(n, default=0.0) for n in lost] for measure in (max, average))
        rows.append(Row(graph["name"], ours(graph["optimized"]), theirs(function), *worst, *mean))
    return page(rows)


def average(numbers, default):
    return sum(numbers) / len(numbers) if numbers else default


Row = collections.namedtuple("Row", "name ops their_ops worst their_worst mean their_mean")


def page(rows):
    more = [r for r in rows if r.ops > r.their_ops]
    # Which of two results of one cancellation is the worse in its worst element is a matter of chance, which the mean
    # over all elements is not.
    less = lambda r: r.worst > r.their_worst + 2 and r.mean > r.their_mean + 0.1  # noqa: E731
    better = lambda r: r.their_worst > r.worst + 2 and r.their_mean > r.mean + 0.1  # noqa: E731
    shorter = [r for r in more if better(r)]
    worse = [r.name for r in rows if less(r)]
    chance = [r.name for r in rows if r.worst > r.their_worst + 2 and not less(r)]
    theirs = [r.name for r in rows if r.their_worst > r.worst + 2 and not better(r)]
    exceptions = len(more) - len(shorter)
    explained = {name: reason for reason, names in REASONS.items() for name in names}
    unexplained = [r.name for r in more if r not in shorter and r.name not in explained]
    unexplained += [name for name in worse if name not in explained]
    print(f"""# Comparison with PyTensor

Made by `tests/peers` (see its README) with PyTensor {pytensor.__version__}. Each graph is optimized by `thn` with the
default options and by PyTensor in its default mode without in-place and BLAS ops. Ops are counted after composite ops
are replaced by their parts, on both sides; an op that only moves elements or casts counts 0, a sum of n counts n - 1,
an exponential of a sum counts 2, a hypotenuse 4, or 3 where one leg is a constant.
Digits lost are bits of the worst element against {mpmath.mp.dps} digits, over four random points each of sizes 1, 1e-12,
30 and 800; 64 stands for a result that is not finite, or has no digit left. Elements whose exact value is no finite
float are left out. A form is less accurate that loses more than two bits more in the worst element, and more than a
tenth of a bit more in the mean of all. The optimized program of `thn` is evaluated op by op with NumPy.

{len(rows)} graphs: {sum(r.ops for r in rows)} ops against {sum(r.their_ops for r in rows)} of PyTensor.
Fewer in {sum(r.ops < r.their_ops for r in rows)}, more in {len(more)} ({100 * len(more) / len(rows):.1f} %); in {exceptions} of these ({100 * exceptions / len(rows):.1f} %) PyTensor's form is not less accurate.
More accurate in {sum(map(better, rows))}, less accurate in {len(worse)}.

## Where `thn` has more ops

PyTensor's form is shorter and less accurate (graphs: {len(shorter)}):
{"; ".join(r.name for r in shorter)}.
""")
    names = [r.name for r in more if r not in shorter]
    for reason in REASONS:
        there = [n for n in names if explained.get(n) == reason]
        if there:
            print(f"{reason} ({len(there)}) {'; '.join(there)}.\n")
    print(f"## Where `thn` loses more digits\n\n{'; '.join(worse) or 'Nowhere'}.\n")
    for reason in REASONS:
        there = [n for n in worse if n not in names and explained.get(n) == reason]
        if there:
            print(f"{reason} ({len(there)}) {'; '.join(there)}.\n")
    print(f"In the worst element alone: {'; '.join(chance) or 'nowhere'}.\n")
    print(f"Where PyTensor does in the worst element alone: {'; '.join(theirs) or 'nowhere'}.\n")
    print("## Every graph\n\n| graph | ops | ops of PyTensor | bits lost | by PyTensor |\n| --- | --- | --- | --- | --- |")
    for r in rows:
        print(f"| {r.name} | {r.ops} | {r.their_ops} | {r.worst:.1f} | {r.their_worst:.1f} |")
    if unexplained:
        print(f"more ops or fewer digits without a reason: {unexplained}", file=sys.stderr)
    return bool(unexplained)


sys.exit(main())
