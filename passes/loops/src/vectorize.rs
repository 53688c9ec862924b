//! What a step computes from rows of sequences is computed for all rows before the loop.
//!
//! ```text
//! loop n { (%i, %h) %x = gather %xs, %i; %a = dot %x, %w; %b = dot %h, %u; yield tanh(%a + %b) }
//!
//! %as = dot %xs, %w
//! loop n { (%i, %h) %a = gather %as, %i; %b = dot %h, %u; yield tanh(%a + %b) }
//! ```
//!
//! What moves is kept for all steps instead of one, so it must pay. No row may have more elements than the rows of the
//! sequence that it is computed from, or than the matrix that each step would read again for a product: the memory that
//! is needed stays within that of the sequence, or each step writes less than it no longer reads. And it must be a
//! product, or make rows smaller, or cost more than to write it and to read it again; cheap arithmetic stays in the
//! loop, where it is part of what reads it.
//!
//! A row of a tensor of one number is that number.

use crate::{
    Regions,
    all_steps::{AllSteps, HoistCost},
    steps::{Steps, needed_ops},
};
use std::collections::HashSet;
use thn_batch::Batched;
use thn_ir::{Attrs, BlockId, Builder, OpId, OpKind, Value};

/// What it costs to write an element and to read it again, in additions.
const MEMORY: f64 = 8.0;

impl Regions<'_> {
    /// Moves what pays to the end of `id`; the loop stands behind.
    pub(super) fn move_sequences(&mut self, id: BlockId, op: OpId) {
        let elementwise = self.allows("loop-sequence");
        let sums = self.allows("loop-products");
        let Some(steps) = Steps::of(self.func, op).filter(|_| elementwise || sums) else { return };
        if elementwise {
            self.read_fills(id, &steps);
        }
        let body = self.func.block(steps.body).ops.clone();
        let place = self.func.new_block();
        let mut rows = AllSteps::new(self.func, &steps, place, sums);
        for op in &body {
            rows.add(*op);
        }
        let (of, costs) = (rows.batch.of, rows.costs);
        // From the end of the body: what pays and is needed becomes a row, and needs no more than its index.
        let mut needed: HashSet<Value> = steps.next.iter().copied().collect();
        let mut moved = vec![];
        for op in body.iter().rev() {
            let data = self.func.op(*op);
            if !data.results.iter().any(|r| needed.contains(r)) {
                continue;
            }
            let result = data.results[0];
            match (of.get(&result), costs.get(&result)) {
                (Some(Batched::Row { of, index, .. }), Some(cost))
                    if self.moves(*op, *cost, elementwise) && self.computes(*op) =>
                {
                    needed.insert(*index);
                    moved.push((*op, *of, *index, cost.sums));
                }
                _ => needed.extend(self.func.inputs(*op)),
            }
        }
        if moved.is_empty() {
            return;
        }
        let wanted = needed_ops(self.func, place, moved.iter().map(|(_, of, _, _)| *of));
        let ops = self.func.block(place).ops.clone();
        self.func.block_mut(id).ops.extend(ops.into_iter().filter(|op| wanted.contains(op)));
        for (op, of, index, sums) in moved {
            self.fired(if sums { "loop-products" } else { "loop-sequence" });
            let data = self.func.op_mut(op);
            data.kind = OpKind::Gather;
            data.operands = [of, index].as_slice().into();
            data.attrs = Attrs::new();
        }
        self.func.remove_dead_in(steps.body);
    }

    /// Rows of a tensor of one number, at places that it has, are that number.
    fn read_fills(&mut self, id: BlockId, steps: &Steps) {
        for op in self.func.block(steps.body).ops.clone() {
            let data = self.func.op(op);
            let (OpKind::Gather, [of, index]) = (data.kind, data.operands.as_slice()) else { continue };
            let place = match steps.makers.get(index).map(|op| self.func.op(*op)) {
                Some(view) if view.kind == OpKind::Dimshuffle => view.operands[0],
                _ => *index,
            };
            let inside = self.func.tensor(*of).is_some_and(|ty| steps.counts(&ty.shape[0]));
            let number = self.number_everywhere(*of).filter(|_| inside && steps.covers(self.func, place));
            let Some(number) = number else { continue };
            let loc = self.func.op(op).loc.clone();
            let number = Builder::new(self.func, id, loc).literal(number);
            let Ok(number) = number else { continue };
            self.fired("loop-sequence");
            let data = self.func.op_mut(op);
            data.kind = OpKind::Broadcast;
            data.operands = [number].as_slice().into();
            data.attrs = Attrs::new().ints("axes", &[]);
        }
    }

    fn moves(&self, op: OpId, cost: HoistCost, elementwise: bool) -> bool {
        let Some(ty) = self.func.tensor(self.func.op(op).results[0]) else { return false };
        let (size, room) = (ty.shape.nominal_size(), cost.read.max(cost.matrix));
        let pays = cost.sums || cost.work >= MEMORY || (size < cost.read && cost.work > 0.0);
        let fits = size <= room && cost.widest <= room;
        pays && fits && (elementwise || cost.sums)
    }
}
