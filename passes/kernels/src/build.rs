//! Writing the chosen kernels as a program of `kernel` ops.

use crate::cluster::{Cluster, Kind, clusters};
use crate::roots::{Stored, roots};
use crate::trace::{Accesses, Trace};
use crate::{Options, Role, Schedule, size};
use std::collections::{HashMap, HashSet};
use thn_ir::{Attr, Attrs, BlockId, Dim, Error, Func, Loc, OpId, OpKind, Type, Value};

/// Copies a block of `from`, whose ops are kernels from then on, into a block of `into`.
pub(crate) struct Writer<'a> {
    pub(crate) from: &'a Func,
    pub(crate) into: &'a mut Func,
    pub(crate) accesses: &'a Accesses,
    pub(crate) options: &'a Options,
    /// Copies of stored values.
    pub(crate) map: HashMap<Value, Value>,
}

/// What one kernel holds.
struct Content {
    /// All ops, in program order.
    ops: Vec<OpId>,
    /// What it reads, in order of first use.
    inputs: Vec<Value>,
}

/// A block that becomes kernels.
struct Source {
    stored: Stored,
    /// Its ops, by their positions.
    positions: HashMap<OpId, usize>,
}

impl Writer<'_> {
    pub(crate) fn block(&mut self, block: BlockId, target: BlockId) -> Result<(), Error> {
        let from = self.from;
        let ops = &from.block(block).ops;
        let stored = match self.options.fusion {
            true => roots(from, self.accesses, block),
            false => Stored::all(ops.iter().flat_map(|op| from.op(*op).results.to_vec()).collect()),
        };
        let source = Source { stored, positions: ops.iter().enumerate().map(|(i, op)| (*op, i)).collect() };
        let clusters = clusters(from, self.accesses, block, &source.stored, self.options);
        let contents: Vec<Content> = clusters.iter().map(|c| self.content(&source, c)).collect();
        let mut wanted: HashSet<Value> = from.block(block).results.iter().copied().collect();
        contents.iter().for_each(|c| wanted.extend(&c.inputs));
        for (cluster, content) in clusters.iter().zip(&contents) {
            match cluster.kind {
                Kind::Structure => self.structure(cluster.ops[0], target)?,
                _ => self.kernel(&source, cluster, content, &wanted, target)?,
            }
        }
        let results = from.block(block).results.iter().map(|v| self.copy_of(*v)).collect::<Result<_, _>>()?;
        self.into.block_mut(target).results = results;
        self.into.block_mut(target).end = from.block(block).end.clone();
        Ok(())
    }

    fn copy_of(&self, v: Value) -> Result<Value, Error> {
        let missing =
            || Error::internal(format!("{} is read before a kernel makes it", self.from.describe(v)));
        self.map.get(&v).copied().ok_or_else(missing)
    }

    fn content(&self, source: &Source, cluster: &Cluster) -> Content {
        let from = self.from;
        if cluster.kind == Kind::Structure {
            return Content { ops: vec![], inputs: from.inputs(cluster.ops[0]) };
        }
        let own: HashSet<OpId> = cluster.ops.iter().copied().collect();
        let mut ops: HashSet<OpId> = own.clone();
        let mut inputs = vec![];
        let mut listed = HashSet::new();
        let mut stack: Vec<OpId> = cluster.ops.iter().rev().copied().collect();
        while let Some(op) = stack.pop() {
            for v in &from.op(op).operands {
                let computed = from
                    .def_op(*v)
                    .filter(|d| source.positions.contains_key(d) && !source.stored.values.contains(v));
                match (computed, from.def_op(*v)) {
                    (Some(d), _) if ops.insert(d) => stack.push(d),
                    (Some(_), _) => {}
                    (None, Some(d)) if own.contains(&d) => {}
                    _ if listed.insert(*v) => inputs.push(*v),
                    _ => {}
                }
            }
        }
        let mut ops: Vec<OpId> = ops.into_iter().collect();
        ops.sort_by_key(|op| source.positions.get(op));
        Content { ops, inputs }
    }

    fn kernel(
        &mut self,
        source: &Source,
        cluster: &Cluster,
        content: &Content,
        wanted: &HashSet<Value>,
        target: BlockId,
    ) -> Result<(), Error> {
        let from = self.from;
        let region = self.into.new_block();
        let mut local = HashMap::new();
        let mut operands = vec![];
        for v in &content.inputs {
            operands.push(self.copy_of(*v)?);
            let arg = self.into.add_block_arg(region, from.ty(*v).clone());
            self.into.value_mut(arg).name = from.value(*v).name.clone();
            local.insert(*v, arg);
        }
        for op in &content.ops {
            self.into.copy_op(region, from, *op, &mut local);
        }
        let results: Vec<Value> =
            cluster.ops.iter().map(|op| from.op(*op).result()).filter(|v| wanted.contains(v)).collect();
        self.into.block_mut(region).results = results.iter().map(|v| local[v]).collect();
        let attrs = self.attrs(source, cluster, content, &results)?;
        let types: Vec<Type> = results.iter().map(|v| from.ty(*v).clone()).collect();
        let loc = Loc::fuse(cluster.ops.iter().map(|op| from.op(*op).loc.clone()));
        let kernel = self.into.push(target, OpKind::Kernel, &operands, attrs, &[region], types, loc);
        for (v, copy) in results.iter().zip(self.into.op(kernel).results.clone()) {
            self.into.value_mut(copy).name = from.value(*v).name.clone();
            self.map.insert(*v, copy);
        }
        Ok(())
    }

    /// The schedule, the rows, and which ops besides folds and results have loops of their own (`kept`, by position).
    fn attrs(
        &self,
        source: &Source,
        cluster: &Cluster,
        content: &Content,
        results: &[Value],
    ) -> Result<Attrs, Error> {
        let name = |s: &str| Attrs::new().with("schedule", Attr::Str(s.into()));
        let outer = match &cluster.kind {
            Kind::Gemm => return Ok(name("gemm")),
            Kind::Scatter => return Ok(name("scatter")),
            Kind::View => return Ok(name("view")),
            Kind::Structure => return Err(Error::internal("a loop or branch inside a kernel")),
            Kind::Loops(outer) => outer,
        };
        let (anchors, schedule) = self.anchors(source, cluster, content, results, outer)?;
        let folds = |op: OpId| self.accesses.get(op).is_some_and(|a| a.fold.is_some());
        let pointwise = |op: &OpId| !folds(*op);
        let flat = schedule.stages.iter().all(|s| pointwise(&s.op) && s.kept.is_empty());
        let form = match schedule.stages.as_slice() {
            _ if flat => "elementwise",
            [_] => "reduce",
            _ => "rows",
        };
        let own = |op: &&OpId| pointwise(op) && !results.contains(&self.from.op(**op).result());
        let kept: Vec<i64> = anchors
            .iter()
            .filter(own)
            .filter_map(|op| content.ops.iter().position(|o| o == op))
            .map(|at| at as i64)
            .collect();
        let attrs = name(form).dims("outer", outer);
        Ok(if kept.is_empty() { attrs } else { attrs.ints("kept", &kept) })
    }

    /// The ops that have loops of their own, which are folds, results, and values that several loops read; and those
    /// loops.
    fn anchors(
        &self,
        source: &Source,
        cluster: &Cluster,
        content: &Content,
        results: &[Value],
        outer: &[Dim],
    ) -> Result<(Vec<OpId>, Schedule), Error> {
        let anchors = cluster.ops.clone();
        let missing = || Error::internal("a kernel without a schedule").at("kernel", &Loc::Unknown);
        let schedule = self.schedule(source, content, &anchors, outer).ok_or_else(missing)?;
        let folds = |op: OpId| self.accesses.get(op).is_some_and(|a| a.fold.is_some());
        let flat = schedule.stages.iter().all(|s| !folds(s.op) && s.kept.is_empty());
        let needless = |op: &OpId| {
            let value = self.from.op(*op).result();
            if folds(*op) || results.contains(&value) {
                return false;
            }
            let own = schedule.stages.iter().find(|s| s.op == *op);
            let readers: Vec<_> =
                schedule.stages.iter().filter(|s| s.loads.iter().any(|l| l.value == value)).collect();
            // One reader with the very same loops computes the value just as well.
            let same = |r: &crate::Stage| {
                let loops: Vec<&Dim> = r.kept.iter().chain(&r.folded).collect();
                own.is_some_and(|o| o.role == Role::Row && o.kept.iter().collect::<Vec<_>>() == loops)
            };
            flat || matches!(readers.as_slice(), [r] if same(r))
        };
        let fewer: Vec<OpId> = anchors.iter().copied().filter(|op| !needless(op)).collect();
        // A fold follows the memory of what it reads; one that reads nothing else any more has other rows. And what is
        // read in several branches would be written out in each.
        Ok(match self.schedule(source, content, &fewer, outer) {
            Some(simpler) if self.is_short(source, content, [(&anchors, &schedule), (&fewer, &simpler)]) => {
                (fewer, simpler)
            }
            _ => (anchors, schedule),
        })
    }

    /// Whether the second choice of anchors is not much more code than the first.
    fn is_short(&self, source: &Source, content: &Content, choices: [(&Vec<OpId>, &Schedule); 2]) -> bool {
        let branches = |op: &OpId| self.accesses.get(*op).is_some_and(size::branches);
        let [(all, _), (few, simpler)] = choices;
        let flat = simpler.stages.iter().all(|s| s.kept.is_empty() && s.folded.is_empty());
        // A point at which everything is computed once.
        if all.len() == few.len() || flat && !content.ops.iter().any(branches) {
            return true;
        }
        let [before, after] = choices.map(|(anchors, schedule)| {
            let stored = self.stored(source, content, anchors);
            size::written(
                &Trace { func: self.from, accesses: self.accesses, stored: &stored },
                &schedule.stages,
            )
        });
        after <= before.saturating_mul(2).saturating_add(size::WORTH)
    }

    /// The values of a kernel that are not computed in place.
    fn stored<'b>(
        &'b self,
        source: &'b Source,
        content: &Content,
        anchors: &[OpId],
    ) -> impl Fn(Value) -> bool + use<'b> {
        let inputs: HashSet<Value> = content.inputs.iter().copied().collect();
        let anchors: HashSet<OpId> = anchors.iter().copied().collect();
        move |v: Value| {
            let maker = self.from.def_op(v).filter(|op| source.positions.contains_key(op));
            inputs.contains(&v) || maker.is_none_or(|op| anchors.contains(&op))
        }
    }

    /// The schedule of a kernel whose ops with loops of their own are `anchors`, if there is one over these rows.
    fn schedule(
        &self,
        source: &Source,
        content: &Content,
        anchors: &[OpId],
        outer: &[Dim],
    ) -> Option<Schedule> {
        let stored = self.stored(source, content, anchors);
        let trace = Trace { func: self.from, accesses: self.accesses, stored: &stored };
        Schedule::new(&trace, anchors, outer)
    }

    fn structure(&mut self, op: OpId, target: BlockId) -> Result<(), Error> {
        let from = self.from;
        let data = from.op(op);
        let operands = data.operands.iter().map(|v| self.copy_of(*v)).collect::<Result<Vec<_>, _>>()?;
        let mut regions = vec![];
        for region in &data.regions {
            let copy = self.into.new_block();
            for arg in &from.block(*region).args {
                let new = self.into.add_block_arg(copy, from.ty(*arg).clone());
                self.into.value_mut(new).name = from.value(*arg).name.clone();
                self.map.insert(*arg, new);
            }
            self.block(*region, copy)?;
            regions.push(copy);
        }
        let types: Vec<Type> = data.results.iter().map(|v| from.ty(*v).clone()).collect();
        let new = self.into.push(
            target,
            data.kind,
            &operands,
            data.attrs.clone(),
            &regions,
            types,
            data.loc.clone(),
        );
        for (v, copy) in data.results.iter().zip(self.into.op(new).results.clone()) {
            self.into.value_mut(copy).name = from.value(*v).name.clone();
            self.map.insert(*v, copy);
        }
        Ok(())
    }
}
