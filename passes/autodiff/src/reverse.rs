//! The reverse sweep: which ops matter, in which order, and how contributions add up.

use crate::{
    branch, check_pairs, looped, not_float,
    support::{MaskId, Support},
    transpose, zeros_like,
};
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
    check_pairs(b, "cotangent", outputs, cotangents)?;
    let cotangents: Vec<Cotangent> = cotangents.iter().map(|g| (*g, None)).collect();
    let found = sweep(b, &mut Support::new(), outputs, &cotangents, wrt, 0)?;
    Ok(found.into_iter().map(|g| g.map(|(value, _)| value)).collect())
}

/// A cotangent, and where it may differ from zero; `None` is everywhere.
pub(crate) type Cotangent = (Value, Option<MaskId>);

/// As [`vjp`], with masks, and given that no op before position `start` of the block lies between `wrt` and `outputs`.
pub(crate) fn sweep(
    b: &mut Builder<'_>,
    support: &mut Support,
    outputs: &[Value],
    cotangents: &[Cotangent],
    wrt: &[Value],
    start: usize,
) -> Result<Vec<Option<Cotangent>>, Error> {
    for value in wrt {
        let dtype = b.tensor(*value)?.dtype;
        if !dtype.is_float() {
            return Err(not_float(b, "a variable of a gradient", *value, dtype));
        }
    }
    let between = Between::new(b, outputs, wrt, start);
    let mut sums = Sums::default();
    for (output, cotangent) in outputs.iter().zip(cotangents) {
        sums.add(b, support, *output, *cotangent)?;
    }
    for op in between.backwards {
        step(b, support, op, &between.active, &mut sums)?;
    }
    wrt.iter()
        .map(|value| match sums.of.get(value) {
            Some(total) => Ok(Some(*total)),
            None if between.reached.contains(value) => Ok(Some((zeros_like(b, *value)?, None))),
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
    of: HashMap<Value, Cotangent>,
}

impl Sums {
    fn add(
        &mut self,
        b: &mut Builder<'_>,
        support: &mut Support,
        to: Value,
        part: Cotangent,
    ) -> Result<(), Error> {
        let total = match self.of.get(&to) {
            Some(before) => (b.map(OpKind::Add, &[before.0, part.0])?, support.either(b, before.1, part.1)),
            None => part,
        };
        self.of.insert(to, total);
        Ok(())
    }
}

/// Passes the cotangents of one op's results on to its operands.
fn step(
    b: &mut Builder<'_>,
    support: &mut Support,
    op: OpId,
    active: &HashSet<Value>,
    sums: &mut Sums,
) -> Result<(), Error> {
    let data = b.func.op(op).clone();
    let row = data.kind.row();
    let known: Vec<Option<Cotangent>> = data.results.iter().map(|r| sums.of.get(r).copied()).collect();
    if known.iter().all(Option::is_none) {
        return Ok(());
    }
    let outer = std::mem::replace(&mut b.loc, data.loc.clone());
    if data.kind == OpKind::Cond || data.kind == OpKind::Loop {
        let parts = match data.kind {
            OpKind::Cond => branch::pull_back(b, support, op, &known, active)?,
            _ => looped::pull_back(b, support, op, &known, active)?,
        };
        for (value, part) in parts {
            sums.add(b, support, value, part)?;
        }
    } else if data.kind == OpKind::Foreign {
        let message = format!("the gradient of {}, which is no op of thn", b.func.op_name(op));
        return Err(Error::unsupported(message).located(&data.loc));
    } else if row.regions > 0 {
        return Err(Error::unsupported("the gradient of this op").at(row.mnemonic, &data.loc));
    } else if let Some(cotangent) = known[0] {
        let wanted: Vec<bool> = data.operands.iter().map(|v| active.contains(v)).collect();
        let parts = if !row.partials.is_empty() {
            elementwise(b, support, op, cotangent, &wanted)?
        } else if let Some(rule) = row.transpose {
            structural(b, support, rule, op, cotangent, &wanted)?
        } else if let Semantics::Expand(_) = row.semantics {
            through_expansion(b, support, op, cotangent)?
        } else {
            return Err(Error::unsupported("the gradient of this op").at(row.mnemonic, &data.loc));
        };
        for ((operand, wanted), part) in data.operands.iter().zip(wanted).zip(parts) {
            if let (true, Some(part)) = (wanted, part) {
                sums.add(b, support, *operand, part)?;
            }
        }
    }
    b.loc = outer;
    Ok(())
}

type Parts = Result<Vec<Option<Cotangent>>, Error>;

/// Cotangent times partial derivative, summed where a rank-0 operand was repeated, in the operand's element type.
fn elementwise(
    b: &mut Builder<'_>,
    support: &mut Support,
    op: OpId,
    (cotangent, mask): Cotangent,
    wanted: &[bool],
) -> Parts {
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
        if let Some(mask) = mask
            && !support.finite_partial(b, &data, i, mask)
        {
            part = support.apply(b, mask, part)?;
        }
        let rank = b.tensor(part)?.rank();
        if ty.rank() == 0 && rank > 0 {
            let axes: Vec<i64> = (0..rank as i64).collect();
            part = b.reduce(OpKind::Sum, part, &axes)?;
        }
        parts.push(Some((b.cast(part, ty.dtype)?, support.through(b, op, i, mask))));
    }
    Ok(parts)
}

/// What the transpose rule of an op gives. What is multiplied with factors that may be infinite is masked; of a product
/// of matrices, the factors too, as each element of it is a sum along them.
fn structural(
    b: &mut Builder<'_>,
    support: &mut Support,
    rule: &str,
    op: OpId,
    (cotangent, mask): Cotangent,
    wanted: &[bool],
) -> Parts {
    let data = b.func.op(op).clone();
    let masks: Vec<Option<MaskId>> =
        (0..data.operands.len()).map(|i| support.through(b, op, i, mask)).collect();
    let mut factors = data.operands.clone();
    let product = data.kind.is_matmul();
    let finite: Vec<bool> = match mask {
        Some(_) if product => factors.iter().map(|v| support.finite_factor(b, *v)).collect(),
        Some(mask) if transpose::multiplies(rule) => {
            factors.iter().map(|v| support.finite(b, *v, mask)).collect()
        }
        _ => vec![true; factors.len()],
    };
    if product {
        for i in 0..2 {
            if let (true, false, Some(mask)) = (wanted[1 - i], finite[i], masks[i]) {
                factors[i] = support.apply(b, mask, factors[i])?;
            }
        }
    }
    let mut parts = vec![];
    for (i, part) in transpose::apply(b, rule, op, &factors, cotangent, wanted)?.into_iter().enumerate() {
        let factor = if product { 1 - i } else { i };
        parts.push(match (part, masks[i]) {
            (Some(part), Some(mask)) if wanted[i] && !finite[factor] => {
                Some((support.apply(b, mask, part)?, Some(mask)))
            }
            (part, mask) => part.map(|part| (part, mask)),
        });
    }
    Ok(parts)
}

/// A composite without a rule of its own: its expansion is appended and differentiated.
fn through_expansion(b: &mut Builder<'_>, support: &mut Support, op: OpId, cotangent: Cotangent) -> Parts {
    let data = b.func.op(op).clone();
    let axes = data.attrs.get_ints("axes");
    let start = b.func.block(b.block).ops.len();
    let expanded = expand::expand(b, data.kind, &data.operands, axes)?
        .ok_or_else(|| Error::internal("has no expansion").at(data.kind.row().mnemonic, &data.loc))?;
    sweep(b, support, &[expanded], &[cotangent], &data.operands, start)
}
