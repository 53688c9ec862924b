//! The order of each layer from left to right, chosen so that few links cross.
//!
//! Finding the least number of crossings is NP-hard even for two layers. Sweeps that sort each layer by the mean
//! place of its neighbours (barycentres) and then swap neighbours while that helps come close; the best order seen
//! is kept, so a sweep that makes things worse costs time only. Every tie keeps the order before.

use super::{Layered, Segment};

/// Pairs of sweeps, down and up.
const ROUNDS: usize = 12;

/// Permutes every layer.
pub(super) fn order(graph: &mut Layered) {
    let near = Neighbours::new(graph);
    let mut best = graph.layers.clone();
    let mut fewest = crossings(graph);
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let depth = graph.layers.len();
        let mut ranks = ranks(graph);
        for layer in 1..depth {
            sort(graph, layer, &near.above, &mut ranks);
        }
        for layer in (0..depth.saturating_sub(1)).rev() {
            sort(graph, layer, &near.below, &mut ranks);
        }
        swap(graph, &near);
        let found = crossings(graph);
        if found < fewest {
            fewest = found;
            best.clone_from(&graph.layers);
        } else if round > ROUNDS / 2 {
            break;
        }
    }
    graph.layers = best;
}

/// For each vertex, the other end of every segment above and below it.
struct Neighbours {
    above: Vec<Vec<Tie>>,
    below: Vec<Vec<Tie>>,
}

/// One segment seen from one of its vertices.
#[derive(Clone, Copy)]
struct Tie {
    /// The vertex at the other end.
    other: usize,
    /// Offset of the other end as a fraction of the width of its vertex.
    there: f64,
}

impl Neighbours {
    fn new(graph: &Layered) -> Neighbours {
        let count = graph.vertices.len();
        let mut near = Neighbours { above: vec![vec![]; count], below: vec![vec![]; count] };
        for s in &graph.segments {
            let (up, low) = fractions(graph, s);
            near.below[s.upper].push(Tie { other: s.lower, there: low });
            near.above[s.lower].push(Tie { other: s.upper, there: up });
        }
        near
    }
}

/// Where a segment meets its upper and its lower vertex, from 0 at the left side to 1 at the right one.
fn fractions(graph: &Layered, s: &Segment) -> (f64, f64) {
    (s.upper_dx / graph.vertices[s.upper].width, s.lower_dx / graph.vertices[s.lower].width)
}

/// The place of every vertex in its layer.
fn ranks(graph: &Layered) -> Vec<usize> {
    let mut ranks = vec![0; graph.vertices.len()];
    for layer in &graph.layers {
        for (rank, v) in layer.iter().enumerate() {
            ranks[*v] = rank;
        }
    }
    ranks
}

/// Sorts one layer by the mean place of each vertex's neighbours on one side; vertices without any stay.
fn sort(graph: &mut Layered, layer: usize, side: &[Vec<Tie>], ranks: &mut [usize]) {
    let key = |v: usize| {
        let ties = &side[v];
        if ties.is_empty() {
            return None;
        }
        Some(ties.iter().map(|t| ranks[t.other] as f64 + t.there).sum::<f64>() / ties.len() as f64)
    };
    let old = graph.layers[layer].clone();
    let mut moving: Vec<(f64, usize)> = old.iter().filter_map(|v| key(*v).map(|k| (k, *v))).collect();
    moving.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut moving = moving.into_iter();
    graph.layers[layer] = old
        .into_iter()
        .filter_map(|v| if side[v].is_empty() { Some(v) } else { moving.next().map(|m| m.1) })
        .collect();
    for (rank, v) in graph.layers[layer].iter().enumerate() {
        ranks[*v] = rank;
    }
}

/// Swaps adjacent vertices while that removes crossings.
fn swap(graph: &mut Layered, near: &Neighbours) {
    let mut ranks = ranks(graph);
    let mut improved = true;
    // Each swap removes at least one crossing, so this ends; the bound keeps huge drawings quick.
    for _ in 0..10 {
        if !std::mem::take(&mut improved) {
            break;
        }
        for layer in &mut graph.layers {
            for i in 1..layer.len() {
                let (a, b) = (layer[i - 1], layer[i]);
                let cost = |left: usize, right: usize| {
                    pair(&near.above[left], &near.above[right], &ranks)
                        + pair(&near.below[left], &near.below[right], &ranks)
                };
                if cost(b, a) < cost(a, b) {
                    layer.swap(i - 1, i);
                    ranks.swap(a, b);
                    improved = true;
                }
            }
        }
    }
}

/// Crossings between the segments of two vertices of one layer, the first standing to the left of the second.
fn pair(left: &[Tie], right: &[Tie], ranks: &[usize]) -> usize {
    let place = |t: &Tie| ranks[t.other] as f64 + t.there;
    left.iter().map(|l| right.iter().filter(|r| place(r) < place(l)).count()).sum()
}

/// Crossings of the whole drawing: between adjacent layers, the inversions of the lower ends of the segments sorted
/// by their upper ends, counted by a binary indexed tree.
fn crossings(graph: &Layered) -> usize {
    let ranks = ranks(graph);
    let mut between: Vec<Vec<(f64, f64)>> = vec![vec![]; graph.layers.len()];
    for s in &graph.segments {
        let (up, low) = fractions(graph, s);
        between[graph.vertices[s.upper].layer]
            .push((ranks[s.upper] as f64 + up, ranks[s.lower] as f64 + low));
    }
    between.iter_mut().map(|ends| inversions(ends)).sum()
}

/// Pairs whose first parts ascend while their second parts descend.
fn inversions(ends: &mut [(f64, f64)]) -> usize {
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut places: Vec<f64> = ends.iter().map(|e| e.1).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let mut tree = vec![0usize; places.len() + 1];
    let mut found = 0;
    for (seen, (_, low)) in ends.iter().enumerate() {
        let at = places.partition_point(|p| p <= low);
        let (mut i, mut not_beyond) = (at, 0);
        while i > 0 {
            not_beyond += tree[i];
            i -= i & i.wrapping_neg();
        }
        found += seen - not_beyond;
        let mut i = at;
        while i < tree.len() {
            tree[i] += 1;
            i += i & i.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{End, Item, Link, Pin};

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut [(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)]), 3);
        assert_eq!(inversions(&mut [(0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.0, 1.0)]), 1);
    }

    #[test]
    fn crossed_pairs_are_untangled() {
        let items = [Item { width: 10.0, height: 10.0, pin: Pin::Free }; 6];
        let end = |item| End { item, dx: 5.0, dy: 0.0 };
        let links: Vec<Link> =
            [(0, 5), (1, 4), (2, 3)].into_iter().map(|(a, b)| Link { from: end(a), to: end(b) }).collect();
        let mut graph = Layered::new(&items, &links);
        assert_eq!(crossings(&graph), 3);
        order(&mut graph);
        assert_eq!(crossings(&graph), 0);
    }
}
