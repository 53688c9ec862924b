//! Random programs that are well-typed, and random inputs for them.
//!
//! Every program has the same arguments, of which it uses some: floats of ranks 0 to 3, integers of several widths,
//! bools, an index, a loop count and a condition, over three symbolic dims. It is made of left sides of rewrite rules
//! and of random ops, each on what is there already.

use crate::{
    patterns::{self, Rule},
    random::Random,
};
use std::collections::BTreeSet;
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Domain, Error, Func, Loc, OpKind, Res, Scalar, Shape, TensorType,
    Value,
};
use thn_reference::Value as Input;

/// A program under construction.
pub(crate) struct Generator<'r> {
    pub(crate) func: Func,
    pub(crate) random: &'r mut Random,
    /// The element type of most of the program.
    pub(crate) float: DType,
    /// What ops may use.
    pool: Vec<Value>,
    /// The part of the pool that is not computed: comparisons and roundings of computed floats would depend on the
    /// last bit.
    raw: Vec<Value>,
    dims: [Dim; 3],
}

/// Ops that turn a small difference of their operands into a large one.
fn jumps(kind: OpKind) -> bool {
    use OpKind::*;
    matches!(
        kind,
        // The sign of a zero is enough for these two.
        Atan2
            | CopySign
            // The exponent multiplies what its base has lost.
            | Pow
            | Floor
            | Ceil
            | Round
            | Trunc
            | Sign
            | FloorDiv
            | Mod
            | Lt
            | Le
            | Gt
            | Ge
            | Eq
            | Ne
            | IsNan
            | IsInf
            | IsFinite
    )
}

/// A random program.
pub(crate) fn program(random: &mut Random, rules: &[&Rule]) -> Func {
    let mut generator = Generator::new(random);
    for rule in rules {
        // Shapes and axes are drawn anew until they fit the rule.
        for _ in 0..12 {
            if let Ok(value) = patterns::instantiate(rule, &mut generator) {
                generator.pool.push(value);
                break;
            }
        }
    }
    let steps = 3 + generator.random.below(6);
    for _ in 0..steps {
        // A step that does not fit what is there is left out.
        if let Ok(value) = generator.step() {
            generator.pool.push(value);
        }
    }
    generator.finish()
}

/// A program that is the left side of one rule.
pub(crate) fn program_of(random: &mut Random, rule: &Rule) -> Func {
    let mut generator = Generator::new(random);
    for _ in 0..12 {
        if let Ok(value) = patterns::instantiate(rule, &mut generator) {
            generator.pool.push(value);
            break;
        }
    }
    generator.finish()
}

impl<'r> Generator<'r> {
    pub(crate) fn new(random: &'r mut Random) -> Generator<'r> {
        let mut func = Func::new("main");
        let float = if random.one_in(2) { DType::F64 } else { DType::F32 };
        let named = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
        let x = func.add_tensor_arg(float, &[None, None], named("x"));
        let r = func.add_tensor_arg(float, &[None], named("r"));
        let shape = |func: &Func, v: Value| func.tensor(v).map(|t| t.shape.clone()).unwrap_or_default();
        let (xs, rs) = (shape(&func, x), shape(&func, r));
        let (n, m, k) = (xs[0].clone(), xs[1].clone(), rs[0].clone());
        let mut pool = vec![x, r];
        let more: &[(&str, DType, &[&Dim])] = &[
            ("y", float, &[&n, &m]),
            ("z", float, &[&m, &k]),
            ("u", float, &[&n]),
            ("v", float, &[&m]),
            ("s", float, &[]),
            ("cube", float, &[&k, &n, &m]),
            ("flags", DType::Bool, &[&n, &m]),
            ("whole", DType::I32, &[&n, &m]),
            ("long", DType::I64, &[&n]),
            ("byte", DType::U8, &[&m]),
            ("short", DType::I16, &[]),
            ("wide", DType::U64, &[&m]),
            ("flag", DType::Bool, &[]),
            ("count", DType::I64, &[]),
        ];
        for (name, dtype, dims) in more {
            let shape = Shape(dims.iter().map(|d| (*d).clone()).collect());
            pool.push(func.add_arg(TensorType::new(*dtype, shape), named(name)));
        }
        Generator { func, random, float, raw: pool.clone(), pool, dims: [n, m, k] }
    }

    pub(crate) fn builder(&mut self) -> Builder<'_> {
        let line = self.func.op_count() as u32 + 1;
        Builder::new(&mut self.func, Func::BODY, Loc::File("random.rs".into(), line, 1))
    }

    /// The type of a value; foreign types do not occur.
    pub(crate) fn ty(&self, value: Value) -> TensorType {
        self.func.tensor(value).cloned().unwrap_or_else(|| TensorType::scalar(self.float))
    }

    pub(crate) fn some_dim(&mut self) -> Dim {
        if self.random.one_in(6) { Dim::from(2) } else { self.random.pick(&self.dims.clone()).clone() }
    }

    pub(crate) fn some_shape(&mut self) -> Shape {
        let [n, m, k] = self.dims.clone();
        let shapes = [
            vec![],
            vec![n.clone()],
            vec![m.clone()],
            vec![n.clone(), m.clone()],
            vec![n.clone(), m.clone()],
            vec![m.clone(), k.clone()],
            vec![k, n, m],
        ];
        Shape(self.random.pick(&shapes).clone())
    }

    /// A value of this type: one that is there, or one made from indices and a scalar.
    pub(crate) fn leaf(&mut self, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        let wanted = TensorType::new(dtype, shape.clone());
        let fitting: Vec<Value> = self.pool.iter().copied().filter(|v| self.ty(*v) == wanted).collect();
        if !fitting.is_empty() && !self.random.one_in(12) {
            return Ok(*self.random.pick(&fitting));
        }
        if shape.rank() == 0 {
            let value = [1.0, 2.0, -3.0, 0.5][self.random.below(4)];
            return self.builder().number(dtype, value);
        }
        let axis = self.random.below(shape.rank()) as i64;
        let whole = if dtype == DType::Bool { DType::I32 } else { dtype };
        let attrs = Attrs::new().with("axis", Attr::Int(axis));
        let index =
            self.builder().shaped(OpKind::Iota, &[], attrs, &TensorType::new(whole, shape.clone()))?;
        match dtype {
            DType::Bool => self.builder().cast(index, DType::Bool),
            d if d.is_float() => {
                // 0.37 i - 0.8, so that the numbers are neither integers nor all of one sign.
                let (step, start) = (self.builder().number(dtype, 0.37)?, self.builder().number(dtype, 0.8)?);
                let scaled = self.builder().map(OpKind::Mul, &[index, step])?;
                self.builder().map(OpKind::Sub, &[scaled, start])
            }
            _ => Ok(index),
        }
    }

    /// Indices into a dim of a fixed length.
    pub(crate) fn index(&mut self, shape: &Shape, length: i64) -> Result<Value, Error> {
        let any = self.leaf(shape, DType::I64)?;
        let bound = self.builder().number(DType::I64, length as f64)?;
        self.builder().map(OpKind::Mod, &[any, bound])
    }

    fn any(&mut self, accepts: impl Fn(&TensorType) -> bool, only_raw: bool) -> Result<Value, Error> {
        let from = if only_raw { &self.raw } else { &self.pool };
        let fitting: Vec<Value> = from.iter().copied().filter(|v| accepts(&self.ty(*v))).collect();
        if fitting.is_empty() {
            return Err(Error::input("nothing fits"));
        }
        // What was made last is used most, so that programs grow deep.
        let at = self.random.below(fitting.len()).max(self.random.below(fitting.len()));
        Ok(fitting[at])
    }

    /// One random op on what is there.
    fn step(&mut self) -> Result<Value, Error> {
        match self.random.below(14) {
            0..=4 => self.elementwise(),
            5 => self.select_or_cast(),
            6 | 7 => self.reduction(),
            8 => self.product(),
            9 | 10 => self.movement(),
            11 => self.indexed(),
            12 => self.repeated(),
            _ => self.branched(),
        }
    }

    fn elementwise(&mut self) -> Result<Value, Error> {
        let kinds: Vec<OpKind> = OpKind::ALL
            .into_iter()
            .filter(|k| k.row().is_elementwise() && !matches!(k, OpKind::Select | OpKind::Cast))
            .collect();
        let kind = *self.random.pick(&kinds);
        let row = kind.row();
        let x = self.any(|t| row.dtypes.operands.contains(t.dtype), jumps(kind))?;
        let ty = self.ty(x);
        // Most numbers lie in the domain of the op.
        let x = self.within(row.domain, x)?;
        if row.operands.len() == 1 {
            return self.builder().map(kind, &[x]);
        }
        let mut full = ty;
        let mut operands = vec![x];
        for _ in 1..row.operands.len() {
            let fits = |t: &TensorType| {
                t.dtype == full.dtype && (t.shape == full.shape || t.rank() == 0 || full.rank() == 0)
            };
            let y = self.any(fits, jumps(kind))?;
            if full.rank() == 0 {
                full = self.ty(y);
            }
            let at = self.random.below(operands.len() + 1);
            operands.insert(at, y);
        }
        self.builder().map(kind, &operands)
    }

    /// A function of `x` whose values lie in a domain.
    fn within(&mut self, domain: Domain, x: Value) -> Result<Value, Error> {
        if domain == Domain::REAL {
            return Ok(x);
        }
        if domain.low.is_finite() && domain.high.is_finite() {
            return self.builder().map(OpKind::Sin, &[x]);
        }
        let square = self.builder().map(OpKind::Sqr, &[x])?;
        if domain.high.is_finite() {
            return self.builder().map(OpKind::Neg, &[square]);
        }
        if domain.low <= 0.0 {
            return Ok(square);
        }
        let dtype = self.ty(x).dtype;
        let low = self.builder().number(dtype, domain.low)?;
        self.builder().map(OpKind::Add, &[square, low])
    }

    fn select_or_cast(&mut self) -> Result<Value, Error> {
        if self.random.one_in(2) {
            let c = self.any(|t| t.dtype == DType::Bool, false)?;
            let cs = self.ty(c).shape;
            let x = self.any(|t| t.shape == cs, false)?;
            let dtype = self.ty(x).dtype;
            let y = self.leaf(&cs, dtype)?;
            return self.builder().map(OpKind::Select, &[c, x, y]);
        }
        let to = *self.random.pick(&DType::ALL);
        // A float cut to an integer jumps; a number squeezed into f32 is only rounded.
        let x = self.any(|_| true, !to.is_float())?;
        self.builder().cast(x, to)
    }

    fn reduction(&mut self) -> Result<Value, Error> {
        use OpKind::*;
        let kinds = [Sum, Sum, Prod, Max, Min, Mean, LogSumExp, Softmax, LogSoftmax, Argmax];
        let kind = *self.random.pick(&kinds);
        let row = kind.row();
        let x = self.any(|t| t.rank() > 0 && row.dtypes.operands.contains(t.dtype), kind == Argmax)?;
        let rank = self.ty(x).rank();
        let axis = self.random.below(rank) as i64;
        if kind == Argmax {
            return self.builder().apply(kind, &[x], Attrs::new().with("axis", Attr::Int(axis)));
        }
        let all: Vec<i64> = (0..rank as i64).collect();
        let axes = if self.random.one_in(4) { all } else { vec![axis] };
        self.builder().reduce(kind, x, &axes)
    }

    fn product(&mut self) -> Result<Value, Error> {
        let cube = self.random.one_in(4);
        if cube {
            let x = self.any(|t| t.rank() == 3 && t.dtype != DType::Bool, false)?;
            let y = self.builder().dimshuffle(x, &[0, 2, 1])?;
            return self.builder().map(OpKind::BatchedDot, &[x, y]);
        }
        let x = self.any(|t| (1..=2).contains(&t.rank()) && t.dtype != DType::Bool, false)?;
        let tx = self.ty(x);
        let last = tx.shape[tx.rank() - 1].clone();
        let fits = |t: &TensorType| (1..=2).contains(&t.rank()) && t.dtype == tx.dtype && t.shape[0] == last;
        let y = self.any(fits, false)?;
        self.builder().map(OpKind::Dot, &[x, y])
    }

    fn movement(&mut self) -> Result<Value, Error> {
        let x = self.any(|t| t.rank() < 3, false)?;
        let ty = self.ty(x);
        let rank = ty.rank();
        let dim = self.some_dim();
        match self.random.below(6) {
            0 => {
                let at = self.random.below(rank + 1);
                let mut dims = ty.shape.0.clone();
                dims.insert(at, dim);
                let axes: Vec<i64> = (0..=rank as i64).filter(|a| *a != at as i64).collect();
                self.builder().broadcast(x, &axes, &Shape(dims))
            }
            1 => {
                let mut order: Vec<i64> = (0..rank as i64).rev().collect();
                if self.random.one_in(3) {
                    order.insert(self.random.below(rank + 1), -1);
                }
                self.builder().dimshuffle(x, &order)
            }
            2 => self.builder().reshape(x, &Shape(vec![ty.shape.size()])),
            3 if rank > 0 => {
                // Backwards, the first half, or a part of fixed length of something padded.
                let mut starts = vec![Dim::from(0); rank];
                let mut steps = vec![1; rank];
                let mut dims = ty.shape.0.clone();
                if self.random.one_in(2) {
                    starts[0] = dims[0].clone() - Dim::ONE;
                    steps[0] = -1;
                } else {
                    dims[0] = (dims[0].clone() + Dim::ONE).floor_div(&Dim::from(2));
                    steps[0] = 2;
                }
                self.builder().slice(x, &starts, &steps, &Shape(dims))
            }
            4 if rank > 0 => {
                let y = self.leaf(&ty.shape, ty.dtype)?;
                let axis = self.random.below(rank) as i64;
                self.builder().apply(OpKind::Join, &[x, y], Attrs::new().with("axis", Attr::Int(axis)))
            }
            _ => {
                let value = self.leaf(&Shape::scalar(), ty.dtype)?;
                let (low, high) = (vec![1; rank], vec![self.random.below(2) as i64; rank]);
                self.builder().apply(
                    OpKind::Pad,
                    &[x, value],
                    Attrs::new().ints("low", &low).ints("high", &high),
                )
            }
        }
    }

    fn indexed(&mut self) -> Result<Value, Error> {
        let x = self.any(|t| (1..=2).contains(&t.rank()) && t.dtype != DType::Bool, false)?;
        let ty = self.ty(x);
        let rank = ty.rank();
        // Two rows more than there are, so that the indices 0 to 1 always exist.
        let zero = self.leaf(&Shape::scalar(), ty.dtype)?;
        let attrs = Attrs::new().ints("low", &vec![0; rank]).ints("high", &vec![2; rank]);
        let padded = self.builder().apply(OpKind::Pad, &[x, zero], attrs)?;
        let shape = self.ty(padded).shape;
        match self.random.below(5) {
            0 => {
                let d = self.some_dim();
                let index = self.index(&Shape(vec![d]), 2)?;
                self.builder().map(OpKind::Gather, &[padded, index])
            }
            1 => {
                let rows = Shape(shape[..rank - 1].to_vec());
                let index = self.index(&rows, 2)?;
                self.builder().map(OpKind::Pick, &[padded, index])
            }
            2 => {
                let d = self.some_dim();
                let index = self.index(&Shape(vec![d.clone()]), 2)?;
                let rows = Shape(std::iter::once(d).chain(shape[1..].iter().cloned()).collect());
                let new = self.leaf(&rows, ty.dtype)?;
                self.builder().map(OpKind::ScatterAdd, &[padded, index, new])
            }
            which => {
                let kind = if which == 3 { OpKind::SetSubtensor } else { OpKind::IncSubtensor };
                let attrs = Attrs::new().dims("starts", &vec![Dim::ONE; rank]).ints("steps", &vec![1; rank]);
                self.builder().apply(kind, &[padded, x], attrs)
            }
        }
    }

    /// A loop that applies a contracting op to a carried value and a captured one.
    fn repeated(&mut self) -> Result<Value, Error> {
        let float = self.float;
        let x = self.any(|t| t.dtype == float, false)?;
        let ty = self.ty(x);
        let captured = self.leaf(&ty.shape, float)?;
        let (count, halved) =
            (self.raw[self.raw.len() - 1], *self.random.pick(&[OpKind::Tanh, OpKind::Sin, OpKind::Sigmoid]));
        let body = self.func.new_block();
        self.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let carried = self.func.add_block_arg(body, ty);
        let mut b = Builder::new(&mut self.func, body, Loc::Unknown);
        let sum = b.map(OpKind::Add, &[carried, captured])?;
        // Something inside of the loop for the rules: 1 · f(x + y) - 0.
        let small = b.map(halved, &[sum])?;
        let one = b.number(float, 1.0)?;
        let scaled = b.map(OpKind::Mul, &[one, small])?;
        self.func.block_mut(body).results = vec![scaled];
        let op = self.builder().op(OpKind::Loop, &[count, x], Attrs::new(), None, &[body])?;
        Ok(self.func.op(op).result())
    }

    /// A branch on a scalar condition; both sides use what is outside.
    fn branched(&mut self) -> Result<Value, Error> {
        let float = self.float;
        let x = self.any(|t| t.dtype == float, false)?;
        let ty = self.ty(x);
        let y = self.leaf(&ty.shape, float)?;
        let condition = self.any(|t| t.dtype == DType::Bool && t.rank() == 0, false)?;
        let mut blocks = vec![];
        for kind in [OpKind::Sub, OpKind::Mul] {
            let block = self.func.new_block();
            let mut b = Builder::new(&mut self.func, block, Loc::Unknown);
            let value = b.map(kind, &[x, y])?;
            let value = b.map(OpKind::Neg, &[value])?;
            self.func.block_mut(block).results = vec![value];
            blocks.push(block);
        }
        let op = self.builder().op(OpKind::Cond, &[condition], Attrs::new(), None, &blocks)?;
        Ok(self.func.op(op).result())
    }

    /// Every value that nothing uses becomes a result.
    fn finish(mut self) -> Func {
        let counts = self.func.use_counts();
        let args = self.raw.len();
        let unused = self.pool[args..].iter().copied().filter(|v| counts[v.0 as usize] == 0);
        let results: BTreeSet<Value> = unused.collect();
        for value in results {
            self.func.add_result(value, Res::default());
        }
        self.func
    }
}

/// How inputs are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// Numbers of everyday size.
    Ordinary,
    /// Numbers of many sizes.
    Wide,
    /// Zeros of both signs, NaN, the largest and the least f32 among ordinary ones.
    Special,
    /// Infinities among ordinary numbers.
    Infinite,
}

/// Random inputs for a program of [`program`].
pub(crate) fn inputs(func: &Func, random: &mut Random, style: Style) -> Vec<Input> {
    let lengths: Vec<usize> = func.symbols().iter().map(|_| 1 + random.below(3)).collect();
    let args = func.body().args.iter().zip(&func.args);
    args.map(|(value, arg)| {
        let ty = func.tensor(*value).cloned().unwrap_or_else(|| TensorType::scalar(DType::F64));
        let length =
            |d: &Dim| d.eval(&|s| lengths.get(s.id as usize).map(|n| *n as i64)).unwrap_or(1) as usize;
        let shape: Vec<usize> = ty.shape.iter().map(length).collect();
        let elements = (0..shape.iter().product())
            .map(|_| {
                let scalar = match ty.dtype {
                    DType::Bool => Scalar::Bool(random.one_in(2)),
                    d if d.is_float() => Scalar::Float(float(random, style)),
                    // Loop counts are integers too.
                    _ if arg.name.as_deref() == Some("count") => Scalar::Int(random.below(4) as i128),
                    _ => Scalar::Int(random.below(12) as i128 - 4),
                };
                scalar.cast(ty.dtype)
            })
            .collect();
        // The number of elements is the product of the shape.
        Input::new(ty.dtype, &shape, elements).unwrap_or_else(|_| Input::scalar(0.0))
    })
    .collect()
}

fn float(random: &mut Random, style: Style) -> f64 {
    let ordinary = random.unit() * 6.0 - 3.0;
    match style {
        Style::Ordinary => ordinary,
        Style::Wide => match random.below(4) {
            0 => ordinary,
            1 => ordinary * 300.0,
            2 => ordinary * 1e-9,
            _ => ordinary * 10f64.powi(random.below(24) as i32 - 12),
        },
        Style::Special => match random.below(16) {
            0 => 0.0,
            1 => -0.0,
            2 => f64::NAN,
            3 => 1.0,
            4 => f64::from(f32::MAX),
            5 => f64::from(f32::MIN_POSITIVE),
            _ => ordinary,
        },
        Style::Infinite => match random.below(8) {
            0 => f64::INFINITY,
            1 => f64::NEG_INFINITY,
            _ => ordinary,
        },
    }
}
