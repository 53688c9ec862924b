//! The commands of the repository, run as `cargo xtask COMMAND`.
//!
//! This file owns the command line only; each command is one module.
//! The crate refuses to depend on anything that needs LLVM: it is what installs LLVM.

mod bless;
mod codegen;
mod demo;
mod distro;
mod doctor;
mod error;
#[cfg(test)]
mod features;
mod fuzz;
mod generated;
mod long;
mod process;
mod sanitize;
mod snapshots;
mod suite;
mod test;
mod toolchain;
mod totals;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The commands of the thn repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Report what this machine has, what each part is needed for, and what to do about what is missing.
    Doctor {
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run everything that continuous integration runs, after installing or explaining a missing toolchain.
    Test {
        /// Leave out the documentation build, the doc tests and the crate outside the workspace.
        #[arg(long)]
        fast: bool,
        /// Run what takes hours instead, in shards; one that passed on this tree is not run again.
        #[arg(long, conflicts_with = "fast")]
        long: bool,
    },
    /// Regenerate the generated files, accept what the snapshot tests now print, then read the diff.
    Bless {
        /// Accept the snapshots of these packages only.
        #[arg(short, long = "package", value_name = "NAME")]
        packages: Vec<String>,
    },
    /// Write the generated files from their sources.
    Codegen {
        /// Write nothing; fail and show the first difference if a file is not what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Run mutated programs through every pass, mutated rule files through the parser and the checker, and mutated options.
    Fuzz {
        /// `ir`, `rules` or `options`; all if none is named.
        target: Option<String>,
        /// How many inputs each target runs.
        #[arg(long, default_value_t = 10_000)]
        executions: u64,
        /// What the inputs follow from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Run the tests of `thn-opt` with a C++ shim that checks its memory accesses and arithmetic.
    Sanitize,
    /// Train the tutorials' models on handwritten digits, after installing or explaining a missing toolchain.
    Demo {
        /// Print the results as JSON on standard output.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let root = repository();
    let outcome = match Arguments::parse().command {
        Command::Doctor { json } => doctor::run(json),
        Command::Test { long: true, .. } => long::run(&root),
        Command::Test { fast, .. } => test::run(&root, fast),
        Command::Bless { packages } => bless::run(&root, &packages),
        Command::Codegen { check } => generated::regenerate(&root, check).map(|count| {
            println!("{count} generated files are {}", if check { "fresh" } else { "written" });
            ExitCode::SUCCESS
        }),
        Command::Fuzz { target, executions, seed } => fuzz::run(&root, target.as_deref(), executions, seed),
        Command::Sanitize => sanitize::run(&root),
        Command::Demo { json } => demo::run(&root, json),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// The root of the repository: two folders above this crate's manifest.
///
/// `cargo run` names the manifest when the program starts, which stays right after the checkout has moved;
/// the place where the crate was compiled serves a binary that is started by hand.
fn repository() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.join("../..").canonicalize().unwrap_or(manifest)
}
