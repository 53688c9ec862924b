//! Loops as steps: none, a few, or the last one.

use crate::Regions;
use std::collections::HashSet;
use thn_ir::{
    Attr, Attrs, BlockId, DType, Func, Literal, OpId, OpKind, Scalar, TensorType, Type, Value,
    rewrite::{ValueMap, rename_values},
};

/// A loop is written out if its steps have at most this many ops together. Each step of a loop costs a start of its
/// kernels and keeps them from being computed with what is around it.
const UNROLLED: i128 = 24;

impl Regions<'_> {
    /// Replaces a loop of a known number of steps by them, if they are few and small.
    pub(super) fn unroll(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) -> bool {
        let data = self.func.op(op).clone();
        let body = data.regions[0];
        let never = self.known.get(&(id, data.operands[0])).is_some_and(|k| k.facts.hi < 1.0);
        let Some(count) = self.number(data.operands[0]).or(never.then_some(0)) else { return false };
        let computing = self.func.walk(body).iter().filter(|op| self.computes(**op)).count() as i128;
        if count > 1 && count.saturating_mul(computing.max(1)) > UNROLLED {
            return false;
        }
        let block = self.func.block(body).clone();
        let mut carried = data.operands[1..].to_vec();
        for step in 0..count.max(0) {
            let mut map = ValueMap::new();
            let attrs =
                Attrs::new().with("value", Attr::Literal(Literal::scalar(DType::I64, Scalar::Int(step))));
            let ty = Type::Tensor(TensorType::scalar(DType::I64));
            let number = self.func.push(id, OpKind::Constant, &[], attrs, &[], [ty], data.loc.clone());
            map.insert(block.args[0], self.func.op(number).result());
            map.extend(block.args[1..].iter().copied().zip(carried));
            self.func.copy_within(id, &block.ops, &mut map);
            carried = block.results.clone();
            rename_values(&mut carried, &map);
        }
        renamed.extend(data.results.iter().copied().zip(carried));
        self.fired("loop-unroll");
        true
    }

    /// Copies to the end of a loop what only its results need: carried values that no step reads, computed from the
    /// next values of others and from outside. Gives the new ops, in order; they use the results of the loop.
    ///
    /// Where the loop may take no step, they are in a branch whose other side gives the initial values.
    pub(super) fn sink_after(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) -> Vec<OpId> {
        let data = self.func.op(op).clone();
        let body = self.func.block(data.regions[0]).clone();
        let states = data.results.len();
        let all = self.func.backward_slice(data.regions[0], body.results.iter().copied());
        let unread = |j: &usize| !all.contains(&body.args[1 + j]);
        let last: Vec<usize> = (0..states).filter(unread).collect();
        let others: Vec<usize> = (0..states).filter(|j| !last.contains(j)).collect();
        let kept = self.func.backward_slice(data.regions[0], others.iter().map(|k| body.results[*k]));
        let inside = inside(self.func, &body);
        let mut map = ValueMap::new();
        for k in &others {
            if self.func.ty(body.results[*k]) == self.func.ty(data.results[*k]) {
                map.entry(body.results[*k]).or_insert(data.results[*k]);
            }
        }
        let mut sunk = vec![];
        let mut ops: HashSet<OpId> = HashSet::new();
        for j in last.into_iter().filter(|j| self.is_used(data.results[*j])) {
            let needs = self.ops_for(&body.ops, body.results[j], &map, &kept);
            let inputs = || needs.iter().flat_map(|op| self.func.inputs(*op));
            let made = |v: &Value| needs.iter().any(|op| self.func.op(*op).results.contains(v));
            let reachable = inputs().all(|v| !inside.contains(&v) || map.contains_key(&v) || made(&v));
            if reachable && needs.iter().any(|op| self.computes(*op)) {
                ops.extend(needs);
                sunk.push(j);
            }
        }
        if sunk.is_empty() {
            return vec![];
        }
        self.fired("loop-sink");
        for value in ops.iter().flat_map(|op| self.func.inputs(*op)) {
            let result = map.get(&value).and_then(|r| self.uses.get_mut(r.0 as usize));
            if let Some(n) = result {
                *n += 1;
            }
        }
        for j in &sunk {
            if let Some(n) = self.uses.get_mut(data.results[*j].0 as usize) {
                *n = 0;
            }
        }
        let before = self.func.block(id).ops.len();
        let certain = self.takes_a_step(id, op);
        let target = if certain { id } else { self.func.new_block() };
        let copied: Vec<OpId> = body.ops.iter().copied().filter(|op| ops.contains(op)).collect();
        self.func.copy_within(target, &copied, &mut map);
        let mut values: Vec<Value> = sunk.iter().map(|j| body.results[*j]).collect();
        rename_values(&mut values, &map);
        if !certain {
            let inits = sunk.iter().map(|j| data.operands[1 + j]).collect();
            values = self.guarded(id, &data, target, values, inits);
        }
        renamed.extend(sunk.iter().map(|j| data.results[*j]).zip(values));
        self.func.block_mut(id).ops.split_off(before)
    }

    /// The ops that compute a value, in order, apart from what is computed anyway and from what `map` knows.
    fn ops_for(&self, ops: &[OpId], value: Value, map: &ValueMap, kept: &HashSet<Value>) -> Vec<OpId> {
        let mut wanted: HashSet<Value> = [value].into();
        let mut found = vec![];
        for op in ops.iter().rev() {
            let data = self.func.op(*op);
            let wants = |r: &Value| wanted.contains(r) && !map.contains_key(r) && !kept.contains(r);
            if data.results.iter().any(wants) {
                found.push(*op);
                wanted.extend(self.func.inputs(*op));
            }
        }
        found.reverse();
        found
    }

    /// A branch at the end of `id` that gives `values`, computed by `then`, if the loop takes a step.
    fn guarded(
        &mut self,
        id: BlockId,
        looped: &thn_ir::OpData,
        then: BlockId,
        values: Vec<Value>,
        inits: Vec<Value>,
    ) -> Vec<Value> {
        let count = looped.operands[0];
        let dtype = self.func.tensor(count).map_or(DType::I64, |t| t.dtype);
        let one = Attrs::new().with("value", Attr::Literal(Literal::scalar(dtype, Scalar::Int(1))));
        let types: Vec<Type> = values.iter().map(|v| self.func.ty(*v).clone()).collect();
        let otherwise = self.func.new_block();
        self.func.block_mut(then).results = values;
        self.func.block_mut(otherwise).results = inits;
        let loc = || looped.loc.clone();
        let ty = |dtype| [Type::Tensor(TensorType::scalar(dtype))];
        let func: &mut Func = self.func;
        let one = func.push(id, OpKind::Constant, &[], one, &[], ty(dtype), loc());
        let one = func.op(one).result();
        let some = func.push(id, OpKind::Ge, &[count, one], Attrs::new(), &[], ty(DType::Bool), loc());
        let some = func.op(some).result();
        let cond = func.push(id, OpKind::Cond, &[some], Attrs::new(), &[then, otherwise], types, loc());
        func.op(cond).results.to_vec()
    }
}

/// Arguments of a block and results of its ops.
pub(super) fn inside(func: &Func, block: &thn_ir::Block) -> HashSet<Value> {
    let made = block.ops.iter().flat_map(|op| func.op(*op).results.iter());
    made.chain(&block.args).copied().collect()
}
