//! Holds the sides of a rule of class `real` against each other: where both are numbers over the reals, it is the same
//! number. What rounding does to either is no matter of this class.

use crate::{
    found::Breach,
    instance::Instance,
    promise::{Fault, Found, Promise, relevant},
    truths::truths,
};
use thn_ir::{Error, Func, Scalar};
use thn_reference::{Format, Value, interpret};

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
    let rounded = interpret(&case.left, arguments)?;
    let rounded = rounded.first().ok_or_else(|| Error::internal("a case without result"))?;
    let shape = rounded.shape();
    let indices: Vec<usize> = (0..rounded.data.len()).collect();
    // NaN where no precision decides it.
    let values = |side: &Func| -> Result<Vec<f64>, Error> {
        let (values, open) = truths(case, side, arguments, shape, &indices, None)?;
        let mut values: Vec<f64> = values.into_iter().map(Scalar::to_f64).collect();
        open.into_iter().for_each(|i| values[i] = f64::NAN);
        Ok(values)
    };
    let (left, right) = (values(&case.left)?, values(&case.right)?);
    for (index, (l, r)) in left.into_iter().zip(right).enumerate() {
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
