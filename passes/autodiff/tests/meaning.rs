//! What gradients mean where they are not derivatives, forward mode, and what is refused.

use thn_autodiff::{Disconnected, grad, gradients, jvp, vjp};
use thn_ir::*;
use thn_reference::{Value as Data, interpret};

fn numbers(values: &[f64]) -> Data {
    Data::new(DType::F64, &[values.len()], values.iter().map(|x| Scalar::Float(*x)).collect()).unwrap()
}

fn vector(func: &mut Func, name: &str, dtype: DType) -> Value {
    func.add_tensor_arg(dtype, &[None], Arg { name: Some(name.into()), ..Arg::default() })
}

fn run(func: &Func, args: &[Data]) -> Vec<f64> {
    let results = interpret(&func.compact(), args).unwrap();
    results[0].elements().map(|x| x.to_f64()).collect()
}

/// The gradient of sum(f(x)) at a point.
fn gradient_at(
    point: &[f64],
    f: impl Fn(&mut Builder<'_>, Value) -> Result<Value, Error>,
) -> Result<Vec<f64>, Error> {
    let mut func = Func::new("f");
    let x = vector(&mut func, "x", DType::F64);
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let y = f(&mut b, x)?;
    let axes: Vec<i64> = (0..b.tensor(y)?.rank() as i64).collect();
    let cost = b.reduce(OpKind::Sum, y, &axes)?;
    let found = gradients(&mut b, cost, &[x], Disconnected::Error)?;
    func.add_result(found[0], Res::default());
    Ok(run(&func, &[numbers(point)]))
}

fn unary(kind: OpKind) -> impl Fn(&mut Builder<'_>, Value) -> Result<Value, Error> {
    move |b, x| b.map(kind, &[x])
}

#[test]
fn kinks_have_theanos_gradients() {
    let reduce = |kind| move |b: &mut Builder<'_>, x| b.reduce(kind, x, &[0]);
    assert_eq!(gradient_at(&[2.0, 1.0, 2.0], reduce(OpKind::Max)), Ok(vec![1.0, 0.0, 1.0]));
    assert_eq!(gradient_at(&[2.0, 1.0, 1.0], reduce(OpKind::Min)), Ok(vec![0.0, 1.0, 1.0]));
    assert_eq!(gradient_at(&[0.0, -3.0], unary(OpKind::Abs)), Ok(vec![0.0, -1.0]));
    let twice = |b: &mut Builder<'_>, x| b.map(OpKind::Maximum, &[x, x]);
    assert_eq!(gradient_at(&[4.0], twice), Ok(vec![1.0]));
}

#[test]
fn steps_are_connected_with_gradient_zero() {
    assert_eq!(gradient_at(&[0.5, 1.5], unary(OpKind::Floor)), Ok(vec![0.0, 0.0]));
    let through_int = |b: &mut Builder<'_>, x| {
        let n = b.cast(x, DType::I32)?;
        b.cast(n, DType::F64)
    };
    assert_eq!(gradient_at(&[0.5, 1.5], through_int), Ok(vec![0.0, 0.0]));
}

/// sqrt has an infinite derivative at 0; where the other branch is taken, the infinite cotangent of sqrt's own branch
/// must not appear. log(x) at 0 is chosen nowhere below.
#[test]
fn masks_choose_and_do_not_multiply() {
    let masked = |b: &mut Builder<'_>, x| {
        let zero = b.number(DType::F64, 0.0)?;
        let positive = b.map(OpKind::Gt, &[x, zero])?;
        let kept = b.map(OpKind::Select, &[positive, x, zero])?;
        // d sqrt(kept) is infinite where kept is 0, and the mask stops it there.
        b.map(OpKind::Sqrt, &[kept])
    };
    assert_eq!(gradient_at(&[-1.0, 4.0], masked), Ok(vec![0.0, 0.25]));
    let held = |b: &mut Builder<'_>, x| {
        let zero = b.number(DType::F64, 0.0)?;
        let above = b.map(OpKind::Maximum, &[x, zero])?;
        b.map(OpKind::Sqrt, &[above])
    };
    assert_eq!(gradient_at(&[-1.0, 4.0], held), Ok(vec![0.0, 0.25]));
}

#[test]
fn mixed_element_types_get_gradients_of_their_own() {
    let mut func = Func::new("f");
    let x = vector(&mut func, "x", DType::F32);
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let wide = b.cast(x, DType::F64).unwrap();
    let y = b.map(OpKind::Sqr, &[wide]).unwrap();
    let cost = b.reduce(OpKind::Sum, y, &[0]).unwrap();
    let found = grad(&mut b, cost, &[x]).unwrap()[0].unwrap();
    assert_eq!(func.ty(found), func.ty(x));
}

/// f(x) = x * sum(x): the product of its Jacobian with t is t * sum(x) + x * sum(t).
#[test]
fn forward_mode_is_the_transpose_of_reverse_mode() {
    let mut func = Func::new("f");
    let (x, t) = (vector(&mut func, "x", DType::F64), vector(&mut func, "t", DType::F64));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let sum = b.reduce(OpKind::Sum, x, &[0]).unwrap();
    let y = b.map(OpKind::Mul, &[x, sum]).unwrap();
    let pushed = jvp(&mut b, &[y], &[x], &[t]).unwrap()[0].unwrap();
    let pulled = vjp(&mut b, &[y], &[t], &[x]).unwrap()[0].unwrap();
    func.add_result(pushed, Res::default());
    let args = [numbers(&[1.0, 2.0, 4.0]), numbers(&[1.0, -1.0, 3.0])];
    assert_eq!(run(&func, &args), [7.0 + 3.0, -7.0 + 6.0, 21.0 + 12.0]);
    // Reverse mode gives t * sum(x) + sum(t * x) instead.
    func.block_mut(Func::BODY).results[0] = pulled;
    assert_eq!(run(&func, &args), [7.0 + 11.0, -7.0 + 11.0, 21.0 + 11.0]);
}

fn message(build: impl Fn(&mut Builder<'_>, Value, Value) -> Result<Vec<Value>, Error>) -> String {
    let mut func = Func::new("f");
    let (x, n) = (vector(&mut func, "x", DType::F64), vector(&mut func, "n", DType::I32));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::File("model.rs".into(), 3, 1));
    build(&mut b, x, n).unwrap_err().to_string()
}

#[test]
fn what_has_no_gradient_is_refused_by_name() {
    let not_scalar = message(|b, x, _| gradients(b, x, &[x], Disconnected::Error));
    assert!(not_scalar.starts_with("model.rs:3:1: the cost of a gradient has rank 0; x is"), "{not_scalar}");

    let integer = message(|b, x, n| {
        let cost = b.reduce(OpKind::Sum, x, &[0])?;
        gradients(b, cost, &[n], Disconnected::Error)
    });
    assert!(integer.contains("n has element type int32"), "{integer}");

    let apart = message(|b, x, _| {
        let one = b.number(DType::F64, 1.0)?;
        gradients(b, one, &[x], Disconnected::Error)
    });
    assert!(apart.contains("does not depend on x"), "{apart}");

    let count = message(|b, x, _| vjp(b, &[x], &[], &[x]).map(|_| vec![]));
    assert!(count.contains("1 values, but 0 cotangents"), "{count}");
}

#[test]
fn disconnected_variables_can_be_zero() {
    let mut func = Func::new("f");
    let x = vector(&mut func, "x", DType::F64);
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let one = b.number(DType::F64, 1.0).unwrap();
    assert_eq!(grad(&mut b, one, &[x]), Ok(vec![None]));
    let zeros = gradients(&mut b, one, &[x], Disconnected::Zero).unwrap();
    func.add_result(zeros[0], Res::default());
    assert_eq!(run(&func, &[numbers(&[1.0, 2.0])]), [0.0, 0.0]);
}

#[test]
fn loops_of_unknown_length_are_refused_at_their_line() {
    let refused = message(|b, x, n| {
        let body = b.func.new_block();
        b.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let ty = b.tensor(x)?;
        let carried = b.func.add_block_arg(body, ty);
        let next = Builder::new(b.func, body, Loc::Unknown).map(OpKind::Mul, &[carried, x])?;
        b.func.block_mut(body).results.push(next);
        let count = b.reduce(OpKind::Max, n, &[0])?;
        let op = b.op(OpKind::Loop, &[count, x], Attrs::new(), None, &[body])?;
        let result = b.func.op(op).result();
        let cost = b.reduce(OpKind::Sum, result, &[0])?;
        gradients(b, cost, &[x], Disconnected::Error)
    });
    let expected = "model.rs:3:1: not supported: 'thn.loop' op the gradient through a loop whose number of steps is only \
                    known while it runs";
    assert_eq!(refused, expected);
}
