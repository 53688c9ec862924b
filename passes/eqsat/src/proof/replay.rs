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

/// The first thing that is wrong with the chains of a stage.
pub(super) fn check(stage: &ProofContext, rules: &[Rule], strict: bool) -> Result<(), String> {
    let mut checked = stage.clone();
    for number in 0..stage.chains.len() {
        let chain = &stage.chains[number];
        let mut term = chain.from;
        for (i, link) in chain.links.iter().enumerate() {
            let wrong = |why: String| format!("chain {number}, step {}: {why}", i + 1);
            step(&mut checked, number, term, link, rules, strict).map_err(wrong)?;
            term = link.term;
        }
        if term != chain.to {
            return Err(format!("chain {number} does not lead where it says"));
        }
    }
    Ok(())
}

fn step(
    stage: &mut ProofContext,
    chain: usize,
    before: Id,
    link: &ProofStep,
    rules: &[Rule],
    strict: bool,
) -> Result<(), String> {
    let old = stage.at(before, &link.at).ok_or("there is no such place in the term")?;
    let new = stage.at_after(before, link.term, &link.at).ok_or("it changes more than its place")?;
    if stage.put(before, &link.at, new) != Some(link.term) {
        return Err("it changes more than its place".into());
    }
    let (left, right) = if link.forward { (old, new) } else { (new, old) };
    let terms = &mut stage.terms;
    match &link.why {
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
            let inner = stage.chains.get(*inner).filter(|_| *inner < chain);
            made(inner.is_some_and(|c| (c.from, c.to) == (left, right)), "the other chain")
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
