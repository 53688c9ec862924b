//! Rewrites that hold for every elementwise op, or for any number of operands, and are therefore no lines of a rule
//! file.
//!
//! - `flatten-sum`, `flatten-product`: a sum over a sum is also the sum of the multiset (not under `strict`).
//! - `flatten-exact`: the same for `maximum`, `minimum`, `and` and `or`, whose order changes no bit.
//! - `scalar-operand`: an operand that repeats one element is used as that element.
//! - `lift-movement`: an op over broadcasts, reshapes or dimshuffles that are alike is that movement of the op over
//!   what they move. So patterns meet ops that stood on different sides of a movement, and less is computed.
//! - `assume`: a tensor of which facts are promised is the tensor itself, and what is promised is known of it.
//!
//! - `take-early`: a slice, gather or pick of an op is that op over parts of its operands.
//! - Joins are in `joins.rs`.
//!
//! All have right sides of fewer or equal elements and end: they make only ops over classes that exist or are
//! made by the same step deeper in the program.

use super::found::{Found, Member};
use crate::egraph::{
    Graph, Head, Node, Payload, PayloadId, add_op, add_scalar, canonical, class_data, fill, rank, type_of,
};
use crate::{builtin::joins, egraph::op_set::KindSet};
use egg::Id;
use thn_ir::{DType, Literal, OpKind};

/// The largest multiset that is made by flattening.
const MAX_ARITY: usize = 8;

/// The most multisets that one class is flattened to. A chain of sums has one for each length up to the largest; more
/// come from cycles, such as x = (x - y) + y, and say nothing new.
const MAX_MULTISETS: usize = 6;

/// How many ops deep a part is taken of what the program also needs whole.
const SHARED: u8 = 1;

/// A rewrite of this file as the reference lists it: name, class and what it does.
pub const BUILT_IN: [(&str, &str); 18] = [
    (
        "flatten-sum",
        "`(add (add ?x ?y) ?z)` is also the sum of the multiset `?x ?y ?z`; association is kept unless a rule uses it",
    ),
    ("flatten-product", "the same for `mul`"),
    (
        "flatten-exact",
        "the same for `maximum`, `minimum`, `and` and `or`, which give the same bits in any order",
    ),
    ("assume", "`(assume@A ?x)` is `?x`, of which the facts `@A` are then known"),
    (
        "scalar-operand",
        "an elementwise operand that is a broadcast of a rank-0 value, or a constant of equal elements, is used as a rank-0 value",
    ),
    (
        "lift-movement",
        "`(f (move@P ?x))` is `(move@P (f ?x))` for elementwise `f` and `move` one of broadcast, reshape, dimshuffle",
    ),
    (
        "product-order",
        "a chain of `dot` or `batched_dot`, seen through transpositions, is computed in its cheapest order; needs `reassoc`",
    ),
    (
        "contraction",
        "a `sum` over products, broadcasts, products of matrices, diagonals and further sums, the diagonal of a product, or a stack of products with one common factor, is contracted two factors at a time, in the cheapest order; needs `reassoc`",
    ),
    ("known-number", "what the analysis proves to be one number everywhere is that constant"),
    ("whole-number", "`(round ?x)`, and likewise floor, ceil and trunc, is `?x` where `?x` is whole"),
    (
        "take-early",
        "`(take@P (f ?x))` is `(f (take@P ?x))` for elementwise `f` and `take` one of slice, gather, pick, diagonal",
    ),
    ("join-of-one", "`(join@A ?x)` is `?x`"),
    ("join-without-empty", "operands without elements are left out"),
    ("join-of-join", "a join along the axis of the join it is in gives its operands to that"),
    (
        "join-of-repeated",
        "neighbours that repeat one thing along the axis are one broadcast; the same operand of length 1 twice, too",
    ),
    ("join-of-slices", "neighbours that are adjacent parts of one tensor are one slice"),
    ("slice-of-join", "a slice of a join is the join of what it takes of each operand, where that is known"),
    (
        "fold-of-join",
        "a sum, product, largest or smallest element of a join is that of the folds of its operands, or their join",
    ),
];

/// What [`normalize`] looks for in the operands of an op: the changes that bring it back.
pub(crate) fn looks_for(kind: OpKind) -> KindSet {
    let row = kind.row();
    let elementwise = || OpKind::ALL.iter().copied().filter(|k| k.row().is_elementwise());
    let mut looks = KindSet::default();
    if row.commutative {
        // Operands that are renamed may stand in another order; sums of sums are flattened.
        looks.add(KindSet::SAME.union(KindSet::of(kind)));
    }
    if row.is_elementwise() {
        looks.add(
            [OpKind::Broadcast, OpKind::Reshape, OpKind::Dimshuffle, OpKind::Constant].into_iter().collect(),
        );
        looks.add(KindSet::KNOWN);
    }
    match kind {
        OpKind::Gather | OpKind::Pick | OpKind::Diagonal => looks.add(elementwise().collect()),
        OpKind::Slice => looks.add(elementwise().chain([OpKind::Join]).collect()),
        OpKind::Join => {
            let joined = [OpKind::Join, OpKind::Slice, OpKind::Broadcast, OpKind::Constant];
            looks.add(joined.into_iter().collect());
            looks.add(KindSet::SAME.union(KindSet::KNOWN));
        }
        OpKind::Sum | OpKind::Prod | OpKind::Max | OpKind::Min => looks.insert(OpKind::Join),
        _ => {}
    }
    looks
}

/// Every equal of `node`, which is in `class`, that this file knows.
pub fn normalize(graph: &mut Graph, class: Id, node: &Node, strict: bool) -> Vec<Found> {
    let Some((kind, payload)) = node.op() else { return vec![] };
    let row = kind.row();
    let mut found = vec![];
    if let Some(number) = known_number(graph, class, kind, node) {
        // Integers are known by their bounds, floats by what was computed.
        let float = type_of(graph, class).is_some_and(|ty| ty.dtype.is_float());
        let members = vec![if float { Member::Number } else { Member::Any }; node.children.len()];
        found.push(Found { name: "known-number", class: number, node: None, better: false, members });
    }
    if class_data(graph, class).foldable {
        // It becomes a constant however it is written.
        return found;
    }
    if matches!(kind, OpKind::Round | OpKind::Floor | OpKind::Ceil | OpKind::Trunc)
        && class_data(graph, node.children[0]).facts.whole
    {
        let class = graph.find(node.children[0]);
        found.push(Found {
            name: "whole-number",
            class,
            node: None,
            better: false,
            members: vec![Member::Any],
        });
    }
    if row.commutative && !node.children.is_sorted() {
        // Classes were renumbered since the node was made.
        if let Some(class) = add_op(graph, kind, payload, &node.children) {
            let node = node_of(graph, kind, payload, &node.children);
            let members = vec![Member::Any; node.children.len()];
            found.push(Found { name: "sorted", class, node: Some(node), better: false, members });
        }
    }
    if kind.is_exact_multiset() || (!strict && kind.is_multiset()) {
        flatten(graph, class, kind, node, &mut found);
    }
    if kind == OpKind::Assume {
        // What is promised of x is known of the class of x from here on.
        let members = vec![Member::Any];
        found.push(Found { name: "assume", class: node.children[0], node: None, better: true, members });
    }
    if row.is_elementwise() {
        scalar_operands(graph, class, kind, payload, node, &mut found);
        lift(graph, class, kind, payload, node, &mut found);
    }
    match kind {
        OpKind::Slice => {
            take_early(graph, class, kind, payload, node, &mut found);
            joins::of_slice(graph, payload, node, &mut found);
        }
        OpKind::Gather | OpKind::Pick | OpKind::Diagonal => {
            take_early(graph, class, kind, payload, node, &mut found);
        }
        OpKind::Join => joins::of_join(graph, payload, node, &mut found),
        // A sum in another order rounds otherwise.
        OpKind::Sum | OpKind::Prod if strict => {}
        _ => joins::of_fold(graph, kind, payload, node, &mut found),
    }
    found
}

/// The constant that a class is known to be, if an op computes it. Floats are left to the rules and to folding in high
/// precision, but where this very op computes them from numbers without rounding.
fn known_number(graph: &mut Graph, class: Id, kind: OpKind, node: &Node) -> Option<Id> {
    if matches!(kind, OpKind::Constant | OpKind::Broadcast | OpKind::Reshape | OpKind::Dimshuffle) {
        return None;
    }
    let ty = type_of(graph, class)?.clone();
    let value = if ty.dtype.is_float() {
        let operands: Vec<&Literal> =
            node.children.iter().map(|c| class_data(graph, *c).splat.as_deref()).collect::<Option<_>>()?;
        thn_facts::fold_exact(kind, ty.dtype, &operands)?.splat_value()?
    } else {
        class_data(graph, class).splat.as_ref()?.splat_value()?
    };
    let number = add_scalar(graph, ty.dtype, value);
    fill(graph, number, &ty)
}

/// The node of an op, as the e-graph keeps it.
fn node_of(graph: &Graph, kind: OpKind, payload: PayloadId, children: &[Id]) -> Node {
    canonical(graph, Node { head: Head::Op(kind, payload), children: children.into() })
}

fn flatten(graph: &mut Graph, class: Id, kind: OpKind, node: &Node, found: &mut Vec<Found>) {
    let multisets = |graph: &Graph| {
        graph[class].nodes.iter().filter(|n| n.kind() == Some(kind) && n.children.len() > 2).count()
    };
    for (i, child) in node.children.iter().enumerate() {
        if multisets(graph) + found.len() >= MAX_MULTISETS {
            return;
        }
        if class_data(graph, *child).is_irreducible() {
            continue;
        }
        let inner: Vec<Node> =
            graph[*child].nodes.iter().filter(|n| n.kind() == Some(kind)).take(2).cloned().collect();
        for inner in inner {
            // A sum that is one of its own parts, such as x + 0, would flatten without end.
            if inner.children.iter().chain([child]).any(|c| graph.find(*c) == graph.find(class)) {
                continue;
            }
            let mut all: Vec<Id> =
                node.children.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, c)| *c).collect();
            all.extend(inner.children.iter().copied());
            if all.len() > MAX_ARITY {
                continue;
            }
            let flat = node_of(graph, kind, PayloadId::EMPTY, &all);
            if graph.lookup(flat.clone()).is_some() && flat == *node {
                continue;
            }
            if let Some(class) = add_op(graph, kind, PayloadId::EMPTY, &all) {
                let name = match kind {
                    OpKind::Add => "flatten-sum",
                    OpKind::Mul => "flatten-product",
                    _ => "flatten-exact",
                };
                let mut members = vec![Member::Any; node.children.len()];
                members[i] = Member::Node(inner);
                found.push(Found { name, class, node: Some(flat), better: false, members });
            }
        }
    }
}

/// A rank-0 class whose element every element of `class` equals, and what shows it.
fn repeated(graph: &mut Graph, class: Id) -> Option<(Id, Member)> {
    if rank(graph, class) == 0 {
        return Some((class, Member::Any));
    }
    let inner = graph[class].nodes.iter().find_map(|n| match n.kind() {
        Some(OpKind::Broadcast) if rank(graph, n.children[0]) == 0 => {
            Some((n.children[0], Member::Node(n.clone())))
        }
        _ => None,
    });
    inner.or_else(|| {
        let data = class_data(graph, class);
        let value = data.splat.as_deref().and_then(Literal::splat_value)?;
        let dtype = type_of(graph, class)?.dtype;
        Some((add_scalar(graph, dtype, value), Member::Number))
    })
}

fn scalar_operands(
    graph: &mut Graph,
    class: Id,
    kind: OpKind,
    payload: PayloadId,
    node: &Node,
    found: &mut Vec<Found>,
) {
    if rank(graph, class) == 0 {
        return;
    }
    let (children, members): (Vec<Id>, Vec<Member>) = node
        .children
        .iter()
        .map(|c| repeated(graph, *c).unwrap_or_else(|| (graph.find(*c), Member::Any)))
        .unzip();
    if children.iter().zip(&node.children).all(|(a, b)| *a == graph.find(*b)) {
        return;
    }
    let Some(ty) = type_of(graph, class).cloned() else { return };
    let Some(made) = add_op(graph, kind, payload, &children) else { return };
    let whole = rank(graph, made) > 0;
    let Some(class) = fill(graph, made, &ty) else { return };
    let node = whole.then(|| node_of(graph, kind, payload, &children));
    found.push(Found { name: "scalar-operand", class, node, better: !whole, members });
}

/// Whether an op only says where elements are, and may repeat them.
pub(crate) fn is_movement(kind: OpKind) -> bool {
    matches!(kind, OpKind::Broadcast | OpKind::Reshape | OpKind::Dimshuffle)
}

/// Whether two movements do the same to tensors of one shape, whatever their element types.
fn alike(graph: &Graph, a: PayloadId, b: PayloadId) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (graph.analysis.payload(a), graph.analysis.payload(b));
    a.attrs == b.attrs && a.ty.as_ref().map(|t| &t.shape) == b.ty.as_ref().map(|t| &t.shape)
}

fn lift(graph: &mut Graph, class: Id, kind: OpKind, payload: PayloadId, node: &Node, found: &mut Vec<Found>) {
    let Some(full) = node.children.iter().copied().find(|c| rank(graph, *c) > 0) else { return };
    if class_data(graph, full).is_irreducible() {
        return;
    }
    let movements: Vec<(OpKind, PayloadId, Id)> = graph[full]
        .nodes
        .iter()
        .filter_map(|n| n.op().filter(|(k, _)| is_movement(*k)).map(|(k, p)| (k, p, n.children[0])))
        .collect();
    let mut lifted = false;
    for (movement, how, source) in movements {
        // Only a broadcast makes less to compute; of the others one is as good as another. Of a movement that changes
        // nothing, what is lifted is the op as it was.
        if (lifted && movement != OpKind::Broadcast) || graph.find(source) == graph.find(full) {
            continue;
        }
        let Some(shape) = type_of(graph, source).map(|t| t.shape.clone()) else { continue };
        if shape.rank() == 0 {
            // Repeated rank-0 values are operands of their own: see `scalar_operands`.
            continue;
        }
        let mut sources = vec![];
        let mut members = vec![];
        for child in &node.children {
            let moved = graph[*child].nodes.iter().find_map(|n| match n.op() {
                Some((k, p)) if k == movement && alike(graph, p, how) => type_of(graph, n.children[0])
                    .filter(|t| t.shape == shape)
                    .map(|_| (n.children[0], Member::Node(n.clone()))),
                _ => None,
            });
            let Some((source, member)) = moved.or_else(|| repeated(graph, *child)) else { break };
            sources.push(source);
            members.push(member);
        }
        if sources.len() < node.children.len() {
            continue;
        }
        let Some(inner) = add_op(graph, kind, payload, &sources) else { continue };
        let Some(dtype) = type_of(graph, class).map(|t| t.dtype) else { continue };
        let how = with_dtype(graph, how, dtype);
        if let Some(class) = add_op(graph, movement, how, &[inner]) {
            lifted = true;
            found.push(Found { name: "lift-movement", class, node: None, better: true, members });
        }
    }
}

/// A part of an elementwise op is that op over parts of its operands.
///
/// Where the program needs the whole op for other things too, its part costs nothing, and parts of the operands are
/// computed in addition. Then this goes down [`SHARED`] ops only, so that patterns see what is there; the next round goes
/// on from what was chosen.
fn take_early(
    graph: &mut Graph,
    class: Id,
    kind: OpKind,
    payload: PayloadId,
    node: &Node,
    found: &mut Vec<Found>,
) {
    if class_data(graph, node.children[0]).uses > 1 && class_data(graph, class).derivation_depth >= SHARED {
        return;
    }
    let mut inner: Vec<Node> = graph[node.children[0]]
        .nodes
        .iter()
        .filter(|n| n.kind().is_some_and(|k| k.row().is_elementwise()))
        .cloned()
        .collect();
    inner.sort_unstable();
    for op in inner.into_iter().take(MAX_MULTISETS) {
        let Some((outer, how)) = op.op() else { continue };
        let mut parts = vec![];
        for x in &op.children {
            let Some(ty) = type_of(graph, *x).cloned() else { break };
            let mut operands = node.children.to_vec();
            operands[0] = *x;
            let part = if ty.rank() == 0 {
                Some(*x)
            } else {
                let part = with_dtype(graph, payload, ty.dtype);
                add_op(graph, kind, part, &operands)
            };
            parts.extend(part);
        }
        if parts.len() < op.children.len() {
            continue;
        }
        if let Some(class) = add_op(graph, outer, how, &parts) {
            let mut members = vec![Member::Any; node.children.len()];
            members[0] = Member::Node(op);
            found.push(Found { name: "take-early", class, node: None, better: false, members });
        }
    }
}

/// The same movement of tensors of another element type.
fn with_dtype(graph: &mut Graph, payload: PayloadId, dtype: DType) -> PayloadId {
    if graph.analysis.payload(payload).ty.as_ref().is_none_or(|t| t.dtype == dtype) {
        return payload;
    }
    let Payload { attrs, ty } = graph.analysis.payload(payload).clone();
    graph.analysis.intern(Payload { attrs, ty: ty.map(|t| t.with_dtype(dtype)) })
}
