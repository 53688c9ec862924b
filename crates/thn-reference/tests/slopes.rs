//! The `partials` of every elementwise op, at the ends of its domain, against slopes in high precision.
//!
//! The truth is the difference quotient of the `formula`, whose step is so small beside the point that only rounding is
//! left of it. A partial may be wrong where the result is not finite, or has a kink or a jump.

use thn_ir::{Arg, Builder, DType, Error, Expr, Func, Loc, OpId, OpKind, Res, Scalar, expand};
use thn_reference::{Big, Reals, Value as Data, interpret, real};

/// Good bits of the truth, far more than a step loses.
const PRECISION: usize = 640;

/// Where functions begin, end, saturate, overflow and underflow; with both signs.
const POINTS: &[f64] = &[
    0.0,
    5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    1e-200,
    1.4e-45,
    1e-20,
    1e-8,
    f64::EPSILON,
    0.01,
    0.5,
    1.0 - f64::EPSILON / 2.0,
    1.0,
    1.0 + f64::EPSILON,
    1.5,
    5.0,
    7.99,
    8.01,
    9.0,
    19.5,
    27.0,
    88.0,
    400.0,
    709.0,
    745.0,
    1e10,
    3e38,
    1e100,
    1e154,
    1e200,
    f64::MAX,
    f64::INFINITY,
];

/// What builds a partial of an op.
type Partial = dyn Fn(&mut Builder<'_>, OpId) -> Result<Option<thn_ir::Value>, Error>;

/// How many representable numbers a slope may be off, more than for its parts: what the rounding of an argument makes of
/// a function that is steep in proportion.
fn bound(kind: OpKind) -> f64 {
    match kind {
        // exp(-x²), exp(x² / 2) and exp(x - y) lose as many as their exponents are large, up to 745.
        OpKind::Erf | OpKind::Erfc | OpKind::LogNdtr | OpKind::LogAddExp => 1500.0,
        // So does x^(y - 1), with y - 1 rounded.
        OpKind::Pow => 1500.0,
        // 2 x erfcx(x) and 2 / sqrt(pi) agree in up to 7 bits below 8.
        OpKind::Erfcx => 500.0,
        _ => 16.0,
    }
}

/// The point as a number of a type, and as a real number that stands for it: for an infinite one, one beyond all others.
fn numbers(dtype: DType) -> Vec<f64> {
    let signed = POINTS.iter().flat_map(|x| [*x, -*x]);
    let mut all: Vec<f64> = signed.map(|x| Scalar::Float(x).cast(dtype).to_f64()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup_by(|a, b| a.to_bits() == b.to_bits());
    all
}

fn power_of_two(reals: &mut Reals, mut e: i32) -> Big {
    let mut out = reals.number(1.0);
    while e != 0 {
        let step = e.clamp(-1000, 1000);
        let factor = reals.number(2f64.powi(step));
        out = reals.mul(&out, &factor);
        e -= step;
    }
    out
}

fn real(reals: &mut Reals, x: f64, far: i32) -> Big {
    if x.is_infinite() {
        let size = power_of_two(reals, far);
        return if x > 0.0 { size } else { reals.neg(&size) };
    }
    reals.number(x)
}

/// Where an op has no slope although its quotients agree: the direction decides, or they never see that it jumps.
fn has_none(kind: OpKind, point: &[f64], by: usize) -> bool {
    match (kind, point) {
        // The angle of the origin and of infinite corners depends on how one gets there.
        (OpKind::Atan2, [x, y]) => (*x == 0.0 && *y == 0.0) || (x.is_infinite() && y.is_infinite()),
        // Between whole exponents there is no power of a negative number; and next to an exponent of 1, no step is so
        // small that the power of 0 behaves as such.
        (OpKind::Pow, [x, y]) => {
            (*x < 0.0 && by == 1) || (*x == 0.0 && (y.abs() - 1.0).abs() < 1e-3 && *y != 1.0)
        }
        // Steps are small beside the operands, not beside the divisor that they are counted in.
        (OpKind::Mod, [x, y]) => (x / y).abs() > 1e30,
        _ => false,
    }
}

/// The slope by one operand at a point, by two steps that agree; `None` where there is none, or where they do not.
fn slope(reals: &mut Reals, formula: &Expr, point: &[f64], by: usize) -> Option<f64> {
    let steps: &[i32] = if point[by] == 0.0 { &[-2200, -300, -100] } else { &[-128] };
    let close = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    steps.iter().find_map(|step| {
        let (a, b) = (
            quotient(reals, formula, point, by, *step, 8000),
            quotient(reals, formula, point, by, step - 16, 12_000),
        );
        a.zip(b).filter(|(a, b)| close(*a, *b)).map(|(a, _)| a)
    })
}

/// The difference quotient with a step of 2^`step`, relative to the point where that is not 0. What is infinite is taken
/// for 2^`far`.
fn quotient(reals: &mut Reals, formula: &Expr, point: &[f64], by: usize, step: i32, far: i32) -> Option<f64> {
    let args: Vec<Big> = point.iter().map(|x| real(reals, *x, far)).collect();
    let mid = real::evaluate(reals, formula, &args).ok()?;
    let mut h = power_of_two(reals, step);
    if point[by] != 0.0 {
        let size = reals.abs(&args[by]);
        h = reals.mul(&h, &size);
    }
    let mut rise = |ahead: bool| {
        let mut moved = args.clone();
        moved[by] = if ahead { reals.add(&args[by], &h) } else { reals.sub(&args[by], &h) };
        let end = real::evaluate(reals, formula, &moved).ok()?;
        if end.is_nan() || end.is_infinite() {
            return Some(None);
        }
        let rise = if ahead { reals.sub(&end, &mid) } else { reals.sub(&mid, &end) };
        let quotient = reals.div(&rise, &h);
        let (rounded, _) = reals.to_f64(&quotient);
        // The ball of a slope that is far below everything may reach 0.
        let decided = quotient.is_known() && quotient.radius() <= (rounded.abs() * 1e-12).max(5e-324);
        decided.then_some(Some(rounded))
    };
    match (rise(true)?, rise(false)?) {
        (Some(a), Some(b)) => (a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())).then_some(a),
        (one, other) => one.or(other),
    }
}

/// The results of an op and of a partial at many points, in the arithmetic of a type.
fn computed(kind: OpKind, dtype: DType, points: &[Vec<f64>], partial: &Partial) -> Option<[Vec<f64>; 2]> {
    let mut func = Func::new("f");
    let args: Vec<_> =
        kind.row().operands.iter().map(|_| func.add_tensor_arg(dtype, &[None], Arg::default())).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let result = b.map(kind, &args).unwrap();
    let op = b.func.def_op(result).unwrap();
    let slope = partial(&mut b, op).unwrap()?;
    let shape = b.shape(result).unwrap();
    let slope = if b.tensor(slope).unwrap().rank() == 0 { b.fill(slope, &shape).unwrap() } else { slope };
    func.add_result(result, Res::default());
    func.add_result(slope, Res::default());
    let column = |i: usize| {
        let elements = points.iter().map(|p| Scalar::Float(p[i])).collect();
        Data::new(dtype, &[points.len()], elements).unwrap()
    };
    let inputs: Vec<Data> = (0..args.len()).map(column).collect();
    let found = interpret(&func.compact(), &inputs).unwrap();
    Some([0, 1].map(|i| found[i].elements().map(|x| x.to_f64()).collect()))
}

/// What is wrong with a partial, and how many points were judged.
fn judge(kind: OpKind, by: usize, dtype: DType, partial: &Partial) -> (usize, Vec<String>) {
    let row = kind.row();
    // Of several operands, every second number: all pairs are judged.
    let one: Vec<f64> = numbers(dtype).into_iter().step_by(row.operands.len().min(2)).collect();
    // Of the third operand, what matters is that it is there.
    let third = if row.operands.len() > 2 { vec![0.75] } else { vec![] };
    let points: Vec<Vec<f64>> = match row.operands.len() {
        1 => one.iter().map(|x| vec![*x]).collect(),
        _ => one.iter().flat_map(|x| one.iter().map(|y| [&[*x, *y][..], &third].concat())).collect(),
    };
    let Some([values, slopes]) = computed(kind, dtype, &points, partial) else { return (0, vec![]) };
    let mut reals = Reals::new(PRECISION).unwrap();
    let (normal, most, epsilon) = match dtype {
        DType::F32 => (f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX), f64::from(f32::EPSILON)),
        _ => (f64::MIN_POSITIVE, f64::MAX, f64::EPSILON),
    };
    let (mut judged, mut wrong) = (0, vec![]);
    for ((point, value), found) in points.iter().zip(values).zip(slopes) {
        if !value.is_finite() || has_none(kind, point, by) {
            continue;
        }
        let Some(truth) = slope(&mut reals, &row.formula.unwrap(), point, by) else { continue };
        judged += 1;
        // A result below the normal numbers has lost digits, which a partial that reads it cannot get back.
        let lost = if value == 0.0 { 0.0 } else { normal * epsilon / value.abs() };
        let allowed = truth.abs() * (bound(kind) * epsilon + lost) + normal;
        let overflows =
            truth.abs() > most / 16.0 && found.abs() > most / 16.0 && found.signum() == truth.signum();
        if !(overflows || (found - truth).abs() <= allowed) {
            wrong.push(format!("{kind:?} by {by} in {dtype} at {point:?}: {found:e}, not {truth:e}"));
        }
    }
    (judged, wrong)
}

fn own(by: usize) -> impl Fn(&mut Builder<'_>, OpId) -> Result<Option<thn_ir::Value>, Error> {
    move |b, op| {
        let dtype = b.tensor(b.func.op(op).result())?.dtype;
        let one = b.number(dtype, 1.0)?;
        expand::pull_back(b, op, by, one)
    }
}

#[test]
fn partials_are_right_at_the_ends() {
    let (mut judged, mut wrong) = (0, vec![]);
    for kind in OpKind::ALL {
        let row = kind.row();
        let floats = row.is_elementwise() && row.dtypes.operands.contains(DType::F64);
        if !floats || matches!(kind, OpKind::Select | OpKind::Cast) {
            continue;
        }
        for by in 0..row.operands.len() {
            for dtype in [DType::F64, DType::F32] {
                let (count, found) = judge(kind, by, dtype, &own(by));
                judged += count;
                wrong.extend(found);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged > 20_000, "only {judged} points");
}

/// Partials that are right over the reals, and lose everything at the ends.
#[test]
fn careless_partials_are_caught() {
    let caught = |kind, by, partial: &Partial| {
        let (_, wrong) = judge(kind, by, DType::F64, partial);
        assert!(!wrong.is_empty(), "{kind:?}");
    };
    caught(OpKind::Tanh, 0, &|b, op| {
        let result = b.func.op(op).result();
        let one = b.number(DType::F64, 1.0)?;
        let square = b.map(OpKind::Sqr, &[result])?;
        b.map(OpKind::Sub, &[one, square]).map(Some)
    });
    caught(OpKind::Atan2, 0, &|b, op| {
        let [x, y] = [0, 1].map(|i| b.func.op(op).operands[i]);
        let [p, q] = [b.map(OpKind::Sqr, &[x])?, b.map(OpKind::Sqr, &[y])?];
        let sum = b.map(OpKind::Add, &[p, q])?;
        b.map(OpKind::Div, &[y, sum]).map(Some)
    });
    caught(OpKind::Pow, 0, &|b, op| {
        let [x, y] = [0, 1].map(|i| b.func.op(op).operands[i]);
        let one = b.number(DType::F64, 1.0)?;
        let less = b.map(OpKind::Sub, &[y, one])?;
        let power = b.map(OpKind::Pow, &[x, less])?;
        b.map(OpKind::Mul, &[y, power]).map(Some)
    });
    caught(OpKind::LogAddExp, 0, &|b, op| {
        let (x, result) = (b.func.op(op).operands[0], b.func.op(op).result());
        let distance = b.map(OpKind::Sub, &[x, result])?;
        b.map(OpKind::Exp, &[distance]).map(Some)
    });
}
