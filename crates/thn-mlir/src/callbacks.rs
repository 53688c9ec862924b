//! What the ops of the dialect ask Rust: whether they are valid, and what types their results have.
//!
//! MLIR asks about one op at a time, so the dims behind its `?` are unknown here: each is a symbol of its
//! own, and only what is certainly wrong is refused. The shape program checks the rest before each call.

use crate::{
    attributes,
    error::Error,
    import::stated,
    panic::panic_text,
    raw, signature,
    text::{owned, string_ref},
    types::{self, Anonymous},
};
use mlir_sys::{MlirAttribute, MlirContext, MlirOperation, MlirStringRef, MlirValue};
use std::{
    ffi::c_void,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};
use thn_dialect::{Callbacks, TextSink, TypeSink};
use thn_ir::{
    Attrs, Dim, ErrorKind, Func, Iterate, Loc, OpKind, OpRow, Semantics, Shape, TensorType, Type, Value,
    infer,
};

/// Connects the dialect to Rust; further calls do nothing.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: the functions have the signatures that the shim declares and do not unwind.
    ONCE.call_once(|| unsafe {
        thn_dialect::thnSetCallbacks(Callbacks { verify, infer: infer_types, attribute: verify_attribute });
    });
}

/// # Safety
///
/// Called by the shim with valid handles, a readable name and the sink that goes with `why`.
unsafe extern "C" fn verify_attribute(
    operation: MlirOperation,
    of_result: bool,
    position: isize,
    name: MlirStringRef,
    value: MlirAttribute,
    why: TextSink,
    sink: *mut c_void,
) -> bool {
    let check = || {
        let position = usize::try_from(position).map_err(|_| Refusal::new("has no such position"))?;
        // SAFETY: the shim gives a readable name.
        let name = unsafe { owned(name) };
        match of_result {
            true => signature::result_attribute(operation, position, &name, value),
            false => signature::argument_attribute(operation, position, &name, value),
        }
        .map_err(Refusal)
    };
    answer(check, why, sink).is_some()
}

/// # Safety
///
/// Called by the shim with a valid op and the sink that goes with `why`.
unsafe extern "C" fn verify(operation: MlirOperation, why: TextSink, sink: *mut c_void) -> bool {
    answer(|| check(operation), why, sink).is_some()
}

/// # Safety
///
/// Called by the shim with valid handles, `operand_count` operands, and the sink that goes with both
/// functions.
unsafe extern "C" fn infer_types(
    context: MlirContext,
    name: MlirStringRef,
    operand_count: isize,
    operands: *const MlirValue,
    attributes: MlirAttribute,
    result: TypeSink,
    why: TextSink,
    sink: *mut c_void,
) -> bool {
    let inferred = answer(
        || {
            // SAFETY: the shim gives a readable name and that many operands. No operands may come with a
            // null pointer.
            let (name, operands) = unsafe {
                let operands = match usize::try_from(operand_count) {
                    Ok(count) if count > 0 => std::slice::from_raw_parts(operands, count),
                    _ => &[],
                };
                (owned(name), operands)
            };
            let kind = kind_of(&name)?;
            let mut anonymous = Anonymous::default();
            let types = tensors(operands, &mut anonymous)?;
            let attributes = raw::dictionary(attributes);
            let find =
                |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
            let attrs = read_attributes(kind.row(), &find, &mut anonymous)?;
            Ok(infer(kind, &types, &attrs, None, &[])?.types)
        },
        why,
        sink,
    );
    let Some(inferred) = inferred else { return false };
    for tensor in &inferred {
        // SAFETY: the sink goes with the function.
        unsafe { result(types::mlir_tensor(context, tensor), sink) };
    }
    true
}

/// Why an op is refused, without its name, which the shim puts before it.
struct Refusal(String);

impl Refusal {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<thn_ir::Error> for Refusal {
    fn from(error: thn_ir::Error) -> Self {
        Self(match error.kind {
            ErrorKind::Input => error.message,
            ErrorKind::Unsupported => format!("is not supported: {}", error.message),
            ErrorKind::Internal => format!("is broken: {}", error.message),
        })
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error.failure().message.clone())
    }
}

/// Runs `work` and tells MLIR why it failed, if it did.
fn answer<T>(work: impl FnOnce() -> Result<T, Refusal>, why: TextSink, sink: *mut c_void) -> Option<T> {
    let message = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(Refusal(why))) => why,
        Err(panic) => format!("internal error: inference panicked: {}", panic_text(&*panic)),
    };
    // SAFETY: the sink goes with the function, which copies the text.
    unsafe { why(string_ref(&message), sink) };
    None
}

fn kind_of(name: &str) -> Result<OpKind, Refusal> {
    let kind = name.strip_prefix("thn.").and_then(OpKind::from_mnemonic);
    kind.ok_or_else(|| Refusal::new(format!("{name} has no row in the op table")))
}

fn tensors(values: &[MlirValue], anonymous: &mut Anonymous) -> Result<Vec<TensorType>, Refusal> {
    let tensor = |value: &MlirValue| {
        let r#type = raw::type_of(*value);
        let unknown = || Refusal::new(format!("{} is no tensor of thn", crate::text::type_text(r#type)));
        anonymous.tensor(r#type).ok_or_else(unknown)
    };
    values.iter().map(tensor).collect()
}

fn read_attributes(
    row: &OpRow,
    find: &dyn Fn(&str) -> Option<MlirAttribute>,
    anonymous: &mut Anonymous,
) -> Result<Attrs, Refusal> {
    let mut attrs = Attrs::new();
    for spec in row.attrs {
        // What is missing is reported by inference.
        if let Some(attribute) = find(spec.name) {
            let read = attributes::read(spec.kind, attribute, &mut |name| Some(anonymous.named(name)));
            attrs
                .set(spec.name, read.map_err(|why| Refusal::new(format!("attribute {}: {why}", spec.name)))?);
        }
    }
    Ok(attrs)
}

/// Checks an op that states its result types or has regions. The others are checked by inference.
fn check(operation: MlirOperation) -> Result<(), Refusal> {
    let kind = kind_of(&raw::name(operation))?;
    let row = kind.row();
    let skipped = [Semantics::Iterate(Iterate::Terminator), Semantics::Iterate(Iterate::Constant)];
    if skipped.contains(&row.semantics) {
        return Ok(());
    }
    let mut anonymous = Anonymous::default();
    let operands = tensors(&raw::operands(operation), &mut anonymous)?;
    let attrs = read_attributes(row, &|name| raw::attribute(operation, name), &mut anonymous)?;
    let mut results = tensors(&raw::results(operation), &mut anonymous)?;
    if row.shaped {
        spell(operation, &mut results, &mut anonymous)?;
    }

    // The op alone in a function, whose dims are those found above.
    let mut func = Func::new("");
    let add = |func: &mut Func, block, tensors: Vec<TensorType>| -> Vec<Value> {
        tensors.into_iter().map(|tensor| func.add_block_arg(block, tensor)).collect()
    };
    let operands = add(&mut func, Func::BODY, operands);
    for (i, operand) in operands.iter().enumerate() {
        func.value_mut(*operand).name = Some(format!("operand {i}").into());
    }
    let mut regions = vec![];
    for region in raw::regions(operation) {
        let blocks = raw::blocks(region);
        let [block] = blocks.as_slice() else {
            return Err(Refusal::new("has a region that is not one block"));
        };
        let made = func.new_block();
        add(&mut func, made, tensors(&raw::arguments(*block), &mut anonymous)?);
        let end = raw::operations(*block).last().copied();
        let given = end.filter(|end| raw::name(*end) == "thn.yield").map(raw::operands);
        let Some(given) = given else {
            return Err(Refusal::new("has a region that does not end in thn.yield"));
        };
        let given = tensors(&given, &mut anonymous)?;
        let values = add(&mut func, Func::BODY, given);
        func.block_mut(made).results = values;
        regions.push(made);
    }
    let results = results.into_iter().map(Type::Tensor);
    let op = func.push(Func::BODY, kind, &operands, attrs, &regions, results, Loc::Unknown);
    func.constraints(op)?;
    Ok(())
}

/// Gives the `?` of a stated type the dims that are spelled for them.
fn spell(
    operation: MlirOperation,
    results: &mut [TensorType],
    anonymous: &mut Anonymous,
) -> Result<(), Refusal> {
    let found = raw::results(operation).first().and_then(|result| types::tensor(raw::type_of(*result)));
    let (Some(result), Some((_, lengths))) = (results.first_mut(), found) else { return Ok(()) };
    let given = stated(operation, &lengths)?;
    let mut given = given.iter();
    let mut shape = vec![];
    for length in lengths {
        shape.push(match length {
            Some(length) => length.into(),
            None => {
                let text = given.next().map_or("", String::as_str);
                Dim::parse(text, &mut |name| Some(anonymous.named(name))).map_err(Refusal::new)?
            }
        });
    }
    result.shape = Shape(shape);
    Ok(())
}
