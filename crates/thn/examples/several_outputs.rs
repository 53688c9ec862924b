//! One function with three outputs.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let [a, b] = dmatrices(["a", "b"]);
    let diff = &a - &b;
    let f = function([&a, &b], [&diff, &diff.abs(), &diff.pow(2)]).compile()?;
    let results = f.call(([[1, 1], [1, 1]], [[0, 1], [2, 3]]))?;
    let expected = [[[1.0, 0.0], [-1.0, -2.0]], [[1.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [1.0, 4.0]]];
    for (i, what) in ["difference", "absolute difference", "squared difference"].iter().enumerate() {
        let result = results.array::<f64>(i)?;
        println!("{what}: {result}");
        assert_eq!(result, ndarray::arr2(&expected[i]).into_dyn());
    }
    Ok(())
}
