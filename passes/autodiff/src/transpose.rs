//! The rules that rows of the op table name in `transpose`: for a cotangent of the result, one for each operand.
//!
//! A linear op's rule is its transpose; the others are named after the op they belong to. A rule sees only its op
//! and the cotangent, and builds nothing for operands that are not wanted.

use thn_ir::{Attr, Attrs, Builder, DType, Dim, Error, OpData, OpId, OpKind, Shape, TensorType, Value};

type Parts = Result<Vec<Option<Value>>, Error>;

/// Applies the rule `name` to an op with one result, as if `operands` were its operands. `wanted` has one entry per
/// operand; what is returned for the others is ignored.
pub(crate) fn apply(
    b: &mut Builder<'_>,
    name: &str,
    op: OpId,
    operands: &[Value],
    cotangent: Value,
    wanted: &[bool],
) -> Parts {
    let data = OpData { operands: operands.into(), ..b.func.op(op).clone() };
    let operands = data.operands.iter().map(|v| b.tensor(*v)).collect::<Result<Vec<_>, _>>()?;
    let mut rule = Rule { b, data: &data, operands: &operands, g: cotangent, wanted };
    rule.by_name(name).map_err(|e| e.at(data.kind.row().mnemonic, &data.loc))
}

/// Whether a rule multiplies the cotangent with anything; the others move and add its elements.
pub(crate) fn multiplies(rule: &str) -> bool {
    matches!(rule, "prod" | "norm" | "logsumexp" | "softmax" | "log_softmax" | "dot" | "batched_dot")
}

/// Where an operand has an influence through the elements of the result in `of`, or through all: the rule of the op,
/// applied to bools.
pub(crate) fn mask(b: &mut Builder<'_>, op: OpId, operand: usize, of: Option<Value>) -> Result<Value, Error> {
    let data = b.func.op(op).clone();
    let row = data.kind.row();
    let bools = |ty: TensorType| if ty.dtype.is_float() { ty.with_dtype(DType::Bool) } else { ty };
    let operands = data.operands.iter().map(|v| b.tensor(*v).map(bools)).collect::<Result<Vec<_>, _>>()?;
    let g = match of {
        Some(of) => of,
        None => {
            let (yes, shape) = (b.number(DType::Bool, 1.0)?, b.shape(data.result())?);
            b.fill(yes, &shape)?
        }
    };
    let wanted: Vec<bool> = (0..data.operands.len()).map(|i| i == operand).collect();
    let mut rule = Rule { b, data: &data, operands: &operands, g, wanted: &wanted };
    let parts = match row.transpose.unwrap_or_default() {
        _ if data.kind == OpKind::Select => rule.chosen(operand),
        "sum" => rule.some_copy(),
        "inc_subtensor" => rule.some_place(),
        "scatter_add" => rule.some_row(of.is_none()),
        // What a product or a norm of a row is multiplied with is that of all of the row.
        "prod" | "norm" | "logsumexp" => rule.broadcast(),
        "softmax" | "log_softmax" => rule.whole_rows(),
        "dot" | "batched_dot" => rule.lines(operand),
        name => rule.by_name(name),
    };
    let found = parts.and_then(|parts| {
        let part = parts.get(operand).copied().flatten();
        part.ok_or_else(|| Error::internal("an operand without a mask"))
    });
    found.map_err(|e| e.at(row.mnemonic, &data.loc))
}

/// Whether some element along `axes` holds. A count of 64 bits does not wrap to 0.
fn any(b: &mut Builder<'_>, x: Value, axes: &[i64]) -> Result<Value, Error> {
    let ones = b.cast(x, DType::I64)?;
    let count = b.reduce(OpKind::Sum, ones, axes)?;
    b.cast(count, DType::Bool)
}

struct Rule<'a, 'f> {
    b: &'a mut Builder<'f>,
    data: &'a OpData,
    operands: &'a [TensorType],
    /// The cotangent of the result.
    g: Value,
    wanted: &'a [bool],
}

impl Rule<'_, '_> {
    fn by_name(&mut self, name: &str) -> Parts {
        match name {
            "sum" => self.sum(),
            "broadcast" => self.broadcast(),
            "dimshuffle" => self.dimshuffle(),
            "reshape" => self.reshape(),
            "assume" => Ok(vec![Some(self.g)]),
            "inc_subtensor" => self.inc_subtensor(),
            "subtensor" => self.subtensor(),
            "set_subtensor" => self.set_subtensor(),
            "scatter_add" => self.scatter_add(),
            "gather" => self.gather(),
            "one_hot" => self.one_hot(),
            "diagonal" => self.diagonal(),
            "slice" => self.slices(),
            "unpad" => self.unpad(),
            "prod" => self.prod(),
            "max" => self.extremum(),
            "norm" => self.norm(),
            "logsumexp" => self.logsumexp(),
            "softmax" => self.softmax(),
            "log_softmax" => self.log_softmax(),
            "dot" => self.dot(),
            "batched_dot" => self.batched_dot(),
            _ => Err(Error::internal(format!("there is no transpose rule `{name}`"))),
        }
    }

    fn x(&self) -> Value {
        self.data.operands[0]
    }

    fn axes(&self) -> Vec<i64> {
        self.data.attrs.get_ints("axes").to_vec()
    }

    fn zeros(&mut self, operand: usize) -> Result<Value, Error> {
        let ty = self.operands[operand].clone();
        let zero = self.b.number(ty.dtype, 0.0)?;
        self.b.fill(zero, &ty.shape)
    }

    fn number(&mut self, value: f64) -> Result<Value, Error> {
        self.b.number(self.operands[0].dtype, value)
    }

    /// A value without `axes`, repeated along them again to the shape of operand 0.
    fn along(&mut self, value: Value) -> Result<Value, Error> {
        let (axes, shape) = (self.axes(), self.operands[0].shape.clone());
        self.b.rebroadcast(value, &axes, &shape)
    }

    /// The position along a dim of operand 0, at every place of it.
    fn positions(&mut self, axis: i64) -> Result<Value, Error> {
        let ty = self.operands[0].with_dtype(DType::I64);
        self.b.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(axis)), &ty)
    }

    fn mul(&mut self, a: Value, b: Value) -> Result<Value, Error> {
        self.b.map(OpKind::Mul, &[a, b])
    }

    /// Of `broadcast`: everything that one element was copied to adds up.
    fn sum(&mut self) -> Parts {
        let kept = self.axes();
        let rank = self.b.tensor(self.g)?.rank() as i64;
        let axes: Vec<i64> = (0..rank).filter(|a| !kept.contains(a)).collect();
        Ok(vec![Some(self.b.reduce(OpKind::Sum, self.g, &axes)?)])
    }

    /// The mask of `broadcast`: an element has an influence if one of its copies has.
    fn some_copy(&mut self) -> Parts {
        let kept = self.axes();
        let rank = self.b.tensor(self.g)?.rank() as i64;
        let axes: Vec<i64> = (0..rank).filter(|a| !kept.contains(a)).collect();
        Ok(vec![Some(any(self.b, self.g, &axes)?)])
    }

    /// Of `sum`.
    fn broadcast(&mut self) -> Parts {
        Ok(vec![Some(self.along(self.g)?)])
    }

    /// Of `dimshuffle`: the inverse permutation; dropped dims are inserted and inserted ones dropped.
    fn dimshuffle(&mut self) -> Parts {
        let order = self.data.attrs.get_ints("order");
        let place = |axis: i64| order.iter().position(|o| *o == axis).map_or(-1, |p| p as i64);
        let inverse: Vec<i64> = (0..self.operands[0].rank() as i64).map(place).collect();
        Ok(vec![Some(self.b.dimshuffle(self.g, &inverse)?)])
    }

    /// Of `reshape`.
    fn reshape(&mut self) -> Parts {
        let shape = self.operands[0].shape.clone();
        Ok(vec![Some(self.b.reshape(self.g, &shape)?)])
    }

    fn place(&self) -> Attrs {
        let attrs = &self.data.attrs;
        Attrs::new().dims("starts", attrs.get_dims("starts")).ints("steps", attrs.get_ints("steps"))
    }

    /// Of `slice`: the cotangent goes back to where the elements were.
    fn inc_subtensor(&mut self) -> Parts {
        let zeros = self.zeros(0)?;
        let place = self.place();
        Ok(vec![Some(self.b.apply(OpKind::IncSubtensor, &[zeros, self.g], place)?)])
    }

    /// The mask of `slice`.
    fn some_place(&mut self) -> Parts {
        let none = self.zeros(0)?;
        let place = self.place();
        Ok(vec![Some(self.b.apply(OpKind::SetSubtensor, &[none, self.g], place)?)])
    }

    /// The part of the cotangent that operand 1 was written to.
    fn written(&mut self) -> Result<Option<Value>, Error> {
        if !self.wanted[1] {
            return Ok(None);
        }
        let place = self.place();
        self.b.shaped(OpKind::Slice, &[self.g], place, &self.operands[1].clone()).map(Some)
    }

    /// Of `inc_subtensor`: all of it for the tensor, the slice for the increment.
    fn subtensor(&mut self) -> Parts {
        Ok(vec![Some(self.g), self.written()?])
    }

    /// Of `set_subtensor`: what was overwritten has no influence.
    fn set_subtensor(&mut self) -> Parts {
        let mut old = None;
        if self.wanted[0] {
            let zeros = self.zeros(1)?;
            let place = self.place();
            old = Some(self.b.apply(OpKind::SetSubtensor, &[self.g, zeros], place)?);
        }
        Ok(vec![old, self.written()?])
    }

    /// Of `gather`: rows that were read twice accumulate.
    fn scatter_add(&mut self) -> Parts {
        let zeros = self.zeros(0)?;
        let index = self.data.operands[1];
        Ok(vec![Some(self.b.map(OpKind::ScatterAdd, &[zeros, index, self.g])?), None])
    }

    /// The mask of `gather`: what is read at least once. If all that was read counts, then rows count as wholes.
    fn some_row(&mut self, all: bool) -> Parts {
        let (index, shape) = (self.data.operands[1], self.operands[0].shape.clone());
        let ones = match all {
            true => {
                let (one, places) = (self.b.number(DType::I64, 1.0)?, self.operands[1].shape.clone());
                self.b.fill(one, &places)?
            }
            false => self.b.cast(self.g, DType::I64)?,
        };
        let zero = self.b.number(DType::I64, 0.0)?;
        let rows = if all { Shape(vec![shape[0].clone()]) } else { shape.clone() };
        let zeros = self.b.fill(zero, &rows)?;
        let counts = self.b.map(OpKind::ScatterAdd, &[zeros, index, ones])?;
        let read = self.b.cast(counts, DType::Bool)?;
        Ok(vec![Some(if all { self.b.broadcast(read, &[0], &shape)? } else { read }), None])
    }

    /// Of `scatter_add`.
    fn gather(&mut self) -> Parts {
        let rows = match self.wanted[2] {
            true => Some(self.b.map(OpKind::Gather, &[self.g, self.data.operands[1]])?),
            false => None,
        };
        Ok(vec![Some(self.g), None, rows])
    }

    /// Of `pick`: the cotangent where the position along the last dim is the index, 0 elsewhere. A comparison with
    /// the position fuses with what follows, which a scatter does not. Positions are int64, as the dim may be longer
    /// than the index's own type can count.
    fn one_hot(&mut self) -> Parts {
        let x = self.operands[0].clone();
        let last = x.rank() as i64 - 1;
        let index = self.b.cast(self.data.operands[1], DType::I64)?;
        let mut chosen = index;
        if self.operands[1].dtype.is_signed() {
            // A negative index counts from the end.
            let zero = self.b.number(DType::I64, 0.0)?;
            let length = self.b.dim(x.shape[last as usize].clone())?;
            let negative = self.b.map(OpKind::Lt, &[index, zero])?;
            let wrapped = self.b.map(OpKind::Add, &[index, length])?;
            chosen = self.b.map(OpKind::Select, &[negative, wrapped, index])?;
        }
        let position = self.positions(last)?;
        let chosen = self.b.rebroadcast(chosen, &[last], &x.shape)?;
        let here = self.b.map(OpKind::Eq, &[position, chosen])?;
        let g = self.b.rebroadcast(self.g, &[last], &x.shape)?;
        let zero = self.number(0.0)?;
        Ok(vec![Some(self.b.map(OpKind::Select, &[here, g, zero])?), None])
    }

    /// Of `diagonal`: the cotangent where both positions are the same, 0 elsewhere. A row has the element of its own
    /// position; rows below the last column have none, and get a zero that is nowhere on the diagonal.
    fn diagonal(&mut self) -> Parts {
        let x = self.operands[0].clone();
        let rank = x.rank();
        let (row, column) = (rank as i64 - 2, rank as i64 - 1);
        let mut g = self.g;
        let rows = Shape(x.shape[..rank - 1].to_vec());
        if self.b.shape(g)? != rows {
            let zero = self.number(0.0)?;
            let zeros = self.b.fill(zero, &rows)?;
            let place =
                Attrs::new().dims("starts", &vec![Dim::from(0); rank - 1]).ints("steps", &vec![1; rank - 1]);
            g = self.b.apply(OpKind::SetSubtensor, &[zeros, g], place)?;
        }
        let places = [self.positions(row)?, self.positions(column)?];
        let here = self.b.map(OpKind::Eq, &places)?;
        let g = self.b.rebroadcast(g, &[column], &x.shape)?;
        let zero = self.number(0.0)?;
        Ok(vec![Some(self.b.map(OpKind::Select, &[here, g, zero])?)])
    }

    /// Of `join`: each operand gets its piece.
    fn slices(&mut self) -> Parts {
        let axis = self.data.attrs.get_int("axis").unwrap_or(0) as usize;
        let rank = self.operands[0].rank();
        let mut begin = Dim::from(0);
        let mut parts = vec![];
        for (i, ty) in self.operands.iter().enumerate() {
            let mut starts = vec![Dim::from(0); rank];
            starts[axis] = begin.clone();
            begin = begin + ty.shape[axis].clone();
            parts.push(match self.wanted[i] {
                true => Some(self.b.slice(self.g, &starts, &vec![1; rank], &ty.shape)?),
                false => None,
            });
        }
        Ok(parts)
    }

    /// Of `pad`: the inner part for the tensor, the sum of the border for the padding value. The border is summed
    /// after clearing the inner part; a difference of two sums would cancel.
    fn unpad(&mut self) -> Parts {
        let starts: Vec<Dim> = self.data.attrs.get_ints("low").iter().map(|l| Dim::from(*l)).collect();
        let steps = vec![1; starts.len()];
        let shape = self.operands[0].shape.clone();
        let inner = match self.wanted[0] {
            true => Some(self.b.slice(self.g, &starts, &steps, &shape)?),
            false => None,
        };
        let mut border = None;
        if self.wanted[1] {
            let zeros = self.zeros(0)?;
            let place = Attrs::new().dims("starts", &starts).ints("steps", &steps);
            let outside = self.b.apply(OpKind::SetSubtensor, &[self.g, zeros], place)?;
            let axes: Vec<i64> = (0..shape.rank() as i64).collect();
            border = Some(self.b.reduce(OpKind::Sum, outside, &axes)?);
        }
        Ok(vec![inner, border])
    }

    /// Of `prod`: the product of the other elements. With p the product of the elements that are not zero and n the
    /// number of zeros, that is p/x for n = 0, and for n = 1 it is p at the zero and 0 elsewhere.
    fn prod(&mut self) -> Parts {
        let (x, axes) = (self.x(), self.axes());
        let (zero, one) = (self.number(0.0)?, self.number(1.0)?);
        let is_zero = self.b.map(OpKind::Eq, &[x, zero])?;
        let safe = self.b.map(OpKind::Select, &[is_zero, one, x])?;
        let count = self.b.map(OpKind::Select, &[is_zero, one, zero])?;
        let count = self.b.reduce(OpKind::Sum, count, &axes)?;
        let product = self.b.reduce(OpKind::Prod, safe, &axes)?;
        // Both are chosen before they are repeated, so that the choice costs one element per product.
        let scaled = self.mul(self.g, product)?;
        let none = self.b.map(OpKind::Eq, &[count, zero])?;
        let single = self.b.map(OpKind::Eq, &[count, one])?;
        let elsewhere = self.b.map(OpKind::Select, &[none, scaled, zero])?;
        let at_zero = self.b.map(OpKind::Select, &[single, scaled, zero])?;
        let (elsewhere, at_zero) = (self.along(elsewhere)?, self.along(at_zero)?);
        let others = self.b.map(OpKind::Div, &[elsewhere, safe])?;
        Ok(vec![Some(self.b.map(OpKind::Select, &[is_zero, at_zero, others])?)])
    }

    /// Of `max` and `min`: every element that attains the extremum gets the whole cotangent, as in Theano. This is a
    /// subgradient only where one element attains it.
    fn extremum(&mut self) -> Parts {
        let found = self.along(self.data.result())?;
        let attains = self.b.map(OpKind::Eq, &[self.x(), found])?;
        let g = self.along(self.g)?;
        let zero = self.number(0.0)?;
        Ok(vec![Some(self.b.map(OpKind::Select, &[attains, g, zero])?)])
    }

    /// Of `norm`: the cotangent times x / norm(x), and 0 where the norm is 0. Both factors are chosen before they are
    /// repeated, so that the choices cost one element per norm.
    fn norm(&mut self) -> Parts {
        let norm = self.data.result();
        let (zero, one) = (self.number(0.0)?, self.number(1.0)?);
        let none = self.b.map(OpKind::Eq, &[norm, zero])?;
        let length = self.b.map(OpKind::Select, &[none, one, norm])?;
        let length = self.along(length)?;
        let g = self.b.map(OpKind::Select, &[none, zero, self.g])?;
        let g = self.along(g)?;
        let direction = self.b.map(OpKind::Div, &[self.x(), length])?;
        Ok(vec![Some(self.mul(g, direction)?)])
    }

    /// Of `logsumexp`: the cotangent times the softmax.
    fn logsumexp(&mut self) -> Parts {
        let share = self.softmax_of_x()?;
        let g = self.along(self.g)?;
        Ok(vec![Some(self.mul(g, share)?)])
    }

    fn softmax_of_x(&mut self) -> Result<Value, Error> {
        let axes = self.axes();
        self.b.apply(OpKind::Softmax, &[self.x()], Attrs::new().ints("axes", &axes))
    }

    /// Of `softmax` s: s (g - sum(g s)).
    fn softmax(&mut self) -> Parts {
        let (s, axes) = (self.data.result(), self.axes());
        let weighted = self.mul(self.g, s)?;
        let mean = self.b.reduce(OpKind::Sum, weighted, &axes)?;
        let mean = self.along(mean)?;
        let centred = self.b.map(OpKind::Sub, &[self.g, mean])?;
        Ok(vec![Some(self.mul(s, centred)?)])
    }

    /// The mask of `select`: where the condition chooses the operand.
    fn chosen(&mut self, operand: usize) -> Parts {
        let no = self.b.number(DType::Bool, 0.0)?;
        let sides = if operand == 1 { [self.g, no] } else { [no, self.g] };
        let chosen = self.b.map(OpKind::Select, &[self.x(), sides[0], sides[1]])?;
        Ok(vec![None, Some(chosen), Some(chosen)])
    }

    /// The mask of ops of rows, of which each element is made of all of its row.
    fn whole_rows(&mut self) -> Parts {
        let axes = self.axes();
        let some = any(self.b, self.g, &axes)?;
        Ok(vec![Some(self.along(some)?)])
    }

    /// Of `log_softmax`: g - softmax(x) sum(g).
    fn log_softmax(&mut self) -> Parts {
        let axes = self.axes();
        let total = self.b.reduce(OpKind::Sum, self.g, &axes)?;
        let total = self.along(total)?;
        let share = self.softmax_of_x()?;
        let share = self.mul(share, total)?;
        Ok(vec![Some(self.b.map(OpKind::Sub, &[self.g, share])?)])
    }

    /// Rank-1 tensors as the matrix of all products of their elements.
    fn outer(&mut self, x: Value, y: Value) -> Result<Value, Error> {
        let (rows, columns) = (self.b.shape(x)?, self.b.shape(y)?);
        let shape = Shape(vec![rows[0].clone(), columns[0].clone()]);
        let x = self.b.broadcast(x, &[0], &shape)?;
        let y = self.b.broadcast(y, &[1], &shape)?;
        self.mul(x, y)
    }

    /// Of `dot`, for the four combinations of ranks 1 and 2.
    fn dot(&mut self) -> Parts {
        let (x, y, g) = (self.x(), self.data.operands[1], self.g);
        let ranks = (self.operands[0].rank(), self.operands[1].rank());
        let mut parts = vec![None, None];
        if self.wanted[0] {
            parts[0] = Some(match ranks {
                (1, 1) => self.mul(g, y)?,
                (2, 1) => self.outer(g, y)?,
                (1, _) => self.b.map(OpKind::Dot, &[y, g])?,
                _ => {
                    let turned = self.b.dimshuffle(y, &[1, 0])?;
                    self.b.map(OpKind::Dot, &[g, turned])?
                }
            });
        }
        if self.wanted[1] {
            parts[1] = Some(match ranks {
                (1, 1) => self.mul(g, x)?,
                (2, 1) => self.b.map(OpKind::Dot, &[g, x])?,
                (1, _) => self.outer(x, g)?,
                _ => {
                    let turned = self.b.dimshuffle(x, &[1, 0])?;
                    self.b.map(OpKind::Dot, &[turned, g])?
                }
            });
        }
        Ok(parts)
    }

    /// The mask of products: rows of the one factor and columns of the other make elements of the result.
    fn lines(&mut self, operand: usize) -> Parts {
        let shape = self.operands[operand].shape.clone();
        let rank = self.b.tensor(self.g)?.rank() as i64;
        let batched = self.data.kind == OpKind::BatchedDot;
        let rows = self.operands[0].rank() > 1;
        let columns = self.operands[1].rank() > 1;
        let (own, other) = match operand {
            0 => (rows.then_some(rank - 1 - i64::from(columns)), columns.then_some(rank - 1)),
            _ => (columns.then_some(rank - 1), rows.then_some(rank - 1 - i64::from(columns))),
        };
        let lines = match other {
            Some(axis) => any(self.b, self.g, &[axis])?,
            None => self.g,
        };
        let mut axes: Vec<i64> = if batched { vec![0] } else { vec![] };
        axes.extend(own.map(|_| if operand == 0 { i64::from(batched) } else { shape.rank() as i64 - 1 }));
        let mut parts = vec![None, None];
        parts[operand] = Some(self.b.broadcast(lines, &axes, &shape)?);
        Ok(parts)
    }

    /// Of `batched_dot`: that of a product of matrices, for each batch.
    fn batched_dot(&mut self) -> Parts {
        let (x, y, g) = (self.x(), self.data.operands[1], self.g);
        let mut parts = vec![None, None];
        if self.wanted[0] {
            let turned = self.b.dimshuffle(y, &[0, 2, 1])?;
            parts[0] = Some(self.b.map(OpKind::BatchedDot, &[g, turned])?);
        }
        if self.wanted[1] {
            let turned = self.b.dimshuffle(x, &[0, 2, 1])?;
            parts[1] = Some(self.b.map(OpKind::BatchedDot, &[turned, g])?);
        }
        Ok(parts)
    }
}
