//! Checks explanations step by step.
//!
//! Each step is done again: the rule of its name must hold at its place of the term before it, with what its variables
//! are said to stand for and with its conditions seen in those terms alone, and must make the term after it. Nothing
//! of the search is used but the terms.

use super::prove::{ProofContext, ProofStep, Why, built_in};
use crate::{
    egraph::Graph,
    rule::{
        pattern::Rule,
        subst::{Subst, allowed},
    },
    search::{ematch, instantiate},
};
use egg::Id;
use thn_ir::Literal;

/// The first thing that is wrong with the proofs of a context.
pub(super) fn check(context: &ProofContext, rules: &[Rule], strict: bool) -> Result<(), String> {
    let mut checked = context.clone();
    for number in 0..context.proofs.len() {
        let proof = &context.proofs[number];
        let mut term = proof.from;
        for (i, step) in proof.steps.iter().enumerate() {
            let wrong = |why: String| format!("proof {number}, step {}: {why}", i + 1);
            check_step(&mut checked, number, term, step, rules, strict).map_err(wrong)?;
            term = step.term;
        }
        if term != proof.to {
            return Err(format!("proof {number} does not lead where it says"));
        }
    }
    Ok(())
}

fn check_step(
    context: &mut ProofContext,
    proof: usize,
    before: Id,
    step: &ProofStep,
    rules: &[Rule],
    strict: bool,
) -> Result<(), String> {
    let old = context.at(before, &step.at).ok_or("there is no such place in the term")?;
    let new = context.at_after(before, step.term, &step.at).ok_or("it changes more than its place")?;
    if context.put(before, &step.at, new) != Some(step.term) {
        return Err("it changes more than its place".into());
    }
    let (left, right) = if step.forward { (old, new) } else { (new, old) };
    let terms = &mut context.terms;
    match &step.why {
        Why::Rule(name, subst) => {
            let rule = rules.iter().find(|r| r.name == *name).ok_or(format!("there is no rule {name}"))?;
            if !allowed(terms, rule, subst) {
                return Err(format!("a condition of {name} is not seen to hold"));
            }
            let node = terms.nodes()[usize::from(left)].clone();
            let matches = ematch::find(&ematch::Site::new(terms, &node), rule);
            let same =
                |w: &&Subst| w.vars == subst.vars && w.rests == subst.rests && w.payloads == subst.payloads;
            let subst = matches.iter().find(same).ok_or(format!("{name} does not hold there as it says"))?;
            made(instantiate::build(terms, rule, subst, left) == Some(right), name)
        }
        Why::BuiltIn(name) => made(built_in(terms, left, name, strict).contains(&right), name),
        Why::Fold(order) => made(folds(terms, left, right, order), "folding"),
        Why::Proof(inner) => {
            let inner = context.proofs.get(*inner).filter(|_| *inner < proof);
            made(inner.is_some_and(|c| (c.from, c.to) == (left, right)), "the other proof")
        }
    }
}

fn made(right: bool, name: &str) -> Result<(), String> {
    right.then_some(()).ok_or(format!("{name} does not make that term"))
}

/// Whether `left` is an op on constants and `right` the constant that it gives.
fn folds(terms: &Graph, left: Id, right: Id, order: &[usize]) -> bool {
    let literal = |term: Id| -> Option<&Literal> {
        let (_, payload) = terms.nodes()[usize::from(term)].op()?;
        terms.analysis.payload(payload).attrs.get_literal("value")
    };
    let node = &terms.nodes()[usize::from(left)];
    let Some((kind, payload)) = node.op() else { return false };
    let mut all = order.to_vec();
    all.sort_unstable();
    if !all.into_iter().eq(0..node.children.len()) || (!kind.row().commutative && !order.is_sorted()) {
        return false;
    }
    let operands: Option<Vec<Literal>> = order.iter().map(|i| literal(node.children[*i]).cloned()).collect();
    let attrs = &terms.analysis.payload(payload).attrs;
    let value = operands.and_then(|o| crate::driver::constants::fold_op(kind, attrs, &o));
    value.is_some() && value.as_ref() == literal(right)
}
