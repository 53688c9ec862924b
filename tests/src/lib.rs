//! What tests across crates share: random programs over the whole op table, and what is asked of them.
//!
//! [`random_programs`] is the suite; its parts are private but for [`numbers`], which tests of single ops read as well.

pub mod numbers;
pub mod random_programs;

mod backends;
mod group;
mod judge;
mod patterns;
mod planted;
mod programs;
mod shrink;
mod summary;

/// The page about the optimizer, run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/optimizer.md")]
pub struct Optimizer;
