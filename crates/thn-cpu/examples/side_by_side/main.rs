//! Compiles and runs random programs for `tests/peers/side_by_side.py`, which gives the same ones to JAX.
//!
//! ```text
//! cargo run --release -p thn-cpu --example side_by_side -- steps 100 1000    # where compile time goes, by itself
//! cargo run --release -p thn-cpu --example side_by_side -- text loops 100    # one program, as loops
//! ```
//!
//! Without arguments it takes commands from its input, one a line, and answers each with a line of JSON:
//! `make OPS SEED DTYPE SIDE KINDS` gives the program, `compile` what compiling it took, `run` what a call took and what it
//! gave. Seconds are of the processor, over all threads of the process: other work on the machine does not count.

mod programs;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::{
    error::Error,
    io::{BufRead, Write},
};
use thn_cpu::{Compiled, Level, Options, compile_function};
use thn_ir::DType;
use thn_runtime::{Array, View};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The program at hand.
#[derive(Default)]
struct State {
    program: Option<programs::Program>,
    compiled: Option<Compiled>,
    inputs: Vec<Array>,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("steps") => steps(&arguments[1..]),
        Some("text") => text(&arguments[1..]),
        Some(other) => Err(format!("unknown argument {other}").into()),
        None => serve(),
    }
}

fn serve() -> Outcome<()> {
    let mut state = State::default();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match words[..] {
            ["make", ops, seed, dtype, side, kinds] => {
                state.make(ops.parse()?, seed.parse()?, dtype, side.parse()?, kinds == "all")?;
                serde_json::to_value(&state.program)?
            }
            ["compile"] => state.compile()?,
            ["run"] => state.run()?,
            _ => return Err(format!("unknown command {line}").into()),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// A table of where compile time goes.
fn steps(sizes: &[String]) -> Outcome<()> {
    for size in sizes {
        let mut state = State::default();
        state.make(size.parse()?, 1, "f32", 1000, true)?;
        for _ in 0..2 {
            println!("{}", state.compile()?);
        }
    }
    Ok(())
}

/// One level of one program.
fn text(arguments: &[String]) -> Outcome<()> {
    let [level, size] = arguments else { return Err("text takes a level and a size".into()) };
    let level = Level::ALL.into_iter().find(|l| l.name() == level).ok_or("unknown level")?;
    let program = programs::random(size.parse()?, 1, DType::F32, 1000, true);
    let compiled = compile_function(&program.func()?, &Options::default().with_stages())?;
    for stage in compiled.stages.iter().filter(|s| s.level == level) {
        println!("{}", stage.text);
    }
    Ok(())
}

impl State {
    fn make(&mut self, ops: usize, seed: u64, dtype: &str, side: usize, all: bool) -> Outcome<()> {
        let dtype = if dtype == "f32" { DType::F32 } else { DType::F64 };
        let program = programs::random(ops, seed, dtype, side, all);
        self.compiled = None;
        self.inputs = vec![];
        for (i, space) in program.inputs.iter().enumerate() {
            let shape = vec![side; if *space == programs::Space::Matrix { 2 } else { 1 }];
            let count: usize = shape.iter().product();
            let elements = (0..count).map(|k| element(k as u32, i as u32));
            self.inputs.push(match dtype {
                DType::F32 => Array::from_slice(&shape, &elements.map(|x| x as f32).collect::<Vec<_>>())?,
                _ => Array::from_slice(&shape, &elements.collect::<Vec<_>>())?,
            });
        }
        self.program = Some(program);
        Ok(())
    }

    fn compile(&mut self) -> Outcome<Value> {
        let program = self.program.as_ref().ok_or("no program is made")?;
        self.compiled = None;
        let start = processor_seconds();
        let compiled = compile_function(&program.func()?, &Options::default())?;
        let seconds = processor_seconds() - start;
        let report = &compiled.report;
        let answer = json!({
            "seconds": seconds,
            "ops": program.steps.len(),
            "kinds": program.kinds(),
            "kernels": report.kernels,
            "temporaries": report.temporaries,
            "object_bytes": report.object_bytes,
            "milliseconds": report.milliseconds,
        });
        self.compiled = Some(compiled);
        Ok(answer)
    }

    fn run(&mut self) -> Outcome<Value> {
        let compiled = self.compiled.as_ref().ok_or("nothing is compiled")?;
        let views: Vec<View<'_>> = self.inputs.iter().map(Array::view).collect();
        let start = processor_seconds();
        let results = compiled.executable.call(&views, &[])?;
        let seconds = processor_seconds() - start;
        // A few elements from all over the result tell whether two compilers computed the same.
        let result = results.first().ok_or("no result")?;
        let stride = (result.len() / 997).max(1);
        let sample: Vec<f64> =
            (0..result.len()).step_by(stride).filter_map(|i| Some(result.get(i)?.to_f64())).collect();
        Ok(json!({ "seconds": seconds, "stride": stride, "sample": sample }))
    }
}

/// Inputs are spread over (-1, 1), each its own way.
fn element(k: u32, input: u32) -> f64 {
    let mixed = k.wrapping_mul(2_654_435_761).wrapping_add(input.wrapping_mul(1_013_904_223)) >> 8;
    f64::from(mixed) / f64::from(1u32 << 23) - 1.0
}

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
