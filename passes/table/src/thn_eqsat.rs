//! Equality saturation: what `thn-eqsat` does to programs, as a pass.
//!
//! ```text
//! %0 = thn.exp %x : tensor<?xf32>                before
//! %1 = thn.log %0 : tensor<?xf32>
//! return %1 : tensor<?xf32>
//!
//! return %x : tensor<?xf32>                      after
//! ```
//!
//! Ops of other dialects that the op table names are rewritten in their blocks, in ops of their own dialects. There,
//! rules of the classes `reassoc`, `finite` and `fast` need fast-math flags on all ops of the block, or the options.
//!
//! A function that rules of the class `finite` changed means the same as before only where its inputs and
//! intermediate values are finite. It carries their names as the attribute `thn.assumes_finite`.
//!
//! With `explain`, every op that the function did not have before is remarked on: the value as it was, and the rules
//! that led to what it is, step by step. `--thn-explain` is a short name for that. The remarks are checked before they
//! are made: each step is done again.
//!
//! Files of further rules are checked before they are used; a rule that breaks its promise is an error with the
//! counterexample.

use crate::{list, rule_file};
use std::collections::BTreeSet;
use thn_eqsat::{
    Class, CostModel, Detail, FINITE_ATTRIBUTE, Level, Options as Rules, Report, RuleProfile,
    explain::{self, Explanation, optimize_explained},
    optimize,
};
use thn_foreign::on_blocks;
use thn_ir::{Func, Loc};
use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, holds_own_ops, note, on_func, remark, remark_at},
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let mut rules = base(options)?;
    rules = list(options.text("including")).fold(rules, Rules::including);
    rules = list(options.text("excluding")).fold(rules, Rules::excluding);
    for path in list(options.text("rules")) {
        rules = rules.with_rules(&rule_file::load(&path)?);
    }
    let rewrite = |func: &mut Func, rules: &Rules| {
        let done = if options.flag("explain") {
            let (done, explanation) = optimize_explained(func, rules)?;
            explain::check(&explanation)?;
            for (loc, why) in reasons(func, &explanation) {
                remark_at(function, "thn-explain", &loc, &why);
            }
            done
        } else {
            optimize(func, rules)?
        };
        if options.flag("json") {
            let json = serde_json::to_string(&done).map_err(|e| thn_ir::Error::internal(e.to_string()))?;
            remark(function, &json);
        } else if options.flag("report") || options.flag("profile") {
            remark(function, &describe(&done));
        }
        Ok::<_, thn_ir::Error>(done)
    };
    if holds_own_ops(function) {
        on_func(function, |func| {
            func.unify_dims()?;
            rewrite(func, &rules)?;
            Ok(())
        })?;
    }
    let mut assumed = BTreeSet::new();
    on_blocks(function, |func, style| {
        let flags = style.flags;
        let reassoc = flags.reassoc() || options.flag("reassoc");
        let reassoc = reassoc && rules.classes.contains(&Class::Reassoc);
        let rules = rules
            .clone()
            .with_class(Class::Finite, flags.finite() || options.flag("finite"))
            .with_class(Class::Reassoc, reassoc)
            .with_class(Class::Fast, flags.fast() || options.flag("fast"))
            .with_ops(style.ops.clone())
            .with_choices_kept();
        let done = rewrite(func, &rules)?;
        if !flags.finite() {
            assumed.extend(done.finite.iter().cloned());
        }
        Ok(())
    });
    note(function, FINITE_ATTRIBUTE, &assumed);
    Ok(())
}

/// What the level, the cost model and the classes of the options stand for.
fn base(options: &Options) -> Result<Rules, Error> {
    let number = options.int("level").unwrap_or_default();
    let level = u32::try_from(number).ok().and_then(Level::from_number);
    let level = level.ok_or_else(|| Error::input(format!("level {number}: the levels are 0 to 3")))?;
    let name = options.text("cost");
    let models = || CostModel::ALL.map(CostModel::name).join(", ");
    let cost = CostModel::from_name(name)
        .ok_or_else(|| Error::input(format!("there is no cost model {name}; there are {}", models())))?;
    let detail = if options.flag("profile") { Detail::Rules } else { Detail::Nothing };
    let mut rules = Rules::level(level).with_cost(cost).with_profile(detail);
    // Level 1 has no rules of these classes unless they are asked for.
    let reassoc = rules.classes.contains(&Class::Reassoc) && !options.flag("strict");
    rules = rules
        .with_class(Class::Finite, options.flag("finite"))
        .with_class(Class::Reassoc, reassoc)
        .with_class(Class::Fast, options.flag("fast"));
    match options.int("exact").unwrap_or_default() {
        0 => Ok(rules),
        classes => match usize::try_from(classes) {
            Ok(classes) => Ok(rules.with_exact(classes)),
            Err(_) => Err(Error::input(format!("exact={classes}: a number of classes is not below 0"))),
        },
    }
}

/// For every change that the program shows, its place, its new ops, and the steps that led to them.
fn reasons(func: &Func, explanation: &Explanation) -> Vec<(Loc, String)> {
    let reason = |change: &usize| {
        let history = explanation.history(*change);
        let ops = history.last().map_or(&[][..], |last| &last.ops);
        let names: Vec<String> =
            ops.iter().map(|op| format!("thn.{}", func.op(*op).kind.row().mnemonic)).collect();
        let loc = match (ops.last(), history.last()) {
            (Some(op), _) => func.op(*op).loc.clone(),
            (None, Some(last)) => last.loc.clone(),
            (None, None) => Loc::Unknown,
        };
        let steps: Vec<String> = history.iter().map(ToString::to_string).collect();
        let what = if names.is_empty() { "no op".to_owned() } else { names.join(", ") };
        (loc, format!("{what}: {}", steps.join("\n")))
    };
    explanation.standing.iter().map(reason).collect()
}

/// What was done, in one line, and what took how long, if that is known, in more.
fn describe(report: &Report) -> String {
    let fired: Vec<_> = report.fired.iter().map(|(rule, times)| format!("{rule} {times}")).collect();
    let mut text = format!(
        "{} ops became {}; cost {} became {}; rules: {}; {:?} after {} sweeps with {} e-nodes",
        report.ops_before,
        report.ops_after,
        report.cost_before,
        report.cost_after,
        if fired.is_empty() { "none".to_owned() } else { fired.join(", ") },
        report.stop,
        report.iterations,
        report.nodes
    );
    if let Some(gap) = report.gap {
        text += &format!("; the greedy choice costs {:.2} % more than the exact one", 100.0 * gap);
    }
    let Some(profile) = &report.profile else { return text };
    for (phase, seconds) in &profile.phases {
        text += &format!("\n{phase}: {:.3} ms", 1e3 * seconds);
    }
    let mut rules: Vec<_> = profile.rules.iter().flatten().collect();
    rules.sort_by(|a, b| b.1.seconds.total_cmp(&a.1.seconds).then(a.0.cmp(b.0)));
    for (name, rule) in rules {
        let used = report.used.get(name).copied().unwrap_or_default();
        let ms = 1e3 * rule.seconds;
        let RuleProfile { tried, matches, made, .. } = rule;
        text += &format!("\n{name}: tried {tried}, matched {matches}, made {made}, used {used}, {ms:.3} ms");
    }
    text
}
