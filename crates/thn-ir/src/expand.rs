//! Expressions of the op table as ops: composites into their parts, and derivatives.

use crate::{Attrs, Builder, DType, Error, Expr, Func, OpId, OpKind, Semantics, Shape, Value, infer};
use std::collections::HashMap;

/// What an expression is built from.
struct Context<'a> {
    operands: &'a [Value],
    result: Option<Value>,
    /// The op's `axes`, for reductions inside it.
    axes: &'a [i64],
    /// The shape of operand 0.
    shape: &'a Shape,
    /// The element type of numbers.
    dtype: DType,
}

fn emit(b: &mut Builder<'_>, cx: &Context<'_>, e: &Expr, locals: &mut Vec<Value>) -> Result<Value, Error> {
    let e = decided(b.func, cx, *e);
    emit_undecided(b, cx, &e, locals)
}

/// The ops of an expression, which may choose by what is known.
fn emit_undecided(
    b: &mut Builder<'_>,
    cx: &Context<'_>,
    e: &Expr,
    locals: &mut Vec<Value>,
) -> Result<Value, Error> {
    Ok(match e {
        Expr::Operand(i) => cx.operands[*i],
        Expr::Result => cx.result.ok_or_else(|| Error::internal("?result outside of partials"))?,
        Expr::Local(depth) => locals[*depth],
        Expr::Number(text) => {
            let value = text.parse().map_err(|_| Error::internal(format!("`{text}` is not a number")))?;
            b.number(cx.dtype, value)?
        }
        Expr::Op(kind, parts) => {
            let parts = parts.iter().map(|p| emit(b, cx, p, locals)).collect::<Result<Vec<_>, _>>()?;
            b.map(*kind, &parts)?
        }
        Expr::Reduce(kind, x) => {
            let x = emit(b, cx, x, locals)?;
            b.reduce(*kind, x, cx.axes)?
        }
        Expr::Rebroadcast(x) => {
            let x = emit(b, cx, x, locals)?;
            b.rebroadcast(x, cx.axes, cx.shape)?
        }
        Expr::Count => {
            let count = crate::Dim::product(cx.axes.iter().map(|a| &cx.shape[*a as usize]));
            let count = b.dim(count)?;
            b.cast(count, cx.dtype)?
        }
        Expr::Let(bound, body) => {
            let bound = emit(b, cx, bound, locals)?;
            locals.push(bound);
            let body = emit(b, cx, body, locals);
            locals.pop();
            body?
        }
        Expr::Real(name, _) => return Err(Error::internal(format!("`{name}` is a formula, not an op"))),
    })
}

/// The number that an expression is at every element by the constants among the operands; 1 and 0 of conditions. Only
/// what conditions are made of is computed: comparisons, logic, and absolute values, none of which rounds.
fn known(func: &Func, cx: &Context<'_>, e: &Expr) -> Option<f64> {
    let truth = |b: bool| f64::from(u8::from(b));
    match e {
        Expr::Number(text) => text.parse().ok(),
        Expr::Operand(i) => constant(func, cx.operands[*i]),
        Expr::Op(kind @ (OpKind::And | OpKind::Or), [x, y]) => {
            // One of both may decide alone.
            let decides = truth(*kind == OpKind::Or);
            match [x, y].map(|e| known(func, cx, e)) {
                [Some(a), _] | [_, Some(a)] if a == decides => Some(decides),
                [Some(_), Some(_)] => Some(1.0 - decides),
                _ => None,
            }
        }
        Expr::Op(OpKind::Abs, [x]) => known(func, cx, x).map(f64::abs),
        Expr::Op(OpKind::IsFinite, [x]) => known(func, cx, x).map(|x| truth(x.is_finite())),
        Expr::Op(kind, [x, y]) => {
            let (x, y) = known(func, cx, x).zip(known(func, cx, y))?;
            Some(truth(match kind {
                OpKind::Lt => x < y,
                OpKind::Le => x <= y,
                OpKind::Gt => x > y,
                OpKind::Ge => x >= y,
                OpKind::Eq => x == y,
                OpKind::Ne => x != y,
                _ => return None,
            }))
        }
        _ => None,
    }
}

/// The number that a value is at every element, if it is a constant that may be repeated.
fn constant(func: &Func, mut value: Value) -> Option<f64> {
    loop {
        let op = func.op(func.def_op(value)?);
        match op.kind {
            OpKind::Constant => return Some(op.attrs.get_literal("value")?.splat_value()?.to_f64()),
            OpKind::Broadcast | OpKind::Dimshuffle | OpKind::Reshape => value = op.operands[0],
            _ => return None,
        }
    }
}

/// What an expression chooses, as far as constants decide.
fn decided(func: &Func, cx: &Context<'_>, mut e: Expr) -> Expr {
    while let Expr::Op(OpKind::Select, [c, x, y]) = e {
        match known(func, cx, c) {
            Some(c) => e = if c == 1.0 { *x } else { *y },
            None => break,
        }
    }
    e
}

/// One step of the expansion of a composite op; `None` if the op is none.
///
/// # Errors
///
/// What building the ops finds wrong.
pub fn expand(
    b: &mut Builder<'_>,
    kind: OpKind,
    operands: &[Value],
    axes: &[i64],
) -> Result<Option<Value>, Error> {
    let Semantics::Expand(e) = kind.row().semantics else { return Ok(None) };
    let first = b.tensor(operands[0])?;
    let cx = Context { operands, result: None, axes, shape: &first.shape, dtype: first.dtype };
    let value = emit(b, &cx, &e, &mut vec![])?;
    if !kind.row().is_elementwise() {
        return Ok(Some(value));
    }
    // What constants choose may lack the dims of the operand that it is chosen by: `xlogy` of a tensor of zeros is a 0.
    let types = operands.iter().map(|v| b.tensor(*v)).collect::<Result<Vec<_>, _>>()?;
    let whole = infer(kind, &types, &Attrs::new(), None, &[])?.types;
    if whole.first().is_some_and(|ty| Ok(&ty.shape) == b.shape(value).as_ref()) {
        return Ok(Some(value));
    }
    emit_undecided(b, &cx, &e, &mut vec![]).map(Some)
}

/// The derivative of an op's result by operand `i`, of the result's shape or rank 0; `None` if the table says it is
/// zero everywhere.
///
/// # Errors
///
/// What building the ops finds wrong.
pub fn partial(b: &mut Builder<'_>, func_op: OpId, i: usize) -> Result<Option<Value>, Error> {
    with_partial(b, func_op, i, |b, cx, e| emit(b, cx, e, &mut vec![]))
}

/// A cotangent of an op's result times the derivative by operand `i`; `None` if the table says that is zero
/// everywhere.
///
/// Where the derivative chooses (`select`), the product is chosen, not multiplied: the side that is 0 stays 0 under
/// an infinite cotangent.
///
/// # Errors
///
/// What building the ops finds wrong.
pub fn pull_back(
    b: &mut Builder<'_>,
    func_op: OpId,
    i: usize,
    cotangent: Value,
) -> Result<Option<Value>, Error> {
    with_partial(b, func_op, i, |b, cx, e| times(b, cx, cotangent, e))
}

fn with_partial(
    b: &mut Builder<'_>,
    func_op: OpId,
    i: usize,
    build: impl FnOnce(&mut Builder<'_>, &Context<'_>, &Expr) -> Result<Value, Error>,
) -> Result<Option<Value>, Error> {
    let data = b.func.op(func_op).clone();
    let row = data.kind.row();
    match row.partials.get(i) {
        None => Err(Error::unsupported("has no derivative").at(row.mnemonic, &data.loc)),
        Some(e) => {
            let ty = b.tensor(data.result())?;
            let operands = &data.operands;
            let cx = Context {
                operands,
                result: Some(data.result()),
                axes: &[],
                shape: &ty.shape,
                dtype: ty.dtype,
            };
            match decided(b.func, &cx, *e) {
                Expr::Number("0") => Ok(None),
                e => build(b, &cx, &e).map(Some),
            }
        }
    }
}

/// `g * e`.
fn times(b: &mut Builder<'_>, cx: &Context<'_>, g: Value, e: &Expr) -> Result<Value, Error> {
    match &decided(b.func, cx, *e) {
        Expr::Number("0") => b.number(cx.dtype, 0.0),
        Expr::Number("1") => Ok(g),
        Expr::Number("-1") => b.map(OpKind::Neg, &[g]),
        Expr::Op(OpKind::Neg, [x]) => {
            let product = times(b, cx, g, x)?;
            b.map(OpKind::Neg, &[product])
        }
        Expr::Op(OpKind::Reciprocal, [x]) => {
            let x = emit(b, cx, x, &mut vec![])?;
            b.map(OpKind::Div, &[g, x])
        }
        Expr::Op(OpKind::Select, [c, x, y]) => {
            let c = emit(b, cx, c, &mut vec![])?;
            let (x, y) = (times(b, cx, g, x)?, times(b, cx, g, y)?);
            b.map(OpKind::Select, &[c, x, y])
        }
        e => {
            let e = emit(b, cx, e, &mut vec![])?;
            b.map(OpKind::Mul, &[g, e])
        }
    }
}

/// Replaces every composite op for which `wanted` holds by its parts, until none is left. Results keep their names,
/// parts get the location of the op they come from.
///
/// # Errors
///
/// What building the ops finds wrong.
pub fn expand_where(func: &mut Func, wanted: &dyn Fn(OpKind) -> bool) -> Result<(), Error> {
    let composite = |k: OpKind| matches!(k.row().semantics, Semantics::Expand(_)) && wanted(k);
    // What took the place of a value, which may have been replaced in turn.
    let mut replaced: HashMap<Value, Value> = HashMap::new();
    let mut blocks = vec![Func::BODY];
    while let Some(block) = blocks.pop() {
        let mut left = std::mem::take(&mut func.block_mut(block).ops);
        left.reverse();
        while let Some(op) = left.pop() {
            for operand in &mut func.op_mut(op).operands {
                *operand = last(&replaced, *operand);
            }
            let data = func.op(op).clone();
            if !composite(data.kind) {
                func.block_mut(block).ops.push(op);
                blocks.extend(data.regions);
                continue;
            }
            let start = func.block(block).ops.len();
            let axes = data.attrs.get_ints("axes");
            let mut b = Builder::new(func, block, data.loc.clone());
            let Some(new) = expand(&mut b, data.kind, &data.operands, axes)? else { continue };
            if let Some(name) = func.value(data.result()).name.clone() {
                func.value_mut(new).name.get_or_insert(name);
            }
            replaced.insert(data.result(), new);
            left.extend(func.block_mut(block).ops.drain(start..).rev());
        }
    }
    let settled = replaced.keys().map(|old| (*old, last(&replaced, *old))).collect();
    func.replace_all(&settled);
    Ok(())
}

/// What a value is replaced by in the end; chains are as short as composites are deep.
fn last(replaced: &HashMap<Value, Value>, mut value: Value) -> Value {
    while let Some(next) = replaced.get(&value) {
        value = *next;
    }
    value
}
