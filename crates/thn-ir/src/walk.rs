//! Walking and copying programs.

use crate::{
    Block, BlockId, Func, Iterate, OpId, OpKind, Semantics, Symbol, SymbolOrigin, Value, ValueData, ValueDef,
};
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

impl Func {
    /// Every op of a block and of the regions inside it, outer ops before inner ones.
    pub fn walk(&self, block: BlockId) -> Vec<OpId> {
        let mut out = vec![];
        let mut stack: Vec<OpId> = self.block(block).ops.iter().rev().copied().collect();
        while let Some(op) = stack.pop() {
            out.push(op);
            for region in self.op(op).regions.iter().rev() {
                stack.extend(self.block(*region).ops.iter().rev());
            }
        }
        out
    }

    /// Values from outside that the regions of an op use, in order of first use.
    pub fn captures(&self, op: OpId) -> Vec<Value> {
        self.captured_by(&self.op(op).regions)
    }

    /// Values from outside that some regions use, in order of first use.
    pub fn captured_by(&self, regions: &[BlockId]) -> Vec<Value> {
        let mut inside = HashSet::new();
        let mut used = vec![];
        for region in regions {
            let block = self.block(*region);
            inside.extend(block.args.iter().copied());
            for inner in self.walk(*region) {
                let data = self.op(inner);
                used.extend(data.operands.iter().copied());
                inside.extend(data.results.iter().copied());
                for r in &data.regions {
                    inside.extend(self.block(*r).args.iter().copied());
                    used.extend(self.block(*r).results.iter().copied());
                }
            }
            used.extend(block.results.iter().copied());
        }
        let mut seen = HashSet::new();
        used.retain(|v| !inside.contains(v) && seen.insert(*v));
        used
    }

    /// Whether running an op, or one inside it, can end a call with an error.
    pub fn can_fail(&self, op: OpId) -> bool {
        let alone = |op: OpId| {
            let kind = self.op(op).kind;
            match kind.row().semantics {
                Semantics::Iterate(Iterate::Gather | Iterate::Pick | Iterate::ScatterAdd)
                | Semantics::Foreign => true,
                Semantics::Library(_) => !kind.is_matmul(),
                _ => false,
            }
        };
        let inside = self.op(op).regions.iter().flat_map(|r| self.walk(*r));
        alone(op) || inside.into_iter().any(alone)
    }

    /// Operands and captures: everything an op needs before it can run.
    pub fn inputs(&self, op: OpId) -> Vec<Value> {
        let mut all: Vec<Value> = self.op(op).operands.to_vec();
        if !self.op(op).regions.is_empty() {
            let known: HashSet<Value> = all.iter().copied().collect();
            all.extend(self.captures(op).into_iter().filter(|v| !known.contains(v)));
        }
        all
    }

    /// How often each value is used by ops and block results reachable from the body.
    pub fn use_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.value_count()];
        let mut count = |block: &Block| block.results.iter().for_each(|v| counts[v.0 as usize] += 1);
        count(self.body());
        let ops = self.walk(Func::BODY);
        for op in &ops {
            self.op(*op).regions.iter().for_each(|r| count(self.block(*r)));
        }
        for op in ops {
            self.op(op).operands.iter().for_each(|v| counts[v.0 as usize] += 1);
        }
        counts
    }

    /// Removes ops whose results are never used, in the body and all regions. Foreign ops stay: they may have
    /// effects.
    pub fn remove_dead(&mut self) {
        let mut needed = vec![false; self.value_count()];
        self.body().results.iter().for_each(|v| needed[v.0 as usize] = true);
        // Blocks that are being swept from their ends, inner ones last: ops still to look at, and ops that stay.
        let mut open = vec![(Func::BODY, std::mem::take(&mut self.block_mut(Func::BODY).ops), vec![])];
        while let Some((block, left, kept)) = open.last_mut() {
            let Some(op) = left.pop() else {
                kept.reverse();
                let (block, kept) = (*block, std::mem::take(kept));
                self.block_mut(block).ops = kept;
                open.pop();
                continue;
            };
            let data = self.op(op);
            let effects = data.kind == OpKind::Foreign;
            if !effects && !data.results.iter().any(|r| needed[r.0 as usize]) {
                continue;
            }
            kept.push(op);
            data.operands.iter().for_each(|v| needed[v.0 as usize] = true);
            for region in data.regions.clone() {
                self.block(region).results.iter().for_each(|v| needed[v.0 as usize] = true);
                let ops = std::mem::take(&mut self.block_mut(region).ops);
                open.push((region, ops, vec![]));
            }
        }
    }

    /// The ops of the body as a graph: an edge from the op that makes a value to every op that uses it, weighted
    /// with the value. Nodes are in program order.
    pub fn graph(&self) -> DiGraph<OpId, Value> {
        let mut graph = DiGraph::new();
        let nodes: HashMap<OpId, NodeIndex> =
            self.body().ops.iter().map(|op| (*op, graph.add_node(*op))).collect();
        for op in &self.body().ops {
            for input in self.inputs(*op) {
                if let Some(from) = self.def_op(input).and_then(|d| nodes.get(&d)) {
                    graph.add_edge(*from, nodes[op], input);
                }
            }
        }
        graph
    }

    /// Ops of the body that `roots` depend on, in program order.
    pub fn ancestors(&self, roots: &[Value]) -> Vec<OpId> {
        let mut needed = BTreeSet::new();
        let mut stack: Vec<OpId> = roots.iter().filter_map(|v| self.def_op(*v)).collect();
        while let Some(op) = stack.pop() {
            if needed.insert(op) {
                stack.extend(self.inputs(op).into_iter().filter_map(|v| self.def_op(v)));
            }
        }
        self.body().ops.iter().copied().filter(|o| needed.contains(o)).collect()
    }

    /// Copies the ops of `from`'s `block` into `into` of this function. `map` gives the copies of values that are
    /// already here and receives those of the copied ones; symbols are taken over as they are, so both functions
    /// must share them.
    ///
    /// # Panics
    ///
    /// If an op uses a value that is neither in `map` nor made by an op before it: the source is not a program.
    pub fn copy_block(
        &mut self,
        into: BlockId,
        from: &Func,
        block: BlockId,
        map: &mut HashMap<Value, Value>,
    ) {
        self.copy_ops(into, Some(from), &from.block(block).ops, map);
    }

    /// Copies one op with its regions; see [`Func::copy_block`].
    ///
    /// # Panics
    ///
    /// As [`Func::copy_block`].
    pub fn copy_op(&mut self, into: BlockId, from: &Func, op: OpId, map: &mut HashMap<Value, Value>) -> OpId {
        self.copy_ops(into, Some(from), &[op], map);
        OpId(self.op_count() as u32 - 1)
    }

    /// Copies ops of this function to the end of a block. `map` gives the copies of values and receives those of the
    /// results; other values stand for themselves.
    pub fn copy_within(&mut self, into: BlockId, ops: &[OpId], map: &mut HashMap<Value, Value>) {
        self.copy_ops(into, None, ops, map);
    }

    /// Copies ops of another function, or of this one.
    fn copy_ops(
        &mut self,
        into: BlockId,
        from: Option<&Func>,
        ops: &[OpId],
        map: &mut HashMap<Value, Value>,
    ) {
        // An op with regions is copied after them.
        enum Step {
            Op(OpId, BlockId),
            /// A region of an op: the old one, and the new one.
            Region(BlockId, BlockId),
            Leave(OpId, BlockId, Vec<BlockId>),
        }
        let copied = |map: &HashMap<Value, Value>, value: &Value| match from {
            Some(_) => map[value],
            None => map.get(value).copied().unwrap_or(*value),
        };
        let mut steps: Vec<Step> = ops.iter().rev().map(|op| Step::Op(*op, into)).collect();
        while let Some(step) = steps.pop() {
            let source = from.unwrap_or(&*self);
            match step {
                Step::Op(op, into) => {
                    let old = source.op(op).regions.clone();
                    let new: Vec<BlockId> = old.iter().map(|_| self.new_block()).collect();
                    steps.push(Step::Leave(op, into, new.clone()));
                    steps.extend(old.into_iter().zip(new).rev().map(|(old, new)| Step::Region(old, new)));
                }
                Step::Region(old, new) => {
                    let block = source.block(old);
                    steps.extend(block.ops.iter().rev().map(|op| Step::Op(*op, new)));
                    for arg in block.args.clone() {
                        let data = from.unwrap_or(&*self).value(arg).clone();
                        let copy = self.add_block_arg(new, data.ty);
                        self.value_mut(copy).name = data.name;
                        map.insert(arg, copy);
                    }
                }
                Step::Leave(op, into, new) => {
                    let data = source.op(op).clone();
                    let ends: Vec<Block> = data.regions.iter().map(|r| source.block(*r).ending()).collect();
                    let results: Vec<ValueData> =
                        data.results.iter().map(|r| source.value(*r).clone()).collect();
                    for (new, end) in new.iter().zip(ends) {
                        let block = self.block_mut(*new);
                        block.results = end.results.iter().map(|v| copied(map, v)).collect();
                        block.end = end.end;
                    }
                    let operands: Vec<Value> = data.operands.iter().map(|v| copied(map, v)).collect();
                    let types = results.iter().map(|r| r.ty.clone());
                    let made = self.push(into, data.kind, &operands, data.attrs, &new, types, data.loc);
                    for ((old, copy), was) in
                        data.results.iter().zip(self.op(made).results.clone()).zip(results)
                    {
                        self.value_mut(copy).name = was.name;
                        map.insert(*old, copy);
                    }
                }
            }
        }
    }

    /// A copy of the live program, with dense ids. Symbols keep their ids.
    #[must_use]
    pub fn compact(&self) -> Func {
        let mut live = self.clone();
        live.remove_dead();
        let mut out = Func::new(self.name.clone());
        out.attrs = self.attrs.clone();
        out.loc = self.loc.clone();
        out.adopt_symbols(self.symbols());
        let mut map = HashMap::new();
        for (value, arg) in self.body().args.iter().zip(&self.args) {
            map.insert(*value, out.add_arg(self.ty(*value).clone(), arg.clone()));
        }
        out.copy_block(Func::BODY, &live, Func::BODY, &mut map);
        for (value, res) in self.body().results.iter().zip(&self.results) {
            out.add_result(map[value], res.clone());
        }
        out.block_mut(Func::BODY).end = self.body().end.clone();
        out
    }

    /// Takes over the symbols of another function, with their ids, where this one has none yet.
    pub fn adopt_symbols(&mut self, symbols: &[(Symbol, SymbolOrigin)]) {
        for (symbol, origin) in symbols.iter().skip(self.symbols().len()) {
            self.new_symbol(&symbol.name, *origin);
        }
    }

    /// The number of live ops by mnemonic, regions included.
    pub fn op_histogram(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for op in self.walk(Func::BODY) {
            *counts.entry(self.op(op).kind.row().mnemonic).or_insert(0) += 1;
        }
        counts
    }

    /// Whether `value` may be used in `block`: it is defined there or in a block around it.
    pub fn visible_in(&self, value: Value, block: BlockId) -> bool {
        let home = match self.def(value) {
            ValueDef::Arg { block, .. } => Some(block),
            ValueDef::Result { op, .. } => self.block_of(op),
        };
        let mut at = Some(block);
        while let Some(b) = at {
            if Some(b) == home {
                return true;
            }
            at = self.block(b).parent.and_then(|p| self.block_of(p));
        }
        false
    }

    /// The block that holds an op, by search.
    pub fn block_of(&self, op: OpId) -> Option<BlockId> {
        let mut blocks = vec![Func::BODY];
        while let Some(b) = blocks.pop() {
            for o in &self.block(b).ops {
                if *o == op {
                    return Some(b);
                }
                blocks.extend(self.op(*o).regions.iter().copied());
            }
        }
        None
    }
}
