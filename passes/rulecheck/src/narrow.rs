//! All numbers of the formats that have few: elementwise rules in binary16 and bfloat16.
//!
//! A rule of one float argument is run at each of the 65,536 numbers of both formats; one of two arguments at all
//! pairs of special values and at random pairs; one of more at random tuples. A quick check takes a share of them. Every op gives its true result rounded
//! to the format, so what is found is the rule's doing. `fast` rules are left out: what they may lose is more than a
//! number of these formats has.

use crate::{
    instance::Instance,
    sample::{blank, fits, specials},
};
use std::collections::BTreeMap;
use thn_ir::{Attr, DType, Error, Func, Literal, OpKind, Scalar};
use thn_random::Random;
use thn_reference::{Format, Value};

/// Both formats.
pub(crate) const FORMATS: [Format; 2] = [Format::F16, Format::BF16];

/// Random tuples of arguments.
const TUPLES: usize = 12_000;
/// Points that are run together.
const BATCH: usize = 4_096;

/// The case with its constants rounded to the format; `None` if it is not made of rows of floats and bools, or if a
/// constant has no number of the format near it.
pub(crate) fn rounded(case: &Instance, format: Format) -> Option<Instance> {
    let rows = |t: &thn_ir::TensorType| t.rank() == 1 && t.shape[0].as_const().is_none();
    let fit = case.inputs.iter().all(|i| rows(&i.ty) && matches!(i.ty.dtype, DType::F64 | DType::Bool));
    if !fit || !case.elementwise || case.reordered || case.inputs.is_empty() {
        return None;
    }
    let side = |func: &Func| {
        let mut func = func.clone();
        for op in func.body().ops.clone() {
            let data = func.op_mut(op);
            if data.kind == OpKind::Cast {
                return None;
            }
            let Some(literal) = data.attrs.get_literal("value").filter(|l| l.dtype().is_float()) else {
                continue;
            };
            let elements: Vec<f64> = literal.iter().map(Scalar::to_f64).collect();
            let near: Vec<f64> = elements.iter().map(|x| format.round(*x)).collect();
            if elements
                .iter()
                .zip(&near)
                .any(|(x, y)| x.is_finite() != y.is_finite() || (*x == 0.0) != (*y == 0.0))
            {
                return None;
            }
            let near: Vec<Scalar> = near.into_iter().map(Scalar::Float).collect();
            let literal = Literal::from_scalars(DType::F64, literal.shape(), &near)?;
            data.attrs.set("value", Attr::Literal(literal));
        }
        Some(func)
    };
    Some(Instance { left: side(&case.left)?, right: side(&case.right)?, ..case.clone() })
}

/// Batches of arguments for a case: one of `share` numbers or tuples, and with the numbers all special ones.
pub(crate) fn arguments(
    case: &Instance,
    format: Format,
    near: &[f64],
    all: &BTreeMap<&'static str, Vec<f64>>,
    share: usize,
) -> Result<Vec<Vec<Value>>, Error> {
    let floats: Vec<usize> = (0..case.inputs.len()).filter(|i| case.inputs[*i].ty.dtype.is_float()).collect();
    let bools = case.inputs.len() - floats.len();
    let every = all.get(format.name()).map(Vec::as_slice).unwrap_or_default();
    let special = specials(format, near);
    let own = |pool: &[f64], i: usize| -> Vec<f64> {
        pool.iter().copied().filter(|x| fits(&case.inputs[i], *x)).collect()
    };
    let mut tuples: Vec<Vec<f64>> = match floats.as_slice() {
        [] => return Ok(vec![]),
        [x] => {
            let extra = if share > 1 { own(&special, *x) } else { vec![] };
            own(every, *x).into_iter().step_by(share).chain(extra).map(|x| vec![x]).collect()
        }
        [x, y] => {
            let ys = own(&special, *y);
            let pairs = own(&special, *x).into_iter().flat_map(|x| ys.iter().map(move |y| vec![x, *y]));
            pairs.step_by(share).collect()
        }
        _ => vec![],
    };
    if floats.len() > 1 {
        let pools: Vec<[Vec<f64>; 2]> = floats.iter().map(|i| [own(every, *i), own(&special, *i)]).collect();
        let mut random = Random::new(7);
        for _ in 0..TUPLES / share {
            let mut tuple: Vec<f64> = vec![];
            for (input, pool) in floats.iter().zip(&pools) {
                // The same number again, now and then.
                let (again, special) = (random.below(8) == 0, random.below(2));
                let same = random.choose(&tuple).copied().filter(|x| again && fits(&case.inputs[*input], *x));
                tuple.extend(same.or_else(|| random.choose(&pool[special]).copied()));
            }
            if tuple.len() == pools.len() {
                tuples.push(tuple);
            }
        }
    }
    let mut batches = vec![];
    for chosen in 0..1usize << bools {
        for batch in tuples.chunks(BATCH) {
            let (mut float, mut bool) = (0, 0);
            let mut arguments = vec![];
            for input in &case.inputs {
                let elements = if input.ty.dtype.is_float() {
                    float += 1;
                    batch.iter().map(|t| Scalar::Float(t[float - 1])).collect()
                } else {
                    bool += 1;
                    vec![Scalar::Bool(chosen >> (bool - 1) & 1 == 1); batch.len()]
                };
                arguments.push(Value::new(input.ty.dtype, &[batch.len()], elements)?);
            }
            arguments.push(blank(batch.len())?);
            batches.push(arguments);
        }
    }
    Ok(batches)
}
