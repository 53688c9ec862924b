//! What is chosen never contains itself, also where sums of costs round, and long programs take little work.

use super::*;
use smallvec::SmallVec;
use thn_random::Random;

/// Costs of very different sizes: sums of the large ones lose the small ones, and overflow.
const COSTS: [f64; 6] = [0.0, 0.001, 1.0, 1e9, 1e16, 1e300];

fn candidate(random: &mut Random, count: usize, leaf: bool) -> Candidate {
    let children: SmallVec<[usize; 3]> =
        (0..if leaf { 0 } else { 1 + random.below(2) }).map(|_| random.below(count)).collect();
    let own = Cost { worse: random.below(2) as f64, work: COSTS[random.below(COSTS.len())] };
    let node = Node { head: Head::Leaf(0), children: SmallVec::new() };
    Candidate { node, children, own, made: random.below(2) == 0 }
}

/// Whether the chosen nodes of some classes need each other.
fn goes_round(candidates: &[Vec<Candidate>], chosen: &[Option<usize>]) -> bool {
    let mut height = vec![0_usize; candidates.len()];
    for _ in 0..=candidates.len() {
        let mut again = false;
        for (class, node) in chosen.iter().enumerate() {
            let Some(node) = node.map(|n| &candidates[class][n]) else { continue };
            let needed = node.children.iter().map(|c| height[*c] + 1).max().unwrap_or(0);
            again |= needed > height[class];
            height[class] = height[class].max(needed);
        }
        if !again {
            return false;
        }
    }
    true
}

#[test]
fn a_choice_never_contains_itself() {
    let mut random = Random::new(11);
    let mut complete = 0;
    for _ in 0..2_000 {
        let count = 2 + random.below(40);
        let candidates: Vec<Vec<Candidate>> = (0..count)
            .map(|class| {
                let nodes = 1 + random.below(4);
                (0..nodes).map(|i| candidate(&mut random, count, class < 2 && i == 0)).collect()
            })
            .collect();
        let chosen = cheapest(&candidates);
        assert!(!goes_round(&candidates, &chosen));
        for (class, node) in chosen.iter().enumerate() {
            let children = node.map(|n| &candidates[class][n].children);
            assert!(children.into_iter().flatten().all(|c| chosen[*c].is_some()), "a child is missing");
        }
        complete += usize::from(chosen.iter().all(Option::is_some));
    }
    assert!(complete > 100, "hardly any class could be computed");
}

fn node(children: &[usize], work: f64) -> Candidate {
    let node = Node { head: Head::Leaf(0), children: SmallVec::new() };
    Candidate { node, children: children.into(), own: Cost { worse: 0.0, work }, made: false }
}

#[test]
fn the_cheaper_of_two_ways_round_is_taken() {
    // Each of two classes can be computed from the other, the first for 3 and the second for 5 from nothing.
    let candidates = [vec![node(&[1], 1.0), node(&[], 3.0)], vec![node(&[0], 1.0), node(&[], 5.0)]];
    let chosen = cheapest(&candidates);
    assert_eq!(chosen, [Some(1), Some(0)]);
    assert!(goes_round(&candidates, &[Some(0), Some(0)]), "the check sees a choice that contains itself");
}

/// What the exchange of nodes counts for the last class of a program, and what it chooses.
fn refine(candidates: Vec<Vec<Candidate>>) -> (usize, Vec<Option<usize>>) {
    let root = candidates.len() - 1;
    let chosen = cheapest(&candidates);
    let mut choice = Choice { gap: None, classes: vec![], candidates, chosen };
    let mut refinement = Refinement::new(&mut choice);
    refinement.run(&[root]);
    (refinement.steps, choice.chosen)
}

#[test]
fn a_chain_is_not_counted_again_for_each_of_its_classes() {
    // Every class has a cheap node and a dear one over the class before it.
    let count = 10_000;
    let class = |i: usize| match i {
        0 => vec![node(&[], 0.0)],
        _ => vec![node(&[i - 1, 0], 3.0), node(&[i - 1], 2.0), node(&[i - 1, i - 1], 4.0)],
    };
    let (steps, chosen) = refine((0..count).map(class).collect());
    assert!(steps < 20 * count, "{steps} steps");
    assert!(chosen[1..].iter().all(|c| *c == Some(1)));
}

#[test]
fn ways_of_their_own_are_looked_at_as_long_as_there_are_steps() {
    // Two chains side by side; each class of the first could as well be computed from the other one.
    let count = 6_000;
    let class = |i: usize| match i {
        0 | 1 => vec![node(&[], 1.0)],
        _ if i.is_multiple_of(2) => vec![node(&[i - 2], 2.0)],
        _ => vec![node(&[i - 2], 2.0), node(&[i - 1], 3.0)],
    };
    let (steps, chosen) = refine((0..count).map(class).collect());
    let most = STEPS + STEPS_PER_CLASS * count;
    assert!(most < steps && steps < most + 10 * count, "{steps} steps of {most}");
    assert!(chosen.iter().all(|c| *c == Some(0)));
}
