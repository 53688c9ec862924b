//! Which classes have to be looked at again, and for what.
//!
//! A class waits with the changes below it and their distances. A change that no pattern can see from a class does not
//! bring that class back: see [`crate::search::rule_index`]. When a class's turn comes, those that use it hear of what is below it,
//! one op further away.

use crate::{
    egraph::{Changes, Graph, class_data, op_set::KindSet},
    search::{
        node_table::NodeTable,
        rule_index::{Change, RuleIndex},
    },
};
use egg::Id;
use smallvec::SmallVec;
use std::collections::VecDeque;

/// The classes that wait: those that changed themselves, the latest first, then the others in the order in which they
/// came. So what uses a class is looked at when the class has settled.
#[derive(Default)]
pub(crate) struct Worklist {
    changed: Vec<Id>,
    queue: VecDeque<Id>,
    /// For each id, what it waits with.
    waits: Vec<Waits>,
    /// E-nodes that use a class of which more is known, by the numbers egg gave them.
    pub(crate) refined: Vec<Id>,
}

/// What a class waits with.
#[derive(Clone, Default)]
struct Waits {
    /// Whether it may have new nodes.
    own: bool,
    /// Changes below it, one for each distance.
    below: SmallVec<[Change; 1]>,
}

impl Waits {
    fn is_empty(&self) -> bool {
        !self.own && self.below.is_empty()
    }

    fn add(&mut self, change: Change) {
        match self.below.iter_mut().find(|c| c.distance == change.distance) {
            Some(known) => known.what.add(change.what),
            None => self.below.push(change),
        }
    }
}

impl Worklist {
    /// Puts every class on the worklist.
    pub(crate) fn add_all(&mut self, graph: &Graph) {
        let mut all: Vec<Id> = graph.classes().map(|c| c.id).collect();
        all.sort_unstable();
        for class in all {
            let waits = self.of(class);
            if waits.is_empty() {
                waits.own = true;
                self.queue.push_back(class);
            }
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.queue.is_empty() && self.refined.is_empty()
    }

    fn of(&mut self, class: Id) -> &mut Waits {
        let at = usize::from(class);
        if at >= self.waits.len() {
            self.waits.resize(at + 1, Waits::default());
        }
        &mut self.waits[at]
    }

    /// The next class at which a rule may hold that did not before.
    pub(crate) fn next(
        &mut self,
        graph: &Graph,
        index: &RuleIndex<'_>,
        node_table: &NodeTable,
    ) -> Option<WorkItem> {
        while let Some(id) = self.changed.pop().or_else(|| self.queue.pop_front()) {
            let class = graph.find(id);
            let mut waits = std::mem::take(self.of(id));
            if class != id {
                let others = std::mem::take(self.of(class));
                waits.own |= others.own;
                others.below.into_iter().for_each(|change| waits.add(change));
            }
            if waits.is_empty() || class_data(graph, class).is_irreducible() {
                continue;
            }
            for change in &waits.below {
                let change = Change { distance: change.distance + 1, ..*change };
                graph[class].parents().for_each(|user| self.tell(graph, index, node_table, user, change));
            }
            return Some(WorkItem { class, own: waits.own, below: waits.below });
        }
        None
    }

    /// Puts the class of a node on the worklist if a pattern looks through the node at what has changed below it.
    fn tell(
        &mut self,
        graph: &Graph,
        index: &RuleIndex<'_>,
        node_table: &NodeTable,
        user: Id,
        change: Change,
    ) {
        let Some(kind) = graph.id_to_node(user).kind() else { return };
        let what = index.matters(kind, change);
        // What has a better equal was looked at once, and is not again: what could be found is found at that equal.
        if what.is_empty() || node_table.has_better(user) {
            return;
        }
        let class = graph.find(user);
        let waits = self.of(class);
        let new = waits.is_empty();
        waits.add(Change { what, ..change });
        if new {
            self.queue.push_back(class);
        }
    }

    /// Puts everything on the worklist that changes matter to.
    pub(crate) fn take(
        &mut self,
        graph: &Graph,
        index: &RuleIndex<'_>,
        node_table: &NodeTable,
        changes: &Changes,
    ) {
        for class in changes.classes.iter().rev() {
            let class = graph.find(*class);
            let waits = self.of(class);
            let new = waits.is_empty();
            waits.own = true;
            if new {
                self.changed.push(class);
            }
        }
        for (user, what) in changes.users.borrow().iter() {
            if !what.is_disjoint(KindSet::KNOWN) {
                self.refined.push(*user);
            }
            self.tell(graph, index, node_table, *user, Change { distance: 1, what: *what });
        }
        for class in &changes.refined {
            let change = Change { distance: 1, what: KindSet::KNOWN };
            self.refined.extend(graph[*class].parents());
            graph[*class].parents().for_each(|user| self.tell(graph, index, node_table, user, change));
        }
    }
}

/// A class to look at, and for what.
pub(crate) struct WorkItem {
    pub(crate) class: Id,
    /// Whether there may be new nodes in it.
    pub(crate) own: bool,
    /// What has changed below it.
    pub(crate) below: SmallVec<[Change; 1]>,
}
