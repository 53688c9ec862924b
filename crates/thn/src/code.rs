//! What backends make of functions.

use std::fmt;
use thn_accuracy::Improved;
use thn_eqsat::Report;
use thn_ir::Func;
use thn_runtime::{Array, CallError, SharedVar, View};

/// What was made of a function.
pub(crate) trait Code: Send + Sync + fmt::Debug {
    /// Computes the outputs, and gives shared variables their new values if nothing failed.
    fn call(&self, inputs: &[View<'_>], shared: &[SharedVar]) -> Result<Vec<Array>, CallError>;

    /// The program as it runs.
    fn program(&self) -> &Func;

    /// What rewriting did; `None` if there was none.
    fn rewrites(&self) -> Option<&Report>;

    /// What the search for accuracy found, a result each; empty if it was not asked for.
    fn improved(&self) -> &[Improved];

    /// How the function came to be native code.
    #[cfg(feature = "cpu")]
    fn compiled(&self) -> Option<&thn_cpu::Compiled> {
        None
    }
}
