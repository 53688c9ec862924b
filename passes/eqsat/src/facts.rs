//! Signs, bounds, NaN and infinity of the elements of a class.
//!
//! Bounds come from a fixed ladder (-inf, -1, 0, the least positive number, 1, inf and their mirror images), so a
//! class can be refined only a few times and the analysis ends even on cyclic e-graphs.

use thn_ir::{DType, Fact, OpKind, Scalar};

/// What holds for every element. "Unbounded" and "may be infinite" are different things.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Facts {
    /// Every element that is no NaN is at least this.
    pub(crate) lo: f64,
    /// Every element that is no NaN is at most this.
    pub(crate) hi: f64,
    /// Some element may be NaN.
    pub(crate) nan: bool,
    /// Some element may be infinite.
    pub(crate) inf: bool,
}

/// The least positive number: a lower bound that excludes zero.
const TINY: f64 = f64::from_bits(1);

const LADDER: [f64; 5] = [-1.0, -TINY, 0.0, TINY, 1.0];

impl Facts {
    /// Nothing is known but the element type.
    pub(crate) fn of_dtype(dtype: DType) -> Facts {
        let float = dtype.is_float();
        let (lo, hi) = match dtype {
            DType::Bool => (0.0, 1.0),
            d if d.is_signed() => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (0.0, f64::INFINITY),
        };
        Facts { lo, hi, nan: float, inf: float }
    }

    /// What a promise says of every element of a type.
    pub(crate) fn of_assumption(fact: Fact, dtype: DType) -> Facts {
        let all = Facts::of_dtype(dtype);
        let between = |lo: f64, hi: f64| Facts { lo: all.lo.max(lo), hi: all.hi.min(hi), nan: false, ..all };
        let inf = f64::INFINITY;
        match fact {
            Fact::Positive => between(if dtype.is_float() { TINY } else { 1.0 }, inf),
            Fact::NonNegative => between(0.0, inf),
            Fact::Negative => between(-inf, if dtype.is_float() { -TINY } else { -1.0 }),
            Fact::NonPositive => between(-inf, 0.0),
            Fact::Unit => Facts { inf: false, ..between(0.0, 1.0) },
            Fact::Number => between(-inf, inf),
            Fact::Finite | Fact::Integral => Facts { inf: false, ..between(-inf, inf) },
            Fact::Unique
            | Fact::Diagonal
            | Fact::LowerTriangular
            | Fact::UpperTriangular
            | Fact::Symmetric
            | Fact::PositiveSemidefinite
            | Fact::Orthogonal => all,
        }
    }

    /// One value.
    pub(crate) fn of_scalar(value: Scalar) -> Facts {
        let x = value.to_f64();
        if x.is_nan() {
            return Facts { lo: f64::NEG_INFINITY, hi: f64::INFINITY, nan: true, inf: false };
        }
        Facts { lo: x, hi: x, nan: false, inf: x.is_infinite() }.snap()
    }

    /// Floats that are NaN or between two bounds.
    pub(crate) fn of_bounds(lo: f64, hi: f64) -> Facts {
        Facts { lo, hi, nan: true, inf: true }.snap()
    }

    /// Whether no number satisfies both, and NaN neither.
    pub(crate) fn excludes(self, other: Facts) -> bool {
        (self.lo > other.hi || other.lo > self.hi) && !(self.nan && other.nan)
    }

    /// What both say of the same elements.
    pub(crate) fn meet(self, other: Facts) -> Facts {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        // Rules that round otherwise may unite values on different sides of a bound. Then the first bounds stay, so
        // that refinement still ends.
        let (lo, hi) = if lo <= hi { (lo, hi) } else { (self.lo, self.hi) };
        Facts { lo, hi, nan: self.nan && other.nan, inf: self.inf && other.inf }
    }

    /// What holds for elements of either kind.
    pub(crate) fn join(self, other: Facts) -> Facts {
        Facts {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            nan: self.nan || other.nan,
            inf: self.inf || other.inf,
        }
    }

    /// A bound that moved from `self` to `wider` is given up.
    pub(crate) fn widen(self, wider: Facts, unknown: Facts) -> Facts {
        Facts {
            lo: if wider.lo < self.lo { unknown.lo } else { wider.lo },
            hi: if wider.hi > self.hi { unknown.hi } else { wider.hi },
            ..wider
        }
    }

    /// An index from 0 to below a count; there is none if the count is below 1.
    pub(crate) fn index_below(count: Facts) -> Facts {
        Facts::between(0.0, (count.hi - 1.0).max(0.0), false, false)
    }

    /// What a comparison with elements of `other`, being true or false, says of these.
    pub(crate) fn compared(self, kind: OpKind, holds: bool, other: Facts) -> Facts {
        // A comparison with NaN is false, only `ne` is true; where it may have been NaN that decided, nothing follows.
        let ordered = holds != (kind == OpKind::Ne);
        if !ordered && other.nan {
            return self;
        }
        let (mut lo, mut hi) = (f64::NEG_INFINITY, f64::INFINITY);
        match (kind, holds) {
            (OpKind::Lt, true) => hi = if other.hi == 0.0 { -TINY } else { other.hi },
            (OpKind::Le, true) | (OpKind::Gt, false) => hi = other.hi,
            (OpKind::Gt, true) => lo = if other.lo == 0.0 { TINY } else { other.lo },
            (OpKind::Ge, true) | (OpKind::Lt, false) => lo = other.lo,
            (OpKind::Ge, false) => hi = if other.hi == 0.0 { -TINY } else { other.hi },
            (OpKind::Le, false) => lo = if other.lo == 0.0 { TINY } else { other.lo },
            (OpKind::Eq, true) | (OpKind::Ne, false) => (lo, hi) = (other.lo, other.hi),
            _ => {}
        }
        let said = Facts::between(lo, hi, !ordered, true);
        let said = if matches!(kind, OpKind::Eq | OpKind::Ne) && ordered {
            Facts { inf: other.inf, ..said }
        } else {
            said
        };
        self.meet(said)
    }

    /// Never NaN or infinite.
    pub(crate) fn finite(self) -> bool {
        !self.nan && !self.inf
    }

    /// Never zero.
    pub(crate) fn nonzero(self) -> bool {
        self.lo > 0.0 || self.hi < 0.0
    }

    fn snap(self) -> Facts {
        let lo = LADDER.into_iter().rev().find(|b| *b <= self.lo).unwrap_or(f64::NEG_INFINITY);
        let hi = LADDER.into_iter().find(|b| *b >= self.hi).unwrap_or(f64::INFINITY);
        Facts { lo, hi, ..self }
    }

    fn between(lo: f64, hi: f64, nan: bool, inf: bool) -> Facts {
        Facts { lo, hi, nan, inf }.snap()
    }

    /// The elements of an op's result, from the elements of its operands.
    pub(crate) fn of_op(kind: OpKind, parts: &[Facts], dtype: DType) -> Facts {
        let unknown = Facts::of_dtype(dtype);
        if !dtype.is_float() && !passes_elements_on(kind) {
            // Integers wrap around, so bounds do not travel through their arithmetic.
            return unknown;
        }
        let [x, rest @ ..] = parts else { return unknown };
        let (x, y) = (*x, rest.first().copied().unwrap_or(unknown));
        let inf = f64::INFINITY;
        let bounded = |f: Facts| f.lo >= -1.0 && f.hi <= 1.0;
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
                Facts::between(0.0, if bounded(x) { 1.0 } else { inf }, x.nan, !(bounded(x) && x.finite()))
            }
            OpKind::Abs => {
                let (low, high) = magnitude(x);
                Facts::between(low, high, x.nan, x.inf)
            }
            OpKind::Sign => Facts::between(x.lo.max(-1.0), x.hi.min(1.0), x.nan, false),
            OpKind::Maximum => Facts::between(x.lo.max(y.lo), x.hi.max(y.hi), x.nan || y.nan, x.inf || y.inf),
            OpKind::Minimum => Facts::between(x.lo.min(y.lo), x.hi.min(y.hi), x.nan || y.nan, x.inf || y.inf),
            OpKind::Exp | OpKind::Exp2 => {
                let hi = if x.hi <= 0.0 { 1.0 } else { inf };
                let lo = if x.lo >= 0.0 {
                    1.0
                } else if x.lo >= -1.0 {
                    TINY
                } else {
                    0.0
                };
                Facts::between(lo, hi, x.nan, x.hi > 1.0)
            }
            OpKind::Expm1 => {
                let hi = if x.hi <= 0.0 { 0.0 } else { inf };
                Facts::between(if x.lo >= 0.0 { 0.0 } else { -1.0 }, hi, x.nan, x.hi > 1.0)
            }
            OpKind::Log | OpKind::Log2 | OpKind::Log10 => {
                let lo = if x.lo >= 1.0 { 0.0 } else { -inf };
                let hi = if x.hi <= 1.0 { 0.0 } else { inf };
                Facts::between(lo, hi, x.nan || x.lo < 0.0, x.inf || x.lo <= 0.0)
            }
            OpKind::Log1p => {
                let lo = if x.lo >= 0.0 { 0.0 } else { -inf };
                Facts::between(
                    lo,
                    if x.hi <= 0.0 { 0.0 } else { inf },
                    x.nan || x.lo < -1.0,
                    x.inf || x.lo <= -1.0,
                )
            }
            OpKind::Sqrt => {
                let low = if x.lo >= 1.0 {
                    1.0
                } else if x.lo > 0.0 {
                    TINY
                } else {
                    0.0
                };
                Facts::between(low, if x.hi <= 1.0 { 1.0 } else { inf }, x.nan || x.lo < 0.0, x.inf)
            }
            OpKind::Sigmoid => {
                let lo = if x.lo >= -1.0 { TINY } else { 0.0 };
                Facts::between(lo, 1.0, x.nan, false)
            }
            OpKind::Softplus => Facts::between(if x.lo >= -1.0 { TINY } else { 0.0 }, inf, x.nan, x.inf),
            OpKind::Softmax => Facts::between(0.0, 1.0, true, false),
            OpKind::LogSoftmax => Facts::between(-inf, 0.0, true, true),
            OpKind::Tanh | OpKind::Sin | OpKind::Cos => {
                let nan = x.nan || (kind != OpKind::Tanh && x.inf);
                Facts::between(-1.0, 1.0, nan, false)
            }
            // Odd functions that rise and keep the ladder's -1 to 1 within it.
            OpKind::Cbrt => Facts::between(x.lo.cbrt(), x.hi.cbrt(), x.nan, x.inf),
            OpKind::Arcsinh => {
                let size = |end: f64| if end.is_finite() { end.asinh() } else { end };
                Facts::between(size(x.lo), size(x.hi), x.nan, x.inf)
            }
            OpKind::Arctanh => {
                let end = |e: f64| if e.abs() < 1.0 { e } else { e * inf };
                let poles = x.lo <= -1.0 || x.hi >= 1.0;
                Facts::between(end(x.lo), end(x.hi), x.nan || x.lo < -1.0 || x.hi > 1.0, poles)
            }
            OpKind::Arccosh => Facts::between(0.0, inf, x.nan || x.lo < 1.0, x.inf),
            OpKind::Erf => {
                let end = |e: f64| if e.abs() < 1.0 { e } else { e.signum() * TINY };
                Facts::between(
                    if x.lo >= 0.0 { end(x.lo) } else { -1.0 },
                    if x.hi <= 0.0 { end(x.hi) } else { 1.0 },
                    x.nan,
                    false,
                )
            }
            OpKind::Erfc | OpKind::Erfcx => {
                let lo = if x.hi <= 0.0 {
                    1.0
                } else if x.hi <= 1.0 {
                    TINY
                } else {
                    0.0
                };
                let overflows = kind == OpKind::Erfcx && x.lo < -1.0;
                Facts::between(lo, if x.lo >= 0.0 { 1.0 } else { inf }, x.nan, overflows)
            }
            OpKind::LogNdtr => Facts::between(-inf, 0.0, x.nan, x.lo < -1.0),
            OpKind::XLogX => {
                let (lo, hi) = (if x.lo >= 1.0 { 0.0 } else { -1.0 }, if x.hi <= 1.0 { 0.0 } else { inf });
                Facts::between(lo, hi, x.nan || x.lo < 0.0, x.inf || x.hi > 1.0)
            }
            OpKind::Deg2Rad => mul(x, Facts::of_scalar(Scalar::Float(0.5))),
            OpKind::Rad2Deg => mul(x, Facts::of_scalar(Scalar::Float(2.0))),
            OpKind::Hypot => {
                let (low, _) = magnitude(x);
                let finite = bounded(x) && bounded(y) && x.finite() && y.finite();
                Facts::between(low.max(magnitude(y).0), inf, x.nan || y.nan, !finite)
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
            OpKind::Fma => add(mul(x, y), rest.get(1).copied().unwrap_or(unknown)),
            OpKind::Cosh => Facts::between(1.0, inf, x.nan, true),
            OpKind::Max | OpKind::Min => x,
            // A fold of many: signs survive, sizes do not.
            OpKind::Sum | OpKind::Mean => {
                let lo = if x.lo >= 0.0 { 0.0 } else { -inf };
                let nan = x.nan || (x.inf && x.lo < 0.0 && x.hi > 0.0) || kind == OpKind::Mean;
                Facts::between(lo, if x.hi <= 0.0 { 0.0 } else { inf }, nan, true)
            }
            OpKind::Prod => Facts::between(if x.lo >= 0.0 { 0.0 } else { -inf }, inf, x.nan || x.inf, true),
            OpKind::Floor | OpKind::Ceil | OpKind::Round | OpKind::Trunc => {
                Facts { lo: x.lo.floor(), hi: x.hi.ceil(), ..x }.snap()
            }
            OpKind::Reciprocal => reciprocal(x),
            OpKind::Div => mul(x, reciprocal(y)),
            _ => unknown,
        }
    }
}

/// Ops whose results hold elements of their operands.
fn passes_elements_on(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Select
            | OpKind::Broadcast
            | OpKind::Dimshuffle
            | OpKind::Reshape
            | OpKind::Slice
            | OpKind::Gather
            | OpKind::Pick
            | OpKind::Join
            | OpKind::Pad
            | OpKind::SetSubtensor
    )
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

fn add(x: Facts, y: Facts) -> Facts {
    // Infinities of opposite signs give NaN; so does nothing else but NaN itself.
    let opposite = x.inf && y.inf && (x.lo < 0.0 || y.lo < 0.0) && (x.hi > 0.0 || y.hi > 0.0);
    let (lo, hi) = (x.lo + y.lo, x.hi + y.hi);
    let bounded = lo.is_finite() && hi.is_finite();
    Facts::between(lo, hi, x.nan || y.nan || opposite, x.inf || y.inf || !bounded)
}

fn mul(x: Facts, y: Facts) -> Facts {
    let corners =
        [x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi].map(|c| if c.is_nan() { 0.0 } else { c });
    let lo = corners.into_iter().fold(f64::INFINITY, f64::min);
    let hi = corners.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let bounded = lo.is_finite() && hi.is_finite() && x.finite() && y.finite();
    // A product of nonzero numbers may round to zero: the bound next to zero becomes zero.
    let lo = if lo == TINY { 0.0 } else { lo };
    let hi = if hi == -TINY { 0.0 } else { hi };
    Facts::between(lo, hi, x.nan || y.nan || zero_by_inf(x, y), x.inf || y.inf || !bounded)
}

fn reciprocal(x: Facts) -> Facts {
    let inf = f64::INFINITY;
    let (lo, hi) = if x.lo >= 0.0 {
        (if x.hi <= 1.0 { 1.0 } else { 0.0 }, if x.lo >= 1.0 { 1.0 } else { inf })
    } else if x.hi < 0.0 {
        (if x.hi <= -1.0 { -1.0 } else { -inf }, if x.lo >= -1.0 { -1.0 } else { 0.0 })
    } else {
        (-inf, inf)
    };
    // 1 / -0 is -inf, and a bound of 0 does not exclude -0.
    let lo = if x.lo == 0.0 { -inf } else { lo };
    Facts::between(lo, hi, x.nan, x.inf || !(x.lo >= 1.0 || x.hi <= -1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use thn_ir::Attrs;

    /// Every choice of one item from each list.
    fn product<T: Copy>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
        lists.iter().fold(vec![vec![]], |all, list| {
            all.iter().flat_map(|one| list.iter().map(|item| [one.as_slice(), &[*item]].concat())).collect()
        })
    }

    /// Facts hold: random operands within their facts give results within theirs.
    #[test]
    fn results_lie_within_their_facts() {
        let points = [
            f64::NEG_INFINITY,
            -1e300,
            -2.0,
            -1.0,
            -0.5,
            -1e-300,
            -0.0,
            0.0,
            1e-300,
            0.5,
            1.0,
            2.0,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        let ladder = [f64::NEG_INFINITY, -1.0, -TINY, 0.0, TINY, 1.0, f64::INFINITY];
        let mut all = vec![];
        for lo in ladder {
            for hi in ladder.into_iter().filter(|hi| lo <= *hi) {
                for (nan, inf) in [(false, false), (false, true), (true, true)] {
                    all.push(Facts { lo, hi, nan, inf });
                }
            }
        }
        let within = |f: Facts, x: f64| {
            if x.is_nan() { f.nan } else { f.lo <= x && x <= f.hi && (f.inf || x.is_finite()) }
        };
        let mut checked = 0;
        for kind in OpKind::ALL.iter().copied().filter(|k| k.row().is_elementwise()) {
            let row = kind.row();
            let arity = row.operands.len();
            let plain =
                row.dtypes.result == thn_ir::ResultDType::Same && row.dtypes.operands.contains(DType::F64);
            if !plain || kind == OpKind::Select {
                continue;
            }
            // Of three operands, a seventh of what may be known of each.
            let known: Vec<Facts> = all.iter().copied().step_by(if arity > 2 { 7 } else { 1 }).collect();
            for parts in product(&vec![known; arity]) {
                let facts = Facts::of_op(kind, &parts, DType::F64);
                let choices: Vec<Vec<f64>> =
                    parts.iter().map(|f| points.into_iter().filter(|p| within(*f, *p)).collect()).collect();
                for args in product(&choices) {
                    let scalars: Vec<Scalar> = args.iter().map(|x| Scalar::Float(*x)).collect();
                    let result = thn_reference::native::apply(kind, &Attrs::new(), DType::F64, &scalars);
                    let result = result.unwrap().to_f64();
                    assert!(within(facts, result), "{kind:?}{args:?} = {result}: {facts:?} from {parts:?}");
                    checked += 1;
                }
            }
        }
        assert!(checked > 100_000, "{checked} points");
    }
}
