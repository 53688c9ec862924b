//! Gradients against central differences, both computed by the reference interpreter in f64.

use crate::support::{Case, floats};
use thn_ir::{Func, Scalar, verify};
use thn_reference::{Value as Data, interpret};

/// The step of the differences. It is a power of two, and the sampled points have few digits, so that a point plus the
/// step is exact even in f32.
const STEP: f64 = 1.0 / 131_072.0;

/// The error of a central difference is of the order STEP² · f''' ≈ 6e-11 from truncation and 1e-16 / STEP ≈ 1e-11 from
/// rounding. The bound leaves room for large derivatives, and is far below the error of any wrong formula.
const TOLERANCE: f64 = 1e-6;

fn cost_at(case: &Case, point: &[Data]) -> f64 {
    let result = interpret(&case.func, point).unwrap_or_else(|e| panic!("{}: {e}\n{}", case.name, case.func));
    result[0].single().unwrap().to_f64()
}

/// Compares what a gradient program computes with central differences of its case; says where they differ.
pub(crate) fn check(case: &Case, gradient: &Func) -> Result<(), String> {
    let wrong = verify::verify(gradient);
    if !wrong.is_empty() {
        return Err(format!("{}: {wrong:?}\n{gradient}", case.name));
    }
    let found = interpret(gradient, &case.point).map_err(|e| format!("{}: {e}\n{gradient}", case.name))?;
    for (which, i) in floats(case).into_iter().enumerate() {
        if found[which].shape() != case.point[i].shape() {
            return Err(format!("{}: the gradient by argument {i} has another shape", case.name));
        }
        for (at, derivative) in found[which].elements().enumerate() {
            let moved = |by: f64| {
                let mut point = case.point.clone();
                let element = point[i].data.iter_mut().nth(at).unwrap();
                *element = Scalar::Float(element.to_f64() + by);
                cost_at(case, &point)
            };
            let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            let derivative = derivative.to_f64();
            let scale = 1.0 + difference.abs();
            let close = (derivative - difference).abs() <= TOLERANCE * scale;
            if !close {
                return Err(format!(
                    "{}: by element {at} of argument {i} the gradient is {derivative}, the difference quotient \
                     {difference}\n{gradient}",
                    case.name
                ));
            }
        }
    }
    Ok(())
}

/// A case at the first of several points where its cost is a number.
pub(crate) fn at_a_regular_point(points: &[Vec<Data>], build: impl Fn(Vec<Data>) -> Case) -> Case {
    let mut cases = points.iter().map(|p| build(p.clone()));
    cases.find(|c| cost_at(c, &c.point).is_finite()).expect("no point lies in the domain")
}
