//! What ops make of floats, and of elements they only move.

use crate::{
    Facts,
    bounds::{LARGE, SMALL, TINY},
};
use thn_ir::{DType, OpKind};

/// The most elements that a fold can have: what has more does not fit into memory.
const MOST: f64 = 9.3e18;

/// More than the relative error of any function of the math library.
const SLACK: f64 = 1e-5;

/// Whether bounds say that elements are of sizes that every float type has.
pub(crate) fn bounded(x: Facts) -> bool {
    x.lo >= -LARGE && x.hi <= LARGE
}

/// Bounds of a result that may underflow to zero, or overflow: the number that is not rounded lies within, too, so that
/// nothing contradicts a form that does neither.
pub(crate) fn flush(lo: f64, hi: f64, nan: bool, inf: bool) -> Facts {
    let lo = if lo > 0.0 && lo < SMALL { 0.0 } else { lo };
    let hi = if hi < 0.0 && hi > -SMALL { 0.0 } else { hi };
    Facts::between(lo.min(LARGE), hi.max(-LARGE), nan, inf)
}

/// Ops whose results hold elements of their operands.
pub(crate) fn passes_elements_on(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Select
            | OpKind::Broadcast
            | OpKind::Dimshuffle
            | OpKind::Reshape
            | OpKind::Slice
            | OpKind::Gather
            | OpKind::Pick
            | OpKind::Diagonal
            | OpKind::Join
            | OpKind::Pad
            | OpKind::SetSubtensor
    )
}

/// Whether a result is whole because its operands are, or anyway. From 2^24 and 2^53 on all floats of their type are
/// whole, so rounding does not change that.
pub(crate) fn keeps_whole(kind: OpKind, parts: &[Facts]) -> bool {
    use OpKind::{
        Abs, Add, BatchedDot, Ceil, Dot, Floor, Join, Max, Maximum, Min, Minimum, Mul, Neg, Pad, Prod, Round,
        Select, SetSubtensor, Sign, Sqr, Sub, Sum, Trunc,
    };
    match kind {
        Floor | Ceil | Round | Trunc | Sign => true,
        Select => parts[1..].iter().all(|p| p.whole),
        Join | Pad | SetSubtensor | Add | Sub | Mul | Neg | Abs | Sqr | Maximum | Minimum | Max | Min
        | Sum | Prod | Dot | BatchedDot => parts.iter().all(|p| p.whole),
        kind if passes_elements_on(kind) => parts[0].whole,
        _ => false,
    }
}

/// Bounds of a rising function on what `x` allows of its domain. `fixed` are arguments at which the function is computed
/// without error.
fn rising(x: Facts, domain: f64, f: impl Fn(f64) -> f64, fixed: &[(f64, f64)]) -> (f64, f64) {
    let [mut lo, mut hi] = [x.lo, x.hi].map(|end| f(end.max(domain)));
    lo -= if lo.is_finite() { lo.abs() * SLACK } else { 0.0 };
    hi += if hi.is_finite() { hi.abs() * SLACK } else { 0.0 };
    for (at, value) in fixed {
        lo = if x.lo >= *at { lo.max(*value) } else { lo };
        hi = if x.hi <= *at { hi.min(*value) } else { hi };
    }
    (lo, hi)
}

/// The elements of a float result, or of one that holds elements of its operands.
pub(crate) fn of_op(kind: OpKind, parts: &[Facts], dtype: DType) -> Facts {
    let unknown = Facts::of_dtype(dtype);
    let [x, rest @ ..] = parts else { return unknown };
    let (x, y) = (*x, rest.first().copied().unwrap_or(unknown));
    let inf = f64::INFINITY;
    let everywhere = -inf;
    // A function that overflows where its bound does, and nowhere else.
    let grown = |(lo, hi): (f64, f64), nan| flush(lo, hi, nan, !(lo >= -LARGE && hi <= LARGE));
    // What is positive is no zero before it is rounded.
    let positive = |(lo, hi): (f64, f64)| (lo, hi.max(TINY));
    match kind {
        k if passes_elements_on(k) => match kind {
            OpKind::Select => y.join(rest.get(1).copied().unwrap_or(unknown)),
            OpKind::Join => parts.iter().copied().reduce(Facts::join).unwrap_or(unknown),
            OpKind::Pad | OpKind::SetSubtensor => x.join(y),
            _ => x,
        },
        OpKind::Add => parts.iter().copied().reduce(add).unwrap_or(unknown),
        OpKind::Sub => add(x, negate(y)),
        OpKind::Neg => negate(x),
        OpKind::Mul => parts.iter().copied().reduce(mul).unwrap_or(unknown),
        OpKind::Sqr => {
            let (low, high) = magnitude(x);
            let high = times(high, high);
            flush(low * low, high, x.nan, x.inf || high > LARGE)
        }
        OpKind::Abs => {
            let (low, high) = magnitude(x);
            Facts::between(low, high, x.nan, x.inf)
        }
        OpKind::Sign => {
            let sign = |end: f64| if end == 0.0 { 0.0 } else { end.signum() };
            Facts::between(sign(x.lo), sign(x.hi), x.nan, false)
        }
        OpKind::Maximum => Facts::between(x.lo.max(y.lo), x.hi.max(y.hi), x.nan || y.nan, x.inf || y.inf),
        OpKind::Minimum => Facts::between(x.lo.min(y.lo), x.hi.min(y.hi), x.nan || y.nan, x.inf || y.inf),
        OpKind::Exp => grown(positive(rising(x, everywhere, f64::exp, &[(0.0, 1.0)])), x.nan),
        OpKind::ExpAdd => {
            let sum = add(x, y);
            grown(positive(rising(sum, everywhere, f64::exp, &[(0.0, 1.0)])), sum.nan)
        }
        OpKind::Exp2 => grown(positive(rising(x, everywhere, f64::exp2, &[(0.0, 1.0)])), x.nan),
        OpKind::Expm1 => {
            let (lo, hi) = rising(x, everywhere, f64::exp_m1, &[(0.0, 0.0)]);
            grown((lo.max(-1.0), hi), x.nan)
        }
        OpKind::Log | OpKind::Log2 | OpKind::Log10 => {
            let f = match kind {
                OpKind::Log => f64::ln,
                OpKind::Log2 => f64::log2,
                _ => f64::log10,
            };
            let (lo, hi) = rising(x, 0.0, f, &[(1.0, 0.0)]);
            Facts::between(lo, hi, x.nan || x.lo < 0.0, x.inf || x.lo <= 0.0)
        }
        OpKind::Log1p => {
            let (lo, hi) = rising(x, -1.0, f64::ln_1p, &[(0.0, 0.0)]);
            Facts::between(lo, hi, x.nan || x.lo < -1.0, x.inf || x.lo <= -1.0)
        }
        OpKind::Sqrt => {
            let (lo, hi) = rising(x, 0.0, f64::sqrt, &[(0.0, 0.0), (1.0, 1.0)]);
            Facts::between(lo, hi, x.nan || x.lo < 0.0, x.inf)
        }
        OpKind::Sigmoid => {
            let (lo, hi) = positive(rising(x, everywhere, |v| 1.0 / (1.0 + (-v).exp()), &[(0.0, 0.5)]));
            flush(lo, hi.min(1.0), x.nan, false)
        }
        OpKind::Softplus => {
            let f = |v: f64| if v > 40.0 { v } else { v.exp().ln_1p() };
            let (lo, hi) = positive(rising(x, everywhere, f, &[]));
            flush(lo, hi, x.nan, x.inf)
        }
        OpKind::Log1mExp => Facts::between(-inf, 0.0, x.nan || x.hi > 0.0, x.hi >= 0.0),
        OpKind::Softmax => Facts::between(0.0, 1.0, !x.finite(), false),
        OpKind::LogSoftmax => Facts::between(-inf, 0.0, !x.finite(), !x.finite() || !bounded(x)),
        OpKind::Tanh => {
            let (lo, hi) = rising(x, everywhere, f64::tanh, &[(0.0, 0.0)]);
            Facts::between(lo.max(-1.0), hi.min(1.0), x.nan, false)
        }
        OpKind::Sin | OpKind::Cos => Facts::between(-1.0, 1.0, x.nan || x.inf, false),
        OpKind::Arctan => {
            let (lo, hi) = rising(x, everywhere, f64::atan, &[(0.0, 0.0)]);
            Facts::between(lo, hi, x.nan, false)
        }
        OpKind::Sinh => {
            let (lo, hi) = rising(x, everywhere, f64::sinh, &[(0.0, 0.0)]);
            flush(lo, hi, x.nan, !(lo >= -LARGE && hi <= LARGE))
        }
        OpKind::Cosh => {
            let (low, high) = magnitude(x);
            let high = high.cosh() * (1.0 + SLACK);
            flush((low.cosh() * (1.0 - SLACK)).max(1.0), high, x.nan, high > LARGE)
        }
        OpKind::Cbrt => {
            let (lo, hi) = rising(x, everywhere, f64::cbrt, &[(-1.0, -1.0), (0.0, 0.0), (1.0, 1.0)]);
            Facts::between(lo, hi, x.nan, x.inf)
        }
        OpKind::Arcsinh => {
            // The library's own function loses all digits at the ends.
            let f = |v: f64| if v.abs() > 1e6 { (2.0 * v.abs()).ln().copysign(v) } else { v.asinh() };
            let (lo, hi) = rising(x, everywhere, f, &[(0.0, 0.0)]);
            Facts::between(lo, hi, x.nan, x.inf)
        }
        OpKind::Arctanh => {
            let end = |e: f64| if e.abs() < 1.0 { e } else { e * inf };
            let poles = x.lo <= -1.0 || x.hi >= 1.0;
            let sure = |e: f64| if e == 0.0 { 0.0 } else { end(e) };
            // Further from zero than its argument: signs and poles are all that is said.
            let (lo, hi) =
                (if x.lo >= 0.0 { sure(x.lo) } else { -inf }, if x.hi <= 0.0 { sure(x.hi) } else { inf });
            Facts::between(lo, hi, x.nan || x.lo < -1.0 || x.hi > 1.0, poles)
        }
        OpKind::Arccosh => Facts::between(0.0, inf, x.nan || x.lo < 1.0, x.inf),
        OpKind::Hypot => {
            let ((a, b), (c, d)) = (magnitude(x), magnitude(y));
            let high = b.hypot(d) * (1.0 + SLACK);
            let overflow = x.inf || y.inf || high.is_nan() || high > LARGE;
            Facts::between(a.max(c) * (1.0 - SLACK), high, x.nan || y.nan, overflow)
        }
        OpKind::CopySign => {
            let (low, high) = magnitude(x);
            let (lo, hi) = match (y.lo > 0.0, y.hi < 0.0) {
                (true, _) => (low, high),
                (_, true) => (-high, -low),
                _ => (-high, high),
            };
            Facts::between(lo, hi, x.nan || y.nan, x.inf)
        }
        OpKind::Erf => {
            // Signs and limits are all that is said.
            let near = |end: f64| if end == 0.0 { 0.0 } else { end.signum() * TINY };
            let lo = if x.lo >= 0.0 { near(x.lo) } else { -1.0 };
            Facts::between(lo, if x.hi <= 0.0 { near(x.hi) } else { 1.0 }, x.nan, false)
        }
        OpKind::Erfc | OpKind::Erfcx => {
            let lo = match x.hi {
                hi if hi <= 0.0 => 1.0,
                hi if hi <= 1.0 => TINY,
                _ => 0.0,
            };
            let overflows = kind == OpKind::Erfcx && x.lo < -1.0;
            Facts::between(lo, if x.lo >= 0.0 { 1.0 } else { inf }, x.nan, overflows)
        }
        OpKind::LogNdtr => Facts::between(-inf, 0.0, x.nan, x.lo < -1.0),
        OpKind::XLogX => {
            let (lo, hi) = (if x.lo >= 1.0 { 0.0 } else { -1.0 }, if x.hi <= 1.0 { 0.0 } else { inf });
            Facts::between(lo, hi, x.nan || x.lo < 0.0, x.inf || x.hi > 1.0)
        }
        OpKind::Deg2Rad => mul(x, Facts::between(0.0174, 0.0175, false, false)),
        OpKind::Rad2Deg => mul(x, Facts::between(57.2, 57.3, false, false)),
        OpKind::Fma => add(mul(x, y), rest.get(1).copied().unwrap_or(unknown)),
        OpKind::Pow if x.lo > 0.0 => Facts::between(0.0, inf, x.nan || y.nan || x.inf || y.inf, true),
        OpKind::Max | OpKind::Min => x,
        OpKind::Sum => folded(x),
        OpKind::Dot | OpKind::BatchedDot => folded(mul(x, y)),
        OpKind::Mean => {
            let total = folded(x);
            // Each partial sum of n numbers of at most 1 is at most n, which is exact; other bounds round.
            let end = |b: f64, sign: f64| match b {
                b if b == 0.0 || b.abs() == 1.0 => b,
                b => b + sign * b.abs() * SLACK,
            };
            flush(end(x.lo, -1.0), end(x.hi, 1.0), true, total.inf)
        }
        OpKind::Prod => {
            // Some of the factors overflow, others underflow or are 0: their product is NaN.
            let (low, high) = magnitude(x);
            let one_way = low >= 1.0 || high <= 1.0;
            Facts::between(if x.lo >= 0.0 { 0.0 } else { -inf }, inf, x.nan || x.inf || !one_way, true)
        }
        OpKind::Floor | OpKind::Ceil | OpKind::Round | OpKind::Trunc => {
            Facts { lo: x.lo.floor(), hi: x.hi.ceil(), ..x }.snap()
        }
        OpKind::Reciprocal => reciprocal(x),
        OpKind::Div => mul(x, reciprocal(y)),
        _ => unknown,
    }
}

/// The sum of any number of such elements, also of none.
fn folded(x: Facts) -> Facts {
    let end = |b: f64| if b == 0.0 { 0.0 } else { b * MOST };
    let (lo, hi) = (end(x.lo.min(0.0)), end(x.hi.max(0.0)));
    let opposite = x.lo < 0.0 && x.hi > 0.0 && (x.inf || lo < -LARGE && hi > LARGE);
    Facts::between(lo, hi, x.nan || opposite, x.inf || !(lo >= -LARGE && hi <= LARGE))
}

/// The least and the largest |x|.
fn magnitude(x: Facts) -> (f64, f64) {
    let (a, b) = (x.lo.abs(), x.hi.abs());
    (if x.nonzero() { a.min(b) } else { 0.0 }, a.max(b))
}

/// Whether some product may be 0 * inf.
fn zero_by_inf(x: Facts, y: Facts) -> bool {
    (x.inf && !y.nonzero()) || (y.inf && !x.nonzero())
}

fn negate(x: Facts) -> Facts {
    Facts { lo: -x.hi, hi: -x.lo, ..x }
}

/// The sum of two bounds, moved by `sign` where it was rounded; infinities of opposite signs bound nothing.
fn plus(a: f64, b: f64, sign: f64) -> f64 {
    let sum = a + b;
    if sum.is_nan() {
        return sign * f64::INFINITY;
    }
    let exact = sum - a == b && sum - b == a;
    if exact || !sum.is_finite() { sum } else { sum + sign * sum.abs() * SLACK }
}

/// The product of two bounds. No bound is reached by 0 * inf, and no product but that with 0 is 0.
fn times(a: f64, b: f64) -> f64 {
    let product = a * b;
    match product {
        _ if a == 0.0 || b == 0.0 => 0.0,
        0.0 => TINY.copysign(product),
        _ => product,
    }
}

fn add(x: Facts, y: Facts) -> Facts {
    // Infinities of opposite signs give NaN; so does nothing else but NaN itself.
    let opposite = x.inf && y.inf && (x.lo < 0.0 || y.lo < 0.0) && (x.hi > 0.0 || y.hi > 0.0);
    let (lo, hi) = (plus(x.lo, y.lo, -1.0), plus(x.hi, y.hi, 1.0));
    let sum = Facts::between(lo.min(LARGE), hi.max(-LARGE), x.nan || y.nan || opposite, x.inf || y.inf);
    Facts { inf: sum.inf || !bounded(sum), ..sum }
}

fn mul(x: Facts, y: Facts) -> Facts {
    let corners = [times(x.lo, y.lo), times(x.lo, y.hi), times(x.hi, y.lo), times(x.hi, y.hi)];
    let lo = corners.into_iter().fold(f64::INFINITY, f64::min);
    let hi = corners.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let product = flush(lo, hi, x.nan || y.nan || zero_by_inf(x, y), x.inf || y.inf);
    Facts { inf: product.inf || !bounded(product), ..product }
}

fn reciprocal(x: Facts) -> Facts {
    let inf = f64::INFINITY;
    if x.hi < 0.0 {
        return negate(reciprocal(negate(x)));
    }
    // 1 / -0 is -inf, and a bound of 0 does not exclude -0.
    if x.lo <= 0.0 {
        return Facts::between(-inf, inf, x.nan, true);
    }
    let high = 1.0 / x.lo;
    flush(1.0 / x.hi, high, x.nan, high > LARGE)
}
