//! Random tensors that depend on nothing but the seed.

use crate::error::Error;
use thn_ir::{DType, Literal, Scalar};
use thn_random::Random;
use thn_runtime::Array;

/// Floats uniform in [-1, 1) in steps that f32 holds exactly, integers from 0 to 9, bools of either kind.
pub(crate) fn array(dtype: DType, shape: &[usize], seed: u64) -> Result<Array, Error> {
    let mut random = Random::new(seed);
    // The array is made first, so that lengths too large for any memory are an error here.
    let count = Array::zeros(dtype, shape)?.len();
    let mut elements = Vec::with_capacity(count);
    for _ in 0..count {
        let bits = random.bits() >> 41;
        elements.push(match dtype {
            DType::Bool => Scalar::Bool(bits & 1 == 1),
            d if d.is_float() => Scalar::Float(bits as f64 / f64::from(1 << 22) - 1.0),
            _ => Scalar::Int(i128::from(bits % 10)),
        });
    }
    let literal = Literal::from_scalars(dtype, shape, &elements);
    let literal = literal.ok_or_else(|| Error::Options(format!("no tensor has lengths {shape:?}")))?;
    Ok(Array::from_literal(&literal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_tell_tensors_apart_and_fix_them() {
        let a = array(DType::F32, &[100], 7).expect("fits");
        assert!(a.same_bits(&array(DType::F32, &[100], 7).expect("fits")));
        assert!(!a.same_bits(&array(DType::F32, &[100], 8).expect("fits")));
        let elements = a.as_slice::<f32>().expect("are f32");
        assert!(elements.iter().all(|x| (-1.0..1.0).contains(x)));
        assert!(elements.iter().any(|x| *x < -0.5) && elements.iter().any(|x| *x > 0.5));
        assert!(array(DType::F64, &[usize::MAX, 2], 1).is_err());
    }
}
