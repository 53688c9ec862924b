//! `mlir-opt` with the thn dialect and passes: every flag of `mlir-opt` works, and `--help` lists ours.

use std::{env, process::exit};

/// Optimizing a program makes and drops very many small things, at which this allocator is faster than that of glibc.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    exit(thn_mlir::tools::opt_main(thn_passes::TABLES, env::args_os().collect()))
}
