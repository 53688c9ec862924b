//! New names for the values that ops use, and what the values of a region need.

use crate::{BlockId, Func, OpId, Value};
use std::collections::{HashMap, HashSet};

/// Values that are computed otherwise now.
pub type ValueMap = HashMap<Value, Value>;

/// Renames values in a list.
pub fn rename_values(values: &mut [Value], by: &ValueMap) {
    for value in values {
        if let Some(new) = by.get(value) {
            *value = *new;
        }
    }
}

impl Func {
    /// Renames the values that an op uses, also inside.
    pub fn rename_in_op(&mut self, op: OpId, by: &ValueMap) {
        if by.is_empty() {
            return;
        }
        rename_values(&mut self.op_mut(op).operands, by);
        for region in self.op(op).regions.clone() {
            self.rename_in_block(region, by);
        }
    }

    /// Renames the values that a block uses, also deeper inside.
    pub fn rename_in_block(&mut self, block: BlockId, by: &ValueMap) {
        if by.is_empty() {
            return;
        }
        rename_values(&mut self.block_mut(block).results, by);
        for op in self.walk(block) {
            rename_values(&mut self.op_mut(op).operands, by);
            for region in self.op(op).regions.clone() {
                rename_values(&mut self.block_mut(region).results, by);
            }
        }
    }

    /// The values of a region that some of its values are computed from, those included.
    pub fn backward_slice(&self, region: BlockId, roots: impl IntoIterator<Item = Value>) -> HashSet<Value> {
        let mut needed: HashSet<Value> = roots.into_iter().collect();
        for op in self.block(region).ops.iter().rev() {
            if self.op(*op).results.iter().any(|r| needed.contains(r)) {
                needed.extend(self.inputs(*op));
            }
        }
        needed
    }

    /// Removes the ops of a region without effects that its results do not need.
    pub fn remove_dead_in(&mut self, region: BlockId) {
        let needed = self.backward_slice(region, self.block(region).results.clone());
        let mut ops = std::mem::take(&mut self.block_mut(region).ops);
        ops.retain(|op| self.op(*op).results.iter().any(|r| needed.contains(r)));
        self.block_mut(region).ops = ops;
    }
}
