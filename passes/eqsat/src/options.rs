//! What the optimizer may do: classes of rules, single rules and families, budgets.

use crate::RuleSet;
use std::{collections::BTreeSet, fmt};
use thn_ir::{DType, OpKind};

/// What a rule promises about the values it replaces; see `rules/README.md`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Same bits; NaN is NaN.
    Exact,
    /// NaN operands stay NaN, finite results stay finite, and no result is less accurate.
    Accurate,
    /// Equal where the operands and every intermediate value of the left side are finite.
    Finite,
    /// Other rounding, within the forward error bound of the left side.
    Reassoc,
    /// May lose accuracy.
    Fast,
    /// Equal over the reals where both sides are defined; for [`crate::accuracy`], which measures what is better.
    Real,
}

impl Class {
    /// Every class, from the strictest to the loosest.
    pub const ALL: [Class; 6] =
        [Class::Exact, Class::Accurate, Class::Finite, Class::Reassoc, Class::Fast, Class::Real];

    /// The name used in rule files and options.
    pub fn name(self) -> &'static str {
        match self {
            Class::Exact => "exact",
            Class::Accurate => "accurate",
            Class::Finite => "finite",
            Class::Reassoc => "reassoc",
            Class::Fast => "fast",
            Class::Real => "real",
        }
    }

    /// The inverse of [`Class::name`].
    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|c| c.name() == name)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Limits of the search. They count work, never time, so that the result does not depend on the machine.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Budget {
    /// E-nodes allowed for each e-node of the program.
    pub nodes_per_node: usize,
    /// E-nodes allowed beyond that, so that small programs have room.
    pub nodes: usize,
    /// Matches applied for each e-node of the program.
    pub matches_per_node: usize,
    /// Sweeps over the changed part of the e-graph.
    pub iterations: usize,
    /// Times that expanding rules run, each on what the contracting ones left.
    pub windows: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { nodes_per_node: 8, nodes: 2_000, matches_per_node: 100, iterations: 40, windows: 2 }
    }
}

/// What the optimizer may do.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Classes of rules that may be used.
    pub classes: BTreeSet<Class>,
    /// If not empty, only rules and families named here are used.
    pub include: BTreeSet<String>,
    /// Rules and families that are not used.
    pub exclude: BTreeSet<String>,
    /// Rules beside those of the crate.
    pub rules: Vec<RuleSet>,
    /// If not empty, the only ops that the result may have beside the program's own, by the element type of their last
    /// operand (of their result if they have none).
    pub ops: BTreeSet<(OpKind, DType)>,
    /// Limits of the search.
    pub budget: Budget,
    /// Whether the report says what took how long.
    pub profile: bool,
}

impl Default for Options {
    /// Everything but `fast` and `real`: what `function` uses.
    fn default() -> Options {
        Options {
            classes: [Class::Exact, Class::Accurate, Class::Finite, Class::Reassoc].into(),
            include: BTreeSet::new(),
            exclude: BTreeSet::new(),
            rules: vec![],
            ops: BTreeSet::new(),
            budget: Budget::default(),
            profile: false,
        }
    }
}

impl Options {
    /// Without rules that round otherwise; sums and products keep their order.
    pub fn strict() -> Options {
        Options::default().with_class(Class::Reassoc, false)
    }

    /// With or without a class of rules.
    #[must_use]
    pub fn with_class(mut self, class: Class, enabled: bool) -> Options {
        if enabled {
            self.classes.insert(class);
        } else {
            self.classes.remove(&class);
        }
        self
    }

    /// With only the rules and families named so far and this one.
    #[must_use]
    pub fn with_include(mut self, name: impl Into<String>) -> Options {
        self.include.insert(name.into());
        self
    }

    /// Without a rule or family.
    #[must_use]
    pub fn with_exclude(mut self, name: impl Into<String>) -> Options {
        self.exclude.insert(name.into());
        self
    }

    /// With the rules of a set beside those of the crate. They belong to families and classes as those do.
    #[must_use]
    pub fn with_rules(mut self, rules: &RuleSet) -> Options {
        self.rules.push(rules.clone());
        self
    }

    /// With no ops but these beside the program's own, which another dialect has.
    #[must_use]
    pub fn with_ops(mut self, ops: BTreeSet<(OpKind, DType)>) -> Options {
        self.ops = ops;
        self
    }

    /// With other limits.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Options {
        self.budget = budget;
        self
    }

    /// With or without a profile in the report.
    #[must_use]
    pub fn with_profile(mut self, profile: bool) -> Options {
        self.profile = profile;
        self
    }

    /// Whether sums and products keep their order.
    pub fn is_strict(&self) -> bool {
        !self.classes.contains(&Class::Reassoc)
    }
}
