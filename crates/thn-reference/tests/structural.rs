//! Every op that is not elementwise, on small cases worked out by hand, in both interpreters.

use ndarray::{ArrayD, arr0, array};
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Error, Fact, Func, Loc, OpKind, Res, Scalar, Shape, TensorType,
};
use thn_reference::{Value, exact, interpret};

type Id = thn_ir::Value;

/// A program under construction: arguments with symbolic lengths, ops, results.
struct Program(Func);

impl Program {
    fn new() -> Program {
        Program(Func::new("main"))
    }

    fn arg(&mut self, name: &str, dtype: DType, rank: usize) -> Id {
        let arg = Arg { name: Some(name.into()), ..Arg::default() };
        self.0.add_tensor_arg(dtype, &vec![None; rank], arg)
    }

    fn b(&mut self) -> Builder<'_> {
        let loc = Loc::File("model.rs".into(), 7, 3);
        Builder::new(&mut self.0, Func::BODY, loc)
    }

    fn dims(&self, value: Id) -> Vec<Dim> {
        self.0.tensor(value).unwrap().shape.0.clone()
    }

    /// Runs both interpreters, which must agree, and gives the first result.
    fn run(mut self, result: Id, inputs: &[Value]) -> Result<Value, Error> {
        self.0.add_result(result, Res::default());
        let found = interpret(&self.0, inputs);
        let truth = exact::evaluate(&self.0, inputs);
        match (found, truth) {
            (Ok(found), Ok(truth)) => {
                assert!(truth.decided);
                assert_eq!(found[0].shape(), truth.values[0].shape());
                for (a, b) in found[0].elements().zip(truth.values[0].elements()) {
                    let (a, b) = (a.to_f64(), b.to_f64());
                    assert!(
                        (a - b).abs() <= 1e-15 * b.abs() || a == b || (a.is_nan() && b.is_nan()),
                        "{a} {b}"
                    );
                }
                Ok(found[0].clone())
            }
            (Err(a), Err(b)) => {
                assert_eq!(a, b, "both interpreters give the same error");
                Err(a)
            }
            (a, b) => panic!("one interpreter fails: {a:?} {b:?}"),
        }
    }

    fn f64(self, result: Id, inputs: &[Value]) -> ArrayD<f64> {
        self.run(result, inputs).unwrap().to_array().unwrap()
    }
}

fn f64s<D: ndarray::Dimension>(a: ndarray::Array<f64, D>) -> Value {
    Value::from_array(&a)
}

fn i64s<D: ndarray::Dimension>(a: ndarray::Array<i64, D>) -> Value {
    Value::from_array(&a)
}

fn shape(dims: &[Dim]) -> Shape {
    Shape(dims.to_vec())
}

#[test]
fn broadcast_repeats_along_new_dims() {
    let mut p = Program::new();
    let (x, n) = (p.arg("x", DType::F64, 1), p.arg("n", DType::I64, 0));
    let n = p.0.value_as_dim(n).unwrap();
    let to = shape(&[n, p.dims(x)[0].clone()]);
    let y = p.b().broadcast(x, &[1], &to).unwrap();
    let out = p.f64(y, &[f64s(array![1.0, 2.0]), Value::scalar(3i64)]);
    assert_eq!(out, array![[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]].into_dyn());
}

#[test]
fn dimshuffle_permutes_inserts_and_drops() {
    let mut p = Program::new();
    let x = p.0.add_tensor_arg(DType::F64, &[None, Some(1), None], Arg::default());
    let y = p.b().dimshuffle(x, &[2, -1, 0]).unwrap();
    let out = p.f64(y, &[f64s(array![[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]])]);
    assert_eq!(out, array![[[1.0, 4.0]], [[2.0, 5.0]], [[3.0, 6.0]]].into_dyn());
}

#[test]
fn reshape_keeps_row_major_order() {
    let mut p = Program::new();
    let x = p.arg("x", DType::F64, 2);
    let t = p.b().dimshuffle(x, &[1, 0]).unwrap();
    let all = p.dims(x)[0].clone() * p.dims(x)[1].clone();
    let y = p.b().reshape(t, &shape(&[all])).unwrap();
    let out = p.f64(y, &[f64s(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])]);
    assert_eq!(out, array![1.0, 4.0, 2.0, 5.0, 3.0, 6.0].into_dyn());
}

#[test]
fn slices_run_in_both_directions() {
    let x = || f64s(array![0.0, 1.0, 2.0, 3.0, 4.0]);
    for (start, step, count, expected) in [
        (1, 2, 2, vec![1.0, 3.0]),
        (4, -1, 5, vec![4.0, 3.0, 2.0, 1.0, 0.0]),
        (4, -2, 3, vec![4.0, 2.0, 0.0]),
        (9, 1, 0, vec![]),
    ] {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 1);
        let y = p.b().slice(v, &[Dim::from(start)], &[step], &Shape::fixed(&[count])).unwrap();
        assert_eq!(p.f64(y, &[x()]).into_raw_vec_and_offset().0, expected);
    }
}

#[test]
fn a_slice_outside_of_its_operand_is_an_error() {
    let mut p = Program::new();
    let v = p.arg("x", DType::F64, 1);
    let y = p.b().slice(v, &[Dim::from(3)], &[1], &Shape::fixed(&[3])).unwrap();
    let error = p.run(y, &[f64s(array![0.0, 1.0, 2.0, 3.0, 4.0])]).unwrap_err();
    assert!(
        error.to_string().starts_with("model.rs:7:3: 'thn.slice' op a slice must stay inside"),
        "{error}"
    );
}

#[test]
fn gather_takes_rows_and_counts_from_the_end() {
    let mut p = Program::new();
    let (x, i) = (p.arg("x", DType::F64, 2), p.arg("i", DType::I64, 2));
    let y = p.b().map(OpKind::Gather, &[x, i]).unwrap();
    let inputs = [f64s(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), i64s(array![[0, -1], [1, 1]])];
    let out = p.f64(y, &inputs);
    assert_eq!(out, array![[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [3.0, 4.0]]].into_dyn());
}

#[test]
fn an_index_outside_names_op_line_value_and_bound() {
    for bad in [3, -4] {
        let mut p = Program::new();
        let (x, i) = (p.arg("table", DType::F64, 2), p.arg("i", DType::I64, 1));
        let y = p.b().map(OpKind::Gather, &[x, i]).unwrap();
        let inputs = [f64s(array![[1.0], [3.0], [5.0]]), i64s(array![0, bad])];
        let error = p.run(y, &inputs).unwrap_err().to_string();
        let expected = format!(
            "model.rs:7:3: 'thn.gather' op index {bad} at position [1] is outside of dim 0 of table: it must lie in \
             -3..3, the length of the dim"
        );
        assert_eq!(error, expected);
    }
}

#[test]
fn pick_takes_one_element_per_row() {
    let mut p = Program::new();
    let (x, i) = (p.arg("x", DType::F64, 2), p.arg("i", DType::I64, 1));
    let y = p.b().map(OpKind::Pick, &[x, i]).unwrap();
    let out = p.f64(y, &[f64s(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), i64s(array![2, -3])]);
    assert_eq!(out, array![3.0, 4.0].into_dyn());
}

#[test]
fn diagonal_takes_equal_positions_of_the_last_two_dims() {
    let of = |x: Value, rank: usize| {
        let mut p = Program::new();
        let arg = p.arg("x", DType::F64, rank);
        let y = p.b().map(OpKind::Diagonal, &[arg]).unwrap();
        p.f64(y, &[x])
    };
    assert_eq!(of(f64s(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 2), array![1.0, 5.0].into_dyn());
    assert_eq!(of(f64s(array![[[1.0], [2.0]], [[3.0], [4.0]]]), 3), array![[1.0], [3.0]].into_dyn());
}

#[test]
fn join_concatenates_along_an_axis() {
    let mut p = Program::new();
    let (x, z) = (p.arg("x", DType::F64, 2), p.arg("z", DType::F64, 2));
    let y = p.b().apply(OpKind::Join, &[x, z, x], Attrs::new().with("axis", Attr::Int(1))).unwrap();
    let out = p.f64(y, &[f64s(array![[1.0], [2.0]]), f64s(array![[3.0, 4.0], [5.0, 6.0]])]);
    assert_eq!(out, array![[1.0, 3.0, 4.0, 1.0], [2.0, 5.0, 6.0, 2.0]].into_dyn());
}

#[test]
fn pad_surrounds_with_a_value() {
    let mut p = Program::new();
    let (x, v) = (p.arg("x", DType::F64, 2), p.arg("v", DType::F64, 0));
    let attrs = Attrs::new().ints("low", &[1, 0]).ints("high", &[0, 2]);
    let y = p.b().apply(OpKind::Pad, &[x, v], attrs).unwrap();
    let out = p.f64(y, &[f64s(array![[1.0], [2.0]]), Value::scalar(9.0)]);
    assert_eq!(out, array![[9.0, 9.0, 9.0], [1.0, 9.0, 9.0], [2.0, 9.0, 9.0]].into_dyn());
}

#[test]
fn subtensors_are_set_and_increased() {
    for (kind, expected) in [
        (OpKind::SetSubtensor, array![0.0, 20.0, 2.0, 10.0]),
        (OpKind::IncSubtensor, array![0.0, 21.0, 2.0, 13.0]),
    ] {
        let mut p = Program::new();
        let (x, y) = (p.arg("x", DType::F64, 1), p.arg("y", DType::F64, 1));
        let attrs = Attrs::new().dims("starts", &[Dim::from(3)]).ints("steps", &[-2]);
        let out = p.b().apply(kind, &[x, y], attrs).unwrap();
        let out = p.f64(out, &[f64s(array![0.0, 1.0, 2.0, 3.0]), f64s(array![10.0, 20.0])]);
        assert_eq!(out, expected.into_dyn());
    }
}

#[test]
fn scatter_add_accumulates_repeated_rows() {
    let mut p = Program::new();
    let (x, i, y) = (p.arg("x", DType::F64, 2), p.arg("i", DType::I64, 1), p.arg("y", DType::F64, 2));
    let out = p.b().map(OpKind::ScatterAdd, &[x, i, y]).unwrap();
    let inputs = [
        f64s(array![[1.0, 1.0], [2.0, 2.0]]),
        i64s(array![1, -1, 0]),
        f64s(array![[10.0, 20.0], [30.0, 40.0], [5.0, 6.0]]),
    ];
    assert_eq!(p.f64(out, &inputs), array![[6.0, 7.0], [42.0, 62.0]].into_dyn());
}

#[test]
fn reductions_fold_over_axes() {
    let x = || f64s(array![[1.0, -2.0, 4.0], [0.5, 3.0, -1.0]]);
    let cases: Vec<(OpKind, Vec<i64>, ArrayD<f64>)> = vec![
        (OpKind::Sum, vec![0], array![1.5, 1.0, 3.0].into_dyn()),
        (OpKind::Sum, vec![0, 1], arr0(5.5).into_dyn()),
        (OpKind::Prod, vec![1], array![-8.0, -1.5].into_dyn()),
        (OpKind::Max, vec![1], array![4.0, 3.0].into_dyn()),
        (OpKind::Min, vec![0], array![0.5, -2.0, -1.0].into_dyn()),
        (OpKind::Mean, vec![1], array![1.0, 2.5 / 3.0].into_dyn()),
    ];
    for (kind, axes, expected) in cases {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 2);
        let y = p.b().reduce(kind, v, &axes).unwrap();
        assert_eq!(p.f64(y, &[x()]), expected, "{kind:?} over {axes:?}");
    }
}

#[test]
fn empty_dims_reduce_to_the_start_value_or_fail() {
    let empty = || f64s(ndarray::Array2::<f64>::zeros((2, 0)));
    let least = f64::NEG_INFINITY;
    let starts = [
        (OpKind::Sum, 0.0),
        (OpKind::Prod, 1.0),
        (OpKind::Mean, f64::NAN),
        (OpKind::Norm, 0.0),
        (OpKind::Supremum, least),
        (OpKind::LogSumExp, least),
    ];
    for (kind, expected) in starts {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 2);
        let y = p.b().reduce(kind, v, &[1]).unwrap();
        let out = p.f64(y, &[empty()]);
        assert_eq!(out.shape(), [2]);
        assert!(out.iter().all(|x| *x == expected || (x.is_nan() && expected.is_nan())), "{kind:?} {out}");
    }
    for kind in [OpKind::Max, OpKind::Min] {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 2);
        let y = p.b().reduce(kind, v, &[1]).unwrap();
        let error = p.run(y, &[empty()]).unwrap_err().to_string();
        assert!(error.contains("an empty dim has no largest or smallest element"), "{kind:?}: {error}");
    }
}

#[test]
fn argmax_finds_the_first_largest_or_nan() {
    let mut p = Program::new();
    let x = p.arg("x", DType::F64, 2);
    let y = p.b().apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(1))).unwrap();
    let nan = f64::NAN;
    let out = p.run(y, &[f64s(array![[1.0, 5.0, 5.0], [nan, 9.0, nan], [-3.0, -2.0, nan]])]).unwrap();
    assert_eq!(out.to_array::<i64>().unwrap(), array![1, 0, 2].into_dyn());
}

#[test]
fn softmax_and_its_relatives_do_not_overflow() {
    let run = |kind, x: ndarray::Array1<f64>| {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 1);
        let y = p.b().apply(kind, &[v], Attrs::new().ints("axes", &[0])).unwrap();
        p.f64(y, &[f64s(x)])
    };
    assert_eq!(run(OpKind::Softmax, array![1000.0, 1000.0]), array![0.5, 0.5].into_dyn());
    assert_eq!(run(OpKind::LogSumExp, array![800.0, -800.0]), arr0(800.0).into_dyn());
    assert_eq!(run(OpKind::LogSoftmax, array![0.0, 1000.0]), array![-1000.0, 0.0].into_dyn());
    let infinite = f64::NEG_INFINITY;
    assert_eq!(run(OpKind::LogSumExp, array![infinite, infinite]), arr0(infinite).into_dyn());
    for kind in [OpKind::Softmax, OpKind::LogSoftmax] {
        assert_eq!(run(kind, array![]).len(), 0, "{kind:?} of nothing");
    }
}

/// What is small beside the largest term is not lost beside 1.
#[test]
fn logarithms_of_sums_keep_small_terms() {
    let run = |kind, x: &[f64]| {
        let mut p = Program::new();
        let v = p.arg("x", DType::F64, 1);
        let y = p.b().apply(kind, &[v], Attrs::new().ints("axes", &[0])).unwrap();
        p.f64(y, &[f64s(ndarray::Array1::from(x.to_vec()))]).into_iter().collect::<Vec<f64>>()
    };
    let small = (-40f64).exp();
    assert_eq!(run(OpKind::LogSumExp, &[0.0, -40.0]), [small]);
    assert_eq!(run(OpKind::LogSumExp, &[-40.0, -40.0, 0.0]), [2.0 * small]);
    assert_eq!(run(OpKind::LogSumExp, &[0.0, 0.0]), [2f64.ln()]);
    assert_eq!(run(OpKind::LogSumExp, &[3.0]), [3.0]);
    assert_eq!(run(OpKind::LogSoftmax, &[0.0, -40.0]), [-small, -40.0]);
    assert_eq!(run(OpKind::LogSoftmax, &[1000.0, 960.0]), [-small, -40.0]);
    assert_eq!(run(OpKind::LogSoftmax, &[7.0, 7.0]), [-(2f64.ln()), -(2f64.ln())]);
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!(run(OpKind::LogSumExp, &[inf, 1.0, -inf]), [inf]);
    assert_eq!(run(OpKind::LogSumExp, &[0.0, -inf]), [0.0]);
    assert_eq!(run(OpKind::LogSoftmax, &[0.0, -inf]), [0.0, -inf]);
    assert!(run(OpKind::LogSumExp, &[nan, 1.0])[0].is_nan());
    for x in [[nan, 1.0], [-inf, -inf]] {
        assert!(run(OpKind::LogSoftmax, &x).iter().all(|y| y.is_nan()), "{x:?}");
    }
}

#[test]
fn products_of_vectors_and_matrices() {
    let (m, v) = (array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![1.0, -1.0, 2.0]);
    let n = array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
    let dot = |x: Value, y: Value| {
        let mut p = Program::new();
        let a = p.arg("x", DType::F64, x.shape().len());
        let b = p.arg("y", DType::F64, y.shape().len());
        let out = p.b().map(OpKind::Dot, &[a, b]).unwrap();
        p.f64(out, &[x, y])
    };
    assert_eq!(dot(f64s(v.clone()), f64s(v.clone())), arr0(6.0).into_dyn());
    assert_eq!(dot(f64s(m.clone()), f64s(v.clone())), array![5.0, 11.0].into_dyn());
    assert_eq!(
        dot(f64s(v.slice(ndarray::s![..2]).to_owned()), f64s(m.clone())),
        array![-3.0, -3.0, -3.0].into_dyn()
    );
    assert_eq!(dot(f64s(m), f64s(n)), array![[4.0, 5.0], [10.0, 11.0]].into_dyn());
    let mut p = Program::new();
    let (a, b) = (p.arg("x", DType::F64, 3), p.arg("y", DType::F64, 3));
    let out = p.b().map(OpKind::BatchedDot, &[a, b]).unwrap();
    let inputs = [f64s(array![[[1.0, 2.0]], [[3.0, 4.0]]]), f64s(array![[[5.0], [6.0]], [[7.0], [8.0]]])];
    assert_eq!(p.f64(out, &inputs), array![[[17.0]], [[53.0]]].into_dyn());
}

#[test]
fn a_product_over_an_empty_dim_is_zero() {
    let mut p = Program::new();
    let (x, y) = (p.arg("x", DType::F64, 2), p.arg("y", DType::F64, 2));
    let out = p.b().map(OpKind::Dot, &[x, y]).unwrap();
    let inputs = [f64s(ndarray::Array2::zeros((2, 0))), f64s(ndarray::Array2::zeros((0, 3)))];
    assert_eq!(p.f64(out, &inputs), ndarray::Array2::<f64>::zeros((2, 3)).into_dyn());
}

#[test]
fn iota_and_dim_give_indices_and_lengths() {
    let mut p = Program::new();
    let x = p.arg("x", DType::F64, 2);
    let dims = p.dims(x);
    let ty = TensorType::new(DType::F64, shape(&dims));
    let index = p.b().shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(1)), &ty).unwrap();
    let rows = p.b().dim(dims[0].clone()).unwrap();
    let rows = p.b().cast(rows, DType::F64).unwrap();
    let y = p.b().map(OpKind::Mul, &[index, rows]).unwrap();
    let out = p.f64(y, &[f64s(ndarray::Array2::zeros((2, 3)))]);
    assert_eq!(out, array![[0.0, 2.0, 4.0], [0.0, 2.0, 4.0]].into_dyn());
}

#[test]
fn loops_carry_values() {
    // a, b = b, a + b, as often as the count says.
    for (count, expected) in [(10i64, 55.0), (0, 0.0), (-3, 0.0)] {
        let mut p = Program::new();
        let n = p.arg("n", DType::I64, 0);
        let (a, b) = (p.b().number(DType::F64, 0.0).unwrap(), p.b().number(DType::F64, 1.0).unwrap());
        let body = p.0.new_block();
        p.0.add_block_arg(body, TensorType::scalar(DType::I64));
        let x = p.0.add_block_arg(body, TensorType::scalar(DType::F64));
        let y = p.0.add_block_arg(body, TensorType::scalar(DType::F64));
        let sum = Builder::new(&mut p.0, body, Loc::Unknown).map(OpKind::Add, &[x, y]).unwrap();
        p.0.block_mut(body).results = vec![y, sum];
        let op = p.b().op(OpKind::Loop, &[n, a, b], Attrs::new(), None, &[body]).unwrap();
        let first = p.0.op(op).results[0];
        assert_eq!(p.f64(first, &[Value::scalar(count)]), arr0(expected).into_dyn());
    }
}

#[test]
fn only_the_chosen_branch_runs() {
    for (chosen, expected) in [(true, Some(2.0)), (false, None)] {
        let mut p = Program::new();
        let c = p.arg("c", DType::Bool, 0);
        let x = p.arg("x", DType::F64, 1);
        let then = p.0.new_block();
        let mut b = Builder::new(&mut p.0, then, Loc::Unknown);
        let two = b.number(DType::F64, 2.0).unwrap();
        p.0.block_mut(then).results = vec![two];
        // The other branch reads outside of x.
        let otherwise = p.0.new_block();
        let mut b = Builder::new(&mut p.0, otherwise, Loc::Unknown);
        let index = b.number(DType::I64, 5.0).unwrap();
        let element = b.map(OpKind::Gather, &[x, index]).unwrap();
        p.0.block_mut(otherwise).results = vec![element];
        let op = p.b().op(OpKind::Cond, &[c], Attrs::new(), None, &[then, otherwise]).unwrap();
        let value = p.0.op(op).result();
        let out = p.run(value, &[Value::scalar(chosen), f64s(array![1.0])]);
        assert_eq!(out.ok().map(|v| v.to_f64().sum()), expected);
    }
}

#[test]
fn kernels_compute_what_their_regions_say() {
    let mut p = Program::new();
    let x = p.arg("x", DType::F64, 1);
    let ty = p.0.tensor(x).unwrap().clone();
    let body = p.0.new_block();
    let inner = p.0.add_block_arg(body, ty);
    let square = Builder::new(&mut p.0, body, Loc::Unknown).map(OpKind::Sqr, &[inner]).unwrap();
    p.0.block_mut(body).results = vec![square];
    let attrs = Attrs::new().with("schedule", Attr::Str("map".into()));
    let op = p.b().op(OpKind::Kernel, &[x], attrs, None, &[body]).unwrap();
    let out = p.0.op(op).result();
    assert_eq!(p.f64(out, &[f64s(array![3.0, -4.0])]), array![9.0, 16.0].into_dyn());
}

#[test]
fn wrong_calls_are_errors() {
    let call = |inputs: &[Value]| {
        let mut p = Program::new();
        let (x, y) = (p.arg("x", DType::F64, 1), p.arg("y", DType::F64, 1));
        let sum = p.b().map(OpKind::Add, &[x, y]).unwrap();
        p.run(sum, inputs).unwrap_err().to_string()
    };
    let (two, three) = (f64s(array![1.0, 2.0]), f64s(array![1.0, 2.0, 3.0]));
    assert!(call(std::slice::from_ref(&two)).contains("2 arguments are needed, 1 are given"));
    assert!(call(&[two.clone(), Value::scalar(1.0)]).contains("a tensor with 1 dim is needed"));
    assert!(
        call(&[two.clone(), i64s(array![1, 2])]).contains("argument y has element type i64; f64 is needed")
    );
    let message = call(&[two, three]);
    assert!(message.contains("'thn.add' op elementwise operands must have one shape"), "{message}");
}

#[test]
fn tensors_too_large_for_the_reference_are_refused() {
    let mut p = Program::new();
    let n = p.arg("n", DType::I64, 0);
    let d = p.0.value_as_dim(n).unwrap();
    let one = p.b().number(DType::F64, 1.0).unwrap();
    let y = p.b().fill(one, &shape(&[d.clone(), d])).unwrap();
    p.0.add_result(y, Res::default());
    let error = interpret(&p.0, &[Value::scalar(1i64 << 20)]).unwrap_err();
    assert!(error.to_string().contains("elements"), "{error}");
    assert!(interpret(&p.0, &[Value::scalar(-1i64)]).unwrap_err().to_string().contains("negative"));
}

#[test]
fn single_precision_rounds_every_step() {
    let mut p = Program::new();
    let x = p.arg("x", DType::F32, 0);
    let one = p.b().number(DType::F32, 1.0).unwrap();
    let sum = p.b().map(OpKind::Add, &[x, one]).unwrap();
    let y = p.b().map(OpKind::Sub, &[sum, one]).unwrap();
    p.0.add_result(y, Res::default());
    let out = interpret(&p.0, &[Value::scalar(1e-9f32)]).unwrap();
    assert_eq!(out[0].single(), Some(&Scalar::Float(0.0)));
    let truth = exact::evaluate(&p.0, &[Value::scalar(1e-9f32)]).unwrap();
    assert_eq!(truth.values[0].single(), Some(&Scalar::Float(1e-9f32.into())));
}

#[test]
fn a_false_assumption_is_an_error_that_names_op_and_value() {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg::default());
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.py".into(), 3, 1));
    let y = b.assume(x, &[Fact::Number, Fact::Positive]).unwrap();
    f.add_result(y, Res::default());
    let run = |elements: [f64; 2]| {
        interpret(&f, &[Value::new(DType::F64, &[2], elements.map(Scalar::Float).to_vec()).unwrap()])
    };
    assert!(run([1.0, 2.0]).is_ok());
    let error = run([1.0, -2.0]).unwrap_err().to_string();
    for part in ["assume", "model.py", "`positive` does not hold", "the element at [1] is -2"] {
        assert!(error.contains(part), "{error}");
    }
    // A fact that is none, and one of a matrix said of a vector, are refused when the op is made.
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let wrong = b.apply(OpKind::Assume, &[x], Attrs::new().with("facts", Attr::Str("posit".into())));
    assert!(wrong.unwrap_err().to_string().contains("`posit` is no fact"));
    let wrong = b.assume(x, &[Fact::Symmetric]).unwrap_err().to_string();
    assert!(wrong.contains("`symmetric` is said of a matrix"), "{wrong}");
}
