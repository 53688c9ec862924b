//! Programs of one result, written as expressions, and the lines of the tables that hold them.
//!
//! `(log (add 1 x))`: ops of the table with their operands; `add` and `mul` take two or more. A name is an argument:
//! `x`, `y`, `z` are f64 matrices of n rows and m columns, `u`, `v`, `w` f64 vectors of m, `r`, `s`, `t` f64 of rank 0,
//! `a`, `b`, `c` bool matrices, `i`, `j`, `k` i64 vectors of n; any other argument, or one of another type, states it
//! where it is written first: `h:f32[n,3]`. A number has the element type of the operands beside it, or the one stated
//! as in `800:f32`; `{1 2}:i64` is a vector of numbers.
//!
//! Attributes stand in brackets behind the op: `sum[0,1]`, `join[1]`, `argmax[0]`, `dimshuffle[1,x,0]`, `reshape[n*m]`,
//! `broadcast[1; n,m]` (axes; dims), `slice[1:3, ::-1]` as in NumPy and so for `set_subtensor` and `inc_subtensor`,
//! `pad[0,1; 2,0]` (low; high), `iota[0; n]` or `iota[0; n; f64]`, `cast[i32]`, `dim[n]`, `assume[symmetric]`. A dim of no argument is the
//! value of an argument of its name.

use std::collections::BTreeMap;
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Func, Literal, Loc, OpKind, Res, Scalar, Shape, SymbolOrigin,
    TensorType, Value, ValueDef,
};

type Fallible<T> = Result<T, String>;

/// A line of a table that says something: it is neither empty nor a comment, which begins with `#`.
pub struct Line<'t> {
    /// Its file and number.
    pub place: String,
    /// What it says.
    pub text: &'t str,
    /// Whether it says something of the last line before it that is not indented.
    pub indented: bool,
}

/// The lines of a table.
pub fn lines<'t>(file: &'t str, text: &'t str) -> impl Iterator<Item = Line<'t>> {
    text.lines().enumerate().filter_map(move |(number, line)| {
        let text = line.trim();
        let says = !text.is_empty() && !text.starts_with('#');
        let place = || format!("{file}:{}", number + 1);
        says.then(|| Line { place: place(), text, indented: line.starts_with(' ') })
    })
}

/// A program and its arguments by name.
pub struct Program {
    /// The program.
    pub func: Func,
    args: BTreeMap<String, Value>,
}

impl Program {
    /// The program of an expression.
    ///
    /// # Errors
    ///
    /// If it is no expression, or one that has no type.
    pub fn parse(text: &str) -> Fallible<Program> {
        Program { func: Func::new("case"), args: BTreeMap::new() }.with_result(text)
    }

    /// The program of another expression over the same arguments.
    ///
    /// # Errors
    ///
    /// As [`Program::parse`].
    pub fn beside(&self, text: &str) -> Fallible<Program> {
        let mut twin = Program { func: Func::new("case"), args: self.args.clone() };
        for (symbol, origin) in self.func.symbols() {
            twin.func.new_symbol(&symbol.name, *origin);
        }
        for arg in &self.func.body().args {
            let name = self.func.value(*arg).name.clone();
            twin.func.add_arg(self.func.ty(*arg).clone(), Arg { name, ..Arg::default() });
        }
        twin.with_result(text)
    }

    fn with_result(mut self, text: &str) -> Fallible<Program> {
        let mut parser = Parser { text, at: 0, program: &mut self };
        // Arguments come before every op, so that both sides number them alike.
        let expression = parser.expression()?;
        parser.space();
        if parser.at < text.len() {
            return Err(format!("unexpected `{}`", &text[parser.at..]));
        }
        // A dim that no argument has is the value of an argument.
        for symbol in self.func.symbols().iter().map(|(s, _)| s.clone()).collect::<Vec<_>>() {
            if self.func.origin(&symbol) == SymbolOrigin::Opaque {
                let origin = SymbolOrigin::ArgValue { arg: self.func.body().args.len() as u32 };
                let arg = Arg { name: Some(symbol.name.clone()), ..Arg::default() };
                self.func.add_arg(TensorType::scalar(DType::I64), arg);
                self.func.set_origin(&symbol, origin);
            }
        }
        let result = self.emit(&expression, DType::F64)?;
        self.func.add_result(result, Res::default());
        Ok(self)
    }

    fn emit(&mut self, expression: &Expression, dtype: DType) -> Fallible<Value> {
        let fail = |e: thn_ir::Error| e.to_string();
        match expression {
            Expression::Arg(value) => Ok(*value),
            Expression::Number(x, own) => {
                let x = Scalar::Float(*x).cast(own.unwrap_or(dtype));
                self.builder().literal(Literal::scalar(own.unwrap_or(dtype), x)).map_err(fail)
            }
            Expression::Vector(all, dtype) => {
                let all: Vec<Scalar> = all.iter().map(|x| Scalar::Float(*x).cast(*dtype)).collect();
                let literal = Literal::from_scalars(*dtype, &[all.len()], &all).ok_or("wrong numbers")?;
                self.builder().literal(literal).map_err(fail)
            }
            Expression::Op { kind, brackets, operands } => {
                let values = self.operands(*kind, operands, dtype)?;
                if values.len() > 2 && kind.row().commutative {
                    let (first, rest) = (values[0], &values[1..]);
                    let mut b = self.builder();
                    return rest.iter().try_fold(first, |a, v| b.map(*kind, &[a, *v])).map_err(fail);
                }
                let (attrs, ty) = self.attributes(*kind, brackets, &values)?;
                match ty {
                    Some(ty) => self.builder().shaped(*kind, &values, attrs, &ty).map_err(fail),
                    None => self.builder().apply(*kind, &values, attrs).map_err(fail),
                }
            }
        }
    }

    fn builder(&mut self) -> Builder<'_> {
        Builder::new(&mut self.func, Func::BODY, Loc::Unknown)
    }

    /// Numbers take the element type of the other operands; conditions and indices have their own.
    fn operands(&mut self, kind: OpKind, operands: &[Expression], dtype: DType) -> Fallible<Vec<Value>> {
        let own = |i: usize| match kind.row().operands.get(i).map(|o| o.name) {
            Some("c") => Some(DType::Bool),
            Some("index") => Some(DType::I64),
            _ => None,
        };
        let mut values: Vec<Option<Value>> = vec![None; operands.len()];
        let mut sibling = None;
        for numbers in [false, true] {
            for (i, operand) in operands.iter().enumerate() {
                if matches!(operand, Expression::Number(_, None)) == numbers {
                    let value = self.emit(operand, own(i).or(sibling).unwrap_or(dtype))?;
                    values[i] = Some(value);
                    if own(i).is_none() {
                        sibling = sibling.or(self.func.tensor(value).map(|t| t.dtype));
                    }
                }
            }
        }
        Ok(values.into_iter().flatten().collect())
    }

    fn attributes(
        &mut self,
        kind: OpKind,
        brackets: &str,
        operands: &[Value],
    ) -> Fallible<(Attrs, Option<TensorType>)> {
        let parts: Vec<&str> = brackets.split(';').map(str::trim).collect();
        let part = |i: usize| parts.get(i).copied().unwrap_or_default();
        let none = Attrs::new();
        let x = operands.first().and_then(|v| self.func.tensor(*v)).cloned();
        let typed = |x: Option<TensorType>, shape: Shape| x.map(|x| x.with_shape(shape)).ok_or("no operand");
        Ok(match kind {
            OpKind::Argmax | OpKind::Join => {
                (none.with("axis", Attr::Int(part(0).parse().map_err(|_| "an axis")?)), None)
            }
            OpKind::Dimshuffle => (none.ints("order", &ints(&part(0).replace('x', "-1"))?), None),
            OpKind::Broadcast => {
                let ty = typed(x, self.shape(part(1))?)?;
                (none.ints("axes", &ints(part(0))?), Some(ty))
            }
            OpKind::Assume => (none.with("facts", Attr::Str(part(0).into())), None),
            OpKind::Reshape => (none, Some(typed(x, self.shape(part(0))?)?)),
            OpKind::Iota => {
                let dtype = if part(2).is_empty() { DType::I64 } else { dtype(part(2))? };
                let ty = TensorType::new(dtype, self.shape(part(1))?);
                (none.with("axis", Attr::Int(part(0).parse().map_err(|_| "an axis")?)), Some(ty))
            }
            OpKind::Cast => (none.with("dtype", Attr::DType(dtype(part(0))?)), None),
            OpKind::Dim => (none.with("expr", Attr::Dim(self.dim(part(0))?)), None),
            OpKind::Pad => (none.ints("low", &ints(part(0))?).ints("high", &ints(part(1))?), None),
            OpKind::Slice | OpKind::SetSubtensor | OpKind::IncSubtensor => {
                let x = x.ok_or("no operand")?;
                let (starts, steps, shape) = self.slices(part(0), &x)?;
                let attrs = none.dims("starts", &starts).ints("steps", &steps);
                (attrs, (kind == OpKind::Slice).then(|| x.with_shape(shape)))
            }
            _ if !brackets.is_empty() => (none.ints("axes", &ints(part(0))?), None),
            _ => (none, None),
        })
    }

    fn dim(&mut self, text: &str) -> Fallible<Dim> {
        let func = &mut self.func;
        let mut symbol = |name: &str| {
            Some(func.symbol_named(name).unwrap_or_else(|| func.new_symbol(name, SymbolOrigin::Opaque)))
        };
        Dim::parse(text, &mut symbol)
    }

    fn shape(&mut self, text: &str) -> Fallible<Shape> {
        list(text).map(|d| self.dim(d)).collect::<Fallible<Vec<Dim>>>().map(Shape)
    }

    /// NumPy's slices as starts, steps and lengths; dims that are not named are whole.
    fn slices(&mut self, text: &str, x: &TensorType) -> Fallible<(Vec<Dim>, Vec<i64>, Shape)> {
        let mut items: Vec<&str> = list(text).collect();
        items.resize(x.rank(), ":");
        let (mut starts, mut steps, mut dims) = (vec![], vec![], vec![]);
        for (item, length) in items.iter().zip(x.shape.iter()) {
            let parts: Vec<&str> = item.split(':').map(str::trim).collect();
            let step: i64 = match parts.get(2).copied().unwrap_or_default() {
                "" => 1,
                step => step.parse().map_err(|_| format!("`{step}` is no step"))?,
            };
            let mut bound = |i: usize, default: Dim| -> Fallible<Dim> {
                match parts.get(i).copied().unwrap_or_default() {
                    "" => Ok(default),
                    text => {
                        let d = self.dim(text)?;
                        // A negative number counts from the end.
                        Ok(if d.as_const().is_some_and(|c| c < 0) { length.clone() + d } else { d })
                    }
                }
            };
            let last = length.clone() - Dim::ONE;
            let start = bound(0, if step > 0 { Dim::from(0) } else { last })?;
            let stop = bound(1, if step > 0 { length.clone() } else { Dim::from(-1) })?;
            let span = if step > 0 { stop - start.clone() } else { start.clone() - stop };
            let count = match step.abs() {
                1 => span,
                by => (span + Dim::from(by - 1)).floor_div(&Dim::from(by)),
            };
            starts.push(start);
            steps.push(step);
            dims.push(count);
        }
        Ok((starts, steps, Shape(dims)))
    }

    /// The argument of this name, made if it is new.
    fn argument(&mut self, name: &str, stated: Option<(DType, &str)>) -> Fallible<Value> {
        if let Some(value) = self.args.get(name) {
            return Ok(*value);
        }
        let (dtype, dims) = match stated {
            Some(stated) => stated,
            None => match name {
                "x" | "y" | "z" => (DType::F64, "n,m"),
                "u" | "v" | "w" => (DType::F64, "m"),
                "r" | "s" | "t" => (DType::F64, ""),
                "a" | "b" | "c" => (DType::Bool, "n,m"),
                "i" | "j" | "k" => (DType::I64, "n"),
                _ => return Err(format!("the argument `{name}` has no type")),
            },
        };
        let position = self.func.body().args.len() as u32;
        let shape = self.shape(dims)?;
        for (axis, dim) in shape.iter().enumerate() {
            if let Some(symbol) = dim.as_symbol()
                && self.func.origin(symbol) == SymbolOrigin::Opaque
            {
                self.func.set_origin(symbol, SymbolOrigin::ArgDim { arg: position, axis: axis as u32 });
            }
        }
        let arg = Arg { name: Some(name.into()), ..Arg::default() };
        let value = self.func.add_arg(TensorType::new(dtype, shape), arg);
        self.args.insert(name.to_string(), value);
        Ok(value)
    }
}

/// The results of a program as expressions that do not depend on the order of ops and of commutative operands.
pub fn tree(func: &Func) -> String {
    func.body().results.iter().map(|r| tree_of(func, *r)).collect::<Vec<_>>().join(" ")
}

fn tree_of(func: &Func, value: Value) -> String {
    let ValueDef::Result { op, .. } = func.def(value) else {
        return func.value(value).name.as_deref().unwrap_or("?").to_string();
    };
    let data = func.op(op);
    if let Some(literal) = func.literal(value) {
        return match (literal.shape(), literal.get(0)) {
            ([], Scalar::Float(x)) => format!("{x:?}"),
            ([], Scalar::Int(x)) => x.to_string(),
            ([], Scalar::Bool(x)) => x.to_string(),
            _ => format!("{{{literal}}}"),
        };
    }
    let row = data.kind.row();
    let mut parts: Vec<String> = vec![];
    let mut operands: Vec<Value> = data.operands.iter().rev().copied().collect();
    while let Some(operand) = operands.pop() {
        // Sums of sums and the like are one.
        match func.def(operand) {
            ValueDef::Result { op: inner, .. }
                if func.op(inner).kind == data.kind && is_multiset(data.kind) =>
            {
                operands.extend(func.op(inner).operands.iter().rev());
            }
            _ => parts.push(tree_of(func, operand)),
        }
    }
    if row.commutative {
        parts.sort();
    }
    let mut out = format!("({}", row.mnemonic);
    for spec in row.attrs {
        if let Some(attr) = data.attrs.get(spec.name) {
            out += &format!(" {}={attr}", spec.name);
        }
    }
    if row.shaped {
        out += &format!(" {}", func.ty(value));
    }
    for part in parts {
        out += &format!(" {part}");
    }
    out + ")"
}

fn is_multiset(kind: OpKind) -> bool {
    use OpKind::{Add, And, Maximum, Minimum, Mul, Or};
    matches!(kind, Add | Mul | Maximum | Minimum | And | Or)
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|t| !t.is_empty())
}

fn ints(text: &str) -> Fallible<Vec<i64>> {
    list(text).map(|t| t.parse().map_err(|_| format!("`{t}` is no integer"))).collect()
}

fn dtype(name: &str) -> Fallible<DType> {
    DType::ALL.iter().copied().find(|d| d.to_string() == name).ok_or(format!("`{name}` is no element type"))
}

enum Expression {
    Arg(Value),
    Number(f64, Option<DType>),
    Vector(Vec<f64>, DType),
    Op { kind: OpKind, brackets: String, operands: Vec<Expression> },
}

struct Parser<'t, 'p> {
    text: &'t str,
    at: usize,
    program: &'p mut Program,
}

impl<'t> Parser<'t, '_> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.text[self.at..].starts_with(c);
        self.at += usize::from(found) * c.len_utf8();
        found
    }

    fn until(&mut self, stops: &str) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| stops.contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expression(&mut self) -> Fallible<Expression> {
        self.space();
        if self.eat('(') {
            let name = self.until(" ()[");
            let kind = OpKind::ALL.iter().copied().find(|k| k.row().mnemonic == name);
            let kind = kind.ok_or(format!("`{name}` is not an op"))?;
            let brackets = if self.eat('[') { self.until("]").to_string() } else { String::new() };
            self.eat(']');
            if matches!(kind, OpKind::Broadcast | OpKind::Reshape | OpKind::Iota) {
                let dims = usize::from(kind != OpKind::Reshape);
                self.program.shape(brackets.split(';').nth(dims).unwrap_or_default())?;
            }
            let mut operands = vec![];
            loop {
                self.space();
                if self.eat(')') {
                    return Ok(Expression::Op { kind, brackets, operands });
                }
                if self.at == self.text.len() {
                    return Err("a parenthesis is not closed".into());
                }
                operands.push(self.expression()?);
            }
        }
        if self.eat('{') {
            let inner = self.until("}");
            self.eat('}');
            let all: Result<Vec<f64>, _> = inner.split_whitespace().map(str::parse).collect();
            let all = all.map_err(|_| format!("`{inner}` are no numbers"))?;
            self.eat(':');
            return Ok(Expression::Vector(all, dtype(self.until(" )"))?));
        }
        let name = self.until(" ():");
        let own = if self.eat(':') { Some(self.until(" ()[")) } else { None };
        if let Ok(x) = name.parse::<f64>() {
            return Ok(Expression::Number(x, own.map(dtype).transpose()?));
        }
        if matches!(name, "true" | "false") {
            return Ok(Expression::Number(f64::from(u8::from(name == "true")), Some(DType::Bool)));
        }
        let stated = match own {
            None => None,
            Some(own) => {
                let dims = if self.eat('[') { self.until("]") } else { "" };
                self.eat(']');
                Some((dtype(own)?, dims))
            }
        };
        self.program.argument(name, stated).map(Expression::Arg)
    }
}
