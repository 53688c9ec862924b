//! Programs before and after, on one page each.

use thn_eqsat::{Budget, Class, Options, Stop, optimize, reference};
use thn_ir::*;

/// A matrix `x` of unknown lengths, a vector `v` as long as its rows, a rank-0 `s`, integers `y`, one per row.
struct Inputs {
    x: Value,
    v: Value,
    s: Value,
    y: Value,
}

type Built = Result<Value, Error>;

fn program(build: impl FnOnce(&mut Builder<'_>, Inputs) -> Built) -> Func {
    let mut f = Func::new("f");
    let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
    let x = f.add_tensor_arg(DType::F64, &[None, None], arg("x"));
    let shape = f.tensor(x).unwrap().shape.clone();
    let v = f.add_arg(TensorType::new(DType::F64, Shape(vec![shape[1].clone()])), arg("v"));
    let s = f.add_tensor_arg(DType::F64, &[], arg("s"));
    let y = f.add_arg(TensorType::new(DType::I64, Shape(vec![shape[0].clone()])), arg("y"));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 1, 1));
    let result = build(&mut b, Inputs { x, v, s, y }).unwrap();
    f.add_result(result, Res::default());
    f
}

fn body(func: &Func) -> String {
    func.to_string().lines().skip(1).filter(|l| *l != "}").collect::<Vec<_>>().join("\n")
}

/// The program, the rules that fired, and what it became. It must be valid, and optimizing again must not change it.
fn page(mut f: Func, options: &Options) -> String {
    let before = body(&f);
    let mut twin = f.clone();
    let report = optimize(&mut f, options).unwrap();
    assert_eq!(verify::verify(&f), vec![], "{f}");
    assert_eq!(optimize(&mut twin, options).unwrap(), report);
    assert_eq!(twin.to_string(), f.to_string(), "two runs differ");
    let after = f.to_string();
    let again = optimize(&mut f, options).unwrap();
    assert_eq!(f.to_string(), after, "optimizing twice changes the program: {again:?}");
    let fired: Vec<String> = report.fired.iter().map(|(rule, n)| format!("{rule} {n}")).collect();
    format!("{before}\n\n{}\n\n{}", fired.join(", "), body(&f))
}

fn rewrite(build: impl FnOnce(&mut Builder<'_>, Inputs) -> Built) -> String {
    page(program(build), &Options::default())
}

fn one(b: &mut Builder<'_>) -> Value {
    b.number(DType::F64, 1.0).unwrap()
}

fn log_one_plus_exp(b: &mut Builder<'_>, x: Value) -> Built {
    let e = b.map(OpKind::Exp, &[x])?;
    let one = one(b);
    let s = b.map(OpKind::Add, &[one, e])?;
    b.map(OpKind::Log, &[s])
}

#[test]
fn softplus() {
    insta::assert_snapshot!(rewrite(|b, i| log_one_plus_exp(b, i.x)));
}

#[test]
fn softplus_of_what_is_never_positive() {
    let built = |b: &mut Builder<'_>, i: Inputs| {
        let below = b.map(OpKind::Sqr, &[i.x])?;
        let below = b.map(OpKind::Neg, &[below])?;
        b.map(OpKind::Softplus, &[below])
    };
    insta::assert_snapshot!(rewrite(built));
    // Neither form is better than the other, or each would replace the other in turn.
    let report = optimize(&mut program(built), &Options::default()).unwrap();
    assert_eq!(report.stop, Stop::Saturated);
}

#[test]
fn constants_fold_after_saturation() {
    // Folded first, exp(800) would be infinite, and so would its logarithm.
    insta::assert_snapshot!(rewrite(|b, _| {
        let x = b.number(DType::F64, 800.0)?;
        log_one_plus_exp(b, x)
    }));
}

#[test]
fn log_softmax_of_a_class() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let shape = b.shape(i.x)?;
        let e = b.map(OpKind::Exp, &[i.x])?;
        let s = b.reduce(OpKind::Sum, e, &[1])?;
        let s = b.rebroadcast(s, &[1], &shape)?;
        let p = b.map(OpKind::Div, &[e, s])?;
        let picked = b.apply(OpKind::Pick, &[p, i.y], Attrs::new())?;
        b.map(OpKind::Log, &[picked])
    }));
}

#[test]
fn log_of_one_minus_sigmoid() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let n = b.map(OpKind::Neg, &[i.x])?;
        let e = b.map(OpKind::Exp, &[n])?;
        let (one, shape) = (one(b), b.shape(i.x)?);
        let ones = b.fill(one, &shape)?;
        let d = b.map(OpKind::Add, &[ones, e])?;
        let p = b.map(OpKind::Div, &[one, d])?;
        let q = b.map(OpKind::Sub, &[one, p])?;
        b.map(OpKind::Log, &[q])
    }));
}

#[test]
fn log_of_a_sum_of_exponentials() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let e = b.map(OpKind::Exp, &[i.x])?;
        let s = b.reduce(OpKind::Sum, e, &[0])?;
        b.map(OpKind::Log, &[s])
    }));
}

#[test]
fn cancellation() {
    // (2 s v + v) - 2 s v
    insta::assert_snapshot!(rewrite(|b, i| {
        let s = b.map(OpKind::Add, &[i.s, i.s])?;
        let t = b.map(OpKind::Mul, &[s, i.v])?;
        let u = b.map(OpKind::Add, &[t, i.v])?;
        b.map(OpKind::Sub, &[u, t])
    }));
}

#[test]
fn equal_squares_cancel() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let two = b.number(DType::F64, 2.0)?;
        let p = b.map(OpKind::Pow, &[i.x, two])?;
        let q = b.map(OpKind::Mul, &[i.x, i.x])?;
        b.map(OpKind::Sub, &[p, q])
    }));
}

#[test]
fn movements_are_lifted() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let shape = b.shape(i.x)?;
        let repeated = b.broadcast(i.v, &[1], &shape)?;
        let turned = b.dimshuffle(repeated, &[1, 0])?;
        let e = b.map(OpKind::Exp, &[turned])?;
        let one = one(b);
        let d = b.map(OpKind::Sub, &[e, one])?;
        b.dimshuffle(d, &[1, 0])
    }));
}

#[test]
fn transposes_of_products() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let t = b.dimshuffle(i.x, &[1, 0])?;
        let p = b.map(OpKind::Dot, &[t, i.x])?;
        let p = b.dimshuffle(p, &[1, 0])?;
        let n = b.map(OpKind::Neg, &[p])?;
        let n = b.map(OpKind::Neg, &[n])?;
        b.reduce(OpKind::Sum, n, &[0])
    }));
}

#[test]
fn chains_of_products_are_ordered_by_cost() {
    // A matrix times a matrix times a vector: two products with vectors are cheaper.
    insta::assert_snapshot!(rewrite(|b, i| {
        let t = b.dimshuffle(i.x, &[1, 0])?;
        let p = b.map(OpKind::Dot, &[t, i.x])?;
        b.map(OpKind::Dot, &[p, i.v])
    }));
}

#[test]
fn masked_expressions() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let zero = b.number(DType::F64, 0.0)?;
        let c = b.map(OpKind::Gt, &[i.x, zero])?;
        let kept = b.map(OpKind::Select, &[c, i.x, zero])?;
        let slope = b.map(OpKind::Log, &[i.x])?;
        b.map(OpKind::Mul, &[kept, slope])
    }));
}

#[test]
fn means_of_scaled_squares() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let two = b.number(DType::F64, 2.0)?;
        let p = b.map(OpKind::Pow, &[i.x, two])?;
        let n = b.map(OpKind::Neg, &[p])?;
        let scaled = b.map(OpKind::Mul, &[i.s, n])?;
        let halved = b.map(OpKind::Div, &[scaled, two])?;
        b.reduce(OpKind::Sum, halved, &[0, 1])
    }));
}

#[test]
fn gradient_of_cross_entropy_does_not_divide_by_probabilities() {
    // p (g / p - sum(g / p · p)) where p = softmax(x): what differentiating log(softmax(x)) gives.
    insta::assert_snapshot!(rewrite(|b, i| {
        let shape = b.shape(i.x)?;
        let g = b.map(OpKind::Sin, &[i.x])?;
        let p = b.apply(OpKind::Softmax, &[i.x], Attrs::new().ints("axes", &[1]))?;
        let r = b.map(OpKind::Reciprocal, &[p])?;
        let g = b.map(OpKind::Mul, &[g, r])?;
        let weighted = b.map(OpKind::Mul, &[g, p])?;
        let mean = b.reduce(OpKind::Sum, weighted, &[1])?;
        let mean = b.rebroadcast(mean, &[1], &shape)?;
        let centred = b.map(OpKind::Sub, &[g, mean])?;
        b.map(OpKind::Mul, &[p, centred])
    }));
}

/// The gradient by `x` of the mean of -log(p[y]), where p = exp(x) / sum(exp(x)) per row; the logarithm is taken
/// before or after the choice of a class.
fn cross_entropy_gradient(b: &mut Builder<'_>, i: &Inputs, log_first: bool) -> Built {
    let shape = b.shape(i.x)?;
    let e = b.map(OpKind::Exp, &[i.x])?;
    let s = b.reduce(OpKind::Sum, e, &[1])?;
    let s = b.rebroadcast(s, &[1], &shape)?;
    let mut p = b.map(OpKind::Div, &[e, s])?;
    if log_first {
        p = b.map(OpKind::Log, &[p])?;
    }
    p = b.apply(OpKind::Pick, &[p, i.y], Attrs::new())?;
    if !log_first {
        p = b.map(OpKind::Log, &[p])?;
    }
    let mean = b.apply(OpKind::Mean, &[p], Attrs::new().ints("axes", &[0]))?;
    let loss = b.map(OpKind::Neg, &[mean])?;
    let one = one(b);
    let gradient = thn_autodiff::vjp(b, &[loss], &[one], &[i.x])?;
    gradient[0].ok_or_else(|| Error::internal("no gradient"))
}

#[test]
fn gradient_of_log_then_pick() {
    insta::assert_snapshot!(rewrite(|b, i| cross_entropy_gradient(b, &i, true)));
}

#[test]
fn gradient_of_pick_then_log() {
    insta::assert_snapshot!(rewrite(|b, i| cross_entropy_gradient(b, &i, false)));
}

/// Positions are int64 for labels of any type.
#[test]
fn gradient_of_pick_by_int32_then_log() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let y = b.cast(i.y, DType::I32)?;
        cross_entropy_gradient(b, &Inputs { y, ..i }, false)
    }));
}

#[test]
fn gradient_of_binary_cross_entropy() {
    // -mean(t log σ(x) + (1 - t) log(1 - σ(x))), as the tutorial on logistic regression writes it.
    insta::assert_snapshot!(rewrite(|b, i| {
        let shape = b.shape(i.x)?;
        let t = b.broadcast(i.v, &[1], &shape)?;
        let one = one(b);
        let n = b.map(OpKind::Neg, &[i.x])?;
        let e = b.map(OpKind::Exp, &[n])?;
        let d = b.map(OpKind::Add, &[one, e])?;
        let p = b.map(OpKind::Div, &[one, d])?;
        let log_p = b.map(OpKind::Log, &[p])?;
        let q = b.map(OpKind::Sub, &[one, p])?;
        let log_q = b.map(OpKind::Log, &[q])?;
        let u = b.map(OpKind::Sub, &[one, t])?;
        let yes = b.map(OpKind::Mul, &[t, log_p])?;
        let no = b.map(OpKind::Mul, &[u, log_q])?;
        let both = b.map(OpKind::Add, &[yes, no])?;
        let mean = b.apply(OpKind::Mean, &[both], Attrs::new().ints("axes", &[0, 1]))?;
        let loss = b.map(OpKind::Neg, &[mean])?;
        let gradient = thn_autodiff::vjp(b, &[loss], &[one], &[i.x])?;
        gradient[0].ok_or_else(|| Error::internal("no gradient"))
    }));
}

/// A loop that adds log(1 + exp(v)) to its carried vector, and an equal second one.
fn loops(b: &mut Builder<'_>, i: &Inputs) -> Result<Vec<Value>, Error> {
    let count = b.literal(Literal::scalar(DType::I64, Scalar::Int(3)))?;
    let ty = b.tensor(i.v)?;
    let mut finals = vec![];
    for _ in 0..2 {
        let region = b.func.new_block();
        b.func.add_block_arg(region, TensorType::scalar(DType::I64));
        let carried = b.func.add_block_arg(region, ty.clone());
        let mut inner = Builder::new(b.func, region, Loc::Unknown);
        let term = log_one_plus_exp(&mut inner, i.v)?;
        let sum = inner.map(OpKind::Add, &[carried, term])?;
        let same = inner.map(OpKind::Neg, &[sum])?;
        let same = inner.map(OpKind::Neg, &[same])?;
        b.func.block_mut(region).results.push(same);
        let op = b.op(OpKind::Loop, &[count, i.v], Attrs::new(), None, &[region])?;
        finals.push(b.func.op(op).result());
    }
    Ok(finals)
}

#[test]
fn bodies_of_loops_are_optimized_and_equal_loops_merged() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let finals = loops(b, &i)?;
        b.map(OpKind::Mul, &finals)
    }));
}

#[test]
fn strict_programs_keep_their_sums() {
    let build = |b: &mut Builder<'_>, i: Inputs| {
        let one = one(b);
        let sum = b.map(OpKind::Add, &[one, i.v])?;
        let sum = b.map(OpKind::Add, &[sum, i.s])?;
        let sum = b.map(OpKind::Log, &[sum])?;
        let scaled = b.map(OpKind::Mul, &[i.s, sum])?;
        b.reduce(OpKind::Sum, scaled, &[0])
    };
    insta::assert_snapshot!(format!(
        "{}\n\nwithout strict:\n\n{}",
        page(program(build), &Options::strict()),
        rewrite(build)
    ));
}

#[test]
fn ops_with_effects_stay_in_order() {
    let mut f = program(|b, i| {
        let e = log_one_plus_exp(b, i.v)?;
        let foreign = |b: &mut Builder<'_>, v: Value| {
            let ty = b.func.ty(v).clone();
            let attrs = Attrs::new().with("id", Attr::Int(7));
            let op = b.func.push(b.block, OpKind::Foreign, &[v], attrs, &[], [ty], Loc::Unknown);
            b.func.op(op).result()
        };
        let first = foreign(b, e);
        let second = foreign(b, i.v);
        let cancelled = b.map(OpKind::Sub, &[second, second])?;
        b.map(OpKind::Add, &[first, cancelled])
    });
    let report = optimize(&mut f, &Options::default()).unwrap();
    assert!(report.finite.contains("sub-self"));
    assert!(f.attrs.get(thn_eqsat::FINITE_ATTRIBUTE).is_some());
    insta::assert_snapshot!(body(&f));
}

#[test]
fn equal_values_are_computed_once() {
    insta::assert_snapshot!(rewrite(|b, i| {
        let shape = b.shape(i.x)?;
        let v = b.broadcast(i.v, &[1], &shape)?;
        let first = b.map(OpKind::Add, &[i.x, v])?;
        let second = b.map(OpKind::Add, &[v, i.x])?;
        let (first, second) = (b.map(OpKind::Tanh, &[first])?, b.map(OpKind::Tanh, &[second])?);
        b.map(OpKind::Atan2, &[first, second])
    }));
}

#[test]
fn what_is_needed_elsewhere_costs_nothing_more() {
    // Alone, 3 x + 3 v is cheaper as 3 (x + v); where both products are results it is not.
    let build = |all: bool| {
        let mut f = program(|b, i| {
            let v = b.shape(i.x).and_then(|shape| b.broadcast(i.v, &[1], &shape))?;
            let s = b.number(DType::F64, 3.0)?;
            let (p, q) = (b.map(OpKind::Mul, &[s, i.x])?, b.map(OpKind::Mul, &[s, v])?);
            if all {
                b.func.add_result(p, Res::default());
                b.func.add_result(q, Res::default());
            }
            b.map(OpKind::Add, &[p, q])
        });
        optimize(&mut f, &Options::default()).unwrap();
        f.op_histogram()
    };
    assert_eq!((build(false).get("mul"), build(false).get("add")), (Some(&1), Some(&1)));
    assert_eq!((build(true).get("mul"), build(true).get("add")), (Some(&2), Some(&1)));
}

#[test]
fn a_program_that_divides_zero_by_zero_does_not_make_all_values_equal() {
    let mut f = program(|b, i| {
        let zero = b.number(DType::F64, 0.0)?;
        let nothing = b.map(OpKind::Sub, &[i.s, i.s])?;
        let quotient = b.map(OpKind::Div, &[nothing, zero])?;
        b.func.add_result(quotient, Res::default());
        let one = one(b);
        let scaled = b.map(OpKind::Mul, &[i.s, one])?;
        let sum = b.map(OpKind::Add, &[scaled, one])?;
        b.map(OpKind::Mul, &[sum, i.v])
    });
    optimize(&mut f, &Options::default()).unwrap();
    let numbers = |shape: &[usize], x: f64| {
        thn_reference::Value::new(DType::F64, shape, vec![Scalar::Float(x)]).unwrap()
    };
    let class = thn_reference::Value::new(DType::I64, &[1], vec![Scalar::Int(0)]).unwrap();
    let inputs = [numbers(&[1, 1], 5.0), numbers(&[1], 3.0), numbers(&[], 2.0), class];
    let results = thn_reference::interpret(&f, &inputs).unwrap();
    // The last result, (2 · 1 + 1) · 3, has nothing to do with the quotient.
    assert_eq!(results[1].to_f64().sum(), 9.0, "{f}");
}

#[test]
fn names_and_places_survive() {
    let mut f = program(|b, i| {
        let e = b.map(OpKind::Exp, &[i.x])?;
        b.loc = Loc::File("model.rs".into(), 5, 9);
        let one = one(b);
        let d = b.map(OpKind::Sub, &[e, one])?;
        b.func.value_mut(d).name = Some("loss".into());
        b.loc = Loc::File("model.rs".into(), 6, 1);
        b.map(OpKind::Sqrt, &[d])
    });
    optimize(&mut f, &Options::default()).unwrap();
    let lines: Vec<String> = f
        .walk(Func::BODY)
        .iter()
        .map(|o| {
            let op = f.op(*o);
            format!(
                "{} {} {}",
                op.kind.row().mnemonic,
                f.value(op.result()).name.as_deref().unwrap_or("-"),
                op.loc
            )
        })
        .collect();
    assert_eq!(lines, ["expm1 loss model.rs:5:9", "sqrt - model.rs:6:1"]);
}

#[test]
fn classes_and_names_choose_rules() {
    let build = |b: &mut Builder<'_>, i: Inputs| b.map(OpKind::Sub, &[i.x, i.x]);
    let ops = |options: &Options| {
        let mut f = program(build);
        optimize(&mut f, options).unwrap();
        f.op_histogram().contains_key("sub")
    };
    assert!(!ops(&Options::default()));
    assert!(ops(&Options::default().with_class(Class::Finite, false)));
    assert!(ops(&Options::default().excluding("sub-self")));
    assert!(ops(&Options::default().excluding("canonicalize")));
    assert!(ops(&Options::default().including("stabilize")));
    assert!(!ops(&Options::default().including("sub-self")));
}

#[test]
fn budgets_bound_the_search() {
    let chain = |b: &mut Builder<'_>, i: Inputs| (0..12).try_fold(i.x, |x, _| log_one_plus_exp(b, x));
    let mut f = program(chain);
    let budget = Budget { nodes: 3, nodes_per_node: 1, ..Budget::default() };
    let report = optimize(&mut f, &Options::default().with_budget(budget)).unwrap();
    assert_eq!(report.stop, Stop::Nodes);
    assert_eq!(verify::verify(&f), vec![]);
    let mut f = program(chain);
    let report = optimize(&mut f, &Options::default()).unwrap();
    assert!(report.nodes < 100_000, "{report:?}");
}

#[test]
fn the_page_of_rules_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rules.md");
    let page = reference().unwrap();
    // What `cargo xtask bless` sets for snapshots holds for this page too.
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(path, &page).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, page, "run `cargo xtask bless thn-eqsat`");
}
