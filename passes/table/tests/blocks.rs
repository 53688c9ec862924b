//! Functions of other dialects compute the same before and after `--thn-eqsat`, or what is true where they did not.

use thn_mlir::{
    codegen::{JitModule, Target, compile},
    new_context, parse, pass, run_pipeline,
};

type Function = unsafe extern "C" fn(f64) -> f64;

/// Compiles `@f`, after the passes given. The functions of libm come first: MLIR's own `log1p` is `log(1 + x)`.
fn compiled(body: &str, passes: &str) -> JitModule {
    pass::register(thn_passes::TABLES);
    let context = new_context();
    let source = format!(
        "func.func @f(%x: f64) -> f64 {{\n%one = arith.constant 1.0 : f64\n{body}\nreturn %y : f64\n}}"
    );
    let mut module = parse(&context, &source, "test.mlir").expect("parses");
    let pipeline = format!(
        "builtin.module(func.func({passes}),convert-math-to-libm,convert-to-llvm,\
         reconcile-unrealized-casts)"
    );
    run_pipeline(&context, &mut module, &pipeline).expect("lowers");
    let object = compile(&context, &module, &Target::host().expect("known")).expect("compiles");
    // SAFETY: it needs no symbols but those of libm.
    unsafe { JitModule::link(&object, &[]) }.expect("links")
}

fn run(module: &JitModule, x: f64) -> f64 {
    // SAFETY: this is the function above.
    let f: Function = unsafe { std::mem::transmute(module.lookup("f").expect("is defined")) };
    // SAFETY: it takes and returns a number.
    unsafe { f(x) }
}

/// Both versions agree at ordinary points, the second is true at the extreme ones and the first is not at the last.
fn check(body: &str, ordinary: &[f64], extreme: &[(f64, f64)]) {
    let (before, after) = (compiled(body, "canonicalize"), compiled(body, "thn-eqsat"));
    for x in ordinary {
        let (a, b) = (run(&before, *x), run(&after, *x));
        assert!((a - b).abs() <= 1e-14 * a.abs(), "{body}\nat {x}: {a} became {b}");
    }
    let close = |found: f64, truth: f64| found == truth || (found - truth).abs() <= 1e-14 * truth.abs();
    for (x, truth) in extreme {
        let found = run(&after, *x);
        assert!(close(found, *truth), "{body}\nat {x}: {found} is not {truth}");
    }
    let (x, truth) = extreme.last().expect("one extreme point");
    assert!(!close(run(&before, *x), *truth), "{body}\nneeds no improvement at {x}");
}

const POINTS: [f64; 5] = [-3.0, -0.75, 0.5, 2.0, 20.0];

#[test]
fn extremes_of_other_dialects_are_right() {
    let softplus = "%0 = math.exp %x : f64\n%1 = arith.addf %one, %0 : f64\n%y = math.log %1 : f64";
    check(softplus, &POINTS, &[(-700.0, (-700.0_f64).exp()), (0.0, 2.0_f64.ln()), (800.0, 800.0)]);
    let inverse = "%0 = math.exp %x : f64\n%y = math.log %0 : f64";
    check(inverse, &POINTS, &[(-800.0, -800.0), (800.0, 800.0)]);
    let expm1 = "%0 = math.exp %x : f64\n%y = arith.subf %0, %one : f64";
    check(expm1, &POINTS, &[(-1e-20, -1e-20), (1e-20, 1e-20)]);
    let log_sigmoid = "%0 = arith.negf %x : f64\n%1 = math.exp %0 : f64\n%2 = arith.addf %one, %1 : f64\n\
                       %3 = arith.divf %one, %2 : f64\n%y = math.log %3 : f64";
    check(log_sigmoid, &[-3.0, -0.75, 0.5, 2.0], &[(40.0, -(-40.0_f64).exp()), (-800.0, -800.0)]);
}
