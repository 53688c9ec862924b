//! Runs both sides of a case and holds the results against a promise.
//!
//! Only where the sides differ is anything else computed: equal results keep every promise, whatever the truth is.

use crate::{
    found::Breach,
    instance::Instance,
    promise::{Fault, Found, Promise, relevant},
    reals,
    truths::{pick, truths},
};
use thn_eqsat::Class;
use thn_ir::{DType, Error, Func, Res, Scalar};
use thn_reference::{Format, Value, bits_of_error, forward_error_in, interpret_in};

/// Two bounds are of the same order within this factor.
const SAME_ORDER: f64 = 4.0;
/// The roundings that may lie between a finite result and the end of its format, which another order passes.
const END: f64 = 64.0;
/// What is in no order, as the terms of a fold, may pass the ends of the format in one order and not in another from this
/// part of the largest number on, and up to as many times the least normal one.
const NEAR_END: f64 = 1.0 / 4096.0;
/// What a `fast` rule may lose, in units of the last place.
const FAST_ULPS: f64 = 4096.0;
/// Points whose truths are computed together: a comparison in doubt at one raises the precision for all.
const CHUNK: usize = 64;

/// Runs both sides once, with floats rounded to `format` if there is one.
pub(crate) fn judge(
    promise: &Promise,
    case: &Instance,
    arguments: &[Value],
    format: Option<Format>,
) -> Result<Found, Error> {
    if promise.class == Class::Real {
        return reals::judge(promise, case, arguments, format);
    }
    let mut found = Found::default();
    let Ok(left) = interpret_in(&case.left, arguments, format) else {
        // A check of the call fails, such as the largest element of an empty dim: there is nothing to compare.
        return Ok(found);
    };
    let right = match interpret_in(&case.right, arguments, format) {
        Ok(right) => right,
        // Rules may refuse a dim without elements that the left side takes; see the README of the rules.
        Err(_) if arguments.iter().any(|a| a.data.is_empty()) => return Ok(found),
        Err(e) => return Err(e),
    };
    let class = promise.class_of(case);
    let dtype = left[0].dtype;
    let steps = match class {
        Class::Exact | Class::Accurate => vec![],
        _ => steps(&case.left, arguments, format)?,
    };
    let empty = arguments.iter().take(case.inputs.len()).chain(&steps).any(|t| t.data.is_empty());
    let mut p = Points {
        class,
        keeps_nan: promise.class != Class::Finite,
        better: promise.better,
        case,
        format,
        shape: left[0].shape(),
        dtype,
        arguments,
        steps,
        floor: (1.0 + ulps(&case.right)).log2(),
        empty,
        bounds: [None, None],
    };
    let mut open = vec![];
    for (i, (l, r)) in left[0].elements().zip(right[0].elements()).enumerate() {
        let counts = p.counts(i, *l);
        found.points += usize::from(counts);
        if same(*l, *r) {
            continue;
        }
        let (x, y) = (l.to_f64(), r.to_f64());
        let gains = dtype.is_float() && !x.is_finite() && y.is_finite();
        let gains = promise.better && gains && p.all(arguments, i, f64::is_finite);
        if counts || gains {
            open.push((i, *l, *r, counts, gains));
        }
    }
    for chunk in open.chunks(CHUNK) {
        let indices: Vec<usize> = chunk.iter().map(|o| o.0).collect();
        let truths = if class == Class::Exact {
            chunk.iter().map(|o| o.1).collect()
        } else {
            truths(case, &case.left, arguments, p.shape, &indices, format)?.0
        };
        for ((index, l, r, counts, gains), t) in chunk.iter().copied().zip(truths) {
            let values = [l, r, t].map(Scalar::to_f64);
            found.wider |= gains && values[2].is_finite();
            if !counts {
                continue;
            }
            let verdict = match dtype.is_float() {
                true => p.verdict(index, values)?,
                // Integers and bools are compared as they are.
                false if r.to_i128() == t.to_i128() => None,
                false => Some((Breach::Value, String::new())),
            };
            let Some((breach, detail)) = verdict.filter(|(b, _)| promise.waived != Some(*b)) else {
                continue;
            };
            let fault = Fault { index, shape: p.shape.to_vec(), breach, detail, values };
            if breach != Breach::NotWider {
                found.broken = Some(fault);
                return Ok(found);
            }
            found.leaning.get_or_insert(fault);
        }
    }
    Ok(found)
}

/// Whether two results are the same: NaN is NaN, and zeros have signs.
fn same(l: Scalar, r: Scalar) -> bool {
    match (l, r) {
        (Scalar::Float(l), Scalar::Float(r)) => l.to_bits() == r.to_bits() || (l.is_nan() && r.is_nan()),
        _ => l == r,
    }
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
fn steps(func: &Func, arguments: &[Value], format: Option<Format>) -> Result<Vec<Value>, Error> {
    let mut all = func.clone();
    for op in func.body().ops.clone() {
        let result = func.op(op).result();
        if func.tensor(result).is_some_and(|t| t.dtype.is_float()) {
            all.add_result(result, Res::default());
        }
    }
    interpret_in(&all, arguments, format)
}

/// What is broken, and details of it.
type Verdict = Option<(Breach, String)>;

struct Points<'a> {
    /// What is checked.
    class: Class,
    /// Whether the rule promises anything for NaN.
    keeps_nan: bool,
    better: bool,
    case: &'a Instance,
    format: Option<Format>,
    /// Of the results.
    shape: &'a [usize],
    dtype: DType,
    arguments: &'a [Value],
    steps: Vec<Value>,
    /// Bits that the ops of the right side may be wrong by.
    floor: f64,
    /// Whether something has no elements: a fold over none is what it is, whatever the arguments are.
    empty: bool,
    /// Forward error bounds of both sides for all elements, once they are needed.
    bounds: [Option<Vec<f64>>; 2],
}

impl Points<'_> {
    /// Whether all elements of tensors that an element of the result may depend on pass a test.
    fn all(&self, tensors: &[Value], i: usize, test: fn(f64) -> bool) -> bool {
        tensors.iter().all(|t| relevant(t, i, self.case, self.shape).iter().all(|x| test(x.to_f64())))
    }

    /// Whether the promise of the class speaks of this point, where the left side is `left`.
    fn counts(&self, i: usize, left: Scalar) -> bool {
        let finite =
            || self.all(self.arguments, i, f64::is_finite) && self.all(&self.steps, i, f64::is_finite);
        let of_none = self.empty && left.to_f64().is_finite();
        match self.class {
            Class::Exact | Class::Accurate | Class::Real => true,
            Class::Fast => finite(),
            Class::Finite => finite() || of_none,
            // NaN from NaN, not from infinities that another order may avoid.
            Class::Reassoc => {
                let bounded = |tensors: &[Value]| self.all(tensors, i, |x| !x.is_infinite());
                let defined = || left.to_f64().is_finite() && self.all(self.arguments, i, f64::is_finite);
                finite()
                    || of_none
                    || defined()
                    || (self.keeps_nan && self.has_nan(i) && bounded(self.arguments) && bounded(&self.steps))
            }
        }
    }

    fn has_nan(&self, i: usize) -> bool {
        !self.all(self.arguments, i, |x| !x.is_nan())
    }

    fn verdict(&mut self, i: usize, [l, r, t]: [f64; 3]) -> Result<Verdict, Error> {
        let broken = |breach: Breach| Ok(Some((breach, String::new())));
        if self.class == Class::Exact {
            return broken(Breach::Bits);
        }
        if t.is_nan() {
            // At infinite arguments NaN may stand for a limit. Where elements have moved, it is not known which argument
            // an element belongs to.
            let infinite = !self.all(self.arguments, i, |x| !x.is_infinite());
            let limit = infinite && (!self.has_nan(i) || !self.case.elementwise);
            return if l.is_nan() && !r.is_nan() && !limit { broken(Breach::NanLost) } else { Ok(None) };
        }
        if self.class == Class::Reassoc && self.has_nan(i) && !self.empty {
            return Ok(None);
        }
        let format = self.format.unwrap_or_else(|| self.dtype.into());
        if self.class == Class::Reassoc && self.near_end(i, r, t, format) {
            return Ok(None);
        }
        if l.is_finite() && t.is_finite() && !r.is_finite() {
            return broken(Breach::FiniteLost);
        }
        if !l.is_nan() && r.is_nan() {
            return broken(Breach::Undefined);
        }
        // A result that rounds to infinity is no further from the largest number than one that is not quite as large.
        let overflows = t.is_infinite() && self.all(self.arguments, i, f64::is_finite);
        let end = |x: f64| if overflows && x.is_infinite() { format.max().copysign(x) } else { x };
        let [l, r, t] = [l, r, t].map(end);
        let (left, right) = (bits_of_error(l, t, format), bits_of_error(r, t, format));
        // Without the slack two equal errors that were computed apart might differ.
        if right <= left.max(self.floor) + 1e-9 {
            return Ok(None);
        }
        let error = (r - t).abs();
        // Between zero and a tiny truth lie more numbers than between that and 1.
        if error <= (l - t).abs() {
            return Ok(None);
        }
        if self.class == Class::Fast {
            let fits = error <= FAST_ULPS * format.epsilon() / 2.0 * t.abs();
            return if fits { Ok(None) } else { broken(Breach::Relative) };
        }
        // Below the normal numbers digits go whatever the order is.
        if self.class == Class::Reassoc && t.abs() < format.min_normal() {
            return Ok(None);
        }
        let factor = if self.class == Class::Reassoc { SAME_ORDER } else { 1.0 };
        let bound = self.bound(0, i)?;
        if error <= factor * bound && (bound.is_finite() || self.class == Class::Reassoc) {
            return Ok(None);
        }
        let detail =
            format!("{right:.1} bits are wrong instead of {left:.1}, beyond the error bound {bound:e}");
        let own = self.better && error <= self.bound(1, i)? && self.bound(1, i)?.is_finite();
        Ok(Some((if own { Breach::NotWider } else { Breach::Error }, detail)))
    }

    /// Whether a result may differ because another rounding passes the end of the format where the first one just does
    /// not, or because another order of what has none does.
    fn near_end(&self, i: usize, r: f64, t: f64, format: Format) -> bool {
        let rounds =
            r == f64::INFINITY.copysign(t) && t.abs() >= format.max() * (1.0 - END * format.epsilon());
        let within = |t: &Value| {
            let format = self.format.unwrap_or_else(|| t.dtype.into());
            let sizes = format.min_normal() / NEAR_END..=format.max() * NEAR_END;
            let all = relevant(t, i, self.case, self.shape);
            !t.dtype.is_float()
                || all.iter().map(|x| x.to_f64().abs()).all(|x| x == 0.0 || sizes.contains(&x))
        };
        rounds || self.case.unordered && !self.empty && !self.arguments.iter().chain(&self.steps).all(within)
    }

    /// The forward error bound of the left (0) or right (1) side.
    fn bound(&mut self, side: usize, i: usize) -> Result<f64, Error> {
        let func = [&self.case.left, &self.case.right][side];
        let reordered = self.class == Class::Reassoc;
        let missing = || Error::internal("an element without error bound");
        if let Some(point) = pick(self.case, self.arguments, self.shape, &[i]) {
            // Alone: a comparison in doubt anywhere makes all bounds infinite.
            let all = forward_error_in(func, &point, reordered, self.format)?;
            return all.first().and_then(|b| b.elements().next().copied()).ok_or_else(missing);
        }
        if self.bounds[side].is_none() {
            let all = forward_error_in(func, self.arguments, reordered, self.format)?;
            self.bounds[side] = all.first().map(|b| b.elements().copied().collect());
        }
        self.bounds[side].as_ref().and_then(|b| b.get(i).copied()).ok_or_else(missing)
    }
}
