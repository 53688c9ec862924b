//! Runs rules over an e-graph until nothing new is found or a budget is spent.
//!
//! Contracting rules run class by class, those of the program from its arguments up, and what they find is there for
//! the next class. What changed, and what uses it where a pattern can see the change, goes back on the worklist; when that
//! is empty, what is known of classes spreads, which can change more, and in the end congruence is restored. Expanding
//! rules run once per window, on what the others left. Budgets count e-nodes, matches and rounds of this kind: memory is
//! bounded, and time has no say.
//!
//! Two kinds of nodes are left out: those that use their own class, and, once they were looked at, those that have a
//! better equal.

use crate::{
    builtin::{multisets, products},
    egraph::{Graph, Node, canonical, class_data, is_circular, refresh, type_of},
    hash::{FastMap, FastSet},
    report::{Report, Stop},
    rule::{class::Class, pattern::Rule, subst::Subst},
    search::{
        ematch::{self, Site},
        instantiate,
        log::ProofLog,
        node_table::{Merit, NodeTable},
        rule_index::{Below, Change, RuleIndex},
        worklist::{WorkItem, Worklist},
    },
};
use egg::{Id, Language};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use thn_ir::OpKind;

/// The most nodes of a class that rules are looked for at. More come from cycles, such as x = (x - y) + y.
const MAX_NODES: usize = 32;

/// Up to so many nodes are told apart one by one, in the order in which they were found; sorting takes longer.
const FEW: usize = 8;

/// How far what rules made is from the program: a class made for one that was made for one of the program is two steps
/// away. Farther away nothing is looked for, so that circles such as x = (x / y) y end.
const MAX_DERIVATION_DEPTH: u8 = 6;

/// An e-graph that is being saturated, and what the search has learnt about its nodes.
pub(crate) struct Search<'a> {
    pub(crate) graph: Graph,
    index: &'a RuleIndex<'a>,
    worklist: Worklist,
    /// At which nodes every contracting rule was looked for, and for which a stabilizing rule found a better form.
    pub(crate) node_table: NodeTable,
    /// What made classes equal, if somebody wants to know.
    pub(crate) log: Option<ProofLog>,
    /// What rules gave: a node of their own, or a class that there was already.
    gave: Vec<(usize, Given)>,
    /// How often each rule found something new, by position, and each built-in rewrite.
    fired: (Vec<usize>, BTreeMap<&'static str, usize>),
    max_nodes: usize,
    max_matches: usize,
    matches: usize,
    iterations: usize,
}

/// What a rule gave.
enum Given {
    /// A new node, by the number egg gave it.
    Node(Id),
    /// An older class for this one.
    Class(Id),
}

/// One thing to do to a class.
struct Step {
    rule: usize,
    class: Id,
    node: Node,
    subst: Subst,
}

impl<'a> Search<'a> {
    /// A search over `graph` with the rules that `index` has.
    pub(crate) fn new(graph: Graph, index: &'a RuleIndex<'a>) -> Search<'a> {
        let size = graph.total_size();
        let budget = index.options.budget;
        Search {
            index,
            worklist: Worklist::default(),
            node_table: NodeTable::default(),
            log: None,
            gave: vec![],
            fired: (vec![0; index.rules.len()], BTreeMap::new()),
            max_nodes: size * budget.nodes_per_node + budget.nodes,
            max_matches: size * budget.matches_per_node + budget.nodes,
            matches: 0,
            iterations: 0,
            graph,
        }
    }

    /// Contracts to saturation, chooses the order of products, then expands and contracts in windows.
    pub(crate) fn run(&mut self, roots: &[Id], report: &mut Report) {
        self.absorb();
        self.worklist.add_all(&self.graph);
        let mut stop = report.phase("contract", |report| self.contract(report));
        if stop == Stop::Saturated && !self.index.options.is_strict() {
            stop = report.phase("products", |report| match self.products(roots) {
                Ok(()) => self.contract(report),
                Err(stop) => stop,
            });
        }
        for _ in 0..self.index.options.budget.windows {
            if stop != Stop::Saturated {
                break;
            }
            stop = report.phase("expand", |report| match self.expand(report) {
                Ok(()) => self.contract(report),
                Err(stop) => stop,
            });
        }
        self.rebuild();
        while stop == Stop::Saturated && !self.worklist.is_empty() {
            stop = self.contract(report);
            self.rebuild();
        }
        let rules = self.index.rules.iter().zip(&self.fired.0).filter(|(_, times)| **times > 0);
        report
            .finite
            .extend(rules.clone().filter(|(r, _)| r.class == Class::Finite).map(|(r, _)| r.name.clone()));
        let rules = rules.map(|(rule, times)| (rule.name.as_str(), *times));
        for (name, times) in rules.chain(self.fired.1.iter().map(|(name, times)| (*name, *times))) {
            *report.fired.entry(name.to_string()).or_insert(0) += times;
        }
        report.nodes += self.graph.total_size();
        report.classes += self.graph.number_of_classes();
        report.iterations += self.iterations;
        if stop != Stop::Saturated {
            report.stop = stop;
        }
    }

    /// Puts products of matrices into their cheapest order.
    fn products(&mut self, roots: &[Id]) -> Result<(), Stop> {
        self.rebuild();
        self.graph.analysis.derivation_depth = 0;
        for found in products::products(&mut self.graph, roots) {
            let entry = self.log.as_ref().and_then(|j| j.product(&self.graph, &found));
            if self.unite(found.class, found.equal) {
                if let Some(log) = &mut self.log {
                    log.push(entry);
                }
                *self.fired.1.entry(found.name).or_insert(0) += 1;
            }
        }
        self.absorb();
        if self.graph.total_size() > self.max_nodes { Err(Stop::Nodes) } else { Ok(()) }
    }

    /// Adds to the report which rules gave parts of the chosen program.
    pub(crate) fn note_used(&self, program: &[(Id, &Node)], report: &mut Report) {
        let chosen: FastMap<Id, Node> =
            program.iter().map(|(class, node)| (*class, canonical(&self.graph, (*node).clone()))).collect();
        let mut counted = FastSet::default();
        for (rule, given) in &self.gave {
            let (Given::Node(id) | Given::Class(id)) = given;
            let class = self.graph.find(*id);
            let used = chosen.get(&class).is_some_and(|node| match given {
                Given::Node(id) => canonical(&self.graph, self.graph.id_to_node(*id).clone()) == *node,
                Given::Class(_) => true,
            });
            if used && counted.insert((*rule, class)) {
                *report.used.entry(self.index.rules[*rule].name.clone()).or_insert(0) += 1;
            }
        }
    }

    /// Works through the worklist, and lets what is known of classes spread.
    fn contract(&mut self, report: &mut Report) -> Stop {
        while !self.worklist.is_empty() {
            if self.iterations >= self.index.options.budget.iterations {
                return Stop::Iterations;
            }
            self.iterations += 1;
            while let Some(item) = self.worklist.next(&self.graph, self.index, &self.node_table) {
                if let Err(stop) = self.visit(&item, report) {
                    return stop;
                }
                self.absorb();
            }
            self.spread();
        }
        Stop::Saturated
    }

    /// Lets what is known of classes spread to what uses them. Restoring congruence does that too, but takes a pass over
    /// everything, which waits until nothing else is left.
    fn spread(&mut self) {
        while !self.worklist.refined.is_empty() {
            for user in std::mem::take(&mut self.worklist.refined) {
                refresh(&mut self.graph, user);
            }
            self.absorb();
        }
    }

    /// Applies contracting rules at the nodes of a class: all of them at new nodes, at the others those that see what has
    /// changed.
    fn visit(&mut self, item: &WorkItem, report: &mut Report) -> Result<(), Stop> {
        let class = item.class;
        let derivation_depth = class_data(&self.graph, class).derivation_depth;
        if derivation_depth >= MAX_DERIVATION_DEPTH {
            return Ok(());
        }
        self.graph.analysis.derivation_depth = derivation_depth + 1;
        let mut steps = vec![];
        for node in self.nodes(class) {
            // What was found so far can have made the class a constant, or an operand of the node.
            if class_data(&self.graph, class).is_irreducible() {
                break;
            }
            if is_circular(&self.graph, self.graph.find(class), &node) {
                continue;
            }
            let new = item.own && self.node_table.visit(&self.graph, &node);
            let changes = (!new).then_some(item.below.as_slice());
            if changes.is_some_and(<[Change]>::is_empty) {
                continue;
            }
            self.find(class, &node, false, changes, &mut steps, report);
            for step in steps.drain(..) {
                self.apply(step, report)?;
            }
            let may_normalize = |kind| changes.is_none_or(|changes| self.index.may_normalize(kind, changes));
            let circular = is_circular(&self.graph, self.graph.find(class), &node);
            if !circular && node.kind().is_some_and(may_normalize) {
                self.normalize(class, &node, report)?;
            }
        }
        Ok(())
    }

    /// Applies expanding rules everywhere, once.
    fn expand(&mut self, report: &mut Report) -> Result<(), Stop> {
        self.iterations += 1;
        let expanding = self.index.expanding();
        let classes =
            self.graph.classes().filter(|c| !class_data(&self.graph, c.id).kinds.is_disjoint(expanding));
        let mut all: Vec<Id> = classes.map(|c| c.id).collect();
        all.sort_unstable();
        let mut steps = vec![];
        for class in all {
            for node in self.nodes(class) {
                self.find(class, &node, true, None, &mut steps, report);
            }
        }
        self.graph.analysis.derivation_depth = 0;
        for step in steps {
            self.apply(step, report)?;
        }
        self.absorb();
        Ok(())
    }

    /// The nodes of a class that rules are looked for at, under today's names; none if nothing better can be found.
    fn nodes(&self, class: Id) -> SmallVec<[Node; 2]> {
        let mut nodes = SmallVec::new();
        if class_data(&self.graph, class).is_irreducible() {
            return nodes;
        }
        let class = &self.graph[class];
        let renamed = |node: &Node| {
            let mut node = node.clone();
            node.update_children(|c| self.graph.find(c));
            node
        };
        if class.nodes.len() <= FEW {
            for node in class.nodes.iter().map(renamed) {
                if !nodes.contains(&node) {
                    nodes.push(node);
                }
            }
        } else {
            nodes.extend(class.nodes.iter().map(renamed));
            nodes.sort_unstable();
            nodes.dedup();
        }
        if nodes.len() > MAX_NODES { SmallVec::new() } else { nodes }
    }

    /// Looks for rules at a node: for all, or for those that see one of the changes below it.
    fn find(
        &self,
        class: Id,
        node: &Node,
        expand: bool,
        changes: Option<&[Change]>,
        steps: &mut Vec<Step>,
        report: &mut Report,
    ) {
        let Some(kind) = node.kind() else { return };
        if changes.is_some_and(|changes| !self.index.may_hold(kind, changes)) {
            return;
        }
        let site = Site::new(&self.graph, node);
        let below = Below::new(&site);
        // What is computed from constants becomes one: only how well that is done matters.
        let foldable = class_data(&self.graph, class).foldable;
        for trigger in self.index.triggers(kind, expand) {
            if !below.admits(trigger) || changes.is_some_and(|changes| !trigger.sees(changes)) {
                continue;
            }
            let rule = &self.index.rules[trigger.rule];
            if foldable && !rule.better {
                continue;
            }
            let matches = || {
                let mut matches = ematch::find(&site, rule);
                matches.retain(|subst| !trigger.goes_round(&self.graph, class, subst));
                matches
            };
            let matches = report.rule(&rule.name, matches, |rule, matches| {
                rule.tried += 1;
                rule.matches += matches.len();
            });
            let step = |subst| Step { rule: trigger.rule, class, node: node.clone(), subst };
            steps.extend(matches.into_iter().map(step));
        }
    }

    fn apply(&mut self, step: Step, report: &mut Report) -> Result<(), Stop> {
        self.matches += 1;
        if self.matches > self.max_matches {
            return Err(Stop::Matches);
        }
        let rule = &self.index.rules[step.rule];
        let before = self.graph.nodes().len();
        let mut nodes = vec![];
        let made = instantiate::build_nodes(&mut self.graph, rule, &step.subst, step.class, Some(&mut nodes));
        let Some(new) = made else { return self.grown() };
        report.rule_made(&rule.name, self.graph.nodes().len() - before);
        self.absorb_nodes();
        if !self.made(&step.node, new) {
            self.compare(rule, &step.node, &nodes);
        }
        let entry = self
            .log
            .as_ref()
            .and_then(|j| j.rule(&self.graph, rule, step.rule, (step.class, &step.node), &step.subst));
        if self.unite(step.class, new) {
            if let Some(log) = &mut self.log {
                log.push(entry);
            }
            let old = usize::from(new) < before;
            self.gave.push((step.rule, if old { Given::Class(step.class) } else { Given::Node(new) }));
            self.fired.0[step.rule] += 1;
        }
        self.grown()
    }

    /// Notes which of the nodes that a rule made from `left` are better than which.
    fn compare(&mut self, rule: &Rule, left: &Node, made: &[Node]) {
        let (graph, table) = (&self.graph, &mut self.node_table);
        if rule.fallback {
            table.mark(graph, left, Merit::Fallback);
            // With its sign or without.
            let signed = made.last().is_some_and(|root| root.kind() == Some(OpKind::Neg));
            let roots = made.iter().rev().take(1 + usize::from(signed));
            roots.for_each(|root| table.add_fallback(graph, left, root));
        } else if rule.better {
            table.mark(graph, left, Merit::Better);
            made.last().into_iter().for_each(|root| table.prefer(graph, root));
        } else if !rule.expand && rule.class < Class::Fast {
            // The right side loses no more digits: what loses fewer than a part of it does, loses fewer than the left side.
            made.iter().for_each(|part| table.link(graph, part, left, Merit::Fallback));
        }
    }

    /// Whether `new` is a class whose only node is `node`: the rule gave back what it found.
    fn made(&self, node: &Node, new: Id) -> bool {
        let own = canonical(&self.graph, node.clone());
        self.graph[new].nodes.iter().all(|n| canonical(&self.graph, n.clone()) == own)
    }

    fn normalize(&mut self, class: Id, node: &Node, report: &mut Report) -> Result<(), Stop> {
        let before = self.graph.nodes().len();
        let all = report.rule(
            "built-in",
            || multisets::normalize(&mut self.graph, class, node, self.index.options.is_strict()),
            |rule, found| {
                rule.tried += 1;
                rule.matches += found.len();
            },
        );
        report.rule_made("built-in", self.graph.nodes().len() - before);
        for found in all {
            if self.index.options.excluding.contains(found.name) {
                continue;
            }
            let entry = self.log.as_ref().and_then(|j| j.built_in(&self.graph, node, class, &found));
            self.absorb_nodes();
            if let Some(new) = found.node.filter(|n| n != node) {
                self.node_table.link(&self.graph, &new, node, Merit::Less);
                self.node_table.link(&self.graph, node, &new, Merit::Fallback);
            }
            if found.better {
                self.node_table.mark(&self.graph, node, Merit::Less);
            }
            if self.unite(class, found.class) {
                if let Some(log) = &mut self.log {
                    log.push(entry);
                }
                *self.fired.1.entry(found.name).or_insert(0) += 1;
            }
        }
        self.grown()
    }

    /// Checks the budget.
    fn grown(&self) -> Result<(), Stop> {
        if self.graph.total_size() > self.max_nodes { Err(Stop::Nodes) } else { Ok(()) }
    }

    /// Makes two classes one if their types are the same and nothing known of them contradicts it; whether that is
    /// new.
    ///
    /// Where a program divides 0 by 0, rules of class `finite` make it 1 and 0. Were both believed, 1 would be 0 and
    /// every value equal to every other.
    fn unite(&mut self, a: Id, b: Id) -> bool {
        let (x, y) = (class_data(&self.graph, a), class_data(&self.graph, b));
        let different = x.splat.is_some() && y.splat.is_some() && x.splat != y.splat;
        let same_type = type_of(&self.graph, a) == type_of(&self.graph, b);
        same_type && !different && !x.facts.excludes(y.facts) && self.graph.union(a, b)
    }

    /// Restores congruence, and lets what is known of classes spread.
    fn rebuild(&mut self) {
        while !self.graph.clean {
            self.graph.rebuild();
            self.absorb();
        }
    }

    /// Takes note of all that has changed: puts what it matters to on the worklist, and unites the classes of nodes that
    /// have become equal.
    fn absorb(&mut self) {
        loop {
            self.absorb_nodes();
            let changes = std::mem::take(&mut self.graph.analysis.changes);
            if changes.is_empty() {
                break;
            }
            self.worklist.take(&self.graph, self.index, &self.node_table, &changes);
            for node in changes.renamed.into_inner() {
                if let Some((a, b)) = self.node_table.rename(&self.graph, node) {
                    self.graph.union(a, b);
                }
            }
        }
    }

    /// Takes note of new nodes.
    fn absorb_nodes(&mut self) {
        for (a, b) in self.node_table.catch_up(&self.graph) {
            self.graph.union(a, b);
        }
    }
}
