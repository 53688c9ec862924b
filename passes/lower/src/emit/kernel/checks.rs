//! Checks of indices, before a kernel writes anything.
//!
//! Each tensor of indices is read once in row-major order; the first element that is out of bounds ends the call with
//! the op, the value and the bound.

use super::Writer;
use crate::Site;
use crate::emit::element::Carried;
use crate::emit::types::register;
use thn_ir::access::{Access, Elem, Index, Target};
use thn_ir::{BlockId, Dim, Error, Func, OpId, OpKind, Value, ValueDef};
use thn_kernels::{Accesses, Place};

/// Whether a kernel has anything to check.
pub(super) fn needed(func: &Func, accesses: &Accesses, region: BlockId) -> bool {
    func.block(region).ops.iter().filter_map(|op| accesses.get(*op)).any(|a| !indices(a).is_empty())
}

/// A tensor of indices that an access reads.
struct Indices {
    /// The operand that holds them.
    operand: usize,
    /// The length of the dim that they index.
    bound: Dim,
    /// The operand and the dim that they index; `None` where they index nothing that is in memory.
    target: Option<(usize, usize)>,
}

/// The operands of an access that hold indices.
fn indices(access: &Access) -> Vec<Indices> {
    fn of(index: &Index, target: Option<(usize, usize)>, out: &mut Vec<Indices>) {
        match index {
            Index::Iter(_) | Index::Dim(_) => {}
            Index::Add(a, b) => {
                of(a, target, out);
                of(b, target, out);
            }
            Index::Mul(a, _) | Index::FloorDiv(a, _) | Index::Mod(a, _) => of(a, target, out),
            Index::Load { operand, bound, .. } => {
                out.push(Indices { operand: *operand, bound: bound.clone(), target });
            }
        }
    }
    fn at(operand: usize, index: &[Index], out: &mut Vec<Indices>) {
        index.iter().enumerate().for_each(|(axis, i)| of(i, Some((operand, axis)), out));
    }
    fn inside(elem: &Elem, out: &mut Vec<Indices>) {
        match elem {
            Elem::Load { operand, at: index } => at(*operand, index, out),
            Elem::Index(i) => of(i, None, out),
            Elem::Literal(_) => {}
            Elem::Op(_, parts) => parts.iter().for_each(|p| inside(p, out)),
            Elem::If(_, a, b) => {
                inside(a, out);
                inside(b, out);
            }
        }
    }
    let mut out = vec![];
    inside(&access.body, &mut out);
    if let Target::AddTo { base, index } = &access.target {
        at(*base, index, &mut out);
    }
    out
}

/// How a message names a value of a kernel: as the value outside that it stands for, or as what makes it.
fn name(func: &Func, kernel: OpId, value: Value) -> String {
    if let (None, ValueDef::Arg { index, .. }) = (&func.value(value).name, func.def(value))
        && let Some(outside) = func.op(kernel).operands.get(index as usize)
    {
        return match (&func.value(*outside).name, func.def(*outside)) {
            (None, ValueDef::Result { op, index }) if func.op(op).kind == OpKind::Kernel => {
                match func.block(func.op(op).regions[0]).results.get(index as usize) {
                    Some(made) => func.describe(*made),
                    None => func.describe(*outside),
                }
            }
            _ => func.describe(*outside),
        };
    }
    func.describe(value)
}

/// All checks of a kernel.
pub(super) fn emit(w: &mut Writer<'_>) -> Result<(), Error> {
    let ops = w.e.func.block(w.region).ops.clone();
    for op in ops {
        let found = w.e.accesses.get(op).map(indices).unwrap_or_default();
        for found in found {
            check(w, op, &found)?;
        }
    }
    Ok(())
}

fn check(w: &mut Writer<'_>, op: OpId, found: &Indices) -> Result<(), Error> {
    let data = w.e.func.op(op);
    let (index, bound) = (data.operands[found.operand], &found.bound);
    let site = w.sites.len();
    let called = |operand: usize| name(w.e.func, w.kernel, data.operands[operand]);
    let target =
        found.target.map_or_else(|| "a dim".into(), |(x, axis)| format!("dim {axis} of {}", called(x)));
    w.sites.push(Site {
        op: data.kind.row().mnemonic,
        loc: data.loc.clone(),
        index: called(found.operand),
        target,
    });
    let ty = w.e.tensor(index)?;
    let (no, zero) = (w.e.text.constant("false", "i1"), w.e.text.constant("0", "i64"));
    let length = w.e.text.dim(bound);
    let length = w.e.text.bind(format!("arith.index_cast {length} : index to i64"));
    let lowest = w.e.text.bind(format!("arith.subi {zero}, {length} : i64"));
    let (low, step) = (w.e.text.index(0), w.e.text.index(1));
    let rank = ty.rank();
    let mut state = vec![no, zero];
    let mut open = vec![];
    for axis in 0..rank {
        let names = w.e.open_loop(axis, 2);
        open.push(carried(&names, &state));
        state = names;
    }
    let value = w.e.element(index, &Place::iters(0..rank))?;
    let (ty_name, signed) = (register(ty.dtype), ty.dtype.is_signed());
    let text = &mut w.e.text;
    let wide = match (ty.dtype.size(), signed) {
        (8, _) => value.name,
        (_, true) => text.bind(format!("arith.extsi {} : {ty_name} to i64", value.name)),
        (_, false) => text.bind(format!("arith.extui {} : {ty_name} to i64", value.name)),
    };
    let wrong = if signed {
        let above = text.bind(format!("arith.cmpi sge, {wide}, {length} : i64"));
        let below = text.bind(format!("arith.cmpi slt, {wide}, {lowest} : i64"));
        text.bind(format!("arith.ori {above}, {below} : i1"))
    } else {
        text.bind(format!("arith.cmpi uge, {wide}, {length} : i64"))
    };
    // The first wrong value stays.
    let offender = text.bind(format!("arith.select {wrong}, {wide}, {} : i64", state[1]));
    let offender = text.bind(format!("arith.select {}, {}, {offender} : i64", state[0], state[1]));
    let found = text.bind(format!("arith.ori {}, {wrong} : i1", state[0]));
    state = vec![found, offender];
    for axis in (0..rank).rev() {
        let high = w.e.text.dim(&ty.shape[axis]);
        let Some(carried) = open.pop() else { break };
        state = w.e.close_loop(axis, [&low, &high, &step], &carried, &state);
    }
    let number = w.e.text.constant(&site.to_string(), "i32");
    w.e.text.line(format!("cf.cond_br {}, ^outside{site}, ^inside{site}", state[0]));
    w.e.text.line(format!("^outside{site}:"));
    let status = w.e.text.bind(format!(
        "func.call @thn_rt_fail_index(%ctx, {number}, {}, {length}) : (!llvm.ptr, i32, i64, i64) -> i32",
        state[1]
    ));
    w.e.text.line(format!("return {status} : i32"));
    w.e.text.line(format!("^inside{site}:"));
    Ok(())
}

fn carried(names: &[String], inits: &[String]) -> Vec<Carried> {
    let types = ["i1", "i64"];
    let one = |((name, init), ty): ((&String, &String), &'static str)| Carried {
        name: name.clone(),
        init: init.clone(),
        ty,
    };
    names.iter().zip(inits).zip(types).map(one).collect()
}
