//! `cargo xtask test --long`: what takes longer than a change may wait, in shards of at most an hour.
//!
//! A run that is stopped is taken up by the next: a shard that passed is not run again as long as the tree stays as it
//! is. The file of what passed is under `target`.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::error::{Error, Result};
use crate::process::output;
use crate::suite::Suite;
use crate::{fuzz, process, sanitize, test, toolchain};

/// What tests read to do everything instead of samples.
const LONG: &str = "THN_LONG";
/// Inputs that each target of the fuzzer runs.
const EXECUTIONS: u64 = 200_000;

/// Part of the long run.
struct Shard {
    name: &'static str,
    run: fn(&Path) -> Result<()>,
}

/// Every shard, the quickest to fail first.
const SHARDS: &[Shard] = &[
    Shard { name: "rules", run: |root| tests(root, &["-p", "thn-rulecheck", "--test", "rules"]) },
    Shard { name: "explanations", run: |root| tests(root, &["-p", "thn-rulecheck", "--test", "explained"]) },
    Shard {
        name: "random programs",
        run: |root| tests(root, &["-p", "thn-tests", "--test", "random_programs"]),
    },
    Shard {
        name: "every op",
        run: |root| tests(root, &["-p", "thn-tests", "--test", "ops", "--test", "depth"]),
    },
    Shard { name: "fuzz", run: |root| done(fuzz::run(root, None, EXECUTIONS, 1)?) },
    Shard { name: "sanitize", run: |root| done(sanitize::run(root)?) },
];

/// Runs the shards that have not passed on this tree.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    println!("{}", toolchain::ensure()?);
    let passed = Passed::open(&root.join("target/long.passed"), tree(root));
    let mut suite = Suite::default();
    for Shard { name, run } in SHARDS {
        if passed.contains(name) {
            suite.leave_out(name, "because it passed on this tree before");
        } else if suite.section(name, || run(root).map(|()| String::new())) {
            passed.add(name)?;
        }
    }
    print!("{}", suite.summary());
    Ok(if suite.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tests(root: &Path, which: &[&str]) -> Result<()> {
    let has_nextest = test::has_nextest(root);
    let mut command = test::tests(root, has_nextest);
    if has_nextest {
        command.args(["--profile", "long"]);
    }
    process::run(command.args(which).env(LONG, "1"))
}

fn done(code: ExitCode) -> Result<()> {
    if code == ExitCode::SUCCESS {
        return Ok(());
    }
    Err(Error::Command { command: "cargo xtask".into(), outcome: "failed".into() })
}

/// A hash of every file that git would keep; `None` outside of a repository of git.
fn tree(root: &Path) -> Option<u64> {
    let git = |arguments: &[&str]| output(Command::new("git").current_dir(root).args(arguments));
    let listed = git(&["ls-files", "--cached", "--others", "--exclude-standard"])?;
    let mut hasher = DefaultHasher::new();
    for file in listed.lines() {
        // A file that was removed and not yet committed is one that is not there.
        (file, fs::read(root.join(file)).ok()).hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// The shards that passed, a line each with the tree it was.
struct Passed {
    file: PathBuf,
    tree: Option<u64>,
    lines: BTreeSet<String>,
}

impl Passed {
    fn open(file: &Path, tree: Option<u64>) -> Passed {
        let text = fs::read_to_string(file).unwrap_or_default();
        Passed { file: file.to_owned(), tree, lines: text.lines().map(str::to_owned).collect() }
    }

    fn line(&self, name: &str) -> Option<String> {
        self.tree.map(|tree| format!("{tree:016x} {name}"))
    }

    fn contains(&self, name: &str) -> bool {
        self.line(name).is_some_and(|line| self.lines.contains(&line))
    }

    fn add(&self, name: &str) -> Result<()> {
        let Some(line) = self.line(name) else { return Ok(()) };
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        fs::write(&self.file, format!("{text}{line}\n")).map_err(Error::file(&self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshots::tests::Folder;

    #[test]
    fn a_shard_that_passed_is_known_on_the_same_tree_only() {
        let folder = Folder::new();
        let file = folder.path().join("passed");
        let passed = Passed::open(&file, Some(1));
        assert!(!passed.contains("rules"));
        passed.add("rules").expect("the folder can be written");
        passed.add("fuzz").expect("the folder can be written");
        let again = Passed::open(&file, Some(1));
        assert!(again.contains("rules") && again.contains("fuzz") && !again.contains("ops"));
        assert!(!Passed::open(&file, Some(2)).contains("rules"));
    }

    #[test]
    fn without_git_every_shard_runs() {
        let folder = Folder::new();
        let file = folder.path().join("passed");
        let passed = Passed::open(&file, None);
        passed.add("rules").expect("nothing is written");
        assert!(!Passed::open(&file, None).contains("rules"));
    }

    #[test]
    fn the_tree_is_another_after_any_change() {
        let folder = Folder::new();
        let git = |arguments: &[&str]| output(Command::new("git").current_dir(folder.path()).args(arguments));
        if git(&["init", "--quiet"]).is_none() {
            assert_eq!(tree(folder.path()), None);
            return;
        }
        let empty = tree(folder.path());
        fs::write(folder.path().join("file"), "one").expect("the folder can be written");
        let one = tree(folder.path());
        fs::write(folder.path().join("file"), "two").expect("the folder can be written");
        let two = tree(folder.path());
        assert!(empty.is_some() && empty != one && one != two);
    }
}
