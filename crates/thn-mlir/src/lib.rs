//! thn programs as MLIR.
//!
//! This crate owns everything that touches MLIR and LLVM: the connection of the dialect to `thn-ir`,
//! import and export, Rust passes with names and options, pipelines, and native code. It refuses to
//! decide anything about programs: rewriting, differentiation and planning run on `thn-ir`.
//!
//! Only this crate shows types of melior; it re-exports the version it was built with.

mod attributes;
pub mod blocks;
mod callbacks;
pub mod codegen;
pub mod context;
pub mod dialects;
mod dims;
pub mod error;
pub mod export;
pub mod guard;
pub mod import;
mod locations;
pub mod pass;
pub mod pipeline;
pub mod plugin;
mod raw;
pub mod text;
pub mod tools;
mod types;

pub use context::{capture, dialect, new_context, parse, verify};
pub use error::{Diagnostic, Error, Severity};
pub use export::{export, export_module, replace};
pub use guard::DEEPEST;
pub use import::{Foreign, Imported, Others, import, import_with};
pub use melior;
pub use pipeline::run_pipeline;
