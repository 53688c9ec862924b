//! Random programs that are well-typed, and random inputs for them.
//!
//! A program has a focus, an op of the table with one element type, and besides that left sides of rewrite rules, random
//! ops on what is there, and sometimes its own gradient. Arguments are made when they are asked for, over three symbolic
//! dims and small fixed lengths; their names say their types, so that many programs share one call.
//!
//! Only what is exact is compared, rounded to a whole number or used as an index: the last bit of a computed float is
//! nobody's promise.

mod folds;
mod indexed;
mod maps;
mod moves;
mod regions;
mod table;

pub(crate) use table::{Pair, pair_of, pairs};

use crate::{
    numbers::{Style, number},
    patterns::{self, Rule},
};
use std::collections::{BTreeMap, BTreeSet};
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Error, Func, Iterate, Literal, Loc, OpKind, Res, Scalar,
    Semantics, Shape, SymbolOrigin, TensorType, Value,
};
use thn_random::Random;
use thn_reference::Value as Input;

/// The argument that gives the symbolic dims their lengths.
const LENGTHS: &str = "lengths";

/// No tensor has more dims.
const MAX_RANK: usize = 4;

/// A program under construction.
pub(crate) struct Generator<'r> {
    pub(crate) func: Func,
    pub(crate) random: &'r mut Random,
    /// The element type of most floats.
    pub(crate) float: DType,
    /// What ops may use.
    pool: Vec<Value>,
    /// Floats of which every bit is known: arguments, constants, and what only moves those.
    exact: BTreeSet<Value>,
    arguments: BTreeMap<String, Value>,
    dims: [Dim; 3],
}

/// A random program with a focus and with left sides of rules.
pub(crate) fn program(random: &mut Random, focus: Pair, rules: &[&Rule]) -> Func {
    let mut generator = Generator::new(random, focus.1);
    generator.steps(2);
    // Shapes and operands are drawn anew until they fit.
    for _ in 0..12 {
        if let Ok(value) = generator.op(focus.0, focus.1) {
            generator.keep(value);
            break;
        }
    }
    for rule in rules {
        generator.pattern(rule);
    }
    generator.steps(6);
    if generator.random.one_in(6) {
        // Not every program has a gradient.
        let _ = generator.gradient();
    }
    generator.finish()
}

/// A program that is the left side of one rule.
pub(crate) fn program_of(random: &mut Random, rule: &Rule) -> Func {
    let mut generator = Generator::new(random, DType::F64);
    generator.pattern(rule);
    generator.finish()
}

impl<'r> Generator<'r> {
    fn new(random: &'r mut Random, focus: DType) -> Generator<'r> {
        let mut func = Func::new("main");
        let float = match focus {
            float if float.is_float() => float,
            _ => *random.pick(&[DType::F32, DType::F64]),
        };
        let named = Arg { name: Some(LENGTHS.into()), ..Arg::default() };
        let lengths = func.add_tensor_arg(DType::Bool, &[None; 3], named);
        let shape = func.tensor(lengths).map(|t| t.shape.clone()).unwrap_or_default();
        let dims = [0, 1, 2].map(|i| shape[i].clone());
        let (pool, exact, arguments) = (vec![], BTreeSet::new(), BTreeMap::new());
        Generator { func, random, float, pool, exact, arguments, dims }
    }

    pub(crate) fn builder(&mut self) -> Builder<'_> {
        let line = self.func.op_count() as u32 + 1;
        Builder::new(&mut self.func, Func::BODY, Loc::File("random.rs".into(), line, 1))
    }

    /// The type of a value; foreign types do not occur.
    pub(crate) fn ty(&self, value: Value) -> TensorType {
        self.func.tensor(value).cloned().unwrap_or_else(|| TensorType::scalar(self.float))
    }

    fn is_exact(&self, value: Value) -> bool {
        !self.ty(value).dtype.is_float() || self.exact.contains(&value)
    }

    /// Random ops on what is there, up to so many. One that does not fit is left out.
    fn steps(&mut self, most: usize) {
        for _ in 0..self.random.below(most + 1) {
            if let Ok(value) = self.step() {
                self.keep(value);
            }
        }
    }

    fn pattern(&mut self, rule: &Rule) {
        for _ in 0..12 {
            if let Ok(value) = patterns::instantiate(rule, self) {
                self.keep(value);
                break;
            }
        }
    }

    /// A value joins the pool. What moves exact values is exact.
    fn keep(&mut self, value: Value) {
        if let Some(op) = self.func.def_op(value) {
            let data = self.func.op(op);
            let moves = match data.kind.row().semantics {
                Semantics::Iterate(i) => !matches!(
                    i,
                    Iterate::Reduce { .. }
                        | Iterate::IncSubtensor
                        | Iterate::ScatterAdd
                        | Iterate::Loop
                        | Iterate::Cond
                ),
                _ => data.kind == OpKind::Select,
            };
            if moves && data.operands.iter().all(|v| self.is_exact(*v)) {
                self.exact.insert(value);
            }
        }
        self.pool.push(value);
    }

    pub(crate) fn some_dim(&mut self) -> Dim {
        match self.random.below(24) {
            0..=1 => Dim::from(2),
            2 => Dim::from(3),
            3 => Dim::ONE,
            4 if self.random.one_in(3) => Dim::from(0),
            _ => self.random.pick(&self.dims).clone(),
        }
    }

    pub(crate) fn some_shape(&mut self) -> Shape {
        if self.random.one_in(5) {
            let rank = self.random.below(MAX_RANK);
            return Shape((0..rank).map(|_| self.some_dim()).collect());
        }
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

    /// The argument of a type, one of two; `None` if the shape has a dim that no call could give.
    fn argument(&mut self, shape: &Shape, dtype: DType) -> Option<Value> {
        let mut name = dtype.mlir().to_string();
        for dim in shape.iter() {
            let symbol = self.dims.iter().position(|d| d == dim).map(|i| ["n", "m", "k"][i].to_string());
            let label = symbol.or_else(|| dim.as_const().filter(|c| *c >= 0).map(|c| c.to_string()))?;
            name += &format!("_{label}");
        }
        name += ["_a", "_b"][self.random.below(2)];
        if let Some(value) = self.arguments.get(&name) {
            return Some(*value);
        }
        let arg = Arg { name: Some(name.as_str().into()), ..Arg::default() };
        let value = self.func.add_arg(TensorType::new(dtype, shape.clone()), arg);
        self.arguments.insert(name, value);
        self.exact.insert(value);
        self.pool.push(value);
        Some(value)
    }

    /// How often a loop runs: an argument that inputs keep small.
    fn count(&mut self) -> Value {
        if let Some(value) = self.arguments.get("count") {
            return *value;
        }
        let arg = Arg { name: Some("count".into()), ..Arg::default() };
        let value = self.func.add_arg(TensorType::scalar(DType::I64), arg);
        self.arguments.insert("count".into(), value);
        value
    }

    /// A constant of a type, at the ends of its format as often as not.
    fn constant(&mut self, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        if self.random.one_in(3) {
            // What rules look for.
            let number = Scalar::Int(self.random.below(4) as i128 - 1).cast(dtype);
            let one = self.builder().literal(Literal::scalar(dtype, number))?;
            let value = self.builder().fill(one, shape)?;
            self.exact.insert(value);
            return Ok(value);
        }
        let style = *self.random.pick(&[Style::Ordinary, Style::Extreme, Style::Extreme, Style::Infinite]);
        let fixed: Option<Vec<usize>> =
            shape.iter().map(|d| d.as_const().and_then(|c| usize::try_from(c).ok())).collect();
        let value = match fixed.filter(|_| self.random.one_in(2)) {
            Some(lengths) => {
                let numbers: Vec<Scalar> = (0..lengths.iter().product())
                    .map(|_| number(self.random, dtype, style).cast(dtype))
                    .collect();
                let literal = Literal::from_scalars(dtype, &lengths, &numbers);
                self.builder()
                    .literal(literal.ok_or_else(|| Error::input("no literal has these lengths"))?)?
            }
            None => {
                let number = number(self.random, dtype, style).cast(dtype);
                let one = self.builder().literal(Literal::scalar(dtype, number))?;
                self.builder().fill(one, shape)?
            }
        };
        self.exact.insert(value);
        Ok(value)
    }

    /// Positions along a dim, as numbers that are neither all whole nor of one sign.
    fn positions(&mut self, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        if shape.rank() == 0 {
            return self.constant(shape, dtype);
        }
        let axis = self.random.below(shape.rank()) as i64;
        let whole = if dtype == DType::Bool { DType::I32 } else { dtype };
        let attrs = Attrs::new().with("axis", Attr::Int(axis));
        let index =
            self.builder().shaped(OpKind::Iota, &[], attrs, &TensorType::new(whole, shape.clone()))?;
        match dtype {
            DType::Bool => self.builder().cast(index, DType::Bool),
            d if d.is_float() => {
                let (step, start) = (self.builder().number(dtype, 0.37)?, self.builder().number(dtype, 0.8)?);
                let scaled = self.builder().map(OpKind::Mul, &[index, step])?;
                self.builder().map(OpKind::Sub, &[scaled, start])
            }
            _ => Ok(index),
        }
    }

    /// A value of this type: one that is there, an argument, a constant, or positions.
    pub(crate) fn leaf(&mut self, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        self.leaf_where(shape, dtype, false)
    }

    fn leaf_where(&mut self, shape: &Shape, dtype: DType, exact: bool) -> Result<Value, Error> {
        let wanted = TensorType::new(dtype, shape.clone());
        let fits = |v: &Value| self.ty(*v) == wanted && (!exact || self.is_exact(*v));
        let fitting: Vec<Value> = self.pool.iter().copied().filter(fits).collect();
        if !fitting.is_empty() && !self.random.one_in(5) {
            return Ok(*self.random.pick(&fitting));
        }
        match self.random.below(8) {
            0 => self.constant(shape, dtype),
            1 if !exact || !dtype.is_float() => self.positions(shape, dtype),
            _ => match self.argument(shape, dtype) {
                Some(value) => Ok(value),
                None => self.constant(shape, dtype),
            },
        }
    }

    /// Data for an op: of this element type, with a rank that the op takes, and exact if it must be.
    fn data(
        &mut self,
        dtype: DType,
        exact: bool,
        ranks: std::ops::RangeInclusive<usize>,
    ) -> Result<Value, Error> {
        let fits = |v: &Value| {
            let ty = self.ty(*v);
            ty.dtype == dtype && ranks.contains(&ty.rank()) && (!exact || self.is_exact(*v))
        };
        let fitting: Vec<Value> = self.pool.iter().copied().filter(fits).collect();
        if !fitting.is_empty() && !self.random.one_in(6) {
            // What was made last is used most, so that programs grow deep.
            let at = self.random.below(fitting.len()).max(self.random.below(fitting.len()));
            return Ok(fitting[at]);
        }
        for _ in 0..20 {
            let shape = self.some_shape();
            if ranks.contains(&shape.rank()) {
                return self.leaf_where(&shape, dtype, exact);
            }
        }
        Err(Error::input("no shape fits"))
    }

    /// One random op on what is there.
    fn step(&mut self) -> Result<Value, Error> {
        let dtype = match self.pool.is_empty() || self.random.one_in(4) {
            true => self.float,
            false => {
                let value = *self.random.pick(&self.pool.clone());
                self.ty(value).dtype
            }
        };
        let kinds: Vec<OpKind> =
            pairs().into_iter().filter(|(_, d)| *d == dtype).map(|(kind, _)| kind).collect();
        let (maps, others): (Vec<OpKind>, Vec<OpKind>) =
            kinds.into_iter().partition(|k| k.row().is_elementwise());
        let from = if self.random.one_in(2) { maps } else { others };
        let kind = *self.random.pick(&from);
        self.op(kind, dtype)
    }

    /// Every value that nothing uses becomes a result; arguments that nothing uses go.
    fn finish(self) -> Func {
        let (mut func, counts) = (self.func.clone(), self.func.use_counts());
        let unused: BTreeSet<Value> = self
            .pool
            .iter()
            .copied()
            .filter(|v| counts[v.0 as usize] == 0 && func.def_op(*v).is_some())
            .collect();
        for value in unused {
            func.add_result(value, Res::default());
        }
        without_idle_arguments(&func.compact())
    }
}

/// The program without the arguments that it neither uses nor takes lengths from.
pub(crate) fn without_idle_arguments(func: &Func) -> Func {
    let counts = func.use_counts();
    let binds = |position: usize| {
        let of = |origin: &SymbolOrigin| match origin {
            SymbolOrigin::ArgDim { arg, .. } | SymbolOrigin::ArgValue { arg } => *arg as usize == position,
            SymbolOrigin::Opaque => false,
        };
        func.symbols().iter().any(|(_, origin)| of(origin))
    };
    let mut out = Func::new(func.name.clone());
    out.adopt_symbols(func.symbols());
    let mut map = std::collections::HashMap::new();
    for (position, (value, arg)) in func.body().args.iter().zip(&func.args).enumerate() {
        if counts[value.0 as usize] == 0 && !binds(position) {
            continue;
        }
        let new = out.args.len() as u32;
        for (symbol, origin) in func.symbols() {
            match *origin {
                SymbolOrigin::ArgDim { arg, axis } if arg as usize == position => {
                    out.set_origin(symbol, SymbolOrigin::ArgDim { arg: new, axis });
                }
                SymbolOrigin::ArgValue { arg } if arg as usize == position => {
                    out.set_origin(symbol, SymbolOrigin::ArgValue { arg: new });
                }
                _ => {}
            }
        }
        map.insert(*value, out.add_arg(func.ty(*value).clone(), arg.clone()));
    }
    out.copy_block(Func::BODY, func, Func::BODY, &mut map);
    for (value, res) in func.body().results.iter().zip(&func.results) {
        out.add_result(map[value], res.clone());
    }
    out
}

/// Random lengths of the symbolic dims. Ordinary calls have one dim that is longer than a vector of the processor; half of
/// the others may have empty ones.
pub(crate) fn lengths(random: &mut Random, style: Style) -> [usize; 3] {
    if style == Style::Ordinary {
        let long = random.below(3);
        return [0, 1, 2].map(|i| if i == long { 4 + random.below(16) } else { 1 + random.below(3) });
    }
    let least = usize::from(random.one_in(2));
    [(); 3].map(|()| least + random.below(3))
}

/// Random values of the arguments of a program of [`program`], by their names: arguments of one name are one value in all
/// programs of a call.
pub(crate) fn inputs(func: &Func, seed: u64, lengths: [usize; 3], style: Style) -> Result<Vec<Input>, Error> {
    let mut values = vec![];
    for (value, arg) in func.body().args.iter().zip(&func.args) {
        let ty = func.tensor(*value).cloned().ok_or_else(|| Error::internal("an argument is no tensor"))?;
        let name = arg.name.as_deref().unwrap_or_default();
        let mut random = name.bytes().fold(Random::new(seed), |mut r, b| Random::stream(r.bits(), b.into()));
        let length =
            |d: &Dim| d.eval(&|s| lengths.get(s.id as usize).map(|n| *n as i64)).unwrap_or(1) as usize;
        let shape: Vec<usize> = ty.shape.iter().map(length).collect();
        let elements = (0..shape.iter().product()).map(|_| match name {
            "count" => Scalar::Int(random.below(4) as i128),
            _ => number(&mut random, ty.dtype, style),
        });
        values.push(Input::new(ty.dtype, &shape, elements.collect())?);
    }
    Ok(values)
}
