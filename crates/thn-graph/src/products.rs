//! Products of vectors, matrices and batches of them.

use crate::{Operand, Tensor, arena::build, lengths};
use thn_ir::{Builder, DType, Dim, Error, Loc, OpKind, Shape, Value};

/// Both operands in their common element type, which is a number.
fn promoted(b: &mut Builder<'_>, x: Value, y: Value) -> Result<(Value, Value), Error> {
    let dtype = b.tensor(x)?.dtype.promote(b.tensor(y)?.dtype);
    let dtype = if dtype == DType::Bool { DType::I64 } else { dtype };
    Ok((b.cast(x, dtype)?, b.cast(y, dtype)?))
}

impl Tensor {
    /// NumPy's and Theano's `dot`: contracts the last dim with the first dim of a vector or matrix; a rank-0 operand
    /// multiplies. Element types widen to a common one. The gradient is a product with the transposed other operand.
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

    /// A product of matrices for each index of the first dim, of two tensors with three dims. NumPy: `np.matmul`; Theano:
    /// `batched_dot`.
    #[track_caller]
    pub fn batched_dot(&self, other: &Tensor) -> Tensor {
        build(&[self, other], Loc::caller(), |b, v| {
            let (x, y) = promoted(b, v[0], v[1])?;
            b.map(OpKind::BatchedDot, &[x, y])
        })
    }

    /// The diagonal of the last two dims.
    #[track_caller]
    pub fn diagonal(&self) -> Tensor {
        build(&[self], Loc::caller(), |b, v| b.map(OpKind::Diagonal, v))
    }

    /// The sum of the diagonal of the last two dims.
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        self.diagonal().sum_over(-1)
    }

    /// NumPy's `diag`: the diagonal of a matrix, or the matrix with a vector on its diagonal.
    #[track_caller]
    pub fn diag(&self) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let own = b.shape(v[0])?;
            if own.rank() != 1 {
                return b.map(OpKind::Diagonal, v);
            }
            let shape = Shape(vec![own[0].clone(), own[0].clone()]);
            let (row, column) = (lengths::iota(b, shape.clone(), 0)?, lengths::iota(b, shape.clone(), 1)?);
            let here = b.map(OpKind::Eq, &[row, column])?;
            let rows = b.broadcast(v[0], &[0], &shape)?;
            let zero = b.number(b.tensor(v[0])?.dtype, 0.0)?;
            b.map(OpKind::Select, &[here, rows, zero])
        })
    }

    /// All products of the elements of two vectors.
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        self.flatten().expand_dims(1) * other.flatten().expand_dims(0)
    }
}
