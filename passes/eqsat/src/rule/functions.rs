//! Functions of payloads on the right sides of rules: how attributes of chained shape ops compose.

mod slices;

use crate::egraph::Payload;
use thn_ir::{Attr, Attrs, DType, Dim, Shape, TensorType};

/// What a function may look at besides its arguments.
pub(crate) struct Site<'a> {
    /// Types of the operands of the op that is made.
    pub(crate) operands: &'a [TensorType],
    /// The type of the tensor that the rule replaces.
    pub(crate) root: &'a TensorType,
}

/// A function of payloads.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) arity: usize,
    /// What it gives, for people.
    pub(crate) meaning: &'static str,
    /// `None` where there is no such payload: then the rule does not apply.
    pub(crate) apply: fn(&[&Payload], &Site<'_>) -> Option<Payload>,
}

/// Every function.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "shuffled",
        arity: 2,
        meaning: "the dimshuffle that does the second, then the first",
        apply: |p, _| {
            let (outer, inner) = (p[0].attrs.get_ints("order"), p[1].attrs.get_ints("order"));
            let order: Option<Vec<i64>> = outer
                .iter()
                .map(|o| usize::try_from(*o).map_or(Some(-1), |o| inner.get(o).copied()))
                .collect();
            Some(Payload { attrs: Attrs::new().ints("order", &order?), ty: None })
        },
    },
    Function {
        name: "placed",
        arity: 2,
        meaning: "the broadcast that does the second, then the first",
        apply: |p, site| {
            let (outer, inner) = (p[0].attrs.get_ints("axes"), p[1].attrs.get_ints("axes"));
            let axes: Option<Vec<i64>> = inner.iter().map(|a| outer.get(*a as usize).copied()).collect();
            broadcast(&axes?, site.root)
        },
    },
    Function {
        name: "broadcast_of_shuffle",
        arity: 2,
        meaning: "the broadcast that does the second, a dimshuffle, then the first, a broadcast",
        apply: |p, site| {
            let (axes, order) = (p[0].attrs.get_ints("axes"), p[1].attrs.get_ints("order"));
            let place = |d: usize| {
                let at = order.iter().position(|o| *o == d as i64)?;
                axes.get(at).copied()
            };
            let axes: Option<Vec<i64>> = (0..site.operands[0].rank()).map(place).collect();
            broadcast(&axes?, site.root)
        },
    },
    Function {
        name: "shuffle_of_broadcast",
        arity: 2,
        meaning: "the broadcast that does the second, a broadcast, then the first, a dimshuffle",
        apply: |p, site| {
            let (order, axes) = (p[0].attrs.get_ints("order"), p[1].attrs.get_ints("axes"));
            let place = |a: &i64| order.iter().position(|o| o == a).map(|i| i as i64);
            let axes: Option<Vec<i64>> = axes.iter().map(place).collect();
            broadcast(&axes?, site.root)
        },
    },
    Function {
        name: "sliced",
        arity: 2,
        meaning: "the slice that does the second, then the first",
        apply: |p, site| {
            let starts = |p: &Payload| p.attrs.get_dims("starts").to_vec();
            let steps = |p: &Payload| p.attrs.get_ints("steps").to_vec();
            let (outer, inner) = (starts(p[0]), starts(p[1]));
            let (outer_steps, inner_steps) = (steps(p[0]), steps(p[1]));
            if outer.len() != inner.len() {
                return None;
            }
            let from: Vec<Dim> = outer
                .iter()
                .zip(&inner)
                .zip(&inner_steps)
                .map(|((o, i), step)| i.clone() + o.clone() * Dim::from(*step))
                .collect();
            let by: Option<Vec<i64>> =
                outer_steps.iter().zip(&inner_steps).map(|(o, i)| o.checked_mul(*i)).collect();
            let attrs = Attrs::new().dims("starts", &from).ints("steps", &by?);
            Some(Payload { attrs, ty: Some(site.root.clone()) })
        },
    },
    Function {
        name: "both",
        arity: 2,
        meaning: "the axes of the second reduction, and those of the first counted before the second took place",
        apply: |p, site| {
            let (outer, inner) = (p[0].attrs.get_ints("axes"), p[1].attrs.get_ints("axes"));
            let left: Vec<i64> = (0..site.operands[0].rank() as i64).filter(|d| !inner.contains(d)).collect();
            let mut axes = inner.to_vec();
            for a in outer {
                axes.push(*left.get(*a as usize)?);
            }
            axes.sort_unstable();
            Some(Payload { attrs: Attrs::new().ints("axes", &axes), ty: None })
        },
    },
    Function {
        name: "axes_before_shuffle",
        arity: 2,
        meaning: "the axes of a reduction, the first, counted before the second, a dimshuffle, took place",
        apply: |p, _| {
            let (axes, order) = (p[0].attrs.get_ints("axes"), p[1].attrs.get_ints("order"));
            let mut before: Vec<i64> = axes
                .iter()
                .map(|a| order.get(*a as usize).copied().filter(|o| *o >= 0))
                .collect::<Option<_>>()?;
            before.sort_unstable();
            // The dims that stay must stay in order, or the result would have them in another one.
            let stay = |d: &(usize, &i64)| *d.1 >= 0 && !axes.contains(&(d.0 as i64));
            if !order.iter().enumerate().filter(stay).map(|d| d.1).is_sorted() {
                return None;
            }
            Some(Payload { attrs: Attrs::new().ints("axes", &before), ty: None })
        },
    },
    Function {
        name: "of_rows",
        arity: 1,
        meaning: "the slice of the rows of a matrix, the left factor of a product, that a slice of the product takes",
        apply: |p, site| sliced_factor(p[0], site, 0),
    },
    Function {
        name: "of_columns",
        arity: 1,
        meaning: "the slice of the columns of a matrix, the right factor of a product, that a slice of the product takes",
        apply: |p, site| sliced_factor(p[0], site, 1),
    },
    Function {
        name: "along_first",
        arity: 0,
        meaning: "the reduction along the first dim",
        apply: |_, _| Some(Payload { attrs: Attrs::new().ints("axes", &[0]), ty: None }),
    },
    Function {
        name: "axes_before_broadcast",
        arity: 2,
        meaning: "the axes of a reduction, the first, counted before the second, a broadcast, took place, if all of \
                  them were there",
        apply: |p, _| {
            let kept = p[1].attrs.get_ints("axes");
            let place = |a: &i64| kept.iter().position(|k| k == a).map(|i| i as i64);
            let axes: Vec<i64> = p[0].attrs.get_ints("axes").iter().map(place).collect::<Option<_>>()?;
            Some(Payload { attrs: Attrs::new().ints("axes", &axes), ty: None })
        },
    },
    Function {
        name: "broadcast_of_reduced",
        arity: 2,
        meaning: "the broadcast, the second, that remains after a reduction, the first, took place",
        apply: |p, site| {
            let (folded, kept) = (p[0].attrs.get_ints("axes"), p[1].attrs.get_ints("axes"));
            let after = |a: &i64| a - folded.iter().filter(|f| *f < a).count() as i64;
            let axes: Vec<i64> = kept.iter().filter(|a| !folded.contains(a)).map(after).collect();
            broadcast(&axes, site.root)
        },
    },
    Function {
        name: "without",
        arity: 1,
        meaning: "the dimshuffle that drops the axes of a reduction",
        apply: |p, site| {
            let axes = p[0].attrs.get_ints("axes");
            let order: Vec<i64> = (0..site.operands[0].rank() as i64).filter(|d| !axes.contains(d)).collect();
            Some(Payload { attrs: Attrs::new().ints("order", &order), ty: None })
        },
    },
    Function {
        name: "squeezed",
        arity: 1,
        meaning: "the dimshuffle that does what the reshape does, if it only inserts and drops dims of length 1",
        apply: |p, site| Payload::squeeze(&site.operands[0], p[0].ty.as_ref()?),
    },
    Function {
        name: "inserted",
        arity: 1,
        meaning: "the dimshuffle that does what the broadcast does, if every new dim has length 1",
        apply: |p, _| p[0].as_insertion(),
    },
    Function {
        name: "to_result",
        arity: 1,
        meaning: "the same attributes, with the type of what the rule replaces",
        apply: |p, site| Some(Payload { attrs: p[0].attrs.clone(), ty: Some(site.root.clone()) }),
    },
    Function {
        name: "padded",
        arity: 2,
        meaning: "the pad that does the second, then the first",
        apply: |p, _| {
            let sum = |name: &'static str| -> Option<Vec<i64>> {
                let both = p[0].attrs.get_ints(name).iter().zip(p[1].attrs.get_ints(name));
                both.map(|(a, b)| a.checked_add(*b)).collect()
            };
            Some(Payload {
                attrs: Attrs::new().ints("low", &sum("low")?).ints("high", &sum("high")?),
                ty: None,
            })
        },
    },
    Function {
        name: "slice_before_broadcast",
        arity: 2,
        meaning: "the slice, the first, of what the second, a broadcast, repeats",
        apply: slices::before_broadcast,
    },
    Function {
        name: "slice_before_shuffle",
        arity: 2,
        meaning: "the slice, the first, counted before the second, a dimshuffle, took place",
        apply: slices::before_shuffle,
    },
    Function {
        name: "slice_before_reduction",
        arity: 2,
        meaning: "the slice, the first, counted before the second, a reduction, took place",
        apply: slices::before_reduction,
    },
    Function {
        name: "slice_before_pad",
        arity: 2,
        meaning: "the slice, the first, counted before the second, a pad, if it takes nothing that was added",
        apply: slices::before_pad,
    },
    Function {
        name: "first_rows",
        arity: 1,
        meaning: "the slice of as many first rows as the iota counts",
        apply: slices::first_rows,
    },
    Function {
        name: "first_position",
        arity: 0,
        meaning: "the iota along the first dim of what the rule replaces",
        apply: |_, site| position(site.root, 0),
    },
    Function {
        name: "second_position",
        arity: 0,
        meaning: "the iota along the second dim of what the rule replaces",
        apply: |_, site| position(site.root, 1),
    },
    Function {
        name: "down",
        arity: 0,
        meaning: "the broadcast of one vector to all columns of what the rule replaces",
        apply: |_, site| broadcast(&all_but(site.root, 1)?, site.root),
    },
    Function {
        name: "across",
        arity: 0,
        meaning: "the broadcast of one vector to all rows of what the rule replaces",
        apply: |_, site| broadcast(&all_but(site.root, 2)?, site.root),
    },
    Function {
        name: "as_result",
        arity: 0,
        meaning: "the cast to the element type of what the rule replaces",
        apply: |_, site| {
            let attrs = Attrs::new().with("dtype", Attr::DType(site.root.dtype));
            Some(Payload { attrs, ty: None })
        },
    },
    Function {
        name: "but_last",
        arity: 0,
        meaning: "the dimshuffle that drops the last dim",
        apply: |_, site| {
            let order = all_but(&site.operands[0], 1)?;
            Some(Payload { attrs: Attrs::new().ints("order", &order), ty: None })
        },
    },
    Function {
        name: "but_second_last",
        arity: 0,
        meaning: "the dimshuffle that drops the last dim but one",
        apply: |_, site| {
            let order = all_but(&site.operands[0], 2)?;
            Some(Payload { attrs: Attrs::new().ints("order", &order), ty: None })
        },
    },
    Function {
        name: "along_diagonal",
        arity: 1,
        meaning: "the broadcast to the diagonal of what is repeated, if it has only one of the last two dims",
        apply: |p, site| {
            let last = site.root.rank() as i64;
            let axes = p[0].attrs.get_ints("axes");
            let both = axes.contains(&last) && axes.contains(&(last - 1));
            let own: Vec<i64> = axes.iter().map(|a| (*a).min(last - 1)).collect();
            if both { None } else { broadcast(&own, site.root) }
        },
    },
    Function {
        name: "position_on_diagonal",
        arity: 1,
        meaning: "the iota of the diagonal",
        apply: |p, site| {
            let axis = p[0].attrs.get_int("axis")?.min(site.root.rank() as i64 - 1);
            let attrs = Attrs::new().with("axis", Attr::Int(axis));
            Some(Payload { attrs, ty: Some(site.root.clone()) })
        },
    },
    Function {
        name: "leading",
        arity: 1,
        meaning: "the slice of the first dims, whole along any others",
        apply: slices::leading,
    },
    Function {
        name: "trailing",
        arity: 1,
        meaning: "the slice of the last dims, whole along the first",
        apply: slices::trailing,
    },
];

/// The part of a slice of a product that concerns one factor, a matrix: `axis` is the dim that both have, 0 or 1.
fn sliced_factor(slice: &Payload, site: &Site<'_>, axis: usize) -> Option<Payload> {
    let [factor] = site.operands else { return None };
    let last = site.root.rank().checked_sub(1)?.min(axis);
    let (starts, steps) = (slice.attrs.get_dims("starts"), slice.attrs.get_ints("steps"));
    let mut start = vec![Dim::from(0); 2];
    let mut step = vec![1; 2];
    let mut shape = factor.shape.to_vec();
    if shape.len() != 2 {
        return None;
    }
    start[axis] = starts.get(last)?.clone();
    step[axis] = *steps.get(last)?;
    shape[axis] = site.root.shape[last].clone();
    let attrs = Attrs::new().dims("starts", &start).ints("steps", &step);
    Some(Payload { attrs, ty: Some(factor.with_shape(Shape(shape))) })
}

/// The dims of a type without the one that is `from_end` from the end.
fn all_but(ty: &TensorType, from_end: usize) -> Option<Vec<i64>> {
    let gone = ty.rank().checked_sub(from_end)? as i64;
    Some((0..ty.rank() as i64).filter(|d| *d != gone).collect())
}

/// The position of each element of `ty` along an axis.
fn position(ty: &TensorType, axis: i64) -> Option<Payload> {
    let attrs = Attrs::new().with("axis", Attr::Int(axis));
    Some(Payload { attrs, ty: Some(ty.with_dtype(DType::I64)) })
}

fn broadcast(axes: &[i64], ty: &TensorType) -> Option<Payload> {
    Some(Payload { attrs: Attrs::new().ints("axes", axes), ty: Some(ty.clone()) })
}
