//! Compiling, calling, and judging what comes back.

use thn_cpu::{Compiled, Options, compile_function};
use thn_ir::{DType, Func, Scalar, expand::expand_where};
use thn_reference::{Tensor, Value, exact, forward_error, interpret};
use thn_runtime::{Array, View};

/// What a result must agree with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judge {
    /// The reference interpreter, bit for bit; any NaN is NaN.
    Bits,
    /// The truth in high precision, within so many representable numbers.
    Ulps(u32),
    /// The truth, within so many representable numbers or the forward error bound of the op's parts at that point,
    /// whichever is larger: where the parts of a composite op cancel, as in log(exp(x) + exp(y)) near 0, no bound
    /// relative to the result can hold, but one relative to the parts must.
    Parts(u32),
    /// The truth, within the forward error bound of the program for any order of its sums.
    Forward,
}

/// Compiles a program as it is written, so that the op at issue is what runs.
pub(crate) fn compiled(func: &Func) -> Result<Compiled, String> {
    compile_function(func, &Options::unoptimized()).map_err(|e| format!("does not compile: {e}\n{func}"))
}

/// The results of a call, updates left out.
pub(crate) fn call(compiled: &Compiled, inputs: &[Value]) -> Result<Vec<Value>, String> {
    let arrays = inputs.iter().map(array).collect::<Result<Vec<_>, String>>()?;
    let views: Vec<View<'_>> = arrays.iter().map(Array::view).collect();
    let results = compiled.executable.call(&views, &[]).map_err(|e| e.to_string())?;
    results.iter().map(value).collect()
}

pub(crate) fn array(value: &Value) -> Result<Array, String> {
    let literal = value.to_literal().ok_or("a value that is no literal")?;
    Array::from_literal(&literal).map_err(|e| e.to_string())
}

pub(crate) fn value(array: &Array) -> Result<Value, String> {
    array.to_literal().map(|l| Value::from(&l)).map_err(|e| e.to_string())
}

/// Compares the results of a call with what `func` means. `labels` name the results.
pub(crate) fn judge(
    func: &Func,
    labels: &[String],
    inputs: &[Value],
    found: &[Value],
    judge: Judge,
) -> Result<(), String> {
    let expected = interpret(func, inputs).map_err(|e| format!("reference: {e}"))?;
    // High precision is asked only where a float result is judged by it.
    let by_truth = !matches!(judge, Judge::Bits) && found.iter().any(|v| v.dtype.is_float());
    let truth = match by_truth {
        true => exact::evaluate(func, inputs).map_err(|e| format!("high precision: {e}"))?.values,
        false => vec![],
    };
    let ulp_bound = match judge {
        Judge::Ulps(n) | Judge::Parts(n) => u128::from(n),
        Judge::Bits | Judge::Forward => 0,
    };
    let mut errors: Option<Vec<Tensor<f64>>> = None;
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let label = labels.get(i).map_or("", String::as_str);
        if found.dtype != expected.dtype || found.shape() != expected.shape() {
            let (a, b) = (found.shape(), expected.shape());
            return Err(format!("{label}: {} {a:?} instead of {} {b:?}", found.dtype, expected.dtype));
        }
        let float = by_truth && found.dtype.is_float();
        let target = if float { &truth[i] } else { expected };
        for (at, (a, b)) in found.elements().zip(target.elements()).enumerate() {
            if same(*a, *b) || float && ulps(*a, *b, found.dtype) <= ulp_bound {
                continue;
            }
            let mut bound = None;
            if float && matches!(judge, Judge::Parts(_) | Judge::Forward) {
                let all = match &errors {
                    Some(all) => all,
                    None => errors.insert(forward_errors(func, inputs)?),
                };
                bound = all[i].elements().nth(at).copied().filter(|x| x.is_finite());
                if bound.is_some_and(|bound| (a.to_f64() - b.to_f64()).abs() <= bound) {
                    continue;
                }
            }
            let operands: Vec<String> = inputs.iter().map(|v| element(v, at)).collect();
            let distance = match found.dtype.is_float() {
                true => format!(", {} representable numbers away", ulps(*a, *b, found.dtype)),
                false => String::new(),
            };
            let bound = bound.map_or(String::new(), |b| format!(", with errors up to {b:e} allowed"));
            return Err(format!(
                "{label} at {at}: {a:?} instead of {b:?}{distance}{bound}; inputs there: {}",
                operands.join(", ")
            ));
        }
    }
    Ok(())
}

/// Bounds on the errors of a program's results, from those of the parts of its composite ops. What composites along axes are
/// made of is the business of the analysis.
fn forward_errors(func: &Func, inputs: &[Value]) -> Result<Vec<Tensor<f64>>, String> {
    let mut parts = func.clone();
    expand_where(&mut parts, &|kind| kind.row().is_elementwise()).map_err(|e| e.to_string())?;
    forward_error(&parts.compact(), inputs, true).map_err(|e| format!("error analysis: {e}"))
}

/// The element that an elementwise op would read.
fn element(v: &Value, at: usize) -> String {
    let count = v.elements().count();
    v.elements().nth(if count == 1 { 0 } else { at }).map_or("-".into(), |s| format!("{s:?}"))
}

fn same(a: Scalar, b: Scalar) -> bool {
    match (a, b) {
        (Scalar::Float(a), Scalar::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (a, b) => a == b,
    }
}

/// The number of representable numbers between two floats; infinity follows the largest number, zeros are equal.
pub(crate) fn ulps(a: Scalar, b: Scalar, dtype: DType) -> u128 {
    let (a, b) = (a.to_f64(), b.to_f64());
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u128::MAX };
    }
    let place = |x: f64| -> i128 {
        let size = match dtype {
            DType::F32 => i128::from((x as f32).abs().to_bits()),
            _ => i128::from(x.abs().to_bits()),
        };
        if x.is_sign_negative() { -size } else { size }
    };
    (place(a) - place(b)).unsigned_abs()
}
