//! Formulas of expressions and of their gradients, as they were built.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let x = dscalar("x");
    let y = x.pow(2);
    println!("{}", y.pp());
    assert_eq!(y.pp(), "(x ** 2.0)");
    let gradient = y.grad(&x);
    println!("{}", gradient.pp());
    assert_eq!(gradient.pp(), "(1.0 * (2.0 * (x ** (2.0 - 1.0))))");
    let of_sum = vector("v", f64).exp().sum();
    assert_eq!(of_sum.pp(), "sum(exp(v), axes=[0])");

    let f = function([&x], &gradient).compile()?;
    for point in [4.0, 94.2] {
        assert!((f.call([point])?.item::<f64>(0)? - 2.0 * point).abs() < 1e-12);
    }
    Ok(())
}
