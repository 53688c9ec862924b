//! What the demo measured, for people and as JSON.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use thn::cpu::CompileReport;

/// Everything.
#[derive(Serialize)]
pub(crate) struct Report {
    /// The data.
    pub(crate) data: Data,
    /// The models, in the order in which they were trained.
    pub(crate) models: Vec<Model>,
    /// Files written, relative to the repository.
    pub(crate) files: Vec<String>,
    /// Time of the whole demo.
    pub(crate) seconds: f64,
    /// Whether every model reached its target.
    pub(crate) passed: bool,
}

/// The data.
#[derive(Serialize)]
pub(crate) struct Data {
    /// What it is.
    pub(crate) name: &'static str,
    /// Rows to learn from.
    pub(crate) train_rows: usize,
    /// Rows to be judged by.
    pub(crate) test_rows: usize,
    /// The seed of the shuffle before the split.
    pub(crate) split_seed: u64,
}

/// A model.
#[derive(Serialize)]
pub(crate) struct Model {
    /// Its name.
    pub(crate) name: String,
    /// How it was trained.
    pub(crate) training: String,
    /// What is measured on rows not learned from.
    pub(crate) measure: &'static str,
    /// What the median over the seeds has to reach.
    pub(crate) goal: Goal,
    /// The median over the seeds.
    pub(crate) median: f64,
    /// Whether it does.
    pub(crate) passed: bool,
    /// The compiled functions.
    pub(crate) functions: Vec<Stages>,
    /// One training for each seed.
    pub(crate) runs: Vec<Run>,
    /// Rows per second in training, over all seeds.
    pub(crate) samples_per_second: f64,
}

/// A bound on a measure.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// Not less than this.
    AtLeast(f64),
    /// Not more than this.
    AtMost(f64),
}

impl Goal {
    /// Whether a measured value is good enough.
    pub(crate) fn reached(self, value: f64) -> bool {
        match self {
            Goal::AtLeast(bound) => value >= bound,
            Goal::AtMost(bound) => value <= bound,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtLeast(bound) => write!(f, "at least {bound}"),
            Goal::AtMost(bound) => write!(f, "at most {bound}"),
        }
    }
}

/// What became of a function on its way to native code.
#[derive(Serialize)]
pub(crate) struct Stages {
    /// Its name.
    pub(crate) name: String,
    /// Ops as written, with gradients.
    pub(crate) ops_before: usize,
    /// Ops after equality saturation.
    pub(crate) ops_after: usize,
    /// Rules that found something new, and how often.
    pub(crate) rules: BTreeMap<String, usize>,
    /// Kernels in the compiled code.
    pub(crate) kernels: usize,
    /// Temporaries of a call.
    pub(crate) temporaries: usize,
    /// Updates written straight into the memory of the shared variable.
    pub(crate) in_place: usize,
    /// Size of the machine code in bytes.
    pub(crate) object_bytes: usize,
    /// Time of each stage in milliseconds, in order.
    pub(crate) milliseconds: Vec<(String, f64)>,
    /// Time of the whole compilation in milliseconds.
    pub(crate) compile_ms: f64,
}

impl Stages {
    /// What the compiler reported.
    pub(crate) fn of(compiled: &CompileReport) -> Stages {
        Stages {
            name: compiled.name.clone(),
            ops_before: compiled.ops_before,
            ops_after: compiled.ops_after,
            rules: compiled.rewrites.as_ref().map(|r| r.fired.clone()).unwrap_or_default(),
            kernels: compiled.kernels,
            temporaries: compiled.temporaries,
            in_place: compiled.in_place,
            object_bytes: compiled.object_bytes,
            milliseconds: compiled.milliseconds.clone(),
            compile_ms: compiled.total_milliseconds(),
        }
    }
}

/// One training.
#[derive(Serialize)]
pub(crate) struct Run {
    /// The seed of the first weights and of the order of the rows.
    pub(crate) seed: u64,
    /// The measure afterwards.
    pub(crate) measured: f64,
    /// Mean training loss of each epoch.
    pub(crate) losses: Vec<f64>,
    /// Time of the training steps.
    pub(crate) seconds: f64,
    /// Rows learned from, counted each time.
    pub(crate) samples: usize,
}

impl Report {
    /// What each model that missed its goal reached instead.
    pub(crate) fn missed(&self) -> Vec<String> {
        let missed = self.models.iter().filter(|m| !m.passed);
        missed.map(|m| format!("{}: {} is {:.4}, not {}", m.name, m.measure, m.median, m.goal)).collect()
    }
}

/// The middle value; of an even number, the lower of the two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.into_iter().collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}: {} ops, after optimization {}", self.name, self.ops_before, self.ops_after)?;
        let rules: Vec<String> = self.rules.iter().map(|(rule, times)| format!("{rule} ×{times}")).collect();
        let rules = if rules.is_empty() { "none".to_string() } else { rules.join(", ") };
        writeln!(f, "    rules fired: {rules}")?;
        writeln!(
            f,
            "    kernels: {}, temporaries: {}, updates in place: {}, bytes of code: {}",
            self.kernels, self.temporaries, self.in_place, self.object_bytes
        )?;
        let stages: Vec<String> =
            self.milliseconds.iter().map(|(stage, ms)| format!("{stage} {ms:.1}")).collect();
        write!(f, "    compiled in {:.0} ms: {}", self.compile_ms, stages.join(", "))
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({})", self.name, self.training)?;
        for function in &self.functions {
            writeln!(f, "{function}")?;
        }
        let measured: Vec<String> = self.runs.iter().map(|r| format!("{:.4}", r.measured)).collect();
        writeln!(f, "  {:.0} rows per second in training", self.samples_per_second)?;
        write!(
            f,
            "  {}: {} over {} seeds, median {:.4}: {} ({})",
            self.measure,
            measured.join(", "),
            self.runs.len(),
            self.median,
            if self.passed { "reached" } else { "MISSED" },
            self.goal
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.0);
        assert!(median([]).is_nan());
    }

    #[test]
    fn a_missed_target_is_seen() {
        assert!(!Goal::AtLeast(0.95).reached(0.949));
        assert!(!Goal::AtMost(0.05).reached(f64::NAN));
        assert!(Goal::AtMost(0.05).reached(0.05));
    }
}
