//! Holds the sides of a rule of class `real` against each other: where both are numbers over the reals, it is the same
//! number. What rounding does to either is no matter of this class.

use crate::{
    found::Breach,
    instance::Instance,
    promise::{Fault, Found, Promise, relevant},
};
use thn_ir::{DType, Error, Func, Scalar};
use thn_reference::{
    Format, Reals, Value,
    exact::{self, Cell},
};

/// Runs both sides in high precision.
pub(crate) fn judge(
    promise: &Promise,
    case: &Instance,
    arguments: &[Value],
    format: Option<Format>,
) -> Result<Found, Error> {
    let mut found = Found::default();
    // Formats say how results round.
    if format.is_some() {
        return Ok(found);
    }
    let (left, right) = (values(&case.left, arguments)?, values(&case.right, arguments)?);
    for (index, (l, r)) in left.data.iter().zip(right.data.iter()).enumerate() {
        let (l, r) = (l.to_f64(), r.to_f64());
        let shape = left.shape();
        let finite = |t: &Value| relevant(t, index, case, shape).iter().all(|x| x.to_f64().is_finite());
        if !l.is_finite() || !r.is_finite() || !arguments.iter().all(finite) {
            continue;
        }
        found.points += 1;
        if l != r && promise.waived != Some(Breach::Reals) {
            let (breach, detail) = (Breach::Reals, String::new());
            found.broken = Some(Fault { index, shape: shape.to_vec(), breach, detail, values: [l, r, l] });
            return Ok(found);
        }
    }
    Ok(found)
}

/// The first result of a program over the reals, each element rounded once; NaN where no precision decides it.
fn values(func: &Func, arguments: &[Value]) -> Result<Value, Error> {
    let mut known: Vec<f64> = vec![];
    let mut result = None;
    for precision in exact::PRECISIONS {
        let mut reals =
            Reals::new(precision).ok_or_else(|| Error::internal("no constants to compute with"))?;
        let tensors = exact::evaluate_with(&mut reals, func, arguments)?;
        let doubt = reals.take_doubt();
        let tensor = tensors.first().ok_or_else(|| Error::internal("a case without result"))?;
        known.resize(tensor.data.len(), f64::NAN);
        for (cell, value) in tensor.data.iter().zip(&mut known).filter(|(_, v)| v.is_nan()) {
            let (x, decided) = match cell {
                Cell::Whole(s) => (s.to_f64(), true),
                Cell::Real(x) if tensor.dtype == DType::F32 => {
                    let (x, decided) = reals.to_f32(x);
                    (f64::from(x), decided)
                }
                Cell::Real(x) => reals.to_f64(x),
            };
            if decided && !doubt {
                *value = x;
            }
        }
        let elements = known.iter().map(|x| Scalar::Float(*x)).collect();
        result = Some(Value::new(tensor.dtype, tensor.shape(), elements)?);
        if known.iter().all(|x| !x.is_nan()) {
            break;
        }
    }
    result.ok_or_else(|| Error::internal("no precision to compute with"))
}
