//! Which values are stored, and which are computed again wherever they are read.
//!
//! Stored are: what leaves the block or enters a loop or branch, folds, what matrix products and scatters read and
//! make, tensors of computed indices, and elementwise values that would be expensive to repeat: several readers at
//! [`REPEATED`] or more, or a reader that repeats them over a new dim at [`SPREAD`] or more. Values are also stored
//! so that no element is more code than [`size::MOST`]: a long chain is cut where it has become that long, and what is
//! read twice and would be written out twice is written once. Whether a stored value reaches memory is decided later:
//! kernels keep values that only they use to themselves.

use crate::size;
use crate::trace::{Accesses, is_gemm, is_movement};
use std::collections::{BTreeMap, HashSet};
use thn_ir::access::{Access, Read};
use thn_ir::{BlockId, Func, Iterate, OpId, OpKind, Semantics, Value};

/// The cost of an element, in float additions, from which several readers share one computation.
const REPEATED: u32 = 10;
/// The cost of an element from which it is not computed again along a new dim.
const SPREAD: u32 = 4;

/// Values that are stored, and how much code the element of each value of the block is.
pub(crate) struct Stored {
    pub(crate) values: HashSet<Value>,
    code: Vec<u32>,
}

impl Stored {
    /// All of these, whatever code they are.
    pub(crate) fn all(values: HashSet<Value>) -> Stored {
        Stored { values, code: vec![] }
    }

    /// The code of a value's element.
    pub(crate) fn code(&self, value: Value) -> u32 {
        self.code.get(value.0 as usize).copied().unwrap_or(0)
    }
}

/// The stored values among those that a block's own ops make.
pub(crate) fn roots(func: &Func, accesses: &Accesses, block: BlockId) -> Stored {
    let ops = &func.block(block).ops;
    let mut roots: HashSet<Value> = func.block(block).results.iter().copied().collect();
    let mut readers = vec![0u32; func.value_count()];
    for op in ops.iter().rev() {
        let data = func.op(*op);
        if !data.regions.is_empty() {
            roots.extend(func.inputs(*op));
            roots.extend(data.results.iter().copied());
            continue;
        }
        let own = if is_movement(data.kind) { readers[data.result().0 as usize] } else { 1 };
        for v in &data.operands {
            let all = &mut readers[v.0 as usize];
            *all = all.saturating_add(own);
        }
        let stored = !accesses.is_pointwise(*op) || is_view(func, accesses, *op);
        if stored {
            roots.insert(data.result());
        }
        if is_view(func, accesses, *op) {
            roots.insert(data.operands[0]);
        }
        if is_gemm(func, *op) {
            roots.extend(data.operands.iter().map(|v| behind_strides(func, *v)));
        }
    }
    let mut cost = vec![0u32; func.value_count()];
    let mut sizes = Sizes { func, accesses, inside: vec![0; func.value_count()] };
    let mut code = vec![0u32; func.value_count()];
    for op in ops {
        let data = func.op(*op);
        if !data.regions.is_empty() {
            continue;
        }
        let result = data.result();
        let own = data.kind.row().cost;
        let reads = accesses.get(*op).map(Access::reads).unwrap_or_default();
        for read in reads.iter().filter(|read| read.is_index) {
            let computed = behind_movement(func, data.operands[read.operand]);
            if cost[computed.0 as usize] > 0 {
                roots.insert(computed);
            }
        }
        if data.kind == OpKind::Broadcast && cost[data.operands[0].0 as usize] >= SPREAD {
            roots.insert(behind_movement(func, data.operands[0]));
        }
        for cut in sizes.cuts(*op, &roots) {
            cost[cut.0 as usize] = 0;
            roots.insert(cut);
        }
        let total = data.operands.iter().fold(own, |sum, v| sum.saturating_add(cost[v.0 as usize]));
        let size = sizes.of(*op);
        let several = readers[result.0 as usize] > 1;
        let dear = !is_movement(data.kind) && total >= REPEATED;
        let chosen = !is_movement(data.kind) || matches!(data.kind, OpKind::Join | OpKind::Pad);
        if several && (dear || chosen && size >= size::WORTH) || size > size::MOST {
            roots.insert(result);
        }
        let stored = roots.contains(&result);
        cost[result.0 as usize] = if stored { 0 } else { total };
        sizes.inside[result.0 as usize] = if stored { 0 } else { size };
        code[result.0 as usize] = size;
    }
    let local: HashSet<OpId> = ops.iter().copied().collect();
    roots.retain(|v| func.def_op(*v).is_some_and(|op| local.contains(&op)));
    Stored { values: roots, code }
}

/// The code of elements while values are chosen.
struct Sizes<'a> {
    func: &'a Func,
    accesses: &'a Accesses,
    /// The code of an element that is computed in place; 0 of one that is stored.
    inside: Vec<u32>,
}

impl Sizes<'_> {
    /// The code of an op's element.
    fn of(&self, op: OpId) -> u32 {
        let Some(access) = self.accesses.get(op) else { return 0 };
        let operands = &self.func.op(op).operands;
        let inside = |read: &Read| self.inside[operands[read.operand].0 as usize];
        access.reads().iter().map(inside).fold(size::own(access), u32::saturating_add)
    }

    /// The operands of an op, or what they move, that are to be stored for its element to be no more code than
    /// [`size::MOST`]: the largest first.
    fn cuts(&mut self, op: OpId, roots: &HashSet<Value>) -> Vec<Value> {
        let mut size = self.of(op);
        if size <= size::MOST {
            return vec![];
        }
        let operands = &self.func.op(op).operands;
        let mut reads: BTreeMap<Value, u32> = BTreeMap::new();
        let read = self.accesses.get(op).map(Access::reads).unwrap_or_default();
        read.iter().for_each(|read| *reads.entry(operands[read.operand]).or_default() += 1);
        let mut by_size: Vec<(Value, u32)> = reads.into_iter().collect();
        by_size.sort_by_key(|(v, times)| std::cmp::Reverse(self.inside[v.0 as usize].saturating_mul(*times)));
        let mut cuts = vec![];
        for (operand, times) in by_size {
            let before = self.inside[operand.0 as usize];
            if size <= size::MOST || before.saturating_mul(times) < size::WORTH {
                break;
            }
            let moved = behind_movement(self.func, operand);
            let behind = self.inside[moved.0 as usize];
            let cut = if behind >= before / 2 && !roots.contains(&moved) { moved } else { operand };
            let after = if cut == operand { 0 } else { before - behind };
            self.inside[cut.0 as usize] = 0;
            self.inside[operand.0 as usize] = after;
            size = self.of(op);
            cuts.push(cut);
        }
        cuts
    }
}

/// Whether a reshape would need divisions to be computed in place: its operand's memory serves as it is.
pub(crate) fn is_view(func: &Func, accesses: &Accesses, op: OpId) -> bool {
    use crate::Place;
    let data = func.op(op);
    let simple = |access: &Access| match &access.body {
        thn_ir::access::Elem::Load { at, .. } => {
            let iters = Place::iters(0..access.parallel.len());
            at.iter().all(|i| Place::of(i, &data.operands, &iters).affine().is_some())
        }
        _ => true,
    };
    data.kind == OpKind::Reshape && accesses.get(op).is_some_and(|a| !simple(a))
}

/// The value whose memory a matrix product can read through strides instead of `value`.
pub(crate) fn behind_strides(func: &Func, value: Value) -> Value {
    behind(func, value, &|k| matches!(k, OpKind::Dimshuffle | OpKind::Slice))
}

/// The value that `value` moves without computing.
fn behind_movement(func: &Func, value: Value) -> Value {
    behind(func, value, &|k| {
        let single = matches!(k.row().semantics, Semantics::Iterate(Iterate::Broadcast));
        single || matches!(k, OpKind::Dimshuffle | OpKind::Slice | OpKind::Reshape)
    })
}

fn behind(func: &Func, mut value: Value, moves: &dyn Fn(OpKind) -> bool) -> Value {
    while let Some(op) = func.def_op(value).filter(|op| moves(func.op(*op).kind)) {
        value = func.op(op).operands[0];
    }
    value
}
