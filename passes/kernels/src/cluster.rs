//! Which stored values are computed by one kernel.
//!
//! Values are taken in program order. Each joins the latest kernel that makes something it reads, or else one that
//! reads the same large operand, if the two can run over the same rows ([`Schedule`]) and no third kernel would have
//! to run both after and before the result. Otherwise it begins a kernel of its own. The choice depends on program
//! order alone, so it is the same in every run.

use crate::trace::{Accesses, Trace, is_gemm};
use crate::{Load, Options, Place, Schedule, roots};
use std::collections::{BTreeSet, HashMap, HashSet};
use thn_ir::access::Target;
use thn_ir::{BlockId, Dim, Func, OpId, Value};

/// More stages than this in one kernel only make it slow to compile.
const MOST_STAGES: usize = 16;

/// How a kernel runs.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    /// Loops over rows of these lengths.
    Loops(Vec<Dim>),
    /// A call of the matrix product.
    Gemm,
    /// A copy, then additions at computed places.
    Scatter,
    /// Another shape for the same memory.
    View,
    /// A loop or branch; not a kernel.
    Structure,
}

/// Stored values that are computed together.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) kind: Kind,
    /// The ops that make them, in program order.
    pub(crate) ops: Vec<OpId>,
    /// What they read, other clusters' values and arguments.
    reads: Vec<Load>,
    /// Clusters they read from.
    needs: BTreeSet<usize>,
}

/// The clusters of a block, each after all it needs.
pub(crate) fn clusters(
    func: &Func,
    accesses: &Accesses,
    block: BlockId,
    stored: &HashSet<Value>,
    options: &Options,
) -> Vec<Cluster> {
    let inside: HashSet<OpId> = func.block(block).ops.iter().copied().collect();
    let is_stored = |v: Value| stored.contains(&v) || !func.def_op(v).is_some_and(|op| inside.contains(&op));
    let trace = Trace { func, accesses, stored: &is_stored };
    let mut all = Builder { trace: &trace, options, clusters: vec![], home: HashMap::new() };
    for op in &func.block(block).ops {
        let data = func.op(*op);
        if data.results.iter().any(|r| stored.contains(r)) || !data.regions.is_empty() {
            all.add(*op);
        }
    }
    all.sorted()
}

struct Builder<'a> {
    trace: &'a Trace<'a>,
    options: &'a Options,
    clusters: Vec<Cluster>,
    home: HashMap<Value, usize>,
}

impl Builder<'_> {
    fn add(&mut self, op: OpId) {
        let func = self.trace.func;
        let data = func.op(op);
        let access = self.trace.accesses.get(op);
        let kind = match access {
            None => Kind::Structure,
            Some(_) if is_gemm(func, op) => Kind::Gemm,
            Some(_) if roots::is_view(func, self.trace.accesses, op) => Kind::View,
            Some(a) if a.target != Target::Identity => Kind::Scatter,
            Some(_) => Kind::Loops(Schedule::natural_outer(self.trace, op)),
        };
        let reads = match access {
            None => {
                let whole = |value| Load { value, at: vec![], is_index: false };
                func.inputs(op).into_iter().map(whole).collect()
            }
            Some(a) => self.trace.loads(op, &Place::iters(0..a.parallel.len() + a.reduction.len())),
        };
        let needs: BTreeSet<usize> = reads.iter().filter_map(|l| self.home.get(&l.value).copied()).collect();
        let at = match self.partner(op, &kind, &reads, &needs) {
            Some((at, outer)) => {
                let cluster = &mut self.clusters[at];
                cluster.kind = Kind::Loops(outer);
                cluster.ops.push(op);
                cluster.reads.extend(reads);
                cluster.needs.extend(needs.into_iter().filter(|n| *n != at));
                at
            }
            None => {
                self.clusters.push(Cluster { kind, ops: vec![op], reads, needs });
                self.clusters.len() - 1
            }
        };
        self.home.extend(data.results.iter().map(|r| (*r, at)));
    }

    /// The cluster that an op joins, and the rows of the two together.
    fn partner(
        &self,
        op: OpId,
        kind: &Kind,
        reads: &[Load],
        needs: &BTreeSet<usize>,
    ) -> Option<(usize, Vec<Dim>)> {
        let Kind::Loops(own) = kind else { return None };
        if !self.options.fusion {
            return None;
        }
        let rank = |v: Value| self.trace.func.tensor(v).map_or(0, |t| t.rank());
        let largest = reads.iter().map(|l| rank(l.value)).max().unwrap_or(0);
        let shares = |c: &Cluster| {
            let both = |l: &&Load| rank(l.value) == largest && c.reads.iter().any(|r| r.value == l.value);
            largest > 0 && reads.iter().filter(both).count() > 0
        };
        let producers = needs.iter().rev().copied();
        let siblings =
            (0..self.clusters.len()).rev().filter(|c| !needs.contains(c) && shares(&self.clusters[*c]));
        producers.chain(siblings).find_map(|at| {
            let cluster = &self.clusters[at];
            let Kind::Loops(theirs) = &cluster.kind else { return None };
            let cyclic = needs.iter().any(|n| *n != at && self.reaches(*n, at));
            if cyclic || cluster.ops.len() >= MOST_STAGES {
                return None;
            }
            self.common_rows(cluster, op, theirs, own).map(|outer| (at, outer))
        })
    }

    /// The most rows over which a cluster and an op can run together. Running everything in one row is worth it for
    /// rank-0 results only.
    fn common_rows(&self, cluster: &Cluster, op: OpId, theirs: &[Dim], own: &[Dim]) -> Option<Vec<Dim>> {
        let ops: Vec<OpId> = cluster.ops.iter().copied().chain([op]).collect();
        let scalars = ops.iter().all(|o| {
            let result = self.trace.func.op(*o).result();
            self.trace.func.tensor(result).is_some_and(|t| t.rank() == 0)
        });
        let least = usize::from(!scalars);
        let longest = theirs.len().max(own.len());
        (least..=longest).rev().find_map(|length| {
            [theirs, own].into_iter().filter(|rows| rows.len() >= length).find_map(|rows| {
                let outer = &rows[..length];
                Schedule::new(self.trace, &ops, outer).map(|_| outer.to_vec())
            })
        })
    }

    /// Whether `from` needs `to`, directly or through others.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut stack = vec![from];
        while let Some(c) = stack.pop() {
            if c == to {
                return true;
            }
            if seen.insert(c) {
                stack.extend(self.clusters[c].needs.iter().copied());
            }
        }
        false
    }

    /// The clusters, each after all it needs, and otherwise in the order in which they began.
    fn sorted(self) -> Vec<Cluster> {
        let mut done: BTreeSet<usize> = BTreeSet::new();
        let mut order = vec![];
        while order.len() < self.clusters.len() {
            let ready = |c: &usize| !done.contains(c) && self.clusters[*c].needs.is_subset(&done);
            // Joining never makes a cycle, so some cluster is always ready.
            let Some(next) = (0..self.clusters.len()).find(ready) else { break };
            done.insert(next);
            order.push(next);
        }
        order.into_iter().map(|c| self.clusters[c].clone()).collect()
    }
}
