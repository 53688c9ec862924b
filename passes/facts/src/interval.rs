//! Signs, bounds, NaN, infinity and wholeness of the elements of a class, and the structure of it as a whole.
//!
//! Bounds of floats are rounded outward to 16 significant bits, and to zero or infinity where a format could underflow
//! or overflow: what rounds otherwise, by another association or in f32, still lies within. Bounds of integers are exact,
//! and are given up where arithmetic could wrap around.
//!
//! A class is refined a few times by any amount. After that its bounds come from a fixed ladder (-inf, -1, 0, the least
//! positive number, 1, inf and their mirror images), so the analysis ends even on cyclic e-graphs.

use crate::{
    Structure,
    bounds::{self, EXACT, TINY, down, rung},
};
use thn_ir::{DType, Fact, OpKind, Scalar};

/// What holds for every element. "Unbounded" and "may be infinite" are different things.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Facts {
    /// Every element that is no NaN is at least this.
    pub lo: f64,
    /// Every element that is no NaN is at most this.
    pub hi: f64,
    /// Some element may be NaN.
    pub nan: bool,
    /// Some element may be infinite.
    pub inf: bool,
    /// Every element is a whole number, infinite or NaN.
    pub whole: bool,
    /// What is known of the matrix or vector as a whole.
    pub structure: Structure,
    /// How often the bounds were refined.
    pub steps: u8,
}

/// Refinements by any amount.
const PRECISE: u8 = 6;

impl Facts {
    /// Nothing is known but the element type.
    pub fn of_dtype(dtype: DType) -> Facts {
        let float = dtype.is_float();
        let (lo, hi) = bounds::range(dtype).unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Facts { lo, hi, nan: float, inf: float, whole: !float, structure: Structure::NONE, steps: 0 }
    }

    /// What a promise says of every element of a type.
    pub fn of_assumption(fact: Fact, dtype: DType) -> Facts {
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
    pub fn of_scalar(value: Scalar) -> Facts {
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
            Scalar::Int(n) => bounds::around(n),
            _ => (x, x),
        };
        let whole = x.is_infinite() || x.fract() == 0.0;
        let facts =
            Facts { lo, hi, nan: false, inf: x.is_infinite(), whole, structure: Structure::NONE, steps: 0 };
        if whole && lo == hi && x.abs() <= EXACT { facts } else { facts.snap() }
    }

    /// The one value that all elements have, where bounds tell it: no two integers are equal.
    #[inline]
    pub fn point(self, dtype: DType) -> Option<Scalar> {
        let one = !dtype.is_float() && self.lo == self.hi && self.lo.abs() <= EXACT;
        one.then(|| Scalar::Int(self.lo as i128).cast(dtype))
    }

    /// Floats that are NaN or between two bounds.
    pub fn of_bounds(lo: f64, hi: f64) -> Facts {
        Facts::between(lo, hi, true, true)
    }

    /// Whether no number satisfies both, and NaN neither.
    #[inline]
    pub fn excludes(self, other: Facts) -> bool {
        (self.lo > other.hi || other.lo > self.hi) && !(self.nan && other.nan)
    }

    /// What both say of the same elements.
    #[inline]
    pub fn meet(self, other: Facts) -> Facts {
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
    #[inline]
    pub fn says_more_than(self, other: Facts) -> bool {
        self != Facts { steps: self.steps, ..other }
    }

    /// What holds for elements of either kind.
    #[inline]
    pub fn join(self, other: Facts) -> Facts {
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
    pub fn widen(self, wider: Facts, unknown: Facts) -> Facts {
        Facts {
            lo: if wider.lo < self.lo { unknown.lo } else { wider.lo },
            hi: if wider.hi > self.hi { unknown.hi } else { wider.hi },
            ..wider
        }
    }

    /// An index from 0 to below a count; there is none if the count is below 1.
    pub fn index_below(count: Facts) -> Facts {
        Facts::between(0.0, (count.hi - 1.0).max(0.0), false, false)
    }

    /// What a comparison with elements of `other`, being true or false, says of these.
    pub fn compared(self, kind: OpKind, holds: bool, other: Facts) -> Facts {
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
    #[inline]
    pub fn finite(self) -> bool {
        !self.nan && !self.inf
    }

    /// Never zero.
    #[inline]
    pub fn nonzero(self) -> bool {
        self.lo > 0.0 || self.hi < 0.0
    }

    pub(crate) fn snap(self) -> Facts {
        Facts { lo: down(self.lo), hi: -down(-self.hi), ..self }
    }

    pub(crate) fn between(lo: f64, hi: f64, nan: bool, inf: bool) -> Facts {
        Facts { lo, hi, nan, inf, whole: false, structure: Structure::NONE, steps: 0 }.snap()
    }

    /// The indices along a dim.
    pub fn of_iota(length: Option<i64>, dtype: DType) -> Facts {
        let unknown = Facts::of_dtype(dtype);
        // Longer than that no tensor can be.
        let last = length.map_or(EXACT * 1024.0, |n| (n - 1).max(0) as f64);
        if !dtype.is_float() && last > unknown.hi {
            return unknown;
        }
        Facts { whole: true, ..Facts::between(0.0, last, false, false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::LADDER;

    #[test]
    fn refinement_ends() {
        let mut facts = Facts::of_dtype(DType::F64);
        let mut changes = 0;
        for i in 0..10_000 {
            let better = Facts::between(-1.0 - 1.0 / f64::from(i + 1), 50_000.0 - f64::from(i), true, true);
            let next = facts.meet(better);
            changes += usize::from(next != facts);
            facts = next;
        }
        assert!(changes <= usize::from(PRECISE) + 2 * LADDER.len(), "{changes}");
        assert!(facts.lo <= -1.0 && facts.hi >= 40_001.0, "{facts:?}");
    }
}
