//! Attributes of `thn-ir` and MLIR.

use crate::{
    raw,
    text::attribute_text,
    types::{dtype, mlir_dtype, mlir_tensor, shaped},
};
use mlir_sys::*;
use thn_ir::{Attr, AttrKind, DType, Dim, Literal, Scalar, Symbol};

/// Finds the symbol of a name in a dim expression.
pub type Lookup<'a> = &'a mut dyn FnMut(&str) -> Option<Symbol>;

/// Reads an attribute that the op table declares. The error says what is wrong with it.
pub fn read(kind: AttrKind, attribute: MlirAttribute, symbols: Lookup) -> Result<Attr, String> {
    let unexpected = || format!("{} is not of kind {kind:?}", attribute_text(attribute));
    match kind {
        AttrKind::Int => integer(attribute).map(Attr::Int).ok_or_else(unexpected),
        AttrKind::Ints => integers(attribute).map(|all| Attr::Ints(all.into())).ok_or_else(unexpected),
        AttrKind::Dim => {
            let text = raw::string(attribute).ok_or_else(unexpected)?;
            Ok(Attr::Dim(Dim::parse(&text, symbols)?))
        }
        AttrKind::Dims => {
            let texts = strings(attribute).ok_or_else(unexpected)?;
            let dims = texts.iter().map(|text| Dim::parse(text, symbols)).collect::<Result<Vec<_>, _>>()?;
            Ok(Attr::Dims(dims.into()))
        }
        AttrKind::Str => raw::string(attribute).map(|text| Attr::Str(text.into())).ok_or_else(unexpected),
        AttrKind::DType => {
            // SAFETY: the attribute is alive and holds a type.
            let held = unsafe { mlirAttributeIsAType(attribute).then(|| mlirTypeAttrGetValue(attribute)) };
            held.and_then(dtype).map(Attr::DType).ok_or_else(unexpected)
        }
        AttrKind::Literal => dense(attribute)
            .map(Attr::Literal)
            .ok_or_else(|| format!("{} is not a dense literal", attribute_text(attribute))),
    }
}

/// An attribute of an op of thn that the op table does not declare. A name without a dialect is thn's own,
/// such as the planner's choices, and is read by its form; any other is kept by its spelling.
pub(crate) fn undeclared(name: &str, attribute: MlirAttribute, symbols: Lookup) -> Attr {
    let forms = [AttrKind::Int, AttrKind::Ints, AttrKind::Str, AttrKind::DType, AttrKind::Dims];
    let own = !name.contains('.');
    let read = forms.into_iter().filter(|_| own).find_map(|kind| read(kind, attribute, symbols).ok());
    read.unwrap_or_else(|| foreign(attribute))
}

/// Any attribute, by its spelling.
pub(crate) fn foreign(attribute: MlirAttribute) -> Attr {
    Attr::Mlir(attribute_text(attribute).into())
}

/// The MLIR form of an attribute; `None` if a foreign one's spelling is unknown in this context.
pub fn write(context: MlirContext, attribute: &Attr) -> Option<MlirAttribute> {
    // SAFETY: the context is alive; arrays have the stated lengths and are copied.
    unsafe {
        Some(match attribute {
            Attr::Int(value) => mlirIntegerAttrGet(mlirIntegerTypeGet(context, 64), *value),
            Attr::Ints(values) => mlirDenseI64ArrayGet(context, values.len() as isize, values.as_ptr()),
            Attr::Dim(dim) => raw::make_string(context, &dim.to_string()),
            Attr::Dims(dims) => write_dims(context, dims.iter()),
            Attr::Str(text) => raw::make_string(context, text),
            Attr::DType(dtype) => raw::make_type_attribute(mlir_dtype(context, *dtype)),
            Attr::Literal(literal) => write_literal(context, literal),
            Attr::Mlir(text) => return raw::parse_attribute(context, text),
        })
    }
}

/// Dims as an array of strings.
pub(crate) fn write_dims<'a>(context: MlirContext, dims: impl IntoIterator<Item = &'a Dim>) -> MlirAttribute {
    let texts: Vec<_> = dims.into_iter().map(|dim| raw::make_string(context, &dim.to_string())).collect();
    raw::make_array(context, &texts)
}

/// An array of strings; `None` if the attribute is another.
pub(crate) fn strings(attribute: MlirAttribute) -> Option<Vec<String>> {
    raw::array(attribute)?.into_iter().map(raw::string).collect()
}

/// A signless integer of at most 64 bits.
pub(crate) fn integer(attribute: MlirAttribute) -> Option<i64> {
    // SAFETY: the attribute is alive; its value is read only where it is a signless integer that fits.
    unsafe {
        if !mlirAttributeIsAInteger(attribute) {
            return None;
        }
        let r#type = mlirAttributeGetType(attribute);
        let fits = mlirTypeIsAInteger(r#type)
            && mlirIntegerTypeIsSignless(r#type)
            && mlirIntegerTypeGetWidth(r#type) <= 64;
        fits.then(|| mlirIntegerAttrGetValueInt(attribute))
    }
}

/// A number of type `index`.
pub fn index(attribute: MlirAttribute) -> Option<i64> {
    // SAFETY: the attribute is alive; its value is read only where it is an index.
    unsafe {
        let is_index =
            mlirAttributeIsAInteger(attribute) && mlirTypeIsAIndex(mlirAttributeGetType(attribute));
        is_index.then(|| mlirIntegerAttrGetValueInt(attribute))
    }
}

fn integers(attribute: MlirAttribute) -> Option<Vec<i64>> {
    // SAFETY: the attribute is alive; the positions are below the count.
    unsafe {
        mlirAttributeIsADenseI64Array(attribute).then(|| {
            (0..mlirDenseArrayGetNumElements(attribute))
                .map(|position| mlirDenseI64ArrayGetElement(attribute, position))
                .collect()
        })
    }
}

/// A dense literal, of a tensor or vector, of an element type that thn computes with.
pub(crate) fn dense(attribute: MlirAttribute) -> Option<Literal> {
    // SAFETY: the attribute is alive; its data are read within the bounds that its type states. A splat
    // stores one element. Bools are read one by one, as their storage is packed.
    unsafe {
        if !mlirAttributeIsADenseElements(attribute) {
            return None;
        }
        let (dtype, dims) = shaped(mlirAttributeGetType(attribute))?;
        let shape = dims
            .into_iter()
            .map(|dim| dim.and_then(|length| usize::try_from(length).ok()))
            .collect::<Option<Vec<_>>>()?;
        let count = shape.iter().try_fold(1_usize, |product, length| product.checked_mul(*length))?;
        let splat = count > 0 && mlirDenseElementsAttrIsSplat(attribute);
        if dtype == DType::Bool {
            let stored = if splat { 1 } else { count };
            let values: Vec<_> = (0..stored)
                .map(|position| Scalar::Bool(mlirDenseElementsAttrGetBoolValue(attribute, position as isize)))
                .collect();
            return match values.as_slice() {
                [value] if splat => Some(Literal::splat(dtype, &shape, *value)),
                values => Literal::from_scalars(dtype, &shape, values),
            };
        }
        if count == 0 {
            return Literal::from_bytes(dtype, &shape, &[]);
        }
        let stored = if splat { 1 } else { count };
        let data = mlirDenseElementsAttrGetRawData(attribute).cast::<u8>();
        let bytes = std::slice::from_raw_parts(data, stored.checked_mul(dtype.size())?);
        if splat {
            let one = Literal::from_bytes(dtype, &[], bytes)?;
            return one.with_shape(&shape);
        }
        Literal::from_bytes(dtype, &shape, bytes)
    }
}

fn write_literal(context: MlirContext, literal: &Literal) -> MlirAttribute {
    write_dense(mlir_tensor(context, &literal.ty()), literal)
}

/// One element as an attribute of its type.
pub fn write_number(r#type: MlirType, value: Scalar) -> MlirAttribute {
    // SAFETY: the type is alive and, as the caller says, one of elements.
    unsafe {
        match value {
            Scalar::Float(value) => mlirFloatAttrDoubleGet(mlirTypeGetContext(r#type), r#type, value),
            other => mlirIntegerAttrGet(r#type, other.to_i128() as i64),
        }
    }
}

/// A literal as an attribute of a tensor or vector type of its shape.
pub fn write_dense(r#type: MlirType, literal: &Literal) -> MlirAttribute {
    // SAFETY: the type has exactly as many elements as are given, or the one element of a splat.
    unsafe {
        if literal.dtype() == DType::Bool {
            if let Some(value) = literal.splat_value() {
                return mlirDenseElementsAttrBoolSplatGet(r#type, value == Scalar::Bool(true));
            }
            let values: Vec<_> = literal.iter().map(|value| i32::from(value == Scalar::Bool(true))).collect();
            return mlirDenseElementsAttrBoolGet(r#type, values.len() as isize, values.as_ptr());
        }
        let bytes = match literal.splat_value() {
            Some(_) => literal.with_shape(&[]).map_or_else(Vec::new, |one| one.to_bytes()),
            None => literal.to_bytes(),
        };
        mlirDenseElementsAttrRawBufferGet(r#type, bytes.len(), bytes.as_ptr().cast())
    }
}
