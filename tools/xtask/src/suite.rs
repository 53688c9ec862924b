//! Sections of a long run: a heading for each, its time, and a summary of all at the end.
//!
//! A section that fails does not stop the next one. A section that is left out says why, in its place.

use std::time::{Duration, Instant};

use crate::error::Result;

/// The sections that came so far.
#[derive(Default)]
pub(crate) struct Suite {
    sections: Vec<Section>,
}

struct Section {
    name: &'static str,
    time: Duration,
    verdict: Verdict,
}

enum Verdict {
    Passed(String),
    Failed(String),
    LeftOut(String),
}

impl Suite {
    /// Runs one section; its work gives a remark for the summary. Tells whether it passed.
    pub(crate) fn section(&mut self, name: &'static str, work: impl FnOnce() -> Result<String>) -> bool {
        println!("\n=== {name} ===");
        let start = Instant::now();
        let outcome = work();
        let time = start.elapsed();
        let verdict = match outcome {
            Ok(remark) => Verdict::Passed(remark),
            Err(error) => {
                println!("{error}");
                Verdict::Failed(error.to_string().lines().next().unwrap_or_default().to_owned())
            }
        };
        let passed = matches!(verdict, Verdict::Passed(_));
        println!(
            "=== {name}: {} in {:.1} s ===",
            if passed { "passed" } else { "FAILED" },
            time.as_secs_f64()
        );
        self.sections.push(Section { name, time, verdict });
        passed
    }

    /// Notes a section that does not run, and why.
    pub(crate) fn leave_out(&mut self, name: &'static str, reason: &str) {
        println!("\n=== {name}: left out, {reason} ===");
        let verdict = Verdict::LeftOut(reason.to_owned());
        self.sections.push(Section { name, time: Duration::ZERO, verdict });
    }

    /// Whether no section failed.
    pub(crate) fn passed(&self) -> bool {
        !self.sections.iter().any(|section| matches!(section.verdict, Verdict::Failed(_)))
    }

    /// One line for each section, in their order, and the whole time.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\n=== summary ===\n");
        for Section { name, time, verdict } in &self.sections {
            let (word, remark) = match verdict {
                Verdict::Passed(remark) => ("passed", remark),
                Verdict::Failed(remark) => ("FAILED", remark),
                Verdict::LeftOut(remark) => ("left out", remark),
            };
            let line = format!("{word:<8}  {name:<17}  {:>6.1} s  {remark}", time.as_secs_f64());
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let whole: Duration = self.sections.iter().map(|section| section.time).sum();
        let word = if self.passed() { "passed" } else { "FAILED" };
        text.push_str(&format!("{word:<8}  {:<17}  {:>6.1} s\n", "everything", whole.as_secs_f64()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn a_failed_section_fails_the_whole_and_stops_nothing() {
        let mut suite = Suite::default();
        assert!(suite.section("one", || Ok("fine".to_owned())));
        assert!(suite.passed());
        assert!(!suite.section("two", || Err(Error::Stale("first line\nsecond line".to_owned()))));
        assert!(suite.section("three", || Ok(String::new())));
        suite.leave_out("four", "nothing to do");
        assert!(!suite.passed());

        for section in suite.sections.iter_mut().take(3) {
            section.time = Duration::from_millis(1500);
        }
        insta::assert_snapshot!("summary", suite.summary());
    }
}
