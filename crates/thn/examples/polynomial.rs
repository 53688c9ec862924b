//! a + a^10 elementwise, of an unnamed vector.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let a = vector("", f64);
    let f = function([&a], &a + a.pow(10)).compile()?;
    let y = f.call([[0, 1, 2]])?.array::<f64>(0)?;
    println!("{y}");
    assert_eq!(y, ndarray::arr1(&[0.0, 2.0, 1026.0]).into_dyn());
    Ok(())
}
