//! What the search remembers of e-nodes while classes are united and nodes renamed: whether rules were looked for at
//! them, and whether a stabilizing rule found a better form.
//!
//! Which form is the better one does not depend on which rule found its form first. What is better than a part of a right
//! side is better than the left side, for no right side loses more digits than its left; what is better than a node is
//! better than the node's fallbacks.
//!
//! The e-graph renames the nodes of a class only when congruence is restored, which takes a pass over everything.
//! This table renames what a union changes at once, and so also finds at once which nodes have become equal.

use crate::{
    egraph::{Graph, Node},
    hash::FastMap,
};
use egg::{Id, Language};
use std::collections::hash_map::Entry;

/// The number of an e-node: the one that the e-graph gave it.
type Number = u32;

/// The name of a node today: what it uses under today's names, in the order in which it was made.
fn name(graph: &Graph, node: &Node) -> Node {
    let mut node = node.clone();
    node.update_children(|c| graph.find(c));
    node
}

/// What is remembered of an e-node.
#[derive(Clone, Copy, Default)]
struct Notes {
    visited: bool,
    /// How good the best is that a rule found instead of it.
    found: Merit,
    /// How good the best is that was found instead of what it stands for.
    linked: Merit,
    /// It was made as a fallback for a node that there is something better for.
    outdone: bool,
    /// It is what a rule that is no fallback found to be better; only what is found instead of it itself says more.
    preferred: bool,
}

impl Notes {
    /// How good the best is that there is instead of it.
    fn better(self) -> Merit {
        match self {
            Notes { preferred: true, .. } => self.found,
            Notes { outdone: true, .. } => Merit::Better,
            _ => self.found.max(self.linked),
        }
    }

    /// What is said of either of two nodes that are one.
    fn merge(self, other: Notes) -> Notes {
        Notes {
            visited: self.visited || other.visited,
            found: self.found.max(other.found),
            linked: self.linked.max(other.linked),
            outdone: self.outdone || other.outdone,
            preferred: self.preferred || other.preferred,
        }
    }
}

/// How good a form is that was found instead of a node.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Merit {
    /// There is none.
    #[default]
    None,
    /// It computes less of the same.
    Less,
    /// It loses fewer digits, but any [`Merit::Better`] form of the same node is better still.
    Fallback,
    /// It loses fewer digits.
    Better,
}

/// A node that what is found for another is better than, too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Source {
    node: Number,
    /// If it is as good as this.
    from: Merit,
}

/// Notes on e-nodes by their numbers.
#[derive(Default)]
struct Numbered {
    /// For each e-node, one that it is equal to and that the notes on it are kept under; itself, if they are its own.
    same: Vec<Number>,
    /// For each e-node that has notes of its own, whether rules were looked for at it, and whether it has a better equal.
    notes: Vec<Notes>,
}

impl Numbered {
    /// The e-node that the notes on one are kept under.
    fn root(&self, mut number: Number) -> Number {
        while self.same[number as usize] != number {
            number = self.same[number as usize];
        }
        number
    }

    /// [`Numbered::root`], which is one step away from then on.
    fn find(&mut self, number: Number) -> Number {
        let root = self.root(number);
        let mut at = number;
        while at != root {
            at = std::mem::replace(&mut self.same[at as usize], root);
        }
        root
    }

    /// How good the best is that there is instead of an e-node.
    fn better(&self, number: Number) -> Merit {
        self.notes[self.root(number) as usize].better()
    }

    /// Takes a note; the node, if there is something better for it from now on.
    fn note(&mut self, node: Number, take: impl Fn(&mut Notes)) -> Option<Number> {
        let node = self.find(node);
        let notes = &mut self.notes[node as usize];
        let before = notes.better();
        take(notes);
        (notes.better() > before).then_some(node)
    }

    /// Keeps the notes on `from`, which has its own, under `to`.
    fn merge(&mut self, to: Number, from: Number) {
        self.same[from as usize] = to;
        let [one, other] = [to, from].map(|n| self.notes[n as usize]);
        self.notes[to as usize] = one.merge(other);
    }
}

/// Notes on e-nodes under today's names.
#[derive(Default)]
pub(crate) struct NodeTable {
    /// E-nodes by the names that they have and had.
    names: FastMap<Node, Number>,
    noted: Numbered,
    /// For a node, those it was made from: what is better than it is better than they are.
    sources: FastMap<Number, Vec<Source>>,
    /// For a node, its fallbacks.
    fallbacks: FastMap<Number, Vec<Number>>,
}

impl NodeTable {
    /// Takes in the e-nodes that were made since it was last asked. Gives pairs of e-nodes that are one.
    pub(crate) fn catch_up(&mut self, graph: &Graph) -> Vec<(Id, Id)> {
        let (known, all) = (self.noted.same.len(), graph.nodes().len());
        self.noted.same.extend((known..all).map(|n| n as Number));
        self.noted.notes.resize(all, Notes::default());
        (known..all).filter_map(|n| self.rename(graph, Id::from(n))).collect()
    }

    /// Gives an e-node its name of today; if another has it already, notes on both are one, and the classes must be.
    pub(crate) fn rename(&mut self, graph: &Graph, node: Id) -> Option<(Id, Id)> {
        let number = self.noted.find(usize::from(node) as Number);
        let name = name(graph, graph.id_to_node(node));
        let other = match self.names.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(number);
                return None;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let other = self.noted.find(other);
        if other == number {
            return None;
        }
        self.merge(other, number);
        let class = |n: Number| Id::from(n as usize);
        (graph.find(class(other)) != graph.find(class(number))).then(|| (class(other), class(number)))
    }

    /// Keeps the notes on `from` under `to`.
    fn merge(&mut self, to: Number, from: Number) {
        self.noted.merge(to, from);
        if let Some(sources) = self.sources.remove(&from) {
            self.sources.entry(to).or_default().extend(sources);
        }
        if let Some(fallbacks) = self.fallbacks.remove(&from) {
            self.fallbacks.entry(to).or_default().extend(fallbacks);
        }
        self.spread(to);
    }

    /// The number that the e-graph has for a node, if it has it.
    fn named(&self, graph: &Graph, node: &Node) -> Option<Number> {
        self.names.get(node).or_else(|| self.names.get(&name(graph, node))).copied()
    }

    /// The number that the notes on a node are kept under.
    fn number(&mut self, graph: &Graph, node: &Node) -> Option<Number> {
        let number = self.named(graph, node)?;
        Some(self.noted.find(number))
    }

    /// Notes that rules were looked for at a node; whether they were not before.
    pub(crate) fn visit(&mut self, graph: &Graph, node: &Node) -> bool {
        let Some(number) = self.number(graph, node) else { return true };
        !std::mem::replace(&mut self.noted.notes[number as usize].visited, true)
    }

    /// Whether a node has a better equal: it is never chosen where its class has another.
    pub(crate) fn is_worse(&self, graph: &Graph, node: &Node) -> bool {
        self.named(graph, node).is_some_and(|number| self.noted.better(number) > Merit::None)
    }

    /// Whether an e-node, by its number, has a better equal than any fallback.
    pub(crate) fn has_better(&self, node: Id) -> bool {
        let number = usize::from(node) as Number;
        usize::from(node) < self.noted.same.len()
            && !matches!(self.noted.better(number), Merit::None | Merit::Fallback)
    }

    /// Says that there is something better than a node.
    pub(crate) fn mark(&mut self, graph: &Graph, node: &Node, found: Merit) {
        if let Some(number) = self.number(graph, node) {
            let changed = self.noted.note(number, |notes| notes.found = notes.found.max(found));
            changed.into_iter().for_each(|node| self.spread(node));
        }
    }

    /// Tells the sources and fallbacks of a node what was found instead of it.
    fn spread(&mut self, number: Number) {
        let mut all = vec![number];
        while let Some(number) = all.pop() {
            let found = self.noted.better(number);
            if found == Merit::None {
                continue;
            }
            for Source { node, from } in self.sources.get(&number).into_iter().flatten() {
                if *from <= found {
                    all.extend(self.noted.note(*node, |notes| notes.linked = notes.linked.max(found)));
                }
            }
            if found == Merit::Better {
                for fallback in self.fallbacks.get(&number).into_iter().flatten() {
                    all.extend(self.noted.note(*fallback, |notes| notes.outdone = true));
                }
            }
        }
    }

    /// Says that a rule that is no fallback found a node to be better than another.
    pub(crate) fn prefer(&mut self, graph: &Graph, node: &Node) {
        if let Some(number) = self.number(graph, node) {
            self.noted.notes[number as usize].preferred = true;
        }
    }

    /// Says that `fallback` is one for `node`: whatever else is better than the node is better than the fallback.
    pub(crate) fn add_fallback(&mut self, graph: &Graph, node: &Node, fallback: &Node) {
        let (Some(node), Some(fallback)) = (self.number(graph, node), self.number(graph, fallback)) else {
            return;
        };
        self.fallbacks.entry(node).or_default().push(fallback);
        if self.noted.better(node) == Merit::Better
            && let Some(node) = self.noted.note(fallback, |notes| notes.outdone = true)
        {
            self.spread(node);
        }
    }

    /// Says that what is found for `node`, if it is as good as `from`, is better than `source`, too.
    pub(crate) fn link(&mut self, graph: &Graph, node: &Node, source: &Node, from: Merit) {
        let (Some(node), Some(source)) = (self.number(graph, node), self.number(graph, source)) else {
            return;
        };
        if node == source {
            return;
        }
        let link = Source { node: source, from };
        let sources = self.sources.entry(node).or_default();
        if !sources.contains(&link) {
            sources.push(link);
        }
        let found = self.noted.better(node);
        if from <= found
            && let Some(node) = self.noted.note(source, |notes| notes.linked = notes.linked.max(found))
        {
            self.spread(node);
        }
    }
}
