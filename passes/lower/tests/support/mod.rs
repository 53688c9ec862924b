//! Programs by hand, run as compiled code and by the reference interpreter.

#![allow(dead_code, reason = "every test file uses its own part")]
#![allow(unreachable_pub, reason = "a module of several test crates")]

use thn_ir::{Arg, DType, Func, OpKind, Res, Scalar, ShapeProgram, Value};
use thn_kernels::{Options, plan};
use thn_mlir::codegen::{JitModule, Target, compile};
use thn_random::Random;
use thn_reference::{Tensor, interpret};
use thn_runtime::{Array, CallError, Entry, Executable, Pool, Signature, Site, symbols};

pub type Tensors = Vec<thn_reference::Value>;

/// An argument of a program with `None` for lengths that a call decides.
pub fn arg(func: &mut Func, name: &str, dtype: DType, dims: &[Option<i64>]) -> Value {
    func.add_tensor_arg(dtype, dims, Arg { name: Some(name.into()), ..Arg::default() })
}

/// A tensor whose elements follow from their positions.
pub fn tensor(dtype: DType, shape: &[usize], element: impl Fn(usize) -> Scalar) -> thn_reference::Value {
    let count = shape.iter().product();
    let elements = (0..count).map(|i| element(i).cast(dtype)).collect();
    Tensor::new(dtype, shape, elements).expect("as many as the shape says")
}

/// Numbers of both signs without a pattern.
pub fn noise(dtype: DType, shape: &[usize], seed: u64) -> thn_reference::Value {
    tensor(dtype, shape, |i| {
        let mut random = Random::stream(seed, i as u64);
        if dtype.is_float() {
            Scalar::Float(2.0 * random.symmetric())
        } else {
            Scalar::Int(random.below(200) as i128 - 90)
        }
    })
}

/// Links a planned program.
pub fn link(planned: &Func, shapes: ShapeProgram) -> Executable {
    let lowered = thn_lower::lower(planned).unwrap_or_else(|e| panic!("{e}\n{planned}"));
    link_text(planned, shapes, &lowered, &lowered.text)
}

/// Links a lowered program whose text may have been changed.
pub fn link_text(
    planned: &Func,
    shapes: ShapeProgram,
    lowered: &thn_lower::Lowered,
    text: &str,
) -> Executable {
    let context = thn_mlir::new_context();
    let mut module =
        thn_mlir::parse(&context, text, "lowered.mlir").unwrap_or_else(|e| panic!("{e}\n{text}"));
    thn_mlir::run_pipeline(&context, &mut module, thn_lower::PIPELINE)
        .unwrap_or_else(|e| panic!("{e}\n{text}"));
    let object = compile(&context, &module, &Target::host().expect("a known CPU")).expect("code");
    // SAFETY: the addresses are functions of the runtime, and lowering declares them with their types.
    let linked = unsafe { JitModule::link(&object, &symbols()) }.expect("links");
    // SAFETY: lowering gives the entry this type, and the executable keeps the code in memory.
    let entry: Entry = unsafe { std::mem::transmute(linked.lookup("thn_entry").expect("an entry")) };
    let sites = lowered.sites.iter().map(|s| Site {
        op: s.op,
        loc: s.loc.clone(),
        index: s.index.clone(),
        target: s.target.clone(),
    });
    let signature = Signature::of(planned, &lowered.in_place).expect("a signature");
    let code = std::sync::Arc::new(linked);
    // SAFETY: the code was made from this program with these sites.
    unsafe { Executable::new(entry, code, signature, shapes, sites.collect(), Pool::new()) }.expect("fits")
}

/// The results of compiled code.
pub fn run(executable: &Executable, inputs: &[thn_reference::Value]) -> Result<Tensors, CallError> {
    let arrays: Vec<Array> = inputs
        .iter()
        .map(|v| Array::from_literal(&v.to_literal().expect("a literal")).expect("memory"))
        .collect();
    let views: Vec<_> = arrays.iter().map(Array::view).collect();
    let results = executable.call(&views, &[])?;
    Ok(results.iter().map(|a| (&a.to_literal().expect("a literal")).into()).collect())
}

/// The program as the planner wants it, and its checks.
pub fn ready(func: &Func) -> (Func, ShapeProgram) {
    let shapes = ShapeProgram::new(func).expect("a shape program");
    let mut func = func.compact();
    func.unify_dims().expect("consistent dims");
    (func, shapes)
}

/// How far results may be from the reference.
#[derive(Clone, Copy)]
pub enum Within {
    /// Floats by units in the last place of the result, everything else exactly.
    Ulps(f64),
    /// Floats by a multiple of the largest magnitude among the results.
    Relative(f64),
    /// Floats by a number.
    Absolute(f64),
}

/// Compares with the reference, with and without fusion.
pub fn check(func: &Func, inputs: &[thn_reference::Value], within: Within) {
    let (func, shapes) = ready(func);
    let expected = interpret(&func, inputs).unwrap_or_else(|e| panic!("{e}"));
    for fusion in [true, false] {
        let planned = plan(&func, &Options { fusion }).unwrap_or_else(|e| panic!("{e}\n{func}"));
        let executable = link(&planned, shapes.clone());
        let found = run(&executable, inputs).unwrap_or_else(|e| panic!("{e}\n{planned}"));
        for (i, (f, e)) in found.iter().zip(&expected).enumerate() {
            if let Some(why) = difference(f, e, within) {
                let name = func.describe(func.body().results[i]);
                panic!("result {i}, {name}: {why}\n{planned}");
            }
        }
    }
}

/// Why two tensors are not the same, if they are not.
pub fn difference(
    found: &thn_reference::Value,
    expected: &thn_reference::Value,
    within: Within,
) -> Option<String> {
    if found.dtype != expected.dtype || found.shape() != expected.shape() {
        return Some(format!(
            "found {}{:?}, expected {}{:?}",
            found.dtype,
            found.shape(),
            expected.dtype,
            expected.shape()
        ));
    }
    let largest = expected.elements().map(|e| e.to_f64().abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
    for (i, (f, e)) in found.elements().zip(expected.elements()).enumerate() {
        let same = match (f, e) {
            (Scalar::Float(f), Scalar::Float(e)) => {
                let allowed = match within {
                    Within::Ulps(n) => n * ulp(*e, found.dtype),
                    Within::Relative(r) => r * largest,
                    Within::Absolute(a) => a,
                };
                f == e || (f.is_nan() && e.is_nan()) || (f - e).abs() <= allowed
            }
            _ => f == e,
        };
        if !same {
            return Some(format!("element {i}: found {f:?}, expected {e:?}"));
        }
    }
    None
}

/// The distance between floats near `x`.
fn ulp(x: f64, dtype: DType) -> f64 {
    let (digits, least) = if dtype == DType::F32 { (24, -149) } else { (53, -1074) };
    if !x.is_finite() {
        return 0.0;
    }
    let exponent = if x == 0.0 { least } else { x.abs().log2().floor() as i32 - (digits - 1) };
    2f64.powi(exponent.max(least))
}

/// Gives values as results.
pub fn results(func: &mut Func, values: &[Value]) {
    for v in values {
        func.add_result(*v, Res::default());
    }
}

/// Whether an op is elementwise over its operands.
pub fn is_elementwise(kind: OpKind) -> bool {
    kind.row().is_elementwise()
}
