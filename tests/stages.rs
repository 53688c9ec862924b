//! One program, every level on one page.
//!
//! The pages stop at the LLVM dialect: below it the text depends on the CPU.

use thn_cpu::{Level, Options, compile_function};
use thn_graph::*;

/// The page of a program: each level under its name.
fn page(request: &Request) -> String {
    let program = Program::extract(request).expect("the program is right");
    let compiled = compile_function(&program.func, &Options::default().with_stages()).expect("it compiles");
    let portable = |level: Level| !matches!(level, Level::LlvmIr | Level::Assembly);
    let levels = compiled.stages.iter().filter(|s| portable(s.level));
    levels.map(|s| format!("# {}\n\n{}\n", s.level.name(), without_library(&s.text).trim())).collect()
}

/// A module without the functions that every program shares: scalar mathematics and the runtime's.
fn without_library(module: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in module.lines() {
        let begins = line.starts_with("  ") && line.contains("func ") && line.contains("@thn_");
        if begins && !line.contains("@thn_entry(") {
            inside = line.ends_with('{');
        } else if inside {
            inside = line != "  }";
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// A training step: the loss, and the parameters moved against its gradient.
fn step(name: &str, inputs: &[&Tensor], loss: &Tensor, parameters: &[&Tensor]) -> Request {
    let gradients = grad(loss, parameters);
    let moved = |(p, g): (&&Tensor, Tensor)| ((*p).clone(), *p - 0.1 * g);
    Request {
        name: name.into(),
        inputs: inputs.iter().map(|t| (*t).clone()).collect(),
        outputs: vec![(loss.clone(), Some("loss".into()))],
        updates: parameters.iter().zip(gradients).map(moved).collect(),
        ..Request::default()
    }
}

fn logistic() -> Request {
    let (x, y) = (dmatrix("x"), dvector("y"));
    let (w, b) = (shared([0.0; 3], "w"), shared(0.0, "b"));
    let p = 1.0 / (1.0 + (-(x.dot(&w) + &b)).exp());
    let loss = (-(&y * p.log()) - (1.0 - &y) * (1.0 - &p).log()).mean();
    step("logistic_regression", &[&x, &y], &loss, &[&w, &b])
}

fn softmax() -> Request {
    let (x, y) = (dmatrix("x"), lvector("y"));
    let (w, b) = (shared([[0.0; 4]; 3], "w"), shared([0.0; 4], "b"));
    let p = (x.dot(&w) + &b).softmax();
    let loss = -p.pick(&y).log().mean();
    step("softmax_cross_entropy", &[&x, &y], &loss, &[&w, &b])
}

fn perceptron() -> Request {
    let (x, y) = (dmatrix("x"), lvector("y"));
    let (v, a) = (shared([[0.0; 5]; 3], "v"), shared([0.0; 5], "a"));
    let (w, b) = (shared([[0.0; 4]; 5], "w"), shared([0.0; 4], "b"));
    let hidden = (x.dot(&v) + &a).tanh();
    let loss = -(hidden.dot(&w) + &b).softmax().pick(&y).log().mean();
    step("perceptron", &[&x, &y], &loss, &[&v, &a, &w, &b])
}

#[test]
fn logistic_regression() {
    insta::assert_snapshot!(page(&logistic()));
}

#[test]
fn softmax_cross_entropy() {
    insta::assert_snapshot!(page(&softmax()));
}

/// What a training step costs besides arithmetic. A call asks the pool for its temporaries and for its results that
/// are not written in place, as `thn-cpu` tests; a step that has run once gets all of them from the pool.
#[test]
fn kernels_and_buffers_of_training_steps() {
    let line = |request: &Request| {
        let program = Program::extract(request).expect("the program is right");
        let report = compile_function(&program.func, &Options::default()).expect("it compiles").report;
        let (kernels, temporaries, in_place) = (report.kernels, report.temporaries, report.in_place);
        format!(
            "{}: {kernels} kernels, {temporaries} temporaries, {in_place} updates in place\n",
            request.name
        )
    };
    insta::assert_snapshot!([logistic(), softmax(), perceptron()].iter().map(line).collect::<String>());
}

#[test]
fn a_loop() {
    let (a, k) = (dvector("a"), lscalar("k"));
    let power = loop_(&k, &[&a.ones_like()], |_, carried| vec![&carried[0] * &a]);
    insta::assert_snapshot!(page(&Request {
        name: "power".into(),
        inputs: vec![a, k],
        outputs: vec![(power[0].clone(), Some("power".into()))],
        ..Request::default()
    }));
}
