//! What the optimizer did, for people, tools and tests.

use std::collections::{BTreeMap, BTreeSet};

/// Why the search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// No rule finds anything new.
    #[default]
    Saturated,
    /// The limit of sweeps is reached.
    Iterations,
    /// The limit of e-nodes is reached.
    Nodes,
    /// The limit of matches is reached.
    Matches,
}

/// What the optimizer did.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// Ops before, regions included.
    pub ops_before: usize,
    /// Ops after, regions included.
    pub ops_after: usize,
    /// E-nodes when the search ended, over all regions and rounds.
    pub nodes: usize,
    /// E-classes when the search ended, over all regions and rounds.
    pub classes: usize,
    /// Sweeps, over all regions and rounds.
    pub iterations: usize,
    /// Why the search ended; the most severe reason of all regions and rounds.
    pub stop: Stop,
    /// How often each rule found something new.
    pub fired: BTreeMap<String, usize>,
    /// Rules of class `finite` that found something: the program now assumes finite values.
    pub finite: BTreeSet<String>,
    /// Estimated cost before, in additions of one element.
    pub cost_before: f64,
    /// Estimated cost after.
    pub cost_after: f64,
}
