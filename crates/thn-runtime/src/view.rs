//! Borrowed tensors of any strides, and their compact copies.

use crate::{
    Array, CallError, DLTensor,
    array::{Lengths, read},
    pool::{Buffer, Pool},
};
use smallvec::SmallVec;
use std::marker::PhantomData;
use thn_ir::{DType, Scalar};

/// Distances between neighbours along each dim, in elements; they may be negative or zero.
pub(crate) type Strides = SmallVec<[isize; 4]>;

/// A tensor that something else owns, as an argument of a call.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The element at index 0 along every dim.
    data: *const u8,
    dtype: DType,
    shape: Lengths,
    strides: Strides,
    owner: PhantomData<&'a [u8]>,
}

// SAFETY: a view is a shared borrow of plain elements.
unsafe impl Send for View<'_> {}
// SAFETY: as above.
unsafe impl Sync for View<'_> {}

/// The strides of a compact row-major tensor.
pub(crate) fn compact_strides(shape: &[usize]) -> Strides {
    let mut strides: Strides = SmallVec::from_elem(1, shape.len());
    for axis in (1..shape.len()).rev() {
        // The lengths of a tensor that exists have a product below 2^63; without elements, strides do not matter.
        strides[axis - 1] = strides[axis].wrapping_mul(shape[axis] as isize);
    }
    strides
}

impl<'a> View<'a> {
    /// A view from its parts.
    ///
    /// # Safety
    ///
    /// As long as `'a` lasts, every element that the lengths and strides reach from `data` must be there, initialised
    /// and not written to, and bools must be 0 or 1.
    pub unsafe fn new(data: *const u8, dtype: DType, shape: &[usize], strides: &[isize]) -> View<'a> {
        View { data, dtype, shape: shape.into(), strides: strides.into(), owner: PhantomData }
    }

    pub(crate) fn of_array(array: &'a Array) -> View<'a> {
        let strides = compact_strides(array.shape());
        View {
            data: array.start(),
            dtype: array.dtype(),
            shape: array.shape().into(),
            strides,
            owner: PhantomData,
        }
    }

    /// A view of a tensor of another library. Other devices and element types are errors.
    ///
    /// # Safety
    ///
    /// What the tensor says of itself must be true, and hold as long as `'a` lasts; see [`View::new`].
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if the tensor is on another device, has elements that `thn` has not, or lengths that fit
    /// into no memory.
    pub unsafe fn from_dlpack(tensor: &'a DLTensor) -> Result<View<'a>, CallError> {
        if tensor.device_type != DLTensor::CPU {
            let message = format!("the tensor is on device type {}, not on the CPU", tensor.device_type);
            return Err(CallError::data(message));
        }
        let Some(dtype) = tensor.dtype() else {
            let (code, bits, lanes) = (tensor.code, tensor.bits, tensor.lanes);
            let message = format!("element type with code {code}, {bits} bits and {lanes} lanes");
            return Err(CallError::data(message));
        };
        let rank = usize::try_from(tensor.ndim);
        let rank = rank.map_err(|_| CallError::data(format!("{} dims", tensor.ndim)))?;
        if rank > 0 && tensor.shape.is_null() {
            return Err(CallError::data("a tensor without lengths"));
        }
        // SAFETY: a tensor of this rank has as many lengths, and strides where the pointer is not null.
        let (lengths, strides) = unsafe {
            let lengths = slice(tensor.shape, rank);
            (lengths, (!tensor.strides.is_null()).then(|| slice(tensor.strides, rank)))
        };
        let shape = lengths.iter().map(|n| usize::try_from(*n)).collect::<Result<Lengths, _>>();
        let shape = shape.map_err(|_| CallError::data(format!("negative lengths: {lengths:?}")))?;
        let strides = match strides {
            Some(strides) => strides.iter().map(|s| *s as isize).collect(),
            None => compact_strides(&shape),
        };
        if tensor.data.is_null() && !shape.contains(&0) {
            return Err(CallError::data("a tensor without data"));
        }
        let data = tensor.data.cast_const().cast::<u8>().wrapping_add(tensor.byte_offset as usize);
        Ok(View { data, dtype, shape, strides, owner: PhantomData })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The lengths of the dims.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The distances between neighbours, in elements.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// The element of a rank-0 tensor.
    pub fn value(&self) -> Option<Scalar> {
        // SAFETY: a rank-0 tensor has one element.
        self.shape.is_empty().then(|| unsafe { read(self.dtype, self.data) })
    }

    /// An owned compact copy.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn to_array(&self) -> Result<Array, CallError> {
        let buffer = Buffer::new(crate::array::byte_count(self.dtype, &self.shape)?)?;
        self.copy_to(buffer.start());
        // SAFETY: every element was copied; bools are as the view promises.
        Ok(unsafe { Array::from_buffer(buffer, self.dtype, self.shape.clone()) })
    }

    pub(crate) fn data(&self) -> *const u8 {
        self.data
    }

    /// Whether compiled code may read it in place: compact row-major and aligned to its element.
    pub(crate) fn is_compact(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = 1isize;
        for (length, stride) in self.shape.iter().zip(&self.strides).rev() {
            if *length != 1 && *stride != expected {
                return false;
            }
            expected *= *length as isize;
        }
        self.data.addr().is_multiple_of(self.dtype.size())
    }

    /// The first and one past the last byte that the elements lie in.
    pub(crate) fn span(&self) -> (usize, usize) {
        if self.shape.contains(&0) {
            return (0, 0);
        }
        let (mut low, mut high) = (0isize, 0isize);
        for (length, stride) in self.shape.iter().zip(&self.strides) {
            let reach = (*length as isize - 1) * stride;
            low += reach.min(0);
            high += reach.max(0);
        }
        let size = self.dtype.size() as isize;
        let start = self.data.addr().wrapping_add_signed(low * size);
        (start, self.data.addr().wrapping_add_signed((high + 1) * size))
    }

    /// A compact copy in a buffer of the pool.
    pub(crate) fn compacted(&self, pool: &Pool) -> Result<Buffer, CallError> {
        let buffer = pool.take(crate::array::byte_count(self.dtype, &self.shape)?)?;
        self.copy_to(buffer.start());
        Ok(buffer)
    }

    /// Copies all elements in row-major order; the destination has room for them.
    fn copy_to(&self, to: *mut u8) {
        let from = self.data;
        // SAFETY: the view promises that its elements are there, and the destination has room for all of them.
        unsafe {
            walk(self.dtype, &self.shape, &self.strides, &mut |strided, compact, bytes| {
                copy(from.wrapping_offset(strided), to.wrapping_add(compact), bytes);
            });
        }
    }
}

/// Copies compact elements to a strided tensor.
///
/// # Safety
///
/// There must be as many elements at `from` as the lengths say, and the strided tensor must be valid for writing.
pub(crate) unsafe fn scatter(from: *const u8, to: *mut u8, dtype: DType, shape: &[usize], strides: &[isize]) {
    // SAFETY: as required.
    unsafe {
        walk(dtype, shape, strides, &mut |strided, compact, bytes| {
            copy(from.wrapping_add(compact), to.wrapping_offset(strided), bytes);
        });
    }
}

/// Copies a few bytes; the common sizes are single moves.
///
/// # Safety
///
/// Both must be valid for that many bytes and not overlap.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, bytes: usize) {
    /// # Safety
    ///
    /// As for [`copy`], for the size of `T`.
    #[inline(always)]
    unsafe fn word<T: Copy>(from: *const u8, to: *mut u8) {
        // SAFETY: as required.
        unsafe { to.cast::<T>().write_unaligned(from.cast::<T>().read_unaligned()) }
    }
    // SAFETY: as required.
    unsafe {
        match bytes {
            8 => word::<u64>(from, to),
            4 => word::<u32>(from, to),
            _ => to.copy_from_nonoverlapping(from, bytes),
        }
    }
}

/// Calls `piece` with the offset in the strided tensor, the offset in the compact one and the size, in bytes, of each
/// of the equal pieces that are contiguous in both, in row-major order.
///
/// # Safety
///
/// What `piece` requires must hold for the pieces of a tensor with these lengths and strides.
unsafe fn walk(
    dtype: DType,
    shape: &[usize],
    strides: &[isize],
    piece: &mut impl FnMut(isize, usize, usize),
) {
    if shape.contains(&0) {
        return;
    }
    // The longest tail of dims that is compact is one piece.
    let (mut run, mut outer) = (1, shape.len());
    while outer > 0 && (shape[outer - 1] == 1 || strides[outer - 1] == run as isize) {
        run *= shape[outer - 1];
        outer -= 1;
    }
    let bytes = run * dtype.size();
    let step = |axis: usize| strides[axis] * dtype.size() as isize;
    let mut index: Lengths = SmallVec::from_elem(0, outer);
    let mut strided = 0isize;
    for number in 0..shape[..outer].iter().product() {
        piece(strided, number * bytes, bytes);
        for axis in (0..outer).rev() {
            index[axis] += 1;
            strided += step(axis);
            if index[axis] < shape[axis] {
                break;
            }
            strided -= step(axis) * shape[axis] as isize;
            index[axis] = 0;
        }
    }
}

/// # Safety
///
/// There must be `length` numbers, unless it is 0.
unsafe fn slice<'a>(start: *const i64, length: usize) -> &'a [i64] {
    if length == 0 {
        return &[];
    }
    // SAFETY: as required.
    unsafe { std::slice::from_raw_parts(start, length) }
}

impl<'a> From<&'a Array> for View<'a> {
    fn from(array: &'a Array) -> View<'a> {
        array.view()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3, s};

    fn check(view: View<'_>, expected: &[i32]) {
        let copy = view.to_array().unwrap();
        assert_eq!(copy.as_slice::<i32>().unwrap(), expected);
        assert_eq!(copy.shape(), view.shape());
    }

    #[test]
    fn strided_views_are_copied_in_row_major_order() {
        let a = Array2::from_shape_fn((2, 3), |(i, j)| (10 * i + j) as i32);
        check(View::from(a.view()), &[0, 1, 2, 10, 11, 12]);
        check(View::from(a.t()), &[0, 10, 1, 11, 2, 12]);
        check(View::from(a.slice(s![.., ..;-1])), &[2, 1, 0, 12, 11, 10]);
        check(View::from(a.slice(s![..;-1, ..])), &[10, 11, 12, 0, 1, 2]);
        check(View::from(a.slice(s![.., 1..2])), &[1, 11]);
        check(View::from(a.slice(s![..;-1, 1..])), &[11, 12, 1, 2]);
        check(View::from(a.slice(s![0..0, ..])), &[]);
        let row = a.slice(s![1, ..]);
        check(View::from(row.broadcast((2, 3)).unwrap()), &[10, 11, 12, 10, 11, 12]);
        assert!(View::from(a.view()).is_compact() && !View::from(a.t()).is_compact());
        assert!(View::from(a.slice(s![1..2, ..])).is_compact());
    }

    #[test]
    fn elements_of_every_width_are_copied() {
        fn transposed<T: crate::Element>(of: fn(usize) -> T) {
            let a = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| of(12 * i + 4 * j + k));
            let t = a.view().permuted_axes([2, 0, 1]);
            let copy = View::from(t).to_array().unwrap();
            let expected: Vec<T> = t.iter().copied().collect();
            assert_eq!(copy.as_slice::<T>().unwrap(), expected);
        }
        transposed(|i| i as u8);
        transposed(|i| i as i16);
        transposed(|i| i as f32);
        transposed(|i| i as f64);
        transposed(|i| i % 3 == 0);
    }

    #[test]
    fn spans_cover_negative_strides() {
        let a = ndarray::arr1(&[1i32, 2, 3, 4]);
        let forward = View::from(a.view()).span();
        assert_eq!(View::from(a.slice(s![..;-1])).span(), forward);
        assert_eq!(forward.1 - forward.0, 16);
        assert_eq!(View::from(a.slice(s![1..3])).span(), (forward.0 + 4, forward.1 - 4));
    }

    /// A tensor over four i32, with chosen lengths, strides and offset in bytes.
    fn dlpack(shape: &mut [i64], strides: Option<&mut [i64]>, data: &[i32], byte_offset: u64) -> DLTensor {
        DLTensor {
            strides: strides.map_or(std::ptr::null_mut(), <[i64]>::as_mut_ptr),
            byte_offset,
            ..DLTensor::compact(DType::I32, data.as_ptr().cast_mut().cast(), shape.as_mut_ptr(), shape.len())
        }
    }

    #[test]
    fn foreign_tensors_keep_their_offset_and_strides() {
        let data = [1, 2, 3, 4];
        let mut shape = [2];
        let tensor = dlpack(&mut shape, None, &data, 4);
        // SAFETY: two elements lie at the offset.
        check(unsafe { View::from_dlpack(&tensor) }.unwrap(), &[2, 3]);
        let (mut shape, mut strides) = ([2, 2], [-2, -1]);
        let tensor = dlpack(&mut shape, Some(&mut strides), &data, 12);
        // SAFETY: the strides lead back to the first element.
        check(unsafe { View::from_dlpack(&tensor) }.unwrap(), &[4, 3, 2, 1]);
    }

    #[test]
    fn unaligned_tensors_are_not_read_in_place() {
        let bytes = [0u8; 64];
        let odd = bytes.as_ptr().wrapping_add(1 + bytes.as_ptr().addr() % 2);
        // SAFETY: one element lies within the bytes.
        let view = unsafe { View::new(odd, DType::F64, &[1], &[1]) };
        assert!(!view.is_compact());
        assert_eq!(view.to_array().unwrap().as_slice::<f64>().unwrap(), [0.0]);
    }

    #[test]
    fn foreign_tensors_of_other_kinds_are_errors() {
        let data = [0; 4];
        let mut shape = [4];
        let good = dlpack(&mut shape, None, &data, 0);
        let mut negative = [-4];
        let wrong = [
            DLTensor { device_type: 2, ..good },
            DLTensor { bits: 16, code: 2, ..good },
            DLTensor { lanes: 4, ..good },
            DLTensor { ndim: -1, ..good },
            DLTensor { shape: std::ptr::null_mut(), ..good },
            DLTensor { data: std::ptr::null_mut(), ..good },
            DLTensor { shape: negative.as_mut_ptr(), ..good },
        ];
        for tensor in &wrong {
            // SAFETY: the lies are told where they are looked for.
            assert!(unsafe { View::from_dlpack(tensor) }.is_err(), "{tensor:?}");
        }
    }
}
