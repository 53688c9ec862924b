//! Programs in high precision: the truth that compiled and optimised programs are measured against.
//!
//! Floats are real numbers from the first op to the last, and each result is rounded once: a cast to f32 inside a
//! program does not round. Elementwise ops follow their `formula`; softmax and its relatives are computed as in a
//! textbook. Integers and bools are computed as everywhere.
//!
//! The precision is raised until every result is decided; see [`Truth::decided`].

use crate::{
    Big, Format, Reals, Tensor, Value, native, real,
    run::{Elements, run},
};
use std::cmp::Ordering;
use thn_ir::{DType, Error, Func, OpData, OpKind, Scalar};

/// Working precisions that are tried in turn. The last holds any sum of two f64 numbers exactly, with room for one
/// more rounding.
pub const PRECISIONS: [usize; 3] = [128, 640, 2304];

/// An element: floats as balls, everything else as it is.
#[derive(Clone, Debug)]
pub enum Cell {
    /// An integer or a bool.
    Whole(Scalar),
    /// A float.
    Real(Big),
}

/// The results of a program, correctly rounded.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The results, in order.
    pub values: Vec<Value>,
    /// Whether every rounding and every comparison on the way was decided by the error bounds. It cannot be where a
    /// true value lies on a boundary that no finite precision resolves, such as √2·√2 against 2; then the most
    /// precise computation decides.
    pub decided: bool,
}

/// Runs a program in high precision, as high as its results need.
pub fn evaluate(func: &Func, inputs: &[Value]) -> Result<Truth, Error> {
    evaluate_in(func, inputs, None)
}

/// [`evaluate`] with float results rounded to a format, if there is one, instead of to their own types.
pub fn evaluate_in(func: &Func, inputs: &[Value], format: Option<Format>) -> Result<Truth, Error> {
    let mut last = Err(Error::internal("no precision to compute with"));
    for precision in PRECISIONS {
        match evaluate_at(precision, func, inputs, format)? {
            Attempt::Rounded(results) => {
                let decided = results.iter().all(|(_, open)| open.is_empty());
                last = Ok(Truth { values: results.into_iter().map(|(value, _)| value).collect(), decided });
                if decided {
                    break;
                }
            }
            Attempt::InDoubt(error) => last = Err(error),
        }
    }
    last
}

/// What one precision says of a program.
pub enum Attempt {
    /// The results, rounded, each with the elements that an error bound or a comparison on the way does not decide.
    Rounded(Vec<(Value, Vec<usize>)>),
    /// The program fails, which may be because a comparison was in doubt: an index that came from it may be outside of
    /// its dim.
    InDoubt(Error),
}

/// [`evaluate_in`] at one precision.
pub fn evaluate_at(
    precision: usize,
    func: &Func,
    inputs: &[Value],
    format: Option<Format>,
) -> Result<Attempt, Error> {
    let attempt = Reals::with(precision, |reals| {
        let rounded = evaluate_with(reals, func, inputs).map(|tensors| round_in(reals, &tensors, format));
        (rounded, reals.take_doubt())
    });
    let (rounded, doubt) = attempt.ok_or_else(|| Error::internal("no constants to compute with"))?;
    match rounded {
        Ok(results) if doubt => {
            let open = |(value, _): (Value, _)| {
                let all = (0..value.data.len()).collect();
                (value, all)
            };
            Ok(Attempt::Rounded(results.into_iter().map(open).collect()))
        }
        Ok(results) => Ok(Attempt::Rounded(results)),
        Err(e) if doubt => Ok(Attempt::InDoubt(e)),
        Err(e) => Err(e),
    }
}

/// Runs a program at one precision. Whether comparisons were in doubt is [`Reals::take_doubt`].
pub fn evaluate_with(reals: &mut Reals, func: &Func, inputs: &[Value]) -> Result<Vec<Tensor<Cell>>, Error> {
    run(reals, func, inputs)
}

/// Rounds tensors to their element types; false if an error bound does not decide an element.
pub fn round(reals: &mut Reals, tensors: &[Tensor<Cell>]) -> (Vec<Value>, bool) {
    let results = round_in(reals, tensors, None);
    let all = results.iter().all(|(_, open)| open.is_empty());
    (results.into_iter().map(|(value, _)| value).collect(), all)
}

/// Tensors rounded to a format, or to their element types, each with the elements that no error bound decides.
fn round_in(reals: &mut Reals, tensors: &[Tensor<Cell>], format: Option<Format>) -> Vec<(Value, Vec<usize>)> {
    tensors
        .iter()
        .map(|t| {
            let (mut index, mut open) = (0, vec![]);
            let data = t.data.mapv(|cell| {
                let (scalar, decided) = match (&cell, format) {
                    (Cell::Real(x), Some(format)) if t.dtype.is_float() => {
                        let (x, decided) = reals.nearest(x, format);
                        (Scalar::Float(x), decided)
                    }
                    _ => rounded(reals, &cell, t.dtype),
                };
                if !decided {
                    open.push(index);
                }
                index += 1;
                scalar
            });
            (Tensor { dtype: t.dtype, data }, open)
        })
        .collect()
}

/// An element as one of `dtype`, and whether its error bound decides it.
pub(crate) fn rounded(reals: &mut Reals, cell: &Cell, dtype: DType) -> (Scalar, bool) {
    match cell {
        Cell::Whole(s) => (*s, true),
        Cell::Real(x) => reals.scalar_near(x, dtype),
    }
}

/// An element as a real number; bools are 0 and 1.
fn real_of(reals: &Reals, cell: &Cell) -> Big {
    match cell {
        Cell::Real(x) => x.clone(),
        Cell::Whole(Scalar::Float(x)) => reals.number(*x),
        Cell::Whole(other) => reals.integer(other.to_i128()),
    }
}

/// An elementwise op on single elements, floats through its formula.
pub(crate) fn apply(
    reals: &mut Reals,
    kind: OpKind,
    attrs: &thn_ir::Attrs,
    dtype: DType,
    args: &[&Cell],
) -> Result<Cell, Error> {
    match (kind, args) {
        (OpKind::Select, [Cell::Whole(c), x, y]) => {
            return Ok(if c.to_i128() != 0 { (*x).clone() } else { (*y).clone() });
        }
        (OpKind::Cast, [Cell::Real(x)]) => {
            if dtype.is_float() {
                return Ok(Cell::Real(x.clone()));
            }
            let (whole, decided) = reals.scalar_near(x, dtype);
            reals.doubt_unless(decided);
            return Ok(Cell::Whole(whole));
        }
        _ => {}
    }
    let wholes: Vec<Scalar> =
        args.iter().filter_map(|a| if let Cell::Whole(s) = a { Some(*s) } else { None }).collect();
    if wholes.len() == args.len() && !dtype.is_float() {
        return native::apply(kind, attrs, dtype, &wholes).map(Cell::Whole);
    }
    let formula = kind.row().formula.ok_or_else(|| Error::internal("has no formula"))?;
    let numbers: Vec<Big> = args.iter().map(|a| real_of(reals, a)).collect();
    let value = real::evaluate(reals, &formula, &numbers)?;
    if dtype.is_float() {
        let turned = value.is_about_zero() && {
            let near: Vec<Scalar> = args.iter().map(|a| rounded(reals, a, DType::F64).0).collect();
            matches!(native::apply(kind, attrs, dtype, &near), Ok(Scalar::Float(x))
                if x == 0.0 && x.is_sign_negative() != value.is_sign_negative())
        };
        // Formulas speak of real numbers, which have one zero: exp(x) - 1 is +0 at both. Its sign is that of the op.
        return Ok(Cell::Real(if turned { reals.neg(&value) } else { value }));
    }
    let (whole, decided) = reals.scalar_near(&value, dtype);
    reals.doubt_unless(decided);
    Ok(Cell::Whole(whole))
}

impl Elements for Reals {
    type Element = Cell;

    fn expands(&self, _: OpKind) -> bool {
        false
    }

    fn of(&mut self, scalar: Scalar) -> Cell {
        match scalar {
            Scalar::Float(x) => Cell::Real(self.number(x)),
            other => Cell::Whole(other),
        }
    }

    fn integer(&self, element: &Cell) -> Option<i128> {
        match element {
            Cell::Whole(s) => Some(s.to_i128()),
            Cell::Real(_) => None,
        }
    }

    fn map(&mut self, op: &OpData, dtype: DType, args: &[&Cell]) -> Result<Cell, Error> {
        apply(self, op.kind, &op.attrs, dtype, args)
    }

    fn fold(&mut self, combine: OpKind, start: Scalar, dtype: DType, lane: &[Cell]) -> Result<Cell, Error> {
        let attrs = thn_ir::Attrs::new();
        let start = self.of(start);
        lane.iter().try_fold(start, |a, x| apply(self, combine, &attrs, dtype, &[&a, x]))
    }

    fn dot(&mut self, dtype: DType, x: &[Cell], y: &[Cell]) -> Result<Cell, Error> {
        let attrs = thn_ir::Attrs::new();
        let zero = self.of(Scalar::Float(0.0).cast(dtype));
        x.iter().zip(y).try_fold(zero, |sum, (x, y)| {
            let product = apply(self, OpKind::Mul, &attrs, dtype, &[x, y])?;
            apply(self, OpKind::Add, &attrs, dtype, &[&sum, &product])
        })
    }

    fn argmax(&mut self, lane: &[Cell]) -> usize {
        let mut best = 0;
        for (i, cell) in lane.iter().enumerate() {
            let (a, b) = (real_of(self, &lane[best]), real_of(self, cell));
            if a.is_nan() {
                break;
            }
            if b.is_nan() || self.compare(&b, &a) == Some(Ordering::Greater) {
                best = i;
            }
        }
        best
    }

    fn lane(&mut self, kind: OpKind, _: DType, lane: &[Cell]) -> Result<Vec<Cell>, Error> {
        let numbers: Vec<Big> = lane.iter().map(|c| real_of(self, c)).collect();
        let sum = |r: &mut Reals, xs: &[Big]| {
            let zero = r.integer(0);
            xs.iter().fold(zero, |a, x| r.add(&a, x))
        };
        if kind == OpKind::Mean {
            let total = sum(self, &numbers);
            let count = self.integer(numbers.len() as i128);
            return Ok(vec![Cell::Real(self.div(&total, &count))]);
        }
        if kind == OpKind::Norm {
            let squares: Vec<Big> = numbers.iter().map(|x| self.mul(x, x)).collect();
            let total = sum(self, &squares);
            return Ok(vec![Cell::Real(self.sqrt(&total))]);
        }
        let powers: Vec<Big> = numbers.iter().map(|x| self.exp(x)).collect();
        let total = sum(self, &powers);
        let out = match kind {
            OpKind::LogSumExp => vec![self.log(&total)],
            OpKind::Softmax => powers.iter().map(|p| self.div(p, &total)).collect(),
            OpKind::LogSoftmax => {
                let ratios: Vec<Big> = powers.iter().map(|p| self.div(p, &total)).collect();
                ratios.iter().map(|p| self.log(p)).collect()
            }
            _ => return Err(Error::unsupported(format!("{kind:?} has no textbook definition here"))),
        };
        Ok(out.into_iter().map(Cell::Real).collect())
    }
}
