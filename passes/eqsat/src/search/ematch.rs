//! Finds the substitutions by which a pattern holds at a node.
//!
//! Sums, products and the like match as multisets; everything else in order. What is still to be matched is a list on the
//! stack; one binding is filled and emptied again on the way, and copied where everything holds. The number of ways kept
//! for one node is bounded, and so is the work, in an order that does not depend on hashing.
//!
//! A class that holds a value of the block itself is not looked into: whatever equals `?x` is no better than `?x`. Nor is
//! a class that is one constant, except for where its elements are.

use crate::{
    builtin::multisets::is_movement,
    egraph::{ClassData, Graph, Node, class_data, is_circular, rank, type_of},
    rule::{
        pattern::{Argument, Pattern, PayloadPattern, Rule},
        subst::{Rebroadcast, Subst, holds},
    },
};
use egg::{Id, Language};
use smallvec::{SmallVec, smallvec};
use std::cell::OnceCell;
use thn_ir::OpKind;

/// The most ways kept for one pattern at one node.
const MAX_MATCHES: usize = 48;

/// The most steps taken for one pattern at one node.
const MAX_STEPS: usize = 4_000;

/// The most nodes of a class that are looked at. A constant can have thousands: all that was found to equal it.
const MAX_SCAN: usize = 256;

/// A node with the classes of its operands at hand: the rules that may hold there all look at these.
pub struct Site<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) node: &'a Node,
    pub(crate) operands: SmallVec<[Operand<'a>; 4]>,
}

/// The class of an operand; its nodes when a pattern first asks for them.
pub(crate) struct Operand<'a> {
    id: Id,
    pub(crate) data: &'a ClassData,
    nodes: OnceCell<&'a [Node]>,
}

impl<'a> Site<'a> {
    /// A node of a graph.
    pub fn new(graph: &'a Graph, node: &'a Node) -> Site<'a> {
        let operand = |c: &Id| {
            let id = graph.find(*c);
            Operand { id, data: class_data(graph, id), nodes: OnceCell::new() }
        };
        Site { graph, node, operands: node.children.iter().map(operand).collect() }
    }

    fn operand(&self, class: Id) -> Option<&Operand<'a>> {
        self.operands.iter().find(|operand| operand.id == class)
    }

    /// What is known about a class, by its id of today.
    fn class_data(&self, class: Id) -> &'a ClassData {
        self.operand(class).map_or_else(|| class_data(self.graph, class), |operand| operand.data)
    }

    /// The nodes of a class, by its id of today, that are looked at.
    fn nodes(&self, class: Id) -> &'a [Node] {
        let nodes = || {
            let nodes = self.graph[class].nodes.as_slice();
            &nodes[..nodes.len().min(MAX_SCAN)]
        };
        self.operand(class).map_or_else(nodes, |operand| operand.nodes.get_or_init(nodes))
    }
}

/// The substitutions by which the left side of `rule` holds at a node and all its conditions are proved.
pub fn find(site: &Site<'_>, rule: &Rule) -> Vec<Subst> {
    let node = site.node;
    let subst = Subst {
        vars: smallvec![None; rule.vars.len()],
        rests: smallvec![None; rule.rests.len()],
        payloads: smallvec![None; rule.payloads.len()],
        rebroadcasts: smallvec![],
    };
    let moves = rule.left.root().is_some_and(|kind| is_movement(kind) || kind == OpKind::Slice);
    let mut matcher = Matcher { graph: site.graph, site, rule, subst, found: vec![], steps: 0, moves };
    match &rule.left {
        Pattern::Rebroadcast { axes, part, like } => matcher.rebroadcast(*axes, part, *like, node, None),
        pattern => matcher.node(pattern, node, None),
    }
    let mut matches = matcher.found;
    if matches.len() > 1 {
        matches.sort_unstable();
        matches.dedup();
    }
    matches
}

/// What is still to be matched, first things first.
#[derive(Clone, Copy)]
enum Goals<'g> {
    /// A pattern at a class.
    Class { pattern: &'g Pattern, class: Id, next: Option<&'g Goals<'g>> },
    /// Patterns at children of a sum or product, each at one of its own that is not in `used` yet.
    Any {
        args: &'g [Pattern],
        rest: Option<usize>,
        children: &'g [Id],
        used: u64,
        next: Option<&'g Goals<'g>>,
    },
}

struct Matcher<'s, 'a> {
    graph: &'a Graph,
    site: &'s Site<'a>,
    rule: &'s Rule,
    subst: Subst,
    found: Vec<Subst>,
    steps: usize,
    /// Whether the rule is about a movement. What it moves may be many movements of one thing by now, each made of
    /// others: the one of what stands first in the program will do.
    moves: bool,
}

impl Matcher<'_, '_> {
    fn goals(&mut self, goals: Option<&Goals<'_>>) {
        self.steps += 1;
        if self.found.len() >= MAX_MATCHES || self.steps > MAX_STEPS {
            return;
        }
        match goals {
            None => {
                if fits(self.graph, &self.subst) && self.holds(|args| !matches!(args, [Argument::Var(_)])) {
                    self.found.push(self.subst.clone());
                }
            }
            Some(Goals::Class { pattern, class, next }) => self.class(pattern, *class, *next),
            Some(Goals::Any { args, rest, children, used, next }) => {
                self.any(args, *rest, children, *used, *next);
            }
        }
    }

    /// Whether those conditions are proved that are on these variables.
    fn holds(&self, on: impl Fn(&[Argument]) -> bool) -> bool {
        self.rule.guards.iter().filter(|g| on(&g.args)).all(|g| holds(self.graph, g, &self.subst))
    }

    fn class(&mut self, pattern: &Pattern, class: Id, next: Option<&Goals<'_>>) {
        let class = self.graph.find(class);
        match pattern {
            Pattern::Var(v) => match self.subst.vars[*v] {
                Some(bound) if bound != class => {}
                Some(_) => self.goals(next),
                None => {
                    self.subst.vars[*v] = Some(class);
                    // Asked before anything else is matched, what is wanted of one variable leaves out most of the ways
                    // in which a sum or product can be taken apart.
                    if self.holds(|args| matches!(args, [Argument::Var(w)] if w == v)) {
                        self.goals(next);
                    }
                    self.subst.vars[*v] = None;
                }
            },
            Pattern::Number(number) => {
                if self.site.class_data(class).splat.as_ref().is_some_and(|splat| number.is_all(splat)) {
                    self.goals(next);
                }
            }
            Pattern::Op { kind, .. } => {
                let graph = self.graph;
                if self.site.class_data(class).matchable_ops().contains(*kind) {
                    let nodes = self.site.nodes(class).iter();
                    let nodes = nodes.filter(|n| n.kind() == Some(*kind) && !is_circular(graph, class, n));
                    if self.moves && is_movement(*kind) {
                        let deepest = nodes.min_by_key(|n| (graph.find(n.children[0]), *n));
                        deepest.into_iter().for_each(|node| self.node(pattern, node, next));
                        return;
                    }
                    nodes.for_each(|node| self.node(pattern, node, next));
                }
            }
            Pattern::Rebroadcast { axes, part, like } => {
                let graph = self.graph;
                if self.site.class_data(class).matchable_ops().contains(OpKind::Broadcast) {
                    let nodes = self.site.nodes(class).iter();
                    for node in nodes.filter(|n| !is_circular(graph, class, n)) {
                        self.rebroadcast(*axes, part, *like, node, next);
                    }
                }
                if rank(graph, class) == 0 {
                    self.subst.rebroadcasts.push(Rebroadcast { payload: None, axes: *axes, like: *like });
                    self.class(part, class, next);
                    self.subst.rebroadcasts.pop();
                }
            }
            Pattern::Count { .. } => {}
        }
    }

    fn rebroadcast(
        &mut self,
        axes: usize,
        part: &Pattern,
        like: usize,
        node: &Node,
        next: Option<&Goals<'_>>,
    ) {
        let Some((OpKind::Broadcast, payload)) = node.op() else { return };
        self.subst.rebroadcasts.push(Rebroadcast { payload: Some(payload), axes, like });
        self.class(part, node.children[0], next);
        self.subst.rebroadcasts.pop();
    }

    fn node(&mut self, pattern: &Pattern, node: &Node, next: Option<&Goals<'_>>) {
        let Pattern::Op { kind, payload, args, rest } = pattern else { return };
        let Some((found, id)) = node.op() else { return };
        let count = node.children().len();
        let arity = if rest.is_some() { count > args.len() } else { count == args.len() };
        if found != *kind || !arity || count > u64::BITS as usize {
            return;
        }
        let bound = match payload {
            PayloadPattern::Var(v) if self.subst.payloads[*v].is_none() => {
                self.subst.payloads[*v] = Some(id);
                Some(*v)
            }
            PayloadPattern::Var(v) if self.subst.payloads[*v] != Some(id) => return,
            _ => None,
        };
        if kind.row().commutative {
            self.any(args, *rest, node.children(), 0, next);
        } else {
            self.in_order(args, node.children(), next);
        }
        if let Some(v) = bound {
            self.subst.payloads[v] = None;
        }
    }

    /// Each pattern at the child in its place.
    fn in_order(&mut self, args: &[Pattern], children: &[Id], next: Option<&Goals<'_>>) {
        match (args.split_last(), children.split_last()) {
            (Some((pattern, args)), Some((class, children))) => {
                let goal = Goals::Class { pattern, class: *class, next };
                self.in_order(args, children, Some(&goal));
            }
            _ => self.goals(next),
        }
    }

    /// Gives each pattern in `args` a child of its own, and what is left over to the rest variable.
    fn any(
        &mut self,
        args: &[Pattern],
        rest: Option<usize>,
        children: &[Id],
        used: u64,
        next: Option<&Goals<'_>>,
    ) {
        let unused = |used: u64| (0..children.len()).filter(move |i| used >> i & 1 == 0);
        let Some((pattern, args)) = args.split_first() else {
            let Some(rest) = rest else { return self.goals(next) };
            let mut left: Vec<Id> = unused(used).map(|i| self.graph.find(children[i])).collect();
            left.sort_unstable();
            match &self.subst.rests[rest] {
                Some(bound) if *bound != left => {}
                Some(_) => self.goals(next),
                None => {
                    self.subst.rests[rest] = Some(left);
                    self.goals(next);
                    self.subst.rests[rest] = None;
                }
            }
            return;
        };
        for i in unused(used) {
            let class = self.graph.find(children[i]);
            // Equal children are as good as each other.
            if unused(used).take_while(|j| *j < i).any(|j| self.graph.find(children[j]) == class) {
                continue;
            }
            let others = Goals::Any { args, rest, children, used: used | 1 << i, next };
            self.class(pattern, class, Some(&others));
        }
    }
}

/// Whether every rebroadcast repeats along exactly the reduced axes, to the shape it is to have.
fn fits(graph: &Graph, subst: &Subst) -> bool {
    subst.rebroadcasts.iter().all(|r| {
        let (Some(axes), Some(like)) = (subst.payloads[r.axes], subst.vars[r.like]) else { return false };
        let Some(like) = type_of(graph, like) else { return false };
        let reduced = graph.analysis.payload(axes).attrs.get_ints("axes");
        let kept: Vec<i64> = (0..like.rank() as i64).filter(|d| !reduced.contains(d)).collect();
        match r.payload {
            None => kept.is_empty() && like.rank() > 0,
            Some(payload) => {
                let payload = graph.analysis.payload(payload);
                payload.attrs.get_ints("axes") == kept
                    && payload.ty.as_ref().is_some_and(|t| t.shape == like.shape)
            }
        }
    })
}
