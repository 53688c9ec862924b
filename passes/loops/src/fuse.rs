//! Loops and branches of one block that become one.

use crate::Regions;
use std::collections::{HashMap, HashSet};
use thn_ir::{
    BlockId, Loc, OpId, OpKind, Value,
    rewrite::{ValueMap, rename_values},
};

/// Two ops further apart than this are left alone, so that looking for a way to bring them together stays cheap.
const REACH: usize = 1_000;

impl Regions<'_> {
    /// Merges loops of one count, and branches on one condition, from the first to the last of the block.
    pub(super) fn merge(&mut self, id: BlockId) {
        let mut at = 0;
        let mut last: HashMap<(OpKind, Value), OpId> = HashMap::new();
        while let Some(op) = self.func.block(id).ops.get(at).copied() {
            at += 1;
            let data = self.func.op(op);
            let rewrite = match data.kind {
                OpKind::Loop => "loop-merge",
                OpKind::Cond => "cond-merge",
                _ => continue,
            };
            if !self.allows(rewrite) || self.func.has_effects(op) {
                continue;
            }
            let key = (data.kind, data.operands[0]);
            let earlier = last.insert(key, op);
            if let Some(merged) = earlier.and_then(|first| self.merge_two(id, first, op, at - 1)) {
                self.fired(rewrite);
                last.insert(key, merged);
                at -= 1;
            }
        }
    }

    /// Merges `first` into `second`, which stands at position `at`. What uses the results of `first` goes behind the
    /// new op; if `second` needs some of that, or it has effects, the two stay.
    fn merge_two(&mut self, id: BlockId, first: OpId, second: OpId, at: usize) -> Option<OpId> {
        let start = self.func.block(id).ops[..at].iter().rposition(|op| *op == first)?;
        if at - start > REACH {
            return None;
        }
        let between = self.func.block(id).ops[start + 1..at].to_vec();
        let own: HashSet<Value> = self.func.op(first).results.iter().copied().collect();
        let mut after: HashSet<Value> = HashSet::new();
        let (mut late, mut early) = (vec![], vec![]);
        for op in between {
            if self.func.inputs(op).iter().any(|v| own.contains(v) || after.contains(v)) {
                if self.func.has_effects(op) {
                    return None;
                }
                after.extend(self.func.op(op).results.iter().copied());
                late.push(op);
            } else {
                early.push(op);
            }
        }
        let needs = self.func.inputs(second);
        let looped = self.func.op(first).kind == OpKind::Loop;
        if needs.iter().any(|v| after.contains(v) || (looped && own.contains(v))) {
            return None;
        }
        let rest = self.func.block_mut(id).ops.split_off(at);
        self.func.block_mut(id).ops.truncate(start);
        self.func.block_mut(id).ops.extend(early);
        let mut renamed = ValueMap::new();
        let merged = self.join(id, first, second, &mut renamed);
        for op in late.into_iter().chain(rest.into_iter().skip(1)) {
            self.func.rename_in_op(op, &renamed);
            self.func.block_mut(id).ops.push(op);
        }
        rename_values(&mut self.func.block_mut(id).results, &renamed);
        Some(merged)
    }

    /// One op that does what two do, at the end of the block.
    fn join(&mut self, id: BlockId, first: OpId, second: OpId, renamed: &mut ValueMap) -> OpId {
        let [a, b] = [first, second].map(|op| self.func.op(op).clone());
        for (into, from) in a.regions.iter().zip(&b.regions) {
            let mut inner = ValueMap::new();
            let moved = self.func.block(*from).clone();
            let mut args = moved.args.clone();
            if a.kind == OpKind::Loop {
                // One step counter for both.
                inner.insert(args.remove(0), self.func.block(*into).args[0]);
            } else {
                // What the first branch gives is at hand inside.
                let given = self.func.block(*into).results.clone();
                inner.extend(a.results.iter().copied().zip(given));
            }
            self.func.rename_in_block(*from, &inner);
            let results = self.func.block(*from).results.clone();
            let block = self.func.block_mut(*into);
            block.ops.extend(moved.ops);
            block.args.extend(args);
            block.results.extend(results);
            self.func.block_mut(*from).ops.clear();
        }
        let mut operands = a.operands.to_vec();
        operands.extend(b.operands.iter().skip(1));
        let results: Vec<Value> = a.results.iter().chain(&b.results).copied().collect();
        let loc = Loc::fuse([a.loc, b.loc]);
        self.func.op_mut(first).loc = loc;
        self.rebuild(id, first, &operands, &results, renamed);
        self.func.block(id).ops[self.func.block(id).ops.len() - 1]
    }
}
