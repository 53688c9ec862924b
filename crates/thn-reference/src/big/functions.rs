//! Exponentials, logarithms, powers, trigonometric and hyperbolic functions of balls.
//!
//! The error of f(a) for an a wrong by at most ε is at most ε times the largest |f'| in the ball; where f' is not
//! bounded nearby, the ball must first be small enough.

use super::{Big, Bound, FUNCTION_DOUBT, LARGEST_EXP_DIGITS, LARGEST_EXPONENT, Mid, RM, Reals, top};
use astro_float::BigFloat;
use std::cmp::Ordering;

/// sin, cos and tan give up on arguments with more binary digits before the point; every f64 has fewer.
const LARGEST_ANGLE_DIGITS: i64 = 1 << 12;

/// Integer exponents up to this multiply out, so that exact powers stay exact.
const LARGEST_EXACT_POWER: u32 = 4096;

/// What 1 + x differs from 1 by, for an x so small that it is a [`Mid::Power`].
pub(super) const TINY: Bound = Bound::power(-LARGEST_EXPONENT / 4);

type Library = fn(&BigFloat, usize, &mut astro_float::Consts) -> BigFloat;

impl Reals {
    fn call(&mut self, f: Library, x: &BigFloat, error: Bound) -> Big {
        let y = f(x, self.bits, &mut self.consts);
        self.rounded(y, error, FUNCTION_DOUBT)
    }

    /// e to the power a.
    pub fn exp(&mut self, a: &Big) -> Big {
        if !a.is_known() {
            return Big::unknown();
        }
        let one = self.integer(1);
        match &a.mid {
            Mid::Nan => Big::nan(),
            Mid::Inf(true) => Big::zero(false),
            Mid::Inf(false) => Big::inf(false),
            // |exp(ε) - 1| ≤ 2ε for ε ≤ 1.
            Mid::Zero(_) if a.error.below(0) => one.blurred(a.error.scaled(1)),
            Mid::Finite(x) if top(x) > LARGEST_EXP_DIGITS => {
                Big { mid: Mid::Power(false, Box::new(a.clone())), error: Bound::Exact }
            }
            Mid::Finite(x) if a.error.below(0) => {
                let y = x.exp(self.bits, RM, &mut self.consts);
                // |exp(x + ε) - exp(x)| ≤ exp(x) ε (1 + ε) for ε ≤ 1.
                let slope = super::size(&y).times(Bound::of(1.0 + a.error.to_f64()));
                self.rounded(y, slope.times(a.error), FUNCTION_DOUBT)
            }
            Mid::Zero(_) | Mid::Finite(_) => Big::unknown(),
            Mid::Power(_, log) if log.is_sign_negative() => one.blurred(TINY),
            Mid::Power(true, _) => Big::zero(false),
            Mid::Power(false, _) => Big::inf(false),
        }
    }

    /// The natural logarithm; NaN below 0.
    pub fn log(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Power(false, log) if a.is_known() => log.as_ref().clone(),
            _ if a.is_exact_zero() => Big::inf(true),
            _ if !a.is_known() || a.may_be_zero() => Big::unknown(),
            Mid::Inf(false) => Big::inf(false),
            // |log(a) - log(b)| ≤ |a - b| / min(a, b).
            Mid::Finite(x) if x.is_positive() => self.call(|x, p, cc| x.ln(p, RM, cc), x, a.error.over(a)),
            _ => Big::nan(),
        }
    }

    /// a to the power b, with the special cases of IEEE 754.
    pub fn pow(&mut self, a: &Big, b: &Big) -> Big {
        let one = self.integer(1);
        let is_one = |r: &mut Reals, x: &Big| r.compare_exactly(x, &one) == Some(Ordering::Equal);
        if b.is_exact_zero() || is_one(self, a) {
            return one;
        }
        if !a.is_known() || !b.is_known() || b.may_be_zero() {
            return Big::unknown();
        }
        if a.is_nan() || b.is_nan() {
            return Big::nan();
        }
        let size = self.abs(a);
        if let Mid::Inf(negative) = b.mid {
            return match self.compare_exactly(&size, &one) {
                Some(Ordering::Equal) => one,
                Some(Ordering::Less) if negative => Big::inf(false),
                Some(Ordering::Greater) if !negative => Big::inf(false),
                Some(_) => Big::zero(false),
                None => Big::unknown(),
            };
        }
        let parity = self.parity(b);
        let odd = parity == Some(true);
        if a.is_exact_zero() || a.is_infinite() {
            let negative = a.is_sign_negative() && odd;
            let grows = a.is_infinite() != b.is_sign_negative();
            return if grows { Big::inf(negative) } else { Big::zero(negative) };
        }
        if a.may_be_zero() {
            return Big::unknown();
        }
        if a.is_sign_negative() && parity.is_none() {
            return if b.error == Bound::Exact { Big::nan() } else { Big::unknown() };
        }
        if let Some(n) = self.small_integer(b) {
            let power = self.integer_power(a, n.unsigned_abs());
            return if n < 0 { self.div(&one, &power) } else { power };
        }
        let log = self.log(&size);
        let exponent = self.mul(b, &log);
        self.exp_signed(a.is_sign_negative() && odd, &exponent)
    }

    /// Whether an exact integer is odd; `None` for anything else.
    fn parity(&mut self, b: &Big) -> Option<bool> {
        match (&b.mid, b.error) {
            (Mid::Zero(_), Bound::Exact) => Some(false),
            (Mid::Finite(x), Bound::Exact) if x.is_int() => {
                let mut half = x.clone();
                half.set_exponent(x.exponent().unwrap_or(0).saturating_sub(1));
                Some(!half.is_int())
            }
            _ => None,
        }
    }

    /// An exact integer of small size.
    fn small_integer(&self, b: &Big) -> Option<i32> {
        let (Mid::Finite(x), Bound::Exact) = (&b.mid, b.error) else { return None };
        let limit = LARGEST_EXACT_POWER;
        if !x.is_int() || top(x) > i64::from(limit.ilog2()) {
            return None;
        }
        // The top word holds all bits of a small integer.
        let word = *x.mantissa_digits()?.last()?;
        let size = (word >> (64 - top(x))) as i32;
        Some(if x.is_negative() { -size } else { size })
    }

    fn integer_power(&mut self, a: &Big, n: u32) -> Big {
        let mut result = self.integer(1);
        for i in (0..u32::BITS - n.leading_zeros()).rev() {
            result = self.mul(&result, &result);
            if n >> i & 1 == 1 {
                result = self.mul(&result, a);
            }
        }
        result
    }

    /// π.
    pub(super) fn pi(&mut self) -> Big {
        let pi = self.consts.pi(self.bits, RM);
        let doubt = Bound::power(2 + FUNCTION_DOUBT - self.bits as i64);
        self.rounded(pi, Bound::Exact, 0).blurred(doubt)
    }

    /// An angle that sin, cos and tan can reduce.
    fn is_angle(&self, a: &Big) -> bool {
        a.error.below(-4) && a.magnitude() < Bound::power(LARGEST_ANGLE_DIGITS)
    }

    /// The sine of a radians.
    pub fn sin(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan | Mid::Inf(_) if a.is_known() => Big::nan(),
            Mid::Finite(x) if self.is_angle(a) => self.call(|x, p, cc| x.sin(p, RM, cc), x, a.error),
            Mid::Zero(_) if self.is_angle(a) => a.clone(),
            Mid::Power(..) if self.is_angle(a) => a.clone(),
            _ => Big::unknown(),
        }
    }

    /// The cosine of a radians.
    pub fn cos(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan | Mid::Inf(_) if a.is_known() => Big::nan(),
            Mid::Finite(x) if self.is_angle(a) => self.call(|x, p, cc| x.cos(p, RM, cc), x, a.error),
            Mid::Zero(_) if self.is_angle(a) => self.integer(1).blurred(a.error),
            Mid::Power(..) if self.is_angle(a) => self.integer(1).blurred(TINY),
            _ => Big::unknown(),
        }
    }

    /// The tangent of a radians.
    pub fn tan(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan | Mid::Inf(_) if a.is_known() => Big::nan(),
            Mid::Finite(x) if self.is_angle(a) => {
                let y = x.tan(self.bits, RM, &mut self.consts);
                // tan' = 1 + tan²; the ball must be small beside the distance to the pole, about 1 / |tan|.
                let slope = 2 * top(&y).max(0) + 1;
                if !a.error.below(-slope - 4) {
                    return Big::unknown();
                }
                self.rounded(y, a.error.scaled(slope + 1), FUNCTION_DOUBT)
            }
            Mid::Zero(_) if self.is_angle(a) => a.clone().blurred(a.error),
            Mid::Power(..) if self.is_angle(a) => a.clone(),
            _ => Big::unknown(),
        }
    }

    /// The bound on the error of the inverse sine or cosine: the slope is below 2 for |x| < 1/2, and the functions
    /// are Hölder continuous of order 1/2 up to ±1.
    fn inverse_error(a: &Big) -> Bound {
        match &a.mid {
            Mid::Finite(x) if top(x) > -1 => a.error.root().scaled(2),
            _ => a.error.scaled(1),
        }
    }

    /// Whether a certainly lies in [-1, 1]: `None` if that is not known.
    fn in_unit(&mut self, a: &Big) -> Option<bool> {
        if !a.is_known() {
            return None;
        }
        if a.is_nan() {
            return Some(false);
        }
        let size = self.abs(a);
        let one = self.integer(1);
        self.compare_exactly(&size, &one).map(|o| o != Ordering::Greater)
    }

    /// The angle in [-π/2, π/2] whose sine is a; NaN outside [-1, 1].
    pub fn asin(&mut self, a: &Big) -> Big {
        match (self.in_unit(a), &a.mid) {
            (Some(false), _) => Big::nan(),
            (Some(true), Mid::Finite(x)) => {
                self.call(|x, p, cc| x.asin(p, RM, cc), x, Reals::inverse_error(a))
            }
            (Some(true), Mid::Zero(_)) => a.clone().blurred(a.error),
            (Some(true), Mid::Power(..)) => a.clone(),
            _ => Big::unknown(),
        }
    }

    /// The angle in [0, π] whose cosine is a; NaN outside [-1, 1].
    pub fn acos(&mut self, a: &Big) -> Big {
        match (self.in_unit(a), &a.mid) {
            (Some(false), _) => Big::nan(),
            (Some(true), Mid::Finite(x)) => {
                self.call(|x, p, cc| x.acos(p, RM, cc), x, Reals::inverse_error(a))
            }
            (Some(true), Mid::Zero(_) | Mid::Power(..)) => {
                let half = self.number(0.5);
                let pi = self.pi();
                self.mul(&pi, &half).blurred(a.error.scaled(1)).blurred(TINY)
            }
            _ => Big::unknown(),
        }
    }

    /// The angle in [-π/2, π/2] whose tangent is a.
    pub fn atan(&mut self, a: &Big) -> Big {
        match &a.mid {
            _ if !a.is_known() => Big::unknown(),
            Mid::Nan => Big::nan(),
            Mid::Zero(_) => a.clone(),
            Mid::Finite(x) => self.call(|x, p, cc| x.atan(p, RM, cc), x, a.error),
            Mid::Power(_, log) if log.is_sign_negative() => a.clone(),
            Mid::Power(negative, _) => self.right_angle(*negative).blurred(TINY),
            Mid::Inf(negative) => self.right_angle(*negative),
        }
    }

    /// ±π/2.
    fn right_angle(&mut self, negative: bool) -> Big {
        let half = self.number(if negative { -0.5 } else { 0.5 });
        let pi = self.pi();
        self.mul(&pi, &half)
    }

    /// The angle of the point (x, y), with the special cases of IEEE 754.
    pub fn atan2(&mut self, y: &Big, x: &Big) -> Big {
        if !x.is_known() || !y.is_known() {
            return Big::unknown();
        }
        if x.is_nan() || y.is_nan() {
            return Big::nan();
        }
        let (below, left) = (y.is_sign_negative(), x.is_sign_negative());
        let pi = self.pi();
        let straight = if below { self.neg(&pi) } else { pi };
        match (x.is_infinite(), y.is_infinite()) {
            (true, true) => {
                let part = self.number(if left { 0.75 } else { 0.25 });
                return self.mul(&straight, &part);
            }
            (false, true) => return self.right_angle(below),
            (true, false) if left && y.may_be_zero() && !y.is_exact_zero() => return Big::unknown(),
            (true, false) => return if left { straight } else { Big::zero(below) },
            (false, false) => {}
        }
        if y.is_exact_zero() && (x.is_exact_zero() || !x.may_be_zero()) {
            return if left { straight } else { Big::zero(below) };
        }
        if x.may_be_zero() {
            if y.may_be_zero() {
                return Big::unknown();
            }
            // Near the axis of ordinates the angle is ±π/2 - atan(x / y).
            let quotient = self.div(x, y);
            let rest = self.atan(&quotient);
            let right = self.right_angle(below);
            return self.sub(&right, &rest);
        }
        if left && y.may_be_zero() {
            return Big::unknown();
        }
        let quotient = self.div(y, x);
        let angle = self.atan(&quotient);
        if left { self.add(&angle, &straight) } else { angle }
    }

    /// (exp(a) - exp(-a)) / 2.
    pub fn sinh(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan | Mid::Inf(_) => a.clone(),
            Mid::Zero(_) if a.error.below(0) => a.clone().blurred(a.error),
            Mid::Power(_, log) if log.is_sign_negative() => a.clone(),
            Mid::Finite(x) if top(x) <= LARGEST_EXP_DIGITS => {
                if !a.error.below(0) {
                    return Big::unknown();
                }
                let y = x.sinh(self.bits, RM, &mut self.consts);
                // The slope cosh(a) is below 2 + |sinh(a)|, and grows by less than e within the ball.
                let slope = top(&y).max(1) + 3;
                self.rounded(y, a.error.scaled(slope), FUNCTION_DOUBT)
            }
            _ => {
                let positive = self.half_exp(a);
                if a.is_sign_negative() { self.neg(&positive) } else { positive }
            }
        }
    }

    /// (exp(a) + exp(-a)) / 2.
    pub fn cosh(&mut self, a: &Big) -> Big {
        match &a.mid {
            Mid::Nan => a.clone(),
            Mid::Inf(_) => Big { mid: Mid::Inf(false), error: a.error },
            Mid::Zero(_) if a.error.below(0) => self.integer(1).blurred(a.error.scaled(1)),
            Mid::Power(_, log) if log.is_sign_negative() => self.integer(1).blurred(TINY),
            Mid::Finite(x) if top(x) <= LARGEST_EXP_DIGITS => {
                if !a.error.below(0) {
                    return Big::unknown();
                }
                let y = x.cosh(self.bits, RM, &mut self.consts);
                let slope = top(&y) + 2;
                self.rounded(y, a.error.scaled(slope), FUNCTION_DOUBT)
            }
            _ => self.half_exp(a),
        }
    }

    /// exp(|a|) / 2: sinh and cosh of a huge number.
    fn half_exp(&mut self, a: &Big) -> Big {
        let half = self.number(0.5);
        let size = self.abs(a);
        let power = self.exp(&size);
        self.mul(&power, &half)
    }

    /// sinh(a) / cosh(a).
    pub fn tanh(&mut self, a: &Big) -> Big {
        match &a.mid {
            _ if !a.is_known() => Big::unknown(),
            Mid::Nan => Big::nan(),
            Mid::Inf(negative) => self.integer(if *negative { -1 } else { 1 }),
            Mid::Zero(_) => a.clone(),
            Mid::Power(_, log) if log.is_sign_negative() => a.clone(),
            Mid::Finite(x) if top(x) <= LARGEST_EXP_DIGITS => {
                self.call(|x, p, cc| x.tanh(p, RM, cc), x, a.error)
            }
            Mid::Finite(_) | Mid::Power(..) => {
                self.integer(if a.is_sign_negative() { -1 } else { 1 }).blurred(TINY)
            }
        }
    }
}
