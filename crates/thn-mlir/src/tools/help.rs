//! What `thn-opt` says of itself: its own passes first, and where the rest is.

use crate::pass::{OptionValue, Tables};
use llvm_sys::core::LLVMGetVersion;
use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{Write as _, stdout},
};

/// A page that is asked for instead of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Page {
    /// `--help`.
    Help,
    /// `--version`.
    Version,
}

/// The page that the arguments ask for. `--help-all` becomes the flag by which LLVM lists everything.
pub(super) fn asked(arguments: &mut [OsString]) -> Option<Page> {
    for argument in arguments.iter_mut().skip(1) {
        match argument.to_str() {
            Some("--help" | "-help" | "-h") => return Some(Page::Help),
            Some("--version" | "-version") => return Some(Page::Version),
            Some("--help-all" | "-help-all") => *argument = "--help".into(),
            Some("--") => break,
            _ => {}
        }
    }
    None
}

/// Flags of `mlir-opt` that users of thn need most.
const OFTEN: &[(&str, &str)] = &[
    ("-o <file>", "Write there instead of to standard output"),
    ("--pass-pipeline=<text>", "Run this pipeline, as in builtin.module(func.func(thn-eqsat{report=true}))"),
    ("--canonicalize, --cse", "Upstream passes run among ours, in the order of the flags"),
    ("--split-input-file", "Treat the parts between `// -----` lines one by one"),
    ("--verify-diagnostics", "Check that diagnostics are those that comments expect"),
    ("--mlir-print-ir-after-all", "Print the program after each pass"),
    ("--mlir-print-debuginfo", "Print locations"),
    ("--mlir-timing", "Print what each pass took"),
];

/// The name and the versions of what it is made of.
pub(super) fn version() -> String {
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    // SAFETY: the function writes three numbers.
    unsafe { LLVMGetVersion(&mut major, &mut minor, &mut patch) };
    format!("thn-opt {}\nLLVM and MLIR {major}.{minor}.{patch}\n", env!("CARGO_PKG_VERSION"))
}

/// The page of `--help`.
pub(super) fn page(tables: &Tables) -> String {
    let mut page = String::from(
        "thn-opt is mlir-opt with the thn dialect and its passes.\n\n\
         Usage: thn-opt [passes and options] [file]\n\n\
         Without a file, or with -, it reads standard input.\n\nPasses of thn, with their options and defaults:\n",
    );
    for pass in tables.passes.iter().copied().flatten() {
        entry(&mut page, 2, &format!("--{}", pass.argument()), pass.description);
        for option in (pass.options)() {
            let name = option.name.replace('_', "-");
            let spelled = match &option.default {
                OptionValue::Int(value) => format!("{name}={value}"),
                OptionValue::Bool(value) => format!("{name}={value}"),
                OptionValue::Text(value) if value.contains(' ') => format!("{name}='{value}'"),
                OptionValue::Text(value) => format!("{name}={value}"),
            };
            entry(&mut page, 6, &spelled, option.description);
        }
    }
    page.push_str(
        "\nOptions follow a pass, as in --thn-eqsat=\"fast=true report=true\".\n\nPipelines of thn:\n",
    );
    for pipeline in tables.pipelines {
        entry(&mut page, 2, &format!("--{}", pipeline.name), pipeline.description);
    }
    page.push_str("\nOften used of mlir-opt:\n");
    for (flag, what) in OFTEN {
        entry(&mut page, 2, flag, what);
    }
    page.push_str("\nOthers:\n");
    entry(&mut page, 2, "--help-all", "Every pass and option, those of MLIR and LLVM too");
    entry(&mut page, 2, "--version", "The versions of thn and of LLVM");
    page
}

/// Where descriptions begin.
const COLUMN: usize = 32;

fn entry(page: &mut String, indent: usize, name: &str, what: &str) {
    let space = COLUMN.saturating_sub(indent + name.chars().count() + 1);
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{:indent$}{name} {:space$}{what}", "", "");
}

/// Prints a page. A reader that has seen enough ends the process before an error is seen.
pub(super) fn show(page: &str) -> i32 {
    let mut out = stdout().lock();
    i32::from(out.write_all(page.as_bytes()).and_then(|()| out.flush()).is_err())
}
