//! Rewrites that are no lines of a rule file: they hold for whole kinds of ops.

pub(crate) mod found;
pub(crate) mod joins;
pub(crate) mod multisets;
pub(crate) mod products;

pub use found::{Found, Member};
pub use multisets::{BUILT_IN, normalize};
