//! Points at which errors are measured: every float between two bounds is as likely as every other, so that all orders
//! of magnitude are met.

use crate::dag::{self, Exact, Step};
use thn_ir::DType;
use thn_random::Random;

/// The values that a variable takes: the finite floats from `low` to `high`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

impl Range {
    /// Every finite number.
    pub const ALL: Range = Range { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// A value, each float of the type as likely as every other.
    pub(crate) fn draw(self, random: &mut Random, dtype: DType) -> f64 {
        if dtype == DType::Bool {
            return f64::from(u8::from(random.bits() & 1 == 1));
        }
        let largest = if dtype == DType::F32 { f64::from(f32::MAX) } else { f64::MAX };
        let place = |x: f64| ordinal(x.clamp(-largest, largest), dtype);
        // The ends as they are written may lie between two floats of the type.
        let (low, high) = (place(self.low), place(self.high));
        let span = (high - low).max(0) as u128 + 1;
        let offset = (u128::from(random.bits()) * span) >> 64;
        at_ordinal(low + offset as i128, dtype)
    }
}

/// The position of a float among those of its type; zeros of both signs are at 0.
pub(crate) fn ordinal(x: f64, dtype: DType) -> i128 {
    let size = if dtype == DType::F32 {
        i128::from((x as f32).abs().to_bits())
    } else {
        i128::from(x.abs().to_bits())
    };
    if x.is_sign_negative() { -size } else { size }
}

/// The float at a position.
pub(crate) fn at_ordinal(place: i128, dtype: DType) -> f64 {
    let size = place.unsigned_abs();
    let x = if dtype == DType::F32 {
        f64::from(f32::from_bits(size as u32))
    } else {
        f64::from_bits(size as u64)
    };
    if place < 0 { -x } else { x }
}

/// Points, and the true value of an expression at each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// One value for every variable.
    pub(crate) points: Vec<Vec<f64>>,
    /// The value there, rounded once.
    pub(crate) truth: Vec<f64>,
}

/// Draws points for each that is kept.
const TRIES: usize = 60;

/// Up to `count` points at which the expression `root` has a finite value that is decided.
pub(crate) fn sample(
    exact: &mut Exact,
    steps: &[Step],
    root: usize,
    variables: &[(Range, DType)],
    count: usize,
    seed: u64,
) -> Sample {
    let mut random = Random::new(seed);
    let mut out = Sample::default();
    for _ in 0..count.saturating_mul(TRIES) {
        if out.points.len() == count {
            break;
        }
        let point: Vec<f64> = variables.iter().map(|(r, d)| r.draw(&mut random, *d)).collect();
        let (truth, decided) = exact.values(steps, &[root], &point, dag::RESULT)[0];
        if decided && truth.is_finite() {
            out.points.push(point);
            out.truth.push(truth);
        }
    }
    out
}
