//! Checks rules: `cargo run -p thn-rulecheck --example check -- [--whole] [--rule NAME]... [FILE.rules]...`.
//!
//! Prints for each rule how many cases and points it was checked at, and the counterexample if there is one. With no
//! arguments, every rule of the crate is checked. `--whole` also asks of the crate's own rules what the tests ask:
//! that they fire, do so through movements, and have no mutant that passes. The exit status is 1 if a rule breaks its
//! promise, and 2 if something else is wrong.

use std::process::ExitCode;
use thn_eqsat::rules;
use thn_rulecheck::Checked;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Whether every rule asked for keeps its promise.
fn run() -> Result<bool, String> {
    let mut kept = true;
    let mut whole = false;
    let mut names = vec![];
    let mut files = vec![];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--whole" => whole = true,
            "--rule" => names.push(arguments.next().ok_or("--rule needs a name")?),
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            _ => files.push(argument),
        }
    }
    if names.is_empty() && files.is_empty() {
        names = rules().map_err(|e| e.to_string())?.into_iter().map(|r| r.name).collect();
    }
    for name in names {
        let checked = thn_rulecheck::own(&name).map_err(|e| e.to_string())?;
        kept &= report(&checked.ok_or(format!("there is no rule `{name}`"))?);
        if whole {
            kept &= rest(&name).map_err(|e| e.to_string())?;
        }
    }
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
        for checked in thn_rulecheck::file(&path, &text).map_err(|e| e.to_string())? {
            kept &= report(&checked);
        }
    }
    Ok(kept)
}

/// Whether a rule fires, through movements too, and none of its mutants passes.
fn rest(name: &str) -> Result<bool, thn_ir::Error> {
    let mut kept = thn_rulecheck::fires(name)?;
    if !kept {
        println!("{name} never fires");
    }
    for (how, checked) in thn_rulecheck::seen_through(name)? {
        let passes = checked.cases > 0 && checked.counterexample.is_none();
        if !passes {
            println!("{name} through {how}: {} cases {:?}", checked.cases, checked.counterexample);
        }
        kept &= passes;
    }
    for mutant in thn_rulecheck::mutants(name)? {
        if mutant.counterexample.is_none() {
            println!("{} passes", mutant.rule);
            kept = false;
        }
    }
    Ok(kept)
}

fn report(checked: &Checked) -> bool {
    let Checked { rule, class, cases, points, narrow, counterexample, .. } = checked;
    let class = class.name();
    println!("{rule:28} {class:9} {cases:4} cases {points:7} points, {narrow:7} of them of 16 bits");
    if let Some(example) = counterexample {
        println!("{example}\n");
    }
    counterexample.is_none()
}
