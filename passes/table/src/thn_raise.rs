//! Ops of other dialects as those of thn that mean the same, so that rules and plans see them.
//!
//! ```text
//! %0 = arith.addf %x, %y : tensor<?xf32>                    before
//! %0 = thn.add %x, %y : tensor<?xf32>, tensor<?xf32>        after
//! ```
//!
//! Which ops these are is a field of the op table. One with fast-math flags stays as it is.

use thn_mlir::{
    Error, Others,
    melior::ir::OperationRef,
    pass::{Options, on_func_with},
};

pub(crate) fn run(function: OperationRef, _: &Options) -> Result<(), Error> {
    on_func_with(function, Others::Raise, |_| Ok(()))
}
