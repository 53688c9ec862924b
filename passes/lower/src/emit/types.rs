//! Spellings of types and numbers at the level of linalg and memref: everything signless, bool as one byte in memory.

use thn_ir::{DType, TensorType};

/// The type of an element in a register.
pub(crate) fn register(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "i1",
        DType::I8 | DType::U8 => "i8",
        DType::I16 | DType::U16 => "i16",
        DType::I32 | DType::U32 => "i32",
        DType::I64 | DType::U64 => "i64",
        DType::F32 => "f32",
        DType::F64 => "f64",
    }
}

/// The type of an element in memory.
pub(crate) fn memory(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "i8",
        other => register(other),
    }
}

/// The suffix of a library function for an element type: `f32`, `u8`, `i1`.
pub(crate) fn suffix(dtype: DType) -> &'static str {
    match dtype {
        DType::U8 => "u8",
        DType::U16 => "u16",
        DType::U32 => "u32",
        DType::U64 => "u64",
        other => register(other),
    }
}

/// The row-major memref of a tensor.
pub(crate) fn memref(ty: &TensorType) -> String {
    let dims: String =
        ty.shape.iter().map(|d| d.as_const().map_or_else(|| "?x".to_string(), |c| format!("{c}x"))).collect();
    format!("memref<{dims}{}>", memory(ty.dtype))
}

/// An integer in range of `dtype`, as MLIR reads it for a signless type.
pub(crate) fn integer(value: i128, dtype: DType) -> String {
    match dtype {
        DType::U8 => (value as u8 as i8).to_string(),
        DType::U16 => (value as u16 as i16).to_string(),
        DType::U32 => (value as u32 as i32).to_string(),
        DType::U64 => (value as u64 as i64).to_string(),
        _ => value.to_string(),
    }
}

/// A float that `dtype` holds exactly. A NaN is the quiet one.
pub(crate) fn float(value: f64, dtype: DType) -> String {
    if value.is_finite() {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
            _ => text,
        };
    }
    let value = if value.is_nan() { f64::NAN } else { value };
    match dtype {
        DType::F32 => format!("0x{:08X}", (value as f32).to_bits()),
        _ => format!("0x{:016X}", value.to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        assert_eq!(float(1.0, DType::F64), "1.0e0");
        assert_eq!(float(-0.5e-300, DType::F64), "-5.0e-301");
        assert_eq!(float(f64::NEG_INFINITY, DType::F32), "0xFF800000");
        assert_eq!(float(f64::NAN, DType::F64), "0x7FF8000000000000");
        assert_eq!(integer(255, DType::U8), "-1");
        assert_eq!(integer(u64::MAX.into(), DType::U64), "-1");
    }
}
