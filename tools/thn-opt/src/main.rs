//! `mlir-opt` with the thn dialect and passes: every flag of `mlir-opt` works, and `--help` lists ours.

use std::{env, process::exit, sync::LazyLock};
use thn_progress::Progress;

/// Optimizing a program makes and drops very many small things, at which this allocator is faster than that of glibc.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The line that says which pass takes so long.
static PROGRESS: LazyLock<Progress> = LazyLock::new(|| Progress::on_terminal("thn-opt"));

fn main() {
    thn_mlir::pass::observe(|pass| match pass {
        Some(name) => PROGRESS.stage(name),
        None => PROGRESS.pause(),
    });
    exit(thn_mlir::tools::opt_main(thn_passes::TABLES, env::args_os().collect()))
}
