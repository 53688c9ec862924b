//! Signs, bounds, NaN, infinity and wholeness of the elements of a class, and the structure of it as a whole.
//!
//! Bounds of floats are rounded outward to 16 significant bits, and to zero or infinity where a format could underflow
//! or overflow: what rounds otherwise, by another association or in f32, still lies within. Bounds of integers are exact,
//! and are given up where arithmetic could wrap around.
//!
//! A class is refined a few times by any amount. After that its bounds come from a fixed ladder (-inf, -1, 0, the least
//! positive number, 1, inf and their mirror images), so the analysis ends even on cyclic e-graphs.

mod integers;
pub(crate) mod structure;
mod transfer;

use crate::egraph::op_set::is_exact_multiset;
use structure::Structure;
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
    /// Every element is a whole number, infinite or NaN.
    pub(crate) whole: bool,
    /// What is known of the matrix or vector as a whole.
    pub(crate) structure: Structure,
    /// How often the bounds were refined.
    pub(crate) steps: u8,
}

/// The least positive number: a lower bound that excludes zero.
const TINY: f64 = f64::from_bits(1);

/// Numbers up to this size are finite in every float type.
const LARGE: f64 = 1e38;

/// Numbers from this size on are normal in every float type.
const SMALL: f64 = 1e-37;

/// Whole numbers up to this size are exact as bounds.
const EXACT: f64 = 9_007_199_254_740_992.0;

const LADDER: [f64; 5] = [-1.0, -TINY, 0.0, TINY, 1.0];

/// Refinements by any amount.
const PRECISE: u8 = 6;

impl Facts {
    /// Nothing is known but the element type.
    pub(crate) fn of_dtype(dtype: DType) -> Facts {
        let float = dtype.is_float();
        let (lo, hi) = integers::range(dtype).unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Facts { lo, hi, nan: float, inf: float, whole: !float, structure: Structure::NONE, steps: 0 }
    }

    /// What a promise says of every element of a type.
    pub(crate) fn of_assumption(fact: Fact, dtype: DType) -> Facts {
        let all = Facts::of_dtype(dtype);
        // What no number of the type satisfies says nothing.
        let between = |low: f64, high: f64| {
            let (lo, hi) = (all.lo.max(low), all.hi.min(high));
            if lo <= hi { Facts { lo, hi, nan: false, ..all } } else { all }
        };
        let inf = f64::INFINITY;
        match fact {
            Fact::Positive => between(if dtype.is_float() { TINY } else { 1.0 }, inf),
            Fact::NonNegative => between(0.0, inf),
            Fact::Negative => between(-inf, if dtype.is_float() { -TINY } else { -1.0 }),
            Fact::NonPositive => between(-inf, 0.0),
            Fact::Unit => Facts { inf: false, ..between(0.0, 1.0) },
            Fact::Number => between(-inf, inf),
            Fact::Finite => Facts { inf: false, ..between(-inf, inf) },
            Fact::Integral => Facts { inf: false, whole: true, ..between(-inf, inf) },
            Fact::Unique
            | Fact::Diagonal
            | Fact::LowerTriangular
            | Fact::UpperTriangular
            | Fact::Symmetric
            | Fact::PositiveSemidefinite
            | Fact::Orthogonal => Facts { structure: Structure::of_promise(fact), ..all },
        }
    }

    /// One value.
    pub(crate) fn of_scalar(value: Scalar) -> Facts {
        let x = value.to_f64();
        if x.is_nan() {
            let (lo, hi) = (f64::NEG_INFINITY, f64::INFINITY);
            return Facts {
                lo,
                hi,
                nan: true,
                inf: false,
                whole: true,
                structure: Structure::NONE,
                steps: 0,
            };
        }
        let (lo, hi) = match value {
            Scalar::Int(n) => integers::around(n),
            _ => (x, x),
        };
        let whole = x.is_infinite() || x.fract() == 0.0;
        let facts =
            Facts { lo, hi, nan: false, inf: x.is_infinite(), whole, structure: Structure::NONE, steps: 0 };
        if whole && lo == hi && x.abs() <= EXACT { facts } else { facts.snap() }
    }

    /// The one value that all elements have, where bounds tell it: no two integers are equal.
    pub(crate) fn point(self, dtype: DType) -> Option<Scalar> {
        let one = !dtype.is_float() && self.lo == self.hi && self.lo.abs() <= EXACT;
        one.then(|| Scalar::Int(self.lo as i128).cast(dtype))
    }

    /// Floats that are NaN or between two bounds.
    pub(crate) fn of_bounds(lo: f64, hi: f64) -> Facts {
        Facts::between(lo, hi, true, true)
    }

    /// Whether no number satisfies both, and NaN neither.
    pub(crate) fn excludes(self, other: Facts) -> bool {
        (self.lo > other.hi || other.lo > self.hi) && !(self.nan && other.nan)
    }

    /// What both say of the same elements.
    pub(crate) fn meet(self, other: Facts) -> Facts {
        let (mut lo, mut hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        let mut steps = self.steps;
        // Rules that round otherwise may unite values on different sides of a bound. Then the first bounds stay, so
        // that refinement still ends.
        if lo > hi {
            (lo, hi) = (self.lo, self.hi);
        } else if (lo, hi) != (self.lo, self.hi) {
            if steps < PRECISE {
                steps += 1;
            } else {
                lo = rung(lo).max(self.lo);
                hi = (-rung(-hi)).min(self.hi);
            }
        }
        let (nan, inf) = (self.nan && other.nan, self.inf && other.inf);
        let structure = self.structure | other.structure;
        Facts { lo, hi, nan, inf, whole: self.whole || other.whole, structure, steps }
    }

    /// Whether this says something that `other`, which it refines, does not.
    pub(crate) fn says_more_than(self, other: Facts) -> bool {
        self != Facts { steps: self.steps, ..other }
    }

    /// What holds for elements of either kind.
    pub(crate) fn join(self, other: Facts) -> Facts {
        Facts {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            nan: self.nan || other.nan,
            inf: self.inf || other.inf,
            whole: self.whole && other.whole,
            structure: self.structure & other.structure,
            steps: 0,
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
        // What is certainly below a bound.
        let below = |bound: f64| match bound {
            // Further away the difference would be rounded.
            _ if self.whole && other.whole => bound - 1.0,
            0.0 => -TINY,
            bound => bound,
        };
        match (kind, holds) {
            (OpKind::Lt, true) => hi = below(other.hi),
            (OpKind::Le, true) | (OpKind::Gt, false) => hi = other.hi,
            (OpKind::Gt, true) => lo = -below(-other.lo),
            (OpKind::Ge, true) | (OpKind::Lt, false) => lo = other.lo,
            (OpKind::Ge, false) => hi = below(other.hi),
            (OpKind::Le, false) => lo = -below(-other.lo),
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
        Facts { lo: down(self.lo), hi: -down(-self.hi), ..self }
    }

    fn between(lo: f64, hi: f64, nan: bool, inf: bool) -> Facts {
        Facts { lo, hi, nan, inf, whole: false, structure: Structure::NONE, steps: 0 }.snap()
    }

    /// The elements of an op's result, from the elements of its operands; nothing of its structure.
    pub(crate) fn of_op(kind: OpKind, parts: &[Facts], dtype: DType) -> Facts {
        if let [first, rest @ ..] = parts
            && rest.len() > 1
            && is_exact_multiset(kind)
        {
            return rest.iter().fold(*first, |x, y| Facts::of_op(kind, &[x, *y], dtype));
        }
        let facts = if dtype.is_float() || transfer::passes_elements_on(kind) {
            transfer::of_op(kind, parts, dtype)
        } else {
            integers::of_op(kind, parts, dtype)
        };
        let whole = !dtype.is_float() || transfer::keeps_whole(kind, parts);
        Facts { whole, structure: Structure::NONE, steps: 0, ..facts }
    }

    /// The indices along a dim.
    pub(crate) fn of_iota(length: Option<i64>, dtype: DType) -> Facts {
        let unknown = Facts::of_dtype(dtype);
        // Longer than that no tensor can be.
        let last = length.map_or(EXACT * 1024.0, |n| (n - 1).max(0) as f64);
        if !dtype.is_float() && last > unknown.hi {
            return unknown;
        }
        Facts { whole: true, ..Facts::between(0.0, last, false, false) }
    }

    /// The same elements under another element type.
    pub(crate) fn cast(self, from: DType, to: DType) -> Facts {
        let unknown = Facts::of_dtype(to);
        match (from.is_float(), to.is_float()) {
            _ if to == DType::Bool => match () {
                () if self.nonzero() => Facts::of_scalar(Scalar::Bool(true)),
                () if (self.lo, self.hi, self.nan) == (0.0, 0.0, false) => {
                    Facts::of_scalar(Scalar::Bool(false))
                }
                () => unknown,
            },
            (true, true) if to.precision() >= from.precision() => self,
            (true, true) => {
                let facts = transfer::flush(self.lo, self.hi, self.nan, self.inf || !transfer::bounded(self));
                Facts { whole: self.whole, ..facts }
            }
            (false, true) => Facts { whole: true, ..Facts::between(self.lo, self.hi, false, false) },
            (false, false) if from == to => self,
            (false, false) if unknown.lo <= self.lo && self.hi <= integers::last(to) => {
                Facts { steps: 0, ..self }
            }
            (false, false) => unknown,
            // NaN becomes 0, the rest saturates.
            (true, false) => {
                let zero = if self.nan { 0.0 } else { self.lo };
                let (lo, hi) = (self.lo.min(zero).trunc(), self.hi.max(zero).trunc());
                Facts {
                    lo: lo.clamp(unknown.lo, integers::last(to)),
                    hi: hi.clamp(unknown.lo, unknown.hi),
                    ..unknown
                }
            }
        }
    }
}

/// The next bound of the ladder at or below.
fn rung(x: f64) -> f64 {
    LADDER.into_iter().rev().find(|b| *b <= x).unwrap_or(f64::NEG_INFINITY)
}

/// The next number of few bits at or below.
fn down(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() {
        return f64::NEG_INFINITY;
    }
    if size <= TINY || size.is_infinite() {
        return x;
    }
    match (x > 0.0, size) {
        (true, s) if s < SMALL => TINY,
        (false, s) if s < SMALL => -SMALL,
        (true, s) if s > LARGE => LARGE,
        (false, s) if s > LARGE => f64::NEG_INFINITY,
        (positive, s) => {
            let kept = f64::from_bits(s.to_bits() & !((1 << 37) - 1));
            match positive {
                true => kept,
                false if kept == s => x,
                false => -f64::from_bits(kept.to_bits() + (1 << 37)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
