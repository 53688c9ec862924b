//! The choice of least cost, by branch and bound, where few classes have more than one node to choose from.
//!
//! What is needed and has no alternative is taken at once; the classes that are left are tried node by node. The cost of
//! what is decided and the least own cost of every class that is known to be needed bound what can still come. A choice
//! that depends on itself is none.

use super::{Candidate, Cost};

/// The most steps for one window.
const MAX_STEPS: usize = 50_000;

/// The most classes of a program that is searched in windows: every window looks at all of it.
const MAX_PROGRAM: usize = 2_000;

/// The most classes of a window: each is decided one call deeper.
const MAX_WINDOW: usize = 500;

/// Improves `chosen`, which computes `roots`, in windows of up to `limit` classes with a choice, and [`MAX_WINDOW`]; one
/// window if the program has no more. Whether every window was searched to its end, `None` if the program is too large.
pub(super) fn improve(
    candidates: &[Vec<Candidate>],
    roots: &[usize],
    chosen: &mut [Option<usize>],
    limit: usize,
) -> Option<bool> {
    let reachable = reachable(candidates, roots, chosen);
    if limit == 0 || reachable.len() > MAX_PROGRAM {
        return None;
    }
    let usable = |class: usize| -> Vec<usize> {
        let fits = |c: &Candidate| c.children.iter().all(|d| chosen[*d].is_some());
        (0..candidates[class].len()).filter(|i| fits(&candidates[class][*i])).collect()
    };
    let open: Vec<(usize, Vec<usize>)> =
        reachable.into_iter().map(|c| (c, usable(c))).filter(|(_, nodes)| nodes.len() > 1).collect();
    let mut complete = true;
    for window in open.chunks(limit.min(MAX_WINDOW)) {
        let mut search = Search {
            candidates,
            open: vec![vec![]; candidates.len()],
            decided: vec![None; candidates.len()],
            best: (cost(candidates, roots, chosen), None),
            steps: 0,
        };
        for (class, nodes) in window {
            search.open[*class] = nodes.clone();
        }
        search.decide(chosen, roots, roots.to_vec(), Cost::default());
        complete &= search.steps <= MAX_STEPS;
        if let Some(best) = search.best.1 {
            for (class, node) in best.into_iter().enumerate().filter(|(_, n)| n.is_some()) {
                chosen[class] = node;
            }
        }
    }
    Some(complete)
}

/// The cost of the chosen program, what is shared counted once.
pub(super) fn cost(candidates: &[Vec<Candidate>], roots: &[usize], chosen: &[Option<usize>]) -> Cost {
    let mut seen = vec![false; candidates.len()];
    let mut stack = roots.to_vec();
    let mut sum = Cost::default();
    while let Some(class) = stack.pop() {
        if !std::mem::replace(&mut seen[class], true)
            && let Some(node) = chosen[class].map(|i| &candidates[class][i])
        {
            sum = sum.plus(node.own);
            stack.extend(&node.children);
        }
    }
    sum
}

/// The classes that some choice needs, each after something that uses it.
fn reachable(candidates: &[Vec<Candidate>], roots: &[usize], chosen: &[Option<usize>]) -> Vec<usize> {
    let mut seen = vec![false; candidates.len()];
    let mut stack = roots.to_vec();
    let mut order = vec![];
    while let Some(class) = stack.pop() {
        if chosen[class].is_some() && !std::mem::replace(&mut seen[class], true) {
            order.push(class);
            stack.extend(candidates[class].iter().flat_map(|c| &c.children));
        }
    }
    order
}

struct Search<'a> {
    candidates: &'a [Vec<Candidate>],
    /// For each class of the window, the nodes that may be chosen.
    open: Vec<Vec<usize>>,
    decided: Vec<Option<usize>>,
    best: (Cost, Option<Vec<Option<usize>>>),
    steps: usize,
}

impl Search<'_> {
    /// Decides what is `needed`, and all that it needs, at every cost below the best.
    fn decide(&mut self, chosen: &[Option<usize>], roots: &[usize], mut needed: Vec<usize>, mut cost: Cost) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return;
        }
        let mut forced = vec![];
        let mut left = vec![];
        while let Some(class) = needed.pop() {
            if self.decided[class].is_some() || left.contains(&class) {
                continue;
            }
            if !self.open[class].is_empty() {
                left.push(class);
                continue;
            }
            self.decided[class] = chosen[class];
            forced.push(class);
            if let Some(node) = chosen[class].map(|i| &self.candidates[class][i]) {
                cost = cost.plus(node.own);
                needed.extend(&node.children);
            }
        }
        if left.iter().fold(cost, |sum, c| sum.plus(self.least(*c))).clearly_below(self.best.0) {
            match left.pop() {
                None if self.ends(roots) => self.best = (cost, Some(self.decided.clone())),
                None => {}
                Some(class) => {
                    for i in self.open[class].clone() {
                        let node = &self.candidates[class][i];
                        let mut needed = left.clone();
                        needed.extend(&node.children);
                        self.decided[class] = Some(i);
                        self.decide(chosen, roots, needed, cost.plus(node.own));
                    }
                    self.decided[class] = None;
                }
            }
        }
        forced.into_iter().for_each(|class| self.decided[class] = None);
    }

    /// What a class costs at least.
    fn least(&self, class: usize) -> Cost {
        let own = self.open[class].iter().map(|i| self.candidates[class][*i].own);
        let least = |a: Cost, b: Cost| Cost { worse: a.worse.min(b.worse), work: a.work.min(b.work) };
        own.reduce(least).unwrap_or_default()
    }

    /// Whether nothing that was decided depends on itself.
    fn ends(&self, roots: &[usize]) -> bool {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut states = vec![State::New; self.candidates.len()];
        let mut stack: Vec<(usize, bool)> = roots.iter().map(|r| (*r, false)).collect();
        while let Some((class, below_done)) = stack.pop() {
            if below_done {
                states[class] = State::Done;
                continue;
            }
            match states[class] {
                State::Done => {}
                State::Open => return false,
                State::New => {
                    states[class] = State::Open;
                    stack.push((class, true));
                    if let Some(i) = self.decided[class] {
                        stack.extend(self.candidates[class][i].children.iter().map(|c| (*c, false)));
                    }
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Choice, Refinement},
        *,
    };
    use crate::egraph::{Head, Node};

    fn node(work: f64, children: &[usize]) -> Candidate {
        let node = Node { head: Head::Leaf(0), children: Default::default() };
        Candidate { node, children: children.into(), own: Cost { worse: 0.0, work }, made: false }
    }

    /// Two results that are each cheaper alone, and cheaper together by something that both can use. The exchange of
    /// single nodes does not find it, as each alone costs more.
    #[test]
    fn what_is_shared_is_found_where_single_exchanges_do_not_pay() {
        let program = || {
            vec![
                vec![node(1.0, &[2]), node(1.0, &[4])],
                vec![node(1.0, &[3]), node(1.0, &[4])],
                vec![node(10.0, &[])],
                vec![node(10.0, &[])],
                vec![node(15.0, &[])],
            ]
        };
        let roots = [0, 1];
        let greedy = vec![Some(0); 5];
        let mut refined =
            Choice { gap: None, classes: Default::default(), candidates: program(), chosen: greedy.clone() };
        Refinement::new(&mut refined).run(&roots);
        assert_eq!(cost(&program(), &roots, &refined.chosen).work, 22.0);
        let mut chosen = greedy;
        assert_eq!(improve(&program(), &roots, &mut chosen, 8), Some(true));
        assert_eq!(cost(&program(), &roots, &chosen).work, 17.0);
        // Windows of one class see no more than single exchanges do.
        let mut chosen = vec![Some(0); 5];
        improve(&program(), &roots, &mut chosen, 1);
        assert_eq!(cost(&program(), &roots, &chosen).work, 22.0);
    }

    /// The cheapest nodes of two classes that are each other's operands compute nothing.
    #[test]
    fn a_choice_that_depends_on_itself_is_none() {
        let program = vec![vec![node(0.1, &[1]), node(5.0, &[])], vec![node(0.1, &[0]), node(7.0, &[])]];
        let mut chosen = vec![Some(0), Some(1)];
        assert_eq!(improve(&program, &[0, 1], &mut chosen, 8), Some(true));
        assert_eq!(cost(&program, &[0, 1], &chosen).work, 5.1);
    }
}
