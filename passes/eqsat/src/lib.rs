//! Equality saturation over the tensor IR of thn.
//!
//! [`optimize`] puts each block of a program into an e-graph, applies the rules of `rules/*.rules` until nothing new
//! is found or a budget is spent, and rebuilds the block from the best nodes: those that no stabilizing rule found
//! something better for, then the cheapest. Constants fold once, after that, in high precision.
//!
//! Results depend on the program and the options alone: no clock, no hash order. This crate knows no MLIR, does no
//! I/O, and never moves, merges or removes ops with effects.

pub mod accuracy;
mod agenda;
mod apply;
mod attributes;
pub mod check;
mod conditions;
mod cost;
mod decode;
mod encode;
mod exact;
pub mod explain;
mod extract;
mod facts;
mod graph;
mod hash;
mod joins;
mod kinds;
mod ledger;
mod matcher;
mod names;
mod normalize;
mod optimize;
mod options;
mod parse;
mod pattern;
mod plan;
mod products;
mod random;
mod regions;
mod report;
mod rule_set;
mod rules;
mod saturate;

pub use optimize::{FINITE_ATTRIBUTE, optimize};
pub use options::{Budget, Class, CostModel, Detail, Level, Options};
pub use report::{Profile, Report, RuleProfile, Stop};
pub use rule_set::RuleSet;
pub use rules::{RuleInfo, reference, rules};
