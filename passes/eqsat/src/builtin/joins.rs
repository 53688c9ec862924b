//! Rewrites of joins, which have any number of operands and therefore no lines of a rule file.
//!
//! - `join-of-one`, `join-without-empty`, `join-of-join`: one join, of what has elements.
//! - `join-of-repeated`, `join-of-slices`: neighbours that are copies of one thing, or adjacent parts of one, are one
//!   operand.
//! - `slice-of-join`: a slice of a join is the join of what it takes of every operand.
//! - `fold-of-join`: a fold of a join folds the operands.
//!
//! Each makes a join of fewer operands, or one of smaller ones.

use crate::{
    builtin::found::{Found, Member},
    egraph::{Graph, Node, Payload, PayloadId, add_op, type_of},
};
use egg::Id;
use thn_ir::{Attr, Attrs, Dim, OpKind};

/// Larger joins stay as they are, so that the search stays near linear.
const MAX_OPERANDS: usize = 32;

/// Every equal of a join that this file knows.
pub(crate) fn of_join(graph: &mut Graph, payload: PayloadId, node: &Node, found: &mut Vec<Found>) {
    let Some(axis) = axis_of(graph, payload) else { return };
    let operands = &node.children;
    if operands.len() > MAX_OPERANDS {
        return;
    }
    if let [only] = operands.as_slice() {
        found.push(finding("join-of-one", graph.find(*only), vec![Member::Any]));
        return;
    }
    let empty = |graph: &Graph, x: Id| dim(graph, x, axis).is_some_and(|d| d.is(0));
    let mut kept: Vec<Id> = operands.iter().copied().filter(|x| !empty(graph, *x)).collect();
    if kept.len() < operands.len() {
        if kept.is_empty() {
            kept.push(operands[0]);
        }
        if let Some(class) = add_op(graph, OpKind::Join, payload, &kept) {
            found.push(finding("join-without-empty", class, vec![Member::Any; operands.len()]));
        }
        return;
    }
    nested(graph, payload, operands, found);
    if let Some((class, members)) = run_of_one(graph, axis, payload, operands) {
        found.push(finding("join-of-repeated", class, members));
        return;
    }
    for i in 1..operands.len() {
        let merged = merge_repeated(graph, axis, operands[i - 1], operands[i])
            .or_else(|| merge_slices(graph, axis, operands[i - 1], operands[i]));
        let Some((name, one, left, right)) = merged else { continue };
        let mut all = operands[..i - 1].to_vec();
        all.push(one);
        all.extend(&operands[i + 1..]);
        let mut members = vec![Member::Any; operands.len()];
        (members[i - 1], members[i]) = (left, right);
        if let Some(class) = add_op(graph, OpKind::Join, payload, &all) {
            found.push(finding(name, class, members));
        }
        return;
    }
}

fn finding(name: &'static str, class: Id, members: Vec<Member>) -> Found {
    Found { name, class, node: None, better: true, members }
}

fn axis_of(graph: &Graph, payload: PayloadId) -> Option<usize> {
    graph.analysis.payload(payload).attrs.get_int("axis").and_then(|a| usize::try_from(a).ok())
}

fn dim(graph: &Graph, x: Id, axis: usize) -> Option<Dim> {
    type_of(graph, x)?.shape.get(axis).cloned()
}

/// The first node of a class that is this op.
fn node_of(graph: &Graph, x: Id, kind: OpKind) -> Option<Node> {
    graph[x].nodes.iter().filter(|n| n.kind() == Some(kind)).min().cloned()
}

/// Joins along the same axis inside a join.
fn nested(graph: &mut Graph, payload: PayloadId, operands: &[Id], found: &mut Vec<Found>) {
    let mut all = vec![];
    let mut members = vec![];
    for x in operands {
        let inner = node_of(graph, *x, OpKind::Join).filter(|n| n.op().is_some_and(|(_, p)| p == payload));
        match inner {
            Some(inner) if !inner.children.iter().any(|c| graph.find(*c) == graph.find(*x)) => {
                all.extend(inner.children.iter().copied());
                members.push(Member::Node(inner));
            }
            _ => {
                all.push(*x);
                members.push(Member::Any);
            }
        }
    }
    if all.len() > operands.len()
        && all.len() <= MAX_OPERANDS
        && let Some(class) = add_op(graph, OpKind::Join, payload, &all)
    {
        found.push(finding("join-of-join", class, members));
    }
}

/// The first run of one operand of length 1 along the axis, as a broadcast.
fn run_of_one(
    graph: &mut Graph,
    axis: usize,
    payload: PayloadId,
    operands: &[Id],
) -> Option<(Id, Vec<Member>)> {
    let same = |graph: &Graph, i: usize| {
        dim(graph, operands[i], axis).is_some_and(|d| d.is(1))
            && operands.get(i + 1).is_some_and(|y| graph.find(operands[i]) == graph.find(*y))
    };
    let first = (0..operands.len()).find(|i| same(graph, *i))?;
    let count = 1 + (first..operands.len()).take_while(|i| same(graph, *i)).count();
    let mut ty = type_of(graph, operands[first])?.clone();
    *ty.shape.0.get_mut(axis)? = Dim::from(count as i64);
    let kept: Vec<i64> = (0..ty.rank() as i64).filter(|d| *d != axis as i64).collect();
    let drop = graph.analysis.intern(Payload { attrs: Attrs::new().ints("order", &kept), ty: None });
    let one = add_op(graph, OpKind::Dimshuffle, drop, &operands[first..=first])?;
    let all = graph.analysis.intern(Payload { attrs: Attrs::new().ints("axes", &kept), ty: Some(ty) });
    let one = add_op(graph, OpKind::Broadcast, all, &[one])?;
    let mut left = operands[..first].to_vec();
    left.push(one);
    left.extend(&operands[first + count..]);
    let class = add_op(graph, OpKind::Join, payload, &left)?;
    Some((class, vec![Member::Any; operands.len()]))
}

type Merged = (&'static str, Id, Member, Member);

/// Two broadcasts of one thing that both add the axis.
fn merge_repeated(graph: &mut Graph, axis: usize, x: Id, y: Id) -> Option<Merged> {
    let ty = type_of(graph, x)?.clone();
    let mut shape = ty.shape.clone();
    *shape.0.get_mut(axis)? = dim(graph, x, axis)? + dim(graph, y, axis)?;
    let ty = ty.with_shape(shape);
    let (left, right) = (node_of(graph, x, OpKind::Broadcast)?, node_of(graph, y, OpKind::Broadcast)?);
    let axes = |n: &Node| n.op().map(|(_, p)| graph.analysis.payload(p).attrs.get_ints("axes").to_vec());
    let kept = axes(&left)?;
    if graph.find(left.children[0]) != graph.find(right.children[0])
        || Some(&kept) != axes(&right).as_ref()
        || kept.contains(&(axis as i64))
    {
        return None;
    }
    let all = graph.analysis.intern(Payload { attrs: Attrs::new().ints("axes", &kept), ty: Some(ty) });
    let one = add_op(graph, OpKind::Broadcast, all, &[left.children[0]])?;
    Some(("join-of-repeated", one, Member::Node(left), Member::Node(right)))
}

/// Two parts of one tensor, the second where the first ends.
fn merge_slices(graph: &mut Graph, axis: usize, x: Id, y: Id) -> Option<Merged> {
    let (left, right) = (node_of(graph, x, OpKind::Slice)?, node_of(graph, y, OpKind::Slice)?);
    if graph.find(left.children[0]) != graph.find(right.children[0]) {
        return None;
    }
    let part = |n: &Node| n.op().map(|(_, p)| graph.analysis.payload(p).clone());
    let (p, q) = (part(&left)?, part(&right)?);
    let mut starts = p.attrs.get_dims("starts").to_vec();
    let steps = p.attrs.get_ints("steps");
    let mut shape = p.ty.as_ref()?.shape.clone();
    let length = shape.get(axis)?.clone();
    let begin = starts.get(axis)?.clone();
    *starts.get_mut(axis)? = begin.clone() + length.clone() * Dim::from(*steps.get(axis)?);
    if starts != q.attrs.get_dims("starts") || steps != q.attrs.get_ints("steps") {
        return None;
    }
    starts[axis] = begin;
    shape.0[axis] = length + q.ty.as_ref()?.shape.get(axis)?.clone();
    let attrs = Attrs::new().dims("starts", &starts).ints("steps", steps);
    let whole = graph.analysis.intern(Payload { attrs, ty: p.ty.map(|t| t.with_shape(shape)) });
    let one = add_op(graph, OpKind::Slice, whole, &[left.children[0]])?;
    Some(("join-of-slices", one, Member::Node(left), Member::Node(right)))
}

/// What a slice takes of a join, operand by operand.
pub(crate) fn of_slice(graph: &mut Graph, payload: PayloadId, node: &Node, found: &mut Vec<Found>) {
    let Some(join) = node_of(graph, node.children[0], OpKind::Join) else { return };
    let Some((_, joined)) = join.op() else { return };
    let Some(axis) = axis_of(graph, joined) else { return };
    if join.children.len() > MAX_OPERANDS {
        return;
    }
    let slice = graph.analysis.payload(payload).clone();
    let Some(taken) = taken(graph, axis, &slice, &join) else { return };
    let mut parts = vec![];
    for (operand, start, length) in taken {
        let mut starts = slice.attrs.get_dims("starts").to_vec();
        starts[axis] = start;
        let Some(ty) = &slice.ty else { return };
        let mut shape = ty.shape.clone();
        shape.0[axis] = length;
        let attrs = Attrs::new().dims("starts", &starts).ints("steps", slice.attrs.get_ints("steps"));
        let part = graph.analysis.intern(Payload { attrs, ty: Some(ty.with_shape(shape)) });
        let Some(part) = add_op(graph, OpKind::Slice, part, &[operand]) else { return };
        parts.push(part);
    }
    let class = match parts.as_slice() {
        [] => return,
        [only] => Some(*only),
        _ => add_op(graph, OpKind::Join, joined, &parts),
    };
    if let Some(class) = class {
        found.push(finding("slice-of-join", class, vec![Member::Node(join)]));
    }
}

/// Operands that a slice touches with start and length in each; `None` where that depends on lengths.
fn taken(graph: &Graph, axis: usize, slice: &Payload, join: &Node) -> Option<Vec<(Id, Dim, Dim)>> {
    let start = slice.attrs.get_dims("starts").get(axis)?.clone();
    let step = *slice.attrs.get_ints("steps").get(axis)?;
    let length = slice.ty.as_ref()?.shape.get(axis)?.clone();
    let zero = Dim::from(0);
    let total =
        join.children.iter().map(|x| dim(graph, *x, axis)).try_fold(zero.clone(), |a, d| Some(a + d?))?;
    if step == 1 && start.is(0) && length == total {
        return join.children.iter().map(|x| Some((*x, zero.clone(), dim(graph, *x, axis)?))).collect();
    }
    let end = start.clone() + (length.clone() - Dim::ONE) * Dim::from(step);
    let (low, high) = if step > 0 { (start.clone(), end) } else { (end, start.clone()) };
    let mut offset = zero.clone();
    let mut parts = vec![];
    for x in &join.children {
        let own = dim(graph, *x, axis)?;
        let last = offset.clone() + own.clone() - Dim::ONE;
        let sign = |a: &Dim, b: &Dim| (a.clone() - b.clone()).as_const();
        // Beside the slice, or all of it inside, whatever other lengths are.
        let before = sign(&last, &low).is_some_and(|d| d < 0);
        let after = sign(&offset, &high).is_some_and(|d| d > 0);
        if !before && !after {
            let (first, past) = (sign(&low, &offset)?, sign(&high, &last)?);
            if first >= 0 && past <= 0 {
                return Some(vec![(*x, start - offset, length)]);
            }
            if step != 1 {
                return None;
            }
            let from = if first > 0 { low.clone() - offset.clone() } else { zero.clone() };
            let to = if past < 0 { high.clone() - offset.clone() } else { own.clone() - Dim::ONE };
            parts.push((*x, from.clone(), to - from + Dim::ONE));
        }
        offset = offset + own;
    }
    Some(parts)
}

/// A fold of a join: the folds of its operands, together.
pub(crate) fn of_fold(
    graph: &mut Graph,
    kind: OpKind,
    payload: PayloadId,
    node: &Node,
    found: &mut Vec<Found>,
) {
    let together = match kind {
        OpKind::Sum => OpKind::Add,
        OpKind::Prod => OpKind::Mul,
        OpKind::Max => OpKind::Maximum,
        OpKind::Min => OpKind::Minimum,
        _ => return,
    };
    let Some(join) = node_of(graph, node.children[0], OpKind::Join) else { return };
    let Some(axis) = join.op().and_then(|(_, p)| axis_of(graph, p)) else { return };
    // The largest of nothing is an error, unless something is beside it.
    let chooses = matches!(kind, OpKind::Max | OpKind::Min);
    let some = |x: &Id| dim(graph, *x, axis).and_then(|d| d.as_const()).is_some_and(|d| d > 0);
    if join.children.len() > MAX_OPERANDS || (chooses && !join.children.iter().all(some)) {
        return;
    }
    let axes = graph.analysis.payload(payload).attrs.get_ints("axes").to_vec();
    let mut parts = vec![];
    for x in &join.children {
        let Some(part) = add_op(graph, kind, payload, &[*x]) else { return };
        parts.push(part);
    }
    let class = if axes.contains(&(axis as i64)) {
        let (first, rest) = (parts[0], &parts[1..]);
        rest.iter().try_fold(first, |a, b| add_op(graph, together, PayloadId::EMPTY, &[a, *b]))
    } else {
        let place = axis as i64 - axes.iter().filter(|a| **a < axis as i64).count() as i64;
        let attrs = Attrs::new().with("axis", Attr::Int(place));
        let place = graph.analysis.intern(Payload { attrs, ty: None });
        add_op(graph, OpKind::Join, place, &parts)
    };
    if let Some(class) = class {
        found.push(finding("fold-of-join", class, vec![Member::Node(join)]));
    }
}
