//! Functions on scalars that `arith` does not have.

pub mod library;
pub(crate) mod module;
pub mod vector;
