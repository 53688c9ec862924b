//! The reference interpreter: programs in the arithmetic of their own element types.
//!
//! Composite ops are expanded, primitive ones computed by [`crate::native`]. Float sums and dot products add pairwise
//! in f64, whose error grows with the logarithm of the length; f32 results are rounded once at the end.

use crate::{
    Format, Value, native,
    run::{Elements, run},
};
use thn_ir::{Attrs, DType, Error, Func, OpData, OpKind, Scalar, Semantics};

/// Runs a program on the values of its arguments, in order, and gives its results, in order.
///
/// New values of shared arguments are among the results; state is the caller's.
pub fn interpret(func: &Func, inputs: &[Value]) -> Result<Vec<Value>, Error> {
    run(&mut Scalars { format: None }, func, inputs)
}

/// [`interpret`] of a program on f64 whose floats are all rounded to another format, which may be that of no element
/// type. An elementwise op gives its f64 result rounded once more, which for formats of less than 25 bits is the true
/// result rounded, but for those that an f64 cannot tell from a tie.
pub fn interpret_in(func: &Func, inputs: &[Value], format: Option<Format>) -> Result<Vec<Value>, Error> {
    run(&mut Scalars { format }, func, inputs)
}

/// Below this many numbers a sum is a plain loop.
const SHORT: usize = 8;

fn pairwise(xs: &[f64]) -> f64 {
    if xs.len() <= SHORT {
        return xs.iter().sum();
    }
    let (a, b) = xs.split_at(xs.len() / 2);
    pairwise(a) + pairwise(b)
}

struct Scalars {
    /// What floats are rounded to beyond their own type.
    format: Option<Format>,
}

impl Scalars {
    fn rounded(&self, scalar: Scalar) -> Scalar {
        match (self.format, scalar) {
            (Some(format), Scalar::Float(x)) => Scalar::Float(format.round(x)),
            _ => scalar,
        }
    }
}

impl Elements for Scalars {
    type Element = Scalar;

    fn expands(&self, kind: OpKind) -> bool {
        let whole = self.format.is_some() && kind.row().is_elementwise();
        matches!(kind.row().semantics, Semantics::Expand(_)) && !whole
    }

    fn of(&mut self, scalar: Scalar) -> Scalar {
        scalar
    }

    fn number(&self, element: &Scalar) -> Option<f64> {
        Some(element.to_f64())
    }

    fn integer(&self, element: &Scalar) -> Option<i128> {
        match element {
            Scalar::Bool(b) => Some((*b).into()),
            Scalar::Int(i) => Some(*i),
            Scalar::Float(_) => None,
        }
    }

    fn map(&mut self, op: &OpData, dtype: DType, args: &[&Scalar]) -> Result<Scalar, Error> {
        let args: smallvec::SmallVec<[Scalar; 3]> = args.iter().map(|a| **a).collect();
        Ok(self.rounded(native::apply(op.kind, &op.attrs, dtype, &args)?))
    }

    fn fold(
        &mut self,
        combine: OpKind,
        start: Scalar,
        dtype: DType,
        lane: &[Scalar],
    ) -> Result<Scalar, Error> {
        if combine == OpKind::Add && dtype.is_float() {
            let xs: Vec<f64> = lane.iter().map(|x| x.to_f64()).collect();
            return Ok(self.rounded(Scalar::Float(start.to_f64() + pairwise(&xs)).cast(dtype)));
        }
        // A product of f32 numbers overflows and underflows where f32 does: every step is rounded.
        lane.iter()
            .try_fold(start, |a, x| Ok(self.rounded(native::apply(combine, &Attrs::new(), dtype, &[a, *x])?)))
    }

    fn dot(&mut self, dtype: DType, x: &[Scalar], y: &[Scalar]) -> Result<Scalar, Error> {
        if dtype.is_float() {
            let products: Vec<f64> = x.iter().zip(y).map(|(x, y)| x.to_f64() * y.to_f64()).collect();
            // A sum of nothing or of negative zeros is +0.
            return Ok(self.rounded(Scalar::Float(0.0 + pairwise(&products)).cast(dtype)));
        }
        let attrs = Attrs::new();
        x.iter().zip(y).try_fold(Scalar::Int(0), |sum, (x, y)| {
            let product = native::apply(OpKind::Mul, &attrs, dtype, &[*x, *y])?;
            native::apply(OpKind::Add, &attrs, dtype, &[sum, product])
        })
    }

    fn argmax(&mut self, lane: &[Scalar]) -> usize {
        let mut best = 0;
        for (i, x) in lane.iter().enumerate() {
            let (a, b) = (lane[best], *x);
            let larger = match (a, b) {
                (Scalar::Float(a), Scalar::Float(b)) => !a.is_nan() && (b.is_nan() || b > a),
                _ => b.to_i128() > a.to_i128(),
            };
            if larger {
                best = i;
            }
        }
        best
    }

    fn lane(&mut self, kind: OpKind, _: DType, _: &[Scalar]) -> Result<Vec<Scalar>, Error> {
        Err(Error::internal(format!("{kind:?} is not expanded")))
    }
}
