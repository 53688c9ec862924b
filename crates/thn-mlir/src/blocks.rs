//! Blocks of other compilers, rewritten in place.
//!
//! The ops of a block that the op table knows under a name of their own dialect, on scalars, vectors and ranked
//! tensors, become a program of thn-ir. Everything else is an opaque op in it, which stays where it is, and
//! values from elsewhere are its arguments. What is made of that program is written back in ops of the dialects
//! it came from.
//!
//! ```text
//! %0 = math.exp %x : f64                 before
//! %1 = arith.addf %0, %one : f64
//! %2 = math.log %1 : f64
//!
//! %0 = arith.maximumf %x, %zero : f64    after
//! %1 = math.absf %x : f64
//! %2 = arith.negf %1 : f64
//! %3 = math.exp %2 : f64
//! %4 = math.log1p %3 : f64
//! %5 = arith.addf %0, %4 : f64
//! ```
//!
//! An op that stays is not touched: neither copied nor printed and read again. A block is changed as a whole or
//! not at all.

mod read;
mod rows;
mod write;

use crate::{
    context::emit,
    error::{Error, Severity},
    raw,
};
use melior::ir::OperationRef;
use mlir_sys::{MlirBlock, MlirOperation};
use thn_ir::{Func, Semantics};

pub(crate) use rows::meaning;
pub use rows::{Freedom, written};

/// Ops, and dialects of ops, whose regions are plain code: what is computed in them may be computed otherwise.
const PLAIN: [&str; 6] = ["affine.", "func.func", "linalg.generic", "linalg.map", "scf.", "tensor.generate"];

/// How often a program is transformed at most: what composite ops are made of can be simplified with what is around.
const ROUNDS: usize = 2;

/// Runs a transformation on every block of a function that has ops known from other dialects, inner blocks first.
///
/// The transformation is told what the fast-math flags of all ops on floats in the block allow. It may use, beside the ops that
/// it finds, those of [`written`]. A block for which it fails is left as it is, with a warning.
pub fn on_blocks(
    function: OperationRef,
    mut transform: impl FnMut(&mut Func, Freedom) -> Result<(), thn_ir::Error>,
) {
    inside(function.to_raw(), &mut transform);
}

fn inside(
    operation: MlirOperation,
    transform: &mut dyn FnMut(&mut Func, Freedom) -> Result<(), thn_ir::Error>,
) {
    let name = raw::name(operation);
    let plain =
        PLAIN.iter().any(|known| if known.ends_with('.') { name.starts_with(known) } else { name == *known });
    if !plain {
        return;
    }
    for block in raw::regions(operation).into_iter().flat_map(raw::blocks) {
        for inner in raw::operations(block) {
            inside(inner, transform);
        }
        if let Err(error) = rewrite(block, transform) {
            let loc = error.failure().loc.clone();
            let message = format!("a block is left as it is: {}", error.without_loc());
            emit(operation, Severity::Warning, &loc, &message);
        }
    }
}

fn rewrite(
    block: MlirBlock,
    transform: &mut dyn FnMut(&mut Func, Freedom) -> Result<(), thn_ir::Error>,
) -> Result<(), Error> {
    let Some(mut program) = read::read(block)? else { return Ok(()) };
    let freedom = program.freedom;
    for _ in 0..ROUNDS {
        transform(&mut program.func, freedom)?;
        let unnamed = |op: &thn_ir::OpId| {
            let row = program.func.op(*op).kind.row();
            row.foreign.is_empty() && matches!(row.semantics, Semantics::Expand(_))
        };
        if !program.func.body().ops.iter().any(unnamed) {
            break;
        }
        thn_ir::expand::expand_where(&mut program.func, &|kind| kind.row().foreign.is_empty())?;
    }
    write::write(block, &program)
}
