//! File tests: each `.mlir` file in a folder of tests says in its first lines what to run and to expect.
//!
//! ```text
//! // thn-opt: --thn-eqsat            the command line, without the file
//! // ops-left: thn.mul 0             how many ops of a name the output has; may be repeated
//! // fails: dim 0 of operand 1       the run fails and says so
//! // says: remark: thn.softplus      the run says so beside its output; may be repeated, in order
//! ```
//!
//! A file that expects no particular ops is compared as a whole with the snapshot beside it, `cargo xtask
//! bless` writes those. Other comments in the head are free, but `word:` at their start must be one of the
//! keys: a misspelled key is an error, and so is a snapshot whose test is gone.

use libtest_mimic::{Arguments, Failed, Trial};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Folders whose `.mlir` files are tests, from the root of the workspace: passes keep theirs beside their code.
const FOLDERS: [&str; 2] = ["passes/table/src", "tools/thn-opt/tests/files"];

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![];
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let snapshots: Vec<_> = files.iter().filter(|path| has_extension(path, "snap")).cloned().collect();
    let tests: Vec<_> = files.into_iter().filter(|path| has_extension(path, "mlir")).collect();
    let mut trials = vec![];
    for path in &tests {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        let path = path.clone();
        trials.push(Trial::test(name, move || check(&path).map_err(Failed::from)));
    }
    trials.push(Trial::test("every_snapshot_has_its_test", move || orphans(&snapshots, &tests)));
    trials.push(Trial::test("wrong_expectations_are_caught", wrong_expectations));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Every file in a folder and the folders in it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// A snapshot of this runner belongs to a test of the same name beside it.
fn orphans(snapshots: &[PathBuf], tests: &[PathBuf]) -> Result<(), Failed> {
    // Snapshots of Rust tests lie in folders that insta calls `snapshots`.
    let is_ours = |path: &&PathBuf| path.parent().is_none_or(|folder| !folder.ends_with("snapshots"));
    let orphan = snapshots.iter().filter(is_ours).find(|path| {
        let test = path.with_extension("mlir");
        let expected = tests.contains(&test)
            && fs::read_to_string(&test)
                .is_ok_and(|text| Head::read(&text).is_ok_and(|head| head.is_snapshot()));
        !expected
    });
    match orphan {
        Some(path) => Err(format!("{} belongs to no test", path.display()).into()),
        None => Ok(()),
    }
}

/// What the first lines of a file say.
#[derive(Default)]
struct Head {
    arguments: Vec<String>,
    ops_left: Vec<(String, usize)>,
    fails: Option<String>,
    says: Vec<String>,
}

impl Head {
    fn read(text: &str) -> Result<Self, String> {
        let mut head = Self::default();
        let mut has_command = false;
        for line in text.lines().map_while(|line| line.strip_prefix("//")) {
            let Some((key, value)) = line.trim().split_once(':') else { continue };
            if key.contains(' ') {
                continue;
            }
            let value = value.trim();
            match key {
                "thn-opt" if !has_command => {
                    head.arguments = words(value)?;
                    has_command = true;
                }
                "thn-opt" => return Err("thn-opt is given twice".into()),
                "ops-left" => {
                    let parsed =
                        value.split_once(' ').and_then(|(op, count)| Some((op, count.parse().ok()?)));
                    let Some((op, count)) = parsed else {
                        return Err(format!("ops-left takes a name and a number, not {value}"));
                    };
                    head.ops_left.push((op.to_owned(), count));
                }
                "fails" => head.fails = Some(value.to_owned()),
                "says" => head.says.push(value.to_owned()),
                _ => {
                    return Err(format!("unknown key {key}; there are thn-opt, ops-left, fails and says"));
                }
            }
        }
        if has_command { Ok(head) } else { Err("no line `// thn-opt: …` in the head".into()) }
    }

    fn is_snapshot(&self) -> bool {
        self.ops_left.is_empty() && self.fails.is_none()
    }
}

/// Splits a command line at blanks that stand in no quotes.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = vec![];
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("a quote is not closed in {line}"));
    }
    words.extend(word);
    Ok(words)
}

fn check(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let head = Head::read(&text)?;
    let output = run(path, &head)?;
    if !head.is_snapshot() {
        return Ok(());
    }
    let folder = path.parent().ok_or("a test lies in a folder")?;
    let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a test has a UTF-8 name")?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, output));
    Ok(())
}

/// Runs a test and checks all but its snapshot. Gives the output.
fn run(path: &Path, head: &Head) -> Result<String, String> {
    // Messages name the file as it is given: by its name alone they are the same everywhere.
    let output = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
        .current_dir(path.parent().ok_or("a test lies in a folder")?)
        .args(&head.arguments)
        .arg(path.file_name().ok_or("a test is a file")?)
        .output()
        .map_err(|error| format!("thn-opt: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    match &head.fails {
        None if !output.status.success() => return Err(format!("thn-opt failed:\n{errors}")),
        Some(_) if output.status.success() => return Err(format!("thn-opt did not fail:\n{text}")),
        Some(_) if output.status.code() != Some(1) => return Err(format!("thn-opt: {}", output.status)),
        Some(expected) if !errors.contains(expected) => {
            return Err(format!("thn-opt does not say `{expected}` but\n{errors}"));
        }
        _ => {}
    }
    let mut rest = &*errors;
    for expected in &head.says {
        let Some(at) = rest.find(expected.as_str()) else {
            return Err(format!("thn-opt does not say `{expected}`, or not there, but\n{errors}"));
        };
        rest = &rest[at + expected.len()..];
    }
    for (op, expected) in &head.ops_left {
        let found = count(&text, op);
        if found != *expected {
            return Err(format!("{found} ops are {op}, expected {expected}, in\n{text}"));
        }
    }
    Ok(text)
}

/// How many lines of IR are an op of this name.
fn count(text: &str, op: &str) -> usize {
    let is_op = |line: &&str| {
        let start = line.trim_start();
        let start = match start.split_once(" = ") {
            Some((results, rest)) if results.starts_with('%') => rest,
            _ => start,
        };
        let rest = start.strip_prefix(op).or_else(|| start.strip_prefix('"')?.strip_prefix(op));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    };
    text.lines().filter(is_op).count()
}

/// Tests that must not pass, to show that the runner can tell.
fn wrong_expectations() -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/canonicalize.mlir");
    let wrong = [
        "// thn-opt: --canonicalize\n// ops-left: thn.constant 7",
        "// thn-opt: --no-such-pass",
        "// thn-opt: --canonicalize\n// fails: anything",
        "// thn-opt: --canonicalize\n// says: anything",
        "// thn-opt: --thn-test-fail=message=planted\n// fails: something else",
    ];
    for text in wrong {
        let head = Head::read(text)?;
        if run(&path, &head).is_ok() {
            return Err(format!("passed:\n{text}").into());
        }
    }
    let unreadable = [
        "// ops-left: thn.mul 0",
        "// thn-opt: -a\n// ops-rest: x 1",
        "// thn-opt: 'a",
        "// thn-opt:\n// ops-left: x",
    ];
    for text in unreadable {
        if Head::read(text).is_ok() {
            return Err(format!("was read:\n{text}").into());
        }
    }
    let text = "%0 = thn.mul %a\n  %1:2 = \"thn.mul\"(%0)\nthn.mul_add %1\n// thn.mul";
    match count(text, "thn.mul") {
        2 => Ok(()),
        other => Err(format!("counted {other} ops").into()),
    }
}
