//! What the optimizer may do: classes of rules, single rules and families, budgets.

mod names;

use crate::{
    cost::CostModel,
    rule::{class::Class, set::CheckedRules},
};
use std::collections::BTreeSet;
use thn_ir::{DType, OpKind};

/// How hard the optimizer tries.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, serde::Serialize, serde::Deserialize,
)]
pub enum Level {
    /// Nothing but dead code goes.
    O0,
    /// Contracting rules that hold for every value: classes `exact` and `accurate`.
    O1,
    /// Every class but `fast`, and expanding rules in windows: the default.
    #[default]
    O2,
    /// More room for the search, and the least cost exactly where few enough choices are left.
    O3,
}

impl Level {
    /// Every level, from the least work to the most.
    pub const ALL: [Level; 4] = [Level::O0, Level::O1, Level::O2, Level::O3];

    /// The level of a number from 0 to 3.
    pub fn from_number(number: u32) -> Option<Level> {
        Level::ALL.get(number as usize).copied()
    }
}

/// What the profile of a report tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Detail {
    /// There is none.
    #[default]
    Nothing,
    /// How long each phase took.
    Phases,
    /// That, and what each rule took.
    Rules,
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
    /// E-nodes, over all regions and rounds. A round takes the program of the one before, in which folded constants and
    /// new bounds let further rules apply; none begins that would start with more than is left.
    pub total_nodes: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            nodes_per_node: 8,
            nodes: 2_000,
            matches_per_node: 100,
            iterations: 40,
            windows: 2,
            total_nodes: 200_000,
        }
    }
}

/// What the optimizer may do.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Classes of rules that may be used.
    pub classes: BTreeSet<Class>,
    /// If not empty, only rules, families and classes named here are used.
    pub including: BTreeSet<String>,
    /// Rules, families and classes that are not used.
    pub excluding: BTreeSet<String>,
    /// Rules beside those of the crate.
    pub rules: Vec<CheckedRules>,
    /// If not empty, the only ops that the result may have beside the program's own, by the element type of their last
    /// operand (of their result if they have none).
    pub ops: BTreeSet<(OpKind, DType)>,
    /// Whether what a choice leaves out may be poison, as in other dialects: rules that compute it nevertheless are not
    /// used then. No value of thn is poison.
    pub keeps_choices: bool,
    /// Limits of the search.
    pub budget: Budget,
    /// What an op costs.
    pub cost: CostModel,
    /// Whether the search runs at all; without it only dead code goes.
    pub search: bool,
    /// The most classes with a choice for which the least cost is found exactly; 0 for never.
    pub exact: usize,
    /// Whether the report says what took how long.
    pub profile: Detail,
}

impl Default for Options {
    /// Everything but `fast` and `real`: what `function` uses.
    fn default() -> Options {
        Options {
            classes: [Class::Exact, Class::Accurate, Class::Finite, Class::Reassoc].into(),
            including: BTreeSet::new(),
            excluding: BTreeSet::new(),
            rules: vec![],
            ops: BTreeSet::new(),
            keeps_choices: false,
            budget: Budget::default(),
            cost: CostModel::default(),
            search: true,
            exact: 0,
            profile: Detail::Nothing,
        }
    }
}

impl Options {
    /// What a level stands for.
    pub fn level(level: Level) -> Options {
        let options = Options::default();
        match level {
            Level::O0 => Options { search: false, ..options },
            Level::O1 => Options {
                classes: [Class::Exact, Class::Accurate].into(),
                budget: Budget { windows: 0, ..options.budget },
                ..options
            },
            Level::O2 => options,
            Level::O3 => Options {
                budget: Budget {
                    nodes_per_node: 4 * options.budget.nodes_per_node,
                    nodes: 4 * options.budget.nodes,
                    matches_per_node: 4 * options.budget.matches_per_node,
                    windows: 2 * options.budget.windows,
                    ..options.budget
                },
                exact: 40,
                ..options
            },
        }
    }

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

    /// With only the rules, families and classes named so far and this one.
    #[must_use]
    pub fn including(mut self, name: impl Into<String>) -> Options {
        self.including.insert(name.into());
        self
    }

    /// Without a rule, a family or a class.
    #[must_use]
    pub fn excluding(mut self, name: impl Into<String>) -> Options {
        self.excluding.insert(name.into());
        self
    }

    /// For values of which those that are not chosen may be poison.
    #[must_use]
    pub fn with_choices_kept(mut self) -> Options {
        self.keeps_choices = true;
        self
    }

    /// With the rules of a set beside those of the crate. They belong to families and classes as those do.
    #[must_use]
    pub fn with_rules(mut self, rules: &CheckedRules) -> Options {
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

    /// With another model of cost.
    #[must_use]
    pub fn with_cost(mut self, cost: CostModel) -> Options {
        self.cost = cost;
        self
    }

    /// With the least cost found exactly for programs with up to this many classes to choose in.
    #[must_use]
    pub fn with_exact(mut self, classes: usize) -> Options {
        self.exact = classes;
        self
    }

    /// With a profile in the report.
    #[must_use]
    pub fn with_profile(mut self, profile: Detail) -> Options {
        self.profile = profile;
        self
    }

    /// Whether sums and products keep their order.
    pub fn is_strict(&self) -> bool {
        !self.classes.contains(&Class::Reassoc)
    }
}
