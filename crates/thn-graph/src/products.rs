//! Products of vectors, matrices and batches of them.

use crate::{Operand, Tensor, arena::build};
use thn_ir::{Builder, DType, Dim, Error, Loc, OpKind, Shape, Value};

/// Both operands in their common element type, which is a number.
fn promoted(b: &mut Builder<'_>, x: Value, y: Value) -> Result<(Value, Value), Error> {
    let dtype = b.tensor(x)?.dtype.promote(b.tensor(y)?.dtype);
    let dtype = if dtype == DType::Bool { DType::I64 } else { dtype };
    Ok((b.cast(x, dtype)?, b.cast(y, dtype)?))
}

impl Tensor {
    /// NumPy's `dot`: contracts the last dim with the first dim of a vector or matrix; a rank-0 operand multiplies.
    #[track_caller]
    pub fn dot(&self, other: impl Operand) -> Tensor {
        let other = other.term().tensor();
        if self.ndim() == 0 || other.ndim() == 0 {
            return self * other;
        }
        build(&[self, &other], Loc::caller(), |b, v| {
            let (x, y) = promoted(b, v[0], v[1])?;
            let (own, others) = (b.shape(x)?, b.shape(y)?);
            if others.rank() > 2 {
                return Err(Error::unsupported(format!(
                    "a dot with a right operand of {} dims; batched_dot multiplies batches of matrices",
                    others.rank()
                )));
            }
            if own.rank() <= 2 {
                return b.map(OpKind::Dot, &[x, y]);
            }
            let (last, leading) = (own.rank() - 1, &own[..own.rank() - 1]);
            let rows = b.reshape(x, &Shape(vec![Dim::product(leading), own[last].clone()]))?;
            let product = b.map(OpKind::Dot, &[rows, y])?;
            let mut dims = leading.to_vec();
            dims.extend(others[1..].iter().cloned());
            b.reshape(product, &Shape(dims))
        })
    }

    /// A product of matrices for each index of the first dim.
    #[track_caller]
    pub fn batched_dot(&self, other: &Tensor) -> Tensor {
        build(&[self, other], Loc::caller(), |b, v| {
            let (x, y) = promoted(b, v[0], v[1])?;
            b.map(OpKind::BatchedDot, &[x, y])
        })
    }

    /// All products of the elements of two vectors.
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        self.flatten().expand_dims(1) * other.flatten().expand_dims(0)
    }
}
