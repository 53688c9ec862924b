//! Tensors from and to `.npy` files.

use crate::error::Error;
use ndarray::{ArrayViewD, IxDyn};
use ndarray_npy::{ViewNpyError, ViewNpyExt, WriteNpyExt};
use std::{fs, io::BufWriter, path::Path};
use thn_ir::DType;
use thn_runtime::Array;

/// Evaluates an expression with `$t` as the Rust type of the elements.
macro_rules! with_element {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            DType::Bool => {
                type $t = bool;
                $body
            }
            DType::I8 => {
                type $t = i8;
                $body
            }
            DType::I16 => {
                type $t = i16;
                $body
            }
            DType::I32 => {
                type $t = i32;
                $body
            }
            DType::I64 => {
                type $t = i64;
                $body
            }
            DType::U8 => {
                type $t = u8;
                $body
            }
            DType::U16 => {
                type $t = u16;
                $body
            }
            DType::U32 => {
                type $t = u32;
                $body
            }
            DType::U64 => {
                type $t = u64;
                $body
            }
            DType::F32 => {
                type $t = f32;
                $body
            }
            DType::F64 => {
                type $t = f64;
                $body
            }
        }
    };
}
pub(crate) use with_element;

/// Reads a tensor that has an element type, or one that widens to it without loss, as in a call. Nothing is allocated by
/// what a file's header claims.
pub(crate) fn read(path: &Path, dtype: DType) -> Result<Array, Error> {
    let wrong = |why: String| Error::File { path: path.to_path_buf(), why };
    let bytes = fs::read(path).map_err(|e| wrong(e.to_string()))?;
    // Elements are viewed in place, which takes bytes that are aligned for them.
    let aligned = Array::from_slice(&[bytes.len()], &bytes)?;
    let bytes = aligned.as_slice::<u8>()?;
    let error = match of_type(bytes, dtype)? {
        Ok(array) => return Ok(array),
        Err(error) => error,
    };
    let found = found_dtype(&error).filter(|found| found.promote(dtype) == dtype);
    match found.map(|found| of_type(bytes, found)).transpose()? {
        Some(Ok(array)) => Ok(array.cast(dtype)?),
        Some(Err(error)) => Err(wrong(explain(error, dtype))),
        None => Err(wrong(explain(error, dtype))),
    }
}

/// The tensor in the bytes of a file, if its elements have this very type.
fn of_type(bytes: &[u8], dtype: DType) -> Result<Result<Array, ViewNpyError>, Error> {
    with_element!(dtype, T => {
        match ArrayViewD::<T>::view_npy(bytes) {
            Ok(view) => Ok(Ok(Array::from_ndarray(&view)?)),
            Err(error) => Ok(Err(error)),
        }
    })
}

/// The element type of a file that has another one than was asked for, if `thn` has it.
fn found_dtype(error: &ViewNpyError) -> Option<DType> {
    let ViewNpyError::WrongDescriptor(found) = error else { return None };
    let found = found.to_string();
    DType::ALL.into_iter().find(|d| d.numpy() == numpy_name(found.trim_matches('\'')))
}

/// Why a file is not a tensor of this element type.
fn explain(error: ViewNpyError, dtype: DType) -> String {
    let known = found_dtype(&error);
    match error {
        ViewNpyError::WrongDescriptor(found) => {
            let found = known.map_or_else(|| found.to_string(), |d| d.numpy().to_string());
            format!("the elements are {found}; {} is needed", dtype.numpy())
        }
        ViewNpyError::NonNativeEndian => "the elements are in another byte order than this machine's".into(),
        ViewNpyError::MissingBytes(count) => format!("the file is truncated: {count} bytes are missing"),
        ViewNpyError::ExtraBytes(count) => format!("{count} bytes follow the last element"),
        ViewNpyError::LengthOverflow => "the lengths are too large for any memory".into(),
        other => format!("not a valid .npy file: {other}"),
    }
}

/// The name of a type in a header, such as `<f4`, as NumPy's own functions call it.
fn numpy_name(descriptor: &str) -> String {
    let (kind, size) = match descriptor.trim_start_matches(['<', '>', '|', '=']).split_at_checked(1) {
        Some((kind, size)) => (kind, size.parse::<usize>().unwrap_or(0)),
        None => return String::new(),
    };
    match kind {
        "b" => "bool".into(),
        "i" => format!("int{}", size * 8),
        "u" => format!("uint{}", size * 8),
        "f" => format!("float{}", size * 8),
        _ => String::new(),
    }
}

/// Writes a tensor.
pub(crate) fn write(path: &Path, array: &Array) -> Result<(), Error> {
    let wrong = |why: String| Error::File { path: path.to_path_buf(), why };
    let file = fs::File::create(path).map_err(|e| wrong(e.to_string()))?;
    let writer = BufWriter::new(file);
    with_element!(array.dtype(), T => {
        let view: ndarray::ArrayView<'_, T, IxDyn> = array.as_view()?;
        view.write_npy(writer).map_err(|e| wrong(e.to_string()))
    })
}
