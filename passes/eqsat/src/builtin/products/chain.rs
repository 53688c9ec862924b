//! The order of a chain of matrix products.
//!
//! A product is flattened to the list of its factors, through products and through transpositions of products, which
//! reverse the list. The cheapest brackets follow from the classical recurrence over intervals (Godbole, On efficient
//! computation of matrix chain products, 1973): cost(i, j) = min over k of cost(i, k) + cost(k, j) + the product of
//! those two. Vectors stand at the ends of a chain only: `dot` of a matrix and a vector gives a vector, which as a
//! left operand would be a row.

use super::{ORDER, Product, dimshuffle, is_finite, unless_empty};
use crate::egraph::{Graph, Node, PayloadId, add_op, rank, type_of};
use egg::{Id, Language};
use std::collections::{BTreeMap, HashSet};
use thn_ir::{Dim, OpKind};

/// The most factors of one chain; longer ones are cut into several. The recurrence is cubic in this.
const MAX_FACTORS: usize = 128;

/// A factor: a class, and whether its transposition is meant.
type Factor = (Id, bool);

/// The cheapest order of every chain that is not part of a longer one alone.
pub(super) fn chains(graph: &mut Graph, roots: &[Id]) -> Vec<Product> {
    tops(graph, roots).into_iter().flat_map(|class| orders(graph, class)).collect()
}

/// The cheapest order of a chain, straight and transposed.
pub(super) fn orders(graph: &mut Graph, class: Id) -> Vec<Product> {
    let Some(kind) = kind(graph, class) else { return vec![] };
    let Some((factors, opened)) = factors(graph, kind, class).filter(|(f, _)| f.len() >= 3) else {
        return vec![];
    };
    // (A B C)ᵀ = Cᵀ Bᵀ Aᵀ: whichever side needs fewer transpositions.
    let transposed = factors.iter().filter(|(_, t)| *t).count();
    let ways = if transposed > factors.len() + 1 - transposed { &[false, true][..] } else { &[false] };
    let outside = outside(graph, &factors);
    let mut built = vec![];
    for turned in ways {
        let Some(product) = build(graph, kind, &factors, *turned) else { continue };
        let same = graph.find(product) == graph.find(class);
        built.extend(if same { Some(product) } else { unless_empty(graph, product, &outside, product, 0.0) });
    }
    built.into_iter().map(|equal| Product { name: ORDER, class, equal, opened: opened.clone() }).collect()
}

/// The lengths of dims between two factors, where a factor that is neither of the two may be infinite or NaN.
fn outside(graph: &Graph, factors: &[Factor]) -> Vec<Dim> {
    let columns = |(class, transposed): &Factor| {
        let shape = &type_of(graph, *class)?.shape;
        shape.iter().rev().nth(usize::from(*transposed && shape.rank() > 1)).cloned()
    };
    let mut dims = vec![];
    for (i, left) in factors.iter().enumerate().take(factors.len() - 1) {
        let mut others = factors.iter().enumerate().filter(|(j, _)| *j != i && *j != i + 1);
        if others.any(|(_, (class, _))| !is_finite(graph, *class)) {
            dims.extend(columns(left));
        }
    }
    dims
}

/// The order of dims that exchanges the last two of `rank`.
fn exchange(rank: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rank).collect();
    if rank >= 2 {
        order.swap(rank - 2, rank - 1);
    }
    order
}

/// Whether a node exchanges the last two dims of its operand.
fn transposes(graph: &Graph, node: &Node) -> bool {
    let Some((OpKind::Dimshuffle, payload)) = node.op() else { return false };
    let rank = rank(graph, node.children[0]);
    let order = graph.analysis.payload(payload).attrs.get_ints("order");
    rank >= 2 && order.len() == rank && order.iter().zip(exchange(rank)).all(|(a, b)| *a == b as i64)
}

/// The first product among the nodes of a class.
fn product(graph: &Graph, class: Id) -> Option<(OpKind, &Node)> {
    let all = graph[class].nodes.iter().filter_map(|n| n.kind().filter(|k| k.is_matmul()).map(|k| (k, n)));
    all.min()
}

/// The first transposition among the nodes of a class.
fn transposition(graph: &Graph, class: Id) -> Option<&Node> {
    graph[class].nodes.iter().filter(|n| transposes(graph, n)).min()
}

/// The kind of product that a class or its transposition is.
fn kind(graph: &Graph, class: Id) -> Option<OpKind> {
    let turned = || product(graph, graph.find(transposition(graph, class)?.children[0]));
    product(graph, class).or_else(turned).map(|(kind, _)| kind)
}

/// Classes of products that something other than a longer product needs.
fn tops(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    if graph.classes_for_op(&true).is_none_or(|mut products| products.next().is_none()) {
        return vec![];
    }
    let mut needed: HashSet<Id> = roots.iter().map(|r| graph.find(*r)).collect();
    let mut inside: HashSet<Id> = HashSet::new();
    for class in graph.classes() {
        for node in &class.nodes {
            // A transposition is part of the product that uses it; one that is needed otherwise is a top itself.
            let within = node.kind().is_some_and(OpKind::is_matmul) || transposes(graph, node);
            let into = if within { &mut inside } else { &mut needed };
            into.extend(node.children().iter().map(|c| graph.find(*c)));
        }
    }
    let top = |c: &Id| (needed.contains(c) || !inside.contains(c)) && kind(graph, *c).is_some();
    let mut tops: Vec<Id> = graph.classes().map(|c| c.id).filter(top).collect();
    tops.sort_unstable();
    tops
}

/// The factors of a class, in order, and the nodes that they were found by; `None` if the class is no product.
fn factors(graph: &Graph, kind: OpKind, class: Id) -> Option<(Vec<Factor>, BTreeMap<Id, Node>)> {
    let mut nodes = BTreeMap::new();
    let mut out: Vec<Factor> = vec![];
    let mut stack: Vec<Factor> = vec![(class, false)];
    let mut steps = 0;
    while let Some((class, transposed)) = stack.pop() {
        let class = graph.find(class);
        let open = steps < 4 * MAX_FACTORS && stack.len() + out.len() + 2 <= MAX_FACTORS;
        let node = product(graph, class).filter(|(k, _)| *k == kind && open).map(|(_, node)| node);
        if let Some(node) = node.filter(|node| at_the_ends(graph, kind, node, &stack, &out)) {
            let (x, y) = (node.children[0], node.children[1]);
            let (first, second) = if transposed { (y, x) } else { (x, y) };
            stack.push((second, transposed));
            stack.push((first, transposed));
            nodes.insert(class, node.clone());
            steps += 1;
            continue;
        }
        let turned = transposition(graph, class).filter(|node| {
            let inside = product(graph, graph.find(node.children[0])).is_some_and(|(k, _)| k == kind);
            open && (transposed || inside)
        });
        if let Some(node) = turned {
            stack.push((node.children[0], !transposed));
            nodes.insert(class, node.clone());
            steps += 1;
            continue;
        }
        out.push((class, transposed));
    }
    (steps > 0).then_some((out, nodes))
}

/// Whether the vectors among the operands of a product would stand at an end of the whole chain.
fn at_the_ends(graph: &Graph, kind: OpKind, node: &Node, after: &[Factor], before: &[Factor]) -> bool {
    if kind != OpKind::Dot {
        return true;
    }
    let (row, column) = (rank(graph, node.children[0]) == 1, rank(graph, node.children[1]) == 1);
    (!row || before.is_empty()) && (!column || after.is_empty())
}

/// Rows and columns of a factor, as numbers; a vector is a row at the left end and a column at the right one.
fn lengths(graph: &Graph, factor: Factor, last: bool) -> Option<(f64, f64)> {
    let shape = &type_of(graph, factor.0)?.shape;
    let (rows, columns) = match shape.rank() {
        1 if last => (shape[0].nominal(), 1.0),
        1 => (1.0, shape[0].nominal()),
        n => (shape[n - 2].nominal(), shape[n - 1].nominal()),
    };
    Some(if factor.1 { (columns, rows) } else { (rows, columns) })
}

/// The product in its cheapest order. `turned` builds the transposition of the transposed chain.
fn build(graph: &mut Graph, kind: OpKind, factors: &[Factor], turned: bool) -> Option<Id> {
    let factors: Vec<Factor> =
        if turned { factors.iter().rev().map(|(c, t)| (*c, !t)).collect() } else { factors.to_vec() };
    let n = factors.len();
    let mut dims = Vec::with_capacity(n + 1);
    for (i, factor) in factors.iter().enumerate() {
        let (rows, columns) = lengths(graph, *factor, i + 1 == n)?;
        if i == 0 {
            dims.push(rows);
        }
        dims.push(columns);
    }
    let splits = best_splits(&dims);
    let mut leaves = Vec::with_capacity(n);
    for (class, transposed) in factors {
        let order = exchange(rank(graph, class));
        leaves.push(if transposed { dimshuffle(graph, class, &order)? } else { class });
    }
    let whole = tree(graph, kind, &leaves, &splits, 0, n)?;
    if turned {
        let order = exchange(rank(graph, whole));
        return dimshuffle(graph, whole, &order);
    }
    Some(whole)
}

/// For each interval of factors, by `start * (n + 1) + end`, where the last product splits it.
fn best_splits(dims: &[f64]) -> Vec<usize> {
    let n = dims.len() - 1;
    let mut costs = vec![0.0; (n + 1) * (n + 1)];
    let mut splits = vec![0; (n + 1) * (n + 1)];
    for length in 2..=n {
        for i in 0..=n - length {
            let j = i + length;
            let (mut least, mut at) = (f64::INFINITY, i + 1);
            for k in i + 1..j {
                let cost = costs[i * (n + 1) + k] + costs[k * (n + 1) + j] + dims[i] * dims[k] * dims[j];
                if cost < least {
                    (least, at) = (cost, k);
                }
            }
            costs[i * (n + 1) + j] = least;
            splits[i * (n + 1) + j] = at;
        }
    }
    splits
}

fn tree(graph: &mut Graph, kind: OpKind, leaves: &[Id], splits: &[usize], i: usize, j: usize) -> Option<Id> {
    if j == i + 1 {
        return Some(leaves[i]);
    }
    let k = splits[i * (leaves.len() + 1) + j];
    let x = tree(graph, kind, leaves, splits, i, k)?;
    let y = tree(graph, kind, leaves, splits, k, j)?;
    add_op(graph, kind, PayloadId::EMPTY, &[x, y])
}

#[cfg(test)]
mod tests {
    use super::best_splits;
    use thn_random::Random;

    /// The cost of the cheapest brackets, by trying all.
    fn brute_force(dims: &[f64]) -> f64 {
        if dims.len() <= 2 {
            return 0.0;
        }
        let n = dims.len() - 1;
        let split =
            |k: usize| brute_force(&dims[..=k]) + brute_force(&dims[k..]) + dims[0] * dims[k] * dims[n];
        (1..n).map(split).fold(f64::INFINITY, f64::min)
    }

    fn cost(dims: &[f64], splits: &[usize], i: usize, j: usize) -> f64 {
        if j == i + 1 {
            return 0.0;
        }
        let k = splits[i * dims.len() + j];
        cost(dims, splits, i, k) + cost(dims, splits, k, j) + dims[i] * dims[k] * dims[j]
    }

    #[test]
    fn the_cheapest_brackets_are_found() {
        let mut random = Random::new(5);
        for n in 2..9 {
            for _ in 0..20 {
                let dims: Vec<f64> = (0..=n).map(|_| (1 + random.below(30)) as f64).collect();
                let splits = best_splits(&dims);
                assert_eq!(cost(&dims, &splits, 0, n), brute_force(&dims), "{dims:?}");
            }
        }
    }
}
