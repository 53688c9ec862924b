//! Data from outside: numbers, nested lists and `ndarray` arrays, and how they become what a variable declares.

use ndarray::{ArrayBase, ArrayView, Data, Dimension};
use thn_ir::{DType, Scalar};
use thn_runtime::{Array, CallError, Element, View};

/// A tensor given from outside: borrowed from an `ndarray` without a copy, or made from numbers and lists.
#[derive(Debug)]
pub struct Datum<'a>(Result<Source<'a>, CallError>);

#[derive(Debug)]
enum Source<'a> {
    /// Someone's array; its element type is meant.
    Borrowed(View<'a>),
    /// An array that was handed over; its element type is meant.
    Owned(Array),
    /// Numbers as the source code spells them; only their values are meant.
    Spelled(Array),
}

/// Numbers, and lists of them of any depth.
pub trait Nested {
    /// The Rust type of the numbers.
    type Number: Element;
    /// Appends the lengths from here on.
    fn lengths(&self, shape: &mut Vec<usize>);
    /// Appends all numbers.
    fn numbers(&self, out: &mut Vec<Self::Number>);
}

macro_rules! numbers {
    ($($t:ty)*) => {
        $(
            impl Nested for $t {
                type Number = $t;
                fn lengths(&self, _: &mut Vec<usize>) {}
                fn numbers(&self, out: &mut Vec<$t>) {
                    out.push(*self);
                }
            }
            impl From<$t> for Datum<'_> {
                fn from(value: $t) -> Self {
                    spelled(&value)
                }
            }
        )*
    };
}
numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => {
        $(
            impl<T: Nested, $($generics)*> Nested for $list {
                type Number = T::Number;
                fn lengths(&self, shape: &mut Vec<usize>) {
                    shape.push(self.len());
                    if let Some(first) = self.first() {
                        first.lengths(shape);
                    }
                }
                fn numbers(&self, out: &mut Vec<T::Number>) {
                    self.iter().for_each(|item| item.numbers(out));
                }
            }
            impl<T: Nested, $($generics)*> From<$list> for Datum<'_> {
                fn from(list: $list) -> Self {
                    spelled(&list)
                }
            }
            impl<T: Nested, $($generics)*> From<&$list> for Datum<'_> {
                fn from(list: &$list) -> Self {
                    spelled(list)
                }
            }
        )*
    };
}
lists! {
    [const N: usize] [T; N];
    [] Vec<T>;
}

fn spelled<'a, T: Nested>(value: &T) -> Datum<'a> {
    let (mut shape, mut numbers) = (vec![], vec![]);
    value.lengths(&mut shape);
    value.numbers(&mut numbers);
    let array = if numbers.len() == shape.iter().product::<usize>() {
        Array::from_slice(&shape, &numbers)
    } else {
        let (count, shape) = (numbers.len(), &shape);
        Err(CallError::Data(format!(
            "nested lists of different lengths: {count} numbers do not fill {shape:?}"
        )))
    };
    Datum(array.map(Source::Spelled))
}

impl<'a, T: Element, S: Data<Elem = T>, D: Dimension> From<&'a ArrayBase<S, D>> for Datum<'a> {
    fn from(array: &'a ArrayBase<S, D>) -> Self {
        Datum(Ok(Source::Borrowed(View::from(array))))
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for Datum<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        Datum(Ok(Source::Borrowed(View::from(view))))
    }
}

impl<'a> From<View<'a>> for Datum<'a> {
    fn from(view: View<'a>) -> Self {
        Datum(Ok(Source::Borrowed(view)))
    }
}

impl<T: Element, D: Dimension> From<ndarray::Array<T, D>> for Datum<'_> {
    fn from(array: ndarray::Array<T, D>) -> Self {
        Datum(Array::from_ndarray(&array).map(Source::Owned))
    }
}

impl From<Array> for Datum<'_> {
    fn from(array: Array) -> Self {
        Datum(Ok(Source::Owned(array)))
    }
}

impl<'a> From<&'a Array> for Datum<'a> {
    fn from(array: &'a Array) -> Self {
        Datum(Ok(Source::Borrowed(array.view())))
    }
}

impl<'a> Datum<'a> {
    /// The data as what a variable of element type `dtype` takes: element types widen without loss, and numbers spelled
    /// in the source may also narrow, floats with rounding, as a literal does, and integers if each keeps its value.
    /// Nothing is copied if the element type is right.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the element type would narrow, [`CallError::Data`] if nested lists have different lengths,
    /// [`CallError::OutOfMemory`].
    pub fn for_variable(self, name: &str, dtype: DType) -> Result<Datum<'a>, CallError> {
        let source = self.0?;
        let (given, spelled) = match &source {
            Source::Borrowed(view) => (view.dtype(), false),
            Source::Owned(array) => (array.dtype(), false),
            Source::Spelled(array) => (array.dtype(), true),
        };
        if given == dtype {
            return Ok(Datum(Ok(source)));
        }
        let array = match source {
            Source::Borrowed(view) => view.to_array()?,
            Source::Owned(array) | Source::Spelled(array) => array,
        };
        let widens = given.promote(dtype) == dtype;
        let rounds = given.is_float() && dtype.is_float();
        let keeps = || (0..array.len()).filter_map(|i| array.get(i)).all(|v| same_value(v, v.cast(dtype)));
        if !(widens || spelled && (rounds || keeps())) {
            return Err(CallError::DType { name: name.to_string(), needed: dtype, given });
        }
        Ok(Datum(Ok(Source::Owned(array.cast(dtype)?))))
    }

    /// The data as an argument of a call.
    ///
    /// # Errors
    ///
    /// As [`Datum::into_array`].
    pub fn view(&self) -> Result<View<'_>, CallError> {
        match &self.0 {
            Ok(Source::Borrowed(view)) => Ok(view.clone()),
            Ok(Source::Owned(array) | Source::Spelled(array)) => Ok(array.view()),
            Err(e) => Err(e.clone()),
        }
    }

    /// The data as an array of its own.
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if nested lists have different lengths, [`CallError::OutOfMemory`].
    pub fn into_array(self) -> Result<Array, CallError> {
        match self.0? {
            Source::Borrowed(view) => view.to_array(),
            Source::Owned(array) | Source::Spelled(array) => Ok(array),
        }
    }
}

/// Whether a conversion kept the value; NaN keeps being NaN.
fn same_value(before: Scalar, after: Scalar) -> bool {
    let number = |s: Scalar| match s {
        Scalar::Bool(b) => Scalar::Int(b.into()),
        other => other,
    };
    match (number(before), number(after)) {
        (Scalar::Int(a), Scalar::Int(b)) => a == b,
        (a, b) => a.to_f64() == b.to_f64() || (a.to_f64().is_nan() && b.to_f64().is_nan()),
    }
}
