//! What a call costs beside its computation: `cargo run --release -p thn-cpu --example call_overhead`.
//!
//! Calls functions that do almost nothing, with the same lengths each time and with lengths that change, and prints
//! nanoseconds per call: the fastest and the median of many batches.

use std::{error::Error, time::Instant};
use thn_cpu::{Options, compile_function, read_function};
use thn_runtime::{Array, SharedVar, View};

const PROGRAMS: &str = "
func.func @scalar(%x: tensor<f64>) -> tensor<f64> {
  %y = thn.add %x, %x : tensor<f64>, tensor<f64>
  return %y : tensor<f64>
}
func.func @matrices(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>, %z: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %s = thn.add %x, %y : tensor<?x?xf64>, tensor<?x?xf64>
  %t = thn.add %s, %z : tensor<?x?xf64>, tensor<?x?xf64>
  return %t : tensor<?x?xf64>
}
func.func @step(%w: tensor<?xf64> {thn.shared}, %x: tensor<?xf64>) -> (tensor<?xf64> {thn.updates = 0 : i64}) {
  %new = thn.sub %w, %x : tensor<?xf64>, tensor<?xf64>
  return %new : tensor<?xf64>
}";

/// Prints nanoseconds per call.
fn measure(
    what: &str,
    mut call: impl FnMut(usize) -> Result<(), thn_runtime::CallError>,
) -> Result<(), Box<dyn Error>> {
    const BATCH: usize = 1000;
    let mut batches = vec![];
    for _ in 0..200 {
        let start = Instant::now();
        for i in 0..BATCH {
            call(i)?;
        }
        batches.push(start.elapsed().as_nanos() as f64 / BATCH as f64);
    }
    batches.sort_by(f64::total_cmp);
    println!("{what:<40} min {:>7.0} ns, median {:>7.0} ns", batches[0], batches[batches.len() / 2]);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let function = |name: &str| -> Result<_, Box<dyn Error>> {
        let func = read_function(PROGRAMS, "call_overhead.rs", Some(name))?;
        Ok(compile_function(&func, &Options::default())?.executable)
    };
    let scalar = function("scalar")?;
    let x = Array::scalar(1.0)?;
    let view = [x.view()];
    measure("scalar to scalar", |_| scalar.call(&view, &[]).map(drop))?;

    let matrices = function("matrices")?;
    let (small, other) = (Array::from_slice(&[2, 2], &[1.0; 4])?, Array::from_slice(&[2, 1], &[1.0; 2])?);
    let views: Vec<View<'_>> = (0..3).map(|_| small.view()).collect();
    measure("three 2 x 2 matrices, symbolic lengths", |_| matrices.call(&views, &[]).map(drop))?;
    let others: Vec<View<'_>> = (0..3).map(|_| other.view()).collect();
    measure("the same, other lengths at each call", |i| {
        matrices.call(if i % 2 == 0 { &views } else { &others }, &[]).map(drop)
    })?;

    let step = function("step")?;
    let w = [SharedVar::new(Some("w"), Array::from_slice(&[4], &[0.0; 4])?)];
    let x = Array::from_slice(&[4], &[0.5; 4])?;
    let view = [x.view()];
    measure("an update of a shared vector of 4", |_| step.call(&view, &w).map(drop))?;
    Ok(())
}
