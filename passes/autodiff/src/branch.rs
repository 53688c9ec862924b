//! The gradient of `cond`: a `cond` on the same condition whose regions run the branch and then its reverse sweep.

use crate::{
    reverse::{Cotangent, sweep},
    support::Support,
    zeros_like,
};
use std::collections::{HashMap, HashSet};
use thn_ir::{Attrs, Builder, DType, Error, OpId, OpKind, Value};

/// The contributions to every active value that the branches of `op` capture.
///
/// The branch taken is computed again inside the new op, so that nothing of the branch not taken is ever computed.
/// A branch that does not depend on a captured value contributes zeros, which a mask says: what is captured may have an
/// infinite derivative where the other branch is the one that reads it.
pub(crate) fn pull_back(
    b: &mut Builder<'_>,
    support: &mut Support,
    op: OpId,
    cotangents: &[Option<Cotangent>],
    active: &HashSet<Value>,
) -> Result<Vec<(Value, Cotangent)>, Error> {
    let data = b.func.op(op).clone();
    let captures = b.func.captures(op);
    let wrt: Vec<Value> = captures.iter().copied().filter(|v| active.contains(v)).collect();
    let mut given = vec![];
    for cotangent in cotangents {
        given.push(match cotangent {
            Some((value, Some(mask))) => Some((*value, Some(support.build(b, *mask)?))),
            Some((value, None)) => Some((*value, None)),
            None => None,
        });
    }
    let mut branches = vec![];
    for region in &data.regions {
        let new = b.func.new_block();
        let mut copies = HashMap::new();
        let block = b.func.block(*region).clone();
        b.func.copy_within(new, &block.ops, &mut copies);
        let mut inside = Support::new();
        let (mut outputs, mut known) = (vec![], vec![]);
        for (result, cotangent) in block.results.iter().zip(&given) {
            if let Some((value, mask)) = cotangent {
                outputs.push(copies.get(result).copied().unwrap_or(*result));
                known.push((*value, mask.map(|m| inside.given(m))));
            }
        }
        let mut inner = Builder::new(b.func, new, data.loc.clone());
        let found = sweep(&mut inner, &mut inside, &outputs, &known, &wrt, 0)?;
        branches.push((new, found, inside));
    }
    // What an op has made may have an infinite derivative; of arguments the cotangents are the answer.
    let masked: Vec<bool> = (wrt.iter().enumerate())
        .map(|(i, v)| {
            let some = |g: &Option<Cotangent>| g.is_none_or(|(_, mask)| mask.is_some());
            b.func.def_op(*v).is_some() && branches.iter().any(|(_, found, _)| some(&found[i]))
        })
        .collect();
    let mut regions = vec![];
    for (new, found, mut inside) in branches {
        let mut inner = Builder::new(b.func, new, data.loc.clone());
        let (mut values, mut masks) = (vec![], vec![]);
        for ((gradient, value), masked) in found.into_iter().zip(&wrt).zip(&masked) {
            values.push(match gradient {
                Some((g, _)) => g,
                None => zeros_like(&mut inner, *value)?,
            });
            if *masked {
                masks.push(match gradient {
                    Some((_, Some(mask))) => inside.build(&mut inner, mask)?,
                    all_or_none => {
                        let all = inner.number(DType::Bool, f64::from(u8::from(all_or_none.is_some())))?;
                        let shape = inner.shape(*value)?;
                        inner.fill(all, &shape)?
                    }
                });
            }
        }
        values.extend(masks);
        b.func.block_mut(new).results = values;
        regions.push(new);
    }
    let gradient = b.op(OpKind::Cond, &data.operands, Attrs::new(), None, &regions)?;
    let results = b.func.op(gradient).results.to_vec();
    let (parts, masks) = results.split_at(wrt.len());
    let mut masks = masks.iter();
    let mut all = vec![];
    for ((value, part), masked) in wrt.into_iter().zip(parts).zip(masked) {
        let mask = if masked { masks.next().map(|m| support.given(*m)) } else { None };
        all.push((value, (*part, mask)));
    }
    Ok(all)
}
