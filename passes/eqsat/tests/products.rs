//! Products of matrices: the order of chains, sums of products, parts of products.
//!
//! Elements are small whole numbers, so that every order of summation gives the same result, bit for bit.

use thn_eqsat::{Options, optimize};
use thn_ir::*;
use thn_random::Random;
use thn_reference::{Value as Tensor, interpret};

fn matrix(f: &mut Func, dims: &[i64]) -> Value {
    f.add_arg(TensorType::new(DType::F64, Shape::fixed(dims)), Arg::default())
}

/// Multiplications of all products of matrices and elementwise products of a program.
fn multiplications(f: &Func) -> i64 {
    let size = |v: Value| -> i64 { f.tensor(v).unwrap().shape.as_fixed().unwrap().iter().product() };
    let of = |op: &OpId| {
        let data = f.op(*op);
        match data.kind {
            OpKind::Dot | OpKind::BatchedDot => {
                size(data.result())
                    * f.tensor(data.operands[0]).unwrap().shape.as_fixed().unwrap().last().unwrap()
            }
            OpKind::Mul => size(data.result()),
            _ => 0,
        }
    };
    f.body().ops.iter().map(of).sum()
}

/// Optimizes a program; it must be valid, give the same values and not change when it is optimized again.
fn optimized(f: &Func, random: &mut Random) -> Func {
    let mut g = f.clone();
    optimize(&mut g, &Options::default()).unwrap();
    assert_eq!(verify::verify(&g), vec![], "{f}\n{g}");
    let inputs: Vec<Tensor> = f
        .body()
        .args
        .iter()
        .map(|a| {
            let ty = f.tensor(*a).unwrap();
            let shape: Vec<usize> = ty.shape.as_fixed().unwrap().iter().map(|n| *n as usize).collect();
            let count = shape.iter().product();
            let elements = (0..count).map(|_| Scalar::Float(random.below(5) as f64 - 2.0)).collect();
            Tensor::new(ty.dtype, &shape, elements).unwrap()
        })
        .collect();
    let (before, after) = (interpret(f, &inputs).unwrap(), interpret(&g, &inputs).unwrap());
    for (x, y) in before.iter().zip(&after) {
        assert_eq!(x.shape(), y.shape());
        assert!(x.elements().zip(y.elements()).all(|(x, y)| x.to_f64() == y.to_f64()), "{f}\n{g}");
    }
    let mut twice = g.clone();
    optimize(&mut twice, &Options::default()).unwrap();
    assert_eq!(twice.to_string(), g.to_string());
    g
}

fn result(mut f: Func, build: impl FnOnce(&mut Builder<'_>) -> Result<Value, Error>) -> Func {
    let value = build(&mut Builder::new(&mut f, Func::BODY, Loc::Unknown)).unwrap();
    f.add_result(value, Res::default());
    f
}

/// The least multiplications of a chain, by the definition.
fn least(
    dims: &[i64],
    known: &mut std::collections::BTreeMap<(usize, usize), i64>,
    i: usize,
    j: usize,
) -> i64 {
    if j == i + 1 {
        return 0;
    }
    if let Some(cost) = known.get(&(i, j)) {
        return *cost;
    }
    let split = |k| least(dims, known, i, k) + least(dims, known, k, j) + dims[i] * dims[k] * dims[j];
    let cost = (i + 1..j).map(split).min().unwrap();
    known.insert((i, j), cost);
    cost
}

/// A chain of products of matrices with random brackets; factors and subchains may be transposed.
fn chain(random: &mut Random, dims: &[i64]) -> Func {
    let mut f = Func::new("f");
    let n = dims.len() - 1;
    let mut parts: Vec<(Value, bool)> = (0..n)
        .map(|i| {
            let transposed = random.below(3) == 0;
            let shape = if transposed { [dims[i + 1], dims[i]] } else { [dims[i], dims[i + 1]] };
            (matrix(&mut f, &shape), transposed)
        })
        .collect();
    result(f, |b| {
        let straight =
            |b: &mut Builder<'_>, (x, t): (Value, bool)| if t { b.dimshuffle(x, &[1, 0]) } else { Ok(x) };
        while parts.len() > 1 {
            let i = random.below(parts.len() - 1);
            let (x, y) = (parts[i], parts[i + 1]);
            let turned = random.below(4) == 0;
            let product = if turned {
                // (x y)ᵀ = yᵀ xᵀ
                let (x, y) = (straight(b, (x.0, !x.1))?, straight(b, (y.0, !y.1))?);
                b.map(OpKind::Dot, &[y, x])?
            } else {
                let (x, y) = (straight(b, x)?, straight(b, y)?);
                b.map(OpKind::Dot, &[x, y])?
            };
            parts.splice(i..i + 2, [(product, turned)]);
        }
        straight(b, parts[0])
    })
}

#[test]
fn chains_get_their_cheapest_order() {
    let mut random = Random::new(3);
    for _ in 0..60 {
        let n = 3 + random.below(6);
        // A product over a dim of length 1 is an elementwise product, which costs less than its multiplications say.
        let dims: Vec<i64> = (0..=n).map(|_| 2 + random.below(12) as i64).collect();
        let f = chain(&mut random, &dims);
        let g = optimized(&f, &mut random);
        assert_eq!(multiplications(&g), least(&dims, &mut Default::default(), 0, n), "{dims:?}\n{f}\n{g}");
    }
}

#[test]
fn vectors_stand_at_the_ends() {
    let mut random = Random::new(8);
    // (A (B (C v))), (((u A) B) C) and u A B v in the worst order.
    for ends in [[false, true], [true, false], [true, true]] {
        let mut f = Func::new("f");
        let n = 5;
        let u = matrix(&mut f, &[n]);
        let v = matrix(&mut f, &[n]);
        let all: Vec<Value> = (0..3).map(|_| matrix(&mut f, &[n, n])).collect();
        let f = result(f, |b| {
            let m = b.map(OpKind::Dot, &[all[0], all[1]])?;
            let mut m = b.map(OpKind::Dot, &[m, all[2]])?;
            if ends[0] {
                m = b.map(OpKind::Dot, &[u, m])?;
            }
            if ends[1] {
                m = b.map(OpKind::Dot, &[m, v])?;
            }
            Ok(m)
        });
        let g = optimized(&f, &mut random);
        let last = if ends == [true, true] { n } else { 0 };
        assert_eq!(multiplications(&g), 3 * n * n + last, "{g}");
    }
}

#[test]
fn a_long_chain_is_optimal() {
    let mut random = Random::new(80);
    let dims: Vec<i64> = (0..=80).map(|_| 1 + random.below(40) as i64).collect();
    let mut f = chain(&mut random, &dims);
    optimize(&mut f, &Options::default()).unwrap();
    assert_eq!(multiplications(&f), least(&dims, &mut Default::default(), 0, 80));
}

#[test]
fn a_product_that_is_needed_anyway_is_used() {
    // A B is a result. (A B) C then costs one product, A (B C) two.
    let mut f = Func::new("f");
    let [x, y, z] = [[8, 4], [4, 8], [8, 6]].map(|dims| matrix(&mut f, &dims));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let xy = b.map(OpKind::Dot, &[x, y]).unwrap();
    let yz = b.map(OpKind::Dot, &[y, z]).unwrap();
    let xyz = b.map(OpKind::Dot, &[x, yz]).unwrap();
    for value in [xy, xyz] {
        f.add_result(value, Res::default());
    }
    let g = optimized(&f, &mut Random::new(1));
    assert_eq!(g.body().ops.len(), 3, "{g}");
    assert_eq!(multiplications(&f), multiplications(&g));
}

/// A sum over a product of `n` tensors that have some of four dims each, spelled by broadcasts.
fn einsum(random: &mut Random, n: usize) -> Func {
    let lengths: Vec<i64> = (0..4).map(|_| 2 + random.below(4) as i64).collect();
    let mut f = Func::new("f");
    let axes: Vec<Vec<i64>> = (0..n)
        .map(|_| {
            let mut own: Vec<i64> = (0..4).filter(|_| random.below(2) == 0).collect();
            if random.below(4) == 0 {
                own.reverse();
            }
            own
        })
        .collect();
    let args: Vec<Value> = axes
        .iter()
        .map(|own| matrix(&mut f, &own.iter().map(|a| lengths[*a as usize]).collect::<Vec<_>>()))
        .collect();
    let summed: Vec<i64> = (0..4).filter(|_| random.below(2) == 0).collect();
    result(f, |b| {
        let mut product: Option<Value> = None;
        for (x, own) in args.iter().zip(&axes) {
            let mut sorted = own.clone();
            sorted.sort_unstable();
            let order: Vec<i64> =
                sorted.iter().map(|a| own.iter().position(|o| o == a).unwrap() as i64).collect();
            let x = if order.is_sorted() { *x } else { b.dimshuffle(*x, &order)? };
            let x = b.broadcast(x, &sorted, &Shape::fixed(&lengths))?;
            product = Some(match product {
                Some(p) => b.map(OpKind::Mul, &[p, x])?,
                None => x,
            });
        }
        b.reduce(OpKind::Sum, product.unwrap(), &summed)
    })
}

#[test]
fn sums_of_products_are_contracted() {
    let mut random = Random::new(17);
    let mut fewer = 0;
    for _ in 0..150 {
        let n = 2 + random.below(3);
        let f = einsum(&mut random, n);
        let g = optimized(&f, &mut random);
        assert!(multiplications(&g) <= multiplications(&f), "{f}\n{g}");
        fewer += usize::from(multiplications(&g) < multiplications(&f));
    }
    assert!(fewer > 75, "{fewer}");
}

#[test]
fn a_sum_over_broadcasts_is_a_product_of_matrices() {
    let mut f = Func::new("f");
    let (x, y) = (matrix(&mut f, &[6, 7]), matrix(&mut f, &[7, 5]));
    let shape = Shape::fixed(&[6, 7, 5]);
    let f = result(f, |b| {
        let (x, y) = (b.broadcast(x, &[0, 1], &shape)?, b.broadcast(y, &[1, 2], &shape)?);
        let product = b.map(OpKind::Mul, &[x, y])?;
        b.reduce(OpKind::Sum, product, &[1])
    });
    let g = optimized(&f, &mut Random::new(2));
    insta::assert_snapshot!(g);
}

#[test]
fn a_sum_of_a_product_of_matrices_needs_no_product() {
    let mut shown = vec![];
    for axes in [vec![0], vec![1], vec![0, 1]] {
        let mut f = Func::new("f");
        let (x, y) = (matrix(&mut f, &[6, 7]), matrix(&mut f, &[7, 5]));
        let f = result(f, |b| {
            let product = b.map(OpKind::Dot, &[x, y])?;
            b.reduce(OpKind::Sum, product, &axes)
        });
        shown.push(optimized(&f, &mut Random::new(2)).to_string());
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_part_of_a_product_needs_part_of_its_factors() {
    let mut f = Func::new("f");
    let (x, y) = (matrix(&mut f, &[6, 7]), matrix(&mut f, &[7, 5]));
    let f = result(f, |b| {
        let product = b.map(OpKind::Dot, &[x, y])?;
        b.slice(product, &[2.into(), 1.into()], &[1, 3], &Shape::fixed(&[3, 2]))
    });
    let g = optimized(&f, &mut Random::new(4));
    assert_eq!(multiplications(&g), 3 * 7 * 2, "{g}");
    let mut f = Func::new("f");
    let (x, y) = (matrix(&mut f, &[6, 7]), matrix(&mut f, &[7, 5]));
    let f = result(f, |b| {
        let product = b.map(OpKind::Dot, &[x, y])?;
        let row = b.literal(Literal::scalar(DType::I64, Scalar::Int(4)))?;
        b.map(OpKind::Gather, &[product, row])
    });
    let g = optimized(&f, &mut Random::new(4));
    assert_eq!(multiplications(&g), 7 * 5, "{g}");
}

/// The trace of a product of three matrices, or its diagonal, in one of several spellings.
fn diagonal(f: &mut Func, dims: [i64; 3], turned: bool, trace: bool) -> Func {
    let [n, k, m] = dims;
    let [x, y, z] = [[n, k], [k, m], [m, n]].map(|dims| matrix(f, &dims));
    result(f.clone(), |b| {
        let xy = b.map(OpKind::Dot, &[x, y])?;
        let mut product = b.map(OpKind::Dot, &[xy, z])?;
        if turned {
            product = b.dimshuffle(product, &[1, 0])?;
        }
        let diagonal = b.map(OpKind::Diagonal, &[product])?;
        if trace { b.reduce(OpKind::Sum, diagonal, &[0]) } else { Ok(diagonal) }
    })
}

#[test]
fn the_diagonal_and_the_trace_of_a_product_need_no_last_product() {
    let mut random = Random::new(31);
    for _ in 0..40 {
        let [n, k, m] = [0; 3].map(|_| 3 + random.below(6) as i64);
        for (turned, trace) in [(false, false), (true, false), (false, true), (true, true)] {
            let f = diagonal(&mut Func::new("f"), [n, k, m], turned, trace);
            let g = optimized(&f, &mut random);
            // One product of two of the matrices, and one element of the other for each of its elements. The sum over
            // the diagonal can be taken first.
            let through = [(n, k, m), (k, m, n), (m, n, k)].map(|(a, b, c)| a * b * c + a * c);
            let least = through[..if trace { 3 } else { 2 }].iter().copied().min().unwrap();
            assert!(multiplications(&g) <= least, "{} > {least}\n{f}\n{g}", multiplications(&g));
        }
    }
}

#[test]
fn a_trace_of_a_product_of_two_is_one_sum() {
    let mut shown = vec![];
    for trace in [false, true] {
        let mut f = Func::new("f");
        let (x, y) = (matrix(&mut f, &[6, 7]), matrix(&mut f, &[7, 6]));
        let f = result(f, |b| {
            let product = b.map(OpKind::Dot, &[x, y])?;
            let diagonal = b.map(OpKind::Diagonal, &[product])?;
            if trace { b.reduce(OpKind::Sum, diagonal, &[0]) } else { Ok(diagonal) }
        });
        let g = optimized(&f, &mut Random::new(2));
        assert_eq!(multiplications(&g), 42, "{g}");
        shown.push(g.to_string());
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_stack_of_products_with_one_common_factor_is_one_product() {
    for left in [false, true] {
        let mut f = Func::new("f");
        let stack = if left { [3, 7, 5] } else { [3, 6, 7] };
        let (x, y) = (matrix(&mut f, &stack), matrix(&mut f, if left { &[6, 7] } else { &[7, 5] }));
        let f = result(f, |b| {
            let common =
                b.broadcast(y, &[1, 2], &Shape::fixed(if left { &[3, 6, 7] } else { &[3, 7, 5] }))?;
            b.map(OpKind::BatchedDot, &if left { [common, x] } else { [x, common] })
        });
        let g = optimized(&f, &mut Random::new(5)).to_string();
        assert!(!g.contains("batched_dot") && g.contains(" dot "), "{g}");
    }
}

/// Programs over tensors of unknown lengths n, k, m and p: sums of products that some factor is outside of.
fn sums_of_nothing() -> Vec<Func> {
    type Build = fn(&mut Builder<'_>, &[Value]) -> Result<Value, Error>;
    let builds: [Build; 6] = [
        // Σₖ x[n, k] s.
        |b, a| b.map(OpKind::Mul, &[a[0], a[3]]).and_then(|t| b.reduce(OpKind::Sum, t, &[1])),
        // Σₖ x[n, k] / s.
        |b, a| b.map(OpKind::Div, &[a[0], a[3]]).and_then(|t| b.reduce(OpKind::Sum, t, &[1])),
        // Σₖ x[n, k] u[n].
        |b, a| {
            let shape = b.shape(a[0])?;
            let rows = b.broadcast(a[4], &[0], &shape)?;
            let product = b.map(OpKind::Mul, &[a[0], rows])?;
            b.reduce(OpKind::Sum, product, &[1])
        },
        // (x y) z and x (y z).
        |b, a| b.map(OpKind::Dot, &[a[0], a[1]]).and_then(|t| b.map(OpKind::Dot, &[t, a[2]])),
        |b, a| b.map(OpKind::Dot, &[a[1], a[2]]).and_then(|t| b.map(OpKind::Dot, &[a[0], t])),
        // (s x) y.
        |b, a| b.map(OpKind::Mul, &[a[3], a[0]]).and_then(|t| b.map(OpKind::Dot, &[t, a[1]])),
    ];
    let program = |build: Build| {
        let mut f = Func::new("f");
        let dims: Vec<Dim> = [(0, 0), (0, 1), (1, 1), (2, 1)]
            .map(|(arg, axis)| f.new_symbol("n", SymbolOrigin::ArgDim { arg, axis }).into())
            .to_vec();
        let shapes: [&[usize]; 5] = [&[0, 1], &[1, 2], &[2, 3], &[], &[0]];
        let args: Vec<Value> = shapes
            .iter()
            .map(|s| {
                let shape = Shape(s.iter().map(|d| dims[*d].clone()).collect());
                f.add_arg(TensorType::new(DType::F64, shape), Arg::default())
            })
            .collect();
        let result = build(&mut Builder::new(&mut f, Func::BODY, Loc::Unknown), &args).unwrap();
        f.add_result(result, Res::default());
        f
    };
    builds.into_iter().map(program).collect()
}

#[test]
fn a_sum_of_nothing_is_zero_whatever_is_outside() {
    for before in sums_of_nothing() {
        let mut after = before.clone();
        optimize(&mut after, &Options::default()).unwrap();
        for empty in 0..4 {
            let length = |d: usize| if d == empty { 0 } else { 2 };
            let shapes: [&[usize]; 5] = [&[0, 1], &[1, 2], &[2, 3], &[], &[0]];
            for (odd, x) in (0..5).flat_map(|a| [0.0, f64::INFINITY, f64::NAN].map(|x| (a, x))) {
                let inputs: Vec<Tensor> = shapes
                    .iter()
                    .enumerate()
                    .map(|(a, s)| {
                        let shape: Vec<usize> = s.iter().map(|d| length(*d)).collect();
                        let element = Scalar::Float(if a == odd { x } else { 2.0 });
                        Tensor::new(DType::F64, &shape, vec![element; shape.iter().product()]).unwrap()
                    })
                    .collect();
                let [expected, found] = [&before, &after].map(|f| interpret(f, &inputs).unwrap());
                for (e, g) in expected[0].elements().zip(found[0].elements()) {
                    let (e, g) = (e.to_f64(), g.to_f64());
                    assert!(!e.is_finite() || e == g, "{g} instead of {e}\n{before}\n{after}");
                }
            }
        }
    }
}
