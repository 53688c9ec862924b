//! `mlir-opt` with the thn dialect and passes: every flag of `mlir-opt` works, and `--help` lists ours.

use std::{env, process::exit};

fn main() {
    exit(thn_mlir::tools::opt_main(thn_passes::TABLES, env::args_os().collect()))
}
