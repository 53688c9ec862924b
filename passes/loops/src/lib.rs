//! Rewrites of loops and branches as wholes: what the e-graph, which sees one block at a time, cannot say.
//!
//! They run between two searches, over each block from the inside out, and end in a fixed point together with them.
//! Most are of class `exact`: the ops that remain compute the same bits from the same operands. Those that compute the
//! rows of all steps at once are of class `reassoc` where they sum. Ops with effects, and loops and branches that hold
//! some, are neither moved nor changed; planned kernels are not entered.
//!
//! Nothing here runs an op that can fail where the program might not have run it. Other ops may move out of a loop that
//! takes no step: that costs one evaluation, of what each step would have cost.

mod all_steps;
mod carried;
mod cond;
mod fission;
mod fuse;
mod hoist;
mod steps;
mod tape;
mod unroll;
mod vectorize;

use std::collections::BTreeMap;
use thn_facts::program::KnownValues;
use thn_ir::{
    Attr, BlockId, Func, OpId, OpKind, Scalar, Value,
    rewrite::{ValueMap, rename_values},
};

/// A rewrite of loops or branches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rewrite {
    /// Its name, for options and reports.
    pub name: &'static str,
    /// Whether sums may be added up in another order; the other rewrites keep every bit.
    pub reorders: bool,
    /// Whether it makes ops of kinds that the program may not have.
    pub adds_kinds: bool,
    /// What it does.
    pub meaning: &'static str,
}

impl Rewrite {
    const fn exact(name: &'static str, meaning: &'static str) -> Rewrite {
        Rewrite { name, reorders: false, adds_kinds: false, meaning }
    }

    /// One that computes rows for all steps.
    const fn of_rows(name: &'static str, reorders: bool, meaning: &'static str) -> Rewrite {
        Rewrite { name, reorders, adds_kinds: true, meaning }
    }
}

/// The rewrites of this crate.
pub const REWRITES: [Rewrite; 17] = [
    Rewrite::exact(
        "loop-unroll",
        "a loop of a few small steps, known in number, is its steps; one of none is its initial values",
    ),
    Rewrite::exact(
        "loop-state",
        "a carried value that never changes is a value from outside; one that equals another, or that nothing needs, goes",
    ),
    Rewrite::exact("loop-hoist", "what is the same in every step is computed once, before the loop"),
    Rewrite::exact("loop-sink", "what only the last step's values need is computed once, after the loop"),
    Rewrite::of_rows(
        "loop-sequence",
        false,
        "what each step computes from rows of sequences is computed for all rows before the loop",
    ),
    Rewrite::of_rows(
        "loop-products",
        true,
        "products and sums of rows of sequences are products and sums for all rows before the loop",
    ),
    Rewrite::of_rows("loop-outputs", true, "what only a trace shows is computed for all rows after the loop"),
    Rewrite::of_rows(
        "loop-sums",
        true,
        "a sum over the steps of products of rows is one product after the loop",
    ),
    Rewrite::of_rows("loop-trace", false, "a trace of which the last rows are read is those rows"),
    Rewrite::of_rows("loop-steps", false, "steps after the last row of a trace that is read are not run"),
    Rewrite::exact("loop-merge", "loops of as many steps that do not need each other are one loop"),
    Rewrite::exact("cond-constant", "a branch whose condition is known is the region that runs"),
    Rewrite::exact(
        "cond-common",
        "what both regions compute from the same values is computed before the branch",
    ),
    Rewrite::exact(
        "cond-results",
        "a result that both regions give alike, that is another one again, or that nothing needs, goes",
    ),
    Rewrite::exact(
        "cond-merge",
        "branches on one condition are one branch, also where the second needs the first",
    ),
    Rewrite::exact("cond-sink", "what only one region needs is computed in it"),
    Rewrite::exact("cond-not", "a branch on `(not ?c)` is one on `?c` with its regions exchanged"),
];

/// Applies the rewrites that are allowed. `known` is what was found about the values of this program. Gives how often
/// each rewrite changed something.
pub fn simplify(
    func: &mut Func,
    known: &KnownValues,
    allows: &dyn Fn(&Rewrite) -> bool,
) -> BTreeMap<&'static str, usize> {
    let uses = func.use_counts();
    let mut regions = Regions { func, known, allows, fired: BTreeMap::new(), uses, depth: 0 };
    regions.block(Func::BODY);
    regions.fired
}

struct Regions<'a> {
    func: &'a mut Func,
    known: &'a KnownValues,
    allows: &'a dyn Fn(&Rewrite) -> bool,
    fired: BTreeMap<&'static str, usize>,
    /// How often each value was used before.
    uses: Vec<u32>,
    /// How many regions the block at hand lies in.
    depth: usize,
}

impl Regions<'_> {
    fn allows(&self, name: &str) -> bool {
        REWRITES.iter().find(|r| r.name == name).is_some_and(|r| (self.allows)(r))
    }

    fn fired(&mut self, name: &'static str) {
        *self.fired.entry(name).or_insert(0) += 1;
    }

    fn is_used(&self, value: Value) -> bool {
        self.uses.get(value.0 as usize).is_none_or(|n| *n > 0)
    }

    fn block(&mut self, id: BlockId) {
        if !self.func.has_regions(id) {
            return;
        }
        if self.allows("cond-sink") {
            self.sink_into_branches(id);
        }
        let ops = std::mem::take(&mut self.func.block_mut(id).ops);
        let mut renamed = ValueMap::new();
        for op in ops {
            self.func.rename_in_op(op, &renamed);
            if !self.func.is_entered(op) {
                self.func.block_mut(id).ops.push(op);
                continue;
            }
            self.depth += 1;
            for region in self.func.op(op).regions.clone() {
                self.block(region);
            }
            self.depth -= 1;
            match self.func.op(op).kind {
                _ if self.func.has_effects(op) => self.func.block_mut(id).ops.push(op),
                OpKind::Loop => self.looped(id, op, &mut renamed),
                OpKind::Cond => self.branched(id, op, &mut renamed),
                _ => self.func.block_mut(id).ops.push(op),
            }
        }
        rename_values(&mut self.func.block_mut(id).results, &renamed);
        self.merge(id);
        self.rows_of_loops(id);
    }

    /// One loop: fewer carried values, then less inside, then perhaps no loop.
    fn looped(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) {
        if self.allows("loop-unroll") && self.unroll(id, op, renamed) {
            return;
        }
        let mut after = vec![];
        if self.allows("loop-sink") {
            after = self.sink_after(id, op, renamed);
        }
        let op = if self.allows("loop-state") { self.drop_states(id, op, renamed) } else { Some(op) };
        if let Some(op) = op {
            if self.allows("loop-hoist") {
                self.hoist(id, op);
            }
            self.func.block_mut(id).ops.push(op);
        }
        for op in after {
            self.func.rename_in_op(op, renamed);
            self.func.block_mut(id).ops.push(op);
        }
    }

    /// One branch: perhaps none, or less inside, then fewer results.
    fn branched(&mut self, id: BlockId, op: OpId, renamed: &mut ValueMap) {
        if self.allows("cond-constant") && self.choose(id, op, renamed) {
            return;
        }
        if self.allows("cond-not") {
            self.turn(op);
        }
        if self.allows("cond-common") {
            self.hoist_common(id, op);
        }
        if self.allows("cond-results") {
            self.drop_results(id, op, renamed);
        } else {
            self.func.block_mut(id).ops.push(op);
        }
    }

    /// Replaces an op with regions by one with fewer or more results, at the end of the block. `kept` are the old
    /// values whose new ones the results are.
    fn rebuild(&mut self, id: BlockId, op: OpId, operands: &[Value], kept: &[Value], renamed: &mut ValueMap) {
        let data = self.func.op(op).clone();
        let types: Vec<_> = kept.iter().map(|v| self.func.ty(*v).clone()).collect();
        let new = self.func.push(id, data.kind, operands, data.attrs, &data.regions, types, data.loc);
        let results = self.func.op(new).results.to_vec();
        for (old, result) in kept.iter().zip(results) {
            self.func.value_mut(result).name = self.func.value(*old).name.clone();
            renamed.insert(*old, result);
        }
    }

    /// Whether two values are the same, or equal literals.
    fn same(&self, a: Value, b: Value) -> bool {
        a == b || self.func.literal(a).is_some_and(|l| self.func.literal(b) == Some(l))
    }

    /// The rank-0 integer or bool that a value certainly is.
    fn number(&self, value: Value) -> Option<i128> {
        if let Some(literal) = self.func.literal(value) {
            return literal.splat_value().map(Scalar::to_i128);
        }
        let op = self.func.op(self.func.def_op(value)?);
        match op.attrs.get("expr") {
            Some(Attr::Dim(dim)) if op.kind == OpKind::Dim => dim.as_const().map(i128::from),
            _ => None,
        }
    }

    /// Whether a loop certainly takes a step.
    fn takes_a_step(&self, id: BlockId, op: OpId) -> bool {
        let count = self.func.op(op).operands[0];
        let known = self.known.get(&(id, count)).is_some_and(|k| k.facts.lo >= 1.0);
        known || self.number(count).is_some_and(|n| n >= 1)
    }

    /// Whether an op does more than say where elements are.
    fn computes(&self, op: OpId) -> bool {
        let data = self.func.op(op);
        !data.regions.is_empty() || data.kind.row().cost > 0
    }
}
