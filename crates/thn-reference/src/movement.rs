//! Ops that move elements without computing, for elements of any kind.
//!
//! They are written with ndarray's own operations and direct loops, and never with the index maps of
//! [`thn_ir::access`], so that a wrong index map shows as a difference.

use crate::tensor::size;
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use thn_ir::Error;

/// The position that an index names in a dim, counted from the end if it is negative; an error outside of it.
pub(crate) fn position(index: i128, length: usize, what: &str, at: &[usize]) -> Result<usize, Error> {
    let n = length as i128;
    let place = if index < 0 { index + n } else { index };
    if (0..n).contains(&place) {
        return Ok(place as usize);
    }
    Err(Error::input(format!(
        "index {index} at position {at:?} is outside of {what}: it must lie in -{n}..{n}, the length of the dim"
    )))
}

fn misfit(what: &str, from: &[usize], to: &[usize]) -> Error {
    Error::input(format!("{what}: lengths {from:?} do not fit {to:?}"))
}

/// Repeats x: its dim i becomes dim `axes[i]` of `shape`.
pub(crate) fn broadcast<E: Clone>(x: &ArrayD<E>, axes: &[i64], shape: &[usize]) -> Result<ArrayD<E>, Error> {
    size(shape)?;
    let fits =
        axes.len() == x.ndim() && axes.iter().zip(x.shape()).all(|(a, n)| shape.get(*a as usize) == Some(n));
    let mut view = x.view();
    for axis in 0..shape.len() {
        if fits && !axes.contains(&(axis as i64)) {
            view = view.insert_axis(Axis(axis));
        }
    }
    let repeated = if fits { view.broadcast(IxDyn(shape)) } else { None };
    repeated
        .map(|v| v.to_owned())
        .ok_or_else(|| misfit("a broadcast keeps the dims it has", x.shape(), shape))
}

/// Result dim i is dim `order[i]` of x, or of length 1 where it is -1. Dims that are not named have length 1.
pub(crate) fn dimshuffle<E: Clone>(x: &ArrayD<E>, order: &[i64]) -> Result<ArrayD<E>, Error> {
    let named: Vec<usize> = order.iter().filter_map(|o| usize::try_from(*o).ok()).collect();
    let dropped: Vec<usize> = (0..x.ndim()).filter(|a| !named.contains(a)).collect();
    if named.iter().any(|a| *a >= x.ndim())
        || named.len() + dropped.len() != x.ndim()
        || dropped.iter().any(|a| x.shape()[*a] != 1)
    {
        return Err(Error::input(format!(
            "only dims of length 1 can be dropped from {:?} by {order:?}",
            x.shape()
        )));
    }
    let all: Vec<usize> = named.iter().chain(&dropped).copied().collect();
    let mut view = x.view().permuted_axes(IxDyn(&all));
    for _ in &dropped {
        let last = view.ndim() - 1;
        view = view.index_axis_move(Axis(last), 0);
    }
    for (axis, o) in order.iter().enumerate() {
        if *o < 0 {
            view = view.insert_axis(Axis(axis));
        }
    }
    Ok(view.as_standard_layout().into_owned())
}

/// The same elements in row-major order under another shape.
pub(crate) fn reshape<E: Clone>(x: &ArrayD<E>, shape: &[usize]) -> Result<ArrayD<E>, Error> {
    if size(shape)? != x.len() {
        return Err(misfit("a reshape keeps the number of elements", x.shape(), shape));
    }
    let elements = x.iter().cloned().collect();
    ArrayD::from_shape_vec(IxDyn(shape), elements)
        .map_err(|_| misfit("a reshape keeps the number of elements", x.shape(), shape))
}

/// The places that a slice takes of one dim.
fn places(start: i64, step: i64, count: usize, length: usize) -> Result<Vec<usize>, Error> {
    (0..count)
        .map(|i| {
            let at = i128::from(start) + i128::from(step) * i as i128;
            usize::try_from(at).ok().filter(|p| *p < length).ok_or_else(|| {
                Error::input(format!("a slice must stay inside its operand, but {at} is not below {length}"))
            })
        })
        .collect()
}

fn all_places(
    starts: &[i64],
    steps: &[i64],
    part: &[usize],
    whole: &[usize],
) -> Result<Vec<Vec<usize>>, Error> {
    if starts.len() != whole.len() || steps.len() != whole.len() || part.len() != whole.len() {
        return Err(misfit("a slice has one start and step per dim", part, whole));
    }
    // A part without elements touches nothing, wherever it would begin.
    if part.contains(&0) {
        return Ok(part.iter().map(|n| vec![0; *n]).collect());
    }
    (0..whole.len()).map(|d| places(starts[d], steps[d], part[d], whole[d])).collect()
}

/// Elements starts + steps · i of x.
pub(crate) fn slice<E: Clone>(
    x: &ArrayD<E>,
    starts: &[i64],
    steps: &[i64],
    shape: &[usize],
) -> Result<ArrayD<E>, Error> {
    size(shape)?;
    let places = all_places(starts, steps, shape, x.shape())?;
    if shape.contains(&0) {
        return empty(shape);
    }
    let mut out = x.clone();
    for (axis, chosen) in places.iter().enumerate() {
        out = out.select(Axis(axis), chosen);
    }
    Ok(out)
}

fn empty<E>(shape: &[usize]) -> Result<ArrayD<E>, Error> {
    ArrayD::from_shape_vec(IxDyn(shape), vec![]).map_err(|_| misfit("an empty tensor", &[], shape))
}

/// Rows of x by positions that are already checked; the result has the dims of `index` before those of a row.
pub(crate) fn gather<E: Clone>(x: &ArrayD<E>, index: &ArrayD<usize>) -> Result<ArrayD<E>, Error> {
    let flat: Vec<usize> = index.iter().copied().collect();
    let shape: Vec<usize> = index.shape().iter().chain(&x.shape()[1..]).copied().collect();
    if size(&shape)? == 0 {
        return empty(&shape);
    }
    reshape(&x.select(Axis(0), &flat), &shape)
}

/// One element of each row of x, by checked positions.
pub(crate) fn pick<E: Clone>(x: &ArrayD<E>, index: &ArrayD<usize>) -> Result<ArrayD<E>, Error> {
    let rows = index.len();
    let length = *x.shape().last().ok_or_else(|| Error::input("a rank-0 tensor has no rows"))?;
    if x.shape()[..x.ndim() - 1] != *index.shape() {
        return Err(misfit("there is one index per row", x.shape(), index.shape()));
    }
    let matrix = reshape(x, &[rows, length])?;
    let chosen = index.iter().enumerate().map(|(row, at)| matrix[[row, *at].as_slice()].clone()).collect();
    ArrayD::from_shape_vec(index.raw_dim(), chosen).map_err(|_| misfit("pick", x.shape(), index.shape()))
}

/// The elements of the last two dims whose positions along both are the same.
pub(crate) fn diagonal<E: Clone>(x: &ArrayD<E>) -> Result<ArrayD<E>, Error> {
    let [batch @ .., rows, columns] = x.shape() else {
        return Err(Error::input("a tensor of less than two dims has no diagonal"));
    };
    let length = *rows.min(columns);
    let (count, shape) = (batch.iter().product(), [batch, &[length]].concat());
    let matrices = reshape(x, &[count, *rows, *columns])?;
    let places = (0..count).flat_map(|b| (0..length).map(move |i| [b, i, i]));
    let chosen = places.map(|at| matrices[at.as_slice()].clone()).collect();
    ArrayD::from_shape_vec(IxDyn(&shape), chosen).map_err(|_| misfit("diagonal", x.shape(), &shape))
}

/// Concatenates along an axis.
pub(crate) fn join<E: Clone>(xs: &[&ArrayD<E>], axis: i64) -> Result<ArrayD<E>, Error> {
    let views: Vec<_> = xs.iter().map(|x| x.view()).collect();
    let fits = xs.first().is_some_and(|x| (0..x.ndim() as i64).contains(&axis));
    let total: usize = xs.iter().map(|x| x.len()).sum();
    size(&[total])?;
    let joined = if fits { ndarray::concatenate(Axis(axis as usize), &views).ok() } else { None };
    joined.ok_or_else(|| Error::input(format!("operands cannot be joined along axis {axis}")))
}

/// Adds `low` elements before and `high` after along each dim.
pub(crate) fn pad<E: Clone>(x: &ArrayD<E>, value: &E, low: &[i64], high: &[i64]) -> Result<ArrayD<E>, Error> {
    if low.len() != x.ndim() || high.len() != x.ndim() {
        return Err(Error::input("low and high have one entry per dim"));
    }
    let shape: Vec<usize> = (0..x.ndim())
        .map(|d| x.shape()[d].saturating_add(low[d].max(0) as usize).saturating_add(high[d].max(0) as usize))
        .collect();
    size(&shape)?;
    let mut out = ArrayD::from_elem(IxDyn(&shape), value.clone());
    out.slice_each_axis_mut(|a| {
        let d = a.axis.index();
        let begin = low[d].max(0) as isize;
        Slice::from(begin..begin + x.shape()[d] as isize)
    })
    .assign(x);
    Ok(out)
}

/// x with every element of its slice replaced by `combine(old, new)`.
pub(crate) fn update_slice<E: Clone>(
    x: &ArrayD<E>,
    y: &ArrayD<E>,
    starts: &[i64],
    steps: &[i64],
    combine: &mut dyn FnMut(&E, &E) -> Result<E, Error>,
) -> Result<ArrayD<E>, Error> {
    let places = all_places(starts, steps, y.shape(), x.shape())?;
    let mut out = x.clone();
    for (at, new) in y.indexed_iter() {
        let place: Vec<usize> = (0..y.ndim()).map(|d| places[d][at[d]]).collect();
        let old = &mut out[place.as_slice()];
        *old = combine(old, new)?;
    }
    Ok(out)
}

/// x with row i of y combined into row `index[i]`, in row-major order of the indices.
pub(crate) fn scatter<E: Clone>(
    x: &ArrayD<E>,
    index: &ArrayD<usize>,
    y: &ArrayD<E>,
    combine: &mut dyn FnMut(&E, &E) -> Result<E, Error>,
) -> Result<ArrayD<E>, Error> {
    let shape: Vec<usize> = index.shape().iter().chain(&x.shape()[1..]).copied().collect();
    if y.shape() != shape {
        return Err(misfit("there is one row per index", y.shape(), &shape));
    }
    let mut out = x.clone();
    let mut new = y.iter();
    for row in index {
        for (old, new) in out.index_axis_mut(Axis(0), *row).iter_mut().zip(new.by_ref()) {
            *old = combine(old, new)?;
        }
    }
    Ok(out)
}

/// The elements along `axes`, in row-major order, for each place of the other dims; and the lengths of those.
pub(crate) fn lanes<E: Clone>(x: &ArrayD<E>, axes: &[usize]) -> (Vec<usize>, Vec<Vec<E>>) {
    let kept: Vec<usize> = (0..x.ndim()).filter(|a| !axes.contains(a)).collect();
    let order: Vec<usize> = kept.iter().chain(axes).copied().collect();
    let shape: Vec<usize> = kept.iter().map(|a| x.shape()[*a]).collect();
    let count: usize = shape.iter().product();
    let length: usize = axes.iter().map(|a| x.shape()[*a]).product();
    let view = x.view().permuted_axes(IxDyn(&order));
    let mut elements = view.iter().cloned();
    let lanes = (0..count).map(|_| elements.by_ref().take(length).collect()).collect();
    (shape, lanes)
}

/// The inverse of [`lanes`] for lanes of unchanged length.
pub(crate) fn from_lanes<E: Clone>(
    lanes: Vec<Vec<E>>,
    shape: &[usize],
    axes: &[usize],
) -> Result<ArrayD<E>, Error> {
    let kept: Vec<usize> = (0..shape.len()).filter(|a| !axes.contains(a)).collect();
    let order: Vec<usize> = kept.iter().chain(axes).copied().collect();
    let permuted: Vec<usize> = order.iter().map(|a| shape[*a]).collect();
    let elements: Vec<E> = lanes.into_iter().flatten().collect();
    let array = ArrayD::from_shape_vec(IxDyn(&permuted), elements)
        .map_err(|_| misfit("lanes keep their lengths", &permuted, shape))?;
    let mut back = vec![0; shape.len()];
    for (position, axis) in order.iter().enumerate() {
        back[*axis] = position;
    }
    Ok(array.permuted_axes(IxDyn(&back)).as_standard_layout().into_owned())
}
