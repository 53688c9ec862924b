//! The optimizer is told the same in Rust and in text, and does the same.

use std::collections::BTreeMap;
use thn::{
    accuracy::{Accuracy, Range},
    eqsat::{Class, CostModel, Detail, Level, Options},
    prelude::*,
};
use thn_testing::rewrite;

/// log(1 + exp x) + (x - x), summed.
fn cost(x: &Tensor) -> Tensor {
    let same = x;
    ((1 + x.exp()).log() + (x - same)).sum()
}

/// The rules that fired, by how often.
type Fired = BTreeMap<String, usize>;

/// What fires in Rust, under a change of the options.
fn in_rust(change: impl FnOnce(Options) -> Options) -> Result<Fired, Error> {
    let x = vector("x", f64);
    let f = function([&x], cost(&x)).rules(change).compile()?;
    Ok(f.report().expect("it is rewritten").fired.clone())
}

/// What fires in text, under options of the pass.
fn in_text(options: &str) -> Result<Fired, Error> {
    let x = vector("x", f64);
    let f = function([&x], cost(&x)).rewrite(false).stages().compile()?;
    let stages = &f.compiled().expect("it is native").stages;
    let program = &stages.iter().find(|s| s.level == thn::cpu::Level::Program).expect("was asked for").text;
    let page = rewrite(program, &[&format!("thn-eqsat{{finite=true {options}}}")])
        .unwrap_or_else(|error| panic!("{error}"));
    Ok(page.steps()[0].rules.clone())
}

#[test]
fn choices_mean_the_same_in_rust_and_in_text() -> Result<(), Error> {
    let all = in_rust(|rules| rules)?;
    assert!(all.contains_key("log-one-plus") && all.contains_key("sub-self"), "{all:?}");
    assert_eq!(all, in_text("")?);

    let stable = in_rust(|rules| rules.including("stabilize"))?;
    assert!(stable.contains_key("log-one-plus") && !stable.contains_key("sub-self"), "{stable:?}");
    assert_eq!(stable, in_text("including=stabilize")?);

    for name in ["log-one-plus", "stabilize", "accurate"] {
        let without = in_rust(|rules| rules.excluding(name))?;
        assert!(!without.contains_key("log-one-plus"), "{name}: {without:?}");
        assert_eq!(without, in_text(&format!("excluding={name}"))?);
    }

    assert!(in_rust(|_| Options::level(Level::O0))?.is_empty());
    assert!(in_text("level=0")?.is_empty());
    let fast = in_rust(|rules| rules.with_class(Class::Fast, true).with_cost(CostModel::Gpu))?;
    assert_eq!(fast, in_text("fast=true cost=gpu")?);
    Ok(())
}

#[test]
fn the_profile_names_the_rules_that_fired() -> Result<(), Error> {
    let x = vector("x", f64);
    let f = function([&x], cost(&x)).rules(|rules| rules.with_profile(Detail::Rules)).compile()?;
    let report = f.report().expect("it is rewritten");
    let rules = report.profile.as_ref().and_then(|p| p.rules.as_ref()).expect("was asked for");
    for name in report.fired.keys() {
        // What is built in is no rule of the index and has no row of its own.
        let built_in = !thn::eqsat::rules()?.iter().any(|rule| rule.name == *name);
        assert!(built_in || rules.get(name).is_some_and(|r| r.matches > 0), "{name}");
    }
    Ok(())
}

#[test]
fn a_name_that_nothing_has_is_an_error() {
    let error = in_rust(|rules| rules.excluding("log-one-plsu")).expect_err("there is none").to_string();
    assert!(error.contains("`log-one-plsu`") && error.contains("`log-one-plus`"), "{error}");
}

#[test]
fn results_are_improved_where_the_arguments_lie() -> Result<(), Error> {
    let x = vector("x", f64);
    let difference = (&x + 1).sqrt() - x.sqrt();
    let accuracy = Accuracy {
        ranges: vec![Range { low: 1.0, high: 1e300 }],
        points: 64,
        held_out: 128,
        rounds: 1,
        nodes: 1200,
        ..Accuracy::default()
    };
    for target in Target::ALL {
        // Written out, so that only the search can help.
        let plain = function([&x], &difference).target(*target).rewrite(false).compile()?;
        assert!(plain.improved().is_empty());
        let better =
            function([&x], &difference).target(*target).rewrite(false).improve(accuracy.clone()).compile()?;
        let [found] = better.improved() else { panic!("{:?}", better.improved()) };
        assert!(found.before > 20.0 && found.after < 1.0, "{found:?}");
        let at = [1e18, 4e20];
        assert_eq!(plain.call([at])?[0].as_slice::<f64>()?, [0.0, 0.0]);
        assert_eq!(better.call([at])?[0].as_slice::<f64>()?, [5e-10, 2.5e-11]);
    }
    Ok(())
}

#[test]
fn a_range_that_is_none_is_an_error() {
    let x = vector("x", f64);
    let ranges = vec![Range { low: 2.0, high: 1.0 }];
    let built = function([&x], x.exp()).improve(Accuracy { ranges, ..Accuracy::default() }).compile();
    let error = built.expect_err("no number is in it").to_string();
    assert!(error.contains('2') && error.contains('1'), "{error}");
}
