//! The logistic function of a matrix, called with a nested list of integers.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let x = dmatrix("x");
    let s = 1 / (1 + (-&x).exp());
    let f = function([&x], &s).compile()?;
    let y = f.call([[[0, 1], [-1, -2]]])?.array::<f64>(0)?;
    println!("{y:.8}");
    let expected = ndarray::arr2(&[[0.5, 0.73105858], [0.26894142, 0.11920292]]).into_dyn();
    assert!((&y - &expected).iter().all(|d| d.abs() < 1e-8));
    Ok(())
}
