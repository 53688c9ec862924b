//! The sides of a case over the reals, at some elements of the result.

use crate::instance::Instance;
use std::collections::BTreeSet;
use thn_ir::{Error, Func, Scalar};
use thn_reference::{
    Format, Value,
    exact::{self, Attempt},
};

/// Some elements, by their positions in `indices`.
type Open = Vec<usize>;

/// What a side of a case is over the reals at some elements of its result, which has the given shape, each rounded once;
/// and those of them that no precision decides, for which the most precise computation speaks.
pub(crate) fn truths(
    case: &Instance,
    side: &Func,
    arguments: &[Value],
    shape: &[usize],
    indices: &[usize],
    format: Option<Format>,
) -> Result<(Vec<Scalar>, Open), Error> {
    let mut truths = vec![Scalar::Float(f64::NAN); indices.len()];
    let mut open: Open = (0..indices.len()).collect();
    let mut failed = None;
    for precision in exact::PRECISIONS {
        let places: Vec<usize> = open.iter().map(|i| indices[*i]).collect();
        // What a precision leaves open is for the next: alone, if elements are points of their own.
        let picked = pick(case, arguments, shape, &places);
        match exact::evaluate_at(precision, side, picked.as_deref().unwrap_or(arguments), format)? {
            Attempt::InDoubt(error) => failed = Some(error),
            Attempt::Rounded(results) => {
                failed = None;
                let Some((value, left)) = results.into_iter().next() else { break };
                let elements: Vec<Scalar> = value.elements().copied().collect();
                let left: BTreeSet<usize> = left.into_iter().collect();
                let mut still = vec![];
                for (position, (i, place)) in open.iter().zip(&places).enumerate() {
                    let at = if picked.is_some() { position } else { *place };
                    truths[*i] = elements[at];
                    if left.contains(&at) {
                        still.push(*i);
                    }
                }
                open = still;
            }
        }
        if open.is_empty() {
            break;
        }
    }
    failed.map_or(Ok((truths, open)), Err)
}

/// The arguments for some elements of the result alone; `None` if these are not points of their own in a row of
/// unknown length.
pub(crate) fn pick(
    case: &Instance,
    arguments: &[Value],
    shape: &[usize],
    indices: &[usize],
) -> Option<Vec<Value>> {
    let result = case.left.tensor(*case.left.body().results.first()?)?;
    let free = result.rank() == 1 && result.shape[0].as_const().is_none();
    if !case.elementwise || !free {
        return None;
    }
    let own = |t: &Value| match t.shape() {
        [] => Some(t.clone()),
        of if of == shape => {
            let all = t.data.as_slice()?;
            Value::new(t.dtype, &[indices.len()], indices.iter().map(|i| all[*i]).collect()).ok()
        }
        _ => None,
    };
    arguments.iter().map(own).collect()
}
