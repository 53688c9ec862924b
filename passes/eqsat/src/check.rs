//! Checks that rules keep what their class promises, by sampling both sides.
//!
//! Both sides of a rule are run by the reference interpreter on the same arguments, in f32 and f64 and, where the
//! rule allows, on bools and on signed and unsigned integers, the ends of their types often among them; with dims of
//! length 0, 1, 3 and of unknown length. The left side is also run in high precision: that is the truth. At every
//! element of the result:
//!
//! - `exact`: the same bits, NaN for NaN.
//! - `accurate`: NaN where left side and truth are NaN, finite where left side and truth are finite, and an error of
//!   at most that of the left side, or the bound that the ops of the right side are documented with, or the forward
//!   error bound of the left side at the point. At infinite arguments an indeterminate form may become its limit.
//! - `finite`: the same, at points where arguments and every intermediate value of the left side are finite.
//! - `reassoc`: an error of the same order as the forward error bound of the left side in any order of its sums, at
//!   points of moderate size with finite intermediate values; NaN as above. So is a rule of any class checked where
//!   it reorders a sum or product of more than two.
//! - `fast`: a relative error of at most 2^12 units of the last place, at points of moderate size.
//!
//! A rule marked `better` may instead have the forward error of its right side, if at some sampled point its right
//! side is finite where the left side is not: a larger finite set comes before a smaller error.

mod instance;
mod judge;
mod pools;
mod sample;

use crate::{
    Class, Options,
    optimize::optimize_with,
    parse::parse_file,
    pattern::{Number, Pattern, PayloadPattern, Rule},
    rules,
};
use instance::{Instance, Length, Movement, instances, moved};
use std::{collections::BTreeSet, fmt};
use thn_ir::{DType, Error, Func, OpKind};

/// The points at which every rule is checked, at least.
pub const POINTS: usize = 1_000;

/// What a check found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rule.
    pub rule: String,
    /// What it promises.
    pub class: Class,
    /// Cases: combinations of types, lengths and attributes.
    pub cases: usize,
    /// Sampled elements that met the conditions of the rule and of its class.
    pub points: usize,
    /// Where the promise is broken.
    pub counterexample: Option<Counterexample>,
}

/// A point at which a rule breaks its promise.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The left side as a program.
    pub program: String,
    /// The arguments, cut after a few elements.
    pub arguments: String,
    /// The left side's value.
    pub left: f64,
    /// The right side's value.
    pub right: f64,
    /// The true value, rounded.
    pub truth: f64,
    /// What is broken.
    pub reason: String,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counterexample { program, arguments, left, right, truth, reason } = self;
        write!(f, "{reason}: left {left:?}, right {right:?}, truth {truth:?} at {arguments} in\n{program}")
    }
}

/// Checks one of the crate's own rules; `None` if there is no such rule.
pub fn own(name: &str) -> Result<Option<Checked>, Error> {
    rules::all()?.iter().find(|r| r.name == name).map(check).transpose()
}

/// Checks every rule of a rule file.
pub fn file(name: &str, text: &str) -> Result<Vec<Checked>, Error> {
    let rules = parse_file(name, text, &mut BTreeSet::new()).map_err(Error::input)?;
    rules.iter().map(check).collect()
}

/// Checks the mutants of one of the crate's own rules: each constant changed in turn, and the sign of the right side
/// where it has no constant. For each, the first counterexample among a few other values of the constant; a mutant
/// whose counterexample is `None` survived.
pub fn mutants(name: &str) -> Result<Vec<Checked>, Error> {
    let Some(rule) = rules::all()?.iter().find(|r| r.name == name) else { return Ok(vec![]) };
    let mut out = vec![];
    for variants in mutate(rule) {
        let mut last = Checked {
            rule: variants[0].name.clone(),
            class: rule.class,
            cases: 0,
            points: 0,
            counterexample: None,
        };
        for variant in &variants {
            let all = cases(variant)?;
            if !all.is_empty() {
                last = run(variant, &all)?;
            }
            if last.counterexample.is_some() {
                break;
            }
        }
        out.push(last);
    }
    Ok(out)
}

/// Whether one of the crate's own rules fires when the whole optimizer, with this rule alone, runs on a program made
/// from its left side in which the conditions can be proved.
pub fn fires(name: &str) -> Result<bool, Error> {
    let Some(rule) = rules::all()?.iter().find(|r| r.name == name) else { return Ok(false) };
    for dtype in DTYPES {
        for length in [Length::Dynamic, Length::Fixed(3)] {
            for case in instances(rule, dtype, length, true, 30)? {
                let mut program = case.left;
                if alone(rule, &mut program)? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Runs the optimizer with one rule; whether it fired.
fn alone(rule: &Rule, program: &mut Func) -> Result<bool, Error> {
    let options = Class::ALL.into_iter().fold(Options::default(), |o, c| o.with_class(c, true));
    let report = optimize_with(program, std::slice::from_ref(rule), &options)?;
    Ok(report.fired.contains_key(&rule.name))
}

/// Checks one of the crate's own elementwise rules with a broadcast, a reshape and a dimshuffle between its root and
/// its operands: each as what was moved, and what was found. Empty if the rule is not elementwise.
pub fn seen_through(name: &str) -> Result<Vec<(String, Checked)>, Error> {
    let Some(rule) = rules::all()?.iter().find(|r| r.name == name) else { return Ok(vec![]) };
    let mut out = vec![];
    for how in Movement::ALL {
        let mut cases = vec![];
        for dtype in DTYPES {
            let Some((left, inputs)) = moved(rule, dtype, how)? else { continue };
            let mut right = left.clone();
            if alone(rule, &mut right)? {
                cases.push(Instance { left, right, inputs, elementwise: false, reordered: false });
            }
        }
        if elementwise_rule(rule) {
            out.push((format!("{how:?}").to_lowercase(), run(rule, &cases)?));
        }
    }
    Ok(out)
}

/// Whether movements can be lifted through the whole left side, and some argument has dims to move.
fn elementwise_rule(rule: &Rule) -> bool {
    let ops = rule.left.walk();
    let kinds = ops.iter().filter_map(|p| if let Pattern::Op { kind, .. } = p { Some(kind) } else { None });
    let rebroadcast = ops.iter().any(|p| matches!(p, Pattern::Rebroadcast { .. }));
    rule.payloads.is_empty() && !rebroadcast && kinds.into_iter().all(|k| k.row().is_elementwise())
}

/// Element types that a rule is tried with. Those for which its left side has no type are skipped.
/// Signed and unsigned integers wrap around at different numbers, so a rule may hold for one kind alone.
const DTYPES: [DType; 8] =
    [DType::F64, DType::F32, DType::I32, DType::Bool, DType::I8, DType::U8, DType::I64, DType::U64];

fn cases(rule: &Rule) -> Result<Vec<Instance>, Error> {
    let mut all = vec![];
    for dtype in DTYPES {
        for (length, limit) in
            [(Length::Dynamic, 5), (Length::Fixed(3), 3), (Length::Fixed(1), 2), (Length::Fixed(0), 2)]
        {
            // Attributes have wrong values that only some combinations show.
            let limit = if rule.payloads.is_empty() { limit } else { limit * 6 };
            all.extend(instances(rule, dtype, length, false, limit)?);
        }
    }
    Ok(all)
}

fn check(rule: &Rule) -> Result<Checked, Error> {
    let all = cases(rule)?;
    if all.is_empty() {
        return Err(Error::internal(format!("{}: no case of rule `{}` was found", rule.place, rule.name)));
    }
    run(rule, &all)
}

fn run(rule: &Rule, cases: &[Instance]) -> Result<Checked, Error> {
    let mut checked = Checked {
        rule: rule.name.clone(),
        class: rule.class,
        cases: cases.len(),
        points: 0,
        counterexample: None,
    };
    let mut seed = 1;
    let mut wider = false;
    let mut leaning = None;
    // Every case once, then as often as it takes.
    for round in 0..400 {
        if round > 0 && checked.points >= POINTS {
            break;
        }
        for case in cases {
            seed += 1;
            let found = judge::judge(rule, case, seed)?;
            checked.points += found.points;
            wider |= found.wider;
            leaning = leaning.or(found.leaning);
            if found.broken.is_some() {
                checked.counterexample = found.broken;
                return Ok(checked);
            }
        }
    }
    if !wider {
        checked.counterexample = leaning;
    }
    Ok(checked)
}

/// The rule with each number of either side changed in turn, to a few other values each; if it has none on the right,
/// with the sign of its right side changed.
fn mutate(rule: &Rule) -> Vec<Vec<Rule>> {
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
