//! The handle that users hold, and what it tells about its value.

use crate::arena::{Arena, with};
use std::{fmt, sync::Arc};
use thn_ir::{DType, Func, OpKind, Shape, TensorType, Value, ValueDef};

/// A symbolic tensor: a variable, a constant or the result of an op. Cloning copies the handle only.
///
/// Operators and methods append ops and give new tensors; nothing is computed. Numbers can stand on either side of an
/// operator and take the element type of the tensor where that holds them. On the left they are `f64` or `i64`, as
/// literals are; a number of another type goes to the right, `&x * 2.0_f32`, or into [`crate::constant`]. With a second
/// float type on the left, the type of the literal in `(1.0 - &x).log()` would be unknown to Rust.
#[derive(Clone)]
pub struct Tensor {
    pub(crate) arena: Arc<Arena>,
    pub(crate) value: Value,
}

/// The op that made a tensor.
#[derive(Clone, Debug)]
pub struct Apply {
    /// The op.
    pub op: OpKind,
    /// What it was applied to.
    pub inputs: Vec<Tensor>,
    /// Which of the op's results the tensor is.
    pub index: usize,
}

impl Tensor {
    pub(crate) fn read<R>(&self, f: impl FnOnce(&Func, Value) -> R) -> R {
        with(&[self], |graph, _, values| f(&graph.func, values[0]))
    }

    /// Element type and shape; `None` if the tensor could not be built.
    pub fn ty(&self) -> Option<TensorType> {
        self.read(|func, value| func.tensor(value).cloned())
    }

    /// The element type; `None` if the tensor could not be built.
    pub fn dtype(&self) -> Option<DType> {
        self.ty().map(|t| t.dtype)
    }

    /// The number of dims; 0 if the tensor could not be built.
    pub fn ndim(&self) -> usize {
        self.ty().map_or(0, |t| t.rank())
    }

    /// The lengths of the dims as expressions; empty if the tensor could not be built.
    pub fn dims(&self) -> Shape {
        self.ty().map(|t| t.shape).unwrap_or_default()
    }

    /// Its name, if it has one.
    pub fn name(&self) -> Option<Arc<str>> {
        self.read(|func, value| func.value(value).name.clone())
    }

    /// The same tensor under a name, which appears in messages, in printed programs and in [`Tensor::pp`].
    #[must_use]
    pub fn named(self, name: &str) -> Tensor {
        with(&[&self], |graph, _, values| graph.func.value_mut(values[0]).name = Some(name.into()));
        self
    }

    /// The op that made it; `None` for variables.
    pub fn owner(&self) -> Option<Apply> {
        with(&[self], |graph, arena, values| {
            let ValueDef::Result { op, index } = graph.func.def(values[0]) else { return None };
            let data = graph.func.op(op);
            let handle = |value: &Value| Tensor { arena: arena.clone(), value: *value };
            Some(Apply {
                op: data.kind,
                inputs: data.operands.iter().map(handle).collect(),
                index: index as usize,
            })
        })
    }

    /// Whether both are the same value of the same graph; [`Tensor::eq`] compares elements instead.
    pub fn is(&self, other: &Tensor) -> bool {
        // Values of unrelated graphs are different: looking must not merge them.
        let find = |t: &Tensor| with(&[t], |_, arena, values| (arena.clone(), values[0]));
        let (a, b) = (find(self), find(other));
        Arc::ptr_eq(&a.0, &b.0) && a.1 == b.1
    }

    /// The problems recorded on it and on what it depends on.
    pub fn problems(&self) -> Vec<thn_ir::Error> {
        with(&[self], |graph, _, values| graph.problems(values))
    }
}

impl fmt::Display for Tensor {
    /// The formula; see [`Tensor::pp`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pp())
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|func, value| write!(f, "Tensor({}: {})", func.describe(value), func.ty(value)))
    }
}
