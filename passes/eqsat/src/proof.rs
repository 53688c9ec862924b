//! Explanations: which rules led from a value of the original program to the ops that compute it now.
//!
//! The search keeps a log of the equations that made classes equal. Afterwards a congruence closure over ground
//! terms finds, for every op of the new program that the old one does not have, a proof, step by step, from the term of the
//! original value to the new term. [`check`] does every step again.

mod closure;
mod prove;
mod render;
mod replay;
#[cfg(test)]
mod tests;

use crate::{
    driver::{
        encode::Encoded,
        observer::{Decision, Observer},
        optimize,
    },
    egraph::Head,
    hash::FastMap,
    options::Options,
    report::Report,
    rule::{class::Class, pattern::Rule},
    search::log::ProofLog,
};
use egg::Id;
use prove::{ProofContext, Prover, Why};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};
use thn_ir::{Attr, Attrs, BlockId, Error, Func, Loc, OpId, PROVENANCE, Value};

/// One step of a proof.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Step {
    /// The rule or built-in rewrite; `fold` for an op on constants.
    pub rule: String,
    /// What the rule promises; `None` for folding and built-in rewrites.
    pub class: Option<Class>,
    /// Whether the left side became the right side, and not the other way round.
    pub forward: bool,
    /// Where in the term before: operand numbers from the root, counted in the order in which operands are kept.
    pub position: Vec<u32>,
    /// What the variables of the rule stand for.
    pub binding: BTreeMap<String, String>,
    /// The whole term after the step.
    pub term: String,
}

/// A value that is computed otherwise than before.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Change {
    /// Ops of the new program that are new with this change, in program order; none if what is there already is used.
    #[serde(skip)]
    pub ops: Vec<OpId>,
    /// Where the value was made.
    #[serde(skip)]
    pub loc: Loc,
    /// The round of the optimizer, from 0.
    pub round: usize,
    /// The change, by position, that made the value as this one found it.
    pub previous: Option<usize>,
    /// The value as it was.
    pub before: String,
    /// The value as it is.
    pub after: String,
    /// What led from one to the other; `None` if that was not written down.
    pub steps: Option<Vec<Step>>,
}

/// Why the program looks as it does.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Explanation {
    /// Every change of every round.
    pub changes: Vec<Change>,
    /// Changes that the results of the program are due to, by position: those that no later change undid.
    pub standing: Vec<usize>,
    #[serde(skip)]
    contexts: Vec<ProofContext>,
    #[serde(skip)]
    rules: Vec<Rule>,
    #[serde(skip)]
    strict: bool,
    #[serde(skip)]
    round: usize,
    /// The changes that new ops of the block at hand belong to, by class.
    #[serde(skip)]
    marks: FastMap<Id, usize>,
}

/// `optimize` with an explanation of every change.
pub fn optimize_explained(func: &mut Func, options: &Options) -> Result<(Report, Explanation), Error> {
    let rules = optimize::rules_of(options)?;
    let mut explanation = Explanation::new(&rules, options);
    let report = optimize::optimize_observed(func, &rules, options, Some(&mut explanation))?;
    explanation.finish(func);
    Ok((report, explanation))
}

/// Does every step of every proof again; the error names the first that does not lead where it says.
pub fn check(explanation: &Explanation) -> Result<(), Error> {
    for context in &explanation.contexts {
        replay::check(context, &explanation.rules, explanation.strict).map_err(Error::internal)?;
    }
    Ok(())
}

impl Explanation {
    fn new(rules: &[Rule], options: &Options) -> Explanation {
        Explanation {
            changes: vec![],
            standing: vec![],
            contexts: vec![],
            rules: rules.to_vec(),
            strict: options.is_strict(),
            round: 0,
            marks: FastMap::default(),
        }
    }

    /// The changes of a block. Gives, for every class that is computed by a new op, the change that it belongs to.
    fn changes_of(&mut self, func: &Func, log: &ProofLog, decision: &Decision<'_>) -> FastMap<Id, usize> {
        let Decision { block, encoded, graph, choice, folded } = *decision;
        let rules = self.rules.clone();
        let mut prover = Prover::new(graph, log, &rules, self.strict);
        prover.context.names = names(func, block, encoded, &prover);
        let origins = &encoded.origins;
        let mut values: HashMap<Id, Value> = HashMap::new();
        for op in &func.block(block).ops {
            for value in &func.op(*op).results {
                values.entry(graph.find(encoded.classes[value])).or_insert(*value);
            }
        }
        let mut changed: Vec<(usize, Option<usize>)> = vec![];
        let mut marks = FastMap::default();
        let mut seen = HashSet::new();
        let results = func.block(block).results.clone();
        let inputs = encoded.anchors.iter().flat_map(|a| func.inputs(*a));
        let roots = results.iter().copied().chain(inputs).map(|v| (graph.find(encoded.classes[&v]), None));
        let mut stack: Vec<(Id, Option<usize>)> = roots.collect();
        stack.reverse();
        while let Some((class, owner)) = stack.pop() {
            if !seen.insert(class) {
                continue;
            }
            let Some(node) = choice.node(graph, class) else { continue };
            let literal = folded.contains_key(&class);
            let kept = !literal && (origins.contains_key(node) || node.kind().is_none());
            let mut mine = None;
            if !kept {
                mine = match values.get(&class) {
                    Some(value) => {
                        Some(self.change(func, *value, class, decision, &mut prover, &mut changed))
                    }
                    None => owner,
                };
                marks.extend(mine.map(|m| (class, m)));
            }
            if !literal {
                stack.extend(node.children.iter().rev().map(|c| (graph.find(*c), mine)));
            }
        }
        for value in results {
            let class = graph.find(encoded.classes[&value]);
            let own = choice.node(graph, class).and_then(|n| origins.get(n)).copied();
            let new = prover.chosen(class, choice, folded).map(|(_, folded)| folded);
            let same = new == Some(prover.original(encoded.classes[&value]));
            if !marks.contains_key(&class) && !same && own != func.def_op(value) {
                let change = self.change(func, value, class, decision, &mut prover, &mut changed);
                self.standing.push(change);
            }
        }
        let mut context = prover.context;
        for (change, proof) in changed {
            self.write(change, proof, &mut context);
        }
        self.contexts.push(context);
        marks
    }

    /// A new change of a value.
    fn change(
        &mut self,
        func: &Func,
        value: Value,
        class: Id,
        decision: &Decision<'_>,
        prover: &mut Prover<'_>,
        changed: &mut Vec<(usize, Option<usize>)>,
    ) -> usize {
        let from = prover.original(decision.encoded.classes[&value]);
        let to = prover.chosen(class, decision.choice, decision.folded);
        let proof = to.and_then(|to| prover.prove(from, to));
        let op = func.def_op(value).map(|op| func.op(op));
        let previous = op.and_then(|op| op.attrs.get_int(PROVENANCE)).and_then(|k| usize::try_from(k).ok());
        let none = BTreeSet::new();
        let text = |term| render::term(&prover.context, term, &none);
        self.changes.push(Change {
            ops: vec![],
            loc: op.map_or(Loc::Unknown, |op| op.loc.clone()),
            round: self.round,
            previous,
            before: text(from),
            after: to.map(|(_, folded)| text(folded)).unwrap_or_default(),
            steps: None,
        });
        changed.push((self.changes.len() - 1, proof));
        self.changes.len() - 1
    }

    /// Writes a proof down for people.
    fn write(&mut self, change: usize, proof: Option<usize>, context: &mut ProofContext) {
        let Some(proof) = proof else { return };
        let steps = render::flatten(context, proof);
        let (from, to) = (context.proofs[proof].from, context.proofs[proof].to);
        let entered = render::entered(context, from, &steps);
        let step = |step: &prove::ProofStep| {
            let rule = match &step.why {
                Why::Rule(name, _) => name.clone(),
                Why::BuiltIn(name) => (*name).to_owned(),
                Why::Fold(_) => "fold".to_owned(),
                Why::Proof(inner) => format!("{} steps", context.proofs[*inner].steps.len()),
            };
            Step {
                class: self.rules.iter().find(|r| r.name == rule).map(|r| r.class),
                rule,
                forward: step.forward,
                position: step.at.to_vec(),
                binding: render::binding(context, &self.rules, &step.why),
                term: render::term(context, step.term, &entered),
            }
        };
        let steps = steps.iter().map(step).collect();
        let change = &mut self.changes[change];
        change.before = render::term(context, from, &entered);
        change.after = render::term(context, to, &entered);
        change.steps = Some(steps);
    }

    /// Finds the ops of the finished program that are due to changes, and takes the marks off them.
    fn finish(&mut self, func: &mut Func) {
        for op in func.walk(Func::BODY) {
            if let Some(change) = take_mark(func, op).filter(|c| *c < self.changes.len()) {
                self.changes[change].ops.push(op);
                self.standing.push(change);
            }
        }
        self.standing.sort_unstable();
        self.standing.dedup();
    }

    /// A change and those before it that led to the value it found, in order.
    pub fn history(&self, change: usize) -> Vec<&Change> {
        let mut all = vec![];
        let mut next = Some(change);
        while let Some(change) = next.and_then(|i| self.changes.get(i)) {
            all.push(change);
            next = change.previous;
        }
        all.reverse();
        all
    }
}

impl Observer for Explanation {
    fn block(&mut self, func: &Func, log: &ProofLog, decision: &Decision<'_>) {
        self.marks = self.changes_of(func, log, decision);
    }

    fn rebuilt(&mut self, func: &mut Func, new: &[(Id, OpId)]) {
        for (class, op) in new {
            if let Some(change) = self.marks.get(class) {
                func.op_mut(*op).attrs.set(PROVENANCE, Attr::Int(*change as i64));
            }
        }
    }

    fn round(&mut self) {
        self.round += 1;
    }

    fn text(&self, func: &Func) -> String {
        let mut plain = func.clone();
        for op in plain.walk(Func::BODY) {
            take_mark(&mut plain, op);
        }
        plain.to_string()
    }
}

/// Takes the mark off an op.
fn take_mark(func: &mut Func, op: OpId) -> Option<usize> {
    let attrs = &mut func.op_mut(op).attrs;
    let change = attrs.get_int(PROVENANCE)?;
    let others = attrs.iter().filter(|(name, _)| *name != PROVENANCE);
    *attrs = others.fold(Attrs::new(), |all, (name, attr)| all.with(name.to_owned(), attr.clone()));
    usize::try_from(change).ok()
}

/// Names of the terms that values of the program were made as.
fn names(func: &Func, block: BlockId, encoded: &Encoded, prover: &Prover<'_>) -> BTreeMap<Id, String> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = BTreeMap::new();
    let results = func.block(block).ops.iter().flat_map(|op| &func.op(*op).results);
    for value in encoded.leaves.iter().chain(results) {
        let term = prover.original(encoded.classes[value]);
        let leaf = !matches!(prover.context.node(term).head, Head::Op(..));
        let base = match (&func.value(*value).name, func.def(*value)) {
            (Some(name), _) => name.to_string(),
            (None, _) if !leaf => continue,
            (None, thn_ir::ValueDef::Arg { block: Func::BODY, index }) => format!("arg{index}"),
            (None, thn_ir::ValueDef::Arg { index, .. }) => format!("inner{index}"),
            (None, thn_ir::ValueDef::Result { op, .. }) => func.op(op).kind.row().mnemonic.to_owned(),
        };
        let repeats = taken.entry(base.clone()).or_insert(0);
        *repeats += 1;
        let name = if *repeats == 1 { format!("%{base}") } else { format!("%{base}_{}", *repeats - 1) };
        names.entry(term).or_insert(name);
    }
    names
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.as_ref().is_some_and(Vec::is_empty) {
            return write!(f, "{} is known where it is used", self.after);
        }
        write!(f, "{} became {}", self.before, self.after)?;
        let Some(steps) = &self.steps else { return write!(f, ", by steps that were not written down") };
        for step in steps {
            write!(f, "\n  = {}  by {}", step.term, step.rule)?;
            if !step.forward {
                f.write_str(", read backwards")?;
            }
            if !step.position.is_empty() {
                let path: Vec<String> = step.position.iter().map(u32::to_string).collect();
                write!(f, ", at {}", path.join("."))?;
            }
        }
        Ok(())
    }
}
