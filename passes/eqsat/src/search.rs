//! The search: which rules to look for where, what they match, and what they make.

pub(crate) mod ematch;
pub(crate) mod instantiate;
pub(crate) mod node_table;
pub(crate) mod rule_index;
pub(crate) mod saturate;
pub(crate) mod worklist;
