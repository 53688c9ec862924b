//! What is computed inside a region and could as well be computed before it, or the other way round.

use crate::Regions;
use std::collections::{BTreeMap, HashMap, HashSet};
use thn_ir::{
    BlockId, Func, OpId, OpKind, Value,
    rewrite::{ValueMap, rename_values},
};

impl Regions<'_> {
    /// Moves ops that are the same in every step of a loop to the end of `id`.
    ///
    /// An op that only says where elements are stays, unless a moved one needs it: inside, it is part of what reads it.
    pub(super) fn hoist(&mut self, id: BlockId, op: OpId) {
        let body = self.func.op(op).regions[0];
        let certain = self.takes_a_step(id, op);
        let mut varying: HashSet<Value> = self.func.block(body).args.iter().copied().collect();
        let mut movable = vec![];
        for inner in &self.func.block(body).ops {
            let fixed = self.func.inputs(*inner).iter().all(|v| !varying.contains(v));
            if fixed && (certain || !self.func.can_fail(*inner)) {
                movable.push(*inner);
            } else {
                varying.extend(self.func.op(*inner).results.iter().copied());
            }
        }
        let wanted: Vec<OpId> = movable.iter().copied().filter(|op| self.computes(*op)).collect();
        let moved = self.with_operands(&movable, wanted);
        if moved.is_empty() {
            return;
        }
        self.fired("loop-hoist");
        self.func.block_mut(body).ops.retain(|op| !moved.contains(op));
        self.func.block_mut(id).ops.extend(movable.into_iter().filter(|op| moved.contains(op)));
    }

    /// Ops with those among `all` that they are computed from.
    fn with_operands(&self, all: &[OpId], wanted: Vec<OpId>) -> HashSet<OpId> {
        let mut set: HashSet<OpId> = wanted.into_iter().collect();
        let mut needed: HashSet<Value> = HashSet::new();
        for op in all.iter().rev() {
            if set.contains(op) || self.func.op(*op).results.iter().any(|r| needed.contains(r)) {
                set.insert(*op);
                needed.extend(self.func.inputs(*op));
            }
        }
        set
    }

    /// What ops share that give equal results: structure, and inputs under new names.
    fn meaning(&self, op: OpId, renamed: &ValueMap) -> (String, Vec<Value>) {
        let mut inputs = self.func.inputs(op);
        let text = self.func.fingerprint(op, &inputs);
        rename_values(&mut inputs, renamed);
        if self.func.op(op).kind.row().commutative {
            inputs.sort_unstable();
        }
        (text, inputs)
    }

    /// Moves ops that both regions of a branch have to the end of `id`.
    pub(super) fn hoist_common(&mut self, id: BlockId, op: OpId) {
        let [then, otherwise] = [self.func.op(op).regions[0], self.func.op(op).regions[1]];
        let mut first: HashMap<(String, Vec<Value>), OpId> = HashMap::new();
        let mut inside = crate::unroll::inside(self.func, self.func.block(then));
        for op in &self.func.block(then).ops {
            first.entry(self.meaning(*op, &ValueMap::new())).or_insert(*op);
        }
        // Ops of the second region in terms of the first.
        let mut map = ValueMap::new();
        let mut twins = vec![];
        for op in self.func.block(otherwise).ops.clone() {
            let Some(twin) = first.get(&self.meaning(op, &map)).copied() else { continue };
            if self.func.inputs(twin).iter().all(|v| !inside.contains(v)) {
                let results = self.func.op(twin).results.clone();
                results.iter().for_each(|r| {
                    inside.remove(r);
                });
                map.extend(self.func.op(op).results.iter().copied().zip(results));
                twins.push(twin);
            }
        }
        let [a, b] = [then, otherwise].map(|r| self.func.block(r).results.clone());
        let given: HashSet<Value> =
            a.iter().zip(&b).filter(|(x, y)| map.get(y) == Some(x)).map(|(x, _)| *x).collect();
        let order: Vec<OpId> =
            self.func.block(then).ops.iter().copied().filter(|op| twins.contains(op)).collect();
        let wanted = order
            .iter()
            .copied()
            .filter(|op| self.computes(*op) || self.func.op(*op).results.iter().any(|r| given.contains(r)));
        let moved = self.with_operands(&order, wanted.collect());
        if moved.is_empty() {
            return;
        }
        self.fired("cond-common");
        map.retain(|_, new| self.func.def_op(*new).is_some_and(|op| moved.contains(&op)));
        self.func.rename_in_block(otherwise, &map);
        let is_twin = |func: &Func, op: OpId| {
            func.op(op).results.first().and_then(|r| map.get(r)).and_then(|r| func.def_op(*r))
        };
        for op in std::mem::take(&mut self.func.block_mut(otherwise).ops) {
            match is_twin(self.func, op) {
                Some(twin) => {
                    let locs = [twin, op].map(|o| self.func.op(o).loc.clone());
                    self.func.op_mut(twin).loc = thn_ir::Loc::fuse(locs);
                }
                None => self.func.block_mut(otherwise).ops.push(op),
            }
        }
        self.func.block_mut(then).ops.retain(|op| !moved.contains(op));
        self.func.block_mut(id).ops.extend(order.into_iter().filter(|op| moved.contains(op)));
    }

    /// Moves ops of a block that only one region of one branch uses into that region.
    pub(super) fn sink_into_branches(&mut self, id: BlockId) {
        let mut places: HashMap<Value, Option<BlockId>> = HashMap::new();
        places.extend(self.func.block(id).results.iter().map(|v| (*v, None)));
        let mut sunk: Vec<(OpId, BlockId)> = vec![];
        for op in self.func.block(id).ops.iter().rev() {
            let data = self.func.op(*op);
            let mut all = data.results.iter().map(|r| places.get(r).copied().flatten());
            let place = match all.next() {
                Some(Some(first)) if all.all(|p| p == Some(first)) => Some(first),
                _ => None,
            };
            let fits = self.depth + 1 + self.func.height(*op) <= Func::MAX_NESTING;
            let place = place.filter(|_| fits && !self.func.has_effects(*op));
            let mut used = |value: Value, place: Option<BlockId>| {
                places
                    .entry(value)
                    .and_modify(|p| {
                        if *p != place {
                            *p = None;
                        }
                    })
                    .or_insert(place);
            };
            if let Some(region) = place {
                sunk.push((*op, region));
                self.func.inputs(*op).into_iter().for_each(|v| used(v, place));
                continue;
            }
            data.operands.iter().for_each(|v| used(*v, None));
            let branch = data.kind == OpKind::Cond && self.func.is_entered(*op);
            for region in &data.regions {
                let inner = self.func.captured_by(&[*region]);
                inner.into_iter().for_each(|v| used(v, branch.then_some(*region)));
            }
        }
        if sunk.is_empty() {
            return;
        }
        let moved: HashSet<OpId> = sunk.iter().map(|(op, _)| *op).collect();
        if sunk.iter().any(|(op, _)| self.computes(*op)) {
            self.fired("cond-sink");
        }
        self.func.block_mut(id).ops.retain(|op| !moved.contains(op));
        let mut by_region: BTreeMap<BlockId, Vec<OpId>> = BTreeMap::new();
        for (op, region) in sunk.into_iter().rev() {
            by_region.entry(region).or_default().push(op);
        }
        for (region, moved) in by_region {
            self.func.block_mut(region).ops.splice(..0, moved);
        }
    }
}
