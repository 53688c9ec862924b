//! Loops and branches: what is found in them, and that programs with them keep their meaning.

mod support;

use std::collections::BTreeSet;
use support::{Programs, RegionBuilder, agree, ops, scalar};
use thn_eqsat::{Options, Stop, optimize};
use thn_ir::*;

type Built = Result<Value, Error>;

/// A vector `v`, numbers `s` and `t`, an integer `n` and a bool `c`.
struct Inputs {
    v: Value,
    s: Value,
    t: Value,
    n: Value,
    c: Value,
}

fn program(build: impl FnOnce(&mut Builder<'_>, &Inputs) -> Result<Vec<Value>, Error>) -> Func {
    let mut f = Func::new("f");
    let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
    let v = f.add_tensor_arg(DType::F64, &[None], arg("v"));
    let s = f.add_tensor_arg(DType::F64, &[], arg("s"));
    let t = f.add_tensor_arg(DType::F64, &[], arg("t"));
    let n = f.add_tensor_arg(DType::I64, &[], arg("n"));
    let c = f.add_tensor_arg(DType::Bool, &[], arg("c"));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 1, 1));
    for result in build(&mut b, &Inputs { v, s, t, n, c }).unwrap() {
        b.func.add_result(result, Res::default());
    }
    f
}

/// The program optimized: valid, of the same meaning for few and many steps and either condition, and as it is when
/// optimized again.
fn optimized(mut f: Func) -> Func {
    let before = f.clone();
    optimize(&mut f, &Options::default()).unwrap();
    assert_eq!(verify::verify(&f), vec![], "{before}\n{f}");
    for n in [-1, 0, 1, 2, 5] {
        for c in [false, true] {
            for (s, t) in [(0.75, -1.5), (-0.25, 2.0)] {
                let v =
                    thn_reference::Value::new(DType::F64, &[3], [0.5, -1.0, 2.0].map(Scalar::Float).to_vec());
                let inputs = [
                    v.unwrap(),
                    scalar(DType::F64, Scalar::Float(s)),
                    scalar(DType::F64, Scalar::Float(t)),
                    scalar(DType::I64, Scalar::Int(n)),
                    scalar(DType::Bool, Scalar::Bool(c)),
                ];
                agree(&before, &f, &inputs);
            }
        }
    }
    let mut again = f.clone();
    optimize(&mut again, &Options::default()).unwrap();
    assert_eq!(again.to_string(), f.to_string(), "optimizing twice changes the program {before}");
    f
}

/// Mnemonics of the ops of the body, in order; loops and branches with what is in them.
fn outline(f: &Func) -> String {
    ops(f, Func::BODY)
}

fn loop_of(
    b: &mut Builder<'_>,
    count: Value,
    inits: &[Value],
    body: impl FnOnce(&mut Builder<'_>, &[Value]) -> Result<Vec<Value>, Error>,
) -> Result<Vec<Value>, Error> {
    RegionBuilder(b).looped(count, inits, body)
}

fn cond_of(
    b: &mut Builder<'_>,
    condition: Value,
    then: impl FnOnce(&mut Builder<'_>) -> Result<Vec<Value>, Error>,
    otherwise: impl FnOnce(&mut Builder<'_>) -> Result<Vec<Value>, Error>,
) -> Result<Vec<Value>, Error> {
    RegionBuilder(b).branched(condition, then, otherwise)
}

fn one(b: &mut Builder<'_>, x: f64) -> Built {
    b.number(DType::F64, x)
}

#[test]
fn invariants_are_computed_before_the_loop() {
    let f = optimized(program(|b, i| {
        loop_of(b, i.n, &[i.v], |b, args| {
            let e = b.map(OpKind::Exp, &[i.s])?;
            let w = b.map(OpKind::Mul, &[e, i.v])?;
            let x = b.map(OpKind::Tanh, &[args[1]])?;
            Ok(vec![b.map(OpKind::Add, &[x, w])?])
        })
    }));
    assert_eq!(outline(&f), "exp mul loop{tanh add}");
}

#[test]
fn an_op_that_can_fail_leaves_only_a_loop_that_takes_a_step() {
    let build = |count: Option<f64>| {
        program(|b, i| {
            let count = match count {
                Some(c) => b.number(DType::I64, c)?,
                None => i.n,
            };
            loop_of(b, count, &[i.s], |b, args| {
                let at = b.number(DType::I64, 1.0)?;
                let at = b.map(OpKind::Mul, &[at, i.n])?;
                let at = b.map(OpKind::Mod, &[at, at])?;
                let row = b.apply(OpKind::Gather, &[i.v, at], Attrs::new())?;
                let x = b.map(OpKind::Tanh, &[args[1]])?;
                Ok(vec![b.map(OpKind::Mul, &[x, row])?])
            })
        })
    };
    let mut f = build(Some(100.0));
    optimize(&mut f, &Options::default()).unwrap();
    assert!(!outline(&f).split("loop{").nth(1).unwrap().contains("gather"), "{f}");
    let mut f = build(None);
    optimize(&mut f, &Options::default()).unwrap();
    assert!(outline(&f).split("loop{").nth(1).unwrap().contains("gather"), "{f}");
}

#[test]
fn state_that_never_changes_or_is_not_needed_goes() {
    let f = optimized(program(|b, i| {
        let dead = one(b, 1.0)?;
        let r = loop_of(b, i.n, &[i.v, i.s, dead, i.v], |b, args| {
            let x = b.map(OpKind::Mul, &[args[1], args[2]])?;
            let count = one(b, 2.0)?;
            let dead = b.map(OpKind::Mul, &[args[3], count])?;
            let y = b.map(OpKind::Mul, &[args[2], args[4]])?;
            Ok(vec![b.map(OpKind::Sin, &[x])?, args[2], dead, b.map(OpKind::Sin, &[y])?])
        })?;
        // v in both; the unchanged s; nothing of the third.
        Ok(vec![r[0], r[1], r[3]])
    }));
    assert_eq!(outline(&f), "loop{mul sin}");
    assert_eq!(f.body().results[0], f.body().results[2]);
    assert_eq!(f.body().results[1], f.body().args[1]);
}

#[test]
fn a_constant_that_stays_is_seen_inside() {
    let f = optimized(program(|b, i| {
        let zero = b.number(DType::I64, 0.0)?;
        let r = loop_of(b, i.n, &[i.s, zero], |b, args| {
            // 0 · 2 is 0 again, found only if the loop is assumed to carry 0.
            let two = b.number(DType::I64, 2.0)?;
            let same = b.map(OpKind::Mul, &[args[2], two])?;
            let nothing = b.cast(args[2], DType::F64)?;
            let x = b.map(OpKind::Tanh, &[args[1]])?;
            Ok(vec![b.map(OpKind::Add, &[x, nothing])?, same])
        })?;
        Ok(vec![r[0]])
    }));
    assert_eq!(outline(&f), "loop{tanh}");
    assert!(!f.to_string().contains("mul"), "{f}");
}

#[test]
fn signs_are_known_inside() {
    // exp(s) is positive; so is what begins at 1 and is multiplied with it. The step is not negative.
    let f = optimized(program(|b, i| {
        let positive = b.map(OpKind::Exp, &[i.s])?;
        let start = one(b, 1.0)?;
        loop_of(b, i.n, &[start], |b, args| {
            let scaled = b.map(OpKind::Mul, &[args[1], positive])?;
            let bounded = b.map(OpKind::Sigmoid, &[scaled])?;
            let magnitude = b.map(OpKind::Abs, &[bounded])?;
            let step = b.map(OpKind::Abs, &[args[0]])?;
            let step = b.cast(step, DType::F64)?;
            let carried = b.map(OpKind::Abs, &[args[1]])?;
            let sum = b.map(OpKind::Add, &[magnitude, step])?;
            let sum = b.map(OpKind::Add, &[sum, carried])?;
            let root = b.map(OpKind::Sqrt, &[sum])?;
            Ok(vec![root])
        })
    }));
    assert!(!outline(&f).contains("abs"), "{f}");
}

#[test]
fn a_condition_says_what_it_compares() {
    let f = optimized(program(|b, i| {
        let zero = one(b, 0.0)?;
        let above = b.map(OpKind::Gt, &[i.s, zero])?;
        cond_of(
            b,
            above,
            |b| {
                let x = b.map(OpKind::Abs, &[i.s])?;
                Ok(vec![b.map(OpKind::Sqrt, &[x])?])
            },
            |b| {
                let x = b.map(OpKind::Abs, &[i.s])?;
                Ok(vec![b.map(OpKind::Sinh, &[x])?])
            },
        )
    }));
    // Outside of s > 0, s may be NaN or at most 0.
    assert!(!outline(&f).split("}{").next().unwrap().contains("abs"), "{f}");
}

#[test]
fn indices_are_known_to_be_in_range() {
    // The step of a loop of n steps is at least 0 and below n; so is a length or an index along a dim.
    let f = optimized(program(|b, i| {
        let count = b.number(DType::I64, 40.0)?;
        let zero = b.number(DType::I64, 0.0)?;
        loop_of(b, count, &[i.s], |b, args| {
            let inside = b.map(OpKind::Lt, &[args[0], count])?;
            let above = b.map(OpKind::Ge, &[args[0], zero])?;
            let both = b.map(OpKind::And, &[inside, above])?;
            let x = b.map(OpKind::Sin, &[args[1]])?;
            let y = b.map(OpKind::Cos, &[args[1]])?;
            Ok(vec![b.map(OpKind::Select, &[both, x, y])?])
        })
    }));
    assert_eq!(outline(&f), "loop{sin}");
    let f = optimized(program(|b, i| {
        let shape = b.shape(i.v)?;
        let length = b.dim(shape[0].clone())?;
        let zero = b.number(DType::I64, 0.0)?;
        let some = b.map(OpKind::Ge, &[length, zero])?;
        let x = b.map(OpKind::Sin, &[i.s])?;
        let y = b.map(OpKind::Cos, &[i.s])?;
        let ty = TensorType::new(DType::I64, shape);
        let along = b.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(0)), &ty)?;
        let two = b.number(DType::I64, 2.0)?;
        let half = b.map(OpKind::FloorDiv, &[along, two])?;
        let half = b.map(OpKind::Abs, &[half])?;
        Ok(vec![b.map(OpKind::Select, &[some, x, y])?, half])
    }));
    assert_eq!(outline(&f), "sin floordiv");
}

#[test]
fn bounds_travel_through_sums_and_functions() {
    // sigmoid(v) + 2 lies between 2 and 3, its logarithm between 0.69 and 1.1; whole numbers need no rounding.
    let f = optimized(program(|b, i| {
        let x = b.map(OpKind::Sigmoid, &[i.v])?;
        let two = one(b, 2.0)?;
        let x = b.map(OpKind::Add, &[x, two])?;
        let x = b.map(OpKind::Log, &[x])?;
        let half = one(b, 0.5)?;
        let x = b.map(OpKind::Sub, &[x, half])?;
        let x = b.map(OpKind::Abs, &[x])?;
        let n = b.cast(i.n, DType::F64)?;
        let n = b.map(OpKind::Mul, &[n, two])?;
        let n = b.map(OpKind::Floor, &[n])?;
        Ok(vec![x, n])
    }));
    assert_eq!(outline(&f), "sigmoid add log sub cast mul");
}

#[test]
fn nested_branches_on_one_condition_are_one() {
    let f = optimized(program(|b, i| {
        cond_of(
            b,
            i.c,
            |b| {
                let x = b.map(OpKind::Exp, &[i.s])?;
                cond_of(
                    b,
                    i.c,
                    |b| Ok(vec![b.map(OpKind::Tanh, &[x])?]),
                    |b| Ok(vec![b.map(OpKind::Sin, &[x])?]),
                )
            },
            |_| Ok(vec![i.t]),
        )
    }));
    assert_eq!(outline(&f), "cond{exp tanh}{}");
}

#[test]
fn branches_on_one_condition_are_one_also_if_the_second_needs_the_first() {
    let f = optimized(program(|b, i| {
        let x = cond_of(
            b,
            i.c,
            |b| Ok(vec![b.map(OpKind::Exp, &[i.s])?]),
            |b| Ok(vec![b.map(OpKind::Sin, &[i.s])?]),
        )?[0];
        let not = b.map(OpKind::Not, &[i.c])?;
        let y = cond_of(
            b,
            not,
            |b| Ok(vec![b.map(OpKind::Cos, &[x])?]),
            |b| Ok(vec![b.map(OpKind::Tanh, &[x])?]),
        )?[0];
        Ok(vec![y])
    }));
    assert_eq!(outline(&f), "cond{exp tanh}{sin cos}");
}

#[test]
fn what_both_regions_compute_is_computed_before() {
    let f = optimized(program(|b, i| {
        let r = cond_of(
            b,
            i.c,
            |b| {
                let e = b.map(OpKind::Exp, &[i.v])?;
                Ok(vec![e, b.map(OpKind::Sin, &[e])?])
            },
            |b| {
                let e = b.map(OpKind::Exp, &[i.v])?;
                Ok(vec![e, b.map(OpKind::Cos, &[e])?])
            },
        )?;
        Ok(vec![r[0], r[1]])
    }));
    assert_eq!(outline(&f), "exp cond{sin}{cos}");
    let f = optimized(program(|b, i| {
        let same = |b: &mut Builder<'_>| Ok(vec![b.map(OpKind::Exp, &[i.v])?]);
        cond_of(b, i.c, same, same)
    }));
    assert_eq!(outline(&f), "exp");
}

#[test]
fn what_one_region_needs_is_computed_in_it() {
    let f = optimized(program(|b, i| {
        let e = b.map(OpKind::Exp, &[i.v])?;
        let e = b.reduce(OpKind::Sum, e, &[0])?;
        let shared = b.map(OpKind::Sin, &[i.t])?;
        cond_of(
            b,
            i.c,
            |b| Ok(vec![b.map(OpKind::Mul, &[e, shared])?]),
            |b| Ok(vec![b.map(OpKind::Tanh, &[shared])?]),
        )
    }));
    assert_eq!(outline(&f), "sin cond{exp sum mul}{tanh}");
}

#[test]
fn loops_of_one_count_are_one() {
    let f = optimized(program(|b, i| {
        let first = loop_of(b, i.n, &[i.v], |b, args| Ok(vec![b.map(OpKind::Sin, &[args[1]])?]))?[0];
        let other = b.reduce(OpKind::Sum, first, &[0])?;
        let second = loop_of(b, i.n, &[i.s], |b, args| Ok(vec![b.map(OpKind::Cos, &[args[1]])?]))?[0];
        // This one needs the first.
        let third = loop_of(b, i.n, &[other], |b, args| Ok(vec![b.map(OpKind::Tanh, &[args[1]])?]))?[0];
        Ok(vec![b.map(OpKind::Mul, &[other, second])?, third])
    }));
    assert_eq!(outline(&f), "loop{sin cos} sum loop{tanh} mul");
}

#[test]
fn what_only_the_last_step_shows_is_computed_after_the_loop() {
    let f = optimized(program(|b, i| {
        let zero = one(b, 0.0)?;
        loop_of(b, i.n, &[i.v, zero], |b, args| {
            let x = b.map(OpKind::Sin, &[args[1]])?;
            let e = b.map(OpKind::Exp, &[x])?;
            Ok(vec![x, b.reduce(OpKind::Sum, e, &[0])?])
        })
    }));
    assert_eq!(outline(&f), "loop{sin} ge cond{exp sum}{}");
}

#[test]
fn few_small_steps_are_written_out() {
    let build = |steps: f64| {
        program(|b, i| {
            let count = b.number(DType::I64, steps)?;
            loop_of(b, count, &[i.s], |b, args| {
                let step = b.cast(args[0], DType::F64)?;
                let sum = b.map(OpKind::Add, &[args[1], step])?;
                Ok(vec![b.map(OpKind::Sin, &[sum])?])
            })
        })
    };
    assert_eq!(outline(&optimized(build(0.0))), "");
    assert_eq!(outline(&optimized(build(1.0))), "sin");
    assert_eq!(outline(&optimized(build(2.0))), "sin add sin");
    assert_eq!(outline(&optimized(build(50.0))), "loop{cast add sin}");
}

#[test]
fn rewrites_of_regions_have_names() {
    let build = || {
        program(|b, i| {
            loop_of(b, i.n, &[i.v], |b, args| {
                let e = b.map(OpKind::Exp, &[i.s])?;
                Ok(vec![b.map(OpKind::Mul, &[args[1], e])?])
            })
        })
    };
    let run = |options: &Options| {
        let mut f = build();
        let report = optimize(&mut f, options).unwrap();
        (outline(&f), report.fired.contains_key("loop-hoist"))
    };
    assert_eq!(run(&Options::default()), ("exp loop{mul}".to_string(), true));
    for name in ["loop-hoist", "region"] {
        assert_eq!(run(&Options::default().excluding(name)), ("loop{exp mul}".to_string(), false));
    }
}

#[test]
fn names_and_places_survive() {
    let f = optimized(program(|b, i| {
        loop_of(b, i.n, &[i.v], |b, args| {
            b.loc = Loc::File("model.rs".into(), 7, 3);
            let e = b.map(OpKind::Exp, &[i.s])?;
            b.func.value_mut(e).name = Some("scale".into());
            Ok(vec![b.map(OpKind::Mul, &[args[1], e])?])
        })
    }));
    let op = f.op(f.body().ops[0]);
    assert_eq!(f.value(op.result()).name.as_deref(), Some("scale"));
    assert_eq!(op.loc, Loc::File("model.rs".into(), 7, 3));
}

#[test]
fn nothing_is_computed_only_for_its_shape() {
    // Every op of the table that has a float result, in a loop and in both regions of a branch; only lengths are used.
    let mut tried = 0;
    for kind in OpKind::ALL.iter().copied() {
        let row = kind.row();
        if row.regions > 0 || matches!(kind, OpKind::Foreign | OpKind::Yield) {
            continue;
        }
        let f = program(|b, i| {
            let region = |b: &mut Builder<'_>, x: Value| -> Result<Value, Error> {
                Ok(support::apply_any(b, kind, x).unwrap_or(x))
            };
            let made = region(b, i.v)?;
            let looped = loop_of(b, i.n, &[made], |b, args| {
                let x = region(b, args[1])?;
                let same = b.func.ty(x) == b.func.ty(args[1]);
                Ok(vec![if same { x } else { args[1] }])
            })?[0];
            let branched =
                cond_of(b, i.c, |b| Ok(vec![region(b, looped)?]), |b| Ok(vec![region(b, looped)?]))?[0];
            let shape = b.shape(branched)?;
            tried += usize::from(b.func.op_histogram().contains_key(row.mnemonic));
            let mut lengths = vec![];
            for dim in shape.iter() {
                lengths.push(b.dim(dim.clone())?);
            }
            let size = b.dim(shape.size())?;
            lengths.push(b.cast(size, DType::F64)?);
            Ok(lengths)
        });
        let mut f = f;
        optimize(&mut f, &Options::default()).unwrap();
        let left = f.op_histogram();
        let named: Vec<_> = left.keys().filter(|k| !["dim", "constant", "cast"].contains(k)).collect();
        assert!(named.is_empty(), "{kind:?}: {named:?}\n{f}");
    }
    assert!(tried >= 60, "{tried} ops");
}

#[test]
fn random_programs_keep_their_meaning() {
    let mut fired = BTreeSet::new();
    for seed in 0..400 {
        let mut programs = Programs::new(seed);
        let before = programs.program();
        let mut after = before.clone();
        let report = optimize(&mut after, &Options::default()).unwrap();
        assert_eq!(verify::verify(&after), vec![], "{before}\n{after}");
        for _ in 0..4 {
            agree(&before, &after, &programs.inputs());
        }
        fired.extend(report.fired.into_keys().filter(|n| n.starts_with("loop-") || n.starts_with("cond-")));
        if report.stop == Stop::Saturated {
            let once = after.to_string();
            optimize(&mut after, &Options::default()).unwrap();
            assert_eq!(after.to_string(), once, "optimizing twice changes the program\n{before}");
        }
    }
    // The programs have something for every rewrite.
    assert_eq!(fired.len(), 11, "{fired:?}");
}

/// `depth` loops of two steps inside one another around `carried + term`.
fn nested(b: &mut Builder<'_>, depth: usize, term: Value, carried: Value) -> Built {
    if depth == 0 {
        return b.map(OpKind::Add, &[carried, term]);
    }
    let two = b.number(DType::I64, 2.0)?;
    Ok(loop_of(b, two, &[carried], |b, args| Ok(vec![nested(b, depth - 1, term, args[1])?]))?[0])
}

/// A sum of hundreds of equal terms, which need more room than there are values.
#[test]
fn loops_in_loops_become_the_sum_of_their_steps() {
    for depth in [7, 8, 9, 10] {
        let floats = optimized(program(|b, i| Ok(vec![nested(b, depth, i.s, i.s)?])));
        assert!(!outline(&floats).contains("loop"), "{floats}");
        let integers = optimized(program(|b, i| Ok(vec![nested(b, depth, i.n, i.n)?])));
        assert!(!outline(&integers).contains("loop"), "{integers}");
    }
}
