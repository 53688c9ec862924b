//! Owned tensors: compact, row-major, aligned to a cache line.

use crate::{CallError, Pool, View, pool::Buffer};
use smallvec::SmallVec;
use std::fmt;
use thn_ir::{DType, Literal, Scalar};

/// Lengths of dims; most tensors have at most four.
pub(crate) type Lengths = SmallVec<[usize; 4]>;

mod sealed {
    /// Keeps [`super::Element`] to the types of [`thn_ir::DType`].
    pub trait Sealed {}
}

/// A Rust type that elements have.
///
/// It is implemented for exactly the types that [`DType`] names, each of the size and layout of its dtype.
pub trait Element: sealed::Sealed + Copy + Send + Sync + fmt::Debug + PartialEq + 'static {
    /// Its element type.
    const DTYPE: DType;
}

macro_rules! elements {
    ($($rust:ty => $dtype:ident),* $(,)?) => {
        $(
            impl sealed::Sealed for $rust {}
            impl Element for $rust {
                const DTYPE: DType = DType::$dtype;
            }
        )*
    };
}
elements! {
    bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64, f32 => F32, f64 => F64,
}

/// A tensor that owns its elements.
///
/// Every element is initialised, and those of dtype bool are 0 or 1.
pub struct Array {
    buffer: Buffer,
    dtype: DType,
    shape: Lengths,
}

/// The bytes of a compact tensor.
pub(crate) fn byte_count(dtype: DType, shape: &[usize]) -> Result<usize, CallError> {
    // A zero length makes the whole product zero, however large the others are.
    if shape.contains(&0) {
        return Ok(0);
    }
    let bytes = shape.iter().try_fold(dtype.size(), |a, d| a.checked_mul(*d));
    bytes.ok_or(CallError::OutOfMemory { bytes: None })
}

impl Array {
    /// A tensor in a buffer that something else has filled.
    ///
    /// # Safety
    ///
    /// The buffer must hold the elements of `shape`, initialised, and bools must be 0 or 1.
    pub(crate) unsafe fn from_buffer(buffer: Buffer, dtype: DType, shape: Lengths) -> Array {
        Array { buffer, dtype, shape }
    }

    /// A tensor of zeros, or of `false`.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn zeros(dtype: DType, shape: &[usize]) -> Result<Array, CallError> {
        let bytes = byte_count(dtype, shape)?;
        let buffer = Buffer::new(bytes)?;
        // SAFETY: the buffer has that many bytes.
        unsafe { buffer.start().write_bytes(0, bytes) };
        Ok(Array { buffer, dtype, shape: shape.into() })
    }

    /// From the bytes of the elements in row-major order, of this machine's byte order.
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if the bytes are not those of this shape, or a bool is neither 0 nor 1;
    /// [`CallError::OutOfMemory`].
    pub fn from_bytes(dtype: DType, shape: &[usize], bytes: &[u8]) -> Result<Array, CallError> {
        let needed = byte_count(dtype, shape)?;
        if bytes.len() != needed {
            let message =
                format!("shape {shape:?} of {} has {needed} bytes, {} are given", dtype.numpy(), bytes.len());
            return Err(CallError::data(message));
        }
        if dtype == DType::Bool
            && let Some(other) = bytes.iter().find(|b| **b > 1)
        {
            return Err(CallError::data(format!("{other} is not a bool; bools are 0 or 1")));
        }
        let buffer = Buffer::new(needed)?;
        // SAFETY: the new buffer has room for all bytes.
        unsafe { buffer.start().copy_from_nonoverlapping(bytes.as_ptr(), needed) };
        Ok(Array { buffer, dtype, shape: shape.into() })
    }

    /// From the elements in row-major order.
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if the number of elements is not that of the shape; [`CallError::OutOfMemory`].
    pub fn from_slice<T: Element>(shape: &[usize], elements: &[T]) -> Result<Array, CallError> {
        // SAFETY: elements have no padding, and their bytes may be read as such.
        let bytes =
            unsafe { std::slice::from_raw_parts(elements.as_ptr().cast::<u8>(), size_of_val(elements)) };
        Array::from_bytes(T::DTYPE, shape, bytes)
    }

    /// A rank-0 tensor.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn scalar<T: Element>(value: T) -> Result<Array, CallError> {
        Array::from_slice(&[], &[value])
    }

    /// The tensor that a literal describes.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn from_literal(literal: &Literal) -> Result<Array, CallError> {
        Array::from_bytes(literal.dtype(), literal.shape(), &native(literal.dtype(), literal.to_bytes()))
    }

    /// The same tensor as a literal.
    ///
    /// # Errors
    ///
    /// None that a program can cause.
    pub fn to_literal(&self) -> Result<Literal, CallError> {
        let bytes = native(self.dtype, self.as_bytes().to_vec());
        let literal = Literal::from_bytes(self.dtype, &self.shape, &bytes);
        literal.ok_or_else(|| CallError::Internal("an array of another size than its shape".into()))
    }

    /// The same elements under another element type, each converted as the op `cast` does.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn cast(&self, dtype: DType) -> Result<Array, CallError> {
        let elements: Vec<Scalar> = (0..self.len()).filter_map(|i| self.get(i)).collect();
        let literal = Literal::from_scalars(dtype, &self.shape, &elements);
        Array::from_literal(
            &literal.ok_or_else(|| CallError::Internal("an array of another size than its shape".into()))?,
        )
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The lengths of the dims.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        // Where one length is zero, the product of the others need not fit in a number.
        if self.is_empty() { 0 } else { self.shape.iter().product() }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The elements' bytes in row-major order.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: the buffer holds that many initialised bytes as long as the array lives.
        unsafe { std::slice::from_raw_parts(self.start(), self.len() * self.dtype.size()) }
    }

    /// The elements in row-major order; an error if they are of another type.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the elements are no `T`.
    pub fn as_slice<T: Element>(&self) -> Result<&[T], CallError> {
        self.expect_dtype::<T>()?;
        // SAFETY: the elements are of this type, initialised, and aligned with the buffer.
        Ok(unsafe { std::slice::from_raw_parts(self.start().cast(), self.len()) })
    }

    /// The elements in row-major order, to change; an error if they are of another type.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the elements are no `T`.
    pub fn as_mut_slice<T: Element>(&mut self) -> Result<&mut [T], CallError> {
        self.expect_dtype::<T>()?;
        // SAFETY: as in `as_slice`, and the array is borrowed mutably.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.start().cast(), self.len()) })
    }

    /// The element at a row-major position; `None` past the end.
    pub fn get(&self, position: usize) -> Option<Scalar> {
        if position >= self.len() {
            return None;
        }
        // SAFETY: the position is inside, and each branch reads the type that the dtype names.
        Some(unsafe { read(self.dtype, self.start().add(position * self.dtype.size())) })
    }

    /// Whether both have the same element type, lengths and bits.
    pub fn same_bits(&self, other: &Array) -> bool {
        self.dtype == other.dtype && self.shape == other.shape && self.as_bytes() == other.as_bytes()
    }

    /// The tensor as an argument of a call.
    pub fn view(&self) -> View<'_> {
        View::of_array(self)
    }

    pub(crate) fn start(&self) -> *mut u8 {
        self.buffer.start()
    }

    fn expect_dtype<T: Element>(&self) -> Result<(), CallError> {
        if T::DTYPE == self.dtype {
            return Ok(());
        }
        let (wanted, found) = (T::DTYPE.numpy(), self.dtype.numpy());
        Err(CallError::data(format!("elements are of type {found}, not {wanted}")))
    }

    /// A copy in another buffer.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn try_clone(&self) -> Result<Array, CallError> {
        self.copy_into(self.buffer.pool())
    }

    /// A copy whose buffer comes from, and returns to, `pool`.
    pub(crate) fn copy_into(&self, pool: Option<&Pool>) -> Result<Array, CallError> {
        let bytes = self.as_bytes();
        let buffer = match pool {
            Some(pool) => pool.take(bytes.len())?,
            None => Buffer::new(bytes.len())?,
        };
        // SAFETY: the new buffer has room for all bytes.
        unsafe { buffer.start().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(Array { buffer, dtype: self.dtype, shape: self.shape.clone() })
    }
}

/// Bytes of elements turned between little-endian and this machine's order; the same either way.
fn native(dtype: DType, mut bytes: Vec<u8>) -> Vec<u8> {
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(dtype.size()).for_each(<[u8]>::reverse);
    }
    bytes
}

/// Reads one element, which need not be aligned.
///
/// # Safety
///
/// There must be an element of this type.
pub(crate) unsafe fn read(dtype: DType, at: *const u8) -> Scalar {
    // SAFETY: as required; bools are read as bytes.
    unsafe {
        match dtype {
            DType::Bool => Scalar::Bool(at.read() != 0),
            DType::I8 => Scalar::Int(at.cast::<i8>().read_unaligned().into()),
            DType::I16 => Scalar::Int(at.cast::<i16>().read_unaligned().into()),
            DType::I32 => Scalar::Int(at.cast::<i32>().read_unaligned().into()),
            DType::I64 => Scalar::Int(at.cast::<i64>().read_unaligned().into()),
            DType::U8 => Scalar::Int(at.read().into()),
            DType::U16 => Scalar::Int(at.cast::<u16>().read_unaligned().into()),
            DType::U32 => Scalar::Int(at.cast::<u32>().read_unaligned().into()),
            DType::U64 => Scalar::Int(at.cast::<u64>().read_unaligned().into()),
            DType::F32 => Scalar::Float(at.cast::<f32>().read_unaligned().into()),
            DType::F64 => Scalar::Float(at.cast::<f64>().read_unaligned()),
        }
    }
}

impl fmt::Debug for Array {
    /// Type, lengths and the first elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array {} {:?} [", self.dtype.numpy(), self.shape())?;
        for i in 0..self.len().min(8) {
            let separator = if i > 0 { ", " } else { "" };
            match self.get(i) {
                Some(Scalar::Bool(b)) => write!(f, "{separator}{b}")?,
                Some(Scalar::Int(n)) => write!(f, "{separator}{n}")?,
                Some(Scalar::Float(x)) => write!(f, "{separator}{x:?}")?,
                None => {}
            }
        }
        f.write_str(if self.len() > 8 { ", …]" } else { "]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_go_in_and_come_out() {
        let a = Array::from_slice(&[2, 2], &[1.5f32, -0.0, f32::NAN, f32::INFINITY]).unwrap();
        assert_eq!(a.as_slice::<f32>().unwrap()[0], 1.5);
        assert!(a.as_slice::<f64>().is_err());
        assert_eq!(a.get(3), Some(Scalar::Float(f64::INFINITY)));
        assert_eq!(a.get(4), None);
        assert!(a.same_bits(&a.try_clone().unwrap()));
        let literal = a.to_literal().unwrap();
        assert!(Array::from_literal(&literal).unwrap().same_bits(&a));
        assert_eq!(format!("{a:?}"), "Array float32 [2, 2] [1.5, -0.0, NaN, inf]");
    }

    #[test]
    fn every_element_type_is_read_back() {
        for dtype in DType::ALL {
            let literal = Literal::splat(dtype, &[3], Scalar::Int(1));
            let a = Array::from_literal(&literal).unwrap();
            assert_eq!(a.get(2), Some(literal.get(2)), "{dtype}");
        }
    }

    #[test]
    fn wrong_data_is_refused() {
        let wrong = Array::from_bytes(DType::I32, &[2], &[0; 7]).unwrap_err();
        assert_eq!(wrong.to_string(), "shape [2] of int32 has 8 bytes, 7 are given");
        assert!(Array::from_bytes(DType::Bool, &[1], &[2]).is_err());
        let huge = Array::zeros(DType::F64, &[1 << 40, 1 << 40]).unwrap_err();
        assert_eq!(huge, CallError::OutOfMemory { bytes: None });
        assert!(Array::zeros(DType::F64, &[1 << 58]).is_err());
    }

    #[test]
    fn empty_and_rank_0_tensors_exist() {
        assert!(Array::zeros(DType::F64, &[1 << 62, 1 << 62, 0]).unwrap().as_bytes().is_empty());
        assert_eq!(Array::scalar(7i64).unwrap().get(0), Some(Scalar::Int(7)));
    }
}
