//! Which rows of a trace are kept, and which steps are run for it.
//!
//! ```text
//! %hs = loop n, zeros { (%i, %h, %hs) … yield %new, scatter_add(%hs, %i, %new) }
//! %last = slice %hs, n - 1         the carried %new, without %hs
//! %first = slice %hs, 0 to 3       3 steps, and as many rows
//! ```
//!
//! A trace is a tensor of one number that gets one row added in each step. If all that is read of it lies in the last
//! [`KEPT`] steps, each of their rows is carried as itself. If nothing but traces is read of a loop, steps behind the
//! last row that is read are not run. Reads are slices, and look-ups of one known row; a trace that is read in any other
//! way, or by a step, stays.
//!
//! A loop of too few steps has no such row, and reading it is an error of the program as written; what is read here
//! instead is then no result.

use crate::{
    Regions,
    steps::{Steps, Trace},
};
use std::collections::HashMap;
use thn_ir::{
    Attrs, BlockId, Builder, Dim, Error, Func, Literal, OpId, OpKind, TensorType, Value,
    rewrite::{ValueMap, rename_values},
};

/// The most rows that are carried instead of a trace.
const KEPT: i64 = 4;

/// Rows `first`, `first + by`, … of a trace, `count` of them.
struct Read {
    op: OpId,
    first: Dim,
    by: i64,
    count: Dim,
    /// Whether the row is told by its distance from the end.
    from_end: bool,
}

/// Who uses each value of a block and deeper inside, apart from results of the block.
type Users = HashMap<Value, Vec<OpId>>;

impl Regions<'_> {
    /// Rewrites of the loops of a block by what their steps compute from rows and add to them.
    pub(super) fn rows_of_loops(&mut self, id: BlockId) {
        let mut users = Users::new();
        for op in self.func.walk(id) {
            self.func.op(op).operands.iter().for_each(|v| users.entry(*v).or_default().push(op));
        }
        let mut given = self.func.block(id).results.clone();
        for op in self.func.walk(id) {
            given.extend(self.func.op(op).regions.iter().flat_map(|r| self.func.block(*r).results.clone()));
        }
        let ops = std::mem::take(&mut self.func.block_mut(id).ops);
        let mut renamed = ValueMap::new();
        for op in ops {
            self.func.rename_in_op(op, &renamed);
            if self.func.op(op).kind != OpKind::Loop || self.func.has_effects(op) {
                self.func.block_mut(id).ops.push(op);
                continue;
            }
            let mut done = Moved { op: Some(op), ..Moved::default() };
            if self.allows("loop-trace") {
                self.keep_last_rows(id, op, &users, &given, &mut done);
            }
            // Otherwise all steps up to those last rows are needed.
            if self.allows("loop-steps") && done.op == Some(op) {
                self.run_fewer_steps(id, op, &users, &given);
            }
            if let Some(op) = done.op {
                self.move_sequences(id, op);
                self.move_outputs(id, op, &mut done);
            }
            self.func.block_mut(id).ops.extend(done.op.into_iter().chain(done.after));
            renamed.extend(done.renamed);
        }
        rename_values(&mut self.func.block_mut(id).results, &renamed);
    }
}

/// What became of a loop.
#[derive(Default)]
pub(super) struct Moved {
    /// The loop, in no block; `None` if nothing is left of it.
    pub(super) op: Option<OpId>,
    /// Ops that come after it.
    pub(super) after: Vec<OpId>,
    /// Values that are another one now.
    pub(super) renamed: ValueMap,
}

impl Moved {
    /// The loop and what follows it under other names.
    pub(super) fn rename(&mut self, func: &mut Func, op: Option<OpId>, by: ValueMap) {
        self.op = op;
        for op in &self.after {
            func.rename_in_op(*op, &by);
        }
        for value in self.renamed.values_mut() {
            *value = by.get(value).copied().unwrap_or(*value);
        }
        self.renamed.extend(by);
    }
}

/// A trace that is replaced by its last rows.
struct Last {
    trace: Trace,
    /// What every element of the trace is before a row is added.
    number: Literal,
    row: TensorType,
    /// Reads, with the steps from the end, 1 for the last, whose rows they give.
    reads: Vec<(OpId, Vec<i64>)>,
    kept: i64,
}

impl Regions<'_> {
    /// The number that every element of a value certainly is, rank 0.
    pub(super) fn number_everywhere(&self, value: Value) -> Option<Literal> {
        if let Some(literal) = self.func.literal(value) {
            return literal.splat_value().map(|s| Literal::scalar(literal.dtype(), s));
        }
        let data = self.func.op(self.func.def_op(value)?);
        let inner = self.func.literal(*data.operands.first()?).filter(|_| data.kind == OpKind::Broadcast)?;
        inner.splat_value().map(|s| Literal::scalar(inner.dtype(), s))
    }

    /// All reads of a trace; `None` if it is used in another way, or not at all.
    fn reads(&self, trace: Value, users: &Users, given: &[Value]) -> Option<Vec<Read>> {
        if given.contains(&trace) {
            return None;
        }
        let length = self.func.tensor(trace)?.shape.first()?.clone();
        let read = |op: &OpId| {
            let data = self.func.op(*op);
            if data.operands.iter().filter(|v| **v == trace).count() != 1 || data.operands[0] != trace {
                return None;
            }
            match data.kind {
                OpKind::Slice => {
                    let first = data.attrs.get_dims("starts").first()?.clone();
                    let by = *data.attrs.get_ints("steps").first()?;
                    let count = self.func.tensor(data.result())?.shape.first()?.clone();
                    Some(Read { op: *op, first, by, count, from_end: false })
                }
                OpKind::Gather => {
                    let at = self.func.known_dim(data.operands[1])?;
                    let last = (length.clone() - at.clone()).is(1);
                    let from_end = at.as_const().is_some_and(|n| n < 0);
                    // An index that may be negative might count from the end.
                    if !from_end && !last && !self.func.is_length(&at) {
                        return None;
                    }
                    let first = if from_end { length.clone() + at } else { at };
                    Some(Read { op: *op, first, by: 1, count: Dim::ONE, from_end })
                }
                _ => None,
            }
        };
        users.get(&trace)?.iter().map(read).collect()
    }

    /// Runs a loop, all of whose results that are used are traces, up to the last row that is read. The traces get as
    /// many rows.
    fn run_fewer_steps(&mut self, id: BlockId, op: OpId, users: &Users, given: &[Value]) {
        let Some(steps) = Steps::of(self.func, op) else { return };
        let traces = steps.traces(self.func, &steps.uses(self.func));
        let mut end: Option<(Dim, Option<Dim>)> = None;
        let mut changed = vec![];
        for (state, result) in steps.results.iter().enumerate() {
            if !users.contains_key(result) && !given.contains(result) {
                continue;
            }
            let trace = traces.iter().find(|t| t.state == state && t.index == steps.step);
            let (Some(_), Some(reads), Some(number)) =
                (trace, self.reads(*result, users, given), self.number_everywhere(steps.inits[state]))
            else {
                return;
            };
            let Some(length) = self.func.tensor(*result).map(|ty| ty.shape[0].clone()) else { return };
            let mut last = end.and_then(|(_, last)| last);
            for read in reads {
                let rows = (read.count - Dim::ONE) * Dim::from(read.by.max(0)) + Dim::ONE;
                let behind = read.first + rows;
                let short = (behind.clone() - length.clone()).as_const().is_none_or(|n| n < 0);
                if read.from_end || !short {
                    return;
                }
                last = Some(last.map_or(behind.clone(), |last| Dim::max(&last, &behind)));
            }
            end = Some((length, last));
            changed.push((state, number));
        }
        let Some((length, Some(last))) = end else { return };
        let last = if self.func.is_length(&last) { last } else { Dim::max(&last, &Dim::from(0)) };
        let fewer = Dim::min(&length, &last);
        if fewer == length {
            return;
        }
        let loc = self.func.op(op).loc.clone();
        let mut made = vec![];
        let place = self.func.new_block();
        let mut b = Builder::new(self.func, place, loc);
        for (state, number) in &changed {
            let Some(mut shape) = b.func.tensor(steps.args[*state]).map(|ty| ty.shape.clone()) else {
                return;
            };
            shape.0[0] = fewer.clone();
            let init = b.literal(number.clone()).and_then(|number| b.fill(number, &shape));
            let Ok(init) = init else { return };
            made.push(init);
        }
        let Ok(count) = b.dim(fewer) else { return };
        self.fired("loop-steps");
        let ops = self.func.block(place).ops.clone();
        self.func.block_mut(id).ops.extend(ops);
        self.func.op_mut(op).operands[0] = count;
        for ((state, _), init) in changed.into_iter().zip(made) {
            let ty = self.func.ty(init).clone();
            for value in [steps.args[state], steps.next[state], steps.results[state]] {
                self.func.value_mut(value).ty = ty.clone();
            }
            self.func.op_mut(op).operands[1 + state] = init;
        }
    }

    /// Carries the last rows of traces of which nothing else is read.
    fn keep_last_rows(&mut self, id: BlockId, op: OpId, users: &Users, given: &[Value], done: &mut Moved) {
        let Some(steps) = Steps::of(self.func, op) else { return };
        let traces = steps.traces(self.func, &steps.uses(self.func));
        let found: Vec<Last> =
            traces.into_iter().filter_map(|trace| self.last_rows(&steps, trace, users, given)).collect();
        if found.is_empty() {
            return;
        }
        let place = self.func.new_block();
        let Ok((new, by)) = self.carry_last_rows(id, op, &steps, &found, place) else { return };
        self.fired("loop-trace");
        done.after.extend(self.func.block(place).ops.clone());
        done.rename(self.func, Some(new), by);
    }

    fn last_rows(&self, steps: &Steps, trace: Trace, users: &Users, given: &[Value]) -> Option<Last> {
        let result = steps.results[trace.state];
        let whole = self.func.tensor(result)?;
        let row = self.func.tensor(trace.row)?.clone();
        if row.shape.0[..] != whole.shape.0[1..] {
            return None;
        }
        let number = self.number_everywhere(steps.inits[trace.state])?;
        let length = whole.shape[0].clone();
        let mut reads = vec![];
        let mut kept = 0;
        for read in self.reads(result, users, given)? {
            let count = read.count.as_const().filter(|n| (1..=KEPT).contains(n))?;
            let mut from_end = vec![];
            for i in 0..count {
                let at = read.first.clone() + Dim::from(read.by.checked_mul(i)?);
                let up = trace.index == steps.step;
                let steps_back = if up { length.clone() - at } else { at + Dim::ONE };
                from_end.push(steps_back.as_const().filter(|n| (1..=KEPT).contains(n))?);
            }
            kept = from_end.iter().copied().fold(kept, i64::max);
            reads.push((read.op, from_end));
        }
        (kept > 0).then_some(Last { trace, number, row, reads, kept })
    }

    /// A loop that carries the rows too, and what is read instead of the traces, computed in `place`.
    fn carry_last_rows(
        &mut self,
        id: BlockId,
        op: OpId,
        steps: &Steps,
        found: &[Last],
        place: BlockId,
    ) -> Result<(OpId, ValueMap), Error> {
        let loc = self.func.op(op).loc.clone();
        let mut begin = vec![];
        for last in found {
            let mut b = Builder::new(self.func, id, loc.clone());
            let number = b.literal(last.number.clone())?;
            let init = b.fill(number, &last.row.shape)?;
            b.block = steps.body;
            let number = b.literal(last.number.clone())?;
            begin.push((init, b.map(OpKind::Add, &[last.trace.row, number])?));
        }
        let (mut inits, mut next) = (vec![], vec![]);
        for (last, (init, newest)) in found.iter().zip(begin) {
            let mut row = newest;
            for _ in 0..last.kept {
                inits.push(init);
                next.push(row);
                row = self.func.add_block_arg(steps.body, last.row.clone());
            }
        }
        let (new, mut renamed, rows) = self.carry_more(op, &inits, &next);
        let mut rows = rows.as_slice();
        let mut b = Builder::new(self.func, place, loc);
        for last in found {
            let (own, rest) = rows.split_at(last.kept as usize);
            rows = rest;
            for (read, from_end) in &last.reads {
                let chosen: Vec<Value> = from_end.iter().map(|n| own[*n as usize - 1]).collect();
                let result = b.func.op(*read).result();
                let instead = instead_of(&mut b, *read, &chosen)?;
                if b.func.ty(instead) == b.func.ty(result) {
                    renamed.insert(result, instead);
                }
            }
        }
        Ok((new, renamed))
    }

    /// A loop, in no block, that carries more values, whose arguments its body has already. Gives it with new names
    /// for its results, and the results that are new.
    pub(super) fn carry_more(
        &mut self,
        op: OpId,
        inits: &[Value],
        next: &[Value],
    ) -> (OpId, ValueMap, Vec<Value>) {
        let data = self.func.op(op).clone();
        self.func.block_mut(data.regions[0]).results.extend(next);
        let place = self.func.new_block();
        let operands: Vec<Value> = data.operands.iter().chain(inits).copied().collect();
        let types: Vec<_> = data.results.iter().chain(inits).map(|v| self.func.ty(*v).clone()).collect();
        let new = self.func.push(place, data.kind, &operands, data.attrs, &data.regions, types, data.loc);
        let results = self.func.op(new).results.to_vec();
        let (old, more) = results.split_at(data.results.len());
        for (before, after) in data.results.iter().zip(old) {
            self.func.value_mut(*after).name = self.func.value(*before).name.clone();
        }
        (new, data.results.iter().copied().zip(old.iter().copied()).collect(), more.to_vec())
    }
}

/// What a read of a trace gives, from the rows that it reads.
fn instead_of(b: &mut Builder<'_>, read: OpId, rows: &[Value]) -> Result<Value, Error> {
    let data = b.func.op(read).clone();
    if data.kind == OpKind::Gather {
        return Ok(rows[0]);
    }
    let mut parts = vec![];
    for row in rows {
        let order: Vec<i64> = (-1..b.tensor(*row)?.rank() as i64).collect();
        parts.push(b.dimshuffle(*row, &order)?);
    }
    let joined = match parts.as_slice() {
        [one] => *one,
        _ => b.apply(OpKind::Join, &parts, Attrs::new().with("axis", thn_ir::Attr::Int(0)))?,
    };
    let mut starts = data.attrs.get_dims("starts").to_vec();
    let mut steps = data.attrs.get_ints("steps").to_vec();
    let shape = b.shape(data.result())?;
    let whole = b.shape(joined)?;
    let all = (1..shape.rank()).all(|d| starts[d].is(0) && steps[d] == 1 && shape[d] == whole[d]);
    if all {
        return Ok(joined);
    }
    (starts[0], steps[0]) = (0.into(), 1);
    b.slice(joined, &starts, &steps, &shape)
}
