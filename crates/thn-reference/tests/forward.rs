//! Bounds on the error of programs.

use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res};
use thn_reference::{Value, exact, forward_error, interpret};

/// ((x + y) - y) and what it should be.
fn program(dtype: DType) -> Func {
    let mut func = Func::new("main");
    let x = func.add_tensor_arg(dtype, &[], Arg::default());
    let y = func.add_tensor_arg(dtype, &[], Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let sum = b.map(OpKind::Add, &[x, y]).unwrap();
    let rest = b.map(OpKind::Sub, &[sum, y]).unwrap();
    func.add_result(rest, Res::default());
    func
}

#[test]
fn the_bound_holds_and_is_not_much_too_large() {
    let func = program(DType::F64);
    let mut worst: f64 = 0.0;
    for i in 1..200 {
        let inputs = [Value::scalar(1.0 / f64::from(i)), Value::scalar(1e8 / 7.0 * f64::from(i))];
        let found = interpret(&func, &inputs).unwrap()[0].to_f64().sum();
        let truth = exact::evaluate(&func, &inputs).unwrap().values[0].to_f64().sum();
        let bound = forward_error(&func, &inputs, false).unwrap()[0].data.sum();
        let error = (found - truth).abs();
        assert!(error <= bound, "{error} above {bound}");
        worst = worst.max(error / bound);
    }
    assert!(worst > 0.2, "the bound is never approached: {worst}");
}

#[test]
fn sums_in_any_order_may_lose_more() {
    // x - y is exact here; another order of a longer sum need not be.
    let func = program(DType::F32);
    let inputs = [Value::scalar(-1f32), Value::scalar(1f32)];
    let bound = |any| forward_error(&func, &inputs, any).unwrap()[0].data.sum();
    assert!(bound(true) > bound(false));
}

#[test]
fn nothing_is_known_behind_an_overflow_or_an_open_comparison() {
    let func = program(DType::F32);
    let huge = [Value::scalar(3e38f32), Value::scalar(3e38f32)];
    assert_eq!(forward_error(&func, &huge, false).unwrap()[0].data.sum(), f64::INFINITY);
    let mut func = Func::new("main");
    let x = func.add_tensor_arg(DType::F64, &[], Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let third = b.number(DType::F64, 3.0).unwrap();
    let quotient = b.map(OpKind::Div, &[x, third]).unwrap();
    let product = b.map(OpKind::Mul, &[quotient, third]).unwrap();
    let same = b.map(OpKind::Ge, &[product, x]).unwrap();
    let zero = b.number(DType::F64, 0.0).unwrap();
    let chosen = b.map(OpKind::Select, &[same, x, zero]).unwrap();
    func.add_result(chosen, Res::default());
    let bound = forward_error(&func, &[Value::scalar(1.1)], false).unwrap();
    assert_eq!(bound[0].data.sum(), f64::INFINITY);
}
