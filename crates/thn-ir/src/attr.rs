//! Attributes of ops and literal tensors.

use crate::{DType, Dim, Scalar, Shape, TensorType};
use std::{borrow::Cow, fmt, sync::Arc};

/// A literal tensor. Elements are stored in row-major order, little-endian; a splat stores one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal {
    dtype: DType,
    shape: Vec<usize>,
    splat: bool,
    data: Arc<[u8]>,
}

impl Literal {
    /// A rank-0 literal, converted to `dtype` as `cast` converts.
    pub fn scalar(dtype: DType, value: Scalar) -> Literal {
        Literal::splat(dtype, &[], value)
    }

    /// The same value everywhere.
    pub fn splat(dtype: DType, shape: &[usize], value: Scalar) -> Literal {
        Literal { dtype, shape: shape.to_vec(), splat: true, data: encode(dtype, value).into() }
    }

    /// From elements in row-major order. `None` if their number is not the product of `shape`.
    pub fn from_scalars(dtype: DType, shape: &[usize], values: &[Scalar]) -> Option<Literal> {
        let bytes: Vec<u8> = values.iter().flat_map(|v| encode(dtype, *v)).collect();
        Literal::from_bytes(dtype, shape, &bytes)
    }

    /// From little-endian bytes in row-major order. `None` if their number is wrong.
    pub fn from_bytes(dtype: DType, shape: &[usize], bytes: &[u8]) -> Option<Literal> {
        let size = dtype.size();
        let count = shape.iter().try_fold(1usize, |a, d| a.checked_mul(*d))?;
        if bytes.len() != count.checked_mul(size)? {
            return None;
        }
        // Equal tensors are equal literals: a repeated element is always stored once.
        let splat = count > 0 && bytes.chunks_exact(size).all(|c| c == &bytes[..size]);
        let data = if splat { &bytes[..size] } else { bytes };
        Some(Literal { dtype, shape: shape.to_vec(), splat, data: data.into() })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The lengths of the dims.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of the constant.
    pub fn ty(&self) -> TensorType {
        let dims: Vec<i64> = self.shape.iter().map(|d| *d as i64).collect();
        TensorType::new(self.dtype, Shape::fixed(&dims))
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The common value of all elements, if they are all equal bit for bit and there is one.
    pub fn splat_value(&self) -> Option<Scalar> {
        (self.splat && !self.is_empty()).then(|| decode(self.dtype, &self.data))
    }

    /// The element at a row-major position below [`Literal::len`].
    pub fn get(&self, position: usize) -> Scalar {
        let at = if self.splat { 0 } else { position * self.dtype.size() };
        decode(self.dtype, &self.data[at..])
    }

    /// All elements in row-major order.
    pub fn iter(&self) -> impl Iterator<Item = Scalar> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Row-major little-endian bytes of all elements.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.splat { self.data.repeat(self.len()) } else { self.data.to_vec() }
    }

    /// The same splat value over another shape; `None` if the elements differ.
    pub fn with_shape(&self, shape: &[usize]) -> Option<Literal> {
        self.splat.then(|| Literal { shape: shape.to_vec(), ..self.clone() })
    }
}

impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Literal {
    /// `2.5`, or `[1, 2, 3] : tensor<3xi64>` cut after eight elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = |s: Scalar| match s {
            Scalar::Bool(b) => b.to_string(),
            Scalar::Int(i) => i.to_string(),
            Scalar::Float(x) => format!("{x:?}"),
        };
        match self.splat_value() {
            Some(v) => write!(f, "{} : {}", item(v), self.ty()),
            None => {
                let shown: Vec<String> = self.iter().take(8).map(item).collect();
                let more = if self.len() > 8 { ", …" } else { "" };
                write!(f, "[{}{more}] : {}", shown.join(", "), self.ty())
            }
        }
    }
}

fn encode(dtype: DType, value: Scalar) -> Vec<u8> {
    match (dtype, value.cast(dtype)) {
        (DType::F32, v) => (v.to_f64() as f32).to_le_bytes().to_vec(),
        (DType::F64, v) => v.to_f64().to_le_bytes().to_vec(),
        (_, v) => v.to_i128().to_le_bytes()[..dtype.size()].to_vec(),
    }
}

fn decode(dtype: DType, bytes: &[u8]) -> Scalar {
    let mut wide = [0u8; 8];
    wide[..dtype.size()].copy_from_slice(&bytes[..dtype.size()]);
    let bits = u64::from_le_bytes(wide);
    match dtype {
        DType::Bool => Scalar::Bool(bits != 0),
        DType::I8 => Scalar::Int((bits as i8).into()),
        DType::I16 => Scalar::Int((bits as i16).into()),
        DType::I32 => Scalar::Int((bits as i32).into()),
        DType::I64 => Scalar::Int((bits as i64).into()),
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => Scalar::Int(bits.into()),
        DType::F32 => Scalar::Float(f32::from_bits(bits as u32).into()),
        DType::F64 => Scalar::Float(f64::from_bits(bits)),
    }
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Attr {
    /// An integer.
    Int(i64),
    /// A list of integers.
    Ints(Arc<[i64]>),
    /// A dim expression, spelled as a string in MLIR.
    Dim(Dim),
    /// A list of dim expressions, spelled as strings in MLIR.
    Dims(Arc<[Dim]>),
    /// Text.
    Str(Arc<str>),
    /// An element type.
    DType(DType),
    /// A tensor.
    Literal(Literal),
    /// A discardable attribute of another owner, by its MLIR spelling.
    Mlir(Arc<str>),
}

/// Attributes sorted by name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Attrs(Vec<(Cow<'static, str>, Attr)>);

impl Attrs {
    /// No attributes.
    pub fn new() -> Attrs {
        Attrs::default()
    }

    /// With one more or another value.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, attr: Attr) -> Attrs {
        self.set(name, attr);
        self
    }

    /// With a list of integers.
    #[must_use]
    pub fn ints(self, name: &'static str, values: &[i64]) -> Attrs {
        self.with(name, Attr::Ints(values.into()))
    }

    /// With a list of dims.
    #[must_use]
    pub fn dims(self, name: &'static str, values: &[Dim]) -> Attrs {
        self.with(name, Attr::Dims(values.into()))
    }

    /// Adds or replaces.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, attr: Attr) {
        let name = name.into();
        match self.0.binary_search_by(|(n, _)| n.as_ref().cmp(&name)) {
            Ok(at) => self.0[at].1 = attr,
            Err(at) => self.0.insert(at, (name, attr)),
        }
    }

    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&Attr> {
        let at = self.0.binary_search_by(|(n, _)| n.as_ref().cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    /// A list of integers under `name`; empty if there is none.
    pub fn get_ints(&self, name: &str) -> &[i64] {
        match self.get(name) {
            Some(Attr::Ints(v)) => v,
            _ => &[],
        }
    }

    /// An integer under `name`.
    pub fn get_int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Attr::Int(v)) => Some(*v),
            _ => None,
        }
    }

    /// A list of dims under `name`; empty if there is none.
    pub fn get_dims(&self, name: &str) -> &[Dim] {
        match self.get(name) {
            Some(Attr::Dims(v)) => v,
            _ => &[],
        }
    }

    /// A dim under `name`.
    pub fn get_dim(&self, name: &str) -> Option<&Dim> {
        match self.get(name) {
            Some(Attr::Dim(v)) => Some(v),
            _ => None,
        }
    }

    /// Text under `name`.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Attr::Str(v)) => Some(v),
            _ => None,
        }
    }

    /// An element type under `name`.
    pub fn get_dtype(&self, name: &str) -> Option<DType> {
        match self.get(name) {
            Some(Attr::DType(v)) => Some(*v),
            _ => None,
        }
    }

    /// A literal under `name`.
    pub fn get_literal(&self, name: &str) -> Option<&Literal> {
        match self.get(name) {
            Some(Attr::Literal(v)) => Some(v),
            _ => None,
        }
    }

    /// All, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attr)> {
        self.0.iter().map(|(n, a)| (n.as_ref(), a))
    }

    /// All values, for rewriting dims in place.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Attr> {
        self.0.iter_mut().map(|(_, a)| a)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attr::Int(v) => write!(f, "{v}"),
            Attr::Ints(v) => write!(f, "{v:?}"),
            Attr::Dim(d) => write!(f, "\"{d}\""),
            Attr::Dims(v) => {
                let parts: Vec<String> = v.iter().map(|d| format!("\"{d}\"")).collect();
                write!(f, "[{}]", parts.join(", "))
            }
            Attr::Str(s) => write!(f, "{s:?}"),
            Attr::DType(d) => d.fmt(f),
            Attr::Literal(l) => l.fmt(f),
            Attr::Mlir(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tensors_are_equal_literals() {
        let ones = Literal::from_scalars(DType::F32, &[2, 2], &[Scalar::Float(1.0); 4]).unwrap();
        assert_eq!(ones, Literal::splat(DType::F32, &[2, 2], Scalar::Int(1)));
        assert_eq!(ones.get(3), Scalar::Float(1.0));
        assert_eq!(ones.to_bytes().len(), 16);
    }

    #[test]
    fn zeros_of_both_signs_differ() {
        let pair =
            Literal::from_scalars(DType::F64, &[2], &[Scalar::Float(0.0), Scalar::Float(-0.0)]).unwrap();
        assert_eq!(pair.splat_value(), None);
    }

    #[test]
    fn wrong_sizes_are_refused() {
        assert!(Literal::from_bytes(DType::I32, &[2], &[0; 7]).is_none());
        assert!(Literal::from_bytes(DType::I32, &[usize::MAX, 2], &[]).is_none());
    }
}
