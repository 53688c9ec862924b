//! What expressions compute, against `ndarray` or numbers worked out by hand.
#![expect(clippy::reversed_empty_ranges, reason = "negative bounds of an index count from the end")]

use ndarray::{Array, ArrayD, Axis, arr0, arr1, arr2, s as nd};
use thn::{FunctionBuilder, prelude::*};

/// Compiles for every target, calls, and gives the one result, on which all targets agree up to a few roundings.
fn on_every_target<'a>(
    build: impl Fn() -> FunctionBuilder,
    args: impl Fn() -> Vec<Datum<'a>>,
) -> ArrayD<f64> {
    let mut known: Option<ArrayD<f64>> = None;
    for target in Target::ALL {
        let f = build().target(*target).compile().unwrap_or_else(|e| panic!("{}: {e}", target.name()));
        let found = f.call(args()).unwrap_or_else(|e| panic!("{}: {e}", target.name()));
        let found = found.array::<f64>(0).unwrap();
        if let Some(known) = &known {
            let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-14 * (1.0 + a.abs());
            let same = known.shape() == found.shape() && known.iter().zip(&found).all(close);
            assert!(same, "{} gives {found}, not {known}", target.name());
        }
        known = Some(found);
    }
    known.unwrap()
}

/// The value of an expression of one input.
fn of<D: ndarray::Dimension>(x: &Tensor, at: &Array<f64, D>, y: Tensor) -> ArrayD<f64> {
    on_every_target(|| function([x], y.cast(f64)), || vec![Datum::from(at)])
}

/// The value of an expression without inputs.
fn value(y: Tensor) -> ArrayD<f64> {
    on_every_target(|| function((), y.cast(f64)), Vec::new)
}

fn cube() -> Array<f64, ndarray::Ix3> {
    Array::from_shape_fn((4, 5, 6), |(i, j, k)| (100 * i + 10 * j + k) as f64)
}

#[test]
fn indexing_is_that_of_numpy() {
    let (x, a) = (tensor3("x", f64), cube());
    let check = |y: Tensor, expected: ArrayD<f64>| assert_eq!(of(&x, &a, y), expected);
    check(x.at(s![1]), a.slice(nd![1, .., ..]).into_dyn().to_owned());
    check(x.at(s![-1, 2]), a.slice(nd![-1, 2, ..]).into_dyn().to_owned());
    check(x.at(s![Ellipsis, 1..-1]), a.slice(nd![.., .., 1..-1]).into_dyn().to_owned());
    check(x.at(s![.., ..; -2, 4..]), a.slice(nd![.., ..;-2, 4..]).into_dyn().to_owned());
    check(x.at(s![1..3; 2, -2..]), a.slice(nd![1..3;2, -2.., ..]).into_dyn().to_owned());
    // Going down, a range begins at its start, unlike in ndarray.
    check(x.at(s![.., 3..0; -1]), a.slice(nd![.., 1..4;-1, ..]).into_dyn().to_owned());
    check(x.at(s![.., 4..0; -2]), a.slice(nd![.., 2..5;-2, ..]).into_dyn().to_owned());
    check(x.at(s![2..100, ..-100, 3..2]), ArrayD::zeros(ndarray::IxDyn(&[2, 0, 0])));
    check(x.at(s![0, NewAxis, .., 0]), a.slice(nd![0, .., 0]).insert_axis(Axis(0)).into_dyn().to_owned());
}

#[test]
fn integer_tensors_choose_rows() {
    let (x, a) = (matrix("x", f64), cube().index_axis(Axis(0), 1).to_owned());
    let rows = constant([[3, 0], [-1, 2]]);
    let expected = a.select(Axis(0), &[3, 0, 4, 2]).into_shape_with_order((2, 2, 6)).unwrap().into_dyn();
    assert_eq!(of(&x, &a, x.at(s![&rows])), expected);
    let columns = constant([5, 0]);
    assert_eq!(of(&x, &a, x.take(&columns, -1)), a.select(Axis(1), &[5, 0]).into_dyn());
    assert_eq!(of(&x, &a, x.at(s![.., &columns])), a.select(Axis(1), &[5, 0]).into_dyn());
    assert_eq!(of(&x, &a, x.at(s![constant(-2)])), a.row(3).to_owned().into_dyn());
    assert_eq!(
        of(&x, &a, x.at(s![arange(3), constant([1, 0, -1])])),
        arr1(&[101.0, 110.0, 125.0]).into_dyn()
    );
    assert_eq!(of(&x, &a, x.pick(&constant([0; 5]))), a.column(0).to_owned().into_dyn());
}

#[test]
fn writing_gives_a_new_tensor() {
    let (x, a) = (matrix("x", f64), arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    assert_eq!(of(&x, &a, x.set_at(s![0], 0)), arr2(&[[0.0, 0.0, 0.0], [4.0, 5.0, 6.0]]).into_dyn());
    assert_eq!(
        of(&x, &a, x.set_at(s![.., 1], constant([8.0, 9.0]))),
        arr2(&[[1.0, 8.0, 3.0], [4.0, 9.0, 6.0]]).into_dyn()
    );
    assert_eq!(
        of(&x, &a, x.inc_at(s![.., ..; 2], 10)),
        arr2(&[[11.0, 2.0, 13.0], [14.0, 5.0, 16.0]]).into_dyn()
    );
    let twice = x.inc_at(s![constant([1, 1])], constant([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]));
    assert_eq!(of(&x, &a, twice), arr2(&[[1.0, 2.0, 3.0], [6.0, 6.0, 6.0]]).into_dyn());
    // A value whose length is known only at the call is checked there.
    let v = vector("v", f64);
    let f = function([&x, &v], x.set_at(s![0], &v)).compile().unwrap();
    assert!(f.call((&a, [1.0, 2.0, 3.0])).is_ok());
    assert!(f.call((&a, [1.0, 2.0])).unwrap_err().to_string().contains("values.rs"));
}

#[test]
fn reductions_and_their_axes() {
    let (x, a) = (tensor3("x", f64), cube());
    assert_eq!(of(&x, &a, x.sum_over(1)), a.sum_axis(Axis(1)).into_dyn());
    assert_eq!(
        of(&x, &a, x.mean_over([0, -1])),
        a.sum_axis(Axis(2)).sum_axis(Axis(0)).mapv(|s| s / 24.0).into_dyn()
    );
    assert_eq!(of(&x, &a, x.max_over(keep([1, 2]))).shape(), [4, 1, 1]);
    assert_eq!(of(&x, &a, x.argmax(1)), ArrayD::from_elem(ndarray::IxDyn(&[4, 6]), 4.0));
    assert_eq!(of(&x, &a, (-&x).argmin(0))[[0, 0]], 3.0);
    assert_eq!(of(&x, &a, x.gt(344).any_over([1, 2])), arr1(&[0.0, 0.0, 0.0, 1.0]).into_dyn());
    assert_eq!(of(&x, &a, x.ge(0).all()), arr0(1.0).into_dyn());
    let (v, numbers) = (vector("v", f64), arr1(&[1.0, 2.0, 4.0]));
    let variance = numbers.var(0.0);
    assert!((of(&v, &numbers, v.var())[[]] - variance).abs() < 1e-15);
    assert!((of(&v, &numbers, v.std())[[]] - variance.sqrt()).abs() < 1e-15);
    assert!((of(&v, &numbers, v.norm())[[]] - 21.0_f64.sqrt()).abs() < 1e-15);
    assert!((of(&v, &numbers, v.softmax().sum())[[]] - 1.0).abs() < 1e-15);
    assert!((of(&v, &numbers, v.log_softmax().exp().sum())[[]] - 1.0).abs() < 1e-15);
}

#[test]
fn the_smallest_is_found_at_the_ends_of_element_types() {
    let at = |x: Tensor| value(x.argmin(0))[[]];
    assert_eq!(at(constant([1_u8, 0, 255])), 1.0);
    assert_eq!(at(constant([i8::MAX, i8::MIN, -1])), 1.0);
    assert_eq!(at(constant([7_u64, u64::MAX, 7])), 0.0);
    assert_eq!(at(constant([true, false, false])), 1.0);
    assert_eq!(at(constant([1.0, f64::NAN, -1.0])), 1.0);
}

#[test]
fn products_of_all_ranks() {
    let (x, a) = (matrix("x", f64), arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    assert_eq!(of(&x, &a, x.dot(x.t())), a.dot(&a.t()).into_dyn());
    assert_eq!(of(&x, &a, x.dot(constant([1.0, 0.0, 2.0]))), arr1(&[7.0, 16.0]).into_dyn());
    assert_eq!(of(&x, &a, x.at(s![0]).dot(x.at(s![1]))), arr0(32.0).into_dyn());
    assert_eq!(of(&x, &a, x.dot(2)), (&a * 2.0).into_dyn());
    assert_eq!(of(&x, &a, x.at(s![0]).outer(&x.at(s![1])))[[2, 1]], 15.0);
    let batches = stack([&x, &(2 * &x)], 0);
    let product = batches.batched_dot(&batches.dimshuffle([0, 2, 1]));
    assert_eq!(of(&x, &a, product.at(s![1])), (a.dot(&a.t()) * 4.0).into_dyn());
    assert_eq!(of(&x, &a, batches.dot(constant([0.0, 1.0, 0.0])))[[1, 1]], 10.0);
}

#[test]
fn constants_and_compositions() {
    assert_eq!(value(eye(2, f32)), arr2(&[[1.0, 0.0], [0.0, 1.0]]).into_dyn());
    assert_eq!(value(constant([1, 2]).diag()), arr2(&[[1.0, 0.0], [0.0, 2.0]]).into_dyn());
    assert_eq!(value(constant([1, 2]).diag().diag()), arr1(&[1.0, 2.0]).into_dyn());
    assert_eq!(value(arange(6).reshape([2, 3]).diagonal()), arr1(&[0.0, 4.0]).into_dyn());
    assert_eq!(value(arange(8).reshape([2, 2, 2]).trace()), arr1(&[3.0, 11.0]).into_dyn());
    assert_eq!(value(arange(4) * 2), arr1(&[0.0, 2.0, 4.0, 6.0]).into_dyn());
    assert_eq!(value(full([2, 1], 7, i8)), arr2(&[[7.0], [7.0]]).into_dyn());
    assert_eq!(value(constant([-2, 0, 9]).clip(-1, 3)), arr1(&[-1.0, 0.0, 3.0]).into_dyn());
    assert_eq!(value(constant([-2, 9]).relu()), arr1(&[0.0, 9.0]).into_dyn());
    assert_eq!(value(stack([1, 2, 3], 0)), arr1(&[1.0, 2.0, 3.0]).into_dyn());
    assert_eq!(value(constant([2, 0]).one_hot(3, f32)), arr2(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]).into_dyn());
    assert_eq!(value(constant([1, 2]).pad(&[1], &[2], -1)), arr1(&[-1.0, 1.0, 2.0, -1.0, -1.0]).into_dyn());
    assert_eq!(value(where_(constant([true, false]), 1, 2.5)), arr1(&[1.0, 2.5]).into_dyn());
    assert_eq!(value(constant([7, -7]) % 3), arr1(&[1.0, 2.0]).into_dyn());
    assert_eq!(
        value(constant([1.0, 2.0]).broadcast_to([2, 2]).t()),
        arr2(&[[1.0, 1.0], [2.0, 2.0]]).into_dyn()
    );
    let p = constant([[0.5, 0.5], [0.25, 0.75]]);
    let loss = value(p.categorical_crossentropy(&constant([0, 1])));
    assert!((loss[[1]] + 0.75_f64.ln()).abs() < 1e-15);
}

#[test]
fn branches_and_loops() {
    let (c, x) = (scalar("c", f64), vector("x", f64));
    let f = function([&c, &x], ifelse(&c.gt(0), &x.at(s![0]), &x.at(s![5]))).compile().unwrap();
    assert_eq!(f.call((1.0, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0])).unwrap().item::<f64>(0).unwrap(), 3.0);
    assert_eq!(f.call((-1.0, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0])).unwrap().item::<f64>(0).unwrap(), 8.0);
    // Fibonacci numbers, with the step's number added up on the side.
    let carried = [0_i64, 1, 0].map(constant);
    let result = loop_(10, &carried.each_ref(), |i, c| vec![c[1].clone(), &c[0] + &c[1], &c[2] + i]);
    assert_eq!(value(stack(&result, 0)), arr1(&[55.0, 89.0, 45.0]).into_dyn());
    // Rows looked up by the number of the step.
    let table = constant([[1.0, 2.0], [10.0, 20.0]]);
    let total = loop_(2, &[&zeros([2], f64)], |i, c| vec![&c[0] + table.at(s![i])]);
    assert_eq!(value(total[0].clone()), arr1(&[11.0, 22.0]).into_dyn());
    let never = loop_(0, &[&constant(5)], |_, c| vec![&c[0] * 2]);
    assert_eq!(value(never[0].clone()), arr0(5.0).into_dyn());
}

#[test]
fn directional_derivatives() {
    let (x, t) = (vector("x", f64), vector("t", f64));
    let y = x.sqr() * x.sum();
    let outputs = [rop(&[&y], &[&x], &[&t])[0].clone(), lop(&[&y], &[&x], &[&t])[0].clone()];
    let results = function([&x, &t], outputs).compile().unwrap().call(([1.0, 2.0], [3.0, -1.0])).unwrap();
    // J = diag(2 x sum(x)) + x^2 1'.
    assert_eq!(results.array::<f64>(0).unwrap(), arr1(&[18.0 + 2.0, -12.0 + 8.0]).into_dyn());
    assert_eq!(results.array::<f64>(1).unwrap(), arr1(&[18.0 - 1.0, -12.0 - 1.0]).into_dyn());
}

/// A recurrent network unrolled by hand and as a loop has the same cost and gradients.
#[test]
fn gradients_through_loops() {
    let (x, w, steps) = (vector("x", f64), matrix("w", f64), iscalar("steps"));
    let looped = loop_(&steps, &[&x], |i, h| vec![(h[0].dot(&w) + i * 0.25).tanh()]).remove(0).sum();
    let by_hand = (0..3).fold(x.clone(), |h, i| (h.dot(&w) + f64::from(i) * 0.25).tanh()).sum();
    let of = |cost: &Tensor| [vec![cost.clone()], grad(cost, &[&x, &w])].concat();
    let weights = arr2(&[[0.5, -0.25], [1.0, 0.75]]);
    for target in Target::ALL {
        let in_loop = function([&x, &w, &steps], of(&looped)).target(*target).compile().unwrap();
        let unrolled = function([&x, &w], of(&by_hand)).target(*target).compile().unwrap();
        let found = in_loop.call(([1.0, 2.0], &weights, 3)).unwrap();
        let expected = unrolled.call(([1.0, 2.0], &weights)).unwrap();
        for i in 0..3 {
            let (found, expected) = (found.array::<f64>(i).unwrap(), expected.array::<f64>(i).unwrap());
            let close = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-14);
            assert!(close, "{} gives {found} instead of {expected}", target.name());
        }
        // No step: the cost is the sum of x.
        let none = in_loop.call(([1.0, 2.0], &weights, 0)).unwrap();
        assert_eq!(none.array::<f64>(1).unwrap(), arr1(&[1.0, 1.0]).into_dyn());
        assert_eq!(none.array::<f64>(2).unwrap(), ArrayD::zeros(ndarray::IxDyn(&[2, 2])));
    }
}
