//! Reductions over some or all axes, and what is normalised along axes.

use crate::{
    Axes, Tensor,
    arena::build,
    axes,
    elementwise::{Part, apply},
};
use thn_ir::{Attr, Attrs, Builder, DType, Error, Loc, OpKind, Value};

/// Puts the dims of length 1 back where a reduction took `axes` away.
fn with_kept(b: &mut Builder<'_>, x: Value, axes: &[i64], rank: usize) -> Result<Value, Error> {
    let mut next = -1;
    let order: Vec<i64> = (0..rank as i64)
        .map(|axis| {
            if axes.contains(&axis) {
                return -1;
            }
            next += 1;
            next
        })
        .collect();
    b.dimshuffle(x, &order)
}

#[track_caller]
fn reduce(x: &Tensor, kind: OpKind, over: Axes) -> Tensor {
    build(&[x], Loc::caller(), |b, v| {
        let ty = b.tensor(v[0])?;
        let axes = over.of(ty.rank())?;
        let accepts = kind.row().dtypes.operands;
        let dtype = match kind {
            // Sums and products of narrow integers are int64 and uint64, as in Theano.
            OpKind::Sum | OpKind::Prod if !ty.dtype.is_float() => {
                if ty.dtype.is_int() && !ty.dtype.is_signed() { DType::U64 } else { DType::I64 }
            }
            _ if !accepts.contains(ty.dtype) => ty.dtype.to_float(),
            _ => ty.dtype,
        };
        let wide = b.cast(v[0], dtype)?;
        let reduced = b.reduce(kind, wide, &axes)?;
        if over.keep { with_kept(b, reduced, &axes, ty.rank()) } else { Ok(reduced) }
    })
}

macro_rules! reductions {
    ($($all:ident $over:ident $kind:ident $what:literal $empty:literal $dtypes:literal $gradient:literal
        $numpy:literal $theano:literal;)*) => {
        impl Tensor {
            $(
                #[doc = concat!("The ", $what, " of all elements; over none, ", $empty, ".")]
                ///
                /// - Shapes: any; the result has rank 0.
                #[doc = concat!("- Element types: ", $dtypes, ".")]
                #[doc = concat!("- Gradient: ", $gradient, ".")]
                #[doc = concat!("- NumPy: `", $numpy, "`; Theano: `", $theano, "`.")]
                #[track_caller]
                pub fn $all(&self) -> Tensor {
                    reduce(self, OpKind::$kind, Axes::default())
                }

                #[doc = concat!("The ", $what, " over some axes; over none, ", $empty, ".")]
                ///
                /// - Shapes: any; the result lacks the axes, or with [`crate::keep`] has them with length 1.
                #[doc = concat!("- Element types: ", $dtypes, ".")]
                #[doc = concat!("- Gradient: ", $gradient, ".")]
                #[doc = concat!("- NumPy: `", $numpy, "`; Theano: `", $theano, "`, both with `axis=`.")]
                #[track_caller]
                pub fn $over(&self, axes: impl Into<Axes>) -> Tensor {
                    reduce(self, OpKind::$kind, axes.into())
                }
            )*
        }
    };
}
reductions! {
    sum sum_over Sum "sum" "0"
        "integers and floats; integers become int64 or uint64, bools int64; float32 is summed in blocks with float64 sums"
        "1 for each element" "np.sum" "sum";
    prod prod_over Prod "product" "1" "integers and floats; integers become int64 or uint64, bools int64"
        "the product of the others, also where some are 0" "np.prod" "prod";
    max max_over Max "largest" "an error" "all; NaN if any element is NaN"
        "1 for each element that is the largest" "np.max" "max";
    min min_over Min "smallest" "an error" "all; NaN if any element is NaN"
        "1 for each element that is the smallest" "np.min" "min";
    mean mean_over Mean "mean" "NaN" "floats; integers and bools become floats" "1 / n for each of n elements"
        "np.mean" "mean";
    logsumexp logsumexp_over LogSumExp "logarithm of the sum of the exponentials" "minus infinity"
        "floats; integers and bools become floats" "the softmax" "scipy.special.logsumexp" "logsumexp";
    norm norm_over Norm "root of the sum of squares" "0"
        "floats; integers and bools become floats" "x over the norm, and 0 where all elements are 0" "np.linalg.norm"
        "norm";
}

#[track_caller]
fn normalise(x: &Tensor, kind: OpKind, over: Axes) -> Tensor {
    build(&[x], Loc::caller(), |b, v| {
        let ty = b.tensor(v[0])?;
        let axes = over.of(ty.rank())?;
        let float = b.cast(v[0], ty.dtype.to_float())?;
        b.apply(kind, &[float], Attrs::new().ints("axes", &axes))
    })
}

#[track_caller]
fn argmax(x: &Tensor, axis: i64, smallest: bool) -> Tensor {
    build(&[x], Loc::caller(), |b, v| {
        let mut x = v[0];
        let axis = axes::axis(axis, b.tensor(x)?.rank())?;
        if smallest {
            // The order turned round without a loss: -x of the least integer is that itself, and of unsigned ones larger
            // for smaller x from 1 on only, while ~x is -x - 1 for all.
            let turned = if b.tensor(x)?.dtype.is_float() { OpKind::Neg } else { OpKind::Not };
            x = apply(b, turned, &[Part::Value(x)])?;
        }
        b.apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(axis as i64)))
    })
}

impl Tensor {
    /// exp(x) over its sum along the last axis, without overflow.
    #[track_caller]
    pub fn softmax(&self) -> Tensor {
        normalise(self, OpKind::Softmax, Axes::from(-1))
    }

    /// As [`Tensor::softmax`], along some axes.
    #[track_caller]
    pub fn softmax_over(&self, axes: impl Into<Axes>) -> Tensor {
        normalise(self, OpKind::Softmax, axes.into())
    }

    /// The logarithm of the softmax along the last axis, without loss of small probabilities.
    #[track_caller]
    pub fn log_softmax(&self) -> Tensor {
        normalise(self, OpKind::LogSoftmax, Axes::from(-1))
    }

    /// As [`Tensor::log_softmax`], along some axes.
    #[track_caller]
    pub fn log_softmax_over(&self, axes: impl Into<Axes>) -> Tensor {
        normalise(self, OpKind::LogSoftmax, axes.into())
    }

    /// The position of the first largest element along an axis, or of the first NaN.
    #[track_caller]
    pub fn argmax(&self, axis: i64) -> Tensor {
        argmax(self, axis, false)
    }

    /// The position of the first smallest element along an axis, or of the first NaN.
    #[track_caller]
    pub fn argmin(&self, axis: i64) -> Tensor {
        argmax(self, axis, true)
    }

    /// Whether any element is not zero.
    #[track_caller]
    pub fn any(&self) -> Tensor {
        self.any_over(())
    }

    /// Whether any element along some axes is not zero.
    #[track_caller]
    pub fn any_over(&self, axes: impl Into<Axes>) -> Tensor {
        reduce(&self.cast(DType::Bool), OpKind::Max, axes.into())
    }

    /// Whether no element is zero.
    #[track_caller]
    pub fn all(&self) -> Tensor {
        self.all_over(())
    }

    /// Whether no element along some axes is zero.
    #[track_caller]
    pub fn all_over(&self, axes: impl Into<Axes>) -> Tensor {
        reduce(&self.cast(DType::Bool), OpKind::Min, axes.into())
    }

    /// The mean of the squared distances from the mean.
    #[track_caller]
    pub fn var(&self) -> Tensor {
        self.var_over(())
    }

    /// The mean over some axes of the squared distances from the mean over them.
    #[track_caller]
    pub fn var_over(&self, axes: impl Into<Axes>) -> Tensor {
        let axes = axes.into();
        let distance = self - self.mean_over(axes::keep(axes.clone()));
        distance.sqr().mean_over(axes)
    }

    /// The square root of the variance.
    #[track_caller]
    pub fn std(&self) -> Tensor {
        self.var().sqrt()
    }

    /// The square root of the variance over some axes.
    #[track_caller]
    pub fn std_over(&self, axes: impl Into<Axes>) -> Tensor {
        self.var_over(axes).sqrt()
    }
}
