//! Rewrites of loops and branches as wholes: what the e-graph, which sees one block at a time, cannot say.
//!
//! They run between two searches, over each block from the inside out, and end in a fixed point together with them.
//! Most are of class `exact`: the ops that remain compute the same bits from the same operands. Those that compute the
//! rows of all steps at once are of class `reassoc` where they sum. Ops with effects, and loops and branches that hold
//! some, are neither moved nor changed; planned kernels are not entered.
//!
//! Nothing here runs an op that can fail where the program might not have run it. Other ops may move out of a loop that
//! takes no step: that costs one evaluation, of what each step would have cost.

mod branch;
mod copy;
mod hoist;
mod known;
mod merge;
mod outputs;
mod repeat;
mod rows;
mod sequences;
mod state;
mod traces;

pub(crate) use known::{Known, KnownValues, add_facts, explore_op, of_program};

use crate::{Class, Options, Report, driver::encode::has_effects};
use std::collections::HashMap;
use thn_ir::{Attr, BlockId, Func, Literal, OpId, OpKind, Scalar, Value};

/// The rewrites of this folder: names, for options and reports, and what they do.
pub(crate) const REWRITES: [(&str, Class, &str); 17] = [
    (
        "loop-unroll",
        Class::Exact,
        "a loop of a few small steps, known in number, is its steps; one of none is its initial values",
    ),
    (
        "loop-state",
        Class::Exact,
        "a carried value that never changes is a value from outside; one that equals another, or that nothing needs, goes",
    ),
    ("loop-hoist", Class::Exact, "what is the same in every step is computed once, before the loop"),
    ("loop-sink", Class::Exact, "what only the last step's values need is computed once, after the loop"),
    (
        "loop-sequence",
        Class::Exact,
        "what each step computes from rows of sequences is computed for all rows before the loop",
    ),
    (
        "loop-products",
        Class::Reassoc,
        "products and sums of rows of sequences are products and sums for all rows before the loop",
    ),
    ("loop-outputs", Class::Reassoc, "what only a trace shows is computed for all rows after the loop"),
    ("loop-sums", Class::Reassoc, "a sum over the steps of products of rows is one product after the loop"),
    ("loop-trace", Class::Exact, "a trace of which the last rows are read is those rows"),
    ("loop-steps", Class::Exact, "steps after the last row of a trace that is read are not run"),
    ("loop-merge", Class::Exact, "loops of as many steps that do not need each other are one loop"),
    ("cond-constant", Class::Exact, "a branch whose condition is known is the region that runs"),
    (
        "cond-common",
        Class::Exact,
        "what both regions compute from the same values is computed before the branch",
    ),
    (
        "cond-results",
        Class::Exact,
        "a result that both regions give alike, that is another one again, or that nothing needs, goes",
    ),
    (
        "cond-merge",
        Class::Exact,
        "branches on one condition are one branch, also where the second needs the first",
    ),
    ("cond-sink", Class::Exact, "what only one region needs is computed in it"),
    ("cond-not", Class::Exact, "a branch on `(not ?c)` is one on `?c` with its regions exchanged"),
];

/// Applies the rewrites that the options allow. `known` is what was found about the values of this program.
pub(crate) fn simplify(func: &mut Func, known: &KnownValues, options: &Options, report: &mut Report) {
    let uses = func.use_counts();
    Regions { func, known, options, report, uses, depth: 0 }.block(Func::BODY);
}

/// Whether a block holds loops or branches.
pub(crate) fn has_regions(func: &Func, block: BlockId) -> bool {
    func.block(block).ops.iter().any(|op| is_entered(func, *op))
}

/// Whether an op has regions that are optimized. Planned kernels are final.
pub(crate) fn is_entered(func: &Func, op: OpId) -> bool {
    let data = func.op(op);
    !data.regions.is_empty() && data.kind != OpKind::Kernel
}

struct Regions<'a> {
    func: &'a mut Func,
    known: &'a KnownValues,
    options: &'a Options,
    report: &'a mut Report,
    /// How often each value was used before.
    uses: Vec<u32>,
    /// How many regions the block at hand lies in.
    depth: usize,
}

/// Values that are computed otherwise now.
type Renamed = HashMap<Value, Value>;

impl Regions<'_> {
    fn allows(&self, name: &str) -> bool {
        let class = REWRITES.iter().find(|(n, _, _)| *n == name).map_or(Class::Exact, |(_, class, _)| *class);
        self.options.allows(name, "region", class)
    }

    fn fired(&mut self, name: &str) {
        *self.report.fired.entry(name.to_string()).or_insert(0) += 1;
    }

    fn is_used(&self, value: Value) -> bool {
        self.uses.get(value.0 as usize).is_none_or(|n| *n > 0)
    }

    fn block(&mut self, id: BlockId) {
        if !has_regions(self.func, id) {
            return;
        }
        if self.allows("cond-sink") {
            self.sink_into_branches(id);
        }
        let ops = std::mem::take(&mut self.func.block_mut(id).ops);
        let mut renamed = Renamed::new();
        for op in ops {
            copy::rename_op(self.func, op, &renamed);
            if !is_entered(self.func, op) {
                self.func.block_mut(id).ops.push(op);
                continue;
            }
            self.depth += 1;
            for region in self.func.op(op).regions.clone() {
                self.block(region);
            }
            self.depth -= 1;
            match self.func.op(op).kind {
                _ if has_effects(self.func, op) => self.func.block_mut(id).ops.push(op),
                OpKind::Loop => self.looped(id, op, &mut renamed),
                OpKind::Cond => self.branched(id, op, &mut renamed),
                _ => self.func.block_mut(id).ops.push(op),
            }
        }
        copy::rename_all(&mut self.func.block_mut(id).results, &renamed);
        self.merge(id);
        self.rows_of_loops(id);
    }

    /// One loop: fewer carried values, then less inside, then perhaps no loop.
    fn looped(&mut self, id: BlockId, op: OpId, renamed: &mut Renamed) {
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
            copy::rename_op(self.func, op, renamed);
            self.func.block_mut(id).ops.push(op);
        }
    }

    /// One branch: perhaps none, or less inside, then fewer results.
    fn branched(&mut self, id: BlockId, op: OpId, renamed: &mut Renamed) {
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
    fn rebuild(&mut self, id: BlockId, op: OpId, operands: &[Value], kept: &[Value], renamed: &mut Renamed) {
        let data = self.func.op(op).clone();
        let types: Vec<_> = kept.iter().map(|v| self.func.ty(*v).clone()).collect();
        let new = self.func.push(id, data.kind, operands, data.attrs, &data.regions, types, data.loc);
        let results = self.func.op(new).results.to_vec();
        for (old, result) in kept.iter().zip(results) {
            self.func.value_mut(result).name = self.func.value(*old).name.clone();
            renamed.insert(*old, result);
        }
    }

    /// The literal that a value is.
    fn literal(&self, value: Value) -> Option<&Literal> {
        let op = self.func.op(self.func.def_op(value)?);
        op.attrs.get_literal("value").filter(|_| op.kind == OpKind::Constant)
    }

    /// Whether two values are the same, or equal literals.
    fn same(&self, a: Value, b: Value) -> bool {
        a == b || self.literal(a).is_some_and(|l| self.literal(b) == Some(l))
    }

    /// The rank-0 integer or bool that a value certainly is.
    fn number(&self, value: Value) -> Option<i128> {
        if let Some(literal) = self.literal(value) {
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
