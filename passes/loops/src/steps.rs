//! Loops whose number of steps is a dim, and what they carry: the parts that other rewrites name.
//!
//! A loop has no sequences and traces of its own. A row of a sequence is a `gather` at a number made from the step, and a
//! trace is a carried tensor that a `scatter_add` gives one row in each step.

use std::collections::{HashMap, HashSet};
use thn_ir::{BlockId, Dim, Func, OpId, OpKind, Value};

/// A loop whose number of steps is a dim, and its parts by name.
pub(crate) struct Steps {
    pub(crate) body: BlockId,
    /// The number of steps; below 1 there are none.
    pub(crate) count: Dim,
    /// The number of this step.
    pub(crate) step: Value,
    /// Carried values: as they begin, as a step sees them, as it leaves them, as the loop leaves them.
    pub(crate) inits: Vec<Value>,
    pub(crate) args: Vec<Value>,
    pub(crate) next: Vec<Value>,
    pub(crate) results: Vec<Value>,
    /// The ops of the body by what they make.
    pub(crate) makers: HashMap<Value, OpId>,
}

impl Steps {
    pub(crate) fn of(func: &Func, op: OpId) -> Option<Steps> {
        let data = func.op(op);
        let body = *data.regions.first().filter(|_| data.kind == OpKind::Loop)?;
        let count = func.known_dim(*data.operands.first()?)?;
        let block = func.block(body);
        let (step, args) = block.args.split_first()?;
        let makers = block.ops.iter().flat_map(|op| func.op(*op).results.iter().map(|r| (*r, *op))).collect();
        Some(Steps {
            body,
            count,
            step: *step,
            inits: data.operands[1..].to_vec(),
            args: args.to_vec(),
            next: block.results.clone(),
            results: data.results.to_vec(),
            makers,
        })
    }

    /// Whether a dim of a tensor is the number of steps.
    pub(crate) fn counts(&self, length: &Dim) -> bool {
        *length == self.count || *length == Dim::max(&self.count, &Dim::from(0))
    }

    /// Whether a value is made in the body, or given to it.
    pub(crate) fn varies(&self, value: Value) -> bool {
        value == self.step || self.args.contains(&value) || self.makers.contains_key(&value)
    }

    /// Whether an index counts down from the last step to 0.
    pub(crate) fn counts_down(&self, func: &Func, index: Value) -> bool {
        let Some(op) = self.makers.get(&index).map(|op| func.op(*op)) else { return false };
        op.kind == OpKind::Sub
            && op.operands[1] == self.step
            && func.known_dim(op.operands[0]).is_some_and(|last| self.counts(&(last + Dim::ONE)))
    }

    /// Whether an index is each number below that of the steps once.
    pub(crate) fn covers(&self, func: &Func, index: Value) -> bool {
        index == self.step || self.counts_down(func, index)
    }

    /// How often the body, also deeper inside, uses each value.
    pub(crate) fn uses(&self, func: &Func) -> HashMap<Value, usize> {
        let mut uses = HashMap::new();
        let mut count = |values: &[Value]| values.iter().for_each(|v| *uses.entry(*v).or_insert(0) += 1);
        count(&self.next);
        for op in func.walk(self.body) {
            let data = func.op(op);
            count(&data.operands);
            data.regions.iter().for_each(|r| count(&func.block(*r).results));
        }
        uses
    }
}

/// A carried tensor that each step adds one row to, at its own place, and that nothing in the loop reads.
pub(crate) struct Trace {
    /// Which carried value it is.
    pub(crate) state: usize,
    /// The place, and what is added there.
    pub(crate) index: Value,
    pub(crate) row: Value,
}

impl Steps {
    /// The traces of a loop with one row for each step.
    pub(crate) fn traces(&self, func: &Func, uses: &HashMap<Value, usize>) -> Vec<Trace> {
        let made = |v: Value, kind: OpKind| {
            self.makers.get(&v).map(|op| func.op(*op)).filter(|data| data.kind == kind)
        };
        let found = |state: usize| {
            let scatter = made(self.next[state], OpKind::ScatterAdd)?;
            let alone = scatter.operands[0] == self.args[state] && uses.get(&self.args[state]) == Some(&1);
            let shape = &func.tensor(self.args[state])?.shape;
            let types = [self.next[state], self.inits[state], self.results[state]];
            let same = types.iter().all(|v| func.ty(*v) == func.ty(self.args[state]));
            let (mut index, mut row) = (scatter.operands[1], scatter.operands[2]);
            let mut placed = true;
            if func.tensor(index)?.rank() > 0 {
                let views = [made(index, OpKind::Dimshuffle)?, made(row, OpKind::Dimshuffle)?];
                let order: Vec<i64> = (-1..shape.rank() as i64 - 1).collect();
                placed =
                    views[0].attrs.get_ints("order") == [-1] && views[1].attrs.get_ints("order") == order;
                (index, row) = (views[0].operands[0], views[1].operands[0]);
            }
            let scalar = func.tensor(index)?.rank() == 0;
            let each = scalar && self.counts(shape.first()?) && self.covers(func, index);
            (alone && same && placed && each).then_some(Trace { state, index, row })
        };
        (0..self.args.len()).filter_map(found).collect()
    }
}

/// The ops of a block that compute some values.
pub(crate) fn needed_ops(
    func: &Func,
    block: BlockId,
    roots: impl IntoIterator<Item = Value>,
) -> HashSet<OpId> {
    let needed = func.backward_slice(block, roots);
    let makes = |op: &OpId| func.op(*op).results.iter().any(|r| needed.contains(r));
    func.block(block).ops.iter().copied().filter(makes).collect()
}
