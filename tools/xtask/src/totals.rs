//! The totals of a test run, read from the test runner's own lines.
//!
//! `cargo nextest` ends with one `Summary` line, which is repeated word for word.
//! `cargo test` writes one `test result:` line per test binary; their counts are added.

use std::fmt;

/// What a test runner said about its tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Totals {
    /// The summary line of `cargo nextest`.
    Nextest(String),
    /// The counts of all test binaries of `cargo test`.
    Counts { passed: u64, failed: u64, ignored: u64 },
}

impl Totals {
    /// The totals in the output of a test runner, or `None` if it ended before it gave any.
    pub(crate) fn read<S: AsRef<str>>(lines: &[S]) -> Option<Self> {
        let lines = || lines.iter().map(|line| line.as_ref().trim());
        // The tests' own output may hold such a line too (a test of this module fails with one):
        // the runner's is the last.
        if let Some(summary) = lines().rfind(|line| line.starts_with("Summary [") && line.contains("run:")) {
            return Some(Self::Nextest(summary.to_owned()));
        }
        lines()
            .filter_map(counts)
            .reduce(|(passed, failed, ignored), more| (passed + more.0, failed + more.1, ignored + more.2))
            .map(|(passed, failed, ignored)| Self::Counts { passed, failed, ignored })
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nextest(line) => formatter.write_str(line),
            Self::Counts { passed, failed, ignored: 0 } => {
                write!(formatter, "{passed} passed, {failed} failed")
            }
            Self::Counts { passed, failed, ignored } => {
                write!(formatter, "{passed} passed, {failed} failed, {ignored} ignored")
            }
        }
    }
}

/// The counts of one line such as `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; …`.
fn counts(line: &str) -> Option<(u64, u64, u64)> {
    let (_, counted) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |label: &str| {
        let field = counted.split(';').find_map(|field| field.trim().strip_suffix(label))?;
        field.trim().parse().ok()
    };
    Some((count("passed")?, count("failed")?, count("ignored")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expect: Option<&str>) {
        let lines: Vec<&str> = output.lines().collect();
        let totals = Totals::read(&lines).map(|totals| totals.to_string());
        assert_eq!(totals.as_deref(), expect);
    }

    #[test]
    fn nextest_gives_its_own_line() {
        check(
            "------------\n     Summary [   1.234s] 10 tests run: 9 passed, 1 failed, 0 skipped\n        FAIL [ 0.1s] thn-ir a",
            Some("Summary [   1.234s] 10 tests run: 9 passed, 1 failed, 0 skipped"),
        );
    }

    #[test]
    fn cargo_test_is_added_up() {
        check(
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            Some("7 passed, 1 failed"),
        );
    }

    #[test]
    fn ignored_tests_are_not_hidden() {
        check(
            "test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            Some("5 passed, 0 failed, 2 ignored"),
        );
    }

    #[test]
    fn a_build_that_failed_gives_no_totals() {
        check("error[E0308]: mismatched types\nerror: could not compile `thn-ir`", None);
    }
}
