//! Runs rules over an e-graph until nothing new is found or a budget is spent.
//!
//! Contracting rules run to saturation, each sweep looking only at classes that changed and at what uses them, as
//! far up as a pattern can look down. Expanding rules run once per window, on what the others left. Budgets count
//! e-nodes, matches and sweeps and are checked after every match: memory is bounded, and time has no say.

use crate::{
    Class, Options, Report, Stop, apply,
    explain::Journal,
    graph::{Graph, Node, rank, type_of},
    matcher::{self, Binding},
    normalize,
    pattern::Rule,
};
use egg::{Id, Language};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use thn_ir::OpKind;

/// An e-graph that is being saturated, and what the search has learnt about its nodes.
pub(crate) struct Search<'a> {
    pub(crate) graph: Graph,
    rules: &'a [Rule],
    options: &'a Options,
    /// Rules by the op at the root of their left sides.
    index: BTreeMap<OpKind, Vec<usize>>,
    /// Nodes that are never chosen where their class has another: a stabilizing rule found a better form.
    pub(crate) worse: HashSet<Node>,
    /// For a node in normal form, the nodes it was made from: what is better than it is better than they are.
    sources: BTreeMap<Node, BTreeSet<Node>>,
    /// What made classes equal, if somebody wants to know.
    pub(crate) journal: Option<Journal>,
    depth: usize,
    max_nodes: usize,
    max_matches: usize,
    matches: usize,
    iterations: usize,
}

/// One thing to do to a class.
struct Step {
    rule: usize,
    class: Id,
    node: Node,
    way: Binding,
}

impl<'a> Search<'a> {
    /// A search over `graph` with the rules that `options` allow.
    pub(crate) fn new(graph: Graph, rules: &'a [Rule], options: &'a Options) -> Search<'a> {
        let mut index: BTreeMap<OpKind, Vec<usize>> = BTreeMap::new();
        for (i, rule) in rules.iter().enumerate() {
            if let Some(root) = rule.left.root().filter(|_| allows(options, rule)) {
                index.entry(root).or_default().push(i);
            }
        }
        let size = graph.total_size();
        Search {
            rules,
            options,
            index,
            worse: HashSet::new(),
            sources: BTreeMap::new(),
            journal: None,
            depth: rules.iter().map(|r| r.left.depth()).max().unwrap_or(0),
            max_nodes: size * options.budget.nodes_per_node + options.budget.nodes,
            max_matches: size * options.budget.matches_per_node + options.budget.nodes,
            matches: 0,
            iterations: 0,
            graph,
        }
    }

    /// Contracts to saturation, then expands and contracts in windows.
    pub(crate) fn run(&mut self, report: &mut Report) {
        self.graph.rebuild();
        let mut stop = report.phase("contract", |report| self.contract(report));
        for _ in 0..self.options.budget.windows {
            if stop != Stop::Saturated {
                break;
            }
            let all = self.all();
            match report.phase("expand", |report| self.sweep(&all, true, report)) {
                Ok(changed) if changed.is_empty() => break,
                Ok(_) => stop = report.phase("expand", |report| self.contract(report)),
                Err(reason) => stop = reason,
            }
        }
        report.nodes += self.graph.total_size();
        report.classes += self.graph.number_of_classes();
        report.iterations += self.iterations;
        if stop != Stop::Saturated {
            report.stop = stop;
        }
    }

    fn all(&self) -> Vec<Id> {
        let mut all: Vec<Id> = self.graph.classes().map(|c| c.id).collect();
        all.sort_unstable();
        all
    }

    fn contract(&mut self, report: &mut Report) -> Stop {
        let mut dirty = self.all();
        let mut complete = true;
        loop {
            if self.iterations >= self.options.budget.iterations {
                return Stop::Iterations;
            }
            match self.sweep(&dirty, false, report) {
                // Bounds that the analysis improved far away can enable a rule outside the dirty part, so only a
                // sweep over everything ends the search.
                Ok(changed) if changed.is_empty() && complete => return Stop::Saturated,
                Ok(changed) if changed.is_empty() => {
                    dirty = self.all();
                    complete = true;
                }
                Ok(changed) => {
                    dirty = self.users(changed);
                    complete = false;
                }
                Err(reason) => return reason,
            }
        }
    }

    /// The classes, and those that use them through as many ops as the deepest pattern has.
    fn users(&self, classes: BTreeSet<Id>) -> Vec<Id> {
        let mut all: BTreeSet<Id> = classes.into_iter().map(|c| self.graph.find(c)).collect();
        let mut edge = all.clone();
        for _ in 0..self.depth {
            let next: BTreeSet<Id> =
                edge.iter().flat_map(|c| self.graph[*c].parents()).map(|p| self.graph.find(p)).collect();
            edge = next.difference(&all).copied().collect();
            all.extend(edge.iter().copied());
        }
        all.into_iter().collect()
    }

    /// Matches rules at every class of `dirty`, then applies what was found. Gives the classes that changed.
    fn sweep(&mut self, dirty: &[Id], expand: bool, report: &mut Report) -> Result<BTreeSet<Id>, Stop> {
        self.iterations += 1;
        let mut changed = BTreeSet::new();
        let mut steps = vec![];
        for class in dirty {
            let class = self.graph.find(*class);
            if self.settled(class) {
                continue;
            }
            let mut nodes = self.graph[class].nodes.clone();
            nodes.sort_unstable();
            for node in nodes {
                self.find(class, &node, expand, &mut steps, report);
                if !expand {
                    self.normalize(class, &node, &mut changed, report)?;
                }
            }
        }
        for step in steps {
            self.matches += 1;
            if self.matches > self.max_matches {
                self.rebuild();
                return Err(Stop::Matches);
            }
            self.apply(step, &mut changed, report)?;
        }
        self.rebuild();
        Ok(changed)
    }

    /// Whether a class already is a constant repeated over its dims: nothing better can be found for it.
    fn settled(&self, class: Id) -> bool {
        let data = &self.graph[class].data;
        let constant = |n: &Node| match n.kind() {
            Some(OpKind::Constant) => true,
            Some(OpKind::Broadcast) => {
                let inner = n.children[0];
                rank(&self.graph, inner) == 0
                    && self.graph[inner].nodes.iter().any(|n| n.kind() == Some(OpKind::Constant))
            }
            _ => false,
        };
        data.splat.is_some() && self.graph[class].nodes.iter().any(constant)
    }

    fn find(&self, class: Id, node: &Node, expand: bool, steps: &mut Vec<Step>, report: &mut Report) {
        let Some(kind) = node.kind() else { return };
        for rule in self.index.get(&kind).into_iter().flatten() {
            if self.rules[*rule].expand != expand {
                continue;
            }
            let ways = || {
                let mut ways = matcher::find(&self.graph, &self.rules[*rule], node);
                ways.retain(|way| apply::allowed(&self.graph, &self.rules[*rule], way));
                ways
            };
            let ways = report.rule(&self.rules[*rule].name, ways, |rule, ways| {
                rule.tried += 1;
                rule.matches += ways.len();
            });
            steps.extend(ways.into_iter().map(|way| Step { rule: *rule, class, node: node.clone(), way }));
        }
    }

    fn apply(&mut self, step: Step, changed: &mut BTreeSet<Id>, report: &mut Report) -> Result<(), Stop> {
        let rule = &self.rules[step.rule];
        let before = self.graph.nodes().len();
        let Some(new) = apply::build(&mut self.graph, rule, &step.way, step.class) else {
            return self.grown(before, changed);
        };
        let itself =
            rule.better && self.graph.lookup(step.node.clone()).is_some_and(|_| self.made(&step.node, new));
        if rule.better && !itself {
            self.mark_worse(&step.node);
        }
        let entry = self
            .journal
            .as_ref()
            .and_then(|j| j.rule(&self.graph, rule, step.rule, (step.class, &step.node), &step.way));
        if self.unite(step.class, new) {
            if let Some(journal) = &mut self.journal {
                journal.push(entry);
            }
            changed.insert(self.graph.find(new));
            *report.fired.entry(rule.name.clone()).or_insert(0) += 1;
            if rule.class == Class::Finite {
                report.finite.insert(rule.name.clone());
            }
        }
        self.grown(before, changed)
    }

    /// Whether `new` is a class whose only node is `node`: the rule gave back what it found.
    fn made(&self, node: &Node, new: Id) -> bool {
        let mut own = node.clone();
        own.update_children(|c| self.graph.find(c));
        let nodes = &self.graph[new].nodes;
        nodes.len() == 1 && nodes[0] == own
    }

    fn normalize(
        &mut self,
        class: Id,
        node: &Node,
        changed: &mut BTreeSet<Id>,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let before = self.graph.nodes().len();
        for found in normalize::normalize(&mut self.graph, class, node, self.options.is_strict()) {
            let entry = self.journal.as_ref().and_then(|j| j.built_in(&self.graph, node, class, &found));
            if let Some(new) = found.node.filter(|n| n != node) {
                self.sources.entry(new).or_default().insert(node.clone());
            }
            if found.better {
                self.mark_worse(node);
            }
            if self.unite(class, found.class) {
                if let Some(journal) = &mut self.journal {
                    journal.push(entry);
                }
                changed.insert(self.graph.find(class));
                *report.fired.entry(found.name.to_string()).or_insert(0) += 1;
            }
        }
        self.grown(before, changed)
    }

    /// Records the classes made since `before` and checks the budget.
    fn grown(&mut self, before: usize, changed: &mut BTreeSet<Id>) -> Result<(), Stop> {
        changed.extend((before..self.graph.nodes().len()).map(|i| self.graph.find(Id::from(i))));
        if self.graph.total_size() > self.max_nodes {
            self.rebuild();
            return Err(Stop::Nodes);
        }
        Ok(())
    }

    /// Makes two classes one if their types are the same and nothing known of them contradicts it; whether that is
    /// new.
    ///
    /// Where a program divides 0 by 0, rules of class `finite` make it 1 and 0. Were both believed, 1 would be 0 and
    /// every value equal to every other.
    fn unite(&mut self, a: Id, b: Id) -> bool {
        let (x, y) = (&self.graph[a].data, &self.graph[b].data);
        let different = x.splat.is_some() && y.splat.is_some() && x.splat != y.splat;
        let same_type = type_of(&self.graph, a) == type_of(&self.graph, b);
        same_type && !different && !x.facts.excludes(y.facts) && self.graph.union(a, b)
    }

    fn mark_worse(&mut self, node: &Node) {
        let mut all = vec![node.clone()];
        while let Some(node) = all.pop() {
            if self.worse.insert(node.clone()) {
                all.extend(self.sources.get(&node).into_iter().flatten().cloned());
            }
        }
    }

    /// Restores congruence, and rewrites what is said of nodes to their new names.
    fn rebuild(&mut self) {
        self.graph.rebuild();
        let find = |mut node: Node| {
            node.update_children(|c| self.graph.find(c));
            node
        };
        self.worse = std::mem::take(&mut self.worse).into_iter().map(find).collect();
        let mut sources: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
        for (node, from) in std::mem::take(&mut self.sources) {
            sources.entry(find(node)).or_default().extend(from.into_iter().map(find));
        }
        self.sources = sources;
        let marked: Vec<Node> = self.sources.keys().filter(|n| self.worse.contains(n)).cloned().collect();
        for node in marked {
            self.worse.remove(&node);
            self.mark_worse(&node);
        }
    }
}

/// Whether the options let a rule run.
pub(crate) fn allows(options: &Options, rule: &Rule) -> bool {
    let named = |set: &BTreeSet<String>| set.contains(&rule.name) || set.contains(&rule.family);
    options.classes.contains(&rule.class)
        && (options.include.is_empty() || named(&options.include))
        && !named(&options.exclude)
}
