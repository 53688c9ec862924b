//! Tensors whose elements are known: constants, fills and positions.

use crate::{
    Datum, Lengths, Operand, Tensor,
    arena::{build, poisoned},
    lengths,
};
use thn_ir::{DType, Error, Literal, Loc, OpKind, Scalar, Shape};

/// A tensor with these elements.
#[track_caller]
pub fn constant<'a>(value: impl Into<Datum<'a>>) -> Tensor {
    let loc = Loc::caller();
    match value.into().into_array().and_then(|array| array.to_literal()) {
        Ok(literal) => build(&[], loc, |b, _| b.literal(literal)),
        Err(e) => poisoned(Error::input(e.to_string()).located(&loc)),
    }
}

/// A tensor with `value` everywhere.
#[track_caller]
pub fn full(shape: impl Lengths, value: impl Operand, dtype: DType) -> Tensor {
    let (shape, value) = (shape.lengths(), value.term().tensor());
    let mut inputs = vec![&value];
    inputs.extend(lengths::tensors(&shape));
    build(&inputs, Loc::caller(), |b, v| {
        let dims = lengths::dims(b.func, &shape, &v[1..])?;
        let rank = b.tensor(v[0])?.rank();
        if rank != 0 {
            return Err(Error::input(format!("the value of a fill has rank 0, not {rank}")));
        }
        let value = b.cast(v[0], dtype)?;
        b.fill(value, &Shape(dims))
    })
}

/// Zeros.
#[track_caller]
pub fn zeros(shape: impl Lengths, dtype: DType) -> Tensor {
    full(shape, 0, dtype)
}

/// Ones.
#[track_caller]
pub fn ones(shape: impl Lengths, dtype: DType) -> Tensor {
    full(shape, 1, dtype)
}

/// The integers `0..n` as an int64 vector.
#[track_caller]
pub fn arange(n: impl Into<lengths::Length>) -> Tensor {
    let n = [n.into()];
    build(&lengths::tensors(&n), Loc::caller(), |b, v| {
        let dims = lengths::dims(b.func, &n, v)?;
        lengths::iota(b, Shape(dims), 0)
    })
}

/// The identity matrix with `n` rows.
#[track_caller]
pub fn eye(n: impl Into<lengths::Length>, dtype: DType) -> Tensor {
    let n = [n.into()];
    build(&lengths::tensors(&n), Loc::caller(), |b, v| {
        let n = lengths::dims(b.func, &n, v)?.remove(0);
        let shape = Shape(vec![n.clone(), n]);
        let (row, column) = (lengths::iota(b, shape.clone(), 0)?, lengths::iota(b, shape, 1)?);
        let same = b.map(OpKind::Eq, &[row, column])?;
        b.cast(same, dtype)
    })
}

impl Tensor {
    #[track_caller]
    fn filled(&self, value: Scalar) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let ty = b.tensor(v[0])?;
            let value = b.literal(Literal::scalar(ty.dtype, value))?;
            b.fill(value, &ty.shape)
        })
    }

    /// Zeros of the same element type and shape.
    #[track_caller]
    pub fn zeros_like(&self) -> Tensor {
        self.filled(Scalar::Int(0))
    }

    /// Ones of the same element type and shape.
    #[track_caller]
    pub fn ones_like(&self) -> Tensor {
        self.filled(Scalar::Int(1))
    }

    /// `value` everywhere, with the shape of this tensor. Theano's `fill(self, value)`.
    #[track_caller]
    pub fn fill(&self, value: impl Operand) -> Tensor {
        let value = value.term().tensor();
        build(&[self, &value], Loc::caller(), |b, v| {
            let shape = b.shape(v[0])?;
            let rank = b.tensor(v[1])?.rank();
            if rank != 0 {
                return Err(Error::input(format!("the value of a fill has rank 0, not {rank}")));
            }
            b.fill(v[1], &shape)
        })
    }
}
