//! `cargo xtask test`: everything that continuous integration runs, in order.
//!
//! Every section runs even when an earlier one failed; the command fails if any did.
//! The last line of the output is the test runner's own total.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::error::{Error, Result};
use crate::process::{cargo, output, run_recorded};
use crate::snapshots::{References, Snapshots};
use crate::suite::Suite;
use crate::totals::Totals;
use crate::{generated, toolchain};

/// Runs all sections; `fast` leaves out the slow ones that seldom fail.
pub(crate) fn run(root: &Path, fast: bool) -> Result<ExitCode> {
    let references = References::new(root)?;
    let mut suite = Suite::default();
    let mut totals = None;

    let ready = suite.section("toolchain", || {
        let found = toolchain::ensure()?;
        toolchain::ensure_rust_components(root)?;
        Ok(found)
    });
    if ready {
        suite.section("formatting", || plain(cargo(root).args(["fmt", "--all", "--check"])));
        suite.section("clippy", || {
            plain(cargo(root).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        });
        suite.section("generated files", || {
            generated::regenerate(root, true).map(|count| format!("{count} files are fresh"))
        });
        let has_nextest = has_nextest(root);
        let complete = suite.section("tests", || {
            let mut command = tests(root, has_nextest);
            command.arg("--workspace");
            references.record(&mut command, root, "no");
            let (read, outcome) = with_totals(&mut command)?;
            let remark = remark(read.as_ref());
            totals = read;
            outcome.map(|()| remark)
        });
        if fast {
            suite.leave_out("doc tests", "because of --fast");
        } else if has_nextest {
            suite.section("doc tests", || {
                let (read, outcome) = with_totals(cargo(root).args(["test", "--workspace", "--doc"]))?;
                outcome.map(|()| remark(read.as_ref()))
            });
        } else {
            suite.leave_out("doc tests", "because `cargo test` ran them with the others");
        }
        suite.section("snapshots", || snapshots(root, complete.then_some(&references)));
        if fast {
            suite.leave_out("documentation", "because of --fast");
            suite.leave_out("embedding crate", "because of --fast");
        } else {
            suite.section("documentation", || {
                let mut command = cargo(root);
                plain(command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
            });
            let embed = root.join("tests/embed");
            if embed.exists() {
                suite.section("embedding crate", || {
                    plain(&mut embedding(root, &embed))?;
                    // The tests have built it, with the features that the workspace has; `cargo run` would ask for fewer.
                    let mut program = Command::new(target(root).join("debug/embed"));
                    plain(program.env_remove("LD_LIBRARY_PATH"))
                });
            } else {
                suite.leave_out("embedding crate", "because tests/embed does not exist");
            }
        }
    }

    print!("{}", suite.summary());
    match totals {
        Some(totals) => println!("{totals}"),
        None => println!("No test ran."),
    }
    Ok(if suite.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether `cargo nextest` is installed.
pub(crate) fn has_nextest(root: &Path) -> bool {
    output(cargo(root).args(["nextest", "--version"])).is_some()
}

/// The command that runs tests, before the choice of packages.
pub(crate) fn tests(root: &Path, has_nextest: bool) -> Command {
    let mut command = cargo(root);
    if has_nextest {
        command.args(["nextest", "run"]);
    } else {
        command.args(["test", "--no-fail-fast"]);
    }
    command
}

/// A section that is one command without numbers of its own.
fn plain(command: &mut Command) -> Result<String> {
    run_recorded(command)?.outcome.map(|()| String::new())
}

fn with_totals(command: &mut Command) -> Result<(Option<Totals>, Result<()>)> {
    let record = run_recorded(command)?;
    Ok((Totals::read(&record.lines), record.outcome))
}

fn remark(totals: Option<&Totals>) -> String {
    totals.map_or_else(|| "no totals".to_owned(), Totals::to_string)
}

/// No snapshot waits for a decision, and after a complete run none is without a test.
fn snapshots(root: &Path, complete_run: Option<&References>) -> Result<String> {
    let found = Snapshots::find(root)?;
    let mut problems = Vec::new();
    for path in &found.pending {
        problems.push(format!("{} waits: accept it by `cargo xtask bless`, or remove it", path.display()));
    }
    if let Some(references) = complete_run {
        for path in found.orphans(references)? {
            problems.push(format!("{} is read by no test: `cargo xtask bless` removes it", path.display()));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Stale(problems.join("\n")));
    }
    let count = found.accepted.len();
    Ok(match complete_run {
        Some(_) => format!("{count} files, all read by a test"),
        None => format!(
            "{count} files; a failed test may not have reached its own, so orphans were not looked for"
        ),
    })
}

/// Where cargo builds for this repository.
fn target(root: &Path) -> PathBuf {
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Builds and tests the crate outside the workspace as its own user would: cargo reads the configuration of the
/// folder in which it runs, so it runs outside this repository, with the crate's own configuration file only
/// and without the variables that cargo set for this program.
///
/// It builds into the folder of this repository: crates from the registry are compiled under the same settings here
/// and there, so those of the workspace are found and melior is not compiled twice.
fn embedding(root: &Path, embed: &Path) -> Command {
    let mut command = cargo(&std::env::temp_dir());
    command.arg("test").arg("--manifest-path").arg(embed.join("Cargo.toml"));
    command.arg("--target-dir").arg(target(root));
    let configuration = embed.join(".cargo/config.toml");
    if configuration.exists() {
        command.arg("--config").arg(configuration);
    }
    for variable in ["MLIR_SYS_220_PREFIX", "TABLEGEN_220_PREFIX", "MLIR_SYS_LINK_SHARED", "LD_LIBRARY_PATH"]
    {
        command.env_remove(variable);
    }
    command
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::process::describe;
    use crate::snapshots::tests::Folder;

    #[test]
    fn a_pending_snapshot_fails_the_section() {
        let folder = Folder::new();
        assert!(snapshots(folder.path(), None).is_ok());
        fs::write(folder.path().join("one.snap.new"), "text").expect("the folder can be written");
        let error = snapshots(folder.path(), None).expect_err("a snapshot waits").to_string();
        assert!(error.contains("one.snap.new waits"), "{error}");
    }

    #[test]
    fn an_orphan_fails_the_section_after_a_complete_run_only() {
        let folder = Folder::new();
        fs::write(folder.path().join("one.snap"), "text").expect("the folder can be written");
        let references = References::new(folder.path()).expect("the folder can be written");
        assert!(snapshots(folder.path(), None).is_ok());
        let error = snapshots(folder.path(), Some(&references)).expect_err("no test reads it").to_string();
        assert!(error.contains("one.snap is read by no test"), "{error}");
    }

    #[test]
    fn the_embedding_crate_sees_nothing_of_this_workspace() {
        let folder = Folder::new();
        let command = embedding(folder.path(), folder.path());
        assert_ne!(command.get_current_dir(), Some(folder.path()));
        assert!(!describe(&command).contains("--config"), "there is no configuration file yet");
        assert!(command.get_envs().any(|(name, value)| name == "MLIR_SYS_220_PREFIX" && value.is_none()));

        fs::create_dir(folder.path().join(".cargo")).expect("the folder can be written");
        fs::write(folder.path().join(".cargo/config.toml"), "").expect("the folder can be written");
        assert!(describe(&embedding(folder.path(), folder.path())).contains("--config"));
    }
}
