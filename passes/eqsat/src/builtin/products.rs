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

use crate::egraph::{Graph, Node, Payload, PayloadId, add_op};
use egg::Id;
use std::collections::BTreeMap;
use thn_ir::{Attrs, OpKind};

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
