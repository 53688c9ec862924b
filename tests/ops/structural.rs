//! Ops that are not elementwise: programs for each iteration shape, with symbolic lengths where the op allows them.

use crate::{
    call::call,
    judge::{Judge, compiled, judge},
    samples::{indices, tensor},
};
use thn_ir::{
    Arg, Attrs, Builder, DType, Dim, Error, Fact, Func, Iterate, Literal, Loc, OpKind, Res, Scalar,
    Semantics, Shape, TensorType, Value,
};
use thn_random::Random;
use thn_reference::Value as Tensor;

/// A program and calls of it.
pub(crate) struct Program {
    func: Func,
    labels: Vec<String>,
    calls: Vec<Vec<Tensor>>,
    judge: Judge,
}

/// Compares the compiled programs with the reference.
pub(crate) fn check(programs: &Result<Vec<Program>, String>) -> Result<(), String> {
    for program in programs.as_ref()? {
        let code = compiled(&program.func)?;
        for inputs in &program.calls {
            let shapes: Vec<&[usize]> = inputs.iter().map(Tensor::shape).collect();
            let found =
                call(&code, inputs).map_err(|e| format!("{e}\ncalled with {shapes:?}\n{}", program.func))?;
            judge(&program.func, &program.labels, inputs, &found, program.judge)
                .map_err(|e| format!("{e}\ncalled with {shapes:?}\n{}", program.func))?;
        }
    }
    Ok(())
}

/// Programs for an op that is not elementwise; `None` for ops that only exist inside others.
pub(crate) fn programs(kind: OpKind, dtype: DType) -> Option<Result<Vec<Program>, String>> {
    let mut s = Suite { kind, dtype, random: Random::new(kind as u64), done: vec![] };
    let outcome = match kind.row().semantics {
        Semantics::Iterate(iterate) => s.iterated(iterate)?,
        Semantics::Library(_) => s.products(),
        Semantics::Expand(_) => s.along_axes(Judge::Forward),
        // Elementwise ops are checked elsewhere; ops of other dialects are never compiled.
        Semantics::Prim(_) | Semantics::Foreign => return None,
    };
    Some(outcome.map(|()| s.done).map_err(|e| e.to_string()))
}

/// Element type and rank of an argument; every length is symbolic.
type Operand = (DType, usize);

struct Suite {
    kind: OpKind,
    dtype: DType,
    random: Random,
    done: Vec<Program>,
}

impl Suite {
    /// Adds a program over operands of these types, called with ordinary numbers of each list of shapes.
    fn add(
        &mut self,
        operands: &[Operand],
        shapes: &[&[&[usize]]],
        judge: Judge,
        build: impl Fn(&mut Builder<'_>, &[Value]) -> Result<Vec<Value>, Error>,
    ) -> Result<(), Error> {
        self.add_with(operands, judge, build, |random| {
            let one = |random: &mut Random, lengths: &&[&[usize]]| {
                let tensors = operands.iter().zip(*lengths).map(|((d, _), s)| tensor(random, *d, s));
                tensors.collect::<Vec<_>>()
            };
            shapes.iter().map(|lengths| one(random, lengths)).collect()
        })
    }

    /// Adds a program with calls of its own.
    fn add_with(
        &mut self,
        operands: &[Operand],
        judge: Judge,
        build: impl Fn(&mut Builder<'_>, &[Value]) -> Result<Vec<Value>, Error>,
        calls: impl FnOnce(&mut Random) -> Vec<Vec<Tensor>>,
    ) -> Result<(), Error> {
        let mut func = Func::new(self.kind.row().mnemonic);
        let mut args = vec![];
        for (i, (dtype, rank)) in operands.iter().enumerate() {
            let arg = Arg { name: Some(format!("x{i}").into()), ..Arg::default() };
            args.push(func.add_tensor_arg(*dtype, &vec![None; *rank], arg));
        }
        let mut b = Builder::new(&mut func, Func::BODY, Loc::File("ops.rs".into(), 1, 1));
        let results = build(&mut b, &args)?;
        let mut labels = vec![];
        for (i, result) in results.into_iter().enumerate() {
            func.add_result(result, Res::default());
            labels.push(format!("{} of {}, result {i}", self.kind.row().mnemonic, self.dtype));
        }
        let calls = calls(&mut self.random);
        self.done.push(Program { func, labels, calls, judge });
        Ok(())
    }

    fn iterated(&mut self, iterate: Iterate) -> Option<Result<(), Error>> {
        Some(match iterate {
            Iterate::Constant => self.constants(),
            Iterate::Dim => self.dims()?,
            Iterate::Iota => self.iota(),
            Iterate::Broadcast => self.broadcasts(),
            Iterate::Dimshuffle => self.dimshuffles(),
            Iterate::Reshape => self.reshapes(),
            Iterate::Assume => self.assumptions(),
            Iterate::Slice => self.slices(),
            Iterate::Gather => self.gathers(),
            Iterate::Pick => self.picks(),
            Iterate::Diagonal => self.diagonals(),
            Iterate::Join => self.joins(),
            Iterate::Pad => self.pads(),
            Iterate::SetSubtensor | Iterate::IncSubtensor => self.subtensors(),
            Iterate::ScatterAdd => self.scatters(),
            Iterate::Argmax => self.argmaxes(),
            Iterate::Loop => self.loops(),
            Iterate::Cond => self.conds(),
            Iterate::Reduce { combine, .. } => {
                // Maxima are exact; sums and products round.
                let exact = matches!(combine, OpKind::Maximum | OpKind::Minimum);
                self.along_axes(if exact { Judge::Bits } else { Judge::Forward })
            }
            // Every program above becomes kernels, and every region above ends with a terminator.
            Iterate::Kernel | Iterate::Terminator => return None,
        })
    }

    fn constants(&mut self) -> Result<(), Error> {
        let dtype = self.dtype;
        let random = &mut self.random;
        let mut literals = vec![
            Literal::scalar(dtype, Scalar::Int(1)),
            Literal::splat(dtype, &[2, 3], Scalar::Int(1)),
            Literal::splat(dtype, &[0, 3], Scalar::Int(1)),
        ];
        literals.extend([&[7][..], &[2, 1, 3]].iter().filter_map(|s| tensor(random, dtype, s).to_literal()));
        self.add(&[], &[&[]], Judge::Bits, |b, _| literals.iter().map(|l| b.literal(l.clone())).collect())
    }

    /// Of ordinary numbers, all of which are finite.
    fn assumptions(&mut self) -> Result<(), Error> {
        let dtype = self.dtype;
        self.add(&[(dtype, 2)], &[&[&[5, 3]], &[&[0, 1]], &[&[1, 7]]], Judge::Bits, |b, x| {
            Ok(vec![b.assume(x[0], &[Fact::Number, Fact::Finite])?])
        })
    }

    /// Expressions over the lengths of a matrix, all once: the op has one element type.
    fn dims(&mut self) -> Option<Result<(), Error>> {
        if self.dtype != DType::I64 {
            return None;
        }
        Some(self.add(&[(DType::F64, 2)], &[&[&[5, 3]], &[&[0, 1]], &[&[1, 7]]], Judge::Bits, |b, x| {
            let s = b.shape(x[0])?;
            let (m, n) = (s[0].clone(), s[1].clone());
            let two = Dim::from(2);
            let all = [
                m.clone() * n.clone() + Dim::from(1),
                m.clone() - n.clone(),
                m.clone().floor_div(&two),
                (m.clone() - Dim::from(4)).floor_div(&two),
                (m.clone() - Dim::from(4)).modulo(&two),
                Dim::max(&m, &n),
                Dim::min(&m, &n),
                Dim::from(42),
            ];
            all.into_iter().map(|d| b.dim(d)).collect()
        }))
    }

    fn iota(&mut self) -> Result<(), Error> {
        let dtype = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[5, 3]], &[&[0, 2]], &[&[1, 1]]];
        self.add(&[(DType::F64, 2)], &shapes, Judge::Bits, |b, x| {
            let s = b.shape(x[0])?;
            let of = |shape: Vec<Dim>| TensorType::new(dtype, Shape(shape));
            let matrix = of(vec![s[0].clone(), s[1].clone()]);
            let axis = |i: i64| Attrs::new().with("axis", thn_ir::Attr::Int(i));
            Ok(vec![
                b.shaped(OpKind::Iota, &[], axis(0), &of(vec![s[0].clone()]))?,
                b.shaped(OpKind::Iota, &[], axis(0), &matrix)?,
                b.shaped(OpKind::Iota, &[], axis(1), &matrix)?,
            ])
        })
    }

    fn broadcasts(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[4], &[2, 4], &[]], &[&[0], &[3, 0], &[]], &[&[1], &[1, 1], &[]]];
        self.add(&[(d, 1), (d, 2), (d, 0)], &shapes, Judge::Bits, |b, x| {
            let n = b.shape(x[0])?[0].clone();
            let s = b.shape(x[1])?;
            let three = Dim::from(3);
            Ok(vec![
                b.broadcast(x[0], &[1], &Shape(vec![three.clone(), n.clone()]))?,
                b.broadcast(x[0], &[0], &Shape(vec![n.clone(), three.clone()]))?,
                b.broadcast(x[1], &[0, 2], &Shape(vec![s[0].clone(), three.clone(), s[1].clone()]))?,
                b.broadcast(x[0], &[0], &Shape(vec![n, Dim::from(0)]))?,
                b.fill(x[2], &Shape(vec![s[1].clone(), three]))?,
            ])
        })
    }

    fn dimshuffles(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[2, 3, 4]], &[&[0, 3, 1]], &[&[1, 1, 1]]];
        self.add(&[(d, 3)], &shapes, Judge::Bits, |b, x| {
            let orders: [&[i64]; 4] = [&[2, 0, 1], &[0, 2, 1], &[-1, 1, 0, -1, 2], &[2, 1, 0]];
            let mut all = orders.iter().map(|o| b.dimshuffle(x[0], o)).collect::<Result<Vec<_>, _>>()?;
            // What was inserted can be dropped again, here after a permutation.
            all.push(b.dimshuffle(all[2], &[4, 1, 2])?);
            Ok(all)
        })
    }

    fn reshapes(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[6, 4], &[]], &[&[0, 4], &[]], &[&[2, 4], &[]]];
        self.add(&[(d, 2), (d, 0)], &shapes, Judge::Bits, |b, x| {
            let s = b.shape(x[0])?;
            let (m, n) = (s[0].clone(), s[1].clone());
            let half = m.floor_div(&Dim::from(2));
            let permuted = b.dimshuffle(x[0], &[1, 0])?;
            Ok(vec![
                b.reshape(x[0], &Shape(vec![m.clone() * n.clone()]))?,
                b.reshape(x[0], &Shape(vec![n.clone(), m.clone()]))?,
                b.reshape(x[0], &Shape(vec![half, Dim::from(2), n.clone()]))?,
                b.reshape(permuted, &Shape(vec![m * n]))?,
                b.reshape(x[1], &Shape::fixed(&[1, 1]))?,
            ])
        })
    }

    fn slices(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[7, 5]], &[&[2, 3]], &[&[4, 3]]];
        self.add(&[(d, 2)], &shapes, Judge::Bits, |b, x| {
            let s = b.shape(x[0])?;
            let (m, n) = (s[0].clone(), s[1].clone());
            let (zero, one, two) = (Dim::from(0), Dim::from(1), Dim::from(2));
            let half = (m.clone() + one.clone()).floor_div(&two);
            let reversed = [m.clone() - one.clone(), n.clone() - one.clone()];
            Ok(vec![
                b.slice(
                    x[0],
                    &[one.clone(), zero.clone()],
                    &[1, 1],
                    &Shape(vec![m.clone() - one.clone(), n.clone()]),
                )?,
                b.slice(x[0], &[zero.clone(), zero.clone()], &[2, 1], &Shape(vec![half, two.clone()]))?,
                b.slice(x[0], &reversed, &[-1, -1], &Shape(vec![m, n.clone()]))?,
                b.slice(x[0], &[one, two.clone()], &[1, -2], &Shape(vec![Dim::from(1), two]))?,
                b.slice(x[0], &[zero.clone(), zero], &[1, 1], &Shape(vec![Dim::from(0), n]))?,
            ])
        })
    }

    /// Element types of indices that are worth their time: the usual ones, and the smallest of each sign.
    fn index_types(&self) -> &'static [DType] {
        match self.dtype {
            DType::F64 => &[DType::I64, DType::I32, DType::I8, DType::U8, DType::U64],
            _ => &[DType::I64],
        }
    }

    fn gathers(&mut self) -> Result<(), Error> {
        for index in self.index_types() {
            let (d, i) = (self.dtype, *index);
            let build = |b: &mut Builder<'_>, x: &[Value]| {
                let one = |b: &mut Builder<'_>, x, i| b.apply(OpKind::Gather, &[x, i], Attrs::new());
                Ok(vec![one(b, x[0], x[1])?, one(b, x[0], x[2])?, one(b, x[3], x[1])?, one(b, x[0], x[4])?])
            };
            let operands = [(d, 2), (i, 1), (i, 2), (d, 1), (i, 0)];
            self.add_with(&operands, Judge::Bits, build, |r| {
                let call = |r: &mut Random, rows: usize, m: usize| {
                    vec![
                        tensor(r, d, &[rows, 3]),
                        indices(r, i, &[m], rows),
                        indices(r, i, &[m, 2], rows),
                        tensor(r, d, &[rows]),
                        indices(r, i, &[], rows),
                    ]
                };
                vec![call(r, 5, 9), call(r, 1, 1), call(r, 4, 0)]
            })?;
        }
        Ok(())
    }

    fn picks(&mut self) -> Result<(), Error> {
        for index in self.index_types() {
            let (d, i) = (self.dtype, *index);
            let build = |b: &mut Builder<'_>, x: &[Value]| {
                let one = |b: &mut Builder<'_>, x, i| b.apply(OpKind::Pick, &[x, i], Attrs::new());
                Ok(vec![one(b, x[0], x[1])?, one(b, x[2], x[3])?, one(b, x[4], x[5])?])
            };
            let operands = [(d, 2), (i, 1), (d, 3), (i, 2), (d, 1), (i, 0)];
            self.add_with(&operands, Judge::Bits, build, |r| {
                let call = |r: &mut Random, m: usize, k: usize| {
                    vec![
                        tensor(r, d, &[m, k]),
                        indices(r, i, &[m], k),
                        tensor(r, d, &[2, m, k]),
                        indices(r, i, &[2, m], k),
                        tensor(r, d, &[k]),
                        indices(r, i, &[], k),
                    ]
                };
                vec![call(r, 5, 4), call(r, 1, 1), call(r, 0, 2)]
            })?;
        }
        Ok(())
    }

    fn diagonals(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 4] =
            [&[&[4, 4], &[2, 3, 5]], &[&[5, 2], &[1, 4, 1]], &[&[0, 3], &[0, 2, 2]], &[&[1, 1], &[2, 0, 0]]];
        self.add(&[(d, 2), (d, 3)], &shapes, Judge::Bits, |b, x| {
            x.iter().map(|x| b.map(OpKind::Diagonal, &[*x])).collect()
        })
    }

    fn joins(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [
            &[&[2, 3], &[2, 3], &[4], &[1]],
            &[&[1, 1], &[1, 1], &[0], &[2]],
            &[&[0, 2], &[0, 2], &[0], &[0]],
        ];
        self.add(&[(d, 2), (d, 2), (d, 1), (d, 1)], &shapes, Judge::Bits, |b, x| {
            let axis = |i: i64| Attrs::new().with("axis", thn_ir::Attr::Int(i));
            Ok(vec![
                b.apply(OpKind::Join, &[x[0], x[1]], axis(0))?,
                b.apply(OpKind::Join, &[x[0], x[1], x[0]], axis(1))?,
                b.apply(OpKind::Join, &[x[2], x[3], x[2]], axis(0))?,
                b.apply(OpKind::Join, &[x[2]], axis(0))?,
            ])
        })
    }

    fn pads(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[2, 3], &[]], &[&[0, 1], &[]], &[&[1, 0], &[]]];
        self.add(&[(d, 2), (d, 0)], &shapes, Judge::Bits, |b, x| {
            let amounts = |low: &[i64], high: &[i64]| Attrs::new().ints("low", low).ints("high", high);
            Ok(vec![
                b.apply(OpKind::Pad, &[x[0], x[1]], amounts(&[1, 0], &[0, 2]))?,
                b.apply(OpKind::Pad, &[x[0], x[1]], amounts(&[0, 0], &[0, 0]))?,
                b.apply(OpKind::Pad, &[x[0], x[1]], amounts(&[2, 3], &[1, 1]))?,
            ])
        })
    }

    fn subtensors(&mut self) -> Result<(), Error> {
        let (d, kind) = (self.dtype, self.kind);
        let shapes: [&[&[usize]]; 3] =
            [&[&[7, 5], &[3, 5], &[3, 2]], &[&[5, 3], &[2, 3], &[0, 2]], &[&[6, 3], &[0, 3], &[2, 2]]];
        self.add(&[(d, 2), (d, 2), (d, 2)], &shapes, Judge::Bits, |b, x| {
            let (zero, one) = (Dim::from(0), Dim::from(1));
            let last = b.shape(x[0])?[0].clone() - one.clone();
            let at = |starts: &[Dim], steps: &[i64]| Attrs::new().dims("starts", starts).ints("steps", steps);
            Ok(vec![
                b.apply(kind, &[x[0], x[1]], at(&[one.clone(), zero.clone()], &[1, 1]))?,
                b.apply(kind, &[x[0], x[1]], at(&[zero.clone(), zero.clone()], &[2, 1]))?,
                b.apply(kind, &[x[0], x[1]], at(&[last, zero], &[-1, 1]))?,
                b.apply(kind, &[x[0], x[2]], at(&[one.clone(), one], &[2, 1]))?,
            ])
        })
    }

    fn scatters(&mut self) -> Result<(), Error> {
        for index in self.index_types() {
            let (d, i) = (self.dtype, *index);
            let build = |b: &mut Builder<'_>, x: &[Value]| {
                let one =
                    |b: &mut Builder<'_>, x, i, y| b.apply(OpKind::ScatterAdd, &[x, i, y], Attrs::new());
                Ok(vec![one(b, x[0], x[1], x[2])?, one(b, x[3], x[1], x[4])?])
            };
            let operands = [(d, 2), (i, 1), (d, 2), (d, 1), (d, 1)];
            self.add_with(&operands, Judge::Bits, build, |r| {
                let call = |r: &mut Random, rows: usize, m: usize| {
                    vec![
                        tensor(r, d, &[rows, 3]),
                        indices(r, i, &[m], rows),
                        tensor(r, d, &[m, 3]),
                        tensor(r, d, &[rows]),
                        tensor(r, d, &[m]),
                    ]
                };
                vec![call(r, 4, 11), call(r, 1, 3), call(r, 3, 0)]
            })?;
        }
        Ok(())
    }

    fn argmaxes(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let shapes: [&[&[usize]]; 3] = [&[&[4, 9], &[30]], &[&[1, 1], &[1]], &[&[2, 3], &[2]]];
        self.add(&[(d, 2), (d, 1)], &shapes, Judge::Bits, |b, x| {
            let axis = |i: i64| Attrs::new().with("axis", thn_ir::Attr::Int(i));
            Ok(vec![
                b.apply(OpKind::Argmax, &[x[0]], axis(0))?,
                b.apply(OpKind::Argmax, &[x[0]], axis(1))?,
                b.apply(OpKind::Argmax, &[x[1]], axis(0))?,
            ])
        })
    }

    /// Reductions and softmax and its relatives, over every kind of axes.
    fn along_axes(&mut self, judge: Judge) -> Result<(), Error> {
        let (d, kind) = (self.dtype, self.kind);
        let ordinary: [&[&[usize]]; 3] = [&[&[3, 4, 5], &[300]], &[&[1, 1, 1], &[1]], &[&[2, 17, 3], &[33]]];
        let empty: [&[&[usize]]; 2] = [&[&[0, 4, 2], &[0]], &[&[3, 0, 0], &[2]]];
        let build = |b: &mut Builder<'_>, x: &[Value]| {
            let axes: [&[i64]; 6] = [&[0], &[1], &[2], &[0, 1], &[1, 2], &[0, 1, 2]];
            let over =
                |b: &mut Builder<'_>, x, axes: &[i64]| b.apply(kind, &[x], Attrs::new().ints("axes", axes));
            let mut all = axes.iter().map(|a| over(b, x[0], a)).collect::<Result<Vec<_>, _>>()?;
            all.push(over(b, x[1], &[0])?);
            Ok(all)
        };
        self.add(&[(d, 3), (d, 1)], &ordinary, judge, build)?;
        // Where an empty dim is an error, calls with one are refused by the shape program, which has its own tests.
        let last = self.done.last().map(|p| p.func.clone());
        let refused = last.is_none_or(|f| {
            thn_ir::ShapeProgram::new(&f).is_ok_and(|s| s.run(&[&[0, 4, 2], &[0]], &|_| None).is_err())
        });
        if refused { Ok(()) } else { self.add(&[(d, 3), (d, 1)], &empty, judge, build) }
    }

    fn products(&mut self) -> Result<(), Error> {
        let (d, kind) = (self.dtype, self.kind);
        if kind == OpKind::BatchedDot {
            let shapes: [&[&[usize]]; 4] = [
                &[&[2, 3, 4], &[2, 4, 5]],
                &[&[1, 1, 1], &[1, 1, 1]],
                &[&[2, 3, 0], &[2, 0, 2]],
                &[&[0, 3, 2], &[0, 2, 2]],
            ];
            return self.add(&[(d, 3), (d, 3)], &shapes, Judge::Forward, |b, x| {
                Ok(vec![b.apply(kind, &[x[0], x[1]], Attrs::new())?])
            });
        }
        let shapes: [&[&[usize]]; 4] = [
            &[&[3, 4], &[4, 5], &[4], &[3]],
            &[&[1, 1], &[1, 1], &[1], &[1]],
            &[&[2, 0], &[0, 3], &[0], &[2]],
            &[&[70, 33], &[33, 40], &[33], &[70]],
        ];
        self.add(&[(d, 2), (d, 2), (d, 1), (d, 1)], &shapes, Judge::Forward, |b, x| {
            let dot = |b: &mut Builder<'_>, x, y| b.apply(kind, &[x, y], Attrs::new());
            // A permuted operand is read through its strides.
            let permuted = b.dimshuffle(x[0], &[1, 0])?;
            Ok(vec![
                dot(b, x[0], x[1])?,
                dot(b, x[0], x[2])?,
                dot(b, x[3], x[0])?,
                dot(b, x[2], x[2])?,
                dot(b, permuted, x[0])?,
                dot(b, permuted, x[3])?,
            ])
        })
    }

    /// x ← maximum(x, c) over two carried values that change places, with a captured value.
    fn loops(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let build = |b: &mut Builder<'_>, x: &[Value]| {
            let ty = b.tensor(x[1])?;
            let body = b.func.new_block();
            b.func.add_block_arg(body, TensorType::scalar(DType::I64));
            let first = b.func.add_block_arg(body, ty.clone());
            let second = b.func.add_block_arg(body, ty);
            let mut inner = Builder::new(b.func, body, Loc::Unknown);
            let larger = inner.map(OpKind::Maximum, &[first, x[3]])?;
            b.func.block_mut(body).results = vec![second, larger];
            let op = b.op(OpKind::Loop, &[x[0], x[1], x[2]], Attrs::new(), None, &[body])?;
            Ok(b.func.op(op).results.to_vec())
        };
        let operands = [(DType::I64, 0), (d, 1), (d, 1), (d, 0)];
        self.add_with(&operands, Judge::Bits, build, |r| {
            let call = |r: &mut Random, count: i128, n: usize| {
                let count = Tensor::new(DType::I64, &[], vec![Scalar::Int(count)]).expect("is one number");
                vec![count, tensor(r, d, &[n]), tensor(r, d, &[n]), tensor(r, d, &[])]
            };
            vec![call(r, 0, 3), call(r, 1, 3), call(r, 4, 5), call(r, -2, 2), call(r, 3, 0)]
        })
    }

    fn conds(&mut self) -> Result<(), Error> {
        let d = self.dtype;
        let build = |b: &mut Builder<'_>, x: &[Value]| {
            let (then, otherwise) = (b.func.new_block(), b.func.new_block());
            let mut inner = Builder::new(b.func, then, Loc::Unknown);
            let larger = inner.map(OpKind::Maximum, &[x[1], x[2]])?;
            b.func.block_mut(then).results = vec![larger, x[1]];
            let mut inner = Builder::new(b.func, otherwise, Loc::Unknown);
            let smaller = inner.map(OpKind::Minimum, &[x[1], x[2]])?;
            b.func.block_mut(otherwise).results = vec![smaller, smaller];
            let op = b.op(OpKind::Cond, &[x[0]], Attrs::new(), None, &[then, otherwise])?;
            Ok(b.func.op(op).results.to_vec())
        };
        let operands = [(DType::Bool, 0), (d, 1), (d, 0)];
        self.add_with(&operands, Judge::Bits, build, |r| {
            let call = |r: &mut Random, holds: bool, n: usize| {
                let holds = Tensor::new(DType::Bool, &[], vec![Scalar::Bool(holds)]).expect("is one bool");
                vec![holds, tensor(r, d, &[n]), tensor(r, d, &[])]
            };
            vec![call(r, true, 4), call(r, false, 4), call(r, true, 0), call(r, false, 1)]
        })
    }
}
