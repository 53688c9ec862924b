//! Calling compiled code, and how far apart numbers are.

use thn_cpu::Compiled;
use thn_ir::{DType, Func, Scalar, expand::expand_where};
use thn_reference::{Tensor, Value, forward_error};
use thn_runtime::{Array, View};

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

/// Bounds on the errors of a program's results, from those of the parts of its composite ops. What composites along axes are
/// made of is the business of the analysis.
pub(crate) fn forward_errors(func: &Func, inputs: &[Value]) -> Result<Vec<Tensor<f64>>, String> {
    let mut parts = func.clone();
    expand_where(&mut parts, &|kind| kind.row().is_elementwise()).map_err(|e| e.to_string())?;
    forward_error(&parts.compact(), inputs, true).map_err(|e| format!("error analysis: {e}"))
}

/// Whether two elements have the same bits; any NaN is NaN.
pub(crate) fn same(a: Scalar, b: Scalar) -> bool {
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
