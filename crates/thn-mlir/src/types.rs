//! Tensor types of `thn-ir` and MLIR.
//!
//! MLIR spells every dim that is not a number as `?`. What the `?` stands for comes from elsewhere; see
//! `dims.rs`.

use crate::{raw, text::type_text};
use mlir_sys::*;
use thn_ir::{DType, Dim, Func, Shape, Symbol, TensorType, Type};

/// Element type and dims of a tensor that thn computes with; `None` for any other type.
pub fn tensor(r#type: MlirType) -> Option<(DType, Vec<Option<i64>>)> {
    // SAFETY: the type is alive; dims are asked for below the rank.
    unsafe {
        if !mlirTypeIsARankedTensor(r#type) || !mlirRankedTensorTypeGetEncoding(r#type).ptr.is_null() {
            return None;
        }
        let dtype = dtype(mlirShapedTypeGetElementType(r#type))?;
        let dims = (0..mlirShapedTypeGetRank(r#type) as isize)
            .map(|axis| {
                (!mlirShapedTypeIsDynamicDim(r#type, axis)).then(|| mlirShapedTypeGetDimSize(r#type, axis))
            })
            .collect();
        Some((dtype, dims))
    }
}

/// Element type and dims of what holds elements that thn computes with: a ranked tensor, a vector, or one element
/// by itself; `None` for any other type.
pub fn shaped(r#type: MlirType) -> Option<(DType, Vec<Option<i64>>)> {
    // SAFETY: the type is alive; dims are asked for below the rank.
    unsafe {
        if mlirTypeIsAVector(r#type) {
            let dtype = dtype(mlirShapedTypeGetElementType(r#type))?;
            let dims = (0..mlirShapedTypeGetRank(r#type) as isize)
                .map(|axis| Some(mlirShapedTypeGetDimSize(r#type, axis)))
                .collect();
            return (!mlirVectorTypeIsScalable(r#type)).then_some((dtype, dims));
        }
    }
    if let Some(dtype) = dtype(r#type) {
        return Some((dtype, vec![]));
    }
    tensor(r#type)
}

/// The type of elements of another kind in the same arrangement.
pub fn with_dtype(context: MlirContext, r#type: MlirType, dtype: DType) -> MlirType {
    let element = mlir_dtype(context, dtype);
    // SAFETY: the type is alive; dims are asked for below the rank.
    unsafe {
        if !mlirTypeIsAShaped(r#type) {
            return element;
        }
        let dims: Vec<i64> = (0..mlirShapedTypeGetRank(r#type) as isize)
            .map(|axis| mlirShapedTypeGetDimSize(r#type, axis))
            .collect();
        if mlirTypeIsAVector(r#type) {
            return mlirVectorTypeGet(dims.len() as isize, dims.as_ptr(), element);
        }
        mlirRankedTensorTypeGet(dims.len() as isize, dims.as_ptr(), element, mlirAttributeGetNull())
    }
}

/// An element type; `None` for those that thn does not compute with.
pub fn dtype(r#type: MlirType) -> Option<DType> {
    DType::from_mlir(&type_text(r#type))
}

/// The MLIR spelling of an element type.
pub fn mlir_dtype(context: MlirContext, dtype: DType) -> MlirType {
    let bits = dtype.size() as u32 * 8;
    // SAFETY: the context is alive.
    unsafe {
        match dtype {
            DType::F32 => mlirF32TypeGet(context),
            DType::F64 => mlirF64TypeGet(context),
            DType::Bool => mlirIntegerTypeGet(context, 1),
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => mlirIntegerTypeUnsignedGet(context, bits),
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => mlirIntegerTypeGet(context, bits),
        }
    }
}

/// A tensor type with `?` for every dim that is not a number.
pub fn mlir_tensor(context: MlirContext, tensor: &TensorType) -> MlirType {
    // A negative number is no length; as `?` it parses, and the shape program refuses it.
    let lengths: Vec<_> = tensor.shape.iter().map(Dim::as_const).collect();
    ranked(context, tensor.dtype, &lengths)
}

/// A tensor type with these dims.
pub fn ranked(context: MlirContext, dtype: DType, lengths: &[Option<i64>]) -> MlirType {
    // SAFETY: the context is alive; the array has the stated length; the encoding is absent.
    unsafe {
        let dynamic = mlirShapedTypeGetDynamicSize();
        let dims: Vec<i64> =
            lengths.iter().map(|length| length.filter(|l| *l >= 0).unwrap_or(dynamic)).collect();
        let element = mlir_dtype(context, dtype);
        mlirRankedTensorTypeGet(dims.len() as isize, dims.as_ptr(), element, mlirAttributeGetNull())
    }
}

/// Any type; `None` if a foreign type's spelling is unknown in this context.
pub(crate) fn mlir_type(context: MlirContext, r#type: &Type) -> Option<MlirType> {
    match r#type {
        Type::Tensor(tensor) => Some(mlir_tensor(context, tensor)),
        Type::Foreign(text) => raw::parse_type(context, text),
    }
}

/// Gives each `?` a symbol of its own, all printed `?`: for looking at one op, whose surroundings are
/// unknown.
///
/// Two symbols are one where their numbers agree, whatever their names. All types, attributes and region types
/// that inference compares must therefore take their symbols from one source.
#[derive(Default)]
pub(crate) struct Anonymous {
    /// The number of the next symbol.
    next: u32,
    /// Symbols that expressions name; one name is one symbol.
    named: Vec<Symbol>,
}

impl Anonymous {
    /// Symbols that are none of this function's, for use beside its own dims.
    pub(crate) fn beside(func: &Func) -> Self {
        // A symbol's number is its position in the function.
        Self { next: func.symbols().len() as u32, named: vec![] }
    }

    /// A tensor type with a new symbol for each `?`; `None` for other types.
    pub(crate) fn tensor(&mut self, r#type: MlirType) -> Option<TensorType> {
        let (dtype, dims) = tensor(r#type)?;
        let dims = dims.into_iter().map(|dim| dim.map_or_else(|| self.symbol("?").into(), Dim::from));
        Some(TensorType::new(dtype, Shape(dims.collect())))
    }

    /// The symbol of this name.
    pub(crate) fn named(&mut self, name: &str) -> Symbol {
        if let Some(known) = self.named.iter().find(|symbol| &*symbol.name == name) {
            return known.clone();
        }
        let symbol = self.symbol(name);
        self.named.push(symbol.clone());
        symbol
    }

    fn symbol(&mut self, name: &str) -> Symbol {
        let symbol = Symbol { id: self.next, name: name.into() };
        self.next += 1;
        symbol
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thn_ir::SymbolOrigin;

    #[test]
    fn anonymous_symbols_are_none_of_the_functions() {
        let mut func = Func::new("f");
        let own: Vec<_> = ["M", "N"].map(|name| func.new_symbol(name, SymbolOrigin::Opaque)).into();
        let mut anonymous = Anonymous::beside(&func);
        let made = [anonymous.symbol("?"), anonymous.named("N"), anonymous.symbol("?")];
        for symbol in &made {
            assert!(!own.contains(symbol), "{symbol:?} is one of {own:?}");
            let (unknown, known) = (Dim::from(symbol.clone()), Dim::from(own[0].clone()));
            assert!(!unknown.certainly_differs(&(known + Dim::from(2))));
        }
        assert_ne!(made[0], made[2]);
        assert_eq!(made[1], anonymous.named("N"), "one name is one symbol");
    }
}
