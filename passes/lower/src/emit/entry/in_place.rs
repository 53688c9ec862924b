//! Updates that are written straight into the memory of their shared argument.
//!
//! Updates are atomic, so nothing that can fail may follow the first such write, and everything that wants the old
//! value must have read it before. The kernels chosen here therefore run last, after every other kernel, copy and
//! allocation, and they are elementwise: each element of the new value needs the old one at most at its own place.

use std::collections::{BTreeMap, HashSet};
use thn_ir::{Func, OpId, OpKind, Value, ValueDef};
use thn_kernels::{Accesses, Form, Place};

/// Kernels that run last, in program order; for each, which of its results go into which entry argument.
pub(super) type Choice = BTreeMap<OpId, BTreeMap<usize, usize>>;

/// The kernels that write state in place.
pub(super) fn choose(func: &Func, accesses: &Accesses) -> Choice {
    let mut chosen = Choice::new();
    let updates: HashSet<Value> = func
        .body()
        .results
        .iter()
        .zip(&func.results)
        .filter(|(_, r)| r.updates.is_some())
        .map(|(v, _)| *v)
        .collect();
    if updates.is_empty() {
        return chosen;
    }
    let mut wanted: HashSet<Value> = HashSet::new();
    for op in func.walk(Func::BODY) {
        wanted.extend(&func.op(op).operands);
        func.op(op).regions.iter().for_each(|r| wanted.extend(&func.block(*r).results));
    }
    for op in func.body().ops.iter().copied() {
        // Its results must not be wanted by anything that runs before it.
        let results = &func.op(op).results;
        if !results.iter().any(|r| updates.contains(r)) || results.iter().any(|r| wanted.contains(r)) {
            continue;
        }
        if let Some(targets) = targets(func, accesses, op) {
            chosen.insert(op, targets);
        }
    }
    // A kernel that runs after another must not want what that one has overwritten.
    let order: Vec<OpId> = func.body().ops.iter().copied().filter(|op| chosen.contains_key(op)).collect();
    for (i, op) in order.iter().enumerate() {
        let written: Vec<Value> = order[..i]
            .iter()
            .filter_map(|earlier| chosen.get(earlier))
            .flat_map(|t| t.values().map(|arg| func.body().args[*arg]))
            .collect();
        if func.op(*op).operands.iter().any(|v| written.contains(&memory_of(func, *v))) {
            chosen.remove(op);
        }
    }
    chosen
}

/// The argument or value whose memory a value is, through views.
fn memory_of(func: &Func, mut value: Value) -> Value {
    while let Some(op) =
        func.def_op(value).filter(|op| func.op(*op).attrs.get_str("schedule") == Some("view"))
    {
        value = func.op(op).operands[0];
    }
    value
}

/// Which results of a kernel can replace which arguments; `None` if the kernel must not run last.
fn targets(func: &Func, accesses: &Accesses, op: OpId) -> Option<BTreeMap<usize, usize>> {
    let data = func.op(op);
    if data.kind != OpKind::Kernel || super::kernel::is_fallible(func, accesses, op) {
        return None;
    }
    let Ok(Form::Loops(schedule)) = thn_kernels::form(func, accesses, op) else { return None };
    let flat = schedule.stages.iter().all(|s| s.kept.is_empty() && s.folded.is_empty());
    let pointwise = schedule.stages.iter().all(|s| accesses.is_pointwise(s.op));
    if !flat || !pointwise {
        return None;
    }
    let region = func.block(data.regions[0]);
    let mut found = BTreeMap::new();
    for (position, value) in data.results.iter().enumerate() {
        let mut uses = func.body().results.iter().zip(&func.results).filter(|(v, _)| *v == value);
        let (Some((_, res)), None) = (uses.next(), uses.next()) else { continue };
        let Some(target) = res.updates else { continue };
        let old = func.body().args[target];
        if func.ty(old) != func.ty(*value) {
            continue;
        }
        let here = |v: &Value| {
            let rank = func.tensor(*v).map_or(0, |t| t.rank());
            let loads = schedule.stages.iter().flat_map(|s| &s.loads).filter(|l| l.value == *v);
            loads.into_iter().all(|l| l.at == Place::iters(0..rank))
        };
        let inside = data.operands.iter().zip(&region.args);
        let aliased = inside.filter(|(v, _)| memory_of(func, **v) == old);
        if aliased.into_iter().all(|(v, arg)| *v == old && here(arg)) {
            found.insert(position, target);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Per result of the function: whether it is written in place.
pub(super) fn flags(func: &Func, choice: &Choice) -> Vec<bool> {
    let is = |v: &Value| match func.def(*v) {
        ValueDef::Result { op, index } => choice.get(&op).is_some_and(|t| t.contains_key(&(index as usize))),
        ValueDef::Arg { .. } => false,
    };
    func.body().results.iter().map(is).collect()
}
