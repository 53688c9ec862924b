//! Finds expressions that are equal over the reals: every rule, at every class, as long as the budget lasts.
//!
//! Other than the optimizer's search this one prefers nothing and forgets nothing; what is better is measured
//! afterwards. Rules take turns, so that none can spend the budget alone.

use crate::{dag::Source, sample::Range, terms::Terms};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap, HashSet};
use thn_eqsat::{
    builtin,
    egraph::{
        ClassAnalysis, Graph, Head, Node, Payload, add_op, add_scalar, add_typed, class_data, refine, type_of,
    },
    rule::{Rule, Subst},
    search::{ematch, instantiate},
};
use thn_facts::Facts;
use thn_ir::{Attrs, DType, Literal, OpKind, Scalar, Shape, TensorType};

/// Limits of one search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) nodes: usize,
    pub(crate) sweeps: usize,
}

/// An e-graph of scalars, and the classes of the terms it was made from.
pub(crate) struct Space {
    pub(crate) graph: Graph,
    pub(crate) classes: HashMap<usize, Id>,
}

impl Space {
    /// The classes of terms; all of `equal` are one class. `None` if an op does not fit its operands.
    pub(crate) fn new(terms: &Terms, equal: &[usize], ranges: &[Range]) -> Option<Space> {
        let mut space = Space { graph: EGraph::new(ClassAnalysis::default()), classes: HashMap::new() };
        for i in terms.used(equal) {
            let term = &terms.items[i];
            let id = match &term.source {
                Source::Variable(v) => space.variable(*v, term.dtype, ranges[*v]),
                Source::Number(bits) => {
                    let x = f64::from_bits(*bits);
                    let number =
                        if term.dtype == DType::Bool { Scalar::Bool(x != 0.0) } else { Scalar::Float(x) };
                    add_scalar(&mut space.graph, term.dtype, number)
                }
                Source::Op(kind, attrs, args) => {
                    let payload = space.graph.analysis.intern(Payload { attrs: attrs.clone(), ty: None });
                    let children: Vec<Id> = args.iter().map(|a| space.classes[a]).collect();
                    add_op(&mut space.graph, *kind, payload, &children)?
                }
            };
            space.classes.insert(i, id);
        }
        let roots: Vec<Id> = equal.iter().filter_map(|t| space.classes.get(t)).copied().collect();
        for pair in roots.windows(2) {
            space.graph.union(pair[0], pair[1]);
        }
        space.graph.rebuild();
        Some(space)
    }

    fn variable(&mut self, position: usize, dtype: DType, range: Range) -> Id {
        let node = Node { head: Head::Leaf(position as u32), children: SmallVec::new() };
        let ty = TensorType { dtype, shape: Shape::scalar() };
        let id = add_typed(&mut self.graph, node, Some(ty));
        if dtype.is_float() {
            let bounds = Facts::of_bounds(range.low, range.high);
            refine(&mut self.graph, id, bounds);
        }
        id
    }

    /// Applies rules until nothing new is found or the budget is spent.
    pub(crate) fn saturate(&mut self, rules: &[Rule], limits: Limits) {
        let mut index: BTreeMap<OpKind, Vec<usize>> = BTreeMap::new();
        for (i, rule) in rules.iter().enumerate() {
            if let Some(root) = rule.left.root() {
                index.entry(root).or_default().push(i);
            }
        }
        let mut done: HashSet<(usize, Node, Subst)> = HashSet::new();
        for _ in 0..limits.sweeps {
            let mut turns: BTreeMap<usize, Vec<(Id, Subst)>> = BTreeMap::new();
            for (class, node) in self.nodes() {
                let Some(kind) = node.kind() else { continue };
                for rule in index.get(&kind).into_iter().flatten() {
                    for subst in ematch::find(&ematch::Site::new(&self.graph, &node), &rules[*rule]) {
                        if done.insert((*rule, node.clone(), subst.clone())) {
                            turns.entry(*rule).or_default().push((class, subst));
                        }
                    }
                }
            }
            let longest = turns.values().map(Vec::len).max().unwrap_or(0);
            let before = (self.graph.total_size(), self.graph.number_of_classes());
            for turn in 0..longest {
                for (rule, steps) in &turns {
                    let Some((class, subst)) = steps.get(turn) else { continue };
                    if self.graph.total_size() > limits.nodes {
                        self.graph.rebuild();
                        return;
                    }
                    if let Some(new) = instantiate::build(&mut self.graph, &rules[*rule], subst, *class) {
                        self.unite(*class, new);
                    }
                }
            }
            self.graph.rebuild();
            self.tidy();
            if before == (self.graph.total_size(), self.graph.number_of_classes()) {
                return;
            }
        }
    }

    /// Every node with its class, in an order without hashes.
    fn nodes(&self) -> Vec<(Id, Node)> {
        let mut all: Vec<(Id, Node)> =
            self.graph.classes().flat_map(|c| c.nodes.iter().map(|n| (c.id, n.clone()))).collect();
        all.sort_unstable();
        all
    }

    /// Flattens sums and products, and computes with constants where that is exact.
    fn tidy(&mut self) {
        for (class, node) in self.nodes() {
            for found in builtin::normalize(&mut self.graph, class, &node, false) {
                self.unite(class, found.class);
            }
            if let Some(number) = self.number(&node)
                && let Some(dtype) = type_of(&self.graph, class).map(|t| t.dtype)
            {
                let new = add_scalar(&mut self.graph, dtype, Scalar::Float(number));
                self.unite(class, new);
            }
        }
        self.graph.rebuild();
    }

    /// The value of an op on constants, if it is a number of the type without rounding.
    fn number(&self, node: &Node) -> Option<f64> {
        let (kind, _) = node.op()?;
        let constant = |c: &Id| class_data(&self.graph, *c).splat.as_deref().and_then(Literal::splat_value);
        let args: Vec<f64> =
            node.children.iter().map(|c| constant(c).map(Scalar::to_f64)).collect::<Option<_>>()?;
        // Small dyadic numbers: their sums and products are exact.
        let simple = |x: f64| x.abs() <= 4096.0 && (x * 4096.0).fract() == 0.0;
        if args.is_empty() || !args.iter().all(|x| simple(*x)) {
            return None;
        }
        let value = match (kind, args.as_slice()) {
            (OpKind::Add, _) => args.iter().sum(),
            (OpKind::Mul, _) => args.iter().product(),
            (OpKind::Sub, [a, b]) => a - b,
            (OpKind::Neg, [a]) => -a,
            (OpKind::Sqr, [a]) => a * a,
            (OpKind::Abs, [a]) => a.abs(),
            (OpKind::Div, [a, b]) => a / b,
            (OpKind::Reciprocal, [a]) => 1.0 / a,
            (OpKind::Sqrt, [a]) if a.sqrt() * a.sqrt() == *a => a.sqrt(),
            _ => return None,
        };
        let exact = match (kind, args.as_slice()) {
            (OpKind::Div, [a, b]) => value * b == *a,
            (OpKind::Reciprocal, [a]) => value * a == 1.0,
            _ => true,
        };
        (exact && simple(value)).then_some(value)
    }

    fn unite(&mut self, a: Id, b: Id) {
        let (x, y) = (class_data(&self.graph, a), class_data(&self.graph, b));
        let different = x.splat.is_some() && y.splat.is_some() && x.splat != y.splat;
        if x.ty == y.ty && !different && !x.facts.excludes(y.facts) {
            self.graph.union(a, b);
        }
    }
}

/// The source of a node over positions of classes; `None` for one that is not computed element by element.
pub(crate) fn source(graph: &Graph, node: &Node, position: &HashMap<Id, usize>) -> Option<Source> {
    match node.head {
        Head::Leaf(v) => Some(Source::Variable(v as usize)),
        Head::Op(OpKind::Constant, payload) => {
            let literal = graph.analysis.payload(payload).attrs.get_literal("value")?;
            Some(Source::Number(literal.splat_value()?.to_f64().to_bits()))
        }
        Head::Op(kind, payload) if kind.row().is_elementwise() => {
            let args = node.children.iter().map(|c| position.get(&graph.find(*c)).copied());
            let attrs: Attrs = graph.analysis.payload(payload).attrs.clone();
            Some(Source::Op(kind, attrs, args.collect::<Option<_>>()?))
        }
        _ => None,
    }
}
