//! Bounds of integers and bools. Arithmetic that could wrap around says nothing.

use crate::{Facts, bounds::EXACT};
use thn_ir::{DType, OpKind};

/// Bounds of a result that is no float.
pub(crate) fn of_op(kind: OpKind, parts: &[Facts], dtype: DType) -> Facts {
    let unknown = Facts::of_dtype(dtype);
    let [x, rest @ ..] = parts else { return unknown };
    let (x, y) = (*x, rest.first().copied().unwrap_or(unknown));
    let bounds = match kind {
        _ if dtype == DType::Bool => truth(kind, x, y),
        OpKind::Add => sums(parts, |a, b| Some((a.0 + b.0, a.1 + b.1))),
        OpKind::Mul => sums(parts, |a, b| Some(corners(a, b, |p, q| p * q))),
        OpKind::Sub => Some((x.lo - y.hi, x.hi - y.lo)),
        OpKind::Neg => Some((-x.hi, -x.lo)),
        OpKind::Abs => {
            let (a, b) = (x.lo.abs(), x.hi.abs());
            Some((if x.nonzero() { a.min(b) } else { 0.0 }, a.max(b)))
        }
        OpKind::Sqr => {
            Some(corners((x.lo, x.hi), (x.lo, x.hi), |p, q| p * q)).map(|(lo, hi)| (lo.max(0.0), hi))
        }
        OpKind::Sign => Some((x.lo.clamp(-1.0, 1.0), x.hi.clamp(-1.0, 1.0))),
        OpKind::Maximum => Some((x.lo.max(y.lo), x.hi.max(y.hi))),
        OpKind::Minimum => Some((x.lo.min(y.lo), x.hi.min(y.hi))),
        OpKind::Max | OpKind::Min => Some((x.lo, x.hi)),
        OpKind::FloorDiv if y.lo >= 1.0 && x.lo >= -EXACT && x.hi <= EXACT => {
            Some(corners((x.lo, x.hi), (y.lo, y.hi), |p, q| (p / q).floor()))
        }
        OpKind::FloorDiv if y.lo >= 1.0 && x.lo >= 0.0 => Some((0.0, x.hi)),
        OpKind::Mod if y.lo >= 1.0 && x.lo >= 0.0 => Some((0.0, x.hi.min(y.hi - 1.0))),
        OpKind::Mod if y.lo >= 1.0 => Some((0.0, y.hi - 1.0)),
        OpKind::Sum if (x.lo, x.hi) == (0.0, 0.0) => Some((0.0, 0.0)),
        _ => None,
    };
    // A sum that rounds to 2^53 may be one more.
    let exact = |(lo, hi): &(f64, f64)| lo.abs() < EXACT && hi.abs() < EXACT;
    let fits = |(lo, hi): &(f64, f64)| unknown.lo <= *lo && *hi <= unknown.hi;
    match bounds.filter(fits) {
        Some(bounds) if exact(&bounds) => Facts { lo: bounds.0, hi: bounds.1, ..unknown },
        // Bounds of operands, however large, are bounds of what is no further from zero.
        Some((lo, hi)) if nearer(kind) => Facts { lo, hi, ..unknown },
        _ => unknown,
    }
}

/// Ops whose bounds above are computed without rounding.
fn nearer(kind: OpKind) -> bool {
    use OpKind::{FloorDiv, Max, Maximum, Min, Minimum, Mod};
    matches!(kind, Max | Min | Maximum | Minimum | FloorDiv | Mod)
}

type Bounds = (f64, f64);

fn sums(parts: &[Facts], f: impl Fn(Bounds, Bounds) -> Option<Bounds>) -> Option<Bounds> {
    let mut all = parts.iter().map(|p| (p.lo, p.hi));
    let first = all.next()?;
    all.try_fold(first, f)
}

fn corners(x: Bounds, y: Bounds, f: impl Fn(f64, f64) -> f64) -> Bounds {
    let all = [f(x.0, y.0), f(x.0, y.1), f(x.1, y.0), f(x.1, y.1)];
    (all.into_iter().fold(f64::INFINITY, f64::min), all.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// Bools as 0 and 1.
fn truth(kind: OpKind, x: Facts, y: Facts) -> Option<Bounds> {
    let answer = |always: bool, never: bool| match (always, never) {
        (true, _) => Some((1.0, 1.0)),
        (_, true) => Some((0.0, 0.0)),
        _ => None,
    };
    let numbers = !x.nan && !y.nan;
    let (below, at_most) = (x.hi < y.lo, x.hi <= y.lo);
    let (above, at_least) = (x.lo > y.hi, x.lo >= y.hi);
    let equal = x.lo == x.hi && y.lo == y.hi && x.lo == y.lo;
    match kind {
        // A comparison with NaN is false, and `ne` is true.
        OpKind::Lt => answer(below && numbers, at_least),
        OpKind::Le => answer(at_most && numbers, above),
        OpKind::Gt => answer(above && numbers, at_most),
        OpKind::Ge => answer(at_least && numbers, below),
        OpKind::Eq => answer(equal && numbers, below || above),
        OpKind::Ne => answer(below || above, equal && numbers),
        OpKind::IsNan => answer(false, !x.nan),
        OpKind::IsFinite => answer(x.finite(), false),
        OpKind::IsInf => answer(false, !x.inf),
        OpKind::And | OpKind::Minimum => Some((x.lo.min(y.lo), x.hi.min(y.hi))),
        OpKind::Or | OpKind::Maximum => Some((x.lo.max(y.lo), x.hi.max(y.hi))),
        OpKind::Not => Some((1.0 - x.hi, 1.0 - x.lo)),
        OpKind::Max | OpKind::Min => Some((x.lo, x.hi)),
        _ => None,
    }
}
