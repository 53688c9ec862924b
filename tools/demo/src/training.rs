//! Training a model once for each seed, and what that took.

use crate::Result;
use crate::models::{Judge, Plan, Task};
use crate::report::{Model, Run, Stages, median};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Instant;
use thn::ndarray::Array1;
use thn_random::Random;

/// Trains from scratch once for each seed. Progress goes to standard error, where that is a terminal.
pub(crate) fn train(task: &Task, seeds: &[u64]) -> Result<Model> {
    let Plan { name, epochs, batch, rate, measure, goal, .. } = task.plan;
    let bar = ProgressBar::new((seeds.len() * epochs) as u64)
        .with_style(ProgressStyle::with_template("{prefix:>20} {wide_bar} {pos}/{len} epochs, {msg}")?)
        .with_prefix(name);
    let runs = seeds.iter().map(|seed| run(task, *seed, &bar)).collect::<Result<Vec<Run>>>()?;
    bar.finish_and_clear();
    let median = median(runs.iter().map(|r| r.measured));
    let mut functions = vec![&task.step];
    if let Judge::Digits { read, .. } = &task.judge {
        functions.push(read);
    }
    let functions =
        functions.into_iter().filter_map(|f| f.compiled()).map(|c| Stages::of(&c.report)).collect();
    let samples: usize = runs.iter().map(|r| r.samples).sum();
    let seconds: f64 = runs.iter().map(|r| r.seconds).sum();
    Ok(Model {
        name: name.to_string(),
        training: format!("{epochs} epochs of {batch} rows a step, learning rate {rate}"),
        measure,
        goal,
        median,
        passed: goal.reached(median),
        functions,
        runs,
        samples_per_second: samples as f64 / seconds,
    })
}

/// One training. The seed decides the first weights and the order of the rows, which differs in each epoch.
fn run(task: &Task, seed: u64, bar: &ProgressBar) -> Result<Run> {
    let mut random = Random::new(seed);
    for weight in &task.weights {
        weight.reset(&mut random)?;
    }
    let mut losses = vec![];
    let (mut seconds, mut samples) = (0.0, 0);
    for _ in 0..task.plan.epochs {
        let order: Array1<i64> = random.permutation(task.rows).into_iter().map(|row| row as i64).collect();
        let mut sum = 0.0;
        let mut steps = 0;
        let start = Instant::now();
        for rows in order.exact_chunks(task.plan.batch) {
            sum += f64::from(task.step.call([rows])?.item::<f32>(0)?);
            steps += 1;
        }
        seconds += start.elapsed().as_secs_f64();
        samples += steps * task.plan.batch;
        let loss = sum / steps as f64;
        losses.push(loss);
        bar.set_message(format!("seed {seed}, loss {loss:.4}"));
        bar.inc(1);
    }
    Ok(Run { seed, measured: task.judge.measure()?, losses, seconds, samples })
}
