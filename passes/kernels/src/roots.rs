//! Which values are stored, and which are computed again wherever they are read.
//!
//! Stored are: what leaves the block or enters a loop or branch, folds, what matrix products and scatters read and
//! make, tensors of computed indices, and elementwise values that would be expensive to repeat: several readers at
//! [`REPEATED`] or more, or a reader that repeats them over a new dim at [`SPREAD`] or more. Whether a stored value
//! reaches memory is decided later: kernels keep values that only they use to themselves.

use crate::trace::{Accesses, is_gemm, is_movement};
use std::collections::HashSet;
use thn_ir::{BlockId, Func, Iterate, OpId, OpKind, Semantics, Value, access::Index, access::Target};

/// The cost of an element, in float additions, from which several readers share one computation.
const REPEATED: u32 = 10;
/// The cost of an element from which it is not computed again along a new dim.
const SPREAD: u32 = 4;

/// The stored values among those that a block's own ops make.
pub(crate) fn roots(func: &Func, accesses: &Accesses, block: BlockId) -> HashSet<Value> {
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
            readers[v.0 as usize] += own;
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
    for op in ops {
        let data = func.op(*op);
        if !data.regions.is_empty() {
            continue;
        }
        let result = data.result();
        let own = data.kind.row().cost;
        let total = data.operands.iter().fold(own, |sum, v| sum.saturating_add(cost[v.0 as usize]));
        for v in index_operands(accesses, *op) {
            let computed = behind_movement(func, data.operands[v]);
            if cost[computed.0 as usize] > 0 {
                roots.insert(computed);
            }
        }
        if data.kind == OpKind::Broadcast && cost[data.operands[0].0 as usize] >= SPREAD {
            roots.insert(behind_movement(func, data.operands[0]));
        }
        if !is_movement(data.kind) && readers[result.0 as usize] > 1 && total >= REPEATED {
            roots.insert(result);
        }
        cost[result.0 as usize] = if roots.contains(&result) { 0 } else { total };
    }
    roots.retain(|v| func.def_op(*v).is_some_and(|op| ops.contains(&op)));
    roots
}

/// Whether a reshape would need divisions to be computed in place: its operand's memory serves as it is.
pub(crate) fn is_view(func: &Func, accesses: &Accesses, op: OpId) -> bool {
    use crate::Place;
    let data = func.op(op);
    let simple = |access: &thn_ir::Access| match &access.body {
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

/// Positions of the operands whose elements are indices.
fn index_operands(accesses: &Accesses, op: OpId) -> Vec<usize> {
    fn of(index: &Index, out: &mut Vec<usize>) {
        match index {
            Index::Iter(_) | Index::Dim(_) => {}
            Index::Add(a, b) => {
                of(a, out);
                of(b, out);
            }
            Index::Mul(a, _) | Index::FloorDiv(a, _) | Index::Mod(a, _) => of(a, out),
            Index::Load { operand, .. } => out.push(*operand),
        }
    }
    let mut out = vec![];
    let Some(access) = accesses.get(op) else { return out };
    if let Target::AddTo { index, .. } = &access.target {
        index.iter().for_each(|i| of(i, &mut out));
    }
    if let thn_ir::access::Elem::Load { at, .. } = &access.body {
        at.iter().for_each(|i| of(i, &mut out));
    }
    out
}
