//! From balls to f64, f32 and integers, correctly rounded once.

use super::{Big, Bound, Mid, Reals, ToInteger, top};
use crate::Format;
use astro_float::BigFloat;
use thn_ir::{DType, Scalar};

impl Reals {
    /// The nearest f64, ties to even, and whether the ball decides it.
    pub fn to_f64(&self, a: &Big) -> (f64, bool) {
        self.nearest(a, Format::F64)
    }

    /// The nearest f32, ties to even, rounded once, and whether the ball decides it.
    pub fn to_f32(&self, a: &Big) -> (f32, bool) {
        let (x, decided) = self.nearest(a, Format::F32);
        (x as f32, decided)
    }

    /// The nearest number of a format, ties to even, and whether the ball decides it.
    pub(crate) fn nearest(&self, a: &Big, format: Format) -> (f64, bool) {
        let signed = |negative: bool, x: f64| if negative { -x } else { x };
        match &a.mid {
            Mid::Nan => (f64::NAN, a.is_known()),
            Mid::Inf(s) => (signed(*s, f64::INFINITY), a.is_known()),
            Mid::Zero(s) => (signed(*s, 0.0), a.error.below(format.least - 1)),
            Mid::Power(s, log) => {
                let x = if log.is_sign_negative() { 0.0 } else { f64::INFINITY };
                (signed(*s, x), a.is_known() && log.is_known())
            }
            Mid::Finite(x) => {
                let middle = round(x, format);
                if a.error == Bound::Exact {
                    return (middle, true);
                }
                let low = round(&self.moved(x, a.error, false), format);
                let high = round(&self.moved(x, a.error, true), format);
                (middle, a.is_known() && low == high)
            }
        }
    }

    /// The value as an element of `dtype`, converted as `cast` does, and whether the ball decides it.
    pub(crate) fn scalar_near(&mut self, a: &Big, dtype: DType) -> (Scalar, bool) {
        match dtype {
            DType::F64 => {
                let (x, decided) = self.to_f64(a);
                (Scalar::Float(x), decided)
            }
            DType::F32 => {
                let (x, decided) = self.to_f32(a);
                (Scalar::Float(x.into()), decided)
            }
            DType::Bool => {
                let zero = matches!(a.mid, Mid::Zero(_));
                (Scalar::Bool(!zero), a.is_exact_zero() || !a.may_be_zero())
            }
            _ => {
                let whole = self.integer_near(a, ToInteger::Trunc);
                // An undecided truncation falls back to that of the midpoint.
                let decided = whole.is_known();
                let whole = if decided {
                    whole
                } else {
                    self.integer_near(&Big::exact(a.mid.clone()), ToInteger::Trunc)
                };
                (clamped(saturated(&whole), dtype), decided)
            }
        }
    }
}

/// An integer moved into the range of an integer type.
fn clamped(i: i128, dtype: DType) -> Scalar {
    let bits = dtype.size() as u32 * 8;
    let (least, largest) = if dtype.is_signed() {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    Scalar::Int(i.clamp(least, largest))
}

/// An integer-valued number, or the nearest i128; 0 for NaN.
fn saturated(a: &Big) -> i128 {
    let bound = |negative: bool| if negative { i128::MIN } else { i128::MAX };
    match &a.mid {
        Mid::Nan | Mid::Zero(_) => 0,
        Mid::Inf(s) => bound(*s),
        Mid::Power(s, log) => {
            if log.is_sign_negative() {
                0
            } else {
                bound(*s)
            }
        }
        Mid::Finite(x) if top(x) > 126 => bound(x.is_negative()),
        Mid::Finite(x) => {
            let size = leading(x, top(x).max(0)).0 as i128;
            if x.is_negative() { -size } else { size }
        }
    }
}

/// The `count` leading bits of the significand as an integer, with what follows: less than, equal to or more than
/// half a unit. `count` is at most 127.
fn leading(x: &BigFloat, count: i64) -> (u128, std::cmp::Ordering) {
    use std::cmp::Ordering;
    let words = x.mantissa_digits().unwrap_or(&[]);
    // Bit i counts from the most significant.
    let bit = |i: i64| -> bool {
        let (word, offset) = ((i / 64) as usize, i % 64);
        word < words.len() && words[words.len() - 1 - word] >> (63 - offset) & 1 == 1
    };
    let mut head = 0u128;
    for i in 0..count {
        head = head << 1 | u128::from(bit(i));
    }
    if !bit(count) {
        return (head, Ordering::Less);
    }
    let more = (count + 1..words.len() as i64 * 64).any(bit);
    (head, if more { Ordering::Greater } else { Ordering::Equal })
}

/// The nearest number of a format, ties to even.
fn round(x: &BigFloat, format: Format) -> f64 {
    use std::cmp::Ordering;
    let negative = x.is_negative();
    let e = top(x);
    // Bits that the format keeps: all of them, fewer for subnormal numbers, none below those.
    let kept = format.precision.min(e - format.least);
    let size = if x.is_zero() || kept < 0 {
        0.0
    } else if e > format.largest {
        f64::INFINITY
    } else {
        let (mut head, rest) = leading(x, kept);
        if rest == Ordering::Greater || (rest == Ordering::Equal && head & 1 == 1) {
            head += 1;
        }
        let value = scale(head as u64, e - kept);
        if format.largest < 1024 && value >= scale(1, format.largest) { f64::INFINITY } else { value }
    };
    if negative { -size } else { size }
}

/// significand · 2^e, which is an f64 or too large for one.
fn scale(significand: u64, e: i64) -> f64 {
    // Two exact steps: neither factor leaves the range of normal numbers, and only the last can be subnormal.
    let power = |e: i64| f64::from_bits(((e + 1023) as u64) << 52);
    let first = e.clamp(-1022, 970);
    let second = (e - first).clamp(-1022, 1023);
    significand as f64 * power(first) * power(second)
}
