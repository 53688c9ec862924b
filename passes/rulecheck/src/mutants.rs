//! Rules with one constant or sign changed, which a checker that is worth something refuses.

use thn_eqsat::rule::{Number, Pattern, PayloadPattern, Rule};
use thn_ir::OpKind;

/// How much further a threshold is moved: past the ends of any range over which both forms of a choice may be right.
const FAR: f64 = 1_000.0;

/// The rule with each number of either side changed in turn, to a few other values each; if it has none on the right,
/// with the sign of its right side changed.
///
/// Where a number decides a comparison, both forms that are chosen between may be right around it: such a number is
/// also moved far away.
pub(crate) fn mutate(rule: &Rule) -> Vec<Vec<Rule>> {
    let mut out = vec![];
    let right_numbers = numbers(&rule.right);
    for (side, all) in [("left", numbers(&rule.left)), ("right", right_numbers.clone())] {
        for (i, threshold) in all.into_iter().enumerate() {
            let variant = |attempt: usize| {
                let mut mutant = rule.clone();
                mutant.name = format!("{} (number {i} on the {side} changed)", rule.name);
                let pattern = if side == "left" { &mut mutant.left } else { &mut mutant.right };
                change(pattern, i, attempt, &mut 0);
                mutant
            };
            out.push((0..if threshold { 3 } else { 2 }).map(variant).collect());
        }
    }
    if right_numbers.is_empty() {
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

/// The numbers of a pattern, from left to right: whether each is compared with something.
fn numbers(pattern: &Pattern) -> Vec<bool> {
    fn gather(pattern: &Pattern, compared: bool, all: &mut Vec<bool>) {
        match pattern {
            Pattern::Number(_) => all.push(compared),
            Pattern::Op { kind, args, .. } => {
                let compares = matches!(kind, OpKind::Lt | OpKind::Le | OpKind::Gt | OpKind::Ge);
                args.iter().for_each(|a| gather(a, compares, all));
            }
            Pattern::Rebroadcast { part, .. } => gather(part, false, all),
            Pattern::Var(_) | Pattern::Count { .. } => {}
        }
    }
    let mut all = vec![];
    gather(pattern, false, &mut all);
    all
}

fn change(pattern: &mut Pattern, which: usize, attempt: usize, seen: &mut usize) {
    match pattern {
        Pattern::Number(Number(x)) => {
            if *seen == which {
                *x = match (*x == 0.0, attempt) {
                    (true, 0) => 1.0,
                    (true, 1) => -1.0,
                    (true, _) => FAR,
                    (false, 0) => -*x,
                    (false, 1) => 0.0,
                    (false, _) => FAR * *x,
                };
            }
            *seen += 1;
        }
        Pattern::Op { args, .. } => args.iter_mut().for_each(|a| change(a, which, attempt, seen)),
        Pattern::Rebroadcast { part, .. } => change(part, which, attempt, seen),
        Pattern::Var(_) | Pattern::Count { .. } => {}
    }
}
