//! Binary floating-point formats: those of element types, and the two that have only 65,536 numbers, so that a claim
//! about a function of one number can be checked for all of them.

use thn_ir::DType;

/// A binary floating-point format of IEEE 754's kind, with subnormal numbers, infinities and NaN. No format holds a
/// number that an f64 does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    /// Significand bits with the hidden one.
    pub(crate) precision: i64,
    /// Exponent of the least bit of the subnormal numbers.
    pub(crate) least: i64,
    /// Every finite value is below 2^this.
    pub(crate) largest: i64,
    /// Bits of storage.
    width: u32,
}

impl Format {
    /// IEEE 754 binary64.
    pub const F64: Format = Format { precision: 53, least: -1074, largest: 1024, width: 64 };
    /// IEEE 754 binary32.
    pub const F32: Format = Format { precision: 24, least: -149, largest: 128, width: 32 };
    /// IEEE 754 binary16.
    pub const F16: Format = Format { precision: 11, least: -24, largest: 16, width: 16 };
    /// The upper half of binary32.
    pub const BF16: Format = Format { precision: 8, least: -133, largest: 128, width: 16 };

    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Format::F32 => "f32",
            Format::F16 => "f16",
            Format::BF16 => "bf16",
            _ => "f64",
        }
    }

    /// The difference between 1 and the next larger number.
    pub fn epsilon(self) -> f64 {
        power(1 - self.precision)
    }

    /// The largest finite number.
    pub fn max(self) -> f64 {
        (2.0 - self.epsilon()) * power(self.largest - 1)
    }

    /// The smallest positive number that is not subnormal.
    pub fn min_normal(self) -> f64 {
        power(self.least + self.precision - 1)
    }

    /// The smallest positive number.
    pub fn min_positive(self) -> f64 {
        if self == Format::F64 { f64::from_bits(1) } else { power(self.least) }
    }

    /// Every number of a 16-bit format, NaN once for each of its bit patterns; empty for wider formats.
    pub fn all(self) -> Vec<f64> {
        if self.width > 16 {
            return vec![];
        }
        let fraction_bits = self.precision as u32 - 1;
        let fields = 1u32 << (15 - fraction_bits);
        let number = |bits: u32| {
            let field = bits >> fraction_bits & (fields - 1);
            let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) * self.epsilon();
            let size = match field {
                0 => fraction * self.min_normal(),
                f if f == fields - 1 && fraction == 0.0 => f64::INFINITY,
                f if f == fields - 1 => f64::NAN,
                f => (1.0 + fraction) * self.min_normal() * power(i64::from(f) - 1),
            };
            if bits >> 15 == 1 { -size } else { size }
        };
        (0..1 << 16).map(number).collect()
    }

    /// The nearest number of the format, ties to even.
    pub fn round(self, x: f64) -> f64 {
        match self {
            Format::F64 => x,
            Format::F32 => f64::from(x as f32),
            _ if x == 0.0 || !x.is_finite() => x,
            _ => {
                // The unit of the last place; scaling by it is exact.
                let unit = power((exponent(x) + 1 - self.precision).max(self.least));
                let rounded = (x / unit).round_ties_even() * unit;
                if rounded.abs() > self.max() { f64::INFINITY.copysign(x) } else { rounded }
            }
        }
    }

    /// The position of a number among those of its sign, counted from 0.
    fn place(self, x: f64) -> i128 {
        let size = match self {
            Format::F64 => i128::from(x.abs().to_bits()),
            Format::F32 => i128::from((x as f32).abs().to_bits()),
            _ if x == 0.0 => 0,
            _ => {
                let binades = (exponent(x) + 1 - self.precision - self.least).max(0);
                let significand = x.abs() / power(self.least + binades);
                (i128::from(binades) << (self.precision - 1)) + significand as i128
            }
        };
        if x.is_sign_negative() { -size } else { size }
    }
}

impl From<DType> for Format {
    /// The format of a float type; of any other type, that of f64.
    fn from(dtype: DType) -> Format {
        if dtype == DType::F32 { Format::F32 } else { Format::F64 }
    }
}

/// 2^e for the exponents of normal f64 numbers.
fn power(e: i64) -> f64 {
    f64::from_bits(((e.clamp(-1022, 1023) + 1023) as u64) << 52)
}

/// The e with 2^e <= |x| < 2^(e+1) of a normal f64; below all of those for a subnormal one.
fn exponent(x: f64) -> i64 {
    ((x.to_bits() >> 52) & 0x7ff) as i64 - 1023
}

/// How many bits of a float are wrong: log2(1 + distance), where the distance counts representable numbers between
/// `found` and the truth correctly rounded to the same format. Where only one of the two is NaN, or the infinities
/// disagree with a truth of the other sign or with a number, all bits are wrong.
///
/// Zeros of both signs are at distance 0.
pub fn bits_of_error(found: f64, truth: f64, format: impl Into<Format>) -> f64 {
    let format = format.into();
    if found.is_nan() || truth.is_nan() {
        return if found.is_nan() && truth.is_nan() { 0.0 } else { f64::from(format.width) };
    }
    if found == truth {
        return 0.0;
    }
    if found.is_infinite() || truth.is_infinite() {
        return f64::from(format.width);
    }
    let distance = (format.place(found) - format.place(truth)).unsigned_abs();
    (1.0 + distance as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_all_the_numbers_in_order() {
        for (format, max, tiny) in [
            (Format::F16, 65504.0, 5.960464477539063e-8),
            (Format::BF16, 3.3895313892515355e38, 9.183549615799121e-41),
        ] {
            let all = format.all();
            assert_eq!(all.len(), 65_536);
            assert_eq!((format.max(), format.min_positive()), (max, tiny), "{}", format.name());
            let positive: Vec<f64> = all[..1 << 15].iter().copied().filter(|x| x.is_finite()).collect();
            for (place, x) in positive.iter().enumerate() {
                assert_eq!((format.round(*x), format.place(*x)), (*x, place as i128));
            }
            for pair in positive.windows(2) {
                let middle = (pair[0] + pair[1]) / 2.0;
                let even = if format.place(pair[0]) % 2 == 0 { pair[0] } else { pair[1] };
                assert_eq!(format.round(middle), even, "ties to even at {middle}");
                assert_eq!(format.round(-middle * (1.0 + 1e-9)), -pair[1]);
            }
            let halfway = max + format.epsilon() * power(format.largest - 2);
            assert_eq!((format.round(halfway), format.round(halfway * 0.99999)), (f64::INFINITY, max));
        }
        // The upper half of an f32 is a bf16.
        for (bits, x) in Format::BF16.all().into_iter().enumerate() {
            let wide = f64::from(f32::from_bits((bits as u32) << 16));
            assert!(x == wide || (x.is_nan() && wide.is_nan()), "{bits:#x}: {x} is {wide}");
        }
    }

    #[test]
    fn bits_of_error_count_the_numbers_of_the_format() {
        assert_eq!(bits_of_error(1.0 + Format::F16.epsilon(), 1.0, Format::F16), 1.0);
        assert_eq!(
            bits_of_error(-Format::BF16.min_positive(), Format::BF16.min_positive(), Format::BF16),
            3f64.log2()
        );
        assert_eq!(bits_of_error(f64::NAN, 1.0, Format::F16), 16.0);
        assert_eq!(bits_of_error(2.0, 1.0, Format::F16), (1.0f64 + 1024.0).log2());
    }
}
