//! The loops inside a row: folds over several iterators, in blocks, for several rows side by side.

use super::{Rows, SPAN};
use crate::emit::element::Carried;
use crate::emit::kernel::fold::{BLOCK, Folding, Step};
use crate::emit::text::Val;
use crate::emit::types::register;
use std::collections::BTreeMap;
use thn_ir::{Dim, Error};

/// One nest of loops.
struct Nest<'n> {
    group: &'n [usize],
    folds: &'n [usize],
    slots: &'n [Folding],
    dims: &'n [Dim],
    base: usize,
    side: usize,
}

impl Rows<'_, '_, '_> {
    /// One nest of loops over `dims`, whose iterators begin at `base`. Gives the results of the group's folds, one per
    /// fold and row, and which stages those are.
    pub(super) fn fold(
        &mut self,
        group: &[usize],
        dims: &[Dim],
        base: usize,
        side: usize,
    ) -> Result<(Vec<Val>, Vec<usize>), Error> {
        let folds: Vec<usize> =
            group.iter().copied().filter(|i| !self.schedule.stages[*i].folded.is_empty()).collect();
        let slots: Vec<Folding> =
            folds.iter().filter_map(|i| self.info[*i].folding).flat_map(|f| vec![f; side]).collect();
        let mut nest = Nest { group, folds: &folds, slots: &slots, dims, base, side };
        let long = dims.last().and_then(Dim::as_const).is_none_or(|n| n > BLOCK);
        let sums = slots.iter().any(|s| s.step == Step::Sum);
        let blocked = sums && (long || dims.len() > 1);
        let starts: Vec<Vec<String>> = slots.iter().map(|s| s.start(&mut self.w.e, blocked)).collect();
        let ends = self.nest(&mut nest, 0, starts, blocked, long)?;
        let vals = slots.iter().zip(&ends).map(|(s, end)| s.result(&mut self.w.e, end, blocked)).collect();
        Ok((vals, folds))
    }

    fn nest(
        &mut self,
        nest: &mut Nest<'_>,
        depth: usize,
        state: Vec<Vec<String>>,
        blocked: bool,
        long: bool,
    ) -> Result<Vec<Vec<String>>, Error> {
        let (zero, one) = (self.w.e.text.index(0), self.w.e.text.index(1));
        let high = self.w.e.text.dim(&nest.dims[depth]);
        let iter = nest.base + depth;
        let last = depth + 1 == nest.dims.len();
        if !last {
            let chain = nest.dims[depth].as_const().is_none_or(|n| n > SPAN);
            let rounds = nest.slots.iter().any(|s| s.step == Step::Sum && s.total() == s.dtype);
            if !(chain && rounds) {
                let (carried, names) = self.carry(nest.slots, iter, &state, blocked);
                let next = self.nest(nest, depth + 1, names, blocked, long)?;
                return Ok(self.uncarry(nest.slots, iter, [&zero, &high, &one], &carried, next));
            }
            let span_iter = nest.base + nest.dims.len() + depth;
            let (carried, totals) = self.carry(nest.slots, span_iter, &state, true);
            let (begin, end, step) = self.range(span_iter, SPAN, &high);
            let starts = self.restart(nest.slots, &totals, true);
            let (inner, names) = self.carry(nest.slots, iter, &starts, true);
            let next = self.nest(nest, depth + 1, names, blocked, long)?;
            let ends = self.uncarry(nest.slots, iter, [&begin, &end, &one], &inner, next);
            let mut next = vec![];
            for ((slot, total), end) in nest.slots.iter().zip(&totals).zip(ends) {
                next.push(match slot.step {
                    Step::Sum => {
                        let ty = register(slot.total());
                        vec![self.w.e.text.bind(format!("arith.addf {}, {} : {ty}", total[0], end[0]))]
                    }
                    _ => end,
                });
            }
            return Ok(self.uncarry(nest.slots, span_iter, [&zero, &high, &step], &carried, next));
        }
        if !blocked {
            return self.innermost(nest, [&zero, &high, &one], state, false);
        }
        if !long {
            return self.block(nest, [&zero, &high, &one], state);
        }
        let block_iter = nest.base + nest.dims.len() + depth;
        let (carried, names) = self.carry(nest.slots, block_iter, &state, true);
        let (begin, end, step) = self.range(block_iter, BLOCK, &high);
        let next = self.block(nest, [&begin, &end, &one], names)?;
        Ok(self.uncarry(nest.slots, block_iter, [&zero, &high, &step], &carried, next))
    }

    /// One block: sums begin anew and are then added to their totals, other folds go on.
    fn block(
        &mut self,
        nest: &mut Nest<'_>,
        range: [&str; 3],
        totals: Vec<Vec<String>>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let starts = self.restart(nest.slots, &totals, false);
        let blocks = self.innermost(nest, range, starts, false)?;
        let gather = |((slot, total), block): ((&Folding, &Vec<String>), &Vec<String>)| {
            slot.gather(&mut self.w.e, total, block)
        };
        Ok(nest.slots.iter().zip(&totals).zip(&blocks).map(gather).collect())
    }

    /// Accumulators of a new block: sums begin anew, other folds go on.
    fn restart(&mut self, slots: &[Folding], totals: &[Vec<String>], total: bool) -> Vec<Vec<String>> {
        let start = |(slot, before): (&Folding, &Vec<String>)| match slot.step {
            Step::Sum => slot.start(&mut self.w.e, total),
            _ => before.clone(),
        };
        slots.iter().zip(totals).map(start).collect()
    }

    /// The innermost loop, with the bodies of all stages of the group for all rows.
    fn innermost(
        &mut self,
        nest: &mut Nest<'_>,
        range: [&str; 3],
        state: Vec<Vec<String>>,
        total: bool,
    ) -> Result<Vec<Vec<String>>, Error> {
        let iter = nest.base + nest.dims.len() - 1;
        let (carried, mut names) = self.carry(nest.slots, iter, &state, total);
        let mut made: BTreeMap<usize, Vec<Val>> = BTreeMap::new();
        for i in nest.group {
            let stage = &self.schedule.stages[*i];
            let slot = nest.folds.iter().position(|f| f == i);
            for row in 0..nest.side {
                self.side(row);
                let val = self.w.e.body(stage.op, &stage.iters)?;
                match slot {
                    Some(k) => {
                        let at = self.w.e.iters[iter].0.clone();
                        let own = k * nest.side + row;
                        names[own] = nest.slots[own].step(&mut self.w.e, &names[own], &val, Some(&at))?;
                    }
                    None => made.entry(*i).or_default().push(val),
                }
            }
            if let Some(vals) = made.remove(i) {
                self.finish(*i, &vals)?;
            }
        }
        self.side(0);
        Ok(self.uncarry(nest.slots, iter, range, &carried, names))
    }

    /// Opens a loop that carries accumulators.
    fn carry(
        &mut self,
        slots: &[Folding],
        iter: usize,
        state: &[Vec<String>],
        total: bool,
    ) -> (Vec<Carried>, Vec<Vec<String>>) {
        let count = state.iter().map(Vec::len).sum();
        let mut names = self.w.e.open_loop(iter, count).into_iter();
        let mut carried = vec![];
        let mut inside = vec![];
        for (slot, parts) in slots.iter().zip(state) {
            let own: Vec<String> = names.by_ref().take(parts.len()).collect();
            for ((name, init), ty) in own.iter().zip(parts).zip(slot.types(total)) {
                carried.push(Carried { name: name.clone(), init: init.clone(), ty });
            }
            inside.push(own);
        }
        (carried, inside)
    }

    /// Closes a loop that [`Rows::carry`] opened.
    fn uncarry(
        &mut self,
        slots: &[Folding],
        iter: usize,
        range: [&str; 3],
        carried: &[Carried],
        next: Vec<Vec<String>>,
    ) -> Vec<Vec<String>> {
        let flat: Vec<String> = next.into_iter().flatten().collect();
        let mut ends = self.w.e.close_loop(iter, range, carried, &flat).into_iter();
        slots.iter().map(|s| ends.by_ref().take(s.types(false).len()).collect()).collect()
    }
}
