//! Explanations of programs: what people read, and that every step of every chain can be done again.

use thn_eqsat::{
    Options,
    explain::{check, optimize_explained},
    optimize,
};
use thn_ir::*;
use thn_random::Random;

type Built = Result<Value, Error>;

/// A function of a matrix `x` and a vector `v` as long as its rows.
fn program(build: impl FnOnce(&mut Builder<'_>, Value, Value) -> Built) -> Func {
    let mut f = Func::new("f");
    let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
    let x = f.add_tensor_arg(DType::F64, &[None, None], arg("x"));
    let shape = f.tensor(x).unwrap().shape.clone();
    let v = f.add_arg(TensorType::new(DType::F64, Shape(vec![shape[1].clone()])), arg("v"));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 1, 1));
    let result = build(&mut b, x, v).unwrap();
    f.add_result(result, Res::default());
    f
}

/// Optimizes with and without an explanation, which must not matter, and checks the explanation.
fn explained(func: &Func, options: &Options) -> String {
    let (mut plain, mut f) = (func.clone(), func.clone());
    let report = optimize(&mut plain, options).unwrap();
    let (same, explanation) = optimize_explained(&mut f, options).unwrap();
    assert_eq!(report, same);
    assert_eq!(plain.to_string(), f.to_string(), "explaining changes the program");
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(json["changes"].as_array().map(Vec::len), Some(explanation.changes.len()));
    check(&explanation).unwrap_or_else(|e| panic!("{e}\n{func}\n{f}"));
    let mut page = vec![];
    for change in &explanation.standing {
        for change in explanation.history(*change) {
            let lost: Vec<&OpId> = change.ops.iter().filter(|op| f.block_of(**op).is_none()).collect();
            assert!(lost.is_empty());
            assert!(change.steps.is_some(), "no chain for {change}\n{func}\n{f}");
            page.push(change.to_string());
        }
    }
    page.join("\n\n")
}

fn explain(build: impl FnOnce(&mut Builder<'_>, Value, Value) -> Built) -> String {
    explained(&program(build), &Options::default())
}

fn log_one_plus_exp(b: &mut Builder<'_>, x: Value) -> Built {
    let e = b.map(OpKind::Exp, &[x])?;
    let one = b.number(DType::F64, 1.0)?;
    let s = b.map(OpKind::Add, &[one, e])?;
    b.map(OpKind::Log, &[s])
}

#[test]
fn softplus() {
    insta::assert_snapshot!(explain(|b, x, _| log_one_plus_exp(b, x)));
}

#[test]
fn nothing_left_to_compute() {
    insta::assert_snapshot!(explain(|b, x, _| {
        let e = b.map(OpKind::Exp, &[x])?;
        b.map(OpKind::Log, &[e])
    }));
}

#[test]
fn constants_fold_last() {
    insta::assert_snapshot!(explain(|b, _, _| {
        let x = b.number(DType::F64, 800.0)?;
        log_one_plus_exp(b, x)
    }));
}

#[test]
fn movements_and_products() {
    insta::assert_snapshot!(explain(|b, x, v| {
        let shape = b.shape(x)?;
        let e = b.map(OpKind::Exp, &[v])?;
        let e = b.broadcast(e, &[1], &shape)?;
        let (two, three) = (b.number(DType::F64, 2.0)?, b.number(DType::F64, 3.0)?);
        let log = b.map(OpKind::Log, &[e])?;
        let product = b.map(OpKind::Mul, &[log, two])?;
        let product = b.map(OpKind::Mul, &[product, x])?;
        b.map(OpKind::Mul, &[three, product])
    }));
}

/// A step inside a loop is explained where it is.
#[test]
fn bodies_of_loops() {
    insta::assert_snapshot!(explain(|b, _, v| {
        let count = b.literal(Literal::scalar(DType::I64, Scalar::Int(3)))?;
        let ty = b.tensor(v)?;
        let region = b.func.new_block();
        b.func.add_block_arg(region, TensorType::scalar(DType::I64));
        let carried = b.func.add_block_arg(region, ty);
        let mut inner = Builder::new(b.func, region, Loc::Unknown);
        let carried = log_one_plus_exp(&mut inner, carried)?;
        let sum = inner.map(OpKind::Add, &[carried, v])?;
        b.func.block_mut(region).results.push(sum);
        let op = b.op(OpKind::Loop, &[count, v], Attrs::new(), None, &[region])?;
        Ok(b.func.op(op).result())
    }));
}

#[test]
fn random_programs() {
    for seed in 0..150 {
        let f = random(40, seed);
        for options in [Options::default(), Options::strict()] {
            explained(&f, &options);
        }
    }
}

/// A program of `n` elementwise ops, each over values made shortly before.
fn random(n: usize, seed: u64) -> Func {
    let mut f = Func::new("f");
    let mut values: Vec<Value> =
        (0..4).map(|_| f.add_tensor_arg(DType::F64, &[Some(16)], Arg::default())).collect();
    let mut random = Random::new(seed);
    let mut next = |below: usize| random.below(below);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    while b.func.body().ops.len() < n {
        let recent = values.len().min(12);
        let mut pick = |b: &mut Builder<'_>| match next(4) {
            0 => b.number(DType::F64, [0.0, 1.0, 2.0, -1.0][next(4)]).unwrap(),
            _ => values[values.len() - 1 - next(recent)],
        };
        let (x, y) = (pick(&mut b), pick(&mut b));
        use OpKind::*;
        let kinds = [Add, Sub, Mul, Div, Exp, Log, Neg, Sqr, Sqrt, Abs, Maximum, Sigmoid, Tanh, Expm1, Log1p];
        let kind = kinds[next(kinds.len())];
        let operands = if kind.row().operands.len() == 2 { vec![x, y] } else { vec![x] };
        values.push(b.map(kind, &operands).unwrap());
    }
    let results: Vec<Value> = values.iter().rev().take(10).copied().collect();
    results.into_iter().for_each(|v| f.add_result(v, Res::default()));
    f
}
