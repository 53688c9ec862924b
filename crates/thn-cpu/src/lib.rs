//! The CPU backend: from a program to a function that runs.
//!
//! [`compile_function`] is the whole compiler, top to bottom: check, unify dims, rewrite, plan kernels, lower, make
//! code, link. [`compile`] is its second half, for a program that is planned already. [`Compiler`] is the boundary
//! behind which a compiler may be linked in, loaded, or another process: it takes a request that can be serialised.
//!
//! This crate decides nothing about programs: rewrites, plans and loops are made by the crates it calls, in the order
//! that [`compile_function`] shows. What it makes is what they made: the kernels of `thn-opt --thn-plan-kernels` are
//! the kernels that run.

mod boundary;
mod compile;
mod error;
mod options;
mod report;

pub use boundary::{Compiler, Linked, Request, read_function};
pub use compile::{
    Compiled, Observer, compile, compile_function, compile_lowered, compile_observed, dialect_text,
};
pub use error::Error;
pub use options::Options;
pub use report::{CompileReport, Level, Stage};
