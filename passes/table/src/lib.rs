//! The table of all passes that run inside MLIR.
//!
//! Each pass on thn functions is one file here and one line below; it imports a function, runs what
//! another crate provides, and exports the result. Passes of other crates come with their own tables.

use thn_mlir::pass::Pass;

mod thn_roundtrip;
mod thn_test_fail;

thn_mlir::passes! {
    thn_roundtrip: "Read functions into thn's own representation and write them back unchanged",
        Tensors => Tensors, on "func.func";
    thn_test_fail: "Fails on purpose, to show what a failure looks like", Tensors => Tensors, on "func.func" {
        panic: false, "Panic instead of reporting an error";
        message: "asked to fail", "What to report";
        after: 0, "Fail only in functions with more ops than this";
    }
}

/// All passes, table by table.
pub static TABLES: &[&[Pass]] = &[PASSES];
