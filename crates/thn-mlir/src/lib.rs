//! thn programs as MLIR.
//!
//! This crate owns everything that touches MLIR and LLVM: the connection of the dialect to `thn-ir`,
//! import and export, Rust passes with names and options, pipelines, and native code. It refuses to
//! decide anything about programs: rewriting, differentiation and planning run on `thn-ir`.
//!
//! What crates that are built on this one need to read and write IR themselves is public and hidden: its handles must
//! belong to IR that is alive.
//!
//! Only this crate shows types of melior; it re-exports the version it was built with.

#[doc(hidden)]
pub mod attributes;
mod callbacks;
pub mod codegen;
pub mod context;
pub mod dialects;
mod dims;
pub mod error;
pub mod export;
pub mod guard;
pub mod import;
#[doc(hidden)]
pub mod locations;
#[doc(hidden)]
pub mod meaning;
#[doc(hidden)]
pub mod names;
mod panic;
pub mod pass;
pub mod pipeline;
pub mod plugin;
#[doc(hidden)]
pub mod raw;
mod signature;
pub mod text;
pub mod tools;
#[doc(hidden)]
pub mod types;

pub use context::{capture, dialect, new_context, parse, verify};
pub use error::{Diagnostic, Error, Severity};
pub use export::{export, export_module, replace};
pub use guard::DEEPEST;
pub use import::{Foreign, Imported, Others, import, import_with};
pub use meaning::FastMathFlags;
pub use melior;
pub use mlir_sys;
pub use pipeline::run_pipeline;
