//! `cargo xtask sanitize`: the tests of `thn-opt` on a C++ shim that checks its memory accesses and arithmetic.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use crate::error::{Error, Result};
use crate::{process, toolchain};

/// MLIR itself is not instrumented: what it keeps until the end is no leak of the shim, and the bounds of the containers
/// that it shares with the shim are unknown. A fault ends with a code that no tool gives, so that no test expects it.
const ADDRESS: &str = "detect_leaks=0:detect_container_overflow=0:exitcode=99";

/// The same code, and where it was.
const UNDEFINED: &str = "print_stacktrace=1:exitcode=99";

/// Builds the shim with the address and undefined-behaviour sanitizers and runs the tests of `thn-opt` on it.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    println!("{}", toolchain::ensure()?);
    let name = format!("libclang_rt.asan-{}.so", env::consts::ARCH);
    let runtime = toolchain::compiler_runtime().join(name);
    if !runtime.is_file() {
        return Err(Error::Toolchain(format!(
            "{} does not exist; on Debian and Ubuntu it is in package libclang-rt-{}-dev",
            runtime.display(),
            toolchain::MAJOR
        )));
    }
    // The runtime has to be there before anything else is loaded, in the tests and in what they start.
    let runner = format!(
        "target.'cfg(all())'.runner = ['env', 'LD_PRELOAD={}', 'ASAN_OPTIONS={ADDRESS}', 'UBSAN_OPTIONS={UNDEFINED}']",
        runtime.display()
    );
    let mut command = process::cargo(root);
    command.args([
        "test",
        "--package",
        "thn-opt",
        "--no-default-features",
        "--target-dir",
        "target/sanitize",
        "--config",
        &runner,
    ]);
    command.env("THN_SANITIZE", "1");
    process::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
