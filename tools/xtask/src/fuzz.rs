//! `cargo xtask fuzz`: mutated programs, rule files and options through everything that reads them.

use std::path::Path;
use std::process::ExitCode;

use crate::error::Result;
use crate::{process, toolchain};

/// Builds the fuzzer, with the checks of debug builds, and runs its targets, or one of them.
pub(crate) fn run(root: &Path, target: Option<&str>, executions: u64, seed: u64) -> Result<ExitCode> {
    println!("{}", toolchain::ensure()?);
    for target in target.map_or_else(|| vec!["rules", "options", "ir"], |only| vec![only]) {
        let mut command = process::cargo(root);
        command.args(["run", "--package", "thn-fuzz", "--", target]);
        command.args(["--executions", &executions.to_string(), "--seed", &seed.to_string()]);
        process::run(&mut command)?;
    }
    Ok(ExitCode::SUCCESS)
}
