//! Numbers that operands are made of.

use thn_ir::{DType, Domain, Scalar};
use thn_reference::Value;

/// SplitMix64: the same numbers on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An integer below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// The numbers at the edges of a type, those outside of the domain among them.
pub(crate) fn specials(dtype: DType) -> Vec<Scalar> {
    let float = |xs: &[f64]| xs.iter().map(|x| Scalar::Float(*x)).collect::<Vec<_>>();
    match dtype {
        DType::Bool => vec![Scalar::Bool(false), Scalar::Bool(true)],
        DType::F32 => {
            let (tiny, least) = (f64::from(f32::MIN_POSITIVE), f64::from(f32::from_bits(1)));
            let (most, eps) = (f64::from(f32::MAX), f64::from(f32::EPSILON));
            float(&edges(tiny, least, most, eps))
        }
        DType::F64 => float(&edges(f64::MIN_POSITIVE, f64::from_bits(1), f64::MAX, f64::EPSILON)),
        _ => {
            let bits = dtype.size() as u32 * 8 - u32::from(dtype.is_signed());
            let most = (1i128 << bits) - 1;
            let least = if dtype.is_signed() { -most - 1 } else { 0 };
            [least, least + 1, most, most - 1, most / 2, 0, 1, 2, 3, 7, 10, -1, -2, -3]
                .into_iter()
                .filter(|i| (least..=most).contains(i))
                .map(Scalar::Int)
                .collect()
        }
    }
}

fn edges(tiny: f64, least: f64, most: f64, eps: f64) -> Vec<f64> {
    let positive =
        [0.0, least, tiny, eps, 0.5, 1.0 - eps, 1.0, 1.0 + eps, 1.5, 2.0, 2.5, 3.0, 88.0, 710.0, most];
    let mut all: Vec<f64> = positive.iter().flat_map(|x| [*x, -x]).collect();
    all.extend([f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    all
}

/// A number inside the domain: of ordinary size, or of any size that the type has.
pub(crate) fn number(random: &mut Random, dtype: DType, domain: Domain) -> Scalar {
    match dtype {
        DType::Bool => Scalar::Bool(random.below(2) == 1),
        DType::F32 | DType::F64 => {
            let exponents = if dtype == DType::F32 { 120.0 } else { 1000.0 };
            let size = match random.below(3) {
                0 => random.unit() * 4.0,
                1 => random.unit() * 100.0,
                _ => (2.0 * random.unit() - 1.0).mul_add(exponents, 0.0).exp2(),
            };
            let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
            let x = domain.place(sign * size);
            Scalar::Float(x).cast(dtype)
        }
        _ => {
            // Small numbers as often as any.
            let bits = random.next();
            let wide = Scalar::Int(i128::from(if bits & 1 == 0 { bits >> 60 } else { bits }));
            wide.cast(dtype)
        }
    }
}

/// A tensor of ordinary numbers, on which no sum overflows.
pub(crate) fn tensor(random: &mut Random, dtype: DType, shape: &[usize]) -> Value {
    let count = shape.iter().product();
    let element = |random: &mut Random| match dtype {
        DType::Bool => Scalar::Bool(random.below(2) == 1),
        d if d.is_float() => Scalar::Float(4.0 * random.unit() - 2.0).cast(d),
        d => Scalar::Int(random.below(20) as i128 - if d.is_signed() { 10 } else { 0 }),
    };
    let elements = (0..count).map(|_| element(random)).collect();
    Value::new(dtype, shape, elements).expect("has as many elements")
}

/// Indices into a dim of this length, half of them counted from the end.
pub(crate) fn indices(random: &mut Random, dtype: DType, shape: &[usize], length: usize) -> Value {
    let count = shape.iter().product();
    let index = |random: &mut Random| {
        let i = random.below(length as u64) as i128;
        let from_end = dtype.is_signed() && random.below(2) == 0;
        Scalar::Int(if from_end { i - length as i128 } else { i })
    };
    let elements = (0..count).map(|_| index(random)).collect();
    Value::new(dtype, shape, elements).expect("has as many elements")
}
