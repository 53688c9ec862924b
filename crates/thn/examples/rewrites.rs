//! What rewriting does to programs: the named simplifications, merging, folding, and numbers that stay accurate.

use std::collections::BTreeMap;
use thn::prelude::*;

/// How many ops of each kind are left of an expression after rewriting.
fn left(inputs: &[&Tensor], y: Tensor) -> Result<BTreeMap<&'static str, usize>, Error> {
    let shown = y.pp();
    let mut func = function(inputs.to_vec(), y).program()?.func;
    func.unify_dims()?;
    thn::eqsat::optimize(&mut func, &thn::eqsat::Options::default())?;
    let ops = func.op_histogram();
    println!("{shown}\n    leaves {ops:?}");
    Ok(ops)
}

pub(crate) fn main() -> Result<(), Error> {
    let [x, y] = dvectors(["x", "y"]);
    let nothing = BTreeMap::new();

    // Double negation, and a difference of equal terms.
    assert_eq!(left(&[&x], -(-&x))?, nothing);
    assert_eq!(left(&[&x, &y], &x + &y - &x)?, nothing);

    // Equal subexpressions are computed once, and constants are folded.
    let twice = left(&[&x], (&x + 1).exp() * (1 + &x).exp() + (2.0 * constant(3.0)))?;
    assert_eq!(twice.get("add"), Some(&2));
    assert!(twice.get("exp").is_some_and(|n| *n == 1));

    // log(1 + x) of a tiny x: the sum alone would round to 1, and its logarithm to 0.
    assert_eq!(left(&[&x], (1 + &x).log())?.get("log1p"), Some(&1));
    let f = function([&x], (1 + &x).log()).rewrite(true).compile()?;
    let tiny = f.call([[1e-20]])?.array::<f64>(0)?[[0]];
    println!("log(1 + 1e-20) = {tiny:e}");
    assert_eq!(tiny, 1e-20);

    // Folded in high precision after rewriting: the exponential itself would overflow.
    let folded = function((), (1 + constant(800.0).exp()).log()).rewrite(true).compile()?;
    let value = folded.call(())?.item::<f64>(0)?;
    println!("log(1 + exp(800)) = {value}");
    assert_eq!(value, 800.0);
    Ok(())
}
