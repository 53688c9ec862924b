//! What a loop computes for its traces and sums, but not for its next steps, is computed after it for all rows.
//!
//! ```text
//! loop n, %g, 0 { (%i, %g, %dw) … yield %next, %dw + dot(%x, %d) }        %x a row of %xs, %d of this step
//!
//! %ds = loop n, %g, zeros { (%i, %g, %ds) … yield %next, scatter_add(%ds, %i, %d) }
//! %dw = 0 + dot(%xs, %ds)                                                  over all steps and rows
//! ```
//!
//! A trace is computed after the loop from rows of sequences and of other traces; a sum over the steps is a sum, or a
//! product, over all rows. Nothing that a later step needs is computed again, and no row on the way has more elements
//! than those that are read. A value of which nothing keeps the rows is kept for a product: where that is added up, if
//! its rows have at most as many elements as the product, and a sequence of as many rows is the other operand; where it
//! goes into a trace, if its rows have no more elements than those of that trace, which goes.
//!
//! Without steps a sum is its initial value, and a trace has no rows.

use crate::{
    Regions,
    all_steps::AllSteps,
    steps::{Steps, Trace, needed_ops},
    tape::Moved,
};
use std::collections::{HashMap, HashSet};
use thn_batch::{Batched, own_attrs};
use thn_facts::Known;
use thn_ir::{
    BlockId, Builder, Dim, Error, Func, Loc, OpData, OpId, OpKind, Shape, Value, rewrite::ValueMap,
};

/// The most outputs of one loop that are looked at, each with what it is computed from.
const OUTPUTS: usize = 64;

/// The most linear ops that are taken out of a sum over the steps.
const LINEAR: usize = 4;

/// A carried value that is computed after the loop instead.
enum Output {
    Trace(Trace),
    /// What is added to it in each step, or subtracted.
    Sum(usize, Vec<(Value, OpKind)>),
}

/// A value whose rows are kept for a product.
struct Cut {
    value: Value,
    index: Value,
    /// What stands for its rows until the loop gives them.
    stand_in: Value,
}

/// What values of the body are, and new traces for some.
struct Plan<'r> {
    rows: AllSteps<'r>,
    body: Vec<OpId>,
    /// Values that the next steps need.
    kept: HashSet<Value>,
    /// Values from outside that are finite.
    finite: HashSet<Value>,
    cuts: Vec<Cut>,
    /// A block whose arguments stand for new traces.
    stand_ins: BlockId,
}

impl Regions<'_> {
    pub(super) fn move_outputs(&mut self, id: BlockId, op: OpId, done: &mut Moved) {
        let [traced, summed] = ["loop-outputs", "loop-sums"].map(|name| self.allows(name));
        let Some(steps) = Steps::of(self.func, op).filter(|_| traced || summed) else { return };
        let uses = steps.uses(self.func);
        let traces = steps.traces(self.func, &uses);
        let mut outputs: Vec<Output> = vec![];
        let mut known = HashMap::new();
        let mut from: HashMap<Value, usize> = HashMap::new();
        for trace in traces {
            let zero = self.is_zero(steps.inits[trace.state]);
            let all = steps.results[trace.state];
            if zero && !from.contains_key(&trace.row) {
                known.insert(trace.row, Batched::Row { of: all, index: trace.index, zeros: true });
                from.insert(trace.row, trace.state);
            }
            outputs.push(Output::Trace(trace));
        }
        for state in 0..steps.args.len() {
            if let Some(terms) = sum_of(self.func, &steps, &uses, state) {
                outputs.push(Output::Sum(state, terms));
            }
        }
        let states: HashSet<usize> = outputs.iter().map(Output::state).collect();
        let others = (0..steps.next.len()).filter(|j| !states.contains(j)).map(|j| steps.next[j]);
        let kept = self.func.backward_slice(steps.body, others);
        outputs.retain(|output| match output {
            Output::Trace(trace) => traced && self.is_used(steps.results[trace.state]),
            Output::Sum(state, _) => summed && self.is_used(steps.results[*state]),
        });
        outputs.truncate(OUTPUTS);
        if outputs.is_empty() {
            return;
        }
        let finite = |v: &Value| {
            let known: Option<&Known> = self.known.get(&(steps.body, *v));
            known.is_some_and(|k| !k.facts.nan && !k.facts.inf)
        };
        let finite = self.func.captures(op).into_iter().filter(finite).collect();
        let body = self.func.block(steps.body).ops.clone();
        let [place, stand_ins] = [self.func.new_block(), self.func.new_block()];
        let rows = AllSteps::new(self.func, &steps, place, true);
        let mut plan = Plan { rows, body, kept, finite, cuts: vec![], stand_ins };
        plan.start(known);
        let mut moved: Vec<(usize, Value)> = vec![];
        let mut names = vec![];
        for output in &outputs {
            let before = (plan.rows.batch.of.clone(), plan.rows.costs.clone(), plan.cuts.len());
            let value = match output {
                Output::Trace(trace) => plan.trace(trace, from.get(&trace.row) == Some(&trace.state)),
                Output::Sum(state, terms) => plan.sum(*state, terms),
            };
            match value {
                Some(value) => {
                    if let Output::Trace(trace) = output
                        && from.get(&trace.row) == Some(&trace.state)
                    {
                        // Later ones read what is computed now.
                        plan.rows
                            .batch
                            .of
                            .insert(trace.row, Batched::Row { of: value, index: trace.index, zeros: true });
                    }
                    moved.push((output.state(), value));
                    names.push(output.name());
                }
                None => {
                    (plan.rows.batch.of, plan.rows.costs) = (before.0, before.1);
                    plan.cuts.truncate(before.2);
                }
            }
        }
        let cuts = plan.cuts;
        if moved.is_empty() {
            return;
        }
        let Ok((inits, next)) = self.keep_rows(id, op, steps.body, &cuts) else { return };
        names.into_iter().for_each(|name| self.fired(name));
        let (op, mut by, stacks) = self.carry_more(op, &inits, &next);
        by.extend(cuts.iter().map(|cut| cut.stand_in).zip(stacks));
        let new = self.without_outputs(op, &steps, &moved, &mut by);
        let roots = moved.iter().map(|(_, value)| *value);
        let wanted = needed_ops(self.func, place, roots);
        let ops: Vec<OpId> =
            self.func.block(place).ops.iter().copied().filter(|op| wanted.contains(op)).collect();
        done.rename(self.func, new, by.clone());
        ops.iter().for_each(|op| self.func.rename_in_op(*op, &by));
        let ordered = in_order(self.func, ops);
        // What reads the rows of a trace comes after them.
        let late = std::mem::replace(&mut done.after, ordered);
        done.after.extend(late);
    }

    fn is_zero(&self, value: Value) -> bool {
        let number = self.number_everywhere(value).and_then(|l| l.splat_value());
        number.is_some_and(|n| n.to_f64() == 0.0 && n.to_f64().is_sign_positive())
    }

    /// Traces of some values of a body: how they begin, and what they become in a step. The body has their arguments.
    fn keep_rows(
        &mut self,
        id: BlockId,
        op: OpId,
        body: BlockId,
        cuts: &[Cut],
    ) -> Result<(Vec<Value>, Vec<Value>), Error> {
        let loc = self.func.op(op).loc.clone();
        let before = self.func.block(body).args.len();
        let mut keep = |cut: &Cut| {
            let mut b = Builder::new(self.func, id, loc.clone());
            let ty = b.tensor(cut.stand_in)?;
            let number = b.number(ty.dtype, 0.0)?;
            let init = b.fill(number, &ty.shape)?;
            b.block = body;
            let arg = b.func.add_block_arg(body, ty.clone());
            let order: Vec<i64> = (-1..ty.rank() as i64 - 1).collect();
            let (index, row) = (b.dimshuffle(cut.index, &[-1])?, b.dimshuffle(cut.value, &order)?);
            Ok((init, b.map(OpKind::ScatterAdd, &[arg, index, row])?))
        };
        let made: Result<Vec<(Value, Value)>, Error> = cuts.iter().map(&mut keep).collect();
        if made.is_err() {
            self.func.block_mut(body).args.truncate(before);
        }
        Ok(made?.into_iter().unzip())
    }

    /// The loop without the values in `moved`; `None` if it carries nothing. `by` are the new names of its results, and
    /// gets those of what is moved.
    fn without_outputs(
        &mut self,
        op: OpId,
        steps: &Steps,
        moved: &[(usize, Value)],
        by: &mut ValueMap,
    ) -> Option<OpId> {
        let data = self.func.op(op).clone();
        let stays = |j: &usize| moved.iter().all(|(state, _)| state != j);
        let kept: Vec<usize> = (0..data.results.len()).filter(stays).collect();
        let old: HashMap<Value, Value> = by.iter().map(|(old, new)| (*new, *old)).collect();
        by.extend(moved.iter().map(|(state, value)| (steps.results[*state], *value)));
        if kept.is_empty() {
            return None;
        }
        let block = self.func.block_mut(steps.body);
        block.results = kept.iter().map(|j| block.results[*j]).collect();
        block.args = std::iter::once(0).chain(kept.iter().map(|j| j + 1)).map(|i| block.args[i]).collect();
        self.func.remove_dead_in(steps.body);
        let mut operands = vec![data.operands[0]];
        operands.extend(kept.iter().map(|j| data.operands[j + 1]));
        let results: Vec<Value> = kept.iter().map(|j| data.results[*j]).collect();
        let place = self.func.new_block();
        let mut again = ValueMap::new();
        self.rebuild(place, op, &operands, &results, &mut again);
        for (second, third) in again {
            by.insert(old[&second], third);
        }
        self.func.block_mut(place).ops.pop()
    }
}

impl Output {
    fn state(&self) -> usize {
        match self {
            Output::Trace(trace) => trace.state,
            Output::Sum(state, _) => *state,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Output::Trace(_) => "loop-outputs",
            Output::Sum(..) => "loop-sums",
        }
    }
}

/// What each step adds to a carried value that nothing else reads, or subtracts from it.
fn sum_of(
    func: &Func,
    steps: &Steps,
    uses: &HashMap<Value, usize>,
    state: usize,
) -> Option<Vec<(Value, OpKind)>> {
    let ty = func.ty(steps.args[state]);
    let same = ty == func.ty(steps.inits[state]) && ty == func.ty(steps.results[state]);
    let once = |v: &Value| uses.get(v) == Some(&1);
    let mut at = steps.args[state];
    let mut terms = vec![];
    let reader: HashMap<Value, OpId> = func
        .block(steps.body)
        .ops
        .iter()
        .flat_map(|op| func.op(*op).operands.iter().map(|v| (*v, *op)))
        .collect();
    while at != steps.next[state] {
        let data = func.op(*reader.get(&at).filter(|_| once(&at))?);
        let summed = data.kind == OpKind::Add || (data.kind == OpKind::Sub && data.operands[0] == at);
        let term = *data.operands.iter().find(|v| **v != at).filter(|_| summed)?;
        terms.push((term, data.kind));
        at = data.result();
    }
    (same && once(&at) && !terms.is_empty()).then_some(terms)
}

/// Ops in an order in which each comes after those that make its inputs; otherwise as they are.
fn in_order(func: &Func, ops: Vec<OpId>) -> Vec<OpId> {
    let makers: HashMap<Value, OpId> =
        ops.iter().flat_map(|op| func.op(*op).results.iter().map(|r| (*r, *op))).collect();
    let mut done = HashSet::new();
    let mut ordered = vec![];
    for op in ops {
        let mut stack = vec![(op, false)];
        while let Some((op, ready)) = stack.pop() {
            if ready {
                ordered.push(op);
            } else if done.insert(op) {
                stack.push((op, true));
                stack.extend(func.inputs(op).iter().filter_map(|v| makers.get(v)).map(|op| (*op, false)));
            }
        }
    }
    ordered
}

impl Plan<'_> {
    /// What depends on rows of sequences alone, then the rows that traces keep.
    fn start(&mut self, known: HashMap<Value, Batched>) {
        for op in self.body.clone() {
            self.rows.add(op);
        }
        for (value, per) in known {
            if let Some(ty) = self.rows.batch.func.tensor(value)
                && !self.rows.batch.of.contains_key(&value)
            {
                let read = ty.shape.nominal_size();
                self.rows.batch.of.insert(value, per);
                self.rows.costs.entry(value).or_default().read = read;
            }
        }
    }

    /// Computes some values for all rows where they are not known; `room` is how many elements a row may have that is
    /// kept for a product.
    fn compute(&mut self, values: &[Value], room: Option<(f64, Value, Dim)>) {
        let wanted = self.rows.batch.func.backward_slice(self.rows.steps.body, values.iter().copied());
        for op in self.body.clone() {
            let data = self.rows.batch.func.op(op);
            let [result] = data.results.as_slice() else { continue };
            let result = *result;
            if !wanted.contains(&result)
                || self.rows.batch.of.contains_key(&result)
                || self.kept.contains(&result)
            {
                continue;
            }
            if data.kind == OpKind::Dot
                && let Some((room, index, length)) = &room
            {
                let unknown: Vec<Value> =
                    data.operands.iter().copied().filter(|v| self.rows.get(*v).is_none()).collect();
                let beside: Vec<Batched> = data.operands.iter().filter_map(|v| self.rows.get(*v)).collect();
                if let ([value], [Batched::Same(_)]) = (unknown.as_slice(), beside.as_slice()) {
                    self.cut(*value, *index, length, *room);
                }
            }
            self.rows.add(op);
        }
    }

    /// Keeps the rows of what `value` is a view of, if they have no more elements than `room`.
    fn cut(&mut self, value: Value, index: Value, length: &Dim, room: f64) {
        let steps = self.rows.steps;
        let mut base = value;
        let mut views = vec![];
        while let Some(op) = steps.makers.get(&base).copied()
            && matches!(self.rows.batch.func.op(op).kind, OpKind::Dimshuffle | OpKind::Broadcast)
        {
            views.push(op);
            base = self.rows.batch.func.op(op).operands[0];
        }
        let Some(ty) = self.rows.batch.func.tensor(base).cloned() else { return };
        let number = ty.dtype.is_float() || ty.dtype.is_int();
        let size = ty.shape.nominal_size();
        if !number || size > room || base == steps.step || self.rows.get(base).is_some() {
            return;
        }
        let mut shape = vec![length.clone()];
        shape.extend(ty.shape.0.iter().cloned());
        let stand_in = self.rows.batch.func.add_block_arg(self.stand_ins, ty.with_shape(Shape(shape)));
        self.cuts.push(Cut { value: base, index, stand_in });
        self.rows.batch.of.insert(base, Batched::Row { of: stand_in, index, zeros: true });
        self.rows.costs.entry(base).or_default().read = size;
        for view in views.into_iter().rev() {
            self.rows.add(view);
        }
    }

    /// What a trace is, computed from other rows. `own` says that its rows are known from it.
    fn trace(&mut self, trace: &Trace, own: bool) -> Option<Value> {
        let steps = self.rows.steps;
        let is_own = |per: Option<&Batched>| matches!(per, Some(Batched::Row { of, .. }) if *of == steps.results[trace.state]);
        if own && is_own(self.rows.batch.of.get(&trace.row)) {
            self.rows.batch.of.remove(&trace.row);
            self.rows.costs.remove(&trace.row);
        }
        let size = self.rows.batch.func.tensor(trace.row)?.shape.nominal_size();
        let length = self.rows.batch.func.tensor(steps.args[trace.state])?.shape.first()?.clone();
        self.compute(&[trace.row], Some((size, trace.index, length)));
        let Batched::Row { of, index, .. } = *self.rows.batch.of.get(&trace.row)? else { return None };
        let cost = self.rows.costs.get(&trace.row).copied().unwrap_or_default();
        let room = cost.read.max(cost.matrix).max(size);
        if index != trace.index || cost.widest > room {
            return None;
        }
        self.added(trace.state, of)
    }

    /// The initial value of a carried value with something added.
    fn added(&mut self, state: usize, value: Value) -> Option<Value> {
        let steps = self.rows.steps;
        let loc = self.rows.batch.func.op(*steps.makers.get(&steps.next[state])?).loc.clone();
        let mut b = Builder::new(self.rows.batch.func, self.rows.batch.place, loc);
        let sum = b.map(OpKind::Add, &[steps.inits[state], value]).ok()?;
        (b.func.ty(sum) == b.func.ty(steps.results[state])).then_some(sum)
    }

    /// A sum over the steps: its initial value and what all steps add.
    fn sum(&mut self, state: usize, terms: &[(Value, OpKind)]) -> Option<Value> {
        let mut total: Option<Value> = None;
        for (term, kind) in terms {
            let value = self.term(*term, LINEAR)?;
            let mut b = Builder::new(self.rows.batch.func, self.rows.batch.place, Loc::Unknown);
            total = Some(match (total, kind) {
                (Some(before), _) => b.map(*kind, &[before, value]).ok()?,
                (None, OpKind::Sub) => b.map(OpKind::Neg, &[value]).ok()?,
                (None, _) => value,
            });
        }
        self.added(state, total?)
    }

    /// Whether a factor has no NaN and no infinity, which would be lost or made where a loop takes no step.
    fn is_finite(&self, factor: Value) -> bool {
        let literal = self.rows.batch.func.literal(factor);
        self.finite.contains(&factor) || literal.is_some_and(|l| l.iter().all(|x| x.to_f64().is_finite()))
    }

    /// The sum over all steps of what is linear in one value: a product with a finite value that does not change, a
    /// negated value, elements at other places.
    fn linear(&mut self, data: &OpData, left: usize) -> Option<Value> {
        let (term, factor) = match (data.kind, data.operands.as_slice()) {
            (OpKind::Neg | OpKind::Broadcast | OpKind::Dimshuffle | OpKind::Reshape, [x]) => (*x, None),
            (OpKind::Mul, [x, y]) => match (self.rows.get(*x), self.rows.get(*y)) {
                (Some(Batched::Same(factor)), _) if self.is_finite(*x) => (*y, Some(factor)),
                (_, Some(Batched::Same(factor))) if self.is_finite(*y) => (*x, Some(factor)),
                _ => return None,
            },
            _ => return None,
        };
        let result = self.rows.batch.func.ty(data.result()).clone();
        let sum = self.term(term, left.checked_sub(1)?)?;
        let operands: Vec<Value> = [sum].into_iter().chain(factor).collect();
        if self.rows.batch.func.ty(sum) != self.rows.batch.func.ty(term) {
            return None;
        }
        let attrs = own_attrs(data);
        let op = self.rows.batch.func.push(
            self.rows.batch.place,
            data.kind,
            &operands,
            attrs,
            &[],
            [result],
            data.loc.clone(),
        );
        Some(self.rows.batch.func.op(op).result())
    }

    /// The sum of a value over all steps; `left` linear ops are taken out of it.
    fn term(&mut self, term: Value, left: usize) -> Option<Value> {
        let steps = self.rows.steps;
        let op = *steps.makers.get(&term)?;
        let data = self.rows.batch.func.op(op).clone();
        if let Some(sum) = self.linear(&data, left) {
            return Some(sum);
        }
        let factors = match data.kind {
            OpKind::Dot => data.operands.to_vec(),
            OpKind::Mul => self.outer(&data.operands).unwrap_or_default(),
            _ => vec![],
        };
        if let [x, y] = factors.as_slice() {
            self.compute(&[*x, *y], None);
            let room = self.rows.batch.func.tensor(term)?.shape.nominal_size();
            for (value, other) in [(*x, *y), (*y, *x)] {
                if self.rows.get(value).is_none()
                    && let Some(Batched::Row { of, index, .. }) = self.rows.get(other)
                {
                    let length = self.rows.batch.func.tensor(of)?.shape.first()?.clone();
                    if steps.counts(&length) && steps.covers(self.rows.batch.func, index) {
                        self.cut(value, index, &length, room);
                    }
                }
            }
            self.compute(&[*x, *y], None);
            if let (Some(x), Some(y)) = (self.each(*x), self.each(*y)) {
                let mut b = Builder::new(self.rows.batch.func, self.rows.batch.place, data.loc.clone());
                return match data.kind {
                    _ if x.1 != y.1 => None,
                    OpKind::Dot => contracted(&mut b, x.0, y.0),
                    _ => b.dimshuffle(x.0, &[1, 0]).and_then(|x| b.map(OpKind::Dot, &[x, y.0])).ok(),
                };
            }
        }
        self.compute(&[term], None);
        let size = self.rows.batch.func.tensor(term)?.shape.nominal_size();
        let (of, _) = self.each(term)?;
        let cost = self.rows.costs.get(&term).copied().unwrap_or_default();
        if cost.widest.max(size) > cost.read.max(cost.matrix) {
            return None;
        }
        Builder::new(self.rows.batch.func, self.rows.batch.place, data.loc).reduce(OpKind::Sum, of, &[0]).ok()
    }

    /// The vectors whose outer product two operands of `mul` are, rows first.
    fn outer(&self, operands: &[Value]) -> Option<Vec<Value>> {
        let vector = |v: &Value| {
            let data = self.rows.batch.func.op(*self.rows.steps.makers.get(v)?);
            let rank = self.rows.batch.func.tensor(*v)?.rank();
            let x = *data.operands.first().filter(|_| data.kind == OpKind::Broadcast && rank == 2)?;
            match data.attrs.get_ints("axes") {
                [axis] => Some((*axis, x)),
                _ => None,
            }
        };
        match (vector(operands.first()?)?, vector(operands.get(1)?)?) {
            ((0, x), (1, y)) | ((1, y), (0, x)) => Some(vec![x, y]),
            _ => None,
        }
    }

    /// The tensor of which each step takes another row, all of them, and the index.
    fn each(&self, value: Value) -> Option<(Value, Value)> {
        let Batched::Row { of, index, .. } = self.rows.get(value)? else { return None };
        let length = self.rows.batch.func.tensor(of)?.shape.first()?;
        let all = self.rows.steps.counts(length) && self.rows.steps.covers(self.rows.batch.func, index);
        all.then_some((of, index))
    }
}

/// The sum of the products of rows that are vectors or matrices: one product over steps and inner dim together.
fn contracted(b: &mut Builder<'_>, x: Value, y: Value) -> Option<Value> {
    let (left, right) = (b.shape(x).ok()?, b.shape(y).ok()?);
    let (x, columns) = match left.rank() {
        3 => (b.dimshuffle(x, &[1, 0, 2]).ok()?, vec![left[1].clone()]),
        _ => (x, vec![]),
    };
    let inner = left[0].clone() * left[left.rank() - 1].clone();
    let x = b.reshape(x, &Shape(columns.into_iter().chain([inner]).collect())).ok()?;
    let inner = right[0].clone() * right[1].clone();
    let y = b.reshape(y, &Shape([inner].into_iter().chain(right[2..].iter().cloned()).collect())).ok()?;
    b.map(OpKind::Dot, &[x, y]).ok()
}
