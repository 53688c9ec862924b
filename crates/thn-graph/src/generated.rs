//! Elementwise methods. Generated from `dialects/thn/ops` by `cargo xtask codegen`; do not edit.

use crate::{Operand, Tensor, elementwise::elementwise};
use thn_ir::OpKind;

impl Tensor {
    /// x + y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `1`, by `y`: `1`.
    /// - Accuracy: floats within 1 ulp of `x + y`; integers wrap around.
    /// - NumPy: `np.add`; Theano: `add`.
    #[track_caller]
    pub fn add(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Add, &[self.term(), y.term()])
    }

    /// x - y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `1`, by `y`: `-1`.
    /// - Accuracy: floats within 1 ulp of `x - y`; integers wrap around.
    /// - NumPy: `np.subtract`; Theano: `sub`.
    #[track_caller]
    pub fn sub(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Sub, &[self.term(), y.term()])
    }

    /// x * y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `y`, by `y`: `x`.
    /// - Accuracy: floats within 1 ulp of `x * y`; integers wrap around.
    /// - NumPy: `np.multiply`; Theano: `mul`.
    #[track_caller]
    pub fn mul(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Mul, &[self.term(), y.term()])
    }

    /// x / y, true division. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers and bools become float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `1 / y`, by `y`: `-(result / y)`, where `result` is the result.
    /// - Accuracy: floats within 1 ulp of `x / y`.
    /// - NumPy: `np.true_divide`; Theano: `true_div`.
    #[track_caller]
    pub fn div(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Div, &[self.term(), y.term()])
    }

    /// floor(x / y), of the quotient before it is rounded; integers divided by zero give 0, as in NumPy. A finite x over an infinite y of the other sign is -1, an infinite x keeps its size. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `where(and(and(isfinite(x), ne(x, 0)), and(abs(y) == inf, xor(x < 0, y < 0))), -1, floor(x / y))`; integers wrap around.
    /// - NumPy: `np.floor_divide`; Theano: `int_div`.
    #[track_caller]
    pub fn floordiv(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::FloorDiv, &[self.term(), y.term()])
    }

    /// x - y * floor(x / y), with the sign of y; integers modulo zero give 0, as in NumPy. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `1`, by `y`: `-floordiv(x, y)`.
    /// - Accuracy: floats within 1 ulp of `mod(x, y)`; integers wrap around.
    /// - NumPy: `np.mod`; Theano: `mod`.
    #[track_caller]
    pub fn mod_(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Mod, &[self.term(), y.term()])
    }

    /// x to the power y; integers wrap around, a negative integer exponent gives 0 unless x is 1 or -1. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and floats; bools become int64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `where(and(abs(y) >= 0.15, abs(y) < 1e7), y * x ** (y - 1), where(or(y == 0, and(result == 0, abs(y) >= 1e7)), 0, where(or(and(abs(y) >= 1e7, isfinite(x)), and(isfinite(result), ne(result, 0))), y * result / x, y * x ** (y - 1))))`, by `y`: `where(x == 0, where(y >= 0, 0, nan), where(and(x == inf, y < 0), 0, result * log(x)))`, where `result` is the result.
    /// - Accuracy: floats within 2 ulp of `x ** y`; integers wrap around.
    /// - NumPy: `np.power`; Theano: `pow`.
    #[track_caller]
    pub fn pow(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Pow, &[self.term(), y.term()])
    }

    /// The larger of x and y; NaN if either is NaN. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `where(x >= y, 1, 0)`, by `y`: `where(x >= y, 0, 1)`.
    /// - Accuracy: floats within 1 ulp of `max(x, y)`; integers wrap around.
    /// - NumPy: `np.maximum`; Theano: `maximum`.
    #[track_caller]
    pub fn maximum(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Maximum, &[self.term(), y.term()])
    }

    /// The smaller of x and y; NaN if either is NaN. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `where(x <= y, 1, 0)`, by `y`: `where(x <= y, 0, 1)`.
    /// - Accuracy: floats within 1 ulp of `min(x, y)`; integers wrap around.
    /// - NumPy: `np.minimum`; Theano: `minimum`.
    #[track_caller]
    pub fn minimum(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Minimum, &[self.term(), y.term()])
    }

    /// The angle of the point (y, x): arc tangent of x / y with the quadrant of both; first operand is the ordinate. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `where(abs(y) >= abs(x), 1 / y / (1 + (x / y)**2), y / x / x / (1 + (y / x)**2))`, by `y`: `-where(abs(x) >= abs(y), 1 / x / (1 + (y / x)**2), x / y / y / (1 + (x / y)**2))`.
    /// - Accuracy: floats within 2 ulp of `atan2(x, y)`.
    /// - NumPy: `np.arctan2`; Theano: `arctan2`.
    #[track_caller]
    pub fn atan2(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Atan2, &[self.term(), y.term()])
    }

    /// The length of the vector (x, y): sqrt(x * x + y * y) without overflow; NaN if either is NaN. The derivative at (0, 0) is taken as 0. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `where(result == 0, 0, x / result)`, by `y`: `where(result == 0, 0, y / result)`, where `result` is the result.
    /// - Accuracy: floats within 1 ulp of `sqrt(x * x + y * y)`.
    /// - NumPy: `np.hypot`.
    #[track_caller]
    pub fn hypot(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Hypot, &[self.term(), y.term()])
    }

    /// |x| with the sign of y, that of a zero included; NaN if either is NaN, whose own sign says nothing. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `sign(x) * copysign(1, y)`, by `y`: `0`.
    /// - Accuracy: floats within 1 ulp of `copysign(x, y)`.
    /// - NumPy: `np.copysign`.
    #[track_caller]
    pub fn copysign(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::CopySign, &[self.term(), y.term()])
    }

    /// x * y + z, rounded once. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `y`, by `y`: `x`, by `z`: `1`.
    /// - Accuracy: floats within 1 ulp of `x * y + z`.
    #[track_caller]
    pub fn fma(&self, y: impl Operand, z: impl Operand) -> Tensor {
        elementwise(OpKind::Fma, &[self.term(), y.term(), z.term()])
    }

    /// max(x, 0). The derivative at 0 is taken as 1/2, as in Theano.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and floats; bools become int64.
    /// - Gradient: by `x`: `where(x > 0, 1, where(x == 0, 0.5, 0))`.
    /// - Accuracy: floats within 1 ulp of `max(x, 0)`; integers wrap around.
    /// - Theano: `nnet.relu`.
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        elementwise(OpKind::Relu, &[self.term()])
    }

    /// -x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and floats; bools become int64.
    /// - Gradient: by `x`: `-1`.
    /// - Accuracy: floats within 1 ulp of `-x`; integers wrap around.
    /// - NumPy: `np.negative`; Theano: `neg`.
    #[track_caller]
    pub fn neg(&self) -> Tensor {
        elementwise(OpKind::Neg, &[self.term()])
    }

    /// |x|.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and floats; bools become int64.
    /// - Gradient: by `x`: `sign(x)`.
    /// - Accuracy: floats within 1 ulp of `abs(x)`; integers wrap around.
    /// - NumPy: `np.abs`; Theano: `abs`.
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        elementwise(OpKind::Abs, &[self.term()])
    }

    /// -1, 0 or 1; NaN for NaN.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and floats; bools become int64.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `sign(x)`; integers wrap around.
    /// - NumPy: `np.sign`; Theano: `sgn`.
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        elementwise(OpKind::Sign, &[self.term()])
    }

    /// x * x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and floats; bools become int64.
    /// - Gradient: by `x`: `2 * x`.
    /// - Accuracy: floats within 1 ulp of `x * x`; integers wrap around.
    /// - NumPy: `np.square`; Theano: `sqr`.
    #[track_caller]
    pub fn sqr(&self) -> Tensor {
        elementwise(OpKind::Sqr, &[self.term()])
    }

    /// The square root; NaN below 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `0.5 / result`, where `result` is the result.
    /// - Accuracy: floats within 1 ulp of `sqrt(x)`.
    /// - NumPy: `np.sqrt`; Theano: `sqrt`.
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        elementwise(OpKind::Sqrt, &[self.term()])
    }

    /// The real cube root, with the sign of x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / (3 * result**2)`, where `result` is the result.
    /// - Accuracy: floats within 1 ulp of `copysign(abs(x) ** (1 / 3), x)`.
    /// - NumPy: `np.cbrt`.
    #[track_caller]
    pub fn cbrt(&self) -> Tensor {
        elementwise(OpKind::Cbrt, &[self.term()])
    }

    /// 1 / x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `-result**2`, where `result` is the result.
    /// - Accuracy: floats within 1 ulp of `1 / x`.
    /// - NumPy: `np.reciprocal`; Theano: `inv`.
    #[track_caller]
    pub fn reciprocal(&self) -> Tensor {
        elementwise(OpKind::Reciprocal, &[self.term()])
    }

    /// e to the power x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `result`, where `result` is the result.
    /// - Accuracy: floats within 2 ulp of `exp(x)`.
    /// - NumPy: `np.exp`; Theano: `exp`.
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        elementwise(OpKind::Exp, &[self.term()])
    }

    /// 2 to the power x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `result * 0.6931471805599453`, where `result` is the result.
    /// - Accuracy: floats within 2 ulp of `2 ** x`.
    /// - NumPy: `np.exp2`; Theano: `exp2`.
    #[track_caller]
    pub fn exp2(&self) -> Tensor {
        elementwise(OpKind::Exp2, &[self.term()])
    }

    /// exp(x) - 1, accurate near 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `exp(x)`.
    /// - Accuracy: floats within 2 ulp of `exp(x) - 1`.
    /// - NumPy: `np.expm1`; Theano: `expm1`.
    #[track_caller]
    pub fn expm1(&self) -> Tensor {
        elementwise(OpKind::Expm1, &[self.term()])
    }

    /// The natural logarithm; NaN below 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / x`.
    /// - Accuracy: floats within 2 ulp of `log(x)`.
    /// - NumPy: `np.log`; Theano: `log`.
    #[track_caller]
    pub fn log(&self) -> Tensor {
        elementwise(OpKind::Log, &[self.term()])
    }

    /// log(1 + x), accurate near 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / (1 + x)`.
    /// - Accuracy: floats within 2 ulp of `log(1 + x)`.
    /// - NumPy: `np.log1p`; Theano: `log1p`.
    #[track_caller]
    pub fn log1p(&self) -> Tensor {
        elementwise(OpKind::Log1p, &[self.term()])
    }

    /// The logarithm to base 2.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1.4426950408889634 / x`.
    /// - Accuracy: floats within 2 ulp of `log(x) / log(2)`.
    /// - NumPy: `np.log2`; Theano: `log2`.
    #[track_caller]
    pub fn log2(&self) -> Tensor {
        elementwise(OpKind::Log2, &[self.term()])
    }

    /// The logarithm to base 10.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `0.4342944819032518 / x`.
    /// - Accuracy: floats within 2 ulp of `log(x) / log(10)`.
    /// - NumPy: `np.log10`; Theano: `log10`.
    #[track_caller]
    pub fn log10(&self) -> Tensor {
        elementwise(OpKind::Log10, &[self.term()])
    }

    /// 1 / (1 + exp(-x)).
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `result * sigmoid(-x)`, where `result` is the result.
    /// - Accuracy: floats within 3 ulp of `1 / (1 + exp(-x))`.
    /// - NumPy: `scipy.special.expit`; Theano: `nnet.sigmoid`.
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        elementwise(OpKind::Sigmoid, &[self.term()])
    }

    /// log(1 + exp(x)).
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `sigmoid(x)`.
    /// - Accuracy: floats within 3 ulp of `log(1 + exp(x))`.
    /// - Theano: `nnet.softplus`.
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        elementwise(OpKind::Softplus, &[self.term()])
    }

    /// log(1 - exp(x)); NaN above 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `-(1 / expm1(-x))`.
    /// - Accuracy: floats within 4 ulp of `log(1 - exp(x))`.
    #[track_caller]
    pub fn log1mexp(&self) -> Tensor {
        elementwise(OpKind::Log1mExp, &[self.term()])
    }

    /// log(exp(x) + exp(y)). This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `sigmoid(x - y)`, by `y`: `sigmoid(y - x)`.
    /// - Accuracy: floats within 4 ulp of `log(exp(x) + exp(y))`.
    /// - NumPy: `np.logaddexp`.
    #[track_caller]
    pub fn logaddexp(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::LogAddExp, &[self.term(), y.term()])
    }

    /// exp(x + y), as accurate as exp(x): what rounding loses of x + y is put back. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `result`, by `y`: `result`, where `result` is the result.
    /// - Accuracy: floats within 2 ulp of `exp(x + y)`.
    #[track_caller]
    pub fn expadd(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::ExpAdd, &[self.term(), y.term()])
    }

    /// The sine of x radians.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `cos(x)`.
    /// - Accuracy: floats within 2 ulp of `sin(x)`.
    /// - NumPy: `np.sin`; Theano: `sin`.
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        elementwise(OpKind::Sin, &[self.term()])
    }

    /// The cosine of x radians.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `-sin(x)`.
    /// - Accuracy: floats within 2 ulp of `cos(x)`.
    /// - NumPy: `np.cos`; Theano: `cos`.
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        elementwise(OpKind::Cos, &[self.term()])
    }

    /// The tangent of x radians.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 + result**2`, where `result` is the result.
    /// - Accuracy: floats within 2 ulp of `tan(x)`.
    /// - NumPy: `np.tan`; Theano: `tan`.
    #[track_caller]
    pub fn tan(&self) -> Tensor {
        elementwise(OpKind::Tan, &[self.term()])
    }

    /// The angle in \[-pi/2, pi/2\] whose sine is x; NaN outside \[-1, 1\].
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / sqrt((1 - x) * (1 + x))`.
    /// - Accuracy: floats within 2 ulp of `asin(x)`.
    /// - NumPy: `np.arcsin`; Theano: `arcsin`.
    #[track_caller]
    pub fn arcsin(&self) -> Tensor {
        elementwise(OpKind::Arcsin, &[self.term()])
    }

    /// The angle in \[0, pi\] whose cosine is x; NaN outside \[-1, 1\].
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `-(1 / sqrt((1 - x) * (1 + x)))`.
    /// - Accuracy: floats within 2 ulp of `acos(x)`.
    /// - NumPy: `np.arccos`; Theano: `arccos`.
    #[track_caller]
    pub fn arccos(&self) -> Tensor {
        elementwise(OpKind::Arccos, &[self.term()])
    }

    /// The angle in \[-pi/2, pi/2\] whose tangent is x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / (1 + x**2)`.
    /// - Accuracy: floats within 2 ulp of `atan(x)`.
    /// - NumPy: `np.arctan`; Theano: `arctan`.
    #[track_caller]
    pub fn arctan(&self) -> Tensor {
        elementwise(OpKind::Arctan, &[self.term()])
    }

    /// (exp(x) - exp(-x)) / 2.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `cosh(x)`.
    /// - Accuracy: floats within 2 ulp of `sinh(x)`.
    /// - NumPy: `np.sinh`; Theano: `sinh`.
    #[track_caller]
    pub fn sinh(&self) -> Tensor {
        elementwise(OpKind::Sinh, &[self.term()])
    }

    /// (exp(x) + exp(-x)) / 2.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `sinh(x)`.
    /// - Accuracy: floats within 2 ulp of `cosh(x)`.
    /// - NumPy: `np.cosh`; Theano: `cosh`.
    #[track_caller]
    pub fn cosh(&self) -> Tensor {
        elementwise(OpKind::Cosh, &[self.term()])
    }

    /// sinh(x) / cosh(x).
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `(1 / cosh(x))**2`.
    /// - Accuracy: floats within 2 ulp of `tanh(x)`.
    /// - NumPy: `np.tanh`; Theano: `tanh`.
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        elementwise(OpKind::Tanh, &[self.term()])
    }

    /// The number whose hyperbolic sine is x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / hypot(1, x)`.
    /// - Accuracy: floats within 2 ulp of `copysign(log(abs(x) + sqrt(1 + x * x)), x)`.
    /// - NumPy: `np.arcsinh`; Theano: `arcsinh`.
    #[track_caller]
    pub fn arcsinh(&self) -> Tensor {
        elementwise(OpKind::Arcsinh, &[self.term()])
    }

    /// The number of at least 0 whose hyperbolic cosine is x; NaN below 1.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / (sqrt(x - 1) * sqrt(x + 1))`.
    /// - Accuracy: floats within 2 ulp of `log(x + sqrt(x - 1) * sqrt(x + 1))`.
    /// - NumPy: `np.arccosh`; Theano: `arccosh`.
    #[track_caller]
    pub fn arccosh(&self) -> Tensor {
        elementwise(OpKind::Arccosh, &[self.term()])
    }

    /// The number whose hyperbolic tangent is x; NaN outside \[-1, 1\].
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 / ((1 - x) * (1 + x))`.
    /// - Accuracy: floats within 2 ulp of `log((1 + x) / (1 - x)) / 2`.
    /// - NumPy: `np.arctanh`; Theano: `arctanh`.
    #[track_caller]
    pub fn arctanh(&self) -> Tensor {
        elementwise(OpKind::Arctanh, &[self.term()])
    }

    /// x degrees in radians.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `0.017453292519943295`.
    /// - Accuracy: floats within 2 ulp of `x * 0.017453292519943295`.
    /// - NumPy: `np.deg2rad`; Theano: `deg2rad`.
    #[track_caller]
    pub fn deg2rad(&self) -> Tensor {
        elementwise(OpKind::Deg2Rad, &[self.term()])
    }

    /// x radians in degrees.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `57.29577951308232`.
    /// - Accuracy: floats within 2 ulp of `x * 57.29577951308232`.
    /// - NumPy: `np.rad2deg`; Theano: `rad2deg`.
    #[track_caller]
    pub fn rad2deg(&self) -> Tensor {
        elementwise(OpKind::Rad2Deg, &[self.term()])
    }

    /// The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1.1283791670955126 * exp(-x**2)`.
    /// - Accuracy: floats within 2 ulp of `erf(x)`.
    /// - NumPy: `scipy.special.erf`; Theano: `erf`.
    #[track_caller]
    pub fn erf(&self) -> Tensor {
        elementwise(OpKind::Erf, &[self.term()])
    }

    /// 1 - erf(x), accurate until it underflows.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `-1.1283791670955126 * exp(-x**2)`.
    /// - Accuracy: floats within 2 ulp of `erfc(x)`.
    /// - NumPy: `scipy.special.erfc`; Theano: `erfc`.
    #[track_caller]
    pub fn erfc(&self) -> Tensor {
        elementwise(OpKind::Erfc, &[self.term()])
    }

    /// exp(x * x) * erfc(x), which neither overflows nor underflows for positive x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `where(x > 8, -1.1283791670955126 * t / (z + t) with t = 0.5 / (z + 1 / (z + 1.5 / (z + 2 / (z + 2.5 / (z + 3 / (z + 3.5 / (z + 4 / (z + 4.5 / (z + 5 / z))))))))) with z = maximum(x, 8), 2 * x * result - 1.1283791670955126)`, where `result` is the result.
    /// - Accuracy: floats within 3 ulp of `where(x == inf, 0, exp(x * x) * erfc(x))`.
    /// - NumPy: `scipy.special.erfcx`; Theano: `erfcx`.
    #[track_caller]
    pub fn erfcx(&self) -> Tensor {
        elementwise(OpKind::Erfcx, &[self.term()])
    }

    /// The logarithm of the standard normal distribution function, also where that underflows.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `0.7978845608028654 / erfcx(x * -0.7071067811865476)`.
    /// - Accuracy: floats within 6 ulp of `log(erfc(-(x / sqrt(2))) / 2)`.
    /// - NumPy: `scipy.special.log_ndtr`.
    #[track_caller]
    pub fn log_ndtr(&self) -> Tensor {
        elementwise(OpKind::LogNdtr, &[self.term()])
    }

    /// x * log(x), and 0 at 0.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: by `x`: `1 + log(x)`.
    /// - Accuracy: floats within 3 ulp of `where(x == 0, 0, x * log(x))`.
    #[track_caller]
    pub fn xlogx(&self) -> Tensor {
        elementwise(OpKind::XLogX, &[self.term()])
    }

    /// x * log(y), and 0 where x is 0 and y is no NaN. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `x`: `log(y)`, by `y`: `where(x == 0, 0, x / y)`.
    /// - Accuracy: floats within 3 ulp of `where(x == 0, where(isnan(y), nan, 0), x * log(y))`.
    /// - NumPy: `scipy.special.xlogy`.
    #[track_caller]
    pub fn xlogy(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::XLogY, &[self.term(), y.term()])
    }

    /// The largest integer not above x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `floor(x)`.
    /// - NumPy: `np.floor`; Theano: `floor`.
    #[track_caller]
    pub fn floor(&self) -> Tensor {
        elementwise(OpKind::Floor, &[self.term()])
    }

    /// The smallest integer not below x.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `ceil(x)`.
    /// - NumPy: `np.ceil`; Theano: `ceil`.
    #[track_caller]
    pub fn ceil(&self) -> Tensor {
        elementwise(OpKind::Ceil, &[self.term()])
    }

    /// The nearest integer, ties to even.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `round(x)`.
    /// - NumPy: `np.round`; Theano: `round_half_to_even`.
    #[track_caller]
    pub fn round(&self) -> Tensor {
        elementwise(OpKind::Round, &[self.term()])
    }

    /// x without its fraction.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64.
    /// - Gradient: 0.
    /// - Accuracy: floats within 1 ulp of `trunc(x)`.
    /// - NumPy: `np.trunc`; Theano: `trunc`.
    #[track_caller]
    pub fn trunc(&self) -> Tensor {
        elementwise(OpKind::Trunc, &[self.term()])
    }

    /// Whether x is NaN.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.isnan`; Theano: `isnan`.
    #[track_caller]
    pub fn isnan(&self) -> Tensor {
        elementwise(OpKind::IsNan, &[self.term()])
    }

    /// Whether x is infinite.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.isinf`; Theano: `isinf`.
    #[track_caller]
    pub fn isinf(&self) -> Tensor {
        elementwise(OpKind::IsInf, &[self.term()])
    }

    /// Whether x is neither NaN nor infinite.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: floats; integers of at most 16 bits and bools become float32, wider integers float64; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.isfinite`.
    #[track_caller]
    pub fn isfinite(&self) -> Tensor {
        elementwise(OpKind::IsFinite, &[self.term()])
    }

    /// Bitwise complement; logical on bool.
    ///
    /// - Shapes: any; the result has the same.
    /// - Element types: integers and bools.
    /// - Gradient: 0.
    /// - NumPy: `np.bitwise_not`; Theano: `invert`.
    #[track_caller]
    pub fn not(&self) -> Tensor {
        elementwise(OpKind::Not, &[self.term()])
    }

    /// Bitwise and; logical on bool. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and bools; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: 0.
    /// - NumPy: `np.bitwise_and`; Theano: `and_`.
    #[track_caller]
    pub fn and(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::And, &[self.term(), y.term()])
    }

    /// Bitwise or; logical on bool. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and bools; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: 0.
    /// - NumPy: `np.bitwise_or`; Theano: `or_`.
    #[track_caller]
    pub fn or(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Or, &[self.term(), y.term()])
    }

    /// Bitwise exclusive or; logical on bool. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: integers and bools; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: 0.
    /// - NumPy: `np.bitwise_xor`; Theano: `xor`.
    #[track_caller]
    pub fn xor(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Xor, &[self.term(), y.term()])
    }

    /// x < y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.less`; Theano: `lt`.
    #[track_caller]
    pub fn lt(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Lt, &[self.term(), y.term()])
    }

    /// x <= y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.less_equal`; Theano: `le`.
    #[track_caller]
    pub fn le(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Le, &[self.term(), y.term()])
    }

    /// x > y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.greater`; Theano: `gt`.
    #[track_caller]
    pub fn gt(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Gt, &[self.term(), y.term()])
    }

    /// x >= y. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.greater_equal`; Theano: `ge`.
    #[track_caller]
    pub fn ge(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Ge, &[self.term(), y.term()])
    }

    /// x == y; false for NaN. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.equal`; Theano: `eq`.
    #[track_caller]
    pub fn eq(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Eq, &[self.term(), y.term()])
    }

    /// x != y; true for NaN. This tensor is `x`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet; the result is bool.
    /// - Gradient: 0.
    /// - NumPy: `np.not_equal`; Theano: `neq`.
    #[track_caller]
    pub fn ne(&self, y: impl Operand) -> Tensor {
        elementwise(OpKind::Ne, &[self.term(), y.term()])
    }

    /// Elementwise x where c holds, else y. Theano's switch. This tensor is `c`.
    ///
    /// - Shapes: one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type.
    /// - Element types: all; different types widen to a common one as in NumPy, and numbers take the type of what they meet.
    /// - Gradient: by `c`: `0`, by `x`: `where(c, 1, 0)`, by `y`: `where(c, 0, 1)`.
    /// - Accuracy: floats within 1 ulp of `where(c, x, y)`; integers wrap around.
    /// - NumPy: `np.where`; Theano: `switch`.
    #[track_caller]
    pub fn select(&self, x: impl Operand, y: impl Operand) -> Tensor {
        elementwise(OpKind::Select, &[self.term(), x.term(), y.term()])
    }
}
