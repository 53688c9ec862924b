use super::*;
use crate::program;
use thn_ir::{Arg, Attr, Attrs, Builder, DType, Func, Loc, Res};
use thn_random::Random;
use thn_reference::{Value, interpret};

fn matrix(rows: i64, columns: i64) -> TensorType {
    TensorType::new(DType::F64, thn_ir::Shape::fixed(&[rows, columns]))
}

#[test]
fn what_follows_depends_on_the_shape() {
    assert!(Structure::DIAGONAL.completed(&matrix(2, 2)).has(Structure::SYMMETRIC));
    assert!(!Structure::DIAGONAL.completed(&matrix(2, 3)).has(Structure::SYMMETRIC));
    let identity = Structure::IDENTITY.completed(&matrix(2, 2));
    assert!(identity.has(Structure::ORTHOGONAL | Structure::SEMIDEFINITE | Structure::DIAGONAL));
    assert!(!Structure::IDENTITY.completed(&matrix(2, 3)).has(Structure::ORTHOGONAL));
    let both = Structure::LOWER | Structure::SYMMETRIC;
    assert!(both.completed(&matrix(2, 2)).has(Structure::UPPER));
}

#[test]
fn a_literal_says_what_it_is() {
    let of = |all: [f64; 4]| {
        of_literal(&Literal::from_scalars(DType::F64, &[2, 2], &all.map(Scalar::Float)).unwrap())
    };
    assert_eq!(of([1.0, 0.0, 0.0, 1.0]), Structure::DIAGONAL | Structure::SYMMETRIC | Structure::IDENTITY);
    assert_eq!(of([1.0, 0.0, 3.0, 1.0]), Structure::LOWER);
    assert_eq!(of([1.0, 3.0, 3.0, 1.0]), Structure::SYMMETRIC);
    let vector =
        |all: [i128; 3]| of_literal(&Literal::from_scalars(DType::I64, &[3], &all.map(Scalar::Int)).unwrap());
    assert_eq!(vector([3, 1, 2]), Structure::UNIQUE);
    assert_eq!(vector([3, 1, 3]), Structure::NONE);
}

const N: usize = 3;

/// A matrix of which a promise holds; with infinities and NaN where the promise allows them, if `wild`.
fn promised(fact: Option<Fact>, random: &mut Random, wild: bool) -> Value {
    let mut at = vec![0.0; N * N];
    let specials = [f64::INFINITY, f64::NAN, f64::NEG_INFINITY];
    for x in &mut at {
        *x = random.below(7) as f64 - 3.0;
        if wild && random.below(3) == 0 {
            *x = specials[random.below(3)];
        }
    }
    let old = at.clone();
    for (i, j) in (0..N).flat_map(|i| (0..N).map(move |j| (i, j))) {
        at[i * N + j] = match fact {
            Some(Fact::LowerTriangular) if i < j => 0.0,
            Some(Fact::UpperTriangular) if i > j => 0.0,
            Some(Fact::Diagonal) if i != j => 0.0,
            Some(Fact::Symmetric) => old[i.min(j) * N + i.max(j)],
            Some(Fact::PositiveSemidefinite) => (0..N).map(|k| old[i * N + k] * old[j * N + k]).sum(),
            Some(Fact::Orthogonal) => f64::from(u8::from(j == (i + 1) % N)),
            _ => old[i * N + j],
        };
    }
    Value::new(DType::F64, &[N, N], at.into_iter().map(Scalar::Float).collect()).unwrap()
}

/// Every matrix of random programs is what the analysis says of it.
#[test]
fn structure_holds_of_what_programs_compute() {
    use OpKind::{
        Abs, Add, And, Div, Dot, Eq, Exp, Expm1, Ge, Gt, Le, Lt, Maximum, Mul, Ne, Neg, Not, Or, Reciprocal,
        Select, Sqr, Sub,
    };
    let promises = PROMISES.map(|(fact, _)| fact).into_iter().filter(|f| *f != Fact::Unique);
    let promises: Vec<Option<Fact>> = promises.map(Some).chain([None]).collect();
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let wild = seed % 3 == 0;
        let mut func = Func::new("f");
        let ty = matrix(N as i64, N as i64);
        let mut inputs = vec![];
        let mut values = vec![];
        for _ in 0..3 {
            let fact = promises[random.below(promises.len())];
            let fact = fact.filter(|f| !wild || Structure::DIAGONAL.has(Structure::of_promise(*f)));
            inputs.push(promised(fact, &mut random, wild));
            let arg = func.add_arg(ty.clone(), Arg::default());
            let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
            values.push(fact.map_or(arg, |f| b.assume(arg, &[f]).unwrap()));
        }
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let mut masks = vec![];
        let places = [0, 1].map(|axis| {
            let attrs = Attrs::new().with("axis", Attr::Int(axis));
            b.shaped(OpKind::Iota, &[], attrs, &ty.with_dtype(DType::I64)).unwrap()
        });
        for (x, y) in [(0, 1), (1, 0)] {
            let kind = [Eq, Lt, Le, Gt, Ge, Ne][random.below(6)];
            masks.push(b.map(kind, &[places[x], places[y]]).unwrap());
        }
        let numbers = [0.0, 1.0, 2.0].map(|x| b.number(DType::F64, x).unwrap());
        values.extend([numbers[0], numbers[2]].map(|x| b.fill(x, &ty.shape).unwrap()));
        for _ in 0..8 {
            let [x, y] = [0; 2].map(|_| values[random.below(values.len())]);
            let scalar = numbers[random.below(3)];
            let mask = masks[random.below(masks.len())];
            let made = match random.below(10) {
                0 => b.dimshuffle(x, &[1, 0]),
                1 | 2 => b.map(Dot, &[x, y]),
                3 => b.map([Neg, Abs, Exp, Expm1, Reciprocal, Sqr][random.below(6)], &[x]),
                4 => b.map([Mul, Add, Div][random.below(3)], &[x, scalar]),
                5 => b.map(Select, &[mask, x, if random.below(2) == 0 { numbers[0] } else { y }]),
                6 => b.cast(mask, DType::F64),
                7 => {
                    let turned = b.dimshuffle(x, &[1, 0]).unwrap();
                    b.map(Dot, &[turned, x])
                }
                8 => {
                    let other = masks[random.below(masks.len())];
                    let kind = [And, Or, Not][random.below(3)];
                    let all = if kind == Not { vec![mask] } else { vec![mask, other] };
                    masks.push(b.map(kind, &all).unwrap());
                    continue;
                }
                _ => b.map([Add, Sub, Mul, Maximum, Div][random.below(5)], &[x, y]),
            };
            values.push(made.unwrap());
        }
        for value in &values {
            func.add_result(*value, Res::default());
        }
        let known = program::of_block(&func, Func::BODY, &Default::default());
        let results = interpret(&func, &inputs).unwrap();
        for (value, result) in values.iter().zip(results) {
            let known = known[value].facts.structure;
            let finite = result.elements().all(|x| x.to_f64().is_finite());
            let facts = known
                .promises()
                .into_iter()
                .filter(|f| finite || Structure::DIAGONAL.has(Structure::of_promise(*f)));
            for fact in facts {
                *seen.entry(fact.name()).or_insert(0) += 1;
                let mut check = Func::new("check");
                let arg = check.add_arg(ty.clone(), Arg::default());
                let mut b = Builder::new(&mut check, Func::BODY, Loc::Unknown);
                let assumed = b.assume(arg, &[fact]).unwrap();
                check.add_result(assumed, Res::default());
                let held = interpret(&check, std::slice::from_ref(&result));
                assert!(held.is_ok(), "{func}\n{} of {}: {held:?}", fact.name(), func.describe(*value));
            }
        }
    }
    assert!(seen.len() == 6 && seen.values().all(|n| *n > 40), "{seen:?}");
}
