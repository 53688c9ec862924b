//! Terms and chains as text, in the notation of rule files.
//!
//! Only what a chain changes or looks at is spelled out. Other operands are written by the name of their value, or as
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

/// The most steps of a chain that are shown one by one.
const MAX_STEPS: usize = 48;

/// Operands that no step looks at are spelled out if they have at most this many ops.
const SMALL: usize = 2;

/// The deepest that a built-in rewrite looks.
const BUILT_IN_DEPTH: usize = 3;

/// The deepest term that is written.
const MAX_DEPTH: usize = 24;

/// The links of a chain with those of the chains it uses written out, as long as they are not too many.
pub(super) fn flatten(stage: &mut ProofContext, chain: usize) -> Vec<ProofStep> {
    let mut links = stage.chains[chain].links.clone();
    let mut next = 0;
    while next < links.len() {
        let Why::Proof(inner) = links[next].why else {
            next += 1;
            continue;
        };
        let inner = stage.chains[inner].clone();
        let deepest = inner.links.iter().map(|link| link.at.len()).max().unwrap_or(0);
        if links.len() + inner.links.len() > MAX_STEPS || links[next].at.len() + deepest > MAX_DEPTH {
            next += 1;
            continue;
        }
        let outer = links.remove(next);
        let before = match next {
            0 => stage.chains[chain].from,
            _ => links[next - 1].term,
        };
        let parts: Option<Vec<ProofStep>> = inner
            .links
            .iter()
            .map(|link| {
                let at: SmallVec<[u32; 4]> = outer.at.iter().chain(&link.at).copied().collect();
                stage.put(before, &outer.at, link.term).map(|term| ProofStep { at, term, ..link.clone() })
            })
            .collect();
        match parts {
            Some(parts) => drop(links.splice(next..next, parts)),
            None => {
                links.insert(next, outer);
                next += 1;
            }
        }
    }
    links
}

/// Terms that the links change or look at.
pub(super) fn entered(stage: &ProofContext, from: Id, links: &[ProofStep]) -> BTreeSet<Id> {
    let mut entered = BTreeSet::new();
    let mut before = from;
    for link in links {
        for length in 0..link.at.len() {
            entered.extend(stage.at(before, &link.at[..length]));
            entered.extend(stage.at_after(before, link.term, &link.at[..length]));
        }
        let sides = [stage.at(before, &link.at), stage.at_after(before, link.term, &link.at)];
        for at in sides.into_iter().flatten() {
            let stops: Vec<Id> = match &link.why {
                Why::Rule(_, subst) => subst
                    .vars
                    .iter()
                    .flatten()
                    .chain(subst.rests.iter().flatten().flatten())
                    .copied()
                    .collect(),
                _ => vec![],
            };
            let depth = match &link.why {
                Why::Rule(..) => MAX_DEPTH,
                Why::BuiltIn(_) => BUILT_IN_DEPTH,
                Why::Fold(_) => 1,
                Why::Proof(_) => 0,
            };
            open(stage, at, &stops, depth, &mut entered);
        }
        before = link.term;
    }
    entered
}

fn open(stage: &ProofContext, term: Id, stops: &[Id], depth: usize, entered: &mut BTreeSet<Id>) {
    if depth == 0 || stops.contains(&term) {
        return;
    }
    entered.insert(term);
    for child in stage.node(term).children.clone() {
        open(stage, child, stops, depth - 1, entered);
    }
}

/// A term; those in `entered` are spelled out.
pub(super) fn term(stage: &ProofContext, term: Id, entered: &BTreeSet<Id>) -> String {
    let mut text = String::new();
    write(stage, term, entered, MAX_DEPTH, &mut text);
    text
}

fn write(stage: &ProofContext, term: Id, entered: &BTreeSet<Id>, depth: usize, text: &mut String) {
    let node = stage.node(term);
    let literal = node.op().and_then(|(_, p)| stage.terms.analysis.payload(p).attrs.get_literal("value"));
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
    if let Some(name) = stage.names.get(&term).filter(|_| !entered.contains(&term) || node.kind().is_none()) {
        text.push_str(name);
        return;
    }
    let _ = write!(text, "({}", head(stage, node));
    if depth == 0 || !(entered.contains(&term) || size(stage, term, SMALL + 1) <= SMALL) {
        text.push_str(" ...");
    } else {
        for child in &node.children {
            text.push(' ');
            write(stage, *child, entered, depth - 1, text);
        }
    }
    text.push(')');
}

/// The op of a node with its attributes.
fn head(stage: &ProofContext, node: &Node) -> String {
    let (kind, payload) = match node.head {
        Head::Op(kind, payload) => (kind, payload),
        Head::Leaf(n) => return format!("leaf {n}"),
        Head::Region(n) => return format!("region {n}"),
        Head::Project(n) => return format!("result {n}"),
    };
    let payload = stage.terms.analysis.payload(payload);
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
fn size(stage: &ProofContext, term: Id, limit: usize) -> usize {
    let node = stage.node(term);
    let is_op = node.kind().is_some_and(|k| k != OpKind::Constant);
    let mut ops = usize::from(is_op && !stage.names.contains_key(&term));
    if stage.names.contains_key(&term) {
        return ops;
    }
    for child in &node.children {
        if ops >= limit {
            return ops;
        }
        ops += size(stage, *child, limit - ops);
    }
    ops
}

/// What the variables of a rule stand for, by name.
pub(super) fn binding(stage: &ProofContext, rules: &[Rule], why: &Why) -> BTreeMap<String, String> {
    let Why::Rule(name, subst) = why else { return BTreeMap::new() };
    let Some(rule) = rules.iter().find(|r| r.name == *name) else { return BTreeMap::new() };
    let none = BTreeSet::new();
    let mut out = BTreeMap::new();
    for (var, bound) in rule.vars.iter().zip(&subst.vars) {
        out.extend(bound.map(|b| (format!("?{var}"), term(stage, b, &none))));
    }
    for (rest, bound) in rule.rests.iter().zip(&subst.rests) {
        let terms = |ids: &Vec<Id>| ids.iter().map(|b| term(stage, *b, &none)).collect::<Vec<_>>().join(" ");
        out.extend(bound.as_ref().map(|b| (format!("?{rest}..."), terms(b))));
    }
    for (payload, bound) in rule.payloads.iter().zip(&subst.payloads) {
        let Some(bound) = bound else { continue };
        let attrs = &stage.terms.analysis.payload(*bound).attrs;
        let attrs: Vec<String> = attrs.iter().map(|(name, attr)| format!("{name} = {attr}")).collect();
        out.insert(format!("@{payload}"), format!("{{{}}}", attrs.join(", ")));
    }
    out
}
