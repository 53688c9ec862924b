//! The gradient of a sum of squares is twice the vector.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let x = vector("x", f64);
    let cost = x.pow(2).sum();
    let f = function([&x], cost.grad(&x)).compile()?;
    let gradient = f.call([[1.0, 2.0]])?.array::<f64>(0)?;
    println!("d sum(x^2) / dx at [1, 2] = {gradient}");
    assert_eq!(gradient, ndarray::arr1(&[2.0, 4.0]).into_dyn());
    Ok(())
}
