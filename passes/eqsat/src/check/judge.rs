//! Runs both sides of a case and holds the results against the promise of the rule's class.

use super::{
    Counterexample,
    instance::Instance,
    sample::{self, Random, Range},
};
use crate::{Class, pattern::Rule};
use thn_ir::{DType, Error, Func, Res, Scalar};
use thn_reference::{Value, bits_of_error, exact, forward_error, interpret};

/// The unknown length of a case whose elements are points of their own, and of any other case.
const MANY_ROWS: i64 = 60;
const FEW_ROWS: i64 = 3;
/// Two bounds are of the same order within this factor.
const SAME_ORDER: f64 = 4.0;
/// What a `fast` rule may lose, in units of the last place.
const FAST_ULPS: f64 = 4096.0;

/// What was found at the points of one run.
#[derive(Default)]
pub(super) struct Found {
    /// Elements that met the conditions.
    pub(super) points: usize,
    /// Whether the right side was finite where the left side was not.
    pub(super) wider: bool,
    /// The first element whose error only the right side's own bound allows.
    pub(super) leaning: Option<Counterexample>,
    /// The first element at which the promise is broken.
    pub(super) broken: Option<Counterexample>,
}

/// Runs both sides once.
pub(super) fn judge(rule: &Rule, case: &Instance, seed: u64) -> Result<Found, Error> {
    let class = if case.reordered && rule.class != Class::Fast { Class::Reassoc } else { rule.class };
    let mut random = Random(seed);
    // A fold over special values is almost always special itself.
    let range = match class {
        _ if !case.elementwise && !seed.is_multiple_of(3) => Range::Moderate,
        Class::Exact | Class::Accurate | Class::Finite => Range::Full,
        Class::Reassoc | Class::Fast => Range::Moderate,
    };
    let arguments = arguments(case, &mut random, range)?;
    let mut found = Found::default();
    let Ok(left) = interpret(&case.left, &arguments) else {
        // A check of the call fails, such as the largest element of an empty dim: there is nothing to compare.
        return Ok(found);
    };
    let right = interpret(&case.right, &arguments)?;
    let truth = match class {
        Class::Exact => left.clone(),
        _ => exact::evaluate(&case.left, &arguments)?.values,
    };
    let mut p = Point {
        class,
        keeps_nan: rule.class != Class::Finite,
        better: rule.better,
        case,
        shape: left[0].shape(),
        dtype: left[0].dtype,
        arguments: &arguments,
        steps: steps(&case.left, &arguments)?,
        floor: (1.0 + ulps(&case.right)).log2(),
        bounds: [None, None],
    };
    let elements = left[0].elements().zip(right[0].elements()).zip(truth[0].elements());
    for (i, ((l, r), t)) in elements.enumerate() {
        let values = [l, r, t].map(|s| s.to_f64());
        if p.dtype.is_float() && !values[0].is_finite() && values[1].is_finite() && values[2].is_finite() {
            found.wider |= p.all(&arguments, i, f64::is_finite);
        }
        if !p.counts(i) {
            continue;
        }
        found.points += 1;
        if !p.dtype.is_float() {
            // Integers and bools are compared as they are.
            if r.to_i128() != t.to_i128() {
                found.broken = Some(p.counterexample(i, "the right side has another value".into(), values));
                return Ok(found);
            }
            continue;
        }
        match p.verdict(i, values)? {
            Verdict::Kept => {}
            Verdict::Leaning => {
                let reason = "less accurate, and not finite where the left side is not".into();
                found.leaning.get_or_insert_with(|| p.counterexample(i, reason, values));
            }
            Verdict::Broken(reason) => {
                found.broken = Some(p.counterexample(i, reason, values));
                return Ok(found);
            }
        }
    }
    Ok(found)
}

fn arguments(case: &Instance, random: &mut Random, range: Range) -> Result<Vec<Value>, Error> {
    let rows = if case.elementwise { MANY_ROWS } else { FEW_ROWS };
    let mut arguments = vec![];
    for input in &case.inputs {
        let tensor = sample::tensor(random, range, input, rows);
        arguments.push(tensor.ok_or_else(|| Error::internal("an argument has no shape"))?);
    }
    // The last argument is there for its length.
    let last = case.left.body().args.last().and_then(|v| case.left.tensor(*v)).map(|t| t.shape[0].clone());
    let length = last.and_then(|d| d.eval(&|_| Some(rows)).ok()).and_then(|n| usize::try_from(n).ok());
    let length = length.unwrap_or(0);
    arguments.push(Value::new(DType::Bool, &[length], vec![Scalar::Bool(false); length])?);
    Ok(arguments)
}

/// The documented error of the ops of a program together.
fn ulps(func: &Func) -> f64 {
    let of = |o: &thn_ir::OpId| {
        let op = func.op(*o);
        // Ops that only move elements make no error.
        let computes = op.kind.row().cost > 0 && func.tensor(op.result()).is_some_and(|t| t.dtype.is_float());
        if computes { f64::from(op.kind.row().max_ulp) } else { 0.0 }
    };
    func.body().ops.iter().map(of).sum()
}

/// Every float that the left side computes on its way.
fn steps(func: &Func, arguments: &[Value]) -> Result<Vec<Value>, Error> {
    let mut all = func.clone();
    for op in func.body().ops.clone() {
        let result = func.op(op).result();
        if func.tensor(result).is_some_and(|t| t.dtype.is_float()) {
            all.add_result(result, Res::default());
        }
    }
    interpret(&all, arguments)
}

enum Verdict {
    Kept,
    Leaning,
    Broken(String),
}

struct Point<'a> {
    /// What is checked.
    class: Class,
    /// Whether the rule promises anything for NaN.
    keeps_nan: bool,
    better: bool,
    case: &'a Instance,
    /// Of the results.
    shape: &'a [usize],
    dtype: DType,
    arguments: &'a [Value],
    steps: Vec<Value>,
    /// Bits that the ops of the right side may be wrong by.
    floor: f64,
    /// Forward error bounds of both sides, once they are needed.
    bounds: [Option<Vec<f64>>; 2],
}

impl Point<'_> {
    /// Elements of a tensor that an element of the result may depend on.
    fn relevant(&self, tensor: &Value, i: usize) -> Vec<f64> {
        match tensor.elements().nth(i) {
            Some(x) if self.case.elementwise && tensor.shape() == self.shape => vec![x.to_f64()],
            _ => tensor.elements().map(|x| x.to_f64()).collect(),
        }
    }

    fn all(&self, tensors: &[Value], i: usize, test: fn(f64) -> bool) -> bool {
        tensors.iter().all(|t| self.relevant(t, i).into_iter().all(test))
    }

    /// Whether the promise of the class speaks of this point.
    fn counts(&self, i: usize) -> bool {
        let finite =
            || self.all(self.arguments, i, f64::is_finite) && self.all(&self.steps, i, f64::is_finite);
        match self.class {
            Class::Exact | Class::Accurate => true,
            Class::Finite | Class::Fast => finite(),
            // NaN from NaN, not from infinities that another order may avoid.
            Class::Reassoc => {
                let bounded = |tensors: &[Value]| self.all(tensors, i, |x| !x.is_infinite());
                finite()
                    || (self.keeps_nan && self.has_nan(i) && bounded(self.arguments) && bounded(&self.steps))
            }
        }
    }

    fn has_nan(&self, i: usize) -> bool {
        !self.all(self.arguments, i, |x| !x.is_nan())
    }

    fn verdict(&mut self, i: usize, [l, r, t]: [f64; 3]) -> Result<Verdict, Error> {
        let broken = |reason: &str| Ok(Verdict::Broken(reason.into()));
        if self.class == Class::Exact {
            let same = l.to_bits() == r.to_bits() || (l.is_nan() && r.is_nan());
            return if same { Ok(Verdict::Kept) } else { broken("the bits differ") };
        }
        if t.is_nan() {
            // At infinite arguments NaN may stand for a limit. Where elements have moved, it is not known which argument
            // an element belongs to.
            let infinite = !self.all(self.arguments, i, |x| !x.is_infinite());
            let limit = infinite && (!self.has_nan(i) || !self.case.elementwise);
            return if l.is_nan() && !r.is_nan() && !limit {
                broken("NaN is lost")
            } else {
                Ok(Verdict::Kept)
            };
        }
        if self.class == Class::Reassoc && self.has_nan(i) {
            return Ok(Verdict::Kept);
        }
        if l.is_finite() && t.is_finite() && !r.is_finite() {
            return broken("a finite result is lost");
        }
        let (left, right) = (bits_of_error(l, t, self.dtype), bits_of_error(r, t, self.dtype));
        // Without the slack two equal errors that were computed apart might differ.
        if right <= left.max(self.floor) + 1e-9 {
            return Ok(Verdict::Kept);
        }
        let error = (r - t).abs();
        if self.class == Class::Fast {
            let unit = 0.5f64.powi(self.dtype.precision() as i32);
            let fits = error <= FAST_ULPS * unit * t.abs();
            return if fits { Ok(Verdict::Kept) } else { broken("the relative error is too large") };
        }
        let factor = if self.class == Class::Reassoc { SAME_ORDER } else { 1.0 };
        let bound = self.bound(0, i)?;
        if error <= factor * bound && (bound.is_finite() || self.class == Class::Reassoc) {
            return Ok(Verdict::Kept);
        }
        if self.better && error <= self.bound(1, i)? && self.bound(1, i)?.is_finite() {
            return Ok(Verdict::Leaning);
        }
        broken(&format!("{right:.1} bits are wrong instead of {left:.1}, beyond the error bound {bound:e}"))
    }

    /// The forward error bound of the left (0) or right (1) side.
    fn bound(&mut self, side: usize, i: usize) -> Result<f64, Error> {
        if self.bounds[side].is_none() {
            let func = [&self.case.left, &self.case.right][side];
            let all = forward_error(func, self.arguments, self.class == Class::Reassoc)?;
            self.bounds[side] = all.first().map(|b| b.elements().copied().collect());
        }
        let bound = self.bounds[side].as_ref().and_then(|b| b.get(i).copied());
        bound.ok_or_else(|| Error::internal("an element without error bound"))
    }

    fn counterexample(&self, i: usize, reason: String, values: [f64; 3]) -> Counterexample {
        let shown: Vec<String> = self.arguments[..self.case.inputs.len()]
            .iter()
            .map(|t| {
                let elements = self.relevant(t, i);
                let more = if elements.len() > 6 { ", …" } else { "" };
                let first: Vec<String> = elements.iter().take(6).map(|x| format!("{x:?}")).collect();
                format!("[{}{more}]", first.join(", "))
            })
            .collect();
        let [left, right, truth] = values;
        let program = format!("{}becomes\n{}", self.case.left, self.case.right);
        Counterexample { program, arguments: shown.join(" "), left, right, truth, reason }
    }
}
