//! Every rule keeps its promise; every mutant and every wrong rule is caught.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use thn_eqsat::rules;
use thn_rulecheck as check;

/// Applies `f` to every rule name on all cores; results in order.
fn for_each_rule<T: Send>(f: impl Fn(&str) -> T + Sync) -> Vec<(String, T)> {
    let names: Vec<String> = rules().unwrap().into_iter().map(|r| r.name).collect();
    let next = AtomicUsize::new(0);
    let out = Mutex::new(vec![]);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(name) = names.get(i) else { break };
                    let result = f(name);
                    out.lock().unwrap().push((i, name.clone(), result));
                }
            });
        }
    });
    let mut all = out.into_inner().unwrap();
    all.sort_by_key(|(i, _, _)| *i);
    all.into_iter().map(|(_, name, t)| (name, t)).collect()
}

#[test]
fn every_rule_keeps_its_promise_at_a_thousand_points() {
    let mut wrong = vec![];
    for (name, checked) in for_each_rule(|name| check::own(name).map_err(|e| e.to_string())) {
        match checked {
            Ok(Some(c)) => {
                let (class, all, narrow) = (c.class.name(), c.points, c.narrow);
                println!("{:28} {class:9} {:3} cases {all:6} points, {narrow:6} in 16 bits", c.rule, c.cases);
                if let Some(example) = c.counterexample {
                    wrong.push(format!("{name}: {example}"));
                } else if c.points < check::POINTS {
                    wrong.push(format!("{name}: only {} points meet its conditions", c.points));
                }
            }
            Ok(None) => wrong.push(format!("{name}: not found")),
            Err(e) => wrong.push(e),
        }
    }
    assert!(wrong.is_empty(), "{} rules fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_fires_in_the_optimizer() {
    let all = for_each_rule(|name| check::fires(name).map_err(|e| e.to_string()));
    let silent: Vec<String> =
        all.into_iter().filter(|(_, f)| *f != Ok(true)).map(|(name, f)| format!("{name}: {f:?}")).collect();
    assert!(silent.is_empty(), "{} rules never fire:\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn elementwise_rules_see_through_broadcasts_and_reshapes() {
    let mut wrong = vec![];
    let mut seen = 0;
    for (name, all) in for_each_rule(|name| check::seen_through(name).map_err(|e| e.to_string())) {
        match all {
            Err(e) => wrong.push(format!("{name}: {e}")),
            Ok(all) => {
                for (how, checked) in all {
                    seen += 1;
                    match checked.counterexample {
                        Some(example) => wrong.push(format!("{name} through {how}: {example}")),
                        None if checked.cases == 0 => {
                            wrong.push(format!("{name} does not fire through {how}"));
                        }
                        None => println!("{name:28} through {how:10} {:6} points", checked.points),
                    }
                }
            }
        }
    }
    assert!(seen > 300, "only {seen} combinations");
    assert!(wrong.is_empty(), "{} combinations fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_mutant_is_rejected() {
    let mut survivors = vec![];
    for (name, mutants) in for_each_rule(|name| check::mutants(name).map_err(|e| e.to_string())) {
        match mutants {
            Ok(all) if all.is_empty() => survivors.push(format!("{name} has no mutant")),
            Ok(all) => {
                survivors.extend(all.into_iter().filter(|m| m.counterexample.is_none()).map(|m| m.rule));
            }
            Err(e) => survivors.push(e),
        }
    }
    assert!(survivors.is_empty(), "{} mutants survive:\n{}", survivors.len(), survivors.join("\n"));
}

#[test]
fn every_wrong_rule_is_caught() {
    let text = include_str!("unsound.rules");
    let all = check::file("unsound.rules", text).unwrap();
    assert!(all.len() >= 60, "only {} wrong rules", all.len());
    let classes: std::collections::BTreeSet<&str> = all.iter().map(|c| c.class.name()).collect();
    assert_eq!(classes.len(), thn_eqsat::Class::ALL.len(), "a wrong rule in each class");
    let missed: Vec<String> =
        all.iter().filter(|c| c.counterexample.is_none()).map(|c| c.rule.clone()).collect();
    for c in &all {
        if let Some(example) = &c.counterexample {
            println!("{:22} {}", c.rule, example.summary());
        }
    }
    assert!(missed.is_empty(), "wrong rules that pass: {missed:?}");
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
