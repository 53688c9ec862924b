//! Symbolic variables: constructors by rank, with the element type as an argument or as a prefix.
//!
//! The prefixes are Theano's: `b` int8, `w` int16, `i` int32, `l` int64, `f` float32, `d` float64. A plural takes
//! the names of several variables.

use crate::{Tensor, arena::build_in};
use thn_ir::{Arg, DType, Loc};

macro_rules! dtypes {
    ($($name:ident $dtype:ident;)*) => {
        $(
            #[doc = concat!("The element type `", stringify!($name), "`, as an argument.")]
            #[expect(non_upper_case_globals, reason = "spelled as the Rust type of the elements")]
            pub const $name: DType = DType::$dtype;
        )*
    };
}
dtypes! {
    f32 F32; f64 F64; i8 I8; i16 I16; i32 I32; i64 I64; u8 U8; u16 U16; u32 U32; u64 U64;
}

/// The element type `bool`, as an argument.
#[expect(non_upper_case_globals, reason = "spelled as the Rust type of the elements")]
pub const bool: DType = DType::Bool;

/// A variable whose lengths are given where they are known. Only dims of length 1 by type are repeated to fit others.
#[track_caller]
pub fn tensor(name: &str, dtype: DType, dims: &[Option<::core::primitive::i64>]) -> Tensor {
    variable(name, dtype, dims, Loc::caller())
}

fn variable(name: &str, dtype: DType, dims: &[Option<::core::primitive::i64>], loc: Loc) -> Tensor {
    let name = (!name.is_empty()).then(|| name.into());
    let mut made = build_in(&[], 1, loc, |graph, loc, _| {
        let arg = Arg { name, loc, ..Arg::default() };
        Ok(vec![graph.func.add_tensor_arg(dtype, dims, arg)])
    });
    made.remove(0)
}

macro_rules! ranks {
    ($($one:ident $many:ident $what:literal $dims:expr;)*) => {
        $(
            #[doc = concat!("A symbolic ", $what, ".")]
            #[track_caller]
            pub fn $one(name: &str, dtype: DType) -> Tensor {
                tensor(name, dtype, &$dims)
            }

            #[doc = concat!("Several variables, each a symbolic ", $what, ".")]
            #[track_caller]
            pub fn $many<const N: usize>(names: [&str; N], dtype: DType) -> [Tensor; N] {
                // The closure would hide the caller's line.
                let loc = Loc::caller();
                names.map(|name| variable(name, dtype, &$dims, loc.clone()))
            }
        )*
    };
}
ranks! {
    scalar scalars "rank-0 tensor" [];
    vector vectors "vector" [None];
    matrix matrices "matrix" [None, None];
    row rows "matrix with one row, which repeats to fit" [Some(1), None];
    col cols "matrix with one column, which repeats to fit" [None, Some(1)];
    tensor3 tensor3s "tensor with three dims" [None, None, None];
    tensor4 tensor4s "tensor with four dims" [None, None, None, None];
}

macro_rules! prefixed {
    ($($dtype:ident $what:literal: $($one:ident $many:ident = $base:ident $bases:ident),*;)*) => {
        $($(
            #[doc = concat!("[`", stringify!($base), "`] of ", $what, ".")]
            #[track_caller]
            pub fn $one(name: &str) -> Tensor {
                $base(name, DType::$dtype)
            }

            #[doc = concat!("[`", stringify!($bases), "`] of ", $what, ".")]
            #[track_caller]
            pub fn $many<const N: usize>(names: [&str; N]) -> [Tensor; N] {
                $bases(names, DType::$dtype)
            }
        )*)*
    };
}
prefixed! {
    I8 "int8": bscalar bscalars = scalar scalars, bvector bvectors = vector vectors,
        bmatrix bmatrices = matrix matrices, brow brows = row rows, bcol bcols = col cols,
        btensor3 btensor3s = tensor3 tensor3s, btensor4 btensor4s = tensor4 tensor4s;
    I16 "int16": wscalar wscalars = scalar scalars, wvector wvectors = vector vectors,
        wmatrix wmatrices = matrix matrices, wrow wrows = row rows, wcol wcols = col cols,
        wtensor3 wtensor3s = tensor3 tensor3s, wtensor4 wtensor4s = tensor4 tensor4s;
    I32 "int32": iscalar iscalars = scalar scalars, ivector ivectors = vector vectors,
        imatrix imatrices = matrix matrices, irow irows = row rows, icol icols = col cols,
        itensor3 itensor3s = tensor3 tensor3s, itensor4 itensor4s = tensor4 tensor4s;
    I64 "int64": lscalar lscalars = scalar scalars, lvector lvectors = vector vectors,
        lmatrix lmatrices = matrix matrices, lrow lrows = row rows, lcol lcols = col cols,
        ltensor3 ltensor3s = tensor3 tensor3s, ltensor4 ltensor4s = tensor4 tensor4s;
    F32 "float32": fscalar fscalars = scalar scalars, fvector fvectors = vector vectors,
        fmatrix fmatrices = matrix matrices, frow frows = row rows, fcol fcols = col cols,
        ftensor3 ftensor3s = tensor3 tensor3s, ftensor4 ftensor4s = tensor4 tensor4s;
    F64 "float64": dscalar dscalars = scalar scalars, dvector dvectors = vector vectors,
        dmatrix dmatrices = matrix matrices, drow drows = row rows, dcol dcols = col cols,
        dtensor3 dtensor3s = tensor3 tensor3s, dtensor4 dtensor4s = tensor4 tensor4s;
}
