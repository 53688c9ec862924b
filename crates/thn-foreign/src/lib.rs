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
//! In a block with ops of `linalg` on tensors, new ops on tensors are of `linalg` too, with destinations of
//! `tensor.empty`; what `linalg` has no name for is a `linalg.map`.
//!
//! An op that stays is not touched: neither copied nor printed and read again. A block is changed as a whole or
//! not at all.

mod linalg;
mod read;
mod write;

use melior::ir::OperationRef;
use mlir_sys::{MlirBlock, MlirOperation};
use std::{collections::BTreeSet, sync::LazyLock};
use thn_ir::{DType, Func, OpKind};
use thn_mlir::{
    DEEPEST, Error, FastMathFlags, Severity,
    context::emit,
    meaning::{is_unnamed, written},
    raw,
};

/// Ops, and dialects of ops, whose regions are plain code: what is computed in them may be computed otherwise.
const PLAIN: [&str; 6] = ["affine.", "func.func", "linalg.generic", "linalg.map", "scf.", "tensor.generate"];

/// How often a program is transformed at most: what composite ops are made of can be simplified with what is around, and
/// is then recognised again, as it is no better than they are.
const ROUNDS: usize = 2;

/// What a transformation of a block is told.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// What the fast-math flags of all ops on floats in the block allow.
    pub flags: FastMathFlags,
    /// The ops, by the element type of their last operand, that may be used beside those that it finds.
    pub ops: &'static BTreeSet<(OpKind, DType)>,
}

type Transform<'t> = dyn FnMut(&mut Func, Style) -> Result<(), thn_ir::Error> + 't;

/// What can be written, without and with ops of linalg.
static WRITTEN: LazyLock<[BTreeSet<(OpKind, DType)>; 2]> = LazyLock::new(|| [false, true].map(written));

/// Runs a transformation on every block of a function that has ops known from other dialects, inner blocks first. Blocks
/// inside more than [`DEEPEST`] others stay as they are. A block for which it fails is left as it is, with a warning.
pub fn on_blocks(
    function: OperationRef,
    mut transform: impl FnMut(&mut Func, Style) -> Result<(), thn_ir::Error>,
) {
    inside(function.to_raw(), 0, &mut transform);
}

fn inside(operation: MlirOperation, depth: usize, transform: &mut Transform) {
    let name = raw::name(operation);
    let plain =
        PLAIN.iter().any(|known| if known.ends_with('.') { name.starts_with(known) } else { name == *known });
    if !plain || depth > DEEPEST {
        return;
    }
    for block in raw::regions(operation).into_iter().flat_map(raw::blocks) {
        for inner in raw::operations(block) {
            inside(inner, depth + 1, transform);
        }
        if let Err(error) = rewrite(block, transform) {
            let loc = error.failure().loc.clone();
            let message = format!("a block is left as it is: {}", error.without_loc());
            emit(operation, Severity::Warning, &loc, &message);
        }
    }
}

fn rewrite(block: MlirBlock, transform: &mut Transform) -> Result<(), Error> {
    let Some(mut program) = read::read(block)? else { return Ok(()) };
    let style = Style { flags: program.flags, ops: &WRITTEN[usize::from(program.structured)] };
    let unnamed = |kind: OpKind| is_unnamed(kind, program.structured);
    for _ in 0..ROUNDS {
        transform(&mut program.func, style)?;
        let mut made = program.func.body().ops.iter().map(|op| program.func.op(*op).kind);
        if !made.any(unnamed) {
            break;
        }
        thn_ir::expand::expand_where(&mut program.func, &unnamed)?;
    }
    write::write(block, &program)
}
