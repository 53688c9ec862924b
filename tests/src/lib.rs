//! Tests of thn across crates.
