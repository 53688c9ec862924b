//! The reverse sweep: which ops matter, in which order, and how contributions add up.

use crate::{branch, check_pairs, looped, not_float, transpose, zeros_like};
use std::collections::{HashMap, HashSet};
use thn_ir::{Builder, Error, Expr, OpId, OpKind, Semantics, Value, expand};

/// The sums over `outputs` of cotangent times Jacobian by each value of `wrt`: reverse mode.
///
/// Each cotangent has the type of its output, and each result the type of its value of `wrt`. `None` means that no
/// output depends on the value; a dependence whose derivative is zero everywhere gives zeros.
///
/// Only the builder's block is walked: values of `wrt` and `outputs` are visible there, and what was computed in
/// blocks around it is constant unless it is in `wrt`.
pub fn vjp(
    b: &mut Builder<'_>,
    outputs: &[Value],
    cotangents: &[Value],
    wrt: &[Value],
) -> Result<Vec<Option<Value>>, Error> {
    sweep(b, outputs, cotangents, wrt, 0)
}

/// As [`vjp`], given that no op before position `start` of the block lies between `wrt` and `outputs`.
fn sweep(
    b: &mut Builder<'_>,
    outputs: &[Value],
    cotangents: &[Value],
    wrt: &[Value],
    start: usize,
) -> Result<Vec<Option<Value>>, Error> {
    check_pairs(b, "cotangent", outputs, cotangents)?;
    for value in wrt {
        let dtype = b.tensor(*value)?.dtype;
        if !dtype.is_float() {
            return Err(not_float(b, "a variable of a gradient", *value, dtype));
        }
    }
    let between = Between::new(b, outputs, wrt, start);
    let mut sums = Sums::default();
    for (output, cotangent) in outputs.iter().zip(cotangents) {
        sums.add(b, *output, *cotangent)?;
    }
    for op in between.backwards {
        step(b, op, &between.active, &mut sums)?;
    }
    wrt.iter()
        .map(|value| match sums.of.get(value) {
            Some(total) => Ok(Some(*total)),
            None if between.reached.contains(value) => zeros_like(b, *value).map(Some),
            None => Ok(None),
        })
        .collect()
}

/// The part of a block between variables and outputs.
struct Between {
    /// Ops that depend on a variable and that an output depends on, last first.
    backwards: Vec<OpId>,
    /// Float values that depend on a variable through float values.
    active: HashSet<Value>,
    /// Variables that an output depends on in any way.
    reached: HashSet<Value>,
}

impl Between {
    fn new(b: &Builder<'_>, outputs: &[Value], wrt: &[Value], start: usize) -> Between {
        let func = &*b.func;
        let ops = &func.block(b.block).ops[start..];
        let mut active: HashSet<Value> = wrt.iter().copied().collect();
        // Index operands and conditions select elements without having a derivative; so do all integers.
        for op in ops {
            if func.inputs(*op).iter().any(|v| active.contains(v)) {
                let float = |v: &&Value| func.tensor(**v).is_some_and(|t| t.dtype.is_float());
                active.extend(func.op(*op).results.iter().filter(float));
            }
        }
        let mut reached: HashSet<Value> = outputs.iter().copied().collect();
        let mut backwards = vec![];
        for op in ops.iter().rev() {
            let data = func.op(*op);
            if data.results.iter().any(|r| reached.contains(r)) {
                reached.extend(func.inputs(*op));
                if data.results.iter().any(|r| active.contains(r)) {
                    backwards.push(*op);
                }
            }
        }
        Between { backwards, active, reached }
    }
}

/// The cotangents found so far: every contribution is added as it comes.
#[derive(Default)]
pub(crate) struct Sums {
    of: HashMap<Value, Value>,
}

impl Sums {
    fn add(&mut self, b: &mut Builder<'_>, to: Value, part: Value) -> Result<(), Error> {
        let total = match self.of.get(&to) {
            Some(before) => b.map(OpKind::Add, &[*before, part])?,
            None => part,
        };
        self.of.insert(to, total);
        Ok(())
    }
}

/// Passes the cotangents of one op's results on to its operands.
fn step(b: &mut Builder<'_>, op: OpId, active: &HashSet<Value>, sums: &mut Sums) -> Result<(), Error> {
    let data = b.func.op(op).clone();
    let row = data.kind.row();
    let known: Vec<Option<Value>> = data.results.iter().map(|r| sums.of.get(r).copied()).collect();
    if known.iter().all(Option::is_none) {
        return Ok(());
    }
    let outer = std::mem::replace(&mut b.loc, data.loc.clone());
    if data.kind == OpKind::Cond {
        for (value, part) in branch::pull_back(b, op, &known, active)? {
            sums.add(b, value, part)?;
        }
    } else if data.kind == OpKind::Loop {
        for (value, part) in looped::pull_back(b, op, &known, active)? {
            sums.add(b, value, part)?;
        }
    } else if data.kind == OpKind::Foreign {
        let message = format!("the gradient of {}, which is no op of thn", b.func.op_name(op));
        return Err(Error::unsupported(message).located(&data.loc));
    } else if row.regions > 0 {
        return Err(Error::unsupported("the gradient of this op").at(row.mnemonic, &data.loc));
    } else if let Some(cotangent) = known[0] {
        let wanted: Vec<bool> = data.operands.iter().map(|v| active.contains(v)).collect();
        let parts = if !row.partials.is_empty() {
            elementwise(b, op, cotangent, &wanted)?
        } else if let Some(rule) = row.transpose {
            transpose::apply(b, rule, op, cotangent, &wanted)?
        } else if let Semantics::Expand(_) = row.semantics {
            through_expansion(b, op, cotangent)?
        } else {
            return Err(Error::unsupported("the gradient of this op").at(row.mnemonic, &data.loc));
        };
        for ((operand, wanted), part) in data.operands.iter().zip(wanted).zip(parts) {
            if let (true, Some(part)) = (wanted, part) {
                sums.add(b, *operand, part)?;
            }
        }
    }
    b.loc = outer;
    Ok(())
}

/// Cotangent times partial derivative, summed where a rank-0 operand was repeated, in the operand's element type.
fn elementwise(
    b: &mut Builder<'_>,
    op: OpId,
    cotangent: Value,
    wanted: &[bool],
) -> Result<Vec<Option<Value>>, Error> {
    let data = b.func.op(op).clone();
    let mut parts = vec![];
    for (i, operand) in data.operands.iter().enumerate() {
        let zero = matches!(data.kind.row().partials.get(i), Some(Expr::Number("0")));
        if !wanted[i] || zero {
            parts.push(None);
            continue;
        }
        let ty = b.tensor(*operand)?;
        let Some(mut part) = expand::pull_back(b, op, i, cotangent)? else {
            parts.push(None);
            continue;
        };
        let rank = b.tensor(part)?.rank();
        if ty.rank() == 0 && rank > 0 {
            let axes: Vec<i64> = (0..rank as i64).collect();
            part = b.reduce(OpKind::Sum, part, &axes)?;
        }
        parts.push(Some(b.cast(part, ty.dtype)?));
    }
    Ok(parts)
}

/// A composite without a rule of its own: its expansion is appended and differentiated.
fn through_expansion(b: &mut Builder<'_>, op: OpId, cotangent: Value) -> Result<Vec<Option<Value>>, Error> {
    let data = b.func.op(op).clone();
    let axes = data.attrs.get_ints("axes");
    let start = b.func.block(b.block).ops.len();
    let expanded = expand::expand(b, data.kind, &data.operands, axes)?
        .ok_or_else(|| Error::internal("has no expansion").at(data.kind.row().mnemonic, &data.loc))?;
    sweep(b, &[expanded], &[cotangent], &data.operands, start)
}
