//! Comparisons, extremes, and rounding to integers. Where a ball does not decide, the midpoint does, and the doubt
//! is noted.

use super::{Big, Bound, Mid, Reals, top};
use astro_float::BigFloat;
use std::cmp::Ordering;

/// Ways of rounding to an integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ToInteger {
    Floor,
    Ceil,
    Trunc,
    /// To nearest, ties to even.
    Round,
}

impl Reals {
    /// The order of two numbers; `None` if one is NaN. Zeros of both signs are equal.
    pub fn compare(&mut self, a: &Big, b: &Big) -> Option<Ordering> {
        if !a.is_known() || !b.is_known() {
            self.doubt = true;
        }
        let side = |negative: bool| if negative { Ordering::Less } else { Ordering::Greater };
        match (&a.mid, &b.mid) {
            (Mid::Nan, _) | (_, Mid::Nan) => None,
            (Mid::Inf(s), Mid::Inf(t)) => Some(t.cmp(s)),
            (Mid::Inf(s), _) => Some(side(*s)),
            (_, Mid::Inf(t)) => Some(side(!*t)),
            _ => {
                let difference = self.sub(a, b);
                if difference.is_exact_zero() {
                    return Some(Ordering::Equal);
                }
                if difference.may_be_zero() {
                    self.doubt = true;
                }
                Some(match difference.mid {
                    Mid::Zero(_) => Ordering::Equal,
                    _ => side(difference.is_sign_negative()),
                })
            }
        }
    }

    /// The order of two numbers, if the balls decide it.
    pub(super) fn compare_exactly(&mut self, a: &Big, b: &Big) -> Option<Ordering> {
        let before = std::mem::take(&mut self.doubt);
        let order = self.compare(a, b);
        let decided = !self.doubt;
        self.doubt = before;
        order.filter(|_| decided)
    }

    /// The larger; NaN if either is NaN; +0 before -0.
    pub fn max(&mut self, a: &Big, b: &Big) -> Big {
        self.extreme(a, b, Ordering::Greater)
    }

    /// The smaller; NaN if either is NaN; -0 before +0.
    pub fn min(&mut self, a: &Big, b: &Big) -> Big {
        self.extreme(a, b, Ordering::Less)
    }

    fn extreme(&mut self, a: &Big, b: &Big, wanted: Ordering) -> Big {
        if !a.is_known() || !b.is_known() {
            return Big::unknown();
        }
        if let Some(order) = self.compare_exactly(a, b) {
            let first = match order {
                Ordering::Equal => a.is_sign_negative() == (wanted == Ordering::Less),
                other => other == wanted,
            };
            return if first { a.clone() } else { b.clone() };
        }
        if a.is_nan() || b.is_nan() {
            return Big::nan();
        }
        // Overlapping balls: the larger of the two values lies in the hull of both.
        let before = self.doubt;
        let first = self.compare(a, b) == Some(wanted);
        self.doubt = before;
        let distance = self.sub(a, b);
        let (kept, other) = if first { (a, b) } else { (b, a) };
        kept.clone().blurred(other.error).blurred(distance.magnitude())
    }

    /// -1, 0 or 1; NaN for NaN.
    pub fn sign(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan => a.clone(),
            _ if a.is_exact_zero() => Big::zero(false),
            _ if a.may_be_zero() => Big::unknown(),
            _ => self.integer(if a.is_sign_negative() { -1 } else { 1 }),
        }
    }

    /// |a| with the sign of b; NaN if either is NaN.
    pub fn copysign(&mut self, a: &Big, b: &Big) -> Big {
        if !a.is_known() || !b.is_known() || (b.may_be_zero() && !b.is_exact_zero()) {
            return Big::unknown();
        }
        if b.is_nan() {
            return Big::nan();
        }
        if a.is_sign_negative() == b.is_sign_negative() { a.clone() } else { self.neg(a) }
    }

    /// a rounded to an integer.
    pub(crate) fn integer_near(&mut self, a: &Big, how: ToInteger) -> Big {
        if !a.is_known() {
            return Big::unknown();
        }
        match &a.mid {
            Mid::Nan | Mid::Inf(_) => a.clone(),
            Mid::Zero(_) if a.error == Bound::Exact => a.clone(),
            Mid::Zero(_) => match how {
                ToInteger::Round | ToInteger::Trunc if a.error.below(-1) => Big::zero(false),
                _ => Big::unknown(),
            },
            Mid::Finite(x) if top(x) > self.bits as i64 => a.clone(),
            Mid::Finite(x) => {
                let (low, high) = (self.moved(x, a.error, false), self.moved(x, a.error, true));
                let (low, high) = (integer_of(&low, how), integer_of(&high, how));
                if low.cmp(&high) != Some(0) {
                    return Big::unknown();
                }
                let mut out = self.rounded(low, Bound::Exact, 0);
                if let Mid::Zero(negative) = &mut out.mid {
                    *negative = x.is_negative();
                }
                out
            }
            Mid::Power(negative, log) if log.is_sign_negative() => match (how, *negative) {
                (ToInteger::Floor, true) => self.integer(-1),
                (ToInteger::Ceil, false) => self.integer(1),
                _ => Big::zero(*negative),
            },
            Mid::Power(..) => a.clone(),
        }
    }

    /// x - y·floor(x / y), with the sign of y, also where it is 0.
    pub fn modulo(&mut self, x: &Big, y: &Big) -> Big {
        if !x.is_known() || !y.is_known() {
            return Big::unknown();
        }
        match (&x.mid, &y.mid) {
            (Mid::Nan | Mid::Inf(_), _) | (_, Mid::Nan) => return Big::nan(),
            // As in NumPy, where x keeps its value if it has the sign of y.
            (_, Mid::Inf(negative)) => {
                return if x.is_exact_zero() {
                    Big::zero(*negative)
                } else if x.may_be_zero() {
                    Big::unknown()
                } else if x.is_sign_negative() == *negative {
                    x.clone()
                } else {
                    y.clone()
                };
            }
            _ if y.is_exact_zero() => return Big::nan(),
            _ => {}
        }
        let quotient = self.div(x, y);
        let whole = self.integer_near(&quotient, ToInteger::Floor);
        let part = self.mul(y, &whole);
        let mut rest = self.sub(x, &part);
        if let Mid::Zero(negative) = &mut rest.mid {
            *negative = y.is_sign_negative();
        }
        rest
    }
}

/// A number rounded to an integer; the inexact flag of the result is clear.
fn integer_of(x: &BigFloat, how: ToInteger) -> BigFloat {
    let mut out = match how {
        ToInteger::Floor => x.floor(),
        ToInteger::Ceil => x.ceil(),
        ToInteger::Trunc => x.int(),
        ToInteger::Round => {
            // floor(x + 1/2), one less at a tie whose floor is odd. Both steps are exact in the wider precision.
            let p = x.precision().unwrap_or(64) + 64;
            let half = BigFloat::from_f64(0.5, p);
            let moved = x.add(&half, p, super::RM);
            let floor = moved.floor();
            let tie = moved.is_int();
            let even = floor.is_zero() || {
                let mut halved = floor.clone();
                halved.set_exponent(floor.exponent().unwrap_or(0).saturating_sub(1));
                halved.is_int()
            };
            if tie && !even { floor.sub(&BigFloat::from_u64(1, p), p, super::RM) } else { floor }
        }
    };
    out.set_inexact(false);
    out
}
