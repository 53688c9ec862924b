//! From programs to functions: what the compiler makes, says and refuses.

use thn_cpu::{Compiled, Error, Level, Options, compile, compile_function, read_function};
use thn_ir::{DType, Func, OpKind, ShapeProgram};
use thn_runtime::{Array, SharedVar};

const SOFTPLUS: &str = "
func.func @f(%x: tensor<?x3xf64> {thn.name = \"x\"}) -> tensor<?x3xf64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %e = thn.exp %x : tensor<?x3xf64>
  %s = thn.add %e, %one : tensor<?x3xf64>, tensor<f64>
  %y = thn.log %s : tensor<?x3xf64>
  return %y : tensor<?x3xf64>
}";

const STEP: &str = "
func.func @step(%w: tensor<3xf32> {thn.name = \"w\", thn.shared}, %x: tensor<3xf32> {thn.name = \"x\"})
    -> (tensor<3xf32> {thn.updates = 0 : i64}, tensor<f32>) {
  %new = thn.sub %w, %x : tensor<3xf32>, tensor<3xf32>
  %old = thn.sum %w axes = [0] : tensor<3xf32>
  return %new, %old : tensor<3xf32>, tensor<f32>
}";

fn program(text: &str) -> Func {
    read_function(text, "test.mlir", None).unwrap_or_else(|e| panic!("{e}"))
}

fn compiled(text: &str, options: &Options) -> Compiled {
    compile_function(&program(text), options).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn an_elementwise_program_runs() {
    let f = compiled(SOFTPLUS, &Options::unoptimized());
    let x = ndarray::arr2(&[[0.0f64, 1.0, -1.0], [2.0, 3.0, -40.0]]);
    let y = f.executable.call(&[(&x).into()], &[]).unwrap_or_else(|e| panic!("{e}"));
    let y = y[0].to_ndarray::<f64>().expect("is f64");
    for (y, x) in y.iter().zip(&x) {
        assert!((y - x.exp().ln_1p()).abs() < 1e-15, "{y} for {x}");
    }
    let error = f.executable.call(&[(&ndarray::arr2(&[[1.0]])).into()], &[]).expect_err("is too short");
    assert!(
        error.to_string().contains("argument x has shape (1, 1), but its declared shape is (x.0, 3)"),
        "{error}"
    );
}

#[test]
fn updates_read_old_values_and_stay() {
    let f = compiled(STEP, &Options::default());
    let w = SharedVar::new(Some("w"), Array::from_slice(&[3], &[1.0f32, 2.0, 3.0]).expect("fits"));
    let x = Array::from_slice(&[3], &[1.0f32, 0.5, 0.0]).expect("fits");
    for expected in [6.0f32, 4.5, 3.0] {
        let sum = f.executable.call(&[x.view()], std::slice::from_ref(&w)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(sum[0].as_slice::<f32>().expect("is f32"), [expected]);
    }
    let w = w.get_value().expect("fits");
    assert_eq!(w.as_slice::<f32>().expect("is f32"), [-2.0, 0.5, 3.0]);
}

#[test]
fn every_level_is_kept_when_asked_for() {
    let f = compiled(SOFTPLUS, &Options::default().with_stages());
    let levels: Vec<Level> = f.stages.iter().map(|s| s.level).collect();
    assert_eq!(levels, Level::ALL);
    for stage in &f.stages {
        assert!(stage.text.len() > 40, "{:?} is {:?}", stage.level, stage.text);
    }
    let text = |level: Level| f.stages.iter().find(|s| s.level == level).map_or("", |s| s.text.as_str());
    assert!(text(Level::Program).contains("thn.exp"));
    assert!(text(Level::Kernels).contains("thn.kernel"));
    assert!(text(Level::Loops).contains("@thn_entry"));
    assert!(text(Level::Llvm).contains("llvm.func @thn_entry"));
    assert!(text(Level::LlvmIr).contains("@thn_entry(ptr"));
    assert!(text(Level::Assembly).contains("thn_entry:"));
    assert!(compiled(SOFTPLUS, &Options::default()).stages.is_empty());
}

#[test]
fn the_report_counts_what_was_made() {
    let f = compiled(SOFTPLUS, &Options::unoptimized());
    let report = &f.report;
    assert_eq!((report.name.as_str(), report.ops_before, report.ops_after), ("f", 4, 4));
    let kernels =
        f.planned.walk(Func::BODY).iter().filter(|op| f.planned.op(**op).kind == OpKind::Kernel).count();
    assert_eq!((report.kernels, kernels), (1, 1));
    assert_eq!((report.temporaries, report.in_place), (0, 0));
    assert!(report.rewrites.is_none() && report.object_bytes > 0 && report.total_milliseconds() > 0.0);
    let steps: Vec<&str> = report.milliseconds.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(steps, ["check", "plan", "lower", "parse", "mlir passes", "llvm passes", "code", "link"]);
    let json = serde_json::to_string(report).expect("is plain data");
    let again: thn_cpu::CompileReport = serde_json::from_str(&json).expect("is the same data");
    assert_eq!(again.kernels, report.kernels);

    let apart = compiled(SOFTPLUS, &Options { fusion: false, ..Options::unoptimized() });
    assert!(apart.report.kernels > 1, "{:?}", apart.report);
}

#[test]
fn the_kernels_that_are_printed_are_those_that_run() {
    let func = program(SOFTPLUS);
    let whole = compile_function(&func, &Options::default().with_stages()).unwrap_or_else(|e| panic!("{e}"));
    let text = &whole.stages.iter().find(|s| s.level == Level::Kernels).expect("was asked for").text;
    let read = read_function(text, "kernels.mlir", None).unwrap_or_else(|e| panic!("{e}"));
    let shapes = ShapeProgram::new(&func).expect("is right");
    let again = compile(&read, shapes, &Options::default().with_stages()).unwrap_or_else(|e| panic!("{e}"));
    let assembly =
        |c: &Compiled| c.stages.iter().find(|s| s.level == Level::Assembly).map(|s| s.text.clone());
    assert_eq!(assembly(&whole), assembly(&again));
}

#[test]
fn all_problems_of_a_program_are_reported() {
    let mut func = program(SOFTPLUS);
    func.results[0].updates = Some(0);
    let block = func.block_mut(Func::BODY);
    block.ops.reverse();
    match compile_function(&func, &Options::default()) {
        Err(Error::Program(errors)) => assert!(errors.len() > 1, "{errors:?}"),
        other => panic!("{:?}", other.map(|c| c.report)),
    }
}

#[test]
fn ops_of_other_dialects_are_refused_with_their_place() {
    let text = "
func.func @f(%x: tensor<3xf64>) -> tensor<3xf64> {
  %y = math.cbrt %x : tensor<3xf64>
  return %y : tensor<3xf64>
}";
    let error = compile_function(&program(text), &Options::default()).expect_err("is foreign").to_string();
    assert!(error.contains("test.mlir:3:") && error.contains("not supported"), "{error}");
}

#[test]
fn a_step_that_has_run_once_allocates_nothing_more() {
    let text = "
func.func @step(%w: tensor<?x8xf32> {thn.shared}, %x: tensor<?x?xf32>) -> (tensor<?x8xf32> {thn.updates = 0 : i64}, tensor<?x8xf32>) {
  %y = thn.dot %x, %w : tensor<?x?xf32>, tensor<?x8xf32>
  %p = thn.softmax %y axes = [1] : tensor<?x8xf32>
  %t = thn.dimshuffle %x order = [1, 0] : tensor<?x?xf32>
  %g = thn.dot %t, %p : tensor<?x?xf32>, tensor<?x8xf32>
  %new = thn.sub %w, %g : tensor<?x8xf32>, tensor<?x8xf32>
  return %new, %p : tensor<?x8xf32>, tensor<?x8xf32>
}";
    let f = compiled(text, &Options::default());
    let w = SharedVar::new(None, Array::zeros(DType::F32, &[5, 8]).expect("fits"));
    let x = Array::from_slice(&[3, 5], &[0.25f32; 15]).expect("fits");
    let call = || f.executable.call(&[x.view()], std::slice::from_ref(&w)).unwrap_or_else(|e| panic!("{e}"));
    // The variable's first value is not of the pool, so that two steps fill it.
    (0..2).for_each(|_| drop(call()));
    let before = f.executable.pool().stats();
    (0..10).for_each(|_| drop(call()));
    let after = f.executable.pool().stats();
    assert_eq!(before.allocations, after.allocations);
    let per_step = (after.requests - before.requests) / 10;
    let results = if f.report.in_place == 1 { 1 } else { 2 };
    assert_eq!(per_step, f.report.temporaries as u64 + results, "{:?}", f.report);
}

#[test]
fn threads_call_one_function() {
    let f = compiled(SOFTPLUS, &Options::default());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let f = &f.executable;
            scope.spawn(move || {
                for i in 1..100 {
                    let x = ndarray::Array2::from_elem((i % 7 + 1, 3), f64::from(thread));
                    let y = f.call(&[(&x).into()], &[]).unwrap_or_else(|e| panic!("{e}"));
                    let expected = f64::from(thread).exp().ln_1p();
                    let y = y[0].as_view::<f64>().expect("is f64");
                    assert!(y.iter().all(|y| (y - expected).abs() < 1e-15), "{y} instead of {expected}");
                }
            });
        }
    });
}

#[test]
fn lengths_that_no_memory_holds_are_refused_not_written() {
    let text = "
func.func @f(%x: tensor<f64>, %n: tensor<i64> {thn.name = \"n\"}) -> tensor<?xf64> {
  %y = thn.broadcast %x axes = [] dims = [\"n\"] : tensor<f64> -> tensor<?xf64>
  %z = thn.exp %y : tensor<?xf64>
  return %z : tensor<?xf64>
}";
    let f = compiled(text, &Options::default());
    let x = Array::scalar(0.0).expect("fits");
    let call = |n: i64| {
        let n = Array::scalar(n).expect("fits");
        f.executable.call(&[x.view(), n.view()], &[]).map(|y| y[0].shape().to_vec())
    };
    assert_eq!(call(3), Ok(vec![3]));
    assert_eq!(call(0), Ok(vec![0]));
    for (n, why) in [(1 << 61, "fits into no memory"), (-1, "negative"), (1 << 58, "out of memory")] {
        let error = call(n).expect_err("cannot exist").to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn code_for_any_cpu_has_no_wide_vectors() {
    let func = program(SOFTPLUS);
    let options = Options::unoptimized().with_stages().for_any_cpu();
    let code = compile_function(&func, &options).unwrap_or_else(|e| panic!("{e}"));
    let assembly = code.stages.iter().find(|s| s.level == Level::Assembly).expect("was asked for");
    assert!(!assembly.text.contains("ymm") && !assembly.text.contains("zmm"), "{}", assembly.text);
    assert!(!code.report.target.contains('+'), "{}", code.report.target);
}
