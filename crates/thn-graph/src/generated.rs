//! Elementwise methods. Generated from `dialects/thn/ThnOps.td` by `cargo xtask codegen`; do not edit.

use crate::{Operand, Tensor, elementwise::elementwise};
use thn_ir::OpKind;

impl Tensor {
    /// x + y.
    #[track_caller]
    pub fn add(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Add, &[self.term(), y.term()])
    }

    /// x - y.
    #[track_caller]
    pub fn sub(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Sub, &[self.term(), y.term()])
    }

    /// x * y.
    #[track_caller]
    pub fn mul(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Mul, &[self.term(), y.term()])
    }

    /// x / y, true division.
    #[track_caller]
    pub fn div(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Div, &[self.term(), y.term()])
    }

    /// floor(x / y); integers divided by zero give 0, as in NumPy.
    #[track_caller]
    pub fn floordiv(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::FloorDiv, &[self.term(), y.term()])
    }

    /// x - y * floor(x / y), with the sign of y; integers modulo zero give 0, as in NumPy.
    #[track_caller]
    pub fn mod_(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Mod, &[self.term(), y.term()])
    }

    /// x to the power y; integers wrap around, a negative integer exponent gives 0 unless x is 1 or -1.
    #[track_caller]
    pub fn pow(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Pow, &[self.term(), y.term()])
    }

    /// The larger of x and y; NaN if either is NaN.
    #[track_caller]
    pub fn maximum(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Maximum, &[self.term(), y.term()])
    }

    /// The smaller of x and y; NaN if either is NaN.
    #[track_caller]
    pub fn minimum(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Minimum, &[self.term(), y.term()])
    }

    /// The angle of the point (y, x): arc tangent of x / y with the quadrant of both; first operand is the ordinate.
    #[track_caller]
    pub fn atan2(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Atan2, &[self.term(), y.term()])
    }

    /// The length of the vector (x, y): sqrt(x * x + y * y) without overflow; NaN if either is NaN. The derivative at (0, 0) is taken as 0.
    #[track_caller]
    pub fn hypot(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Hypot, &[self.term(), y.term()])
    }

    /// |x| with the sign of y, that of a zero included; NaN if either is NaN, whose own sign says nothing.
    #[track_caller]
    pub fn copysign(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::CopySign, &[self.term(), y.term()])
    }

    /// x * y + z, rounded once.
    #[track_caller]
    pub fn fma(&self, y: impl Operand, z: impl Operand) -> Tensor {
        elementwise(OpKind::Fma, &[self.term(), y.term(), z.term()])
    }

    /// -x.
    #[track_caller]
    pub fn neg(&self) -> Tensor {
        elementwise(OpKind::Neg, &[self.term()])
    }

    /// |x|.
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        elementwise(OpKind::Abs, &[self.term()])
    }

    /// -1, 0 or 1; NaN for NaN.
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        elementwise(OpKind::Sign, &[self.term()])
    }

    /// x * x.
    #[track_caller]
    pub fn sqr(&self) -> Tensor {
        elementwise(OpKind::Sqr, &[self.term()])
    }

    /// The square root; NaN below 0.
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        elementwise(OpKind::Sqrt, &[self.term()])
    }

    /// The real cube root, with the sign of x.
    #[track_caller]
    pub fn cbrt(&self) -> Tensor {
        elementwise(OpKind::Cbrt, &[self.term()])
    }

    /// 1 / x.
    #[track_caller]
    pub fn reciprocal(&self) -> Tensor {
        elementwise(OpKind::Reciprocal, &[self.term()])
    }

    /// e to the power x.
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        elementwise(OpKind::Exp, &[self.term()])
    }

    /// 2 to the power x.
    #[track_caller]
    pub fn exp2(&self) -> Tensor {
        elementwise(OpKind::Exp2, &[self.term()])
    }

    /// exp(x) - 1, accurate near 0.
    #[track_caller]
    pub fn expm1(&self) -> Tensor {
        elementwise(OpKind::Expm1, &[self.term()])
    }

    /// The natural logarithm; NaN below 0.
    #[track_caller]
    pub fn log(&self) -> Tensor {
        elementwise(OpKind::Log, &[self.term()])
    }

    /// log(1 + x), accurate near 0.
    #[track_caller]
    pub fn log1p(&self) -> Tensor {
        elementwise(OpKind::Log1p, &[self.term()])
    }

    /// The logarithm to base 2.
    #[track_caller]
    pub fn log2(&self) -> Tensor {
        elementwise(OpKind::Log2, &[self.term()])
    }

    /// The logarithm to base 10.
    #[track_caller]
    pub fn log10(&self) -> Tensor {
        elementwise(OpKind::Log10, &[self.term()])
    }

    /// 1 / (1 + exp(-x)).
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        elementwise(OpKind::Sigmoid, &[self.term()])
    }

    /// log(1 + exp(x)).
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        elementwise(OpKind::Softplus, &[self.term()])
    }

    /// log(1 - exp(x)); NaN above 0.
    #[track_caller]
    pub fn log1mexp(&self) -> Tensor {
        elementwise(OpKind::Log1mExp, &[self.term()])
    }

    /// log(exp(x) + exp(y)).
    #[track_caller]
    pub fn logaddexp(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::LogAddExp, &[self.term(), y.term()])
    }

    /// exp(x + y), as accurate as exp(x): what rounding loses of x + y is put back.
    #[track_caller]
    pub fn expadd(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::ExpAdd, &[self.term(), y.term()])
    }

    /// The sine of x radians.
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        elementwise(OpKind::Sin, &[self.term()])
    }

    /// The cosine of x radians.
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        elementwise(OpKind::Cos, &[self.term()])
    }

    /// The tangent of x radians.
    #[track_caller]
    pub fn tan(&self) -> Tensor {
        elementwise(OpKind::Tan, &[self.term()])
    }

    /// The angle in \[-pi/2, pi/2\] whose sine is x; NaN outside \[-1, 1\].
    #[track_caller]
    pub fn arcsin(&self) -> Tensor {
        elementwise(OpKind::Arcsin, &[self.term()])
    }

    /// The angle in \[0, pi\] whose cosine is x; NaN outside \[-1, 1\].
    #[track_caller]
    pub fn arccos(&self) -> Tensor {
        elementwise(OpKind::Arccos, &[self.term()])
    }

    /// The angle in \[-pi/2, pi/2\] whose tangent is x.
    #[track_caller]
    pub fn arctan(&self) -> Tensor {
        elementwise(OpKind::Arctan, &[self.term()])
    }

    /// (exp(x) - exp(-x)) / 2.
    #[track_caller]
    pub fn sinh(&self) -> Tensor {
        elementwise(OpKind::Sinh, &[self.term()])
    }

    /// (exp(x) + exp(-x)) / 2.
    #[track_caller]
    pub fn cosh(&self) -> Tensor {
        elementwise(OpKind::Cosh, &[self.term()])
    }

    /// sinh(x) / cosh(x).
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        elementwise(OpKind::Tanh, &[self.term()])
    }

    /// The number whose hyperbolic sine is x.
    #[track_caller]
    pub fn arcsinh(&self) -> Tensor {
        elementwise(OpKind::Arcsinh, &[self.term()])
    }

    /// The number of at least 0 whose hyperbolic cosine is x; NaN below 1.
    #[track_caller]
    pub fn arccosh(&self) -> Tensor {
        elementwise(OpKind::Arccosh, &[self.term()])
    }

    /// The number whose hyperbolic tangent is x; NaN outside \[-1, 1\].
    #[track_caller]
    pub fn arctanh(&self) -> Tensor {
        elementwise(OpKind::Arctanh, &[self.term()])
    }

    /// x degrees in radians.
    #[track_caller]
    pub fn deg2rad(&self) -> Tensor {
        elementwise(OpKind::Deg2Rad, &[self.term()])
    }

    /// x radians in degrees.
    #[track_caller]
    pub fn rad2deg(&self) -> Tensor {
        elementwise(OpKind::Rad2Deg, &[self.term()])
    }

    /// The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.
    #[track_caller]
    pub fn erf(&self) -> Tensor {
        elementwise(OpKind::Erf, &[self.term()])
    }

    /// 1 - erf(x), accurate until it underflows.
    #[track_caller]
    pub fn erfc(&self) -> Tensor {
        elementwise(OpKind::Erfc, &[self.term()])
    }

    /// exp(x * x) * erfc(x), which neither overflows nor underflows for positive x.
    #[track_caller]
    pub fn erfcx(&self) -> Tensor {
        elementwise(OpKind::Erfcx, &[self.term()])
    }

    /// The logarithm of the standard normal distribution function, also where that underflows.
    #[track_caller]
    pub fn log_ndtr(&self) -> Tensor {
        elementwise(OpKind::LogNdtr, &[self.term()])
    }

    /// x * log(x), and 0 at 0.
    #[track_caller]
    pub fn xlogx(&self) -> Tensor {
        elementwise(OpKind::XLogX, &[self.term()])
    }

    /// x * log(y), and 0 where x is 0 and y is no NaN.
    #[track_caller]
    pub fn xlogy(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::XLogY, &[self.term(), y.term()])
    }

    /// The largest integer not above x.
    #[track_caller]
    pub fn floor(&self) -> Tensor {
        elementwise(OpKind::Floor, &[self.term()])
    }

    /// The smallest integer not below x.
    #[track_caller]
    pub fn ceil(&self) -> Tensor {
        elementwise(OpKind::Ceil, &[self.term()])
    }

    /// The nearest integer, ties to even.
    #[track_caller]
    pub fn round(&self) -> Tensor {
        elementwise(OpKind::Round, &[self.term()])
    }

    /// x without its fraction.
    #[track_caller]
    pub fn trunc(&self) -> Tensor {
        elementwise(OpKind::Trunc, &[self.term()])
    }

    /// Whether x is NaN.
    #[track_caller]
    pub fn isnan(&self) -> Tensor {
        elementwise(OpKind::IsNan, &[self.term()])
    }

    /// Whether x is infinite.
    #[track_caller]
    pub fn isinf(&self) -> Tensor {
        elementwise(OpKind::IsInf, &[self.term()])
    }

    /// Whether x is neither NaN nor infinite.
    #[track_caller]
    pub fn isfinite(&self) -> Tensor {
        elementwise(OpKind::IsFinite, &[self.term()])
    }

    /// Bitwise complement; logical on bool.
    #[track_caller]
    pub fn not(&self) -> Tensor {
        elementwise(OpKind::Not, &[self.term()])
    }

    /// Bitwise and; logical on bool.
    #[track_caller]
    pub fn and(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::And, &[self.term(), y.term()])
    }

    /// Bitwise or; logical on bool.
    #[track_caller]
    pub fn or(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Or, &[self.term(), y.term()])
    }

    /// Bitwise exclusive or; logical on bool.
    #[track_caller]
    pub fn xor(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Xor, &[self.term(), y.term()])
    }

    /// x < y.
    #[track_caller]
    pub fn lt(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Lt, &[self.term(), y.term()])
    }

    /// x <= y.
    #[track_caller]
    pub fn le(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Le, &[self.term(), y.term()])
    }

    /// x > y.
    #[track_caller]
    pub fn gt(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Gt, &[self.term(), y.term()])
    }

    /// x >= y.
    #[track_caller]
    pub fn ge(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Ge, &[self.term(), y.term()])
    }

    /// x == y; false for NaN.
    #[track_caller]
    pub fn eq(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Eq, &[self.term(), y.term()])
    }

    /// x != y; true for NaN.
    #[track_caller]
    pub fn ne(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Ne, &[self.term(), y.term()])
    }

    /// Elementwise x where c holds, else y. Theano's switch.
    #[track_caller]
    pub fn select(&self, x: impl Operand, y: impl Operand) -> Tensor {
        elementwise(OpKind::Select, &[self.term(), x.term(), y.term()])
    }
}
