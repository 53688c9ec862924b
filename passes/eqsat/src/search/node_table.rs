//! What the search remembers of e-nodes while classes are united and nodes renamed: whether rules were looked for at
//! them, and whether a stabilizing rule found a better form.
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
    worse: bool,
}

/// Notes on e-nodes under today's names.
#[derive(Default)]
pub(crate) struct NodeTable {
    /// E-nodes by the names that they have and had.
    names: FastMap<Node, Number>,
    /// For each e-node, one that it is equal to and that the notes on it are kept under; itself, if they are its own.
    same: Vec<Number>,
    /// For each e-node that has notes of its own, whether rules were looked for at it, and whether it has a better equal.
    notes: Vec<Notes>,
    /// For a node in normal form, the nodes it was made from: what is better than it is better than they are.
    sources: FastMap<Number, Vec<Number>>,
}

impl NodeTable {
    /// Takes in the e-nodes that were made since it was last asked. Gives pairs of e-nodes that are one.
    pub(crate) fn catch_up(&mut self, graph: &Graph) -> Vec<(Id, Id)> {
        let known = self.same.len();
        self.same.extend((known..graph.nodes().len()).map(|n| n as Number));
        self.notes.resize(self.same.len(), Notes::default());
        (known..graph.nodes().len()).filter_map(|n| self.rename(graph, Id::from(n))).collect()
    }

    /// Gives an e-node its name of today; if another has it already, notes on both are one, and the classes must be.
    pub(crate) fn rename(&mut self, graph: &Graph, node: Id) -> Option<(Id, Id)> {
        let number = self.find(usize::from(node) as Number);
        let name = name(graph, graph.id_to_node(node));
        let other = match self.names.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(number);
                return None;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let other = self.find(other);
        if other == number {
            return None;
        }
        self.merge(other, number);
        let class = |n: Number| Id::from(n as usize);
        (graph.find(class(other)) != graph.find(class(number))).then(|| (class(other), class(number)))
    }

    /// The e-node that the notes on one are kept under.
    fn root(&self, mut number: Number) -> Number {
        while self.same[number as usize] != number {
            number = self.same[number as usize];
        }
        number
    }

    /// [`NodeTable::root`], which is one step away from then on.
    fn find(&mut self, number: Number) -> Number {
        let root = self.root(number);
        let mut at = number;
        while at != root {
            at = std::mem::replace(&mut self.same[at as usize], root);
        }
        root
    }

    /// Keeps the notes on `from` under `to`.
    fn merge(&mut self, to: Number, from: Number) {
        self.same[from as usize] = to;
        let old = self.notes[from as usize];
        let new = &mut self.notes[to as usize];
        let worse = old.worse || new.worse;
        *new = Notes { visited: old.visited || new.visited, worse: false };
        if let Some(sources) = self.sources.remove(&from) {
            self.sources.entry(to).or_default().extend(sources);
        }
        if worse {
            self.mark_number(to);
        }
    }

    /// The number that the e-graph has for a node, if it has it.
    fn named(&self, graph: &Graph, node: &Node) -> Option<Number> {
        self.names.get(node).or_else(|| self.names.get(&name(graph, node))).copied()
    }

    /// The number that the notes on a node are kept under.
    fn number(&mut self, graph: &Graph, node: &Node) -> Option<Number> {
        let number = self.named(graph, node)?;
        Some(self.find(number))
    }

    /// Notes that rules were looked for at a node; whether they were not before.
    pub(crate) fn visit(&mut self, graph: &Graph, node: &Node) -> bool {
        let Some(number) = self.number(graph, node) else { return true };
        !std::mem::replace(&mut self.notes[number as usize].visited, true)
    }

    /// Whether a node has a better equal: it is never chosen where its class has another.
    pub(crate) fn is_worse(&self, graph: &Graph, node: &Node) -> bool {
        self.named(graph, node).is_some_and(|number| self.notes[self.root(number) as usize].worse)
    }

    /// Whether an e-node, by its number, has a better equal.
    pub(crate) fn has_better(&self, node: Id) -> bool {
        let number = usize::from(node) as Number;
        usize::from(node) < self.same.len() && self.notes[self.root(number) as usize].worse
    }

    /// Says that there is something better than a node.
    pub(crate) fn mark(&mut self, graph: &Graph, node: &Node) {
        if let Some(number) = self.number(graph, node) {
            self.mark_number(number);
        }
    }

    fn mark_number(&mut self, number: Number) {
        let mut all = vec![number];
        while let Some(number) = all.pop() {
            let number = self.find(number);
            if !std::mem::replace(&mut self.notes[number as usize].worse, true) {
                all.extend(self.sources.get(&number).into_iter().flatten());
            }
        }
    }

    /// Says that `node` stands for the same computation as `source`.
    pub(crate) fn link(&mut self, graph: &Graph, node: &Node, source: &Node) {
        let (Some(node), Some(source)) = (self.number(graph, node), self.number(graph, source)) else {
            return;
        };
        if node == source {
            return;
        }
        let sources = self.sources.entry(node).or_default();
        if !sources.contains(&source) {
            sources.push(source);
        }
        if self.notes[node as usize].worse {
            self.mark_number(source);
        }
    }
}
