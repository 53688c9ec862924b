//! Kernels with rows and stages: reductions, softmax and its relatives, products with vectors.
//!
//! Rows run in order. Where a kernel adds to a result that rows share, or multiplies rows with a vector, [`BLOCK_ROWS`]
//! rows run side by side: the shared result is read and written once for all of them, and each reads its operand while
//! it is in cache. Consecutive stages over the same iterators share one loop. Shared sums of f32 are kept in f64;
//! those of f64 are kept per [`SPAN`] rows and then added up, so that no long chain of additions rounds.

mod nest;
mod shared;

use super::fold::{self, Folding, Step};
use super::{Scratch, Writer, wide};
use crate::emit::element::{Carried, Source};
use crate::emit::text::{Key, Val};
use crate::emit::types::{memref, register};
use std::collections::BTreeMap;
use thn_ir::access::Fold;
use thn_ir::{BlockId, DType, Dim, Error, Func, Semantics, Shape, TensorType, Value};
use thn_kernels::{Accesses, Place, Role, Schedule, Stage};

/// Rows that run side by side.
const BLOCK_ROWS: i64 = 4;

/// Rows whose f64 sums are gathered before they are added to the total; a multiple of [`BLOCK_ROWS`].
const SPAN: i64 = 512;

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

/// Whether a stage's shared result is gathered span by span.
fn gathers_spans(schedule: &Schedule, stage: &Stage, dtype: DType, fold: Option<Fold>) -> bool {
    let sum = fold.is_some_and(|f| Folding::new(f, dtype).step == Step::Sum);
    let long = schedule.outer.last().is_some_and(|d| d.as_const().is_none_or(|n| n > SPAN));
    stage.role == Role::Accumulate && sum && wide(dtype) == dtype && long
}

/// The scratch buffers of a kernel, in the order of its stages: parts of rows that are no results, and shared sums
/// that are gathered elsewhere than in the result.
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
        } else if gathers_spans(schedule, stage, ty.dtype, fold) && !stage.kept.is_empty() {
            all.push(Scratch { ty: ty.clone() });
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
    /// Whether that is added to the result after every span of rows.
    spans: bool,
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
        let spans = gathers_spans(schedule, stage, dtype, fold);
        if spans && !stage.kept.is_empty() {
            let (name, s) = scratch.next().ok_or_else(|| Error::internal("a sum without buffer"))?;
            gather = Some((name, memref(&s.ty), dtype));
        }
        if let (Role::Accumulate, true, Some(folding)) = (stage.role, stage.kept.is_empty(), folding) {
            shared.push(Shared { stage: i, folding });
        }
        info.push(Info { value, folding, dest, gather, spans });
    }
    drop(scratch);
    w.e.rows = schedule.outer.len();
    let mut rows = Rows { w, schedule, info, shared, positions: vec![] };
    rows.run()
}

impl Rows<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Error> {
        for i in 0..self.info.len() {
            let to = if self.info[i].spans { self.total(i) } else { self.info[i].gather.clone() };
            self.clear(i, to)?;
        }
        let starts = self.starts();
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

    /// Loops over the rows from row iterator `depth` on; takes and gives the shared accumulators.
    fn outer(&mut self, depth: usize, state: Vec<String>) -> Result<Vec<String>, Error> {
        let Some(length) = self.schedule.outer.get(depth).cloned() else {
            self.positions = vec![];
            return self.rows(1, state);
        };
        let (zero, one) = (self.w.e.text.index(0), self.w.e.text.index(1));
        let high = self.w.e.text.dim(&length);
        if depth + 1 < self.schedule.outer.len() {
            return self.span(depth, [&zero, &high, &one], 1, state);
        }
        if !self.info.iter().any(|i| i.spans) {
            return self.between(depth, &length, None, state);
        }
        // Span by span: sums begin anew, everything else goes on.
        let inner = self.schedule.stages.iter().map(|s| s.kept.len() + s.folded.len()).max().unwrap_or(0);
        // The loops inside use up to two iterators for each of theirs.
        let iter = self.schedule.outer.len() + 2 * inner + 1;
        let names = self.w.e.open_loop(iter, state.len());
        let carried = self.carried(&names, state);
        let (begin, end, step) = self.range(iter, SPAN, &high);
        for i in (0..self.info.len()).filter(|i| self.info[*i].spans).collect::<Vec<_>>() {
            let to = self.info[i].gather.clone();
            self.clear(i, to)?;
        }
        let mut within = self.starts();
        for (i, shared) in self.shared.iter().enumerate().filter(|(_, s)| s.folding.step != Step::Sum) {
            debug_assert!(
                shared.folding.step != Step::Argmax,
                "the largest element is not gathered over rows"
            );
            within[i].clone_from(&names[i]);
        }
        let ends = self.between(depth, &length, Some((&begin, &end)), within)?;
        let mut next = vec![];
        for (i, end) in ends.into_iter().enumerate() {
            let total = self.shared[i].folding.total();
            next.push(match self.shared[i].folding.step {
                Step::Sum => {
                    self.w.e.text.bind(format!("arith.addf {}, {end} : {}", names[i], register(total)))
                }
                _ => end,
            });
        }
        (0..self.info.len()).try_for_each(|i| self.add_span(i))?;
        Ok(self.w.e.close_loop(iter, [&zero, &high, &step], &carried, &next))
    }

    /// The rows of the last row iterator in a range, or all of them.
    fn between(
        &mut self,
        depth: usize,
        length: &Dim,
        range: Option<(&str, &str)>,
        state: Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let side = block_rows(self.w.e.func, self.schedule);
        let (zero, one) = (self.w.e.text.index(0), self.w.e.text.index(1));
        let all = self.w.e.text.dim(length);
        let (low, high) = range.unwrap_or((&zero, &all));
        if side == 1 {
            return self.span(depth, [low, high, &one], 1, state);
        }
        let whole = length.floor_div(&Dim::from(side)) * Dim::from(side);
        let mut middle = self.w.e.text.dim(&whole);
        if range.is_some() {
            // A span begins at a multiple of `side`, so its last whole block does not end before it.
            middle = self.w.e.text.bind(format!("arith.minsi {middle}, {high} : index"));
        }
        let step = self.w.e.text.index(side);
        let state = self.span(depth, [low, &middle, &step], side as usize, state)?;
        if whole == *length {
            return Ok(state);
        }
        self.span(depth, [&middle, high, &one], 1, state)
    }

    /// What an iteration of a loop with this step covers: from where to where; and the step.
    fn range(&mut self, iter: usize, step: i64, high: &str) -> (String, String, String) {
        let begin = self.w.e.iters[iter].0.clone();
        let step = self.w.e.text.index(step);
        let end = self.w.e.text.bind(format!("arith.addi {begin}, {step} : index"));
        let end = self.w.e.text.bind(format!("arith.minsi {end}, {high} : index"));
        (begin, end, step)
    }

    /// Shared results as values that a loop carries.
    fn carried(&self, names: &[String], state: Vec<String>) -> Vec<Carried> {
        let types = self.shared.iter().map(|s| register(s.folding.total()));
        let one =
            |((name, init), ty): ((&String, String), &'static str)| Carried { name: name.clone(), init, ty };
        names.iter().zip(state).zip(types).map(one).collect()
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
        let carried = self.carried(&names, state);
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
        if let (Some(last), Some(name)) = (self.schedule.outer.len().checked_sub(1), self.positions.get(row))
        {
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
        let (Some((name, ty, dtype)), Some(folding)) = (self.info[i].gather.clone(), self.info[i].folding)
        else {
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
