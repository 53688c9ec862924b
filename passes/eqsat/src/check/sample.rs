//! Where rules are sampled: special values, values with random bits, and ordinary ones.

use super::instance::Input;
use thn_ir::{DType, Scalar};
use thn_reference::Value;

/// A generator of numbers that depends on its seed alone (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// Uniform between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What a sample may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Range {
    /// Anything, special values often.
    Full,
    /// Zero, one, and magnitudes between 1e-4 and 1e4, mostly near 1; now and then NaN.
    Moderate,
}

/// Values at which functions change their ways, for both float types.
const SPECIAL: [f64; 30] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e-8,
    -1e-8,
    1e-17,
    -1e-17,
    1e-30,
    3.5,
    20.0,
    40.0,
    -40.0,
    88.8,
    -88.8,
    -104.0,
    710.0,
    -710.0,
    -746.0,
    1e10,
    1e30,
    1e-310,
    1.7e308,
];

fn float(random: &mut Random, range: Range, dtype: DType) -> f64 {
    let x = match (range, random.below(10)) {
        (Range::Full, 0..5) => SPECIAL[random.below(SPECIAL.len())],
        (Range::Full, 5..7) if dtype == DType::F32 => f64::from(f32::from_bits(random.bits() as u32)),
        (Range::Full, 5..7) => f64::from_bits(random.bits()),
        (Range::Moderate, 0) => [0.0, 1.0, -1.0, 2.0, -0.5, f64::NAN][random.below(6)],
        (Range::Moderate, 1..3) => {
            let size = 10f64.powf(random.unit() * 8.0 - 4.0);
            if random.below(2) == 0 { size } else { -size }
        }
        _ => random.unit() * 10.0 - 5.0,
    };
    Scalar::Float(x).cast(dtype).to_f64()
}

fn element(random: &mut Random, range: Range, input: &Input, columns: i64) -> Scalar {
    let facts = input.facts;
    match input.ty.dtype {
        _ if input.index => Scalar::Int(i128::from(random.bits() % columns.max(1) as u64)),
        DType::Bool => Scalar::Bool((random.below(2) == 0 || facts.lo > 0.0) && facts.hi > 0.0),
        dtype if dtype.is_float() => {
            for _ in 0..200 {
                let x = float(random, range, dtype);
                let fits = if x.is_nan() {
                    facts.nan
                } else {
                    x >= facts.lo && x <= facts.hi && (facts.inf || x.is_finite())
                };
                if fits {
                    return Scalar::Float(x);
                }
                // The mirror image of a number on the wrong side is on the right one.
                if facts.lo <= -x && -x <= facts.hi && x.is_finite() {
                    return Scalar::Float(-x);
                }
            }
            Scalar::Float(1.0)
        }
        dtype => integer(random, dtype, |x| (facts.lo..=facts.hi).contains(&x.to_f64())),
    }
}

/// Small numbers, random bits, and the ends of the type as often as either: negation and absolute value wrap around
/// at the least signed number, and at every unsigned number but zero.
fn integer(random: &mut Random, dtype: DType, fits: impl Fn(Scalar) -> bool) -> Scalar {
    for _ in 0..200 {
        let i = match random.below(3) {
            0 => random.below(9) as i128 - 4,
            1 => i128::from(random.bits()),
            _ => {
                let (least, most) = ends(dtype);
                [least, least + 1, -1, 0, 1, most][random.below(6)]
            }
        };
        let x = Scalar::Int(i).cast(dtype);
        if fits(x) {
            return x;
        }
    }
    // What the conditions leave may be a single number.
    let zero = Scalar::Int(0);
    if fits(zero) { zero } else { Scalar::Int(1) }
}

/// The least and the largest number of an integer type.
fn ends(dtype: DType) -> (i128, i128) {
    // The sign does not count towards the precision.
    let states = 1i128 << dtype.precision();
    (if dtype.is_signed() { -states } else { 0 }, states - 1)
}

/// A tensor for an argument, with `rows` for the unknown length.
pub(super) fn tensor(random: &mut Random, range: Range, input: &Input, rows: i64) -> Option<Value> {
    let shape: Option<Vec<usize>> = input
        .ty
        .shape
        .iter()
        .map(|d| d.eval(&|_| Some(rows)).ok().and_then(|n| usize::try_from(n).ok()))
        .collect();
    let shape = shape?;
    let count = shape.iter().product();
    // An index may point into unknown dims or into the two columns.
    let elements = (0..count).map(|_| element(random, range, input, 2.min(rows))).collect();
    Value::new(input.ty.dtype, &shape, elements).ok()
}
