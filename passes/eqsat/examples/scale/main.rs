//! How time and space of the optimizer grow with the program.
//!
//! ```text
//! cargo run --release -p thn-eqsat --example scale            # 1,000, 10,000 and 100,000 ops
//! cargo run --release -p thn-eqsat --example scale -- 2000    # other sizes
//! cargo run --release -p thn-eqsat --example scale -- rules 10000    # what each rule takes and makes
//! ```
//!
//! Times of whole large programs are of the processor, not of the clock on the wall, so that other work on the machine does
//! not count; small programs are too short for that, and the fastest of many runs counts. The peak of memory is that of the process while one program is optimized. Both come from Linux's `/proc`.
//! The text of every program is compared: two runs, and eight at the same time in threads of their own.

mod programs;

use mimalloc::MiMalloc;
use std::{fs, process::ExitCode, thread, time::Instant};
use thn_eqsat::{Detail, Options, Profile, Report, optimize};
use thn_ir::{Error, Func};

/// The allocator of `thn-opt`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often a small program is optimized.
const TIMES: usize = 50;

/// Rules shown by `rules`.
const MOST: usize = 40;

/// The heading of the table of programs.
const TABLE: [&str; 2] = [
    "| program | ops | ops after | contracting | expanding | extraction | in all | e-nodes | sweeps | MiB | stop |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
];

type Program = fn(usize, u64) -> Result<Func, Error>;

const PROGRAMS: [(&str, Program); 2] = [("mixed", programs::mixed), ("cancelling", programs::cancelling)];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let by_rule = arguments.next_if(|a| a == "rules").is_some();
    let sizes: Result<Vec<usize>, _> = arguments.map(|a| a.parse()).collect();
    let sizes = match sizes {
        Ok(sizes) if sizes.is_empty() => vec![1_000, 10_000, 100_000],
        Ok(sizes) => sizes,
        Err(e) => {
            eprintln!("sizes are numbers of ops: {e}");
            return ExitCode::FAILURE;
        }
    };
    match if by_rule { rules(&sizes) } else { run(&sizes) } {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// What the rules took and made that took or made most.
fn rules(sizes: &[usize]) -> Result<(), Error> {
    for (name, program) in PROGRAMS {
        for size in sizes {
            let func = program(*size, 7)?;
            let once = measure(&func)?;
            println!("{}\n\n{}\n{}\n", TABLE[0], TABLE[1], once.row(name));
            let report = optimize(&mut func.clone(), &Options::default().with_profile(Detail::Rules))?;
            println!("| rule | tried | matches | made | fired | used | ms |");
            println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            let mut all: Vec<_> = report.profile.iter().flat_map(|p| &p.rules).flatten().collect();
            all.sort_by(|a, b| (b.1.made, b.1.matches, a.0).cmp(&(a.1.made, a.1.matches, b.0)));
            for (rule, p) in all.into_iter().take(MOST) {
                let of = |counts: &std::collections::BTreeMap<String, usize>| {
                    counts.get(rule).copied().unwrap_or(0)
                };
                let (fired, used) = (of(&report.fired), of(&report.used));
                println!(
                    "| {rule} | {} | {} | {} | {fired} | {used} | {:.2} |",
                    p.tried,
                    p.matches,
                    p.made,
                    p.seconds * 1e3
                );
            }
            let mut fired: Vec<_> = report.fired.iter().collect();
            fired.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let fired: Vec<_> =
                fired.iter().take(MOST).map(|(rule, times)| format!("{rule} {times}")).collect();
            println!("\nFired: {}.\n", fired.join(", "));
        }
    }
    Ok(())
}

fn run(sizes: &[usize]) -> Result<(), Error> {
    println!("{} rules; seconds by the clock, in all on the processor.\n", thn_eqsat::rules()?.len());
    println!("{}\n{}", TABLE[0], TABLE[1]);
    let mut exponents = vec![];
    for (name, program) in PROGRAMS {
        let mut points = vec![];
        for size in sizes {
            let func = program(*size, 7)?;
            let once = measure(&func)?;
            println!("{}", once.row(name));
            points.push((once.report.ops_before as f64, once.seconds));
            same_text(name, &func, &once.text)?;
        }
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            exponents.push((name, (last.1 / first.1).ln() / (last.0 / first.0).ln()));
        }
    }
    println!();
    if sizes.len() > 1 {
        for (name, exponent) in exponents {
            println!("Time of `{name}` grows with the number of ops to the power of {exponent:.2}.");
        }
    }
    println!("Two runs, and eight at the same time, gave the same text.\n");
    println!("| program | ops | ops after | milliseconds | e-nodes | sweeps | stop |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    for (name, func) in [
        ("training step of logistic regression", programs::logistic()?),
        ("training step of an MLP", programs::mlp()?),
        ("chain of 80 matrices", programs::chain()?),
    ] {
        let mut milliseconds = f64::INFINITY;
        for _ in 0..TIMES {
            let mut func = func.clone();
            let start = Instant::now();
            optimize(&mut func, &Options::default())?;
            milliseconds = milliseconds.min(start.elapsed().as_secs_f64() * 1e3);
        }
        let Run { report, text, .. } = measure(&func)?;
        same_text(name, &func, &text)?;
        println!(
            "| {name} | {} | {} | {:.2} | {} | {} | {:?} |",
            report.ops_before, report.ops_after, milliseconds, report.nodes, report.iterations, report.stop
        );
    }
    Ok(())
}

/// One run of the optimizer.
struct Run {
    report: Report,
    seconds: f64,
    mebibytes: f64,
    text: String,
}

impl Run {
    fn row(&self, name: &str) -> String {
        let report = &self.report;
        let empty = Profile::default();
        let phases = &report.profile.as_ref().unwrap_or(&empty).phases;
        let phase = |name: &str| phases.get(name).copied().unwrap_or(0.0);
        format!(
            "| {name} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {} | {} | {:.0} | {:?} |",
            report.ops_before,
            report.ops_after,
            phase("contract"),
            phase("expand"),
            phase("extract"),
            self.seconds,
            report.nodes,
            report.iterations,
            self.mebibytes,
            report.stop
        )
    }
}

fn measure(func: &Func) -> Result<Run, Error> {
    let mut func = func.clone();
    forget_peak();
    let start = processor_seconds();
    let report = optimize(&mut func, &Options::default().with_profile(Detail::Phases))?;
    let seconds = processor_seconds() - start;
    Ok(Run { report, seconds, mebibytes: peak_mebibytes(), text: func.to_string() })
}

/// An error unless the optimizer gives `text` again: alone, and in eight threads.
fn same_text(name: &str, func: &Func, text: &str) -> Result<(), Error> {
    let again = || {
        let mut func = func.clone();
        optimize(&mut func, &Options::default()).map(|_| func.to_string())
    };
    let mut texts = vec![again()];
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(again)).collect();
        texts.extend(threads.into_iter().filter_map(|t| t.join().ok()));
    });
    if texts.len() != 9 {
        return Err(Error::internal(format!("{name}: a thread panicked")));
    }
    for other in texts {
        if other? != text {
            return Err(Error::internal(format!("{name}: two runs gave different text")));
        }
    }
    Ok(())
}

/// What this thread has spent on a processor.
fn processor_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e9
}

/// Makes the peak of memory what is used now.
fn forget_peak() {
    // Where this is not allowed the figures hold for all programs so far.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_mebibytes() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
