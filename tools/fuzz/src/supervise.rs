//! Child processes that run inputs, and what is done when one ends early.

use crate::{
    plant::Plant,
    target::{Runner, Target},
};
use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

/// A child that has been at one input for so long is stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// After so many crashes of one child's range there is enough to do.
const ENOUGH: u64 = 10;

/// Runs a range of inputs in this process. Before each, its number goes to `progress`.
pub(crate) fn work(
    target: Target,
    seed: u64,
    range: Range<u64>,
    progress: &Path,
    plant: Option<(u64, Plant)>,
) -> io::Result<u64> {
    use std::io::{Seek, Write};
    let inputs = target.inputs(seed)?;
    let mut runner = Runner::new(target);
    let mut file = fs::File::create(progress)?;
    for number in range {
        file.rewind()?;
        file.write_all(&number.to_le_bytes())?;
        let done = match plant {
            Some((at, plant)) if at == number => plant.go(),
            _ => runner.run(&inputs.make(number)),
        };
        if let Err(why) = done {
            eprintln!("{why}");
            return Ok(1);
        }
    }
    Ok(0)
}

/// Runs a range of inputs in `jobs` child processes. Gives the number of crashes.
pub(crate) fn run(
    target: Target,
    seed: u64,
    range: Range<u64>,
    jobs: u64,
    plant: Option<(u64, Plant)>,
) -> io::Result<u64> {
    let folder = std::env::temp_dir().join(format!("thn-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let share = (range.end - range.start).div_ceil(jobs);
    let part = |job: u64| {
        let start = range.start + job * share;
        start.min(range.end)..(start + share).min(range.end)
    };
    let crashes = thread::scope(|scope| {
        let folder = &folder;
        let jobs: Vec<_> = (0..jobs)
            .map(|job| {
                scope.spawn(move || one(target, seed, part(job), &folder.join(job.to_string()), plant))
            })
            .collect();
        let counts = jobs
            .into_iter()
            .map(|job| job.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked"))));
        counts.sum::<io::Result<u64>>()
    })?;
    fs::remove_dir_all(&folder)?;
    println!("{}: {} executions, {crashes} crashes", target.name(), range.end - range.start);
    Ok(crashes)
}

/// Runs a range in one child after the other.
fn one(
    target: Target,
    seed: u64,
    mut range: Range<u64>,
    progress: &PathBuf,
    plant: Option<(u64, Plant)>,
) -> io::Result<u64> {
    let inputs = target.inputs(seed)?;
    let mut crashes = 0;
    while !range.is_empty() && crashes < ENOUGH {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args([target.name(), "--seed", &seed.to_string(), "--from", &range.start.to_string()])
            .args(["--executions", &(range.end - range.start).to_string(), "--worker"])
            .arg(progress);
        if let Some((number, plant)) = plant {
            command.args(["--plant", &number.to_string(), "--planted", plant.name()]);
        }
        let mut child = command.spawn()?;
        let status = wait(&mut child, progress)?;
        if status.is_some_and(|s| s.success()) {
            break;
        }
        let number = current(progress).unwrap_or(range.start);
        let how = status.map_or_else(|| "no progress".to_owned(), |s| s.to_string());
        println!("{} {number} (seed {seed}): {how}, on\n{}\n", target.name(), inputs.make(number));
        crashes += 1;
        range.start = number + 1;
    }
    Ok(crashes)
}

fn current(progress: &Path) -> Option<u64> {
    fs::read(progress).ok()?.try_into().ok().map(u64::from_le_bytes)
}

/// Waits for a child; `None` if it had to be stopped.
fn wait(child: &mut Child, progress: &Path) -> io::Result<Option<ExitStatus>> {
    let mut last = (current(progress), Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let now = current(progress);
        if now != last.0 {
            last = (now, Instant::now());
        } else if last.1.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}
