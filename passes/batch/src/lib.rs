//! What an op is for all rows of its operands at once.
//!
//! ```text
//! %y = dot %x, %w            for each row %x of %xs
//! %ys = dot %xs, %w
//! ```
//!
//! A value is the same for every row, or it is one row of a tensor that holds those of all. [`Batch::op`] computes the
//! tensor of an op's results from those of its operands; where that needs sums in another order, its caller decides.
//! Which rows there are, and how they are found, is the caller's knowledge: see [`Rows`].

use std::collections::HashMap;
use thn_ir::{
    Attr, Attrs, BlockId, Builder, Dim, Func, Iterate, OpData, OpKind, Semantics, Shape, TensorType, Value,
};

/// A value, for all rows at once.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Batched {
    /// The same for every row.
    Same(Value),
    /// Row `index` of the tensor `of`. If `zeros` holds, zeros of the tensor may have another sign than those of the value.
    Row {
        /// The tensor of all rows.
        of: Value,
        /// What says which row it is; rows at different indices are never taken together.
        index: Value,
        /// Whether zeros of the tensor may have another sign.
        zeros: bool,
    },
}

/// Which rows there are.
pub trait Rows {
    /// Whether a value differs from row to row, so that it is no [`Batched::Same`] unless it was computed as one.
    fn varies(&self, value: Value) -> bool;
    /// Whether an index takes each of `length` rows: an op that can fail fails for all of them exactly if it fails for
    /// some row that is taken.
    fn takes_all(&self, func: &Func, index: Value, length: &Dim) -> bool;
}

/// Computes values for all rows, at the end of a block.
pub struct Batch<'b> {
    /// The program.
    pub func: &'b mut Func,
    /// Where ops go.
    pub place: BlockId,
    /// Which rows there are.
    pub rows: &'b dyn Rows,
    /// Whether sums and products are computed, whose order of additions may differ.
    pub sums: bool,
    /// The values that are known for all rows.
    pub of: HashMap<Value, Batched>,
}

/// The tensor of the results of an op.
#[derive(Clone, Copy, Debug)]
struct Made {
    of: Value,
    /// Whether additions may take place in another order.
    sums: bool,
}

impl Batch<'_> {
    /// A value for all rows, if it is known; one that does not vary is.
    pub fn get(&self, value: Value) -> Option<Batched> {
        match self.of.get(&value) {
            Some(batched) => Some(*batched),
            None => (!self.rows.varies(value)).then_some(Batched::Same(value)),
        }
    }

    /// Computes an op for all rows. Gives its result, and whether additions may take place in another order; `None` if
    /// there is no rule for it, or its rows are not taken together.
    pub fn op(&mut self, data: &OpData, ty: &TensorType, operands: &[Batched]) -> Option<(Batched, bool)> {
        if !data.regions.is_empty() || data.kind == OpKind::Foreign {
            return None;
        }
        let same: Option<Vec<Value>> =
            operands.iter().map(|p| if let Batched::Same(v) = p { Some(*v) } else { None }).collect();
        if let Some(same) = same {
            return Some((self.unchanging(data, &same)?, false));
        }
        let (index, length, zeros) = self.common(operands)?;
        let every = self.rows.takes_all(self.func, index, &length);
        if matches!(data.kind, OpKind::Gather) && !every {
            return None;
        }
        if zeros && decided_by_signs_of_zeros(data.kind) {
            return None;
        }
        let Made { of, sums } = self.made(data, ty, operands, &length)?;
        let found = self.func.tensor(of)?;
        let fits =
            found.dtype == ty.dtype && found.shape.0[..1] == [length] && found.shape.0[1..] == *ty.shape.0;
        fits.then_some((Batched::Row { of, index, zeros }, sums))
    }

    /// A copy of an op whose operands do not change.
    fn unchanging(&mut self, data: &OpData, operands: &[Value]) -> Option<Batched> {
        let row = data.kind.row();
        let moves = matches!(row.semantics, Semantics::Iterate(_)) && row.cost == 0;
        if !moves || data.kind == OpKind::Assume {
            return None;
        }
        let types = [self.func.ty(data.result()).clone()];
        let attrs = own_attrs(data);
        let op = self.func.push(self.place, data.kind, operands, attrs, &[], types, data.loc.clone());
        Some(Batched::Same(self.func.op(op).result()))
    }

    /// The one index of the operands that have rows, the one number of their rows, and whether signs of zeros are lost.
    fn common(&self, operands: &[Batched]) -> Option<(Value, Dim, bool)> {
        let mut common: Option<(Value, Dim, bool)> = None;
        for operand in operands {
            let Batched::Row { of, index, zeros } = operand else { continue };
            let length = self.func.tensor(*of)?.shape.first()?.clone();
            match &mut common {
                Some((i, n, z)) => {
                    if *i != *index || *n != length {
                        return None;
                    }
                    *z |= zeros;
                }
                None => common = Some((*index, length, *zeros)),
            }
        }
        common
    }

    /// The tensor of all results of an op of which some operand has rows.
    fn made(&mut self, data: &OpData, ty: &TensorType, operands: &[Batched], length: &Dim) -> Option<Made> {
        let made = |of| Made { of, sums: false };
        let summed = |of| Made { of, sums: true };
        let row = data.kind.row();
        let mut whole = vec![length.clone()];
        whole.extend(ty.shape.0.iter().cloned());
        let whole = Shape(whole);
        let sums = self.sums;
        let mut b = Builder::new(self.func, self.place, data.loc.clone());
        let shifted = |name: &str| -> Vec<i64> { data.attrs.get_ints(name).iter().map(|a| a + 1).collect() };
        if row.is_elementwise() {
            let mut aligned = vec![];
            for operand in operands {
                aligned.push(align(&mut b, *operand, &whole)?);
            }
            return b.apply(data.kind, &aligned, own_attrs(data)).ok().map(made);
        }
        if let (OpKind::Dot, [x, y]) = (data.kind, operands) {
            let shared = operands.iter().any(|operand| matches!(operand, Batched::Same(_)));
            let of = sums.then(|| product(&mut b, *x, *y, &whole))??;
            return Some(Made { of, sums: shared });
        }
        if let (OpKind::Gather, [Batched::Same(x), Batched::Row { of, .. }]) = (data.kind, operands) {
            return b.apply(OpKind::Gather, &[*x, *of], Attrs::new()).ok().map(made);
        }
        let [Batched::Row { of, .. }] = operands else { return None };
        let with = ty.with_shape(whole.clone());
        match row.semantics {
            Semantics::Iterate(Iterate::Broadcast) => {
                let axes: Vec<i64> = [0].into_iter().chain(shifted("axes")).collect();
                b.shaped(data.kind, &[*of], Attrs::new().ints("axes", &axes), &with).ok().map(made)
            }
            Semantics::Iterate(Iterate::Dimshuffle) => {
                let order = data.attrs.get_ints("order").iter().map(|o| if *o < 0 { -1 } else { o + 1 });
                let order: Vec<i64> = [0].into_iter().chain(order).collect();
                b.dimshuffle(*of, &order).ok().map(made)
            }
            Semantics::Iterate(Iterate::Reshape) => b.reshape(*of, &whole).ok().map(made),
            Semantics::Iterate(Iterate::Slice) => {
                let mut starts = vec![Dim::from(0)];
                starts.extend(data.attrs.get_dims("starts").iter().cloned());
                let mut steps = vec![1];
                steps.extend(data.attrs.get_ints("steps"));
                b.slice(*of, &starts, &steps, &whole).ok().map(made)
            }
            Semantics::Iterate(Iterate::Reduce { combine, .. }) => {
                let exact = matches!(combine, OpKind::Maximum | OpKind::Minimum);
                let of = (exact || sums).then(|| b.reduce(data.kind, *of, &shifted("axes")).ok())??;
                Some(Made { of, sums: !exact })
            }
            Semantics::Iterate(Iterate::Argmax) => {
                let axis = data.attrs.get_int("axis")? + 1;
                b.apply(data.kind, &[*of], Attrs::new().with("axis", Attr::Int(axis))).ok().map(made)
            }
            Semantics::Expand(_) if sums && row.attrs.len() == 1 && row.attrs[0].name == "axes" => {
                b.apply(data.kind, &[*of], Attrs::new().ints("axes", &shifted("axes"))).ok().map(summed)
            }
            _ => None,
        }
    }
}

/// The attributes that belong to the meaning of an op.
pub fn own_attrs(data: &OpData) -> Attrs {
    let mut attrs = Attrs::new();
    for spec in data.kind.row().attrs {
        if let Some(attr) = data.attrs.get(spec.name) {
            attrs.set(spec.name, attr.clone());
        }
    }
    attrs
}

/// An operand of an elementwise op whose result has shape `whole`: rank 0, or that shape.
fn align(b: &mut Builder<'_>, operand: Batched, whole: &Shape) -> Option<Value> {
    let (value, lead) = match operand {
        Batched::Same(v) => (v, false),
        Batched::Row { of, .. } => (of, true),
    };
    let rank = b.func.tensor(value)?.rank();
    if (!lead && rank == 0) || rank == whole.rank() {
        return Some(value);
    }
    let axes: Vec<i64> = match lead {
        true => vec![0],
        false => (1..=rank as i64).collect(),
    };
    (axes.len() == rank).then(|| b.broadcast(value, &axes, whole).ok()).flatten()
}

/// Products of rows with what does not change, or with each other.
fn product(b: &mut Builder<'_>, x: Batched, y: Batched, whole: &Shape) -> Option<Value> {
    let shape = |b: &Builder<'_>, v: Value| b.func.tensor(v).map(|t| t.shape.clone());
    match (x, y) {
        (Batched::Row { of, .. }, Batched::Same(y)) => {
            // Rows of rows are rows: one product for all of them.
            let of = flat_rows(b, of)?;
            let product = b.map(OpKind::Dot, &[of, y]).ok()?;
            b.reshape(product, whole).ok()
        }
        (Batched::Same(x), Batched::Row { of, .. }) => {
            let turned = shape(b, x)?.rank() == 2;
            let x = if turned { b.dimshuffle(x, &[1, 0]).ok()? } else { x };
            if shape(b, of)?.rank() == 2 {
                return b.map(OpKind::Dot, &[of, x]).ok();
            }
            let of = b.dimshuffle(of, &[0, 2, 1]).ok()?;
            let all = shape(b, of)?;
            let of = flat_rows(b, of)?;
            let product = b.map(OpKind::Dot, &[of, x]).ok()?;
            if !turned {
                return b.reshape(product, whole).ok();
            }
            let columns = Shape(vec![all[0].clone(), all[1].clone(), whole[1].clone()]);
            let product = b.reshape(product, &columns).ok()?;
            b.dimshuffle(product, &[0, 2, 1]).ok()
        }
        (Batched::Row { of: x, .. }, Batched::Row { of: y, .. }) => {
            let x = if shape(b, x)?.rank() == 2 { b.dimshuffle(x, &[0, -1, 1]).ok()? } else { x };
            let y = if shape(b, y)?.rank() == 2 { b.dimshuffle(y, &[0, 1, -1]).ok()? } else { y };
            let product = b.map(OpKind::BatchedDot, &[x, y]).ok()?;
            b.reshape(product, whole).ok()
        }
        (Batched::Same(_), Batched::Same(_)) => None,
    }
}

/// A stack of matrices as one matrix of all their rows.
fn flat_rows(b: &mut Builder<'_>, of: Value) -> Option<Value> {
    let shape = b.func.tensor(of)?.shape.clone();
    if shape.rank() < 3 {
        return Some(of);
    }
    let rows = Dim::product(&shape[..2]);
    b.reshape(of, &Shape(vec![rows, shape[2].clone()])).ok()
}

/// Whether the sign of a zero operand can change more than the sign of a zero result.
fn decided_by_signs_of_zeros(kind: OpKind) -> bool {
    use OpKind::{
        Add, Broadcast, Cast, Cos, Dimshuffle, Dot, Exp, Maximum, Mean, Minimum, Mul, Neg, Reshape, Sigmoid,
        Sin, Slice, Softplus, Sqr, Sub, Sum, Tanh,
    };
    !matches!(
        kind,
        Add | Broadcast
            | Cast
            | Cos
            | Dimshuffle
            | Dot
            | Exp
            | Maximum
            | Mean
            | Minimum
            | Mul
            | Neg
            | Reshape
            | Sigmoid
            | Sin
            | Slice
            | Softplus
            | Sqr
            | Sub
            | Sum
            | Tanh
    )
}
