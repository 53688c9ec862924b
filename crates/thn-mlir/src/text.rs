//! Text to and from the C API.
//!
//! Used instead of melior's own conversions, which panic on an empty string inside C callbacks.

use melior::ir::OperationRef;
use mlir_sys::{
    MlirAttribute, MlirLocation, MlirOperation, MlirStringRef, MlirType, mlirAttributePrint,
    mlirIdentifierStr, mlirLocationFileLineColRangeGetFilename, mlirLocationFileLineColRangeGetStartColumn,
    mlirLocationFileLineColRangeGetStartLine, mlirLocationIsAFileLineColRange, mlirLocationPrint,
    mlirOpPrintingFlagsCreate, mlirOpPrintingFlagsDestroy, mlirOpPrintingFlagsEnableDebugInfo,
    mlirOperationPrintWithFlags, mlirTypePrint,
};
use std::ffi::c_void;

/// The C view of a string. It must not outlive the string.
pub(crate) fn string_ref(text: &str) -> MlirStringRef {
    MlirStringRef { data: text.as_ptr().cast(), length: text.len() }
}

/// Copies a C view. Invalid UTF-8, which file names may hold, is replaced.
///
/// # Safety
///
/// The view must point to `length` readable bytes, or be empty.
pub(crate) unsafe fn owned(text: MlirStringRef) -> String {
    if text.length == 0 {
        return String::new();
    }
    // SAFETY: the caller promises that the bytes are readable.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.length) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Appends to the byte vector behind `sink`: one piece may end inside a character, so bytes are joined
/// before they are read as text.
///
/// # Safety
///
/// `sink` must point to a `Vec<u8>`.
unsafe extern "C" fn append(piece: MlirStringRef, sink: *mut c_void) {
    if piece.length > 0 {
        // SAFETY: MLIR gives readable bytes, and the sink is the vector that `printed` made.
        unsafe {
            let bytes = std::slice::from_raw_parts(piece.data.cast::<u8>(), piece.length);
            (*sink.cast::<Vec<u8>>()).extend_from_slice(bytes);
        }
    }
}

/// The text that a printing function of the C API gives to its callback.
pub(crate) fn printed(
    print: impl FnOnce(unsafe extern "C" fn(MlirStringRef, *mut c_void), *mut c_void),
) -> String {
    let mut bytes = Vec::<u8>::new();
    print(append, (&raw mut bytes).cast());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[doc(hidden)]
pub fn type_text(r#type: MlirType) -> String {
    // SAFETY: the caller holds a valid type; the sink is the callback's own.
    printed(|callback, sink| unsafe { mlirTypePrint(r#type, Some(callback), sink) })
}

#[doc(hidden)]
pub fn attribute_text(attribute: MlirAttribute) -> String {
    // SAFETY: as above, of an attribute.
    printed(|callback, sink| unsafe { mlirAttributePrint(attribute, Some(callback), sink) })
}

/// `file:line:column` where the location says so, else MLIR's own spelling.
pub(crate) fn location_text(location: MlirLocation) -> String {
    // SAFETY: the location is valid, and its file name is read while it is.
    unsafe {
        if mlirLocationIsAFileLineColRange(location) {
            let file = owned(mlirIdentifierStr(mlirLocationFileLineColRangeGetFilename(location)));
            let line = mlirLocationFileLineColRangeGetStartLine(location);
            let column = mlirLocationFileLineColRangeGetStartColumn(location);
            return format!("{file}:{line}:{column}");
        }
        printed(|callback, sink| mlirLocationPrint(location, Some(callback), sink))
    }
}

fn operation_text(operation: MlirOperation, locations: bool) -> String {
    // SAFETY: the operation is valid; the flags live until they are destroyed here.
    unsafe {
        let flags = mlirOpPrintingFlagsCreate();
        if locations {
            mlirOpPrintingFlagsEnableDebugInfo(flags, true, false);
        }
        let text = printed(|callback, sink| {
            mlirOperationPrintWithFlags(operation, flags, Some(callback), sink);
        });
        mlirOpPrintingFlagsDestroy(flags);
        text
    }
}

/// An op as `.mlir` text.
pub fn print(operation: OperationRef) -> String {
    operation_text(operation.to_raw(), false)
}

/// An op as `.mlir` text with the locations of its ops and values, from which it parses back complete.
pub fn print_with_locations(operation: OperationRef) -> String {
    operation_text(operation.to_raw(), true)
}
