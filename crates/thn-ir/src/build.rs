//! Building programs with inference.

use crate::{
    Attr, Attrs, BlockId, Constraint, DType, Dim, Error, Fact, Func, Literal, Loc, OpId, OpKind, RegionTypes,
    Scalar, Shape, TensorType, Type, Value, infer::infer_named,
};

/// Appends inferred and checked ops to a block.
pub struct Builder<'f> {
    /// The program.
    pub func: &'f mut Func,
    /// Where ops go.
    pub block: BlockId,
    /// The location they get.
    pub loc: Loc,
}

impl<'f> Builder<'f> {
    /// A builder at the end of a block.
    pub fn new(func: &'f mut Func, block: BlockId, loc: Loc) -> Builder<'f> {
        Builder { func, block, loc }
    }

    /// The tensor type of a value.
    ///
    /// # Errors
    ///
    /// If the value is no tensor.
    pub fn tensor(&self, value: Value) -> Result<TensorType, Error> {
        self.func.tensor(value).cloned().ok_or_else(|| {
            Error::input(format!("{} has foreign type {}", self.func.describe(value), self.func.ty(value)))
        })
    }

    /// The shape of a value.
    ///
    /// # Errors
    ///
    /// If the value is no tensor.
    pub fn shape(&self, value: Value) -> Result<Shape, Error> {
        Ok(self.tensor(value)?.shape)
    }

    /// Any op. `declared` is the result type of a shaped op.
    ///
    /// # Errors
    ///
    /// What [`infer`](crate::infer) finds wrong, with the names of the operands and the location of the builder; regions
    /// that nest deeper than [`Func::MAX_NESTING`].
    pub fn op(
        &mut self,
        kind: OpKind,
        operands: &[Value],
        attrs: Attrs,
        declared: Option<&TensorType>,
        regions: &[BlockId],
    ) -> Result<OpId, Error> {
        let row = kind.row();
        let at = |e: Error| e.at(row.mnemonic, &self.loc);
        let height = self.func.height_of(regions);
        if height > Func::MAX_NESTING {
            return Err(at(Func::nests_too_deep(height)));
        }
        let types = operands.iter().map(|v| self.tensor(*v)).collect::<Result<Vec<_>, _>>().map_err(at)?;
        let regions_types =
            regions.iter().map(|r| region_types(self.func, *r)).collect::<Result<Vec<_>, _>>().map_err(at)?;
        let name = |i: usize| operands.get(i).map_or_else(String::new, |v| self.func.describe(*v));
        let inferred = infer_named(kind, &types, &name, &attrs, declared, &regions_types).map_err(at)?;
        let results: Vec<Type> = inferred.types.into_iter().map(Type::Tensor).collect();
        Ok(self.func.push(self.block, kind, operands, attrs, regions, results, self.loc.clone()))
    }

    /// An op without regions and with one result.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn apply(&mut self, kind: OpKind, operands: &[Value], attrs: Attrs) -> Result<Value, Error> {
        let op = self.op(kind, operands, attrs, None, &[])?;
        Ok(self.func.op(op).result())
    }

    /// An op that states its result type.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn shaped(
        &mut self,
        kind: OpKind,
        operands: &[Value],
        attrs: Attrs,
        ty: &TensorType,
    ) -> Result<Value, Error> {
        let op = self.op(kind, operands, attrs, Some(ty), &[])?;
        Ok(self.func.op(op).result())
    }

    /// An elementwise op without attributes.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn map(&mut self, kind: OpKind, operands: &[Value]) -> Result<Value, Error> {
        self.apply(kind, operands, Attrs::new())
    }

    /// A literal.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn literal(&mut self, literal: Literal) -> Result<Value, Error> {
        self.apply(OpKind::Constant, &[], Attrs::new().with("value", Attr::Literal(literal)))
    }

    /// A rank-0 float or integer constant.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn number(&mut self, dtype: DType, value: f64) -> Result<Value, Error> {
        self.literal(Literal::scalar(dtype, Scalar::Float(value)))
    }

    /// A dim expression as a rank-0 i64 value.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn dim(&mut self, dim: Dim) -> Result<Value, Error> {
        self.apply(OpKind::Dim, &[], Attrs::new().with("expr", Attr::Dim(dim)))
    }

    /// A value under another element type; itself if it has it already.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn cast(&mut self, x: Value, dtype: DType) -> Result<Value, Error> {
        if self.tensor(x)?.dtype == dtype {
            return Ok(x);
        }
        self.apply(OpKind::Cast, &[x], Attrs::new().with("dtype", Attr::DType(dtype)))
    }

    /// Repeats `x`: its dim i becomes dim `axes[i]` of `shape`.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn broadcast(&mut self, x: Value, axes: &[i64], shape: &Shape) -> Result<Value, Error> {
        let ty = self.tensor(x)?;
        if ty.shape == *shape {
            return Ok(x);
        }
        self.shaped(OpKind::Broadcast, &[x], Attrs::new().ints("axes", axes), &ty.with_shape(shape.clone()))
    }

    /// Repeats a rank-0 value over a shape.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn fill(&mut self, x: Value, shape: &Shape) -> Result<Value, Error> {
        self.broadcast(x, &[], shape)
    }

    /// Permutes, drops and inserts dims.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn dimshuffle(&mut self, x: Value, order: &[i64]) -> Result<Value, Error> {
        let identity = order.iter().enumerate().all(|(i, o)| i as i64 == *o);
        if identity && self.tensor(x)?.rank() == order.len() {
            return Ok(x);
        }
        self.apply(OpKind::Dimshuffle, &[x], Attrs::new().ints("order", order))
    }

    /// x, of which these facts are promised.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn assume(&mut self, x: Value, facts: &[Fact]) -> Result<Value, Error> {
        self.apply(OpKind::Assume, &[x], Attrs::new().with("facts", Attr::Str(Fact::text(facts).into())))
    }

    /// The same elements under another shape.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn reshape(&mut self, x: Value, shape: &Shape) -> Result<Value, Error> {
        let ty = self.tensor(x)?;
        if ty.shape == *shape {
            return Ok(x);
        }
        self.shaped(OpKind::Reshape, &[x], Attrs::new(), &ty.with_shape(shape.clone()))
    }

    /// Elements `starts + steps * i` for `i` in `shape`.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn slice(&mut self, x: Value, starts: &[Dim], steps: &[i64], shape: &Shape) -> Result<Value, Error> {
        let ty = self.tensor(x)?.with_shape(shape.clone());
        self.shaped(OpKind::Slice, &[x], Attrs::new().dims("starts", starts).ints("steps", steps), &ty)
    }

    /// A reduction over ascending axes; `x` itself if there are none and the op is a fold.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn reduce(&mut self, kind: OpKind, x: Value, axes: &[i64]) -> Result<Value, Error> {
        if axes.is_empty() && kind.row().reduction().is_some() {
            return Ok(x);
        }
        self.apply(kind, &[x], Attrs::new().ints("axes", axes))
    }

    /// Undoes the loss of `axes` by a reduction of a tensor of this shape.
    ///
    /// # Errors
    ///
    /// As [`Builder::op`].
    pub fn rebroadcast(&mut self, x: Value, axes: &[i64], shape: &Shape) -> Result<Value, Error> {
        let kept: Vec<i64> = (0..shape.rank() as i64).filter(|a| !axes.contains(a)).collect();
        self.broadcast(x, &kept, shape)
    }
}

/// The types of a region's arguments and results.
pub(crate) fn region_types(func: &Func, region: BlockId) -> Result<RegionTypes, Error> {
    let block = func.block(region);
    let types = |values: &[Value]| -> Result<Vec<TensorType>, Error> {
        let tensor = |v: &Value| {
            let ty = func.ty(*v).tensor().cloned();
            ty.ok_or_else(|| {
                Error::unsupported(format!("{} has type {} in a region", func.describe(*v), func.ty(*v)))
            })
        };
        values.iter().map(tensor).collect()
    };
    Ok(RegionTypes { args: types(&block.args)?, results: types(&block.results)? })
}

impl Func {
    /// What an op requires of the dims it sees; empty for ops of other dialects.
    ///
    /// # Errors
    ///
    /// If an operand is no tensor, or what inference finds does not fit the results of the op.
    pub fn constraints(&self, op: OpId) -> Result<Vec<Constraint>, Error> {
        let data = self.op(op);
        if data.kind == OpKind::Foreign {
            return Ok(vec![]);
        }
        let row = data.kind.row();
        let at = |e: Error| e.at(row.mnemonic, &data.loc);
        let tensor = |v: &Value| {
            let ty = self.tensor(*v).cloned();
            ty.ok_or_else(|| at(Error::input(format!("operand {} is {}", self.describe(*v), self.ty(*v)))))
        };
        let operands = data.operands.iter().map(tensor).collect::<Result<Vec<_>, _>>()?;
        let declared = data.results.first().and_then(|r| self.tensor(*r));
        let regions =
            data.regions.iter().map(|r| region_types(self, *r)).collect::<Result<Vec<_>, _>>().map_err(at)?;
        let name = |i: usize| data.operands.get(i).map_or_else(String::new, |v| self.describe(*v));
        let inferred =
            infer_named(data.kind, &operands, &name, &data.attrs, declared, &regions).map_err(at)?;
        if inferred.types.len() != data.results.len() {
            let message =
                format!("gives {} values, {} are declared", inferred.types.len(), data.results.len());
            return Err(at(Error::input(message)));
        }
        let mut constraints = inferred.constraints;
        for (found, result) in inferred.types.iter().zip(&data.results) {
            let stated = tensor(result)?;
            let mismatch =
                || at(Error::input(format!("gives {found}, but its result is declared as {stated}")));
            if found.dtype != stated.dtype || found.rank() != stated.rank() {
                return Err(mismatch());
            }
            for (a, b) in found.shape.iter().zip(stated.shape.iter()) {
                if a.certainly_differs(b) {
                    return Err(mismatch());
                }
                if a != b {
                    constraints.push(Constraint {
                        left: a.clone(),
                        right: b.clone(),
                        equal: true,
                        places: [None, None],
                        range: None,
                        rule: "the declared result must have the inferred shape",
                    });
                }
            }
        }
        Ok(constraints)
    }
}
