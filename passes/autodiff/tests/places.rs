//! What nothing reads has gradient 0, also where a derivative there is infinite: elements that have no influence are
//! moved to a pole, and the gradients of first and second order stay what they were.

mod support;

use support::{Case, case, data, gradient, gradient_as_case};
use thn_ir::*;
use thn_reference::{Value as Data, interpret};

type Step = fn(&mut Builder<'_>, Value) -> Result<Value, Error>;

/// Functions of numbers between 0 and 1, and a number at which they, their derivatives or both are no finite numbers.
const POLES: [(&str, f64, Step); 12] = [
    ("sqrt", 0.0, |b, x| b.map(OpKind::Sqrt, &[x])),
    ("-log", 0.0, |b, x| {
        let log = b.map(OpKind::Log, &[x])?;
        b.map(OpKind::Neg, &[log])
    }),
    ("reciprocal", 0.0, |b, x| b.map(OpKind::Reciprocal, &[x])),
    ("cbrt", 0.0, |b, x| b.map(OpKind::Cbrt, &[x])),
    ("arcsin", 1.0, |b, x| b.map(OpKind::Arcsin, &[x])),
    ("exp", 1e4, |b, x| b.map(OpKind::Exp, &[x])),
    ("x^0.5", 0.0, |b, x| {
        let half = b.number(DType::F64, 0.5)?;
        b.map(OpKind::Pow, &[x, half])
    }),
    ("0.5^x", -1e4, |b, x| {
        let half = b.number(DType::F64, 0.5)?;
        b.map(OpKind::Pow, &[half, x])
    }),
    ("1/x", 0.0, |b, x| {
        let one = b.number(DType::F64, 1.0)?;
        b.map(OpKind::Div, &[one, x])
    }),
    ("x sqrt x", 0.0, |b, x| {
        let root = b.map(OpKind::Sqrt, &[x])?;
        b.map(OpKind::Mul, &[x, root])
    }),
    // The total reads the infinite elements only where they are chosen.
    ("x x", f64::INFINITY, |b, x| b.map(OpKind::Mul, &[x, x])),
    ("softplus", f64::NAN, |b, x| b.map(OpKind::Softplus, &[x])),
];

fn rows(b: &mut Builder<'_>, x: Value, start: i64, step: i64, count: i64) -> Result<Value, Error> {
    let columns = b.shape(x)?[1].clone();
    b.slice(x, &[start.into(), 0.into()], &[step, 1], &Shape(vec![count.into(), columns]))
}

fn indices(b: &mut Builder<'_>, values: &[i64]) -> Result<Value, Error> {
    let scalars: Vec<Scalar> = values.iter().map(|i| Scalar::Int((*i).into())).collect();
    b.literal(Literal::from_scalars(DType::I64, &[values.len()], &scalars).unwrap())
}

fn zeros(b: &mut Builder<'_>, shape: &[i64]) -> Result<Value, Error> {
    let zero = b.number(DType::F64, 0.0)?;
    b.fill(zero, &Shape::fixed(shape))
}

fn place(starts: &[i64]) -> Attrs {
    let starts: Vec<Dim> = starts.iter().map(|s| Dim::from(*s)).collect();
    Attrs::new().dims("starts", &starts).ints("steps", &vec![1; starts.len()])
}

/// What `then` makes of x, in a branch that is taken.
fn branch(b: &mut Builder<'_>, x: Value, then: Step) -> Result<Value, Error> {
    let zero = b.number(DType::I64, 0.0)?;
    let taken = b.map(OpKind::Eq, &[zero, zero])?;
    let mut regions = vec![];
    for side in [true, false] {
        let region = b.func.new_block();
        let mut inner = Builder::new(b.func, region, Loc::Unknown);
        let made = then(&mut inner, x)?;
        let made = if side { made } else { inner.map(OpKind::Neg, &[made])? };
        b.func.block_mut(region).results.push(made);
        regions.push(region);
    }
    let op = b.op(OpKind::Cond, &[taken], Attrs::new(), None, &regions)?;
    Ok(b.func.op(op).result())
}

/// Matrices of at least two rows and columns, of a matrix of four rows and three columns.
const FIRST: [(&str, Step); 12] = [
    ("all", |_, x| Ok(x)),
    ("slice", |b, x| b.slice(x, &[1.into(), 0.into()], &[2, 1], &Shape::fixed(&[2, 2]))),
    ("backwards", |b, x| rows(b, x, 2, -1, 3)),
    ("gather", |b, x| {
        let index = indices(b, &[3, 1, 3])?;
        b.map(OpKind::Gather, &[x, index])
    }),
    ("set", |b, x| {
        let half = b.number(DType::F64, 0.5)?;
        let new = b.fill(half, &Shape::fixed(&[2, 1]))?;
        b.apply(OpKind::SetSubtensor, &[x, new], place(&[1, 0]))
    }),
    ("inc", |b, x| {
        let (zeros, part) = (zeros(b, &[5, 3])?, rows(b, x, 1, 2, 2)?);
        let moved = b.apply(OpKind::IncSubtensor, &[zeros, part], place(&[3, 0]))?;
        rows(b, moved, 3, 1, 2)
    }),
    ("join", |b, x| {
        let parts = [rows(b, x, 0, 1, 1)?, rows(b, x, 2, 1, 2)?];
        b.apply(OpKind::Join, &parts, Attrs::new().with("axis", Attr::Int(0)))
    }),
    ("pad", |b, x| {
        let (part, half) = (rows(b, x, 0, 3, 2)?, b.number(DType::F64, 0.5)?);
        b.apply(OpKind::Pad, &[part, half], Attrs::new().ints("low", &[1, 0]).ints("high", &[0, 1]))
    }),
    ("scatter", |b, x| {
        let half = b.number(DType::F64, 0.5)?;
        let (some, part) = (b.fill(half, &Shape::fixed(&[3, 3]))?, rows(b, x, 0, 2, 2)?);
        let index = indices(b, &[2, 0])?;
        b.map(OpKind::ScatterAdd, &[some, index, part])
    }),
    ("turned and reshaped", |b, x| {
        let part = rows(b, x, 0, 1, 2)?;
        let turned = b.dimshuffle(part, &[1, 0])?;
        let flat = b.reshape(turned, &Shape::fixed(&[6]))?;
        b.reshape(flat, &Shape::fixed(&[2, 3]))
    }),
    ("repeated", |b, x| {
        let column = b.slice(x, &[0.into(), 1.into()], &[1, 1], &Shape::fixed(&[4, 1]))?;
        let column = b.dimshuffle(column, &[0])?;
        b.broadcast(column, &[1], &Shape::fixed(&[2, 4]))
    }),
    ("two places", |b, x| {
        let (one, other) = (rows(b, x, 0, 1, 2)?, rows(b, x, 1, 1, 2)?);
        b.map(OpKind::Mul, &[one, other])
    }),
];

/// Parts of a matrix of at least two rows and columns.
const THEN: [(&str, Step); 14] = [
    ("all", |_, x| Ok(x)),
    ("slice", |b, x| b.slice(x, &[1.into(), 0.into()], &[1, 1], &Shape::fixed(&[1, 2]))),
    ("row", |b, x| {
        let one = b.number(DType::I64, 1.0)?;
        b.map(OpKind::Gather, &[x, one])
    }),
    ("pick", |b, x| {
        let rows = b.shape(x)?[0].clone();
        let along = TensorType::new(DType::I64, Shape(vec![rows]));
        let position = b.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(0)), &along)?;
        let two = b.number(DType::I64, 2.0)?;
        let index = b.map(OpKind::Mod, &[position, two])?;
        b.map(OpKind::Pick, &[x, index])
    }),
    ("diagonal", |b, x| b.map(OpKind::Diagonal, &[x])),
    ("row of softmax", |b, x| {
        let shares = b.apply(OpKind::Softmax, &[x], Attrs::new().ints("axes", &[1]))?;
        rows(b, shares, 0, 1, 1)
    }),
    ("row of log_softmax", |b, x| {
        let shares = b.apply(OpKind::LogSoftmax, &[x], Attrs::new().ints("axes", &[1]))?;
        rows(b, shares, 0, 1, 1)
    }),
    ("one of logsumexp", |b, x| {
        let all = b.reduce(OpKind::LogSumExp, x, &[1])?;
        b.slice(all, &[1.into()], &[1], &Shape::fixed(&[1]))
    }),
    ("one of norm", |b, x| {
        let all = b.reduce(OpKind::Norm, x, &[1])?;
        b.slice(all, &[0.into()], &[1], &Shape::fixed(&[1]))
    }),
    ("one of prod", |b, x| {
        let all = b.reduce(OpKind::Prod, x, &[1])?;
        b.slice(all, &[0.into()], &[1], &Shape::fixed(&[1]))
    }),
    ("rows of a loop", |b, x| {
        let body = b.func.new_block();
        b.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let ty = b.tensor(x)?;
        let carried = b.func.add_block_arg(body, ty);
        let mut inner = Builder::new(b.func, body, Loc::Unknown);
        let root = inner.map(OpKind::Sqrt, &[carried])?;
        b.func.block_mut(body).results.push(root);
        let steps = b.number(DType::I64, 3.0)?;
        let op = b.op(OpKind::Loop, &[steps, x], Attrs::new(), None, &[body])?;
        let last = b.func.op(op).result();
        rows(b, last, 1, 1, 1)
    }),
    ("rows in a branch", |b, x| {
        branch(b, x, |b, x| {
            let root = b.map(OpKind::Sqrt, &[x])?;
            rows(b, root, 1, 1, 1)
        })
    }),
    ("rows of a branch", |b, x| {
        let all = branch(b, x, |b, x| b.map(OpKind::Sqrt, &[x]))?;
        rows(b, all, 0, 1, 1)
    }),
    ("part of dot", |b, x| {
        let turned = b.dimshuffle(x, &[1, 0])?;
        let all = b.map(OpKind::Dot, &[x, turned])?;
        b.slice(all, &[0.into(), 0.into()], &[1, 1], &Shape::fixed(&[1, 2]))
    }),
];

fn point(elements: &[f64]) -> Data {
    data(&[4, 3], elements)
}

fn regular() -> Vec<f64> {
    (0..12).map(|i| 0.25 + f64::from((i * 5) % 12) / 32.0).collect()
}

fn values(func: &Func, at: &[f64]) -> Vec<f64> {
    let found = interpret(func, &[point(at)]).unwrap_or_else(|e| panic!("{e}\n{func}"));
    found[0].elements().map(|x| x.to_f64()).collect()
}

/// The elements that a cost does not read: a NaN among the others reaches it.
fn unread(cost: &Func) -> Vec<usize> {
    let reads = |i: usize| {
        let mut moved = regular();
        moved[i] = f64::NAN;
        values(cost, &moved)[0].is_nan()
    };
    (0..12).filter(|i| !reads(*i)).collect()
}

/// Moves elements that nothing reads to `pole`: the gradient of a case stays as it is.
fn check(case: &Case, unread: &[usize], pole: f64) {
    let func = gradient(case).unwrap_or_else(|e| panic!("{}: {e}\n{}", case.name, case.func));
    let mut moved = regular();
    let expected = values(&func, &moved);
    unread.iter().for_each(|i| moved[*i] = pole);
    let found = values(&func, &moved);
    let zero = unread.iter().all(|i| found[*i] == 0.0);
    let same = expected.iter().zip(&found).all(|(x, y)| x == y);
    assert!(zero && same, "{} at {pole}: {found:?} instead of {expected:?}\n{func}", case.name);
}

fn cases() -> impl Iterator<Item = (Case, f64)> {
    let mut all = vec![];
    for (moved, first) in FIRST {
        for (chosen, then) in THEN {
            for (i, (name, pole, f)) in POLES.into_iter().enumerate() {
                // The second function is another one, of which 0 and infinity are poles too.
                let (next, _, g) = POLES[(i + 1) % 3];
                let name = format!("{chosen} of {next} of {moved} of {name}");
                let build = |b: &mut Builder<'_>, v: &[Value]| {
                    let x = f(b, v[0])?;
                    let x = first(b, x)?;
                    let x = g(b, x)?;
                    then(b, x)
                };
                all.push((case(&name, vec![point(&regular())], build), pole));
            }
        }
    }
    all.into_iter()
}

/// Calls `then` for each case that has elements that nothing reads.
fn each(then: impl Fn(&Case, &[usize], f64)) {
    let mut tried = 0;
    for (case, pole) in cases() {
        let unread = unread(&case.func);
        if !unread.is_empty() {
            tried += 1;
            then(&case, &unread, pole);
        }
    }
    assert!(tried > 1000, "only {tried} cases have elements that nothing reads");
}

#[test]
fn what_nothing_reads_has_gradient_zero() {
    // Products of matrices take arguments for numbers.
    each(|case, unread, pole| {
        if !case.name.starts_with("part of dot") || !pole.is_nan() {
            check(case, unread, pole);
        }
    });
}

/// How many masks the gradient of the sum of some parts of log(x y), squared, needs.
fn masks(parts: &[(i64, i64)]) -> usize {
    let mut func = Func::new("parts");
    let args = [[None, Some(3)], [Some(3), Some(8)]]
        .map(|dims| func.add_tensor_arg(DType::F64, &dims, Arg::default()));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let mut build = || {
        let product = b.map(OpKind::Dot, &args)?;
        let x = b.map(OpKind::Log, &[product])?;
        let mut total = b.number(DType::F64, 0.0)?;
        for (start, count) in parts {
            let shape = Shape(vec![b.shape(x)?[0].clone(), (*count).into()]);
            let part = b.slice(x, &[0.into(), (*start).into()], &[1, 1], &shape)?;
            let square = b.map(OpKind::Sqr, &[part])?;
            let sum = b.reduce(OpKind::Sum, square, &[0, 1])?;
            total = b.map(OpKind::Add, &[total, sum])?;
        }
        Ok::<_, Error>(total)
    };
    let cost = build().unwrap();
    func.add_result(cost, Res::default());
    let found = gradient(&Case { name: "parts".into(), func, point: vec![data(&[], &[0.0]); 2] }).unwrap();
    found.body().ops.iter().filter(|op| found.op(**op).kind == OpKind::Select).count()
}

#[test]
fn slices_that_are_all_together_need_no_mask() {
    assert_eq!(masks(&[(0, 3), (3, 3), (6, 2)]), 0);
    assert_eq!(masks(&[(6, 2), (0, 3), (2, 5)]), 0);
    assert_ne!(masks(&[(0, 3), (3, 3)]), 0);
    assert_ne!(masks(&[(0, 3), (4, 4)]), 0);
}

#[test]
fn what_nothing_reads_has_second_derivative_zero() {
    // The loop that runs back captures what the other one remembers, and steps keep no masks of that. Sums of more than a
    // few masks take arguments for finite.
    each(|case, unread, pole| {
        if !case.name.starts_with("rows of a loop") && pole.is_finite() {
            check(&gradient_as_case(case), unread, pole);
        }
    });
}
