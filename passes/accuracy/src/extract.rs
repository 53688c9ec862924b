//! Chooses expressions from the e-graph by the error that they make at the points of a sample.
//!
//! Every class has a true value at every point: the parts of the program by definition, all others by the first way
//! of computing them that uses classes with a true value already. An expression for a class is a node over
//! expressions for its children; it is run in the arithmetic of the program on what those children really give, so
//! errors accumulate as they will. A class keeps the few expressions that together make the least error when the best
//! of them is taken at each point.

use crate::{
    dag::{self, Exact, INSIDE, Source, Step},
    search::{Space, source},
    terms::Terms,
};
use egg::Id;
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap};
use thn_ir::{Attrs, DType, OpKind};
use thn_reference::bits_of_error;

/// The most expressions that one class keeps.
const KEPT: usize = 5;
/// The most expressions that the root keeps.
const KEPT_AT_ROOT: usize = 12;
/// The most expressions that are tried for one node in one pass.
const TRIED: usize = 36;
/// What another expression has to save, in mean bits, to be kept beside the others.
const WORTH: f64 = 0.05;
/// What one unit of the cost of the op table weighs, in mean bits.
pub(crate) const WEIGHT: f64 = 2e-3;
/// Passes over all classes.
const PASSES: usize = 8;
/// The most ways in which one class is defined.
const WAYS: usize = 2;

/// An expression for a class.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) term: usize,
    /// Bits of error at every point.
    pub(crate) errors: Vec<f32>,
    values: Vec<f64>,
    /// Mean bits of error, and a little for its cost.
    pub(crate) score: f64,
}

/// The e-graph as the extraction sees it.
struct Classes {
    ids: Vec<Id>,
    dtypes: Vec<DType>,
    /// The nodes of each class over positions of classes.
    nodes: Vec<Vec<Source>>,
    /// Classes in an order in which each has a definition over earlier ones.
    order: Vec<usize>,
    /// For each position in `order`, how it is computed from earlier positions.
    steps: Vec<Step>,
}

impl Classes {
    fn new(space: &Space, terms: &Terms, program: &[usize]) -> Classes {
        let graph = &space.graph;
        let mut ids: Vec<Id> = graph.classes().map(|c| c.id).collect();
        ids.sort_unstable();
        let position: HashMap<Id, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let dtype = |id: &Id| thn_eqsat::egraph::type_of(graph, *id).map_or(DType::Bool, |t| t.dtype);
        let dtypes = ids.iter().map(dtype).collect();
        let nodes: Vec<Vec<Source>> = ids
            .iter()
            .map(|id| {
                let mut nodes = graph[*id].nodes.clone();
                nodes.sort_unstable();
                nodes.iter().filter_map(|n| source(graph, n, &position)).collect()
            })
            .collect();
        let mut classes = Classes { ids, dtypes, nodes, order: vec![], steps: vec![] };
        let mut places: Vec<Option<usize>> = vec![None; classes.ids.len()];
        for term in program {
            let class = position[&graph.find(space.classes[term])];
            if places[class].is_none() {
                let source = match &terms.items[*term].source {
                    Source::Op(kind, attrs, args) => {
                        let args = args.iter().map(|a| position[&graph.find(space.classes[a])]);
                        Source::Op(*kind, attrs.clone(), args.collect())
                    }
                    other => other.clone(),
                };
                classes.define(class, &[source], &mut places);
            }
        }
        while {
            let before = classes.order.len();
            for class in 0..classes.ids.len() {
                if places[class].is_none() {
                    let ways = classes.nodes[class].clone();
                    classes.define(class, &ways, &mut places);
                }
            }
            classes.order.len() > before
        } {}
        classes
    }

    /// Defines a class by those of its nodes whose parts are defined, the ones over the earliest parts first.
    fn define(&mut self, class: usize, nodes: &[Source], places: &mut [Option<usize>]) {
        let mut ways: Vec<(usize, Source)> = nodes
            .iter()
            .filter_map(|n| match n {
                Source::Op(kind, attrs, args) => {
                    let args: SmallVec<[usize; 3]> =
                        args.iter().map(|a| places[*a]).collect::<Option<_>>()?;
                    let latest = args.iter().copied().max().unwrap_or(0);
                    Some((latest + 1, Source::Op(*kind, attrs.clone(), args)))
                }
                other => Some((0, other.clone())),
            })
            .collect();
        ways.sort_by_key(|(latest, _)| *latest);
        ways.truncate(WAYS);
        if !ways.is_empty() {
            places[class] = Some(self.order.len());
            self.order.push(class);
            let ways = ways.into_iter().map(|(_, way)| way).collect();
            self.steps.push(Step { dtype: self.dtypes[class], ways });
        }
    }
}

/// The true values of classes at the points; NaN where it is undefined or not known.
fn truths(classes: &Classes, exact: &mut Exact, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut truth = vec![vec![f64::NAN; points.len()]; classes.ids.len()];
    // A class that no precision decides, such as one that is 0, costs the most and says nothing.
    let mut undecided = vec![0usize; classes.order.len()];
    for (p, point) in points.iter().enumerate() {
        let wanted: Vec<usize> = (0..classes.order.len()).filter(|i| undecided[*i] <= 2 + p / 4).collect();
        let few: Vec<usize> = (0..classes.order.len()).filter(|i| undecided[*i] > 2 + p / 4).collect();
        for (list, precisions) in [(&wanted, INSIDE), (&few, 1)] {
            for (i, (x, decided)) in list.iter().zip(exact.values(&classes.steps, list, point, precisions)) {
                if decided {
                    truth[classes.order[*i]][p] = x;
                } else {
                    undecided[*i] += 1;
                }
            }
        }
    }
    truth
}

/// Everything the choice depends on.
pub(crate) struct Extraction<'a> {
    pub(crate) terms: &'a mut Terms,
    classes: Classes,
    truth: Vec<Vec<f64>>,
    points: &'a [Vec<f64>],
    kept: Vec<Vec<Candidate>>,
    root: usize,
}

impl<'a> Extraction<'a> {
    /// `program` are the terms of the program in order, of which the last is the root, with its true values.
    pub(crate) fn new(
        space: &Space,
        terms: &'a mut Terms,
        exact: &mut Exact,
        program: &[usize],
        points: &'a [Vec<f64>],
        truth: &[f64],
    ) -> Extraction<'a> {
        let classes = Classes::new(space, terms, program);
        let mut truths = truths(&classes, exact, points);
        let root = space.graph.find(space.classes[&program[program.len() - 1]]);
        let root = classes.ids.binary_search(&root).unwrap_or(0);
        truths[root] = truth.to_vec();
        let kept = vec![vec![]; classes.ids.len()];
        Extraction { terms, classes, truth: truths, points, kept, root }
    }

    /// Offers expressions that were found elsewhere for the classes of the terms that they stand for.
    pub(crate) fn offer(&mut self, space: &Space, found: &[(usize, usize)]) {
        for (of, term) in found {
            let Some(class) = space.classes.get(of) else { continue };
            let Ok(class) = self.classes.ids.binary_search(&space.graph.find(*class)) else { continue };
            let values = self.terms.run(*term, self.points);
            let item = &self.terms.items[*term];
            let (source, cost) = (item.source.clone(), item.cost);
            self.consider(class, &source, cost, values);
        }
    }

    /// The best expressions for the root, the best of all first.
    pub(crate) fn run(mut self) -> Vec<Candidate> {
        // The last pass in which a class kept something new, counted from 1.
        let mut changed = vec![0; self.classes.ids.len()];
        for pass in 0..PASSES {
            for i in 0..self.classes.order.len() {
                let class = self.classes.order[i];
                for n in 0..self.classes.nodes[class].len() {
                    let node = self.classes.nodes[class][n].clone();
                    let fresh = match &node {
                        Source::Op(_, _, args) => args.iter().any(|a| changed[*a] >= pass),
                        _ => pass == 0,
                    };
                    if fresh && self.node(class, &node) {
                        changed[class] = pass + 1;
                    }
                }
            }
            if !changed.contains(&(pass + 1)) {
                break;
            }
        }
        let mut best = std::mem::take(&mut self.kept[self.root]);
        best.sort_by(|a, b| a.score.total_cmp(&b.score));
        best
    }

    /// Tries what a node gives over the expressions kept for its children; whether any was kept.
    fn node(&mut self, class: usize, node: &Source) -> bool {
        let dtype = self.classes.dtypes[class];
        let Source::Op(kind, attrs, children) = node else {
            let values = match node {
                Source::Variable(v) => self.points.iter().map(|p| p[*v]).collect(),
                Source::Number(bits) => vec![f64::from_bits(*bits); self.points.len()],
                Source::Op(..) => return false,
            };
            return self.consider(class, node, 0.0, values);
        };
        if children.contains(&class) {
            return false;
        }
        let mut changed = false;
        for choice in choices(&children.iter().map(|c| self.kept[*c].len()).collect::<Vec<_>>()) {
            let parts: Vec<(usize, usize)> = children.iter().copied().zip(choice).collect();
            if parts.iter().any(|(c, i)| self.kept[*c].len() <= *i) {
                continue;
            }
            if parts.len() > 2 {
                for shape in shapes(parts.len()) {
                    changed |= self.chain(class, *kind, &parts, &shape);
                }
            } else {
                changed |= self.apply(class, *kind, attrs, dtype, &parts);
            }
        }
        changed
    }

    fn apply(
        &mut self,
        class: usize,
        kind: OpKind,
        attrs: &Attrs,
        dtype: DType,
        parts: &[(usize, usize)],
    ) -> bool {
        let args: SmallVec<[usize; 3]> = parts.iter().map(|(c, i)| self.kept[*c][*i].term).collect();
        let cost: f64 =
            args.iter().map(|a| self.terms.items[*a].cost).sum::<f64>() + f64::from(kind.row().cost);
        let operands: Vec<(&[f64], DType)> = parts
            .iter()
            .map(|(c, i)| (self.kept[*c][*i].values.as_slice(), self.classes.dtypes[*c]))
            .collect();
        let mut scalars: SmallVec<[(f64, DType); 3]> = SmallVec::new();
        let values: Vec<f64> = (0..self.points.len())
            .map(|p| {
                scalars.clear();
                scalars.extend(operands.iter().map(|(values, d)| (values[p], *d)));
                dag::apply(kind, attrs, dtype, &scalars)
            })
            .collect();
        let source = Source::Op(kind, attrs.clone(), args);
        self.consider(class, &source, cost, values)
    }

    /// A sum or product of several parts, combined two at a time: `shape` names which two, results come last.
    fn chain(
        &mut self,
        class: usize,
        kind: OpKind,
        parts: &[(usize, usize)],
        shape: &[(usize, usize)],
    ) -> bool {
        let dtype = self.classes.dtypes[class];
        let mut values: Vec<Vec<f64>> = parts.iter().map(|(c, i)| self.kept[*c][*i].values.clone()).collect();
        let mut cost: f64 = parts.iter().map(|(c, i)| self.terms.items[self.kept[*c][*i].term].cost).sum();
        let attrs = Attrs::new();
        for (a, b) in shape {
            let both = values[*a].iter().zip(&values[*b]);
            let next =
                both.map(|(x, y)| dag::apply(kind, &attrs, dtype, &[(*x, dtype), (*y, dtype)])).collect();
            values.push(next);
            cost += f64::from(kind.row().cost);
        }
        let Some(last) = values.pop() else { return false };
        let errors = self.errors(class, &last);
        if !self.worth(class, &errors, cost) {
            return false;
        }
        let mut terms: Vec<usize> = parts.iter().map(|(c, i)| self.kept[*c][*i].term).collect();
        for (a, b) in shape {
            let next = self.terms.op(kind, &[terms[*a], terms[*b]]);
            terms.push(next);
        }
        let source = self.terms.items[terms[terms.len() - 1]].source.clone();
        self.consider(class, &source, cost, last)
    }

    fn errors(&self, class: usize, values: &[f64]) -> Vec<f32> {
        let dtype = self.classes.dtypes[class];
        let error = |(v, t): (&f64, &f64)| match (t.is_nan(), dtype) {
            // Nothing is asked for there.
            (true, _) => 0.0,
            (false, DType::Bool) => {
                if v == t {
                    0.0
                } else {
                    64.0
                }
            }
            (false, _) => bits_of_error(*v, *t, dtype) as f32,
        };
        values.iter().zip(&self.truth[class]).map(error).collect()
    }

    fn score(errors: &[f32], cost: f64) -> f64 {
        errors.iter().map(|e| f64::from(*e)).sum::<f64>() / errors.len().max(1) as f64 + WEIGHT * cost
    }

    /// Whether these errors are less than those of the best, or save enough beside all.
    fn worth(&self, class: usize, errors: &[f32], cost: f64) -> bool {
        let kept = &self.kept[class];
        let score = Self::score(errors, cost);
        if kept.iter().all(|k| score < k.score - 1e-9) {
            return true;
        }
        saved(kept, errors, None) > WORTH
    }

    /// Keeps an expression for a class if it is worth it.
    fn consider(&mut self, class: usize, source: &Source, cost: f64, values: Vec<f64>) -> bool {
        let errors = self.errors(class, &values);
        if !self.worth(class, &errors, cost) {
            return false;
        }
        let score = Self::score(&errors, cost);
        let term = self.terms.intern(source.clone(), self.classes.dtypes[class]);
        let kept = &mut self.kept[class];
        kept.push(Candidate { term, errors, values, score });
        let limit = if class == self.root { KEPT_AT_ROOT } else { KEPT };
        // What the new one makes superfluous goes; so does what helps least if there are too many.
        loop {
            let best = (0..kept.len()).min_by(|a, b| kept[*a].score.total_cmp(&kept[*b].score));
            let mut least: Option<(f64, usize)> = None;
            for i in (0..kept.len()).filter(|i| Some(*i) != best) {
                let loss = saved(kept, &kept[i].errors, Some(i));
                if least.is_none_or(|(l, _)| loss < l) {
                    least = Some((loss, i));
                }
            }
            match least {
                Some((loss, i)) if loss <= WORTH || kept.len() > limit => {
                    kept.remove(i);
                }
                _ => break,
            }
        }
        kept.iter().any(|k| k.term == term)
    }
}

/// The mean error that `errors` save beside the best of the others at each point.
fn saved(kept: &[Candidate], errors: &[f32], but: Option<usize>) -> f64 {
    let others: SmallVec<[&Candidate; 8]> =
        kept.iter().enumerate().filter(|(i, _)| Some(*i) != but).map(|(_, k)| k).collect();
    let mut total = 0.0;
    for (p, e) in errors.iter().enumerate() {
        let least = others.iter().map(|k| k.errors[p]).fold(f32::INFINITY, f32::min);
        total += f64::from((least - e).clamp(0.0, 64.0));
    }
    total / errors.len().max(1) as f64
}

/// Ways to choose one of so many for each child, the first of all first.
fn choices(counts: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for count in counts {
        let mut next = vec![];
        for prefix in &all {
            for i in 0..*count {
                let mut choice: Vec<usize> = prefix.clone();
                choice.push(i);
                next.push(choice);
            }
        }
        next.sort_by_key(|c| c.iter().sum::<usize>());
        next.truncate(TRIED);
        all = next;
    }
    all
}

/// Orders in which so many parts are combined two at a time: all for three and four, from the left and in pairs for
/// more.
fn shapes(count: usize) -> Vec<Vec<(usize, usize)>> {
    let mut out: BTreeMap<Vec<(usize, usize)>, ()> = BTreeMap::new();
    if count <= 4 {
        fn go(
            open: &[usize],
            next: usize,
            so_far: &[(usize, usize)],
            out: &mut BTreeMap<Vec<(usize, usize)>, ()>,
        ) {
            if open.len() == 1 {
                out.insert(so_far.to_vec(), ());
                return;
            }
            for i in 0..open.len() {
                for j in i + 1..open.len() {
                    let mut rest: Vec<usize> = open
                        .iter()
                        .enumerate()
                        .filter(|(k, _)| *k != i && *k != j)
                        .map(|(_, o)| *o)
                        .collect();
                    rest.push(next);
                    let mut chain = so_far.to_vec();
                    chain.push((open[i], open[j]));
                    go(&rest, next + 1, &chain, out);
                }
            }
        }
        go(&(0..count).collect::<Vec<_>>(), count, &[], &mut out);
        return out.into_keys().collect();
    }
    let mut left = vec![(0, 1)];
    left.extend((2..count).map(|i| (count + i - 2, i)));
    let mut right = vec![(count - 2, count - 1)];
    right.extend((0..count - 2).rev().enumerate().map(|(k, i)| (count + k, i)));
    vec![left, right]
}
