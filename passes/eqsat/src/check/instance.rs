//! Concrete cases of a rule: both sides as programs over arguments of known types.
//!
//! Types and payloads are tried from small pools; a case is kept if the left side has a type, the matcher finds it,
//! the analysis proves the conditions from what is assumed of the arguments, and the right side can be built. So the
//! checker goes through the machinery that the optimizer uses.

use crate::{
    apply,
    conditions::CONDITIONS,
    facts::Facts,
    graph::{Graph, Head, Knowledge, Node, Payload, PayloadId, add_scalar, add_typed, type_of},
    matcher::{self, Binding},
    pattern::{Argument, Pattern, PayloadPattern, Rule},
};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::collections::HashMap;
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Error, Func, Loc, OpKind, Res, Scalar, Shape, SymbolOrigin,
    TensorType, Value,
};

/// The lengths that dims get: unknown before the call, or fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    Dynamic,
    Fixed(i64),
}

/// An argument of a case and what is assumed of its elements.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) ty: TensorType,
    pub(super) facts: Facts,
    /// Integers that index a dim of this length, or of the length that is chosen for unknown dims.
    pub(super) index: bool,
}

/// Both sides of a rule over the same arguments; the last argument is there for its length alone.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) left: Func,
    pub(super) right: Func,
    pub(super) inputs: Vec<Input>,
    /// Whether every op is elementwise, so that each element is a case of its own.
    pub(super) elementwise: bool,
    /// Whether the rest of a sum or product has several parts: its association is then free, which the optimizer
    /// allows only together with rules of class `reassoc`.
    pub(super) reordered: bool,
}

/// The number of columns; unknown and fixed lengths are rows.
const COLUMNS: i64 = 2;
/// The most combinations of types and payloads that are tried.
const MAX_TRIES: usize = 60_000;
/// A prime larger than any number of choices for one variable.
const STRIDE: usize = 7919;

/// Up to `limit` cases of a rule with this element type and these lengths.
pub(super) fn instances(
    rule: &Rule,
    dtype: DType,
    length: Length,
    limit: usize,
) -> Result<Vec<Instance>, Error> {
    let mut base = Func::new("case");
    let rows: Dim = match length {
        Length::Dynamic => base.new_symbol("n", SymbolOrigin::Opaque).into(),
        Length::Fixed(n) => n.into(),
    };
    let space = Space::new(rule, dtype, &rows);
    let total: usize = space.choices.iter().map(Vec::len).product();
    let mut found = vec![];
    for i in 0..total.min(MAX_TRIES) {
        // A stride that is coprime to the total visits every combination once, neighbours far apart.
        let mut number = i.wrapping_mul(STRIDE) % total;
        let mut digits = vec![];
        for choices in &space.choices {
            digits.push(number % choices.len());
            number /= choices.len();
        }
        if let Some(case) = space.case(&digits, &base, &rows)? {
            found.push(case);
            if found.len() == limit {
                break;
            }
        }
    }
    Ok(found)
}

/// What one variable of a rule may be.
#[derive(Clone, Debug)]
enum Choice {
    Tensor(TensorType),
    Constant(f64),
    Rest(TensorType, usize),
    Payload(Payload),
}

struct Space<'r> {
    rule: &'r Rule,
    dtype: DType,
    /// For each variable, then each rest, then each payload.
    choices: Vec<Vec<Choice>>,
    index: Vec<bool>,
}

impl<'r> Space<'r> {
    fn new(rule: &'r Rule, dtype: DType, rows: &Dim) -> Space<'r> {
        let simple = rule.payloads.is_empty() && elementwise(&rule.left);
        let shapes = shapes(rows, simple);
        let guards = |what: Argument| -> Vec<&'static str> {
            let of = rule.guards.iter().filter(|g| g.args.contains(&what));
            of.map(|g| CONDITIONS[g.condition].name).collect()
        };
        let mut choices = vec![];
        let mut index = vec![];
        for v in 0..rule.vars.len() {
            let (own, is_index) = role(&rule.left, v, dtype);
            index.push(is_index);
            let names = guards(Argument::Var(v));
            let constants: &[f64] = if names.contains(&"power_of_two") {
                &[2.0, -0.125, 1024.0]
            } else if names.contains(&"invertible") {
                &[3.0, -0.1, 7e9]
            } else if names.contains(&"constant") {
                &[2.5, -1.0, 0.75]
            } else {
                &[]
            };
            let tensors = shapes.iter().filter(|s| s.rank() == 0 || !names.contains(&"scalar"));
            choices.push(match constants {
                [] => tensors.map(|s| Choice::Tensor(TensorType::new(own, s.clone()))).collect(),
                some => some.iter().map(|c| Choice::Constant(*c)).collect(),
            });
        }
        for _ in 0..rule.rests.len() {
            let of = |s: &Shape| [1, 2].map(|n| Choice::Rest(TensorType::new(dtype, s.clone()), n));
            choices.push(shapes.iter().flat_map(of).collect());
        }
        for p in 0..rule.payloads.len() {
            choices.push(payloads(&rule.left, p, dtype, &shapes));
        }
        Space { rule, dtype, choices, index }
    }

    fn case(&self, digits: &[usize], base: &Func, rows: &Dim) -> Result<Option<Instance>, Error> {
        let mut graph: Graph = EGraph::new(Knowledge::default());
        let mut inputs: Vec<(Id, Input)> = vec![];
        let (mut vars, mut rests, mut payloads): (Vec<Id>, Vec<Vec<Id>>, Vec<PayloadId>) =
            (vec![], vec![], vec![]);
        for (slot, digit) in digits.iter().enumerate() {
            match &self.choices[slot][*digit] {
                Choice::Tensor(ty) => {
                    let facts = assumed(self.rule, &Argument::Var(slot), ty.dtype);
                    let id = leaf(&mut graph, inputs.len(), ty, facts);
                    inputs.push((id, Input { ty: ty.clone(), facts, index: self.index[slot] }));
                    vars.push(id);
                }
                Choice::Constant(c) => vars.push(add_scalar(&mut graph, self.dtype, Scalar::Float(*c))),
                Choice::Rest(ty, count) => {
                    let facts = assumed(self.rule, &Argument::Rest(rests.len()), ty.dtype);
                    let mut rest = vec![];
                    for _ in 0..*count {
                        let id = leaf(&mut graph, inputs.len(), ty, facts);
                        inputs.push((id, Input { ty: ty.clone(), facts, index: false }));
                        rest.push(id);
                    }
                    rests.push(rest);
                }
                Choice::Payload(p) => payloads.push(graph.analysis.intern(p.clone())),
            }
        }
        let way = Binding::of(&vars, &rests, &payloads);
        let root = TensorType::scalar(self.dtype);
        let Some(left) = apply::instantiate(&mut graph, &self.rule.left, &way, &root) else {
            return Ok(None);
        };
        graph.rebuild();
        let node = graph[left].nodes[0].clone();
        let ways = matcher::find(&graph, self.rule, &node);
        let Some(way) = ways.into_iter().find(|w| apply::allowed(&graph, self.rule, w)) else {
            return Ok(None);
        };
        let Some(right) = apply::build(&mut graph, self.rule, &way, left) else { return Ok(None) };
        if type_of(&graph, left) != type_of(&graph, right) {
            return Ok(None);
        }
        let left = program(&graph, left, &inputs, base, rows)?;
        let right = program(&graph, right, &inputs, base, rows)?;
        let all_elementwise = |f: &Func| {
            let pointwise = |k: OpKind| k.row().is_elementwise() || k == OpKind::Constant;
            f.body().ops.iter().all(|o| pointwise(f.op(*o).kind))
        };
        let elementwise = all_elementwise(&left) && all_elementwise(&right);
        let inputs = inputs.into_iter().map(|(_, i)| i).collect();
        let reordered = rests.iter().any(|r| r.len() > 1);
        Ok(Some(Instance { left, right, inputs, elementwise, reordered }))
    }
}

fn leaf(graph: &mut Graph, number: usize, ty: &TensorType, facts: Facts) -> Id {
    let node = Node { head: Head::Leaf(number as u32), children: SmallVec::new() };
    let id = add_typed(graph, node, Some(ty.clone()));
    let data = crate::graph::Data { facts, ..graph[id].data.clone() };
    graph.set_analysis_data(id, data);
    id
}

/// What the conditions of a rule assume of one of its variables.
fn assumed(rule: &Rule, what: &Argument, dtype: DType) -> Facts {
    let mut facts = Facts::of_dtype(dtype);
    for guard in rule.guards.iter().filter(|g| g.args.contains(what)) {
        match CONDITIONS[guard.condition].name {
            "nonneg" => facts.lo = 0.0,
            "positive" | "nonzero" => facts.lo = f64::from_bits(1),
            "nonpos" => facts.hi = 0.0,
            "number" => facts.nan = false,
            "bounded" => facts.inf = false,
            "finite" => (facts.nan, facts.inf) = (false, false),
            _ => {}
        }
    }
    facts
}

fn elementwise(pattern: &Pattern) -> bool {
    pattern.walk().iter().all(|p| match p {
        Pattern::Op { kind, .. } => kind.row().is_elementwise(),
        Pattern::Rebroadcast { .. } | Pattern::Count { .. } => false,
        Pattern::Var(_) | Pattern::Number(_) => true,
    })
}

fn shapes(rows: &Dim, simple: bool) -> Vec<Shape> {
    let (n, m) = (rows.clone(), Dim::from(COLUMNS));
    let mut all = vec![Shape(vec![n.clone()]), Shape::scalar(), Shape(vec![n.clone(), m.clone()])];
    if !simple {
        all.push(Shape(vec![m.clone(), n.clone()]));
        all.push(Shape(vec![n.clone(), n.clone()]));
        all.push(Shape(vec![m.clone()]));
        all.push(Shape(vec![m.clone(), n.clone(), m.clone()]));
        all.push(Shape(vec![n.clone(), Dim::ONE]));
        all.push(Shape(vec![m.clone(), m, n]));
    }
    all
}

/// The element type of a variable by the operand it is, and whether it is an index.
fn role(left: &Pattern, var: usize, dtype: DType) -> (DType, bool) {
    for pattern in left.walk() {
        let Pattern::Op { kind, args, .. } = pattern else { continue };
        for (spec, arg) in kind.row().operands.iter().zip(args) {
            if *arg == Pattern::Var(var) {
                match spec.name {
                    "c" => return (DType::Bool, false),
                    "index" => return (DType::I64, true),
                    _ => {}
                }
            }
            // The condition may be a function of bools.
            if spec.name == "c" && arg.walk().contains(&&Pattern::Var(var)) {
                return (DType::Bool, false);
            }
        }
    }
    (dtype, false)
}

/// Payloads to try for a variable, by the op it belongs to.
fn payloads(left: &Pattern, payload: usize, dtype: DType, shapes: &[Shape]) -> Vec<Choice> {
    let kind = left.walk().into_iter().find_map(|p| match p {
        Pattern::Op { kind, payload: PayloadPattern::Var(v), .. } if *v == payload => Some(*kind),
        _ => None,
    });
    let ints = |name: &'static str, lists: &[&[i64]]| -> Vec<Payload> {
        lists.iter().map(|l| Payload { attrs: Attrs::new().ints(name, l), ty: None }).collect()
    };
    let typed = |attrs: Vec<Attrs>| -> Vec<Payload> {
        let of = |a: &Attrs| {
            let a = a.clone();
            shapes
                .iter()
                .map(move |s| Payload { attrs: a.clone(), ty: Some(TensorType::new(dtype, s.clone())) })
        };
        attrs.iter().flat_map(of).collect()
    };
    let found = match kind {
        Some(OpKind::Dimshuffle) => ints(
            "order",
            &[&[1, 0], &[0, 1], &[0, -1], &[-1, 0], &[0], &[1], &[0, 2, 1], &[2, 1, 0], &[1, 0, 2]],
        ),
        Some(OpKind::Argmax) => {
            [0, 1].map(|a| Payload { attrs: Attrs::new().with("axis", Attr::Int(a)), ty: None }).to_vec()
        }
        Some(OpKind::Cast) => [DType::F64, DType::F32, DType::I64, DType::I32, DType::Bool, DType::U8]
            .map(|d| Payload { attrs: Attrs::new().with("dtype", Attr::DType(d)), ty: None })
            .to_vec(),
        Some(OpKind::Broadcast) => {
            typed([&[][..], &[0], &[1], &[0, 1], &[2]].map(|l| Attrs::new().ints("axes", l)).to_vec())
        }
        Some(OpKind::Reshape) => {
            let mut all = typed(vec![Attrs::new()]);
            let flat = shapes.iter().map(|s| TensorType::new(dtype, Shape(vec![s.size()])));
            all.extend(flat.map(|t| Payload { attrs: Attrs::new(), ty: Some(t) }));
            all
        }
        Some(OpKind::Slice) => {
            let zero = Dim::from(0);
            let attrs =
                |starts: &[Dim], steps: &[i64]| Attrs::new().dims("starts", starts).ints("steps", steps);
            let mut all =
                typed(vec![attrs(&[zero.clone()], &[1]), attrs(&[zero.clone(), zero.clone()], &[1, 1])]);
            let row = Shape(vec![Dim::ONE]);
            let reversed = Shape(vec![Dim::from(COLUMNS)]);
            for (start, step, shape) in [(0, 1, row.clone()), (1, 1, row), (1, -1, reversed)] {
                let attrs = attrs(&[Dim::from(start)], &[step]);
                all.push(Payload { attrs, ty: Some(TensorType::new(dtype, shape)) });
            }
            all
        }
        _ => ints("axes", &[&[0], &[1], &[0, 1], &[2], &[0, 2]]),
    };
    found.into_iter().map(Choice::Payload).collect()
}

/// A class with one node per class as a program with one result.
fn program(graph: &Graph, root: Id, inputs: &[(Id, Input)], base: &Func, rows: &Dim) -> Result<Func, Error> {
    let mut func = base.clone();
    let mut values: HashMap<Id, Value> = HashMap::new();
    for (i, (id, input)) in inputs.iter().enumerate() {
        let name = Some(format!("x{i}").into());
        values.insert(*id, func.add_arg(input.ty.clone(), Arg { name, ..Arg::default() }));
    }
    if let Some(symbol) = rows.as_symbol() {
        // One argument that only says how long the unknown dim is.
        func.set_origin(symbol, SymbolOrigin::ArgDim { arg: inputs.len() as u32, axis: 0 });
    }
    func.add_arg(TensorType::new(DType::Bool, Shape(vec![rows.clone()])), Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let result = emit(graph, root, &mut values, &mut b)?;
    func.add_result(result, Res::default());
    Ok(func)
}

fn emit(graph: &Graph, id: Id, values: &mut HashMap<Id, Value>, b: &mut Builder<'_>) -> Result<Value, Error> {
    if let Some(value) = values.get(&id) {
        return Ok(*value);
    }
    let node = &graph[id].nodes[0];
    let (kind, payload) = node.op().ok_or_else(|| Error::internal("a leaf without argument"))?;
    let operands = node.children.iter().map(|c| emit(graph, *c, values, b)).collect::<Result<Vec<_>, _>>()?;
    let payload = graph.analysis.payload(payload);
    let value = match (operands.as_slice(), &payload.ty) {
        ([first, rest @ ..], _) if rest.len() > 1 && kind.row().commutative => {
            rest.iter().try_fold(*first, |sum, x| b.map(kind, &[sum, *x]))?
        }
        (operands, Some(ty)) => b.shaped(kind, operands, payload.attrs.clone(), ty)?,
        (operands, None) => b.apply(kind, operands, payload.attrs.clone())?,
    };
    values.insert(id, value);
    Ok(value)
}
