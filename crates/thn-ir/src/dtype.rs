//! Element types and scalar values.

use std::fmt;

/// The element type of a tensor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DType {
    /// One byte across the call ABI, `i1` in MLIR.
    Bool,
    /// Signed 8-bit integer.
    I8,
    /// Signed 16-bit integer.
    I16,
    /// Signed 32-bit integer.
    I32,
    /// Signed 64-bit integer.
    I64,
    /// Unsigned 8-bit integer.
    U8,
    /// Unsigned 16-bit integer.
    U16,
    /// Unsigned 32-bit integer.
    U32,
    /// Unsigned 64-bit integer.
    U64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

/// What a `prim` entry or a `dtypes` field of the op table speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DTypeClass {
    /// f32 and f64.
    Float,
    /// Signed and unsigned integers.
    Int,
    /// Signed integers.
    SInt,
    /// Unsigned integers.
    UInt,
    /// Bool.
    Bool,
    /// Float or Int.
    Number,
    /// Int or Bool.
    Bits,
    /// Every element type.
    Any,
}

impl DTypeClass {
    /// Whether `dtype` belongs to the class.
    pub fn contains(self, dtype: DType) -> bool {
        match self {
            DTypeClass::Float => dtype.is_float(),
            DTypeClass::Int => dtype.is_int(),
            DTypeClass::SInt => dtype.is_int() && dtype.is_signed(),
            DTypeClass::UInt => dtype.is_int() && !dtype.is_signed(),
            DTypeClass::Bool => dtype == DType::Bool,
            DTypeClass::Number => dtype != DType::Bool,
            DTypeClass::Bits => !dtype.is_float(),
            DTypeClass::Any => true,
        }
    }

    /// The name used in the op table.
    pub fn name(self) -> &'static str {
        match self {
            DTypeClass::Float => "float",
            DTypeClass::Int => "int",
            DTypeClass::SInt => "sint",
            DTypeClass::UInt => "uint",
            DTypeClass::Bool => "bool",
            DTypeClass::Number => "number",
            DTypeClass::Bits => "bits",
            DTypeClass::Any => "any",
        }
    }
}

impl DType {
    /// Every element type, in declaration order.
    pub const ALL: [DType; 11] = [
        DType::Bool,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::F32,
        DType::F64,
    ];

    /// f32 or f64.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64)
    }

    /// A signed or unsigned integer; not bool.
    pub fn is_int(self) -> bool {
        !self.is_float() && self != DType::Bool
    }

    /// Whether negative values exist.
    pub fn is_signed(self) -> bool {
        matches!(self, DType::I8 | DType::I16 | DType::I32 | DType::I64 | DType::F32 | DType::F64)
    }

    /// Whether a cast to `to` keeps every value, as one of the same kind. Integers and floats are kept apart: back from a
    /// float, integers saturate, and from a wider integer they wrap.
    pub fn widens_to(self, to: DType) -> bool {
        if self.is_float() || to.is_float() {
            return self.is_float() && to.is_float() && to.precision() >= self.precision();
        }
        let fits = to.precision() >= self.precision() && (to.is_signed() || !self.is_signed());
        self == DType::Bool || (to != DType::Bool && fits)
    }

    /// Bytes per element in memory.
    pub fn size(self) -> usize {
        match self {
            DType::Bool | DType::I8 | DType::U8 => 1,
            DType::I16 | DType::U16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 => 8,
        }
    }

    /// Significand bits of a float including the hidden one, value bits of an integer.
    pub fn precision(self) -> u32 {
        match self {
            DType::F32 => 24,
            DType::F64 => 53,
            DType::Bool => 1,
            _ => self.size() as u32 * 8 - u32::from(self.is_signed()),
        }
    }

    /// The spelling in the `thn` dialect: `i1`, `i32`, `ui8`, `f64`.
    pub fn mlir(self) -> &'static str {
        match self {
            DType::Bool => "i1",
            DType::I8 => "i8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "ui8",
            DType::U16 => "ui16",
            DType::U32 => "ui32",
            DType::U64 => "ui64",
            DType::F32 => "f32",
            DType::F64 => "f64",
        }
    }

    /// The inverse of [`DType::mlir`].
    pub fn from_mlir(text: &str) -> Option<DType> {
        DType::ALL.into_iter().find(|d| d.mlir() == text)
    }

    /// NumPy's name: `bool`, `int32`, `uint8`, `float64`.
    pub fn numpy(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::I8 => "int8",
            DType::I16 => "int16",
            DType::I32 => "int32",
            DType::I64 => "int64",
            DType::U8 => "uint8",
            DType::U16 => "uint16",
            DType::U32 => "uint32",
            DType::U64 => "uint64",
            DType::F32 => "float32",
            DType::F64 => "float64",
        }
    }

    /// The common type of two operands, by NumPy's table: the smallest type that holds both; an integer of 32 or
    /// 64 bits with f32 gives f64; i64 with u64 gives f64.
    pub fn promote(self, other: DType) -> DType {
        use DType::*;
        if self == other {
            return self;
        }
        let (a, b) = (self.min(other), self.max(other));
        match (a, b) {
            (Bool, x) => x,
            (F32, F64) => F64,
            (i, F32) => {
                if i.size() <= 2 {
                    F32
                } else {
                    F64
                }
            }
            (_, F64) => F64,
            (s, u) if s.is_signed() != u.is_signed() => {
                let unsigned = if s.is_signed() { u } else { s };
                let signed = if s.is_signed() { s } else { u };
                if signed.size() > unsigned.size() {
                    signed
                } else {
                    match unsigned {
                        U8 => I16,
                        U16 => I32,
                        U32 => I64,
                        _ => F64,
                    }
                }
            }
            (_, larger) => larger,
        }
    }

    /// The float type that the unary float functions compute in, by Theano's table: small integers and bool give
    /// f32, 32- and 64-bit integers f64.
    pub fn to_float(self) -> DType {
        match self {
            DType::F32 | DType::F64 => self,
            DType::Bool | DType::I8 | DType::I16 | DType::U8 | DType::U16 => DType::F32,
            _ => DType::F64,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mlir())
    }
}

/// One element of any type, as the widest of its class.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar {
    /// A bool.
    Bool(bool),
    /// Any signed or unsigned integer, in range of its dtype.
    Int(i128),
    /// A float; an f32 is held exactly.
    Float(f64),
}

impl Scalar {
    /// A number of the op table that a fold starts from, in an element type: the least or greatest number for an infinite
    /// one, where the type has no infinity.
    pub fn of_table(text: &str, dtype: DType) -> Scalar {
        let bits = dtype.precision();
        match text {
            "1" => Scalar::Int(1).cast(dtype),
            "inf" if dtype.is_float() => Scalar::Float(f64::INFINITY),
            "-inf" if dtype.is_float() => Scalar::Float(f64::NEG_INFINITY),
            "inf" if dtype == DType::Bool => Scalar::Bool(true),
            "inf" => Scalar::Int((1i128 << bits) - 1),
            "-inf" if dtype.is_signed() => Scalar::Int(-(1i128 << bits)),
            _ => Scalar::Int(0).cast(dtype),
        }
    }

    /// As a float, rounded to nearest.
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => f64::from(u8::from(b)),
            Scalar::Int(i) => i as f64,
            Scalar::Float(x) => x,
        }
    }

    /// As an integer; floats truncate and saturate, NaN gives 0.
    pub fn to_i128(self) -> i128 {
        match self {
            Scalar::Bool(b) => i128::from(b),
            Scalar::Int(i) => i,
            Scalar::Float(x) => x as i128,
        }
    }

    /// The value converted to `dtype` as the `cast` op does: floats to integers truncate and saturate, NaN gives
    /// 0; integers to integers wrap around; to bool is `x != 0`.
    pub fn cast(self, dtype: DType) -> Scalar {
        match dtype {
            DType::Bool => Scalar::Bool(match self {
                Scalar::Bool(b) => b,
                Scalar::Int(i) => i != 0,
                Scalar::Float(x) => x != 0.0,
            }),
            DType::F64 => Scalar::Float(self.to_f64()),
            DType::F32 => Scalar::Float(match self {
                Scalar::Int(i) => f64::from(i as f32),
                other => f64::from(other.to_f64() as f32),
            }),
            _ => Scalar::Int(match (self, dtype) {
                (Scalar::Float(x), DType::I8) => i128::from(x as i8),
                (Scalar::Float(x), DType::I16) => i128::from(x as i16),
                (Scalar::Float(x), DType::I32) => i128::from(x as i32),
                (Scalar::Float(x), DType::I64) => i128::from(x as i64),
                (Scalar::Float(x), DType::U8) => i128::from(x as u8),
                (Scalar::Float(x), DType::U16) => i128::from(x as u16),
                (Scalar::Float(x), DType::U32) => i128::from(x as u32),
                (Scalar::Float(x), _) => i128::from(x as u64),
                (other, _) => wrap(other.to_i128(), dtype),
            }),
        }
    }
}

/// An integer reduced modulo 2^bits into the range of `dtype`.
fn wrap(i: i128, dtype: DType) -> i128 {
    match dtype {
        DType::I8 => i128::from(i as i8),
        DType::I16 => i128::from(i as i16),
        DType::I32 => i128::from(i as i32),
        DType::I64 => i128::from(i as i64),
        DType::U8 => i128::from(i as u8),
        DType::U16 => i128::from(i as u16),
        DType::U32 => i128::from(i as u32),
        DType::U64 => i128::from(i as u64),
        DType::Bool | DType::F32 | DType::F64 => i,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_numpys() {
        let cases = [
            (DType::I32, DType::F32, DType::F64),
            (DType::I16, DType::F32, DType::F32),
            (DType::U8, DType::I8, DType::I16),
            (DType::U64, DType::I64, DType::F64),
            (DType::Bool, DType::U8, DType::U8),
            (DType::I8, DType::I64, DType::I64),
            (DType::U32, DType::I64, DType::I64),
        ];
        for (a, b, c) in cases {
            assert_eq!(a.promote(b), c, "{a} with {b}");
            assert_eq!(b.promote(a), c, "{b} with {a}");
        }
    }

    #[test]
    fn casts_saturate_and_wrap() {
        assert_eq!(Scalar::Float(300.0).cast(DType::U8), Scalar::Int(255));
        assert_eq!(Scalar::Float(f64::NAN).cast(DType::I32), Scalar::Int(0));
        assert_eq!(Scalar::Int(300).cast(DType::U8), Scalar::Int(44));
        assert_eq!(Scalar::Int(-1).cast(DType::U64), Scalar::Int(u64::MAX.into()));
        assert_eq!(Scalar::Float(-0.0).cast(DType::Bool), Scalar::Bool(false));
    }
}
