//! Faults that the suite must find: wrong rules, as what an optimizer with them would leave behind, and wrong lowerings,
//! as changes of lowered text. None of them leaves the memory that a program may touch.

use crate::group::optimizer;
use std::collections::BTreeMap;
use thn_eqsat::Options;
use thn_ir::{Attr, Builder, DType, Dim, Error, Func, Loc, OpId, OpKind, Value};

/// Changes one op of an optimized program, if it is of the kind at issue.
type Fault = fn(&mut Func, OpId) -> Result<bool, Error>;

/// Names and wrong rules.
pub(crate) const RULES: [(&str, Fault); 9] = [
    ("x - y is y - x", swapped),
    ("log1p(x) is log(1 + x), expm1(x) is exp(x) - 1", cancelled),
    ("x - x is 0", nothing_left),
    ("a slice begins one place too early", early),
    ("a choice forgets its condition", unconditional),
    ("a branch takes the other side", other_side),
    ("a sum of whole numbers wraps in 8 bits", narrow),
    ("an index below 0 is counted from the front", from_the_front),
    ("a maximum is a minimum", least),
];

/// Names of wrong lowerings, what stands in the lines that hold a word, and what stands there instead. Indices and bounds
/// are numbers of other types than those that are changed.
pub(crate) const LOWERINGS: [(&str, &str, &str, &str); 9] = [
    (
        "a row is read everywhere",
        "linalg.generic",
        "affine_map<(d0, d1) -> (d0)>",
        "affine_map<(d0, d1) -> (0)>",
    ),
    ("an addition subtracts", ": i32", "arith.addi", "arith.subi"),
    ("a subtraction of floats adds", ": f", "arith.subf", "arith.addf"),
    ("a signed maximum is a minimum", ": i32", "arith.maxsi", "arith.minsi"),
    ("a product is a sum", ": i16", "arith.muli", "arith.addi"),
    ("a comparison takes equals", ": f", "arith.cmpf olt", "arith.cmpf ole"),
    ("a maximum forgets NaN", ": f", "arith.maximumf", "arith.maxnumf"),
    ("an unsigned number is taken as signed", " to f", "arith.uitofp", "arith.sitofp"),
    ("a bit is lost", ": i8", "arith.ori", "arith.andi"),
];

/// Lowered text with a wrong lowering.
pub(crate) fn with_lowering(text: &str, word: &str, right: &str, wrong: &str) -> String {
    let line = |l: &str| if l.contains(word) { l.replace(right, wrong) } else { l.to_owned() };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The optimizer with a wrong rule, which fires wherever it can.
pub(crate) fn with_rule(
    fault: Fault,
) -> impl Fn(&mut Func, &Options) -> Result<BTreeMap<String, usize>, Error> + Sync {
    move |func, options| {
        let fired = optimizer(func, options)?;
        for op in func.walk(Func::BODY) {
            fault(func, op)?;
        }
        Ok(fired)
    }
}

/// Replaces the result of an op by what is built from its operands.
fn replace(
    func: &mut Func,
    op: OpId,
    build: impl FnOnce(&mut Builder<'_>, &[Value]) -> Result<Value, Error>,
) -> Result<bool, Error> {
    let (operands, result) = (func.op(op).operands.to_vec(), func.op(op).result());
    let Some(new) = before(func, op, |b| build(b, &operands))? else { return Ok(false) };
    func.replace_uses(result, new);
    Ok(true)
}

/// A value that is made right before an op; `None` if the op is nowhere.
fn before(
    func: &mut Func,
    op: OpId,
    build: impl FnOnce(&mut Builder<'_>) -> Result<Value, Error>,
) -> Result<Option<Value>, Error> {
    let Some(block) = func.block_of(op) else { return Ok(None) };
    let at = func.block(block).ops.iter().position(|o| *o == op).unwrap_or(0);
    let count = func.block(block).ops.len();
    let new = build(&mut Builder::new(func, block, Loc::Unknown))?;
    let ops = &mut func.block_mut(block).ops;
    let added = ops.len() - count;
    ops[at..].rotate_right(added);
    Ok(Some(new))
}

fn swapped(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let is = func.op(op).kind == OpKind::Sub;
    if is {
        func.op_mut(op).operands.swap(0, 1);
    }
    Ok(is)
}

fn cancelled(func: &mut Func, op: OpId) -> Result<bool, Error> {
    match func.op(op).kind {
        OpKind::Log1p => replace(func, op, |b, x| {
            let dtype = b.tensor(x[0])?.dtype;
            let one = b.number(dtype, 1.0)?;
            let sum = b.map(OpKind::Add, &[one, x[0]])?;
            b.map(OpKind::Log, &[sum])
        }),
        OpKind::Expm1 => replace(func, op, |b, x| {
            let dtype = b.tensor(x[0])?.dtype;
            let one = b.number(dtype, 1.0)?;
            let power = b.map(OpKind::Exp, &[x[0]])?;
            b.map(OpKind::Sub, &[power, one])
        }),
        _ => Ok(false),
    }
}

fn nothing_left(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let data = func.op(op);
    if data.kind != OpKind::Sub || data.operands[0] != data.operands[1] {
        return Ok(false);
    }
    replace(func, op, |b, x| {
        let ty = b.tensor(x[0])?;
        let zero = b.number(ty.dtype, 0.0)?;
        b.fill(zero, &ty.shape)
    })
}

fn early(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let data = func.op(op);
    if !matches!(data.kind, OpKind::Slice | OpKind::SetSubtensor | OpKind::IncSubtensor) {
        return Ok(false);
    }
    let mut starts = data.attrs.get_dims("starts").to_vec();
    let steps = data.attrs.get_ints("steps").to_vec();
    // One that goes backwards would leave its tensor.
    let late = (0..starts.len()).find(|i| steps[*i] > 0 && starts[*i].as_const().is_some_and(|s| s > 0));
    let Some(late) = late else { return Ok(false) };
    starts[late] = starts[late].clone() - Dim::ONE;
    func.op_mut(op).attrs.set("starts", Attr::Dims(starts.as_slice().into()));
    Ok(true)
}

fn unconditional(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let data = func.op(op);
    let (result, then) = (data.result(), data.operands.get(1).copied());
    match then.filter(|t| data.kind == OpKind::Select && func.ty(*t) == func.ty(result)) {
        Some(then) => replace(func, op, |_, _| Ok(then)),
        None => Ok(false),
    }
}

fn other_side(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let is = func.op(op).kind == OpKind::Cond;
    if is {
        func.op_mut(op).regions.swap(0, 1);
    }
    Ok(is)
}

fn narrow(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let data = func.op(op);
    let Some(ty) = func.tensor(data.result()).cloned() else { return Ok(false) };
    if data.kind != OpKind::Add || !ty.dtype.is_int() || ty.dtype.size() == 1 {
        return Ok(false);
    }
    replace(func, op, |b, x| {
        let parts = [b.cast(x[0], DType::I8)?, b.cast(x[1], DType::I8)?];
        let sum = b.map(OpKind::Add, &parts)?;
        b.cast(sum, ty.dtype)
    })
}

fn from_the_front(func: &mut Func, op: OpId) -> Result<bool, Error> {
    let data = func.op(op);
    if !matches!(data.kind, OpKind::Gather | OpKind::Pick) {
        return Ok(false);
    }
    let index = data.operands[1];
    let Some(ty) = func.tensor(index).cloned().filter(|t| t.dtype.is_signed()) else { return Ok(false) };
    let positive = before(func, op, |b| {
        let zero = b.number(ty.dtype, 0.0)?;
        b.map(OpKind::Maximum, &[index, zero])
    })?;
    let Some(positive) = positive else { return Ok(false) };
    func.op_mut(op).operands[1] = positive;
    Ok(true)
}

fn least(func: &mut Func, op: OpId) -> Result<bool, Error> {
    if func.op(op).kind != OpKind::Maximum {
        return Ok(false);
    }
    replace(func, op, |b, x| b.map(OpKind::Minimum, x))
}
