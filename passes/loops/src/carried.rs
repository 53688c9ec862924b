//! Carried values that a loop does not need.

use crate::Regions;
use std::collections::{BTreeMap, HashMap};
use thn_ir::{BlockId, OpId, Value, rewrite::ValueMap};

impl Regions<'_> {
    /// Drops carried values that never change, that always equal another one, and that no result needs. Gives the loop
    /// that is left, which is in no block; `None` if it carries nothing.
    pub(super) fn drop_states(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) -> Option<OpId> {
        let data = self.func.op(op).clone();
        let body = data.regions[0];
        let states = data.results.len();
        let args = self.func.block(body).args[1..].to_vec();
        let inits = data.operands[1..].to_vec();
        let mut dropped = vec![false; states];
        self.drop_unchanged(body, &data.results, &inits, &args, &mut dropped, renamed);
        let mut used: Vec<bool> = data.results.iter().map(|r| self.is_used(*r)).collect();
        let equal = self.equal_states(body, &inits, &args, &dropped);
        let mut inner = ValueMap::new();
        for (j, i) in equal {
            inner.insert(args[j], args[i]);
            // The other result is found under its own new name below.
            renamed.entry(data.results[j]).or_insert(data.results[i]);
            used[i] |= used[j];
            dropped[j] = true;
        }
        self.func.rename_in_block(body, &inner);
        let merged: Vec<Value> = data.results.iter().copied().filter(|r| renamed.contains_key(r)).collect();
        self.drop_unneeded(body, &args, &used, &mut dropped);
        if !dropped.contains(&true) {
            return Some(op);
        }
        self.fired("loop-state");
        let keep = |values: &[Value]| -> Vec<Value> {
            values.iter().zip(&dropped).filter(|(_, d)| !**d).map(|(v, _)| *v).collect()
        };
        let kept = keep(&data.results);
        if kept.is_empty() {
            return None;
        }
        let block = self.func.block_mut(body);
        block.results = keep(&block.results);
        block.args = block.args[..1].iter().copied().chain(keep(&args)).collect();
        self.func.remove_dead_in(body);
        let operands: Vec<Value> = data.operands[..1].iter().copied().chain(keep(&inits)).collect();
        self.rebuild(id, op, &operands, &kept, renamed);
        for old in merged {
            if let Some(new) = renamed.get(&renamed[&old]).copied() {
                renamed.insert(old, new);
            }
        }
        self.func.block_mut(id).ops.pop()
    }

    /// Values whose next is themselves, or the initial one again.
    fn drop_unchanged(
        &mut self,
        body: BlockId,
        results: &[Value],
        inits: &[Value],
        args: &[Value],
        dropped: &mut [bool],
        renamed: &mut ValueMap,
    ) {
        loop {
            let mut inner = ValueMap::new();
            for j in 0..args.len() {
                let next = self.func.block(body).results[j];
                let ty = self.func.ty(inits[j]);
                let typed = ty == self.func.ty(args[j]) && ty == self.func.ty(results[j]);
                if !dropped[j] && typed && (next == args[j] || self.same(next, inits[j])) {
                    inner.insert(args[j], inits[j]);
                    renamed.entry(results[j]).or_insert(inits[j]);
                    dropped[j] = true;
                }
            }
            if inner.is_empty() {
                return;
            }
            self.func.rename_in_block(body, &inner);
        }
    }

    /// Pairs (j, i), i < j, of carried values that are equal in every step: they begin equal, and where all such values
    /// are equal their next ones are. The coarsest such partition is found by splitting.
    fn equal_states(
        &self,
        body: BlockId,
        inits: &[Value],
        args: &[Value],
        dropped: &[bool],
    ) -> Vec<(usize, usize)> {
        let left: Vec<usize> = (0..args.len()).filter(|j| !dropped[*j]).collect();
        let alike = |i: usize, j: usize| {
            self.same(inits[i], inits[j]) && self.func.ty(args[i]) == self.func.ty(args[j])
        };
        let mut class: BTreeMap<usize, usize> = BTreeMap::new();
        for j in &left {
            let first = left.iter().find(|i| alike(**i, *j)).unwrap_or(j);
            class.insert(*j, *first);
        }
        if class.iter().all(|(j, i)| j == i) {
            return vec![];
        }
        let results = self.func.block(body).results.clone();
        let ops: Vec<(OpId, String, Vec<Value>)> = self
            .func
            .block(body)
            .ops
            .iter()
            .map(|op| {
                let inputs = self.func.inputs(*op);
                (*op, self.func.fingerprint(*op, &inputs), inputs)
            })
            .collect();
        loop {
            // Numbers of values under the assumption that values of one class are equal.
            let mut numbers: HashMap<Value, usize> = HashMap::new();
            let mut next = 0;
            for (j, i) in &class {
                let number = numbers.get(&args[*i]).copied().unwrap_or(next);
                numbers.insert(args[*j], number);
                next = next.max(number + 1);
            }
            let mut seen: HashMap<(&str, Vec<usize>), usize> = HashMap::new();
            for (op, text, inputs) in &ops {
                let mut key: Vec<usize> = inputs
                    .iter()
                    .map(|v| {
                        *numbers.entry(*v).or_insert_with(|| {
                            next += 1;
                            next - 1
                        })
                    })
                    .collect();
                if self.func.op(*op).kind.row().commutative {
                    key.sort_unstable();
                }
                let made = &self.func.op(*op).results;
                let first = *seen.entry((text, key)).or_insert(next);
                next = next.max(first + made.len());
                numbers.extend(made.iter().enumerate().map(|(k, v)| (*v, first + k)));
            }
            let mut number = |v: Value| {
                *numbers.entry(v).or_insert_with(|| {
                    next += 1;
                    next - 1
                })
            };
            let keys: BTreeMap<usize, (usize, usize)> =
                class.iter().map(|(j, i)| (*j, (*i, number(results[*j])))).collect();
            let split: BTreeMap<usize, usize> = keys
                .iter()
                .map(|(j, key)| {
                    let first = keys.iter().find(|(_, k)| *k == key).map_or(*j, |(i, _)| *i);
                    (*j, first)
                })
                .collect();
            if split == class {
                return class.into_iter().filter(|(j, i)| j != i).collect();
            }
            class = split;
        }
    }

    /// Values that neither a used result nor the next value of a needed one is computed from.
    fn drop_unneeded(&self, body: BlockId, args: &[Value], used: &[bool], dropped: &mut [bool]) {
        let results = &self.func.block(body).results;
        let mut live: Vec<bool> = (0..args.len()).map(|j| used[j] && !dropped[j]).collect();
        loop {
            let roots = results.iter().zip(&live).filter(|(_, l)| **l).map(|(v, _)| *v);
            let needed = self.func.backward_slice(body, roots);
            let now: Vec<bool> =
                (0..args.len()).map(|j| !dropped[j] && (live[j] || needed.contains(&args[j]))).collect();
            if now == live {
                break;
            }
            live = now;
        }
        for (d, l) in dropped.iter_mut().zip(live) {
            *d |= !l;
        }
    }
}
