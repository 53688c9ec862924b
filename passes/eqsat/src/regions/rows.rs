//! What a loop computes in all of its steps, as rows of tensors.
//!
//! ```text
//! %x = gather %xs, %i        row %i of %xs                  (%xs, %i)
//! %y = dot %x, %w            row %i of  dot %xs, %w         (dot %xs %w, %i)
//! ```
//!
//! A value of the body has rows if it is computed from one row of a sequence in each step, always at the same index,
//! and from values that do not change. It is then that row of what is computed from the whole sequence. A sequence has
//! one row for each step, and perhaps a few more: nothing gets a row for each step where there was no such tensor.
//!
//! An op that can fail is done for all rows only if the steps take each row of the sequence: it fails for all of them
//! exactly if it fails in some step. Without steps there are no rows, and nothing fails.

use super::copy;
use std::collections::{HashMap, HashSet};
use thn_ir::{
    Attrs, BlockId, Builder, Dim, Func, Iterate, OpData, OpId, OpKind, Semantics, Shape, TensorType, Value,
};

/// Rows that a sequence may have beyond one for each step, as where a step looks at the row after its own.
const BEYOND: i64 = 4;

/// A loop whose number of steps is a dim, and its parts by name.
pub(super) struct Steps {
    pub(super) body: BlockId,
    /// The number of steps; below 1 there are none.
    pub(super) count: Dim,
    /// The number of this step.
    pub(super) step: Value,
    /// Carried values: as they begin, as a step sees them, as it leaves them, as the loop leaves them.
    pub(super) inits: Vec<Value>,
    pub(super) args: Vec<Value>,
    pub(super) next: Vec<Value>,
    pub(super) results: Vec<Value>,
    /// The ops of the body by what they make.
    pub(super) makers: HashMap<Value, OpId>,
}

impl Steps {
    pub(super) fn of(func: &Func, op: OpId) -> Option<Steps> {
        let data = func.op(op);
        let body = *data.regions.first().filter(|_| data.kind == OpKind::Loop)?;
        let count = dim_of(func, *data.operands.first()?)?;
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
    pub(super) fn counts(&self, length: &Dim) -> bool {
        *length == self.count || *length == Dim::max(&self.count, &Dim::from(0))
    }

    /// Whether a value is made in the body, or given to it.
    pub(super) fn varies(&self, value: Value) -> bool {
        value == self.step || self.args.contains(&value) || self.makers.contains_key(&value)
    }

    /// Whether an index counts down from the last step to 0.
    pub(super) fn counts_down(&self, func: &Func, index: Value) -> bool {
        let Some(op) = self.makers.get(&index).map(|op| func.op(*op)) else { return false };
        op.kind == OpKind::Sub
            && op.operands[1] == self.step
            && dim_of(func, op.operands[0]).is_some_and(|last| self.counts(&(last + Dim::ONE)))
    }

    /// Whether an index is each number below that of the steps once.
    pub(super) fn covers(&self, func: &Func, index: Value) -> bool {
        index == self.step || self.counts_down(func, index)
    }

    /// How often the body, also deeper inside, uses each value.
    pub(super) fn uses(&self, func: &Func) -> HashMap<Value, usize> {
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
pub(super) struct Trace {
    /// Which carried value it is.
    pub(super) state: usize,
    /// The place, and what is added there.
    pub(super) index: Value,
    pub(super) row: Value,
}

impl Steps {
    /// The traces of a loop with one row for each step.
    pub(super) fn traces(&self, func: &Func, uses: &HashMap<Value, usize>) -> Vec<Trace> {
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

/// A rank-0 integer as a dim: a constant, a dim, or an argument whose value is one.
pub(super) fn dim_of(func: &Func, value: Value) -> Option<Dim> {
    let tensor = func.tensor(value)?;
    if tensor.rank() > 0 || !tensor.dtype.is_int() {
        return None;
    }
    match func.def(value) {
        thn_ir::ValueDef::Result { op, .. } => {
            let data = func.op(op);
            match data.kind {
                OpKind::Dim => data.attrs.get_dim("expr").cloned(),
                OpKind::Constant => i64::try_from(func.literal(value)?.get(0).to_i128()).ok().map(Dim::from),
                _ => None,
            }
        }
        thn_ir::ValueDef::Arg { block: Func::BODY, index } => {
            let origin = thn_ir::SymbolOrigin::ArgValue { arg: index };
            func.symbols().iter().find(|(_, o)| *o == origin).map(|(s, _)| s.clone().into())
        }
        thn_ir::ValueDef::Arg { .. } => None,
    }
}

/// A value of the body, outside.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Per {
    /// The same in every step.
    Same(Value),
    /// Row `index`, which is a value of the body, of a tensor outside. If `zeros` holds, zeros of the tensor may have
    /// another sign than those of the body.
    Row { of: Value, index: Value, zeros: bool },
}

/// What computing a value for all rows at once means, beside what it means for one row.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Gain {
    /// The cost of an element, as rows of the op table count it, along the dearest chain of ops.
    pub(super) work: f64,
    /// The elements of the largest row on the way to it.
    pub(super) widest: f64,
    /// The elements of the largest row of a sequence that is read.
    pub(super) read: f64,
    /// The elements of the largest unchanging operand of a product.
    pub(super) matrix: f64,
    /// Whether there is a product with an unchanging operand, or a sum.
    pub(super) sums: bool,
}

/// Computes values of a body for all rows, at the end of a block.
pub(super) struct Rows<'r> {
    pub(super) func: &'r mut Func,
    pub(super) steps: &'r Steps,
    /// Where ops go.
    pub(super) place: BlockId,
    /// Whether sums and products are computed, whose order of additions may differ.
    pub(super) sums: bool,
    pub(super) of: HashMap<Value, Per>,
    pub(super) gains: HashMap<Value, Gain>,
}

impl Rows<'_> {
    /// A value outside, if it is known there; a value from outside is.
    pub(super) fn get(&self, value: Value) -> Option<Per> {
        match self.of.get(&value) {
            Some(per) => Some(*per),
            None => (!self.steps.varies(value)).then_some(Per::Same(value)),
        }
    }

    /// What is gained along the operands of an op.
    pub(super) fn gain(&self, op: OpId) -> Gain {
        let mut all = Gain::default();
        for gain in self.func.op(op).operands.iter().filter_map(|v| self.gains.get(v)) {
            all.work = all.work.max(gain.work);
            all.widest = all.widest.max(gain.widest);
            all.read = all.read.max(gain.read);
            all.matrix = all.matrix.max(gain.matrix);
            all.sums |= gain.sums;
        }
        all
    }

    /// Computes the result of an op of the body for all rows, if its operands are known outside.
    pub(super) fn add(&mut self, op: OpId) -> Option<Per> {
        let data = self.func.op(op).clone();
        let [result] = data.results.as_slice() else { return None };
        let ty = self.func.tensor(*result)?.clone();
        let mut gain = self.gain(op);
        let operands = data.operands.iter().map(|v| self.get(*v)).collect::<Option<Vec<_>>>();
        let per = match operands {
            Some(operands) => self.op(&data, &ty, &operands, &mut gain)?,
            None => self.sequence(&data, &mut gain)?,
        };
        let computes = data.kind.row().cost > 0 && data.kind != OpKind::Gather;
        if computes {
            gain.work += f64::from(data.kind.row().cost);
            gain.widest = gain.widest.max(elements(&ty));
        }
        self.of.insert(*result, per);
        self.gains.insert(*result, gain);
        Some(per)
    }

    /// A row of a sequence.
    fn sequence(&mut self, data: &OpData, gain: &mut Gain) -> Option<Per> {
        if data.kind != OpKind::Gather {
            return None;
        }
        let Per::Same(of) = self.get(data.operands[0])? else { return None };
        // A look-up of one row may have a dim of its own.
        let mut index = data.operands[1];
        let wrapped = self.func.tensor(index)?.rank() > 0;
        if wrapped {
            let view = self.func.op(*self.steps.makers.get(&index)?);
            let one = view.kind == OpKind::Dimshuffle && view.attrs.get_ints("order") == [-1];
            index = *view.operands.first().filter(|_| one)?;
        }
        let length = self.func.tensor(of)?.shape.first()?.clone();
        let beyond = (length.clone() - self.steps.count.clone()).as_const();
        if !self.steps.counts(&length) && !beyond.is_some_and(|n| (0..=BEYOND).contains(&n)) {
            return None;
        }
        gain.read = gain.read.max(elements(self.func.tensor(data.result())?));
        let mut of = of;
        if wrapped {
            let order: Vec<i64> = [0, -1].into_iter().chain(1..self.func.tensor(of)?.rank() as i64).collect();
            of = Builder::new(self.func, self.place, data.loc.clone()).dimshuffle(of, &order).ok()?;
        }
        Some(Per::Row { of, index, zeros: false })
    }

    fn op(&mut self, data: &OpData, ty: &TensorType, operands: &[Per], gain: &mut Gain) -> Option<Per> {
        if !data.regions.is_empty() || data.kind == OpKind::Foreign {
            return None;
        }
        let same: Option<Vec<Value>> =
            operands.iter().map(|p| if let Per::Same(v) = p { Some(*v) } else { None }).collect();
        if let Some(same) = same {
            return self.unchanging(data, &same);
        }
        let (index, length, zeros) = self.common(operands)?;
        let every = self.steps.covers(self.func, index) && self.steps.counts(&length);
        if matches!(data.kind, OpKind::Gather) && !every {
            return None;
        }
        if zeros && decided_by_signs_of_zeros(data.kind) {
            return None;
        }
        let of = self.rows(data, ty, operands, &length, gain)?;
        let found = self.func.tensor(of)?;
        let fits =
            found.dtype == ty.dtype && found.shape.0[..1] == [length] && found.shape.0[1..] == *ty.shape.0;
        fits.then_some(Per::Row { of, index, zeros })
    }

    /// A copy of an op whose operands do not change.
    fn unchanging(&mut self, data: &OpData, operands: &[Value]) -> Option<Per> {
        let row = data.kind.row();
        let moves = matches!(row.semantics, Semantics::Iterate(_)) && row.cost == 0;
        if !moves || data.kind == OpKind::Assume {
            return None;
        }
        let types = [self.func.ty(data.result()).clone()];
        let attrs = own_attrs(data);
        let op = self.func.push(self.place, data.kind, operands, attrs, &[], types, data.loc.clone());
        Some(Per::Same(self.func.op(op).result()))
    }

    /// The one index of the operands that have rows, the one number of their rows, and whether signs of zeros are lost.
    fn common(&self, operands: &[Per]) -> Option<(Value, Dim, bool)> {
        let mut common: Option<(Value, Dim, bool)> = None;
        for per in operands {
            let Per::Row { of, index, zeros } = per else { continue };
            let length = self.func.tensor(*of)?.shape.first()?.clone();
            match &mut common {
                Some((i, n, z)) => {
                    if *i != *index || *n != length {
                        return None;
                    }
                    *z |= zeros;
                }
                None => common = Some((*index, length, *zeros)),
            }
        }
        common
    }

    fn rows(
        &mut self,
        data: &OpData,
        ty: &TensorType,
        operands: &[Per],
        length: &Dim,
        gain: &mut Gain,
    ) -> Option<Value> {
        let row = data.kind.row();
        let mut whole = vec![length.clone()];
        whole.extend(ty.shape.0.iter().cloned());
        let whole = Shape(whole);
        let sums = self.sums;
        let mut b = Builder::new(self.func, self.place, data.loc.clone());
        let shifted = |name: &str| -> Vec<i64> { data.attrs.get_ints(name).iter().map(|a| a + 1).collect() };
        if row.is_elementwise() {
            let mut aligned = vec![];
            for per in operands {
                aligned.push(align(&mut b, *per, &whole)?);
            }
            return b.apply(data.kind, &aligned, own_attrs(data)).ok();
        }
        if let (OpKind::Dot, [x, y]) = (data.kind, operands) {
            if !sums {
                return None;
            }
            for per in operands {
                if let Per::Same(v) = per {
                    gain.matrix = gain.matrix.max(elements(b.func.tensor(*v)?));
                    gain.sums = true;
                }
            }
            return product(&mut b, *x, *y, &whole);
        }
        if let (OpKind::Gather, [Per::Same(x), Per::Row { of, .. }]) = (data.kind, operands) {
            return b.apply(OpKind::Gather, &[*x, *of], Attrs::new()).ok();
        }
        let [Per::Row { of, .. }] = operands else { return None };
        let with = ty.with_shape(whole.clone());
        match row.semantics {
            Semantics::Iterate(Iterate::Broadcast) => {
                let axes: Vec<i64> = [0].into_iter().chain(shifted("axes")).collect();
                b.shaped(data.kind, &[*of], Attrs::new().ints("axes", &axes), &with).ok()
            }
            Semantics::Iterate(Iterate::Dimshuffle) => {
                let order = data.attrs.get_ints("order").iter().map(|o| if *o < 0 { -1 } else { o + 1 });
                let order: Vec<i64> = [0].into_iter().chain(order).collect();
                b.dimshuffle(*of, &order).ok()
            }
            Semantics::Iterate(Iterate::Reshape) => b.reshape(*of, &whole).ok(),
            Semantics::Iterate(Iterate::Slice) => {
                let mut starts = vec![Dim::from(0)];
                starts.extend(data.attrs.get_dims("starts").iter().cloned());
                let mut steps = vec![1];
                steps.extend(data.attrs.get_ints("steps"));
                b.slice(*of, &starts, &steps, &whole).ok()
            }
            Semantics::Iterate(Iterate::Reduce { combine, .. }) => {
                let exact = matches!(combine, OpKind::Maximum | OpKind::Minimum);
                gain.sums |= !exact;
                (exact || sums).then(|| b.reduce(data.kind, *of, &shifted("axes")).ok()).flatten()
            }
            Semantics::Iterate(Iterate::Argmax) => {
                let axis = data.attrs.get_int("axis")? + 1;
                b.apply(data.kind, &[*of], Attrs::new().with("axis", thn_ir::Attr::Int(axis))).ok()
            }
            Semantics::Expand(_) if sums && row.attrs.len() == 1 && row.attrs[0].name == "axes" => {
                gain.sums = true;
                b.apply(data.kind, &[*of], Attrs::new().ints("axes", &shifted("axes"))).ok()
            }
            _ => None,
        }
    }
}

/// The attributes that belong to the meaning of an op.
pub(super) fn own_attrs(data: &OpData) -> Attrs {
    let mut attrs = Attrs::new();
    for spec in data.kind.row().attrs {
        if let Some(attr) = data.attrs.get(spec.name) {
            attrs.set(spec.name, attr.clone());
        }
    }
    attrs
}

/// An operand of an elementwise op whose result has shape `whole`: rank 0, or that shape.
fn align(b: &mut Builder<'_>, per: Per, whole: &Shape) -> Option<Value> {
    let (value, lead) = match per {
        Per::Same(v) => (v, false),
        Per::Row { of, .. } => (of, true),
    };
    let rank = b.func.tensor(value)?.rank();
    if (!lead && rank == 0) || rank == whole.rank() {
        return Some(value);
    }
    let axes: Vec<i64> = match lead {
        true => vec![0],
        false => (1..=rank as i64).collect(),
    };
    (axes.len() == rank).then(|| b.broadcast(value, &axes, whole).ok()).flatten()
}

/// Products of rows with what does not change, or with each other.
fn product(b: &mut Builder<'_>, x: Per, y: Per, whole: &Shape) -> Option<Value> {
    let shape = |b: &Builder<'_>, v: Value| b.func.tensor(v).map(|t| t.shape.clone());
    match (x, y) {
        (Per::Row { of, .. }, Per::Same(y)) => {
            // Rows of rows are rows: one product for all of them.
            let of = flat_rows(b, of)?;
            let product = b.map(OpKind::Dot, &[of, y]).ok()?;
            b.reshape(product, whole).ok()
        }
        (Per::Same(x), Per::Row { of, .. }) => {
            let turned = shape(b, x)?.rank() == 2;
            let x = if turned { b.dimshuffle(x, &[1, 0]).ok()? } else { x };
            if shape(b, of)?.rank() == 2 {
                return b.map(OpKind::Dot, &[of, x]).ok();
            }
            let of = b.dimshuffle(of, &[0, 2, 1]).ok()?;
            let all = shape(b, of)?;
            let of = flat_rows(b, of)?;
            let product = b.map(OpKind::Dot, &[of, x]).ok()?;
            if !turned {
                return b.reshape(product, whole).ok();
            }
            let columns = Shape(vec![all[0].clone(), all[1].clone(), whole[1].clone()]);
            let product = b.reshape(product, &columns).ok()?;
            b.dimshuffle(product, &[0, 2, 1]).ok()
        }
        (Per::Row { of: x, .. }, Per::Row { of: y, .. }) => {
            let x = if shape(b, x)?.rank() == 2 { b.dimshuffle(x, &[0, -1, 1]).ok()? } else { x };
            let y = if shape(b, y)?.rank() == 2 { b.dimshuffle(y, &[0, 1, -1]).ok()? } else { y };
            let product = b.map(OpKind::BatchedDot, &[x, y]).ok()?;
            b.reshape(product, whole).ok()
        }
        (Per::Same(_), Per::Same(_)) => None,
    }
}

/// A stack of matrices as one matrix of all their rows.
fn flat_rows(b: &mut Builder<'_>, of: Value) -> Option<Value> {
    let shape = b.func.tensor(of)?.shape.clone();
    if shape.rank() < 3 {
        return Some(of);
    }
    let rows = Dim::product(&shape[..2]);
    b.reshape(of, &Shape(vec![rows, shape[2].clone()])).ok()
}

/// Whether the sign of a zero operand can change more than the sign of a zero result.
fn decided_by_signs_of_zeros(kind: OpKind) -> bool {
    use OpKind::{
        Add, Broadcast, Cast, Cos, Dimshuffle, Dot, Exp, Maximum, Mean, Minimum, Mul, Neg, Reshape, Sigmoid,
        Sin, Slice, Softplus, Sqr, Sub, Sum, Tanh,
    };
    !matches!(
        kind,
        Add | Broadcast
            | Cast
            | Cos
            | Dimshuffle
            | Dot
            | Exp
            | Maximum
            | Mean
            | Minimum
            | Mul
            | Neg
            | Reshape
            | Sigmoid
            | Sin
            | Slice
            | Softplus
            | Sqr
            | Sub
            | Sum
            | Tanh
    )
}

/// The elements of a tensor, unknown lengths being what the cost model takes for them.
pub(super) fn elements(ty: &TensorType) -> f64 {
    ty.shape.iter().map(crate::cost::length).product()
}

/// The ops of a block that compute some values, in order.
pub(super) fn needed_ops(
    func: &Func,
    block: BlockId,
    roots: impl IntoIterator<Item = Value>,
) -> HashSet<OpId> {
    let needed = copy::needed(func, block, roots);
    let makes = |op: &OpId| func.op(*op).results.iter().any(|r| needed.contains(r));
    func.block(block).ops.iter().copied().filter(makes).collect()
}
