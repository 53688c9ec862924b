//! Folds constants, once, in high precision.

use crate::{driver::extract::Choice, egraph::Graph, hash::FastSet};
use egg::Id;
use std::collections::BTreeMap;
use thn_ir::{Attrs, Literal, OpKind};

/// Literals for the chosen classes that are computed from constants alone.
pub(crate) fn fold(graph: &Graph, choice: &Choice, roots: &[Id]) -> BTreeMap<Id, Literal> {
    let mut literals: BTreeMap<Id, Literal> = BTreeMap::new();
    let mut folded = BTreeMap::new();
    let mut visited = FastSet::default();
    let mut stack: Vec<(Id, bool)> = roots.iter().map(|r| (graph.find(*r), false)).collect();
    while let Some((class, children_done)) = stack.pop() {
        let Some(node) = choice.node(graph, class) else { continue };
        if !children_done {
            if visited.insert(class) {
                stack.push((class, true));
                stack.extend(node.children.iter().map(|c| (graph.find(*c), false)));
            }
            continue;
        }
        let Some((kind, payload)) = node.op() else { continue };
        let attrs = &graph.analysis.payload(payload).attrs;
        if let Some(literal) = attrs.get_literal("value") {
            literals.insert(class, literal.clone());
            continue;
        }
        let operands: Option<Vec<Literal>> =
            node.children.iter().map(|c| literals.get(&graph.find(*c)).cloned()).collect();
        let Some(operands) = operands.filter(|o| !o.is_empty()) else { continue };
        if let Some(literal) = fold_op(kind, attrs, &operands) {
            literals.insert(class, literal.clone());
            folded.insert(class, literal);
        }
    }
    folded
}

/// An op on literals; sums and products of more than two in order.
pub(crate) fn fold_op(kind: OpKind, attrs: &Attrs, operands: &[Literal]) -> Option<Literal> {
    match operands {
        [first, rest @ ..] if rest.len() > 1 && kind.row().commutative => {
            rest.iter().try_fold(first.clone(), |a, b| thn_reference::fold(kind, attrs, &[a, b.clone()]))
        }
        _ => thn_reference::fold(kind, attrs, operands),
    }
}
