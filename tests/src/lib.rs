//! Tests of thn across crates.

/// The page about the optimizer, run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/optimizer.md")]
pub struct Optimizer;
