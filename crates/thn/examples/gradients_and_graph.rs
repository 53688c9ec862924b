//! Derivatives of the logistic function and of tanh, and a walk through a graph by its owners.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let x = dvector("x");
    let logistic = 1 / (1 + (-&x).exp());
    let tanh = x.tanh();
    let points = [-1.5_f64, 0.0, 1.5];
    let outputs = [logistic.sum().grad(&x), tanh.sum().grad(&x)];
    let derivatives = function([&x], outputs).compile()?.call([points])?;
    for (i, point) in points.iter().enumerate() {
        let s = 1.0 / (1.0 + (-point).exp());
        let of_logistic = derivatives.view::<f64>(0)?[i];
        let of_tanh = derivatives.view::<f64>(1)?[i];
        println!("at {point}: logistic' = {of_logistic:.6}, tanh' = {of_tanh:.6}");
        assert!((of_logistic - s * (1.0 - s)).abs() < 1e-15);
        assert!((of_tanh - (1.0 - point.tanh().powi(2))).abs() < 1e-15);
    }

    let y = &x * 2;
    let owner = y.owner().ok_or_else(|| CallError::Data("y has no owner".into()))?;
    println!("y is {:?} of {:?}", owner.op, owner.inputs);
    assert_eq!(owner.op.row().mnemonic, "mul");
    assert!(owner.inputs[0].is(&x) && x.owner().is_none());
    assert_eq!(owner.inputs[1].pp(), "2.0");
    Ok(())
}
