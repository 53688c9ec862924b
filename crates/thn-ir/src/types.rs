//! Tensor types.

use crate::{DType, Dim};
use std::{fmt, sync::Arc};

/// The lengths of a tensor's dims, outermost first.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Shape(pub Vec<Dim>);

impl Shape {
    /// The shape of a scalar.
    pub fn scalar() -> Shape {
        Shape(vec![])
    }

    /// A shape without symbols.
    pub fn fixed(dims: &[i64]) -> Shape {
        Shape(dims.iter().map(|d| Dim::from(*d)).collect())
    }

    /// The number of elements for estimates of cost: a dim that is not known before the call counts as
    /// [`Dim::nominal`] says.
    pub fn nominal_size(&self) -> f64 {
        self.iter().map(Dim::nominal).product()
    }

    /// The number of dims.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The number of elements.
    pub fn size(&self) -> Dim {
        Dim::product(&self.0)
    }

    /// The lengths, if none is symbolic.
    pub fn as_fixed(&self) -> Option<Vec<i64>> {
        self.0.iter().map(Dim::as_const).collect()
    }
}

impl std::ops::Deref for Shape {
    type Target = [Dim];
    fn deref(&self) -> &[Dim] {
        &self.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, d) in self.0.iter().enumerate() {
            write!(f, "{}{d}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str(")")
    }
}

/// Element type and shape.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TensorType {
    /// The element type.
    pub dtype: DType,
    /// The lengths of the dims.
    pub shape: Shape,
}

impl TensorType {
    /// A tensor type.
    pub fn new(dtype: DType, shape: Shape) -> TensorType {
        TensorType { dtype, shape }
    }

    /// The type of a rank-0 tensor.
    pub fn scalar(dtype: DType) -> TensorType {
        TensorType { dtype, shape: Shape::scalar() }
    }

    /// The number of dims.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }

    /// The same shape with another element type.
    #[must_use]
    pub fn with_dtype(&self, dtype: DType) -> TensorType {
        TensorType { dtype, shape: self.shape.clone() }
    }

    /// The same element type with another shape.
    #[must_use]
    pub fn with_shape(&self, shape: Shape) -> TensorType {
        TensorType { dtype: self.dtype, shape }
    }
}

impl fmt::Display for TensorType {
    /// MLIR's spelling with symbolic dims by name: `tensor<Nx3xf64>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tensor<")?;
        for d in self.shape.iter() {
            match d.as_const().is_some() || d.as_symbol().is_some() {
                true => write!(f, "{d}x")?,
                false => write!(f, "({d})x")?,
            }
        }
        write!(f, "{}>", self.dtype)
    }
}

/// The type of a value.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Type {
    /// A tensor that `thn` computes with.
    Tensor(TensorType),
    /// Any other type, by its MLIR spelling; only ops of other dialects make and use it.
    Foreign(Arc<str>),
}

impl Type {
    /// The tensor type, if it is one.
    pub fn tensor(&self) -> Option<&TensorType> {
        match self {
            Type::Tensor(t) => Some(t),
            Type::Foreign(_) => None,
        }
    }
}

impl From<TensorType> for Type {
    fn from(t: TensorType) -> Type {
        Type::Tensor(t)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Tensor(t) => t.fmt(f),
            Type::Foreign(text) => f.write_str(text),
        }
    }
}
