//! The gradient of `cond`: a `cond` on the same condition whose regions run the branch and then its reverse sweep.

use crate::{vjp, zeros_like};
use std::collections::{HashMap, HashSet};
use thn_ir::{Attrs, Builder, Error, OpId, OpKind, Value};

/// The contributions to every active value that the branches of `op` capture.
///
/// The branch taken is computed again inside the new op, so that nothing of the branch not taken is ever computed.
/// A branch that does not depend on a captured value contributes zeros.
pub(crate) fn pull_back(
    b: &mut Builder<'_>,
    op: OpId,
    cotangents: &[Option<Value>],
    active: &HashSet<Value>,
) -> Result<Vec<(Value, Value)>, Error> {
    let data = b.func.op(op).clone();
    let captures = b.func.captures(op);
    let wrt: Vec<Value> = captures.iter().copied().filter(|v| active.contains(v)).collect();
    let mut regions = vec![];
    for region in &data.regions {
        let new = b.func.new_block();
        let mut copies = HashMap::new();
        let block = b.func.block(*region).clone();
        b.func.copy_within(new, &block.ops, &mut copies);
        let results = block.results.iter().map(|r| copies.get(r).copied().unwrap_or(*r));
        let (outputs, given): (Vec<Value>, Vec<Value>) =
            results.zip(cotangents).filter_map(|(r, c)| c.map(|c| (r, c))).unzip();
        let mut inner = Builder::new(b.func, new, data.loc.clone());
        let found = vjp(&mut inner, &outputs, &given, &wrt)?;
        let mut values = vec![];
        for (gradient, value) in found.into_iter().zip(&wrt) {
            values.push(match gradient {
                Some(g) => g,
                None => zeros_like(&mut inner, *value)?,
            });
        }
        b.func.block_mut(new).results = values;
        regions.push(new);
    }
    let gradient = b.op(OpKind::Cond, &data.operands, Attrs::new(), None, &regions)?;
    let parts = b.func.op(gradient).results.to_vec();
    Ok(wrt.into_iter().zip(parts).collect())
}
