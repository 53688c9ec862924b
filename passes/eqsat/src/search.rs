//! The search: which rules to look for where, what they match, and what they make.

pub mod ematch;
pub mod instantiate;
pub(crate) mod log;
pub(crate) mod node_table;
pub(crate) mod rule_index;
pub(crate) mod saturate;
pub(crate) mod worklist;
