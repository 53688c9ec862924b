//! The numbers at the ends of element types, and random ones of many sizes.

use thn_ir::{DType, Scalar};
use thn_random::Random;

/// The numbers at the edges of a type: zeros of both signs, the least and the largest numbers, the neighbours of 1, what
/// exponentials overflow and underflow at, infinities and NaN; for integers the ends, their neighbours and small ones.
pub fn specials(dtype: DType) -> Vec<Scalar> {
    let float = |xs: &[f64]| xs.iter().map(|x| Scalar::Float(*x)).collect::<Vec<_>>();
    match dtype {
        DType::Bool => vec![Scalar::Bool(false), Scalar::Bool(true)],
        DType::F32 => {
            let (tiny, least) = (f64::from(f32::MIN_POSITIVE), f64::from(f32::from_bits(1)));
            let (most, eps) = (f64::from(f32::MAX), f64::from(f32::EPSILON));
            float(&edges(tiny, least, most, eps))
        }
        DType::F64 => float(&edges(f64::MIN_POSITIVE, f64::from_bits(1), f64::MAX, f64::EPSILON)),
        _ => {
            let bits = dtype.size() as u32 * 8 - u32::from(dtype.is_signed());
            let most = (1i128 << bits) - 1;
            let least = if dtype.is_signed() { -most - 1 } else { 0 };
            [least, least + 1, most, most - 1, most / 2, 0, 1, 2, 3, 7, 10, -1, -2, -3]
                .into_iter()
                .filter(|i| (least..=most).contains(i))
                .map(Scalar::Int)
                .collect()
        }
    }
}

fn edges(tiny: f64, least: f64, most: f64, eps: f64) -> Vec<f64> {
    let positive =
        [0.0, least, tiny, eps, 0.5, 1.0 - eps, 1.0, 1.0 + eps, 1.5, 2.0, 2.5, 3.0, 88.0, 710.0, most];
    let mut all: Vec<f64> = positive.iter().flat_map(|x| [*x, -x]).collect();
    all.extend([f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    all
}

/// How numbers are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// Numbers of everyday size.
    Ordinary,
    /// Numbers of many sizes.
    Wide,
    /// The ends of the format among ordinary numbers: zeros of both signs, NaN, the largest and the least.
    Extreme,
    /// Infinities among ordinary numbers.
    Infinite,
}

/// A random number of a type.
pub(crate) fn number(random: &mut Random, dtype: DType, style: Style) -> Scalar {
    if dtype == DType::Bool {
        return Scalar::Bool(random.one_in(2));
    }
    if style == Style::Extreme && random.one_in(3) {
        return *random.pick(&specials(dtype));
    }
    if !dtype.is_float() {
        return Scalar::Int(random.below(12) as i128 - 4).cast(dtype);
    }
    let ordinary = random.symmetric() * 3.0;
    let x = match style {
        Style::Ordinary | Style::Extreme => ordinary,
        Style::Wide => match random.below(4) {
            0 => ordinary,
            1 => ordinary * 300.0,
            2 => ordinary * 1e-9,
            _ => ordinary * 10f64.powi(random.below(24) as i32 - 12),
        },
        Style::Infinite => match random.below(8) {
            0 => f64::INFINITY,
            1 => f64::NEG_INFINITY,
            _ => ordinary,
        },
    };
    Scalar::Float(x).cast(dtype)
}
