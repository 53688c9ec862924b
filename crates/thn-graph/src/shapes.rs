//! Other shapes of the same elements, and repetition.

use crate::{Lengths, Operand, Tensor, arena::build, axes, elementwise::repeat, lengths};
use thn_ir::{Attrs, DType, Dim, Error, Fact, Loc, OpKind, Shape};

impl Tensor {
    /// The same values under another element type. Floats become integers by leaving out the fraction, saturated, with 0 for
    /// NaN; what is not 0 becomes true. The gradient is cast back. NumPy: `x.astype(dtype)`; Theano: `cast`.
    #[track_caller]
    pub fn cast(&self, dtype: DType) -> Tensor {
        build(&[self], Loc::caller(), |b, v| b.cast(v[0], dtype))
    }

    /// The same values, of which `facts` are promised. The optimizer and compiled code trust the promise: where a value
    /// breaks it, results may be wrong. The reference interpreter checks it.
    #[track_caller]
    pub fn assume(&self, facts: &[Fact]) -> Tensor {
        build(&[self], Loc::caller(), |b, v| b.assume(v[0], facts))
    }

    /// The same elements in row-major order under another shape; one length can be -1. NumPy and Theano: `x.reshape`.
    #[track_caller]
    pub fn reshape(&self, shape: impl Lengths) -> Tensor {
        let shape = shape.lengths();
        let mut inputs = vec![self];
        inputs.extend(lengths::tensors(&shape));
        build(&inputs, Loc::caller(), |b, v| {
            let dims = lengths::dims(b.func, &shape, &v[1..])?;
            let size = b.shape(v[0])?.size();
            b.reshape(v[0], &lengths::complete(dims, &size)?)
        })
    }

    /// All elements in row-major order as a vector.
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        self.reshape([-1])
    }

    /// Keeps the first `ndim - 1` dims and flattens the others into one.
    #[track_caller]
    pub fn flatten_to(&self, ndim: usize) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let shape = b.shape(v[0])?;
            if ndim == 0 || ndim > shape.rank() {
                let message = format!("cannot flatten {} dims to {ndim}", shape.rank());
                return Err(Error::input(message));
            }
            let mut dims = shape[..ndim - 1].to_vec();
            dims.push(Dim::product(&shape[ndim - 1..]));
            b.reshape(v[0], &Shape(dims))
        })
    }

    /// Permutes dims, drops dims of length 1 and inserts new ones: dim i of the result is dim `order[i]`, or new where
    /// that is -1. NumPy: `np.transpose` with `np.newaxis`; Theano: `x.dimshuffle`.
    #[track_caller]
    pub fn dimshuffle(&self, order: impl IntoIterator<Item = i64>) -> Tensor {
        let order: Vec<i64> = order.into_iter().collect();
        build(&[self], Loc::caller(), |b, v| b.dimshuffle(v[0], &order))
    }

    /// The dims in reverse order. NumPy and Theano: `x.T`.
    #[track_caller]
    pub fn t(&self) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let rank = b.tensor(v[0])?.rank() as i64;
            let order: Vec<i64> = (0..rank).rev().collect();
            b.dimshuffle(v[0], &order)
        })
    }

    /// Two dims exchanged. NumPy and Theano: `swapaxes`.
    #[track_caller]
    pub fn swapaxes(&self, first: i64, second: i64) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let rank = b.tensor(v[0])?.rank();
            let (first, second) = (axes::axis(first, rank)?, axes::axis(second, rank)?);
            let mut order: Vec<i64> = (0..rank as i64).collect();
            order.swap(first, second);
            b.dimshuffle(v[0], &order)
        })
    }

    /// A new dim of length 1 before dim `axis`; -1 puts it last.
    #[track_caller]
    pub fn expand_dims(&self, axis: i64) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let rank = b.tensor(v[0])?.rank();
            let axis = axes::axis(axis, rank + 1)?;
            let mut order: Vec<i64> = (0..rank as i64).collect();
            order.insert(axis, -1);
            b.dimshuffle(v[0], &order)
        })
    }

    /// Without the dims that have length 1 by type.
    #[track_caller]
    pub fn squeeze(&self) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let shape = b.shape(v[0])?;
            let order: Vec<i64> = (0..shape.rank()).filter(|i| !shape[*i].is(1)).map(|i| i as i64).collect();
            b.dimshuffle(v[0], &order)
        })
    }

    /// Without dim `axis`, which has length 1.
    #[track_caller]
    pub fn squeeze_axis(&self, axis: i64) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let rank = b.tensor(v[0])?.rank();
            let axis = axes::axis(axis, rank)?;
            let order: Vec<i64> = (0..rank).filter(|i| *i != axis).map(|i| i as i64).collect();
            b.dimshuffle(v[0], &order)
        })
    }

    /// Repeated along new leading dims and dims of length 1 to this shape. NumPy: `np.broadcast_to`.
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl Lengths) -> Tensor {
        let shape = shape.lengths();
        let mut inputs = vec![self];
        inputs.extend(lengths::tensors(&shape));
        build(&inputs, Loc::caller(), |b, v| {
            let target = Shape(lengths::dims(b.func, &shape, &v[1..])?);
            let own = b.shape(v[0])?;
            if own.rank() > target.rank() {
                return Err(Error::input(format!(
                    "cannot repeat shape {own} to {target}, which has fewer dims"
                )));
            }
            let repeated = repeat(b, v[0], &target)?;
            // A broadcast to its own lengths is where the checks of the call learn of `target`.
            let identity: Vec<i64> = (0..target.rank() as i64).collect();
            b.broadcast(repeated, &identity, &target)
        })
    }

    /// With `low` elements before and `high` after along each dim, all equal to `value`. NumPy: `np.pad`.
    #[track_caller]
    pub fn pad(&self, low: &[i64], high: &[i64], value: impl Operand) -> Tensor {
        let value = value.term().tensor();
        build(&[self, &value], Loc::caller(), |b, v| {
            let dtype = b.tensor(v[0])?.dtype;
            let value = b.cast(v[1], dtype)?;
            b.apply(OpKind::Pad, &[v[0], value], Attrs::new().ints("low", low).ints("high", high))
        })
    }
}
