//! The points at which spellings are judged, and what they lose there.

use crate::table::{Kind, Range};
use thn_ir::{DType, Func, Scalar};
use thn_random::Random;
use thn_reference::{Format, Value, bits_of_error, exact, interpret};

/// Points of a kind, in each element type.
const POINTS: usize = 160;

/// Lengths of vectors.
const LENGTH: usize = 3;

/// A point, and the true value of the kind there.
pub(crate) struct Point {
    pub(crate) arguments: Vec<f64>,
    inputs: Vec<Value>,
}

impl Point {
    /// The arguments for a program, which may have them in another order or leave some out.
    fn inputs(&self, kind: &Kind, func: &Func) -> Vec<Value> {
        let named = |name: &str| kind.ranges.iter().position(|r| r.argument == name);
        let arg = |a: &thn_ir::Value| named(func.value(*a).name.as_deref().unwrap_or_default());
        func.body().args.iter().filter_map(|a| Some(self.inputs[arg(a)?].clone())).collect()
    }
}

/// The ends of a range in a format. A range that is not open ends at an eighth of the largest number at most.
fn ends(range: &Range, format: Format) -> (f64, f64) {
    let most = |end: f64| if end.is_infinite() { format.max() } else { format.max() / 8.0 };
    (range.low.max(-most(range.low)), range.high.min(most(range.high)))
}

/// Numbers of a range: its ends and what lies next to them, where functions turn, and a spread over all sizes.
fn pool(range: &Range, format: Format, random: &mut Random) -> Vec<f64> {
    let (low, high) = ends(range, format);
    let mut all = vec![
        low,
        high,
        low / 2.0,
        high / 2.0,
        (low + high) / 2.0,
        0.0,
        format.min_normal(),
        format.min_positive(),
    ];
    for near in [
        1.0,
        0.5,
        2.0,
        1e-3,
        30.0,
        90.0,
        700.0,
        1000.0,
        format.epsilon(),
        format.max().sqrt(),
        format.min_normal().sqrt(),
    ] {
        all.extend([near, near * (1.0 + format.epsilon()), near * (1.0 - format.epsilon()), near * 1.1]);
    }
    let size = |x: f64| x.abs().clamp(format.min_positive(), format.max()).ln();
    let least = if low > 0.0 {
        size(low)
    } else if high < 0.0 {
        size(high)
    } else {
        size(format.epsilon()) - 20.0
    };
    let most = size(low).max(size(high)).max(least);
    for i in 0..40 {
        let x = (least + (most - least) * random.unit()).exp();
        all.push(if i % 2 == 0 {
            x
        } else {
            low / 2.0 + high / 2.0 + (high / 2.0 - low / 2.0) * random.symmetric()
        });
    }
    let mut all: Vec<f64> = all.iter().flat_map(|x| [*x, -x]).map(|x| format.round(x)).collect();
    if range.low == f64::NEG_INFINITY {
        all.push(range.low);
    }
    if range.high == f64::INFINITY {
        all.push(range.high);
    }
    all.retain(|x| x.is_infinite() || (low..=high).contains(x));
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// The points of a kind in an element type.
pub(crate) fn points(kind: &Kind, dtype: DType) -> Vec<Point> {
    let format = Format::from(dtype);
    let mut random = Random::new(1);
    let pools: Vec<Vec<f64>> = kind.ranges.iter().map(|r| pool(r, format, &mut random)).collect();
    let vector = |r: &Range| matches!(r.argument.as_str(), "u" | "v" | "w");
    let lengths: Vec<usize> = kind.ranges.iter().map(|r| if vector(r) { LENGTH } else { 1 }).collect();
    let single = lengths == [1];
    let count = if single { pools[0].len() } else { POINTS };
    let mut out = vec![];
    for i in 0..count {
        let mut arguments = vec![];
        let mut inputs = vec![];
        for ((range, pool), length) in kind.ranges.iter().zip(&pools).zip(&lengths) {
            let mut elements: Vec<f64> =
                (0..*length).map(|_| if single { pool[i] } else { *random.pick(pool) }).collect();
            // Every third point has arguments close to each other.
            let before: Option<f64> = arguments.first().copied();
            if let Some(first) = before.filter(|_| i % 3 == 2) {
                let near = first * (1.0 + 1e-3 * random.symmetric());
                elements[0] = format.round(near.clamp(ends(range, format).0, ends(range, format).1));
            }
            arguments.extend(&elements);
            let shape: &[usize] = if vector(range) { &[LENGTH] } else { &[] };
            let scalars = elements.iter().map(|x| Scalar::Float(*x)).collect();
            inputs.push(Value::new(dtype, shape, scalars).unwrap());
        }
        let far = |a: f64, b: f64| (a - b).abs() > kind.apart * a.abs().max(b.abs());
        if kind.apart == 0.0 || arguments.len() < 2 || far(arguments[0], arguments[1]) {
            out.push(Point { arguments, inputs });
        }
    }
    out
}

/// The true results at a point, where they can be decided.
pub(crate) fn truth(kind: &Kind, func: &Func, point: &Point) -> Option<Vec<f64>> {
    let truth = exact::evaluate(func, &point.inputs(kind, func)).ok()?;
    let values: Vec<f64> = truth.values[0].elements().map(|x| x.to_f64()).collect();
    // At infinite arguments NaN may stand for a limit.
    let open = values.iter().any(|x| x.is_nan()) && point.arguments.iter().any(|x| x.is_infinite());
    (truth.decided && !open).then_some(values)
}

/// The bits that a program loses at a point.
pub(crate) fn lost(kind: &Kind, func: &Func, point: &Point, truth: &[f64], format: Format) -> f64 {
    let Ok(found) = interpret(func, &point.inputs(kind, func)) else { return f64::INFINITY };
    // What overflows is no further from the truth than the largest number.
    let finite = point.arguments.iter().all(|x| x.is_finite());
    let end = |x: f64| if finite && x.is_infinite() { format.max().copysign(x) } else { x };
    let pairs = found[0].elements().map(|x| x.to_f64()).zip(truth);
    pairs
        .map(|(x, t)| {
            if t.is_infinite() {
                bits_of_error(end(x), end(*t), format)
            } else {
                bits_of_error(x, *t, format)
            }
        })
        .fold(0.0, f64::max)
}
