//! Whether an optimized program is worse than the program it came from, judged by the truth.
//!
//! The truth is the original program in high precision. At each element the errors of both programs are counted in
//! bits. The optimized one may have as many as the original, and where both are inside of the forward error bound of
//! the original they are equally good: which of two roundings is luckier says nothing.

use crate::shrink::part;
use std::collections::BTreeMap;
use thn_ir::{Builder, DType, Error, Func, Loc, OpKind, Res, Scalar, Value, expand::expand_where};
use thn_reference::{Tensor, Value as Input, bits_of_error, exact, forward_error, interpret};

/// Rows promise errors of at most this many units in the last place.
fn largest_ulp() -> f64 {
    OpKind::ALL.into_iter().map(|k| k.row().max_ulp).max().map_or(1.0, f64::from)
}

/// What part of the largest number is so near to overflow that other roundings overflow.
const EDGE: f64 = 0.999;

/// What a rewrite may assume and change.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Mode {
    /// Values are finite: points where the original program meets others are not judged.
    pub(crate) finite: bool,
    /// Sums and products may be reordered.
    pub(crate) reassociated: bool,
    /// Sums are kept in the precision of their results on the way, and may overflow there; other roundings may lie on the
    /// other side of the edge of overflow.
    pub(crate) compiled: bool,
}

/// What is found at one point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// Elements that were judged.
    pub(crate) elements: usize,
    /// Bits of error of the original and of the optimized program, summed.
    pub(crate) bits: [f64; 2],
    /// Elements that lost accuracy to a form that overflows less.
    pub(crate) traded: usize,
    /// What is worse than allowed.
    pub(crate) failures: Vec<(usize, String)>,
    /// Why nothing was judged.
    pub(crate) skipped: Option<&'static str>,
}

/// Results that are computed once per point and serve every optimized program.
pub(crate) struct Point<'a> {
    func: &'a Func,
    inputs: &'a [Input],
    original: Vec<Input>,
    truth: exact::Truth,
    /// All values of the body are finite.
    finite: bool,
    /// Some input or value of the body is infinite: a pole, whose sign is that of a zero.
    infinite: bool,
    bounds: BTreeMap<(bool, bool), Vec<Tensor<f64>>>,
    /// The results with every zero on the way of one sign: positive, then negative.
    signed: Option<[Vec<Input>; 2]>,
}

/// The float values of the body: what rules of class `finite` speak of.
fn intermediates(func: &Func) -> Func {
    let mut all = func.clone();
    let values: Vec<Value> = func.body().ops.iter().flat_map(|op| func.op(*op).results.to_vec()).collect();
    for value in values {
        all.add_result(value, Res::default());
    }
    all
}

/// Whether `after` has more ops than `before` that shift by a largest element before they exponentiate, or has them and
/// exponentiates less without.
fn shifts_more(before: &Func, after: &Func) -> bool {
    let shifts =
        |k: OpKind| matches!(k, OpKind::Softmax | OpKind::LogSoftmax | OpKind::LogSumExp | OpKind::LogAddExp);
    let count = |func: &Func, of: &dyn Fn(OpKind) -> bool| {
        func.walk(Func::BODY).into_iter().filter(|op| of(func.op(*op).kind)).count()
    };
    let (old, new) = (count(before, &shifts), count(after, &shifts));
    let exps = |func| count(func, &|k| k == OpKind::Exp);
    new > old || (new > 0 && exps(after) < exps(before))
}

/// Whether a program folds elements in floating point.
fn folds(func: &Func) -> bool {
    let adds =
        |k: OpKind| matches!(k, OpKind::Sum | OpKind::Mean | OpKind::Prod | OpKind::Dot | OpKind::BatchedDot);
    func.walk(Func::BODY)
        .into_iter()
        .map(|op| func.op(op))
        .any(|op| adds(op.kind) && func.tensor(op.result()).is_some_and(|t| t.dtype.is_float()))
}

/// Whether a program multiplies the elements of a tensor of floats.
fn multiplies(func: &Func) -> bool {
    let ops = func.walk(Func::BODY).into_iter().map(|op| func.op(op));
    ops.into_iter()
        .any(|op| op.kind == OpKind::Prod && func.tensor(op.result()).is_some_and(|t| t.dtype.is_float()))
}

/// The program with the sign of every zero among its arguments and on its way made positive, or negative.
fn with_one_zero(func: &Func, negative: bool) -> Result<Func, Error> {
    let mut all = func.clone();
    let mut blocks = vec![Func::BODY];
    for op in func.walk(Func::BODY) {
        blocks.extend(&func.op(op).regions);
    }
    for block in blocks {
        let args = func.block(block).args.iter().map(|v| (None, *v));
        let ops = func.block(block).ops.iter();
        let made: Vec<_> =
            args.chain(ops.flat_map(|op| func.op(*op).results.iter().map(|v| (Some(*op), *v)))).collect();
        for (op, value) in made {
            let Some(ty) = func.tensor(value).filter(|t| t.dtype.is_float()) else { continue };
            let ops = &all.block(block).ops;
            let at = op.and_then(|op| ops.iter().position(|o| *o == op)).map_or(0, |i| i + 1);
            let before = ops.len();
            let mut b = Builder::new(&mut all, block, Loc::Unknown);
            let zero = b.number(ty.dtype, 0.0)?;
            // -0 + 0 is 0, and every other number is what it was.
            let turned = if negative { b.map(OpKind::Neg, &[value])? } else { value };
            let sum = b.map(OpKind::Add, &[turned, zero])?;
            let result = if negative { b.map(OpKind::Neg, &[sum])? } else { sum };
            let added = all.block(block).ops[before..].to_vec();
            all.block_mut(block).ops[at..].rotate_right(added.len());
            all.replace_uses(value, result);
            // The op after the constant reads the value as it was.
            all.op_mut(added[1]).operands[0] = value;
        }
    }
    Ok(all)
}

/// Whether some op of the body makes a NaN of operands that have none.
fn has_indeterminate_form(func: &Func, inputs: &[Input]) -> Result<bool, Error> {
    let kept = func.body().results.len();
    let all = interpret(&intermediates(func), inputs)?;
    let mut values: BTreeMap<Value, &Input> = func.body().args.iter().copied().zip(inputs).collect();
    let ops = func.body().ops.iter().map(|op| func.op(*op));
    values.extend(ops.clone().flat_map(|op| op.results.iter().copied()).zip(&all[kept..]));
    let is_nan = |v: &Value| {
        values.get(v).is_some_and(|v| v.dtype.is_float() && v.elements().any(|x| x.to_f64().is_nan()))
    };
    Ok(ops.into_iter().any(|op| op.results.iter().any(is_nan) && !op.operands.iter().any(is_nan)))
}

fn is_finite(value: &Input) -> bool {
    !value.dtype.is_float() || value.elements().all(|x| x.to_f64().is_finite())
}

impl<'a> Point<'a> {
    /// An error if the program fails on these inputs; then no rewrite is asked to succeed.
    pub(crate) fn new(func: &'a Func, inputs: &'a [Input]) -> Result<Point<'a>, Error> {
        let all = interpret(&intermediates(func), inputs)?;
        let finite = inputs.iter().chain(&all).all(is_finite);
        let infinite = inputs.iter().chain(&all).any(|v| v.elements().any(|x| x.to_f64().is_infinite()));
        let original = all[..func.results.len()].to_vec();
        let truth = exact::evaluate(func, inputs)?;
        Ok(Point { func, inputs, original, truth, finite, infinite, bounds: BTreeMap::new(), signed: None })
    }

    /// Whether all values of the program are finite here.
    pub(crate) fn is_finite(&self) -> bool {
        self.finite
    }

    /// What the program promises; compiled code has the errors of the parts of composite ops.
    fn bound(&mut self, mode: Mode) -> Result<&[Tensor<f64>], Error> {
        let key = (mode.reassociated, mode.compiled);
        if !self.bounds.contains_key(&key) {
            let mut func = self.func.clone();
            if mode.compiled {
                expand_where(&mut func, &|kind| kind.row().is_elementwise())?;
                func = func.compact();
            }
            self.bounds.insert(key, forward_error(&func, self.inputs, mode.reassociated)?);
        }
        Ok(&self.bounds[&key])
    }

    /// Whether the program itself gives `found` if its zeros have another sign: NaN for the sum of two poles, the other
    /// infinity for a pole, the other side of a cut.
    fn hangs_on_zeros(&mut self, result: usize, at: usize, found: f64) -> Result<bool, Error> {
        if self.signed.is_none() {
            let of = |negative| interpret(&with_one_zero(self.func, negative)?, self.inputs);
            self.signed = Some([of(false)?, of(true)?]);
        }
        let element = |all: &Vec<Input>| all[result].elements().nth(at).map(|x| x.to_f64());
        let same = |x: f64| x == found || (x.is_nan() && found.is_nan());
        Ok(self.signed.iter().flatten().filter_map(element).any(same))
    }

    /// Whether an indeterminate form of infinite operands is on the way to a result: it may become its limit, which a test
    /// for NaN then sees.
    fn hangs_on_limits(&self, result: usize) -> Result<bool, Error> {
        Ok(self.infinite && has_indeterminate_form(&part(self.func, &[result]), self.inputs)?)
    }

    /// Judges the results of another program for the same inputs. `after` is that program, if the rules made it.
    pub(crate) fn judge(
        &mut self,
        results: &[Input],
        mode: Mode,
        after: Option<&Func>,
    ) -> Result<Verdict, Error> {
        let mut verdict = Verdict::default();
        let stabilized = after.filter(|after| shifts_more(self.func, after));
        if mode.finite && !self.finite {
            verdict.skipped = Some("a value is not finite");
            return Ok(verdict);
        }
        if !self.truth.decided {
            verdict.skipped = Some("the truth hangs on a comparison of equals");
            return Ok(verdict);
        }
        for (i, found) in results.iter().enumerate() {
            let (original, truth) = (self.original[i].clone(), self.truth.values[i].clone());
            if found.dtype != original.dtype || found.shape() != original.shape() {
                verdict.failures.push((i, format!("result {i} has another type or shape")));
                continue;
            }
            let dtype = found.dtype;
            for (at, ((a, b), t)) in
                original.elements().zip(found.elements()).zip(truth.elements()).enumerate()
            {
                // Whole numbers of 64 bits are more than an f64 holds.
                let whole = |x: &Scalar| if dtype.is_float() || x == t { 0.0 } else { 64.0 };
                let wholes = (whole(a), whole(b));
                let (a, b, t) = (a.to_f64(), b.to_f64(), t.to_f64());
                // inf - inf may become the limit: the set of finite results may grow. And a zero may change its sign,
                // with it that of an infinite quotient.
                if (t.is_nan() && self.infinite) || (t.is_infinite() && b.is_infinite()) {
                    continue;
                }
                let (old, new) = match dtype.is_float() {
                    true => (bits_of_error(a, t, dtype), bits_of_error(b, t, dtype)),
                    false => wholes,
                };
                let worse = new > old && !self.excused(i, at, b, t, dtype, mode)?;
                if worse && (self.hangs_on_zeros(i, at, b)? || self.hangs_on_limits(i)?) {
                    continue;
                }
                verdict.elements += 1;
                verdict.bits[0] += old;
                verdict.bits[1] += new;
                if worse {
                    // exp(x) / sum(exp(x)) overflows, and softmax does not; but it rounds x - max(x), which costs
                    // as many ulps as that number is large. The wider finite set comes first, and what it costs is
                    // what softmax itself promises.
                    if let Some(after) = stabilized {
                        let own = forward_error(after, self.inputs, mode.reassociated)?;
                        if own[i].data.iter().nth(at).is_some_and(|r| (b - t).abs() <= *r) {
                            verdict.traded += 1;
                            continue;
                        }
                    }
                    let message = format!(
                        "result {i} element {at}: {new:.1} bits of error instead of {old:.1}: {b:e} instead of {a:e}, \
                         the truth is {t:e}"
                    );
                    verdict.failures.push((i, message));
                }
            }
        }
        Ok(verdict)
    }

    /// Whether a value is as close to the truth as the original program promises to be.
    fn excused(
        &mut self,
        result: usize,
        at: usize,
        found: f64,
        truth: f64,
        dtype: DType,
        mode: Mode,
    ) -> Result<bool, Error> {
        if !dtype.is_float() {
            // A comparison that rounding may turn has no bound; an exact integer op has bound 0.
            return Ok(self.bound(mode)?[result].data.iter().any(|r| r.is_infinite()));
        }
        // In another order a product may vanish before it meets an infinity.
        if mode.compiled && found.is_nan() && truth.is_infinite() && multiplies(&part(self.func, &[result])) {
            return Ok(true);
        }
        let radius = self.bound(mode)?[result].data.iter().nth(at).copied().unwrap_or(0.0);
        if radius.is_infinite() {
            // Behind a possible overflow the original promises nothing, but what it can keep finite must stay so.
            let kept = truth.is_finite() && found.is_finite();
            let largest = if dtype == DType::F32 { f64::from(f32::MAX) } else { f64::MAX };
            let at_edge =
                found.is_infinite() && found.signum() == truth.signum() && truth.abs() > EDGE * largest;
            return Ok(kept || (mode.compiled && (at_edge || folds(&part(self.func, &[result])))));
        }
        let ulp = match dtype {
            DType::F32 => f64::from((truth as f32).abs().next_up()) - f64::from((truth as f32).abs()),
            _ => truth.abs().next_up() - truth.abs(),
        };
        Ok((found - truth).abs() <= radius + largest_ulp() * ulp)
    }
}
