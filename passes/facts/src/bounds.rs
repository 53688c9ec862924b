//! Numbers that bound others: the ends of element types, and how bounds are rounded outward.

use thn_ir::DType;

/// The least positive number: a lower bound that excludes zero.
pub(crate) const TINY: f64 = f64::from_bits(1);

/// Numbers up to this size are finite in every float type.
pub(crate) const LARGE: f64 = 1e38;

/// Numbers from this size on are normal in every float type.
pub(crate) const SMALL: f64 = 1e-37;

/// Whole numbers up to this size are exact as bounds.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

/// Where bounds lie that were refined often.
pub(crate) const LADDER: [f64; 5] = [-1.0, -TINY, 0.0, TINY, 1.0];

/// Bounds of a whole number. From 2^53 on they may lie a rounding apart.
pub(crate) fn around(n: i128) -> (f64, f64) {
    let near = n as f64;
    let exact = near as i128;
    (if exact > n { near.next_down() } else { near }, if exact < n { near.next_up() } else { near })
}

/// Bounds of the numbers of an element type that is no float: the least, and the largest, which is rounded up from 2^53
/// on.
pub(crate) fn range(dtype: DType) -> Option<(f64, f64)> {
    let bits = 8 * dtype.size() as i32;
    match dtype {
        DType::Bool => Some((0.0, 1.0)),
        d if d.is_float() => None,
        d if d.is_signed() => Some((-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0)),
        _ => Some((0.0, 2f64.powi(bits) - 1.0)),
    }
}

/// The last bound that no number of a type wraps around below.
pub(crate) fn last(dtype: DType) -> f64 {
    let hi = range(dtype).map_or(f64::INFINITY, |(_, hi)| hi);
    if hi <= EXACT { hi } else { hi.next_down() }
}

/// The next bound of the ladder at or below.
pub(crate) fn rung(x: f64) -> f64 {
    LADDER.into_iter().rev().find(|b| *b <= x).unwrap_or(f64::NEG_INFINITY)
}

/// The next number of few bits at or below.
pub(crate) fn down(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() {
        return f64::NEG_INFINITY;
    }
    if size <= TINY || size.is_infinite() {
        return x;
    }
    match (x > 0.0, size) {
        (true, s) if s < SMALL => TINY,
        (false, s) if s < SMALL => -SMALL,
        (true, s) if s > LARGE => LARGE,
        (false, s) if s > LARGE => f64::NEG_INFINITY,
        (positive, s) => {
            let kept = f64::from_bits(s.to_bits() & !((1 << 37) - 1));
            match positive {
                true => kept,
                false if kept == s => x,
                false => -f64::from_bits(kept.to_bits() + (1 << 37)),
            }
        }
    }
}
