//! Payloads of slices that move past other ops.

use super::Site;
use crate::egraph::Payload;
use thn_ir::{Attrs, Dim, Shape, TensorType};

/// One dim of a slice.
struct Part {
    start: Dim,
    step: i64,
    length: Dim,
}

impl Part {
    fn whole(length: &Dim) -> Part {
        Part { start: Dim::from(0), step: 1, length: length.clone() }
    }
}

/// The dims of a slice.
fn parts(slice: &Payload) -> Option<Vec<Part>> {
    let (starts, steps) = (slice.attrs.get_dims("starts"), slice.attrs.get_ints("steps"));
    let shape = &slice.ty.as_ref()?.shape;
    let all = starts.iter().zip(steps).zip(shape.iter());
    Some(all.map(|((s, t), n)| Part { start: s.clone(), step: *t, length: n.clone() }).collect())
}

/// A slice of `x`.
fn slice(x: &TensorType, parts: Vec<Part>) -> Option<Payload> {
    if parts.len() != x.rank() {
        return None;
    }
    let steps: Vec<i64> = parts.iter().map(|p| p.step).collect();
    let starts: Vec<Dim> = parts.iter().map(|p| p.start.clone()).collect();
    let shape = Shape(parts.into_iter().map(|p| p.length).collect());
    Some(Payload {
        attrs: Attrs::new().dims("starts", &starts).ints("steps", &steps),
        ty: Some(x.with_shape(shape)),
    })
}

/// What a slice of a broadcast takes of what is repeated.
pub(super) fn before_broadcast(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let mut all: Vec<Option<Part>> = parts(p[0])?.into_iter().map(Some).collect();
    let axes = p[1].attrs.get_ints("axes");
    let own = axes.iter().map(|a| all.get_mut(*a as usize)?.take()).collect::<Option<_>>()?;
    slice(&site.operands[0], own)
}

/// What a slice of a dimshuffle takes of what is shuffled; an inserted dim has to stay.
pub(super) fn before_shuffle(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let mut own: Vec<Part> = x.shape.iter().map(Part::whole).collect();
    for (part, order) in parts(p[0])?.into_iter().zip(p[1].attrs.get_ints("order")) {
        match usize::try_from(*order) {
            Ok(d) => *own.get_mut(d)? = part,
            Err(_) if part.length.is(1) => {}
            Err(_) => return None,
        }
    }
    slice(x, own)
}

/// What a slice of a reduction takes of what is folded.
pub(super) fn before_reduction(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let axis = p[1].attrs.get_int("axis");
    let folded = |d: usize| axis == Some(d as i64) || p[1].attrs.get_ints("axes").contains(&(d as i64));
    let mut kept = parts(p[0])?.into_iter();
    let own = x.shape.iter().enumerate();
    let own = own
        .map(|(d, n)| if folded(d) { Some(Part::whole(n)) } else { kept.next() })
        .collect::<Option<_>>()?;
    slice(x, own)
}

/// What a slice of a padded tensor takes of the tensor; it has to stay inside.
pub(super) fn before_pad(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let mut own = parts(p[0])?;
    for ((part, low), length) in own.iter_mut().zip(p[1].attrs.get_ints("low")).zip(x.shape.iter()) {
        part.start = part.start.clone() - Dim::from(*low);
        let last = part.start.clone() + (part.length.clone() - Dim::ONE) * Dim::from(part.step);
        let (low, high) = if part.step > 0 { (&part.start, &last) } else { (&last, &part.start) };
        let inside = |d: &Dim| d.as_const().is_some_and(|d| d >= 0);
        if !inside(low) || !inside(&(length.clone() - Dim::ONE - high.clone())) {
            return None;
        }
    }
    slice(x, own)
}

/// The slice of the first dims; whole where the operand has more.
pub(super) fn leading(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let mut given = parts(p[0])?.into_iter();
    let own = x.shape.iter().map(|n| given.next().unwrap_or_else(|| Part::whole(n))).collect();
    slice(x, own)
}

/// The slice of the last dims but the first of the operand, which stays whole.
pub(super) fn trailing(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let given = parts(p[0])?;
    let skipped = given.len().checked_sub(x.rank().checked_sub(1)?)?;
    let mut own = vec![Part::whole(&x.shape[0])];
    own.extend(given.into_iter().skip(skipped));
    slice(x, own)
}

/// As many first rows as an iota of rank 1 counts.
pub(super) fn first_rows(p: &[&Payload], site: &Site<'_>) -> Option<Payload> {
    let x = &site.operands[0];
    let count = p[0].ty.as_ref().filter(|t| t.rank() == 1)?.shape[0].clone();
    let mut own: Vec<Part> = x.shape.iter().map(Part::whole).collect();
    own.first_mut()?.length = count;
    slice(x, own)
}
