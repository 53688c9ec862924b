//! Makes floating-point programs more accurate where they are used.
//!
//! Rules of class `real` are equalities of real numbers: √(x+1) - √x is 1/(√(x+1) + √x), and which of the two loses
//! fewer digits depends on x. So the rules say what is equal, and measurements say what is better: expressions are
//! run at sampled points and compared with the value that they have over the reals, computed in as much precision as
//! it takes. The error of a result is log2(1 + the number of floats between it and the correctly rounded value).
//!
//! [`improve`] replaces a result only by an expression whose mean error is smaller on points that the search has
//! not seen. It works element by element: whatever is computed otherwise, such as a sum over an axis, is a variable.

mod dag;
mod extract;
mod regimes;
mod sample;
mod search;
mod series;
mod terms;
mod text;

use dag::Exact;
use extract::{Candidate, Extraction, WEIGHT};
use regimes::Regimes;
pub use sample::Range;
use sample::Sample;
use search::{Limits, Space};
use terms::Terms;
pub use text::parse;
use thn_eqsat::rule;
use thn_ir::{Builder, DType, Error, Func, Loc, Value};
use thn_reference::bits_of_error;

/// How [`improve`] searches.
#[derive(Clone, PartialEq, Debug)]
pub struct Accuracy {
    /// The values that the arguments take, by position; every finite number where nothing is said.
    pub ranges: Vec<Range>,
    /// Points at which the search measures errors.
    pub points: usize,
    /// Points at which what it found is compared with the program.
    pub held_out: usize,
    /// Where the points start.
    pub seed: u64,
    /// Rounds of search, each from the best expressions of the one before.
    pub rounds: usize,
    /// E-nodes of one round.
    pub nodes: usize,
    /// Whether the expression may choose between expressions by the values of the arguments.
    pub branches: bool,
}

impl Default for Accuracy {
    fn default() -> Accuracy {
        Accuracy {
            ranges: vec![],
            points: 192,
            held_out: 512,
            seed: 1,
            rounds: 4,
            nodes: 2500,
            branches: false,
        }
    }
}

/// What became of one result.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Improved {
    /// Its position among the results.
    pub result: usize,
    /// Mean bits of error of the program, on points that the search did not see.
    pub before: f64,
    /// The same after.
    pub after: f64,
    /// Points that were compared.
    pub points: usize,
    /// The expression.
    pub expression: String,
}

/// The most expressions of one round that the next one starts from.
const STARTS: usize = 4;
/// Sweeps of the search in one round.
const SWEEPS: usize = 6;

/// The most terms of an expression that is searched: each is computed at every point, in high precision.
const LARGEST: usize = 10_000;

/// The least mean bits of error that make a change worthwhile.
const WORTHWHILE: f64 = 0.02;

/// Replaces float results by expressions that are equal over the reals and make a smaller mean error.
///
/// # Errors
///
/// If a range is none, or a result is an expression of more than 10,000 terms.
pub fn improve(func: &mut Func, options: &Accuracy) -> Result<Vec<Improved>, Error> {
    valid(&options.ranges)?;
    let mut out = vec![];
    for (position, value) in func.body().results.clone().into_iter().enumerate() {
        if let Some(improved) = improve_result(func, position, value, options)? {
            out.push(improved);
        }
    }
    *func = func.compact();
    Ok(out)
}

/// Mean bits of error, and at how many points.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Measured {
    /// Of the program that defines the truth.
    pub program: f64,
    /// Of the others, in order.
    pub others: Vec<f64>,
    /// Points at which it has a finite value that is decided.
    pub points: usize,
}

/// Measures the first result of a program, and of others with the same arguments that are to compute the same.
pub fn measure(
    func: &Func,
    others: &[&Func],
    ranges: &[Range],
    points: usize,
    seed: u64,
) -> Result<Measured, Error> {
    valid(ranges)?;
    let of = |func: &Func| {
        let value = func.body().results.first().ok_or_else(|| Error::input("a program without results"))?;
        let mut terms = Terms::default();
        let root =
            terms.of_value(func, *value).ok_or_else(|| Error::unsupported("the result is no tensor"))?;
        Ok((terms, root))
    };
    let (terms, root) = of(func)?;
    let dtype = terms.items[root].dtype;
    let sample = draw(&terms, func, root, ranges, points, seed, &mut Exact::default());
    let argument = |f: &Func, value: Value| f.body().args.iter().position(|a| *a == value);
    let mut found = vec![];
    for other in others {
        let (own, own_root) = of(other)?;
        let columns: Option<Vec<usize>> = own
            .variables
            .iter()
            .map(|v| {
                let position = argument(other, v.value)?;
                terms.variables.iter().position(|w| argument(func, w.value) == Some(position))
            })
            .collect();
        let columns = columns.ok_or_else(|| Error::input("the programs depend on different arguments"))?;
        let row = |p: &Vec<f64>| columns.iter().map(|c| p[*c]).collect();
        let points: Vec<Vec<f64>> = sample.points.iter().map(row).collect();
        found.push(mean(&own.run(own_root, &points), &sample, dtype));
    }
    let program = mean(&terms.run(root, &sample.points), &sample, dtype);
    Ok(Measured { program, others: found, points: sample.points.len() })
}

fn valid(ranges: &[Range]) -> Result<(), Error> {
    match ranges.iter().position(|r| r.low.is_nan() || r.high.is_nan() || r.low > r.high) {
        Some(i) => {
            let Range { low, high } = ranges[i];
            Err(Error::input(format!("argument {i} has no range from {low} to {high}")))
        }
        None => Ok(()),
    }
}

fn draw(
    terms: &Terms,
    func: &Func,
    root: usize,
    ranges: &[Range],
    points: usize,
    seed: u64,
    exact: &mut Exact,
) -> Sample {
    let variables: Vec<(Range, DType)> =
        bounds(terms, func, ranges).into_iter().zip(terms.variables.iter().map(|v| v.dtype)).collect();
    sample::sample(exact, &terms.steps(), root, &variables, points, seed)
}

/// The range of every variable.
fn bounds(terms: &Terms, func: &Func, ranges: &[Range]) -> Vec<Range> {
    let of =
        |value: Value| func.body().args.iter().position(|a| *a == value).and_then(|i| ranges.get(i)).copied();
    terms.variables.iter().map(|v| of(v.value).unwrap_or(Range::ALL)).collect()
}

fn mean(found: &[f64], sample: &Sample, dtype: DType) -> f64 {
    let total: f64 = found.iter().zip(&sample.truth).map(|(v, t)| bits_of_error(*v, *t, dtype)).sum();
    total / sample.points.len().max(1) as f64
}

fn improve_result(
    func: &mut Func,
    position: usize,
    value: Value,
    options: &Accuracy,
) -> Result<Option<Improved>, Error> {
    let Some(ty) = func.tensor(value).cloned().filter(|t| t.dtype.is_float()) else { return Ok(None) };
    let mut terms = Terms::default();
    let Some(root) = terms.of_value(func, value) else { return Ok(None) };
    if terms.items.len() > LARGEST {
        let (name, count) = (func.describe(value), terms.items.len());
        let message = format!(
            "result {position} ({name}) is an expression of {count} terms; the search for accuracy takes at most {LARGEST}"
        );
        let loc = func.def_op(value).map(|op| func.op(op).loc.clone());
        return Err(Error::unsupported(message).located(&loc.unwrap_or_default()));
    }
    let mut exact = Exact::default();
    let sample = draw(&terms, func, root, &options.ranges, options.points, options.seed, &mut exact);
    let held_out = draw(&terms, func, root, &options.ranges, options.held_out, !options.seed, &mut exact);
    if sample.points.is_empty() || held_out.points.is_empty() {
        return Ok(None);
    }
    let ranges = bounds(&terms, func, &options.ranges);
    let program = terms.used(&[root]);
    let rules = rule::all()?;
    let steps = terms.steps();
    let mut best: Vec<Candidate> = vec![];
    for round in 0..=options.rounds {
        let mut equal = vec![root];
        equal.extend(best.iter().map(|c| c.term).filter(|t| *t != root).take(STARTS));
        let Some(mut space) = Space::new(&terms, &equal, &ranges) else { return Ok(None) };
        space.saturate(rules, Limits { nodes: options.nodes, sweeps: SWEEPS });
        // Approximations come last: they stand for values, but nothing equal can be found from them.
        let last = round == options.rounds;
        let parts = terms.used(&equal);
        let polynomials = if last { series::polynomials(&mut terms, &parts) } else { vec![] };
        let mut extraction =
            Extraction::new(&space, &mut terms, &mut exact, &program, &sample.points, &sample.truth);
        extraction.offer(&space, &best.iter().map(|c| (root, c.term)).collect::<Vec<_>>());
        extraction.offer(&space, &polynomials);
        best = extraction.run();
    }
    let mut chosen: Vec<usize> = best.iter().map(|c| c.term).collect();
    if options.branches {
        let mut regimes = Regimes {
            terms: &mut terms,
            exact: &mut exact,
            program: &steps,
            root,
            ranges: &ranges,
            points: &sample.points,
            seed: options.seed,
        };
        chosen.extend(regimes.choose(&best));
    }
    let error = |term: usize| mean(&terms.run(term, &held_out.points), &held_out, ty.dtype);
    let before = error(root);
    let priced = |term: usize| error(term) + WEIGHT * terms.items[term].cost;
    let chosen = chosen.into_iter().min_by(|a, b| priced(*a).total_cmp(&priced(*b)));
    let chosen = chosen.map(|t| (error(t), t)).filter(|(e, _)| *e < before - WORTHWHILE);
    let Some((after, term)) = chosen else {
        let expression = terms.text(func, root);
        let points = held_out.points.len();
        return Ok(Some(Improved { result: position, before, after: before, points, expression }));
    };
    let expression = terms.text(func, term);
    let built = terms.build(func, term)?;
    let mut b = Builder::new(func, Func::BODY, Loc::Unknown);
    let built = if b.tensor(built)? == ty { built } else { b.fill(built, &ty.shape)? };
    func.block_mut(Func::BODY).results[position] = built;
    Ok(Some(Improved { result: position, before, after, points: held_out.points.len(), expression }))
}
