//! That every tensor of a program can exist: no negative length, no more bytes than there are addresses.
//!
//! Compiled code computes sizes without looking for overflow, which is right only because a call is refused here
//! before a size can wrap around. The rule holds for tensors that no memory is taken for, too: computing 2^63 elements
//! one by one ends in no lifetime.

use crate::{Dim, DimError, Func, Loc, OpId, Shape, ShapeFailure, Symbol};
use std::collections::{BTreeMap, BTreeSet};

/// A result of an op.
#[derive(Clone, Debug)]
struct Extent {
    /// Positions of its dims in [`Extents::dims`].
    lengths: Vec<usize>,
    shape: Shape,
    /// Bytes per element.
    width: i64,
    op: &'static str,
    loc: Loc,
}

/// The sizes of all tensors of a program, each shape once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extents {
    dims: Vec<Dim>,
    all: Vec<Extent>,
    seen: BTreeSet<(Shape, usize)>,
    places: BTreeMap<Dim, usize>,
}

impl Extents {
    /// Shapes of tensors that exist already.
    pub(crate) fn skip(&mut self, shape: &Shape, width: usize) {
        self.seen.insert((shape.clone(), width));
    }

    /// Adds the results of an op.
    pub(crate) fn add(&mut self, func: &Func, op: OpId) {
        let data = func.op(op);
        for ty in data.results.iter().filter_map(|v| func.tensor(*v)) {
            let width = ty.dtype.size();
            if ty.rank() == 0 || !self.seen.insert((ty.shape.clone(), width)) {
                continue;
            }
            let mut lengths = vec![];
            for dim in ty.shape.iter() {
                let next = self.dims.len();
                let place = *self.places.entry(dim.clone()).or_insert(next);
                if place == next {
                    self.dims.push(dim.clone());
                }
                lengths.push(place);
            }
            self.all.push(Extent {
                lengths,
                shape: ty.shape.clone(),
                width: width as i64,
                op: data.kind.row().mnemonic,
                loc: data.loc.clone(),
            });
        }
    }

    /// Fails for the first tensor that cannot exist; lengths that only running can tell are left out.
    pub(crate) fn check(&self, symbol: &dyn Fn(&Symbol) -> Option<i64>) -> Result<(), ShapeFailure> {
        let lengths: Vec<Result<i64, DimError>> = self.dims.iter().map(|d| d.eval(symbol)).collect();
        for extent in &self.all {
            let fail =
                |message: String| Err(ShapeFailure { op: extent.op, loc: extent.loc.clone(), message });
            // A length of zero makes the tensor empty, however long its other dims are.
            let mut bytes = Some(extent.width);
            for (axis, place) in extent.lengths.iter().enumerate() {
                bytes = match &lengths[*place] {
                    Ok(n) if *n < 0 => {
                        let (dim, shape) = (&extent.shape[axis], &extent.shape);
                        return fail(format!(
                            "dim {axis} of its result with shape {shape} is {dim} = {n}, which is negative"
                        ));
                    }
                    Ok(0) => Some(0),
                    Ok(_) if bytes == Some(0) => bytes,
                    Ok(n) => bytes.and_then(|b| b.checked_mul(*n)),
                    Err(DimError::Overflow) => None,
                    Err(DimError::Unbound(_) | DimError::ZeroDivision | DimError::TooLarge) => bytes,
                };
            }
            if bytes.is_none() && !extent.lengths.iter().any(|place| lengths[*place] == Ok(0)) {
                return fail(format!("its result with shape {} fits into no memory", extent.shape));
            }
        }
        Ok(())
    }
}
