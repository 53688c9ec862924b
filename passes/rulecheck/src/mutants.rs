//! Rules with one constant or sign changed, which a checker that is worth something refuses.

use thn_eqsat::rule::{Number, Pattern, PayloadPattern, Rule};
use thn_ir::OpKind;

/// How much further a threshold is moved: past the ends of any range over which both forms of a choice may be right.
const FAR: f64 = 1_000.0;

/// The rule with each number of either side changed in turn, to a few other values each; if it has none on the right,
/// with the sign of its right side changed.
///
/// What is written several times on the right is one value, so its numbers are changed wherever it stands.
/// Where a number decides a comparison, both forms that are chosen between may be right around it: such a number is
/// also moved far away.
pub(crate) fn mutate(rule: &Rule) -> Vec<Vec<Rule>> {
    let mut out = vec![];
    let right_numbers = values(numbers(&rule.right));
    for (side, all) in [("left", numbers(&rule.left)), ("right", right_numbers.clone())] {
        for (i, place) in all.iter().enumerate() {
            let variant = |attempt: usize| {
                let mut mutant = rule.clone();
                mutant.name = format!("{} (number {i} on the {side} changed)", rule.name);
                let pattern = if side == "left" { &mut mutant.left } else { &mut mutant.right };
                *pattern = changed(pattern, place, attempt, &mut 0);
                mutant
            };
            out.push((0..if place.compared { 3 } else { 2 }).map(variant).collect());
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

/// A number of a pattern.
#[derive(Clone, PartialEq)]
struct Place {
    /// The op that it is an operand of, as text, in which NaN is NaN; itself if it is the whole pattern.
    whole: String,
    operand: usize,
    /// Which of several such ops is meant; all of them if it is `None`.
    copy: Option<usize>,
    /// Whether it is compared with something.
    compared: bool,
}

/// The numbers of a pattern: those of an op itself, then those of its other operands.
fn numbers(pattern: &Pattern) -> Vec<Place> {
    fn gather(pattern: &Pattern, all: &mut Vec<Place>) {
        let mut place = |operand, compared| {
            let whole = format!("{pattern:?}");
            let copies = all.iter().filter(|p| p.whole == whole && p.operand == operand).count();
            all.push(Place { whole, operand, copy: Some(copies), compared });
        };
        match pattern {
            Pattern::Op { kind, args, .. } => {
                let compared = matches!(kind, OpKind::Lt | OpKind::Le | OpKind::Gt | OpKind::Ge);
                for (operand, arg) in args.iter().enumerate() {
                    if matches!(arg, Pattern::Number(_)) {
                        place(operand, compared);
                    }
                }
                args.iter().filter(|a| !matches!(a, Pattern::Number(_))).for_each(|a| gather(a, all));
            }
            Pattern::Rebroadcast { part, .. } => gather(part, all),
            Pattern::Number(_) => place(0, false),
            Pattern::Var(_) | Pattern::Count { .. } => {}
        }
    }
    let mut all = vec![];
    gather(pattern, &mut all);
    all
}

/// The numbers of what is one value wherever it is written.
fn values(places: Vec<Place>) -> Vec<Place> {
    let first = places.into_iter().filter(|p| p.copy == Some(0));
    first.map(|p| Place { copy: None, ..p }).collect()
}

/// The pattern with another number at a place; `seen` counts the copies of its op so far.
fn changed(pattern: &Pattern, place: &Place, attempt: usize, seen: &mut usize) -> Pattern {
    let same = format!("{pattern:?}") == place.whole;
    let found = same && place.copy.is_none_or(|copy| copy == *seen);
    *seen += usize::from(same);
    match pattern {
        Pattern::Number(number) if found => Pattern::Number(other(*number, attempt)),
        Pattern::Op { kind, payload, args, rest } => {
            let mut operand = |(i, arg): (usize, &Pattern)| match arg {
                Pattern::Number(number) if found && i == place.operand => {
                    Pattern::Number(other(*number, attempt))
                }
                Pattern::Number(_) => arg.clone(),
                _ => changed(arg, place, attempt, seen),
            };
            let args = args.iter().enumerate().map(&mut operand).collect();
            Pattern::Op { kind: *kind, payload: payload.clone(), args, rest: *rest }
        }
        Pattern::Rebroadcast { axes, part, like } => {
            let part = Box::new(changed(part, place, attempt, seen));
            Pattern::Rebroadcast { axes: *axes, part, like: *like }
        }
        Pattern::Number(_) | Pattern::Var(_) | Pattern::Count { .. } => pattern.clone(),
    }
}

/// Another number.
fn other(Number(x): Number, attempt: usize) -> Number {
    Number(match (x == 0.0, attempt) {
        (true, 0) => 1.0,
        (true, 1) => -1.0,
        (true, _) => FAR,
        (false, 0) => -x,
        (false, 1) => 0.0,
        (false, _) => FAR * x,
    })
}
