//! Constant folding: values computed in high precision and rounded once.

use crate::{
    Reals, Value,
    exact::{self, Cell, PRECISIONS},
    run::Elements,
};
use thn_ir::{Attrs, DType, Func, Literal, OpKind, ResultDType, Scalar};

/// Literals with more elements than this are not folded, unless all their elements are the same.
const LARGEST: usize = 4096;

/// An elementwise op on literals: each element correctly rounded once, integers wrapped around.
///
/// `None` if the op is not elementwise, the literals do not fit together or are too large, or no precision decides
/// the rounding.
pub fn fold(kind: OpKind, attrs: &Attrs, operands: &[Literal]) -> Option<Literal> {
    let row = kind.row();
    if !row.is_elementwise() || operands.len() != row.operands.len() {
        return None;
    }
    let dtype = match row.dtypes.result {
        ResultDType::Same => operands.last()?.dtype(),
        ResultDType::Fixed(d) => d,
        ResultDType::Attr => attrs.get_dtype("dtype")?,
    };
    let shape = operands.iter().map(Literal::shape).find(|s| !s.is_empty()).unwrap_or(&[]);
    if operands.iter().any(|l| !l.shape().is_empty() && l.shape() != shape) {
        return None;
    }
    let splat = operands.iter().all(|l| l.splat_value().is_some());
    // A number beside an empty tensor is longer than the result.
    let count = if splat { 1 } else { shape.iter().product() };
    if count > LARGEST {
        return None;
    }
    let mut elements = Vec::with_capacity(count);
    for i in 0..count {
        let args: Vec<_> = operands.iter().map(|l| l.get(if l.len() == 1 { 0 } else { i })).collect();
        elements.push(fold_element(kind, attrs, dtype, &args)?);
    }
    match elements.as_slice() {
        [only] if splat => Some(Literal::splat(dtype, shape, *only)),
        _ => Literal::from_scalars(dtype, shape, &elements),
    }
}

fn fold_element(kind: OpKind, attrs: &Attrs, dtype: DType, args: &[Scalar]) -> Option<Scalar> {
    for precision in PRECISIONS {
        let attempt = Reals::with(precision, |reals| {
            let cells: Vec<Cell> = args.iter().map(|s| reals.of(*s)).collect();
            let cells: Vec<&Cell> = cells.iter().collect();
            let cell = exact::apply(reals, kind, attrs, dtype, &cells).ok()?;
            let (scalar, decided) = exact::rounded(reals, &cell, dtype);
            Some((scalar, decided && !reals.take_doubt()))
        });
        if let (scalar, true) = attempt?? {
            return Some(scalar);
        }
    }
    None
}

/// The results of a program without arguments, computed in high precision as a whole: log(1 + exp(800)) is 800.
///
/// `None` if it has arguments, cannot be run, or no precision decides a result.
pub fn fold_program(func: &Func) -> Option<Vec<Literal>> {
    if !func.args.is_empty() {
        return None;
    }
    let truth = exact::evaluate(func, &[]).ok().filter(|t| t.decided)?;
    truth.values.iter().map(Value::to_literal).collect()
}
