//! Products of matrices in normal form: as lists of factors, not as trees.
//!
//! The association of a chain of products, and the order in which a sum over a product of many factors is contracted,
//! are chosen by dynamic programming over the lengths of dims instead of by rules that move one pair of brackets.
//! Rules that round otherwise are off under `strict`, and so is this file.
//!
//! - `product-order` ([`chain`]): a chain of `dot` or `batched_dot`, seen through transpositions, in its cheapest order.
//! - `contraction` ([`einsum`]): a sum over a product of tensors that do not all have every dim, as products of matrices;
//!   so are the diagonal of a product and a stack of products with one common factor.

mod chain;
mod einsum;

use crate::egraph::{Graph, Node, Payload, PayloadId, add_op, add_scalar, class_data, type_of};
use egg::Id;
use std::collections::BTreeMap;
use thn_ir::{Attr, Attrs, DType, Dim, OpKind, Scalar};

/// A class, and an equal of it that this file made.
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) class: Id,
    pub(crate) equal: Id,
    /// The nodes by which the class was read as a product, and the classes that they are in.
    pub(crate) opened: BTreeMap<Id, Node>,
}

/// The names of what this file does.
const ORDER: &str = "product-order";
const CONTRACTION: &str = "contraction";

/// Whether a rewrite is one of this file.
pub(crate) fn is_one(name: &str) -> bool {
    [ORDER, CONTRACTION].contains(&name)
}

/// The cheapest forms of one class.
pub(crate) fn of_class(graph: &mut Graph, class: Id) -> Vec<Product> {
    let mut found = chain::orders(graph, class);
    found.extend(einsum::contraction(graph, class));
    found
}

/// The cheapest forms of all products that `roots` or anything but another product needs.
pub(crate) fn products(graph: &mut Graph, roots: &[Id]) -> Vec<Product> {
    let mut found = chain::chains(graph, roots);
    found.extend(einsum::contractions(graph));
    found
}

/// Whether a dim may have length 0.
fn may_be_empty(dim: &Dim) -> bool {
    dim.as_const().is_none_or(|n| n < 1)
}

/// Whether a class is finite everywhere: times the sum of nothing, it is 0.
fn is_finite(graph: &Graph, class: Id) -> bool {
    class_data(graph, class).facts.finite()
}

/// A tensor where none of the dims is empty, else a number. A sum over an empty dim is 0 with all its factors inside, and
/// NaN times a factor outside that is not finite. A dim that `like` has needs no care: then `like` has no elements.
fn unless_empty(graph: &mut Graph, x: Id, dims: &[Dim], like: Id, number: f64) -> Option<Id> {
    let kept = &type_of(graph, like)?.shape;
    let dims: Vec<&Dim> = dims.iter().filter(|d| may_be_empty(d) && !kept.contains(d)).collect();
    if dims.is_empty() {
        return Some(x);
    }
    let attrs = Attrs::new().with("expr", Attr::Dim(Dim::product(dims)));
    let payload = graph.analysis.intern(Payload { attrs, ty: None });
    let count = add_op(graph, OpKind::Dim, payload, &[])?;
    let none = add_scalar(graph, DType::I64, Scalar::Int(0));
    let some = add_op(graph, OpKind::Lt, PayloadId::EMPTY, &[none, count])?;
    let dtype = type_of(graph, x)?.dtype;
    let number = add_scalar(graph, dtype, Scalar::Float(number));
    add_op(graph, OpKind::Select, PayloadId::EMPTY, &[some, x, number])
}

/// The payload of a dimshuffle.
fn order(graph: &mut Graph, order: &[i64]) -> PayloadId {
    graph.analysis.intern(Payload { attrs: Attrs::new().ints("order", order), ty: None })
}

/// A tensor with its dims in another order; itself if that is the order it has.
fn dimshuffle(graph: &mut Graph, x: Id, to: &[usize]) -> Option<Id> {
    if to.iter().enumerate().all(|(i, d)| i == *d) {
        return Some(x);
    }
    let to: Vec<i64> = to.iter().map(|d| *d as i64).collect();
    let payload = order(graph, &to);
    add_op(graph, OpKind::Dimshuffle, payload, &[x])
}
