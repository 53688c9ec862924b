//! What is known outside of a region, inside: facts about captured values, carried values, steps and conditions.
//!
//! Before each search the program is walked from the outside in. Captured values keep the facts of the block around.
//! Carried values begin with the facts of the initial ones and are joined with those of the body's results until
//! nothing changes; after a few times a bound that still moves is given up. Inside a branch its condition is known, and
//! with it what the comparison says of its operands: where `x > 0` holds, x is positive and no NaN.

use super::{has_regions, is_entered};
use crate::{
    driver::encode,
    egraph::{Graph, about, learn, type_of},
    facts::Facts,
};
use egg::Id;
use std::collections::{BTreeMap, HashMap, HashSet};
use thn_ir::{BlockId, DType, Func, Literal, OpId, OpKind, Scalar, Value};

/// What is known of one value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Known {
    pub(crate) facts: Facts,
    /// The value of every element as a rank-0 literal, if all are known to be equal.
    pub(crate) splat: Option<Literal>,
}

/// What is known of values as a block sees them: arguments of regions, values from outside, results of loops and
/// branches. Inside a branch more is known of a value than outside.
pub(crate) type KnownValues = HashMap<(BlockId, Value), Known>;

/// Joins before a bound that still moves is given up.
const PRECISE: usize = 3;

/// Loops inside loops inside loops are walked once for every join of each around them; deeper ones are not walked
/// again and again, but assumed to carry anything.
const DEPTH: usize = 3;

/// What is known of the values of a program.
pub(crate) fn of_program(func: &Func) -> KnownValues {
    let mut known = KnownValues::new();
    if has_regions(func, Func::BODY) {
        explore(func, Func::BODY, &mut known, 0);
    }
    known
}

/// Walks a block whose arguments and captured values are known. Gives what is known of its results.
fn explore(func: &Func, block: BlockId, known: &mut KnownValues, depth: usize) -> Vec<Known> {
    let encoded = encode::explore(func, block, known, depth);
    func.block(block).results.iter().map(|v| Known::of_class(&encoded.graph, encoded.classes[v])).collect()
}

impl Known {
    /// What an e-graph knows of a class.
    pub(crate) fn of_class(graph: &Graph, class: Id) -> Known {
        let data = about(graph, class);
        Known { facts: Facts { steps: 0, ..data.facts }, splat: data.splat.as_deref().cloned() }
    }

    fn unknown(func: &Func, value: Value) -> Known {
        let dtype = func.tensor(value).map_or(DType::Bool, |t| t.dtype);
        Known { facts: Facts::of_dtype(dtype), splat: None }
    }

    fn join(&self, other: &Known) -> Known {
        let splat = self.splat.clone().filter(|s| other.splat.as_ref() == Some(s));
        Known { facts: self.facts.join(other.facts), splat }
    }
}

/// What is known of the regions of an op and of its results, from what is known of its inputs.
pub(crate) fn explore_op(
    func: &Func,
    block: BlockId,
    op: OpId,
    inputs: &BTreeMap<Value, Known>,
    known: &mut KnownValues,
    depth: usize,
) {
    let data = func.op(op);
    if !is_entered(func, op) {
        return;
    }
    let results = match data.kind {
        OpKind::Loop => looped(func, op, inputs, known, depth),
        OpKind::Cond => branched(func, op, inputs, known, depth),
        _ => return,
    };
    if let Some(first) = data.operands.first() {
        known.insert((block, *first), inputs[first].clone());
    }
    known.extend(data.results.iter().map(|r| (block, *r)).zip(results));
}

fn looped(
    func: &Func,
    op: OpId,
    inputs: &BTreeMap<Value, Known>,
    known: &mut KnownValues,
    depth: usize,
) -> Vec<Known> {
    let data = func.op(op);
    let body = data.regions[0];
    known.extend(inputs.iter().map(|(v, k)| ((body, *v), k.clone())));
    let args = &func.block(body).args;
    let count = inputs[&data.operands[0]].facts;
    known.insert((body, args[0]), Known { facts: Facts::index_below(count), splat: None });
    let mut carried: Vec<Known> = data.operands[1..].iter().map(|v| inputs[v].clone()).collect();
    for round in 0.. {
        if depth >= DEPTH || round > 2 * PRECISE {
            carried = args[1..].iter().map(|v| Known::unknown(func, *v)).collect();
        }
        known.extend(args[1..].iter().map(|v| (body, *v)).zip(carried.iter().cloned()));
        let next = explore(func, body, known, depth + 1);
        let mut joined: Vec<Known> = carried.iter().zip(&next).map(|(a, b)| a.join(b)).collect();
        if joined == carried || depth >= DEPTH || round > 2 * PRECISE {
            break;
        }
        if round >= PRECISE {
            for ((new, old), arg) in joined.iter_mut().zip(&carried).zip(&args[1..]) {
                new.facts = old.facts.widen(new.facts, Known::unknown(func, *arg).facts);
            }
        }
        carried = joined;
    }
    carried
}

fn branched(
    func: &Func,
    op: OpId,
    inputs: &BTreeMap<Value, Known>,
    known: &mut KnownValues,
    depth: usize,
) -> Vec<Known> {
    let data = func.op(op);
    let condition = data.operands[0];
    let mut results: Vec<Vec<Known>> = vec![];
    for (region, holds) in data.regions.iter().zip([true, false]) {
        let mut inside = inputs.clone();
        assume(func, condition, holds, &mut inside);
        known.extend(inside.into_iter().map(|(v, k)| ((*region, v), k)));
        results.push(explore(func, *region, known, depth));
    }
    // A region that cannot run says nothing about the results.
    match inputs[&condition].splat.as_ref().and_then(Literal::splat_value) {
        Some(holds) => results.swap_remove(usize::from(holds.to_i128() == 0)),
        None => results[0].iter().zip(&results[1]).map(|(a, b)| a.join(b)).collect(),
    }
}

/// Adds what follows where every element of a tensor of bools is `holds`.
fn assume(func: &Func, condition: Value, holds: bool, known: &mut BTreeMap<Value, Known>) {
    let mut seen = HashSet::new();
    let mut stack = vec![(condition, holds)];
    while let Some((condition, holds)) = stack.pop() {
        if seen.insert((condition, holds)) {
            let parts = assume_one(func, condition, holds, known);
            stack.extend(parts.into_iter().rev());
        }
    }
}

/// As [`assume`], for one value; gives those that it is made of, with what they are then.
fn assume_one(
    func: &Func,
    condition: Value,
    holds: bool,
    known: &mut BTreeMap<Value, Known>,
) -> Vec<(Value, bool)> {
    let literal = Literal::scalar(DType::Bool, Scalar::Bool(holds));
    let facts = Facts::of_scalar(Scalar::Bool(holds));
    known.insert(condition, Known { facts, splat: Some(literal) });
    let Some(op) = func.def_op(condition).map(|op| func.op(op)) else { return vec![] };
    let bools = |v: Value| func.tensor(v).is_some_and(|t| t.dtype == DType::Bool);
    match (op.kind, holds) {
        (OpKind::Not, _) => return vec![(op.operands[0], !holds)],
        (OpKind::Broadcast, _) | (OpKind::Min | OpKind::Prod, true) | (OpKind::Max | OpKind::Sum, false)
            if bools(op.operands[0]) =>
        {
            return vec![(op.operands[0], holds)];
        }
        (OpKind::And, true) | (OpKind::Or, false) if op.operands.iter().all(|v| bools(*v)) => {
            return op.operands.iter().map(|part| (*part, holds)).collect();
        }
        (OpKind::IsNan, false) => refine(func, op.operands[0], known, |f| Facts { nan: false, ..f }),
        (OpKind::IsFinite, true) => {
            refine(func, op.operands[0], known, |f| Facts { nan: false, inf: false, ..f });
        }
        (OpKind::Lt | OpKind::Le | OpKind::Gt | OpKind::Ge | OpKind::Eq | OpKind::Ne, _) => {
            let [a, b] = [op.operands[0], op.operands[1]];
            let [x, y] = [a, b].map(|v| facts_of(func, v, known));
            refine(func, a, known, |f| f.compared(op.kind, holds, y));
            refine(func, b, known, |f| f.compared(mirrored(op.kind), holds, x));
        }
        _ => {}
    }
    vec![]
}

/// `b < a` for `a > b`.
fn mirrored(kind: OpKind) -> OpKind {
    match kind {
        OpKind::Lt => OpKind::Gt,
        OpKind::Le => OpKind::Ge,
        OpKind::Gt => OpKind::Lt,
        OpKind::Ge => OpKind::Le,
        other => other,
    }
}

/// Facts about a value that a condition is made of; it need not be used inside.
fn facts_of(func: &Func, value: Value, known: &BTreeMap<Value, Known>) -> Facts {
    if let Some(known) = known.get(&value) {
        return known.facts;
    }
    let literal = func.def_op(value).and_then(|op| func.op(op).attrs.get_literal("value"));
    let number = literal.and_then(Literal::splat_value);
    number.map_or(Known::unknown(func, value).facts, Facts::of_scalar)
}

fn refine(func: &Func, value: Value, known: &mut BTreeMap<Value, Known>, by: impl Fn(Facts) -> Facts) {
    let mut next = Some(value);
    while let Some(value) = next {
        let old = known.get(&value).cloned().unwrap_or_else(|| Known::unknown(func, value));
        known.insert(value, Known { facts: by(old.facts), ..old });
        // A broadcast has the elements of what it repeats.
        let op = func.def_op(value).map(|op| func.op(op));
        next = op.filter(|op| op.kind == OpKind::Broadcast).map(|op| op.operands[0]);
    }
}

/// Facts of a class, where the region it is used in says more than its nodes.
pub(crate) fn add_facts(graph: &mut Graph, class: Id, known: &Known) {
    if type_of(graph, class).is_none() {
        return;
    }
    let facts = about(graph, class).facts.meet(known.facts);
    learn(graph, class, facts);
}
