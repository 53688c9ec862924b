//! Results for people, programs and files.

use crate::{Target, error::Error, npy::with_element, program::Program, run::Outcome};
use anstyle::Style;
use ndarray::{ArrayView, IxDyn};
use serde_json::{Value as Json, json};
use std::{
    fmt,
    io::{ErrorKind, Write},
    path::PathBuf,
    time::Duration,
};
use thn_ir::{DType, Scalar};
use thn_runtime::Array;

/// Reads `NAME=FILE.npy`.
pub(crate) fn parse(text: &str) -> Result<(String, PathBuf), String> {
    let parts = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
    let (name, file) = parts.ok_or_else(|| format!("`{text}` is not NAME=FILE.npy"))?;
    Ok((name.to_string(), file.into()))
}

/// That every output is a result, before anything runs.
pub(crate) fn check(program: &Program, outputs: &[(String, PathBuf)]) -> Result<(), Error> {
    for (name, _) in outputs {
        if !program.results.iter().any(|result| result.name == *name) {
            let known = Program::describe(&program.results);
            return Err(Error::Options(format!("there is no result {name}; there is {known}")));
        }
    }
    Ok(())
}

/// How names are written on a terminal.
const NAME: Style = Style::new().bold();

/// Writes to standard output. A reader that has seen enough, as `head`, is no error.
fn write(text: impl fmt::Display) -> Result<(), Error> {
    match write!(anstream::stdout(), "{text}") {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::File { path: "standard output".into(), why: e.to_string() })
        }
        _ => Ok(()),
    }
}

/// A number in the fewest digits that tell it from others, with an exponent where it would be long otherwise.
struct Element<T>(T);

impl<T: fmt::Debug> fmt::Display for Element<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:?}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// Prints every value as NumPy would.
pub(crate) fn print(outcome: &Outcome) -> Result<(), Error> {
    for (name, array) in &outcome.values {
        write(format_args!("{NAME}{name}{NAME:#}: {} {:?}\n", array.dtype().numpy(), array.shape()))?;
        with_element!(array.dtype(), T => {
            let view: ArrayView<'_, T, IxDyn> = array.as_view()?;
            write(format_args!("{}\n", view.map(|x| Element(*x))))?;
        });
    }
    Ok(())
}

/// Prints the time of the calls, if any were measured.
pub(crate) fn print_time(outcome: &Outcome) -> Result<(), Error> {
    let Some((fastest, median)) = summary(&outcome.times) else { return Ok(()) };
    let (count, micros) = (outcome.times.len(), |d: Duration| d.as_secs_f64() * 1e6);
    write(format_args!("{count} calls: min {:.3} us, median {:.3} us\n", micros(fastest), micros(median)))
}

/// The fastest and the median of sorted times.
fn summary(times: &[Duration]) -> Option<(Duration, Duration)> {
    Some((*times.first()?, *times.get(times.len() / 2)?))
}

/// Prints everything as one JSON object.
pub(crate) fn print_json(program: &Program, outcome: &Outcome, target: Target) -> Result<(), Error> {
    let outputs: Vec<Json> = program
        .results
        .iter()
        .zip(&outcome.values)
        .map(|(result, (name, array))| {
            json!({
                "name": name,
                "update": result.shared,
                "dtype": array.dtype().numpy(),
                "shape": array.shape(),
                "data": elements(array),
            })
        })
        .collect();
    let time = summary(&outcome.times).map(|(fastest, median)| {
        json!({
            "calls": outcome.times.len(),
            "min_ns": fastest.as_nanos() as u64,
            "median_ns": median.as_nanos() as u64,
        })
    });
    let whole = json!({
        "function": &*program.func.name,
        "target": match target {
            Target::Cpu => "cpu",
            Target::Reference => "reference",
        },
        "outputs": outputs,
        "compile": outcome.report,
        "time": time,
    });
    write(format_args!("{whole}\n"))
}

/// The elements in row-major order.
fn elements(array: &Array) -> Vec<Json> {
    (0..array.len())
        .filter_map(|i| array.get(i))
        .map(|scalar| match scalar {
            Scalar::Bool(b) => json!(b),
            Scalar::Int(i) => i64::try_from(i).map_or_else(|_| json!(i as u64), |i| json!(i)),
            Scalar::Float(x) if x.is_finite() => json!(x),
            Scalar::Float(x) if x.is_nan() => json!("nan"),
            Scalar::Float(x) => json!(if x > 0.0 { "inf" } else { "-inf" }),
        })
        .collect()
}
