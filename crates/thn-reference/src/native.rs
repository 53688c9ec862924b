//! Elementwise ops on single elements, in the arithmetic of their own element type.
//!
//! f32 is computed in f64 and rounded once more. For sums, differences, products, quotients and roots that is exactly
//! f32 arithmetic, because 53 ≥ 2·24 + 2 bits; for all other functions it is at least as accurate. Integers wrap
//! around in two's complement.

use thn_ir::{Attrs, DType, Error, Expr, OpKind, ResultDType, Scalar, Semantics};

/// The maximum that gives NaN for NaN and holds +0 above -0.
pub(crate) fn maximum(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x > y || (x == y && y.is_sign_negative()) { x } else { y }
}

/// The minimum that gives NaN for NaN and holds -0 below +0.
pub(crate) fn minimum(x: f64, y: f64) -> f64 {
    -maximum(-x, -y)
}

/// -1, 0 or 1; NaN for NaN.
pub(crate) fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else if x == 0.0 {
        0.0
    } else {
        x
    }
}

/// x - y·floor(x / y) with the sign of y, as in NumPy. The remainder of the quotient cut to an integer is exact, and
/// differs from the wanted one by y if the signs differ.
pub(crate) fn modulo(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest == 0.0 {
        return 0f64.copysign(y);
    }
    if (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
}

/// floor(x / y) of the real quotient, whose rounding may otherwise reach the next integer.
fn floor_div(x: f64, y: f64) -> f64 {
    let quotient = x / y;
    if y == 0.0 || !quotient.is_finite() || quotient == 0.0 {
        // A quotient too small for an f64 is still below or above 0; so is that by an infinite y.
        return if quotient == 0.0 && x != 0.0 && (x < 0.0) != (y < 0.0) { -1.0 } else { quotient.floor() };
    }
    // x - rest is a multiple of y, but its rounding and that of the quotient may be more than half an integer together.
    // What is left of x tells how many integers are missed.
    let rest = x % y;
    let near = ((x - rest) / y).round_ties_even();
    let missed = (((-near).mul_add(y, x) - rest) / y).round_ties_even();
    let missed = if missed.is_finite() { missed } else { 0.0 };
    let below = if rest != 0.0 && (rest < 0.0) != (y < 0.0) { 1.0 } else { 0.0 };
    let whole = near + (missed - below);
    if whole == 0.0 { 0f64.copysign(quotient) } else { whole }
}

/// |x| with the sign of y; NaN if either is NaN.
pub(crate) fn copysign(x: f64, y: f64) -> f64 {
    if y.is_nan() { y } else { x.copysign(y) }
}

/// The length of (x, y); NaN if either is NaN.
fn hypot(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.hypot(y) }
}

/// exp(x + y) = exp(s) + exp(s)·e, where e is exactly what rounding loses of the sum s.
fn expadd(x: f64, y: f64) -> f64 {
    let s = x + y;
    // Where exp(s) just overflows, exp(s + e) need not.
    let step = if s.exp().is_infinite() { 1.0 } else { 0.0 };
    let power = (s - step).exp();
    if !power.is_finite() || power == 0.0 {
        return power;
    }
    let of_y = s - x;
    let e = (x - (s - of_y)) + (y - of_y);
    power.mul_add(e, power) * f64::exp(step)
}

/// x·y + z, rounded once to the element type.
fn fused(dtype: DType, x: f64, y: f64, z: f64) -> f64 {
    if dtype == DType::F32 {
        // The arguments are f32 numbers.
        f64::from((x as f32).mul_add(y as f32, z as f32))
    } else {
        x.mul_add(y, z)
    }
}

/// exp(x²) erfc(x); where erfc underflows, the continued fraction of Abramowitz and Stegun, 7.1.14.
fn erfcx(x: f64) -> f64 {
    if x < 25.0 {
        let square = x * x;
        let lost = x.mul_add(x, -square);
        let power = square.exp();
        return if power.is_finite() { power * libm::erfc(x) * (1.0 + lost) } else { power };
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    let fraction = (1..=20).rev().fold(x, |rest, n| x + 0.5 * f64::from(n) / rest);
    0.5 * std::f64::consts::FRAC_2_SQRT_PI / fraction
}

/// 1 / (1 + exp(-x)), from the side on which exp does not overflow.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// x to the power n in wrapping arithmetic; a negative n gives 0 unless x is 1 or -1.
fn integer_power(x: i128, n: i128) -> i128 {
    if n < 0 {
        return match x {
            1 => 1,
            -1 if n % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut result, mut base, mut n) = (1i128, x, n);
    while n > 0 {
        if n & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        n >>= 1;
    }
    result
}

/// One element of an elementwise op's result. `dtype` is the element type of the result.
///
/// Composite ops are computed through their expansion.
pub fn apply(kind: OpKind, attrs: &Attrs, dtype: DType, args: &[Scalar]) -> Result<Scalar, Error> {
    let unknown =
        || Error::internal(format!("no value for {args:?}")).at(kind.row().mnemonic, &thn_ir::Loc::Unknown);
    if let Semantics::Expand(e) = kind.row().semantics {
        return expanded(&e, dtype, args, &mut vec![]);
    }
    let value = match (kind, args) {
        (OpKind::Select, [Scalar::Bool(c), x, y]) => return Ok(if *c { *x } else { *y }),
        (OpKind::Fma, [Scalar::Float(x), Scalar::Float(y), Scalar::Float(z)]) => {
            Some(Scalar::Float(fused(dtype, *x, *y, *z)))
        }
        (OpKind::Cast, [x]) => return Ok(x.cast(attrs.get_dtype("dtype").unwrap_or(dtype))),
        (_, [Scalar::Float(x)]) => float_unary(kind, *x),
        (_, [Scalar::Float(x), Scalar::Float(y)]) => float_binary(kind, *x, *y),
        (_, [Scalar::Int(x)]) => integer_unary(kind, *x).map(Scalar::Int),
        (_, [Scalar::Int(x), Scalar::Int(y)]) => integer_binary(kind, *x, *y),
        (OpKind::Not, [Scalar::Bool(x)]) => Some(Scalar::Bool(!x)),
        (_, [Scalar::Bool(x), Scalar::Bool(y)]) => bool_binary(kind, *x, *y).map(Scalar::Bool),
        _ => None,
    };
    value.map(|v| v.cast(dtype)).ok_or_else(unknown)
}

/// The expansion of an elementwise composite, in which only comparisons have another type than the result.
fn expanded(e: &Expr, dtype: DType, args: &[Scalar], locals: &mut Vec<Scalar>) -> Result<Scalar, Error> {
    let wrong = || Error::internal("not an expansion of single elements");
    match e {
        Expr::Operand(i) => args.get(*i).copied().ok_or_else(wrong),
        Expr::Local(depth) => locals.get(*depth).copied().ok_or_else(wrong),
        Expr::Number(text) => text.parse().map(|x| Scalar::Float(x).cast(dtype)).map_err(|_| wrong()),
        Expr::Op(kind, parts) => {
            let parts =
                parts.iter().map(|p| expanded(p, dtype, args, locals)).collect::<Result<Vec<_>, Error>>()?;
            let result = match kind.row().dtypes.result {
                ResultDType::Fixed(fixed) => fixed,
                ResultDType::Same | ResultDType::Attr => dtype,
            };
            apply(*kind, &Attrs::new(), result, &parts)
        }
        Expr::Let(bound, body) => {
            let bound = expanded(bound, dtype, args, locals)?;
            locals.push(bound);
            let body = expanded(body, dtype, args, locals);
            locals.pop();
            body
        }
        _ => Err(wrong()),
    }
}

fn float_unary(kind: OpKind, x: f64) -> Option<Scalar> {
    Some(Scalar::Float(match kind {
        OpKind::Neg => -x,
        OpKind::Abs => x.abs(),
        OpKind::Sign => sign(x),
        OpKind::Sqrt => x.sqrt(),
        OpKind::Cbrt => x.cbrt(),
        OpKind::Exp => x.exp(),
        OpKind::Exp2 => x.exp2(),
        OpKind::Expm1 => x.exp_m1(),
        OpKind::Log => x.ln(),
        OpKind::Log1p => x.ln_1p(),
        OpKind::Log2 => x.log2(),
        OpKind::Log10 => x.log10(),
        OpKind::Sigmoid => sigmoid(x),
        OpKind::Sin => x.sin(),
        OpKind::Cos => x.cos(),
        OpKind::Tan => x.tan(),
        OpKind::Arcsin => x.asin(),
        OpKind::Arccos => x.acos(),
        OpKind::Arctan => x.atan(),
        OpKind::Sinh => x.sinh(),
        OpKind::Cosh => x.cosh(),
        OpKind::Tanh => x.tanh(),
        OpKind::Arcsinh => libm::asinh(x),
        // The library gives numbers for some below 1: `findings/libm-acosh-of-negatives.sh`.
        OpKind::Arccosh => {
            if x < 1.0 {
                f64::NAN
            } else {
                libm::acosh(x)
            }
        }
        OpKind::Arctanh => libm::atanh(x),
        OpKind::Erf => libm::erf(x),
        OpKind::Erfc => libm::erfc(x),
        OpKind::Erfcx => erfcx(x),
        OpKind::Floor => x.floor(),
        OpKind::Ceil => x.ceil(),
        OpKind::Round => x.round_ties_even(),
        OpKind::Trunc => x.trunc(),
        OpKind::IsNan => return Some(Scalar::Bool(x.is_nan())),
        OpKind::IsInf => return Some(Scalar::Bool(x.is_infinite())),
        OpKind::IsFinite => return Some(Scalar::Bool(x.is_finite())),
        _ => return None,
    }))
}

fn float_binary(kind: OpKind, x: f64, y: f64) -> Option<Scalar> {
    Some(match kind {
        OpKind::Add => Scalar::Float(x + y),
        OpKind::Sub => Scalar::Float(x - y),
        OpKind::Mul => Scalar::Float(x * y),
        OpKind::Div => Scalar::Float(x / y),
        OpKind::FloorDiv => Scalar::Float(floor_div(x, y)),
        OpKind::Mod => Scalar::Float(modulo(x, y)),
        OpKind::Pow => Scalar::Float(x.powf(y)),
        OpKind::Maximum => Scalar::Float(maximum(x, y)),
        OpKind::Minimum => Scalar::Float(minimum(x, y)),
        OpKind::Atan2 => Scalar::Float(x.atan2(y)),
        OpKind::Hypot => Scalar::Float(hypot(x, y)),
        OpKind::ExpAdd => Scalar::Float(expadd(x, y)),
        OpKind::CopySign => Scalar::Float(copysign(x, y)),
        OpKind::Lt => Scalar::Bool(x < y),
        OpKind::Le => Scalar::Bool(x <= y),
        OpKind::Gt => Scalar::Bool(x > y),
        OpKind::Ge => Scalar::Bool(x >= y),
        OpKind::Eq => Scalar::Bool(x == y),
        OpKind::Ne => Scalar::Bool(x != y),
        _ => return None,
    })
}

fn integer_unary(kind: OpKind, x: i128) -> Option<i128> {
    Some(match kind {
        OpKind::Neg => -x,
        OpKind::Abs => x.abs(),
        OpKind::Sign => x.signum(),
        OpKind::Not => !x,
        _ => return None,
    })
}

fn integer_binary(kind: OpKind, x: i128, y: i128) -> Option<Scalar> {
    Some(match kind {
        OpKind::Add => Scalar::Int(x + y),
        OpKind::Sub => Scalar::Int(x - y),
        OpKind::Mul => Scalar::Int(x.wrapping_mul(y)),
        OpKind::FloorDiv | OpKind::Mod if y == 0 => Scalar::Int(0),
        OpKind::FloorDiv => {
            let exact = x % y == 0 || (x < 0) == (y < 0);
            Scalar::Int(if exact { x / y } else { x / y - 1 })
        }
        OpKind::Mod => {
            let rest = x % y;
            Scalar::Int(if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest })
        }
        OpKind::Pow => Scalar::Int(integer_power(x, y)),
        OpKind::Maximum => Scalar::Int(x.max(y)),
        OpKind::Minimum => Scalar::Int(x.min(y)),
        OpKind::And => Scalar::Int(x & y),
        OpKind::Or => Scalar::Int(x | y),
        OpKind::Xor => Scalar::Int(x ^ y),
        OpKind::Lt => Scalar::Bool(x < y),
        OpKind::Le => Scalar::Bool(x <= y),
        OpKind::Gt => Scalar::Bool(x > y),
        OpKind::Ge => Scalar::Bool(x >= y),
        OpKind::Eq => Scalar::Bool(x == y),
        OpKind::Ne => Scalar::Bool(x != y),
        _ => return None,
    })
}

fn bool_binary(kind: OpKind, x: bool, y: bool) -> Option<bool> {
    Some(match kind {
        OpKind::And | OpKind::Minimum => x && y,
        OpKind::Or | OpKind::Maximum => x || y,
        OpKind::Xor | OpKind::Ne => x != y,
        OpKind::Eq => x == y,
        OpKind::Lt => !x & y,
        OpKind::Le => x <= y,
        OpKind::Gt => x & !y,
        OpKind::Ge => x >= y,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(kind: OpKind, dtype: DType, x: i128, y: i128) -> Scalar {
        apply(kind, &Attrs::new(), dtype, &[Scalar::Int(x), Scalar::Int(y)]).unwrap()
    }

    fn float(kind: OpKind, x: f64, y: f64) -> f64 {
        apply(kind, &Attrs::new(), DType::F64, &[Scalar::Float(x), Scalar::Float(y)]).unwrap().to_f64()
    }

    #[test]
    fn integers_wrap_around() {
        assert_eq!(int(OpKind::Add, DType::I8, 127, 1), Scalar::Int(-128));
        assert_eq!(int(OpKind::Mul, DType::U64, u64::MAX.into(), u64::MAX.into()), Scalar::Int(1));
        assert_eq!(int(OpKind::FloorDiv, DType::I64, i64::MIN.into(), -1), Scalar::Int(i64::MIN.into()));
        let neg = apply(OpKind::Neg, &Attrs::new(), DType::I8, &[Scalar::Int(-128)]);
        assert_eq!(neg, Ok(Scalar::Int(-128)));
        let not = apply(OpKind::Not, &Attrs::new(), DType::U8, &[Scalar::Int(1)]);
        assert_eq!(not, Ok(Scalar::Int(254)));
    }

    #[test]
    fn integer_division_is_numpys() {
        assert_eq!(int(OpKind::FloorDiv, DType::I32, -7, 2), Scalar::Int(-4));
        assert_eq!(int(OpKind::Mod, DType::I32, -7, 2), Scalar::Int(1));
        assert_eq!(int(OpKind::Mod, DType::I32, 7, -2), Scalar::Int(-1));
        assert_eq!(int(OpKind::FloorDiv, DType::I32, 7, 0), Scalar::Int(0));
        assert_eq!(int(OpKind::Mod, DType::I32, 7, 0), Scalar::Int(0));
    }

    #[test]
    fn integer_powers_wrap_and_vanish() {
        assert_eq!(int(OpKind::Pow, DType::I32, 3, 21), Scalar::Int(i128::from(3i32.wrapping_pow(21))));
        assert_eq!(int(OpKind::Pow, DType::I64, 2, -1), Scalar::Int(0));
        assert_eq!(int(OpKind::Pow, DType::I64, -1, -3), Scalar::Int(-1));
        assert_eq!(int(OpKind::Pow, DType::I64, 0, 0), Scalar::Int(1));
    }

    #[test]
    fn float_division_rounds_the_real_quotient_down() {
        assert_eq!(float(OpKind::FloorDiv, 1.0, 0.1), 9.0);
        assert_eq!(float(OpKind::FloorDiv, -1.0, 3.0), -1.0);
        assert_eq!(float(OpKind::FloorDiv, -5e-324, 1e300), -1.0);
        assert_eq!(float(OpKind::FloorDiv, 1.0, 0.0), f64::INFINITY);
        // The quotient is 0.73 above the integer, where numbers lie 0.5 apart.
        let (x, y) = (-2.960820577066776e17, 82.35976865913128);
        assert_eq!(float(OpKind::FloorDiv, x, y), -3594984086612668.0);
        assert_eq!(float(OpKind::Mod, -1.0, 3.0), 2.0);
        assert_eq!(float(OpKind::Mod, -1.0, f64::INFINITY), f64::INFINITY);
        assert!(float(OpKind::Mod, 1.0, 0.0).is_nan());
    }

    #[test]
    fn extremes_know_nan_and_signed_zero() {
        assert!(float(OpKind::Maximum, f64::NAN, 1.0).is_nan());
        assert!(float(OpKind::Minimum, 1.0, f64::NAN).is_nan());
        assert!(float(OpKind::Maximum, -0.0, 0.0).is_sign_positive());
        assert!(float(OpKind::Minimum, 0.0, -0.0).is_sign_negative());
    }

    #[test]
    fn composites_are_their_expansions() {
        let one = |kind, x| apply(kind, &Attrs::new(), DType::F64, &[Scalar::Float(x)]).unwrap().to_f64();
        assert_eq!(one(OpKind::Softplus, 800.0), 800.0);
        assert_eq!(one(OpKind::Reciprocal, -0.0), f64::NEG_INFINITY);
        let square = apply(OpKind::Sqr, &Attrs::new(), DType::I8, &[Scalar::Int(16)]);
        assert_eq!(square, Ok(Scalar::Int(0)));
    }

    #[test]
    fn what_is_no_op_of_an_element_type_is_an_error() {
        assert!(apply(OpKind::Sin, &Attrs::new(), DType::I32, &[Scalar::Int(1)]).is_err());
        assert!(apply(OpKind::Softmax, &Attrs::new(), DType::F64, &[Scalar::Float(1.0)]).is_err());
        assert!(apply(OpKind::Add, &Attrs::new(), DType::F64, &[]).is_err());
    }
}
