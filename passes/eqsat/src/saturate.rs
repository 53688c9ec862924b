//! Runs rules over an e-graph until nothing new is found or a budget is spent.
//!
//! Contracting rules run class by class, those of the program from its arguments up, and what they find is there for
//! the next class. What changed, and what uses it through as many ops as a pattern has, goes back on the agenda; when
//! that is empty congruence is restored, which can change more. Expanding rules run once per window, on what the others
//! left. Budgets count e-nodes, matches and rounds of this kind: memory is bounded, and time has no say.

use crate::{
    Class, Options, Report, Stop,
    agenda::{Agenda, Below, Trigger},
    apply,
    explain::Journal,
    graph::{Graph, Node, canonical, type_of},
    marks::Marks,
    matcher::{self, Binding},
    normalize,
    pattern::Rule,
    products,
};
use egg::{Id, Language};
use std::collections::BTreeSet;
use thn_ir::OpKind;

/// The most nodes of a class that rules are looked for at. More come from cycles, such as x = (x - y) + y.
const MAX_NODES: usize = 32;

/// An e-graph that is being saturated, and what the search has learnt about its nodes.
pub(crate) struct Search<'a> {
    pub(crate) graph: Graph,
    rules: &'a [Rule],
    options: &'a Options,
    /// Rules by the op at the root of their left sides: those that contract, and those that expand.
    index: [Vec<Vec<Trigger>>; 2],
    agenda: Agenda,
    /// Nodes that are never chosen where their class has another: a stabilizing rule found a better form.
    pub(crate) marks: Marks,
    /// What made classes equal, if somebody wants to know.
    pub(crate) journal: Option<Journal>,
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
        let mut index = [(); 2].map(|()| OpKind::ALL.iter().map(|_| vec![]).collect::<Vec<_>>());
        let allowed = || rules.iter().enumerate().filter(|(_, rule)| allows(options, rule));
        for (i, rule) in allowed() {
            if let Some(root) = rule.left.root() {
                index[usize::from(rule.expand)][root as usize].push(Trigger::new(i, rule));
            }
        }
        let size = graph.total_size();
        Search {
            rules,
            options,
            index,
            agenda: Agenda::new(allowed().map(|(_, rule)| rule).filter(|r| !r.expand)),
            marks: Marks::default(),
            journal: None,
            max_nodes: size * options.budget.nodes_per_node + options.budget.nodes,
            max_matches: size * options.budget.matches_per_node + options.budget.nodes,
            matches: 0,
            iterations: 0,
            graph,
        }
    }

    /// Contracts to saturation, chooses the order of products, then expands and contracts in windows.
    pub(crate) fn run(&mut self, roots: &[Id], report: &mut Report) {
        self.rebuild();
        let mut stop = report.phase("contract", |report| self.contract(report));
        if stop == Stop::Saturated && !self.options.is_strict() {
            stop = match report.phase("products", |report| self.products(roots, report)) {
                Ok(true) => report.phase("products", |report| self.contract(report)),
                Ok(false) => stop,
                Err(reason) => reason,
            };
        }
        for _ in 0..self.options.budget.windows {
            if stop != Stop::Saturated {
                break;
            }
            stop = report.phase("expand", |report| match self.expand(report) {
                Ok(()) => self.contract(report),
                Err(stop) => stop,
            });
        }
        self.rebuild();
        report.nodes += self.graph.total_size();
        report.classes += self.graph.number_of_classes();
        report.iterations += self.iterations;
        if stop != Stop::Saturated {
            report.stop = stop;
        }
    }

    /// Puts products of matrices into their cheapest order; whether that found anything.
    fn products(&mut self, roots: &[Id], report: &mut Report) -> Result<bool, Stop> {
        let mut changed = false;
        for found in products::products(&mut self.graph, roots) {
            let entry = self.journal.as_ref().and_then(|j| j.product(&self.graph, &found));
            if self.unite(found.class, found.equal) {
                if let Some(journal) = &mut self.journal {
                    journal.push(entry);
                }
                changed = true;
                *report.fired.entry(found.name.to_string()).or_insert(0) += 1;
            }
        }
        self.rebuild();
        if self.graph.total_size() > self.max_nodes { Err(Stop::Nodes) } else { Ok(changed) }
    }

    /// Works through the agenda, and what congruence adds to it.
    fn contract(&mut self, report: &mut Report) -> Stop {
        self.agenda.take(&mut self.graph);
        loop {
            if self.iterations >= self.options.budget.iterations {
                return Stop::Iterations;
            }
            self.iterations += 1;
            let mut found = false;
            while let Some((class, distance)) = self.agenda.next(&self.graph) {
                found = true;
                if let Err(stop) = self.visit(class, distance, report) {
                    return stop;
                }
                self.agenda.take(&mut self.graph);
            }
            if !found {
                return Stop::Saturated;
            }
            self.rebuild();
            self.agenda.take(&mut self.graph);
        }
    }

    /// Applies contracting rules at every node of a class; `distance` ops below it something has changed.
    fn visit(&mut self, class: Id, distance: u8, report: &mut Report) -> Result<(), Stop> {
        for node in self.nodes(class) {
            // What was found so far can have made the class a constant.
            if self.graph[class].data.settled() {
                break;
            }
            let mut steps = vec![];
            self.find(class, &node, false, distance, &mut steps, report);
            for step in steps {
                self.apply(step, report)?;
            }
            if distance <= 1 {
                self.normalize(class, &node, report)?;
            }
        }
        Ok(())
    }

    /// Applies expanding rules everywhere, once.
    fn expand(&mut self, report: &mut Report) -> Result<(), Stop> {
        self.iterations += 1;
        let mut all: Vec<Id> = self.graph.classes().map(|c| c.id).collect();
        all.sort_unstable();
        let mut steps = vec![];
        for class in all {
            for node in self.nodes(class) {
                self.find(class, &node, true, 0, &mut steps, report);
            }
        }
        for step in steps {
            self.apply(step, report)?;
        }
        Ok(())
    }

    /// The nodes of a class that rules are looked for at, under today's names; none if nothing better can be found.
    fn nodes(&self, class: Id) -> Vec<Node> {
        let class = &self.graph[class];
        if class.data.settled() {
            return vec![];
        }
        let renamed = |node: &Node| {
            let mut node = node.clone();
            node.update_children(|c| self.graph.find(c));
            node
        };
        let mut nodes: Vec<Node> = class.nodes.iter().map(renamed).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if nodes.len() > MAX_NODES { vec![] } else { nodes }
    }

    fn find(
        &self,
        class: Id,
        node: &Node,
        expand: bool,
        distance: u8,
        steps: &mut Vec<Step>,
        report: &mut Report,
    ) {
        let Some(kind) = node.kind() else { return };
        let below = Below::new(&self.graph, node);
        for trigger in &self.index[usize::from(expand)][kind as usize] {
            if trigger.reach < distance || !below.admits(trigger) {
                continue;
            }
            let rule = &self.rules[trigger.rule];
            let ways = || {
                let mut ways = matcher::find(&self.graph, rule, node);
                ways.retain(|way| apply::allowed(&self.graph, rule, way));
                ways
            };
            let ways = report.rule(&rule.name, ways, |rule, ways| {
                rule.tried += 1;
                rule.matches += ways.len();
            });
            let step = |way| Step { rule: trigger.rule, class, node: node.clone(), way };
            steps.extend(ways.into_iter().map(step));
        }
    }

    fn apply(&mut self, step: Step, report: &mut Report) -> Result<(), Stop> {
        self.matches += 1;
        if self.matches > self.max_matches {
            return Err(Stop::Matches);
        }
        let rule = &self.rules[step.rule];
        let Some(new) = apply::build(&mut self.graph, rule, &step.way, step.class) else {
            return self.grown();
        };
        if rule.better && !self.made(&step.node, new) {
            self.marks.mark(&step.node);
        }
        let entry = self
            .journal
            .as_ref()
            .and_then(|j| j.rule(&self.graph, rule, step.rule, (step.class, &step.node), &step.way));
        if self.unite(step.class, new) {
            if let Some(journal) = &mut self.journal {
                journal.push(entry);
            }
            *report.fired.entry(rule.name.clone()).or_insert(0) += 1;
            if rule.class == Class::Finite {
                report.finite.insert(rule.name.clone());
            }
        }
        self.grown()
    }

    /// Whether `new` is a class whose only node is `node`: the rule gave back what it found.
    fn made(&self, node: &Node, new: Id) -> bool {
        let own = canonical(&self.graph, node.clone());
        self.graph[new].nodes.iter().all(|n| canonical(&self.graph, n.clone()) == own)
    }

    fn normalize(&mut self, class: Id, node: &Node, report: &mut Report) -> Result<(), Stop> {
        for found in normalize::normalize(&mut self.graph, class, node, self.options.is_strict()) {
            let entry = self.journal.as_ref().and_then(|j| j.built_in(&self.graph, node, class, &found));
            if let Some(new) = found.node.filter(|n| n != node) {
                self.marks.link(new, node);
            }
            if found.better {
                self.marks.mark(node);
            }
            if self.unite(class, found.class) {
                if let Some(journal) = &mut self.journal {
                    journal.push(entry);
                }
                *report.fired.entry(found.name.to_string()).or_insert(0) += 1;
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
        let (x, y) = (&self.graph[a].data, &self.graph[b].data);
        let different = x.splat.is_some() && y.splat.is_some() && x.splat != y.splat;
        let same_type = type_of(&self.graph, a) == type_of(&self.graph, b);
        same_type && !different && !x.facts.excludes(y.facts) && self.graph.union(a, b)
    }

    /// Restores congruence, and rewrites what is said of nodes to their new names.
    fn rebuild(&mut self) {
        self.graph.rebuild();
        self.marks.rename(&self.graph);
    }
}

/// Whether the options let a rule run.
pub(crate) fn allows(options: &Options, rule: &Rule) -> bool {
    let named = |set: &BTreeSet<String>| set.contains(&rule.name) || set.contains(&rule.family);
    options.classes.contains(&rule.class)
        && (options.include.is_empty() || named(&options.include))
        && !named(&options.exclude)
}
