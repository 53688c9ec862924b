//! Numbers of high precision that know how wrong they may be.
//!
//! A [`Big`] is a midpoint and a bound on its distance from the true value (a ball). [`Reals`] computes with them at
//! one working precision, so that a result either determines its rounding to f64 or says that it does not, and the
//! caller repeats the computation at a higher precision. Agreement of two precisions would not do: at 128 and at 512
//! bits log(1 + 1e-300) is 0 twice.
//!
//! Magnitudes beyond exp(±2^23) are kept as the logarithm of their absolute value, so that log(1 + exp(1e300)) is
//! 1e300 at once. Beyond exp(exp(2^23)) numbers saturate to infinity, and below its reciprocal to 0.
//!
//! Infinities, NaN and the sign of zero follow IEEE 754. Nothing here panics or loops on any input.

mod arithmetic;
mod bound;
mod error_function;
mod functions;
mod order;
mod rounding;

use astro_float::{BigFloat, Consts, Radix, RoundingMode};
use std::{cell::RefCell, collections::BTreeMap};

pub(crate) use bound::Bound;
pub(crate) use order::ToInteger;

/// Bits of working precision beyond those asked for; they absorb the errors of the library's functions.
const GUARD: usize = 64;

/// The library rounds its functions correctly; the bound that is used leaves this many bits of doubt about that.
const FUNCTION_DOUBT: i64 = 16;

/// Ordinary midpoints have binary exponents up to this.
const LARGEST_EXPONENT: i64 = 1 << 24;

/// Arguments of exp with more binary digits before the point give a [`Mid::Power`].
const LARGEST_EXP_DIGITS: i64 = 23;

const RM: RoundingMode = RoundingMode::ToEven;

/// The midpoint of a ball. Signs are `true` for negative.
#[derive(Clone, Debug)]
pub(crate) enum Mid {
    Nan,
    Inf(bool),
    Zero(bool),
    /// Never zero, infinite or NaN; its `inexact` flag is clear.
    Finite(BigFloat),
    /// ± exp of a number whose magnitude is beyond 2^22; its own midpoint is `Finite`. The bound of the outer ball
    /// is `Exact` or `Unknown`; errors are those of the logarithm.
    Power(bool, Box<Big>),
}

/// A real number, infinity or NaN of high precision with a bound on its error.
#[derive(Clone, Debug)]
pub struct Big {
    pub(crate) mid: Mid,
    pub(crate) error: Bound,
}

impl Big {
    fn exact(mid: Mid) -> Big {
        Big { mid, error: Bound::Exact }
    }

    fn unknown() -> Big {
        Big { mid: Mid::Nan, error: Bound::Unknown }
    }

    fn nan() -> Big {
        Big::exact(Mid::Nan)
    }

    fn zero(negative: bool) -> Big {
        Big::exact(Mid::Zero(negative))
    }

    fn inf(negative: bool) -> Big {
        Big::exact(Mid::Inf(negative))
    }

    /// The same midpoint with a larger error.
    pub(crate) fn blurred(mut self, by: Bound) -> Big {
        self.error = self.error.plus(by);
        self
    }

    /// The midpoint is NaN.
    pub fn is_nan(&self) -> bool {
        matches!(self.mid, Mid::Nan)
    }

    /// The midpoint is infinite.
    pub fn is_infinite(&self) -> bool {
        matches!(self.mid, Mid::Inf(_))
    }

    /// Whether the error bound still says something about the value.
    pub fn is_known(&self) -> bool {
        self.error != Bound::Unknown
    }

    /// A bound on the distance of the midpoint from the true value; infinite if nothing is known.
    pub fn radius(&self) -> f64 {
        match &self.mid {
            Mid::Power(_, log) if log.error != Bound::Exact => f64::INFINITY,
            _ => self.error.to_f64(),
        }
    }

    /// The sign bit of the midpoint; false for NaN.
    pub fn is_sign_negative(&self) -> bool {
        match &self.mid {
            Mid::Nan => false,
            Mid::Inf(s) | Mid::Zero(s) | Mid::Power(s, _) => *s,
            Mid::Finite(x) => x.is_negative(),
        }
    }

    /// A bound on |midpoint|: `Exact` for 0, `Unknown` for numbers without one.
    pub(crate) fn magnitude(&self) -> Bound {
        match &self.mid {
            Mid::Zero(_) => Bound::Exact,
            Mid::Finite(x) => size(x),
            Mid::Power(_, log) if log.is_sign_negative() => Bound::power(-LARGEST_EXP_DIGITS_MAGNITUDE),
            _ => Bound::Unknown,
        }
    }

    /// Whether 0 lies in the ball or near it: otherwise every number of the ball has at least half the magnitude of
    /// the least number with the midpoint's exponent.
    fn may_be_zero(&self) -> bool {
        match (&self.mid, self.error) {
            (Mid::Zero(_), _) | (_, Bound::Unknown) => true,
            (Mid::Finite(x), error) => !error.below(top(x) - 2),
            _ => false,
        }
    }

    /// Whether the value is 0 without any doubt.
    fn is_exact_zero(&self) -> bool {
        matches!((&self.mid, self.error), (Mid::Zero(_), Bound::Exact))
    }

    /// Whether 0 is in the middle of what the value may be.
    pub(crate) fn is_about_zero(&self) -> bool {
        matches!(self.mid, Mid::Zero(_))
    }
}

/// Every tiny [`Mid::Power`] is below 2 to minus this.
const LARGEST_EXP_DIGITS_MAGNITUDE: i64 = 1 << 22;

/// A bound on |x|, from its leading bits.
fn size(x: &BigFloat) -> Bound {
    let leading = x.mantissa_digits().and_then(|w| w.last()).map_or(1.0, |w| *w as f64 / 2f64.powi(64));
    Bound::power(top(x)).times(Bound::of(leading))
}

/// The e with 2^(e-1) <= |x| < 2^e.
fn top(x: &BigFloat) -> i64 {
    x.exponent().map_or(0, i64::from)
}

/// Arithmetic at one working precision.
#[derive(Debug)]
pub struct Reals {
    /// Bits of every midpoint.
    bits: usize,
    consts: Consts,
    doubt: bool,
}

impl Reals {
    /// Arithmetic whose results have about `precision` good bits when nothing cancels. `None` if the library's
    /// table of constants cannot be made.
    pub fn new(precision: usize) -> Option<Reals> {
        let bits = precision.clamp(64, 1 << 16).next_multiple_of(64) + GUARD;
        Some(Reals { bits, consts: Consts::new().ok()?, doubt: false })
    }

    /// Computes with arithmetic that is kept for the next time, with the constants it has worked out, one per thread
    /// and precision. `None` if it cannot be made.
    pub(crate) fn with<T>(precision: usize, compute: impl FnOnce(&mut Reals) -> T) -> Option<T> {
        thread_local! {
            static KEPT: RefCell<BTreeMap<usize, Reals>> = const { RefCell::new(BTreeMap::new()) };
        }
        // It is taken out while in use, so that `compute` may come here again.
        let kept = KEPT.with(|k| k.borrow_mut().remove(&precision));
        let mut reals = kept.or_else(|| Reals::new(precision))?;
        reals.doubt = false;
        let result = compute(&mut reals);
        KEPT.with(|k| k.borrow_mut().insert(precision, reals));
        Some(result)
    }

    /// Whether a comparison or a rounding since the last call could not be decided at this precision; its more
    /// likely outcome was taken.
    pub fn take_doubt(&mut self) -> bool {
        std::mem::take(&mut self.doubt)
    }

    /// The number of an f64, exactly.
    pub fn number(&self, x: f64) -> Big {
        if x.is_nan() {
            return Big::nan();
        }
        let negative = x.is_sign_negative();
        if x.is_infinite() {
            return Big::inf(negative);
        }
        // Taken apart by hand: the library's conversion halves subnormal numbers.
        let bits = x.to_bits();
        let field = ((bits >> 52) & 0x7ff) as i64;
        let fraction = bits & ((1 << 52) - 1);
        let (significand, exponent) =
            if field == 0 { (fraction, -1074) } else { (fraction | (1 << 52), field - 1075) };
        self.integer_scaled(negative, u128::from(significand), exponent)
    }

    /// A decimal number, `inf`, `-inf` or `nan`; `None` for any other text.
    pub fn decimal(&mut self, text: &str) -> Option<Big> {
        let approximate: f64 = text.parse().ok()?;
        if let Ok(integer) = text.parse() {
            return Some(self.integer(integer));
        }
        if !text.contains(|c: char| c.is_ascii_digit()) {
            return Some(self.number(approximate));
        }
        let x = BigFloat::parse(text, Radix::Dec, self.bits, RM, &mut self.consts);
        if x.is_zero() {
            return Some(Big::zero(approximate.is_sign_negative()));
        }
        // Whether a decimal is a binary fraction is not worth finding out: its last bit is in doubt.
        let doubt = Bound::power(top(&x) + FUNCTION_DOUBT - self.bits as i64);
        Some(self.rounded(x, Bound::Exact, 0).blurred(doubt))
    }

    /// Whether a number is not 0, as bools are 0 and 1.
    pub fn is_true(&mut self, a: &Big) -> bool {
        self.doubt |= a.may_be_zero() && !a.is_exact_zero();
        !matches!(a.mid, Mid::Zero(_))
    }

    /// Notes a doubt.
    pub(crate) fn doubt_unless(&mut self, decided: bool) {
        self.doubt |= !decided;
    }

    /// A verdict about `of`, which is in doubt if nothing is known of it.
    pub(crate) fn decided(&mut self, verdict: Big, of: &Big) -> Big {
        self.doubt |= !of.is_known();
        verdict
    }

    /// The number of an integer, exactly.
    pub fn integer(&self, i: i128) -> Big {
        self.integer_scaled(i < 0, i.unsigned_abs(), 0)
    }

    /// ± significand · 2^exponent.
    fn integer_scaled(&self, negative: bool, significand: u128, exponent: i64) -> Big {
        if significand == 0 {
            return Big::zero(negative);
        }
        // Every width used is at least 128 bits, so this is exact.
        let mut x = BigFloat::from_u128(significand, self.bits);
        let shifted = top(&x).saturating_add(exponent);
        x.set_exponent(i32::try_from(shifted).unwrap_or(0));
        if negative {
            x.inv_sign();
        }
        Big::exact(Mid::Finite(x))
    }

    /// ± 2^e.
    fn power_of_two(&self, e: i64) -> Big {
        self.integer_scaled(false, 1, e)
    }

    /// The result of a library call: classified, with the error of rounding to the working precision times 2^doubt
    /// added to the error of its operands.
    fn rounded(&mut self, mut x: BigFloat, inherited: Bound, doubt: i64) -> Big {
        if x.is_nan() {
            return Big::unknown();
        }
        if x.is_inf() {
            return Big { mid: Mid::Inf(x.is_inf_neg()), error: Bound::Unknown };
        }
        let inexact = x.inexact();
        x.set_inexact(false);
        if x.is_zero() {
            // The library underflows far below anything ordinary.
            let lost = if inexact { Bound::power(-LARGEST_EXPONENT) } else { Bound::Exact };
            return Big { mid: Mid::Zero(x.is_negative()), error: inherited.plus(lost) };
        }
        let e = top(&x);
        let rounding = if inexact { Bound::power(e - self.bits as i64 + doubt) } else { Bound::Exact };
        let error = inherited.plus(rounding);
        let out = Big { mid: Mid::Finite(x), error };
        if e.abs() <= LARGEST_EXPONENT { out } else { self.as_power(&out) }
    }
}
