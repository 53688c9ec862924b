//! Elementwise ops as users expect them: element types promote, numbers adapt, length-1 dims repeat.

use crate::{Tensor, arena::build};
use thn_ir::{
    Builder, DType, DTypeClass, Dim, Error, Literal, Loc, OpKind, Scalar, Shape, TensorType, Value,
};

/// What an operator is applied to: a tensor, or a number without a fixed element type.
#[derive(Clone, Debug)]
pub enum Term {
    /// A tensor.
    Tensor(Tensor),
    /// A number. It takes the element type of the tensors it meets: a float meeting integers makes them float, an
    /// integer that does not fit makes them wide enough.
    Number(Scalar),
}

/// Tensors and numbers: everything that can be an operand.
pub trait Operand {
    /// The operand.
    fn term(&self) -> Term;
}

impl Operand for Tensor {
    fn term(&self) -> Term {
        Term::Tensor(self.clone())
    }
}

impl Operand for Term {
    fn term(&self) -> Term {
        self.clone()
    }
}

impl<T: Operand + ?Sized> Operand for &T {
    fn term(&self) -> Term {
        (**self).term()
    }
}

macro_rules! numbers {
    ($($rust:ty => $variant:ident as $wide:ty),* $(,)?) => {
        $(
            impl Operand for $rust {
                fn term(&self) -> Term {
                    Term::Number(Scalar::$variant(<$wide>::from(*self)))
                }
            }
        )*
    };
}
numbers! {
    f64 => Float as f64, f32 => Float as f64, bool => Bool as bool,
    i8 => Int as i128, i16 => Int as i128, i32 => Int as i128, i64 => Int as i128,
    u8 => Int as i128, u16 => Int as i128, u32 => Int as i128, u64 => Int as i128,
}

impl Operand for usize {
    fn term(&self) -> Term {
        Term::Number(Scalar::Int(*self as i128))
    }
}

impl Term {
    /// The tensor, with a number as a rank-0 constant of its own type: f64, i64 or bool.
    #[track_caller]
    pub(crate) fn tensor(self) -> Tensor {
        match self {
            Term::Tensor(t) => t,
            Term::Number(number) => {
                let dtype = match number {
                    Scalar::Bool(_) => DType::Bool,
                    Scalar::Int(_) => DType::I64,
                    Scalar::Float(_) => DType::F64,
                };
                build(&[], Loc::caller(), |b, _| b.literal(Literal::scalar(dtype, number)))
            }
        }
    }
}

/// A term inside a graph.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Value(Value),
    Number(Scalar),
}

/// Applies an elementwise op; see [`apply`].
#[track_caller]
pub(crate) fn elementwise(kind: OpKind, terms: &[Term]) -> Tensor {
    let tensors: Vec<&Tensor> = terms
        .iter()
        .filter_map(|t| match t {
            Term::Tensor(t) => Some(t),
            Term::Number(_) => None,
        })
        .collect();
    build(&tensors, Loc::caller(), |b, values| {
        let mut values = values.iter();
        let parts: Vec<Part> = terms
            .iter()
            .filter_map(|t| match t {
                Term::Tensor(_) => values.next().copied().map(Part::Value),
                Term::Number(n) => Some(Part::Number(*n)),
            })
            .collect();
        apply(b, kind, &parts)
    })
}

/// Applies an elementwise op after promoting element types and repeating length-1 dims.
pub(crate) fn apply(b: &mut Builder<'_>, kind: OpKind, parts: &[Part]) -> Result<Value, Error> {
    let row = kind.row();
    // The first operand of a choice is its condition: it has no part in the common element type.
    let is_condition = |i: usize| row.operands.get(i).is_some_and(|o| o.name == "c");
    let mut types = vec![];
    for (i, part) in parts.iter().enumerate() {
        if let (Part::Value(v), false) = (part, is_condition(i)) {
            types.push(b.tensor(*v)?.dtype);
        }
    }
    let numbers: Vec<Scalar> = parts
        .iter()
        .enumerate()
        .filter_map(|(i, p)| match p {
            Part::Number(n) if !is_condition(i) => Some(*n),
            _ => None,
        })
        .collect();
    let dtype = common_dtype(kind, &types, &numbers);
    let mut values = vec![];
    for (i, part) in parts.iter().enumerate() {
        let wanted = if is_condition(i) { DType::Bool } else { dtype };
        values.push(match part {
            Part::Value(v) => b.cast(*v, wanted)?,
            Part::Number(n) => b.literal(Literal::scalar(wanted, *n))?,
        });
    }
    let values = align(b, &values)?;
    b.map(kind, &values)
}

/// The element type in which an op on tensors and numbers computes.
fn common_dtype(kind: OpKind, tensors: &[DType], numbers: &[Scalar]) -> DType {
    let tensor = tensors.iter().copied().reduce(DType::promote);
    let mut dtype = tensor.unwrap_or(DType::Bool);
    for number in numbers {
        dtype = match *number {
            Scalar::Bool(_) => dtype,
            Scalar::Int(n) => with_integer(dtype, n),
            Scalar::Float(_) if tensor.is_none() => DType::F64,
            Scalar::Float(_) => dtype.to_float(),
        };
    }
    match kind.row().dtypes.operands {
        // True division of integers is a division of float64, as in NumPy, however small the integers are.
        DTypeClass::Float if kind == OpKind::Div && !dtype.is_float() => DType::F64,
        DTypeClass::Float => dtype.to_float(),
        // Arithmetic on bools counts.
        DTypeClass::Number | DTypeClass::Int if dtype == DType::Bool => DType::I64,
        _ => dtype,
    }
}

/// The element type of an op on `dtype` and an integer without type. Floats hold every integer; bool counts in i64.
fn with_integer(dtype: DType, n: i128) -> DType {
    if dtype.is_float() {
        return dtype;
    }
    if dtype == DType::Bool {
        return DType::I64;
    }
    let fits = |d: DType| Scalar::Int(n).cast(d) == Scalar::Int(n);
    if fits(dtype) {
        return dtype;
    }
    let signed = [DType::I8, DType::I16, DType::I32, DType::I64, DType::U64];
    signed.into_iter().find(|d| fits(*d)).map_or(DType::F64, |d| dtype.promote(d))
}

/// Gives values one rank and, along dims where one has length 1 by type, one length; rank-0 values stay as they are.
/// Shapes are aligned at their last dim. Lengths that are not 1 by type are left to the checks of the op.
pub(crate) fn align(b: &mut Builder<'_>, values: &[Value]) -> Result<Vec<Value>, Error> {
    let types = values.iter().map(|v| b.tensor(*v)).collect::<Result<Vec<_>, _>>()?;
    let target = common_shape(&types);
    values
        .iter()
        .zip(&types)
        .map(|(value, ty)| if ty.rank() == 0 { Ok(*value) } else { repeat(b, *value, &target) })
        .collect()
}

/// The shape that elementwise operands of these types are repeated to.
pub(crate) fn common_shape(types: &[TensorType]) -> Shape {
    let rank = types.iter().map(TensorType::rank).max().unwrap_or(0);
    let mut shape = vec![Dim::ONE; rank];
    for ty in types {
        let skipped = rank - ty.rank();
        for (axis, dim) in ty.shape.iter().enumerate() {
            let known = &mut shape[skipped + axis];
            // A length other than 1 counts, and a number is better than a symbol.
            if known.is(1) || (known.as_const().is_none() && dim.as_const().is_some_and(|d| d != 1)) {
                *known = dim.clone();
            }
        }
    }
    Shape(shape)
}

/// Repeats a value along missing dims and dims of length 1 to the lengths of `target`; keeps its other lengths.
pub(crate) fn repeat(b: &mut Builder<'_>, value: Value, target: &Shape) -> Result<Value, Error> {
    let own = b.shape(value)?;
    let skipped = target.rank() - own.rank();
    let kept: Vec<i64> = (0..own.rank())
        .filter(|axis| !own[*axis].is(1) || target[skipped + axis].is(1))
        .map(|axis| axis as i64)
        .collect();
    let dense = if kept.len() < own.rank() { b.dimshuffle(value, &kept)? } else { value };
    let mut shape = target.clone();
    for axis in &kept {
        shape.0[skipped + *axis as usize] = own[*axis as usize].clone();
    }
    let places: Vec<i64> = kept.iter().map(|axis| axis + skipped as i64).collect();
    if kept.len() == own.rank() && skipped == 0 {
        return Ok(value);
    }
    b.broadcast(dense, &places, &shape)
}
