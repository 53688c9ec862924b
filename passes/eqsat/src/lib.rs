//! Equality saturation over the tensor IR of thn.
//!
//! [`optimize`] puts each block of a program into an e-graph, applies the rules of `rules/*.rules` until nothing new
//! is found or a budget is spent, and rebuilds the block from the best nodes: those that no stabilizing rule found
//! something better for, then the cheapest. Constants fold once, after that, in high precision.
//!
//! Results depend on the program and the options alone: no clock, no hash order. This crate knows no MLIR, does no
//! I/O, and never moves, merges or removes ops with effects.

pub mod builtin;
mod cost;
mod driver;
pub mod egraph;
mod hash;
mod options;
mod proof;
mod report;
pub mod rule;
pub mod search;

/// Explanations of what the optimizer did.
pub mod explain {
    pub use crate::proof::{Change, Explanation, Step, check, optimize_explained};
}

pub use cost::CostModel;
pub use driver::optimize::{FINITE_ATTRIBUTE, optimize, optimize_with};
pub use options::{Budget, Detail, Level, Options};
pub use report::{Profile, Report, RuleProfile, Stop};
pub use rule::{
    class::Class,
    library::{RuleInfo, reference, rules},
    set::CheckedRules,
};
