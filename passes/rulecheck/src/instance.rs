//! Concrete cases of a rule: both sides as programs over arguments of known types.
//!
//! Types and payloads are tried from small pools; a case is kept if the left side has a type, the matcher finds it,
//! the analysis proves the conditions from what is assumed of the arguments, and the right side can be built. So the
//! checker goes through the machinery that the optimizer uses.

use crate::pools::{COLUMNS, assumed, elementwise, fits, payloads, role, shapes};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::collections::HashMap;
use thn_eqsat::{
    Class,
    egraph::{
        ClassAnalysis, Graph, Head, Node, Payload, PayloadId, add_op, add_scalar, add_typed, rank, refine,
        type_of,
    },
    rule::{Argument, Pattern, Rule, Subst, allowed},
    search::{ematch, instantiate},
};
use thn_facts::{Facts, Structure};
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Error, Fact, Func, Loc, OpKind, Res, Scalar, Shape, SymbolOrigin,
    TensorType, Value,
};

/// The lengths that dims get: unknown before the call, or fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Length {
    Dynamic,
    Fixed(i64),
}

/// An argument of a case and what is assumed of its elements.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) ty: TensorType,
    pub(crate) facts: Facts,
    /// Integers that index a dim of this length, or of the length that is chosen for unknown dims.
    pub(crate) index: bool,
}

/// Both sides of a rule over the same arguments; the last argument is there for its length alone.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) left: Func,
    pub(crate) right: Func,
    pub(crate) inputs: Vec<Input>,
    /// Whether every op is elementwise, so that each element is a case of its own.
    pub(crate) elementwise: bool,
    /// Whether the rest of a sum or product has several parts: its association is then free, which the optimizer
    /// allows only together with rules of class `reassoc`.
    pub(crate) reordered: bool,
    /// Whether the left side has folds, or sums or products of three and more: what it adds up is in no order.
    pub(crate) unordered: bool,
    /// The left side with sums and products of three in the opposite order, if it has any.
    pub(crate) turned: Option<Func>,
}

impl Instance {
    /// A case that is no rule's: two programs.
    pub(crate) fn of(left: Func, right: Func, inputs: Vec<Input>, reordered: bool) -> Instance {
        Instance { left, right, inputs, elementwise: false, reordered, unordered: true, turned: None }
    }

    /// Whether all elements of a tensor are multiplied: in another order they overflow or underflow anywhere.
    pub(crate) fn multiplies_all(&self) -> bool {
        self.left.body().ops.iter().any(|o| self.left.op(*o).kind == OpKind::Prod)
    }

    /// Whether something has no elements where the unknown length is 0.
    pub(crate) fn can_be_empty(&self) -> bool {
        let none = |ty: &TensorType| ty.shape.iter().any(|d| d.eval(&|_| Some(0)).is_ok_and(|n| n == 0));
        let made = self.left.body().ops.iter().filter_map(|o| self.left.tensor(self.left.op(*o).result()));
        !self.elementwise && self.inputs.iter().map(|i| &i.ty).chain(made).any(none)
    }

    /// Itself, and the same with the left side in the opposite order, if that is another.
    pub(crate) fn orders(self) -> impl Iterator<Item = Instance> {
        let turned = self.turned.clone().map(|left| Instance { left, turned: None, ..self.clone() });
        std::iter::once(self).chain(turned)
    }
}

/// The most combinations of types and payloads that are tried.
const MAX_TRIES: usize = 60_000;
/// A prime larger than any number of choices for one variable.
const STRIDE: usize = 7919;

/// Up to `limit` cases of a rule with this element type and these lengths. With `proved`, the conditions follow from
/// the program itself.
pub(crate) fn instances(
    rule: &Rule,
    dtype: DType,
    length: Length,
    proved: bool,
    limit: usize,
) -> Result<Vec<Instance>, Error> {
    let mut base = Func::new("case");
    let rows: Dim = match length {
        Length::Dynamic => base.new_symbol("n", SymbolOrigin::Opaque).into(),
        Length::Fixed(n) => n.into(),
    };
    let space = Space::new(rule, dtype, &rows);
    let total = space.choices.iter().fold(1usize, |n, choices| n.saturating_mul(choices.len()));
    let mut found = vec![];
    for i in 0..total.min(MAX_TRIES) {
        // A stride that is coprime to the total visits every combination once, neighbours far apart.
        let mut number = i.wrapping_mul(STRIDE) % total;
        let mut digits = vec![];
        for choices in &space.choices {
            digits.push(number % choices.len());
            number /= choices.len();
        }
        if let Some(case) = space.case(&digits, proved, &base, &rows)? {
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
    Tensor(TensorType, Facts),
    Constant(f64, DType),
    Rest(TensorType, Facts, usize),
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
        let any =
            |v: usize| assumed(rule, &Argument::Var(v), dtype).iter().any(|f| f.structure != Structure::NONE);
        let structured = (0..rule.vars.len()).any(any);
        let simple = rule.payloads.is_empty() && elementwise(&rule.left) && !structured;
        let mut shapes = shapes(rows, simple);
        if rule.guards.iter().any(|g| g.name() == "thin") {
            let (one, m, n) = (Dim::ONE, Dim::from(COLUMNS), rows.clone());
            let more =
                [vec![one.clone(), n.clone()], vec![m.clone(), n.clone(), one.clone()], vec![m, one, n]];
            shapes.extend(more.map(Shape));
        }
        let guards = |what: Argument| -> Vec<&'static str> {
            let of = rule.guards.iter().filter(|g| g.args.contains(&what));
            of.map(|g| g.name()).collect()
        };
        let mut choices = vec![];
        let mut index = vec![];
        for v in 0..rule.vars.len() {
            let (own, is_index) = [&rule.left, &rule.right]
                .map(|side| role(side, v, dtype))
                .into_iter()
                .find(|(_, is_index)| *is_index)
                .unwrap_or_else(|| role(&rule.left, v, dtype));
            index.push(is_index);
            let names = guards(Argument::Var(v));
            let constants: &[f64] = if names.contains(&"power_of_two") {
                &[2.0, -0.125, 1024.0]
            } else if names.contains(&"invertible") {
                &[3.0, -0.1, 7e9]
            } else if names.contains(&"halves") {
                &[3.0, -0.5, 2.5]
            } else if names.contains(&"scale") {
                &[2.5, -3.0, 0.75]
            } else if names.contains(&"constant") || names.contains(&"moderate") {
                &[2.5, -1.0, 0.75]
            } else {
                &[]
            };
            let tensors = shapes.iter().filter(|s| s.rank() == 0 || !names.contains(&"scalar"));
            choices.push(match constants {
                [] => {
                    let facts = assumed(rule, &Argument::Var(v), own);
                    let with = |f: &Facts| {
                        let types = tensors.clone().map(|s| TensorType::new(own, s.clone()));
                        types.filter(|t| fits(*f, t)).map(|t| Choice::Tensor(t, *f)).collect::<Vec<_>>()
                    };
                    facts.iter().flat_map(with).collect()
                }
                some => some.iter().map(|c| Choice::Constant(*c, own)).collect(),
            });
        }
        for r in 0..rule.rests.len() {
            let facts = assumed(rule, &Argument::Rest(r), dtype);
            let of =
                |s: &Shape, f: Facts| [1, 2].map(|n| Choice::Rest(TensorType::new(dtype, s.clone()), f, n));
            choices.push(facts.iter().flat_map(|f| shapes.iter().flat_map(|s| of(s, *f))).collect());
        }
        for p in 0..rule.payloads.len() {
            let pool = payloads(&rule.left, p, dtype, &shapes);
            choices.push(pool.into_iter().map(Choice::Payload).collect());
        }
        let mut space = Space { rule, dtype, choices, index };
        space.restrict(rows);
        space
    }

    /// Conditions that tie several variables together would hardly ever hold by chance: they get what makes them hold.
    fn restrict(&mut self, rows: &Dim) {
        let matrix = Shape(vec![rows.clone(), COLUMNS.into()]);
        let (vars, rests) = (self.rule.vars.len(), self.rule.rests.len());
        for guard in &self.rule.guards {
            let name = guard.name();
            if name == "disjoint" {
                for (position, arg) in guard.args.iter().enumerate() {
                    let Argument::Var(v) = arg else { continue };
                    let at = position as f64;
                    let facts = Facts { lo: at, hi: at, ..Facts::of_dtype(DType::I64) };
                    let ty = TensorType::new(DType::I64, Shape(vec![COLUMNS.into()]));
                    self.choices[*v] = vec![Choice::Constant(at, DType::I64), Choice::Tensor(ty, facts)];
                }
            }
            if let ("counts", Some(Argument::Var(v))) = (name, guard.args.last()) {
                self.choices[*v] = [1.0, COLUMNS as f64].map(|n| Choice::Constant(n, self.dtype)).to_vec();
            }
            if name == "hot" {
                let ty = TensorType::new(DType::I64, matrix.clone());
                let attrs = [Attrs::new().with("axis", Attr::Int(1)), Attrs::new().ints("axes", &[0])];
                for (arg, attrs) in guard.args.iter().zip(attrs) {
                    let Argument::Payload(p) = arg else { continue };
                    let payload = Payload { attrs, ty: Some(ty.clone()) };
                    self.choices[vars + rests + p] = vec![Choice::Payload(payload)];
                }
            }
            if !matches!(name, "one_hot" | "rows") {
                continue;
            }
            let mut payloads = 0;
            for (i, arg) in guard.args.iter().enumerate() {
                let dtype = if name == "one_hot" { DType::I64 } else { self.dtype };
                let ty = Some(TensorType::new(dtype, matrix.clone()));
                match arg {
                    Argument::Payload(p) => {
                        let iota = name == "one_hot" && payloads == 0;
                        let attrs = if iota {
                            Attrs::new().with("axis", Attr::Int(1))
                        } else {
                            Attrs::new().ints("axes", &[0])
                        };
                        self.choices[vars + rests + p] = vec![Choice::Payload(Payload { attrs, ty })];
                        payloads += 1;
                    }
                    Argument::Var(v) if i == 3 => {
                        self.choices[*v] = vec![Choice::Constant(COLUMNS as f64, DType::I64)];
                    }
                    Argument::Var(v) => {
                        let ty = TensorType::new(self.dtype, matrix.clone());
                        let facts = assumed(self.rule, arg, self.dtype);
                        self.choices[*v] = facts.into_iter().map(|f| Choice::Tensor(ty.clone(), f)).collect();
                    }
                    Argument::Rest(_) => {}
                }
            }
        }
    }

    /// The rule's variables as leaves. What its conditions say of them is assumed, or, if `proved`, computed so that the
    /// analysis finds it.
    fn bind(&self, digits: &[usize], proved: bool) -> Option<Bound> {
        let mut b = Bound {
            graph: EGraph::new(ClassAnalysis::default()),
            inputs: vec![],
            subst: Subst::of(&[], &[], &[]),
        };
        let (mut vars, mut rests, mut payloads): (Vec<Id>, Vec<Vec<Id>>, Vec<PayloadId>) =
            (vec![], vec![], vec![]);
        for (slot, digit) in digits.iter().enumerate() {
            match &self.choices[slot][*digit] {
                Choice::Tensor(ty, facts) => vars.push(b.input(ty, *facts, self.index[slot], proved)?),
                Choice::Constant(c, dtype) => vars.push(add_scalar(&mut b.graph, *dtype, Scalar::Float(*c))),
                Choice::Rest(ty, facts, count) => {
                    let rest =
                        (0..*count).map(|_| b.input(ty, *facts, false, proved)).collect::<Option<_>>()?;
                    rests.push(rest);
                }
                Choice::Payload(p) => payloads.push(b.graph.analysis.intern(p.clone())),
            }
        }
        b.subst = Subst::of(&vars, &rests, &payloads);
        Some(b)
    }

    fn case(
        &self,
        digits: &[usize],
        proved: bool,
        base: &Func,
        rows: &Dim,
    ) -> Result<Option<Instance>, Error> {
        let Some(mut b) = self.bind(digits, proved) else { return Ok(None) };
        let root = TensorType::scalar(self.dtype);
        let rounds = |r: usize| {
            let of = |p: &&Pattern| matches!(p, Pattern::Op { kind, rest: Some(rest), .. } if *rest == r && !kind.is_exact_multiset());
            self.rule.left.walk().iter().any(of)
        };
        let long = |r: &usize| b.subst.rests[*r].as_ref().is_some_and(|r| r.len() > 1);
        let reordered = (0..b.subst.rests.len()).any(|r| long(&r) && rounds(r));
        let Some(left) = instantiate::instantiate(&mut b.graph, &self.rule.left, &b.subst, &root) else {
            return Ok(None);
        };
        b.graph.rebuild();
        let node = b.graph[left].nodes[0].clone();
        let matches = ematch::find(&ematch::Site::new(&b.graph, &node), self.rule);
        let Some(subst) = matches.into_iter().find(|w| allowed(&b.graph, self.rule, w)) else {
            return Ok(None);
        };
        let Some(right) = instantiate::build(&mut b.graph, self.rule, &subst, left) else { return Ok(None) };
        if type_of(&b.graph, left) != type_of(&b.graph, right) {
            return Ok(None);
        }
        let many = |n: &Node| {
            n.children.len() > 2 && n.kind().is_some_and(|k| k.is_multiset() && !k.is_exact_multiset())
        };
        let long = b.graph.classes().any(|c| c.nodes.iter().any(many));
        let turn = long && self.rule.class == Class::Reassoc && !reordered;
        let turned = turn.then(|| program(&b.graph, left, &b.inputs, base, rows, true)).transpose()?;
        let left = program(&b.graph, left, &b.inputs, base, rows, false)?;
        let right = program(&b.graph, right, &b.inputs, base, rows, false)?;
        let all_elementwise = |f: &Func| {
            let pointwise = |k: OpKind| k.row().is_elementwise() || k == OpKind::Constant;
            f.body().ops.iter().all(|o| pointwise(f.op(*o).kind))
        };
        let elementwise = all_elementwise(&left) && all_elementwise(&right);
        let inputs = b.inputs.into_iter().map(|(_, i)| i).collect();
        let unordered = long || !elementwise;
        Ok(Some(Instance { left, right, inputs, elementwise, reordered, unordered, turned }))
    }

    /// The left side with a movement between its root and everything below; `None` if it has no type.
    fn moved(
        &self,
        digits: &[usize],
        how: Movement,
        base: &Func,
        rows: &Dim,
    ) -> Result<Option<(Func, Vec<Input>)>, Error> {
        let Pattern::Op { kind, args, rest, .. } = &self.rule.left else { return Ok(None) };
        let Some(mut b) = self.bind(digits, true) else { return Ok(None) };
        let root = TensorType::scalar(self.dtype);
        let mut parts = vec![];
        for which in 0..args.len() {
            let part = instantiate::operand(&mut b.graph, *kind, args, which, &b.subst, &root);
            let Some(part) = part else { return Ok(None) };
            parts.push(part);
        }
        parts.extend(rest.iter().flat_map(|r| b.subst.rests[*r].clone()).flatten());
        for part in &mut parts {
            let Some(moved) = how.apply(&mut b.graph, *part, rows) else { return Ok(None) };
            *part = moved;
        }
        let Some(left) = add_op(&mut b.graph, *kind, PayloadId::EMPTY, &parts) else { return Ok(None) };
        if rank(&b.graph, left) == 0 {
            return Ok(None);
        }
        let left = program(&b.graph, left, &b.inputs, base, rows, false)?;
        Ok(Some((left, b.inputs.into_iter().map(|(_, i)| i).collect())))
    }
}

/// Leaves for the variables of a rule.
struct Bound {
    graph: Graph,
    inputs: Vec<(Id, Input)>,
    subst: Subst,
}

impl Bound {
    fn input(&mut self, ty: &TensorType, facts: Facts, index: bool, proved: bool) -> Option<Id> {
        let number = self.inputs.len();
        let any = Facts::of_dtype(ty.dtype);
        if !proved || facts == any {
            let id = leaf(&mut self.graph, number, ty, facts);
            self.inputs.push((id, Input { ty: ty.clone(), facts, index }));
            return Some(id);
        }
        if facts.structure != Structure::NONE || index {
            // What is known of a whole tensor can be promised.
            let mut promised = facts.structure.promises();
            promised.extend((facts.lo >= 0.0).then_some(Fact::NonNegative));
            if promised.is_empty() {
                promised.push(Fact::Finite);
            }
            let text = Attr::Str(Fact::text(&promised).into());
            let payload =
                self.graph.analysis.intern(Payload { attrs: Attrs::new().with("facts", text), ty: None });
            let id = leaf(&mut self.graph, number, ty, any);
            self.inputs.push((id, Input { ty: ty.clone(), facts, index }));
            if facts.structure == Structure::IDENTITY {
                return self.identity(ty);
            }
            let known = add_op(&mut self.graph, OpKind::Assume, payload, &[id])?;
            if facts.hi == any.hi {
                return Some(known);
            }
            let most = add_scalar(&mut self.graph, ty.dtype, Scalar::Float(facts.hi));
            return add_op(&mut self.graph, OpKind::Minimum, PayloadId::EMPTY, &[known, most]);
        }
        if (facts.lo, facts.hi) == (-1.0, 1.0) {
            let id = leaf(&mut self.graph, number, ty, any);
            self.inputs.push((id, Input { ty: ty.clone(), facts: any, index }));
            return add_op(&mut self.graph, OpKind::Tanh, PayloadId::EMPTY, &[id]);
        }
        if (facts.lo, facts.hi) == (0.0, 1.0) {
            let id = leaf(&mut self.graph, number, ty, any);
            self.inputs.push((id, Input { ty: ty.clone(), facts: any, index }));
            return add_op(&mut self.graph, OpKind::Sigmoid, PayloadId::EMPTY, &[id]);
        }
        // An integer as a float is finite; a maximum with 1 is positive; a magnitude is not negative.
        let finite = !facts.nan || !facts.inf;
        let own = if finite { ty.with_dtype(DType::I32) } else { ty.clone() };
        let own_facts = Facts::of_dtype(own.dtype);
        let mut id = leaf(&mut self.graph, number, &own, own_facts);
        self.inputs.push((id, Input { ty: own, facts: own_facts, index }));
        if finite {
            let attrs = Attrs::new().with("dtype", Attr::DType(ty.dtype));
            let payload = self.graph.analysis.intern(Payload { attrs, ty: None });
            id = add_op(&mut self.graph, OpKind::Cast, payload, &[id])?;
        }
        if facts.lo > 0.0 {
            let one = add_scalar(&mut self.graph, ty.dtype, Scalar::Float(1.0));
            return add_op(&mut self.graph, OpKind::Maximum, PayloadId::EMPTY, &[id, one]);
        }
        if facts.hi < 0.0 {
            let one = add_scalar(&mut self.graph, ty.dtype, Scalar::Float(-1.0));
            return add_op(&mut self.graph, OpKind::Minimum, PayloadId::EMPTY, &[id, one]);
        }
        if facts.lo == 0.0 || facts.hi == 0.0 {
            id = add_op(&mut self.graph, OpKind::Abs, PayloadId::EMPTY, &[id])?;
        }
        if facts.hi == 0.0 {
            id = add_op(&mut self.graph, OpKind::Neg, PayloadId::EMPTY, &[id])?;
        }
        Some(id)
    }
}

impl Bound {
    /// The identity matrix of a type, computed.
    fn identity(&mut self, ty: &TensorType) -> Option<Id> {
        let position = |graph: &mut Graph, axis: i64| {
            let attrs = Attrs::new().with("axis", Attr::Int(axis));
            let payload = graph.analysis.intern(Payload { attrs, ty: Some(ty.with_dtype(DType::I64)) });
            add_op(graph, OpKind::Iota, payload, &[])
        };
        let places = [position(&mut self.graph, 0)?, position(&mut self.graph, 1)?];
        let here = add_op(&mut self.graph, OpKind::Eq, PayloadId::EMPTY, &places)?;
        let attrs = Attrs::new().with("dtype", Attr::DType(ty.dtype));
        let payload = self.graph.analysis.intern(Payload { attrs, ty: None });
        add_op(&mut self.graph, OpKind::Cast, payload, &[here])
    }
}

/// What stands between the root of a left side and its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Movement {
    /// Rows repeated along new columns.
    Broadcast,
    /// A matrix as one long row.
    Reshape,
    /// A matrix with its dims exchanged.
    Dimshuffle,
}

impl Movement {
    pub(crate) const ALL: [Movement; 3] = [Movement::Broadcast, Movement::Reshape, Movement::Dimshuffle];

    /// The shape of variables below it.
    fn source(self, rows: &Dim) -> Shape {
        match self {
            Movement::Broadcast => Shape(vec![rows.clone()]),
            Movement::Reshape | Movement::Dimshuffle => Shape(vec![rows.clone(), COLUMNS.into()]),
        }
    }

    /// The movement of a class; rank 0 stays.
    fn apply(self, graph: &mut Graph, class: Id, rows: &Dim) -> Option<Id> {
        let ty = type_of(graph, class)?.clone();
        if ty.rank() == 0 {
            return Some(class);
        }
        if ty.shape != self.source(rows) {
            return None;
        }
        let to = |dims: Vec<Dim>| Some(ty.with_shape(Shape(dims)));
        let (kind, attrs, ty) = match self {
            Movement::Broadcast => {
                let to = to(vec![rows.clone(), COLUMNS.into()]);
                (OpKind::Broadcast, Attrs::new().ints("axes", &[0]), to)
            }
            Movement::Reshape => (OpKind::Reshape, Attrs::new(), to(vec![ty.shape.size()])),
            Movement::Dimshuffle => (OpKind::Dimshuffle, Attrs::new().ints("order", &[1, 0]), None),
        };
        let payload = graph.analysis.intern(Payload { attrs, ty });
        add_op(graph, kind, payload, &[class])
    }
}

/// The left side of an elementwise rule with a movement inside, over unknown lengths; `None` if the rule is none.
pub(crate) fn moved(rule: &Rule, dtype: DType, how: Movement) -> Result<Option<(Func, Vec<Input>)>, Error> {
    if !rule.payloads.is_empty() || !elementwise(&rule.left) {
        return Ok(None);
    }
    let mut base = Func::new("case");
    let rows: Dim = base.new_symbol("n", SymbolOrigin::Opaque).into();
    let space = Space::new(rule, dtype, &rows);
    let source = how.source(&rows);
    let digits: Vec<usize> = space
        .choices
        .iter()
        .map(|choices| {
            let wanted = |c: &Choice| match c {
                Choice::Tensor(ty, _) => ty.shape == source,
                Choice::Rest(ty, _, count) => ty.shape == source && *count == 1,
                _ => false,
            };
            choices.iter().position(wanted).unwrap_or(0)
        })
        .collect();
    space.moved(&digits, how, &base, &rows)
}

fn leaf(graph: &mut Graph, number: usize, ty: &TensorType, facts: Facts) -> Id {
    let node = Node { head: Head::Leaf(number as u32), children: SmallVec::new() };
    let id = add_typed(graph, node, Some(ty.clone()));
    refine(graph, id, facts);
    id
}

/// A class with one node per class as a program with one result; with sums and products of three in the opposite order
/// if `turned`.
fn program(
    graph: &Graph,
    root: Id,
    inputs: &[(Id, Input)],
    base: &Func,
    rows: &Dim,
    turned: bool,
) -> Result<Func, Error> {
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
    let result = emit(graph, root, &mut values, &mut b, turned)?;
    func.add_result(result, Res::default());
    Ok(func)
}

fn emit(
    graph: &Graph,
    id: Id,
    values: &mut HashMap<Id, Value>,
    b: &mut Builder<'_>,
    turned: bool,
) -> Result<Value, Error> {
    if let Some(value) = values.get(&id) {
        return Ok(*value);
    }
    let node = &graph[id].nodes[0];
    let (kind, payload) = node.op().ok_or_else(|| Error::internal("a leaf without argument"))?;
    let children = node.children.iter();
    let mut operands = children.map(|c| emit(graph, *c, values, b, turned)).collect::<Result<Vec<_>, _>>()?;
    if turned && operands.len() > 2 && kind.row().commutative {
        operands.reverse();
    }
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
