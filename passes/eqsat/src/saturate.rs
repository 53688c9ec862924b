//! Runs rules over an e-graph until nothing new is found or a budget is spent.
//!
//! Contracting rules run class by class, those of the program from its arguments up, and what they find is there for
//! the next class. What changed, and what uses it through as many ops as a pattern has, goes back on the agenda; when
//! that is empty congruence is restored, which can change more. Expanding rules run once per window, on what the others
//! left. Budgets count e-nodes, matches and rounds of this kind: memory is bounded, and time has no say.

use crate::{
    Class, Options, Report, Stop,
    agenda::{Agenda, Below, Trigger, Turn},
    apply,
    explain::Journal,
    graph::{Graph, Node, canonical, type_of},
    hash::{FastMap, FastSet},
    marks::Marks,
    matcher::{self, Binding},
    normalize::{self, Member},
    pattern::Rule,
    products,
};
use egg::{Id, Language};
use thn_ir::OpKind;

/// The most nodes of a class that rules are looked for at. More come from cycles, such as x = (x - y) + y.
const MAX_NODES: usize = 32;

/// How far what rules made is from the program: a class made for one that was made for one of the program is two steps
/// away. Farther away nothing is looked for, so that circles such as x = (x / y) y end.
const MAX_GENERATION: u8 = 6;

/// An e-graph that is being saturated, and what the search has learnt about its nodes.
pub(crate) struct Search<'a> {
    pub(crate) graph: Graph,
    rules: &'a [Rule],
    options: &'a Options,
    /// Rules by the op at the root of their left sides: those that contract, and those that expand.
    index: [Vec<Vec<Trigger>>; 2],
    agenda: Agenda,
    /// Nodes, by the names that they had, at which every contracting rule was looked for.
    visited: FastSet<Node>,
    /// Nodes that are never chosen where their class has another: a stabilizing rule found a better form.
    pub(crate) marks: Marks,
    /// What made classes equal, if somebody wants to know.
    pub(crate) journal: Option<Journal>,
    /// What rules gave: a node of their own, or a class that there was already.
    gave: Vec<(usize, Given)>,
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
    way: Binding,
}

impl<'a> Search<'a> {
    /// A search over `graph` with the rules that `options` allow.
    pub(crate) fn new(graph: Graph, rules: &'a [Rule], options: &'a Options) -> Search<'a> {
        let mut index = [(); 2].map(|()| OpKind::ALL.iter().map(|_| vec![]).collect::<Vec<_>>());
        let allowed =
            || rules.iter().enumerate().filter(|(_, r)| options.allows(&r.name, &r.family, r.class));
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
            visited: FastSet::default(),
            marks: Marks::default(),
            journal: None,
            gave: vec![],
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
        self.agenda.add_all(&self.graph);
        self.agenda.take(&mut self.graph);
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
        self.graph.analysis.generation = 0;
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
        self.agenda.take(&mut self.graph);
        if self.graph.total_size() > self.max_nodes { Err(Stop::Nodes) } else { Ok(changed) }
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
                *report.used.entry(self.rules[*rule].name.clone()).or_insert(0) += 1;
            }
        }
    }

    /// Works through the agenda, and what congruence adds to it.
    fn contract(&mut self, report: &mut Report) -> Stop {
        loop {
            if self.iterations >= self.options.budget.iterations {
                return Stop::Iterations;
            }
            self.iterations += 1;
            let mut found = false;
            while let Some(turn) = self.agenda.next(&self.graph) {
                found = true;
                if let Err(stop) = self.visit(&turn, report) {
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

    /// Applies contracting rules at the nodes of a class: all of them at new nodes, at the others those that look far
    /// enough down.
    fn visit(&mut self, turn: &Turn, report: &mut Report) -> Result<(), Stop> {
        let class = turn.class;
        let generation = self.graph[class].data.generation;
        if generation >= MAX_GENERATION {
            return Ok(());
        }
        self.graph.analysis.generation = generation + 1;
        let mut steps = vec![];
        for node in self.nodes(class) {
            // What was found so far can have made the class a constant.
            if self.graph[class].data.settled() {
                break;
            }
            let distance = if self.visited.contains(&node) {
                let Some(below) = turn.below else { continue };
                below
            } else {
                self.visited.insert(node.clone());
                0
            };
            self.find(class, &node, false, distance, &mut steps, report);
            for step in steps.drain(..) {
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
        self.graph.analysis.generation = 0;
        for step in steps {
            self.apply(step, report)?;
        }
        self.agenda.take(&mut self.graph);
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
        let before = self.graph.nodes().len();
        let Some(new) = apply::build(&mut self.graph, rule, &step.way, step.class) else {
            return self.grown();
        };
        if rule.better && !self.made(&step.node, new) {
            self.marks.mark(&step.node);
        }
        if let Some(inner) = apply::under_sign(&mut self.graph, rule, &step.way, step.class) {
            self.marks.link(inner, &step.node);
        }
        let entry = self
            .journal
            .as_ref()
            .and_then(|j| j.rule(&self.graph, rule, step.rule, (step.class, &step.node), &step.way));
        if self.unite(step.class, new) {
            if let Some(journal) = &mut self.journal {
                journal.push(entry);
            }
            let old = usize::from(new) < before;
            self.gave.push((step.rule, if old { Given::Class(step.class) } else { Given::Node(new) }));
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
            if self.options.exclude.contains(found.name) {
                continue;
            }
            let entry = self.journal.as_ref().and_then(|j| j.built_in(&self.graph, node, class, &found));
            if let Some(new) = found.node.filter(|n| n != node)
                && !self.through_worse(&found.members)
            {
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

    /// Whether something was seen through an operand's node that is never chosen: what is better than that form need
    /// not be better than the op over what is chosen.
    fn through_worse(&self, members: &[Member]) -> bool {
        members.iter().any(|m| match m {
            Member::Node(node) => self.marks.is_worse(&canonical(&self.graph, node.clone())),
            _ => false,
        })
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
