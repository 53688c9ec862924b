//! Programs that have each op of an element type once, with arguments of its own.

use crate::samples::{indices, number, tensor};
use std::ops::Range;
use thn_ir::{
    Arg, Attr, AttrKind, Attrs, Builder, DType, Dim, Error, Fact, Func, Iterate, Literal, Loc, OpKind, Res,
    Scalar, Semantics, Shape, TensorType, Value,
};
use thn_random::Random;
use thn_reference::Value as Tensor;
use thn_tests::numbers::specials;

/// A length; [`Axis::Some`] is never 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Axis {
    /// Operands of an elementwise op with as many operands, less one.
    Points(usize),
    Long,
    Rows,
    Columns,
    Picked,
    Some,
}

/// Lengths of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lengths {
    /// More than a block of a sum, and a matrix.
    Ordinary,
    /// Empty wherever that is allowed.
    Empty,
}

impl Lengths {
    pub(crate) const ALL: [Lengths; 2] = [Lengths::Ordinary, Lengths::Empty];
}

impl Axis {
    const ALL: [Axis; 8] = [
        Axis::Points(0),
        Axis::Points(1),
        Axis::Points(2),
        Axis::Long,
        Axis::Rows,
        Axis::Columns,
        Axis::Picked,
        Axis::Some,
    ];

    fn of(self, lengths: Lengths) -> usize {
        match (self, lengths) {
            (Axis::Some, _) => 33,
            (Axis::Rows, Lengths::Empty) => 4,
            (_, Lengths::Empty) => 0,
            (Axis::Points(others), _) => [120, 400, 500][others.min(2)],
            (Axis::Long, _) => 2100,
            (Axis::Rows, _) => 9,
            (Axis::Columns, _) => 70,
            (Axis::Picked, _) => 5,
        }
    }
}

/// What an argument is made of.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// Operand `at` of an elementwise op: the ends of the format against each other, and numbers of its domain.
    Operand(OpKind, usize),
    /// The ends of the format, and any bits.
    Extreme,
    /// Ordinary numbers.
    Ordinary,
    /// Indices below a length.
    Indices(Axis),
    /// A number.
    Number(i128),
}

struct Argument {
    dtype: DType,
    axes: Vec<Axis>,
    made: Made,
}

/// A result.
pub(crate) struct Use {
    pub(crate) kind: OpKind,
    /// The op with its element types.
    pub(crate) label: String,
    /// The arguments that it is computed from.
    pub(crate) args: Range<usize>,
}

/// A program, and what it is called with.
pub(crate) struct Program {
    pub(crate) func: Func,
    pub(crate) uses: Vec<Use>,
    dtype: DType,
    args: Vec<Argument>,
    dims: Vec<Dim>,
}

impl Program {
    /// The first arguments, which declare lengths.
    pub(crate) const DECLARED: usize = Axis::ALL.len();

    /// Those of the ops that `keep` names and that take elements of this type.
    pub(crate) fn new(dtype: DType, keep: &dyn Fn(OpKind) -> bool) -> Result<Program, String> {
        let func = Func::new("every_op");
        let mut p = Program { func, uses: vec![], dtype, args: vec![], dims: vec![] };
        for axis in Axis::ALL {
            // Declares the length.
            let arg = p.add(DType::Bool, &[axis], Made::Ordinary);
            let Some(ty) = p.func.tensor(arg) else { return Err("an argument that is no tensor".into()) };
            p.dims.push(ty.shape[0].clone());
        }
        for kind in OpKind::ALL {
            if keep(kind) && kind.row().dtypes.operands.contains(dtype) {
                p.uses_of(kind).map_err(|e| format!("{}: {e}", kind.row().mnemonic))?;
            }
        }
        Ok(p)
    }

    fn add(&mut self, dtype: DType, axes: &[Axis], made: Made) -> Value {
        let name = format!("x{}", self.args.len());
        let arg = Arg { name: Some(name.as_str().into()), ..Arg::default() };
        self.args.push(Argument { dtype, axes: axes.to_vec(), made });
        if self.dims.len() < Axis::ALL.len() {
            return self.func.add_tensor_arg(dtype, &[None], arg);
        }
        let shape = Shape(axes.iter().map(|a| self.dim(*a)).collect());
        self.func.add_arg(TensorType::new(dtype, shape), arg)
    }

    fn dim(&self, axis: Axis) -> Dim {
        let at = Axis::ALL.iter().position(|a| *a == axis);
        at.map_or(Dim::ONE, |at| self.dims[at].clone())
    }

    /// Adds a result, with what it is computed from.
    fn use_of(
        &mut self,
        kind: OpKind,
        operands: &[(DType, &[Axis], Made)],
        build: impl FnOnce(&mut Builder<'_>, &[Value]) -> Result<Value, Error>,
    ) -> Result<(), Error> {
        let first = self.args.len();
        let values: Vec<Value> = operands.iter().map(|(d, axes, made)| self.add(*d, axes, *made)).collect();
        let mut b = Builder::new(&mut self.func, Func::BODY, Loc::Unknown);
        let result = build(&mut b, &values)?;
        self.func.add_result(result, Res::default());
        let to = self.func.tensor(result).map_or(String::new(), |t| format!(" -> {}", t.dtype));
        let label = format!("{} of {}{to}", kind.row().mnemonic, self.dtype);
        self.uses.push(Use { kind, label, args: first..self.args.len() });
        Ok(())
    }

    fn uses_of(&mut self, kind: OpKind) -> Result<(), Error> {
        let row = kind.row();
        let plain = |b: &mut Builder<'_>, x: &[Value]| b.apply(kind, x, Attrs::new());
        if row.is_elementwise() {
            let converts = row.attrs.iter().any(|a| a.kind == AttrKind::DType);
            let targets = if converts { DType::ALL.to_vec() } else { vec![self.dtype] };
            let points = [Axis::Points(row.operands.len() - 1)];
            let operand = |(at, spec): (usize, &thn_ir::OperandSpec)| {
                let dtype = if spec.name == "c" { DType::Bool } else { self.dtype };
                (dtype, points.as_slice(), Made::Operand(kind, at))
            };
            let operands: Vec<_> = row.operands.iter().enumerate().map(operand).collect();
            for to in targets {
                let attrs = if converts { Attrs::new().with("dtype", Attr::DType(to)) } else { Attrs::new() };
                self.use_of(kind, &operands, |b, x| b.apply(kind, x, attrs))?;
            }
            return Ok(());
        }
        let d = self.dtype;
        match row.semantics {
            Semantics::Iterate(iterate) => self.iterated(kind, iterate),
            Semantics::Expand(_) => self.along_axes(kind, Made::Ordinary),
            Semantics::Library(_) if kind == OpKind::BatchedDot => {
                let x: &[Axis] = &[Axis::Picked, Axis::Rows, Axis::Columns];
                let y: &[Axis] = &[Axis::Picked, Axis::Columns, Axis::Some];
                self.use_of(kind, &[(d, x, Made::Ordinary), (d, y, Made::Ordinary)], plain)
            }
            Semantics::Library(_) => {
                let shapes: [[&[Axis]; 2]; 4] = [
                    [&[Axis::Rows, Axis::Columns], &[Axis::Columns, Axis::Some]],
                    [&[Axis::Rows, Axis::Columns], &[Axis::Columns]],
                    [&[Axis::Rows], &[Axis::Rows, Axis::Columns]],
                    [&[Axis::Long], &[Axis::Long]],
                ];
                // The sums of integers have one value in any order, so one form tells as much.
                for [x, y] in shapes.into_iter().take(if d.is_float() { 4 } else { 1 }) {
                    self.use_of(kind, &[(d, x, Made::Ordinary), (d, y, Made::Ordinary)], plain)?;
                }
                Ok(())
            }
            Semantics::Prim(_) => Err(Error::internal("has scalar code and no formula")),
            Semantics::Foreign => Ok(()),
        }
    }

    /// Folds over the one dim of a vector, and over each of a matrix.
    fn along_axes(&mut self, kind: OpKind, made: Made) -> Result<(), Error> {
        let d = self.dtype;
        // A long product of ordinary numbers is 0.
        let long: &[Axis] = if kind == OpKind::Prod { &[Axis::Columns] } else { &[Axis::Long] };
        for (axes, over) in [(long, 0), (&[Axis::Rows, Axis::Columns], 1), (&[Axis::Columns, Axis::Rows], 0)]
        {
            self.use_of(kind, &[(d, axes, made)], |b, x| {
                b.apply(kind, x, Attrs::new().ints("axes", &[over]))
            })?;
        }
        Ok(())
    }

    fn iterated(&mut self, kind: OpKind, iterate: Iterate) -> Result<(), Error> {
        let (d, extreme) = (self.dtype, Made::Extreme);
        let plain = |b: &mut Builder<'_>, x: &[Value]| b.apply(kind, x, Attrs::new());
        let matrix: &[Axis] = &[Axis::Rows, Axis::Columns];
        let some: &[Axis] = &[Axis::Some, Axis::Columns];
        let picked: &[Axis] = &[Axis::Picked, Axis::Columns];
        let index = (DType::I64, [Axis::Picked], Made::Indices(Axis::Some));
        let (rows, columns, last) = (self.dim(Axis::Rows), self.dim(Axis::Columns), self.dim(Axis::Some));
        match iterate {
            Iterate::Constant => {
                let all = specials(d);
                let literal = Literal::from_scalars(d, &[all.len()], &all);
                let literal = literal.ok_or_else(|| Error::internal("specials are a literal"))?;
                self.use_of(kind, &[], |b, _| b.literal(literal))?;
                self.use_of(kind, &[], |b, _| b.literal(Literal::splat(d, &[0, 3], Scalar::Int(1))))
            }
            Iterate::Dim if d != DType::I64 => Ok(()),
            Iterate::Dim => self.use_of(kind, &[], |b, _| b.dim(rows * columns + Dim::ONE)),
            Iterate::Iota => {
                let ty = TensorType::new(d, Shape(vec![rows, columns]));
                self.use_of(kind, &[], |b, _| {
                    b.shaped(kind, &[], Attrs::new().with("axis", Attr::Int(1)), &ty)
                })
            }
            Iterate::Broadcast => self.use_of(kind, &[(d, &[Axis::Columns], extreme)], |b, x| {
                b.broadcast(x[0], &[1], &Shape(vec![rows, columns]))
            }),
            Iterate::Dimshuffle => {
                self.use_of(kind, &[(d, matrix, extreme)], |b, x| b.dimshuffle(x[0], &[1, -1, 0]))
            }
            Iterate::Reshape => self
                .use_of(kind, &[(d, matrix, extreme)], |b, x| b.reshape(x[0], &Shape(vec![columns * rows]))),
            Iterate::Assume => self.use_of(kind, &[(d, matrix, Made::Ordinary)], |b, x| {
                b.assume(x[0], &[Fact::Number, Fact::Finite])
            }),
            Iterate::Slice => self.use_of(kind, &[(d, some, extreme)], |b, x| {
                let starts = [last.clone() - Dim::ONE, Dim::from(0)];
                b.slice(x[0], &starts, &[-1, 1], &Shape(vec![last, columns]))
            }),
            Iterate::Gather => self.use_of(kind, &[(d, some, extreme), (index.0, &index.1, index.2)], plain),
            Iterate::Pick => {
                let table: &[Axis] = &[Axis::Rows, Axis::Some];
                self.use_of(kind, &[(d, table, extreme), (index.0, &[Axis::Rows], index.2)], plain)
            }
            Iterate::Diagonal => self.use_of(kind, &[(d, matrix, extreme)], plain),
            Iterate::Join => self.use_of(kind, &[(d, matrix, extreme), (d, some, extreme)], |b, x| {
                b.apply(kind, x, Attrs::new().with("axis", Attr::Int(0)))
            }),
            Iterate::Pad => self.use_of(kind, &[(d, matrix, extreme), (d, &[], extreme)], |b, x| {
                b.apply(kind, x, Attrs::new().ints("low", &[1, 0]).ints("high", &[2, 3]))
            }),
            Iterate::SetSubtensor | Iterate::IncSubtensor => {
                self.use_of(kind, &[(d, some, extreme), (d, picked, extreme)], |b, x| {
                    let attrs = Attrs::new().dims("starts", &[Dim::ONE, Dim::from(0)]).ints("steps", &[2, 1]);
                    b.apply(kind, x, attrs)
                })
            }
            Iterate::ScatterAdd => {
                let operands = [(d, some, extreme), (index.0, &index.1[..], index.2), (d, picked, extreme)];
                self.use_of(kind, &operands, plain)
            }
            Iterate::Argmax => self.use_of(kind, &[(d, some, extreme)], |b, x| {
                b.apply(kind, x, Attrs::new().with("axis", Attr::Int(0)))
            }),
            Iterate::Loop => {
                let operands = [
                    (DType::I64, &[][..], Made::Number(3)),
                    (d, &[Axis::Columns], extreme),
                    (d, &[Axis::Columns], extreme),
                ];
                self.use_of(kind, &operands, |b, x| {
                    let ty = b.tensor(x[1])?;
                    let body = b.func.new_block();
                    b.func.add_block_arg(body, TensorType::scalar(DType::I64));
                    let carried = b.func.add_block_arg(body, ty);
                    let mut inner = Builder::new(b.func, body, Loc::Unknown);
                    let next = inner.map(OpKind::Maximum, &[carried, x[2]])?;
                    b.func.block_mut(body).results = vec![next];
                    let op = b.op(kind, &x[..2], Attrs::new(), None, &[body])?;
                    Ok(b.func.op(op).results[0])
                })
            }
            Iterate::Cond => {
                let operands = [
                    (DType::Bool, &[][..], Made::Number(1)),
                    (d, &[Axis::Columns], extreme),
                    (d, &[Axis::Columns], extreme),
                ];
                self.use_of(kind, &operands, |b, x| {
                    let (then, otherwise) = (b.func.new_block(), b.func.new_block());
                    let mut inner = Builder::new(b.func, then, Loc::Unknown);
                    let larger = inner.map(OpKind::Maximum, &[x[1], x[2]])?;
                    b.func.block_mut(then).results = vec![larger];
                    b.func.block_mut(otherwise).results = vec![x[2]];
                    let op = b.op(kind, &x[..1], Attrs::new(), None, &[then, otherwise])?;
                    Ok(b.func.op(op).results[0])
                })
            }
            Iterate::Reduce { some: true, .. } => self.use_of(kind, &[(d, some, extreme)], |b, x| {
                b.apply(kind, x, Attrs::new().ints("axes", &[0]))
            }),
            Iterate::Reduce { combine, .. } => {
                let rounds = matches!(combine, OpKind::Add | OpKind::Mul);
                self.along_axes(kind, if rounds { Made::Ordinary } else { extreme })
            }
            // Those above end in a terminator and become kernels.
            Iterate::Kernel | Iterate::Terminator => Ok(()),
        }
    }

    /// Operands for a call.
    pub(crate) fn inputs(&self, random: &mut Random, lengths: Lengths) -> Vec<Tensor> {
        self.args.iter().map(|arg| arg.input(random, lengths)).collect()
    }
}

impl Argument {
    fn input(&self, random: &mut Random, lengths: Lengths) -> Tensor {
        let shape: Vec<usize> = self.axes.iter().map(|a| a.of(lengths)).collect();
        let count = shape.iter().product();
        let elements = match self.made {
            Made::Ordinary => return tensor(random, self.dtype, &shape),
            Made::Indices(axis) => return indices(random, self.dtype, &shape, axis.of(lengths)),
            Made::Number(n) => vec![Scalar::Int(n).cast(self.dtype); count],
            Made::Extreme => (0..count).map(|_| extreme(random, self.dtype)).collect(),
            Made::Operand(kind, at) => {
                (0..count).map(|point| operand(random, kind, at, self.dtype, point, count)).collect()
            }
        };
        Tensor::new(self.dtype, &shape, elements).expect("has as many elements")
    }
}

/// One of the ends of a format, or any number of it.
fn extreme(random: &mut Random, dtype: DType) -> Scalar {
    if random.one_in(2) {
        return *random.pick(&specials(dtype));
    }
    let bits = random.bits();
    match dtype {
        DType::F32 => Scalar::Float(f64::from(f32::from_bits((bits >> 32) as u32))),
        DType::F64 => Scalar::Float(f64::from_bits(bits)),
        _ => Scalar::Int(i128::from(bits)).cast(dtype),
    }
}

/// An operand of an elementwise op. Two thirds of the points hold ends of the format: evenly spread among all that the
/// operands combine to.
fn operand(random: &mut Random, kind: OpKind, at: usize, dtype: DType, point: usize, count: usize) -> Scalar {
    let ends = specials(dtype);
    let edges = 2 * count / 3;
    if point >= edges {
        return match random.one_in(2) {
            true => extreme(random, dtype),
            false => number(random, dtype, kind.row().domain),
        };
    }
    // Counts in a number system whose digits are the ends; a step that shares no factor with it misses no digit.
    let digits = ends.len() as u64;
    let place = digits.pow(at as u32);
    let all = digits.pow(kind.row().operands.len() as u32);
    let step = if all <= edges as u64 { 1 } else { all / edges as u64 };
    ends[((point as u64 * step % all) / place % digits) as usize]
}
