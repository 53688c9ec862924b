//! Branches that are decided, turned, or give less than they compute.

use crate::Regions;
use std::collections::HashMap;
use thn_ir::{BlockId, OpId, OpKind, Value, rewrite::ValueMap};

impl Regions<'_> {
    /// Replaces a branch whose condition is known by the region that runs.
    pub(super) fn choose(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) -> bool {
        let data = self.func.op(op).clone();
        let known = self.known.get(&(id, data.operands[0]));
        let known = known.and_then(|k| k.splat.as_ref()?.splat_value()).map(thn_ir::Scalar::to_i128);
        let Some(holds) = self.number(data.operands[0]).or(known) else { return false };
        let region = data.regions[usize::from(holds == 0)];
        let ops = std::mem::take(&mut self.func.block_mut(region).ops);
        self.func.block_mut(id).ops.extend(ops);
        renamed.extend(data.results.iter().copied().zip(self.func.block(region).results.clone()));
        self.fired("cond-constant");
        true
    }

    /// A branch on a negation becomes one on what is negated.
    pub(super) fn turn(&mut self, op: OpId) {
        let condition = self.func.op(op).operands[0];
        let Some(not) = self.func.def_op(condition).map(|d| self.func.op(d)) else { return };
        if not.kind != OpKind::Not {
            return;
        }
        let inner = not.operands[0];
        let data = self.func.op_mut(op);
        data.operands[0] = inner;
        data.regions.swap(0, 1);
        self.fired("cond-not");
    }

    /// Drops results that are the same whichever region runs, that repeat another one, and that nothing uses, and puts
    /// the branch at the end of `id` if it has any left.
    pub(super) fn drop_results(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) {
        let data = self.func.op(op).clone();
        let [a, b] = [0, 1].map(|i| self.func.block(data.regions[i]).results.clone());
        let mut seen: HashMap<(Value, Value), Value> = HashMap::new();
        let mut repeated = vec![];
        let mut used: Vec<bool> = data.results.iter().map(|r| self.is_used(*r)).collect();
        for (i, result) in data.results.iter().enumerate() {
            if a[i] == b[i] && self.func.ty(a[i]) == self.func.ty(*result) {
                renamed.insert(*result, a[i]);
                used[i] = false;
            } else if let Some(first) = seen.get(&(a[i], b[i])) {
                repeated.push((*result, *first));
                used[i] = false;
            } else if used[i] {
                seen.insert((a[i], b[i]), *result);
            }
        }
        if used.iter().all(|u| *u) {
            self.func.block_mut(id).ops.push(op);
            return;
        }
        self.fired("cond-results");
        let keep = |values: &[Value]| -> Vec<Value> {
            values.iter().zip(&used).filter(|(_, u)| **u).map(|(v, _)| *v).collect()
        };
        let kept = keep(&data.results);
        if !kept.is_empty() {
            for (region, results) in data.regions.iter().zip([&a, &b]) {
                self.func.block_mut(*region).results = keep(results);
            }
            self.rebuild(id, op, &data.operands, &kept, renamed);
        }
        for (result, first) in repeated {
            renamed.insert(result, renamed[&first]);
        }
    }
}
