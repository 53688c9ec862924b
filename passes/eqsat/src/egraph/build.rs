//! Adds ops to an e-graph, in their simplest form.

use super::{
    analysis::{ClassAnalysis, Graph, canonical, class_data, type_of},
    node::{Form, Head, Node},
    payload::{Payload, PayloadId, TypeId},
};
use egg::Id;
use smallvec::SmallVec;
use thn_ir::{Attr, Attrs, DType, Literal, OpKind, Scalar, TensorType, infer};

/// Adds a node whose type is known.
pub fn add_typed(graph: &mut Graph, node: Node, ty: Option<TensorType>) -> Id {
    let ty = ty.map(|t| graph.analysis.intern_type(t));
    add_node(graph, node, ty)
}

fn add_node(graph: &mut Graph, node: Node, ty: Option<TypeId>) -> Id {
    let node = canonical(graph, node);
    graph.analysis.pending = ty;
    let id = graph.add(node);
    graph.analysis.pending = None;
    id
}

/// Adds an op in its simplest form; `None` if the types do not fit or it would need a check that the program does not
/// make.
pub fn add_op(graph: &mut Graph, kind: OpKind, payload: PayloadId, children: &[Id]) -> Option<Id> {
    if let [only] = children
        && kind.is_multiset()
    {
        return Some(*only);
    }
    let types: SmallVec<[TypeId; 3]> =
        children.iter().map(|c| class_data(graph, *c).ty).collect::<Option<_>>()?;
    let key = (kind, payload, types);
    let form = match graph.analysis.forms.get(&key) {
        Some(form) => *form,
        None => {
            let form = result_type(graph, kind, payload, children)
                .map(|ty| simplest(&mut graph.analysis, kind, payload, &key.2, ty));
            graph.analysis.forms.insert(key, form);
            form
        }
    }?;
    match form {
        Form::Operand => children.first().copied(),
        Form::Op(kind, payload, ty) => {
            Some(add_node(graph, Node { head: Head::Op(kind, payload), children: children.into() }, Some(ty)))
        }
    }
}

/// The simplest form of an op whose result has type `ty`: its operand where it moves nothing, a dimshuffle where a reshape or
/// broadcast only inserts or drops dims of length 1.
fn simplest(
    knowledge: &mut ClassAnalysis,
    kind: OpKind,
    payload: PayloadId,
    operands: &[TypeId],
    ty: TensorType,
) -> Form {
    let whole = knowledge.intern_type(ty);
    let itself = Form::Op(kind, payload, whole);
    let [operand] = *operands else { return itself };
    if !knowledge.shortens {
        return itself;
    }
    if operand == whole && moves_nothing(kind, knowledge.payload(payload)) {
        return Form::Operand;
    }
    let (from, to) = (knowledge.tensor_type(operand), knowledge.tensor_type(whole));
    let order = match kind {
        OpKind::Reshape => Payload::squeeze(from, to),
        // Rank-0 values are sought behind broadcasts.
        OpKind::Broadcast if from.rank() > 0 => knowledge.payload(payload).as_insertion(),
        _ => None,
    };
    match order {
        Some(order) => Form::Op(OpKind::Dimshuffle, knowledge.intern(order), whole),
        None => itself,
    }
}

/// Whether an op whose result has the type of its operand is that operand.
fn moves_nothing(kind: OpKind, payload: &Payload) -> bool {
    match kind {
        OpKind::Broadcast | OpKind::Reshape | OpKind::Cast => true,
        OpKind::Dimshuffle => payload.keeps_order(),
        OpKind::Slice => payload.takes_whole(),
        _ => false,
    }
}

/// A rank-0 constant.
pub fn add_scalar(graph: &mut Graph, dtype: DType, value: Scalar) -> Id {
    let literal = Literal::scalar(dtype, value);
    let ty = literal.ty();
    let payload = Payload { attrs: Attrs::new().with("value", Attr::Literal(literal)), ty: None };
    let payload = graph.analysis.intern(payload);
    let node = Node { head: Head::Op(OpKind::Constant, payload), children: SmallVec::new() };
    add_typed(graph, node, Some(ty))
}

/// `x` repeated to a type: `x` itself if it has it, a broadcast if it is of rank 0 and of the same element type.
pub(crate) fn fill(graph: &mut Graph, x: Id, ty: &TensorType) -> Option<Id> {
    let own = type_of(graph, x)?;
    if own == ty {
        return Some(x);
    }
    if own.rank() > 0 || own.dtype != ty.dtype {
        return None;
    }
    let payload = Payload { attrs: Attrs::new().ints("axes", &[]), ty: Some(ty.clone()) };
    let payload = graph.analysis.intern(payload);
    add_op(graph, OpKind::Broadcast, payload, &[x])
}

/// The type of an op over classes.
fn result_type(graph: &Graph, kind: OpKind, payload: PayloadId, children: &[Id]) -> Option<TensorType> {
    let types: Vec<TensorType> =
        children.iter().map(|c| type_of(graph, *c).cloned()).collect::<Option<_>>()?;
    if children.len() > 2 && kind.is_multiset() {
        let full = types.iter().find(|t| t.rank() > 0).unwrap_or(&types[0]).clone();
        if !kind.row().dtypes.operands.contains(full.dtype) {
            return None;
        }
        let fits = |t: &TensorType| t.dtype == full.dtype && (t.rank() == 0 || t.shape == full.shape);
        return types.iter().all(fits).then_some(full);
    }
    let payload = graph.analysis.payload(payload);
    let inferred = infer(kind, &types, &payload.attrs, payload.ty.as_ref(), &[]).ok()?;
    // A bound such as "not empty" is implied by what the program already computes or checks; an equality of dims
    // that are not the same would be a new condition on the call.
    if inferred.constraints.iter().any(|c| c.equal) {
        return None;
    }
    inferred.types.into_iter().next()
}
