//! Functions of several tensors, and methods that are compositions of ops.

use crate::{
    Operand, Tensor, Term,
    arena::build,
    axes,
    elementwise::{align, elementwise},
};
use thn_ir::{Attr, Attrs, DType, Error, Loc, OpKind};

/// Elementwise `x` where `condition` holds, else `y`; both are computed. A number as condition holds unless it is 0. Shapes
/// repeat as in all elementwise ops, `x` and `y` widen to a common element type, and the gradient goes to the one that is
/// chosen. NumPy: `np.where`; Theano: `switch`.
#[track_caller]
pub fn switch(condition: impl Operand, x: impl Operand, y: impl Operand) -> Tensor {
    elementwise(OpKind::Select, &[condition.term(), x.term(), y.term()])
}

/// [`switch`] under NumPy's name.
#[track_caller]
pub fn where_(condition: impl Operand, x: impl Operand, y: impl Operand) -> Tensor {
    switch(condition, x, y)
}

/// The tensors one after the other along `axis`; all other dims are equal, and element types widen to a common one.
/// NumPy: `np.concatenate`; Theano: `concatenate`, `join`.
#[track_caller]
pub fn concatenate<T: Operand>(tensors: impl IntoIterator<Item = T>, axis: i64) -> Tensor {
    let tensors: Vec<Tensor> = tensors.into_iter().map(|t| t.term().tensor()).collect();
    let inputs: Vec<&Tensor> = tensors.iter().collect();
    build(&inputs, Loc::caller(), |b, v| {
        let types = v.iter().map(|x| b.tensor(*x)).collect::<Result<Vec<_>, _>>()?;
        let Some(dtype) = types.iter().map(|t| t.dtype).reduce(DType::promote) else {
            return Err(Error::input("joins at least one tensor"));
        };
        let axis = axes::axis(axis, types[0].rank())?;
        let values = v.iter().map(|x| b.cast(*x, dtype)).collect::<Result<Vec<_>, _>>()?;
        b.apply(OpKind::Join, &values, Attrs::new().with("axis", Attr::Int(axis as i64)))
    })
}

/// [`concatenate`] with Theano's order of arguments.
#[track_caller]
pub fn join<T: Operand>(axis: i64, tensors: impl IntoIterator<Item = T>) -> Tensor {
    concatenate(tensors, axis)
}

/// Tensors of one shape along a new dim before dim `axis`. Numbers and rank-0 tensors make a vector.
#[track_caller]
pub fn stack<T: Operand>(tensors: impl IntoIterator<Item = T>, axis: i64) -> Tensor {
    let mut parts = vec![];
    for t in tensors {
        parts.push(t.term().tensor().expand_dims(axis));
    }
    concatenate(parts, axis)
}

/// `x` held between two bounds: NaN stays NaN. NumPy: `np.clip`; Theano: `clip`.
#[track_caller]
pub fn clip(x: impl Operand, low: impl Operand, high: impl Operand) -> Tensor {
    let above = elementwise(OpKind::Maximum, &[x.term(), low.term()]);
    elementwise(OpKind::Minimum, &[Term::Tensor(above), high.term()])
}

impl Tensor {
    /// Held between two bounds.
    #[track_caller]
    pub fn clip(&self, low: impl Operand, high: impl Operand) -> Tensor {
        clip(self, low, high)
    }

    /// 1 where the last dim of the result is the element, 0 elsewhere: integers as unit vectors of length `classes`.
    #[track_caller]
    pub fn one_hot(&self, classes: i64, dtype: DType) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let mut shape = b.shape(v[0])?;
            shape.0.push(classes.into());
            let last = shape.rank() - 1;
            let index = b.cast(v[0], DType::I64)?;
            let index = b.rebroadcast(index, &[last as i64], &shape)?;
            let position = crate::lengths::iota(b, shape, last)?;
            let here = b.map(OpKind::Eq, &[position, index])?;
            b.cast(here, dtype)
        })
    }

    /// -(t log(p) + (1 - t) log(1 - p)) for probabilities p, this tensor, and targets t.
    #[track_caller]
    pub fn binary_crossentropy(&self, target: impl Operand) -> Tensor {
        let target = target.term().tensor();
        -(&target * self.log() + (1 - &target) * (1 - self).log())
    }

    /// `-log(p[i, target[i]])` for rows p of probabilities, this matrix, and integer targets.
    #[track_caller]
    pub fn categorical_crossentropy(&self, target: &Tensor) -> Tensor {
        -self.log().pick(target)
    }

    /// One element of each row: `result[i] = x[i, index[i]]`, Theano's `x[arange(n), index]`.
    #[track_caller]
    pub fn pick(&self, index: &Tensor) -> Tensor {
        build(&[self, index], Loc::caller(), |b, v| b.map(OpKind::Pick, v))
    }

    /// Both tensors repeated to one shape, in their own element types.
    #[track_caller]
    pub fn broadcast_with(&self, other: &Tensor) -> (Tensor, Tensor) {
        let mut both = crate::arena::build_many(&[self, other], 2, Loc::caller(), align);
        let second = both.remove(1);
        (both.remove(0), second)
    }
}
