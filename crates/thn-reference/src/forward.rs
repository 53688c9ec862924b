//! How wrong a program may be: bounds on its forward error at one point, by running error analysis.
//!
//! The program runs in high precision, and every op adds to the ball of its result what rounding that result may cost
//! in the element type, times the `max_ulp` of its row. Balls carry these errors through all later ops.

use crate::{
    Format, Reals, Tensor, Value,
    big::Bound,
    exact::{self, Cell},
    run::{Elements, run},
};
use std::cell::Cell as StdCell;
use thn_ir::{Attrs, DType, Error, Func, OpData, OpKind, Scalar, Semantics};

/// Bits to compute with: far more than the errors that are analysed.
const PRECISION: usize = 640;

/// Bounds on |computed - true| for every element of every result; infinite where nothing is known, as behind a
/// comparison that rounding may turn.
///
/// With `reassociated`, the bounds hold for every order of the sums and products of the program: a sum may lose the
/// rounding of its operands, not just of its result.
pub fn forward_error(func: &Func, inputs: &[Value], reassociated: bool) -> Result<Vec<Tensor<f64>>, Error> {
    forward_error_in(func, inputs, reassociated, None)
}

/// [`forward_error`] of [`crate::interpret_in`]: with a format, every float is rounded to that instead of to its own
/// type.
pub fn forward_error_in(
    func: &Func,
    inputs: &[Value],
    reassociated: bool,
    format: Option<Format>,
) -> Result<Vec<Tensor<f64>>, Error> {
    let analysed = Reals::with(PRECISION, |reals| {
        let mut rounded = Rounded { reals, reassociated, format, moved: StdCell::new(false) };
        let tensors = run(&mut rounded, func, inputs);
        (tensors, rounded.moved.get())
    });
    let (tensors, moved) = analysed.ok_or_else(|| Error::internal("no constants to compute with"))?;
    let radius = |element: &Element| match &element.cell {
        _ if moved || element.doubt => f64::INFINITY,
        Cell::Whole(_) => 0.0,
        Cell::Real(x) => x.radius(),
    };
    Ok(tensors?.iter().map(|t| Tensor { dtype: t.dtype, data: t.data.map(radius) }).collect())
}

/// Whether an op is a logarithm of a sum of exponentials.
fn is_log_sum(kind: OpKind) -> bool {
    matches!(kind, OpKind::LogSumExp | OpKind::LogSoftmax)
}

/// A number, and whether it depends on a comparison that rounding may turn.
#[derive(Clone)]
struct Element {
    cell: Cell,
    doubt: bool,
}

struct Rounded<'a> {
    reals: &'a mut Reals,
    reassociated: bool,
    format: Option<Format>,
    /// Whether a number in doubt has chosen an element or a number of rounds.
    moved: StdCell<bool>,
}

impl Rounded<'_> {
    /// A result of elements: in doubt if one of them is, or if its own computation was.
    fn after<'e>(&mut self, cell: Cell, of: impl IntoIterator<Item = &'e Element>) -> Element {
        let own = self.reals.take_doubt();
        Element { cell, doubt: own || of.into_iter().any(|e| e.doubt) }
    }

    /// A float element with the error of rounding a number of `size`, `ulps` times.
    fn blurred(&self, cell: Cell, dtype: DType, ulps: f64, size: Bound) -> Cell {
        let Cell::Real(x) = cell else { return cell };
        if x.is_nan() || x.is_infinite() {
            return Cell::Real(x);
        }
        let Format { precision: bits, least, largest, .. } = self.format.unwrap_or_else(|| dtype.into());
        let size = size.plus(x.magnitude()).plus(x.error);
        if !size.below(largest) {
            return Cell::Real(x.blurred(Bound::Unknown));
        }
        let ulp = size.scaled(1 - bits).max(Bound::power(least));
        // Exact zeros stay: no op rounds to 0 what is 0.
        if size == Bound::Exact {
            return Cell::Real(x);
        }
        Cell::Real(x.blurred(ulp.times(Bound::of(ulps))))
    }

    fn size(cell: &Cell) -> Bound {
        match cell {
            Cell::Real(x) => x.magnitude(),
            Cell::Whole(_) => Bound::Exact,
        }
    }

    /// The size of what is rounded where a logarithm of a sum of exponentials is computed, for each of its results: with
    /// m the largest element and d = x - m, the rest of the sum, whose terms exp(d) have errors of 1 + |d| roundings, and
    /// m or d, which its logarithm is added to.
    fn log_sum_sizes(&mut self, kind: OpKind, lane: &[Cell]) -> Result<Vec<Bound>, Error> {
        let attrs = Attrs::new();
        let mut largest = Elements::of(self.reals, Scalar::Float(f64::NEG_INFINITY));
        for x in lane {
            largest = exact::apply(self.reals, OpKind::Maximum, &attrs, DType::F64, &[&largest, x])?;
        }
        let (mut rest, mut distances) = (Bound::Exact, vec![]);
        for x in lane {
            let d = exact::apply(self.reals, OpKind::Sub, &attrs, DType::F64, &[x, &largest])?;
            let term = exact::apply(self.reals, OpKind::Exp, &attrs, DType::F64, &[&d])?;
            let distance = Rounded::size(&d);
            if distance != Bound::Exact {
                rest = rest.plus(Rounded::size(&term).times(Bound::of(1.0).plus(distance)));
            }
            distances.push(distance);
        }
        Ok(match kind {
            OpKind::LogSumExp => vec![Rounded::size(&largest).plus(rest)],
            _ => distances.into_iter().map(|d| d.plus(rest)).collect(),
        })
    }

    /// The sum of elements, in any order: every partial sum is below the sum of magnitudes.
    fn sum(&mut self, dtype: DType, start: Cell, terms: &[Cell]) -> Result<Cell, Error> {
        let attrs = Attrs::new();
        let mut size = Rounded::size(&start);
        let mut total = start;
        for x in terms {
            size = size.plus(Rounded::size(x));
            total = exact::apply(self.reals, OpKind::Add, &attrs, dtype, &[&total, x])?;
        }
        Ok(self.blurred(total, dtype, terms.len() as f64, size))
    }
}

impl Elements for Rounded<'_> {
    type Element = Element;

    /// The parts of logarithms of sums compare terms with the largest one, and the errors of their operands leave open
    /// which that is, although the sums hardly depend on it: they have bounds of their own.
    fn expands(&self, kind: OpKind) -> bool {
        let composite = matches!(kind.row().semantics, Semantics::Expand(_)) && kind.row().formula.is_none();
        composite && !is_log_sum(kind)
    }

    fn of(&mut self, scalar: Scalar) -> Element {
        Element { cell: Elements::of(self.reals, scalar), doubt: false }
    }

    fn integer(&self, element: &Element) -> Option<i128> {
        self.moved.set(self.moved.get() || element.doubt);
        Elements::integer(self.reals, &element.cell)
    }

    fn map(&mut self, op: &OpData, dtype: DType, args: &[&Element]) -> Result<Element, Error> {
        let cells: Vec<&Cell> = args.iter().map(|a| &a.cell).collect();
        let cell = exact::apply(self.reals, op.kind, &op.attrs, dtype, &cells)?;
        let operands = match op.kind {
            OpKind::Add | OpKind::Sub if self.reassociated => {
                cells.iter().fold(Bound::Exact, |size, a| size.plus(Rounded::size(a)))
            }
            _ => Bound::Exact,
        };
        let cell = self.blurred(cell, dtype, f64::from(op.kind.row().max_ulp), operands);
        Ok(self.after(cell, args.iter().copied()))
    }

    fn fold(
        &mut self,
        combine: OpKind,
        start: Scalar,
        dtype: DType,
        lane: &[Element],
    ) -> Result<Element, Error> {
        let start = Elements::of(self.reals, start);
        let cell = if combine == OpKind::Add {
            let cells: Vec<Cell> = lane.iter().map(|e| e.cell.clone()).collect();
            self.sum(dtype, start, &cells)?
        } else {
            let attrs = Attrs::new();
            lane.iter().try_fold(start, |a, x| {
                let next = exact::apply(self.reals, combine, &attrs, dtype, &[&a, &x.cell])?;
                let rounds = if combine.is_exact_multiset() { 0.0 } else { 1.0 };
                Ok(self.blurred(next, dtype, rounds, Bound::Exact))
            })?
        };
        Ok(self.after(cell, lane))
    }

    fn dot(&mut self, dtype: DType, x: &[Element], y: &[Element]) -> Result<Element, Error> {
        let attrs = Attrs::new();
        let mut products = vec![];
        for (a, b) in x.iter().zip(y) {
            let product = exact::apply(self.reals, OpKind::Mul, &attrs, dtype, &[&a.cell, &b.cell])?;
            products.push(self.blurred(product, dtype, 1.0, Bound::Exact));
        }
        let zero = Elements::of(self.reals, Scalar::Float(0.0).cast(dtype));
        let cell = self.sum(dtype, zero, &products)?;
        Ok(self.after(cell, x.iter().chain(y)))
    }

    fn argmax(&mut self, lane: &[Element]) -> usize {
        let cells: Vec<Cell> = lane.iter().map(|e| e.cell.clone()).collect();
        let place = self.reals.argmax(&cells);
        let doubt = self.reals.take_doubt() || lane.iter().any(|e| e.doubt);
        self.moved.set(self.moved.get() || doubt);
        place
    }

    fn lane(&mut self, kind: OpKind, dtype: DType, lane: &[Element]) -> Result<Vec<Element>, Error> {
        let cells: Vec<Cell> = lane.iter().map(|e| e.cell.clone()).collect();
        let mut out = self.reals.lane(kind, dtype, &cells)?;
        if is_log_sum(kind) {
            let sizes = self.log_sum_sizes(kind, &cells)?;
            // Each addition to the sum rounds once; so do the parts of each term and of the result, a few times.
            let ulps = lane.len() as f64 + 8.0;
            out = out
                .into_iter()
                .zip(sizes)
                .map(|(cell, size)| self.blurred(cell, dtype, ulps, size))
                .collect();
        }
        let doubt = self.reals.take_doubt() || lane.iter().any(|e| e.doubt);
        Ok(out.into_iter().map(|cell| Element { cell, doubt }).collect())
    }
}
