//! The proofs of one block in one round: ground terms, and chains of rewrites between them.
//!
//! A term is a node of a graph in which nothing is ever united, so a term has one id, its analysis is its own, and
//! whatever finds and applies rules in an e-graph does so on exact terms here.

use super::closure::{Closure, Edge, commutes};
use crate::rule::subst::allowed;
use crate::search::log::{Entry, ProofLog, Rewrite, Tree};
use crate::{
    builtin::{multisets, products},
    driver::extract::Choice,
    egraph::{Graph, Head, Node, Payload, add_typed, class_data, refine, type_of},
    hash::FastSet,
    rule::{
        pattern::{Argument, Rule},
        subst::Subst,
    },
    search::instantiate,
};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap};
use thn_ir::{Attr, Attrs, Literal, OpKind};

/// The most terms that are tried to show a side condition.
const MAX_EVIDENCE: usize = 64;

/// A step that is written into the proof that uses it is at most this deep.
const MAX_INLINE: usize = 4;

/// What a step of a proof does.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Why {
    /// A rule of the rule files, by name, with what its variables stand for.
    Rule(String, Subst),
    /// A rewrite that is no line of a rule file, by name.
    BuiltIn(&'static str),
    /// An op on constants is its value; the operands are taken in this order.
    Fold(Vec<usize>),
    /// All of another proof of the context.
    Proof(usize),
}

/// One step: at operand path `at` of the term before, the left side of `why` becomes its right side, or the other way
/// round.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ProofStep {
    pub(super) at: SmallVec<[u32; 4]>,
    pub(super) why: Why,
    pub(super) forward: bool,
    /// The whole term after the step.
    pub(super) term: Id,
}

/// A proof that two terms are equal.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Proof {
    pub(super) from: Id,
    pub(super) to: Id,
    pub(super) steps: Vec<ProofStep>,
}

/// Terms and proofs; a proof uses only proofs before it.
#[derive(Clone, Debug)]
pub(super) struct ProofContext {
    pub(super) terms: Graph,
    pub(super) proofs: Vec<Proof>,
    /// How people call terms.
    pub(super) names: BTreeMap<Id, String>,
}

/// Finds the proofs of a context.
pub(super) struct Prover<'a> {
    pub(super) context: ProofContext,
    graph: &'a Graph,
    rules: &'a [Rule],
    /// The term that each class of the search was made as.
    of_class: Vec<Id>,
    /// Terms as they were chosen, before and after constants are folded, and the proof from one to the other.
    chosen: HashMap<Id, (Id, Id)>,
    folds: HashMap<Id, usize>,
    equations: Vec<Why>,
    closure: Closure,
    known: HashMap<(Id, Id), usize>,
}

/// A number as a term of the element type and shape of the literal.
fn constant(terms: &mut Graph, literal: &Literal) -> Id {
    let payload = Payload { attrs: Attrs::new().with("value", Attr::Literal(literal.clone())), ty: None };
    let payload = terms.analysis.intern(payload);
    let node = Node { head: Head::Op(OpKind::Constant, payload), children: SmallVec::new() };
    add_typed(terms, node, Some(literal.ty()))
}

/// A term with one operand exchanged.
pub(super) fn with_operand(terms: &mut Graph, term: Id, at: usize, new: Id) -> Id {
    let mut node = terms.nodes()[usize::from(term)].clone();
    node.children[at] = new;
    let ty = type_of_term(terms, term);
    add_typed(terms, node, ty)
}

fn type_of_term(terms: &Graph, term: Id) -> Option<thn_ir::TensorType> {
    class_data(terms, term).ty.and_then(|_| type_of(terms, term).cloned())
}

/// The terms that a built-in rewrite makes of a term.
pub(super) fn built_in(terms: &mut Graph, term: Id, name: &str, strict: bool) -> Vec<Id> {
    if products::is_one(name) {
        let found = products::of_class(terms, term).into_iter();
        return found.filter(|f| f.name == name && !strict).map(|f| f.equal).collect();
    }
    let node = terms.nodes()[usize::from(term)].clone();
    let found = multisets::normalize(terms, term, &node, strict).into_iter();
    found.filter(|f| f.name == name).map(|f| f.class).collect()
}

impl<'a> Prover<'a> {
    /// Everything that `log` says about `graph`.
    pub(super) fn new(graph: &'a Graph, log: &ProofLog, rules: &'a [Rule], strict: bool) -> Prover<'a> {
        let mut terms: Graph = EGraph::new(graph.analysis.tables());
        let mut of_class: Vec<Id> = Vec::with_capacity(graph.nodes().len());
        for (i, node) in graph.nodes().iter().enumerate() {
            let ty = class_data(graph, graph.find(Id::from(i))).ty.and(type_of(graph, Id::from(i))).cloned();
            let children = node.children.iter().map(|c| of_class[usize::from(*c)]).collect();
            let term = add_typed(&mut terms, Node { head: node.head, children }, ty);
            if let Some(facts) = log.given.get(&Id::from(i)) {
                refine(&mut terms, term, *facts);
            }
            of_class.push(term);
        }
        let mut prover = Prover {
            context: ProofContext { terms, proofs: vec![], names: BTreeMap::new() },
            graph,
            rules,
            of_class,
            chosen: HashMap::new(),
            folds: HashMap::new(),
            equations: vec![],
            closure: Closure::default(),
            known: HashMap::new(),
        };
        for entry in &log.entries {
            prover.equation(entry, strict);
        }
        prover
    }

    /// Takes in one entry: both sides as terms, and that they are equal.
    fn equation(&mut self, entry: &Entry, strict: bool) {
        let rules = self.rules;
        self.closure.grow(&self.context.terms);
        match &entry.rewrite {
            Rewrite::Rule(number, subst) => {
                let rule = &rules[*number];
                let mut ground = subst.mapped(|id| self.of_class[usize::from(id)]);
                let evidence = self.evidence(rule, &mut ground);
                let left = self.tree(&entry.left, &evidence);
                self.closure.grow(&self.context.terms);
                if !allowed(&self.context.terms, rule, &ground) {
                    return;
                }
                if let Some(right) = instantiate::build(&mut self.context.terms, rule, &ground, left) {
                    self.equal(left, right, Why::Rule(rule.name.clone(), ground));
                }
            }
            Rewrite::BuiltIn(name) => {
                let left = self.tree(&entry.left, &HashMap::new());
                for right in built_in(&mut self.context.terms, left, name, strict) {
                    self.equal(left, right, Why::BuiltIn(name));
                }
            }
        }
    }

    /// Terms equal to what a rule binds for which its conditions can be seen; the rule is then used on those.
    fn evidence(&mut self, rule: &Rule, subst: &mut Subst) -> HashMap<Id, Id> {
        let mut exchanged = HashMap::new();
        for guard in &rule.guards {
            let single = Rule { guards: vec![guard.clone()], ..rule.clone() };
            for arg in &guard.args {
                let Argument::Var(v) = arg else { continue };
                let Some(old) = subst.vars[*v].filter(|_| !allowed(&self.context.terms, &single, subst))
                else {
                    continue;
                };
                for new in self.equals(old) {
                    subst.vars[*v] = Some(new);
                    if allowed(&self.context.terms, &single, subst) {
                        exchanged.insert(old, new);
                        break;
                    }
                    subst.vars[*v] = Some(old);
                }
            }
        }
        exchanged
    }

    /// Terms equal to one: those that are known, and those with equal operands.
    fn equals(&mut self, term: Id) -> Vec<Id> {
        let mut all = self.closure.members(term);
        all.truncate(MAX_EVIDENCE);
        for member in all.clone() {
            let children = self.context.terms.nodes()[usize::from(member)].children.clone();
            for (i, child) in children.iter().enumerate() {
                for other in self.closure.members(*child).into_iter().filter(|o| o != child) {
                    if all.len() >= MAX_EVIDENCE {
                        return all;
                    }
                    all.push(with_operand(&mut self.context.terms, member, i, other));
                }
            }
        }
        self.closure.grow(&self.context.terms);
        all
    }

    /// A term of the log, with some operands exchanged for equals.
    fn tree(&mut self, tree: &Tree, exchanged: &HashMap<Id, Id>) -> Id {
        match tree {
            Tree::Class(class) => {
                let term = self.of_class[usize::from(*class)];
                exchanged.get(&term).copied().unwrap_or(term)
            }
            Tree::Node(head, ty, operands) => {
                let children = operands.iter().map(|t| self.tree(t, exchanged)).collect();
                let ty = ty.map(|t| self.graph.analysis.tensor_type(t).clone());
                add_typed(&mut self.context.terms, Node { head: *head, children }, ty)
            }
        }
    }

    fn equal(&mut self, left: Id, right: Id, why: Why) {
        self.closure.grow(&self.context.terms);
        self.equations.push(why);
        self.closure.unite(&self.context.terms, left, right, self.equations.len() - 1);
    }

    /// The term that a class of the search was made as.
    pub(super) fn original(&self, class: Id) -> Id {
        self.of_class[usize::from(class)]
    }

    /// The term that computes a class in the new program, before and after constants are folded. `None` if nothing was
    /// chosen for it.
    pub(super) fn chosen(
        &mut self,
        class: Id,
        choice: &Choice,
        folded: &BTreeMap<Id, Literal>,
    ) -> Option<(Id, Id)> {
        let mut stack = vec![self.graph.find(class)];
        let mut open = FastSet::default();
        while let Some(class) = stack.last().copied() {
            if self.chosen.contains_key(&class) {
                stack.pop();
                continue;
            }
            let node = choice.node(self.graph, class)?;
            let children: SmallVec<[Id; 3]> = node.children.iter().map(|c| self.graph.find(*c)).collect();
            let missing: Vec<Id> =
                children.iter().copied().filter(|c| !self.chosen.contains_key(c)).collect();
            if !missing.is_empty() {
                if !open.insert(class) {
                    return None;
                }
                stack.extend(missing);
                continue;
            }
            let pairs: Vec<(Id, Id)> = children.iter().map(|c| self.chosen[c]).collect();
            let ty = class_data(self.graph, class).ty.and(type_of(self.graph, class)).cloned();
            let children = pairs.iter().map(|(before, _)| *before).collect();
            let before = add_typed(&mut self.context.terms, Node { head: node.head, children }, ty);
            let after = self.fold(before, &pairs, folded.get(&class))?;
            self.chosen.insert(class, (before, after));
            stack.pop();
        }
        self.chosen.get(&self.graph.find(class)).copied()
    }

    /// Folds constants in a term whose operands, given before and after, are folded.
    fn fold(&mut self, before: Id, operands: &[(Id, Id)], value: Option<&Literal>) -> Option<Id> {
        let mut steps = vec![];
        let mut term = before;
        for (old, new) in operands.iter().filter(|(old, new)| old != new) {
            let node = self.context.node(term);
            // An operand that is used twice is exchanged once for each use.
            let Some(at) = node.children.iter().position(|c| c == old) else { continue };
            self.inside(term, at, self.folds[old], &mut steps);
            term = with_operand(&mut self.context.terms, term, at, *new);
        }
        if let Some(literal) = value {
            let mut order: Vec<usize> = vec![];
            for (_, operand) in operands {
                let children = &self.context.node(term).children;
                order.extend((0..children.len()).find(|i| children[*i] == *operand && !order.contains(i)));
            }
            let why = Why::Fold(order);
            term = constant(&mut self.context.terms, literal);
            steps.push(ProofStep { at: SmallVec::new(), why, forward: true, term });
        }
        if term != before && !self.folds.contains_key(&before) {
            self.folds.insert(before, self.context.proofs.len());
            self.context.proofs.push(Proof { from: before, to: term, steps });
        }
        Some(term)
    }

    /// The proof from the term that a class was made as to the one that computes it in the new program; `None` if they
    /// are not known to be equal.
    pub(super) fn prove(&mut self, from: Id, (chosen, folded): (Id, Id)) -> Option<usize> {
        let proof = self.find(from, chosen)?;
        let Some(fold) = self.folds.get(&chosen).copied().filter(|_| chosen != folded) else {
            return Some(proof);
        };
        let steps = |part: usize| {
            let Proof { to, steps, .. } = &self.context.proofs[part];
            let whole = ProofStep { at: SmallVec::new(), why: Why::Proof(part), forward: true, term: *to };
            if steps.len() < 2 { steps.clone() } else { vec![whole] }
        };
        let steps = [steps(proof), steps(fold)].concat();
        self.context.proofs.push(Proof { from, to: folded, steps });
        Some(self.context.proofs.len() - 1)
    }

    /// The proof from one term to another; `None` if they are not known to be equal.
    fn find(&mut self, from: Id, to: Id) -> Option<usize> {
        self.closure.grow(&self.context.terms);
        if !self.closure.equal(from, to) {
            return None;
        }
        let mut stack = vec![(from, to)];
        while let Some((a, b)) = stack.last().copied() {
            if self.known.contains_key(&(a, b)) {
                stack.pop();
                continue;
            }
            let path = self.closure.path(a, b)?;
            let needed: Vec<(Id, Id)> = path
                .iter()
                .flat_map(|(_, edge)| match edge {
                    Edge::Operands(pairs) => pairs.iter().map(|(_, a, b)| (*a, *b)).collect(),
                    Edge::Equation(..) => vec![],
                })
                .filter(|pair| !self.known.contains_key(pair))
                .collect();
            if !needed.is_empty() {
                stack.extend(needed);
                continue;
            }
            let steps = self.steps_along(a, path)?;
            self.known.insert((a, b), self.context.proofs.len());
            self.context.proofs.push(Proof { from: a, to: b, steps });
            stack.pop();
        }
        self.known.get(&(from, to)).copied()
    }

    fn steps_along(&mut self, from: Id, path: Vec<(Id, Edge)>) -> Option<Vec<ProofStep>> {
        let mut steps = vec![];
        let mut term = from;
        for (to, edge) in path {
            match edge {
                Edge::Equation(number, forward) => {
                    let why = self.equations[number].clone();
                    steps.push(ProofStep { at: SmallVec::new(), why, forward, term: to });
                }
                Edge::Operands(pairs) => {
                    for (place, old, new) in pairs {
                        let proof = self.known[&(old, new)];
                        let node = &self.context.terms.nodes()[usize::from(term)];
                        let at = match commutes(node) {
                            true => node.children.iter().position(|c| *c == old)?,
                            false => place,
                        };
                        self.inside(term, at, proof, &mut steps);
                        term = with_operand(&mut self.context.terms, term, at, new);
                    }
                }
            }
            if matches!(steps.last(), Some(step) if step.term != to) {
                return None;
            }
            term = to;
        }
        self.closure.grow(&self.context.terms);
        Some(without_loops(from, steps))
    }

    /// The steps for a proof between operands of `term`: those of the proof if it is one step and not deep, else a
    /// reference to it.
    fn inside(&mut self, term: Id, at: usize, proof: usize, steps: &mut Vec<ProofStep>) {
        let Proof { to, steps: inner, .. } = self.context.proofs[proof].clone();
        let mut step = match inner.as_slice() {
            [] => return,
            [only] if only.at.len() < MAX_INLINE => only.clone(),
            _ => ProofStep { at: SmallVec::new(), why: Why::Proof(proof), forward: true, term: to },
        };
        step.at.insert(0, at as u32);
        step.term = with_operand(&mut self.context.terms, term, at, to);
        steps.push(step);
    }
}

/// A proof that comes back to a term needs nothing of what is between.
fn without_loops(from: Id, steps: Vec<ProofStep>) -> Vec<ProofStep> {
    let mut out: Vec<ProofStep> = vec![];
    let mut seen = HashMap::from([(from, 0)]);
    for step in steps {
        if let Some(&length) = seen.get(&step.term) {
            for cut in out.drain(length..) {
                seen.remove(&cut.term);
            }
        } else {
            let term = step.term;
            out.push(step);
            seen.insert(term, out.len());
        }
    }
    out
}

impl ProofContext {
    /// The term at a path of operands.
    pub(super) fn at(&self, term: Id, path: &[u32]) -> Option<Id> {
        path.iter().try_fold(term, |term, i| {
            self.terms.nodes()[usize::from(term)].children.get(*i as usize).copied()
        })
    }

    pub(super) fn node(&self, term: Id) -> &Node {
        &self.terms.nodes()[usize::from(term)]
    }

    /// `term` with another term at a path; `None` if there is no such path.
    pub(super) fn put(&mut self, term: Id, path: &[u32], new: Id) -> Option<Id> {
        let Some((first, rest)) = path.split_first() else { return Some(new) };
        let at = *first as usize;
        let child = *self.node(term).children.get(at)?;
        let new = self.put(child, rest, new)?;
        Some(with_operand(&mut self.terms, term, at, new))
    }

    /// What stands in `after` in the place of what is at `path` in `before`. Operands of commutative ops have no order,
    /// so it is the one that `before` does not have.
    pub(super) fn at_after(&self, before: Id, after: Id, path: &[u32]) -> Option<Id> {
        let Some((first, rest)) = path.split_first() else { return Some(after) };
        let old = *self.node(before).children.get(*first as usize)?;
        let mut left = self.node(after).children.clone();
        for (i, child) in self.node(before).children.iter().enumerate() {
            if i != *first as usize {
                let at = left.iter().position(|c| c == child)?;
                left.remove(at);
            }
        }
        match left.as_slice() {
            [new] => self.at_after(old, *new, rest),
            _ => None,
        }
    }
}
