//! Left sides of rewrite rules as parts of programs.
//!
//! A random program of a few ops is hardly ever one that a rule about `log(softmax(x))` applies to. So the generator
//! reads the rules, and builds the pattern a rule looks for with variables, axes, orders and lengths of its own choice.

use crate::programs::Generator;
use std::collections::BTreeMap;
use thn_ir::{
    Attr, Attrs, DType, Dim, Error, Iterate, OpKind, ResultDType, Semantics, Shape, TensorType, Value,
};

/// The left side of a rule.
#[derive(Clone, Debug)]
enum Pattern {
    Var(String),
    Number(f64),
    Op { kind: OpKind, payload: Option<String>, args: Vec<Pattern>, rest: Option<String> },
    Rebroadcast { axes: String, part: Box<Pattern> },
}

/// A rule as far as building its left side needs it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    left: Pattern,
    /// Name and arguments of each side condition.
    conditions: Vec<(String, Vec<String>)>,
}

impl Rule {
    /// Reads `left => right if conditions`; `None` if the left side is not understood.
    pub(crate) fn parse(name: &str, text: &str) -> Option<Rule> {
        let (left, right) = text.split_once("=>")?;
        let tokens = left.replace('(', " ( ").replace(')', " ) ");
        let mut tokens = tokens.split_whitespace().peekable();
        let left = pattern(&mut tokens)?;
        let conditions = right.split_once(" if ").map_or("", |(_, c)| c).trim();
        let conditions = conditions
            .split(')')
            .filter_map(|c| c.trim().split_once('('))
            .map(|(name, args)| {
                (name.to_string(), args.split([',', ' ']).map(variable).filter(|a| !a.is_empty()).collect())
            })
            .collect();
        Some(Rule { name: name.to_string(), left, conditions })
    }

    fn has(&self, condition: &str, variable: &str) -> bool {
        self.conditions.iter().any(|(name, args)| name == condition && args.iter().any(|a| a == variable))
    }

    fn mentions(&self, condition: &str) -> bool {
        self.conditions.iter().any(|(name, _)| name == condition)
    }

    /// The element type the pattern gives, with `float` for floats.
    fn dtype(&self, float: DType) -> DType {
        if self.mentions("boolean") {
            return DType::Bool;
        }
        if self.mentions("discrete") || self.mentions("integer") {
            return DType::I32;
        }
        fn of(p: &Pattern, float: DType) -> DType {
            let Pattern::Op { kind, args, .. } = p else { return float };
            match kind.row().dtypes.result {
                ResultDType::Fixed(d) => d,
                ResultDType::Attr => float,
                ResultDType::Same if !kind.row().dtypes.operands.contains(DType::F64) => match args.first() {
                    Some(inner @ Pattern::Op { .. }) => match of(inner, float) {
                        DType::Bool => DType::Bool,
                        _ => DType::I32,
                    },
                    _ => DType::I32,
                },
                ResultDType::Same => float,
            }
        }
        of(&self.left, float)
    }
}

fn variable(text: &str) -> String {
    text.trim().trim_start_matches(['?', '@']).trim_end_matches("...").to_string()
}

fn pattern<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Option<Pattern> {
    match tokens.next()? {
        "(" => op(tokens),
        token if token.starts_with('?') => Some(Pattern::Var(variable(token))),
        number => number.parse().ok().map(Pattern::Number),
    }
}

/// The rest of an op after its parenthesis.
fn op<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Option<Pattern> {
    let head = tokens.next()?;
    let (name, payload) = match head.split_once('@') {
        Some((name, payload)) => (name, Some(payload.to_string())),
        None => (head, None),
    };
    let (mut args, mut rest) = (vec![], None);
    loop {
        match tokens.next()? {
            ")" => break,
            "(" => args.push(op(tokens)?),
            token if token.ends_with("...") => rest = Some(variable(token)),
            token => args.push(pattern(&mut std::iter::once(token))?),
        }
    }
    if name == "rebroadcast" {
        return Some(Pattern::Rebroadcast { axes: payload?, part: Box::new(args.into_iter().next()?) });
    }
    let kind = OpKind::ALL.into_iter().find(|k| k.row().mnemonic == name)?;
    Some(Pattern::Op { kind, payload, args, rest })
}

/// A pattern while it is built.
struct Instance<'a, 'g> {
    rule: &'a Rule,
    maker: &'a mut Generator<'g>,
    vars: BTreeMap<String, Value>,
    payloads: BTreeMap<String, Attrs>,
    /// The shape that the axes of a payload belong to, once it is known.
    shapes: BTreeMap<String, Shape>,
    float: DType,
}

/// Builds the left side of a rule as an op of some random shape; an error if the choices did not fit together.
pub(crate) fn instantiate(rule: &Rule, maker: &mut Generator<'_>) -> Result<Value, Error> {
    let float = maker.float;
    let dtype = rule.dtype(float);
    let mut shape = maker.some_shape();
    let mut instance = Instance {
        rule,
        maker,
        vars: BTreeMap::new(),
        payloads: BTreeMap::new(),
        shapes: BTreeMap::new(),
        float,
    };
    if let Some((_, names)) = rule.conditions.iter().find(|(name, _)| name == "one_hot") {
        shape = instance.one_hot(names)?;
    }
    let value = instance.build(&rule.left, &shape, dtype)?;
    let found = instance.maker.ty(value).shape;
    if found == shape { Ok(value) } else { instance.maker.builder().fill(value, &shape) }
}

fn unfit(why: &str) -> Error {
    Error::input(format!("the choices do not fit: {why}"))
}

impl Instance<'_, '_> {
    fn build(&mut self, p: &Pattern, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        match p {
            Pattern::Number(x) => self.maker.builder().number(dtype, *x),
            Pattern::Var(name) => self.var(name, shape, dtype),
            Pattern::Rebroadcast { axes, part } => {
                if shape.rank() == 0 {
                    return Err(unfit("a scalar has no axes to repeat along"));
                }
                let axes = self.axes(axes, shape);
                let part = self.build(part, &without(shape, &axes), dtype)?;
                self.maker.builder().rebroadcast(part, &axes, shape)
            }
            Pattern::Op { kind, payload, args, rest } => {
                let row = kind.row();
                if row.is_elementwise() {
                    return self.elementwise(*kind, args, rest.as_deref(), shape, dtype);
                }
                let payload = payload.clone().unwrap_or_default();
                match row.semantics {
                    Semantics::Library(_) => self.product(*kind, args, shape, dtype),
                    Semantics::Iterate(Iterate::Reduce { .. }) => {
                        self.reduction(*kind, &payload, args, shape, dtype)
                    }
                    Semantics::Expand(_) if matches!(kind, OpKind::Softmax | OpKind::LogSoftmax) => {
                        if shape.rank() == 0 {
                            return Err(unfit("softmax of a scalar"));
                        }
                        let axes = self.axes(&payload, shape);
                        let x = self.build(&args[0], shape, dtype)?;
                        self.maker.builder().apply(*kind, &[x], Attrs::new().ints("axes", &axes))
                    }
                    Semantics::Expand(_) => self.reduction(*kind, &payload, args, shape, dtype),
                    Semantics::Iterate(i) => self.movement(i, &payload, args, shape, dtype),
                    Semantics::Prim(_) | Semantics::Foreign => Err(unfit("no op of a pattern")),
                }
            }
        }
    }

    /// Prepares for a pattern that compares positions along the last dim with an index per row: binds the index, and
    /// the length of that dim; gives the shape of the rows.
    fn one_hot(&mut self, names: &[String]) -> Result<Shape, Error> {
        let (rows, length) = (self.maker.some_dim(), self.maker.some_dim());
        let any = self.maker.leaf(&Shape(vec![rows.clone()]), DType::I64)?;
        let count = self.maker.builder().dim(length.clone())?;
        let index = self.maker.builder().map(OpKind::Mod, &[any, count])?;
        if let Some(name) = self.rule.left.picked() {
            self.vars.insert(name, index);
        }
        if let Some(name) = names.get(3) {
            self.vars.insert(name.clone(), count);
        }
        let shape = Shape(vec![rows, length]);
        self.shapes.insert("one_hot".into(), shape.clone());
        Ok(shape)
    }

    /// The axes a payload stands for: those it has already, or the last one, or another one.
    fn axes(&mut self, payload: &str, shape: &Shape) -> Vec<i64> {
        self.shapes.entry(payload.to_string()).or_insert_with(|| shape.clone());
        if let Some(attrs) = self.payloads.get(payload) {
            return attrs.get_ints("axes").to_vec();
        }
        let along = self
            .rule
            .conditions
            .iter()
            .find(|(name, args)| name == "along" && args.get(1).is_some_and(|a| a == payload));
        let axis = along.and_then(|(_, args)| self.payloads.get(&args[0])?.get_int("axis"));
        let last = shape.rank() as i64 - 1;
        let other = self.maker.random.below(shape.rank()) as i64;
        let axis = axis.unwrap_or(if self.maker.random.one_in(3) { other } else { last });
        self.payloads.insert(payload.to_string(), Attrs::new().ints("axes", &[axis]));
        vec![axis]
    }

    fn var(&mut self, name: &str, shape: &Shape, dtype: DType) -> Result<Value, Error> {
        if let Some(value) = self.vars.get(name) {
            let ty = self.maker.ty(*value);
            if ty.dtype != dtype || (ty.shape != *shape && ty.rank() > 0) {
                return Err(unfit("a variable has two types"));
            }
            return Ok(*value);
        }
        let rule = self.rule;
        let is = |condition: &str| rule.has(condition, name);
        let maker = &mut *self.maker;
        let value = if is("power_of_two") {
            maker.builder().number(dtype, 4.0)?
        } else if is("constant") || is("invertible") || (is("scalar") && is("nonzero")) {
            maker.builder().number(dtype, 3.0)?
        } else if is("scalar") {
            maker.leaf(&Shape::scalar(), dtype)?
        } else if !dtype.is_float() {
            maker.leaf(shape, dtype)?
        } else if is("finite") || is("number") || is("nonzero") || is("bounded") {
            // One of two numbers, by a mask: never NaN, infinite or 0.
            let mask = maker.leaf(shape, DType::Bool)?;
            let (two, half) = (maker.builder().number(dtype, 2.0)?, maker.builder().number(dtype, 0.5)?);
            maker.builder().map(OpKind::Select, &[mask, two, half])?
        } else if is("positive") {
            let x = maker.leaf(shape, dtype)?;
            let x = maker.builder().map(OpKind::Sqr, &[x])?;
            let one = maker.builder().number(dtype, 1.0)?;
            maker.builder().map(OpKind::Add, &[x, one])?
        } else if is("unit") {
            let x = maker.leaf(shape, dtype)?;
            maker.builder().map(OpKind::Sigmoid, &[x])?
        } else if is("nonneg") || is("nonpos") {
            let x = maker.leaf(shape, dtype)?;
            let size = *maker.random.pick(&[OpKind::Abs, OpKind::Sqr, OpKind::Sigmoid, OpKind::Exp]);
            let x = maker.builder().map(size, &[x])?;
            if is("nonpos") { maker.builder().map(OpKind::Neg, &[x])? } else { x }
        } else {
            maker.leaf(shape, dtype)?
        };
        self.vars.insert(name.to_string(), value);
        Ok(value)
    }

    fn elementwise(
        &mut self,
        kind: OpKind,
        args: &[Pattern],
        rest: Option<&str>,
        shape: &Shape,
        dtype: DType,
    ) -> Result<Value, Error> {
        if kind == OpKind::Cast {
            // A cast alone changes nothing; of two, the first widens.
            let inner = match (&args[0], self.rule.left.depth()) {
                (_, 1) => dtype,
                (Pattern::Op { .. }, _) if dtype == DType::F32 => DType::I32,
                (Pattern::Op { .. }, _) => DType::F32,
                _ => DType::I16,
            };
            let x = self.build(&args[0], shape, inner)?;
            let attrs = Attrs::new().with("dtype", Attr::DType(dtype));
            return self.maker.builder().apply(OpKind::Cast, &[x], attrs);
        }
        let of_operands = match kind.row().dtypes.result {
            // A comparison or a test of floats, or of integers where the rule asks for them.
            ResultDType::Fixed(_) => {
                if self.rule.mentions("integer") || self.rule.mentions("discrete") {
                    DType::I32
                } else {
                    self.float
                }
            }
            _ => dtype,
        };
        // Positions and what is compared with them are integers; what is bound already has its type.
        let positions = |p: &Pattern| matches!(p, Pattern::Op { kind: OpKind::Iota, .. });
        let bound = args.iter().find_map(|p| match p {
            Pattern::Var(name) => self.vars.get(name).map(|v| self.maker.ty(*v).dtype),
            _ => None,
        });
        let of_operands = match kind.row().dtypes.result {
            ResultDType::Fixed(_) if args.iter().any(positions) => DType::I64,
            ResultDType::Fixed(_) => bound.unwrap_or(of_operands),
            _ => of_operands,
        };
        let mut values = vec![];
        for (i, arg) in args.iter().enumerate() {
            let condition = kind == OpKind::Select && i == 0;
            values.push(self.build(arg, shape, if condition { DType::Bool } else { of_operands })?);
        }
        if let Some(rest) = rest {
            let least = usize::from(values.len() < 2);
            let count = least + self.maker.random.below(2);
            // A rest that occurs twice is the same operands; only the first occurrence is built.
            for i in 0..count {
                values.push(self.var(&format!("{rest}.{i}"), shape, of_operands)?);
            }
        }
        let arity = kind.row().operands.len();
        let (first, others) = values.split_at(arity.min(values.len()));
        let mut out = self.maker.builder().map(kind, first)?;
        for other in others {
            out = self.maker.builder().map(kind, &[out, *other])?;
        }
        Ok(out)
    }

    fn reduction(
        &mut self,
        kind: OpKind,
        payload: &str,
        args: &[Pattern],
        shape: &Shape,
        dtype: DType,
    ) -> Result<Value, Error> {
        let (axes, inner) = match (self.payloads.get(payload), self.shapes.get(payload)) {
            (Some(attrs), Some(inner)) => (attrs.get_ints("axes").to_vec(), inner.clone()),
            _ => {
                let at = if self.maker.random.one_in(3) {
                    self.maker.random.below(shape.rank() + 1)
                } else {
                    shape.rank()
                };
                let mut dims = shape.0.clone();
                dims.insert(at, self.maker.some_dim());
                (vec![at as i64], Shape(dims))
            }
        };
        if without(&inner, &axes) != *shape {
            return Err(unfit("a reduction gives another shape"));
        }
        self.payloads.insert(payload.to_string(), Attrs::new().ints("axes", &axes));
        self.shapes.insert(payload.to_string(), inner.clone());
        let x = self.build(&args[0], &inner, dtype)?;
        self.maker.builder().apply(kind, &[x], Attrs::new().ints("axes", &axes))
    }

    fn product(
        &mut self,
        kind: OpKind,
        args: &[Pattern],
        shape: &Shape,
        dtype: DType,
    ) -> Result<Value, Error> {
        let k = self.maker.some_dim();
        let (x, y) = match (kind, shape.0.as_slice()) {
            (OpKind::BatchedDot, [b, m, n]) => {
                (vec![b.clone(), m.clone(), k.clone()], vec![b.clone(), k, n.clone()])
            }
            (OpKind::Dot, [m, n]) => (vec![m.clone(), k.clone()], vec![k, n.clone()]),
            (OpKind::Dot, [m]) => (vec![m.clone(), k.clone()], vec![k]),
            (OpKind::Dot, []) => (vec![k.clone()], vec![k]),
            _ => return Err(unfit("no product has this shape")),
        };
        let x = self.build(&args[0], &Shape(x), dtype)?;
        let y = self.build(&args[1], &Shape(y), dtype)?;
        self.maker.builder().map(kind, &[x, y])
    }

    fn movement(
        &mut self,
        iterate: Iterate,
        payload: &str,
        args: &[Pattern],
        shape: &Shape,
        dtype: DType,
    ) -> Result<Value, Error> {
        match iterate {
            Iterate::Broadcast => {
                let repeats = self
                    .rule
                    .conditions
                    .iter()
                    .find(|(n, a)| n == "repeats" && a.get(1).is_some_and(|p| p == payload));
                let new = match repeats.and_then(|(_, a)| self.payloads.get(&a[0])) {
                    Some(attrs) => attrs.get_ints("axes").to_vec(),
                    None if self.rule.mentions("one_hot") => vec![shape.rank() as i64 - 1],
                    None if shape.rank() == 0 => vec![],
                    None => vec![self.maker.random.below(shape.rank()) as i64],
                };
                let kept: Vec<i64> = (0..shape.rank() as i64).filter(|a| !new.contains(a)).collect();
                let x = self.build(&args[0], &without(shape, &new), dtype)?;
                // `broadcast` leaves out what changes nothing; the pattern asks for the op.
                let ty = TensorType::new(dtype, shape.clone());
                let found = self.maker.ty(x).shape;
                if found != without(shape, &new) {
                    return Err(unfit("a broadcast of another shape"));
                }
                self.maker.builder().shaped(OpKind::Broadcast, &[x], Attrs::new().ints("axes", &kept), &ty)
            }
            Iterate::Dimshuffle => {
                let order = self.order(payload, shape)?;
                let mut dims = vec![Dim::ONE; order.iter().filter(|o| **o >= 0).count()];
                for (i, o) in order.iter().enumerate() {
                    if let Ok(o) = usize::try_from(*o) {
                        dims[o] = shape[i].clone();
                    }
                }
                let x = self.build(&args[0], &Shape(dims.clone()), dtype)?;
                if self.maker.ty(x).shape.0 != dims {
                    return Err(unfit("a dimshuffle of another shape"));
                }
                self.maker.builder().apply(OpKind::Dimshuffle, &[x], Attrs::new().ints("order", &order))
            }
            Iterate::Reshape => {
                let inner = if self.rule.mentions("keeps_order") {
                    let mut dims = shape.0.clone();
                    dims.insert(self.maker.random.below(shape.rank() + 1), Dim::ONE);
                    Shape(dims)
                } else if self.rule.left.depth() == 1 && !matches!(args[0], Pattern::Op { .. }) {
                    shape.clone()
                } else {
                    Shape(vec![shape.size()])
                };
                let x = self.build(&args[0], &inner, dtype)?;
                let ty = TensorType::new(dtype, shape.clone());
                self.maker.builder().shaped(OpKind::Reshape, &[x], Attrs::new(), &ty)
            }
            Iterate::Slice => {
                let more = i64::from(!self.rule.mentions("whole"));
                let inner = Shape(shape.iter().map(|d| d.clone() + Dim::from(more)).collect());
                let x = self.build(&args[0], &inner, dtype)?;
                let starts: Vec<Dim> = shape.iter().map(|_| Dim::from(more)).collect();
                let attrs = Attrs::new().dims("starts", &starts).ints("steps", &vec![1; shape.rank()]);
                let ty = TensorType::new(dtype, shape.clone());
                self.maker.builder().shaped(OpKind::Slice, &[x], attrs, &ty)
            }
            Iterate::Gather | Iterate::Pick => {
                let rows = 3;
                let (inner, index) = match (iterate, shape.0.as_slice()) {
                    (Iterate::Gather, [first, rest @ ..]) => {
                        let inner = std::iter::once(Dim::from(rows)).chain(rest.iter().cloned()).collect();
                        (Shape(inner), Shape(vec![first.clone()]))
                    }
                    (Iterate::Gather, []) => return Err(unfit("a gather of a scalar")),
                    _ => {
                        let inner = shape.iter().cloned().chain([Dim::from(rows)]).collect();
                        (Shape(inner), shape.clone())
                    }
                };
                // Where the index is bound already, so are the rows.
                let inner = self.shapes.get("one_hot").cloned().unwrap_or(inner);
                let x = self.build(&args[0], &inner, dtype)?;
                let Pattern::Var(name) = &args[1] else { return Err(unfit("an index that is computed")) };
                let index = match self.vars.get(name) {
                    Some(index) => *index,
                    None => self.maker.index(&index, rows)?,
                };
                self.vars.insert(name.clone(), index);
                let kind = if iterate == Iterate::Gather { OpKind::Gather } else { OpKind::Pick };
                self.maker.builder().map(kind, &[x, index])
            }
            Iterate::Iota => {
                let attrs = Attrs::new().with("axis", Attr::Int(shape.rank() as i64 - 1));
                let ty = TensorType::new(dtype, shape.clone());
                self.maker.builder().shaped(OpKind::Iota, &[], attrs, &ty)
            }
            Iterate::Argmax => {
                let axis = shape.rank() as i64;
                self.payloads.insert(payload.to_string(), Attrs::new().with("axis", Attr::Int(axis)));
                let inner = Shape(shape.iter().cloned().chain([self.maker.some_dim()]).collect());
                let float = self.float;
                let x = self.build(&args[0], &inner, float)?;
                self.maker.builder().apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(axis)))
            }
            _ => Err(unfit("an op that no pattern has")),
        }
    }

    /// The order of a dimshuffle with this result: what the rule asks for, or any permutation.
    fn order(&mut self, payload: &str, shape: &Shape) -> Result<Vec<i64>, Error> {
        if let Some(attrs) = self.payloads.get(payload) {
            let order = attrs.get_ints("order").to_vec();
            return if order.len() == shape.rank() {
                Ok(order)
            } else {
                Err(unfit("an order of another rank"))
            };
        }
        let n = shape.rank();
        let is = |c: &str| self.rule.has(c, payload);
        let order: Vec<i64> = if is("transpose") {
            vec![1, 0]
        } else if is("swaps_last") {
            vec![0, 2, 1]
        } else if is("identity") {
            (0..n as i64).collect()
        } else if is("keeps_order") {
            let unit = shape.iter().position(|d| d.is(1)).ok_or_else(|| unfit("no dim of length 1"))?;
            (0..n as i64)
                .map(|i| {
                    (i - i64::from(i > unit as i64)) * i64::from(i != unit as i64)
                        - i64::from(i == unit as i64)
                })
                .collect()
        } else {
            (0..n as i64).rev().collect()
        };
        if order.len() != n {
            return Err(unfit("an order of another rank"));
        }
        self.payloads.insert(payload.to_string(), Attrs::new().ints("order", &order));
        Ok(order)
    }
}

impl Pattern {
    /// The variable that picks one element of each row, if the pattern has one.
    fn picked(&self) -> Option<String> {
        match self {
            Pattern::Op { kind: OpKind::Pick, args, .. } => match args.get(1) {
                Some(Pattern::Var(name)) => Some(name.clone()),
                _ => None,
            },
            Pattern::Op { args, .. } => args.iter().find_map(Pattern::picked),
            Pattern::Rebroadcast { part, .. } => part.picked(),
            Pattern::Var(_) | Pattern::Number(_) => None,
        }
    }

    fn depth(&self) -> usize {
        match self {
            Pattern::Op { args, .. } => 1 + args.iter().map(Pattern::depth).max().unwrap_or(0),
            Pattern::Rebroadcast { part, .. } => 1 + part.depth(),
            Pattern::Var(_) | Pattern::Number(_) => 0,
        }
    }
}

fn without(shape: &Shape, axes: &[i64]) -> Shape {
    let kept = shape.iter().enumerate().filter(|(i, _)| !axes.contains(&(*i as i64)));
    Shape(kept.map(|(_, d)| d.clone()).collect())
}
