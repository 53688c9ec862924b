//! `cargo xtask bless`: makes what the program does now the expectation. Whether it is right is for whoever
//! reads the diff.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::error::{Error, Result};
use crate::snapshots::{References, Snapshots};
use crate::{generated, process, test, toolchain};

/// Regenerates files and accepts snapshots: of all packages, or of the given ones.
pub(crate) fn run(root: &Path, packages: &[String]) -> Result<ExitCode> {
    toolchain::ensure()?;
    generated::regenerate(root, false)?;

    let references = References::new(root)?;
    let mut command = test::tests(root, test::has_nextest(root));
    if packages.is_empty() {
        command.arg("--workspace");
    }
    for package in packages {
        command.args(["--package", package]);
    }
    references.record(&mut command, root, "always");
    let outcome = process::run(&mut command);

    let found = Snapshots::find(root)?;
    // insta writes new text of a file over the old one, but text inside Rust source only its own tool can change.
    let (inline, stale): (Vec<_>, Vec<_>) =
        found.pending.iter().partition(|path| path.extension().is_some_and(|name| name == "pending-snap"));
    for path in inline {
        eprintln!("{} is a snapshot inside source: accept it by `cargo insta accept`", path.display());
    }
    // The other tests fail for reasons of their own: accepting snapshots does not make them right.
    outcome?;
    if packages.is_empty() {
        // Every test ran and passed, so what still waits comes from an earlier run, and what was not reached
        // has no test.
        for path in stale {
            remove(path, "left over from an earlier run")?;
        }
        for path in found.orphans(&references)? {
            remove(&path, "no test reads it")?;
        }
    }
    println!("Read the diff before you commit it: git status, git diff.");
    Ok(ExitCode::SUCCESS)
}

fn remove(path: &Path, reason: &str) -> Result<()> {
    fs::remove_file(path).map_err(Error::file(path))?;
    println!("removed {}: {reason}", path.display());
    Ok(())
}
