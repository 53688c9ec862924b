//! Numbers that operands are made of.

use thn_ir::{DType, Domain, Scalar};
use thn_random::Random;
use thn_reference::Value;

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
            let bits = random.bits();
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
        let i = random.below(length) as i128;
        let from_end = dtype.is_signed() && random.below(2) == 0;
        Scalar::Int(if from_end { i - length as i128 } else { i })
    };
    let elements = (0..count).map(|_| index(random)).collect();
    Value::new(dtype, shape, elements).expect("has as many elements")
}
