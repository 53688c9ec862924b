//! Where rules are sampled: special values, values with random bits, ordinary ones, numbers next to those that the
//! rule names, and numbers next to those of another argument.

use crate::instance::{Input, Instance};
use thn_facts::Structure;
use thn_ir::{DType, Error, Scalar};
use thn_random::Random;
use thn_reference::{Format, Value};

/// The unknown length of a case whose elements are points of their own, and of any other case.
const MANY_ROWS: i64 = 100;
const FEW_ROWS: i64 = 3;

/// The unknown length of a case, as it is sampled for most.
pub(crate) fn usual_rows(case: &Instance) -> i64 {
    if case.elementwise { MANY_ROWS } else { FEW_ROWS }
}

/// What a sample may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Range {
    /// Anything, special values often.
    Full,
    /// Zero, one, and magnitudes between 1e-4 and 1e4, mostly near 1; now and then NaN.
    Moderate,
    /// The ends of the format and of its squares, any exponent, numbers whose product with another is near 1; now and
    /// then what is not finite.
    Ends,
}

/// Magnitudes at which functions change their ways or casts saturate, in any format.
const SPECIAL: [f64; 27] = [
    0.0,
    1.0,
    0.5,
    2.0,
    f64::INFINITY,
    1e-8,
    1e-17,
    1e-30,
    0.75,
    3.0,
    3.5,
    20.0,
    40.0,
    127.5,
    128.0,
    255.5,
    256.0,
    32768.0,
    65536.0,
    2147483648.0,
    4294967296.0,
    9223372036854775808.0,
    18446744073709551616.0,
    1e10,
    1e17,
    1e30,
    1e-310,
];

/// Numbers at which a format ends: of itself, of its exponential, its squares and its reciprocals.
fn edges(format: Format) -> [f64; 12] {
    let (max, normal, tiny, epsilon) =
        (format.max(), format.min_normal(), format.min_positive(), format.epsilon());
    [
        max,
        max / 2.0,
        normal,
        normal - tiny,
        tiny,
        epsilon,
        max.ln(),
        // exp rounds to 0 below this.
        -(tiny.log2() - 1.0) * std::f64::consts::LN_2,
        -normal.ln(),
        max.sqrt(),
        normal.sqrt(),
        -epsilon.ln(),
    ]
}

/// The number of the format next to `x` in a direction, or one a few steps away.
fn stepped(format: Format, x: f64, steps: f64) -> f64 {
    if x == 0.0 {
        return steps * format.min_positive();
    }
    format.round(x + steps * (x.abs() * format.epsilon()).max(format.min_positive()))
}

/// The special values of a format, each with its mirror image and its neighbours, and those of `near`.
pub(crate) fn specials(format: Format, near: &[f64]) -> Vec<f64> {
    let mut all = vec![f64::NAN];
    for x in SPECIAL.into_iter().chain(edges(format)).chain(near.iter().copied()) {
        for x in [x, -x] {
            let x = format.round(x);
            all.extend([stepped(format, x, -1.0), x, stepped(format, x, 1.0)]);
        }
    }
    all.retain(|x| !x.is_nan());
    all.push(f64::NAN);
    all.sort_by(f64::total_cmp);
    all.dedup_by(|a, b| a.to_bits() == b.to_bits());
    all
}

/// What is sampled.
pub(crate) struct Sampler<'a> {
    random: &'a mut Random,
    range: Range,
    /// Numbers of interest.
    near: &'a [f64],
}

impl Sampler<'_> {
    /// A number next to one of the rule's: so close that differences cancel.
    fn close(&mut self, format: Format, x: f64) -> f64 {
        match self.random.below(4) {
            0 => x,
            1 => stepped(format, x, [-2.0, -1.0, 1.0, 2.0][self.random.below(4)]),
            2 => -x,
            _ => {
                let size = 0.5f64.powi(1 + self.random.below(60) as i32) * (1.0 + self.random.unit());
                x + (if self.random.below(2) == 0 { size } else { -size }) * if x == 0.0 { 1.0 } else { x }
            }
        }
    }

    fn float(&mut self, dtype: DType, other: Option<f64>) -> f64 {
        let format = Format::from(dtype);
        let random = &mut *self.random;
        let x = match (self.range, random.below(16)) {
            (Range::Full, 0..5) => {
                let edges = edges(format);
                let which = random.below(SPECIAL.len() + edges.len() + 1);
                let x = SPECIAL.iter().chain(&edges).nth(which).copied().unwrap_or(f64::NAN);
                let x = if random.below(2) == 0 { x } else { -x };
                match random.below(4) {
                    0 => stepped(format, x, 1.0),
                    1 => stepped(format, x, -1.0),
                    _ => x,
                }
            }
            (Range::Ends, 0..5) => {
                let x = random.choose(&edges(format)).copied().unwrap_or(1.0);
                let x = stepped(format, x, [-1.0, 0.0, 0.0, 1.0][random.below(4)]);
                if random.below(2) == 0 { x } else { -x }
            }
            (Range::Ends, 5..9) => {
                let low = format.min_positive().log2();
                let x = (low + random.unit() * (format.max().log2() - low)).exp2();
                if random.below(2) == 0 { x } else { -x }
            }
            (Range::Ends, 9..11) if other.is_some_and(|x| x != 0.0) => {
                let near = 1.0 / other.unwrap_or(1.0);
                near * (0.5 + random.unit())
            }
            (Range::Ends, 11) => [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0][random.below(4)],
            (Range::Full, 5..7) if dtype == DType::F32 => f64::from(f32::from_bits(random.bits() as u32)),
            (Range::Full, 5..7) => f64::from_bits(random.bits()),
            (Range::Moderate, 0) => [0.0, 1.0, -1.0, 2.0, -0.5, f64::NAN][random.below(6)],
            (Range::Moderate, 1..5) => {
                let size = 10f64.powf(random.unit() * 8.0 - 4.0);
                if random.below(2) == 0 { size } else { -size }
            }
            (Range::Full, 7..9) => {
                let x = random.choose(self.near).copied().unwrap_or(0.0);
                self.close(format, x)
            }
            (Range::Full | Range::Moderate, 9..11) if other.is_some() => {
                self.close(format, other.unwrap_or(0.0))
            }
            _ => random.unit() * 10.0 - 5.0,
        };
        let x = Scalar::Float(x).cast(dtype).to_f64();
        let moderate = x == 0.0 || x.is_nan() || (1e-4..=1e4).contains(&x.abs());
        if self.range != Range::Moderate || moderate { x } else { 1.0 }
    }

    fn element(&mut self, input: &Input, columns: i64, other: Option<Scalar>) -> Scalar {
        let facts = input.facts;
        match input.ty.dtype {
            _ if input.index => {
                // From the front or from the end, where that is allowed.
                let range = columns.max(1);
                let any = i128::from(self.random.bits() % range as u64);
                let back = if facts.lo < 0.0 && self.random.below(3) == 0 { i128::from(range) } else { 0 };
                Scalar::Int((any - back).max(facts.lo as i128).min(facts.hi as i128))
            }
            DType::Bool => Scalar::Bool((self.random.below(2) == 0 || facts.lo > 0.0) && facts.hi > 0.0),
            dtype if dtype.is_float() => {
                for _ in 0..200 {
                    let x = self.float(dtype, other.map(Scalar::to_f64));
                    if fits(input, x) {
                        return Scalar::Float(x);
                    }
                    // The mirror image of a number on the wrong side is on the right one.
                    if x.is_finite() && fits(input, -x) {
                        return Scalar::Float(-x);
                    }
                }
                Scalar::Float(if fits(input, 1.0) { 1.0 } else { -1.0 })
            }
            dtype => {
                let other = other.map(Scalar::to_i128);
                integer(self.random, dtype, other, |x| (facts.lo..=facts.hi).contains(&x.to_f64()))
            }
        }
    }

    /// A tensor for an argument, with `rows` for the unknown length; near the elements of `others` now and then.
    fn tensor(&mut self, input: &Input, rows: i64, others: &[Value]) -> Option<Value> {
        let shape: Option<Vec<usize>> = input
            .ty
            .shape
            .iter()
            .map(|d| d.eval(&|_| Some(rows)).ok().and_then(|n| usize::try_from(n).ok()))
            .collect();
        let shape = shape?;
        let others: Vec<&Value> = others.iter().filter(|o| o.dtype == input.ty.dtype).collect();
        let mut elements = vec![];
        for i in 0..shape.iter().product() {
            let other = self.random.choose(&others).copied().and_then(|o| {
                let all = o.data.as_slice()?;
                all.get(if all.len() == 1 { 0 } else { i }).copied()
            });
            // An index may point into unknown dims or into the two columns.
            elements.push(self.element(input, 2.min(rows), other));
        }
        let elements = self.structured(input, &shape, elements)?;
        Value::new(input.ty.dtype, &shape, elements).ok()
    }
}

/// Tensors of which something is known as a whole.
impl Sampler<'_> {
    /// Elements changed so that what is assumed of all of them together holds.
    fn structured(&mut self, input: &Input, shape: &[usize], mut all: Vec<Scalar>) -> Option<Vec<Scalar>> {
        let (known, dtype) = (input.facts.structure, input.ty.dtype);
        if known == Structure::NONE {
            return Some(all);
        }
        if known.has(Structure::UNIQUE) {
            return Some(self.distinct(input, all));
        }
        let [rows, columns] = *shape else { return Some(all) };
        let places = || (0..rows).flat_map(move |i| (0..columns).map(move |j| (i, j)));
        if known.has(Structure::ORTHOGONAL) {
            let turned = self.orthogonal(dtype, rows);
            return Some(turned.into_iter().map(|x| Scalar::Float(x).cast(dtype)).collect());
        }
        for (i, j) in places() {
            let here = i * columns + j;
            // A zero of either sign is one.
            let zero = || Scalar::Float(if i < j { -0.0 } else { 0.0 }).cast(dtype);
            if known.has(Structure::IDENTITY) {
                all[here] = Scalar::Float(f64::from(u8::from(i == j))).cast(dtype);
            } else if (known.has(Structure::LOWER) && i < j) || (known.has(Structure::UPPER) && i > j) {
                all[here] = zero();
            } else if known.has(Structure::SYMMETRIC) && i < j {
                all[here] = all[j * columns + i];
            }
        }
        Some(all)
    }

    /// The same number of elements, no two of them equal. Indices count from either end, as far as that is allowed: two
    /// that differ may mean the same.
    fn distinct(&mut self, input: &Input, mut all: Vec<Scalar>) -> Vec<Scalar> {
        let count = all.len() as i128;
        if input.index {
            let least = if input.facts.lo >= 0.0 { 0 } else { -count };
            let mut left: Vec<i128> = (least..count).collect();
            return all
                .iter()
                .map(|_| Scalar::Int(left.swap_remove(self.random.below(left.len()))))
                .collect();
        }
        for i in 1..all.len() {
            for _ in 0..200 {
                if all[..i].iter().all(|x| x.to_f64() != all[i].to_f64()) {
                    break;
                }
                all[i] = self.element(input, 2, None);
            }
        }
        all
    }

    /// A permutation with signs, rotated in a few planes.
    fn orthogonal(&mut self, dtype: DType, n: usize) -> Vec<f64> {
        let mut places: Vec<usize> = (0..n).collect();
        let mut all = vec![0.0; n * n];
        for i in 0..n {
            let j = places.swap_remove(self.random.below(places.len()));
            all[i * n + j] = if dtype.is_signed() && self.random.below(2) == 0 { -1.0 } else { 1.0 };
        }
        for _ in 0..if dtype.is_float() && n > 1 { self.random.below(4) } else { 0 } {
            let i = self.random.below(n);
            let k = (i + 1 + self.random.below(n - 1)) % n;
            let (sin, cos) = (self.random.unit() * std::f64::consts::TAU).sin_cos();
            for j in 0..n {
                let (x, y) = (all[i * n + j], all[k * n + j]);
                (all[i * n + j], all[k * n + j]) = (cos * x - sin * y, sin * x + cos * y);
            }
        }
        all
    }
}

/// Whether a float is what is assumed of an argument.
pub(crate) fn fits(input: &Input, x: f64) -> bool {
    let facts = input.facts;
    if x.is_nan() { facts.nan } else { x >= facts.lo && x <= facts.hi && (facts.inf || x.is_finite()) }
}

/// Small numbers, random bits, the ends of the type as often as either, and numbers next to another: negation and
/// absolute value wrap around at the least signed number, and at every unsigned number but zero.
fn integer(random: &mut Random, dtype: DType, other: Option<i128>, fits: impl Fn(Scalar) -> bool) -> Scalar {
    for _ in 0..200 {
        let i = match (random.below(7), other) {
            (0..2, _) => random.below(9) as i128 - 4,
            (2..4, _) => i128::from(random.bits()),
            (6, Some(other)) => other + random.below(3) as i128 - 1,
            _ => {
                let (least, most) = ends(dtype);
                [least, least + 1, -1, 0, 1, most][random.below(6)]
            }
        };
        let x = Scalar::Int(i).cast(dtype);
        if fits(x) {
            return x;
        }
    }
    // What the conditions leave may be a single number.
    let zero = Scalar::Int(0);
    if fits(zero) { zero } else { Scalar::Int(1) }
}

/// The least and the largest number of an integer type.
fn ends(dtype: DType) -> (i128, i128) {
    // The sign does not count towards the precision.
    let states = 1i128 << dtype.precision();
    (if dtype.is_signed() { -states } else { 0 }, states - 1)
}

/// Arguments for a case, with `rows` for its unknown length. One more than it has inputs, if its programs take it, is
/// there for its length.
pub(crate) fn arguments(
    case: &Instance,
    random: &mut Random,
    range: Range,
    rows: i64,
    near: &[f64],
) -> Result<Vec<Value>, Error> {
    let mut arguments = vec![];
    let mut sampler = Sampler { random, range, near };
    for input in &case.inputs {
        let tensor = sampler.tensor(input, rows, &arguments);
        arguments.push(tensor.ok_or_else(|| Error::internal("an argument has no shape"))?);
    }
    if case.left.body().args.len() == arguments.len() {
        return Ok(arguments);
    }
    // The last argument is there for its length.
    let last = case.left.body().args.last().and_then(|v| case.left.tensor(*v)).map(|t| t.shape[0].clone());
    let length = last.and_then(|d| d.eval(&|_| Some(rows)).ok()).and_then(|n| usize::try_from(n).ok());
    arguments.push(blank(length.unwrap_or(0))?);
    Ok(arguments)
}

/// An argument that is there for its length.
pub(crate) fn blank(length: usize) -> Result<Value, Error> {
    Value::new(DType::Bool, &[length], vec![Scalar::Bool(false); length])
}
