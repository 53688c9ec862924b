//! Loops over the rows of sequences: what is computed for all rows at once, and which steps and rows are kept.

#[path = "support/sequences.rs"]
mod sequences;
#[expect(dead_code, reason = "other tests use the rest of it")]
mod support;

use sequences::Sequences;
use std::collections::BTreeSet;
use support::{RegionBuilder, ops, scalar};
use thn_eqsat::{
    Level, Options, Report, Stop,
    explain::{check, optimize_explained},
    optimize,
};
use thn_ir::*;
use thn_reference::{Value as Data, forward_error, interpret};

type Values = Result<Vec<Value>, Error>;

/// A sequence `xs` of vectors, one `ys` of vectors of the size of the state `h`, a matrix `w` from the first to the
/// second and one `u` of the state, the number of rows as a dim and as a value, and another number `n`.
struct Inputs {
    xs: Value,
    ys: Value,
    w: Value,
    u: Value,
    h: Value,
    places: Value,
    n: Value,
    rows: Dim,
    count: Value,
}

fn program(build: impl FnOnce(&mut Builder<'_>, &Inputs) -> Values) -> Func {
    let mut f = Func::new("f");
    let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
    let xs = f.add_tensor_arg(DType::F64, &[None, None], arg("xs"));
    let ys = f.add_tensor_arg(DType::F64, &[None, None], arg("ys"));
    let shape = |f: &Func, v: Value| f.tensor(v).unwrap().shape.clone();
    let (rows, inner, size) = (shape(&f, xs)[0].clone(), shape(&f, xs)[1].clone(), shape(&f, ys)[1].clone());
    f.value_mut(ys).ty = TensorType::new(DType::F64, Shape(vec![rows.clone(), size.clone()])).into();
    let mut typed =
        |name: &str, shape: Vec<Dim>| f.add_arg(TensorType::new(DType::F64, Shape(shape)), arg(name));
    let w = typed("w", vec![inner, size.clone()]);
    let u = typed("u", vec![size.clone(), size.clone()]);
    let h = typed("h", vec![size]);
    let places = f.add_arg(TensorType::new(DType::I64, Shape(vec![rows.clone()])), arg("places"));
    let n = f.add_tensor_arg(DType::I64, &[], arg("n"));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 1, 1));
    let count = b.dim(rows.clone()).unwrap();
    for result in build(&mut b, &Inputs { xs, ys, w, u, h, places, n, rows, count }).unwrap() {
        b.func.add_result(result, Res::default());
    }
    f.compact()
}

fn inputs(rows: usize, place: i128) -> Vec<Data> {
    let (inner, size) = (2, 3);
    let floats = |shape: &[usize], seed: usize| {
        let count = shape.iter().product();
        let number = |i: usize| Scalar::Float(((i * 7 + seed * 3) % 11) as f64 / 4.0 - 1.25);
        Data::new(DType::F64, shape, (0..count).map(number).collect()).unwrap()
    };
    vec![
        floats(&[rows, inner], 1),
        floats(&[rows, size], 2),
        floats(&[inner, size], 3),
        floats(&[size, size], 4),
        floats(&[size], 5),
        Data::new(DType::I64, &[rows], vec![Scalar::Int(place); rows]).unwrap(),
        scalar(DType::I64, Scalar::Int(2)),
    ]
}

/// The second program gives what the first gives, within what rounding in another order may cost it; or the first one
/// fails. Whether it did not.
fn agree(before: &Func, after: &Func, inputs: &[Data]) -> bool {
    let Ok(expected) = interpret(before, inputs) else { return false };
    let found = interpret(after, inputs);
    let found = found.unwrap_or_else(|e| panic!("{e}\n{inputs:?}\n{before}\n{after}"));
    let bounds = forward_error(before, inputs, true).unwrap();
    for (i, (x, y)) in expected.iter().zip(&found).enumerate() {
        assert_eq!((x.dtype, x.shape()), (y.dtype, y.shape()), "result {i}\n{before}\n{after}");
        for ((a, b), bound) in x.data.iter().zip(&y.data).zip(&bounds[i].data) {
            let (a, b) = (a.to_f64(), b.to_f64());
            // Each of the two is within the bound of the true value; so is, in its order, what was factored.
            let close = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 4.0 * bound;
            assert!(close, "result {i} is {b} instead of {a} within {bound}\n{inputs:?}\n{before}\n{after}");
        }
    }
    true
}

/// The program optimized: valid, of the same meaning for no rows, one and more, and as it is when optimized again.
fn optimized_with(f: &Func, options: &Options) -> (String, Report) {
    let mut after = f.clone();
    let report = optimize(&mut after, options).unwrap();
    assert_eq!(verify::verify(&after), vec![], "{f}\n{after}");
    let tried = [0, 1, 2, 3, 6].map(|rows| agree(f, &after, &inputs(rows, 0)));
    assert!(tried.contains(&true), "{f}");
    let mut again = after.clone();
    optimize(&mut again, options).unwrap();
    assert_eq!(again.to_string(), after.to_string(), "optimizing twice changes the program {f}");
    (ops(&after, Func::BODY), report)
}

fn optimized(f: &Func) -> String {
    optimized_with(f, &Options::default()).0
}

/// A loop over all rows.
fn each(
    b: &mut Builder<'_>,
    i: &Inputs,
    inits: &[Value],
    step: impl FnOnce(&mut Builder<'_>, &[Value]) -> Values,
) -> Values {
    RegionBuilder(b).looped(i.count, inits, step)
}

fn row(b: &mut Builder<'_>, of: Value, at: Value) -> Result<Value, Error> {
    b.map(OpKind::Gather, &[of, at])
}

/// A tensor of zeros with one row per step, as many as `like` has elements.
fn zeros(b: &mut Builder<'_>, i: &Inputs, like: Value) -> Result<Value, Error> {
    let zero = b.number(DType::F64, 0.0)?;
    let mut shape = vec![i.rows.clone()];
    shape.extend(b.shape(like)?.0);
    b.fill(zero, &Shape(shape))
}

/// A trace with a row more.
fn kept(b: &mut Builder<'_>, trace: Value, at: Value, value: Value) -> Result<Value, Error> {
    let order: Vec<i64> = (-1..b.tensor(value)?.rank() as i64).collect();
    let (at, value) = (b.dimshuffle(at, &[-1])?, b.dimshuffle(value, &order)?);
    b.map(OpKind::ScatterAdd, &[trace, at, value])
}

/// `tanh(x · w + h · u)`.
fn cell(b: &mut Builder<'_>, i: &Inputs, at: Value, h: Value) -> Result<Value, Error> {
    let x = row(b, i.xs, at)?;
    let (x, h) = (b.map(OpKind::Dot, &[x, i.w])?, b.map(OpKind::Dot, &[h, i.u])?);
    let sum = b.map(OpKind::Add, &[x, h])?;
    b.map(OpKind::Tanh, &[sum])
}

/// States of a loop of [`cell`]s, and their trace.
fn traced(b: &mut Builder<'_>, i: &Inputs) -> Values {
    let trace = zeros(b, i, i.h)?;
    each(b, i, &[i.h, trace], |b, args| {
        let h = cell(b, i, args[0], args[1])?;
        Ok(vec![h, kept(b, args[2], args[0], h)?])
    })
}

/// Rows `first`, `first + by`, … of a trace of vectors.
fn rows_of(b: &mut Builder<'_>, trace: Value, first: Dim, by: i64, count: Dim) -> Result<Value, Error> {
    let size = b.shape(trace)?[1].clone();
    b.slice(trace, &[first, 0.into()], &[by, 1], &Shape(vec![count, size]))
}

#[test]
fn work_on_a_sequence_is_done_before_the_loop() {
    let f = program(|b, i| {
        each(b, i, &[i.h], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Exp, &[y])?;
            let sum = b.map(OpKind::Add, &[args[1], y])?;
            Ok(vec![b.map(OpKind::Tanh, &[sum])?])
        })
    });
    assert_eq!(optimized(&f), "exp loop{gather add tanh}");
    // Bits do not change, so that `strict` and the first level allow it.
    assert_eq!(optimized_with(&f, &Options::strict()).0, "exp loop{gather add tanh}");
    assert_eq!(optimized_with(&f, &Options::level(Level::O1)).0, "exp loop{gather add tanh}");
}

#[test]
fn a_loop_over_rows_alone_goes() {
    let f = program(|b, i| {
        let trace = zeros(b, i, i.h)?;
        each(b, i, &[trace], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Exp, &[y])?;
            Ok(vec![kept(b, args[1], args[0], y)?])
        })
    });
    assert_eq!(optimized(&f), "exp");
}

#[test]
fn cheap_or_large_work_stays_in_the_loop() {
    // Its reader does this on the way.
    let cheap = program(|b, i| {
        each(b, i, &[i.h], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Neg, &[y])?;
            let product = b.map(OpKind::Mul, &[args[1], y])?;
            Ok(vec![b.map(OpKind::Tanh, &[product])?])
        })
    });
    assert!(optimized(&cheap).starts_with("loop{gather"), "{}", optimized(&cheap));
    // A row for each step would be as large as a matrix.
    let large = program(|b, i| {
        each(b, i, &[i.u], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let shape = b.shape(i.u)?;
            let (p, q) = (b.broadcast(y, &[0], &shape)?, b.broadcast(y, &[1], &shape)?);
            let sum = b.map(OpKind::Add, &[p, q])?;
            let sum = b.map(OpKind::Exp, &[sum])?;
            let sum = b.map(OpKind::Sin, &[sum])?;
            let product = b.map(OpKind::Mul, &[args[1], sum])?;
            Ok(vec![b.map(OpKind::Tanh, &[product])?])
        })
    });
    let found = optimized(&large);
    assert!(found.split("loop{").nth(1).unwrap().contains("sin"), "{found}");
    // The number of steps says nothing about the rows of the sequence, and nothing has as many.
    let other = program(|b, i| {
        RegionBuilder(b).looped(i.n, &[i.h], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Exp, &[y])?;
            let sum = b.map(OpKind::Add, &[args[1], y])?;
            Ok(vec![b.map(OpKind::Tanh, &[sum])?])
        })
    });
    assert_eq!(optimized(&other), "loop{gather exp add tanh}");
}

#[test]
fn products_with_a_matrix_are_one_product() {
    let f = program(|b, i| each(b, i, &[i.h], |b, args| Ok(vec![cell(b, i, args[0], args[1])?])));
    assert_eq!(optimized(&f), "dot loop{gather dot add tanh}");
    assert_eq!(optimized_with(&f, &Options::strict()).0, "loop{gather dot dot add tanh}");
}

#[test]
fn the_next_step_keeps_its_product() {
    let f = program(|b, i| {
        each(b, i, &[i.h], |b, args| {
            let h = b.map(OpKind::Dot, &[args[1], i.u])?;
            Ok(vec![b.map(OpKind::Tanh, &[h])?])
        })
    });
    assert_eq!(optimized(&f), "loop{dot tanh}");
}

#[test]
fn rows_are_taken_backwards_and_beside_the_step_too() {
    let f = program(|b, i| {
        let fewer = b.dim(i.rows.clone() - Dim::ONE)?;
        RegionBuilder(b).looped(fewer, &[i.h], |b, args| {
            let one = b.number(DType::I64, 1.0)?;
            let after = b.map(OpKind::Add, &[args[0], one])?;
            Ok(vec![cell(b, i, after, args[1])?])
        })
    });
    assert_eq!(optimized(&f), "dot loop{add gather dot add tanh}");
}

#[test]
fn a_row_that_no_step_takes_is_not_looked_for() {
    // The places behind the middle are no rows.
    let build = |half: bool| {
        program(move |b, i| {
            each(b, i, &[i.h], |b, args| {
                let two = b.number(DType::I64, 2.0)?;
                let at = if half { b.map(OpKind::FloorDiv, &[args[0], two])? } else { args[0] };
                let place = row(b, i.places, at)?;
                let y = row(b, i.ys, place)?;
                let y = b.map(OpKind::Dot, &[y, i.u])?;
                let sum = b.map(OpKind::Add, &[args[1], y])?;
                Ok(vec![b.map(OpKind::Tanh, &[sum])?])
            })
        })
    };
    assert_eq!(optimized(&build(true)), "loop{floordiv gather gather dot add tanh}");
    assert_eq!(optimized(&build(false)), "gather dot loop{gather add tanh}");
    let before = build(true);
    let mut after = before.clone();
    optimize(&mut after, &Options::default()).unwrap();
    let mut given = inputs(6, 0);
    given[5].data[[5].as_slice()] = Scalar::Int(100);
    assert!(agree(&before, &after, &given));
    // No step looks anywhere.
    let mut after = build(false);
    optimize(&mut after, &Options::default()).unwrap();
    assert!(agree(&build(false), &after, &inputs(0, 100)));
}

#[test]
fn sums_of_products_are_one_product_after_the_loop() {
    // Of a row with the state, which gets a trace; from a number that is not zero.
    let f = program(|b, i| {
        let sum = b.map(OpKind::Tanh, &[i.w])?;
        each(b, i, &[i.h, sum], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            let x = row(b, i.xs, args[0])?;
            let (x, y) = (b.dimshuffle(x, &[0, -1])?, b.dimshuffle(h, &[-1, 0])?);
            let product = b.map(OpKind::Dot, &[x, y])?;
            Ok(vec![h, b.map(OpKind::Add, &[args[2], product])?])
        })
    });
    assert_eq!(optimized(&f), "tanh dot loop{gather dot add tanh scatter_add} dot add");
    let strict = optimized_with(&f, &Options::strict()).0;
    assert!(strict.ends_with('}'), "{strict}");
}

#[test]
fn factors_and_signs_come_out_of_sums() {
    let build = |constant: bool| {
        program(move |b, i| {
            each(b, i, &[i.h, i.w], |b, args| {
                let h = cell(b, i, args[0], args[1])?;
                let shape = b.shape(i.w)?;
                let x = row(b, i.xs, args[0])?;
                let (x, y) = (b.broadcast(x, &[0], &shape)?, b.broadcast(h, &[1], &shape)?);
                let product = b.map(OpKind::Mul, &[x, y])?;
                let factor = if constant { b.number(DType::F64, 0.3)? } else { i.n };
                let factor = b.cast(factor, DType::F64)?;
                let factor = b.map(OpKind::Exp, &[factor])?;
                let product = b.map(OpKind::Mul, &[factor, product])?;
                Ok(vec![h, b.map(OpKind::Sub, &[args[2], product])?])
            })
        })
    };
    let (found, report) = optimized_with(&build(false), &Options::default());
    // Without steps, no infinite factor may make a NaN of 0.
    assert!(!report.fired.contains_key("loop-sums"), "{found}");
    let (found, report) = optimized_with(&build(true), &Options::default());
    assert!(report.fired.contains_key("loop-sums"), "{found}");
    let inside = found.split("loop{").nth(1).unwrap().split('}').next().unwrap();
    assert_eq!(inside, "gather dot add tanh scatter_add");
}

#[test]
fn a_sum_that_steps_read_stays() {
    let f = program(|b, i| {
        let zero = b.number(DType::F64, 0.0)?;
        let sum = b.fill(zero, &b.shape(i.h)?)?;
        each(b, i, &[i.h, sum], |b, args| {
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Dot, &[y, i.u])?;
            let h = b.map(OpKind::Tanh, &[args[2]])?;
            Ok(vec![h, b.map(OpKind::Add, &[args[2], y])?])
        })
    });
    let (_, report) = optimized_with(&f, &Options::default());
    assert!(!report.fired.contains_key("loop-sums"), "{:?}", report.fired);
}

#[test]
fn what_only_a_trace_shows_is_computed_after_the_loop() {
    let f = program(|b, i| {
        let trace = zeros(b, i, i.h)?;
        let finals = each(b, i, &[i.h, trace], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            let y = b.map(OpKind::Dot, &[h, i.u])?;
            let y = b.map(OpKind::Exp, &[y])?;
            Ok(vec![h, kept(b, args[2], args[0], y)?])
        })?;
        Ok(vec![finals[1]])
    });
    assert_eq!(optimized(&f), "dot loop{gather dot add tanh scatter_add} dot exp");
}

#[test]
fn the_last_rows_of_a_trace_are_kept_as_themselves() {
    let last = program(|b, i| {
        let trace = traced(b, i)?[1];
        Ok(vec![rows_of(b, trace, i.rows.clone() - Dim::ONE, 1, Dim::ONE)?])
    });
    assert_eq!(optimized_with(&last, &Options::strict()).0, "loop{gather dot dot add tanh}");
    let two = program(|b, i| {
        let trace = traced(b, i)?[1];
        let end = b.number(DType::I64, -1.0)?;
        let pair = rows_of(b, trace, i.rows.clone() - Dim::from(2), 1, 2.into())?;
        Ok(vec![row(b, trace, end)?, pair])
    });
    let found = optimized(&two);
    assert!(!found.contains("scatter_add") && found.ends_with("join"), "{found}");
}

#[test]
fn a_trace_that_is_read_elsewhere_stays() {
    let read = |also: fn(&mut Builder<'_>, &Inputs, Value) -> Result<Value, Error>| {
        let f = program(|b, i| {
            let trace = traced(b, i)?[1];
            let last = rows_of(b, trace, i.rows.clone() - Dim::ONE, 1, Dim::ONE)?;
            Ok(vec![last, also(b, i, trace)?])
        });
        let (found, report) = optimized_with(&f, &Options::default());
        assert!(found.contains("scatter_add"), "{found}");
        assert!(!report.fired.contains_key("loop-trace"), "{:?}", report.fired);
    };
    // As a whole, in a sum, at a place that is not known, far from the end.
    read(|_, _, trace| Ok(trace));
    read(|b, _, trace| b.reduce(OpKind::Sum, trace, &[0]));
    read(|b, i, trace| row(b, trace, i.n));
    read(|b, _, trace| rows_of(b, trace, 0.into(), 1, 1.into()));
    // By a step.
    let f = program(|b, i| {
        let trace = zeros(b, i, i.h)?;
        let finals = each(b, i, &[i.h, trace], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            let old = row(b, args[2], args[0])?;
            let h = b.map(OpKind::Add, &[h, old])?;
            Ok(vec![h, kept(b, args[2], args[0], h)?])
        })?;
        Ok(vec![rows_of(b, finals[1], i.rows.clone() - Dim::ONE, 1, Dim::ONE)?])
    });
    let (_, report) = optimized_with(&f, &Options::default());
    assert!(!report.fired.contains_key("loop-trace"), "{:?}", report.fired);
}

#[test]
fn steps_whose_rows_nothing_reads_are_not_run() {
    let first = program(|b, i| {
        let trace = traced(b, i)?[1];
        Ok(vec![rows_of(b, trace, 0.into(), 1, 2.into())?])
    });
    let mut after = first.clone();
    let report = optimize(&mut after, &Options::default()).unwrap();
    assert!(report.fired.contains_key("loop-steps"), "{:?}", report.fired);
    let looped = after.body().ops.iter().map(|op| after.op(*op)).find(|op| op.kind == OpKind::Loop);
    let count = after.op(after.def_op(looped.unwrap().operands[0]).unwrap());
    assert_eq!(count.attrs.get_dim("expr").unwrap().to_string(), "min(2, xs.0)");
    optimized(&first);
    // The state after the last step is read too.
    let whole = program(|b, i| {
        let finals = traced(b, i)?;
        Ok(vec![rows_of(b, finals[1], 0.into(), 1, 2.into())?, finals[0]])
    });
    let (_, report) = optimized_with(&whole, &Options::default());
    assert!(!report.fired.contains_key("loop-steps"), "{:?}", report.fired);
}

#[test]
fn rows_that_are_told_from_the_end_stay_those() {
    // Were the trace one step shorter, row -2 would be another one.
    for at in [-1.0, -2.0, -4.0, -5.0] {
        let f = program(|b, i| {
            let trace = traced(b, i)?[1];
            let at = b.number(DType::I64, at)?;
            Ok(vec![row(b, trace, at)?])
        });
        let (found, report) = optimized_with(&f, &Options::default());
        assert!(!report.fired.contains_key("loop-steps"), "{at}: {found}");
        assert_eq!(report.fired.contains_key("loop-trace"), at >= -4.0, "{at}: {found}");
    }
}

#[test]
fn the_sign_of_a_zero_is_not_read_from_a_trace() {
    // A trace holds 0 + h, which is 0 where h is -0.
    let f = program(|b, i| {
        let (trace, other) = (zeros(b, i, i.h)?, zeros(b, i, i.h)?);
        let finals = each(b, i, &[i.h, trace, other], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            let y = b.map(OpKind::Reciprocal, &[h])?;
            Ok(vec![h, kept(b, args[2], args[0], h)?, kept(b, args[3], args[0], y)?])
        })?;
        Ok(finals[1..].to_vec())
    });
    let (found, report) = optimized_with(&f, &Options::default());
    assert!(!report.fired.contains_key("loop-outputs"), "{found}");
}

#[test]
fn each_rewrite_has_a_name() {
    let everything = program(|b, i| {
        let (trace, other) = (zeros(b, i, i.h)?, zeros(b, i, i.h)?);
        let sum = b.map(OpKind::Tanh, &[i.w])?;
        let finals = each(b, i, &[i.h, trace, other, sum], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            let y = row(b, i.ys, args[0])?;
            let y = b.map(OpKind::Exp, &[y])?;
            let h = b.map(OpKind::Mul, &[h, y])?;
            let out = b.map(OpKind::Dot, &[h, i.u])?;
            let x = row(b, i.xs, args[0])?;
            let (x, z) = (b.dimshuffle(x, &[0, -1])?, b.dimshuffle(h, &[-1, 0])?);
            let product = b.map(OpKind::Dot, &[x, z])?;
            let sum = b.map(OpKind::Add, &[args[4], product])?;
            Ok(vec![h, kept(b, args[2], args[0], h)?, kept(b, args[3], args[0], out)?, sum])
        })?;
        Ok(vec![rows_of(b, finals[1], i.rows.clone() - Dim::ONE, 1, Dim::ONE)?, finals[2], finals[3]])
    });
    let first = program(|b, i| {
        let trace = traced(b, i)?[1];
        Ok(vec![rows_of(b, trace, 0.into(), 1, 2.into())?])
    });
    for (f, name) in [
        (&everything, "loop-sequence"),
        (&everything, "loop-products"),
        (&everything, "loop-outputs"),
        (&everything, "loop-sums"),
        (&everything, "loop-trace"),
        (&first, "loop-steps"),
    ] {
        let (_, report) = optimized_with(f, &Options::default());
        assert!(report.fired.contains_key(name), "{name}: {:?}", report.fired);
        for without in [name, "region"] {
            let (_, report) = optimized_with(f, &Options::default().excluding(without));
            assert!(!report.fired.contains_key(name), "{name}");
        }
    }
}

#[test]
fn a_gradient_of_a_loop_is_products_around_two_loops() {
    let f = program(|b, i| {
        let h = each(b, i, &[i.h], |b, args| Ok(vec![cell(b, i, args[0], args[1])?]))?[0];
        let square = b.map(OpKind::Sqr, &[h])?;
        let cost = b.reduce(OpKind::Sum, square, &[0])?;
        let found = thn_autodiff::gradients(b, cost, &[i.w, i.u], thn_autodiff::Disconnected::Error)?;
        Ok([vec![cost], found].concat())
    });
    let found = optimized(&f);
    // Every product but that of a state with u, which the next step needs, is one for all steps.
    assert_eq!(found.matches("dot").count(), 6, "{found}");
    let inside: usize =
        found.split("loop{").skip(1).map(|l| l.split('}').next().unwrap().matches("dot").count()).sum();
    assert_eq!(inside, 2, "{found}");
    let mut after = f;
    optimize(&mut after, &Options::default()).unwrap();
    insta::assert_snapshot!(after);
}

#[test]
fn a_gradient_through_all_outputs_is_products_around_two_loops() {
    // The states of all steps against ys; also by the sequence. The trace is written and read at places of rank 0.
    let f = program(|b, i| {
        let trace = zeros(b, i, i.h)?;
        let all = each(b, i, &[i.h, trace], |b, args| {
            let h = cell(b, i, args[0], args[1])?;
            Ok(vec![h, b.map(OpKind::ScatterAdd, &[args[2], args[0], h])?])
        })?[1];
        let error = b.map(OpKind::Sub, &[all, i.ys])?;
        let square = b.map(OpKind::Sqr, &[error])?;
        let cost = b.reduce(OpKind::Sum, square, &[0, 1])?;
        let found = thn_autodiff::gradients(b, cost, &[i.w, i.u, i.xs], thn_autodiff::Disconnected::Error)?;
        Ok([vec![cost], found].concat())
    });
    let found = optimized(&f);
    let inside: Vec<usize> =
        found.split("loop{").skip(1).map(|l| l.split('}').next().unwrap().matches("dot").count()).collect();
    assert_eq!(inside, [1, 1], "{found}");
    assert_eq!(found.matches("dot").count(), 7, "{found}");
}

#[test]
fn loops_are_explained() {
    for seed in 0..40 {
        let f = Sequences::new(seed).program();
        let (mut plain, mut explained) = (f.clone(), f.clone());
        let report = optimize(&mut plain, &Options::default()).unwrap();
        let (same, explanation) = optimize_explained(&mut explained, &Options::default()).unwrap();
        assert_eq!(report, same);
        assert_eq!(plain.to_string(), explained.to_string(), "explaining changes the program");
        check(&explanation).unwrap_or_else(|e| panic!("{e}\n{f}\n{explained}"));
        for change in explanation.standing.iter().flat_map(|change| explanation.history(*change)) {
            assert!(change.steps.is_some(), "no chain for {change}\n{f}\n{explained}");
        }
    }
}

#[test]
fn random_loops_keep_their_meaning() {
    let mut fired = BTreeSet::new();
    let mut compared = 0;
    for seed in 0..300 {
        let mut programs = Sequences::new(seed);
        let before = programs.program();
        let options = match seed % 8 {
            0 => Options::strict(),
            1 => Options::level(Level::O1),
            _ => Options::default(),
        };
        let mut after = before.clone();
        let report = optimize(&mut after, &options).unwrap();
        assert_eq!(verify::verify(&after), vec![], "{before}\n{after}");
        for _ in 0..4 {
            compared += usize::from(agree(&before, &after, &programs.inputs()));
        }
        if report.stop == Stop::Saturated {
            let once = after.to_string();
            optimize(&mut after, &options).unwrap();
            assert_eq!(after.to_string(), once, "optimizing twice changes the program {seed}\n{before}");
        }
        fired.extend(report.fired.into_keys());
    }
    for name in ["loop-sequence", "loop-products", "loop-outputs", "loop-sums", "loop-trace", "loop-steps"] {
        assert!(fired.contains(name), "{name}");
    }
    // The others look for rows that are not there.
    assert!(compared > 600, "{compared}");
}
