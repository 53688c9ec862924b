//! Sums over products of tensors that do not all have every dim: `sum_k x[i, k] y[k, j]`, however it is spelled.
//!
//! A sum over a product of broadcasts, products of matrices, diagonals and further sums is an Einstein sum; so are the
//! diagonal of a product of matrices, and a stack of products with one common factor. Its factors are contracted two at a time, in
//! the order of least work over all orders (a dynamic program over sets of factors), and two matrices are contracted
//! by a product of matrices. So the tensor of all products is never made.

use super::{CONTRACTION, Product, dimshuffle, is_finite, unless_empty};
use crate::egraph::{DataSlot, Graph, Node, Payload, PayloadId, add_op, type_of};
use egg::{EClass, Id};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};
use thn_ir::{Attrs, Dim, OpKind, Shape};

/// The most factors with dims of one sum. All their subsets are looked at.
const MAX_FACTORS: usize = 6;
/// The most ops of one sum that are looked into.
const MAX_STEPS: usize = 24;

/// A tensor whose dims are some of the indices of a sum.
#[derive(Clone, Debug)]
struct Factor {
    class: Id,
    indices: Vec<usize>,
}

/// A sum over a product.
struct Einsum {
    /// Factors without dims.
    scalars: Vec<Id>,
    factors: Vec<Factor>,
    /// Lengths of indices.
    lengths: Vec<Dim>,
    /// The indices of the result, in order; all others are summed over.
    kept: Vec<usize>,
    /// The nodes that the sum was read from, and the classes that they are in.
    opened: BTreeMap<Id, Node>,
}

/// Products of matrices for sums over products.
pub(super) fn contractions(graph: &mut Graph) -> Vec<Product> {
    let is_sum = |class: &EClass<Node, DataSlot>| class.nodes.iter().any(|n| begins(graph, n));
    let mut sums: Vec<Id> = graph.classes().filter(|c| is_sum(c)).map(|c| c.id).collect();
    sums.sort_unstable();
    sums.into_iter().filter_map(|class| contraction(graph, class)).collect()
}

/// The products of matrices for one sum.
pub(super) fn contraction(graph: &mut Graph, class: Id) -> Option<Product> {
    let sum = graph[class].nodes.iter().filter(|n| begins(graph, n)).min()?.clone();
    let mut einsum = read(graph, class, &sum)?;
    let equal = einsum.contract(graph)?;
    Some(Product { name: CONTRACTION, class, equal, opened: einsum.opened })
}

/// Whether a node is a sum, or a part or a stack of products that are sums of less: the diagonal of a product, a stack of
/// products with one common factor.
fn begins(graph: &Graph, node: &Node) -> bool {
    let is =
        |x: Id, kinds: &[OpKind]| graph[x].nodes.iter().any(|n| n.kind().is_some_and(|k| kinds.contains(&k)));
    match node.kind() {
        Some(OpKind::Sum) => true,
        Some(OpKind::Diagonal) => is(node.children[0], &[OpKind::Dot, OpKind::BatchedDot]),
        Some(OpKind::BatchedDot) => node.children.iter().any(|x| is(*x, &[OpKind::Broadcast])),
        _ => false,
    }
}

/// A sum as an Einstein sum of at least two tensors; `None` if there is nothing to choose.
fn read(graph: &Graph, class: Id, sum: &Node) -> Option<Einsum> {
    let kept = type_of(graph, class)?.shape.to_vec();
    let indices: Vec<usize> = (0..kept.len()).collect();
    let mut e = Einsum {
        scalars: vec![],
        factors: vec![],
        kept: indices.clone(),
        lengths: kept,
        opened: BTreeMap::from([(class, sum.clone())]),
    };
    let mut inside = vec![];
    e.enter(graph, sum, &indices, &mut inside)?;
    // What is still to be looked into, and the classes that it is part of: some contain themselves.
    let mut open: Vec<(Factor, Vec<Id>)> = inside.into_iter().map(|f| (f, vec![class])).collect();
    let mut steps = 0;
    while let Some((factor, mut within)) = open.pop() {
        // The most factors first: flattened products before their binary spellings.
        let room = e.factors.len() + open.len() < MAX_FACTORS
            && steps < MAX_STEPS
            && !within.contains(&factor.class);
        // What contains itself tells nothing of its factors, and what was looked into before is what it was then.
        let own = |c: &Id| graph.find(*c) == factor.class || within.contains(&graph.find(*c));
        let nodes = graph[factor.class].nodes.iter().filter(|n| room && n.children.len() <= MAX_FACTORS);
        let nodes = nodes.filter(|n| n.kind().is_some_and(is_linear) && !n.children.iter().any(own));
        let before = e.opened.get(&factor.class).cloned();
        let mut nodes: Vec<&Node> = nodes.filter(|n| before.as_ref().is_none_or(|b| b == *n)).collect();
        nodes.sort_unstable_by_key(|n| (n.kind() != Some(OpKind::Mul), Reverse(n.children.len()), *n));
        let mut inside = vec![];
        let mut enter = |n: &&Node| {
            inside.clear();
            e.enter(graph, n, &factor.indices, &mut inside).is_some()
        };
        match nodes.into_iter().find(&mut enter) {
            Some(node) => {
                steps += 1;
                within.push(factor.class);
                open.extend(inside.into_iter().map(|f| (f, within.clone())));
                e.opened.insert(factor.class, node.clone());
            }
            None if factor.indices.is_empty() => e.scalars.push(factor.class),
            None => e.factors.push(factor),
        }
    }
    // Where every factor has every index, nothing can be contracted before the product is made, unless only the
    // diagonal of it is needed. An index that no
    // factor has is a broadcast of the whole product, which other rules take out of the sum.
    let has = |i: &usize| e.factors.iter().any(|f| f.indices.contains(i));
    let partial = e.factors.iter().any(|f| f.indices.len() < e.lengths.len())
        || e.opened.values().any(|n| n.kind() == Some(OpKind::Diagonal));
    let complete = (0..e.lengths.len()).all(|i| has(&i));
    (partial && complete && (2..=MAX_FACTORS).contains(&e.factors.len())).then_some(e)
}

/// Ops that are products and sums of elements of their operands.
fn is_linear(kind: OpKind) -> bool {
    use OpKind::{BatchedDot, Broadcast, Diagonal, Dimshuffle, Dot, Mul, Sum};
    matches!(kind, Mul | Broadcast | Dimshuffle | Dot | BatchedDot | Sum | Diagonal)
}

impl Einsum {
    /// Adds the operands of a node whose result has `indices`; `None` if it is no product of them.
    fn enter(&mut self, graph: &Graph, node: &Node, indices: &[usize], open: &mut Vec<Factor>) -> Option<()> {
        let (kind, payload) = node.op()?;
        let attrs = &graph.analysis.payload(payload).attrs;
        let operand = |i: usize, indices: Vec<usize>| Factor { class: graph.find(node.children[i]), indices };
        let shape = |i: usize| type_of(graph, node.children[i]).map(|t| &t.shape);
        match kind {
            OpKind::Mul => {
                for i in 0..node.children.len() {
                    let own = if shape(i)?.rank() == 0 { vec![] } else { indices.to_vec() };
                    open.push(operand(i, own));
                }
            }
            OpKind::Broadcast => {
                let places = attrs.get_ints("axes").iter();
                let own: Option<Vec<usize>> = places.map(|p| indices.get(*p as usize).copied()).collect();
                open.push(operand(0, own?));
            }
            OpKind::Dimshuffle => {
                let order = attrs.get_ints("order");
                // A new dim would be an index that nothing has, a dropped one an index that the result has not.
                let mut own = vec![None; shape(0)?.rank()];
                for (to, from) in order.iter().enumerate() {
                    *own.get_mut(usize::try_from(*from).ok()?)? = indices.get(to).copied();
                }
                open.push(operand(0, own.into_iter().collect::<Option<_>>()?));
            }
            OpKind::Diagonal => {
                // Of a matrix that is not square, a part would have to be taken first.
                let [.., rows, columns] = shape(0)?.0.as_slice() else { return None };
                let last = *indices.last()?;
                if rows != columns {
                    return None;
                }
                open.push(operand(0, indices.iter().copied().chain([last]).collect()));
            }
            OpKind::Sum => {
                let axes = attrs.get_ints("axes");
                let mut left = indices.iter().copied();
                let mut own = vec![];
                for (i, length) in shape(0)?.iter().enumerate() {
                    let summed = axes.contains(&(i as i64));
                    own.push(if summed { self.index(length) } else { left.next()? });
                }
                open.push(operand(0, own));
            }
            OpKind::Dot | OpKind::BatchedDot => {
                let (x, y) = (shape(0)?, shape(1)?);
                let inner = self.index(x.last()?);
                let batch = usize::from(kind == OpKind::BatchedDot);
                let rows = x.rank() - 1;
                let (first, second) = indices.split_at_checked(rows)?;
                let batches = first.get(..batch)?.iter().copied();
                let own: Vec<usize> = batches.chain([inner]).chain(second.iter().copied()).collect();
                if own.len() != y.rank() {
                    return None;
                }
                open.push(operand(0, first.iter().copied().chain([inner]).collect()));
                open.push(operand(1, own));
            }
            _ => return None,
        }
        Some(())
    }

    /// A new index of this length.
    fn index(&mut self, length: &Dim) -> usize {
        self.lengths.push(length.clone());
        self.lengths.len() - 1
    }

    fn summed(&self, index: usize) -> bool {
        !self.kept.contains(&index)
    }
}

/// The indices of two factors by what they are in a product of matrices.
struct Groups {
    /// In both, and kept.
    batch: Vec<usize>,
    /// In the left one only.
    rows: Vec<usize>,
    /// In both, and summed over.
    inner: Vec<usize>,
    /// In the right one only.
    columns: Vec<usize>,
}

impl Groups {
    fn of(left: &Factor, right: &Factor, keep: &[usize]) -> Groups {
        let of =
            |f: &Factor, holds: &dyn Fn(&usize) -> bool| f.indices.iter().copied().filter(holds).collect();
        let shared = |i: &usize| right.indices.contains(i);
        Groups {
            batch: of(left, &|i| shared(i) && keep.contains(i)),
            rows: of(left, &|i| !shared(i)),
            inner: of(left, &|i| shared(i) && !keep.contains(i)),
            columns: of(right, &|i| !left.indices.contains(i)),
        }
    }

    /// The indices of the product, in order.
    fn result(&self) -> Vec<usize> {
        [&self.batch, &self.rows, &self.columns].into_iter().flatten().copied().collect()
    }

    /// How many of the two factors and their product have their dims in another order than the product of matrices.
    fn moved(&self, left: &Factor, right: &Factor) -> usize {
        let differs = |f: &Factor, groups: [&Vec<usize>; 3]| !groups.into_iter().flatten().eq(&f.indices);
        usize::from(differs(left, [&self.batch, &self.rows, &self.inner]))
            + usize::from(differs(right, [&self.batch, &self.inner, &self.columns]))
            + usize::from(!self.result().is_sorted())
    }
}

/// How a set of factors becomes one tensor: the two parts that are contracted last, as sets.
#[derive(Clone, Copy)]
struct Plan {
    work: f64,
    parts: (usize, usize),
}

impl Einsum {
    fn contract(&mut self, graph: &mut Graph) -> Option<Id> {
        self.factors.iter_mut().try_for_each(|f| distinct(graph, f))?;
        let n = self.factors.len();
        let whole = (1usize << n) - 1;
        let mut plans: HashMap<usize, Plan> = HashMap::new();
        for set in 1..=whole {
            if set.is_power_of_two() {
                plans.insert(set, Plan { work: 0.0, parts: (0, 0) });
                continue;
            }
            let mut best: Option<Plan> = None;
            // Proper subsets that hold the lowest factor, so that every pair is looked at once.
            let low = set & set.wrapping_neg();
            let mut part = (set - 1) & set;
            while part > 0 {
                if part & low != 0 {
                    let (a, b) = (part, set & !part);
                    let work = plans[&a].work + plans[&b].work + self.size(&self.union(a, b));
                    if best.is_none_or(|p| work < p.work) {
                        best = Some(Plan { work, parts: (a, b) });
                    }
                }
                part = (part - 1) & set;
            }
            plans.insert(set, best?);
        }
        let result = self.make(graph, &plans, whole)?;
        let place = |i: &usize| result.indices.iter().position(|r| r == i);
        let order: Option<Vec<usize>> = self.kept.iter().map(place).collect();
        let sum = dimshuffle(graph, result.class, &order?)?;
        let mut operands = vec![unless_empty(graph, sum, &self.outside(graph), sum, 0.0)?];
        let summed = (0..self.lengths.len()).filter(|i| self.summed(*i));
        let summed: Vec<Dim> = summed.map(|i| self.lengths[i].clone()).collect();
        for scalar in &self.scalars {
            let finite = is_finite(graph, *scalar);
            operands.push(if finite { *scalar } else { unless_empty(graph, *scalar, &summed, sum, 1.0)? });
        }
        add_op(graph, OpKind::Mul, PayloadId::EMPTY, &operands)
    }

    /// Lengths of indices that are summed over and that some factor lacks which may be infinite or NaN.
    fn outside(&self, graph: &Graph) -> Vec<Dim> {
        let lacks =
            |i: &usize| self.factors.iter().any(|f| !f.indices.contains(i) && !is_finite(graph, f.class));
        let all = (0..self.lengths.len()).filter(|i| self.summed(*i) && lacks(i));
        all.map(|i| self.lengths[i].clone()).collect()
    }

    fn size(&self, indices: &[usize]) -> f64 {
        indices.iter().map(|i| self.lengths[*i].nominal()).product()
    }

    /// The dims that the contracted factors of a set have: those that are kept or that others have too.
    fn outer(&self, set: usize) -> Vec<usize> {
        let has = |f: &Factor, a: usize| f.indices.contains(&a);
        let within = |a: usize, inside: bool| {
            self.factors.iter().enumerate().any(|(i, f)| (set >> i & 1 == 1) == inside && has(f, a))
        };
        (0..self.lengths.len())
            .filter(|i| within(*i, true) && (!self.summed(*i) || within(*i, false)))
            .collect()
    }

    /// The dims of the space in which two sets are contracted.
    fn union(&self, a: usize, b: usize) -> Vec<usize> {
        let mut all = self.outer(a);
        all.extend(self.outer(b));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn make(&self, graph: &mut Graph, plans: &HashMap<usize, Plan>, set: usize) -> Option<Factor> {
        let keep = self.outer(set);
        if set.is_power_of_two() {
            let factor = self.factors[set.trailing_zeros() as usize].clone();
            return reduce(graph, factor, &keep);
        }
        let (a, b) = plans.get(&set)?.parts;
        let (a, b) = (self.make(graph, plans, a)?, self.make(graph, plans, b)?);
        self.pair(graph, &a, &b, &keep)
    }

    /// Two factors as one with the dims `keep`.
    fn pair(&self, graph: &mut Graph, a: &Factor, b: &Factor, keep: &[usize]) -> Option<Factor> {
        let [one, other] = [Groups::of(a, b, keep), Groups::of(b, a, keep)];
        // `dot` takes vectors, `batched_dot` does not.
        let vector = one.rows.is_empty() || one.columns.is_empty();
        if one.inner.is_empty() || !one.batch.is_empty() && vector {
            let product = self.product(graph, a, b)?;
            return reduce(graph, product, keep);
        }
        // x y or (yᵀ xᵀ)ᵀ, whichever moves fewer elements.
        let (a, b, g) = if other.moved(b, a) < one.moved(a, b) { (b, a, other) } else { (a, b, one) };
        let left = self.matrices(graph, a, [&g.batch, &g.rows, &g.inner])?;
        let right = self.matrices(graph, b, [&g.batch, &g.inner, &g.columns])?;
        let kind = if g.batch.is_empty() { OpKind::Dot } else { OpKind::BatchedDot };
        let product = add_op(graph, kind, PayloadId::EMPTY, &[left, right])?;
        let indices = g.result();
        let shape = Shape(indices.iter().map(|i| self.lengths[*i].clone()).collect());
        Some(Factor { class: reshape(graph, product, shape)?, indices })
    }

    /// The product of two factors over all dims of either, in order.
    fn product(&self, graph: &mut Graph, a: &Factor, b: &Factor) -> Option<Factor> {
        let mut indices: Vec<usize> = a.indices.iter().chain(&b.indices).copied().collect();
        indices.sort_unstable();
        indices.dedup();
        let mut operands = vec![];
        for factor in [a, b] {
            let ty = type_of(graph, factor.class)?
                .with_shape(Shape(indices.iter().map(|i| self.lengths[*i].clone()).collect()));
            let mut order: Vec<usize> = (0..factor.indices.len()).collect();
            order.sort_by_key(|i| factor.indices[*i]);
            let sorted = dimshuffle(graph, factor.class, &order)?;
            if factor.indices.len() == indices.len() {
                operands.push(sorted);
                continue;
            }
            let at = |i: &usize| indices.iter().position(|a| *a == factor.indices[*i]).map(|p| p as i64);
            let places: Vec<i64> = order.iter().map(at).collect::<Option<_>>()?;
            let attrs = Attrs::new().ints("axes", &places);
            let payload = graph.analysis.intern(Payload { attrs, ty: Some(ty) });
            operands.push(add_op(graph, OpKind::Broadcast, payload, &[sorted])?);
        }
        Some(Factor { class: add_op(graph, OpKind::Mul, PayloadId::EMPTY, &operands)?, indices })
    }

    /// A factor as a vector, a matrix or a batch of matrices: each group of dims becomes one dim, unless it is empty.
    fn matrices(&self, graph: &mut Graph, factor: &Factor, groups: [&Vec<usize>; 3]) -> Option<Id> {
        let order: Vec<usize> = groups
            .iter()
            .flat_map(|g| g.iter())
            .map(|a| factor.indices.iter().position(|f| f == a))
            .collect::<Option<_>>()?;
        let sorted = dimshuffle(graph, factor.class, &order)?;
        let groups = groups.iter().filter(|g| !g.is_empty());
        let length = |g: &&Vec<usize>| Dim::product(g.iter().map(|a| &self.lengths[*a]));
        reshape(graph, sorted, Shape(groups.map(length).collect()))
    }
}

/// A factor with every index once: its diagonal, where it has one twice.
fn distinct(graph: &mut Graph, factor: &mut Factor) -> Option<()> {
    let twice = |f: &Factor| {
        let all = f.indices.iter().enumerate();
        all.rev().find_map(|(j, b)| Some((f.indices[..j].iter().position(|a| a == b)?, j)))
    };
    while let Some((i, j)) = twice(factor) {
        let mut order: Vec<usize> = (0..factor.indices.len()).filter(|d| *d != i && *d != j).collect();
        order.extend([i, j]);
        let moved = dimshuffle(graph, factor.class, &order)?;
        factor.class = add_op(graph, OpKind::Diagonal, PayloadId::EMPTY, &[moved])?;
        order.pop();
        factor.indices = order.into_iter().map(|d| factor.indices[d]).collect();
    }
    Some(())
}

/// A factor summed over the dims that are not to be kept.
fn reduce(graph: &mut Graph, factor: Factor, keep: &[usize]) -> Option<Factor> {
    let gone = |a: &usize| !keep.contains(a);
    let axes: Vec<i64> =
        factor.indices.iter().enumerate().filter(|(_, a)| gone(a)).map(|(i, _)| i as i64).collect();
    if axes.is_empty() {
        return Some(factor);
    }
    let payload = graph.analysis.intern(Payload { attrs: Attrs::new().ints("axes", &axes), ty: None });
    let class = add_op(graph, OpKind::Sum, payload, &[factor.class])?;
    Some(Factor { class, indices: factor.indices.into_iter().filter(|a| keep.contains(a)).collect() })
}

/// A tensor under another shape; itself if it has it.
fn reshape(graph: &mut Graph, x: Id, shape: Shape) -> Option<Id> {
    let ty = type_of(graph, x)?;
    if ty.shape == shape {
        return Some(x);
    }
    let ty = ty.with_shape(shape);
    let payload = graph.analysis.intern(Payload { attrs: Attrs::new(), ty: Some(ty) });
    add_op(graph, OpKind::Reshape, payload, &[x])
}
