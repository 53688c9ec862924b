//! `cargo xtask demo`: makes sure that the toolchain is here, then runs the demo program.
//!
//! Everything that this module and the build say goes to standard error: with `--json`, standard output holds
//! what the program prints and nothing else.

use std::path::Path;
use std::process::ExitCode;

use crate::error::Result;
use crate::{process, toolchain};

/// Builds the demo with optimisation and runs it.
pub(crate) fn run(root: &Path, json: bool) -> Result<ExitCode> {
    eprintln!("{}", toolchain::ensure()?);
    let mut command = process::cargo(root);
    command.args(["run", "--profile", "demo", "--package", "thn-demo", "--"]);
    if json {
        command.arg("--json");
    }
    process::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
