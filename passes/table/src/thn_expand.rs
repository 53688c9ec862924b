//! Composite ops as the ops they are made of, by the `expand` of their rows.
//!
//! ```text
//! %0 = thn.sqr %x : tensor<?xf32>                                    before
//!
//! %0 = thn.mul %x, %x : tensor<?xf32>, tensor<?xf32>                 after
//! ```

use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func},
};

pub(crate) fn run(function: OperationRef, _options: &Options) -> Result<(), Error> {
    on_func(function, |func| {
        thn_ir::expand::expand_where(func, &|_| true)?;
        Ok(())
    })
}
