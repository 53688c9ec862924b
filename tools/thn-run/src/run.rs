//! One call on either target, and the time of more.

use crate::{Target, error::Error, program::Program};
use std::time::{Duration, Instant};
use thn_cpu::{CompileReport, Options, compile_observed};
use thn_progress::Progress;
use thn_reference::{Value, interpret};
use thn_runtime::{Array, CallError, SharedVar, View};

/// What a run gave.
pub(crate) struct Outcome {
    /// Results and new values of shared arguments, by name, in the order of the results.
    pub(crate) values: Vec<(String, Array)>,
    /// What compiling did and took.
    pub(crate) report: Option<CompileReport>,
    /// The time of each further call.
    pub(crate) times: Vec<Duration>,
}

/// Runs a program on the values of its arguments.
pub(crate) fn run(
    program: &Program,
    arrays: Vec<Array>,
    target: Target,
    time: Option<u32>,
) -> Result<Outcome, Error> {
    match target {
        Target::Cpu => compiled(program, arrays, time),
        Target::Reference => interpreted(program, &arrays, time),
    }
}

fn compiled(program: &Program, arrays: Vec<Array>, time: Option<u32>) -> Result<Outcome, Error> {
    let progress = Progress::on_terminal(format!("compiling {}", program.func.name));
    let compiled = compile_observed(&program.func, &Options::default(), &|step| progress.stage(step))?;
    drop(progress);
    let f = &compiled.executable;
    let (mut inputs, mut shared) = (vec![], vec![]);
    for (arg, array) in program.args.iter().zip(arrays) {
        match arg.shared {
            true => shared.push(SharedVar::new(Some(&arg.name), array)),
            false => inputs.push(array),
        }
    }
    let views: Vec<View<'_>> = inputs.iter().map(Array::view).collect();
    let mut returned = f.call(&views, &shared)?.into_iter();
    let mut values = vec![];
    for result in &program.results {
        let value = match result.shared {
            true => {
                let variable = shared.iter().find(|v| v.name() == Some(&result.name));
                variable.map(SharedVar::get_value).transpose()?
            }
            false => returned.next(),
        };
        let missing = || CallError::Internal(format!("no value for {}", result.name));
        values.push((result.name.clone(), value.ok_or_else(missing)?));
    }
    let times = measure(time, || Ok(f.call(&views, &shared).map(drop)?))?;
    Ok(Outcome { values, report: Some(compiled.report), times })
}

fn interpreted(program: &Program, arrays: &[Array], time: Option<u32>) -> Result<Outcome, Error> {
    let value = |array: &Array| Ok(Value::from(&array.to_literal()?));
    let inputs = arrays.iter().map(value).collect::<Result<Vec<_>, CallError>>()?;
    let results = interpret(&program.func, &inputs)?;
    let mut values = vec![];
    for (result, value) in program.results.iter().zip(&results) {
        let missing = || CallError::Internal(format!("no value for {}", result.name));
        let literal = value.to_literal().ok_or_else(missing)?;
        values.push((result.name.clone(), Array::from_literal(&literal)?));
    }
    let times = measure(time, || Ok(interpret(&program.func, &inputs).map(drop)?))?;
    Ok(Outcome { values, report: None, times })
}

fn measure(count: Option<u32>, mut call: impl FnMut() -> Result<(), Error>) -> Result<Vec<Duration>, Error> {
    let mut times = vec![];
    for _ in 0..count.unwrap_or(0) {
        let start = Instant::now();
        call()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}
