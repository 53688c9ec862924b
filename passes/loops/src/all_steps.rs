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

use crate::steps::Steps;
use std::collections::HashMap;
use thn_batch::{Batch, Batched, Rows};
use thn_ir::{BlockId, Builder, Dim, Func, OpData, OpId, OpKind, TensorType, Value};

/// Rows that a sequence may have beyond one for each step, as where a step looks at the row after its own.
const BEYOND: i64 = 4;

/// What computing a value for all rows at once means, beside what it means for one row.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct HoistCost {
    /// The cost of an element, as rows of the op table count it, along the dearest chain of ops.
    pub(crate) work: f64,
    /// The elements of the largest row on the way to it.
    pub(crate) widest: f64,
    /// The elements of the largest row of a sequence that is read.
    pub(crate) read: f64,
    /// The elements of the largest unchanging operand of a product.
    pub(crate) matrix: f64,
    /// Whether there is a product with an unchanging operand, or a sum.
    pub(crate) sums: bool,
}

impl Rows for Steps {
    fn varies(&self, value: Value) -> bool {
        Steps::varies(self, value)
    }

    fn takes_all(&self, func: &Func, index: Value, length: &Dim) -> bool {
        self.covers(func, index) && self.counts(length)
    }
}

/// Computes values of a body for all steps, at the end of a block.
pub(crate) struct AllSteps<'r> {
    pub(crate) batch: Batch<'r>,
    pub(crate) steps: &'r Steps,
    pub(crate) costs: HashMap<Value, HoistCost>,
}

impl<'r> AllSteps<'r> {
    /// Nothing is computed yet. `sums` says whether sums and products may be, whose order of additions may differ.
    pub(crate) fn new(func: &'r mut Func, steps: &'r Steps, place: BlockId, sums: bool) -> AllSteps<'r> {
        let batch = Batch { func, place, rows: steps, sums, of: HashMap::new() };
        AllSteps { batch, steps, costs: HashMap::new() }
    }

    /// A value outside, if it is known there; a value from outside is.
    pub(crate) fn get(&self, value: Value) -> Option<Batched> {
        self.batch.get(value)
    }

    /// What is known of the cost along the operands of an op.
    fn cost(&self, op: OpId) -> HoistCost {
        let mut all = HoistCost::default();
        for cost in self.batch.func.op(op).operands.iter().filter_map(|v| self.costs.get(v)) {
            all.work = all.work.max(cost.work);
            all.widest = all.widest.max(cost.widest);
            all.read = all.read.max(cost.read);
            all.matrix = all.matrix.max(cost.matrix);
            all.sums |= cost.sums;
        }
        all
    }

    /// Computes the result of an op of the body for all rows, if its operands are known outside.
    pub(crate) fn add(&mut self, op: OpId) -> Option<Batched> {
        let data = self.batch.func.op(op).clone();
        let [result] = data.results.as_slice() else { return None };
        let ty = self.batch.func.tensor(*result)?.clone();
        let mut cost = self.cost(op);
        let operands = data.operands.iter().map(|v| self.get(*v)).collect::<Option<Vec<_>>>();
        let batched = match operands {
            Some(operands) => self.op(&data, &ty, &operands, &mut cost)?,
            None => self.sequence(&data, &mut cost)?,
        };
        let computes = data.kind.row().cost > 0 && data.kind != OpKind::Gather;
        if computes {
            cost.work += f64::from(data.kind.row().cost);
            cost.widest = cost.widest.max(ty.shape.nominal_size());
        }
        self.batch.of.insert(*result, batched);
        self.costs.insert(*result, cost);
        Some(batched)
    }

    fn op(
        &mut self,
        data: &OpData,
        ty: &TensorType,
        operands: &[Batched],
        cost: &mut HoistCost,
    ) -> Option<Batched> {
        let (batched, sums) = self.batch.op(data, ty, operands)?;
        cost.sums |= sums;
        if data.kind == OpKind::Dot && matches!(batched, Batched::Row { .. }) {
            for operand in operands {
                if let Batched::Same(v) = operand {
                    cost.matrix = cost.matrix.max(self.batch.func.tensor(*v)?.shape.nominal_size());
                }
            }
        }
        Some(batched)
    }

    /// A row of a sequence.
    fn sequence(&mut self, data: &OpData, cost: &mut HoistCost) -> Option<Batched> {
        if data.kind != OpKind::Gather {
            return None;
        }
        let Batched::Same(mut of) = self.get(data.operands[0])? else { return None };
        // A look-up of one row may have a dim of its own.
        let func = &mut *self.batch.func;
        let mut index = data.operands[1];
        let wrapped = func.tensor(index)?.rank() > 0;
        if wrapped {
            let view = func.op(*self.steps.makers.get(&index)?);
            let one = view.kind == OpKind::Dimshuffle && view.attrs.get_ints("order") == [-1];
            index = *view.operands.first().filter(|_| one)?;
        }
        let length = func.tensor(of)?.shape.first()?.clone();
        let beyond = (length.clone() - self.steps.count.clone()).as_const();
        if !self.steps.counts(&length) && !beyond.is_some_and(|n| (0..=BEYOND).contains(&n)) {
            return None;
        }
        cost.read = cost.read.max(func.tensor(data.result())?.shape.nominal_size());
        if wrapped {
            let order: Vec<i64> = [0, -1].into_iter().chain(1..func.tensor(of)?.rank() as i64).collect();
            of = Builder::new(func, self.batch.place, data.loc.clone()).dimshuffle(of, &order).ok()?;
        }
        Some(Batched::Row { of, index, zeros: false })
    }
}
