//! What a run over many programs finds out.

use crate::{judge::Verdict, programs::pair_of};
use std::collections::BTreeMap;
use thn_ir::Func;

/// Counts of a run, and what failed.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) programs: usize,
    pub(crate) rewritten: usize,
    pub(crate) elements: usize,
    /// Of those, the elements of compiled code.
    pub(crate) compiled: usize,
    /// Calls with an empty dim.
    pub(crate) empty: usize,
    pub(crate) traded: usize,
    skipped: BTreeMap<String, usize>,
    pub(crate) fired: BTreeMap<String, usize>,
    ops: BTreeMap<String, usize>,
    dtypes: BTreeMap<String, usize>,
    bits: [f64; 2],
    /// Seconds in the optimizer, in the reference, and in making and calling code.
    pub(crate) seconds: [f64; 3],
    pub(crate) failures: Vec<String>,
}

impl Summary {
    pub(crate) fn count(&mut self, func: &Func) {
        self.programs += 1;
        for op in func.walk(Func::BODY) {
            if let Some((kind, dtype)) = pair_of(func, op) {
                *self.ops.entry(kind.row().mnemonic.into()).or_default() += 1;
                *self.dtypes.entry(dtype.to_string()).or_default() += 1;
            }
        }
    }

    pub(crate) fn add(&mut self, verdict: &Verdict, mode: &str) {
        if let Some(reason) = verdict.skipped {
            *self.skipped.entry(format!("{mode}: {reason}")).or_default() += 1;
        }
        self.elements += verdict.elements;
        self.traded += verdict.traded;
        self.bits[0] += verdict.bits[0];
        self.bits[1] += verdict.bits[1];
    }

    pub(crate) fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.into()).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, other: Summary) {
        self.programs += other.programs;
        self.rewritten += other.rewritten;
        self.elements += other.elements;
        self.compiled += other.compiled;
        self.empty += other.empty;
        self.traded += other.traded;
        let maps = [
            (&mut self.skipped, other.skipped),
            (&mut self.fired, other.fired),
            (&mut self.ops, other.ops),
            (&mut self.dtypes, other.dtypes),
        ];
        for (mine, theirs) in maps {
            theirs.into_iter().for_each(|(k, n)| *mine.entry(k).or_default() += n);
        }
        self.bits[0] += other.bits[0];
        self.bits[1] += other.bits[1];
        (0..3).for_each(|i| self.seconds[i] += other.seconds[i]);
        self.failures.extend(other.failures);
    }

    pub(crate) fn print(&self) {
        let counts = |m: &BTreeMap<String, usize>| {
            m.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ")
        };
        println!("{} programs, {} rewritten", self.programs, self.rewritten);
        println!("{} elements judged, {} of compiled code", self.elements, self.compiled);
        println!("{} calls with an empty dim", self.empty);
        println!("{} elements less accurate for a form that overflows less", self.traded);
        println!("not judged: {}", counts(&self.skipped));
        println!("bits of error per element: {:.4} before, {:.4} after", self.mean(0), self.mean(1));
        let [rules, reference, code] = self.seconds;
        println!("seconds: {rules:.1} optimizing, {reference:.1} in the reference, {code:.1} for code");
        println!("ops: {}", counts(&self.ops));
        println!("element types: {}", counts(&self.dtypes));
        println!("rules fired: {}", self.fired.len());
    }

    pub(crate) fn mean(&self, which: usize) -> f64 {
        self.bits[which] / self.elements.max(1) as f64
    }
}
