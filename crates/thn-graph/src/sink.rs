//! Moves ops that only one region of a `cond` needs into that region, so that they run only if it is chosen.
//!
//! ```text
//! %a = exp %x                                  cond %c { yield (exp %x) } else { yield %x }
//! cond %c { yield %a } else { yield %x }
//! ```

use std::collections::HashMap;
use thn_ir::{BlockId, Func, OpId, OpKind, Value};

/// Where a value is used: by an op of the block itself, or inside a region of one.
type Use = (OpId, Option<BlockId>);

/// Applies the move in every block, outer ones first.
pub(crate) fn into_branches(func: &mut Func) {
    let mut blocks = vec![Func::BODY];
    while let Some(block) = blocks.pop() {
        if func.block(block).ops.iter().any(|op| func.op(*op).kind == OpKind::Cond) {
            sink(func, block);
        }
        for op in &func.block(block).ops {
            blocks.extend(func.op(*op).regions.iter().copied());
        }
    }
}

fn sink(func: &mut Func, block: BlockId) {
    let mut uses: HashMap<Value, Vec<Use>> = HashMap::new();
    for op in &func.block(block).ops {
        for (value, region) in used_by(func, *op) {
            uses.entry(value).or_default().push((*op, region));
        }
    }
    let ops = func.block(block).ops.clone();
    let results = func.block(block).results.clone();
    let mut kept = vec![];
    for op in ops.into_iter().rev() {
        match only_region(func, op, &uses, &results) {
            None => kept.push(op),
            Some(target) => {
                let region = target.1;
                for (value, from) in used_by(func, op) {
                    let all = uses.entry(value).or_default();
                    all.retain(|u| *u != (op, from));
                    all.push((target.0, Some(region)));
                }
                func.block_mut(region).ops.insert(0, op);
            }
        }
    }
    kept.reverse();
    func.block_mut(block).ops = kept;
}

/// Every value an op needs, and in which of its regions; operands first.
fn used_by(func: &Func, op: OpId) -> Vec<(Value, Option<BlockId>)> {
    let mut used: Vec<(Value, Option<BlockId>)> = func.op(op).operands.iter().map(|v| (*v, None)).collect();
    let captures = func.captures(op);
    for region in &func.op(op).regions {
        let mut inside: Vec<Value> = func.block(*region).results.clone();
        for inner in func.walk(*region) {
            inside.extend(func.op(inner).operands.iter().copied());
            for r in &func.op(inner).regions {
                inside.extend(func.block(*r).results.iter().copied());
            }
        }
        used.extend(captures.iter().filter(|v| inside.contains(v)).map(|v| (*v, Some(*region))));
    }
    used
}

/// The one region of a `cond` that uses the results of an op.
fn only_region(
    func: &Func,
    op: OpId,
    uses: &HashMap<Value, Vec<Use>>,
    results: &[Value],
) -> Option<(OpId, BlockId)> {
    let data = func.op(op);
    let mut found = None;
    for result in &data.results {
        if results.contains(result) {
            return None;
        }
        for (user, region) in uses.get(result).into_iter().flatten() {
            let here = (*user, (*region)?);
            if func.op(*user).kind != OpKind::Cond || found.is_some_and(|f| f != here) {
                return None;
            }
            found = Some(here);
        }
    }
    found
}
