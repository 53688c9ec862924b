//! What happens to a program before its kernels are chosen: composites become their parts, equal ops one, and
//! constants move into the regions that use them.

use std::collections::HashMap;
use thn_ir::{Attrs, BlockId, Error, Func, OpKind, Type, Value, expand};

/// The program that is planned; it computes the same values.
pub(crate) fn prepare(func: &Func) -> Result<Func, Error> {
    let mut func = func.clone();
    expand::expand_where(&mut func, &|_| true)?;
    let mut func = func.compact();
    func.unify_dims()?;
    sink_leaves(&mut func);
    merge_equal(&mut func, Func::BODY);
    Ok(func.compact())
}

/// A region that uses a constant of a block around it gets its own copy: a number is cheaper than a buffer.
fn sink_leaves(func: &mut Func) {
    for op in func.walk(Func::BODY) {
        let regions = func.op(op).regions.clone();
        for region in regions {
            for value in func.captures(op) {
                let Some(maker) = func.def_op(value) else { continue };
                let leaf = func.op(maker).clone();
                if !matches!(leaf.kind, OpKind::Constant | OpKind::Dim) {
                    continue;
                }
                let ty = func.ty(value).clone();
                let copy = func.push(region, leaf.kind, &[], leaf.attrs, &[], [ty], leaf.loc);
                let copied = func.op(copy).result();
                let ops = &mut func.block_mut(region).ops;
                ops.pop();
                ops.insert(0, copy);
                replace_inside(func, region, value, copied);
            }
        }
    }
}

fn replace_inside(func: &mut Func, region: BlockId, old: Value, new: Value) {
    let mut blocks = vec![region];
    for op in func.walk(region) {
        func.op_mut(op).operands.iter_mut().filter(|v| **v == old).for_each(|v| *v = new);
        blocks.extend(func.op(op).regions.iter().copied());
    }
    for block in blocks {
        func.block_mut(block).results.iter_mut().filter(|v| **v == old).for_each(|v| *v = new);
    }
}

/// Everything that a result of an op without regions depends on.
type Computation = (OpKind, Vec<Value>, Attrs, Vec<Type>);

/// Ops of one block with equal kinds, operands, attributes and result types give equal values.
fn merge_equal(func: &mut Func, block: BlockId) {
    let mut known: HashMap<Computation, Vec<Value>> = HashMap::new();
    for op in func.block(block).ops.clone() {
        let data = func.op(op).clone();
        if !data.regions.is_empty() || data.kind == OpKind::Foreign {
            data.regions.iter().for_each(|r| merge_equal(func, *r));
            continue;
        }
        let types = data.results.iter().map(|r| func.ty(*r).clone()).collect();
        let key = (data.kind, data.operands.to_vec(), data.attrs.clone(), types);
        match known.get(&key) {
            Some(same) => {
                for (old, new) in data.results.iter().zip(same.clone()) {
                    func.replace_uses(*old, new);
                }
            }
            None => {
                known.insert(key, data.results.to_vec());
            }
        }
    }
}
