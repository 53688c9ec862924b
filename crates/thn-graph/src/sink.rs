//! Moves ops that only one region of a `cond` needs into that region, so that they run only if it is chosen.
//!
//! ```text
//! %a = exp %x                                  cond %c { yield (exp %x) } else { yield %x }
//! cond %c { yield %a } else { yield %x }
//! ```
//!
//! Branches inside branches go as deep as [`Func::MAX_NESTING`] allows. What would lie deeper stays before its branch,
//! where it gives the same values; only an op that can end a call with an error may not run there.

use std::collections::{BTreeMap, HashMap, HashSet};
use thn_ir::{BlockId, Error, Func, OpId, OpKind, Value};

/// Applies the move in every block, outer ones first.
///
/// # Errors
///
/// If an op that can fail would lie deeper than regions nest.
pub(crate) fn into_branches(func: &mut Func) -> Result<(), Error> {
    let mut blocks = vec![(Func::BODY, 0)];
    while let Some((block, depth)) = blocks.pop() {
        if func.block(block).ops.iter().any(|op| func.op(*op).kind == OpKind::Cond) {
            sink(func, block, depth)?;
        }
        for op in &func.block(block).ops {
            blocks.extend(func.op(*op).regions.iter().map(|region| (*region, depth + 1)));
        }
    }
    Ok(())
}

fn sink(func: &mut Func, block: BlockId, depth: usize) -> Result<(), Error> {
    // The one region of a branch that needs a value; `None` if it is needed elsewhere, too. Users come after what they
    // use, so that all of a value are known when its op is looked at.
    let mut places: HashMap<Value, Option<BlockId>> =
        func.block(block).results.iter().map(|v| (*v, None)).collect();
    let need = |value: Value, place: Option<BlockId>, places: &mut HashMap<Value, Option<BlockId>>| {
        let known = places.entry(value).or_insert(place);
        if *known != place {
            *known = None;
        }
    };
    let mut moved: BTreeMap<BlockId, Vec<OpId>> = BTreeMap::new();
    let mut gone = HashSet::new();
    for op in func.block(block).ops.iter().rev().copied() {
        let data = func.op(op);
        let mut found = data.results.iter().filter_map(|r| places.get(r)).copied();
        let place = found.next().flatten().filter(|first| found.all(|other| other == Some(*first)));
        if let Some(region) = place {
            let deepest = depth + 1 + func.height(op);
            if deepest <= Func::MAX_NESTING {
                func.inputs(op).into_iter().for_each(|v| need(v, place, &mut places));
                moved.entry(region).or_default().push(op);
                gone.insert(op);
                continue;
            }
            if func.can_fail(op) {
                return Err(Func::nests_too_deep(deepest).at(data.kind.row().mnemonic, &data.loc));
            }
        }
        data.operands.iter().for_each(|v| need(*v, None, &mut places));
        for region in &data.regions {
            let branch = (data.kind == OpKind::Cond).then_some(*region);
            func.captured_by(&[*region]).into_iter().for_each(|v| need(v, branch, &mut places));
        }
    }
    func.block_mut(block).ops.retain(|op| !gone.contains(op));
    for (region, mut ops) in moved {
        ops.reverse();
        func.block_mut(region).ops.splice(..0, ops);
    }
    Ok(())
}
