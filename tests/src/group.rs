//! Programs that are checked side by side: each is optimized and judged alone, and the code of many is made at once,
//! because making code takes longest.

use crate::{
    backends::{self, Lowering, Native},
    judge::{Mode, Point},
    numbers::Style,
    patterns::Rule,
    programs::{self, Pair},
    shrink::smallest,
    summary::Summary,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use thn_eqsat::{Class, Options, optimize};
use thn_ir::{Error, Func, verify};
use thn_random::Random;
use thn_reference::{Value, interpret};

/// Symbols of a program whose lengths come from its first argument alone.
const SYMBOLS: usize = 3;

const STYLES: [Style; 4] = [Style::Ordinary, Style::Wide, Style::Extreme, Style::Infinite];

/// The optimizer under test; a planted fault is another one.
pub(crate) type Optimizer = dyn Fn(&mut Func, &Options) -> Result<BTreeMap<String, usize>, Error> + Sync;

/// The optimizer as it is.
pub(crate) fn optimizer(func: &mut Func, options: &Options) -> Result<BTreeMap<String, usize>, Error> {
    Ok(optimize(func, options)?.fired)
}

/// What `function` uses, and what a user gets who asks for no surprises.
fn modes() -> [(&'static str, Options, Mode); 2] {
    let strict = Options::strict().with_class(Class::Finite, false);
    [
        ("default", Options::default(), Mode { finite: true, reassociated: true, ..Mode::default() }),
        ("strict", strict, Mode::default()),
    ]
}

/// Code is compared with the program that it was made from, whose values may be infinite. Its sums have an order of
/// their own.
const CODE: Mode = Mode { finite: false, reassociated: true, compiled: true };

/// What is checked, and with what.
pub(crate) struct Setup<'a> {
    pub(crate) seed: u64,
    /// The number of programs of the run.
    pub(crate) count: usize,
    /// Programs whose calls have the same inputs and whose code is made together.
    pub(crate) group: usize,
    pub(crate) pairs: &'a [Pair],
    pub(crate) rules: &'a [Rule],
    pub(crate) optimizer: &'a Optimizer,
    /// Whether code is made, and with which fault.
    pub(crate) code: Option<Option<&'a Lowering>>,
    /// Whether what fails is made smaller.
    pub(crate) shrink: bool,
}

impl Setup<'_> {
    /// The focus of a program: pairs come in a random order, and each once before any comes again.
    fn focus(&self, index: usize) -> Pair {
        let round = (index / self.pairs.len()) as u64;
        let order = Random::stream(self.seed, u64::MAX - round).permutation(self.pairs.len());
        self.pairs[order[index % self.pairs.len()]]
    }

    /// Whether a program has the left side of a rule. It follows from the name alone: another rule changes one program,
    /// and all others stay what they were.
    fn is_home(&self, index: usize, rule: &Rule) -> bool {
        let mix = |mixed: u64, byte: u8| Random::stream(mixed, u64::from(byte) + 1).bits();
        let mixed = rule.name.bytes().fold(self.seed, mix);
        // In a long run, a rule has a home among every thousand programs.
        let rounds = self.count.clamp(1, 1_000);
        Random::stream(mixed, (index / rounds) as u64).below(rounds) == index % rounds
    }

    /// What fails as a program that is as small as may be, if that is wanted.
    fn small(
        &self,
        func: &Func,
        inputs: &[Value],
        fails: &dyn Fn(&Func, &[Value]) -> bool,
    ) -> (Func, Vec<Value>) {
        match self.shrink && fails(func, inputs) {
            true => smallest(func, inputs, fails),
            // Not wanted, or it fails beside other programs only.
            false => (func.clone(), inputs.to_vec()),
        }
    }

    /// A program of the run.
    pub(crate) fn program(&self, index: usize) -> Func {
        let mut random = Random::stream(self.seed, index as u64);
        let rules: Vec<&Rule> = self.rules.iter().filter(|r| self.is_home(index, r)).collect();
        programs::program(&mut random, self.focus(index), &rules)
    }
}

/// A program and what the optimizer made of it.
struct Subject {
    name: String,
    func: Func,
    /// One for each mode.
    optimized: Vec<Func>,
}

impl Subject {
    /// What code is made from.
    fn after(&self) -> &Func {
        &self.optimized[0]
    }
}

/// One call: lengths and inputs that all programs share.
struct Call {
    lengths: [usize; 3],
    /// The inputs of each program.
    inputs: Vec<Vec<Value>>,
    /// The inputs of all, by name.
    named: BTreeMap<String, Value>,
}

/// Makes, optimizes and judges the programs of a group.
pub(crate) fn check(setup: &Setup<'_>, group: usize) -> Summary {
    let mut summary = Summary::default();
    let indices = group * setup.group..((group + 1) * setup.group).min(setup.count);
    let since = Instant::now();
    let subjects: Vec<Subject> = indices.filter_map(|i| subject(setup, i, &mut summary)).collect();
    summary.seconds[0] = since.elapsed().as_secs_f64();
    match judged(setup, group, &subjects, &mut summary) {
        Ok(()) => summary,
        Err(e) => {
            summary.failures.push(format!("group {group} of seed {}: {e}", setup.seed));
            summary
        }
    }
}

/// Makes and optimizes a program; `None` if that fails.
fn subject(setup: &Setup<'_>, index: usize, summary: &mut Summary) -> Option<Subject> {
    let func = setup.program(index);
    let name = format!("program {index} of seed {}", setup.seed);
    summary.count(&func);
    if let Some(error) = verify::verify(&func).first() {
        summary.failures.push(format!("{name} is not well-formed: {error}\n{func}"));
        return None;
    }
    let mut optimized = vec![];
    for (mode, options, _) in modes() {
        let mut after = func.clone();
        match (setup.optimizer)(&mut after, &options) {
            Ok(fired) => {
                summary.rewritten += usize::from(mode == "default" && !fired.is_empty());
                fired.into_iter().for_each(|(rule, n)| *summary.fired.entry(rule).or_default() += n);
            }
            Err(e) => {
                summary.failures.push(format!("{name}, {mode}: {e}\n{}", shown(&func, &[])));
                return None;
            }
        }
        if let Some(error) = verify::verify(&after).first() {
            let (func, after) = (shown(&func, &[]), shown(&after, &[]));
            summary.failures.push(format!("{name}, {mode}: {error}\n{func}\noptimized:\n{after}"));
            return None;
        }
        optimized.push(after);
    }
    Some(Subject { name, func, optimized })
}

fn calls(setup: &Setup<'_>, group: usize, subjects: &[Subject]) -> Result<Vec<Call>, Error> {
    let mut calls = vec![];
    for (which, style) in STYLES.into_iter().enumerate() {
        let mut random = Random::stream(!setup.seed, (group * STYLES.len() + which) as u64);
        let lengths = programs::lengths(&mut random, style);
        let seed = random.bits();
        let mut call = Call { lengths, inputs: vec![], named: BTreeMap::new() };
        for subject in subjects {
            let inputs = programs::inputs(&subject.func, seed, lengths, style)?;
            let names = subject.func.args.iter().map(|a| a.name.as_deref().unwrap_or_default().to_owned());
            call.named.extend(names.zip(inputs.iter().cloned()));
            call.inputs.push(inputs);
        }
        calls.push(call);
    }
    Ok(calls)
}

fn judged(setup: &Setup<'_>, group: usize, subjects: &[Subject], summary: &mut Summary) -> Result<(), Error> {
    let since = Instant::now();
    let calls = calls(setup, group, subjects)?;
    // Programs that fail in some call, as written or optimized: an empty dim has no largest element.
    let mut failing: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut refused: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut points: Vec<Vec<Option<Point<'_>>>> = vec![];
    for (c, call) in calls.iter().enumerate() {
        let is_empty = call.lengths.contains(&0);
        summary.empty += usize::from(is_empty);
        let mut row = vec![];
        for (s, (subject, inputs)) in subjects.iter().zip(&call.inputs).enumerate() {
            match Point::new(&subject.func, inputs) {
                Ok(mut point) => {
                    if !optimized(setup, subject, &mut point, inputs, summary)? {
                        failing.insert((c, s));
                    }
                    row.push(Some(point));
                }
                Err(e) => {
                    if is_empty {
                        summary.skip("the program fails for an empty dim");
                    } else {
                        let text = shown(&subject.func, inputs);
                        summary.failures.push(format!("{} fails: {e}\n{text}", subject.name));
                    }
                    // Code is made from the optimized program, whose checks need not be those of the program as written:
                    // `thn-cpu` takes them from there.
                    refused.insert((c, s));
                    row.push(None);
                }
            }
        }
        points.push(row);
    }
    summary.seconds[1] = since.elapsed().as_secs_f64();
    let Some(fault) = setup.code else { return Ok(()) };
    let since = Instant::now();
    // What fails in some call is in modules of its own, so that the others are called there.
    let fails = |s: usize| (0..calls.len()).any(|c| failing.contains(&(c, s)));
    let (risky, safe): (Vec<usize>, Vec<usize>) = (0..subjects.len()).partition(|s| fails(*s));
    let mut modules: Vec<Vec<usize>> = vec![];
    for all in [safe, risky] {
        let of_lengths = |s: &usize| subjects[*s].after().symbols().len() == SYMBOLS;
        let (plain, others): (Vec<usize>, Vec<usize>) = all.into_iter().partition(of_lengths);
        modules.push(plain);
        modules.extend(others.into_iter().map(|s| vec![s]));
    }
    for module in modules.into_iter().filter(|module| !module.is_empty()) {
        let programs: Vec<&Func> = module.iter().map(|s| subjects[*s].after()).collect();
        if fault.is_none() {
            copied(&programs, subjects, &module, summary);
        }
        let native = backends::together(&programs).and_then(|all| backends::compile(&all, fault));
        let native = match native {
            Ok(Some(native)) => native,
            Ok(None) => continue,
            Err(e) => {
                not_compiled(setup, subjects, &module, &e, summary);
                continue;
            }
        };
        for (c, call) in calls.iter().enumerate() {
            if module.iter().any(|s| refused.contains(&(c, *s))) {
                continue;
            }
            let must_fail = module.iter().any(|s| failing.contains(&(c, *s)));
            called(setup, &native, call, subjects, &module, must_fail, &mut points[c], summary)?;
        }
    }
    summary.seconds[2] = since.elapsed().as_secs_f64();
    Ok(())
}

/// Judges the optimized programs at a point, in the interpreter. Gives whether the one that code is made from has results.
fn optimized(
    setup: &Setup<'_>,
    subject: &Subject,
    point: &mut Point<'_>,
    inputs: &[Value],
    summary: &mut Summary,
) -> Result<bool, Error> {
    let mut has_results = vec![];
    for ((name, options, mode), after) in modes().into_iter().zip(&subject.optimized) {
        let found = interpret(after, inputs);
        has_results.push(found.is_ok());
        let failure = match found {
            Ok(results) => {
                let verdict = point.judge(&results, mode, Some(after))?;
                summary.add(&verdict, name);
                verdict.failures.first().map(|(_, message)| message.clone())
            }
            Err(e) => Some(e.to_string()),
        };
        let Some(failure) = failure else { continue };
        let fails = |func: &Func, inputs: &[Value]| {
            let mut after = func.clone();
            let Ok(mut point) = Point::new(func, inputs) else { return false };
            (setup.optimizer)(&mut after, &options).is_ok()
                && match interpret(&after, inputs) {
                    Ok(found) => {
                        point.judge(&found, mode, Some(&after)).is_ok_and(|v| !v.failures.is_empty())
                    }
                    Err(_) => true,
                }
        };
        let (small, given) = setup.small(&subject.func, inputs, &fails);
        let mut after = small.clone();
        (setup.optimizer)(&mut after, &options)?;
        let again = interpret(&after, &given)
            .map_err(|e| e.to_string())
            .and_then(|found| {
                let mut point = Point::new(&small, &given).map_err(|e| e.to_string())?;
                point.judge(&found, mode, Some(&after)).map_err(|e| e.to_string())
            })
            .map_or_else(|e| e, |v| v.failures.first().map_or(failure, |f| f.1.clone()));
        summary.failures.push(format!(
            "{}, {name}: {again}\n{}\noptimized:\n{}",
            subject.name,
            shown(&small, &given),
            shown(&after, &[])
        ));
    }
    Ok(has_results[0])
}

/// Calls code and judges what it gives.
#[expect(clippy::too_many_arguments, reason = "one call of one module among those of a group")]
fn called(
    setup: &Setup<'_>,
    native: &Native,
    call: &Call,
    subjects: &[Subject],
    module: &[usize],
    must_fail: bool,
    points: &mut [Option<Point<'_>>],
    summary: &mut Summary,
) -> Result<(), Error> {
    let fault = setup.code.flatten();
    let names = || module.iter().map(|s| subjects[*s].name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match (native.call(&call.named), must_fail) {
        (Ok(found), false) => found,
        (Err(_), true) => return Ok(()),
        (Ok(_), true) => {
            summary.failures.push(format!("code gives results where its program fails: {}", names()));
            return Ok(());
        }
        (Err(e), false) => {
            let heads = summary.failures.len();
            for s in module {
                let inputs = &call.inputs[*s];
                let after = subjects[*s].after();
                let fails = |func: &Func, inputs: &[Value]| {
                    interpret(func, inputs).is_ok() && run(func, inputs, fault).is_err()
                };
                if fails(after, inputs) {
                    let (small, given) = setup.small(after, inputs, &fails);
                    let text = shown(&small, &given);
                    summary.failures.push(format!("{}, compiled: {e}\n{text}", subjects[*s].name));
                }
            }
            if summary.failures.len() == heads {
                summary.failures.push(format!("compiled together: {e}: {}", names()));
            }
            return Ok(());
        }
    };
    let mut found = found.into_iter();
    for s in module {
        let subject = &subjects[*s];
        let results: Vec<Value> = found.by_ref().take(subject.func.results.len()).collect();
        let Some(point) = &mut points[*s] else { continue };
        let inputs = &call.inputs[*s];
        // From the program to its code in one step, where the rules promise something.
        if point.is_finite() {
            let mode = Mode { finite: true, ..CODE };
            let verdict = point.judge(&results, mode, Some(subject.after()))?;
            summary.add(&verdict, "compiled");
            summary.compiled += verdict.elements;
            if verdict.failures.is_empty() && verdict.skipped.is_none() {
                continue;
            }
        }
        let verdict = match Point::new(subject.after(), inputs) {
            Ok(mut point) => point.judge(&results, CODE, None)?,
            // What the interpreter says of the optimized program was judged before.
            Err(_) => continue,
        };
        if !point.is_finite() {
            summary.add(&verdict, "compiled");
            summary.compiled += verdict.elements;
        }
        if let Some((_, message)) = verdict.failures.first() {
            let fails = |func: &Func, inputs: &[Value]| {
                let Ok(mut point) = Point::new(func, inputs) else { return false };
                let Ok(found) = run(func, inputs, fault) else { return false };
                point.judge(&found, CODE, None).is_ok_and(|v| !v.failures.is_empty())
            };
            let after = subject.after();
            let (small, given) = setup.small(after, inputs, &fails);
            summary.failures.push(format!(
                "{}, compiled: {message}\n{}",
                subject.name,
                shown(&small, &given)
            ));
        } else if point.is_finite() {
            let mode = Mode { finite: true, ..CODE };
            let verdict = point.judge(&results, mode, Some(subject.after()))?;
            if let Some((_, message)) = verdict.failures.first() {
                let (before, after) = (shown(&subject.func, inputs), shown(subject.after(), &[]));
                summary.failures.push(format!(
                    "{}, optimized and compiled: {message}\n{before}\noptimized:\n{after}",
                    subject.name
                ));
            }
        }
    }
    Ok(())
}

/// The results of the code of one program.
fn run(func: &Func, inputs: &[Value], fault: Option<&Lowering>) -> Result<Vec<Value>, String> {
    let names = func.args.iter().map(|a| a.name.as_deref().unwrap_or_default().to_owned());
    let native = backends::compile(func, fault)?.ok_or("the fault has no place here")?;
    native.call(&names.zip(inputs.iter().cloned()).collect())
}

fn not_compiled(
    setup: &Setup<'_>,
    subjects: &[Subject],
    module: &[usize],
    error: &str,
    summary: &mut Summary,
) {
    let fault = setup.code.flatten();
    let heads = summary.failures.len();
    for s in module {
        let fails = |func: &Func, _: &[Value]| backends::compile(func, fault).is_err();
        let after = subjects[*s].after();
        if fails(after, &[]) {
            let (small, _) = setup.small(after, &[], &fails);
            summary.failures.push(format!("{}: {error}\n{}", subjects[*s].name, shown(&small, &[])));
        }
    }
    if summary.failures.len() == heads {
        let names: Vec<&str> = module.iter().map(|s| subjects[*s].name.as_str()).collect();
        summary.failures.push(format!("together: {error}: {}", names.join(", ")));
    }
}

/// Programs that are printed and read are what they were.
fn copied(programs: &[&Func], subjects: &[Subject], module: &[usize], summary: &mut Summary) {
    if let Err(e) = backends::together(programs).and_then(|all| backends::round_trip(&all)) {
        let of = module.iter().find(|s| backends::round_trip(subjects[**s].after()).is_err());
        let text = of.map_or_else(String::new, |s| shown(subjects[*s].after(), &[]));
        summary.failures.push(format!("{e}\n{text}"));
    }
}

/// A program as text of the dialect, behind its inputs.
fn shown(func: &Func, inputs: &[Value]) -> String {
    let given: Vec<String> = func
        .args
        .iter()
        .zip(inputs)
        .map(|(arg, value)| {
            let elements: Vec<String> = value.elements().map(|x| format!("{x:?}")).collect();
            let name = arg.name.as_deref().unwrap_or_default();
            format!("// {name} {:?} = {}\n", value.shape(), elements.join(", "))
        })
        .collect();
    let text = backends::text(func).unwrap_or_else(|e| format!("{e}\n{func}"));
    format!("{}{text}", given.concat())
}
