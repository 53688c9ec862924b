//! The CPU backend: from a program to a function that runs.
//!
//! [`compile_function`] is the whole compiler, top to bottom: check, unify dims, rewrite, plan kernels, lower, make
//! code, link. [`compile`] is its second half, for a program that is planned already.
//!
//! This crate decides nothing about programs: rewrites, plans and loops are made by the crates it calls, in the order
//! that [`compile_function`] shows. What it makes is what they made: the kernels of `thn-opt --thn-plan-kernels` are
//! the kernels that run.

mod compile;
mod error;
mod options;
mod report;
mod text;

pub use compile::{
    Compiled, Observer, compile, compile_function, compile_lowered, compile_observed, dialect_text,
};
pub use error::Error;
pub use options::{Instructions, Options};
pub use report::{CompileReport, Level, Stage};
pub use text::read_function;
