//! Runs a function of an `.mlir` file on `.npy` inputs, compiled or by the reference interpreter.
//!
//! Only this crate touches files. Names, types and lengths are checked before anything is compiled, with the messages
//! that a call of the compiled function would give.

mod error;
mod inputs;
mod npy;
mod outputs;
mod program;
mod random;
mod run;

use anstyle::{AnsiColor, Effects, Style};
use clap::{Parser, ValueEnum};
use error::Error;
use inputs::Given;
use program::Program;
use std::{path::PathBuf, process::ExitCode};

/// Runs a function of an .mlir file in the thn dialect.
#[derive(Parser, Debug)]
#[command(version, about)]
struct Options {
    /// The file with the function; - reads standard input.
    file: PathBuf,
    /// The function's name, where the file has several.
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The value of an argument, shared ones included: a file, or random numbers. Lengths may follow the seed, as in
    /// random:1:3x4; otherwise they come from the argument's type and the inputs whose lengths the program needs to be
    /// equal. Arguments without a name are arg0, arg1, and so on. A file's elements widen to the argument's type where
    /// that loses nothing.
    #[arg(long = "input", value_name = "NAME=FILE.npy|random:SEED")]
    inputs: Vec<Given>,
    /// Writes a result, or the new value of a shared argument, to a file. Results without a name are result0, result1,
    /// and so on.
    #[arg(long = "output", value_name = "NAME=FILE.npy", value_parser = outputs::parse)]
    outputs: Vec<(String, PathBuf)>,
    /// Prints all results; the default where no --output is given.
    #[arg(long)]
    print: bool,
    /// What runs the function.
    #[arg(long, value_enum, default_value_t = Target::Cpu)]
    target: Target,
    /// Calls it this many times more and reports the fastest and the median call. Updates go on meanwhile; results are
    /// those of the first call.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    time: Option<u32>,
    /// Reports everything as one JSON object; numbers that JSON does not have are "nan", "inf" and "-inf".
    #[arg(long)]
    json: bool,
}

/// How errors begin on a terminal, as those of the command line do.
const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// What runs a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Target {
    /// Code for this machine.
    Cpu,
    /// The interpreter that everything else is compared with.
    Reference,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("thn-run: {ERROR}error:{ERROR:#} {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let program = Program::read(&options.file, options.entry.as_deref())?;
    outputs::check(&program, &options.outputs)?;
    let arrays = inputs::arrays(&program, &options.inputs)?;
    let outcome = run::run(&program, arrays, options.target, options.time)?;
    for (name, path) in &options.outputs {
        for (_, array) in outcome.values.iter().filter(|(known, _)| known == name) {
            npy::write(path, array)?;
        }
    }
    if options.json {
        return outputs::print_json(&program, &outcome, options.target);
    }
    if options.print || options.outputs.is_empty() {
        outputs::print(&outcome)?;
    }
    outputs::print_time(&outcome)
}
