//! Source locations of `thn-ir` and MLIR.

use crate::{
    raw,
    text::{attribute_text, owned, string_ref},
};
use mlir_sys::*;
use std::sync::Arc;
use thn_ir::Loc;

/// A location; one of a kind that `thn-ir` does not know is kept by its spelling.
pub fn read(location: MlirLocation) -> Loc {
    // SAFETY: the location is alive; each accessor is used on the kind it is for, and names are copied.
    unsafe {
        if mlirLocationIsAFileLineColRange(location) {
            let start = (
                mlirLocationFileLineColRangeGetStartLine(location),
                mlirLocationFileLineColRangeGetStartColumn(location),
            );
            let end = (
                mlirLocationFileLineColRangeGetEndLine(location),
                mlirLocationFileLineColRangeGetEndColumn(location),
            );
            let numbers = (u32::try_from(start.0), u32::try_from(start.1));
            if let (true, (Ok(line), Ok(column))) = (start == end, numbers) {
                let file = owned(mlirIdentifierStr(mlirLocationFileLineColRangeGetFilename(location)));
                return Loc::File(file.into(), line, column);
            }
        } else if mlirLocationIsAName(location) {
            let name = owned(mlirIdentifierStr(mlirLocationNameGetName(location)));
            return Loc::Name(name.into(), Arc::new(read(mlirLocationNameGetChildLoc(location))));
        } else if mlirLocationIsAFused(location) {
            if mlirLocationFusedGetMetadata(location).ptr.is_null() {
                let count = mlirLocationFusedGetNumLocations(location);
                let mut parts = vec![MlirLocation { ptr: std::ptr::null() }; count as usize];
                mlirLocationFusedGetLocations(location, parts.as_mut_ptr());
                return Loc::Fused(parts.into_iter().map(read).collect());
            }
        } else if mlirLocationEqual(location, mlirLocationUnknownGet(mlirLocationGetContext(location))) {
            return Loc::Unknown;
        }
        let text = attribute_text(mlirLocationGetAttribute(location));
        let inner = text.strip_prefix("loc(").and_then(|rest| rest.strip_suffix(')'));
        Loc::Mlir(inner.unwrap_or(&text).into())
    }
}

/// The MLIR form of a location. A spelling that is unknown in this context becomes a name.
pub fn write(context: MlirContext, location: &Loc) -> MlirLocation {
    // SAFETY: the context is alive; MLIR copies names and arrays.
    unsafe {
        match location {
            Loc::Unknown => mlirLocationUnknownGet(context),
            Loc::File(file, line, column) => {
                mlirLocationFileLineColGet(context, string_ref(file), *line, *column)
            }
            Loc::Name(name, inner) => mlirLocationNameGet(context, string_ref(name), write(context, inner)),
            Loc::Fused(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| write(context, part)).collect();
                mlirLocationFusedGet(context, parts.len() as isize, parts.as_ptr(), mlirAttributeGetNull())
            }
            Loc::Mlir(text) => match raw::parse_attribute(context, &format!("loc({text})")) {
                Some(attribute) if mlirAttributeIsALocation(attribute) => {
                    mlirLocationFromAttribute(attribute)
                }
                _ => mlirLocationNameGet(context, string_ref(text), mlirLocationUnknownGet(context)),
            },
        }
    }
}

/// The attribute form of a location, for lists of them.
pub(crate) fn write_attribute(context: MlirContext, location: &Loc) -> MlirAttribute {
    // SAFETY: the location is alive.
    unsafe { mlirLocationGetAttribute(write(context, location)) }
}
