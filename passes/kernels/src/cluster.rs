//! Which stored values are computed by one kernel.
//!
//! Values are taken in program order. Each joins the latest kernel that makes something it reads, or else one that
//! reads the same large operand, if the two can run over the same rows ([`Schedule`]) and no third kernel would have
//! to run both after and before the result, and no kernel becomes more code than [`size::MOST`]. Otherwise it begins a
//! kernel of its own. The choice depends on program order alone, so it is the same in every run.

use crate::roots::{self, Stored};
use crate::trace::{Accesses, Trace, is_gemm};
use crate::{Load, Options, Place, Schedule, size};
use petgraph::{Direction, acyclic::Acyclic, data::Build, graph::DiGraph, graph::NodeIndex};
use std::collections::{BTreeSet, HashMap, HashSet};
use thn_ir::access::Target;
use thn_ir::{BlockId, Dim, Func, OpId, Value};

/// More stages than this in one kernel only make it slow to compile.
const MOST_STAGES: usize = 16;

/// Kernels that read the same operand are tried from the latest on, no more than these: what is far apart in a long
/// program has left the caches.
const MOST_SIBLINGS: usize = 32;

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
    /// Their stages, once there are several.
    schedule: Option<Schedule>,
    /// How much code they are.
    code: u32,
}

impl Cluster {
    fn is_full(&self) -> bool {
        self.ops.len() >= MOST_STAGES || self.code >= size::MOST
    }
}

/// The clusters of a block, each after all it needs.
pub(crate) fn clusters(
    func: &Func,
    accesses: &Accesses,
    block: BlockId,
    stored: &Stored,
    options: &Options,
) -> Vec<Cluster> {
    let inside: HashSet<OpId> = func.block(block).ops.iter().copied().collect();
    let is_stored =
        |v: Value| stored.values.contains(&v) || !func.def_op(v).is_some_and(|op| inside.contains(&op));
    let trace = Trace { func, accesses, stored: &is_stored };
    let mut all = Builder {
        trace: &trace,
        options,
        stored,
        clusters: vec![],
        order: Acyclic::new(),
        home: HashMap::new(),
        readers: HashMap::new(),
    };
    for op in &func.block(block).ops {
        let data = func.op(*op);
        if data.results.iter().any(|r| stored.values.contains(r)) || !data.regions.is_empty() {
            all.add(*op);
        }
    }
    all.sorted()
}

struct Builder<'a> {
    trace: &'a Trace<'a>,
    options: &'a Options,
    stored: &'a Stored,
    clusters: Vec<Cluster>,
    /// Which cluster runs before which, kept in an order that grows with it (Pearce and Kelly).
    order: Acyclic<DiGraph<(), ()>>,
    home: HashMap<Value, usize>,
    /// Clusters that something can join, by what they read.
    readers: HashMap<Value, BTreeSet<usize>>,
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
        let code = data.results.iter().map(|r| self.stored.code(*r)).sum();
        let at = match self.partner(op, &kind, &reads, &needs, code) {
            Some((at, schedule)) => {
                let cluster = &mut self.clusters[at];
                cluster.kind = Kind::Loops(schedule.outer.clone());
                cluster.schedule = Some(schedule);
                cluster.ops.push(op);
                cluster.reads.extend(reads.iter().cloned());
                cluster.code = cluster.code.saturating_add(code);
                at
            }
            None => {
                let (ops, reads) = (vec![op], reads.clone());
                self.clusters.push(Cluster { kind, ops, reads, schedule: None, code });
                self.order.add_node(()).index()
            }
        };
        for need in needs.into_iter().filter(|n| *n != at) {
            self.order.update_edge(NodeIndex::new(need), NodeIndex::new(at), ());
        }
        let cluster = &self.clusters[at];
        if cluster.is_full() {
            for read in &cluster.reads {
                self.readers.get_mut(&read.value).map(|all| all.remove(&at));
            }
        } else {
            for read in &reads {
                self.readers.entry(read.value).or_default().insert(at);
            }
        }
        self.home.extend(data.results.iter().map(|r| (*r, at)));
    }

    /// The cluster that an op joins, and the stages of the two together.
    fn partner(
        &self,
        op: OpId,
        kind: &Kind,
        reads: &[Load],
        needs: &BTreeSet<usize>,
        code: u32,
    ) -> Option<(usize, Schedule)> {
        let Kind::Loops(own) = kind else { return None };
        if !self.options.fusion {
            return None;
        }
        let rank = |v: Value| self.trace.func.tensor(v).map_or(0, |t| t.rank());
        let largest = reads.iter().map(|l| rank(l.value)).max().unwrap_or(0);
        let shared: BTreeSet<usize> = reads
            .iter()
            .filter(|l| largest > 0 && rank(l.value) == largest)
            .filter_map(|l| self.readers.get(&l.value))
            .flat_map(|all| all.iter().rev().take(MOST_SIBLINGS).copied())
            .collect();
        let producers = needs.iter().rev().copied();
        let siblings = shared.into_iter().rev().filter(|c| !needs.contains(c)).take(MOST_SIBLINGS);
        producers.chain(siblings).find_map(|at| {
            let cluster = &self.clusters[at];
            let Kind::Loops(theirs) = &cluster.kind else { return None };
            if cluster.is_full() || cluster.code.saturating_add(code) > size::MOST {
                return None;
            }
            let runs_before = |n: &usize| self.order.is_valid_edge(NodeIndex::new(*n), NodeIndex::new(at));
            if !needs.iter().filter(|n| **n != at).all(runs_before) {
                return None;
            }
            self.together(cluster, op, theirs, own).map(|schedule| (at, schedule))
        })
    }

    /// The stages of a cluster and an op over the most rows over which they can run together. Running everything in one
    /// row is worth it for rank-0 results only.
    fn together(&self, cluster: &Cluster, op: OpId, theirs: &[Dim], own: &[Dim]) -> Option<Schedule> {
        let ops: Vec<OpId> = cluster.ops.iter().copied().chain([op]).collect();
        let scalars = ops.iter().all(|o| {
            let result = self.trace.func.op(*o).result();
            self.trace.func.tensor(result).is_some_and(|t| t.rank() == 0)
        });
        let least = usize::from(!scalars);
        let longest = theirs.len().max(own.len());
        let over = |outer: &[Dim]| match &cluster.schedule {
            // What is there stays as it is over the same rows.
            Some(before) if before.outer == outer => {
                let stage = before.stage(self.trace, op)?;
                let mut schedule = before.clone();
                schedule.stages.push(stage);
                Some(schedule)
            }
            _ => Schedule::new(self.trace, &ops, outer),
        };
        (least..=longest).rev().find_map(|length| {
            let of = |rows: &[Dim]| rows.get(..length).map(<[Dim]>::to_vec);
            let (first, second) = (of(theirs), of(own));
            let second = second.filter(|rows| first.as_ref() != Some(rows));
            [first, second].into_iter().flatten().find_map(|outer| over(&outer))
        })
    }

    /// The clusters, each after all it needs, and otherwise in the order in which they began.
    fn sorted(self) -> Vec<Cluster> {
        let beside = |at: usize, side| self.order.neighbors_directed(NodeIndex::new(at), side);
        let mut waits: Vec<usize> =
            (0..self.clusters.len()).map(|at| beside(at, Direction::Incoming).count()).collect();
        let mut ready: BTreeSet<usize> = (0..waits.len()).filter(|c| waits[*c] == 0).collect();
        let mut order = vec![];
        // Joining never makes a cycle, so some cluster is always ready.
        while let Some(next) = ready.pop_first() {
            for reader in beside(next, Direction::Outgoing).map(NodeIndex::index) {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    ready.insert(reader);
                }
            }
            order.push(self.clusters[next].clone());
        }
        order
    }
}
