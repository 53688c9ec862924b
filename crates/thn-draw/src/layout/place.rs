//! Horizontal places, in the given order of each layer.
//!
//! A vertex wants to stand where its links are vertical. For one layer with its neighbours fixed this is a least
//! squares problem under the constraints `x[i+1] ≥ x[i] + width[i] + space`; shifting each place by the room that
//! the vertices to the left need turns it into isotonic regression, which pooling adjacent violators solves exactly.
//! Alternating over the layers then settles quickly.

use super::{Layered, Vertex};

/// Least distance between two boxes.
const SPACE: f64 = 22.0;
/// Least distance between a bend and anything else.
const BEND_SPACE: f64 = 9.0;
/// Pairs of sweeps, down and up, where there are no more than `MANY` vertices.
const ROUNDS: usize = 80;
/// Beyond this many vertices there are fewer sweeps.
const MANY: usize = 5_000;

/// The left side of every vertex; the leftmost is at 0.
pub(super) fn place(graph: &Layered) -> Vec<f64> {
    let mut left = vec![0.0; graph.vertices.len()];
    for layer in &graph.layers {
        for pair in layer.windows(2) {
            left[pair[1]] = left[pair[0]] + room(&graph.vertices[pair[0]], &graph.vertices[pair[1]]);
        }
    }
    let depth = graph.layers.len();
    let pulls = Pulls::new(graph);
    let rounds = (ROUNDS * MANY / graph.vertices.len().max(MANY)).max(3);
    for round in 0..rounds {
        // At first each sweep looks one way only, so that the shape of the drawing settles; then both ways.
        let both = round >= rounds / 3;
        for layer in 0..depth {
            settle(graph, layer, &pulls, (true, both), &mut left);
        }
        for layer in (0..depth).rev() {
            settle(graph, layer, &pulls, (both, true), &mut left);
        }
    }
    let leftmost = left.iter().copied().fold(f64::INFINITY, f64::min);
    left.iter_mut().for_each(|x| *x -= leftmost);
    left
}

/// Least distance between the left sides of two neighbours in a layer.
fn room(a: &Vertex, b: &Vertex) -> f64 {
    a.width + if a.bend || b.bend { BEND_SPACE } else { SPACE }
}

/// A segment seen from one of its vertices: the place it asks for is `left[other] + shift`.
struct Pull {
    other: usize,
    shift: f64,
    weight: f64,
}

/// All segments above and below each vertex.
struct Pulls {
    above: Vec<Vec<Pull>>,
    below: Vec<Vec<Pull>>,
}

impl Pulls {
    fn new(graph: &Layered) -> Pulls {
        let none = || graph.vertices.iter().map(|_| vec![]).collect();
        let mut pulls = Pulls { above: none(), below: none() };
        for s in &graph.segments {
            // Long links should be straight, as a kink far from both ends is hard to follow.
            let weight = match (graph.vertices[s.upper].bend, graph.vertices[s.lower].bend) {
                (true, true) => 8.0,
                (false, false) => 1.0,
                _ => 2.0,
            };
            let shift = s.upper_dx - s.lower_dx;
            pulls.above[s.lower].push(Pull { other: s.upper, shift, weight });
            pulls.below[s.upper].push(Pull { other: s.lower, shift: -shift, weight });
        }
        pulls
    }
}

/// Moves the vertices of one layer towards their neighbours above and below, where asked.
fn settle(graph: &Layered, layer: usize, pulls: &Pulls, sides: (bool, bool), left: &mut [f64]) {
    let order = &graph.layers[layer];
    let mut blocks: Vec<Pool> = vec![];
    let mut offset = 0.0;
    for (i, v) in order.iter().enumerate() {
        if i > 0 {
            offset += room(&graph.vertices[order[i - 1]], &graph.vertices[*v]);
        }
        let (mut sum, mut weight) = (0.0, 0.0);
        let above = pulls.above[*v].iter().filter(|_| sides.0);
        for pull in above.chain(pulls.below[*v].iter().filter(|_| sides.1)) {
            sum += pull.weight * (left[pull.other] + pull.shift);
            weight += pull.weight;
        }
        // A vertex that nothing pulls would rather stay, but gives way to all others.
        let own = if weight == 0.0 { 1e-3 } else { 0.0 };
        let mut pool =
            Pool { sum: sum + own * left[*v] - (weight + own) * offset, weight: weight + own, count: 1 };
        while let Some(last) = blocks.pop_if(|last| last.mean() > pool.mean()) {
            pool = Pool {
                sum: pool.sum + last.sum,
                weight: pool.weight + last.weight,
                count: pool.count + last.count,
            };
        }
        blocks.push(pool);
    }
    let mut targets = blocks.iter().flat_map(|pool| std::iter::repeat_n(pool.mean(), pool.count));
    let mut offset = 0.0;
    for (i, v) in order.iter().enumerate() {
        if i > 0 {
            offset += room(&graph.vertices[order[i - 1]], &graph.vertices[*v]);
        }
        if let Some(target) = targets.next() {
            left[*v] = target + offset;
        }
    }
}

/// Vertices that touch and move together.
struct Pool {
    sum: f64,
    weight: f64,
    count: usize,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::{End, Item, Link, Pin, layout};

    #[test]
    fn a_reader_stands_in_the_middle_of_what_it_reads() {
        let items = [Item { width: 40.0, height: 20.0, pin: Pin::Free }; 3];
        let link = |from, to| Link {
            from: End { item: from, dx: 20.0, dy: 20.0 },
            to: End { item: to, dx: 20.0, dy: 0.0 },
        };
        let plan = layout(&items, &[link(0, 2), link(1, 2)]);
        let middle = (plan.corners[0].0 + plan.corners[1].0) / 2.0;
        assert!((plan.corners[2].0 - middle).abs() < 1e-6, "{:?}", plan.corners);
    }
}
