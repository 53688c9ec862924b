//! Rewrites that are no lines of a rule file: they hold for whole kinds of ops.

pub(crate) mod joins;
pub(crate) mod multisets;
pub(crate) mod products;
