//! A to the power k, elementwise, by a loop whose count is an input.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let (a, k) = (dvector("A"), lscalar("k"));
    let result = loop_(&k, &[&a.ones_like()], |_, carried| vec![&carried[0] * &a]);
    let power = function([&a, &k], &result[0]).compile()?;
    let numbers: Vec<f64> = (0..10).map(f64::from).collect();
    for k in [0, 2, 4] {
        let y = power.call((&numbers, k))?.array::<f64>(0)?;
        println!("k = {k}: {y}");
        assert!(numbers.iter().zip(&y).all(|(x, y)| x.powi(k) == *y));
    }
    Ok(())
}
