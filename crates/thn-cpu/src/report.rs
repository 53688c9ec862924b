//! What a compilation did and took.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// A level of the program on its way down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As the user wrote it.
    Program,
    /// After rewriting.
    Optimized,
    /// As kernels.
    Kernels,
    /// As loops over memory, in upstream dialects.
    Loops,
    /// In the LLVM dialect.
    Llvm,
    /// As LLVM IR, optimised.
    LlvmIr,
    /// As instructions of the CPU.
    Assembly,
}

impl Level {
    /// Every level from the top down.
    pub const ALL: [Level; 7] = [
        Level::Program,
        Level::Optimized,
        Level::Kernels,
        Level::Loops,
        Level::Llvm,
        Level::LlvmIr,
        Level::Assembly,
    ];

    /// A short name, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Level::Program => "program",
            Level::Optimized => "optimized",
            Level::Kernels => "kernels",
            Level::Loops => "loops",
            Level::Llvm => "llvm",
            Level::LlvmIr => "llvm-ir",
            Level::Assembly => "assembly",
        }
    }
}

/// The text of one level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// Which level.
    pub level: Level,
    /// `.mlir`, LLVM IR or assembly.
    pub text: String,
}

/// What a compilation did and took.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CompileReport {
    /// The function's name.
    pub name: String,
    /// What the optimizer did; `None` if the program was not rewritten.
    pub rewrites: Option<thn_eqsat::Report>,
    /// What the search for accuracy found, a result each; empty if it was not asked for.
    pub improved: Vec<thn_accuracy::Improved>,
    /// Ops of the program as written, without those that nothing uses, regions included.
    pub ops_before: usize,
    /// Ops after rewriting.
    pub ops_after: usize,
    /// Checks of lengths before each call.
    pub checks: usize,
    /// Kernels.
    pub kernels: usize,
    /// Temporaries that a call allocates where every loop runs once.
    pub temporaries: usize,
    /// Updates that are written straight into the variable's memory.
    pub in_place: usize,
    /// Size of the object code in bytes.
    pub object_bytes: usize,
    /// What the code is made for.
    pub target: String,
    /// Steps in order with the milliseconds each took.
    pub milliseconds: Vec<(String, f64)>,
}

impl fmt::Debug for CompileReport {
    /// One line: the target without the features of its CPU, and the time of all steps together.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompileReport")
            .field("name", &self.name)
            .field("ops", &(self.ops_before, self.ops_after))
            .field("checks", &self.checks)
            .field("kernels", &self.kernels)
            .field("temporaries", &self.temporaries)
            .field("in_place", &self.in_place)
            .field("object_bytes", &self.object_bytes)
            .field("target", &self.target.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .field("milliseconds", &self.total_milliseconds())
            .finish_non_exhaustive()
    }
}

impl CompileReport {
    /// The milliseconds of all steps.
    pub fn total_milliseconds(&self) -> f64 {
        self.milliseconds.iter().map(|(_, ms)| ms).sum()
    }
}

/// Measures the steps of a compilation.
pub(crate) struct Clock {
    /// The running step and when it began; none before the first.
    running: Option<(&'static str, Instant)>,
    steps: Vec<(String, f64)>,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock { running: None, steps: vec![] }
    }

    /// Ends a step and begins the next.
    pub(crate) fn begin(&mut self, name: &'static str) {
        self.end();
        self.running = Some((name, Instant::now()));
    }

    /// Does not count what a step spent on something else, such as printing a level.
    pub(crate) fn exclude(&mut self, time: Duration) {
        if let Some((_, since)) = &mut self.running {
            *since += time;
        }
    }

    fn end(&mut self) {
        if let Some((name, since)) = self.running.take() {
            let took: Duration = since.elapsed();
            self.steps.push((name.to_string(), took.as_secs_f64() * 1e3));
        }
    }

    /// The steps in order with the milliseconds each took.
    pub(crate) fn finish(mut self) -> Vec<(String, f64)> {
        self.end();
        self.steps
    }
}
