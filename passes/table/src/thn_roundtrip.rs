//! Import and export with nothing in between: what a pass on thn's own representation costs and keeps.
//!
//! ```text
//! %0 = thn.add %x, %y : tensor<?xf32>, tensor<?xf32>   before
//! %0 = thn.add %x, %y : tensor<?xf32>, tensor<?xf32>   after
//! ```

use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func},
};

pub(crate) fn run(function: OperationRef, _: &Options) -> Result<(), Error> {
    on_func(function, |_| Ok(()))
}
