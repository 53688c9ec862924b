//! Every elementwise op of the table: the interpreter against the textbook formula in high precision.

use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Domain, Func, Literal, Loc, OpKind, Res, ResultDType, Scalar,
    Semantics, expand::expand_where,
};
use thn_random::Random;
use thn_reference::{Value, bits_of_error, fold, forward_error, native};

/// Where functions change their behaviour.
const SPECIAL: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.5,
    3.0,
    10.0,
    1e-8,
    -1e-8,
    1e-300,
    5e-324,
    -5e-324,
    f64::MIN_POSITIVE,
    1.0 - f64::EPSILON / 2.0,
    1.0 + f64::EPSILON,
    std::f64::consts::FRAC_PI_2,
    std::f64::consts::PI,
    88.7,
    -87.4,
    -103.9,
    // Where inverse hyperbolic functions of negative numbers have looked like numbers.
    -100.0,
    -65536.0,
    65536.0,
    -6.7e7,
    709.7,
    -708.5,
    -745.2,
    1e22,
    -1e22,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// Small numbers, and numbers of all magnitudes.
fn number(random: &mut Random, domain: Domain) -> f64 {
    let x = match random.below(3) {
        0 => random.symmetric() * 10.0,
        1 => random.symmetric() * 1000.0,
        _ => random.symmetric() * 2f64.powi(random.below(600) as i32 - 300),
    };
    domain.place(x)
}

/// Operand tuples: all specials, or pairs of some of them, and random ones.
fn samples(kind: OpKind, dtype: DType) -> Vec<Vec<f64>> {
    let row = kind.row();
    let mut random = Random::new(kind as u64);
    let mut out: Vec<Vec<f64>> = match row.operands.len() {
        1 => SPECIAL.iter().map(|x| vec![*x]).collect(),
        2 => SPECIAL.iter().flat_map(|x| SPECIAL.iter().map(|y| vec![*x, *y])).collect(),
        // Every pair of the first two, each with some third.
        _ => (0..SPECIAL.len() * SPECIAL.len())
            .map(|i| {
                [i, i / SPECIAL.len(), 5 * i + i / SPECIAL.len()].map(|i| SPECIAL[i % SPECIAL.len()]).to_vec()
            })
            .collect(),
    };
    for _ in 0..300 {
        out.push(row.operands.iter().map(|_| number(&mut random, row.domain)).collect());
    }
    for sample in &mut out {
        for x in sample {
            *x = Scalar::Float(*x).cast(dtype).to_f64();
        }
    }
    out
}

/// Number of representable numbers between the interpreter and the truth.
fn distance(kind: OpKind, dtype: DType, sample: &[f64]) -> Option<f64> {
    let attrs = Attrs::new();
    let scalars: Vec<Scalar> = sample.iter().map(|x| Scalar::Float(*x)).collect();
    let literals: Vec<Literal> = scalars.iter().map(|s| Literal::scalar(dtype, *s)).collect();
    let result = match kind.row().dtypes.result {
        ResultDType::Fixed(d) => d,
        _ => dtype,
    };
    let found = native::apply(kind, &attrs, result, &scalars).unwrap();
    let truth = fold(kind, &attrs, &literals)?.get(0);
    let bits = bits_of_error(found.to_f64(), truth.to_f64(), result);
    Some(bits.exp2() - 1.0)
}

/// Whether an op is a composite whose value at a point is within the forward error bound of its parts. Where they
/// cancel, as in log(exp(x) + exp(y)) near 0, no bound relative to the result can hold.
fn parts_cancel(kind: OpKind, dtype: DType, sample: &[f64]) -> bool {
    if !matches!(kind.row().semantics, Semantics::Expand(_)) {
        return false;
    }
    let mut func = Func::new("f");
    let args: Vec<_> = sample.iter().map(|_| func.add_tensor_arg(dtype, &[], Arg::default())).collect();
    let result = Builder::new(&mut func, Func::BODY, Loc::Unknown).map(kind, &args).unwrap();
    func.add_result(result, Res::default());
    expand_where(&mut func, &|_| true).unwrap();
    let scalars: Vec<Scalar> = sample.iter().map(|x| Scalar::Float(*x)).collect();
    let literals: Vec<Literal> = scalars.iter().map(|s| Literal::scalar(dtype, *s)).collect();
    let inputs: Vec<Value> = literals.iter().map(Value::from).collect();
    let bounds = forward_error(&func.compact(), &inputs, false).unwrap();
    let found = native::apply(kind, &Attrs::new(), dtype, &scalars).unwrap().to_f64();
    let truth = fold(kind, &Attrs::new(), &literals).unwrap().get(0).to_f64();
    (found - truth).abs() <= *bounds[0].elements().next().unwrap()
}

/// The ops that compute floats element by element, without those whose operands are not all alike.
fn float_ops() -> impl Iterator<Item = OpKind> {
    OpKind::ALL.into_iter().filter(|k| {
        let row = k.row();
        row.is_elementwise()
            && row.dtypes.operands.contains(DType::F64)
            && !matches!(k, OpKind::Select | OpKind::Cast)
    })
}

#[test]
fn the_interpreter_is_as_accurate_as_the_table_says() {
    let mut wrong = vec![];
    let mut checked = 0;
    for kind in float_ops() {
        for dtype in [DType::F64, DType::F32] {
            let mut worst = (0.0, vec![]);
            for sample in samples(kind, dtype) {
                let Some(ulps) = distance(kind, dtype, &sample) else {
                    wrong.push(format!("{kind:?} {dtype}{sample:?}: no precision decides the formula"));
                    continue;
                };
                checked += 1;
                let bound = f64::from(kind.row().max_ulp);
                if ulps > worst.0 && (ulps <= bound || !parts_cancel(kind, dtype, &sample)) {
                    worst = (ulps, sample);
                }
            }
            let bound = f64::from(kind.row().max_ulp);
            if worst.0 > bound {
                wrong.push(format!("{kind:?} {dtype}{:?}: {} ulp, {bound} allowed", worst.1, worst.0));
            }
        }
    }
    assert!(checked > 50_000, "only {checked} samples");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn composites_are_accurate_without_an_excuse_from_their_parts() {
    // An error bound of the parts hides a composite that magnifies the rounding of its own argument, as erfc(x / sqrt(2))
    // does far from 0.
    let cancels = |kind| kind == OpKind::LogAddExp;
    let mut wrong = vec![];
    for kind in float_ops().filter(|k| matches!(k.row().semantics, Semantics::Expand(_)) && !cancels(*k)) {
        for dtype in [DType::F64, DType::F32] {
            let mut random = Random::new(kind as u64);
            for _ in 0..600 {
                let operands = kind.row().operands.iter();
                let sample: Vec<f64> =
                    operands.map(|_| Scalar::Float(random.symmetric() * 40.0).cast(dtype).to_f64()).collect();
                let bound = f64::from(kind.row().max_ulp);
                match distance(kind, dtype, &sample) {
                    Some(ulps) if ulps <= bound => {}
                    found => {
                        wrong.push(format!("{kind:?} {dtype}{sample:?}: {found:?} ulp, {bound} allowed"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_inaccurate_op_is_noticed() {
    // What a careless log1p gives near 0 is far outside of the bound.
    let x = 1e-10;
    let literal = Literal::scalar(DType::F64, Scalar::Float(x));
    let truth = fold(OpKind::Log1p, &Attrs::new(), &[literal]).unwrap().get(0).to_f64();
    assert!(bits_of_error((1.0 + x).ln(), truth, DType::F64).exp2() > 1e6);
    assert_eq!(distance(OpKind::Log1p, DType::F64, &[x]), Some(0.0));
}

#[test]
fn integer_ops_fold_to_what_the_interpreter_gives() {
    let edges = |d: DType| -> Vec<i128> {
        let bits = d.size() as u32 * 8;
        let least = if d.is_signed() { -(1i128 << (bits - 1)) } else { 0 };
        let largest = least + (1i128 << bits) - 1;
        let mut all = vec![least, least + 1, largest - 1, largest, 0, 1, 2, 3, 7, 100];
        if d.is_signed() {
            all.extend([-1, -2, -3, -7, -100]);
        }
        all
    };
    let attrs = Attrs::new();
    let mut checked = 0;
    for dtype in DType::ALL.into_iter().filter(|d| d.is_int()) {
        for kind in OpKind::ALL {
            let row = kind.row();
            if !row.is_elementwise() || !row.dtypes.operands.contains(dtype) || row.operands.len() > 2 {
                continue;
            }
            if kind == OpKind::Cast {
                continue;
            }
            let result = match row.dtypes.result {
                ResultDType::Fixed(d) => d,
                _ => dtype,
            };
            for x in edges(dtype) {
                for y in edges(dtype) {
                    let args: Vec<Scalar> =
                        [x, y][..row.operands.len()].iter().map(|i| Scalar::Int(*i)).collect();
                    let literals: Vec<Literal> = args.iter().map(|s| Literal::scalar(dtype, *s)).collect();
                    let found = native::apply(kind, &attrs, result, &args).unwrap();
                    let folded = fold(kind, &attrs, &literals).unwrap();
                    assert_eq!(folded, Literal::scalar(result, found), "{kind:?} {dtype} {x} {y}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 10_000, "only {checked} samples");
}

#[test]
fn casts_agree_between_the_two() {
    for from in [DType::F64, DType::F32] {
        for to in DType::ALL {
            let attrs = Attrs::new().with("dtype", Attr::DType(to));
            for x in SPECIAL {
                let x = Scalar::Float(*x).cast(from);
                let found = native::apply(OpKind::Cast, &attrs, to, &[x]).unwrap();
                let folded = fold(OpKind::Cast, &attrs, &[Literal::scalar(from, x)]).unwrap();
                let (a, b) = (found.to_f64(), folded.get(0).to_f64());
                assert!(a == b || (a.is_nan() && b.is_nan()), "{x:?} from {from} to {to}: {found:?}");
            }
        }
    }
}

/// What NumPy 2 gives for `x // y` and `x % y`, for the y of the first row, at the ends.
#[test]
fn floor_division_and_modulo_are_those_of_numpy() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let most = f64::MAX;
    let divisors = [0.0, -0.0, inf, -inf, 2.0, -2.0];
    let table = [
        (0.0, [nan, nan, 0.0, -0.0, 0.0, -0.0], [nan, nan, 0.0, -0.0, 0.0, -0.0]),
        (-0.0, [nan, nan, -0.0, 0.0, -0.0, 0.0], [nan, nan, 0.0, -0.0, 0.0, -0.0]),
        (3.0, [inf, -inf, 0.0, -1.0, 1.0, -2.0], [nan, nan, 3.0, -inf, 1.0, -1.0]),
        (-3.0, [-inf, inf, -1.0, 0.0, -2.0, 1.0], [nan, nan, inf, -3.0, 1.0, -1.0]),
        (5e-324, [inf, -inf, 0.0, -1.0, 0.0, -1.0], [nan, nan, 5e-324, -inf, 5e-324, -2.0]),
        (-5e-324, [-inf, inf, -1.0, 0.0, -1.0, 0.0], [nan, nan, inf, -5e-324, 2.0, -5e-324]),
        (most, [inf, -inf, 0.0, -1.0, most / 2.0, -most / 2.0], [nan, nan, most, -inf, 0.0, -0.0]),
        (-most, [-inf, inf, -1.0, 0.0, -most / 2.0, most / 2.0], [nan, nan, inf, -most, 0.0, -0.0]),
        (nan, [nan; 6], [nan; 6]),
    ];
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    for (x, quotients, rests) in table {
        for (kind, expected) in [(OpKind::FloorDiv, quotients), (OpKind::Mod, rests)] {
            for (y, expected) in divisors.into_iter().zip(expected) {
                let args = [x, y].map(Scalar::Float);
                let found = native::apply(kind, &Attrs::new(), DType::F64, &args).unwrap().to_f64();
                let literals = args.map(|s| Literal::scalar(DType::F64, s));
                let truth = fold(kind, &Attrs::new(), &literals).unwrap().get(0).to_f64();
                assert!(same(found, expected), "{kind:?} {x} {y}: {found}, not {expected}");
                assert!(same(truth, expected), "{kind:?} {x} {y}: {truth} in high precision, not {expected}");
            }
        }
    }
}
