//! Improves the problems of a file and prints mean bits of error:
//! `cargo run --release -p thn-accuracy --example accuracy -- [--suite hamming|others] [--only TEXT] [--points N] [--show] [--json]`.
//!
//! The points at which results are compared come from another seed than those that the search uses.

mod problems;

use problems::{Problem, problems};
use serde::Serialize;
use std::process::ExitCode;
use thn_accuracy::{Accuracy, improve, measure};

/// Where the points of the comparison start.
const SEED: u64 = 20_261_120;

#[derive(Serialize)]
struct Row {
    problem: String,
    points: usize,
    start: f64,
    select_free: f64,
    branches: f64,
    expression: String,
    branching: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let (mut suite, mut only, mut points, mut show, mut json) =
        ("hamming".to_string(), String::new(), 2000, false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--suite" => suite = value()?,
            "--only" => only = value()?,
            "--points" => points = value()?.parse().map_err(|e| format!("--points: {e}"))?,
            "--show" => show = true,
            "--json" => json = true,
            other => return Err(format!("unknown option {other}")),
        }
    }
    let text = problems::suite(&suite).ok_or(format!("there is no suite {suite}"))?;
    let mut rows = vec![];
    for problem in problems(text)?.iter().filter(|p| p.name.contains(&only)) {
        let row = row(problem, points).map_err(|e| format!("{}: {e}", problem.name))?;
        if !json {
            if rows.is_empty() {
                println!("| problem | points | start | select-free | with branches |");
                println!("| --- | --: | --: | --: | --: |");
            }
            let Row { problem, points, start, select_free, branches, .. } = &row;
            println!("| {problem} | {points} | {start:.2} | {select_free:.2} | {branches:.2} |");
            if show {
                println!("{}\n{}", row.expression, row.branching);
            }
        }
        rows.push(row);
    }
    let mean = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / rows.len().max(1) as f64;
    let means = [mean(|r| r.start), mean(|r| r.select_free), mean(|r| r.branches)];
    if json {
        let all = serde_json::json!({ "suite": suite, "seed": SEED, "rows": rows, "means": means });
        println!("{}", serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?);
    } else {
        let [start, select_free, branches] = means;
        println!("| mean of {} | | {start:.2} | {select_free:.2} | {branches:.2} |", rows.len());
    }
    Ok(())
}

fn row(problem: &Problem, points: usize) -> Result<Row, thn_ir::Error> {
    let (func, ranges) = problem.program()?;
    let mut texts = vec![];
    let mut improved = vec![];
    for branches in [false, true] {
        let mut func = func.clone();
        let options = Accuracy { ranges: ranges.clone(), branches, ..Accuracy::default() };
        let found = improve(&mut func, &options)?;
        texts.push(found.into_iter().next().map(|f| f.expression).unwrap_or_default());
        improved.push(func);
    }
    let others: Vec<_> = improved.iter().collect();
    let measured = measure(&func, &others, &ranges, points, SEED)?;
    let branching = texts.pop().unwrap_or_default();
    Ok(Row {
        problem: problem.name.clone(),
        points: measured.points,
        start: measured.program,
        select_free: measured.others[0],
        branches: measured.others[1],
        expression: texts.pop().unwrap_or_default(),
        branching,
    })
}
