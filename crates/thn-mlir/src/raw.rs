//! Reading and making IR through the C API, in as few words as possible.
//!
//! Every handle that reaches these functions belongs to IR that is alive: the public functions of this crate and of those
//! built on it take melior's references, whose lifetimes say so, and keep handles no longer than those.

use crate::text::{owned, string_ref};
use mlir_sys::*;

pub fn context(operation: MlirOperation) -> MlirContext {
    // SAFETY: see the head of this file; so for every function here that does not say otherwise.
    unsafe { mlirOperationGetContext(operation) }
}

pub fn name(operation: MlirOperation) -> String {
    // SAFETY: as above; the name is copied while the op is alive.
    unsafe { owned(mlirIdentifierStr(mlirOperationGetName(operation))) }
}

pub fn location(operation: MlirOperation) -> MlirLocation {
    // SAFETY: as above.
    unsafe { mlirOperationGetLocation(operation) }
}

pub fn operands(operation: MlirOperation) -> Vec<MlirValue> {
    // SAFETY: as above; the positions are below the count.
    unsafe {
        (0..mlirOperationGetNumOperands(operation)).map(|i| mlirOperationGetOperand(operation, i)).collect()
    }
}

pub fn set_operand(operation: MlirOperation, position: usize, value: MlirValue) {
    // SAFETY: as above; the position is below the number of operands.
    unsafe { mlirOperationSetOperand(operation, position as isize, value) }
}

pub fn results(operation: MlirOperation) -> Vec<MlirValue> {
    // SAFETY: as above; the positions are below the count.
    unsafe {
        (0..mlirOperationGetNumResults(operation)).map(|i| mlirOperationGetResult(operation, i)).collect()
    }
}

pub fn regions(operation: MlirOperation) -> Vec<MlirRegion> {
    // SAFETY: as above; the positions are below the count.
    unsafe {
        (0..mlirOperationGetNumRegions(operation)).map(|i| mlirOperationGetRegion(operation, i)).collect()
    }
}

pub fn blocks(region: MlirRegion) -> Vec<MlirBlock> {
    // SAFETY: as above; the chain of blocks ends in null.
    unsafe {
        let first = Some(mlirRegionGetFirstBlock(region)).filter(|block| !block.ptr.is_null());
        let next =
            |block: &MlirBlock| Some(mlirBlockGetNextInRegion(*block)).filter(|next| !next.ptr.is_null());
        std::iter::successors(first, next).collect()
    }
}

pub fn arguments(block: MlirBlock) -> Vec<MlirValue> {
    // SAFETY: as above; the positions are below the count.
    unsafe { (0..mlirBlockGetNumArguments(block)).map(|i| mlirBlockGetArgument(block, i)).collect() }
}

pub fn operations(block: MlirBlock) -> Vec<MlirOperation> {
    // SAFETY: as above; the chain of ops ends in null.
    unsafe {
        let first = Some(mlirBlockGetFirstOperation(block)).filter(|operation| !operation.ptr.is_null());
        let next =
            |op: &MlirOperation| Some(mlirOperationGetNextInBlock(*op)).filter(|next| !next.ptr.is_null());
        std::iter::successors(first, next).collect()
    }
}

pub(crate) fn successor_count(operation: MlirOperation) -> usize {
    // SAFETY: as above.
    unsafe { mlirOperationGetNumSuccessors(operation) as usize }
}

pub fn type_of(value: MlirValue) -> MlirType {
    // SAFETY: as above.
    unsafe { mlirValueGetType(value) }
}

pub(crate) fn location_of(value: MlirValue) -> MlirLocation {
    // SAFETY: as above.
    unsafe { mlirValueGetLocation(value) }
}

pub fn same_type(left: MlirType, right: MlirType) -> bool {
    // SAFETY: as above.
    unsafe { mlirTypeEqual(left, right) }
}

/// An attribute of an op by name, be it the op's own or a discardable one.
pub fn attribute(operation: MlirOperation, name: &str) -> Option<MlirAttribute> {
    // SAFETY: as above; an attribute that is not there is null.
    unsafe {
        let attribute = mlirOperationGetAttributeByName(operation, string_ref(name));
        (!attribute.ptr.is_null()).then_some(attribute)
    }
}

/// All attributes of an op in MLIR's order, its own and the discardable ones.
pub fn attributes(operation: MlirOperation) -> Vec<(String, MlirAttribute)> {
    // SAFETY: as above; the positions are below the count, and names are copied.
    unsafe {
        (0..mlirOperationGetNumAttributes(operation))
            .map(|position| named(mlirOperationGetAttribute(operation, position)))
            .collect()
    }
}

pub fn discardable_attributes(operation: MlirOperation) -> Vec<(String, MlirAttribute)> {
    // SAFETY: as above.
    unsafe {
        (0..mlirOperationGetNumDiscardableAttributes(operation))
            .map(|position| named(mlirOperationGetDiscardableAttribute(operation, position)))
            .collect()
    }
}

fn named(attribute: MlirNamedAttribute) -> (String, MlirAttribute) {
    // SAFETY: as above; the name is copied.
    unsafe { (owned(mlirIdentifierStr(attribute.name)), attribute.attribute) }
}

/// Sets an attribute, or removes it where there is no value.
pub fn set_attribute(operation: MlirOperation, name: &str, value: Option<MlirAttribute>) {
    // SAFETY: as above; MLIR copies the name.
    unsafe {
        match value {
            Some(value) => mlirOperationSetAttributeByName(operation, string_ref(name), value),
            None => {
                mlirOperationRemoveAttributeByName(operation, string_ref(name));
            }
        }
    }
}

/// The entries of a dictionary; none if the attribute is another.
pub(crate) fn dictionary(attribute: MlirAttribute) -> Vec<(String, MlirAttribute)> {
    // SAFETY: as above; the positions are below the count.
    unsafe {
        if !mlirAttributeIsADictionary(attribute) {
            return vec![];
        }
        (0..mlirDictionaryAttrGetNumElements(attribute))
            .map(|position| named(mlirDictionaryAttrGetElement(attribute, position)))
            .collect()
    }
}

pub(crate) fn make_dictionary(context: MlirContext, entries: &[(String, MlirAttribute)]) -> MlirAttribute {
    let entries = named_attributes(context, entries);
    // SAFETY: as above; MLIR copies the entries.
    unsafe { mlirDictionaryAttrGet(context, entries.len() as isize, entries.as_ptr()) }
}

/// The elements of an array attribute; `None` if the attribute is another.
pub fn array(attribute: MlirAttribute) -> Option<Vec<MlirAttribute>> {
    // SAFETY: as above; the positions are below the count.
    unsafe {
        mlirAttributeIsAArray(attribute).then(|| {
            (0..mlirArrayAttrGetNumElements(attribute))
                .map(|position| mlirArrayAttrGetElement(attribute, position))
                .collect()
        })
    }
}

pub(crate) fn make_array(context: MlirContext, elements: &[MlirAttribute]) -> MlirAttribute {
    // SAFETY: as above; MLIR copies the elements.
    unsafe { mlirArrayAttrGet(context, elements.len() as isize, elements.as_ptr()) }
}

/// The text of a string attribute; `None` if the attribute is another.
pub(crate) fn string(attribute: MlirAttribute) -> Option<String> {
    // SAFETY: as above; the text is copied.
    unsafe { mlirAttributeIsAString(attribute).then(|| owned(mlirStringAttrGetValue(attribute))) }
}

pub(crate) fn make_string(context: MlirContext, text: &str) -> MlirAttribute {
    // SAFETY: as above; MLIR copies the text.
    unsafe { mlirStringAttrGet(context, string_ref(text)) }
}

pub(crate) fn make_type_attribute(r#type: MlirType) -> MlirAttribute {
    // SAFETY: as above.
    unsafe { mlirTypeAttrGet(r#type) }
}

/// Reads an attribute from MLIR's spelling; `None`, after diagnostics, if it is not one.
pub fn parse_attribute(context: MlirContext, text: &str) -> Option<MlirAttribute> {
    // The parser reads up to a zero byte.
    let text = std::ffi::CString::new(text).ok()?;
    // SAFETY: the text ends in a zero byte and outlives the call; null stands for failure.
    unsafe {
        let view = MlirStringRef { data: text.as_ptr(), length: text.as_bytes().len() };
        let attribute = mlirAttributeParseGet(context, view);
        (!attribute.ptr.is_null()).then_some(attribute)
    }
}

/// Reads a type from MLIR's spelling; `None`, after diagnostics, if it is not one.
pub(crate) fn parse_type(context: MlirContext, text: &str) -> Option<MlirType> {
    let text = std::ffi::CString::new(text).ok()?;
    // SAFETY: as above.
    unsafe {
        let view = MlirStringRef { data: text.as_ptr(), length: text.as_bytes().len() };
        let r#type = mlirTypeParseGet(context, view);
        (!r#type.ptr.is_null()).then_some(r#type)
    }
}

fn named_attributes(context: MlirContext, entries: &[(String, MlirAttribute)]) -> Vec<MlirNamedAttribute> {
    entries
        .iter()
        .map(|(name, attribute)| MlirNamedAttribute {
            // SAFETY: as above; MLIR copies the name.
            name: unsafe { mlirIdentifierGet(context, string_ref(name)) },
            attribute: *attribute,
        })
        .collect()
}

/// What an op is made of. Regions are handed over.
pub struct NewOp<'a> {
    pub name: &'a str,
    pub location: MlirLocation,
    pub operands: &'a [MlirValue],
    pub results: &'a [MlirType],
    pub attributes: &'a [(String, MlirAttribute)],
    pub regions: &'a [MlirRegion],
}

/// Makes an op; `None`, after diagnostics, if its attributes do not fit it.
pub fn create(context: MlirContext, new: &NewOp) -> Option<MlirOperation> {
    let attributes = named_attributes(context, new.attributes);
    // SAFETY: as above; MLIR copies the arrays during the calls and takes the regions.
    unsafe {
        let mut state = mlirOperationStateGet(string_ref(new.name), new.location);
        mlirOperationStateAddOperands(&raw mut state, new.operands.len() as isize, new.operands.as_ptr());
        mlirOperationStateAddResults(&raw mut state, new.results.len() as isize, new.results.as_ptr());
        mlirOperationStateAddAttributes(&raw mut state, attributes.len() as isize, attributes.as_ptr());
        mlirOperationStateAddOwnedRegions(&raw mut state, new.regions.len() as isize, new.regions.as_ptr());
        let operation = mlirOperationCreate(&raw mut state);
        (!operation.ptr.is_null()).then_some(operation)
    }
}

pub fn append(block: MlirBlock, operation: MlirOperation) {
    // SAFETY: as above; the op belongs to no block yet.
    unsafe { mlirBlockAppendOwnedOperation(block, operation) }
}

/// A region with one block that has these arguments.
pub fn new_region(arguments: &[(MlirType, MlirLocation)]) -> (MlirRegion, MlirBlock) {
    let types: Vec<_> = arguments.iter().map(|argument| argument.0).collect();
    let locations: Vec<_> = arguments.iter().map(|argument| argument.1).collect();
    // SAFETY: as above; both arrays have the stated length, and the region takes the block.
    unsafe {
        let block = mlirBlockCreate(types.len() as isize, types.as_ptr(), locations.as_ptr());
        let region = mlirRegionCreate();
        mlirRegionAppendOwnedBlock(region, block);
        (region, block)
    }
}

/// A region without blocks.
pub fn empty_region() -> MlirRegion {
    // SAFETY: as above.
    unsafe { mlirRegionCreate() }
}

/// Destroys a region that no op has taken.
pub fn destroy_region(region: MlirRegion) {
    // SAFETY: as above; the region belongs to nobody else.
    unsafe { mlirRegionDestroy(region) }
}

/// Gives a named op of linalg, whose region is empty, the body that its name stands for.
pub fn fill_named_region(operation: MlirOperation) {
    // SAFETY: as above; the caller has made an op that the op table names, whose dialect knows its body.
    unsafe { mlirLinalgFillBuiltinNamedOpRegion(operation) }
}

/// Every op inside the regions of an op, outer ops first.
pub(crate) fn nested(operation: MlirOperation) -> Vec<MlirOperation> {
    let mut found = vec![];
    let mut stack = vec![operation];
    while let Some(outer) = stack.pop() {
        for region in regions(outer) {
            for block in blocks(region) {
                let inner = operations(block);
                found.extend(&inner);
                stack.extend(inner);
            }
        }
    }
    found
}

/// Values from outside that the ops inside an op use, each once, in a fixed order.
pub(crate) fn captures(operation: MlirOperation) -> Vec<MlirValue> {
    let inner = nested(operation);
    let mut inside = std::collections::HashSet::new();
    for op in std::iter::once(&operation).chain(&inner) {
        for block in regions(*op).into_iter().flat_map(blocks) {
            inside.extend(arguments(block).iter().map(|value| value.ptr));
        }
    }
    for op in &inner {
        inside.extend(results(*op).iter().map(|value| value.ptr));
    }
    let mut found = vec![];
    for value in inner.iter().flat_map(|op| operands(*op)) {
        if inside.insert(value.ptr) {
            found.push(value);
        }
    }
    found
}

/// The op that makes a value; `None` for an argument of a block.
pub fn defining_op(value: MlirValue) -> Option<MlirOperation> {
    // SAFETY: as above; only results are asked for their op.
    unsafe { mlirValueIsAOpResult(value).then(|| mlirOpResultGetOwner(value)) }
}

/// The ops that use a value, each as often as it does.
pub fn users(value: MlirValue) -> Vec<MlirOperation> {
    // SAFETY: as above; the chain of uses ends in null.
    unsafe {
        let first = Some(mlirValueGetFirstUse(value)).filter(|found| !found.ptr.is_null());
        let next =
            |found: &MlirOpOperand| Some(mlirOpOperandGetNextUse(*found)).filter(|next| !next.ptr.is_null());
        std::iter::successors(first, next).map(|found| mlirOpOperandGetOwner(found)).collect()
    }
}

/// The op of a block that is, or holds, another; `None` if the other is elsewhere.
pub fn ancestor_in(operation: MlirOperation, block: MlirBlock) -> Option<MlirOperation> {
    // SAFETY: as above; the chain of parents ends in null.
    unsafe {
        let up = |op: &MlirOperation| {
            Some(mlirOperationGetParentOperation(*op)).filter(|parent| !parent.ptr.is_null())
        };
        std::iter::successors(Some(operation), up)
            .find(|op| mlirBlockEqual(mlirOperationGetBlock(*op), block))
    }
}

/// Puts an op that belongs to no block before another.
pub fn insert_before(block: MlirBlock, place: MlirOperation, operation: MlirOperation) {
    // SAFETY: as above; the place is in the block, the op in none.
    unsafe { mlirBlockInsertOwnedOperationBefore(block, place, operation) }
}

/// Moves an op before another.
pub fn move_before(operation: MlirOperation, place: MlirOperation) {
    // SAFETY: as above; both ops are in blocks.
    unsafe { mlirOperationMoveBefore(operation, place) }
}

/// Makes everything that uses one value use another.
pub fn replace_uses(old: MlirValue, new: MlirValue) {
    // SAFETY: as above; the values have the same type.
    unsafe { mlirValueReplaceAllUsesOfWith(old, new) }
}

/// Removes an op that nothing uses.
pub fn destroy(operation: MlirOperation) {
    // SAFETY: as above; the caller says that nothing uses the op, and keeps no handle of it.
    unsafe { mlirOperationDestroy(operation) }
}

pub(crate) fn clone_operation(operation: MlirOperation) -> MlirOperation {
    // SAFETY: as above.
    unsafe { mlirOperationClone(operation) }
}

/// Gives a block the ops of a module, in place of its own, which are all functions. The module is used up.
pub(crate) fn replace_body(block: MlirBlock, module: MlirModule) {
    for old in operations(block).into_iter().rev() {
        // SAFETY: as above; a function has no results and its body sees nothing outside, so nothing that
        // remains uses anything of it.
        unsafe { mlirOperationDestroy(old) };
    }
    // SAFETY: as above; each op leaves the module before it enters the block.
    unsafe {
        for new in operations(mlirModuleGetBody(module)) {
            mlirOperationRemoveFromParent(new);
            append(block, new);
        }
        mlirModuleDestroy(module);
    }
}
