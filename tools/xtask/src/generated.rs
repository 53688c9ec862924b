//! Files of the repository that are generated from others, and the check that they are fresh.
//!
//! A generator is one function in [`GENERATORS`]: given the root of the repository it computes paths
//! and whole contents. It reads files but writes none, so that writing and checking
//! cannot disagree about what a fresh file is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Computes generated files from the root of the repository; an error says which source is wrong, and where.
type Generator = fn(&Path) -> std::result::Result<Vec<(PathBuf, String)>, String>;

/// Every generator of the repository, in the order in which they run.
const GENERATORS: &[Generator] = &[crate::codegen::generate];

/// Writes the files of every generator, or with `check` compares them; gives the number of files.
pub(crate) fn regenerate(root: &Path, check: bool) -> Result<usize> {
    let mut files = Vec::new();
    for generate in GENERATORS {
        files.extend(generate(root).map_err(Error::Source)?);
    }
    write_or_check(&files, check)?;
    Ok(files.len())
}

/// Writes the files whose contents differ. With `check` it writes nothing; every file that differs is named
/// in the error, with its first differing line.
pub(crate) fn write_or_check(files: &[(PathBuf, String)], check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (path, fresh) in files {
        let current = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::file(path)(error)),
        };
        if current.as_deref() == Some(fresh.as_str()) {
            continue;
        }
        if check {
            let difference = current.map_or_else(
                || "  the file does not exist\n".to_owned(),
                |current| first_difference(&current, fresh),
            );
            stale.push(format!("{} is not what its source gives:\n{difference}", path.display()));
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(Error::file(folder))?;
            }
            fs::write(path, fresh).map_err(Error::file(path))?;
            eprintln!("wrote {}", path.display());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    stale.push("Run `cargo xtask codegen`, read the diff and commit it.".to_owned());
    Err(Error::Stale(stale.join("\n")))
}

/// How many lines of each side are shown from the first difference on.
const SHOWN: usize = 5;

/// The first lines in which two texts differ, `-` for the file and `+` for what it should be.
fn first_difference(current: &str, fresh: &str) -> String {
    // Lines keep their ends, so that a missing last line break is a difference too.
    let old: Vec<&str> = current.split_inclusive('\n').collect();
    let new: Vec<&str> = fresh.split_inclusive('\n').collect();
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = (old.len() - start).min(new.len() - start);
    let same_end =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();

    let mut text = format!("  line {}:\n", start + 1);
    for (sign, lines) in [('-', &old), ('+', &new)] {
        let lines = &lines[start..lines.len() - same_end];
        for line in lines.iter().take(SHOWN) {
            let ending = if line.ends_with('\n') { "" } else { " (no line break at the end)" };
            text.push_str(&format!("  {sign} {}{ending}\n", line.trim_end_matches('\n')));
        }
        if lines.len() > SHOWN {
            text.push_str(&format!("  {sign} … {} more lines\n", lines.len() - SHOWN));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshots::tests::Folder;

    fn check(current: &str, fresh: &str, expect: &[&str]) {
        let difference = first_difference(current, fresh);
        let lines: Vec<&str> = difference.lines().map(str::trim_start).collect();
        assert_eq!(lines, expect);
    }

    #[test]
    fn a_changed_line_is_shown_with_its_number() {
        check("a\nb\nc\n", "a\nB\nc\n", &["line 2:", "- b", "+ B"]);
    }

    #[test]
    fn added_lines_are_shown_alone() {
        check("a\nd\n", "a\nb\nc\nd\n", &["line 2:", "+ b", "+ c"]);
    }

    #[test]
    fn a_long_difference_is_cut() {
        let expect = ["line 1:", "+ 1", "+ 2", "+ 3", "+ 4", "+ 5", "+ … 2 more lines"];
        check("", "1\n2\n3\n4\n5\n6\n7\n", &expect);
    }

    #[test]
    fn a_missing_line_break_is_a_difference() {
        check("a\nb", "a\nb\n", &["line 2:", "- b (no line break at the end)", "+ b"]);
    }

    #[test]
    fn checking_finds_a_stale_file_and_writing_repairs_it() {
        let folder = Folder::new();
        let fresh = vec![(folder.path().join("deep/table.rs"), "one\ntwo\n".to_owned())];
        let missing = write_or_check(&fresh, true).expect_err("the file does not exist yet").to_string();
        assert!(missing.contains("the file does not exist"), "{missing}");
        assert!(!fresh[0].0.exists(), "a check writes nothing");

        write_or_check(&fresh, false).expect("the folder can be written");
        write_or_check(&fresh, true).expect("what was written is fresh");

        fs::write(&fresh[0].0, "one\n2\n").expect("the folder can be written");
        let stale = write_or_check(&fresh, true).expect_err("a line was changed").to_string();
        assert!(stale.contains("line 2:\n  - 2\n  + two"), "{stale}");
    }
}
