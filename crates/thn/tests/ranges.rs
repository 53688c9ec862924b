//! Every range with small bounds, against the meaning that Python gives it; on the target that needs no compilation,
//! since it is the lengths and starts that are at stake.

use thn::{Error, prelude::*};

/// The positions of `range(n)[start:stop:step]`, as Python's `slice.indices` defines them.
fn positions(n: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<i64> {
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let place = |bound: Option<i64>, open: i64| match bound {
        None => open,
        Some(k) if k < 0 => (k + n).max(low),
        Some(k) => k.min(high),
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let (mut at, end) = (place(start, first), place(stop, last));
    let mut out = vec![];
    while if step > 0 { at < end } else { at > end } {
        out.push(at);
        at += step;
    }
    out
}

fn bounds() -> impl Iterator<Item = Option<i64>> {
    std::iter::once(None).chain((-4..=4).map(Some))
}

/// All ranges with this step, of one vector of unknown length, as the outputs of one function.
fn check(step: i64) -> Result<(), Error> {
    let x = lvector("x");
    let ranges: Vec<_> = bounds().flat_map(|start| bounds().map(move |stop| (start, stop))).collect();
    let of = |x: &Tensor| -> Vec<Tensor> {
        let item = |(start, stop): &(Option<i64>, Option<i64>)| Item::Range {
            start: start.map(Bound::from),
            stop: stop.map(Bound::from),
            step,
        };
        ranges.iter().map(|range| x.at([item(range)])).collect()
    };
    let unknown = function([&x], of(&x)).target(Target::Reference).compile()?;
    for n in 0..4 {
        let known = function((), of(&constant((0..n).collect::<Vec<i64>>())));
        let results = [
            unknown.call([(0..n).collect::<Vec<i64>>()])?,
            known.target(Target::Reference).compile()?.call(())?,
        ];
        for result in &results {
            for ((start, stop), found) in ranges.iter().zip(result.iter()) {
                let expected = positions(n, *start, *stop, step);
                assert_eq!(found.as_slice::<i64>()?, expected, "of {n}: {start:?}:{stop:?}:{step}");
            }
        }
    }
    Ok(())
}

#[test]
fn ranges_mean_what_they_mean_in_python() {
    for step in [-3, -2, -1, 1, 2, 3] {
        check(step).unwrap();
    }
}

/// The gradient of a sum over ranges counts how often each element is in one.
#[test]
fn gradients_go_back_to_where_elements_came_from() {
    let x = dvector("x");
    let parts = [x.at(s![..; -2]), x.at(s![1..3]), x.at(s![-1..])];
    let cost = concatenate(&parts, 0).sum();
    for target in Target::ALL {
        let f = function([&x], cost.grad(&x)).target(*target).compile().unwrap();
        let found = f.call([[1.0, 2.0, 3.0, 4.0, 5.0]]).unwrap().array::<f64>(0).unwrap();
        assert_eq!(found, ndarray::arr1(&[1.0, 1.0, 2.0, 0.0, 2.0]).into_dyn(), "{}", target.name());
    }
}
