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
    let found = thread::scope(|scope| {
        let folder = &folder;
        let jobs: Vec<_> = (0..jobs)
            .map(|job| {
                scope.spawn(move || one(target, seed, part(job), &folder.join(job.to_string()), plant))
            })
            .collect();
        jobs.into_iter().try_fold(Found::default(), |all, job| {
            let found = job.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))?;
            Ok::<_, io::Error>(Found {
                executions: all.executions + found.executions,
                crashes: all.crashes + found.crashes,
                upstream: all.upstream + found.upstream,
            })
        })
    })?;
    fs::remove_dir_all(&folder)?;
    let Found { executions, crashes, upstream } = found;
    print!("{}: {executions} executions, {crashes} crashes", target.name());
    match upstream {
        0 => println!(),
        more => println!(", and {more} that stop the stock mlir-opt as well"),
    }
    Ok(crashes)
}

/// What became of a range.
#[derive(Default)]
struct Found {
    executions: u64,
    crashes: u64,
    /// Crashes of what is no part of this project.
    upstream: u64,
}

/// Whether the stock `mlir-opt` crashes on reading an input. It knows no op of thn, so that none of ours has a part in it.
fn stops_stock(target: Target, input: &str) -> bool {
    use std::io::Write;
    use std::process::Stdio;
    let Some(prefix) = option_env!("MLIR_SYS_220_PREFIX").filter(|_| target != Target::Rules) else {
        return false;
    };
    let child = Command::new(Path::new(prefix).join("bin/mlir-opt"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    // Options have a line of their own before the program.
    let program = match target {
        Target::Options => input.split_once('\n').map_or(input, |(_, program)| program),
        _ => input,
    };
    // One that ends early reads no more.
    let _ = child.stdin.take().map(|mut pipe| pipe.write_all(program.as_bytes()));
    child.wait().is_ok_and(|status| status.code().is_none())
}

/// Runs a range in one child after the other.
fn one(
    target: Target,
    seed: u64,
    mut range: Range<u64>,
    progress: &PathBuf,
    plant: Option<(u64, Plant)>,
) -> io::Result<Found> {
    let inputs = target.inputs(seed)?;
    let all = range.end - range.start;
    let mut found = Found::default();
    while !range.is_empty() && found.crashes < ENOUGH {
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
            range.start = range.end;
            break;
        }
        let number = current(progress).unwrap_or(range.start);
        let input = inputs.make(number);
        let mut how = status.map_or_else(|| "no progress".to_owned(), |s| s.to_string());
        if status.is_some_and(|s| s.code().is_none()) && stops_stock(target, &input) {
            how += ", as of the stock mlir-opt";
            found.upstream += 1;
        } else {
            found.crashes += 1;
        }
        println!("{} {number} (seed {seed}): {how}, on\n{input}\n", target.name());
        range.start = number + 1;
    }
    found.executions = all - (range.end - range.start);
    Ok(found)
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
