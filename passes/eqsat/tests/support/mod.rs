//! Building programs with loops and branches, by hand and at random, and comparing their results.

use thn_ir::*;
use thn_random::Random;
use thn_reference::{Value as Data, interpret};

/// Rounding differs within a few bits, and random programs are made not to enlarge that much.
const TOLERANCE: f64 = 1e-6;

/// A rank-0 value.
pub(crate) fn scalar(dtype: DType, x: Scalar) -> Data {
    Data::new(dtype, &[], vec![x]).unwrap()
}

/// Both programs give the same results, up to rounding, or the first one fails.
pub(crate) fn agree(before: &Func, after: &Func, inputs: &[Data]) {
    let Ok(expected) = interpret(before, inputs) else { return };
    let found = interpret(after, inputs);
    let found = found.unwrap_or_else(|e| panic!("{e}\n{before}\n{after}"));
    for (i, (x, y)) in expected.iter().zip(&found).enumerate() {
        assert_eq!((x.dtype, x.shape()), (y.dtype, y.shape()), "result {i}\n{before}\n{after}");
        for (a, b) in x.data.iter().zip(&y.data) {
            let (a, b) = (a.to_f64(), b.to_f64());
            let close = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= TOLERANCE * a.abs().max(1.0);
            assert!(close, "result {i} is {b} instead of {a}\n{inputs:?}\n{before}\n{after}");
        }
    }
}

/// Mnemonics of the ops of a block that compute, in order; loops and branches with what is in them.
pub(crate) fn ops(f: &Func, block: BlockId) -> String {
    let mut words = vec![];
    for op in &f.block(block).ops {
        let data = f.op(*op);
        let inner: Vec<String> = data.regions.iter().map(|r| format!("{{{}}}", ops(f, *r))).collect();
        if !inner.is_empty() || data.kind.row().cost > 0 {
            words.push(format!("{}{}", data.kind.row().mnemonic, inner.concat()));
        }
    }
    words.join(" ")
}

/// An op of any kind on what can be made from a vector; `None` if it takes something else.
pub(crate) fn apply_any(b: &mut Builder<'_>, kind: OpKind, x: Value) -> Option<Value> {
    let ty = b.tensor(x).ok()?;
    let zero = b.number(DType::I64, 0.0).ok()?;
    let row = b.fill(zero, &ty.shape).ok()?;
    let flag = b.map(OpKind::Eq, &[row, zero]).ok()?;
    let number = b.number(ty.dtype, 2.0).ok()?;
    let shape = Shape([ty.shape.0.as_slice(), ty.shape.0.as_slice()].concat());
    let matrix = b.broadcast(x, &[0], &shape).ok()?;
    let cube = Shape([ty.shape.0.as_slice(), shape.0.as_slice()].concat());
    let stack = b.broadcast(matrix, &[0, 1], &cube).ok()?;
    let operands: [&[Value]; 12] = [
        &[],
        &[x],
        &[x, x],
        &[x, x, x],
        &[flag],
        &[flag, flag],
        &[flag, x, x],
        &[x, row],
        &[matrix, row],
        &[x, row, x],
        &[x, number],
        &[stack, stack],
    ];
    let literal = Literal::splat(DType::F64, &[3], Scalar::Float(2.0));
    let attrs = Attrs::new()
        .with("value", Attr::Literal(literal))
        .with("dtype", Attr::DType(DType::F32))
        .with("axis", Attr::Int(0))
        .with("expr", Attr::Dim(ty.shape.first()?.clone()))
        .dims("starts", &[Dim::from(0)])
        .ints("steps", &[1])
        .ints("low", &[1])
        .ints("high", &[1])
        .ints("order", &[0]);
    for axes in [[0].as_slice(), &[]] {
        for operands in operands {
            let attrs = attrs.clone().ints("axes", axes);
            let declared = kind.row().shaped.then_some(&ty);
            let found = b.op(kind, operands, attrs, declared, &[]);
            if let Ok(op) = found {
                return Some(b.func.op(op).result());
            }
        }
    }
    None
}

/// A builder of ops with regions.
pub(crate) struct RegionBuilder<'b, 'f>(pub(crate) &'b mut Builder<'f>);

type Values = Result<Vec<Value>, Error>;

impl RegionBuilder<'_, '_> {
    /// A block built by `fill`, as a region.
    fn region(&mut self, block: BlockId, fill: impl FnOnce(&mut Builder<'_>) -> Values) -> Result<(), Error> {
        let loc = self.0.loc.clone();
        let results = fill(&mut Builder::new(self.0.func, block, loc))?;
        self.0.func.block_mut(block).results = results;
        Ok(())
    }

    pub(crate) fn looped(
        &mut self,
        count: Value,
        inits: &[Value],
        body: impl FnOnce(&mut Builder<'_>, &[Value]) -> Values,
    ) -> Values {
        let block = self.0.func.new_block();
        let mut args = vec![self.0.func.add_block_arg(block, TensorType::scalar(DType::I64))];
        for init in inits {
            let ty = self.0.tensor(*init)?;
            args.push(self.0.func.add_block_arg(block, ty));
        }
        self.region(block, |b| body(b, &args))?;
        let operands: Vec<Value> = [&[count], inits].concat();
        let op = self.0.op(OpKind::Loop, &operands, Attrs::new(), None, &[block])?;
        Ok(self.0.func.op(op).results.to_vec())
    }

    pub(crate) fn branched(
        &mut self,
        condition: Value,
        then: impl FnOnce(&mut Builder<'_>) -> Values,
        otherwise: impl FnOnce(&mut Builder<'_>) -> Values,
    ) -> Values {
        let [a, b] = [self.0.func.new_block(), self.0.func.new_block()];
        self.region(a, then)?;
        self.region(b, otherwise)?;
        let op = self.0.op(OpKind::Cond, &[condition], Attrs::new(), None, &[a, b])?;
        Ok(self.0.func.op(op).results.to_vec())
    }
}

/// Random programs of loops and branches in each other, and inputs for them.
pub(crate) struct Programs {
    random: Random,
    func: Func,
}

/// Ops that do not enlarge errors.
const CALM: [OpKind; 8] = [
    OpKind::Tanh,
    OpKind::Sin,
    OpKind::Sigmoid,
    OpKind::Neg,
    OpKind::Abs,
    OpKind::Cos,
    OpKind::Arctan,
    OpKind::Softplus,
];

/// What draws from a stream of random numbers.
pub(crate) trait Draw {
    fn random(&mut self) -> &mut Random;

    fn below(&mut self, n: usize) -> usize {
        self.random().below(n)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *self.random().pick(from)
    }
}

impl Draw for Programs {
    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

impl Programs {
    pub(crate) fn new(seed: u64) -> Programs {
        Programs { random: Random::stream(seed, 0), func: Func::new("random") }
    }

    /// A program of a vector, a matrix, numbers, a count and a condition.
    pub(crate) fn program(&mut self) -> Func {
        let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
        let v = self.func.add_tensor_arg(DType::F64, &[None], arg("v"));
        let shape = self.func.tensor(v).unwrap().shape.clone();
        let w = self.func.add_arg(TensorType::new(DType::F64, shape), arg("w"));
        let mut values = vec![v, w];
        for name in ["s", "t"] {
            values.push(self.func.add_tensor_arg(DType::F64, &[], arg(name)));
        }
        for name in ["n", "m"] {
            values.push(self.func.add_tensor_arg(DType::I64, &[], arg(name)));
        }
        for name in ["c", "d"] {
            values.push(self.func.add_tensor_arg(DType::Bool, &[], arg(name)));
        }
        let results = self.block(Func::BODY, values, 0);
        for result in results {
            self.func.add_result(result, Res::default());
        }
        self.func.clone()
    }

    fn of(&mut self, values: &[Value], dtype: DType, rank: Option<usize>) -> Option<Value> {
        let fits = |v: &&Value| {
            self.func.tensor(**v).is_some_and(|t| t.dtype == dtype && rank.is_none_or(|r| r == t.rank()))
        };
        let all: Vec<Value> = values.iter().filter(fits).copied().collect();
        // What was made last is used more often, so that most of a program is needed.
        let recent = if self.below(2) == 0 { all.len().saturating_sub(3) } else { 0 };
        (!all.is_empty()).then(|| self.pick(&all[recent..]))
    }

    fn builder(&mut self, block: BlockId) -> Builder<'_> {
        let line = self.func.op_count() as u32;
        Builder::new(&mut self.func, block, Loc::File("random.rs".into(), line, 1))
    }

    /// Fills a block with random ops on values that it sees. Gives some of the floats.
    fn block(&mut self, block: BlockId, mut values: Vec<Value>, depth: usize) -> Vec<Value> {
        for _ in 0..2 + self.below(5) {
            let new = match self.below(if depth < 3 { 9 } else { 6 }) {
                0..=3 => self.elementwise(block, &values).into_iter().collect(),
                4 => self.fold(block, &values).into_iter().collect(),
                5 => self.compare(block, &values).into_iter().collect(),
                6 => self.branch(block, &values, depth),
                _ => self.repeat(block, &values, depth),
            };
            values.extend(new);
        }
        let results = 2 + self.below(4);
        (0..results).filter_map(|_| self.of(&values, DType::F64, None)).collect()
    }

    fn elementwise(&mut self, block: BlockId, values: &[Value]) -> Option<Value> {
        let x = self.of(values, DType::F64, None)?;
        if self.below(2) == 0 {
            let kind = self.pick(&CALM);
            return self.builder(block).map(kind, &[x]).ok();
        }
        let y = match self.below(4) {
            0 => self.builder(block).number(DType::F64, 0.5).ok()?,
            1 => {
                let whole = self.of(values, DType::I64, Some(0))?;
                self.builder(block).cast(whole, DType::F64).ok()?
            }
            _ => self.of(values, DType::F64, None)?,
        };
        let kind = self.pick(&[OpKind::Add, OpKind::Sub, OpKind::Maximum, OpKind::Mul]);
        let made = self.builder(block).map(kind, &[x, y]).ok()?;
        // Products of products would grow.
        self.builder(block).map(OpKind::Tanh, &[made]).ok()
    }

    fn fold(&mut self, block: BlockId, values: &[Value]) -> Option<Value> {
        let x = self.of(values, DType::F64, Some(1))?;
        let kind = self.pick(&[OpKind::Sum, OpKind::Mean]);
        let folded = self.builder(block).reduce(kind, x, &[0]).ok()?;
        self.builder(block).map(OpKind::Tanh, &[folded]).ok()
    }

    /// A condition that no rounding can change.
    fn compare(&mut self, block: BlockId, values: &[Value]) -> Option<Value> {
        let kind = self.pick(&[OpKind::Lt, OpKind::Ge, OpKind::Eq, OpKind::Ne, OpKind::And, OpKind::Not]);
        let (x, y) = match kind {
            OpKind::Not => {
                let x = self.of(values, DType::Bool, Some(0))?;
                return self.builder(block).map(kind, &[x]).ok();
            }
            OpKind::And => (self.of(values, DType::Bool, Some(0))?, self.of(values, DType::Bool, Some(0))?),
            _ if self.below(2) == 0 => {
                // Arguments are compared, not what is computed of them.
                (values[2 + self.below(2)], self.builder(block).number(DType::F64, 0.0).ok()?)
            }
            _ => (self.of(values, DType::I64, Some(0))?, self.builder(block).number(DType::I64, 2.0).ok()?),
        };
        self.builder(block).map(kind, &[x, y]).ok()
    }

    fn branch(&mut self, block: BlockId, values: &[Value], depth: usize) -> Vec<Value> {
        let Some(condition) = self.of(values, DType::Bool, Some(0)) else { return vec![] };
        let regions = [self.func.new_block(), self.func.new_block()];
        let mut results = regions.map(|r| self.block(r, values.to_vec(), depth + 1));
        let count = results[0].len().min(results[1].len());
        let [then, otherwise] = &mut results;
        for (x, y) in then.iter_mut().zip(otherwise) {
            if self.func.ty(*x) != self.func.ty(*y) {
                *y = *x;
                if !values.contains(x) {
                    (*x, *y) = (values[2], values[3]);
                }
            }
        }
        for (region, results) in regions.iter().zip(results) {
            self.func.block_mut(*region).results = results[..count].to_vec();
        }
        let op = self.builder(block).op(OpKind::Cond, &[condition], Attrs::new(), None, &regions);
        op.map(|op| self.func.op(op).results.to_vec()).unwrap_or_default()
    }

    fn repeat(&mut self, block: BlockId, values: &[Value], depth: usize) -> Vec<Value> {
        let count = match self.below(3) {
            0 => {
                let steps = self.below(4) as f64;
                self.builder(block).number(DType::I64, steps).ok()
            }
            1 => Some(values[4]),
            _ => self.of(&values[..8], DType::I64, Some(0)),
        };
        let Some(count) = count else { return vec![] };
        let states = 1 + self.below(4);
        let mut inits: Vec<Value> = (0..states).filter_map(|_| self.of(values, DType::F64, None)).collect();
        if self.below(3) == 0
            && let Ok(zero) = self.builder(block).number(DType::F64, 0.0)
        {
            inits.push(zero);
        }
        let body = self.func.new_block();
        let step = self.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let mut inside = values.to_vec();
        inside.push(step);
        let mut args = vec![];
        for init in &inits {
            let ty = self.func.ty(*init).clone();
            args.push(self.func.add_block_arg(body, ty));
        }
        inside.extend(&args);
        let made = self.block(body, inside.clone(), depth + 1);
        let mut next = vec![];
        for (j, arg) in args.iter().enumerate() {
            let ty = self.func.ty(*arg).clone();
            let found = made.iter().find(|v| *self.func.ty(**v) == ty).copied();
            next.push(match self.below(5) {
                0 => *arg,
                1 => inits[j],
                2 => {
                    let others: Vec<Value> =
                        args.iter().filter(|a| *self.func.ty(**a) == ty).copied().collect();
                    self.pick(&others)
                }
                _ => match self.builder(body).map(OpKind::Tanh, &[found.unwrap_or(*arg)]) {
                    Ok(v) => v,
                    Err(_) => *arg,
                },
            });
        }
        self.func.block_mut(body).results = next;
        let operands: Vec<Value> = [vec![count], inits].concat();
        let op = self.builder(block).op(OpKind::Loop, &operands, Attrs::new(), None, &[body]);
        op.map(|op| self.func.op(op).results.to_vec()).unwrap_or_default()
    }

    /// Inputs of [`Programs::program`].
    pub(crate) fn inputs(&mut self) -> Vec<Data> {
        let length = self.below(4);
        let mut float = || Scalar::Float([0.5, -1.0, 0.25, 1.5, 0.0, -0.75][self.below(6)]);
        let [v, w] = [0, 1].map(|_| (0..length).map(|_| float()).collect::<Vec<_>>());
        let mut inputs: Vec<Data> = [v, w].map(|x| Data::new(DType::F64, &[length], x).unwrap()).to_vec();
        inputs.extend([0, 1].map(|_| scalar(DType::F64, float())));
        for _ in 0..2 {
            let n = self.below(6) as i128 - 1;
            inputs.push(scalar(DType::I64, Scalar::Int(n)));
        }
        for _ in 0..2 {
            let holds = self.below(2) == 0;
            inputs.push(scalar(DType::Bool, Scalar::Bool(holds)));
        }
        inputs
    }
}
