//! Finds the ways in which a pattern holds at a node.
//!
//! Sums and products match as multisets; everything else in order. The number of ways kept for one node is bounded,
//! in an order that does not depend on hashing.

use crate::{
    graph::{Graph, Node, PayloadId, rank, type_of},
    pattern::{Pattern, PayloadPattern, Rule},
};
use egg::{Id, Language};
use smallvec::{SmallVec, smallvec};
use thn_ir::{Literal, OpKind};

/// The most ways kept for one pattern at one node.
const MAX_WAYS: usize = 48;

/// What the variables of a rule stand for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Binding {
    pub(crate) vars: SmallVec<[Option<Id>; 4]>,
    pub(crate) rests: SmallVec<[Option<Vec<Id>>; 1]>,
    pub(crate) payloads: SmallVec<[Option<PayloadId>; 2]>,
    /// Broadcasts that have to undo a reduction, checked when everything is bound.
    rebroadcasts: SmallVec<[Rebroadcast; 1]>,
}

impl Binding {
    /// A binding of everything.
    pub(crate) fn of(vars: &[Id], rests: &[Vec<Id>], payloads: &[PayloadId]) -> Binding {
        Binding {
            vars: vars.iter().copied().map(Some).collect(),
            rests: rests.iter().cloned().map(Some).collect(),
            payloads: payloads.iter().copied().map(Some).collect(),
            rebroadcasts: smallvec![],
        }
    }

    /// The same binding in terms of other ids.
    pub(crate) fn mapped(&self, id: impl Fn(Id) -> Id) -> Binding {
        Binding {
            vars: self.vars.iter().map(|v| v.map(&id)).collect(),
            rests: self
                .rests
                .iter()
                .map(|r| r.as_ref().map(|r| r.iter().copied().map(&id).collect()))
                .collect(),
            ..self.clone()
        }
    }
}

/// A broadcast found where the pattern has `(rebroadcast@A part ?like)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rebroadcast {
    /// The broadcast's payload; `None` where a rank-0 value is used as it is.
    payload: Option<PayloadId>,
    axes: usize,
    like: usize,
}

/// The ways in which the left side of `rule` holds at `node`.
pub(crate) fn find(graph: &Graph, rule: &Rule, node: &Node) -> Vec<Binding> {
    let empty = Binding {
        vars: smallvec![None; rule.vars.len()],
        rests: smallvec![None; rule.rests.len()],
        payloads: smallvec![None; rule.payloads.len()],
        rebroadcasts: smallvec![],
    };
    let mut ways = vec![];
    match &rule.left {
        Pattern::Rebroadcast { axes, part, like } => {
            rebroadcast(graph, *axes, part, *like, node, &empty, &mut ways);
        }
        pattern => at_node(graph, pattern, node, &empty, &mut ways),
    }
    ways.retain(|way| fits(graph, way));
    ways.sort_unstable();
    ways.dedup();
    ways
}

/// Whether every rebroadcast repeats along exactly the reduced axes, to the shape it is to have.
fn fits(graph: &Graph, way: &Binding) -> bool {
    way.rebroadcasts.iter().all(|r| {
        let (Some(axes), Some(like)) = (way.payloads[r.axes], way.vars[r.like]) else { return false };
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

fn at_class(graph: &Graph, pattern: &Pattern, class: Id, way: &Binding, out: &mut Vec<Binding>) {
    let class = graph.find(class);
    match pattern {
        Pattern::Var(v) => match way.vars[*v] {
            Some(bound) if bound != class => {}
            Some(_) => out.push(way.clone()),
            None => {
                let mut way = way.clone();
                way.vars[*v] = Some(class);
                out.push(way);
            }
        },
        Pattern::Number(number) => {
            let splat = graph[class].data.splat.as_ref().and_then(Literal::splat_value);
            if splat.is_some_and(|s| number.is(s.to_f64())) {
                out.push(way.clone());
            }
        }
        Pattern::Op { kind, .. } => {
            for node in graph[class].nodes.iter().filter(|n| n.kind() == Some(*kind)) {
                at_node(graph, pattern, node, way, out);
            }
        }
        Pattern::Rebroadcast { axes, part, like } => {
            for node in &graph[class].nodes {
                rebroadcast(graph, *axes, part, *like, node, way, out);
            }
            if rank(graph, class) == 0 {
                let before = out.len();
                at_class(graph, part, class, way, out);
                for way in &mut out[before..] {
                    way.rebroadcasts.push(Rebroadcast { payload: None, axes: *axes, like: *like });
                }
            }
        }
        Pattern::Count { .. } => {}
    }
}

fn rebroadcast(
    graph: &Graph,
    axes: usize,
    part: &Pattern,
    like: usize,
    node: &Node,
    way: &Binding,
    out: &mut Vec<Binding>,
) {
    let Some((OpKind::Broadcast, payload)) = node.op() else { return };
    let before = out.len();
    at_class(graph, part, node.children[0], way, out);
    for way in &mut out[before..] {
        way.rebroadcasts.push(Rebroadcast { payload: Some(payload), axes, like });
    }
}

fn at_node(graph: &Graph, pattern: &Pattern, node: &Node, way: &Binding, out: &mut Vec<Binding>) {
    let Pattern::Op { kind, payload, args, rest } = pattern else { return };
    let Some((found, id)) = node.op() else { return };
    let count = node.children().len();
    let arity = if rest.is_some() { count > args.len() } else { count == args.len() };
    if found != *kind || !arity || out.len() >= MAX_WAYS {
        return;
    }
    let mut way = way.clone();
    if let PayloadPattern::Var(v) = payload {
        match way.payloads[*v] {
            Some(bound) if bound != id => return,
            _ => way.payloads[*v] = Some(id),
        }
    }
    if !kind.row().commutative {
        let mut ways = vec![way];
        for (arg, child) in args.iter().zip(node.children()) {
            let mut next = vec![];
            for way in &ways {
                at_class(graph, arg, *child, way, &mut next);
            }
            ways = next;
        }
        out.extend(ways);
        return;
    }
    let mut used = vec![false; count];
    assign(graph, args, *rest, node.children(), &mut used, &way, out);
}

/// Gives each pattern in `args` a child of its own, and what is left over to the rest variable.
fn assign(
    graph: &Graph,
    args: &[Pattern],
    rest: Option<usize>,
    children: &[Id],
    used: &mut [bool],
    way: &Binding,
    out: &mut Vec<Binding>,
) {
    if out.len() >= MAX_WAYS {
        return;
    }
    let Some((first, others)) = args.split_first() else {
        let mut way = way.clone();
        if let Some(rest) = rest {
            let mut left: Vec<Id> =
                children.iter().zip(used.iter()).filter(|(_, u)| !**u).map(|(c, _)| graph.find(*c)).collect();
            left.sort_unstable();
            match &way.rests[rest] {
                Some(bound) if *bound != left => return,
                _ => way.rests[rest] = Some(left),
            }
        }
        out.push(way);
        return;
    };
    for (i, child) in children.iter().enumerate() {
        if used[i] {
            continue;
        }
        let mut ways = vec![];
        at_class(graph, first, *child, way, &mut ways);
        if ways.is_empty() {
            continue;
        }
        used[i] = true;
        for way in &ways {
            assign(graph, others, rest, children, used, way, out);
        }
        used[i] = false;
    }
}
