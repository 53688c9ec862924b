//! Kernels with rows and stages: reductions, softmax and its relatives, products with vectors.
//!
//! Rows run in order. Where a kernel adds to a result that rows share, or multiplies rows with a vector, [`BLOCK_ROWS`]
//! rows run side by side: the shared result is read and written once for all of them, and each reads its operand while
//! it is in cache. Consecutive stages over the same iterators share one loop. Shared sums of f32 are kept in f64.

use super::fold::{self, BLOCK, Folding, Step};
use super::{Scratch, Writer, scatter, wide};
use crate::emit::element::{Carried, Source};
use crate::emit::text::{Key, Val};
use crate::emit::types::{memref, register};
use std::collections::BTreeMap;
use thn_ir::access::Fold;
use thn_ir::{BlockId, DType, Dim, Error, Func, Scalar, Semantics, Shape, TensorType, Value};
use thn_kernels::{Accesses, Place, Role, Schedule, Stage};

/// Rows that run side by side.
const BLOCK_ROWS: i64 = 4;

/// Whether every stage is elementwise over the rows themselves.
pub(super) fn is_flat(accesses: &Accesses, schedule: &Schedule) -> bool {
    schedule.stages.iter().all(|s| s.kept.is_empty() && accesses.get(s.op).is_some_and(|a| a.fold.is_none()))
}

/// How many rows run side by side.
fn block_rows(func: &Func, schedule: &Schedule) -> i64 {
    let product = |s: &Stage| matches!(func.op(s.op).kind.row().semantics, Semantics::Library(_));
    let gains = |s: &Stage| match s.role {
        Role::Accumulate => !s.kept.is_empty(),
        Role::Row => product(s) && s.kept.is_empty() && !s.folded.is_empty(),
    };
    let few = schedule.outer.last().and_then(Dim::as_const).is_some_and(|n| n < BLOCK_ROWS);
    if schedule.outer.is_empty() || few || !schedule.stages.iter().any(gains) { 1 } else { BLOCK_ROWS }
}

/// Whether a stage's shared result is gathered in another type than it has.
fn gathers_wide(stage: &Stage, dtype: DType, fold: Option<Fold>) -> bool {
    let sum = fold.is_some_and(|f| Folding::new(f, dtype).step == Step::Sum);
    stage.role == Role::Accumulate && !stage.kept.is_empty() && sum && wide(dtype) != dtype
}

/// The scratch buffers of a kernel, in the order of its stages: parts of rows that are no results, and shared sums in
/// f64.
pub(super) fn scratch(
    func: &Func,
    accesses: &Accesses,
    schedule: &Schedule,
    region: BlockId,
) -> Result<Vec<Scratch>, Error> {
    let mut all = vec![];
    for stage in &schedule.stages {
        let value = func.op(stage.op).result();
        let Some(ty) = func.tensor(value) else { continue };
        let fold = accesses.get(stage.op).and_then(|a| a.fold);
        if is_buffered(func, region, stage) {
            let mut dims = vec![Dim::from(block_rows(func, schedule))];
            dims.extend(ty.shape[schedule.outer.len()..].iter().cloned());
            all.push(Scratch { ty: ty.with_shape(Shape(dims)) });
        }
        if gathers_wide(stage, ty.dtype, fold) {
            all.push(Scratch { ty: TensorType::new(DType::F64, ty.shape.clone()) });
        }
    }
    Ok(all)
}

fn is_buffered(func: &Func, region: BlockId, stage: &Stage) -> bool {
    let value = func.op(stage.op).result();
    stage.role == Role::Row && !stage.kept.is_empty() && !func.block(region).results.contains(&value)
}

/// A shared result without dims of its own, carried by the loops over rows.
struct Shared {
    stage: usize,
    folding: Folding,
}

/// What the emitter knows of a stage beyond its loops.
struct Info {
    value: Value,
    folding: Option<Folding>,
    /// Where the result goes.
    dest: Option<(String, String)>,
    /// Where a shared result is gathered: memref, its type, element type.
    gather: Option<(String, String, DType)>,
}

struct Rows<'w, 'm, 's> {
    w: &'w mut Writer<'m>,
    schedule: &'s Schedule,
    info: Vec<Info>,
    shared: Vec<Shared>,
    /// Names of the last row iterator for each of the rows that run side by side.
    positions: Vec<String>,
}

pub(super) fn emit(w: &mut Writer<'_>, schedule: &Schedule) -> Result<(), Error> {
    let mut scratch = w.scratch_names.clone().into_iter().zip(w.scratch.clone());
    let mut info = vec![];
    let mut shared = vec![];
    for (i, stage) in schedule.stages.iter().enumerate() {
        let value = w.e.func.op(stage.op).result();
        let dtype = w.e.tensor(value)?.dtype;
        let fold = w.e.accesses.get(stage.op).and_then(|a| a.fold);
        let element = match fold {
            Some(Fold::Argmax) => w.e.tensor(w.e.func.op(stage.op).operands[0])?.dtype,
            _ => dtype,
        };
        let folding = fold.map(|f| Folding::new(f, element));
        let dest = w.output(value);
        if stage.role == Role::Row && !stage.kept.is_empty() {
            let source = match &dest {
                Some((name, ty)) => Source::Memory { name: name.clone(), ty: ty.clone() },
                None => {
                    let (name, s) = scratch.next().ok_or_else(|| Error::internal("a row without buffer"))?;
                    Source::RowBuffer { name, ty: memref(&s.ty) }
                }
            };
            w.e.sources.insert(value, source);
        }
        let mut gather = dest.clone().map(|(name, ty)| (name, ty, dtype));
        if gathers_wide(stage, dtype, fold) {
            let (name, s) = scratch.next().ok_or_else(|| Error::internal("a sum without buffer"))?;
            gather = Some((name, memref(&s.ty), s.ty.dtype));
        }
        if let (Role::Accumulate, true, Some(folding)) = (stage.role, stage.kept.is_empty(), folding) {
            shared.push(Shared { stage: i, folding });
        }
        info.push(Info { value, folding, dest, gather });
    }
    drop(scratch);
    w.e.rows = schedule.outer.len();
    let mut rows = Rows { w, schedule, info, shared, positions: vec![] };
    rows.run()
}

impl Rows<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Error> {
        for i in 0..self.info.len() {
            self.clear(i)?;
        }
        let starts: Vec<String> = (0..self.shared.len())
            .flat_map(|i| {
                let folding = self.shared[i].folding;
                folding.start(&mut self.w.e, true)
            })
            .collect();
        let ends = self.outer(0, starts)?;
        for (i, end) in ends.into_iter().enumerate() {
            let (stage, folding) = (self.shared[i].stage, self.shared[i].folding);
            let val = folding.result(&mut self.w.e, &[end], true);
            if let Some((name, ty)) = self.info[stage].dest.clone() {
                self.w.e.store(&val, &name, &ty, &[])?;
            }
        }
        (0..self.info.len()).try_for_each(|i| self.settle(i))
    }

    /// Writes the start value of a shared result.
    fn clear(&mut self, i: usize) -> Result<(), Error> {
        let stage = &self.schedule.stages[i];
        let (Role::Accumulate, Some(folding)) = (stage.role, self.info[i].folding) else { return Ok(()) };
        let (false, Some((name, ty, dtype))) = (stage.kept.is_empty(), self.info[i].gather.clone()) else {
            return Ok(());
        };
        let start = match folding.step {
            Step::Op(_, init) => fold::start(init, dtype),
            _ => Scalar::Float(0.0),
        };
        let dims = self.w.e.tensor(self.info[i].value)?.shape;
        scatter::open(self.w, dims.rank());
        let start = self.w.e.text.scalar(start, dtype);
        self.w.e.store(&start, &name, &ty, &Place::iters(0..dims.rank()))?;
        scatter::close(self.w, &dims);
        Ok(())
    }

    /// Rounds a shared result that was gathered in a wider type.
    fn settle(&mut self, i: usize) -> Result<(), Error> {
        let (Some((from, from_ty, wide)), Some((to, to_ty))) = (self.info[i].gather.clone(), self.info[i].dest.clone())
        else {
            return Ok(());
        };
        let ty = self.w.e.tensor(self.info[i].value)?;
        if wide == ty.dtype {
            return Ok(());
        }
        scatter::open(self.w, ty.rank());
        let at = Place::iters(0..ty.rank());
        let gathered = self.w.e.load_here(&from, &from_ty, wide, &at)?;
        let name = fold::narrow(&mut self.w.e, &gathered.name, wide, ty.dtype);
        let level = self.w.e.text.level();
        self.w.e.store(&Val { name, dtype: ty.dtype, level }, &to, &to_ty, &at)?;
        scatter::close(self.w, &ty.shape);
        Ok(())
    }

    /// Loops over the rows from row iterator `depth` on; takes and gives the shared accumulators.
    fn outer(&mut self, depth: usize, state: Vec<String>) -> Result<Vec<String>, Error> {
        let Some(length) = self.schedule.outer.get(depth).cloned() else {
            self.positions = vec![];
            return self.rows(1, state);
        };
        let last = depth + 1 == self.schedule.outer.len();
        let side = if last { block_rows(self.w.e.func, self.schedule) } else { 1 };
        let (zero, one) = (self.w.e.text.index(0), self.w.e.text.index(1));
        let high = self.w.e.text.dim(&length);
        if side == 1 {
            return self.span(depth, [&zero, &high, &one], 1, state);
        }
        let whole = length.floor_div(&Dim::from(side)) * Dim::from(side);
        let (middle, step) = (self.w.e.text.dim(&whole), self.w.e.text.index(side));
        let state = self.span(depth, [&zero, &middle, &step], side as usize, state)?;
        if whole == length {
            return Ok(state);
        }
        self.span(depth, [&middle, &high, &one], 1, state)
    }

    /// One loop over rows, `side` at a time.
    fn span(
        &mut self,
        depth: usize,
        range: [&str; 3],
        side: usize,
        state: Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let names = self.w.e.open_loop(depth, state.len());
        let types = self.shared.iter().map(|s| register(s.folding.total()));
        let carried: Vec<Carried> = names
            .iter()
            .zip(state)
            .zip(types)
            .map(|((name, init), ty)| Carried { name: name.clone(), init, ty })
            .collect();
        let next = if depth + 1 == self.schedule.outer.len() {
            let base = self.w.e.iters[depth].0.clone();
            self.positions = vec![base.clone()];
            for row in 1..side {
                let offset = self.w.e.text.index(row as i64);
                let name = self.w.e.text.bind(format!("arith.addi {base}, {offset} : index"));
                self.positions.push(name);
            }
            let next = self.rows(side, names)?;
            self.side(0);
            next
        } else {
            self.outer(depth + 1, names)?
        };
        Ok(self.w.e.close_loop(depth, range, &carried, &next))
    }

    /// Makes `row` the current one of the rows that run side by side.
    fn side(&mut self, row: usize) {
        self.w.e.row = row;
        if let (Some(last), Some(name)) = (self.schedule.outer.len().checked_sub(1), self.positions.get(row)) {
            self.w.e.iters[last].0.clone_from(name);
        }
    }

    /// All stages for `side` rows.
    fn rows(&mut self, side: usize, mut state: Vec<String>) -> Result<Vec<String>, Error> {
        let mut at = 0;
        while at < self.schedule.stages.len() {
            let group = self.group(at);
            at += group.len();
            self.loops(&group, side, &mut state)?;
        }
        Ok(state)
    }

    /// The stages from `first` on that share its loops: over the same iterators, and reading each other only at the
    /// point at hand. A fold's value is not known inside its own loop.
    fn group(&self, first: usize) -> Vec<usize> {
        let stages = &self.schedule.stages;
        let whole = |s: &Stage| [s.kept.as_slice(), &s.folded].concat();
        let simple = |s: &Stage| (s.kept.is_empty() || s.folded.is_empty()) && !whole(s).is_empty();
        let dims = whole(&stages[first]);
        let mut group = vec![first];
        if !simple(&stages[first]) {
            return group;
        }
        let rank = self.schedule.outer.len() + dims.len();
        for (i, stage) in stages.iter().enumerate().skip(first + 1) {
            let reads_here = stage.loads.iter().all(|load| {
                let maker = group.iter().find(|m| self.info[**m].value == load.value);
                maker.is_none_or(|m| self.info[*m].folding.is_none() && load.at == Place::iters(0..rank))
            });
            if !simple(stage) || whole(stage) != dims || !reads_here {
                break;
            }
            group.push(i);
        }
        group
    }

    /// The loops of a group.
    fn loops(&mut self, group: &[usize], side: usize, state: &mut [String]) -> Result<(), Error> {
        let stage = &self.schedule.stages[group[0]];
        let base = self.schedule.outer.len();
        if stage.kept.is_empty() && stage.folded.is_empty() {
            return self.point(group[0], side, state);
        }
        if !stage.kept.is_empty() && !stage.folded.is_empty() {
            // A fold for each point of the kept iterators.
            let kept = stage.kept.clone();
            self.open_plain(base, kept.len());
            let (vals, _) = self.fold(group, &stage.folded.clone(), base + kept.len(), side)?;
            self.finish(group[0], &vals)?;
            return self.close_plain(base, &kept);
        }
        let dims = if stage.kept.is_empty() { stage.folded.clone() } else { stage.kept.clone() };
        let (vals, folds) = self.fold(group, &dims, base, side)?;
        for (k, i) in folds.iter().enumerate() {
            let own = &vals[k * side..(k + 1) * side];
            self.conclude(*i, own, state)?;
        }
        Ok(())
    }

    /// A stage without loops.
    fn point(&mut self, i: usize, side: usize, state: &mut [String]) -> Result<(), Error> {
        let mut vals = vec![];
        for row in 0..side {
            self.side(row);
            vals.push(self.w.e.body(self.schedule.stages[i].op, &self.schedule.stages[i].iters)?);
        }
        self.conclude(i, &vals, state)
    }

    /// What happens to the values of a stage that has no kept iterators, one per row.
    fn conclude(&mut self, i: usize, vals: &[Val], state: &mut [String]) -> Result<(), Error> {
        if self.schedule.stages[i].role == Role::Row {
            let registers: BTreeMap<usize, Val> = vals.iter().cloned().enumerate().collect();
            self.w.e.sources.insert(self.info[i].value, Source::Registers(registers));
            if let Some((name, ty)) = self.info[i].dest.clone() {
                let at = Place::iters(0..self.schedule.outer.len());
                for (row, val) in vals.iter().enumerate() {
                    self.side(row);
                    self.w.e.store(val, &name, &ty, &at)?;
                }
            }
            return Ok(());
        }
        let Some(at) = self.shared.iter().position(|s| s.stage == i) else { return Ok(()) };
        let folding = self.shared[at].folding;
        for val in vals {
            let e = &mut self.w.e;
            state[at] = match folding.step {
                Step::Op(kind, _) => fold::combine(e, kind, &state[at], val)?.name,
                _ => folding.gather(e, &[state[at].clone()], std::slice::from_ref(&val.name))[0].clone(),
            };
        }
        Ok(())
    }

    /// Where a stage's values with kept iterators go, one value per row, inside the loops over those iterators.
    fn finish(&mut self, i: usize, vals: &[Val]) -> Result<(), Error> {
        let stage = &self.schedule.stages[i];
        let rank = self.w.e.tensor(self.info[i].value)?.rank();
        let at = stage.iters[..rank].to_vec();
        if stage.role == Role::Row {
            for (row, val) in vals.iter().enumerate() {
                self.side(row);
                self.w.e.text.remember(Key::Element(row, self.info[i].value, at.clone()), val);
                match self.w.e.sources.get(&self.info[i].value).cloned() {
                    Some(Source::Memory { name, ty }) => self.w.e.store(val, &name, &ty, &at)?,
                    Some(Source::RowBuffer { name, ty }) => {
                        let mut inner = vec![Place::from(Dim::from(row as i64))];
                        inner.extend(at[self.schedule.outer.len()..].iter().cloned());
                        self.w.e.store(val, &name, &ty, &inner)?;
                    }
                    _ => {}
                }
            }
            return Ok(());
        }
        let (Some((name, ty, dtype)), Some(folding)) = (self.info[i].gather.clone(), self.info[i].folding) else {
            return Ok(());
        };
        self.side(0);
        let mut sum = vals[0].clone();
        for val in &vals[1..] {
            sum = match folding.step {
                Step::Op(kind, _) => fold::combine(&mut self.w.e, kind, &sum.name, val)?,
                _ => {
                    let rhs = format!("arith.addf {}, {} : {}", sum.name, val.name, register(sum.dtype));
                    Val { name: self.w.e.text.bind(rhs), dtype: sum.dtype, level: self.w.e.text.level() }
                }
            };
        }
        let before = self.w.e.load_here(&name, &ty, dtype, &at)?.name;
        let next = match folding.step {
            Step::Op(kind, _) => fold::combine(&mut self.w.e, kind, &before, &sum)?,
            _ => {
                let widened = fold::widen(&mut self.w.e, &sum.name, sum.dtype, dtype);
                let rhs = format!("arith.addf {before}, {widened} : {}", register(dtype));
                Val { name: self.w.e.text.bind(rhs), dtype, level: self.w.e.text.level() }
            }
        };
        self.w.e.store(&next, &name, &ty, &at)
    }

    /// One nest of loops over `dims`, whose iterators begin at `base`. Gives the results of the group's folds, one per
    /// fold and row, and which stages those are.
    fn fold(
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
            let (carried, names) = self.carry(nest.slots, iter, &state, blocked);
            let next = self.nest(nest, depth + 1, names, blocked, long)?;
            return Ok(self.uncarry(nest.slots, iter, [&zero, &high, &one], &carried, next));
        }
        if !blocked {
            return self.innermost(nest, [&zero, &high, &one], state, false);
        }
        if !long {
            return self.block(nest, [&zero, &high, &one], state);
        }
        let block_iter = nest.base + nest.dims.len();
        let (carried, names) = self.carry(nest.slots, block_iter, &state, true);
        let begin = self.w.e.iters[block_iter].0.clone();
        let step = self.w.e.text.index(BLOCK);
        let end = self.w.e.text.bind(format!("arith.addi {begin}, {step} : index"));
        let end = self.w.e.text.bind(format!("arith.minsi {end}, {high} : index"));
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
        let mut starts = vec![];
        for (slot, total) in nest.slots.iter().zip(&totals) {
            starts.push(match slot.step {
                Step::Sum => slot.start(&mut self.w.e, false),
                _ => total.clone(),
            });
        }
        let blocks = self.innermost(nest, range, starts, false)?;
        let gather = |((slot, total), block): ((&Folding, &Vec<String>), &Vec<String>)| {
            slot.gather(&mut self.w.e, total, block)
        };
        Ok(nest.slots.iter().zip(&totals).zip(&blocks).map(gather).collect())
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

    fn open_plain(&mut self, base: usize, count: usize) {
        (0..count).for_each(|i| {
            self.w.e.open_loop(base + i, 0);
        });
    }

    fn close_plain(&mut self, base: usize, dims: &[Dim]) -> Result<(), Error> {
        let (zero, one) = (self.w.e.text.index(0), self.w.e.text.index(1));
        for (i, dim) in dims.iter().enumerate().rev() {
            let high = self.w.e.text.dim(dim);
            self.w.e.close_loop(base + i, [&zero, &high, &one], &[], &[]);
        }
        Ok(())
    }
}

/// One nest of loops.
struct Nest<'n> {
    group: &'n [usize],
    folds: &'n [usize],
    slots: &'n [Folding],
    dims: &'n [Dim],
    base: usize,
    side: usize,
}
