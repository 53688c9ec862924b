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

/// What is known of the uses of values, from the end of a block.
#[derive(Default)]
struct Uses {
    /// The one region of a branch that needs a value; `None` if it is needed elsewhere, too.
    places: HashMap<Value, Option<BlockId>>,
    /// Values that are needed in the block itself in any case.
    certain: HashSet<Value>,
    /// Values that are needed only by what runs before its branch.
    early: HashSet<Value>,
    /// Regions of branches that run before their own branch.
    exposed: HashSet<BlockId>,
}

impl Uses {
    fn need(&mut self, value: Value, place: Option<BlockId>) {
        let known = self.places.entry(value).or_insert(place);
        if *known != place {
            *known = None;
        }
    }

    /// The region that alone needs what an op gives.
    fn place(&self, func: &Func, op: OpId) -> Option<BlockId> {
        let mut found = func.op(op).results.iter().filter_map(|r| self.places.get(r)).copied();
        let first = found.next().flatten()?;
        found.all(|other| other == Some(first)).then_some(first)
    }

    /// Whether an op now runs where it might not have run.
    fn is_early(&self, func: &Func, op: OpId, place: Option<BlockId>) -> bool {
        let results = &func.op(op).results;
        let early = results.iter().any(|r| self.early.contains(r))
            || place.is_some_and(|p| self.exposed.contains(&p));
        early && !results.iter().any(|r| self.certain.contains(r))
    }
}

fn sink(func: &mut Func, block: BlockId, depth: usize) -> Result<(), Error> {
    // Users come after what they use, so that all of a value are known when its op is looked at.
    let mut uses = Uses::default();
    for result in &func.block(block).results {
        uses.need(*result, None);
        uses.certain.insert(*result);
    }
    let mut moved: BTreeMap<BlockId, Vec<OpId>> = BTreeMap::new();
    let mut gone = HashSet::new();
    for op in func.block(block).ops.iter().rev().copied() {
        let data = func.op(op);
        let place = uses.place(func, op);
        let deepest = depth + 1 + func.height(op);
        let early = uses.is_early(func, op, place) || (place.is_some() && deepest > Func::MAX_NESTING);
        if early && func.can_fail(op) {
            let depth = deepest.max(Func::MAX_NESTING + 1);
            return Err(Func::nests_too_deep(depth).at(data.kind.row().mnemonic, &data.loc));
        }
        if let Some(region) = place.filter(|_| deepest <= Func::MAX_NESTING) {
            func.inputs(op).into_iter().for_each(|v| uses.need(v, place));
            moved.entry(region).or_default().push(op);
            gone.insert(op);
            continue;
        }
        for value in &data.operands {
            uses.need(*value, None);
            if early { &mut uses.early } else { &mut uses.certain }.insert(*value);
        }
        for region in &data.regions {
            let branch = (data.kind == OpKind::Cond).then_some(*region);
            if early {
                uses.exposed.insert(*region);
            }
            for value in func.captured_by(&[*region]) {
                uses.need(value, branch);
                match (branch, early) {
                    (Some(_), _) => false,
                    (None, true) => uses.early.insert(value),
                    (None, false) => uses.certain.insert(value),
                };
            }
        }
    }
    func.block_mut(block).ops.retain(|op| !gone.contains(op));
    for (region, mut ops) in moved {
        ops.reverse();
        func.block_mut(region).ops.splice(..0, ops);
    }
    Ok(())
}
