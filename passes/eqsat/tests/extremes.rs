//! Programs at the ends of their element types: where integers wrap around or lie further apart as floats than they are,
//! and where the constants of a program overflow together.

use thn_eqsat::{Options, optimize};
use thn_ir::*;
use thn_reference::{Value as Data, interpret};

/// A program of one argument and one result, and what it becomes.
fn program(
    dtype: DType,
    dims: &[Option<i64>],
    build: impl FnOnce(&mut Builder<'_>, Value) -> Result<Value, Error>,
) -> (Func, Func) {
    let mut before = Func::new("f");
    let x = before.add_tensor_arg(dtype, dims, Arg::default());
    let result = build(&mut Builder::new(&mut before, Func::BODY, Loc::Unknown), x).unwrap();
    before.add_result(result, Res::default());
    let mut after = before.clone();
    optimize(&mut after, &Options::default()).unwrap();
    (before, after)
}

/// Both programs give the same result, up to rounding.
fn agree(before: &Func, after: &Func, input: Data) {
    let [expected, found] = [before, after].map(|f| interpret(f, std::slice::from_ref(&input)).unwrap());
    assert_eq!(expected[0].shape(), found[0].shape());
    for (a, b) in expected[0].elements().zip(found[0].elements()).map(|(a, b)| (a.to_f64(), b.to_f64())) {
        let close = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * a.abs();
        assert!(close, "{b} instead of {a}\n{before}\n{after}");
    }
}

fn number(b: &mut Builder<'_>, dtype: DType, x: Scalar) -> Result<Value, Error> {
    b.literal(Literal::scalar(dtype, x))
}

/// Places along the first dim of `like`, in an element type of their own.
fn places(b: &mut Builder<'_>, like: Value, dtype: DType) -> Result<Value, Error> {
    let length = b.shape(like)?[0].clone();
    let ty = TensorType::new(dtype, Shape(vec![length]));
    b.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(0)), &ty)
}

fn integers(dtype: DType, shape: &[usize], from: i128) -> Data {
    let count = shape.iter().product::<usize>() as i128;
    Data::new(dtype, shape, (from..from + count).map(|x| Scalar::Int(x).cast(dtype)).collect()).unwrap()
}

fn floats(shape: &[usize], of: impl Fn(usize) -> f64) -> Data {
    let count = shape.iter().product();
    Data::new(DType::F64, shape, (0..count).map(|i| Scalar::Float(of(i))).collect()).unwrap()
}

#[test]
fn bounds_of_large_integers_decide_nothing_that_is_not_so() {
    let ends = [(1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 53) + 2, 1 << 60, i64::MAX - 1, i64::MAX];
    let ends: Vec<i128> = ends.into_iter().flat_map(|n| [n, -n]).map(i128::from).collect();
    let kinds = [OpKind::Lt, OpKind::Le, OpKind::Gt, OpKind::Ge, OpKind::Eq, OpKind::Ne];
    for (bound, side) in ends.iter().flat_map(|n| [(*n, OpKind::Maximum), (*n, OpKind::Minimum)]) {
        for other in [bound - 1, bound, bound + 1] {
            let of = |kind: Option<OpKind>| {
                program(DType::I64, &[], |b, x| {
                    let [low, high] = [bound, other].map(|n| Scalar::Int(n).cast(DType::I64));
                    let bounded = number(b, DType::I64, low)?;
                    let bounded = b.map(side, &[x, bounded])?;
                    let other = number(b, DType::I64, high)?;
                    match kind {
                        Some(kind) => b.map(kind, &[bounded, other]),
                        None => b.map(
                            if side == OpKind::Maximum { OpKind::Minimum } else { OpKind::Maximum },
                            &[bounded, other],
                        ),
                    }
                })
            };
            for kind in kinds.map(Some).into_iter().chain([None]) {
                let (before, after) = of(kind);
                for x in ends.iter().flat_map(|n| [*n, n + 1]).chain([0]) {
                    let x = Data::new(DType::I64, &[], vec![Scalar::Int(x).cast(DType::I64)]).unwrap();
                    let [found, expected] =
                        [&after, &before].map(|f| interpret(f, std::slice::from_ref(&x)).unwrap());
                    assert_eq!(found, expected, "{x:?}\n{before}\n{after}");
                }
            }
        }
    }
}

#[test]
fn the_exponent_of_a_repeated_factor_does_not_wrap_around() {
    for count in [3, 200, 256, 257] {
        let (before, after) = program(DType::I8, &[], |b, x| {
            let all = b.broadcast(x, &[], &Shape(vec![Dim::from(count)]))?;
            b.reduce(OpKind::Prod, all, &[0])
        });
        for x in -4..4 {
            agree(&before, &after, integers(DType::I8, &[], x));
        }
    }
    // Of a length that only the call knows.
    let (before, after) = program(DType::I8, &[None], |b, x| {
        let three = number(b, DType::I8, Scalar::Int(3))?;
        let shape = b.shape(x)?;
        let all = b.broadcast(three, &[], &shape)?;
        b.reduce(OpKind::Prod, all, &[0])
    });
    for length in [0, 1, 5, 200, 256, 257] {
        agree(&before, &after, integers(DType::I8, &[length], 0));
    }
}

#[test]
fn indices_that_wrap_around_are_not_places() {
    for (dtype, length) in [(DType::I8, 200), (DType::U8, 200), (DType::I8, 100)] {
        let (before, after) = program(DType::F64, &[None], |b, x| {
            let places = places(b, x, dtype)?;
            b.apply(OpKind::Gather, &[x, places], Attrs::new())
        });
        agree(&before, &after, floats(&[length], |i| i as f64));
        let (before, after) = program(DType::F64, &[None, Some(200)], |b, x| {
            let places = places(b, x, dtype)?;
            b.apply(OpKind::Pick, &[x, places], Attrs::new())
        });
        agree(&before, &after, floats(&[length, 200], |i| i as f64));
    }
}

#[test]
fn places_beyond_the_rows_remain_an_error() {
    let (before, after) = program(DType::F64, &[None], |b, x| {
        let places = places(b, x, DType::I64)?;
        let few = b.literal(Literal::splat(DType::F64, &[3], Scalar::Float(2.0)))?;
        let few = b.map(OpKind::Exp, &[few])?;
        b.apply(OpKind::Gather, &[few, places], Attrs::new())
    });
    for (length, works) in [(2, true), (3, true), (4, false), (40, false)] {
        for f in [&before, &after] {
            assert_eq!(interpret(f, &[floats(&[length], |_| 0.0)]).is_ok(), works, "{length}\n{f}");
        }
    }
}

#[test]
fn a_product_of_finite_numbers_may_be_nan() {
    let (before, after) = program(DType::F64, &[None], |b, x| {
        let x = b.assume(x, &[Fact::Finite])?;
        let product = b.reduce(OpKind::Prod, x, &[0])?;
        b.map(OpKind::IsNan, &[product])
    });
    agree(&before, &after, floats(&[3], |i| [1e200, 1e200, 0.0][i]));
}

#[test]
fn a_difference_of_infinities_has_no_bounds() {
    let (before, after) = program(DType::F64, &[], |b, x| {
        let inf = b.number(DType::F64, f64::INFINITY)?;
        let nan = b.map(OpKind::Sub, &[inf, inf])?;
        b.map(OpKind::Div, &[x, nan])
    });
    agree(&before, &after, floats(&[], |_| 1.0));
}

#[test]
fn constants_are_not_taken_together_where_they_overflow_or_underflow() {
    use OpKind::{Add, Div, Mul, Sqr, Sub};
    /// `(outer a (inner b x))`, with the argument at which it is an ordinary number.
    type Case = (OpKind, f64, OpKind, f64, bool, f64);
    let cases: [Case; 12] = [
        (Mul, 1e200, Mul, 1e200, true, 1e-300),
        (Mul, 1e-200, Mul, 1e-200, true, 1e300),
        (Add, 1e308, Add, 1e308, true, -1e308),
        (Sub, 1e308, Sub, -1e308, true, -1e308),
        (Div, 1e300, Mul, 1e-300, true, 1e300),
        (Div, 1e200, Mul, 1e-200, false, 1e300),
        (Div, 1e200, Div, 1e200, false, 1e300),
        (Mul, 1.5, Sqr, 1e-200, true, 1e200),
        (Mul, 3.0, Sqr, 1e-100, true, 1e200),
        (Add, 1e-15, Sub, 1.0, true, 1.0),
        (Sub, 1e-15, Add, -1.0, false, 1.0),
        (Add, 1e-15, Add, 1.0, true, -1.0),
    ];
    for (outer, a, inner, b, left, x) in cases {
        let (before, after) = program(DType::F64, &[], |builder, x| {
            let [a, b] = [a, b].map(|c| builder.number(DType::F64, c).unwrap());
            let part = match inner {
                Sqr => {
                    let scaled = builder.map(Mul, &[b, x])?;
                    builder.map(Sqr, &[scaled])?
                }
                Div => builder.map(Div, &[x, b])?,
                kind => builder.map(kind, &[b, x])?,
            };
            builder.map(outer, &if left { [a, part] } else { [part, a] })
        });
        let x = floats(&[], |_| x);
        let [expected, found] = [&before, &after]
            .map(|f| interpret(f, std::slice::from_ref(&x)).unwrap()[0].elements().next().unwrap().to_f64());
        assert!(expected.is_normal(), "{expected} of\n{before}");
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} instead of {expected}\n{before}\n{after}");
    }
}

#[test]
fn another_order_of_products_loses_no_finite_result() {
    type Build = fn(&mut Builder<'_>, Value, Value) -> Result<Vec<Value>, Error>;
    let cases: [(Build, [f64; 2]); 3] = [
        // ((w w) r) r beside r r.
        (
            |b, w, r| {
                let square = b.map(OpKind::Mul, &[w, w])?;
                let product = b.map(OpKind::Mul, &[square, r])?;
                Ok(vec![b.map(OpKind::Mul, &[product, r])?, b.map(OpKind::Mul, &[r, r])?])
            },
            [-9.9e-299, 2.1e287],
        ),
        // (w (1 / r)) (1 / r).
        (
            |b, w, r| {
                let over = b.map(OpKind::Reciprocal, &[r])?;
                let product = b.map(OpKind::Mul, &[w, over])?;
                Ok(vec![b.map(OpKind::Mul, &[product, over])?])
            },
            [1e300, 2.7e174],
        ),
        // w r + w w.
        (
            |b, w, r| {
                let (p, q) = (b.map(OpKind::Mul, &[w, r])?, b.map(OpKind::Mul, &[w, w])?);
                Ok(vec![b.map(OpKind::Add, &[p, q])?])
            },
            [1e-100, f64::MAX],
        ),
    ];
    for (build, inputs) in cases {
        let mut before = Func::new("f");
        let [w, r] = [0, 1].map(|_| before.add_tensor_arg(DType::F64, &[], Arg::default()));
        let results = build(&mut Builder::new(&mut before, Func::BODY, Loc::Unknown), w, r).unwrap();
        results.into_iter().for_each(|v| before.add_result(v, Res::default()));
        let mut after = before.clone();
        optimize(&mut after, &Options::default()).unwrap();
        let inputs = inputs.map(|x| floats(&[], |_| x));
        let [expected, found] = [&before, &after].map(|f| interpret(f, &inputs).unwrap());
        for (e, g) in expected.iter().zip(&found).map(|(e, g)| (e.to_f64().sum(), g.to_f64().sum())) {
            assert!(
                !e.is_finite() || (e - g).abs() <= 1e-15 * e.abs(),
                "{g} instead of {e}\n{before}\n{after}"
            );
        }
    }
}
