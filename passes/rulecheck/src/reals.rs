//! Holds the sides of a rule of class `real` against each other: where both are numbers over the reals, it is the same
//! number. What rounding does to either is no matter of this class.

use crate::{
    found::Breach,
    instance::Instance,
    judge::pick,
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
    let (left, right) = (values(&case.left, case, arguments)?, values(&case.right, case, arguments)?);
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

/// The first result of a side of a case over the reals, each element rounded once; NaN where there is none, or where no
/// precision decides it.
fn values(func: &Func, case: &Instance, arguments: &[Value]) -> Result<Value, Error> {
    let mut result: Option<(Value, Vec<usize>)> = None;
    for precision in exact::PRECISIONS {
        let mut reals =
            Reals::new(precision).ok_or_else(|| Error::internal("no constants to compute with"))?;
        // Only what the last precision left open, if elements are points of their own.
        let picked = result.as_ref().and_then(|(known, open)| pick(case, arguments, known.shape(), open));
        let tensors = exact::evaluate_with(&mut reals, func, picked.as_deref().unwrap_or(arguments))?;
        let doubt = reals.take_doubt();
        let tensor = tensors.first().ok_or_else(|| Error::internal("a case without result"))?;
        let whole = || (0..tensor.data.len()).collect::<Vec<usize>>();
        if result.is_none() {
            let elements = vec![Scalar::Float(f64::NAN); tensor.data.len()];
            result = Some((Value::new(tensor.dtype, tensor.shape(), elements)?, whole()));
        }
        let Some((known, open)) = &mut result else { break };
        let indices = if picked.is_some() { std::mem::take(open) } else { whole() };
        let mut left = vec![];
        for (cell, index) in tensor.data.iter().zip(indices) {
            let (x, decided) = match cell {
                Cell::Whole(s) => (s.to_f64(), true),
                Cell::Real(x) if tensor.dtype == DType::F32 => {
                    let (x, decided) = reals.to_f32(x);
                    (f64::from(x), decided)
                }
                Cell::Real(x) => reals.to_f64(x),
            };
            if !decided || doubt {
                left.push(index);
            } else if let Some(element) = known.data.iter_mut().nth(index) {
                *element = Scalar::Float(x);
            }
        }
        *open = left;
        if open.is_empty() {
            break;
        }
    }
    result.map(|(known, _)| known).ok_or_else(|| Error::internal("no precision to compute with"))
}
