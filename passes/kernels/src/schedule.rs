//! The loops of a kernel: rows outside, stages inside.
//!
//! A kernel runs over the points of its *outer* dims, its rows (there may be none: then there is one row). For each
//! row it runs its stages in order; a stage computes one value that is stored or used by other stages, and everything
//! between is computed in place. With `o` the row, a stage either
//!
//! - makes the part of its result that belongs to the row, `value[o, kept] = fold over folded of body` ([`Role::Row`]):
//!   elementwise values, row sums, products of a matrix with a vector; or
//! - adds its part to a result that all rows share, `value[kept] += fold over folded of body` ([`Role::Accumulate`]):
//!   sums over the rows, products of a transposed matrix with a vector.
//!
//! A stage may read a value of an earlier stage only where that stage has already made it: at the same row, and never
//! a value that rows share. This one condition makes `x·w → row function → xᵀ·g` a single pass over `x`.

use crate::{Load, Place, Trace};
use thn_ir::access::{Access, Fold};
use thn_ir::{Dim, OpId, Value};

/// How a stage relates to the rows of its kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Each row has its own part of the result.
    Row,
    /// All rows add to one result.
    Accumulate,
}

/// One value that a kernel computes with loops of its own.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The op that makes it.
    pub op: OpId,
    /// How it relates to the rows.
    pub role: Role,
    /// For each iterator of the op's access, its place in the kernel: rows come first, then `kept`, then `folded`.
    pub iters: Vec<Place>,
    /// Lengths of the iterators inside a row that the result has.
    pub kept: Vec<Dim>,
    /// Lengths of the iterators inside a row that are folded.
    pub folded: Vec<Dim>,
    /// What the stage reads.
    pub loads: Vec<Load>,
}

/// The loops of a kernel.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Lengths of the row iterators.
    pub outer: Vec<Dim>,
    /// Stages, in order.
    pub stages: Vec<Stage>,
}

impl Schedule {
    /// The schedule of these ops over these rows; `None` if some op does not have such rows, or reads another where
    /// it is not made yet. Ops come in program order.
    pub fn new(trace: &Trace<'_>, ops: &[OpId], outer: &[Dim]) -> Option<Schedule> {
        let mut schedule = Schedule { outer: outer.to_vec(), stages: vec![] };
        ops.iter().try_for_each(|op| schedule.stage(trace, *op).map(|stage| schedule.stages.push(stage)))?;
        Some(schedule)
    }

    /// The stage that would make an op's value after all stages that are there, if these rows can.
    pub fn stage(&self, trace: &Trace<'_>, op: OpId) -> Option<Stage> {
        let access = trace.accesses.get(op)?;
        let order = memory_order(trace, op, access);
        candidates(access, &order, &self.outer).into_iter().find_map(|(role, rows)| {
            let stage = stage(trace, op, access, role, &rows, &order);
            self.allows(trace, &stage).then_some(stage)
        })
    }

    /// The rows that one op would have by itself.
    pub fn natural_outer(trace: &Trace<'_>, op: OpId) -> Vec<Dim> {
        let Some(access) = trace.accesses.get(op) else { return vec![] };
        if access.fold.is_none() {
            return access.parallel.clone();
        }
        let order = memory_order(trace, op, access);
        let kept = access.parallel.len();
        let leading = order.iter().enumerate().take_while(|(i, it)| i == *it && *i < kept).count();
        if leading > 0 {
            return access.parallel[..leading].to_vec();
        }
        let folded: Vec<usize> = order.iter().copied().take_while(|it| *it >= kept).collect();
        // Over one row a sum of everything runs in blocks, which is both faster and more accurate. The position of
        // the largest element is not gathered over rows at all.
        let combines = matches!(access.fold, Some(Fold::Op { .. }));
        if !combines || folded.len() == order.len() {
            vec![]
        } else {
            folded.iter().map(|it| access.reduction[it - kept].clone()).collect()
        }
    }

    /// The stage that makes a value.
    pub fn stage_of(&self, trace: &Trace<'_>, value: Value) -> Option<usize> {
        self.stages.iter().position(|s| trace.func.op(s.op).result() == value)
    }

    fn allows(&self, trace: &Trace<'_>, stage: &Stage) -> bool {
        let rows = self.outer.len();
        stage.loads.iter().all(|load| match self.stage_of(trace, load.value) {
            None => true,
            Some(maker) => {
                let same_row = (0..rows).all(|i| load.at.get(i).and_then(Place::as_iter) == Some(i));
                self.stages[maker].role == Role::Row && !load.is_index && same_row
            }
        })
    }
}

/// The ways in which iterators of an op can be the rows, best first.
fn candidates(access: &Access, order: &[usize], outer: &[Dim]) -> Vec<(Role, Vec<usize>)> {
    let kept = access.parallel.len();
    let rows = outer.len();
    let mut found = vec![];
    if kept >= rows && access.parallel[..rows] == *outer {
        found.push((Role::Row, (0..rows).collect()));
    }
    let leading = &order[..rows.min(order.len())];
    let folds = leading.len() == rows && leading.iter().all(|it| *it >= kept);
    let combines = matches!(access.fold, Some(Fold::Op { .. }));
    if rows > 0
        && combines
        && folds
        && leading.iter().zip(outer).all(|(it, d)| access.reduction[it - kept] == *d)
    {
        // Its memory is laid out along the folded iterators, so this beats walking it across.
        found.insert(0, (Role::Accumulate, leading.to_vec()));
    }
    found
}

fn stage(trace: &Trace<'_>, op: OpId, access: &Access, role: Role, rows: &[usize], order: &[usize]) -> Stage {
    let split = access.parallel.len();
    let inner = |folded: bool| -> Vec<usize> {
        let is = |it: &&usize| (**it >= split) == folded && !rows.contains(it);
        order.iter().filter(is).copied().collect()
    };
    let (kept, folded) = (inner(false), inner(true));
    let length = |it: &usize| match it.checked_sub(split) {
        Some(r) => access.reduction[r].clone(),
        None => access.parallel[*it].clone(),
    };
    let sequence: Vec<usize> = rows.iter().chain(&kept).chain(&folded).copied().collect();
    let place = |it: usize| Place::iter(sequence.iter().position(|s| *s == it).unwrap_or(it));
    let iters: Vec<Place> = (0..order.len()).map(place).collect();
    let loads = trace.loads(op, &iters);
    Stage {
        op,
        role,
        iters,
        kept: kept.iter().map(length).collect(),
        folded: folded.iter().map(length).collect(),
        loads,
    }
}

/// All iterators of an op, outermost first, in the order in which its largest operand lies in memory. Ops that fold
/// nothing follow their result.
fn memory_order(trace: &Trace<'_>, op: OpId, access: &Access) -> Vec<usize> {
    let count = access.parallel.len() + access.reduction.len();
    let mut order: Vec<usize> = vec![];
    if access.fold.is_some() {
        for load in trace.loads(op, &Place::iters(0..count)) {
            let mut plain: Vec<usize> = vec![];
            for it in load.at.iter().filter_map(Place::as_iter) {
                if !plain.contains(&it) {
                    plain.push(it);
                }
            }
            if plain.len() > order.len() && !load.is_index {
                order = plain;
            }
        }
    }
    let rest: Vec<usize> = (0..count).filter(|it| !order.contains(it)).collect();
    order.extend(rest);
    order
}
