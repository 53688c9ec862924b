//! Functions on scalars that `arith` does not have.

pub mod library;
pub mod vector;
