//! Which ground terms are equal because of which equations: a congruence closure that remembers why.
//!
//! Every merge is an edge of a forest over terms, either an equation or a congruence of two ops whose operands were
//! equal by then. The path between two terms is therefore a proof, and proofs of operands only use older edges
//! (Nieuwenhuis and Oliveras, Proof-producing congruence closure, 2005).

use crate::egraph::{Graph, Head, Node};
use egg::Id;
use smallvec::SmallVec;
use std::collections::HashMap;

/// Why two terms are equal.
#[derive(Clone, Debug)]
pub(super) enum Edge {
    /// An equation by position, and whether it is read from left to right.
    Equation(usize, bool),
    /// Same op, equal operands: the pairs of operands that are not the same term, and their places, which mean
    /// nothing in commutative ops.
    Operands(Vec<(usize, Id, Id)>),
}

impl Edge {
    fn reversed(&self) -> Edge {
        match self {
            Edge::Equation(number, forward) => Edge::Equation(*number, !forward),
            Edge::Operands(pairs) => Edge::Operands(pairs.iter().map(|(i, a, b)| (*i, *b, *a)).collect()),
        }
    }
}

/// A congruence closure over the terms of a graph in which nothing is united.
#[derive(Default)]
pub(super) struct Closure {
    class: Vec<usize>,
    /// Terms of each class, by the class's number.
    members: Vec<Vec<Id>>,
    /// Terms that have a term of the class as an operand.
    users: Vec<Vec<Id>>,
    table: HashMap<(Head, SmallVec<[usize; 3]>), Id>,
    /// The next term on the way to the root of the proof tree.
    proof: Vec<Option<(Id, Edge)>>,
}

pub(super) fn commutes(node: &Node) -> bool {
    node.kind().is_some_and(|k| k.row().commutative)
}

impl Closure {
    /// Takes in the terms that `terms` has gained.
    pub(super) fn grow(&mut self, terms: &Graph) {
        for i in self.class.len()..terms.nodes().len() {
            let id = Id::from(i);
            self.class.push(i);
            self.members.push(vec![id]);
            self.users.push(vec![]);
            self.proof.push(None);
            for child in &terms.nodes()[i].children {
                let class = self.class[usize::from(*child)];
                self.users[class].push(id);
            }
            let mut work = vec![];
            self.enter(terms, id, &mut work);
            self.settle(terms, work);
        }
    }

    /// Whether two terms are known to be equal.
    pub(super) fn equal(&self, a: Id, b: Id) -> bool {
        self.class[usize::from(a)] == self.class[usize::from(b)]
    }

    /// Terms that are known to be equal to one, itself among them, oldest first.
    pub(super) fn members(&self, term: Id) -> Vec<Id> {
        let mut all = self.members[self.class[usize::from(term)]].clone();
        all.sort_unstable();
        all
    }

    /// Makes two terms equal by an equation.
    pub(super) fn unite(&mut self, terms: &Graph, left: Id, right: Id, equation: usize) {
        self.settle(terms, vec![(left, right, Edge::Equation(equation, true))]);
    }

    /// Enters a term under what its operands are now; a term that is there already is equal to it.
    fn enter(&mut self, terms: &Graph, term: Id, work: &mut Vec<(Id, Id, Edge)>) {
        let node = &terms.nodes()[usize::from(term)];
        let mut key: SmallVec<[usize; 3]> =
            node.children.iter().map(|c| self.class[usize::from(*c)]).collect();
        if commutes(node) {
            key.sort_unstable();
        }
        let found = *self.table.entry((node.head, key)).or_insert(term);
        if !self.equal(found, term) {
            let pairs = self.pairs(node, &terms.nodes()[usize::from(found)]);
            work.push((term, found, Edge::Operands(pairs)));
        }
    }

    /// The operands of two congruent ops that differ, each with its equal.
    fn pairs(&self, a: &Node, b: &Node) -> Vec<(usize, Id, Id)> {
        if !commutes(a) {
            let both = a.children.iter().zip(&b.children).enumerate();
            return both.filter(|(_, (x, y))| x != y).map(|(i, (x, y))| (i, *x, *y)).collect();
        }
        let mut left: Vec<Id> = b.children.to_vec();
        let mut other = vec![];
        for (i, child) in a.children.iter().enumerate() {
            match left.iter().position(|c| c == child) {
                Some(at) => drop(left.remove(at)),
                None => other.push((i, *child)),
            }
        }
        let mut pairs = vec![];
        for (i, child) in other {
            if let Some(at) = left.iter().position(|c| self.equal(*c, child)) {
                pairs.push((i, child, left.remove(at)));
            }
        }
        pairs
    }

    fn settle(&mut self, terms: &Graph, mut work: Vec<(Id, Id, Edge)>) {
        let mut next = 0;
        while next < work.len() {
            let (a, b, edge) = work[next].clone();
            next += 1;
            if self.equal(a, b) {
                continue;
            }
            let (x, y) = (self.class[usize::from(a)], self.class[usize::from(b)]);
            // The smaller class moves.
            let (from, from_class, to, to_class, edge) = if self.members[x].len() <= self.members[y].len() {
                (a, x, b, y, edge)
            } else {
                (b, y, a, x, edge.reversed())
            };
            self.make_root(from);
            self.proof[usize::from(from)] = Some((to, edge));
            let moved = std::mem::take(&mut self.members[from_class]);
            for term in &moved {
                self.class[usize::from(*term)] = to_class;
            }
            self.members[to_class].extend(moved);
            let users = std::mem::take(&mut self.users[from_class]);
            for user in &users {
                self.enter(terms, *user, &mut work);
            }
            self.users[to_class].extend(users);
        }
    }

    /// Turns the edges from a term to the root of its tree around.
    fn make_root(&mut self, term: Id) {
        let mut at = term;
        let mut before: Option<(Id, Edge)> = None;
        loop {
            let next = std::mem::replace(&mut self.proof[usize::from(at)], before);
            let Some((parent, edge)) = next else { return };
            before = Some((at, edge.reversed()));
            at = parent;
        }
    }

    /// The edges from one term to an equal one, each with the term it leads to.
    pub(super) fn path(&self, from: Id, to: Id) -> Option<Vec<(Id, Edge)>> {
        let up = |start: Id| {
            let mut steps = vec![];
            let mut at = start;
            while let Some((parent, edge)) = &self.proof[usize::from(at)] {
                steps.push((at, *parent, edge.clone()));
                at = *parent;
            }
            (at, steps)
        };
        let ((a, mut left), (b, mut right)) = (up(from), up(to));
        if a != b {
            return None;
        }
        while let (Some(x), Some(y)) = (left.last(), right.last())
            && x.0 == y.0
        {
            left.pop();
            right.pop();
        }
        let mut path: Vec<(Id, Edge)> = left.into_iter().map(|(_, parent, edge)| (parent, edge)).collect();
        path.extend(right.into_iter().rev().map(|(child, _, edge)| (child, edge.reversed())));
        Some(path)
    }
}
