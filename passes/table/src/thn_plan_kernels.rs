//! Kernel planning: what `thn-kernels` decides, made visible.
//!
//! ```text
//! %0 = thn.exp %x : tensor<?xf32>                before
//! %1 = thn.neg %0 : tensor<?xf32>
//!
//! %0 = thn.kernel "map" %x : (tensor<?xf32>) -> tensor<?xf32> {      after
//! ^bb0(%1: tensor<?xf32>):
//!   %2 = thn.exp %1 : tensor<?xf32>
//!   %3 = thn.neg %2 : tensor<?xf32>
//!   thn.yield %3 : tensor<?xf32>
//! }
//! ```

use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func},
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let choices = thn_kernels::Options { fusion: options.flag("fusion") };
    on_func(function, |func| {
        func.unify_dims()?;
        *func = thn_kernels::plan(func, &choices)?;
        Ok(())
    })
}
