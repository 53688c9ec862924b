//! `thn-fuzz`: mutated programs through every pass, mutated rule files through the parser and the checker, and mutated
//! pipelines over programs.
//!
//! The input of an execution follows from its number and the seed alone, so a crash can be repeated with `--from` and
//! `--executions 1`. Executions run in child processes: what kills one, a panic, an abort, an overflow of the stack or
//! a minute without progress, is reported with its input, and the next child goes on behind it.

mod mutate;
mod plant;
mod supervise;
mod target;

use clap::Parser;
use plant::Plant;
use std::{path::PathBuf, process::ExitCode};
use target::Target;

/// Runs mutated inputs through what reads them.
#[derive(Parser)]
struct Arguments {
    /// What to run: `ir`, programs through every pass; `rules`, rule files through the parser and the checker; or
    /// `options`, programs through passes with options.
    target: Target,
    /// How many inputs to run.
    #[arg(long, default_value_t = 10_000)]
    executions: u64,
    /// The number of the first input.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// What inputs follow from beside their numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many processes run at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: u64,
    /// Print the inputs instead of running them.
    #[arg(long)]
    print: bool,
    /// Run here, and keep the number of the current input in this file.
    #[arg(long, hide = true)]
    worker: Option<PathBuf>,
    /// Crash at the input of this number, to show that crashes are found.
    #[arg(long, hide = true)]
    plant: Option<u64>,
    /// How to crash there.
    #[arg(long, hide = true, default_value = "panic")]
    planted: Plant,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Arguments { target, executions, from, seed, jobs, print, worker, plant, planted } = arguments;
    let range = from..from.saturating_add(executions);
    let plant = plant.map(|number| (number, planted));
    let outcome = match worker {
        Some(progress) => supervise::work(target, seed, range, &progress, plant),
        None if print => target.inputs(seed).map(|inputs| {
            range.for_each(|number| println!("{}", inputs.make(number)));
            0
        }),
        None => supervise::run(target, seed, range, jobs.max(1), plant),
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
