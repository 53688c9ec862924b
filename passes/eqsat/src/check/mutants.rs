//! Rules with one constant or sign changed, which a checker that is worth something refuses.

use crate::pattern::{Number, Pattern, PayloadPattern, Rule};
use thn_ir::OpKind;

/// The rule with each number of either side changed in turn, to a few other values each; if it has none on the right,
/// with the sign of its right side changed.
pub(super) fn mutate(rule: &Rule) -> Vec<Vec<Rule>> {
    let mut out = vec![];
    let right_numbers = numbers(&rule.right);
    for (side, count) in [("left", numbers(&rule.left)), ("right", right_numbers)] {
        for i in 0..count {
            let variant = |attempt: usize| {
                let mut mutant = rule.clone();
                mutant.name = format!("{} (number {i} on the {side} changed)", rule.name);
                let pattern = if side == "left" { &mut mutant.left } else { &mut mutant.right };
                change(pattern, i, attempt, &mut 0);
                mutant
            };
            out.push(vec![variant(0), variant(1)]);
        }
    }
    if right_numbers == 0 {
        let mut mutant = rule.clone();
        mutant.name = format!("{} (sign of the right side changed)", rule.name);
        let signed = |kind: OpKind| {
            let args = vec![rule.right.clone()];
            Rule {
                right: Pattern::Op { kind, payload: PayloadPattern::None, args, rest: None },
                ..mutant.clone()
            }
        };
        out.push(vec![signed(OpKind::Neg), signed(OpKind::Not)]);
    }
    out
}

/// The numbers of a pattern.
fn numbers(pattern: &Pattern) -> usize {
    pattern.walk().iter().filter(|p| matches!(p, Pattern::Number(_))).count()
}

fn change(pattern: &mut Pattern, which: usize, attempt: usize, seen: &mut usize) {
    match pattern {
        Pattern::Number(Number(x)) => {
            if *seen == which {
                *x = match (*x == 0.0, attempt) {
                    (true, 0) => 1.0,
                    (true, _) => -1.0,
                    (false, 0) => -*x,
                    (false, _) => 0.0,
                };
            }
            *seen += 1;
        }
        Pattern::Op { args, .. } => args.iter_mut().for_each(|a| change(a, which, attempt, seen)),
        Pattern::Rebroadcast { part, .. } => change(part, which, attempt, seen),
        Pattern::Var(_) | Pattern::Count { .. } => {}
    }
}
