//! Every rule keeps its promise; every mutant and every wrong rule is caught.

mod memo;

use memo::Memo;
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    time::Instant,
};
use thn_eqsat::rule::{Rule, parse_file};
use thn_rulecheck as check;

/// What became of one rule: a number that tests count, and what people see of it; or what is wrong.
type Outcome = Result<(usize, String), String>;

/// Whether everything is checked, as `cargo xtask test --long` does.
fn long() -> bool {
    std::env::var_os("THN_LONG").is_some()
}

/// Asks `check` of rules on all cores, but for those of which an earlier run knows that they pass; how much they counted
/// together. Of `share` rules one is asked, whatever its neighbours in the files are, and in a long run all.
fn every_rule(what: &str, share: u64, check: impl Fn(&str) -> Outcome + Sync) -> usize {
    let all = thn_eqsat::rule::all().unwrap();
    let drawn = |rule: &&Rule| {
        let mut hasher = DefaultHasher::new();
        (what, &rule.name).hash(&mut hasher);
        long() || hasher.finish().is_multiple_of(share)
    };
    let rules: Vec<&Rule> = all.iter().filter(drawn).collect();
    let memo = Memo::of(what);
    // What a long run found out is not forgotten by a short one.
    for rule in all {
        let _ = memo.recall(rule);
    }
    let outcomes = thn_parallel::map(&rules, |rule| {
        let known = memo.recall(rule).and_then(|line| line.split(' ').next()?.parse().ok());
        if let Some(count) = known {
            return Ok((count, true));
        }
        let start = Instant::now();
        let (count, text) = check(&rule.name).map_err(|text| format!("{}: {text}", rule.name))?;
        println!("{:28} {text} in {:.1} s", rule.name, start.elapsed().as_secs_f64());
        memo.keep(rule, &format!("{count} {}", rule.name));
        Ok((count, false))
    });
    let recalled = outcomes.iter().filter(|o| matches!(o, Ok((_, true)))).count();
    println!("{recalled} of {} rules as an earlier run found", rules.len());
    let wrong: Vec<&str> = outcomes.iter().filter_map(|o| o.as_ref().err()).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} rules fail:\n{}", wrong.len(), wrong.join("\n"));
    memo.finish();
    outcomes.into_iter().flatten().map(|(count, _)| count).sum()
}

#[test]
fn every_rule_keeps_its_promise() {
    let (what, own, points): (_, fn(&str) -> _, _) = if long() {
        ("promises", check::own, check::POINTS)
    } else {
        ("promises-quickly", check::own_quickly, check::QUICK_POINTS)
    };
    every_rule(what, 1, |name| {
        let c = own(name).map_err(|e| e.to_string())?.ok_or("not found")?;
        match c.counterexample {
            Some(example) => Err(example.to_string()),
            None if c.points < points => Err(format!("only {} points meet its conditions", c.points)),
            None => {
                let (class, cases, all, narrow) = (c.class.name(), c.cases, c.points, c.narrow);
                Ok((all, format!("{class:9} {cases:3} cases {all:6} points, {narrow:6} in 16 bits")))
            }
        }
    });
}

#[test]
fn every_rule_fires_in_the_optimizer() {
    every_rule("fires", 1, |name| match check::fires(name) {
        Ok(true) => Ok((1, "fires".into())),
        Ok(false) => Err("never fires".into()),
        Err(e) => Err(e.to_string()),
    });
}

#[test]
fn elementwise_rules_see_through_broadcasts_and_reshapes() {
    let seen = every_rule("seen-through", 4, |name| {
        let mut texts = vec![];
        for (how, checked) in check::seen_through(name).map_err(|e| e.to_string())? {
            match checked.counterexample {
                Some(example) => return Err(format!("through {how}: {example}")),
                None if checked.cases == 0 => return Err(format!("does not fire through {how}")),
                None => texts.push(format!("through {how:10} {:6} points", checked.points)),
            }
        }
        Ok((texts.len(), texts.join(", ")))
    });
    assert!(seen > if long() { 300 } else { 60 }, "only {seen} combinations");
}

#[test]
fn every_mutant_is_rejected() {
    every_rule("mutants", 4, |name| {
        let all = check::mutants(name).map_err(|e| e.to_string())?;
        let alive: Vec<&str> =
            all.iter().filter(|m| m.counterexample.is_none()).map(|m| m.rule.as_str()).collect();
        match (all.len(), alive.as_slice()) {
            (0, _) => Err("has no mutant".into()),
            (count, []) => Ok((count, format!("{count} mutants are rejected"))),
            (_, alive) => Err(format!("survive: {}", alive.join(", "))),
        }
    });
}

#[test]
fn every_wrong_rule_is_caught() {
    let rules = parse_file("unsound.rules", include_str!("unsound.rules"), &mut BTreeSet::new()).unwrap();
    assert!(rules.len() >= 60, "only {} wrong rules", rules.len());
    let classes: BTreeSet<&str> = rules.iter().map(|r| r.class.name()).collect();
    assert_eq!(classes.len(), thn_eqsat::Class::ALL.len(), "a wrong rule in each class");
    let memo = Memo::of("wrong");
    let mut missed = vec![];
    for rule in rules.iter().filter(|r| memo.recall(r).is_none()) {
        match check::rule(rule).unwrap().and_then(|c| c.counterexample) {
            Some(example) => {
                println!("{:22} {}", rule.name, example.summary());
                memo.keep(rule, "caught");
            }
            None => missed.push(&rule.name),
        }
    }
    assert!(missed.is_empty(), "wrong rules that pass: {missed:?}");
    memo.finish();
}

#[test]
fn every_built_in_rewrite_keeps_its_promise() {
    let all = check::built_in().unwrap();
    let mut wrong = vec![];
    for c in &all {
        println!("{:28} {:9} {:3} programs {:6} points", c.rule, c.class.name(), c.cases, c.points);
        if let Some(example) = &c.counterexample {
            wrong.push(format!("{}: {example}", c.rule));
        }
    }
    // Random programs have no joins and take no parts: the examples of `tests/coverage` are run before and after.
    let elsewhere = |name: &str| name.contains("join") || name == "take-early";
    for name in check::built_in_names().into_iter().filter(|n| !elsewhere(n)).chain(["fold"]) {
        let found = all.iter().find(|c| c.rule == name);
        if found.is_none_or(|c| c.cases < 5 || c.points < check::POINTS) {
            wrong.push(format!("{name} was hardly tried: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
