//! Lengths given by users: numbers, and rank-0 integer tensors that are known before a call computes anything.

use crate::{Tensor, arena::build};
use std::collections::HashMap;
use thn_ir::{Attr, Builder, Dim, Error, Func, Loc, OpKind, Shape, Value, ValueDef};

/// A length or a bound: a number, or a rank-0 integer tensor.
#[derive(Clone, Debug)]
pub enum Length {
    /// A number.
    Fixed(i64),
    /// A tensor made from lengths, rank-0 integer inputs and arithmetic on them.
    Symbol(Tensor),
}

macro_rules! numbers {
    ($($t:ty)*) => {
        $(
            impl From<$t> for Length {
                fn from(value: $t) -> Length {
                    // A length above i64 fits no tensor, and neither does the largest i64.
                    Length::Fixed(i64::try_from(value).unwrap_or(i64::MAX))
                }
            }
        )*
    };
}
numbers! { i32 i64 usize u64 }

impl From<Tensor> for Length {
    fn from(value: Tensor) -> Length {
        Length::Symbol(value)
    }
}

impl From<&Tensor> for Length {
    fn from(value: &Tensor) -> Length {
        Length::Symbol(value.clone())
    }
}

/// A list of lengths: an array, a slice, a vector or a tuple of numbers and rank-0 integer tensors; one of them alone
/// for a vector; `()` for rank 0.
pub trait Lengths {
    /// The lengths in order.
    fn lengths(self) -> Vec<Length>;
}

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => {
        $(
            impl<T: Into<Length>, $($generics)*> Lengths for $list {
                fn lengths(self) -> Vec<Length> {
                    self.into_iter().map(Into::into).collect()
                }
            }
        )*
    };
}
lists! {
    [const N: usize] [T; N];
    [] Vec<T>;
}

impl<T: Into<Length> + Clone, const N: usize> Lengths for &[T; N] {
    fn lengths(self) -> Vec<Length> {
        self.iter().cloned().map(Into::into).collect()
    }
}

impl<T: Into<Length> + Clone> Lengths for &[T] {
    fn lengths(self) -> Vec<Length> {
        self.iter().cloned().map(Into::into).collect()
    }
}

macro_rules! single {
    ($($one:ty)*) => {
        $(
            impl Lengths for $one {
                fn lengths(self) -> Vec<Length> {
                    vec![self.into()]
                }
            }
        )*
    };
}
single! { i32 i64 usize u64 Tensor &Tensor Length }

impl Lengths for () {
    fn lengths(self) -> Vec<Length> {
        vec![]
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {
        $(
            #[expect(non_snake_case, reason = "each value has the name of its type")]
            impl<$($name: Into<Length>),*> Lengths for ($($name,)*) {
                fn lengths(self) -> Vec<Length> {
                    let ($($name,)*) = self;
                    vec![$($name.into()),*]
                }
            }
        )*
    };
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}

/// The tensors among lengths, in order.
pub(crate) fn tensors(lengths: &[Length]) -> Vec<&Tensor> {
    lengths
        .iter()
        .filter_map(|l| match l {
            Length::Symbol(t) => Some(t),
            Length::Fixed(_) => None,
        })
        .collect()
}

/// Lengths as dims; `values` are those of [`tensors`].
pub(crate) fn dims(func: &mut Func, lengths: &[Length], values: &[Value]) -> Result<Vec<Dim>, Error> {
    let mut values = values.iter();
    lengths
        .iter()
        .map(|length| match length {
            Length::Fixed(n) => Ok(Dim::from(*n)),
            Length::Symbol(_) => match values.next() {
                Some(value) => dim(func, *value),
                None => Err(Error::internal("a length without value")),
            },
        })
        .collect()
}

/// A value as a dim, or an error that says what is needed.
pub(crate) fn dim(func: &mut Func, value: Value) -> Result<Dim, Error> {
    as_dim(func, value).ok_or_else(|| {
        Error::input(format!(
            "{} is {}; a length is made from numbers, lengths of inputs and rank-0 integer inputs",
            func.describe(value),
            func.ty(value)
        ))
    })
}

/// The attribute of entry arguments that stand for the arguments of a region: their values are not known before a
/// call.
pub(crate) const LOCAL: &str = "thn.local";

/// The dim that a rank-0 integer value certainly equals.
pub(crate) fn as_dim(func: &mut Func, value: Value) -> Option<Dim> {
    let mut known: HashMap<Value, Option<Dim>> = HashMap::new();
    let mut stack = vec![value];
    while let Some(value) = stack.last().copied() {
        if known.contains_key(&value) {
            stack.pop();
            continue;
        }
        let parts = parts(func, value);
        let open: Vec<Value> = parts.iter().copied().filter(|v| !known.contains_key(v)).collect();
        if !open.is_empty() {
            stack.extend(open);
            continue;
        }
        let dims: Option<Vec<Dim>> = parts.iter().map(|v| known[v].clone()).collect();
        let dim = dims.and_then(|dims| combined(func, value, &dims));
        known.insert(value, dim);
    }
    known.remove(&value).flatten()
}

fn is_whole_number(func: &Func, value: Value) -> bool {
    func.tensor(value).is_some_and(|ty| ty.rank() == 0 && ty.dtype.is_int())
}

/// The values that the dim of a value is computed from, if it is arithmetic.
fn parts(func: &Func, value: Value) -> Vec<Value> {
    let Some(op) = func.def_op(value).filter(|_| is_whole_number(func, value)).map(|op| func.op(op)) else {
        return vec![];
    };
    match op.kind {
        OpKind::Add
        | OpKind::Sub
        | OpKind::Mul
        | OpKind::Neg
        | OpKind::Maximum
        | OpKind::Minimum
        | OpKind::FloorDiv
        | OpKind::Cast => op.operands.to_vec(),
        _ => vec![],
    }
}

/// The dim of a value whose [`parts`] have these.
fn combined(func: &mut Func, value: Value, parts: &[Dim]) -> Option<Dim> {
    if !is_whole_number(func, value) {
        return None;
    }
    let kind = match func.def(value) {
        ValueDef::Arg { index, .. } => {
            let local = func.args.get(index as usize).is_some_and(|a| a.attrs.get(LOCAL).is_some());
            return if local { None } else { func.value_as_dim(value) };
        }
        ValueDef::Result { op, .. } => func.op(op).kind,
    };
    Some(match (kind, parts) {
        (OpKind::Add, [a, b]) => a.clone() + b.clone(),
        (OpKind::Sub, [a, b]) => a.clone() - b.clone(),
        (OpKind::Mul, [a, b]) => a.clone() * b.clone(),
        (OpKind::Neg, [a]) => Dim::from(0) - a.clone(),
        (OpKind::Maximum, [a, b]) => Dim::max(a, b),
        (OpKind::Minimum, [a, b]) => Dim::min(a, b),
        (OpKind::FloorDiv, [a, b]) => a.floor_div(b),
        (OpKind::Cast, [a]) => a.clone(),
        _ => return func.value_as_dim(value),
    })
}

/// A shape, with at most one length `-1` replaced by what is left of `size` elements.
pub(crate) fn complete(mut dims: Vec<Dim>, size: &Dim) -> Result<Shape, Error> {
    let open: Vec<usize> = (0..dims.len()).filter(|i| dims[*i].is(-1)).collect();
    match open.as_slice() {
        [] => {}
        [one] => {
            dims[*one] = Dim::ONE;
            let rest = Dim::product(&dims);
            dims[*one] = size.floor_div(&rest);
        }
        _ => return Err(Error::input("at most one length of a reshape can be -1")),
    }
    Ok(Shape(dims))
}

impl Tensor {
    /// The length of a dim, as a rank-0 int64 tensor. A negative axis counts from the end.
    #[track_caller]
    pub fn shape(&self, axis: i64) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let shape = b.shape(v[0])?;
            let axis = crate::axes::axis(axis, shape.rank())?;
            b.dim(shape[axis].clone())
        })
    }

    /// The number of elements, as a rank-0 int64 tensor.
    #[track_caller]
    pub fn size(&self) -> Tensor {
        build(&[self], Loc::caller(), |b, v| {
            let size = b.shape(v[0])?.size();
            b.dim(size)
        })
    }
}

/// A position along an axis, 0 at its start.
pub(crate) fn iota(b: &mut Builder<'_>, shape: Shape, axis: usize) -> Result<Value, Error> {
    let ty = thn_ir::TensorType::new(thn_ir::DType::I64, shape);
    b.shaped(OpKind::Iota, &[], thn_ir::Attrs::new().with("axis", Attr::Int(axis as i64)), &ty)
}
