//! New names for the values that ops use, and what regions use and need.

use super::Renamed;
use std::collections::HashSet;
use thn_ir::{BlockId, Func, OpId, Value};

/// Renames values in a list.
pub(super) fn rename_all(values: &mut [Value], by: &Renamed) {
    for value in values {
        if let Some(new) = by.get(value) {
            *value = *new;
        }
    }
}

/// Renames the values that an op uses, also inside.
pub(super) fn rename_op(func: &mut Func, op: OpId, by: &Renamed) {
    if by.is_empty() {
        return;
    }
    rename_all(&mut func.op_mut(op).operands, by);
    for region in func.op(op).regions.clone() {
        rename_block(func, region, by);
    }
}

/// Renames the values that a block uses, also deeper inside.
pub(super) fn rename_block(func: &mut Func, block: BlockId, by: &Renamed) {
    if by.is_empty() {
        return;
    }
    let mut blocks = vec![block];
    for op in func.walk(block) {
        let data = func.op_mut(op);
        rename_all(&mut data.operands, by);
        blocks.extend(&data.regions);
    }
    for block in blocks {
        rename_all(&mut func.block_mut(block).results, by);
    }
}

/// Values from outside that a region uses.
pub(super) fn captures(func: &Func, region: BlockId) -> HashSet<Value> {
    let block = func.block(region);
    let mut used: HashSet<Value> = block.results.iter().copied().collect();
    let mut inside: HashSet<Value> = block.args.iter().copied().collect();
    for op in &block.ops {
        used.extend(func.inputs(*op));
        inside.extend(func.op(*op).results.iter().copied());
    }
    used.retain(|v| !inside.contains(v));
    used
}

/// The values of a region that some of its values are computed from, those included.
pub(super) fn needed(func: &Func, region: BlockId, roots: impl IntoIterator<Item = Value>) -> HashSet<Value> {
    let mut needed: HashSet<Value> = roots.into_iter().collect();
    for op in func.block(region).ops.iter().rev() {
        if func.op(*op).results.iter().any(|r| needed.contains(r)) {
            needed.extend(func.inputs(*op));
        }
    }
    needed
}

/// Removes the ops of a region without effects that its results do not need.
pub(super) fn remove_dead(func: &mut Func, region: BlockId) {
    let needed = needed(func, region, func.block(region).results.clone());
    let mut ops = std::mem::take(&mut func.block_mut(region).ops);
    ops.retain(|op| func.op(*op).results.iter().any(|r| needed.contains(r)));
    func.block_mut(region).ops = ops;
}
