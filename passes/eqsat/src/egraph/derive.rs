//! What is known of a node by what is known of its children.

use super::{Data, Graph, Node, TypeId, about, rank, type_of};
use crate::{
    egraph::{Head, op_set::KindSet},
    exact,
    facts::{
        Facts,
        structure::{self, Structure},
    },
};
use smallvec::SmallVec;
use std::{collections::BTreeSet, sync::Arc};
use thn_ir::{DType, Dim, DimVisitor, Fact, Literal, OpKind, Scalar, Symbol};

/// Literals with more elements are not computed with here.
const LARGEST_FOLDED: usize = 4096;

/// Facts of one node from those of its children.
pub(super) fn derive(graph: &Graph, node: &Node, ty: Option<TypeId>) -> Data {
    let tensor = ty.map(|t| &graph.analysis.types.items[t.0 as usize]);
    let dtype = tensor.map_or(DType::Bool, |t| t.dtype);
    let unknown = Data {
        ty,
        splat: None,
        foldable: false,
        facts: Facts::of_dtype(dtype),
        leaf: matches!(node.head, Head::Leaf(_)),
        constant: false,
        kinds: KindSet::default(),
        generation: graph.analysis.generation,
        uses: 0,
    };
    let Some((kind, payload)) = node.op() else { return unknown };
    let children: SmallVec<[&Data; 3]> = node.children.iter().map(|c| about(graph, *c)).collect();
    let literal = match kind {
        OpKind::Constant => graph.analysis.payload(payload).attrs.get_literal("value"),
        _ => None,
    };
    let splat = match kind {
        OpKind::Constant => {
            literal.and_then(Literal::splat_value).map(|v| Arc::new(Literal::scalar(dtype, v)))
        }
        OpKind::Broadcast | OpKind::Reshape | OpKind::Dimshuffle | OpKind::Slice | OpKind::Assume => {
            children.first().and_then(|c| c.splat.clone())
        }
        _ => None,
    };
    let foldable = match kind {
        OpKind::Constant => literal.is_some_and(|l| l.len() <= LARGEST_FOLDED),
        _ => kind.row().is_elementwise() && children.iter().all(|c| c.foldable),
    };
    let constant = match kind {
        OpKind::Constant => true,
        OpKind::Broadcast => children[0].constant && rank(graph, node.children[0]) == 0,
        _ => false,
    };
    let facts = match (&splat, kind) {
        (Some(l), _) => Facts::of_scalar(l.get(0)),
        (None, OpKind::Cast) => {
            let from = node.children.first().and_then(|c| type_of(graph, *c)).map(|t| t.dtype);
            from.map_or(unknown.facts, |from| children[0].facts.cast(from, dtype))
        }
        (None, OpKind::Dim) => {
            let expr = graph.analysis.payload(payload).attrs.get_dim("expr");
            expr.map_or(unknown.facts, |d| d.visit(&mut DimFacts { lengths: &graph.analysis.lengths }))
        }
        (None, OpKind::Iota | OpKind::Argmax) => {
            let along = node.children.first().map_or(tensor, |x| type_of(graph, *x));
            let axis = graph.analysis.payload(payload).attrs.get_int("axis").unwrap_or(0);
            let length = along.and_then(|t| t.shape.get(usize::try_from(axis).ok()?));
            Facts::of_iota(length.and_then(Dim::as_const), dtype)
        }
        (None, OpKind::Assume) => {
            let facts = graph.analysis.payload(payload).attrs.get_str("facts").unwrap_or_default();
            let facts = Fact::list(facts).unwrap_or_default();
            facts
                .into_iter()
                .fold(children[0].facts, |known, fact| known.meet(Facts::of_assumption(fact, dtype)))
        }
        // Its elements are values of xᵀ A x.
        (None, OpKind::Diagonal) if children[0].facts.structure.has(Structure::SEMIDEFINITE) => {
            Facts { structure: Structure::NONE, ..children[0].facts }
                .meet(Facts::of_bounds(0.0, f64::INFINITY))
        }
        (None, OpKind::Constant) => literal.map_or(unknown.facts, |l| {
            l.iter().map(Facts::of_scalar).reduce(Facts::join).unwrap_or(unknown.facts)
        }),
        _ => Facts::of_op(kind, &children.iter().map(|c| c.facts).collect::<SmallVec<[Facts; 4]>>(), dtype),
    };
    let structure = tensor.map_or(Structure::NONE, |ty| {
        let promised = if kind == OpKind::Assume { facts.structure } else { Structure::NONE };
        let known = structure::of_node(graph, kind, graph.analysis.payload(payload), &node.children, ty);
        (known | promised).completed(ty)
    });
    let facts = Facts { structure, ..facts };
    let splat = splat.or_else(|| facts.point(dtype).map(|v| Arc::new(Literal::scalar(dtype, v))));
    let splat = splat.or_else(|| {
        let operands: Option<SmallVec<[&Literal; 3]>> = children.iter().map(|c| c.splat.as_deref()).collect();
        operands.and_then(|operands| exact::fold(kind, dtype, &operands)).map(Arc::new)
    });
    Data { ty, splat, foldable, facts, leaf: false, constant, kinds: KindSet::of(kind), ..unknown }
}

/// Bounds of a dim expression, in the arithmetic of i64.
struct DimFacts<'a> {
    lengths: &'a BTreeSet<u32>,
}

impl DimVisitor for DimFacts<'_> {
    type Out = Facts;

    fn constant(&mut self, value: i64) -> Facts {
        Facts::of_scalar(Scalar::Int(value.into()))
    }

    fn symbol(&mut self, symbol: &Symbol) -> Facts {
        let unknown = Facts::of_dtype(DType::I64);
        if self.lengths.contains(&symbol.id) { Facts { lo: 0.0, ..unknown } } else { unknown }
    }

    fn add(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Add, &[a, b], DType::I64)
    }

    fn mul(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Mul, &[a, b], DType::I64)
    }

    fn floor_div(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::FloorDiv, &[a, b], DType::I64)
    }

    fn modulo(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Mod, &[a, b], DType::I64)
    }

    fn max(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Maximum, &[a, b], DType::I64)
    }

    fn min(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Minimum, &[a, b], DType::I64)
    }
}
