//! Whether a value keeps what `thn.assume` says of it.

use ndarray::ArrayD;
use thn_ir::{Error, Fact};

/// Matrix facts that rounding may blur hold up to this part of the largest element.
const ROUNDING: f64 = 1e-5;

/// An error that names the fact and the value if one of the facts does not hold.
pub(crate) fn check(facts: &[Fact], x: &ArrayD<f64>) -> Result<(), Error> {
    facts.iter().try_for_each(|fact| match broken(*fact, x) {
        Some(what) => Err(Error::input(format!("the assumption `{}` does not hold: {what}", fact.name()))),
        None => Ok(()),
    })
}

/// What breaks a fact.
fn broken(fact: Fact, x: &ArrayD<f64>) -> Option<String> {
    let element = |holds: &dyn Fn(f64) -> bool| {
        let (at, x) = x.indexed_iter().find(|(_, x)| !holds(**x))?;
        Some(format!("the element at {:?} is {x}", ndarray::Dimension::slice(&at)))
    };
    match fact {
        Fact::Positive => element(&|x| x > 0.0),
        Fact::NonNegative => element(&|x| x >= 0.0),
        Fact::Negative => element(&|x| x < 0.0),
        Fact::NonPositive => element(&|x| x <= 0.0),
        Fact::Unit => element(&|x| (0.0..=1.0).contains(&x)),
        Fact::Number => element(&|x| !x.is_nan()),
        Fact::Finite => element(&f64::is_finite),
        Fact::Integral => element(&|x| x.is_finite() && x == x.trunc()),
        Fact::Unique => {
            let mut sorted: Vec<f64> = x.iter().copied().collect();
            sorted.sort_by(f64::total_cmp);
            sorted.windows(2).find(|w| w[0] == w[1]).map(|w| format!("{} is there twice", w[0]))
        }
        Fact::Diagonal => entry(x, &|i, j, x| i == j || x == 0.0),
        Fact::LowerTriangular => entry(x, &|i, j, x| i >= j || x == 0.0),
        Fact::UpperTriangular => entry(x, &|i, j, x| i <= j || x == 0.0),
        Fact::Symmetric => not_square(x).or_else(|| entry(x, &|i, j, y| y == x[[j, i]])),
        Fact::PositiveSemidefinite => broken(Fact::Symmetric, x).or_else(|| indefinite(x)),
        Fact::Orthogonal => not_square(x).or_else(|| not_orthogonal(x)),
    }
}

/// The first entry of a matrix that is not as it should be.
fn entry(x: &ArrayD<f64>, holds: &dyn Fn(usize, usize, f64) -> bool) -> Option<String> {
    let (at, x) = x.indexed_iter().find(|(at, x)| !holds(at[0], at[1], **x))?;
    Some(format!("the element at [{}, {}] is {x}", at[0], at[1]))
}

fn not_square(x: &ArrayD<f64>) -> Option<String> {
    let shape = x.shape();
    (shape[0] != shape[1]).then(|| format!("it has {} rows and {} columns", shape[0], shape[1]))
}

/// Symmetric elimination with the largest pivot first meets a negative pivot if there is a negative eigenvalue.
fn indefinite(x: &ArrayD<f64>) -> Option<String> {
    let n = x.shape()[0];
    let mut rest = x.clone();
    let slack = ROUNDING * x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let mut left: Vec<usize> = (0..n).collect();
    while let Some(least) = left.iter().map(|i| rest[[*i, *i]]).reduce(f64::min) {
        if least < -slack || least.is_nan() {
            return Some(format!("elimination meets the pivot {least}"));
        }
        let place = (0..left.len()).max_by(|a, b| rest[[left[*a]; 2]].total_cmp(&rest[[left[*b]; 2]]))?;
        let pivot = rest[[left[place]; 2]];
        if pivot <= slack {
            // All that is left has a diagonal of zeros, so all of it must be zero.
            let above = left
                .iter()
                .flat_map(|i| left.iter().map(move |j| (*i, *j)))
                .find(|at| rest[[at.0, at.1]].abs() > slack);
            return above.map(|(i, j)| format!("the minor of rows {i} and {j} is negative"));
        }
        let p = left.swap_remove(place);
        for i in &left {
            for j in &left {
                let step = rest[[*i, p]] * rest[[p, *j]] / pivot;
                rest[[*i, *j]] -= step;
            }
        }
    }
    None
}

fn not_orthogonal(x: &ArrayD<f64>) -> Option<String> {
    let n = x.shape()[0];
    (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).find_map(|(i, j)| {
        let product: f64 = (0..n).map(|k| x[[k, i]] * x[[k, j]]).sum();
        let wanted = f64::from(u8::from(i == j));
        let near = (product - wanted).abs() <= ROUNDING;
        (!near).then(|| format!("the product of columns {j} and {i} is {product}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::IxDyn;

    fn matrix(elements: [f64; 4]) -> ArrayD<f64> {
        ArrayD::from_shape_vec(IxDyn(&[2, 2]), elements.to_vec()).unwrap()
    }

    #[test]
    fn each_fact_holds_of_one_matrix_and_not_of_another() {
        let turned = [0.6, -0.8, 0.8, 0.6];
        let cases: [(Fact, [f64; 4], [f64; 4], &str); 14] = [
            (Fact::Positive, [1.0, 2.0, 0.5, f64::INFINITY], [1.0, 0.0, 1.0, 1.0], "at [0, 1] is 0"),
            (Fact::NonNegative, [0.0, 2.0, 0.5, 1.0], [1.0, 1.0, f64::NAN, 1.0], "at [1, 0] is NaN"),
            (Fact::Negative, [-1.0; 4], [-1.0, -1.0, -1.0, 0.0], "at [1, 1] is 0"),
            (Fact::NonPositive, [0.0; 4], [0.0, 0.0, 0.5, 0.0], "at [1, 0] is 0.5"),
            (Fact::Unit, [0.0, 1.0, 0.5, 0.2], [0.0, 1.5, 0.0, 0.0], "at [0, 1] is 1.5"),
            (Fact::Number, [f64::INFINITY; 4], [f64::NAN; 4], "at [0, 0] is NaN"),
            (Fact::Finite, [1.0; 4], [1.0, f64::INFINITY, 1.0, 1.0], "at [0, 1] is inf"),
            (Fact::Integral, [1.0, -3.0, 0.0, 1e300], [1.0, 2.5, 0.0, 0.0], "at [0, 1] is 2.5"),
            (Fact::Diagonal, [1.0, 0.0, 0.0, 2.0], [1.0, 0.0, 3.0, 2.0], "at [1, 0] is 3"),
            (Fact::LowerTriangular, [1.0, 0.0, 3.0, 2.0], [1.0, 3.0, 0.0, 2.0], "at [0, 1] is 3"),
            (Fact::UpperTriangular, [1.0, 3.0, 0.0, 2.0], [1.0, 0.0, 3.0, 2.0], "at [1, 0] is 3"),
            (Fact::Symmetric, [1.0, 3.0, 3.0, 2.0], [1.0, 3.0, 2.0, 2.0], "at [0, 1] is 3"),
            (Fact::PositiveSemidefinite, [1.0, 2.0, 2.0, 4.0], [1.0, 2.0, 2.0, 3.0], "the pivot -"),
            (Fact::Orthogonal, turned, [1.0, 1.0, 0.0, 1.0], "columns 0 and 1 is 1"),
        ];
        for (fact, good, bad, what) in cases {
            assert_eq!(check(&[fact], &matrix(good)), Ok(()), "{}", fact.name());
            let error = check(&[fact], &matrix(bad)).unwrap_err().to_string();
            assert!(error.contains(fact.name()) && error.contains(what), "{error}");
        }
        let zeros = check(&[Fact::PositiveSemidefinite], &matrix([0.0, 1.0, 1.0, 0.0])).unwrap_err();
        assert!(zeros.to_string().contains("is negative"), "{zeros}");
        let twice = ArrayD::from_shape_vec(IxDyn(&[3]), vec![4.0, 1.0, 4.0]).unwrap();
        assert!(check(&[Fact::Unique], &twice).unwrap_err().to_string().contains("4 is there twice"));
    }
}
