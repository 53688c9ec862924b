//! Memory of the caller that results are written to.

use crate::{
    Array, CallError, DLTensor, Element, View,
    view::{compact_strides, scatter},
};
use ndarray::{ArrayViewMut, Dimension};
use std::marker::PhantomData;
use thn_ir::DType;

/// A tensor of the caller that takes a result.
///
/// Compact ones that overlap nothing else of the call are written directly; the others get a copy once the call has
/// succeeded. When a call fails, what a directly written destination holds is not defined.
#[derive(Debug)]
pub struct Destination<'a> {
    view: View<'a>,
    exclusive: PhantomData<&'a mut [u8]>,
}

impl<'a> Destination<'a> {
    /// A tensor of another library. Other devices and element types, and strides that lead several indices to one
    /// element, are errors.
    ///
    /// # Safety
    ///
    /// What the tensor says of itself must be true as long as `'a` lasts, and nothing else may read or write its
    /// elements during the call, except that inputs of the same call may overlap it.
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if the tensor is on another device, has elements that `thn` has not, or lengths that fit
    /// into no memory.
    pub unsafe fn from_dlpack(tensor: &'a DLTensor) -> Result<Destination<'a>, CallError> {
        // SAFETY: as required.
        let view = unsafe { View::from_dlpack(tensor) }?;
        let mut dims: Vec<(usize, usize)> = view
            .shape()
            .iter()
            .zip(view.strides())
            .filter(|(length, _)| **length > 1)
            .map(|(length, stride)| (stride.unsigned_abs(), *length))
            .collect();
        dims.sort_unstable();
        // Sorted by stride, each dim must step over all that the smaller ones reach. This refuses some exotic tensors
        // that do not overlap themselves, which nobody makes.
        let mut reach = 0usize;
        for (stride, length) in dims {
            if stride <= reach && !view.shape().contains(&0) {
                let (shape, strides) = (view.shape(), view.strides());
                let message =
                    format!("an output of lengths {shape:?} and strides {strides:?} overlaps itself");
                return Err(CallError::data(message));
            }
            reach = reach.saturating_add(stride.saturating_mul(length - 1));
        }
        Ok(Destination { view, exclusive: PhantomData })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.view.dtype()
    }

    /// The lengths of the dims.
    pub fn shape(&self) -> &[usize] {
        self.view.shape()
    }

    /// The start, if compiled code may write it directly; `others` are the spans of everything else in the call.
    pub(crate) fn direct(&self, others: &[(usize, usize)]) -> Option<*mut u8> {
        let (low, high) = self.view.span();
        let apart = others.iter().all(|(start, end)| *end <= low || high <= *start);
        (self.view.is_compact() && apart).then(|| self.view.data().cast_mut())
    }

    /// The first and one past the last byte.
    pub(crate) fn span(&self) -> (usize, usize) {
        self.view.span()
    }

    /// Takes the elements of a result of the same type and lengths.
    pub(crate) fn copy_from(&mut self, result: &Array) {
        // SAFETY: the destination is valid for writing and has these lengths, which the caller has checked.
        unsafe {
            scatter(
                result.start(),
                self.view.data().cast_mut(),
                self.view.dtype(),
                self.view.shape(),
                self.view.strides(),
            );
        }
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayViewMut<'a, T, D>> for Destination<'a> {
    fn from(mut view: ArrayViewMut<'a, T, D>) -> Destination<'a> {
        let data: *mut T = view.as_mut_ptr();
        // SAFETY: ndarray borrows all its elements exclusively for `'a`, and never twice.
        let view = unsafe { View::new(data.cast(), T::DTYPE, view.shape(), view.strides()) };
        Destination { view, exclusive: PhantomData }
    }
}

impl<'a> From<&'a mut Array> for Destination<'a> {
    fn from(array: &'a mut Array) -> Destination<'a> {
        let strides = compact_strides(array.shape());
        // SAFETY: the array is borrowed exclusively for `'a`.
        let view = unsafe { View::new(array.start(), array.dtype(), array.shape(), &strides) };
        Destination { view, exclusive: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    #[test]
    fn strided_destinations_take_every_element() {
        let mut target = Array2::<i32>::zeros((3, 4));
        let result = Array::from_slice(&[2, 3], &[1, 2, 3, 4, 5, 6]).unwrap();
        Destination::from(target.slice_mut(s![.., ..;-2]).reversed_axes()).copy_from(&result);
        assert_eq!(target, ndarray::arr2(&[[0, 4, 0, 1], [0, 5, 0, 2], [0, 6, 0, 3]]));
    }

    #[test]
    fn destinations_that_overlap_themselves_are_refused() {
        let data = [0i32; 8];
        let (mut shape, mut strides) = ([2i64, 2], [1i64, 1]);
        let mut tensor = DLTensor {
            strides: strides.as_mut_ptr(),
            ..DLTensor::compact(DType::I32, data.as_ptr().cast_mut().cast(), shape.as_mut_ptr(), 2)
        };
        // SAFETY: nothing is written.
        let error = unsafe { Destination::from_dlpack(&tensor) }.unwrap_err();
        assert!(error.to_string().contains("overlaps itself"), "{error}");
        let mut apart = [-2i64, 1];
        tensor.strides = apart.as_mut_ptr();
        // SAFETY: nothing is written.
        assert!(unsafe { Destination::from_dlpack(&tensor) }.is_ok());
    }

    #[test]
    fn only_memory_apart_from_the_rest_is_written_directly() {
        let mut array = Array::from_slice(&[4], &[0i64; 4]).unwrap();
        let destination = Destination::from(&mut array);
        let (low, high) = destination.span();
        assert!(destination.direct(&[(low - 8, low), (high, high + 8)]).is_some());
        assert!(destination.direct(&[(low - 8, low + 1)]).is_none());
    }
}
