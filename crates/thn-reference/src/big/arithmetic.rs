//! Sums, products, quotients and roots of balls.
//!
//! The error bounds are the textbook ones: |(a+α)(b+β) - ab| ≤ |a|β + |b|α + αβ, and for quotients
//! |(a+α)/(b+β) - a/b| ≤ (α + |a/b|β) / |b+β|.

use super::{Big, Bound, LARGEST_EXPONENT, Mid, RM, Reals, top};
use astro_float::BigFloat;

/// A ratio of magnitudes that no working precision resolves.
const NEGLIGIBLE: Bound = Bound::power(-(LARGEST_EXPONENT / 4));

impl Reals {
    /// -a.
    pub fn neg(&mut self, a: &Big) -> Big {
        let mid = match &a.mid {
            Mid::Nan => Mid::Nan,
            Mid::Inf(s) => Mid::Inf(!s),
            Mid::Zero(s) => Mid::Zero(!s),
            Mid::Finite(x) => Mid::Finite(x.neg()),
            Mid::Power(s, log) => Mid::Power(!s, log.clone()),
        };
        Big { mid, error: a.error }
    }

    /// |a|.
    pub fn abs(&mut self, a: &Big) -> Big {
        if a.is_sign_negative() { self.neg(a) } else { a.clone() }
    }

    /// a + b.
    pub fn add(&mut self, a: &Big, b: &Big) -> Big {
        let error = a.error.plus(b.error);
        if error == Bound::Unknown {
            return Big::unknown();
        }
        match (&a.mid, &b.mid) {
            (Mid::Nan, _) | (_, Mid::Nan) => Big::nan(),
            (Mid::Inf(s), Mid::Inf(t)) if s != t => Big::nan(),
            (Mid::Inf(s), _) | (_, Mid::Inf(s)) => Big::inf(*s),
            (Mid::Zero(s), Mid::Zero(t)) => Big { mid: Mid::Zero(*s && *t), error },
            (Mid::Zero(_), Mid::Finite(_)) => Big { mid: b.mid.clone(), error },
            (Mid::Finite(_), Mid::Zero(_)) => Big { mid: a.mid.clone(), error },
            (Mid::Finite(x), Mid::Finite(y)) => {
                let (e, f) = (top(x), top(y));
                // Far apart, the smaller is an error of the larger; the library need not align them.
                let limit = self.bits as i64 + 2;
                if e - f > limit {
                    return a.clone().blurred(b.error).blurred(Bound::power(f));
                }
                if f - e > limit {
                    return b.clone().blurred(a.error).blurred(Bound::power(e));
                }
                let sum = x.add(y, self.bits, RM);
                self.rounded(sum, error, 0)
            }
            (Mid::Power(..), _) => self.add_power(a, b),
            (_, Mid::Power(..)) => self.add_power(b, a),
        }
    }

    /// a + b, where a is a [`Mid::Power`] and b is finite.
    fn add_power(&mut self, a: &Big, b: &Big) -> Big {
        let Mid::Power(negative, log) = &a.mid else { return Big::unknown() };
        match &b.mid {
            Mid::Zero(_) if b.error == Bound::Exact => return a.clone(),
            Mid::Zero(_) if log.is_sign_negative() => return b.clone().blurred(NEGLIGIBLE),
            Mid::Finite(x) if log.is_sign_negative() && top(x) > -LARGEST_EXPONENT / 8 => {
                return b.clone().blurred(NEGLIGIBLE);
            }
            Mid::Finite(x) if !log.is_sign_negative() && top(x) < LARGEST_EXPONENT / 8 => {
                let log = log.as_ref().clone().blurred(NEGLIGIBLE);
                return Big { mid: Mid::Power(*negative, Box::new(log)), error: a.error };
            }
            Mid::Zero(_) if b.error.below(LARGEST_EXPONENT / 8) => {
                // What is known of b only by its error is negligible beside a huge number.
                let log = log.as_ref().clone().blurred(NEGLIGIBLE);
                return Big { mid: Mid::Power(*negative, Box::new(log)), error: a.error };
            }
            Mid::Zero(_) => return Big::unknown(),
            _ => {}
        }
        // exp(l) ± exp(m) = exp(l) (1 ± exp(m - l)) with l ≥ m.
        let (mut high, mut low) = (self.log_of(a), self.log_of(b));
        let (mut sign, mut other) = (*negative, b.is_sign_negative());
        let mut difference = self.sub(&low, &high);
        if !difference.is_sign_negative() {
            std::mem::swap(&mut high, &mut low);
            std::mem::swap(&mut sign, &mut other);
            difference = self.neg(&difference);
        }
        let ratio = self.exp(&difference);
        let one = self.integer(1);
        let factor = if sign == other { self.add(&one, &ratio) } else { self.sub(&one, &ratio) };
        if factor.is_exact_zero() {
            return Big::zero(false);
        }
        if factor.may_be_zero() {
            return Big::unknown();
        }
        let factor_log = self.log(&factor);
        let log = self.add(&high, &factor_log);
        self.exp_signed(sign, &log)
    }

    /// a - b.
    pub fn sub(&mut self, a: &Big, b: &Big) -> Big {
        let b = self.neg(b);
        self.add(a, &b)
    }

    /// a · b.
    pub fn mul(&mut self, a: &Big, b: &Big) -> Big {
        if !a.is_known() || !b.is_known() {
            return Big::unknown();
        }
        let negative = a.is_sign_negative() != b.is_sign_negative();
        match (&a.mid, &b.mid) {
            (Mid::Nan, _) | (_, Mid::Nan) => Big::nan(),
            (Mid::Inf(_), other) | (other, Mid::Inf(_)) => {
                let factor = if matches!(a.mid, Mid::Inf(_)) { b } else { a };
                match other {
                    Mid::Zero(_) if factor.is_exact_zero() => Big::nan(),
                    _ if factor.may_be_zero() => Big::unknown(),
                    _ => Big::inf(negative),
                }
            }
            (Mid::Zero(_), _) | (_, Mid::Zero(_)) if a.is_exact_zero() || b.is_exact_zero() => {
                Big::zero(negative)
            }
            (Mid::Power(..), _) | (_, Mid::Power(..)) => {
                if a.may_be_zero() || b.may_be_zero() {
                    return Big::unknown();
                }
                let (l, m) = (self.log_of(a), self.log_of(b));
                let log = self.add(&l, &m);
                self.exp_signed(negative, &log)
            }
            _ => {
                let (x, y) = (a.magnitude(), b.magnitude());
                let error = x.times(b.error).plus(y.times(a.error)).plus(a.error.times(b.error));
                match (&a.mid, &b.mid) {
                    (Mid::Finite(x), Mid::Finite(y)) => {
                        let product = x.mul(y, self.bits, RM);
                        self.rounded(product, error, 0)
                    }
                    _ => Big { mid: Mid::Zero(negative), error },
                }
            }
        }
    }

    /// a / b.
    pub fn div(&mut self, a: &Big, b: &Big) -> Big {
        if !a.is_known() || !b.is_known() {
            return Big::unknown();
        }
        let negative = a.is_sign_negative() != b.is_sign_negative();
        match (&a.mid, &b.mid) {
            (Mid::Nan, _) | (_, Mid::Nan) | (Mid::Inf(_), Mid::Inf(_)) => Big::nan(),
            (_, Mid::Inf(_)) => Big::zero(negative),
            (Mid::Inf(_), _) if b.may_be_zero() && !b.is_exact_zero() => Big::unknown(),
            (Mid::Inf(_), _) => Big::inf(negative),
            _ if b.is_exact_zero() => match a.is_exact_zero() {
                true => Big::nan(),
                false if a.may_be_zero() => Big::unknown(),
                false => Big::inf(negative),
            },
            _ if b.may_be_zero() => Big::unknown(),
            _ if a.is_exact_zero() => Big::zero(negative),
            (Mid::Power(..), _) | (_, Mid::Power(..)) => {
                if a.may_be_zero() {
                    return Big::unknown();
                }
                let (l, m) = (self.log_of(a), self.log_of(b));
                let log = self.sub(&l, &m);
                self.exp_signed(negative, &log)
            }
            (Mid::Finite(x), Mid::Finite(y)) => {
                let quotient = x.div(y, self.bits, RM);
                // Half of |y| at least is left in the ball: 1 / |b+β| ≤ 2^(1 - top) / (1 - 1/2).
                let magnitude = super::size(&quotient);
                let error = a.error.plus(magnitude.times(b.error)).over(b);
                self.rounded(quotient, error, 0)
            }
            (_, Mid::Finite(y)) => Big { mid: Mid::Zero(negative), error: a.error.scaled(2 - top(y)) },
            _ => Big::unknown(),
        }
    }

    /// √a; NaN below 0.
    pub fn sqrt(&mut self, a: &Big) -> Big {
        if !a.is_known() {
            return Big::unknown();
        }
        match &a.mid {
            Mid::Zero(_) | Mid::Inf(false) => Big { mid: a.mid.clone(), error: a.error.root() },
            Mid::Finite(x) if x.is_positive() => {
                // |√a - √b| is at most |a - b| / √a, and at most √|a - b|.
                let error = if a.may_be_zero() {
                    a.error.root()
                } else {
                    a.error.scaled(-(top(x) - 1).div_euclid(2))
                };
                let root = x.sqrt(self.bits, RM);
                self.rounded(root, error, 1)
            }
            Mid::Power(false, log) => {
                let half = self.number(0.5);
                let log = self.mul(log, &half);
                self.exp_signed(false, &log)
            }
            _ if a.may_be_zero() => Big::unknown(),
            _ => Big::nan(),
        }
    }

    /// The logarithm of |a|, for an a that is certainly not 0.
    pub(super) fn log_of(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Power(_, log) => log.as_ref().clone(),
            _ => {
                let positive = self.abs(a);
                self.log(&positive)
            }
        }
    }

    /// ± exp(log), ordinary if it can be.
    pub(super) fn exp_signed(&mut self, negative: bool, log: &Big) -> Big {
        let positive = self.exp(log);
        if negative { self.neg(&positive) } else { positive }
    }

    /// The form for extreme magnitudes of a finite number.
    pub(super) fn as_power(&mut self, a: &Big) -> Big {
        let Mid::Finite(x) = &a.mid else { return a.clone() };
        if a.may_be_zero() {
            return Big::unknown();
        }
        let negative = x.is_negative();
        let log = self.log_of(a);
        Big { mid: Mid::Power(negative, Box::new(log)), error: Bound::Exact }
    }

    /// A copy of a finite midpoint moved by its own error, upwards or downwards.
    pub(super) fn moved(&self, x: &BigFloat, error: Bound, up: bool) -> BigFloat {
        let Some(e) = error.exponent() else { return x.clone() };
        // A wider precision, and a step not too far below it, keep the move from being rounded away.
        let wide = self.bits * 2;
        let step = self.power_of_two(e.max(top(x) - wide as i64 + 2).min(2 * LARGEST_EXPONENT));
        let Mid::Finite(step) = step.mid else { return x.clone() };
        if up { x.add(&step, wide, RM) } else { x.sub(&step, wide, RM) }
    }
}
