//! Arithmetic on known numbers that does not round.
//!
//! Its result is the same in whatever order and precision constants are folded, so it need not wait for the end of the
//! search: what becomes 0 or 1 is seen by the rules at once.

use smallvec::SmallVec;
use thn_ir::{DType, Literal, OpKind, Scalar};

/// The number that an op of floats gives, if that is exact. Sums and products may have more than two operands.
pub fn fold_exact(kind: OpKind, dtype: DType, operands: &[&Literal]) -> Option<Literal> {
    if !matches!(dtype, DType::F32 | DType::F64) || operands.iter().any(|l| l.dtype() != dtype) {
        return None;
    }
    let numbers: SmallVec<[f64; 3]> =
        operands.iter().map(|l| l.splat_value().map(Scalar::to_f64)).collect::<Option<_>>()?;
    let result = match (kind, numbers.as_slice()) {
        (OpKind::Neg, [x]) => -x,
        (OpKind::Abs, [x]) => x.abs(),
        (OpKind::Sqr, [x]) => mul(*x, *x)?,
        (OpKind::Reciprocal, [x]) => div(1.0, *x)?,
        (OpKind::Sub, [x, y]) => add(*x, -y)?,
        (OpKind::Div, [x, y]) => div(*x, *y)?,
        (OpKind::Add, [first, rest @ ..]) if !rest.is_empty() => {
            rest.iter().try_fold(*first, |x, y| add(x, *y))?
        }
        (OpKind::Maximum, [first, rest @ ..]) if !rest.is_empty() => {
            rest.iter().try_fold(*first, |x, y| select(x, *y, x > *y))?
        }
        (OpKind::Minimum, [first, rest @ ..]) if !rest.is_empty() => {
            rest.iter().try_fold(*first, |x, y| select(x, *y, x < *y))?
        }
        (OpKind::Mul, [first, rest @ ..]) if !rest.is_empty() => {
            rest.iter().try_fold(*first, |x, y| mul(x, *y))?
        }
        _ => return None,
    };
    let exact = dtype == DType::F64 || f64::from(result as f32) == result;
    (exact && usual(result)).then(|| Literal::scalar(dtype, Scalar::Float(result)))
}

/// Numbers whose errors of rounding are numbers too, in both formats.
fn usual(x: f64) -> bool {
    x == 0.0 || (1e-30..=1e30).contains(&x.abs())
}

/// The sum, if it is exact: the error of a sum is a float, and found by undoing it (Knuth, The Art of Computer Programming,
/// volume 2, 4.2.2).
fn add(x: f64, y: f64) -> Option<f64> {
    let sum = x + y;
    let part = sum - x;
    let error = (x - (sum - part)) + (y - part);
    (error == 0.0 && usual(x) && usual(y)).then_some(sum)
}

/// The first number or the second. Zeros of both signs are equal; which of them is the larger is left to the op.
fn select(x: f64, y: f64, first: bool) -> Option<f64> {
    let decided = x != y || x.to_bits() == y.to_bits();
    (decided && !x.is_nan() && !y.is_nan()).then_some(if first { x } else { y })
}

/// The product, if it is exact.
fn mul(x: f64, y: f64) -> Option<f64> {
    let product = x * y;
    (x.mul_add(y, -product) == 0.0 && usual(x) && usual(y) && usual(product)).then_some(product)
}

/// The quotient, if it is exact and not by zero.
fn div(x: f64, y: f64) -> Option<f64> {
    let quotient = x / y;
    (y != 0.0 && quotient.mul_add(y, -x) == 0.0 && usual(x) && usual(y)).then_some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(kind: OpKind, dtype: DType, numbers: &[f64]) -> Option<f64> {
        let all: Vec<Literal> = numbers.iter().map(|x| Literal::scalar(dtype, Scalar::Float(*x))).collect();
        let all: Vec<&Literal> = all.iter().collect();
        fold_exact(kind, dtype, &all)?.splat_value().map(Scalar::to_f64)
    }

    #[test]
    fn what_is_exact_is_folded() {
        assert_eq!(folded(OpKind::Add, DType::F64, &[1.0, 2.0, 0.5]), Some(3.5));
        assert_eq!(folded(OpKind::Sub, DType::F64, &[0.1, 0.1]), Some(0.0));
        assert_eq!(folded(OpKind::Mul, DType::F32, &[-3.0, 0.25]), Some(-0.75));
        assert_eq!(folded(OpKind::Div, DType::F64, &[1.0, 8.0]), Some(0.125));
        assert_eq!(folded(OpKind::Reciprocal, DType::F32, &[2.0]), Some(0.5));
        assert_eq!(folded(OpKind::Minimum, DType::F64, &[2.0, -1.0, 3.0]), Some(-1.0));
        assert_eq!(folded(OpKind::Maximum, DType::F64, &[2.0, 2.0]), Some(2.0));
    }

    #[test]
    fn what_rounds_waits() {
        assert_eq!(folded(OpKind::Add, DType::F64, &[0.1, 0.2]), None);
        assert_eq!(folded(OpKind::Add, DType::F64, &[1e30, 1.0, -1e30]), None);
        assert_eq!(folded(OpKind::Mul, DType::F32, &[16_777_215.0, 3.0]), None);
        assert_eq!(folded(OpKind::Div, DType::F64, &[1.0, 3.0]), None);
        assert_eq!(folded(OpKind::Div, DType::F64, &[1.0, 0.0]), None);
        assert_eq!(folded(OpKind::Mul, DType::F64, &[1e-200, 1e-200]), None);
        assert_eq!(folded(OpKind::Exp, DType::F64, &[0.0]), None);
        assert_eq!(folded(OpKind::Maximum, DType::F64, &[f64::NAN, 1.0]), None);
        assert_eq!(folded(OpKind::Maximum, DType::F64, &[1.0, f64::NAN]), None);
        assert_eq!(folded(OpKind::Minimum, DType::F64, &[0.0, -0.0]), None);
    }
}
