//! Chooses one node for every class that the results need.
//!
//! The choice minimizes, in this order, the number of nodes that a stabilizing rule found something better for
//! (`search::node_table`), and the cost of the program with everything shared counted once. Ties go to nodes of the
//! original program, then to the op that stands first in the table, then to the smallest node: a total order without
//! hashes.
//!
//! A first pass finds the cheapest tree of every class, from the cheapest class up. Passes over the chosen program
//! then exchange single nodes wherever that saves cost, counting by references what an exchange frees and what it
//! needs in addition. Choices never depend on themselves: a tree is made of trees that were settled before; an exchange
//! that would close a cycle is refused.

mod branch_and_bound;

use crate::{
    cost,
    egraph::{Graph, Head, Node, is_circular, type_of},
    hash::{FastMap, FastSet},
    options::Options,
    search::node_table::NodeTable,
};
use egg::{Id, Language};
use smallvec::SmallVec;
use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeSet, BinaryHeap},
};
use thn_ir::{DType, OpId, OpKind};

/// The most exchanges of one node for another are looked for in this many passes.
const PASSES: usize = 4;

/// The most classes looked at to see whether exchanges close cycles, and how many more for each class of the program.
/// After that only exchanges for nodes that lie deeper in the program are made, which close none.
const LOOKS: usize = 50_000;
const LOOKS_PER_CLASS: usize = 1;

/// The most classes counted to see what exchanges free and need, and how many more for each class of the program. An
/// exchange is compared with what is chosen by what only one of the two needs, which is little in most programs; where
/// every class has a second way of its own down to the leaves, it is everything below.
const STEPS: usize = 1_000_000;
const STEPS_PER_CLASS: usize = 100;

/// Number of nodes with a better equal, and work. Compared in this order.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Cost {
    worse: f64,
    work: f64,
}

impl Cost {
    fn plus(self, other: Cost) -> Cost {
        Cost { worse: self.worse + other.worse, work: self.work + other.work }
    }

    fn cmp(self, other: Cost) -> Ordering {
        self.worse.total_cmp(&other.worse).then(self.work.total_cmp(&other.work))
    }

    /// Less by more than rounding.
    fn clearly_below(self, other: Cost) -> bool {
        match self.worse.total_cmp(&other.worse) {
            Ordering::Equal => self.work < other.work - 1e-6 * other.work.abs().max(1.0),
            order => order == Ordering::Less,
        }
    }
}

/// A node that may be chosen.
struct Candidate {
    node: Node,
    children: SmallVec<[usize; 3]>,
    own: Cost,
    /// Not a node of the original program.
    made: bool,
}

/// A node with the cheapest trees of its children, in the order in which trees are settled.
#[derive(Clone, Copy, Debug)]
struct Tree {
    cost: Cost,
    /// Not a node of the original program.
    made: bool,
    depth: u32,
    kind: Option<OpKind>,
    class: usize,
    candidate: usize,
}

impl Tree {
    /// The tree of a node whose children have theirs.
    fn new(
        candidates: &[Vec<Candidate>],
        class: usize,
        candidate: usize,
        trees: &[Option<(Cost, u32)>],
    ) -> Tree {
        let node = &candidates[class][candidate];
        let mut tree =
            Tree { cost: node.own, made: node.made, depth: 1, kind: node.node.kind(), class, candidate };
        for (cost, depth) in node.children.iter().filter_map(|c| trees[*c]) {
            tree.cost = tree.cost.plus(cost);
            tree.depth = tree.depth.max(depth + 1);
        }
        tree
    }
}

impl Ord for Tree {
    fn cmp(&self, other: &Tree) -> Ordering {
        let rest = |t: &Tree| (t.made, t.depth, t.kind, t.class, t.candidate);
        self.cost.cmp(other.cost).then_with(|| rest(self).cmp(&rest(other)))
    }
}

impl PartialOrd for Tree {
    fn partial_cmp(&self, other: &Tree) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Tree) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Tree {}

/// One node for every class.
pub(crate) struct Choice {
    /// How much more the exchange of single nodes left than the exact search, as a part of what that left; `None` if it
    /// did not run to its end.
    pub(crate) gap: Option<f64>,
    /// For each id of a class, its place in the other lists; for other ids, a place that is not there.
    classes: Vec<usize>,
    candidates: Vec<Vec<Candidate>>,
    chosen: Vec<Option<usize>>,
}

impl Choice {
    /// The node chosen for a class.
    pub(crate) fn node(&self, graph: &Graph, class: Id) -> Option<&Node> {
        let class = *self.classes.get(usize::from(graph.find(class)))?;
        self.chosen.get(class)?.map(|c| &self.candidates[class][c].node)
    }

    /// The classes of the chosen program, with their nodes.
    pub(crate) fn program<'a>(&'a self, graph: &Graph, roots: &[Id]) -> Vec<(Id, &'a Node)> {
        let mut seen = vec![false; self.classes.len()];
        let mut stack: Vec<Id> = roots.iter().map(|r| graph.find(*r)).collect();
        let mut program = vec![];
        while let Some(class) = stack.pop() {
            if std::mem::replace(&mut seen[usize::from(class)], true) {
                continue;
            }
            if let Some(node) = self.node(graph, class) {
                program.push((class, node));
                stack.extend(node.children.iter().map(|c| graph.find(*c)));
            }
        }
        program
    }
}

/// Chooses nodes for everything that `roots` need. `levels` gives, for each leaf, how many ops with effects come
/// before it; a class is computed from leaves as early as any of its nodes allows. Where `ops` has any, nothing else is
/// chosen but what the program has.
pub(crate) fn extract(
    graph: &Graph,
    roots: &[Id],
    original: &FastMap<Node, OpId>,
    node_table: &NodeTable,
    levels: &[u32],
    options: &Options,
) -> Choice {
    let ops = &options.ops;
    let mut ids: Vec<Id> = graph.classes().map(|c| c.id).collect();
    ids.sort_unstable();
    let mut classes = vec![usize::MAX; graph.nodes().len()];
    ids.iter().enumerate().for_each(|(i, id)| classes[usize::from(*id)] = i);
    let mut candidates: Vec<Vec<Candidate>> = ids
        .iter()
        .map(|id| {
            let allowed = |node: &&Node| {
                !is_circular(graph, *id, node)
                    && (ops.is_empty() || original.contains_key(*node) || is_among(graph, node, *id, ops))
            };
            let candidate = |node: &Node| Candidate {
                children: node.children().iter().map(|c| classes[usize::from(graph.find(*c))]).collect(),
                own: Cost {
                    worse: f64::from(u8::from(node_table.is_worse(graph, node))),
                    work: cost::of_node(graph, node, *id, options.cost),
                },
                made: !original.contains_key(node),
                node: node.clone(),
            };
            let mut nodes: Vec<Candidate> = graph[*id].nodes.iter().filter(allowed).map(candidate).collect();
            nodes.sort_unstable_by(|a, b| a.node.cmp(&b.node));
            nodes
        })
        .collect();
    if levels.iter().any(|l| *l > 0) {
        keep_earliest(&mut candidates, levels);
    }
    let chosen = cheapest(&candidates);
    let mut choice = Choice { gap: None, classes, candidates, chosen };
    let roots: Vec<usize> = roots.iter().map(|r| choice.classes[usize::from(graph.find(*r))]).collect();
    Refinement::new(&mut choice).run(&roots);
    if options.exact == 0 {
        return choice;
    }
    let heuristic = branch_and_bound::cost(&choice.candidates, &roots, &choice.chosen);
    if branch_and_bound::improve(&choice.candidates, &roots, &mut choice.chosen, options.exact) == Some(true)
    {
        let least = branch_and_bound::cost(&choice.candidates, &roots, &choice.chosen);
        choice.gap = Some(if least.work > 0.0 { heuristic.work / least.work - 1.0 } else { 0.0 });
    }
    choice
}

/// Whether a node is one of the ops that may be used.
fn is_among(graph: &Graph, node: &Node, class: Id, ops: &BTreeSet<(OpKind, DType)>) -> bool {
    let of = node.children.last().copied().unwrap_or(class);
    node.kind().is_none_or(|kind| type_of(graph, of).is_some_and(|ty| ops.contains(&(kind, ty.dtype))))
}

/// Drops nodes that need a leaf later than their class does.
fn keep_earliest(candidates: &mut [Vec<Candidate>], leaves: &[u32]) {
    let mut levels = vec![u32::MAX; candidates.len()];
    let level = |c: &Candidate, levels: &[u32]| match c.node.head {
        Head::Leaf(leaf) => leaves[leaf as usize],
        _ => c.children.iter().map(|d| levels[*d]).max().unwrap_or(0),
    };
    let mut again = true;
    while again {
        again = false;
        for class in 0..candidates.len() {
            let best = candidates[class].iter().map(|c| level(c, &levels)).min().unwrap_or(u32::MAX);
            again |= best < levels[class];
            levels[class] = levels[class].min(best);
        }
    }
    for (class, nodes) in candidates.iter_mut().enumerate() {
        nodes.retain(|c| level(c, &levels) <= levels[class]);
    }
}

/// The node of the cheapest tree of every class.
///
/// Trees are settled from the cheapest up, as in Knuth's generalization of Dijkstra's algorithm (Information Processing
/// Letters 6, 1977): a node is no cheaper than its children, so all of them are settled when its turn comes, and what is
/// chosen never contains itself, whatever sums of costs lose to rounding.
fn cheapest(candidates: &[Vec<Candidate>]) -> Vec<Option<usize>> {
    let users = Users::new(candidates);
    // How many children of each node are not settled yet.
    let mut missing: Vec<Vec<u32>> = Vec::with_capacity(candidates.len());
    let mut ready = BinaryHeap::new();
    for (class, nodes) in candidates.iter().enumerate() {
        for (i, node) in nodes.iter().enumerate() {
            if node.children.is_empty() {
                ready.push(Reverse(Tree::new(candidates, class, i, &[])));
            }
        }
        missing.push(nodes.iter().map(|n| n.children.len() as u32).collect());
    }
    let mut trees: Vec<Option<(Cost, u32)>> = vec![None; candidates.len()];
    let mut chosen = vec![None; candidates.len()];
    while let Some(Reverse(tree)) = ready.pop() {
        if chosen[tree.class].is_some() {
            continue;
        }
        chosen[tree.class] = Some(tree.candidate);
        trees[tree.class] = Some((tree.cost, tree.depth));
        for (class, i) in users.of(tree.class) {
            let (class, i) = (*class as usize, *i as usize);
            missing[class][i] -= 1;
            if missing[class][i] == 0 && chosen[class].is_none() {
                ready.push(Reverse(Tree::new(candidates, class, i, &trees)));
            }
        }
    }
    chosen
}

/// The nodes that use each class, once for each use.
struct Users {
    /// Where the nodes of each class begin in `all`, and where the last end.
    starts: Vec<usize>,
    /// Nodes by their classes and places there.
    all: Vec<(u32, u32)>,
}

impl Users {
    fn new(candidates: &[Vec<Candidate>]) -> Users {
        let mut starts = vec![0; candidates.len() + 1];
        candidates.iter().flatten().flat_map(|n| &n.children).for_each(|c| starts[c + 1] += 1);
        for class in 0..candidates.len() {
            starts[class + 1] += starts[class];
        }
        let mut next = starts.clone();
        let mut all = vec![(0, 0); starts[candidates.len()]];
        for (class, nodes) in candidates.iter().enumerate() {
            for (i, node) in nodes.iter().enumerate() {
                for child in &node.children {
                    all[next[*child]] = (class as u32, i as u32);
                    next[*child] += 1;
                }
            }
        }
        Users { starts, all }
    }

    fn of(&self, class: usize) -> &[(u32, u32)] {
        &self.all[self.starts[class]..self.starts[class + 1]]
    }
}

/// Exchanges nodes of the chosen program, counting what is shared once.
struct Refinement<'a> {
    choice: &'a mut Choice,
    /// How many chosen nodes use a class.
    uses: Vec<u32>,
    /// For each class, a number above those of all that its chosen node uses.
    heights: Vec<u32>,
    /// How many more classes may be looked at for cycles.
    looks: usize,
    /// How many classes were counted up or down.
    steps: usize,
}

impl<'a> Refinement<'a> {
    fn new(choice: &'a mut Choice) -> Refinement<'a> {
        let count = choice.candidates.len();
        let mut refinement = Refinement {
            choice,
            uses: vec![0; count],
            heights: vec![],
            looks: LOOKS + LOOKS_PER_CLASS * count,
            steps: 0,
        };
        refinement.measure();
        refinement
    }

    /// Numbers the classes from the leaves up.
    fn measure(&mut self) {
        self.heights = vec![0; self.choice.candidates.len()];
        for class in 0..self.heights.len() {
            let mut stack = vec![class];
            while let Some(class) = stack.last().copied() {
                let node = self.choice.chosen[class].map(|c| &self.choice.candidates[class][c]);
                let children = node.map_or(&[][..], |n| &n.children);
                let before = stack.len();
                if self.heights[class] == 0 {
                    stack.extend(children.iter().filter(|c| self.heights[**c] == 0));
                }
                if stack.len() == before {
                    let highest = children.iter().map(|c| self.heights[*c]).max().unwrap_or(0);
                    self.heights[class] = highest + 1;
                    stack.pop();
                }
            }
        }
    }

    /// Whether `class` may be computed from `children`: none of them is computed from it.
    fn may_use(&mut self, class: usize, children: &[usize]) -> bool {
        children.iter().all(|c| self.heights[*c] < self.heights[class]) || !self.reaches(children, class)
    }

    fn run(&mut self, roots: &[usize]) {
        for root in roots {
            self.add(&[*root]);
        }
        let most = STEPS + STEPS_PER_CLASS * self.uses.len();
        for _ in 0..PASSES {
            let mut improved = false;
            for class in self.reachable(roots) {
                improved |= self.steps < most && self.uses[class] > 0 && self.improve(class);
            }
            if !improved {
                break;
            }
        }
    }

    fn chosen(&self, class: usize) -> Option<&Candidate> {
        self.choice.chosen[class].map(|c| &self.choice.candidates[class][c])
    }

    /// Uses classes once more; the cost of what was not used before.
    fn add(&mut self, classes: &[usize]) -> Cost {
        let mut cost = Cost::default();
        let mut stack = classes.to_vec();
        while let Some(class) = stack.pop() {
            self.steps += 1;
            self.uses[class] += 1;
            if self.uses[class] == 1
                && let Some(node) = self.chosen(class)
            {
                cost = cost.plus(node.own);
                stack.extend_from_slice(&node.children);
            }
        }
        cost
    }

    /// Uses classes once less; the cost of what is not used any more.
    fn remove(&mut self, classes: &[usize]) -> Cost {
        let mut cost = Cost::default();
        let mut stack = classes.to_vec();
        while let Some(class) = stack.pop() {
            self.steps += 1;
            self.uses[class] -= 1;
            if self.uses[class] == 0
                && let Some(node) = self.chosen(class)
            {
                cost = cost.plus(node.own);
                stack.extend_from_slice(&node.children);
            }
        }
        cost
    }

    /// Exchanges the node of a class for the one that makes the whole program cheapest.
    ///
    /// What a node needs is counted up before what it replaces is counted down, so that what both need is not walked.
    fn improve(&mut self, class: usize) -> bool {
        let Some(first) = self.choice.chosen[class] else { return false };
        let mut best = first;
        for i in (0..self.choice.candidates[class].len()).filter(|i| *i != first) {
            let [old, new] = [best, i].map(|i| {
                let candidate = &self.choice.candidates[class][i];
                (candidate.own, candidate.children.clone())
            });
            if new.1.iter().any(|c| self.choice.chosen[*c].is_none()) {
                continue;
            }
            let needed = self.add(&new.1).plus(new.0);
            let freed = self.remove(&old.1).plus(old.0);
            if needed.clearly_below(freed) && self.may_use(class, &new.1) {
                best = i;
            } else {
                self.add(&old.1);
                self.remove(&new.1);
            }
        }
        self.choice.chosen[class] = Some(best);
        let children = &self.choice.candidates[class][best].children;
        if children.iter().any(|c| self.heights[*c] >= self.heights[class]) {
            self.looks = self.looks.saturating_sub(self.heights.len());
            self.measure();
        }
        best != first
    }

    /// Whether the chosen program of `from` contains `to`, or nothing more may be looked at.
    fn reaches(&mut self, from: &[usize], to: usize) -> bool {
        let mut seen = FastSet::default();
        let mut stack = from.to_vec();
        while let Some(class) = stack.pop() {
            if class == to || self.looks == 0 {
                return true;
            }
            // What lies lower cannot use it.
            if self.heights[class] >= self.heights[to] && seen.insert(class) {
                self.looks -= 1;
                stack.extend(self.chosen(class).into_iter().flat_map(|n| n.children.iter().copied()));
            }
        }
        false
    }

    /// Classes of the chosen program, each before what it uses where possible.
    fn reachable(&self, roots: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.heights.len()];
        let mut order = vec![];
        let mut stack: Vec<usize> = roots.iter().rev().copied().collect();
        while let Some(class) = stack.pop() {
            if !std::mem::replace(&mut seen[class], true) {
                order.push(class);
                stack.extend(self.chosen(class).into_iter().flat_map(|n| n.children.iter().rev().copied()));
            }
        }
        order
    }
}

#[cfg(test)]
mod tests;
