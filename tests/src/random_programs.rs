//! Properties of random programs over the whole op table.
//!
//! - What the optimizer makes of a program is never worse than the program against high-precision truth, with and
//!   without the rules that assume finite values and the ones that reorder sums.
//! - Code of the optimized program gives what the program means.
//! - Programs are the same after they were printed and read.
//! - Every op of the table occurs with every element type that it takes; most programs are rewritten.
//! - Planted faults, wrong rules and wrong lowerings, are found.
//!
//! `THN_PROGRAMS` says how many programs a run has, `THN_SEED` which; the run prints both. With `THN_LONG`, which
//! `cargo xtask test --long` sets, it has 20,480. What fails is made smaller as long as it fails, and printed with its
//! inputs.

use crate::{
    backends::Lowering,
    group::{Optimizer, Setup, check, optimizer},
    judge::{Mode, Point},
    patterns::Rule,
    planted,
    programs::{self, Pair, pair_of, pairs},
    summary::Summary,
};
use libtest_mimic::{Failed, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use thn_eqsat::{Class, Options, optimize};
use thn_ir::{Arg, Builder, DType, Error, Func, Loc, OpKind, Res, Scalar, verify};
use thn_random::Random;
use thn_reference::Value;

/// Programs of a run that does not say how many.
const PROGRAMS: usize = 320;

/// Programs of a long run.
const LONG: usize = 20_480;

/// Programs whose code is made together.
const GROUP: usize = 64;

/// At least so many of a hundred programs change.
const REWRITTEN_PERCENT: usize = 60;

/// The seed when none is given. Any other must do as well.
const SEED: u64 = 2024;

/// A fault is planted in at most so many programs, some of which have a place for it.
const PLANTED: usize = 1_280;

/// Programs with a planted fault that are judged together.
const PLANTED_GROUP: usize = 8;

/// The tests of this suite.
pub fn trials() -> Vec<Trial> {
    let mut all = vec![
        Trial::test("optimized_compiled_programs_are_never_worse", random_programs),
        Trial::test("every_op_occurs_with_every_element_type", every_pair_occurs),
        Trial::test("compiled_code_may_overflow_at_the_edge_alone", edge_is_narrow),
    ];
    for (name, fault) in planted::RULES {
        let optimizer = planted::with_rule(fault);
        all.push(Trial::test(format!("fault/rule/{name}"), move || found(name, &optimizer, None)));
    }
    for (name, word, right, wrong) in planted::LOWERINGS {
        let lowering = move |text: &mut String| *text = planted::with_lowering(text, word, right, wrong);
        all.push(Trial::test(format!("fault/lowering/{name}"), move || {
            found(name, &optimizer, Some(&lowering))
        }));
    }
    all
}

fn number_of(variable: &str) -> Result<Option<u64>, Failed> {
    match std::env::var(variable) {
        Ok(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("{variable} is `{text}`, which is no number").into()),
        },
        Err(_) => Ok(None),
    }
}

/// The rules whose left sides can be built.
fn readable_rules() -> Result<Vec<Rule>, Error> {
    Ok(thn_eqsat::rules()?.iter().filter_map(|info| Rule::parse(&info.name, &info.text)).collect())
}

/// Checks groups of programs on all processors. The summary does not depend on their number.
fn run(setup: &Setup<'_>) -> Summary {
    let groups: Vec<usize> = (0..setup.count.div_ceil(setup.group)).collect();
    let done = thn_parallel::map(&groups, |group| {
        let summary = guarded(setup, *group);
        for failure in &summary.failures {
            println!("{failure}\n");
        }
        summary
    });
    let mut all = Summary::default();
    done.into_iter().for_each(|summary| all.merge(summary));
    all
}

/// A group whose panic is a failure among others.
fn guarded(setup: &Setup<'_>, group: usize) -> Summary {
    catch_unwind(AssertUnwindSafe(|| check(setup, group))).unwrap_or_else(|_| {
        let failure = format!("group {group} of seed {} panics", setup.seed);
        let mut summary = Summary::default();
        summary.failures.push(failure);
        summary
    })
}

fn random_programs() -> Result<(), Failed> {
    let seed = number_of("THN_SEED")?.unwrap_or(SEED);
    let usual = if std::env::var_os("THN_LONG").is_some() { LONG } else { PROGRAMS };
    let count = number_of("THN_PROGRAMS")?.map_or(usual, |n| n as usize);
    println!("THN_SEED={seed} THN_PROGRAMS={count}");
    let since = std::time::Instant::now();
    let (pairs, rules) = (pairs(), readable_rules()?);
    let setup = Setup {
        seed,
        count,
        group: GROUP,
        pairs: &pairs,
        rules: &rules,
        optimizer: &optimizer,
        code: Some(None),
        shrink: true,
    };
    let summary = run(&setup);
    summary.print();
    let seconds = since.elapsed().as_secs_f64();
    println!("{:.1} programs per second", count as f64 / seconds);
    println!("rules that fire nowhere: {}", silent_rules(seed, &rules, &summary.fired)?.join(", "));
    let mut failures = summary.failures.clone();
    if summary.rewritten * 100 < count * REWRITTEN_PERCENT {
        failures.push(format!("only {} of {count} programs were rewritten", summary.rewritten));
    }
    if summary.mean(1) > summary.mean(0) {
        failures.push("optimized programs have more bits of error on average".into());
    }
    println!("THN_SEED={seed} THN_PROGRAMS={count}: {} failures", failures.len());
    if failures.is_empty() {
        return Ok(());
    }
    let heads: Vec<&str> = failures.iter().filter_map(|f| f.lines().next()).collect();
    Err(format!("THN_SEED={seed}: {} failures\n{}", failures.len(), heads.join("\n")).into())
}

/// Rules that fire neither in the programs nor in one that is little more than their own left side. That each rule fires
/// alone is a test of the optimizer; here another rule, or the analysis, can be first.
fn silent_rules(seed: u64, rules: &[Rule], fired: &BTreeMap<String, usize>) -> Result<Vec<String>, Error> {
    let mut silent = vec![];
    let all = Options::default().with_class(Class::Fast, true);
    for (i, rule) in rules.iter().enumerate().filter(|(_, r)| !fired.contains_key(&r.name)) {
        let mut random = Random::stream(seed.wrapping_add(1), i as u64);
        let mut own: BTreeSet<String> = BTreeSet::new();
        for _ in 0..20 {
            let mut func = programs::program_of(&mut random, rule);
            // Alone, so that no other rule is quicker.
            own.extend(optimize(&mut func, &all.clone().including(rule.name.clone()))?.fired.into_keys());
        }
        if !own.contains(&rule.name) {
            silent.push(rule.name.clone());
        }
    }
    Ok(silent)
}

/// The first program for each pair holds it. None is listed here: the table says which there are.
fn every_pair_occurs() -> Result<(), Failed> {
    let (pairs, rules) = (pairs(), readable_rules()?);
    let setup = Setup {
        seed: number_of("THN_SEED")?.unwrap_or(SEED),
        count: 3 * pairs.len(),
        group: GROUP,
        pairs: &pairs,
        rules: &rules,
        optimizer: &optimizer,
        code: None,
        shrink: true,
    };
    let mut found: BTreeSet<Pair> = BTreeSet::new();
    for index in 0..setup.count {
        let func = setup.program(index);
        if let Some(error) = verify::verify(&func).first() {
            return Err(format!("program {index} is not well-formed: {error}\n{func}").into());
        }
        found.extend(func.walk(Func::BODY).into_iter().filter_map(|op| pair_of(&func, op)));
    }
    let missing = pairs.iter().filter(|p| !found.contains(p));
    let missing: Vec<String> = missing.map(|(k, d)| format!("{} of {d}", k.row().mnemonic)).collect();
    println!("{} pairs of an op and an element type", pairs.len());
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("{} programs have no {}", setup.count, missing.join(", ")).into()),
    }
}

/// That a planted fault is found in some program, beside which the suite finds nothing without the fault.
fn found(name: &str, faulty: &Optimizer, lowering: Option<&Lowering>) -> Result<(), Failed> {
    let seed = number_of("THN_SEED")?.unwrap_or(SEED);
    let (pairs, rules) = (pairs(), readable_rules()?);
    let setup = |optimizer, lowering: Option<Option<_>>| Setup {
        seed,
        count: PLANTED,
        group: PLANTED_GROUP,
        pairs: &pairs,
        rules: &rules,
        optimizer,
        code: lowering,
        // It is known what is wrong.
        shrink: false,
    };
    let (wrong, right) = (setup(faulty, lowering.map(Some)), setup(&optimizer, lowering.map(|_| None)));
    for group in 0..PLANTED / PLANTED_GROUP {
        if !check(&wrong, group).failures.is_empty() && check(&right, group).failures.is_empty() {
            println!("found in the first {} programs", (group + 1) * PLANTED_GROUP);
            return Ok(());
        }
    }
    Err(format!("\"{name}\" is not noticed in {PLANTED} programs").into())
}

/// Compiled code that overflows where the program does not: what is judged of it, at the edge of overflow and far from it.
fn edge_is_narrow() -> Result<(), Failed> {
    let mut func = Func::new("edge");
    let [x, y] = [(); 2].map(|()| func.add_tensor_arg(DType::F32, &[], Arg::default()));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    // The bound of a product by the largest number is infinite.
    let one = b.map(OpKind::Exp, &[x])?;
    let product = b.map(OpKind::Mul, &[one, y])?;
    let nothing = b.map(OpKind::Sub, &[product, product])?;
    let far = b.map(OpKind::Add, &[nothing, one])?;
    func.add_result(product, Res::default());
    func.add_result(far, Res::default());
    let number = |x: f64| Value::new(DType::F32, &[], vec![Scalar::Float(x)]);
    let inputs = [number(0.0)?, number(f64::from(f32::MAX))?];
    let mut point = Point::new(&func, &inputs)?;
    let found = [number(f64::INFINITY)?, number(f64::INFINITY)?];
    for (compiled, wrong) in [(true, vec![1]), (false, vec![0, 1])] {
        let mode = Mode { finite: false, reassociated: true, compiled };
        let failures: Vec<usize> = point.judge(&found, mode, None)?.failures.iter().map(|f| f.0).collect();
        if failures != wrong {
            return Err(format!("compiled {compiled}: results {failures:?} are wrong, not {wrong:?}").into());
        }
    }
    Ok(())
}
