//! What one precision decides of a program, and what it leaves to the next.

use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res, Scalar};
use thn_reference::{
    Value,
    exact::{self, Attempt, PRECISIONS},
};

/// `x + 2^-53 + 2^-200`: at 1 it is just above the middle of two numbers.
fn program() -> Func {
    let mut func = Func::new("f");
    let x = func.add_tensor_arg(DType::F64, &[None], Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let [half, tiny] = [-53, -200].map(|e| b.number(DType::F64, 2f64.powi(e)).unwrap());
    let sum = b.map(OpKind::Add, &[x, half]).unwrap();
    let sum = b.map(OpKind::Add, &[sum, tiny]).unwrap();
    func.add_result(sum, Res::default());
    func
}

#[test]
fn what_a_precision_leaves_open_is_named_and_the_next_decides_it() {
    let xs = [3.0, 1.0, 0.75].map(Scalar::Float);
    let x = Value::new(DType::F64, &[3], xs.to_vec()).unwrap();
    let at = |precision| match exact::evaluate_at(precision, &program(), std::slice::from_ref(&x), None) {
        Ok(Attempt::Rounded(mut results)) => results.remove(0),
        Ok(Attempt::InDoubt(e)) | Err(e) => panic!("{e}"),
    };
    assert_eq!(at(PRECISIONS[0]).1, [1]);
    let (value, open) = at(PRECISIONS[1]);
    assert!(open.is_empty());
    let values: Vec<f64> = value.elements().map(|x| x.to_f64()).collect();
    assert_eq!(values, [3.0, 1.0 + f64::EPSILON, 0.75 + 2f64.powi(-53)]);
    let truth = exact::evaluate(&program(), &[x]).unwrap();
    assert!(truth.decided);
    assert_eq!(truth.values, [value]);
}
