//! Facts hold: operands within their facts give results within theirs.

use super::*;
use crate::bounds::{EXACT, TINY};
use thn_ir::{Attr, Attrs, ResultDType};

/// Every choice of one item from each list.
fn product<T: Copy>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
    lists.iter().fold(vec![vec![]], |all, list| {
        all.iter().flat_map(|one| list.iter().map(|item| [one.as_slice(), &[*item]].concat())).collect()
    })
}

fn within(f: Facts, x: Scalar) -> bool {
    if let Scalar::Int(n) = x {
        // Bounds that are infinite saturate.
        return f.lo.ceil() as i128 <= n && n <= f.hi.floor() as i128;
    }
    let (x, whole) = (x.to_f64(), !f.whole || x.to_f64().fract() == 0.0 || !x.to_f64().is_finite());
    whole && if x.is_nan() { f.nan } else { f.lo <= x && x <= f.hi && (f.inf || x.is_finite()) }
}

/// The least and the largest number of an element type that is no float.
fn ends(dtype: DType) -> (i128, i128) {
    match dtype {
        DType::Bool => (0, 1),
        d if d.is_signed() => (-1 << d.precision(), (1 << d.precision()) - 1),
        d => (0, (1 << d.precision()) - 1),
    }
}

/// Elements that operands are tried with.
fn points(dtype: DType) -> Vec<Scalar> {
    let mut all: Vec<Scalar> = if dtype.is_float() {
        [1.5e308, 3e38, 1e30, 100.0, 2.0, 1.0, 0.7, 0.5, 1e-30, 1e-300, 0.0]
            .iter()
            .flat_map(|x| [Scalar::Float(*x), Scalar::Float(-x)])
            .chain([f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(Scalar::Float))
            .map(|x| x.cast(dtype))
            .collect()
    } else {
        let (lo, hi) = ends(dtype);
        let odd = (1 << 53) + 1;
        let numbers = [
            [lo, lo / 2, -odd, -odd + 1, -100, -3, -1, 0, 1],
            [2, 7, 100, odd - 2, odd - 1, odd, hi / 2, hi - 1, hi],
        ];
        let inside = numbers.into_iter().flatten().filter(|x| lo <= *x && *x <= hi);
        inside.map(|x| Scalar::Int(x).cast(dtype)).collect()
    };
    all.dedup();
    all
}

/// What operands are assumed to be.
fn assumptions(dtype: DType) -> Vec<Facts> {
    let inf = f64::INFINITY;
    let mut all = vec![];
    if !dtype.is_float() {
        let (lo, hi) = bounds::range(dtype).unwrap();
        let ends = [lo, -100.0, -3.0, 0.0, 1.0, 7.0, 100.0, hi];
        for a in ends.into_iter().filter(|x| lo <= *x && *x <= hi) {
            for b in ends.into_iter().filter(|b| a <= *b && *b <= hi) {
                all.push(Facts { lo: a, hi: b, ..Facts::of_dtype(dtype) });
            }
        }
        // Constants, whose bounds are rounded where they are large.
        all.extend(points(dtype).into_iter().filter(|x| x.to_f64().abs() > 1e15).map(Facts::of_scalar));
        return all;
    }
    let ends = [-inf, -100.0, -1.0, -0.75, -TINY, 0.0, TINY, 0.5, 1.0, 2.0, 1e30, inf];
    for lo in ends {
        for hi in ends.into_iter().filter(|hi| lo <= *hi) {
            for (nan, inf) in [(false, false), (false, true), (true, true)] {
                for whole in [false, true] {
                    all.push(Facts { lo, hi, nan, inf, whole, ..Facts::of_dtype(dtype) });
                }
            }
        }
    }
    all
}

/// The number of results tried, or the first that is not within what `transfer` says.
fn judge(transfer: impl Fn(OpKind, &[Facts], DType) -> Facts) -> Result<usize, String> {
    let mut checked = 0;
    for dtype in [DType::F64, DType::F32, DType::I64, DType::I8, DType::U8, DType::Bool] {
        let (points, assumptions) = (points(dtype), assumptions(dtype));
        for kind in OpKind::ALL.iter().copied().filter(|k| k.row().is_elementwise()) {
            let row = kind.row();
            let arity = row.operands.len();
            let result = match row.dtypes.result {
                ResultDType::Same => dtype,
                ResultDType::Fixed(fixed) => fixed,
                ResultDType::Attr => continue,
            };
            if !row.dtypes.operands.contains(dtype) || kind == OpKind::Select {
                continue;
            }
            // Of several operands, a part of what may be known of each; another part for every op.
            let stride = if !dtype.is_float() { 1 } else { [1, 1, 17, 61][arity] };
            let known: Vec<Facts> =
                assumptions.iter().copied().skip(checked % stride).step_by(stride).collect();
            for parts in product(&vec![known; arity]) {
                let facts = transfer(kind, &parts, result);
                if facts.lo > facts.hi {
                    return Err(format!("{dtype} {kind:?}: {facts:?} from {parts:?}"));
                }
                let choices: Vec<Vec<Scalar>> = parts
                    .iter()
                    .map(|f| points.iter().copied().filter(|p| within(*f, *p)).collect())
                    .collect();
                for args in product(&choices) {
                    let found = thn_reference::native::apply(kind, &Attrs::new(), result, &args);
                    let found = found.map_err(|e| e.to_string())?;
                    if !within(facts, found) {
                        return Err(format!(
                            "{dtype} {kind:?}{args:?} = {found:?}: {facts:?} from {parts:?}"
                        ));
                    }
                    checked += 1;
                }
            }
        }
    }
    Ok(checked)
}

#[test]
fn results_lie_within_their_facts() {
    let checked = judge(Facts::of_op).unwrap();
    assert!(checked > 1_000_000, "{checked} points");
}

#[test]
fn wrong_facts_are_found() {
    type Transfer = fn(OpKind, &[Facts], DType) -> Facts;
    let wrong: [(&str, Transfer); 7] = [
        ("Sub", |kind, parts, dtype| {
            let kind = if kind == OpKind::Sub { OpKind::Add } else { kind };
            Facts::of_op(kind, parts, dtype)
        }),
        // Without regard to underflow.
        ("Mul", |kind, parts, dtype| {
            let facts = Facts::of_op(kind, parts, dtype);
            let positive = kind == OpKind::Mul && parts.iter().all(|p| p.lo > 0.0);
            if positive { Facts { lo: TINY, ..facts } } else { facts }
        }),
        // Without regard to overflow.
        ("Add", |kind, parts, dtype| {
            let facts = Facts::of_op(kind, parts, dtype);
            let finite = kind == OpKind::Add && parts.iter().all(|p| p.finite());
            if finite { Facts { inf: false, ..facts } } else { facts }
        }),
        // Without regard to wrapping around.
        ("I64 Neg", |kind, parts, dtype| match kind {
            OpKind::Neg if !dtype.is_float() => {
                Facts { lo: -parts[0].hi, hi: -parts[0].lo, ..Facts::of_dtype(dtype) }
            }
            _ => Facts::of_op(kind, parts, dtype),
        }),
        // Without regard to rounded bounds.
        ("I64 Add", |kind, parts, dtype| match kind {
            OpKind::Add if dtype == DType::I64 && parts[0].hi == EXACT && parts[1].hi == 1.0 => {
                Facts { lo: -EXACT, hi: EXACT, ..Facts::of_dtype(dtype) }
            }
            _ => Facts::of_op(kind, parts, dtype),
        }),
        ("Lt", |kind, parts, dtype| match kind {
            // A comparison with NaN is false.
            OpKind::Lt if parts[0].hi < parts[1].lo => Facts::of_scalar(Scalar::Bool(true)),
            _ => Facts::of_op(kind, parts, dtype),
        }),
        ("Div", |kind, parts, dtype| {
            let facts = Facts::of_op(kind, parts, dtype);
            if kind == OpKind::Div { Facts { whole: parts.iter().all(|p| p.whole), ..facts } } else { facts }
        }),
    ];
    for (what, transfer) in wrong {
        let found = judge(transfer).expect_err(what).to_lowercase();
        let op = what.split(' ').next_back().unwrap().to_lowercase();
        assert!(found.contains(&op), "{what}: {found}");
    }
}

#[test]
fn casts_lie_within_their_facts() {
    let mut checked = 0;
    for from in DType::ALL {
        for to in DType::ALL {
            for facts in assumptions(from) {
                let result = facts.cast(from, to);
                for x in points(from).into_iter().filter(|x| within(facts, *x)) {
                    let attrs = Attrs::new().with("dtype", Attr::DType(to));
                    let found = thn_reference::native::apply(OpKind::Cast, &attrs, to, &[x]).unwrap();
                    assert!(
                        within(result, found),
                        "{from} to {to}: {x:?} gives {found:?}: {result:?} from {facts:?}"
                    );
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 10_000, "{checked} points");
}

#[test]
fn comparisons_say_what_they_compare() {
    let kinds = [OpKind::Lt, OpKind::Le, OpKind::Gt, OpKind::Ge, OpKind::Eq, OpKind::Ne];
    for dtype in [DType::F64, DType::I8, DType::I64] {
        let all: Vec<Facts> =
            assumptions(dtype).into_iter().step_by(if dtype.is_float() { 5 } else { 1 }).collect();
        for (x, y) in product(&[all.clone(), all]).into_iter().map(|p| (p[0], p[1])) {
            let inside = |f: Facts| points(dtype).into_iter().filter(move |p| within(f, *p));
            for (a, b) in inside(x).flat_map(|a| inside(y).map(move |b| (a, b))) {
                for kind in kinds {
                    let holds =
                        thn_reference::native::apply(kind, &Attrs::new(), DType::Bool, &[a, b]).unwrap();
                    let holds = holds == Scalar::Bool(true);
                    let said = x.compared(kind, holds, y);
                    assert!(within(said, a), "{a:?} {kind:?} {b:?} is {holds}: {said:?} from {x:?} {y:?}");
                }
            }
        }
    }
}

#[test]
fn a_promise_that_no_number_keeps_has_no_bounds() {
    for dtype in DType::ALL {
        for fact in Fact::ALL {
            let facts = Facts::of_assumption(fact, dtype);
            assert!(facts.lo <= facts.hi, "{fact:?} of {dtype}: {facts:?}");
        }
    }
}
