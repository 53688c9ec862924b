//! Two vectors added: variables, an expression, a function, a call with lists.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let [x, y] = vectors(["x", "y"], f64);
    let f = function([&x, &y], &x + &y).compile()?;
    let sum = f.call(([1, 2], [3, 4]))?.array::<f64>(0)?;
    println!("[1, 2] + [3, 4] = {sum}");
    assert_eq!(sum, ndarray::arr1(&[4.0, 6.0]).into_dyn());
    Ok(())
}
