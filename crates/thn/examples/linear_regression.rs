//! A line fitted to one point by gradient descent: shared variables and updates.
//!
//! The cost that a call returns is that before its update; each step multiplies it by 0.9216.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let (x, y) = (dscalar("x"), dscalar("y"));
    let (a, b) = (shared(-1.0, "a"), shared(0.0, "b"));
    let cost = (&y - (&a * &x + &b)).sqr();
    let gradients = grad(&cost, &[&a, &b]);
    let train = function([&x, &y], &cost)
        .update(&a, &a - 0.01 * &gradients[0])
        .update(&b, &b - 0.01 * &gradients[1])
        .compile()?;
    for k in 0..10 {
        let cost = train.call([1.0, 5.0])?.item::<f64>(0)?;
        println!("step {k}: cost {cost:.6}");
        assert!((cost - 36.0 * 0.9216_f64.powi(k)).abs() < 1e-12);
    }
    Ok(())
}
