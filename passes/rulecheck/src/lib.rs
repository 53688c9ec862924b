//! Checks that rules keep what their class promises, by sampling both sides.
//!
//! Both sides of a rule are run by the reference interpreter on the same arguments, in f32 and f64 and, where the
//! rule allows, on bools and on signed and unsigned integers, the ends of their types often among them; with dims of
//! length 0, 1, 3 and of unknown length. Floats are special values, the ends of their format and of its exponential,
//! random bits, numbers next to those that the rule names, and numbers next to those of another argument. Elementwise
//! rules are also run in binary16 and bfloat16, with every op's result correctly rounded: at all numbers of both
//! formats if they have one float argument, else at pairs of special values and at random tuples.
//!
//! Where the sides differ, the left side is also run in high precision: that is the truth. At every element of the
//! result:
//!
//! - `exact`: the same bits, NaN for NaN.
//! - `accurate`: NaN where left side and truth are NaN, no NaN where the left side has none, finite where left side
//!   and truth are finite, and an error of at most that of the left side, or the bound that the ops of the right side
//!   are documented with, or the forward error bound of the left side at the point. At infinite arguments an
//!   indeterminate form may become its limit.
//! - `finite`: the same, at points where arguments and every intermediate value of the left side are finite.
//! - `reassoc`: an error of the same order as the forward error bound of the left side in any order of its sums, where
//!   the result and the arguments are finite, also at the ends of the formats; NaN as above. So is a rule of any class
//!   checked where it reorders a sum or product of more than two, but for the ends.
//! - `fast`: a relative error of at most 2^12 units of the last place, at points of moderate size; not in 16 bits.
//! - `real`: the same number over the reals, at points of moderate size where both sides have one.
//!
//! Where something has no elements, all classes but `fast` and `real` promise a finite result for a finite one, whatever
//! the arguments are.
//!
//! A rule marked `better` may instead have the forward error of its right side, if at some sampled point its right
//! side is finite where the left side is not: a larger finite set comes before a smaller error.
//!
//! Rewrites that are no lines of a rule file are checked as programs before and after: see [`same`] and [`built_in`].

pub mod expression;
mod found;
mod instance;
mod judge;
mod mutants;
mod narrow;
mod pools;
mod programs;
mod promise;
mod reals;
mod sample;
mod shrink;
mod tally;
#[cfg(test)]
mod tests;
mod truths;

pub use found::{Breach, Checked, Counterexample};
use instance::{Instance, Length, Movement, instances, moved};
pub use programs::{built_in, built_in_names, same};
use std::collections::BTreeSet;
use tally::Tally;
use thn_eqsat::{
    CheckedRules, Class, Options,
    explain::{self, Explanation},
    optimize_with,
    rule::{Pattern, Rule, all, parse_file, parse_new},
};
use thn_facts::Structure;
use thn_ir::{DType, Error, Func};

/// The points at which every rule is checked, at least.
pub const POINTS: usize = 1_000;
/// The points of a quick check, at least.
pub const QUICK_POINTS: usize = 250;

/// How much is sampled.
#[derive(Clone, Copy)]
struct Depth {
    /// Points, at least.
    points: usize,
    /// Of how many numbers of the narrow formats one is taken, besides the special ones.
    share: usize,
}

const WHOLE: Depth = Depth { points: POINTS, share: 1 };
/// The share is odd, so that numbers with even and odd last digits are taken.
const QUICK: Depth = Depth { points: QUICK_POINTS, share: 17 };

/// Cases that are looked at for ones that can be run in the narrow formats.
const NARROW_CASES: usize = 12;

/// One of the optimizer's own rules.
fn own_rule(name: &str) -> Result<Option<&'static Rule>, Error> {
    Ok(all()?.iter().find(|r| r.name == name))
}

/// Checks one of the optimizer's own rules; `None` if there is no such rule.
pub fn own(name: &str) -> Result<Option<Checked>, Error> {
    own_rule(name)?.map(check).transpose()
}

/// [`own`] in a tenth of the time: at [`QUICK_POINTS`], and of the numbers of the narrow formats at the special ones and
/// a sample.
pub fn own_quickly(name: &str) -> Result<Option<Checked>, Error> {
    let Some(rule) = own_rule(name)? else { return Ok(None) };
    checked(rule, None, QUICK)?.ok_or_else(|| never(rule)).map(Some)
}

/// Reads and checks rules that are to be used beside the optimizer's own. `file` is what errors call the file that holds
/// `text`.
///
/// # Errors
///
/// One line `file:line:column: error: …` for a file that cannot be read, and one such line with the counterexample below
/// it for each rule that breaks its promise or never applies.
pub fn load(file: &str, text: &str) -> Result<CheckedRules, Error> {
    let rules = parse_new(file, text)?;
    let mut refused = vec![];
    for rule in &rules {
        let Rule { name, place, .. } = rule;
        match self::rule(rule)? {
            None => refused.push(format!(
                "{place}:1: error: rule `{name}` never applies: no tensors give both of its sides a type and \
                 meet its conditions"
            )),
            Some(checked) => refused.extend(checked.counterexample.map(|example| {
                let class = rule.class;
                format!("{place}:1: error: rule `{name}` is refused, because it is not `{class}`: {example}")
            })),
        }
    }
    if refused.is_empty() {
        Ok(CheckedRules::assume_checked(rules))
    } else {
        Err(Error::input(refused.join("\n")))
    }
}

/// Checks every rule of a rule file.
pub fn file(name: &str, text: &str) -> Result<Vec<Checked>, Error> {
    let rules = parse_file(name, text, &mut BTreeSet::new()).map_err(Error::input)?;
    rules.iter().map(check).collect()
}

/// Checks the mutants of one of the optimizer's own rules: each constant changed in turn, and the sign of the right side
/// where it has no constant. For each, the first counterexample among a few other values of the constant; a mutant
/// whose counterexample is `None` survived.
pub fn mutants(name: &str) -> Result<Vec<Checked>, Error> {
    let Some(rule) = own_rule(name)? else { return Ok(vec![]) };
    let mut out = vec![];
    for variants in mutants::mutate(rule) {
        let mut last = Tally::of(&variants[0], None).finish();
        for variant in &variants {
            let mut tally = Tally::of(variant, None).raw();
            tally.sample(&cases(variant)?)?;
            last = tally.finish();
            if last.counterexample.is_some() {
                break;
            }
        }
        out.push(last);
    }
    Ok(out)
}

/// Whether one of the optimizer's own rules fires when the whole optimizer, with this rule alone, runs on a program made
/// from its left side in which the conditions can be proved.
pub fn fires(name: &str) -> Result<bool, Error> {
    let Some(rule) = own_rule(name)? else { return Ok(false) };
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

/// What programs made from the left side of one of the optimizer's own rules become by all rules, as explained: each
/// explanation has been checked, and has a chain for everything that changed.
pub fn explained(name: &str) -> Result<Vec<Explanation>, Error> {
    let Some(rule) = own_rule(name)? else { return Ok(vec![]) };
    let options = Class::ALL.into_iter().fold(Options::default(), |o, c| o.with_class(c, true));
    let mut out = vec![];
    for dtype in DTYPES {
        for length in [Length::Dynamic, Length::Fixed(3)] {
            for case in instances(rule, dtype, length, true, 2)? {
                let mut program = case.left;
                let (_, explanation) = explain::optimize_explained(&mut program, &options)?;
                explain::check(&explanation)?;
                let missing = |change: &&usize| explanation.changes[**change].steps.is_none();
                if let Some(change) = explanation.standing.iter().find(missing) {
                    return Err(Error::internal(format!("no chain for {}", explanation.changes[*change])));
                }
                out.push(explanation);
            }
        }
    }
    Ok(out)
}

/// Runs the optimizer with one rule; whether it fired.
fn alone(rule: &Rule, program: &mut Func) -> Result<bool, Error> {
    let options = Class::ALL.into_iter().fold(Options::default(), |o, c| o.with_class(c, true));
    let report = optimize_with(program, std::slice::from_ref(rule), &options)?;
    Ok(report.fired.contains_key(&rule.name))
}

/// Checks one of the optimizer's own elementwise rules with a broadcast, a reshape and a dimshuffle between its root and
/// its operands: each as what was moved, and what was found. Empty if the rule is not elementwise.
pub fn seen_through(name: &str) -> Result<Vec<(String, Checked)>, Error> {
    let Some(rule) = own_rule(name)? else { return Ok(vec![]) };
    let mut out = vec![];
    for how in Movement::ALL {
        let mut cases = vec![];
        for dtype in DTYPES {
            let Some((left, inputs)) = moved(rule, dtype, how)? else { continue };
            let mut right = left.clone();
            if alone(rule, &mut right)? {
                cases.push(Instance::of(left, right, inputs, false));
            }
        }
        if elementwise_rule(rule) {
            let mut tally = Tally::of(rule, None);
            tally.sample(&cases)?;
            out.push((format!("{how:?}").to_lowercase(), tally.finish()));
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
const DTYPES: [DType; 11] = [
    DType::F64,
    DType::F32,
    DType::I32,
    DType::Bool,
    DType::I8,
    DType::U8,
    DType::I64,
    DType::U64,
    DType::I16,
    DType::U16,
    DType::U32,
];

fn cases(rule: &Rule) -> Result<Vec<Instance>, Error> {
    let mut all = vec![];
    // Equality over the reals is about floats.
    for dtype in DTYPES.into_iter().filter(|d| rule.class != Class::Real || d.is_float()) {
        for (length, limit) in
            [(Length::Dynamic, 5), (Length::Fixed(3), 3), (Length::Fixed(1), 2), (Length::Fixed(0), 2)]
        {
            // Attributes have wrong values that only some combinations show.
            let limit = if rule.payloads.is_empty() { limit } else { limit * 6 };
            all.extend(instances(rule, dtype, length, false, limit)?.into_iter().flat_map(Instance::orders));
        }
    }
    Ok(all)
}

/// Rows in f64 for the narrow formats. The combinations that are tried first have rows everywhere.
fn rows(rule: &Rule) -> Result<Vec<Instance>, Error> {
    if !rule.payloads.is_empty() {
        return Ok(vec![]);
    }
    let all = instances(rule, DType::F64, Length::Dynamic, false, NARROW_CASES)?;
    let loose = |case: &Instance| case.inputs.iter().all(|i| i.facts.structure == Structure::NONE);
    Ok(all.into_iter().filter(loose).collect())
}

fn check(rule: &Rule) -> Result<Checked, Error> {
    self::rule(rule)?.ok_or_else(|| never(rule))
}

fn never(rule: &Rule) -> Error {
    Error::input(format!("{}: rule `{}` never applies", rule.place, rule.name))
}

/// Checks a rule; `None` if there is nothing that it applies to.
pub fn rule(rule: &Rule) -> Result<Option<Checked>, Error> {
    checked(rule, None, WHOLE)
}

/// Checks a rule, but for a part of its promise.
fn checked(rule: &Rule, waived: Option<Breach>, depth: Depth) -> Result<Option<Checked>, Error> {
    let all = cases(rule)?;
    if all.is_empty() {
        return Ok(None);
    }
    let mut tally = Tally::of(rule, waived).to(depth);
    tally.sample(&all)?;
    if !tally.broken() {
        tally.narrow(&rows(rule)?)?;
    }
    Ok(Some(tally.finish()))
}
