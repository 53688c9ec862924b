//! Writing the module.

pub(crate) mod element;
pub(crate) mod entry;
pub(crate) mod kernel;
pub(crate) mod scalar;
pub(crate) mod text;
pub(crate) mod types;
