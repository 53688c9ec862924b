//! Properties of random programs.
//!
//! - Optimized code is never worse than the original against high-precision truth, with and without the rules that
//!   assume finite values and the ones that reorder sums.
//! - The program after import of its own printed form is the same program, and compiled code gives what the reference
//!   gives: see `backends`.
//! - Most programs are rewritten, and every rule fires in one of them or in a program of its own.
//!
//! The seed is printed; `THN_SEED` sets it. A failure prints the program before and after.

#[path = "backends.rs"]
mod backends;
#[path = "judge.rs"]
mod judge;
#[path = "patterns.rs"]
mod patterns;
#[path = "programs.rs"]
mod programs;
#[path = "random.rs"]
mod random;

use judge::{Mode, Point, Verdict};
use libtest_mimic::{Arguments, Failed, Trial};
use patterns::Rule;
use programs::Style;
use random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use thn_eqsat::{Class, Options, optimize};
use thn_ir::{Arg, Builder, DType, Error, Func, Loc, OpKind, Res, Scalar, verify};
use thn_reference::{Value, interpret};

/// Programs per run.
const GRAPHS: usize = 300;

/// At least so many of a hundred programs change.
const REWRITTEN_PERCENT: usize = 60;

/// The seed when none is given. Any other must do as well.
const SEED: u64 = 2024;

const STYLES: [Style; 4] = [Style::Ordinary, Style::Wide, Style::Special, Style::Infinite];

/// What `function` uses, and what a user gets who asks for no surprises.
fn modes() -> Vec<(&'static str, Options, Mode)> {
    let strict = Options::strict().with_class(Class::Finite, false);
    vec![
        ("default", Options::default(), Mode { finite: true, reassociated: true, ..Mode::default() }),
        ("strict", strict, Mode::default()),
    ]
}

/// What a run finds out.
#[derive(Default)]
struct Summary {
    graphs: usize,
    rewritten: usize,
    elements: usize,
    /// Of those, the elements of compiled code.
    compiled: usize,
    traded: usize,
    skipped: BTreeMap<String, usize>,
    fired: BTreeMap<String, usize>,
    ops: BTreeMap<&'static str, usize>,
    dtypes: BTreeMap<String, usize>,
    bits: [f64; 2],
    /// Bits before and after at the element with the largest loss, and the program.
    worst: Option<(f64, f64, String)>,
    failures: Vec<String>,
}

impl Summary {
    fn count(&mut self, func: &Func) {
        self.graphs += 1;
        for (op, n) in func.op_histogram() {
            *self.ops.entry(op).or_default() += n;
        }
        for op in func.walk(Func::BODY) {
            for result in &func.op(op).results {
                if let Some(ty) = func.tensor(*result) {
                    *self.dtypes.entry(ty.dtype.to_string()).or_default() += 1;
                }
            }
        }
    }

    fn add(&mut self, verdict: Verdict, mode: &str, before: &Func, after: &Func, seed: &str) {
        if let Some(reason) = verdict.skipped {
            *self.skipped.entry(format!("{mode}: {reason}")).or_default() += 1;
        }
        self.elements += verdict.elements;
        self.traded += verdict.traded;
        self.bits[0] += verdict.bits[0];
        self.bits[1] += verdict.bits[1];
        if let Some((old, new)) = verdict.worst
            && self.worst.as_ref().is_none_or(|(o, n, _)| new - old > n - o)
        {
            self.worst = Some((old, new, format!("{seed}, {mode}\n{before}\noptimized:\n{after}")));
        }
        if let Some((result, first)) = verdict.failures.first() {
            let (before, after) = (part(before, &[*result]), part(after, &[*result]));
            self.failures.push(format!("{seed}, {mode}: {first}\n{before}\noptimized:\n{after}"));
        }
    }

    fn merge(&mut self, other: Summary) {
        self.graphs += other.graphs;
        self.rewritten += other.rewritten;
        self.elements += other.elements;
        self.compiled += other.compiled;
        self.traded += other.traded;
        let maps = [
            (&mut self.skipped, other.skipped),
            (&mut self.fired, other.fired),
            (&mut self.dtypes, other.dtypes),
        ];
        for (mine, theirs) in maps {
            theirs.into_iter().for_each(|(k, n)| *mine.entry(k).or_default() += n);
        }
        other.ops.into_iter().for_each(|(k, n)| *self.ops.entry(k).or_default() += n);
        self.bits[0] += other.bits[0];
        self.bits[1] += other.bits[1];
        let loss = |w: &Option<(f64, f64, String)>| w.as_ref().map_or(f64::NEG_INFINITY, |(o, n, _)| n - o);
        if loss(&other.worst) > loss(&self.worst) {
            self.worst = other.worst;
        }
        self.failures.extend(other.failures);
    }

    fn print(&self) {
        let counts = |m: &BTreeMap<String, usize>| {
            m.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ")
        };
        let ops: Vec<String> = self.ops.iter().map(|(k, n)| format!("{k} {n}")).collect();
        println!("{} programs, {} rewritten", self.graphs, self.rewritten);
        println!("{} elements judged, {} of compiled code", self.elements, self.compiled);
        println!("{} elements less accurate for a form that overflows less", self.traded);
        println!("not judged: {}", counts(&self.skipped));
        println!("bits of error per element: {:.4} before, {:.4} after", self.mean(0), self.mean(1));
        println!("ops: {}", ops.join(", "));
        println!("element types: {}", counts(&self.dtypes));
        println!("rules fired: {}", counts(&self.fired));
        if let Some((old, new, program)) = &self.worst {
            println!("largest loss: {old:.2} bits of error before, {new:.2} after, in {program}");
        }
    }

    fn mean(&self, which: usize) -> f64 {
        self.bits[which] / self.elements.max(1) as f64
    }
}

/// The part of a program that some of its results need.
fn part(func: &Func, results: &[usize]) -> Func {
    let mut part = func.clone();
    let values = results.iter().map(|i| part.body().results[*i]).collect();
    part.block_mut(Func::BODY).results = values;
    part.results = results.iter().map(|i| func.results[*i].clone()).collect();
    part.compact()
}

/// A part of a program that still fails, with as few of its results as leaving them out one by one finds.
fn smallest(func: &Func, fails: impl Fn(&Func) -> bool) -> Func {
    let mut kept: Vec<usize> = (0..func.results.len()).collect();
    for result in 0..func.results.len() {
        let fewer: Vec<usize> = kept.iter().copied().filter(|i| *i != result).collect();
        if fails(&part(func, &fewer)) {
            kept = fewer;
        }
    }
    part(func, &kept)
}

/// The optimizer under test; a planted fault is another one.
type Optimizer = dyn Fn(&mut Func, &Options) -> Result<BTreeMap<String, usize>, Error> + Sync;

fn optimizer(func: &mut Func, options: &Options) -> Result<BTreeMap<String, usize>, Error> {
    Ok(optimize(func, options)?.fired)
}

/// The program of a seed that has the left side of a rule. It follows from the name alone: another rule changes one
/// program, and all others stay what they were.
fn home(seed: u64, rule: &str) -> usize {
    let mixed = rule.bytes().fold(seed, |mixed, byte| Random::new(mixed, u64::from(byte) + 1).bits());
    Random::new(mixed, 0).below(GRAPHS)
}

/// Makes, optimizes and judges, with `backends` also compiles and prints, program number `index` of a seed.
fn check_graph(
    seed: u64,
    index: usize,
    rules: &[Rule],
    optimizer: &Optimizer,
    backends: bool,
) -> Result<Summary, Error> {
    let mut random = Random::new(seed, index as u64);
    let chosen: Vec<&Rule> = rules.iter().filter(|r| home(seed, &r.name) == index).collect();
    let func = programs::program(&mut random, &chosen);
    let name = format!("program {index} of seed {seed}");
    let mut summary = Summary::default();
    summary.count(&func);
    if let Some(error) = verify::verify(&func).first() {
        summary.failures.push(format!("{name} is not well-formed: {error}\n{func}"));
        return Ok(summary);
    }
    let mut optimized = vec![];
    for (mode_name, options, mode) in modes() {
        let mut after = func.clone();
        let fired = optimizer(&mut after, &options)?;
        if let Some(error) = verify::verify(&after).first() {
            summary.failures.push(format!("{name}, {mode_name}: {error}\n{func}\noptimized:\n{after}"));
            continue;
        }
        if mode_name == "default" {
            summary.rewritten += usize::from(!fired.is_empty());
        }
        fired.into_iter().for_each(|(rule, n)| *summary.fired.entry(rule).or_default() += n);
        optimized.push((mode_name, mode, after));
    }
    let fast = Options::default().with_class(Class::Fast, true);
    for (rule, n) in optimizer(&mut func.clone(), &fast)? {
        *summary.fired.entry(rule).or_default() += n;
    }
    let mut noted = |e: String, part: Func| summary.failures.push(format!("{name}: {e}\n{part}"));
    let native = backends
        .then(|| backends::compile(&func))
        .and_then(|r| r.map_err(|e| noted(e, smallest(&func, |part| backends::compile(part).is_err()))).ok());
    let copy = backends.then(|| backends::round_trip(&func)).and_then(|r| {
        r.map_err(|e| noted(e, smallest(&func, |part| backends::round_trip(part).is_err()))).ok()
    });
    for style in STYLES {
        let inputs = programs::inputs(&func, &mut random, style);
        let mut point = match Point::new(&func, &inputs) {
            Ok(point) => point,
            Err(e) => {
                summary.failures.push(format!("{name} fails on {style:?} inputs: {e}\n{func}"));
                continue;
            }
        };
        for (mode_name, mode, after) in &optimized {
            match interpret(after, &inputs) {
                Ok(results) => {
                    let verdict = point.judge(&results, *mode, Some(after))?;
                    summary.add(verdict, mode_name, &func, after, &name);
                }
                Err(e) => {
                    summary.failures.push(format!("{name}, {mode_name}: {e}\n{func}\noptimized:\n{after}"));
                }
            }
        }
        if let Some(native) = &native {
            match native.call(&inputs) {
                // Compiled sums have an order of their own.
                Ok(results) => {
                    let mode = Mode { finite: false, reassociated: true, compiled: true };
                    let verdict = point.judge(&results, mode, None)?;
                    summary.compiled += verdict.elements;
                    summary.add(verdict, "compiled", &func, &func, &name);
                }
                Err(e) => summary.failures.push(format!("{name}, compiled: {e}\n{func}")),
            }
        }
        if let Some(copy) = &copy {
            let same = interpret(copy, &inputs)? == point.original();
            // NaN is not equal to itself, so that programs with NaN say nothing here.
            if !same && !point.has_nan() {
                summary
                    .failures
                    .push(format!("{name}: the imported program gives other results\n{func}\n{copy}"));
            }
        }
    }
    Ok(summary)
}

/// Checks many programs on all processors; the summary does not depend on their number.
fn check_graphs(seed: u64, count: usize, optimizer: &Optimizer, backends: bool) -> Result<Summary, Error> {
    let rules = readable_rules()?.0;
    let done = Mutex::new(BTreeMap::new());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let summary = check_graph(seed, index, &rules, optimizer, backends);
                    if let Ok(mut done) = done.lock() {
                        done.insert(index, summary);
                    }
                }
            });
        }
    });
    let mut all = Summary::default();
    for (index, summary) in done.into_inner().unwrap_or_default() {
        match summary {
            Ok(summary) => all.merge(summary),
            Err(e) => all.failures.push(format!("program {index} of seed {seed}: {e}")),
        }
    }
    Ok(all)
}

/// The rules whose left sides can be built, and the names of the others.
fn readable_rules() -> Result<(Vec<Rule>, Vec<String>), Error> {
    let (mut read, mut unread) = (vec![], vec![]);
    for info in thn_eqsat::rules()? {
        match Rule::parse(&info.name, &info.text) {
            Some(rule) => read.push(rule),
            None => unread.push(info.name),
        }
    }
    Ok((read, unread))
}

/// Rules that fire neither in the programs nor in one that is little more than their own left side.
fn silent_rules(seed: u64, fired: &BTreeMap<String, usize>) -> Result<Vec<String>, Error> {
    let (rules, unread) = readable_rules()?;
    let mut silent = unread;
    let all = Options::default().with_class(Class::Fast, true);
    for (i, rule) in rules.iter().enumerate().filter(|(_, r)| !fired.contains_key(&r.name)) {
        let mut random = Random::new(seed, (GRAPHS + i) as u64);
        let mut own: BTreeSet<String> = BTreeSet::new();
        for _ in 0..20 {
            let mut func = programs::program_of(&mut random, rule);
            // Alone, so that no other rule is quicker.
            own.extend(optimize(&mut func, &all.clone().including(rule.name.clone()))?.fired.into_keys());
        }
        if !own.contains(&rule.name) {
            let attempt = programs::program_of(&mut random, rule);
            silent.push(format!("{} in programs such as\n{attempt}", rule.name));
        }
    }
    Ok(silent)
}

fn seed() -> u64 {
    std::env::var("THN_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(SEED)
}

fn random_graphs() -> Result<(), Failed> {
    let seed = seed();
    println!("THN_SEED={seed}");
    let summary = check_graphs(seed, GRAPHS, &optimizer, true)?;
    summary.print();
    let mut failures = summary.failures.clone();
    if summary.rewritten * 100 < GRAPHS * REWRITTEN_PERCENT {
        failures.push(format!("only {} of {GRAPHS} programs were rewritten", summary.rewritten));
    }
    if summary.mean(1) > summary.mean(0) {
        failures.push("optimized programs have more bits of error on average".into());
    }
    let silent = silent_rules(seed, &summary.fired)?;
    // That each rule fires alone is a test of the optimizer; here another rule, or the analysis, can be first.
    println!("rules that fire nowhere: {}", silent.len());
    if failures.is_empty() {
        return Ok(());
    }
    let heads: Vec<&str> = failures.iter().filter_map(|f| f.lines().next()).collect();
    let shown = failures.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    Err(format!("THN_SEED={seed}: {} failures\n{}\n\n{shown}", failures.len(), heads.join("\n")).into())
}

/// The optimizer with a fault: what is subtracted last is subtracted the other way round, or one constant is wrong.
fn faulty(func: &mut Func, options: &Options) -> Result<BTreeMap<String, usize>, Error> {
    let fired = optimizer(func, options)?;
    let subtraction = func.walk(Func::BODY).into_iter().rev().find(|op| func.op(*op).kind == OpKind::Sub);
    if let Some(op) = subtraction {
        func.op_mut(op).operands.swap(0, 1);
    }
    Ok(fired)
}

/// Cancellation is computed where the original avoids it: log1p(x) as log(1 + x), and expm1(x) as exp(x) - 1.
fn careless(func: &mut Func, options: &Options) -> Result<BTreeMap<String, usize>, Error> {
    let fired = optimizer(func, options)?;
    for op in func.walk(Func::BODY) {
        let kind = func.op(op).kind;
        if !matches!(kind, OpKind::Log1p | OpKind::Expm1) {
            continue;
        }
        let Some(block) = func.block_of(op) else { continue };
        let (x, result) = (func.op(op).operands[0], func.op(op).result());
        let Some(ty) = func.tensor(x).cloned() else { continue };
        let at = func.block(block).ops.iter().position(|o| *o == op).unwrap_or(0);
        let mut b = Builder::new(func, block, Loc::Unknown);
        let one = b.number(ty.dtype, 1.0)?;
        let careless = if kind == OpKind::Log1p {
            let sum = b.map(OpKind::Add, &[one, x])?;
            b.map(OpKind::Log, &[sum])?
        } else {
            let power = b.map(OpKind::Exp, &[x])?;
            b.map(OpKind::Sub, &[power, one])?
        };
        func.block_mut(block).ops[at..].rotate_right(3);
        func.replace_uses(result, careless);
    }
    Ok(fired)
}

/// What is infinite becomes NaN: every float result r is r + (r - r).
fn infinite(func: &mut Func, options: &Options) -> Result<BTreeMap<String, usize>, Error> {
    let fired = optimizer(func, options)?;
    for (i, result) in func.body().results.clone().into_iter().enumerate() {
        if func.tensor(result).is_some_and(|t| t.dtype.is_float()) {
            let mut b = Builder::new(func, Func::BODY, Loc::Unknown);
            let nothing = b.map(OpKind::Sub, &[result, result])?;
            let sum = b.map(OpKind::Add, &[result, nothing])?;
            func.block_mut(Func::BODY).results[i] = sum;
        }
    }
    Ok(fired)
}

fn faults_are_found() -> Result<(), Failed> {
    let faults =
        [("a sign", &faulty as &Optimizer), ("a cancellation", &careless), ("an infinity", &infinite)];
    for (what, optimizer) in faults {
        let summary = check_graphs(seed(), GRAPHS / 3, optimizer, false)?;
        let found = summary.failures.len();
        println!("{what}: {found} findings in {} programs", summary.graphs);
        if found == 0 {
            return Err(format!("{what} that is wrong is not noticed").into());
        }
    }
    Ok(())
}

/// Compiled code that overflows where the program does not: what is judged of it, at the edge of overflow and far from it.
fn edge_is_narrow() -> Result<(), Failed> {
    let mut func = Func::new("edge");
    let [x, y] = [(); 2].map(|()| func.add_tensor_arg(DType::F32, &[], Arg::default()));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    // The bound of a product by the largest number is infinite.
    let one = b.map(OpKind::Exp, &[x])?;
    let product = b.map(OpKind::Mul, &[one, y])?;
    let nothing = b.map(OpKind::Sub, &[product, product])?;
    let far = b.map(OpKind::Add, &[nothing, one])?;
    func.add_result(product, Res::default());
    func.add_result(far, Res::default());
    let number = |x: f64| Value::new(DType::F32, &[], vec![Scalar::Float(x)]);
    let inputs = [number(0.0)?, number(f64::from(f32::MAX))?];
    let mut point = Point::new(&func, &inputs)?;
    let found = [number(f64::INFINITY)?, number(f64::INFINITY)?];
    for (compiled, wrong) in [(true, vec![1]), (false, vec![0, 1])] {
        let mode = Mode { finite: false, reassociated: true, compiled };
        let failures: Vec<usize> = point.judge(&found, mode, None)?.failures.iter().map(|f| f.0).collect();
        if failures != wrong {
            return Err(format!("compiled {compiled}: results {failures:?} are wrong, not {wrong:?}").into());
        }
    }
    Ok(())
}

fn main() {
    let trials = vec![
        Trial::test("optimized_programs_are_never_worse", random_graphs),
        Trial::test("planted_faults_are_found", faults_are_found),
        Trial::test("compiled_code_may_overflow_at_the_edge_alone", edge_is_narrow),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
