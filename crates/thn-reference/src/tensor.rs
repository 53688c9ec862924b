//! Tensors of the interpreters: an element type and an array of elements of any kind.

use ndarray::{ArrayD, IxDyn};
use thn_ir::{DType, Error, Literal, Scalar};

/// Tensors with more elements are refused: the reference is not meant for them, and an allocation that fails would
/// end the process.
pub(crate) const LARGEST: usize = 1 << 28;

/// A tensor whose elements are `E`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<E> {
    /// The element type.
    pub dtype: DType,
    /// The elements in row-major order.
    pub data: ArrayD<E>,
}

/// A tensor of numbers as programs compute with them.
pub type Value = Tensor<Scalar>;

impl<E: Clone> Tensor<E> {
    /// From elements in row-major order; an error if their number is not the product of `shape`.
    pub fn new(dtype: DType, shape: &[usize], elements: Vec<E>) -> Result<Tensor<E>, Error> {
        let found = elements.len();
        match ArrayD::from_shape_vec(IxDyn(shape), elements) {
            Ok(data) => Ok(Tensor { dtype, data }),
            Err(_) => Err(Error::input(format!("{found} elements do not fill the shape {shape:?}"))),
        }
    }

    /// The lengths of the dims.
    pub fn shape(&self) -> &[usize] {
        self.data.shape()
    }

    /// The only element of a tensor that has one.
    pub fn single(&self) -> Option<&E> {
        (self.data.len() == 1).then(|| self.data.first()).flatten()
    }

    /// The elements in row-major order.
    pub fn elements(&self) -> impl Iterator<Item = &E> {
        self.data.iter()
    }
}

/// The number of elements of a shape; an error if it is too large for the reference.
pub(crate) fn size(shape: &[usize]) -> Result<usize, Error> {
    let count = shape.iter().try_fold(1usize, |a, d| a.checked_mul(*d));
    // A zero anywhere makes the product zero, also where the other lengths would overflow.
    let count = if shape.contains(&0) { Some(0) } else { count };
    count.filter(|n| *n <= LARGEST).ok_or_else(|| {
        Error::unsupported(format!("a tensor of shape {shape:?} has more than {LARGEST} elements"))
    })
}

/// A Rust type that is an element type.
pub trait Native: Copy {
    /// The element type.
    const DTYPE: DType;
    /// As a scalar.
    fn to_scalar(self) -> Scalar;
    /// From a scalar of this element type.
    fn from_scalar(scalar: Scalar) -> Self;
}

macro_rules! native {
    ($($rust:ty: $dtype:ident, $to:expr, $from:expr;)*) => {$(
        impl Native for $rust {
            const DTYPE: DType = DType::$dtype;
            fn to_scalar(self) -> Scalar {
                let to: fn($rust) -> Scalar = $to;
                to(self)
            }
            fn from_scalar(scalar: Scalar) -> $rust {
                let from: fn(Scalar) -> $rust = $from;
                from(scalar)
            }
        }
    )*};
}

native! {
    bool: Bool, Scalar::Bool, |s| s.to_i128() != 0;
    i8: I8, |i| Scalar::Int(i.into()), |s| s.to_i128() as i8;
    i16: I16, |i| Scalar::Int(i.into()), |s| s.to_i128() as i16;
    i32: I32, |i| Scalar::Int(i.into()), |s| s.to_i128() as i32;
    i64: I64, |i| Scalar::Int(i.into()), |s| s.to_i128() as i64;
    u8: U8, |i| Scalar::Int(i.into()), |s| s.to_i128() as u8;
    u16: U16, |i| Scalar::Int(i.into()), |s| s.to_i128() as u16;
    u32: U32, |i| Scalar::Int(i.into()), |s| s.to_i128() as u32;
    u64: U64, |i| Scalar::Int(i.into()), |s| s.to_i128() as u64;
    f32: F32, |x| Scalar::Float(x.into()), |s| s.to_f64() as f32;
    f64: F64, Scalar::Float, Scalar::to_f64;
}

impl Value {
    /// From an array of any dimensionality.
    pub fn from_array<T: Native, D: ndarray::Dimension>(array: &ndarray::Array<T, D>) -> Value {
        let elements = array.mapv(Native::to_scalar).into_dyn().as_standard_layout().into_owned();
        Tensor { dtype: T::DTYPE, data: elements }
    }

    /// A rank-0 tensor.
    pub fn scalar<T: Native>(x: T) -> Value {
        Tensor { dtype: T::DTYPE, data: ArrayD::from_elem(IxDyn(&[]), x.to_scalar()) }
    }

    /// As an array of `T`; `None` if the element type is another one.
    pub fn to_array<T: Native>(&self) -> Option<ArrayD<T>> {
        (self.dtype == T::DTYPE).then(|| self.data.mapv(T::from_scalar))
    }

    /// The elements as f64, whatever their type.
    pub fn to_f64(&self) -> ArrayD<f64> {
        self.data.mapv(Scalar::to_f64)
    }

    /// As a literal.
    pub fn to_literal(&self) -> Option<Literal> {
        let elements: Vec<Scalar> = self.data.iter().copied().collect();
        Literal::from_scalars(self.dtype, self.shape(), &elements)
    }
}

impl From<&Literal> for Value {
    fn from(literal: &Literal) -> Value {
        // A literal has as many elements as its shape says.
        let data = ArrayD::from_shape_vec(IxDyn(literal.shape()), literal.iter().collect());
        let data = data.unwrap_or_else(|_| ArrayD::from_shape_simple_fn(IxDyn(&[0]), || Scalar::Int(0)));
        Tensor { dtype: literal.dtype(), data }
    }
}
