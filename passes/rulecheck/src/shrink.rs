//! Counterexamples that people can read: one point, with the simplest arguments that still show the fault.

use crate::{
    found::{Breach, Counterexample},
    instance::{Input, Instance},
    judge::judge,
    promise::{Fault, Promise, relevant},
    sample::fits,
    truths::pick,
};
use thn_facts::Structure;
use thn_ir::Scalar;
use thn_reference::{Format, Value};

/// Cases with more elements are shown as they were found.
const LARGEST: usize = 30;

/// Numbers that people like.
const SIMPLE: [f64; 16] = [
    0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    3.0,
    10.0,
    -10.0,
    100.0,
    -100.0,
    1000.0,
    -1000.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// How hard a number is to read.
fn complexity(x: Scalar) -> usize {
    match x {
        Scalar::Float(x) => format!("{x:?}").len() + if x.is_finite() { 0 } else { 4 },
        Scalar::Int(i) => i.to_string().len(),
        Scalar::Bool(_) => 0,
    }
}

/// Simpler numbers than one.
fn simpler(x: Scalar, input: &Input, format: Format) -> Vec<Scalar> {
    let all: Vec<Scalar> = match x {
        Scalar::Bool(_) => vec![],
        _ if input.index => vec![],
        Scalar::Int(i) => {
            SIMPLE.iter().map(|s| Scalar::Int(*s as i128)).chain([Scalar::Int(i / 2)]).collect()
        }
        Scalar::Float(x) => {
            let digits = |n: usize| format!("{x:.n$e}").parse().unwrap_or(x);
            SIMPLE.into_iter().chain([0, 1, 2].map(digits)).map(Scalar::Float).collect()
        }
    };
    let dtype = input.ty.dtype;
    let allowed = |y: &Scalar| match y {
        Scalar::Float(y) => format.round(*y).to_bits() == y.to_bits() && fits(input, *y),
        y => y.cast(dtype) == *y && (input.facts.lo..=input.facts.hi).contains(&y.to_f64()),
    };
    let mut all: Vec<Scalar> =
        all.into_iter().filter(|y| allowed(y) && complexity(*y) < complexity(x)).collect();
    all.sort_by_key(|y| complexity(*y));
    all
}

/// The fault at these arguments.
fn fault(
    promise: &Promise,
    case: &Instance,
    arguments: &[Value],
    format: Option<Format>,
    like: &Fault,
) -> Option<Fault> {
    let found = judge(promise, case, arguments, format).ok()?;
    if like.breach == Breach::NotWider { found.leaning } else { found.broken }
}

/// A fault as it is shown, made simpler if `simplify`.
pub(crate) fn counterexample(
    promise: &Promise,
    case: &Instance,
    arguments: &[Value],
    format: Option<Format>,
    found: Fault,
    simplify: bool,
) -> Counterexample {
    let mut best = (arguments.to_vec(), found);
    // A single element, or another one, would break what is known of the whole.
    let structured = case.inputs.iter().any(|i| i.facts.structure != Structure::NONE);
    if simplify && !structured {
        if let Some(one) = pick(case, arguments, &best.1.shape, &[best.1.index])
            && let Some(f) = fault(promise, case, &one, format, &best.1)
        {
            best = (one, f);
        }
        let count: usize = case.inputs.iter().zip(&best.0).map(|(_, t)| t.data.len()).sum();
        if count <= LARGEST {
            simplest(promise, case, format, &mut best);
        }
    }
    let (arguments, fault) = best;
    let shown: Vec<String> = arguments[..case.inputs.len()]
        .iter()
        .map(|t| {
            let elements = relevant(t, fault.index, case, &fault.shape);
            let more = if elements.len() > 6 { ", …" } else { "" };
            let first: Vec<String> = elements.iter().take(6).map(|x| format!("{:?}", x.to_f64())).collect();
            format!("[{}{more}]", first.join(", "))
        })
        .collect();
    let [left, right, truth] = fault.values;
    Counterexample {
        program: format!("{}becomes\n{}", case.left, case.right),
        arguments: shown.join(" "),
        format: format.map(Format::name),
        left,
        right,
        truth,
        breach: fault.breach,
        detail: fault.detail,
    }
}

/// Replaces elements by simpler ones as long as a fault remains.
fn simplest(promise: &Promise, case: &Instance, format: Option<Format>, best: &mut (Vec<Value>, Fault)) {
    for (a, input) in case.inputs.iter().enumerate() {
        let own = format.unwrap_or_else(|| input.ty.dtype.into());
        for e in 0..best.0[a].data.len() {
            let Some(x) = best.0[a].elements().nth(e).copied() else { continue };
            for y in simpler(x, input, own) {
                let mut arguments = best.0.clone();
                if let Some(place) = arguments[a].data.iter_mut().nth(e) {
                    *place = y;
                }
                if let Some(f) = fault(promise, case, &arguments, format, &best.1) {
                    *best = (arguments, f);
                    break;
                }
            }
        }
    }
}
