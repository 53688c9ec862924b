//! Terms and proofs as text, in the notation of rule files.
//!
//! Only what a proof changes or looks at is spelled out. Other operands are written by the name of their value, or as
//! `(op ...)`.

use super::prove::{ProofContext, ProofStep, Why};
use crate::{
    egraph::{Head, Node},
    rule::pattern::Rule,
};
use egg::Id;
use smallvec::SmallVec;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};
use thn_ir::{OpKind, Scalar};

/// The most steps of a proof that are shown one by one.
const MAX_STEPS: usize = 48;

/// Operands that no step looks at are spelled out if they have at most this many ops.
const SMALL: usize = 2;

/// The deepest that a built-in rewrite looks.
const BUILT_IN_DEPTH: usize = 3;

/// The deepest term that is written.
const MAX_DEPTH: usize = 24;

/// The steps of a proof with those of the proofs it uses written out, as long as they are not too many.
pub(super) fn flatten(context: &mut ProofContext, proof: usize) -> Vec<ProofStep> {
    let mut steps = context.proofs[proof].steps.clone();
    let mut next = 0;
    while next < steps.len() {
        let Why::Proof(inner) = steps[next].why else {
            next += 1;
            continue;
        };
        let inner = context.proofs[inner].clone();
        let deepest = inner.steps.iter().map(|step| step.at.len()).max().unwrap_or(0);
        if steps.len() + inner.steps.len() > MAX_STEPS || steps[next].at.len() + deepest > MAX_DEPTH {
            next += 1;
            continue;
        }
        let outer = steps.remove(next);
        let before = match next {
            0 => context.proofs[proof].from,
            _ => steps[next - 1].term,
        };
        let parts: Option<Vec<ProofStep>> = inner
            .steps
            .iter()
            .map(|step| {
                let at: SmallVec<[u32; 4]> = outer.at.iter().chain(&step.at).copied().collect();
                context.put(before, &outer.at, step.term).map(|term| ProofStep { at, term, ..step.clone() })
            })
            .collect();
        match parts {
            Some(parts) => drop(steps.splice(next..next, parts)),
            None => {
                steps.insert(next, outer);
                next += 1;
            }
        }
    }
    steps
}

/// Terms that the steps change or look at.
pub(super) fn entered(context: &ProofContext, from: Id, steps: &[ProofStep]) -> BTreeSet<Id> {
    let mut entered = BTreeSet::new();
    let mut before = from;
    for step in steps {
        for length in 0..step.at.len() {
            entered.extend(context.at(before, &step.at[..length]));
            entered.extend(context.at_after(before, step.term, &step.at[..length]));
        }
        let sides = [context.at(before, &step.at), context.at_after(before, step.term, &step.at)];
        for at in sides.into_iter().flatten() {
            let stops: Vec<Id> = match &step.why {
                Why::Rule(_, subst) => subst
                    .vars
                    .iter()
                    .flatten()
                    .chain(subst.rests.iter().flatten().flatten())
                    .copied()
                    .collect(),
                _ => vec![],
            };
            let depth = match &step.why {
                Why::Rule(..) => MAX_DEPTH,
                Why::BuiltIn(_) => BUILT_IN_DEPTH,
                Why::Fold(_) => 1,
                Why::Proof(_) => 0,
            };
            open(context, at, &stops, depth, &mut entered);
        }
        before = step.term;
    }
    entered
}

fn open(context: &ProofContext, term: Id, stops: &[Id], depth: usize, entered: &mut BTreeSet<Id>) {
    if depth == 0 || stops.contains(&term) {
        return;
    }
    entered.insert(term);
    for child in context.node(term).children.clone() {
        open(context, child, stops, depth - 1, entered);
    }
}

/// A term; those in `entered` are spelled out.
pub(super) fn term(context: &ProofContext, term: Id, entered: &BTreeSet<Id>) -> String {
    let mut text = String::new();
    write(context, term, entered, MAX_DEPTH, &mut text);
    text
}

fn write(context: &ProofContext, term: Id, entered: &BTreeSet<Id>, depth: usize, text: &mut String) {
    let node = context.node(term);
    let literal = node.op().and_then(|(_, p)| context.terms.analysis.payload(p).attrs.get_literal("value"));
    // Writing to a string does not fail.
    if let Some(literal) = literal {
        let _ = match literal.splat_value() {
            Some(Scalar::Float(x)) => write!(text, "{x:?}"),
            Some(Scalar::Int(n)) => write!(text, "{n}"),
            Some(Scalar::Bool(b)) => write!(text, "{b}"),
            None => write!(text, "{literal}"),
        };
        return;
    }
    if let Some(name) = context.names.get(&term).filter(|_| !entered.contains(&term) || node.kind().is_none())
    {
        text.push_str(name);
        return;
    }
    let _ = write!(text, "({}", head(context, node));
    if depth == 0 || !(entered.contains(&term) || size(context, term, SMALL + 1) <= SMALL) {
        text.push_str(" ...");
    } else {
        for child in &node.children {
            text.push(' ');
            write(context, *child, entered, depth - 1, text);
        }
    }
    text.push(')');
}

/// The op of a node with its attributes.
fn head(context: &ProofContext, node: &Node) -> String {
    let (kind, payload) = match node.head {
        Head::Op(kind, payload) => (kind, payload),
        Head::Leaf(n) => return format!("leaf {n}"),
        Head::Region(n) => return format!("region {n}"),
        Head::Project(n) => return format!("result {n}"),
    };
    let payload = context.terms.analysis.payload(payload);
    let mut text = kind.row().mnemonic.to_owned();
    let attrs: Vec<String> = payload.attrs.iter().map(|(name, attr)| format!("{name} = {attr}")).collect();
    if !attrs.is_empty() {
        let _ = write!(text, "{{{}}}", attrs.join(", "));
    }
    if let Some(ty) = &payload.ty {
        let _ = write!(text, ":{ty}");
    }
    text
}

/// Ops in a term, counted up to `limit`.
fn size(context: &ProofContext, term: Id, limit: usize) -> usize {
    let node = context.node(term);
    let is_op = node.kind().is_some_and(|k| k != OpKind::Constant);
    let mut ops = usize::from(is_op && !context.names.contains_key(&term));
    if context.names.contains_key(&term) {
        return ops;
    }
    for child in &node.children {
        if ops >= limit {
            return ops;
        }
        ops += size(context, *child, limit - ops);
    }
    ops
}

/// What the variables of a rule stand for, by name.
pub(super) fn binding(context: &ProofContext, rules: &[Rule], why: &Why) -> BTreeMap<String, String> {
    let Why::Rule(name, subst) = why else { return BTreeMap::new() };
    let Some(rule) = rules.iter().find(|r| r.name == *name) else { return BTreeMap::new() };
    let none = BTreeSet::new();
    let mut out = BTreeMap::new();
    for (var, bound) in rule.vars.iter().zip(&subst.vars) {
        out.extend(bound.map(|b| (format!("?{var}"), term(context, b, &none))));
    }
    for (rest, bound) in rule.rests.iter().zip(&subst.rests) {
        let terms =
            |ids: &Vec<Id>| ids.iter().map(|b| term(context, *b, &none)).collect::<Vec<_>>().join(" ");
        out.extend(bound.as_ref().map(|b| (format!("?{rest}..."), terms(b))));
    }
    for (payload, bound) in rule.payloads.iter().zip(&subst.payloads) {
        let Some(bound) = bound else { continue };
        let attrs = &context.terms.analysis.payload(*bound).attrs;
        let attrs: Vec<String> = attrs.iter().map(|(name, attr)| format!("{name} = {attr}")).collect();
        out.insert(format!("@{payload}"), format!("{{{}}}", attrs.join(", ")));
    }
    out
}
