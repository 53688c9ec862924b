//! The derivative of the logistic function, through a sum over a matrix.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let x = dmatrix("x");
    let s = (1 / (1 + (-&x).exp())).sum();
    let f = function([&x], s.grad(&x)).compile()?;
    let g = f.call([[[0, 1], [-1, -2]]])?.array::<f64>(0)?;
    println!("{g:.8}");
    let expected = ndarray::arr2(&[[0.25, 0.19661193], [0.19661193, 0.10499359]]).into_dyn();
    assert!((&g - &expected).iter().all(|d| d.abs() < 1e-8));
    Ok(())
}
