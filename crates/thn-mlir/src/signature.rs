//! What the attributes `thn.…` of a function's arguments and results must be, so that a wrong one is found where the
//! text is read, by every tool.
//!
//! | attribute | of | value |
//! | --- | --- | --- |
//! | `thn.name` | an argument or a result | a string |
//! | `thn.dims` | an argument | a string for each `?` of its type |
//! | `thn.value` | a rank-0 integer argument | a name for its value in dims |
//! | `thn.shared` | an argument | nothing: the argument holds state |
//! | `thn.range` | an argument | where its elements lie, for the pass that samples there, which checks it |
//! | `thn.updates` | a result | the position of the shared argument that it replaces, as an i64 |

use crate::{
    attributes,
    dims::{DIMS, VALUE},
    import::spelled,
    names::{NAME, SHARED, UPDATES},
    raw, types,
};
use mlir_sys::{MlirAttribute, MlirOperation, mlirAttributeIsAUnit};
use thn_ir::Symbol;

/// The range of an argument's elements.
const RANGE: &str = "thn.range";

/// Says what is wrong with an attribute of an argument.
pub(crate) fn argument_attribute(
    function: MlirOperation,
    position: usize,
    name: &str,
    value: MlirAttribute,
) -> Result<(), String> {
    let called = called(function, position);
    let fault = |why: String| Err(format!("{called}: {why}"));
    let ty = argument(function, position).and_then(types::tensor);
    match name {
        NAME if raw::string(value).is_none() => fault(format!("{NAME} is a string")),
        NAME => Ok(()),
        DIMS => {
            let Some((_, lengths)) = ty else {
                return fault(format!("{DIMS} names the dims of a tensor of thn"));
            };
            spelled(value, &lengths).map(drop).or_else(|e| fault(format!("thn.{}", e.failure().message)))
        }
        VALUE => {
            let names_one = raw::string(value).is_some_and(|name| Symbol::is_name(&name));
            let whole = ty.is_some_and(|(dtype, lengths)| dtype.is_int() && lengths.is_empty());
            match names_one && whole {
                true => Ok(()),
                false => fault(format!("{VALUE} is a name for the value of a rank-0 integer tensor")),
            }
        }
        // SAFETY: the attribute is alive.
        SHARED if !unsafe { mlirAttributeIsAUnit(value) } => fault(format!("{SHARED} has no value")),
        SHARED => Ok(()),
        RANGE => Ok(()),
        _ => {
            fault(format!("{name} is unknown; arguments have {NAME}, {DIMS}, {VALUE}, {SHARED} and {RANGE}"))
        }
    }
}

/// Says what is wrong with an attribute of a result.
pub(crate) fn result_attribute(
    function: MlirOperation,
    position: usize,
    name: &str,
    value: MlirAttribute,
) -> Result<(), String> {
    let fault = |why: String| Err(format!("result {position}: {why}"));
    match name {
        NAME if raw::string(value).is_none() => fault(format!("{NAME} is a string")),
        NAME => Ok(()),
        UPDATES => match attributes::integer(value).and_then(|at| usize::try_from(at).ok()) {
            None => fault(format!("{UPDATES} is the position of an argument, as an i64")),
            Some(at) if argument_has(function, at, SHARED) => Ok(()),
            Some(at) => fault(format!("{UPDATES} is {at}, but {} is not shared", called(function, at))),
        },
        _ => fault(format!("{name} is unknown; results have {NAME} and {UPDATES}")),
    }
}

/// The type of an argument of a function that has a body.
fn argument(function: MlirOperation, position: usize) -> Option<mlir_sys::MlirType> {
    let body = raw::blocks(*raw::regions(function).first()?).first().copied()?;
    raw::arguments(body).get(position).map(|value| raw::type_of(*value))
}

fn argument_has(function: MlirOperation, position: usize, name: &str) -> bool {
    argument_attributes(function, position).iter().any(|(known, _)| known == name)
}

fn argument_attributes(function: MlirOperation, position: usize) -> Vec<(String, MlirAttribute)> {
    let lists = raw::attribute(function, "arg_attrs").and_then(raw::array).unwrap_or_default();
    lists.get(position).map(|list| raw::dictionary(*list)).unwrap_or_default()
}

/// How messages call an argument: by its name, or by its position.
fn called(function: MlirOperation, position: usize) -> String {
    let attributes = argument_attributes(function, position);
    let name = attributes.iter().find(|(known, _)| known == NAME).and_then(|(_, name)| raw::string(*name));
    name.unwrap_or_else(|| format!("arg{position}"))
}
