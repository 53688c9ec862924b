//! Compiling, and judging what comes back.

use crate::call::{forward_errors, same, ulps};
use thn_cpu::{Compiled, Options, compile_function};
use thn_ir::Func;
use thn_reference::{Tensor, Value, exact, interpret};

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

/// The element that an elementwise op would read.
fn element(v: &Value, at: usize) -> String {
    let count = v.elements().count();
    v.elements().nth(if count == 1 { 0 } else { at }).map_or("-".into(), |s| format!("{s:?}"))
}
