//! State between calls: the output is the old value, the update the new one.

use thn::prelude::*;

pub(crate) fn main() -> Result<(), Error> {
    let state = shared(0_i64, "state");
    let inc = iscalar("inc");
    let accumulate = function([&inc], &state).update(&state, &state + &inc).compile()?;
    let value = || -> Result<i64, Error> { Ok(state.get_value()?.as_slice::<i64>()?[0]) };

    assert_eq!(accumulate.call([1])?.item::<i64>(0)?, 0);
    assert_eq!(accumulate.call([300])?.item::<i64>(0)?, 1);
    assert_eq!(value()?, 301);

    state.set_value(-1)?;
    assert_eq!(accumulate.call([3])?.item::<i64>(0)?, -1);
    assert_eq!(value()?, 2);

    // Another function shares the variable; givens replace it in one function only.
    let decrease = function([&inc], &state).update(&state, &state - &inc).compile()?;
    assert_eq!(decrease.call([2])?.item::<i64>(0)?, 2);
    let elsewhere = lscalar("elsewhere");
    let skip = function([&inc, &elsewhere], 2 * &state + &inc).givens([(&state, &elsewhere)]).compile()?;
    assert_eq!(skip.call([1, 3])?.item::<i64>(0)?, 7);
    assert_eq!(value()?, 0);
    println!("the total is {}", value()?);
    Ok(())
}
