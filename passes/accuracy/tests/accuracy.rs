//! Programs become more accurate, and never worse.

#[path = "../examples/accuracy/problems.rs"]
mod problems;

use problems::{problems, suite};
use thn_accuracy::{Accuracy, Range, improve, measure, parse};
use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res, Shape, TensorType};

/// A search that is quick enough for a test.
fn quick() -> Accuracy {
    Accuracy { points: 64, held_out: 128, rounds: 1, nodes: 1200, ..Accuracy::default() }
}

/// Mean bits of error before and after, at points of its own.
fn improved(func: &Func, options: &Accuracy) -> (f64, f64, Func) {
    let mut better = func.clone();
    improve(&mut better, options).unwrap();
    let measured = measure(func, &[&better], &options.ranges, 200, 99).unwrap();
    assert!(measured.points > 100, "only {} points", measured.points);
    (measured.program, measured.others[0], better)
}

#[test]
fn problems_that_one_identity_solves() {
    let all = problems(suite("hamming").unwrap()).unwrap();
    let easy =
        ["example 3.1", "example 3.4", "problem 3.3.1", "problem 3.3.6", "example 3.7", "section 3.11"];
    for problem in all.iter().filter(|p| easy.contains(&p.name.as_str())) {
        let (func, ranges) = problem.program().unwrap();
        let (before, after, _) = improved(&func, &Accuracy { ranges, ..quick() });
        assert!(before > 10.0, "{}: {before} bits", problem.name);
        assert!(after < 0.7, "{}: {before} bits become {after}", problem.name);
    }
}

#[test]
fn series_and_branches_are_used_where_identities_end() {
    let func = parse("(sub x (sin x))", DType::F64).unwrap();
    let (before, after, _) = improved(&func, &quick());
    let (_, branching, better) = improved(&func, &Accuracy { branches: true, ..quick() });
    assert!(before > 5.0 && branching < 1.0, "{before} bits become {after}, with branches {branching}");
    let selects = better.body().ops.iter().filter(|op| better.op(**op).kind == OpKind::Select).count();
    assert!(selects > 0 && selects < 4, "{better}");
    // Where a series converges everywhere that is asked for, it needs no branch.
    let near = Accuracy { ranges: vec![Range { low: -0.01, high: 0.01 }], ..quick() };
    let (before, after, better) = improved(&func, &near);
    assert!(before > 10.0 && after < 1.0, "{before} bits become {after}");
    assert!(better.body().ops.iter().all(|op| better.op(*op).kind != OpKind::Select), "{better}");
}

#[test]
fn accurate_programs_stay_as_they_are() {
    for text in ["(mul x y)", "(exp x)", "(hypot x y)"] {
        let func = parse(text, DType::F64).unwrap();
        let (_, _, better) = improved(&func, &quick());
        assert_eq!(better.to_string(), func.compact().to_string());
    }
}

#[test]
fn the_same_seed_gives_the_same_program() {
    let func = parse("(sub (sqrt (add x 1)) (sqrt x))", DType::F64).unwrap();
    let texts: Vec<String> = (0..2).map(|_| improved(&func, &quick()).2.to_string()).collect();
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn tensors_and_f32_improve_and_other_ops_are_variables() {
    // log(1 + x / sum(x)) of a vector of f32; where the quotient overflows, the logarithm is lost still.
    let mut func = Func::new("relative");
    let ty = TensorType::new(DType::F32, Shape::fixed(&[4]));
    let x = func.add_arg(ty.clone(), Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let total = b.reduce(OpKind::Sum, x, &[0]).unwrap();
    let share = b.map(OpKind::Div, &[x, total]).unwrap();
    let one = b.number(DType::F32, 1.0).unwrap();
    let sum = b.map(OpKind::Add, &[one, share]).unwrap();
    let log = b.map(OpKind::Log, &[sum]).unwrap();
    func.add_result(log, Res::default());
    let found = improve(&mut func, &quick()).unwrap();
    assert!(found[0].before > 10.0 && found[0].after < 3.0, "{found:?}");
    assert_eq!(func.tensor(func.body().results[0]), Some(&ty));
    assert!(func.to_string().contains("log1p"), "{func}");
}

#[test]
fn empty_ranges_are_refused() {
    let mut func = parse("(neg x)", DType::F64).unwrap();
    for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0)] {
        let options = Accuracy { ranges: vec![Range { low, high }], ..quick() };
        let error = improve(&mut func, &options).unwrap_err().to_string();
        assert!(error.contains("argument 0 has no range"), "{error}");
    }
}

#[test]
fn wrong_expressions_are_refused_by_column() {
    let cases = [
        ("(sub x", "column 7: `)` is missing"),
        ("(sub x y z)", "column 2: `sub` takes 2 operands, 3 are given"),
        ("(sum x)", "column 2: `sum` is not an elementwise op"),
        ("(neg x) y", "column 9: unexpected `y`"),
        ("", "column 1: `` is neither a number, a name nor (op ...)"),
    ];
    for (text, message) in cases {
        let error = parse(text, DType::F64).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
    let deep = "(neg ".repeat(100_000);
    assert!(parse(&deep, DType::F64).unwrap_err().to_string().contains("parentheses are open"));
}
