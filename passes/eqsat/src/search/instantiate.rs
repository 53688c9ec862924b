//! Builds the right side of a rule for a substitution by which the left side holds.

use crate::{
    egraph::{
        Graph, Head, Node, Payload, PayloadId, add_op, add_scalar, canonical, class_data, fill, type_of,
    },
    rule::{
        class::Class,
        functions::{self, Site},
        pattern::{Argument, Pattern, PayloadPattern, Rule},
        subst::Subst,
    },
};
use egg::Id;
use smallvec::SmallVec;
use thn_ir::{Attr, Attrs, DType, Dim, OpKind, Scalar, TensorType};
use thn_reference::native;

/// The class of the right side, of the type of `root`; `None` if it has no such type.
pub fn build(graph: &mut Graph, rule: &Rule, subst: &Subst, root: Id) -> Option<Id> {
    build_nodes(graph, rule, subst, root, None)
}

/// [`build`], and the nodes of the ops of the right side from its operands up.
pub(crate) fn build_nodes(
    graph: &mut Graph,
    rule: &Rule,
    subst: &Subst,
    root: Id,
    nodes: Option<&mut Vec<Node>>,
) -> Option<Id> {
    let ty = type_of(graph, root)?.clone();
    if rule.class == Class::Real && !ty.dtype.is_float() {
        return None;
    }
    let guard_rounding = rule.class == Class::Reassoc;
    let mut instance = Instance { graph, subst, root: &ty, guard_rounding, nodes };
    let id = instance.pattern(&rule.right, Some(ty.dtype))?;
    fill(graph, id, &ty)
}

/// The class of any pattern whose variables are all bound, as it is; `root` says what a number alone is.
pub fn instantiate(graph: &mut Graph, pattern: &Pattern, subst: &Subst, root: &TensorType) -> Option<Id> {
    Instance { graph, subst, root, guard_rounding: false, nodes: None }.pattern(pattern, Some(root.dtype))
}

/// The class of one operand of an op whose variables are all bound; numbers are what they are beside the others.
pub fn operand(
    graph: &mut Graph,
    kind: OpKind,
    args: &[Pattern],
    which: usize,
    subst: &Subst,
    root: &TensorType,
) -> Option<Id> {
    let mut instance = Instance { graph, subst, root, guard_rounding: false, nodes: None };
    instance.operands(kind, args, Some(root.dtype))?.get(which).copied()
}

/// How deep ops of constants are looked into.
const DEPTH: usize = 4;

/// About what an op of constants gives; they are folded, in high precision, when the search is over.
fn estimate(graph: &Graph, id: Id, depth: usize) -> Option<Scalar> {
    let data = class_data(graph, id);
    if let Some(value) = data.splat.as_ref().and_then(|s| s.splat_value()) {
        return Some(value);
    }
    if !data.foldable || depth == 0 {
        return None;
    }
    let dtype = type_of(graph, id)?.dtype;
    graph[id].nodes.iter().find_map(|node| {
        let parts: SmallVec<[Scalar; 3]> =
            node.children.iter().map(|c| estimate(graph, *c, depth - 1)).collect::<Option<_>>()?;
        computed(node.kind()?, dtype, &parts)
    })
}

/// What an op of numbers gives, rounded to its element type.
fn computed(kind: OpKind, dtype: DType, parts: &[Scalar]) -> Option<Scalar> {
    let apply = |parts: &[Scalar]| native::apply(kind, &Attrs::new(), dtype, parts).ok();
    match parts {
        [first, rest @ ..] if kind.is_multiset() => rest.iter().try_fold(*first, |x, y| apply(&[x, *y])),
        parts => apply(parts),
    }
}

/// Whether ordinary numbers are taken together to one that overflows, is too small for all digits, or has lost those of
/// the smaller number: `1e-8` in `(1 - x) + 1e-8` is what is left where x is 1, and nothing of it is left in `1 + 1e-8`.
fn loses_precision(graph: &Graph, kind: OpKind, operands: &[Id], result: Id) -> bool {
    let Some(dtype) = type_of(graph, result).map(|t| t.dtype).filter(|d| d.is_float()) else { return false };
    let parts: Option<SmallVec<[Scalar; 3]>> = operands.iter().map(|x| estimate(graph, *x, DEPTH)).collect();
    let Some(value) = parts.as_ref().and_then(|parts| computed(kind, dtype, parts)) else { return false };
    let (value, parts) = (value.to_f64(), parts.into_iter().flatten().map(Scalar::to_f64));
    let parts: SmallVec<[f64; 3]> = parts.collect();
    if parts.iter().any(|x| !x.is_finite() || *x == 0.0) {
        return false;
    }
    let (least, unit) = match dtype {
        DType::F32 => (f64::from(f32::MIN_POSITIVE), f64::from(f32::EPSILON)),
        _ => (f64::MIN_POSITIVE, f64::EPSILON),
    };
    match (kind, parts.as_slice()) {
        _ if value.is_infinite() => true,
        (OpKind::Add | OpKind::Sub, [x, y]) => {
            let y = if kind == OpKind::Sub { -y } else { *y };
            // What the larger of them lacks in the sum is what the sum has of the smaller.
            let (large, small) = if x.abs() >= y.abs() { (*x, y) } else { (y, *x) };
            (small - (value - large)).abs() > unit * small.abs()
        }
        (OpKind::Mul | OpKind::Div | OpKind::Sqr | OpKind::Reciprocal, _) => value.abs() < least,
        _ => false,
    }
}

struct Instance<'a> {
    graph: &'a mut Graph,
    subst: &'a Subst,
    root: &'a TensorType,
    /// Whether constants that are taken together must not overflow, underflow or swallow one another: step by step they
    /// need do neither.
    guard_rounding: bool,
    /// The nodes of the ops that were made, if somebody wants to know.
    nodes: Option<&'a mut Vec<Node>>,
}

impl Instance<'_> {
    /// `dtype` is what a number has here; `None` where nothing says it.
    fn pattern(&mut self, pattern: &Pattern, dtype: Option<DType>) -> Option<Id> {
        match pattern {
            Pattern::Var(v) => self.subst.vars[*v],
            Pattern::Number(n) => Some(add_scalar(self.graph, dtype?, Scalar::Float(n.0))),
            Pattern::Op { kind, payload, args, rest } => {
                let mut children = self.operands(*kind, args, dtype)?;
                if let Some(rest) = rest {
                    children.extend(self.subst.rests[*rest].as_ref()?);
                }
                let payload = self.payload(payload, &children)?;
                let made = add_op(self.graph, *kind, payload, &children)?;
                if let Some(nodes) = &mut self.nodes {
                    let head = Head::Op(*kind, payload);
                    nodes.push(canonical(self.graph, Node { head, children: children.as_slice().into() }));
                }
                let lost = self.guard_rounding && loses_precision(self.graph, *kind, &children, made);
                (!lost).then_some(made)
            }
            Pattern::Rebroadcast { axes, part, like } => {
                let part = self.pattern(part, dtype)?;
                let like = type_of(self.graph, self.subst.vars[*like]?)?.shape.clone();
                let own = type_of(self.graph, part)?.clone();
                if own.rank() == 0 {
                    return Some(part);
                }
                let reduced = self.axes(*axes)?;
                let kept: Vec<i64> = (0..like.rank() as i64).filter(|d| !reduced.contains(d)).collect();
                let ty = Some(own.with_shape(like));
                let payload = Payload { attrs: Attrs::new().ints("axes", &kept), ty };
                let payload = self.graph.analysis.intern(payload);
                add_op(self.graph, OpKind::Broadcast, payload, &[part])
            }
            Pattern::Count { axes, like } => {
                let shape = match like {
                    Argument::Var(v) => type_of(self.graph, self.subst.vars[*v]?)?.shape.clone(),
                    Argument::Payload(p) => {
                        self.graph.analysis.payload(self.subst.payloads[*p]?).ty.as_ref()?.shape.clone()
                    }
                    Argument::Rest(_) => return None,
                };
                let axes = self.axes(*axes)?;
                let count = Dim::product(axes.iter().filter_map(|a| shape.get(*a as usize)));
                self.dim(count)
            }
        }
    }

    fn axes(&self, payload: usize) -> Option<Vec<i64>> {
        Some(self.graph.analysis.payload(self.subst.payloads[payload]?).attrs.get_ints("axes").to_vec())
    }

    /// A dim as a number of the element type of the root.
    fn dim(&mut self, dim: Dim) -> Option<Id> {
        let dtype = self.root.dtype;
        if let Some(length) = dim.as_const() {
            return Some(add_scalar(self.graph, dtype, Scalar::Int(length.into())));
        }
        let attrs = Attrs::new().with("expr", Attr::Dim(dim));
        let payload = self.graph.analysis.intern(Payload { attrs, ty: None });
        let length = add_op(self.graph, OpKind::Dim, payload, &[])?;
        if dtype == DType::I64 {
            return Some(length);
        }
        let attrs = Attrs::new().with("dtype", Attr::DType(dtype));
        let payload = self.graph.analysis.intern(Payload { attrs, ty: None });
        add_op(self.graph, OpKind::Cast, payload, &[length])
    }

    /// Operands of an op. Numbers take the element type of the other operands, else the one that is asked for.
    fn operands(&mut self, kind: OpKind, args: &[Pattern], dtype: Option<DType>) -> Option<Vec<Id>> {
        let mut built: Vec<Option<Id>> = vec![None; args.len()];
        let mut sibling = None;
        for (i, arg) in args.iter().enumerate() {
            if matches!(arg, Pattern::Number(_)) {
                continue;
            }
            // The condition of a select says nothing about its branches.
            let condition = kind == OpKind::Select && i == 0;
            let id = self.pattern(arg, if condition { Some(DType::Bool) } else { dtype })?;
            built[i] = Some(id);
            if !condition {
                sibling = sibling.or(type_of(self.graph, id).map(|t| t.dtype));
            }
        }
        let rest = match (kind, sibling) {
            (kind, None) if kind.is_multiset() => self.subst.rests.iter().flatten().flatten().next().copied(),
            _ => None,
        };
        let sibling = sibling.or_else(|| rest.and_then(|r| type_of(self.graph, r)).map(|t| t.dtype));
        for (i, arg) in args.iter().enumerate() {
            if built[i].is_none() {
                let condition = kind == OpKind::Select && i == 0;
                built[i] =
                    Some(self.pattern(arg, if condition { Some(DType::Bool) } else { sibling.or(dtype) })?);
            }
        }
        built.into_iter().collect()
    }

    fn payload(&mut self, payload: &PayloadPattern, children: &[Id]) -> Option<PayloadId> {
        match payload {
            PayloadPattern::None => Some(PayloadId::EMPTY),
            PayloadPattern::Var(v) => self.subst.payloads[*v],
            PayloadPattern::Apply(function, args) => {
                let operands: Vec<TensorType> =
                    children.iter().map(|c| type_of(self.graph, *c).cloned()).collect::<Option<_>>()?;
                let args: Vec<&Payload> = args
                    .iter()
                    .map(|a| self.subst.payloads[*a].map(|p| self.graph.analysis.payload(p)))
                    .collect::<Option<_>>()?;
                let site = Site { operands: &operands, root: self.root };
                let payload = (functions::FUNCTIONS[*function].apply)(&args, &site)?;
                Some(self.graph.analysis.intern(payload))
            }
        }
    }
}
