//! Indexing: `x.at(s![1, .., ::2])` in Rust's spelling, reading and functional writing.
//!
//! Bounds follow NumPy, numbers and tensors alike: negative ones count from the end, and ranges are cut to the tensor.
//! A position outside of its dim is an error, of the program where the length is known and else of the call. Symbolic
//! positions are row look-ups; negative ones count from the end.

use crate::{Operand, Tensor, arena::build, elementwise::repeat, lengths};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use thn_ir::{Attrs, Builder, Dim, Error, Func, Loc, OpKind, Shape, Value};

/// One end of a range.
pub type Bound = lengths::Length;

/// As many full ranges as are needed to fill the dims.
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

/// A new dim of length 1.
#[derive(Clone, Copy, Debug)]
pub struct NewAxis;

/// One part of an index; made by [`crate::s!`].
#[derive(Clone, Debug)]
pub enum Item {
    /// One position; the dim goes.
    At(i64),
    /// Positions given by an integer tensor; the dim becomes the tensor's dims.
    Take(Tensor),
    /// Positions from `start` to before `stop` in steps.
    Range {
        /// The first; `None` for the end the step comes from.
        start: Option<Bound>,
        /// The end; `None` for the end the step goes to.
        stop: Option<Bound>,
        /// Whether the position `stop` is part of the range.
        included: bool,
        /// The step, not 0.
        step: i64,
    },
    /// [`NewAxis`].
    NewAxis,
    /// [`Ellipsis`].
    Ellipsis,
}

impl Item {
    /// A range in steps; other items have none and stay as they are.
    #[must_use]
    pub fn by(self, by: i64) -> Item {
        match self {
            Item::Range { start, stop, included, .. } => Item::Range { start, stop, included, step: by },
            other => other,
        }
    }
}

fn range(start: Option<Bound>, stop: Option<Bound>) -> Item {
    Item::Range { start, stop, included: false, step: 1 }
}

fn range_to_included(start: Option<Bound>, stop: Bound) -> Item {
    Item::Range { start, stop: Some(stop), included: true, step: 1 }
}

macro_rules! items {
    ($([$($generics:tt)*] $from:ty, $value:ident => $item:expr;)*) => {
        $(
            impl<$($generics)*> From<$from> for Item {
                fn from($value: $from) -> Item {
                    $item
                }
            }
        )*
    };
}
items! {
    [] i32, k => Item::At(k.into());
    [] i64, k => Item::At(k);
    [] usize, k => Item::At(i64::try_from(k).unwrap_or(i64::MAX));
    [] &Tensor, t => Item::Take(t.clone());
    [] Tensor, t => Item::Take(t);
    [] NewAxis, _axis => Item::NewAxis;
    [] Ellipsis, _rest => Item::Ellipsis;
    [] RangeFull, _all => range(None, None);
    [T: Into<Bound>] Range<T>, r => range(Some(r.start.into()), Some(r.end.into()));
    [T: Into<Bound>] RangeFrom<T>, r => range(Some(r.start.into()), None);
    [T: Into<Bound>] RangeTo<T>, r => range(None, Some(r.end.into()));
    [T: Into<Bound> + Clone] RangeInclusive<T>, r => range_to_included(Some(r.start().clone().into()), r.end().clone().into());
    [T: Into<Bound>] RangeToInclusive<T>, r => range_to_included(None, r.end.into());
}

/// An index: positions, ranges, ranges with a step (`..; -1`), integer tensors, [`NewAxis`] and [`Ellipsis`].
///
/// ```
/// use thn_graph::{Ellipsis, f64, matrix, s};
/// let x = matrix("x", f64);
/// let last_row_reversed = x.at(s![-1, ..; -1]);
/// let first_column = x.at(s![Ellipsis, 0]);
/// assert_eq!((last_row_reversed.ndim(), first_column.ndim()), (1, 1));
/// ```
#[macro_export]
macro_rules! s {
    ($($item:expr $(; $step:expr)?),* $(,)?) => {
        [$($crate::Item::from($item)$(.by($step))?),*]
    };
}

/// What an index means for one tensor.
struct Plan {
    starts: Vec<Dim>,
    steps: Vec<i64>,
    shape: Vec<Dim>,
    /// The dims that stay and the new ones (-1), in order.
    order: Vec<i64>,
    /// Dims after `order` along which integer tensors choose.
    takes: Vec<(usize, Value)>,
}

/// The tensors that an index mentions, in the order in which [`plan`] reads their values.
fn tensors(items: &[Item]) -> Vec<&Tensor> {
    let mut out = vec![];
    for item in items {
        match item {
            Item::Take(t) => out.push(t),
            Item::Range { start, stop, .. } => {
                for bound in [start, stop].into_iter().flatten() {
                    out.extend(lengths::tensors(std::slice::from_ref(bound)));
                }
            }
            Item::At(_) | Item::NewAxis | Item::Ellipsis => {}
        }
    }
    out
}

fn plan(b: &mut Builder<'_>, x: Value, items: &[Item], values: &[Value]) -> Result<Plan, Error> {
    let own = b.shape(x)?;
    let used = items.iter().filter(|i| !matches!(i, Item::NewAxis | Item::Ellipsis)).count();
    let ellipses = items.iter().filter(|i| matches!(i, Item::Ellipsis)).count();
    if used > own.rank() || ellipses > 1 {
        let name = b.func.describe(x);
        return Err(Error::input(format!(
            "an index with {used} positions and {ellipses} ellipses is no index of {name} with shape {own}"
        )));
    }
    let mut plan = Plan { starts: vec![], steps: vec![], shape: vec![], order: vec![], takes: vec![] };
    let mut values = values.iter().copied();
    let mut next = || values.next().ok_or_else(|| Error::internal("an index without value"));
    for item in items.iter().chain((ellipses == 0).then_some(&Item::Ellipsis)) {
        let axis = plan.shape.len();
        match item {
            Item::NewAxis => plan.order.push(-1),
            Item::Ellipsis => {
                for axis in axis..axis + own.rank() - used {
                    plan.dim(Dim::from(0), 1, own[axis].clone(), true);
                }
            }
            Item::At(k) => {
                if own[axis].as_const().is_some_and(|n| *k >= n || *k < -n) {
                    let name = b.func.describe(x);
                    return Err(Error::input(format!(
                        "index {k} is out of bounds for dim {axis} of {name} with shape {own}"
                    )));
                }
                let start = if *k < 0 { own[axis].clone() + Dim::from(*k) } else { Dim::from(*k) };
                plan.dim(start, 1, Dim::ONE, false);
            }
            Item::Take(_) => {
                let index = next()?;
                if !b.tensor(index)?.dtype.is_int() {
                    let name = b.func.describe(index);
                    return Err(Error::input(format!(
                        "an index has an integer type; {name} is {}",
                        b.func.ty(index)
                    )));
                }
                plan.takes.push((plan.order.len(), index));
                plan.dim(Dim::from(0), 1, own[axis].clone(), true);
            }
            Item::Range { start, stop, included, step } => {
                let mut end = |bound: &Option<Bound>| -> Result<Option<Dim>, Error> {
                    Ok(match bound {
                        None => None,
                        Some(Bound::Fixed(k)) => Some(Dim::from(*k)),
                        Some(Bound::Symbol(_)) => Some(lengths::dim(b.func, next()?)?),
                    })
                };
                let (start, stop) = (end(start)?, end(stop)?);
                let place = Place { func: b.func, length: &own[axis], step: *step };
                let (start, length) = place.range(start.as_ref(), stop.as_ref(), *included)?;
                plan.dim(start, *step, length, true);
            }
        }
    }
    Ok(plan)
}

impl Plan {
    fn dim(&mut self, start: Dim, step: i64, length: Dim, stays: bool) {
        if stays {
            self.order.push(self.shape.len() as i64);
        }
        self.starts.push(start);
        self.steps.push(step);
        self.shape.push(length);
    }

    /// Whether the slice is the whole tensor.
    fn is_whole(&self, own: &Shape) -> bool {
        self.shape == own.0 && self.steps.iter().all(|s| *s == 1) && self.starts.iter().all(|s| s.is(0))
    }

    fn attrs(&self) -> Attrs {
        Attrs::new().dims("starts", &self.starts).ints("steps", &self.steps)
    }
}

/// A dim that a range in steps is taken of.
struct Place<'a> {
    func: &'a Func,
    length: &'a Dim,
    step: i64,
}

impl Place<'_> {
    /// First position and number of positions of a range. A bound that is left out is the end that the step comes from
    /// or goes to.
    fn range(&self, start: Option<&Dim>, stop: Option<&Dim>, included: bool) -> Result<(Dim, Dim), Error> {
        let step = self.step;
        if step == 0 {
            return Err(Error::input("the step of a range is not 0"));
        }
        let [low, high] = self.ends();
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let from = start.map_or(first, |bound| self.place(bound, 0));
        let beyond = if included { step.signum() } else { 0 };
        let to = stop.map_or(last, |bound| self.place(bound, beyond));
        let distance = if step > 0 { to - from.clone() } else { from.clone() - to };
        let size = i64::try_from(step.unsigned_abs()).unwrap_or(i64::MAX);
        let count =
            if size == 1 { distance } else { (distance + Dim::from(size - 1)).floor_div(&Dim::from(size)) };
        let in_order = match (start, stop) {
            (Some(start), Some(stop)) => self.in_order(start, &(stop.clone() + Dim::from(beyond))),
            _ => true,
        };
        Ok((from, if in_order { count } else { Dim::max(&count, &Dim::from(0)) }))
    }

    /// Where a bound may lie: 0..=n going up, -1..=n-1 going down.
    fn ends(&self) -> [Dim; 2] {
        match self.step > 0 {
            true => [Dim::from(0), self.length.clone()],
            false => [Dim::from(-1), self.length.clone() - Dim::ONE],
        }
    }

    /// The position of a bound, cut to the dim, or one `beyond` it. A negative bound counts from the end: `n` is added
    /// where `min(max(-bound, 0), 1)` is 1.
    fn place(&self, bound: &Dim, beyond: i64) -> Dim {
        let [low, high] = self.ends();
        let past = Dim::from(beyond);
        match self.is_negative(bound) {
            Some(true) => Dim::max(&(self.length.clone() + bound.clone() + past), &low),
            Some(false) => Dim::min(&(bound.clone() + past), &high),
            None => {
                let zero = Dim::from(0);
                let is_negative = Dim::min(&Dim::max(&(zero.clone() - bound.clone()), &zero), &Dim::ONE);
                let place = bound.clone() + self.length.clone() * is_negative + past;
                Dim::max(&Dim::min(&place, &high), &low)
            }
        }
    }

    /// Whether a bound counts from the end, where that is known.
    fn is_negative(&self, bound: &Dim) -> Option<bool> {
        let known = bound.as_const().map(|k| k < 0);
        known.or_else(|| self.func.is_length(bound).then_some(false))
    }

    /// Whether a range certainly does not end before it starts: both bounds count from the same end, in the order of
    /// the step.
    fn in_order(&self, start: &Dim, stop: &Dim) -> bool {
        let same_end = self.is_negative(start).is_some() && self.is_negative(start) == self.is_negative(stop);
        let distance = match self.step > 0 {
            true => stop.clone() - start.clone(),
            false => start.clone() - stop.clone(),
        };
        same_end && self.func.is_length(&distance)
    }
}

/// Rows of `x` along `axis`, chosen by an integer tensor whose dims take the place of the axis.
fn take(b: &mut Builder<'_>, x: Value, index: Value, axis: usize) -> Result<Value, Error> {
    let (rank, inserted) = (b.tensor(x)?.rank(), b.tensor(index)?.rank());
    let mut order: Vec<i64> = (0..rank as i64).collect();
    let front = order.remove(axis);
    order.insert(0, front);
    let moved = b.dimshuffle(x, &order)?;
    let rows = b.map(OpKind::Gather, &[moved, index])?;
    // The result has the index's dims first, then the other dims of x.
    let mut back: Vec<i64> = (inserted..inserted + axis).map(|i| i as i64).collect();
    back.extend(0..inserted as i64);
    back.extend((inserted + axis..inserted + rank - 1).map(|i| i as i64));
    b.dimshuffle(rows, &back)
}

/// `x[arange(n), y]`: one element of each of the first n rows, if that is what two index tensors mean.
fn as_pick(b: &mut Builder<'_>, x: Value, takes: &[(usize, Value)]) -> Result<Option<Value>, Error> {
    let [(0, rows), (1, columns)] = takes else { return Ok(None) };
    let positions = b.func.def_op(*rows).is_some_and(|op| b.func.op(op).kind == OpKind::Iota);
    let (x_shape, index) = (b.shape(x)?, b.shape(*rows)?);
    if !positions || x_shape.rank() != 2 || index.rank() != 1 || b.tensor(*columns)?.rank() != 1 {
        return Ok(None);
    }
    let part = Shape(vec![index[0].clone(), x_shape[1].clone()]);
    let first = match part == x_shape {
        true => x,
        false => b.slice(x, &[Dim::from(0), Dim::from(0)], &[1, 1], &part)?,
    };
    b.map(OpKind::Pick, &[first, *columns]).map(Some)
}

/// Applies the integer tensors of an index to the sliced tensor.
fn choose(b: &mut Builder<'_>, x: Value, takes: &[(usize, Value)]) -> Result<Value, Error> {
    let mut wide = 0;
    for (_, index) in takes {
        wide += usize::from(b.tensor(*index)?.rank() > 0);
    }
    if wide > 1 {
        return match as_pick(b, x, takes)? {
            Some(picked) => Ok(picked),
            None => Err(Error::unsupported(
                "an index with several tensors, other than x[arange(n), y] on a matrix",
            )),
        };
    }
    // From the last axis on, so that a dim that goes or multiplies does not move the others.
    takes.iter().rev().try_fold(x, |x, (axis, index)| take(b, x, *index, *axis))
}

impl Tensor {
    /// The part that an index names: `x.at(s![-1])`, `x.at(s![.., 2..5])`, `x.at(s![&rows])`.
    #[track_caller]
    pub fn at<const N: usize>(&self, items: [Item; N]) -> Tensor {
        let mut inputs = vec![self];
        inputs.extend(tensors(&items));
        build(&inputs, Loc::caller(), |b, v| {
            let plan = plan(b, v[0], &items, &v[1..])?;
            let own = b.shape(v[0])?;
            let part = match plan.is_whole(&own) {
                true => v[0],
                false => b.slice(v[0], &plan.starts, &plan.steps, &Shape(plan.shape.clone()))?,
            };
            let shaped = b.dimshuffle(part, &plan.order)?;
            choose(b, shaped, &plan.takes)
        })
    }

    /// Slices along `axis` at the positions of an integer tensor, whose dims take the place of the axis.
    #[track_caller]
    pub fn take(&self, index: &Tensor, axis: i64) -> Tensor {
        build(&[self, index], Loc::caller(), |b, v| {
            let axis = crate::axes::axis(axis, b.tensor(v[0])?.rank())?;
            take(b, v[0], v[1], axis)
        })
    }

    /// This tensor with the part that an index names replaced by `value`; Theano's `set_subtensor(x[index], value)`.
    #[track_caller]
    pub fn set_at<const N: usize>(&self, items: [Item; N], value: impl Operand) -> Tensor {
        written(self, &items, &value.term().tensor(), OpKind::SetSubtensor, Loc::caller())
    }

    /// This tensor with `value` added to the part that an index names; rows named twice get it twice. Theano's
    /// `inc_subtensor(x[index], value)`.
    #[track_caller]
    pub fn inc_at<const N: usize>(&self, items: [Item; N], value: impl Operand) -> Tensor {
        written(self, &items, &value.term().tensor(), OpKind::IncSubtensor, Loc::caller())
    }
}

fn written(x: &Tensor, items: &[Item], value: &Tensor, kind: OpKind, loc: Loc) -> Tensor {
    let mut inputs = vec![x, value];
    inputs.extend(tensors(items));
    build(&inputs, loc, |b, v| {
        let ty = b.tensor(v[0])?;
        let given = b.tensor(v[1])?.dtype;
        if given.promote(ty.dtype) != ty.dtype {
            return Err(Error::input(format!(
                "a value of type {} does not fit in a tensor of type {}; cast it",
                given.numpy(),
                ty.dtype.numpy()
            )));
        }
        let value = b.cast(v[1], ty.dtype)?;
        let plan = plan(b, v[0], items, &v[2..])?;
        if !plan.takes.is_empty() {
            return added_rows(b, v[0], value, items, &plan, kind);
        }
        // The value is repeated to what reading would give, then gets the dims that reading drops.
        let read: Vec<Dim> = plan
            .order
            .iter()
            .map(|o| usize::try_from(*o).map_or(Dim::ONE, |axis| plan.shape[axis].clone()))
            .collect();
        let value = fitted(b, value, &Shape(read))?;
        let back: Vec<i64> = (0..plan.shape.len() as i64)
            .map(|axis| plan.order.iter().position(|o| *o == axis).map_or(-1, |p| p as i64))
            .collect();
        let value = b.dimshuffle(value, &back)?;
        b.apply(kind, &[v[0], value], plan.attrs())
    })
}

/// `x` with rows added where an integer tensor says.
fn added_rows(
    b: &mut Builder<'_>,
    x: Value,
    value: Value,
    items: &[Item],
    plan: &Plan,
    kind: OpKind,
) -> Result<Value, Error> {
    let (OpKind::IncSubtensor, [(0, index)], [Item::Take(_)]) = (kind, plan.takes.as_slice(), items) else {
        return Err(Error::unsupported(
            "writing by an index tensor, other than adding rows: x.inc_at(s![&rows], y)",
        ));
    };
    let mut rows = b.shape(*index)?;
    rows.0.extend(plan.shape[1..].iter().cloned());
    let value = fitted(b, value, &rows)?;
    b.map(OpKind::ScatterAdd, &[x, *index, value])
}

/// A value repeated to a shape with at least as many dims.
fn fitted(b: &mut Builder<'_>, value: Value, shape: &Shape) -> Result<Value, Error> {
    let own = b.shape(value)?;
    if own.rank() > shape.rank() {
        return Err(Error::input(format!(
            "a value with shape {own} does not fit in a part with shape {shape}"
        )));
    }
    let repeated = repeat(b, value, shape)?;
    // A broadcast to its own dims is where the checks of the call compare the value's lengths with the part's.
    let identity: Vec<i64> = (0..shape.rank() as i64).collect();
    b.broadcast(repeated, &identity, shape)
}
