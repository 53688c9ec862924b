//! Random loops over the rows of sequences, with traces and sums, and reads of parts of those.

use crate::support::{Draw, RegionBuilder, scalar};
use thn_ir::*;
use thn_random::Random;
use thn_reference::Value as Data;

/// Random programs and inputs for them.
pub(crate) struct Sequences {
    random: Random,
}

/// What a program has to compute with.
#[derive(Clone)]
struct Scope {
    /// Sequences of vectors; all have as many rows.
    sequences: Vec<Value>,
    /// Vectors of the size of the state.
    vectors: Vec<Value>,
    /// Positions of rows of a sequence; some are no row.
    places: Value,
    /// A matrix from the vectors of sequence 0 to those of the state, and one of the state.
    w: Value,
    u: Value,
    count: Value,
}

type Values = Result<Vec<Value>, Error>;

/// Elementwise ops that do not enlarge errors.
const CALM: [OpKind; 6] =
    [OpKind::Tanh, OpKind::Sin, OpKind::Sigmoid, OpKind::Softplus, OpKind::Neg, OpKind::Abs];

impl Draw for Sequences {
    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

impl Sequences {
    pub(crate) fn new(seed: u64) -> Sequences {
        Sequences { random: Random::stream(seed, 1) }
    }

    pub(crate) fn program(&mut self) -> Func {
        let mut f = Func::new("random");
        let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
        let xs = f.add_tensor_arg(DType::F64, &[None, None], arg("xs"));
        let w = f.add_tensor_arg(DType::F64, &[None, None], arg("w"));
        let dims = |f: &Func, v: Value| f.tensor(v).unwrap().shape.clone();
        let (rows, size) = (dims(&f, xs)[0].clone(), dims(&f, w)[1].clone());
        let w = {
            // Rows of xs fit w.
            let inner = dims(&f, xs)[1].clone();
            f.value_mut(w).ty = TensorType::new(DType::F64, Shape(vec![inner, size.clone()])).into();
            w
        };
        let mut typed =
            |name: &str, shape: Vec<Dim>| f.add_arg(TensorType::new(DType::F64, Shape(shape)), arg(name));
        let ys = typed("ys", vec![rows.clone(), size.clone()]);
        let u = typed("u", vec![size.clone(), size.clone()]);
        let h = typed("h", vec![size.clone()]);
        let v = typed("v", vec![size]);
        let places = f.add_arg(TensorType::new(DType::I64, Shape(vec![rows.clone()])), arg("places"));
        let n = f.add_tensor_arg(DType::I64, &[], arg("n"));
        let c = f.add_tensor_arg(DType::Bool, &[], arg("c"));
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let count = match self.below(6) {
            0 => n,
            1 => b.dim(rows - Dim::ONE).unwrap(),
            _ => b.dim(rows).unwrap(),
        };
        let mut scope = Scope { sequences: vec![xs, ys], vectors: vec![h, v], places, w, u, count };
        let mut results = vec![];
        for _ in 0..1 + self.below(2) {
            let made = match self.below(5) {
                0 => RegionBuilder(&mut b).branched(
                    c,
                    |b| Ok(vec![self.within(b, &mut scope.clone())?[0]]),
                    |_| Ok(vec![h]),
                ),
                1 => {
                    let times = b.number(DType::I64, 3.0).unwrap();
                    RegionBuilder(&mut b).looped(times, &[h], |b, args| {
                        let mut inner = scope.clone();
                        inner.vectors = vec![args[1], v];
                        let made = self.within(b, &mut inner)?;
                        Ok(vec![b.map(OpKind::Tanh, &[made[0]])?])
                    })
                }
                _ => self.within(&mut b, &mut scope),
            };
            results.extend(made.unwrap());
        }
        if self.below(3) == 0 {
            let cost = self.cost(&mut b, &results).unwrap();
            results.push(cost);
            results.extend(
                thn_autodiff::gradients(&mut b, cost, &[w, u, h], thn_autodiff::Disconnected::Zero)
                    .unwrap_or_default(),
            );
        }
        for result in results {
            f.add_result(result, Res::default());
        }
        f.compact()
    }

    /// The sum of the squares of all results.
    fn cost(&mut self, b: &mut Builder<'_>, results: &[Value]) -> Result<Value, Error> {
        let mut cost = b.number(DType::F64, 0.0)?;
        for value in results {
            let axes: Vec<i64> = (0..b.tensor(*value)?.rank() as i64).collect();
            let square = b.map(OpKind::Sqr, &[*value])?;
            let sum = b.reduce(OpKind::Sum, square, &axes)?;
            cost = b.map(OpKind::Add, &[cost, sum])?;
        }
        Ok(cost)
    }

    /// A loop, and parts of what it gives. The first is of the type of the state; whole traces join the sequences.
    fn within(&mut self, b: &mut Builder<'_>, scope: &mut Scope) -> Values {
        let first = self.pick(&scope.vectors);
        let ty = b.tensor(first)?;
        let wide = b.tensor(scope.w)?;
        let rows = b.shape(scope.sequences[0])?[0].clone();
        let mut inits = vec![first];
        // Kinds of further states: 0 a trace, 1 a sum of vectors, 2 of outer products, 3 of numbers.
        let kinds: Vec<usize> = (0..1 + self.below(3)).map(|_| self.below(4)).collect();
        for kind in &kinds {
            let shape = match kind {
                0 => Shape(vec![rows.clone(), ty.shape[0].clone()]),
                1 => ty.shape.clone(),
                2 => wide.shape.clone(),
                _ => Shape::scalar(),
            };
            let start = self.pick(&[0.0, 0.0, 0.0, 0.5]);
            let number = b.number(DType::F64, start)?;
            inits.push(match self.below(8) {
                0 if *kind == 0 => b.broadcast(first, &[1], &shape)?,
                _ => b.fill(number, &shape)?,
            });
        }
        let scope_inside = scope.clone();
        let finals = RegionBuilder(b)
            .looped(scope.count, &inits, |b, args| self.step(b, &scope_inside, &kinds, &rows, args))?;
        let mut results = vec![finals[0]];
        for (kind, value) in kinds.iter().zip(&finals[1..]) {
            if *kind == 0 {
                results.push(self.read(b, *value, &rows)?);
                if self.below(3) == 0 {
                    scope.sequences.push(*value);
                }
            } else if self.below(4) > 0 {
                results.push(*value);
            }
        }
        if self.below(3) == 0 {
            results.remove(0);
            let last = self.pick(&scope.vectors);
            results.insert(0, last);
        }
        Ok(results)
    }

    /// A part of a trace.
    fn read(&mut self, b: &mut Builder<'_>, trace: Value, rows: &Dim) -> Result<Value, Error> {
        let size = b.shape(trace)?[1].clone();
        let mut slice = |first: Dim, by: i64, count: Dim| {
            b.slice(trace, &[first, 0.into()], &[by, 1], &Shape(vec![count, size.clone()]))
        };
        match self.below(9) {
            0 => slice(rows.clone() - Dim::ONE, 1, Dim::ONE),
            1 => slice(rows.clone() - Dim::from(2), 1, Dim::from(2)),
            2 => slice(rows.clone() - Dim::ONE, -1, Dim::from(2)),
            3 => slice(0.into(), 1, Dim::from(2)),
            4 => slice(0.into(), 1, rows.clone() - Dim::ONE),
            5 | 6 => {
                let at = self.pick(&[-1.0, -2.0, 0.0, 1.0]);
                let at = b.number(DType::I64, at)?;
                b.map(OpKind::Gather, &[trace, at])
            }
            _ => Ok(trace),
        }
    }

    fn step(
        &mut self,
        b: &mut Builder<'_>,
        scope: &Scope,
        kinds: &[usize],
        rows: &Dim,
        args: &[Value],
    ) -> Values {
        let last = b.dim(rows.clone() - Dim::ONE)?;
        let down = b.map(OpKind::Sub, &[last, args[0]])?;
        let two = b.number(DType::I64, 2.0)?;
        let half = b.map(OpKind::FloorDiv, &[args[0], two])?;
        let index = self.pick(&[args[0], args[0], down, half]);
        let state = args[1];
        let x = b.map(OpKind::Gather, &[scope.sequences[0], index])?;
        let mut vectors = vec![state, b.map(OpKind::Dot, &[x, scope.w])?];
        vectors.push(self.pick(&scope.vectors));
        for _ in 0..self.below(3) {
            let of = self.pick(&scope.sequences[1..]);
            let row = b.map(OpKind::Gather, &[of, self.pick(&[index, args[0], down])])?;
            vectors.push(row);
        }
        if self.below(4) == 0 {
            let place = b.map(OpKind::Gather, &[scope.places, index])?;
            vectors.push(b.map(OpKind::Gather, &[scope.sequences[1], place])?);
        }
        for _ in 0..2 + self.below(4) {
            let recent = vectors.len() - 2;
            let (p, q) = (self.pick(&vectors[recent..]), self.pick(&vectors));
            let made = match self.below(8) {
                6 => {
                    let product = b.map(OpKind::Dot, &[scope.u, p])?;
                    b.map(OpKind::Tanh, &[product])?
                }
                7 => self.with_matrices(b, scope, p, q)?,
                0 | 1 => {
                    let kind = self.pick(&CALM);
                    b.map(kind, &[p])?
                }
                2 => {
                    let product = b.map(OpKind::Dot, &[p, scope.u])?;
                    b.map(OpKind::Tanh, &[product])?
                }
                3 => b.map(OpKind::Mul, &[p, q])?,
                4 => {
                    let number = b.map(OpKind::Dot, &[p, q])?;
                    let number = b.map(OpKind::Tanh, &[number])?;
                    b.map(OpKind::Mul, &[q, number])?
                }
                _ => b.map(OpKind::Add, &[p, q])?,
            };
            vectors.push(made);
        }
        let new = self.pick(&vectors);
        let mut next = vec![if self.below(8) == 0 { state } else { b.map(OpKind::Tanh, &[new])? }];
        vectors.push(next[0]);
        for (kind, arg) in kinds.iter().zip(&args[2..]) {
            let recent = vectors.len() - 3;
            let value = self.pick(&vectors[recent..]);
            next.push(match kind {
                0 => {
                    let place = self.pick(&[args[0], args[0], down, index]);
                    let at = b.dimshuffle(place, &[-1])?;
                    let row = b.dimshuffle(value, &[-1, 0])?;
                    b.map(OpKind::ScatterAdd, &[*arg, at, row])?
                }
                1 => {
                    let sum = b.map(OpKind::Add, &[*arg, value])?;
                    match self.below(3) {
                        0 => b.map(OpKind::Add, &[vectors[1], sum])?,
                        _ => sum,
                    }
                }
                2 => {
                    let outer = if self.below(2) == 0 {
                        let (x, y) = (b.dimshuffle(x, &[0, -1])?, b.dimshuffle(value, &[-1, 0])?);
                        b.map(OpKind::Dot, &[x, y])?
                    } else {
                        let shape = b.shape(*arg)?;
                        let (x, y) = (b.broadcast(x, &[0], &shape)?, b.broadcast(value, &[1], &shape)?);
                        b.map(OpKind::Mul, &[x, y])?
                    };
                    let outer = match self.below(3) {
                        0 => b.map(OpKind::Mul, &[outer, scope.w])?,
                        1 => b.map(OpKind::Neg, &[outer])?,
                        _ => outer,
                    };
                    b.map(self.pick(&[OpKind::Add, OpKind::Add, OpKind::Sub]), &[*arg, outer])?
                }
                _ => {
                    let square = b.map(OpKind::Sqr, &[value])?;
                    let number = b.reduce(OpKind::Sum, square, &[0])?;
                    b.map(OpKind::Add, &[*arg, number])?
                }
            });
        }
        Ok(next)
    }

    /// A vector from a matrix of each step.
    fn with_matrices(
        &mut self,
        b: &mut Builder<'_>,
        scope: &Scope,
        p: Value,
        q: Value,
    ) -> Result<Value, Error> {
        let shape = b.shape(scope.u)?;
        let (x, y) = (b.broadcast(p, &[0], &shape)?, b.broadcast(q, &[1], &shape)?);
        let matrix = b.map(self.pick(&[OpKind::Mul, OpKind::Add, OpKind::Maximum]), &[x, y])?;
        let matrix = match self.below(5) {
            0 => b.map(OpKind::Dot, &[matrix, scope.u])?,
            1 => b.map(OpKind::Dot, &[scope.u, matrix])?,
            2 => b.map(OpKind::Dot, &[matrix, matrix])?,
            3 => b.dimshuffle(matrix, &[1, 0])?,
            _ => matrix,
        };
        let vector = match self.below(5) {
            0 => b.map(OpKind::Dot, &[matrix, q])?,
            1 => b.map(OpKind::Dot, &[p, matrix])?,
            2 => b.map(OpKind::Dot, &[matrix, scope.vectors[0]])?,
            3 => b.map(OpKind::Dot, &[scope.vectors[0], matrix])?,
            _ => {
                let kind = self.pick(&[OpKind::Sum, OpKind::Max, OpKind::LogSumExp]);
                b.reduce(kind, matrix, &[self.below(2) as i64])?
            }
        };
        b.map(OpKind::Tanh, &[vector])
    }

    /// Inputs of [`Sequences::program`].
    pub(crate) fn inputs(&mut self) -> Vec<Data> {
        let rows = self.below(5);
        let (inner, size) = (1 + self.below(3), 1 + self.below(3));
        let mut floats = |shape: &[usize]| {
            let count = shape.iter().product();
            let numbers = [0.5, -1.0, 0.25, 0.75, 0.0, -0.375];
            let all = (0..count).map(|_| Scalar::Float(numbers[self.below(6)])).collect();
            Data::new(DType::F64, shape, all).unwrap()
        };
        let mut inputs = vec![
            floats(&[rows, inner]),
            floats(&[inner, size]),
            floats(&[rows, size]),
            floats(&[size, size]),
            floats(&[size]),
            floats(&[size]),
        ];
        let mut places: Vec<Scalar> = (0..rows).map(|_| Scalar::Int(self.below(rows) as i128)).collect();
        if rows > 0 && self.below(3) == 0 {
            // No row is there, and only some loops look for it.
            places[rows - 1] = Scalar::Int(100);
        }
        inputs.push(Data::new(DType::I64, &[rows], places).unwrap());
        let count = self.below(rows + 2) as i128 - 1;
        inputs.push(scalar(DType::I64, Scalar::Int(count)));
        let holds = self.below(2) == 0;
        inputs.push(scalar(DType::Bool, Scalar::Bool(holds)));
        inputs
    }
}
