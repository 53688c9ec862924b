//! Types, broadcasting, merging of graphs, problems and formulas: everything that is known before anything runs.

use thn_graph::*;
use thn_ir::verify;

fn dtype(t: &Tensor) -> DType {
    assert_eq!(t.problems(), vec![]);
    t.dtype().unwrap()
}

#[test]
fn element_types_promote_as_in_numpy() {
    let [b, i8_, i16_, i32_, i64_] = [bool, i8, i16, i32, i64].map(|d| vector("x", d));
    let [f32_, f64_, u8_] = [f32, f64, u8].map(|d| vector("x", d));
    assert_eq!(dtype(&(&i8_ + &u8_)), i16);
    assert_eq!(dtype(&(&i32_ + &f32_)), f64);
    assert_eq!(dtype(&(&i16_ * &f32_)), f32);
    assert_eq!(dtype(&(&f32_ - &f64_)), f64);
    assert_eq!(dtype(&(&b + &b)), i64);
    assert_eq!(dtype(&(&i8_ / &i8_)), f64);
    assert_eq!(dtype(&i8_.exp()), f32);
    assert_eq!(dtype(&i64_.exp()), f64);
    assert_eq!(dtype(&i8_.sum()), i64);
    assert_eq!(dtype(&u8_.sum()), u64);
    assert_eq!(dtype(&f32_.sum()), f32);
    assert_eq!(dtype(&i32_.mean()), f64);
    assert_eq!(dtype(&i32_.lt(&f32_)), bool);
    assert_eq!(dtype(&b.and(&b)), bool);
    assert_eq!(dtype(&f64_.any()), bool);
}

#[test]
fn numbers_take_the_type_of_what_they_meet() {
    let [x8, x64, y32, y64, b] = [i8, i64, f32, f64, bool].map(|d| vector("x", d));
    assert_eq!(dtype(&(&y32 + 1)), f32);
    assert_eq!(dtype(&(0.1 * &y32)), f32);
    assert_eq!(dtype(&(&y32 + 100_000)), f32);
    assert_eq!(dtype(&(&x8 + 1)), i8);
    assert_eq!(dtype(&(&x8 + 300)), i16);
    assert_eq!(dtype(&(&x8 + 0.5)), f32);
    assert_eq!(dtype(&(&x64 * 0.5)), f64);
    assert_eq!(dtype(&(1 - &y64)), f64);
    assert_eq!(dtype(&(&b + 1)), i64);
    assert_eq!(dtype(&switch(&b, 1.0, 0.0)), f64);
    assert_eq!(dtype(&switch(&x8, &y32, 0)), f32);
}

fn shape(t: &Tensor) -> String {
    assert_eq!(t.problems(), vec![]);
    t.dims().to_string()
}

#[test]
fn only_dims_of_length_1_by_type_repeat() {
    let (x, v) = (matrix("x", f64), vector("v", f64));
    assert_eq!(shape(&(&x + &v)), "(x.0, x.1)");
    assert_eq!(shape(&(&v + &x)), "(x.0, v.0)");
    assert_eq!(shape(&(col("c", f64) * row("r", f64))), "(c.0, r.1)");
    assert_eq!(shape(&(&x + tensor("k", f64, &[Some(3), Some(1)]))), "(3, x.1)");
    assert_eq!(shape(&(&x / x.sum_over(keep(1)))), "(x.0, x.1)");
    assert_eq!(shape(&(&x - x.mean_over(0))), "(x.0, x.1)");
    // A matrix that happens to have one row does not repeat: its length is the call's affair.
    let sum = &x + matrix("y", f64);
    assert_eq!(shape(&sum), "(x.0, x.1)");
}

#[test]
fn shapes_follow_their_ops() {
    let (x, t, n) = (matrix("x", f64), tensor3("t", f64), lscalar("n"));
    assert_eq!(shape(&x.t()), "(x.1, x.0)");
    assert_eq!(shape(&x.reshape([-1, 2])), shape(&x.flatten().reshape([-1, 2])));
    assert_eq!(shape(&t.flatten_to(2)), "(t.0, t.1*t.2)");
    assert_eq!(shape(&t.sum_over([0, 2])), "(t.1)");
    assert_eq!(shape(&t.swapaxes(0, -1)), "(t.2, t.1, t.0)");
    assert_eq!(shape(&x.expand_dims(-1)), "(x.0, x.1, 1)");
    assert_eq!(shape(&x.expand_dims(0).squeeze()), "(x.0, x.1)");
    assert_eq!(shape(&concatenate([&x, &x], 0)), "(2*x.0, x.1)");
    assert_eq!(shape(&stack([&x, &x], 0)), "(2, x.0, x.1)");
    assert_eq!(shape(&arange(&n + 1)), "(n + 1)");
    assert_eq!(shape(&zeros([Length::from(x.shape(1)), 3.into()], f32)), "(x.1, 3)");
    assert_eq!(shape(&x.dot(x.t())), "(x.0, x.0)");
    assert_eq!(shape(&t.dot(&x)), "(t.0, t.1, x.1)");
    assert_eq!(shape(&x.at(s![.., NewAxis, 2..5])), "(x.0, 1, -min(2, x.1) + min(5, x.1))");
    assert_eq!(shape(&t.at(s![Ellipsis, -1])), "(t.0, t.1)");
    assert_eq!(shape(&x.at(s![..; -2])), "(((x.0 + 1)//2), x.1)");
    assert_eq!(shape(&x.at(s![lmatrix("i")])), "(i.0, i.1, x.1)");
    assert_eq!(shape(&x.take(&lvector("j"), 1)), "(x.0, j.0)");
    assert_eq!(shape(&x.at(s![arange(x.shape(0)), lvector("y")])), "(y.0)");
}

#[test]
fn graphs_merge_and_handles_follow() {
    let (x, y) = (vector("x", f64), vector("x", f64));
    let (before_x, before_y) = (x.exp(), y.log());
    assert!(!before_x.is(&before_y));
    let sum = &before_x + &before_y;
    let owner = sum.owner().unwrap();
    assert!(owner.inputs[0].is(&before_x) && owner.inputs[1].is(&before_y));
    assert!(before_y.owner().unwrap().inputs[0].is(&y));
    // Two variables of one name stay two, with lengths of their own.
    assert_eq!((shape(&x), shape(&y)), ("(x.0)".into(), "(x.0_1)".into()));
    assert_eq!(sum.pp(), "(exp(x) + log(x))");
}

#[test]
fn threads_can_build_on_shared_tensors() {
    fn send_and_sync<T: Send + Sync>(_: &T) {}
    let xs: Vec<Tensor> = (0..8).map(|i| scalar(&format!("x{i}"), f64)).collect();
    send_and_sync(&xs);
    let sums: Vec<Tensor> = std::thread::scope(|scope| {
        let build = |from: usize| {
            let xs = &xs;
            // Every thread merges the same graphs in another order.
            scope.spawn(move || (0..8).fold(constant(0.0), |sum, i| sum + &xs[(from + i) % 8]))
        };
        let threads: Vec<_> = (0..8).map(build).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let total = sums.iter().fold(constant(0.0), |a, b| a + b);
    assert_eq!(total.problems(), vec![]);
    let request = Request { inputs: xs, outputs: vec![(total, None)], ..Request::default() };
    let program = Program::extract(&request).unwrap();
    assert_eq!(verify::verify(&program.func), vec![]);
    assert_eq!(program.func.op_histogram()["add"], 8 * 8 + 8);
}

fn problems(outputs: Vec<Tensor>, inputs: &[&Tensor]) -> Vec<String> {
    let request = Request {
        inputs: inputs.iter().map(|t| (*t).clone()).collect(),
        outputs: outputs.into_iter().map(|t| (t, None)).collect(),
        loc: Loc::File(file!().into(), 1, 1),
        ..Request::default()
    };
    let errors = Program::extract(&request).expect_err("there are problems");
    let here = file!();
    errors
        .iter()
        .map(|e| {
            let text = e.to_string();
            assert!(text.starts_with(here), "{text}");
            text.split_once(": ").unwrap().1.to_string()
        })
        .collect()
}

#[test]
fn all_problems_are_reported_with_their_lines() {
    let (x, y) = (tensor("x", f64, &[Some(3)]), tensor("y", f64, &[Some(4)]));
    let first = &x + &y;
    let second = x.reshape([2, 2]);
    let on_both = (first * second).exp();
    let third = x.sum_over(3);
    let found = problems(vec![on_both, third], &[&x]);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].contains("x has shape (3) and y has shape (4): dim 0 is 3 and 4"), "{found:#?}");
    assert!(
        found[1].contains("x has shape (3) with 3 elements and cannot become (2, 2) with 4 elements"),
        "{found:#?}"
    );
    assert_eq!(found[2], "axis 3 is out of bounds for a tensor with 1 dim");
    assert_eq!(found[3], "y is needed, but is neither an input nor given");
}

#[test]
fn what_functions_may_not_be_made_of_is_named() {
    let (x, w) = (dvector("x"), shared(1.0, "w"));
    assert!(problems(vec![&x + &w], &[&x, &w])[0].starts_with("w is a shared variable"));
    assert!(problems(vec![x.exp()], &[&x, &x])[0].contains("x is an input twice"));
    let unused = dvector("unused");
    assert!(
        problems(vec![x.exp()], &[&x, &unused])[0].starts_with("unused is an input, but nothing depends")
    );
    let y = x.exp();
    assert!(problems(vec![y.log()], &[&x, &y])[0].contains("is computed; an input is a variable"));
    let apart = dscalar("apart");
    assert!(problems(vec![x.sum().grad(&apart)], &[&x])[0].contains("does not depend on apart"));
    assert!(problems(vec![x.grad(&x)], &[&x])[0].contains("the cost of a gradient has rank 0"));
    let counted = loop_(3, &[&lscalar("n")], |_, c| vec![&c[0] * 0.5]);
    assert!(problems(counted, &[])[0].contains("carried value 0 begins as tensor<i64>"));
    assert!(
        problems(vec![constant(vec![vec![1], vec![2, 3]])], &[])[0].contains("nested lists of different")
    );
}

#[test]
fn a_carried_value_does_not_leave_its_loop() {
    let mut leaked = None;
    let x = dvector("x");
    loop_(3, &[&x], |_, carried| {
        leaked = Some(carried[0].clone());
        vec![carried[0].exp()]
    });
    let found = problems(vec![leaked.unwrap()], &[]);
    assert!(found[0].contains("is a carried value of a loop and is used outside of its step"), "{found:?}");
}

#[test]
fn lengths_of_inputs_are_enough_to_need_them() {
    let x = dmatrix("x");
    let ones = ones([x.shape(0)], f64);
    assert!(problems(vec![ones.clone()], &[])[0].starts_with("x is needed"));
    let request = Request { inputs: vec![x], outputs: vec![(ones, None)], ..Request::default() };
    let program = Program::extract(&request).unwrap();
    assert_eq!(program.func.ty(program.func.body().results[0]).to_string(), "tensor<x.0xf64>");
}

#[test]
fn only_the_chosen_branch_holds_its_ops() {
    let (c, x) = (scalar("c", bool), dvector("x"));
    let shared_part = x.sqr();
    let chosen = ifelse(&c, &(shared_part.exp() + &shared_part), &shared_part.log()) + &shared_part;
    let request = Request { inputs: vec![c, x], outputs: vec![(chosen, None)], ..Request::default() };
    let func = Program::extract(&request).unwrap().func;
    assert_eq!(verify::verify(&func), vec![]);
    let names: Vec<&str> = func.body().ops.iter().map(|op| func.op(*op).kind.row().mnemonic).collect();
    assert_eq!(names, ["sqr", "cond", "add"]);
}

#[test]
fn formulas_print_as_written() {
    let (x, w, b) = (dmatrix("x"), shared([1.0, 2.0], "w"), dscalar("b"));
    assert_eq!((1 / (1 + (-x.dot(&w) - &b).exp())).pp(), "(1.0 / (1.0 + exp(((-dot(x, w)) - b))))");
    assert_eq!(x.t().at(s![0]).pp(), "dimshuffle(slice(x.T, starts=[\"0\", \"0\"], steps=[1, 1]), [1])");
    assert_eq!(x.zeros_like().pp(), "fill((x.0, x.1), 0.0)");
    assert_eq!(x.cast(i32).pp(), "cast(x, 'int32')");
    assert_eq!(x.sum().named("total").exp().pp(), "exp(sum(x, axes=[0, 1]))");
}

#[test]
fn formulas_of_deep_and_repeated_parts_are_cut() {
    let mut y = dscalar("x");
    for _ in 0..60 {
        y = &y * &y;
    }
    let text = y.pp();
    assert!(text.contains('…') && text.len() < 100_000);
    let deep = (0..20_000).fold(dscalar("x"), |sum, _| sum + 1);
    assert!(deep.pp().contains('…'));
}

#[test]
fn symbolic_bounds_clip_and_count_back() {
    let (x, k, n) = (tensor("x", f64, &[Some(5)]), lscalar("k"), scalar("n", u8));
    let back = "min(1, max(0, -k))";
    assert_eq!(shape(&x.at(s![..&k])), format!("(max(0, min(5, k + 5*{back})))"));
    // What is certainly not negative counts from the front.
    assert_eq!(shape(&x.at(s![..&n])), "(min(5, n))");
    let m = matrix("m", f64);
    assert_eq!(shape(&m.at(s![..x.shape(0)])), "(min(5, m.0), m.1)");
    assert_eq!(shape(&m.at(s![&n * 20..(&n + 1) * 20])), "(min(20*n + 20, m.0) - min(20*n, m.0), m.1)");
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "ranges as NumPy has them, which may be empty or go down")]
fn included_ends_are_part_of_a_range() {
    let x = tensor("x", f64, &[Some(5)]);
    for (item, length) in [
        (s![1..=2], 2),
        (s![..=-1], 5),
        (s![..=-2], 4),
        (s![3..=1; -1], 3),
        (s![..=0; -1], 5),
        (s![1..=9], 4),
        (s![4..=1], 0),
    ] {
        assert_eq!(shape(&x.at(item)), format!("({length})"));
    }
}

#[test]
fn a_position_outside_is_named_as_it_was_written() {
    let x = zeros(3, f64);
    let message = "index 5 is out of bounds for dim 0 of the result of thn.broadcast with shape (3)";
    assert_eq!(problems(vec![x.at(s![5])], &[]), [message]);
    assert_eq!(problems(vec![x.at(s![-4])], &[]), [message.replace('5', "-4")]);
    assert_eq!(shape(&x.at(s![-3])), "()");
}

#[test]
fn lengths_are_given_alone_in_arrays_and_in_tuples() {
    let n = lscalar("n");
    assert_eq!(shape(&zeros(&n, f64)), "(n)");
    assert_eq!(shape(&zeros(3, f64)), "(3)");
    assert_eq!(shape(&ones((&n, 2), f64)), "(n, 2)");
    assert_eq!(shape(&ones([&n], f64)), "(n)");
    assert_eq!(shape(&full((), 1.0, f64)), "()");
    assert_eq!(shape(&zeros(vec![2, 3], f64).reshape([3, 2])), "(3, 2)");
}

#[test]
fn loops_and_branches_print_their_bodies() {
    let (a, k, c) = (dvector("a"), lscalar("k"), scalar("c", bool));
    let [power, count] = &loop_(&k, &[&a.ones_like(), &constant(0_i64)], |step, carried| {
        vec![&carried[0] * &a, &carried[1] + step]
    })[..] else {
        panic!("two carried values");
    };
    let ones = "fill((a.0), 1.0)";
    let body = "(step, carried0, carried1) -> [(carried0 * a), (carried1 + step)]";
    assert_eq!(power.pp(), format!("loop(k, {ones}, 0, {body})[0]"));
    assert_eq!(count.pp(), format!("loop(k, {ones}, 0, {body})[1]"));
    assert_eq!(ifelse(&c, &a.exp(), &a.log()).pp(), "ifelse(c, exp(a), log(a))");
    assert_eq!(cond(&c, &[&a, &a.sqr()], &[&a.exp(), &a])[1].pp(), "ifelse(c, sqr(a), a)");
    assert_eq!((a.shape(0) + 1).pp(), "(a.0 + 1)");
    let one = &loop_(3, &[&a], |_, carried| vec![carried[0].exp()])[0];
    assert_eq!(one.pp(), "loop(3, a, (step, a) -> exp(a))");
}

#[test]
fn what_a_loop_may_not_be_made_of_is_named() {
    let (a, k) = (dvector("a"), dscalar("k"));
    let float = loop_(&k, &[&a], |_, c| vec![c[0].exp()]);
    assert_eq!(
        problems(float, &[&k, &a]),
        ["the count of a loop is one integer, but k is float64 with shape ()"]
    );
    let several = loop_(lvector("ks"), &[&a], |_, c| vec![c[0].exp()]);
    assert!(problems(several, &[&a])[0].contains("ks is int64 with shape (ks.0)"));
    for (grown, to) in [
        (loop_(3, &[&a], |_, c| vec![concatenate([&c[0], &c[0]], 0)]), "tensor<(2*a.0)xf64>"),
        (loop_(3, &[&a], |_, c| vec![concatenate([&c[0], &zeros(1, f64)], 0)]), "tensor<(a.0 + 1)xf64>"),
    ] {
        let message = format!(
            "carried value 0 begins as tensor<a.0xf64> and becomes {to} in a step; it must keep its shape"
        );
        assert_eq!(problems(grown, &[&a]), [message]);
    }
}

#[test]
fn inputs_have_names_of_their_own() {
    let (x, y) = (dvector("x"), dvector("x"));
    let found = problems(vec![&x + &y], &[&x, &y]);
    assert!(found[0].starts_with("two inputs are called x; the other is made at "), "{found:?}");
    // Inputs without a name are told apart by their places, and so are shared variables.
    let (a, b) = (dvector(""), dvector(""));
    let (v, w) = (shared(1.0, "w"), shared(1.0, "w"));
    let request = Request {
        inputs: vec![a.clone(), b.clone()],
        outputs: vec![(&a + &b * &v * &w, None)],
        ..Request::default()
    };
    assert!(Program::extract(&request).is_ok());
}
