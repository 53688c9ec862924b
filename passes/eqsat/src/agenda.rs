//! Which classes have to be looked at again, and for what.
//!
//! A class waits with the numbers of ops between it and changes below it. A pattern looks down only so far, and only
//! through certain ops: a change that no pattern can see from a class does not bring that class back. When a class's
//! turn comes, those that use it hear of what is below it, one op further away.

use crate::{
    graph::{Changes, Graph, Node},
    kinds::KindSet,
    normalize,
    pattern::{Argument, Pattern, Rule},
};
use egg::Id;
use std::collections::VecDeque;
use thn_ir::OpKind;

/// Changes further away than this count as this far: no rule looks so deep.
const FARTHEST: u8 = 15;

/// The classes that wait: those that changed themselves, the latest first, then the others in the order in which they
/// came. So what uses a class is looked at when the class has settled.
pub(crate) struct Agenda {
    changed: Vec<Id>,
    queue: VecDeque<Id>,
    /// For each id, the distances with which it waits, as bits.
    waits: Vec<u16>,
    /// For each distance, less one, the ops that a pattern looks through that far above what it looks at.
    above: Vec<KindSet>,
    /// For each distance, the ops at which something looks at least that far.
    roots: Vec<KindSet>,
}

impl Agenda {
    /// An empty agenda for changes that matter to `rules`.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = &'r Rule>) -> Agenda {
        // Rewrites that are no rules look at operands.
        let built_in = OpKind::ALL.iter().copied().filter(|k| normalize::looks_at(*k));
        let built_in = built_in.map(KindSet::of).fold(KindSet::default(), KindSet::union);
        let mut above = vec![built_in];
        let mut roots = vec![built_in; 2];
        for rule in rules {
            let mut paths = Paths { rule, above: &mut above, path: vec![] };
            paths.walk(&rule.left);
            let reach = usize::from(reach(rule));
            roots.resize(roots.len().max(reach + 1), KindSet::default());
            for distance in &mut roots[..=reach] {
                rule.left.root().into_iter().for_each(|root| distance.insert(root));
            }
        }
        Agenda { changed: vec![], queue: VecDeque::new(), waits: vec![], above, roots }
    }

    /// Puts every class on the agenda.
    pub(crate) fn add_all(&mut self, graph: &Graph) {
        let mut all: Vec<Id> = graph.classes().map(|c| c.id).collect();
        all.sort_unstable();
        for class in all {
            if self.note(class, 0) {
                self.queue.push_back(class);
            }
        }
    }

    /// Notes a change below a class; whether the class did not wait before.
    fn note(&mut self, class: Id, distance: u8) -> bool {
        let at = usize::from(class);
        if at >= self.waits.len() {
            self.waits.resize(at + 1, 0);
        }
        let new = self.waits[at] == 0;
        self.waits[at] |= 1 << distance.min(FARTHEST);
        new
    }

    /// The next class at which a rule may hold that did not before.
    pub(crate) fn next(&mut self, graph: &Graph) -> Option<Turn> {
        while let Some(id) = self.changed.pop().or_else(|| self.queue.pop_front()) {
            let class = graph.find(id);
            let mut waits = 0;
            for at in [usize::from(id), usize::from(class)] {
                waits |= self.waits.get_mut(at).map_or(0, std::mem::take);
            }
            if waits == 0 || graph[class].data.settled() {
                continue;
            }
            for distance in (1..FARTHEST).filter(|d| waits >> d & 1 == 1) {
                self.tell(graph, graph[class].parents(), distance + 1);
            }
            let below = (waits >> 1 != 0).then(|| (waits & !1).trailing_zeros() as u8);
            let roots = self.roots.get(waits.trailing_zeros() as usize).copied().unwrap_or_default();
            if !graph[class].data.kinds.is_disjoint(roots) {
                return Some(Turn { class, below });
            }
        }
        None
    }

    /// Puts the classes of nodes on the agenda through which a pattern looks at what is `distance` ops below.
    fn tell(&mut self, graph: &Graph, users: impl Iterator<Item = Id>, distance: u8) {
        let Some(through) = self.above.get(usize::from(distance) - 1).copied() else { return };
        for user in users {
            if graph.id_to_node(user).kind().is_some_and(|k| through.contains(k)) {
                let class = graph.find(user);
                if self.note(class, distance) {
                    self.queue.push_back(class);
                }
            }
        }
    }

    /// Puts everything on the agenda that changes matter to.
    pub(crate) fn take(&mut self, graph: &mut Graph) {
        let Changes { classes, refined, users } = std::mem::take(&mut graph.analysis.changes);
        for class in classes.into_iter().rev() {
            let class = graph.find(class);
            if self.note(class, 0) {
                self.changed.push(class);
            }
        }
        self.tell(graph, users.into_inner().into_iter(), 1);
        for class in refined {
            self.tell(graph, graph[class].parents(), 1);
        }
    }
}

/// What a class waited for.
pub(crate) struct Turn {
    pub(crate) class: Id,
    /// How many ops below it the nearest change is, if there is one other than nodes of its own.
    pub(crate) below: Option<u8>,
}

/// How many ops lie between the root of a rule and the deepest thing that it looks at.
pub(crate) fn reach(rule: &Rule) -> u8 {
    let mut above = vec![];
    Paths { rule, above: &mut above, path: vec![] }.walk(&rule.left);
    above.len() as u8
}

/// Walks a pattern and notes which ops lie how far above what is looked at.
struct Paths<'a> {
    rule: &'a Rule,
    above: &'a mut Vec<KindSet>,
    path: Vec<OpKind>,
}

impl Paths<'_> {
    fn walk(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Var(v) if self.matters(*v) => self.look(),
            Pattern::Var(_) | Pattern::Count { .. } => {}
            Pattern::Number(_) => self.look(),
            Pattern::Op { kind, args, .. } => {
                self.look();
                self.path.push(*kind);
                args.iter().for_each(|a| self.walk(a));
                // What a rest stands for is compared where it occurs again, and can have conditions.
                self.look();
                self.path.pop();
            }
            Pattern::Rebroadcast { part, .. } => {
                self.look();
                self.path.push(OpKind::Broadcast);
                self.walk(part);
                self.path.pop();
                // A rank-0 part stands without its broadcast.
                self.walk(part);
            }
        }
    }

    /// Whether it matters what else is in the class of a variable, or what is known of it.
    fn matters(&self, var: usize) -> bool {
        let again = |p: &&Pattern| match p {
            Pattern::Var(v) => *v == var,
            Pattern::Rebroadcast { like, .. } => *like == var,
            _ => false,
        };
        self.rule.left.walk().iter().filter(|p| again(p)).count() > 1
            || self.rule.guards.iter().any(|g| g.args.contains(&Argument::Var(var)))
    }

    fn look(&mut self) {
        for (distance, kind) in self.path.iter().rev().enumerate() {
            if self.above.len() <= distance {
                self.above.push(KindSet::default());
            }
            self.above[distance].insert(*kind);
        }
    }
}

/// What a node must have for a rule to be worth a look.
pub(crate) struct Trigger {
    /// The rule, by position.
    pub(crate) rule: usize,
    /// How far it looks down.
    pub(crate) reach: u8,
    /// Ops that it wants directly below its root.
    operands: KindSet,
    /// Whether it wants a number there.
    number: bool,
}

impl Trigger {
    pub(crate) fn new(position: usize, rule: &Rule) -> Trigger {
        let mut trigger =
            Trigger { rule: position, reach: reach(rule), operands: KindSet::default(), number: false };
        let args: &[Pattern] = match &rule.left {
            Pattern::Op { args, .. } => args,
            Pattern::Rebroadcast { part, .. } => std::slice::from_ref(part),
            _ => &[],
        };
        for arg in args {
            match arg {
                Pattern::Op { kind, .. } => trigger.operands.insert(*kind),
                Pattern::Number(_) => trigger.number = true,
                _ => {}
            }
        }
        trigger
    }
}

/// What is directly below a node.
#[derive(Default)]
pub(crate) struct Below {
    kinds: KindSet,
    number: bool,
}

impl Below {
    pub(crate) fn new(graph: &Graph, node: &Node) -> Below {
        let mut below = Below::default();
        for child in &node.children {
            let data = &graph[*child].data;
            below.kinds = below.kinds.union(data.visible());
            below.number |= data.splat.is_some();
        }
        below
    }

    /// Whether a rule may hold above this.
    pub(crate) fn admits(&self, trigger: &Trigger) -> bool {
        self.kinds.covers(trigger.operands) && (self.number || !trigger.number)
    }
}
