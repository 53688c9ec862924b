//! Inputs with default values, restored after each call, and calls by name.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let [x, y] = fscalars(["x", "y"]);
    let f = function((&x, In::new(&y).value(1)), &x + &y).compile()?;
    assert_eq!(f.call([10])?.item::<f32>(0)?, 11.0);
    assert_eq!(f.call([10, 5])?.item::<f32>(0)?, 15.0);
    assert_eq!(f.call([10])?.item::<f32>(0)?, 11.0);
    assert_eq!(f.call_named([("y", 2), ("x", 3)])?.item::<f32>(0)?, 5.0);
    println!("f(10) = {}", f.call([10])?.item::<f32>(0)?);
    Ok(())
}
