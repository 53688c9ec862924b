//! Between `ndarray` and tensors of calls.

use crate::{Array, CallError, Element, View};
use ndarray::{ArrayBase, ArrayD, ArrayRef, ArrayView, ArrayViewD, Data, Dimension, IxDyn};

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for View<'a> {
    fn from(view: ArrayView<'a, T, D>) -> View<'a> {
        // SAFETY: ndarray borrows all elements that its lengths and strides reach for `'a`.
        unsafe { View::new(view.as_ptr().cast(), T::DTYPE, view.shape(), view.strides()) }
    }
}

impl<'a, T: Element, S: Data<Elem = T>, D: Dimension> From<&'a ArrayBase<S, D>> for View<'a> {
    fn from(array: &'a ArrayBase<S, D>) -> View<'a> {
        View::from(array.view())
    }
}

impl Array {
    /// A compact copy of any `ndarray`.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn from_ndarray<T: Element, D: Dimension>(array: &ArrayRef<T, D>) -> Result<Array, CallError> {
        View::from(array.view()).to_array()
    }

    /// The elements as an `ndarray` without a copy; an error if they are of another type.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the elements are no `T`.
    pub fn as_view<T: Element>(&self) -> Result<ArrayViewD<'_, T>, CallError> {
        let elements = self.as_slice::<T>()?;
        ArrayView::from_shape(IxDyn(self.shape()), elements).map_err(|e| CallError::Internal(e.to_string()))
    }

    /// The elements as an `ndarray` of its own; an error if they are of another type.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the elements are no `T`.
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>, CallError> {
        Ok(self.as_view()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{arr0, arr2};

    #[test]
    fn arrays_survive_the_way_there_and_back() {
        let a = arr2(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let array = Array::from_ndarray(&a.t()).unwrap();
        assert_eq!(array.as_view::<f64>().unwrap(), a.t().into_dyn());
        assert_eq!(array.to_ndarray::<f64>().unwrap(), a.t().into_dyn());
        assert!(array.to_ndarray::<i64>().is_err());
        assert_eq!(Array::from_ndarray(&arr0(true)).unwrap().as_slice::<bool>().unwrap(), [true]);
    }
}
