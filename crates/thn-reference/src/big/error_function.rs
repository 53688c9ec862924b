//! The error function and its complement.
//!
//! erf is its series of positive terms (Abramowitz and Stegun, 7.1.6), erf(x) = 2 / √π · exp(-x²) · x Σ (2x²)ⁿ / (1·3···(2n+1)).
//! erfc(x) is 1 - erf(x) in as many more bits as cancel, and for larger x the asymptotic series (7.1.23), whose error
//! is below its first omitted term.

use super::{Big, Bound, FUNCTION_DOUBT, Mid, RM, Reals, functions::TINY, size, top};
use astro_float::BigFloat;
use std::cmp::Ordering;

/// Bits that the sums below lose to rounding at most, with many to spare.
const LOST: usize = 48;

/// No more terms than this are ever needed: the widest precision takes about 15,000.
const MOST_TERMS: u64 = 1 << 16;

impl Reals {
    /// erf(x) for |x| so small that x² is at most a few times the precision, with `bits` good bits.
    fn erf_series(&mut self, x: &BigFloat, bits: usize) -> BigFloat {
        let p = bits + LOST;
        let square = x.mul(x, p, RM);
        let mut twice = square.clone();
        twice.set_exponent(square.exponent().unwrap_or(0).saturating_add(1));
        let (mut term, mut sum) = (x.clone(), x.clone());
        for n in 1..MOST_TERMS {
            term = term.mul(&twice, p, RM).div(&BigFloat::from_u64(2 * n + 1, p), p, RM);
            sum = sum.add(&term, p, RM);
            if term.is_zero() || top(&term) < top(&sum) - p as i64 {
                break;
            }
        }
        let decay = square.neg().exp(p, RM, &mut self.consts);
        let root = self.consts.pi(p, RM).sqrt(p, RM);
        let scale = BigFloat::from_u64(2, p).div(&root, p, RM);
        sum.mul(&decay, p, RM).mul(&scale, p, RM)
    }

    /// A result with about as many good bits as the working precision.
    fn nearly(&mut self, mut y: BigFloat, error: Bound) -> Big {
        if y.set_precision(self.bits, RM).is_err() {
            return Big::unknown();
        }
        let doubt = Bound::power(top(&y) + FUNCTION_DOUBT - self.bits as i64);
        self.rounded(y, error, 0).blurred(doubt)
    }

    /// Whether x² is beyond what the series can do: there exp(-x²) is below the precision.
    fn is_far(&mut self, a: &Big) -> bool {
        let square = self.mul(a, a);
        let limit = self.integer(self.bits as i128 + 64);
        self.compare_exactly(&square, &limit) != Some(Ordering::Less)
    }

    /// The error function.
    pub fn erf(&mut self, a: &Big) -> Big {
        match &a.mid {
            _ if !a.is_known() => Big::unknown(),
            Mid::Nan => Big::nan(),
            Mid::Inf(negative) => self.integer(if *negative { -1 } else { 1 }),
            // |erf'| ≤ 2 / √π < 2.
            Mid::Zero(_) => a.clone().blurred(a.error),
            Mid::Power(_, log) if log.is_sign_negative() => {
                let root = self.pi();
                let root = self.sqrt(&root);
                let twice = self.add(a, a);
                self.div(&twice, &root)
            }
            Mid::Finite(x) if !self.is_far(a) => {
                let y = self.erf_series(x, self.bits);
                self.nearly(y, a.error.scaled(1))
            }
            _ => {
                let size = self.abs(a);
                let rest = self.erfc(&size);
                let one = self.integer(1);
                let most = self.sub(&one, &rest);
                if a.is_sign_negative() { self.neg(&most) } else { most }
            }
        }
    }

    /// 1 - erf(a).
    pub fn erfc(&mut self, a: &Big) -> Big {
        if a.is_known() && a.is_sign_negative() && !a.is_nan() {
            let size = self.neg(a);
            let one = self.integer(1);
            let most = self.erf(&size);
            return self.add(&one, &most);
        }
        match &a.mid {
            _ if !a.is_known() => Big::unknown(),
            Mid::Nan => Big::nan(),
            Mid::Inf(_) => Big::zero(false),
            Mid::Zero(_) => self.integer(1).blurred(a.error.scaled(1)),
            Mid::Power(_, log) if log.is_sign_negative() => self.integer(1).blurred(TINY),
            // exp(-exp(2^23)) is 0 here.
            Mid::Power(..) => Big::zero(false),
            Mid::Finite(_) if self.is_far(a) => self.erfc_far(a),
            Mid::Finite(x) => {
                // 1 - erf(x) is above exp(-x²) / (2x + 2), and |erfc'| is below 2 exp(-x²) all over a small ball.
                // 1 / ln 2 < 1.45.
                let cancels = (size(x).to_f64().powi(2) * 1.45) as usize + 64;
                let bits = self.bits + cancels;
                let y = self.erf_series(x, bits);
                let y = BigFloat::from_u64(1, bits).sub(&y, bits, RM);
                let digits = top(x).max(0);
                let slope = if a.error.below(-4 - digits) { top(&y) + digits + 3 } else { 1 };
                self.nearly(y, a.error.scaled(slope))
            }
        }
    }

    /// exp(-x²) / (x √π) · (1 - 1 / 2x² + 1·3 / (2x²)² - …) where exp(-x²) is below the precision.
    fn erfc_far(&mut self, a: &Big) -> Big {
        let square = self.mul(a, a);
        let exponent = self.neg(&square);
        let decay = self.exp(&exponent);
        let Mid::Finite(x2) = &square.mid else { return decay };
        let p = self.bits + LOST;
        let half = BigFloat::from_u64(1, p).div(&x2.add(x2, p, RM), p, RM);
        let (mut term, mut sum) = (BigFloat::from_u64(1, p), BigFloat::from_u64(1, p));
        for n in 1..MOST_TERMS {
            term = term.mul(&half, p, RM).mul(&BigFloat::from_u64(2 * n - 1, p), p, RM).neg();
            sum = sum.add(&term, p, RM);
            if term.is_zero() || top(&term) < -(p as i64) {
                break;
            }
        }
        // The series changes by less than x does.
        let series = self.nearly(sum, a.error);
        let root = self.pi();
        let root = self.sqrt(&root);
        let below = self.mul(a, &root);
        let above = self.mul(&decay, &series);
        self.div(&above, &below)
    }
}
