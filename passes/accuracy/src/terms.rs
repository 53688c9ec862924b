//! Expressions that share their parts, as the search builds them.

use crate::dag::{self, Source, Step};
use smallvec::SmallVec;
use std::collections::HashMap;
use thn_ir::{Attrs, Builder, DType, Error, Func, Literal, Loc, OpKind, Scalar, Value, ValueDef};

/// Bytes of the operands of an op that are written.
const LONGEST: usize = 2_000;

/// What a variable of the expressions stands for in the program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) value: Value,
    pub(crate) dtype: DType,
}

/// An expression: how it is computed from earlier ones.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) source: Source,
    pub(crate) dtype: DType,
    /// The cost of its tree.
    pub(crate) cost: f64,
}

/// Expressions by number; parts come before what uses them, and equal ones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) variables: Vec<Variable>,
    pub(crate) items: Vec<Term>,
    ids: HashMap<(Source, DType), usize>,
}

impl Terms {
    /// The number of an expression.
    pub(crate) fn intern(&mut self, source: Source, dtype: DType) -> usize {
        if let Some(id) = self.ids.get(&(source.clone(), dtype)) {
            return *id;
        }
        let cost = match &source {
            Source::Op(kind, _, args) => {
                let steps = args.len().saturating_sub(1).max(1) as f64;
                let own = if args.len() > 2 { steps } else { 1.0 } * f64::from(kind.row().cost);
                own + args.iter().map(|a| self.items[*a].cost).sum::<f64>()
            }
            _ => 0.0,
        };
        let id = self.items.len();
        self.ids.insert((source.clone(), dtype), id);
        self.items.push(Term { source, dtype, cost });
        id
    }

    /// A number.
    pub(crate) fn number(&mut self, x: f64, dtype: DType) -> usize {
        self.intern(Source::Number(dag::round_to(dtype, x).to_bits()), dtype)
    }

    /// An elementwise op without attributes on operands of its result's type.
    pub(crate) fn op(&mut self, kind: OpKind, args: &[usize]) -> usize {
        let dtype = self.items[args[0]].dtype;
        self.intern(Source::Op(kind, Attrs::new(), args.into()), dtype)
    }

    /// The expression of a value: elementwise ops, repeated numbers and constants; whatever else it needs becomes a
    /// variable.
    pub(crate) fn of_value(&mut self, func: &Func, value: Value) -> Option<usize> {
        let mut known: HashMap<Value, usize> = HashMap::new();
        let mut stack = vec![value];
        while let Some(at) = stack.last().copied() {
            if known.contains_key(&at) {
                stack.pop();
                continue;
            }
            let dtype = func.tensor(at)?.dtype;
            let parts = parts(func, at);
            let open: Vec<Value> = parts
                .iter()
                .flat_map(|(_, _, operands)| operands)
                .copied()
                .filter(|v| !known.contains_key(v))
                .collect();
            if !open.is_empty() {
                stack.extend(open);
                continue;
            }
            let id = match (func.literal(at).and_then(Literal::splat_value), parts) {
                (Some(number), _) => self.number(number.to_f64(), dtype),
                (None, Some((OpKind::Broadcast, _, operands))) => known[&operands[0]],
                (None, Some((kind, attrs, operands))) => {
                    let args = operands.iter().map(|v| known[v]).collect();
                    self.intern(Source::Op(kind, attrs, args), dtype)
                }
                (None, None) => {
                    let position = self.variables.iter().position(|v| v.value == at).unwrap_or_else(|| {
                        self.variables.push(Variable { value: at, dtype });
                        self.variables.len() - 1
                    });
                    self.intern(Source::Variable(position), dtype)
                }
            };
            known.insert(at, id);
            stack.pop();
        }
        known.get(&value).copied()
    }

    /// Steps that compute every term exactly, at the positions of the terms.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let step = |t: &Term| Step { dtype: t.dtype, ways: SmallVec::from_iter([t.source.clone()]) };
        self.items.iter().map(step).collect()
    }

    /// Every term that these use, themselves included, in order.
    pub(crate) fn used(&self, roots: &[usize]) -> Vec<usize> {
        let mut needed = vec![false; self.items.len()];
        roots.iter().for_each(|r| needed[*r] = true);
        for i in (0..needed.len()).rev() {
            if let (true, Source::Op(_, _, args)) = (needed[i], &self.items[i].source) {
                args.iter().for_each(|a| needed[*a] = true);
            }
        }
        (0..needed.len()).filter(|i| needed[*i]).collect()
    }

    /// What the program computes for a term at every point.
    pub(crate) fn run(&self, root: usize, points: &[Vec<f64>]) -> Vec<f64> {
        let used = self.used(&[root]);
        let mut values = vec![f64::NAN; root + 1];
        let mut args: SmallVec<[(f64, DType); 3]> = SmallVec::new();
        points
            .iter()
            .map(|point| {
                for i in &used {
                    let term = &self.items[*i];
                    values[*i] = match &term.source {
                        Source::Variable(v) => point[*v],
                        Source::Number(bits) => f64::from_bits(*bits),
                        Source::Op(kind, attrs, parts) => {
                            args.clear();
                            args.extend(parts.iter().map(|p| (values[*p], self.items[*p].dtype)));
                            dag::apply(*kind, attrs, term.dtype, &args)
                        }
                    };
                }
                values[root]
            })
            .collect()
    }

    /// Appends ops that compute a term to the body of a program.
    pub(crate) fn build(&self, func: &mut Func, root: usize) -> Result<Value, Error> {
        let mut values: HashMap<usize, Value> = HashMap::new();
        for i in self.used(&[root]) {
            let term = &self.items[i];
            let mut b = Builder::new(func, Func::BODY, Loc::Unknown);
            let value = match &term.source {
                Source::Variable(v) => self.variables[*v].value,
                Source::Number(bits) => {
                    b.literal(Literal::scalar(term.dtype, number(term.dtype, f64::from_bits(*bits))))?
                }
                Source::Op(kind, attrs, args) => {
                    let operands: Vec<Value> = args.iter().map(|a| values[a]).collect();
                    b.apply(*kind, &operands, attrs.clone())?
                }
            };
            values.insert(i, value);
        }
        values.get(&root).copied().ok_or_else(|| Error::internal("an expression without value"))
    }

    /// The expression as text, operands in parentheses after their op. As text, an expression can be exponentially longer
    /// than it is: long parts are `…`.
    pub(crate) fn text(&self, func: &Func, root: usize) -> String {
        let mut texts: HashMap<usize, String> = HashMap::new();
        for i in self.used(&[root]) {
            let text = match &self.items[i].source {
                Source::Variable(v) => func.describe(self.variables[*v].value),
                Source::Number(bits) => format!("{}", f64::from_bits(*bits)),
                Source::Op(kind, _, args) => {
                    let args: Vec<&str> = args.iter().map(|a| texts[a].as_str()).collect();
                    let short = args.iter().map(|text| text.len()).sum::<usize>() <= LONGEST;
                    let args = if short { args.join(" ") } else { "…".into() };
                    format!("({} {args})", kind.row().mnemonic)
                }
            };
            texts.insert(i, text);
        }
        texts.remove(&root).unwrap_or_default()
    }
}

fn number(dtype: DType, x: f64) -> Scalar {
    if dtype == DType::Bool { Scalar::Bool(x != 0.0) } else { Scalar::Float(x) }
}

/// The op, attributes and operands of a value that is computed element by element from floats and bools.
fn parts(func: &Func, value: Value) -> Option<(OpKind, Attrs, Vec<Value>)> {
    let ValueDef::Result { op, .. } = func.def(value) else { return None };
    let op = func.op(op);
    let plain = |v: &Value| func.tensor(*v).is_some_and(|t| t.dtype.is_float() || t.dtype == DType::Bool);
    let fill = op.kind == OpKind::Broadcast
        && op.operands.first().and_then(|v| func.tensor(*v)).is_some_and(|t| t.rank() == 0);
    let fits = plain(&value) && op.operands.iter().all(plain) && op.regions.is_empty();
    (fits && (fill || op.kind.row().is_elementwise()))
        .then(|| (op.kind, op.attrs.clone(), op.operands.to_vec()))
}
