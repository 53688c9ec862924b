//! What the optimizer did, for people, tools and tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

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
    /// How often each rule gave a part of the resulting program.
    pub used: BTreeMap<String, usize>,
    /// Rules of class `finite` that found something: the program now assumes finite values.
    pub finite: BTreeSet<String>,
    /// Estimated cost before, as [`crate::Options::cost`] counts it.
    pub cost_before: f64,
    /// Estimated cost after.
    pub cost_after: f64,
    /// Estimated cost before if every value were computed again for each of its uses.
    pub tree_cost_before: f64,
    /// The same after.
    pub tree_cost_after: f64,
    /// How much more the choice without exact search cost, as a part of the exact one's cost: the largest of all regions
    /// and rounds. `None` if no exact search ran to its end.
    pub gap: Option<f64>,
    /// What took how long, if [`crate::Options::profile`] asked for it. Everything else depends on the program and the
    /// options alone.
    pub profile: Option<Profile>,
}

/// What took how long. Nothing is decided by it.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// Seconds for each part of the work: `encode`, `contract`, `expand`, `extract`, `decode`.
    pub phases: BTreeMap<String, f64>,
    /// Each rule that was looked for, if that was asked for: it takes longer to measure than to do.
    pub rules: Option<BTreeMap<String, RuleProfile>>,
}

/// What one rule took.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct RuleProfile {
    /// Nodes at which it was looked for.
    pub tried: usize,
    /// Ways in which its left side and conditions held.
    pub matches: usize,
    /// E-nodes that it made.
    pub made: usize,
    /// Seconds spent on matching it.
    pub seconds: f64,
}

impl Report {
    /// Does a part of the work, and notes how long it took if a profile is wanted.
    pub(crate) fn phase<T>(&mut self, name: &str, work: impl FnOnce(&mut Report) -> T) -> T {
        if self.profile.is_none() {
            return work(self);
        }
        let start = Instant::now();
        let done = work(self);
        if let Some(profile) = &mut self.profile {
            *profile.phases.entry(name.to_string()).or_default() += start.elapsed().as_secs_f64();
        }
        done
    }

    /// Does something for a rule, and notes how long it took if a profile is wanted.
    pub(crate) fn rule<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> T,
        note: impl FnOnce(&mut RuleProfile, &T),
    ) -> T {
        let Some(rules) = self.profile.as_mut().and_then(|p| p.rules.as_mut()) else { return work() };
        let start = Instant::now();
        let done = work();
        let seconds = start.elapsed().as_secs_f64();
        if !rules.contains_key(name) {
            rules.insert(name.to_string(), RuleProfile::default());
        }
        if let Some(rule) = rules.get_mut(name) {
            rule.seconds += seconds;
            note(rule, &done);
        }
        done
    }

    /// Notes that a rule has made e-nodes.
    pub(crate) fn rule_made(&mut self, name: &str, nodes: usize) {
        let rules = self.profile.as_mut().and_then(|p| p.rules.as_mut());
        if let Some(rule) = rules.and_then(|rules| rules.get_mut(name)) {
            rule.made += nodes;
        }
    }
}
