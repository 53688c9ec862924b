//! What every program satisfies.
//!
//! - Every value is defined before it is used, in the same block or one around it; kernels use only their own
//!   arguments.
//! - Every op has the operands, attributes, regions and result types that its row asks for.
//! - Entry arguments have no negative lengths. They and the results have one description each; an update names a shared argument of the same type.

use crate::{BlockId, Error, Func, OpKind, Value};
use std::collections::HashSet;

/// Everything that is wrong with a program, in program order.
pub fn verify(func: &Func) -> Vec<Error> {
    let mut errors = vec![];
    if func.args.len() != func.body().args.len() || func.results.len() != func.body().results.len() {
        errors.push(Error::internal("arguments or results without description"));
        return errors;
    }
    for (value, arg) in func.body().args.iter().zip(&func.args) {
        let Some(ty) = func.tensor(*value) else { continue };
        if ty.shape.iter().any(|d| d.as_const().is_some_and(|length| length < 0)) {
            let message = format!("{} has type {ty}: a length is negative", func.describe(*value));
            errors.push(Error::input(message).located(&arg.loc));
        }
    }
    let mut visible: HashSet<Value> = func.body().args.iter().copied().collect();
    block(func, Func::BODY, &mut visible, &mut errors);
    for (i, (value, res)) in func.body().results.iter().zip(&func.results).enumerate() {
        let Some(target) = res.updates else { continue };
        match func.args.get(target) {
            Some(arg) if arg.shared => {
                let (new, old) = (func.ty(*value), func.ty(func.body().args[target]));
                if let (Some(new), Some(old)) = (new.tensor(), old.tensor())
                    && (new.dtype != old.dtype || new.rank() != old.rank())
                {
                    let name = func.describe(func.body().args[target]);
                    errors.push(Error::input(format!("the update of {name} is {new}, but {name} is {old}")));
                }
            }
            Some(_) => errors
                .push(Error::input(format!("result {i} updates argument {target}, which is not shared"))),
            None => errors
                .push(Error::input(format!("result {i} updates argument {target}, which does not exist"))),
        }
    }
    errors
}

fn block(func: &Func, id: BlockId, visible: &mut HashSet<Value>, errors: &mut Vec<Error>) {
    let mut mine = vec![];
    for op in &func.block(id).ops {
        let data = func.op(*op);
        let mnemonic = data.kind.row().mnemonic;
        let defined = data.operands.iter().all(|v| visible.contains(v));
        if !defined {
            errors.push(Error::internal("uses a value before its definition").at(mnemonic, &data.loc));
        }
        for region in &data.regions {
            let args = func.block(*region).args.clone();
            if data.kind == OpKind::Kernel {
                let mut own: HashSet<Value> = args.into_iter().collect();
                block(func, *region, &mut own, errors);
            } else {
                let fresh: Vec<Value> = args.into_iter().filter(|a| visible.insert(*a)).collect();
                block(func, *region, visible, errors);
                fresh.iter().for_each(|a| {
                    visible.remove(a);
                });
            }
        }
        if defined && let Err(e) = func.constraints(*op) {
            errors.push(e);
        }
        mine.extend(data.results.iter().copied().filter(|r| visible.insert(*r)));
    }
    if func.block(id).results.iter().any(|v| !visible.contains(v)) {
        errors.push(Error::internal("a block ends with a value that is not defined in it"));
    }
    for value in mine {
        visible.remove(&value);
    }
}
