//! Every range with small bounds, against the meaning that Python gives it; bounds that are numbers on the target that
//! needs no compilation, since it is the lengths and starts that are at stake, and bounds that are tensors on all.

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
            included: false,
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

/// Calls a function of `x` and both bounds of ranges in some steps with all small bounds, and compares what it reads, and
/// how often each element is read, with what Python reads.
fn check_bounds_of_calls(target: Target, x: &Tensor, lengths: &[i64], steps: &[i64]) {
    let (start, stop) = (lscalar("start"), lscalar("stop"));
    let range = |start, stop, step| x.at([Item::Range { start, stop, included: false, step }]);
    let (a, b) = (|| Some(Bound::from(&start)), || Some(Bound::from(&stop)));
    let of = |step: &i64| [range(a(), b(), *step), range(a(), None, *step), range(None, b(), *step)];
    let mut outputs: Vec<Tensor> = steps.iter().flat_map(of).collect();
    outputs.push(concatenate(&outputs, 0).sum().grad(x));
    let f = function([x, &start, &stop], outputs).target(target).compile().unwrap();
    for n in lengths.iter().copied() {
        let values: Vec<f64> = (0..n).map(|i| i as f64).collect();
        for (a, b) in (-6..=6).flat_map(|a| (-6..=6).map(move |b| (a, b))) {
            let results = f.call((&values, a, b)).unwrap();
            let mut reads = vec![0.0; values.len()];
            let ranges = steps.iter().flat_map(|step| {
                [(Some(a), Some(b)), (Some(a), None), (None, Some(b))].map(|(a, b)| positions(n, a, b, *step))
            });
            for (expected, found) in ranges.zip(results.iter()) {
                let found: Vec<i64> = found.as_slice::<f64>().unwrap().iter().map(|x| *x as i64).collect();
                assert_eq!(found, expected, "{}: of {n} with {a} and {b}", target.name());
                expected.iter().for_each(|at| reads[*at as usize] += 1.0);
            }
            let counted = results[results.len() - 1].as_slice::<f64>().unwrap();
            assert_eq!(counted, reads, "{}: of {n} with {a} and {b}", target.name());
        }
    }
}

/// Bounds that a call gives mean what numbers mean, in vectors of known and unknown length, and so do their gradients.
#[test]
fn bounds_of_a_call_mean_what_they_mean_in_python() {
    for target in Target::ALL.iter().copied() {
        check_bounds_of_calls(target, &dvector("x"), &[0, 1, 4], &[-2, 1]);
        check_bounds_of_calls(target, &tensor("x", f64, &[Some(4)]), &[4], &[-1, 3]);
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
