//! Bounds on absolute errors, as logarithms.

use super::{Big, Mid, top};

/// Steps of the logarithm to base 2; sums of many errors grow by little more than they should.
const STEPS: i64 = 64;

/// A bound on an absolute error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Bound {
    /// No error.
    Exact,
    /// At most 2^(e / STEPS).
    Fine(i64),
    /// Nothing is known, not even the sign or whether the value is finite.
    Unknown,
}

impl Bound {
    /// 2^e.
    pub(crate) const fn power(e: i64) -> Bound {
        Bound::Fine(e.saturating_mul(STEPS))
    }

    /// The bound of a positive number, rounded up.
    pub(crate) fn of(x: f64) -> Bound {
        if x.is_nan() || x == f64::INFINITY {
            return Bound::Unknown;
        }
        if x <= 0.0 { Bound::Exact } else { Bound::Fine((x.log2() * STEPS as f64).floor() as i64 + 1) }
    }

    /// A bound on the sum of two errors.
    pub(crate) fn plus(self, other: Bound) -> Bound {
        match (self, other) {
            (Bound::Exact, x) | (x, Bound::Exact) => x,
            (Bound::Fine(a), Bound::Fine(b)) => {
                // 2^a + 2^b = 2^a (1 + 2^(b-a)).
                let (high, low) = (a.max(b), a.min(b));
                let ratio = (low.saturating_sub(high) as f64 / STEPS as f64).exp2();
                let growth = (ratio.ln_1p() / std::f64::consts::LN_2 * STEPS as f64).floor() as i64 + 1;
                Bound::Fine(high.saturating_add(growth))
            }
            _ => Bound::Unknown,
        }
    }

    /// The bound times 2^shift.
    pub(crate) fn scaled(self, shift: i64) -> Bound {
        self.times(Bound::power(shift))
    }

    /// The bound times another magnitude.
    pub(crate) fn times(self, other: Bound) -> Bound {
        match (self, other) {
            (Bound::Exact, _) | (_, Bound::Exact) => Bound::Exact,
            (Bound::Fine(a), Bound::Fine(b)) => Bound::Fine(a.saturating_add(b)),
            _ => Bound::Unknown,
        }
    }

    /// The bound divided by the least magnitude in a ball that does not reach 0, and by 1/2 at least of its midpoint
    /// where the ball is not small.
    pub(crate) fn over(self, b: &Big) -> Bound {
        let Mid::Finite(y) = &b.mid else { return Bound::Unknown };
        let leading = y.mantissa_digits().and_then(|w| w.last()).map_or(0.5, |w| *w as f64 / 2f64.powi(64));
        let small = b.error.below(top(y) - 20);
        // log2 of the midpoint rounded down, less what the ball may take away.
        let size = if small { (leading.log2() * STEPS as f64).floor() as i64 - 1 } else { -2 * STEPS };
        self.times(Bound::Fine(top(y).saturating_mul(-STEPS).saturating_sub(size)))
    }

    /// The bound on the square root of an error.
    pub(crate) fn root(self) -> Bound {
        match self {
            Bound::Fine(e) => Bound::Fine(e.div_euclid(2).saturating_add(1)),
            other => other,
        }
    }

    /// Whether the error is below 2^e.
    pub(crate) fn below(self, e: i64) -> bool {
        self < Bound::power(e)
    }

    /// The least e for which the error is at most 2^e; `None` if there is no error, or no bound.
    pub(crate) fn exponent(self) -> Option<i64> {
        match self {
            Bound::Fine(e) => Some(e.div_euclid(STEPS) + i64::from(e.rem_euclid(STEPS) > 0)),
            Bound::Exact | Bound::Unknown => None,
        }
    }

    /// The bound as a number: 0, or infinite if nothing is known.
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Bound::Exact => 0.0,
            Bound::Fine(e) => (e as f64 / STEPS as f64).exp2(),
            Bound::Unknown => f64::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_are_bounds_but_not_by_much() {
        let (a, b) = (Bound::of(3.0), Bound::of(5.0));
        for (bound, exact) in
            [(a.plus(b), 8.0), (a.times(b), 15.0), (a.scaled(3), 24.0), (b.root(), 5f64.sqrt())]
        {
            let found = bound.to_f64();
            assert!(found >= exact && found < exact * 1.05, "{found} for {exact}");
        }
        assert_eq!(Bound::of(4.0).exponent(), Some(3));
        assert!(Bound::of(3.0).below(2) && !Bound::of(5.0).below(2));
        assert_eq!(Bound::Exact.plus(Bound::Unknown), Bound::Unknown);
    }
}
