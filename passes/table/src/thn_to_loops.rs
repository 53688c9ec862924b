//! Lowering: what `thn-lower` makes of planned functions.
//!
//! ```text
//! %0 = thn.kernel "elementwise" %x : (tensor<?xf32>) -> tensor<?xf32> { … }       before
//!
//! func.func private @kernel_0(…) { scf.for … { memref.load …, arith.mulf … } }    after
//! func.func @thn_entry(…) -> i32 { … }
//! ```
//!
//! The module holds one function before; after, it holds one for each kernel and the entry of the call ABI.

use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_program},
};

pub(crate) fn run(module: OperationRef, _: &Options) -> Result<(), Error> {
    on_program(module, |func| Ok(thn_lower::lower(func)?.text))
}
