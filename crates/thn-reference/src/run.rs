//! The walk over a program that both interpreters share: blocks, loops, branches, kernels, moved elements.
//!
//! What elements are and how they are computed with is an [`Elements`]; everything else is here, once. Checks of dims
//! come first, from the shape program, so that an error is the same as that of compiled code.

use crate::{Tensor, Value, assume, movement, tensor::size};
use ndarray::{ArrayD, Dimension, IxDyn};
use std::sync::Arc;
use thn_ir::{
    BlockId, DType, Dim, Error, ErrorKind, Fact, Func, Iterate, OpData, OpId, OpKind, Scalar, Semantics,
    ShapeProgram, Symbol, expand, verify,
};

/// Elements of tensors and the arithmetic on them.
pub(crate) trait Elements {
    /// An element.
    type Element: Clone;

    /// Whether composite ops of this kind are expanded before the walk.
    fn expands(&self, kind: OpKind) -> bool;

    /// An element of an input or a literal.
    fn of(&mut self, scalar: Scalar) -> Self::Element;

    /// The integer or bool that an element is; `None` for floats.
    fn integer(&self, element: &Self::Element) -> Option<i128>;

    /// The number that an element is, where assumptions are checked.
    fn number(&self, _element: &Self::Element) -> Option<f64> {
        None
    }

    /// An elementwise op; `dtype` is the element type of the result.
    fn map(&mut self, op: &OpData, dtype: DType, args: &[&Self::Element]) -> Result<Self::Element, Error>;

    /// A fold with an elementwise op from a start value.
    fn fold(
        &mut self,
        combine: OpKind,
        start: Scalar,
        dtype: DType,
        lane: &[Self::Element],
    ) -> Result<Self::Element, Error>;

    /// The sum of products of elements at the same places.
    fn dot(&mut self, dtype: DType, x: &[Self::Element], y: &[Self::Element])
    -> Result<Self::Element, Error>;

    /// The position of the first largest element or of the first NaN.
    fn argmax(&mut self, lane: &[Self::Element]) -> usize;

    /// A composite op over the elements along its axes that is not expanded: one element for a reduction, as many as
    /// the lane has for any other.
    fn lane(
        &mut self,
        kind: OpKind,
        dtype: DType,
        lane: &[Self::Element],
    ) -> Result<Vec<Self::Element>, Error>;
}

/// Runs a program.
pub(crate) fn run<S: Elements>(
    elements: &mut S,
    func: &Func,
    inputs: &[Value],
) -> Result<Vec<Tensor<S::Element>>, Error> {
    if let Some(error) = verify::verify(func).into_iter().next() {
        return Err(error);
    }
    let symbols = check_inputs(func, inputs)?;
    let mut expanded = func.clone();
    expand::expand_where(&mut expanded, &|kind| elements.expands(kind))?;
    let mut walk = Walk { elements, func: &expanded, values: vec![None; expanded.value_count()], symbols };
    for (value, input) in expanded.body().args.iter().zip(inputs) {
        let data = input.data.mapv(|s| walk.elements.of(s));
        walk.set(*value, Tensor { dtype: input.dtype, data });
    }
    walk.block(Func::BODY)?;
    expanded.body().results.iter().map(|v| walk.get(*v).map(|t| t.as_ref().clone())).collect()
}

/// Compares the inputs with the declarations, runs the shape program and gives the values of the symbols.
fn check_inputs(func: &Func, inputs: &[Value]) -> Result<Vec<Option<i64>>, Error> {
    let program = ShapeProgram::new(func)?;
    let shapes: Vec<Vec<i64>> =
        inputs.iter().map(|v| v.shape().iter().map(|n| *n as i64).collect()).collect();
    let shapes: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
    let value_of = |arg: usize| {
        let value = inputs.get(arg)?.single()?;
        i64::try_from(value.to_i128()).ok()
    };
    for ((name, dtype, _), input) in program.entries().zip(inputs) {
        if dtype != input.dtype {
            let found = input.dtype;
            return Err(Error::input(format!("argument {name} has element type {found}; {dtype} is needed")));
        }
    }
    let failed = |failure: thn_ir::ShapeFailure| Error {
        kind: ErrorKind::Input,
        op: (!failure.op.is_empty()).then_some(failure.op),
        message: failure.message,
        loc: failure.loc,
    };
    program.run(&shapes, &value_of).map_err(failed)?;
    program.bind(&shapes, &value_of).map_err(failed)
}

struct Walk<'a, S: Elements> {
    elements: &'a mut S,
    func: &'a Func,
    values: Vec<Option<Arc<Tensor<S::Element>>>>,
    symbols: Vec<Option<i64>>,
}

type Array<S> = ArrayD<<S as Elements>::Element>;

impl<S: Elements> Walk<'_, S> {
    fn set(&mut self, value: thn_ir::Value, tensor: Tensor<S::Element>) {
        self.values[value.0 as usize] = Some(Arc::new(tensor));
    }

    fn get(&self, value: thn_ir::Value) -> Result<Arc<Tensor<S::Element>>, Error> {
        let tensor = self.values[value.0 as usize].clone();
        tensor.ok_or_else(|| Error::internal(format!("{} has no value", self.func.describe(value))))
    }

    fn dim(&self, dim: &Dim) -> Result<i64, Error> {
        let symbol = |s: &Symbol| self.symbols.get(s.id as usize).copied().flatten();
        dim.eval(&symbol).map_err(|e| Error::unsupported(e.to_string()))
    }

    /// Element type and lengths that a value is declared with.
    fn declared(&self, value: thn_ir::Value) -> Result<(DType, Vec<usize>), Error> {
        let ty = self.func.tensor(value);
        let ty = ty.ok_or_else(|| Error::unsupported(format!("a value of type {}", self.func.ty(value))))?;
        let length = |d: &Dim| {
            let length = self.dim(d)?;
            usize::try_from(length)
                .map_err(|_| Error::input(format!("dim {d} is {length}, which is negative")))
        };
        Ok((ty.dtype, ty.shape.iter().map(length).collect::<Result<_, Error>>()?))
    }

    fn block(&mut self, block: BlockId) -> Result<(), Error> {
        let func = self.func;
        for op in &func.block(block).ops {
            let data = func.op(*op);
            self.op(*op).map_err(|e| e.at(data.kind.row().mnemonic, &data.loc))?;
        }
        Ok(())
    }

    fn op(&mut self, op: OpId) -> Result<(), Error> {
        let func = self.func;
        let data = func.op(op);
        let args = data.operands.iter().map(|v| self.get(*v)).collect::<Result<Vec<_>, Error>>()?;
        let row = data.kind.row();
        let data_of = |i: usize| &args[i].data;
        match row.semantics {
            Semantics::Iterate(Iterate::Loop) => return self.repeat(data, &args),
            Semantics::Iterate(Iterate::Cond) => return self.branch(data, &args),
            Semantics::Iterate(Iterate::Kernel) => return self.kernel(data, &args),
            Semantics::Iterate(Iterate::Terminator) => return Ok(()),
            Semantics::Foreign => return Err(Error::unsupported("an op of another dialect")),
            _ => {}
        }
        let (dtype, shape) = self.declared(data.result())?;
        let out = if row.is_elementwise() {
            self.elementwise(data, dtype, &args)?
        } else {
            match row.semantics {
                Semantics::Iterate(Iterate::Reduce { combine, init, some }) => {
                    self.reduce(data, combine, init, some, dtype, data_of(0))?
                }
                Semantics::Iterate(i) => self.movement(i, data, dtype, &shape, &args)?,
                Semantics::Library(_) => self.product(data.kind, dtype, data_of(0), data_of(1))?,
                Semantics::Expand(_) => self.composite(data, dtype, data_of(0), &shape)?,
                Semantics::Prim(_) | Semantics::Foreign => {
                    return Err(Error::internal("has no meaning here"));
                }
            }
        };
        if out.shape() != shape {
            let found = out.shape();
            return Err(Error::internal(format!("gives lengths {found:?}, {shape:?} are declared")));
        }
        self.set(data.result(), Tensor { dtype, data: out });
        Ok(())
    }

    fn elementwise(
        &mut self,
        data: &OpData,
        dtype: DType,
        args: &[Arc<Tensor<S::Element>>],
    ) -> Result<Array<S>, Error> {
        let shape: Vec<usize> =
            args.iter().find(|a| a.data.ndim() > 0).map(|a| a.shape().to_vec()).unwrap_or_default();
        let count = size(&shape)?;
        let mut columns = vec![];
        for arg in args {
            if arg.data.ndim() > 0 && arg.shape() != shape {
                let found = arg.shape();
                return Err(Error::input(format!("operands have lengths {shape:?} and {found:?}")));
            }
            columns.push(arg.data.iter().collect::<Vec<_>>());
        }
        let mut out = Vec::with_capacity(count);
        let mut row = Vec::with_capacity(args.len());
        for i in 0..count {
            row.clear();
            row.extend(columns.iter().zip(args).map(|(c, a)| c[if a.data.ndim() == 0 { 0 } else { i }]));
            out.push(self.elements.map(data, dtype, &row)?);
        }
        array(&shape, out)
    }

    fn reduce(
        &mut self,
        data: &OpData,
        combine: OpKind,
        init: &str,
        some: bool,
        dtype: DType,
        x: &Array<S>,
    ) -> Result<Array<S>, Error> {
        let axes = axes(data);
        let (shape, lanes) = movement::lanes(x, &axes);
        let start = match init {
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            number => {
                number.parse().map_err(|_| Error::internal(format!("`{number}` does not start a fold")))?
            }
        };
        if some && lanes.iter().any(Vec::is_empty) {
            return Err(Error::input("an empty dim has no largest or smallest element"));
        }
        // As a bool every number but 0 is true; the least bool is false.
        let start = match dtype {
            DType::Bool => Scalar::Bool(start > 0.0),
            _ => Scalar::Float(start).cast(dtype),
        };
        let out = lanes.iter().map(|lane| self.elements.fold(combine, start, dtype, lane));
        let out = out.collect::<Result<Vec<_>, Error>>()?;
        array(&shape, out)
    }

    /// Products of vectors and matrices as sums over rows and columns.
    fn product(&mut self, kind: OpKind, dtype: DType, x: &Array<S>, y: &Array<S>) -> Result<Array<S>, Error> {
        let mut sums = |x: &Array<S>, y: &Array<S>| -> Result<Array<S>, Error> {
            // Lanes along the last dim of x and the first of y.
            let (rows, left) = movement::lanes(x, &[x.ndim() - 1]);
            let (columns, right) = movement::lanes(y, &[0]);
            let shape: Vec<usize> = rows.into_iter().chain(columns).collect();
            let mut out = Vec::with_capacity(size(&shape)?);
            for row in &left {
                for column in &right {
                    if row.len() != column.len() {
                        let (m, n) = (row.len(), column.len());
                        return Err(Error::input(format!("contracted dims are equal: {m} and {n}")));
                    }
                    out.push(self.elements.dot(dtype, row, column)?);
                }
            }
            array(&shape, out)
        };
        if kind != OpKind::BatchedDot {
            return sums(x, y);
        }
        let mut batches = vec![];
        for (a, b) in x.outer_iter().zip(y.outer_iter()) {
            batches.push(sums(&a.to_owned(), &b.to_owned())?);
        }
        let shape = [x.shape()[0], x.shape()[1], y.shape()[2]];
        array(&shape, batches.into_iter().flatten().collect())
    }

    fn composite(
        &mut self,
        data: &OpData,
        dtype: DType,
        x: &Array<S>,
        shape: &[usize],
    ) -> Result<Array<S>, Error> {
        let axes = axes(data);
        let (kept, lanes) = movement::lanes(x, &axes);
        let out = lanes.iter().map(|lane| self.elements.lane(data.kind, dtype, lane));
        let out = out.collect::<Result<Vec<_>, Error>>()?;
        if shape.len() == x.ndim() {
            movement::from_lanes(out, shape, &axes)
        } else {
            array(&kept, out.into_iter().flatten().collect())
        }
    }

    fn movement(
        &mut self,
        iterate: Iterate,
        data: &OpData,
        dtype: DType,
        shape: &[usize],
        args: &[Arc<Tensor<S::Element>>],
    ) -> Result<Array<S>, Error> {
        let attrs = &data.attrs;
        let starts =
            || attrs.get_dims("starts").iter().map(|d| self.dim(d)).collect::<Result<Vec<_>, Error>>();
        let steps = attrs.get_ints("steps");
        let axis = attrs.get_int("axis").unwrap_or(0);
        let arg = |i: usize| &args[i].data;
        match iterate {
            Iterate::Constant => {
                let literal = attrs.get_literal("value");
                let literal = literal.ok_or_else(|| Error::internal("a constant without value"))?;
                size(shape)?;
                Ok(Value::from(literal).data.mapv(|s| self.elements.of(s)))
            }
            Iterate::Dim => {
                let expr =
                    attrs.get_dim("expr").ok_or_else(|| Error::internal("a dim without expression"))?;
                let length = Scalar::Int(self.dim(expr)?.into()).cast(dtype);
                Ok(ArrayD::from_elem(IxDyn(&[]), self.elements.of(length)))
            }
            Iterate::Iota => {
                size(shape)?;
                let axis = usize::try_from(axis).ok().filter(|a| *a < shape.len());
                let axis = axis.ok_or_else(|| Error::input("the axis is no dim of the result"))?;
                let index = |at: IxDyn| Scalar::Int(at[axis] as i128).cast(dtype);
                Ok(ArrayD::from_shape_fn(IxDyn(shape), index).mapv(|s| self.elements.of(s)))
            }
            Iterate::Broadcast => movement::broadcast(arg(0), attrs.get_ints("axes"), shape),
            Iterate::Dimshuffle => movement::dimshuffle(arg(0), attrs.get_ints("order")),
            Iterate::Reshape => movement::reshape(arg(0), shape),
            Iterate::Assume => {
                let x = arg(0);
                let numbers: Vec<f64> = x.iter().filter_map(|e| self.elements.number(e)).collect();
                if let Ok(numbers) = ArrayD::from_shape_vec(x.raw_dim(), numbers) {
                    assume::check(&Fact::list(attrs.get_str("facts").unwrap_or_default())?, &numbers)?;
                }
                Ok(x.clone())
            }
            Iterate::Slice => movement::slice(arg(0), &starts()?, steps, shape),
            Iterate::Gather => movement::gather(arg(0), &self.positions(data, args, 0)?),
            Iterate::Pick => {
                let last = arg(0).ndim().saturating_sub(1);
                movement::pick(arg(0), &self.positions(data, args, last)?)
            }
            Iterate::Diagonal => movement::diagonal(arg(0)),
            Iterate::Join => movement::join(&args.iter().map(|a| &a.data).collect::<Vec<_>>(), axis),
            Iterate::Pad => {
                let value = args[1].single().ok_or_else(|| Error::input("the padding value has rank 0"))?;
                movement::pad(arg(0), value, attrs.get_ints("low"), attrs.get_ints("high"))
            }
            Iterate::SetSubtensor => {
                movement::update_slice(arg(0), arg(1), &starts()?, steps, &mut |_, new| Ok(new.clone()))
            }
            Iterate::IncSubtensor => {
                let starts = starts()?;
                let add = &mut |old: &S::Element, new: &S::Element| self.sum(dtype, old, new);
                movement::update_slice(arg(0), arg(1), &starts, steps, add)
            }
            Iterate::ScatterAdd => {
                let index = self.positions(data, args, 0)?;
                let add = &mut |old: &S::Element, new: &S::Element| self.sum(dtype, old, new);
                movement::scatter(arg(0), &index, arg(2), add)
            }
            Iterate::Argmax => {
                let (shape, lanes) = movement::lanes(arg(0), &[axis.max(0) as usize]);
                if lanes.iter().any(Vec::is_empty) {
                    return Err(Error::input("an empty dim has no largest or smallest element"));
                }
                let mut places = vec![];
                for lane in &lanes {
                    let place = self.elements.argmax(lane) as i128;
                    places.push(self.elements.of(Scalar::Int(place)));
                }
                array(&shape, places)
            }
            Iterate::Reduce { .. }
            | Iterate::Loop
            | Iterate::Cond
            | Iterate::Kernel
            | Iterate::Terminator => Err(Error::internal("moves no elements")),
        }
    }

    fn sum(&mut self, dtype: DType, x: &S::Element, y: &S::Element) -> Result<S::Element, Error> {
        self.elements.fold(OpKind::Add, Scalar::Float(-0.0).cast(dtype), dtype, &[x.clone(), y.clone()])
    }

    /// The checked positions that operand 1 names in a dim of operand 0.
    fn positions(
        &self,
        data: &OpData,
        args: &[Arc<Tensor<S::Element>>],
        axis: usize,
    ) -> Result<ArrayD<usize>, Error> {
        let length = args[0].shape().get(axis).copied().unwrap_or(0);
        let what = format!("dim {axis} of {}", self.func.describe(data.operands[0]));
        let mut out = vec![];
        for (at, element) in args[1].data.indexed_iter() {
            let index = self.elements.integer(element);
            let index = index.ok_or_else(|| Error::internal("an index that is no integer"))?;
            out.push(movement::position(index, length, &what, at.slice())?);
        }
        ArrayD::from_shape_vec(args[1].data.raw_dim(), out).map_err(|e| Error::internal(e.to_string()))
    }

    fn single(&self, tensor: &Tensor<S::Element>) -> Result<i128, Error> {
        let value = tensor.single().and_then(|e| self.elements.integer(e));
        value.ok_or_else(|| Error::internal("a count or condition that is no rank-0 integer or bool"))
    }

    fn results(&mut self, block: BlockId) -> Result<Vec<Arc<Tensor<S::Element>>>, Error> {
        self.block(block)?;
        let func = self.func;
        func.block(block).results.iter().map(|v| self.get(*v)).collect()
    }

    fn assign(&mut self, values: &[thn_ir::Value], tensors: Vec<Arc<Tensor<S::Element>>>) {
        for (value, tensor) in values.iter().zip(tensors) {
            self.values[value.0 as usize] = Some(tensor);
        }
    }

    fn repeat(&mut self, data: &OpData, args: &[Arc<Tensor<S::Element>>]) -> Result<(), Error> {
        let count = self.single(&args[0])?;
        let body = data.regions[0];
        let mut carried = args[1..].to_vec();
        let params = self.func.block(body).args.clone();
        let (step, params) =
            params.split_first().ok_or_else(|| Error::internal("a loop without step argument"))?;
        let mut i = 0;
        while i < count {
            let index = self.elements.of(Scalar::Int(i));
            self.set(*step, Tensor { dtype: DType::I64, data: ArrayD::from_elem(IxDyn(&[]), index) });
            self.assign(params, carried);
            carried = self.results(body)?;
            i += 1;
        }
        self.assign(&data.results, carried);
        Ok(())
    }

    fn branch(&mut self, data: &OpData, args: &[Arc<Tensor<S::Element>>]) -> Result<(), Error> {
        let chosen = if self.single(&args[0])? != 0 { data.regions[0] } else { data.regions[1] };
        let values = self.results(chosen)?;
        self.assign(&data.results, values);
        Ok(())
    }

    fn kernel(&mut self, data: &OpData, args: &[Arc<Tensor<S::Element>>]) -> Result<(), Error> {
        let body = data.regions[0];
        let func = self.func;
        self.assign(&func.block(body).args, args.to_vec());
        let values = self.results(body)?;
        self.assign(&data.results, values);
        Ok(())
    }
}

fn axes(data: &OpData) -> Vec<usize> {
    data.attrs.get_ints("axes").iter().map(|a| *a as usize).collect()
}

fn array<E>(shape: &[usize], elements: Vec<E>) -> Result<ArrayD<E>, Error> {
    let found = elements.len();
    ArrayD::from_shape_vec(IxDyn(shape), elements)
        .map_err(|_| Error::internal(format!("{found} elements for the shape {shape:?}")))
}
