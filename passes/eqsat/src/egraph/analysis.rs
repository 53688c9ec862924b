//! The analysis: what is known of each class, derived from its nodes and kept when classes are united.

use super::{
    changes::Changes,
    class::ClassData,
    node::{Form, Head, Node, Typing},
    op_set::KindSet,
    payload::{Interner, Payload, PayloadId, TypeId},
};
use crate::hash::FastMap;
use egg::{Analysis, DidMerge, EGraph, Id, Justification};
use smallvec::SmallVec;
use std::{cell::Cell, collections::BTreeSet, sync::Arc};
use thn_facts::{Facts, Known, Op, Operand, Relations};
use thn_ir::{DType, Literal, OpKind, TensorType};

/// The e-graph of one block.
pub type Graph = EGraph<Node, ClassAnalysis>;

/// The side tables of an e-graph, and its analysis.
#[derive(Clone, Debug)]
pub struct ClassAnalysis {
    /// What is known of each class, by its id.
    classes: Vec<ClassData>,
    /// What was derived for [`DataSlot::Derived`].
    derived: Option<ClassData>,
    payloads: Interner<Payload>,
    types: Interner<TensorType>,
    /// What ops are by the types of their operands, as far as they were asked for.
    pub(super) forms: FastMap<Typing, Option<Form>>,
    /// Type of the node that is being added.
    pub(super) pending: Option<TypeId>,
    /// The derivation depth of the classes that are made.
    pub(crate) derivation_depth: u8,
    /// What the search has to look at again.
    pub(crate) changes: Changes,
    /// Whether the last merge has told something new about one class.
    refined: bool,
    /// Whether the next merge is that of two classes.
    uniting: Cell<bool>,
    /// Symbols that are lengths, by id: they are not negative.
    pub(crate) lengths: BTreeSet<u32>,
    /// Whether [`add_op`] gives an op that moves elements in its simplest form. The checker of rules wants the op itself.
    pub(crate) shortens: bool,
}

impl Default for ClassAnalysis {
    fn default() -> Self {
        let mut payloads = Interner::default();
        payloads.intern(Payload::default());
        ClassAnalysis {
            classes: vec![],
            derived: None,
            payloads,
            types: Interner::default(),
            forms: FastMap::default(),
            pending: None,
            derivation_depth: 0,
            changes: Changes::default(),
            refined: false,
            uniting: Cell::new(false),
            lengths: BTreeSet::new(),
            shortens: false,
        }
    }
}

impl ClassAnalysis {
    /// The same without what is known of classes, for another e-graph.
    pub(crate) fn tables(&self) -> ClassAnalysis {
        ClassAnalysis { classes: vec![], ..self.clone() }
    }

    /// The payload behind an id.
    pub fn payload(&self, id: PayloadId) -> &Payload {
        &self.payloads.items[id.0 as usize]
    }

    /// The id of a payload.
    pub fn intern(&mut self, payload: Payload) -> PayloadId {
        PayloadId(self.payloads.intern(payload))
    }

    /// Adds what is known of a class from elsewhere.
    fn meet(&mut self, class: Id, b: ClassData) -> DidMerge {
        let a = &mut self.classes[usize::from(class)];
        let mut facts = a.facts.meet(b.facts);
        let mut splat = a.splat.take();
        let had_splat = splat.is_some();
        splat = splat.or_else(|| b.splat.clone());
        if let Some(ty) = a.ty.map(|t| &self.types.items[t.0 as usize]) {
            facts.structure = facts.structure.completed(ty);
            splat = splat.or_else(|| facts.point(ty.dtype).map(|v| Arc::new(Literal::scalar(ty.dtype, v))));
        }
        let (foldable, leaf, constant) = (a.foldable | b.foldable, a.leaf | b.leaf, a.constant | b.constant);
        let flags = |d: &ClassData| (d.foldable, d.leaf, d.constant) != (foldable, leaf, constant);
        let did = DidMerge(
            facts.says_more_than(a.facts) || had_splat != splat.is_some() || flags(a),
            facts.says_more_than(b.facts) || splat != b.splat || flags(&b),
        );
        *a = ClassData {
            ty: a.ty,
            splat,
            foldable,
            facts,
            leaf,
            constant,
            kinds: a.kinds.union(b.kinds),
            derivation_depth: a.derivation_depth.min(b.derivation_depth),
            uses: a.uses.saturating_add(b.uses),
        };
        // Of a union, users were told before.
        self.refined |= !self.uniting.replace(false) && did.0;
        did
    }

    /// The type behind an id.
    pub fn tensor_type(&self, id: TypeId) -> &TensorType {
        &self.types.items[id.0 as usize]
    }

    /// The id of a type.
    pub(crate) fn intern_type(&mut self, ty: TensorType) -> TypeId {
        TypeId(self.types.intern(ty))
    }
}

/// Where what is known of a class is kept. The classes themselves are found by hashing, which takes several times as long
/// as a look into a table by id.
#[derive(Clone, Copy, Debug)]
pub enum DataSlot {
    /// In the table of [`ClassAnalysis`].
    Class(Id),
    /// It was derived from a node, and waits to be added to what is known of its class.
    Derived,
}

/// What is known about a class.
pub fn class_data(graph: &Graph, id: Id) -> &ClassData {
    &graph.analysis.classes[usize::from(graph.find(id))]
}

/// Says what facts hold of a class; what uses it hears of it.
pub fn refine(graph: &mut Graph, id: Id, facts: Facts) {
    let id = graph.find(id);
    graph.analysis.classes[usize::from(id)].facts = facts;
    graph.set_analysis_data(id, DataSlot::Class(id));
}

/// Notes a use of a class by the program.
pub(crate) fn note_use(graph: &mut Graph, id: Id) {
    let id = graph.find(id);
    let uses = &mut graph.analysis.classes[usize::from(id)].uses;
    *uses = uses.saturating_add(1);
}

/// Type of a class that is known to be a tensor; rank-0 bool for an op with regions, which no pattern reaches.
pub fn type_of(graph: &Graph, id: Id) -> Option<&TensorType> {
    class_data(graph, id).ty.map(|t| &graph.analysis.types.items[t.0 as usize])
}

/// Number of dims of a class.
pub fn rank(graph: &Graph, id: Id) -> usize {
    type_of(graph, id).map_or(0, TensorType::rank)
}

/// The node as the e-graph keeps it.
pub(crate) fn canonical(graph: &Graph, mut node: Node) -> Node {
    node.children.iter_mut().for_each(|c| *c = graph.find(*c));
    if node.kind().is_some_and(|k| k.row().commutative) {
        node.children.sort_unstable();
    }
    node
}

/// Whether a node of a class uses that class, as x + 0 does in the class of x. No program can have it, and rules make
/// nothing of it that they do not make of the others.
pub(crate) fn is_circular(graph: &Graph, class: Id, node: &Node) -> bool {
    node.children.iter().any(|c| graph.find(*c) == class)
}

impl Analysis<Node> for ClassAnalysis {
    type Data = DataSlot;

    fn make(graph: &mut Graph, node: &Node, id: Id) -> DataSlot {
        debug_assert_eq!(graph.analysis.classes.len(), usize::from(id));
        let ty = graph.analysis.pending;
        let data = derive(graph, node, ty);
        graph.analysis.classes.push(data);
        DataSlot::Class(id)
    }

    fn remake(graph: &mut Graph, node: &Node, id: Id) -> DataSlot {
        graph.analysis.derived = Some(again(graph, node, id));
        DataSlot::Derived
    }

    fn merge(&mut self, a: &mut DataSlot, b: DataSlot) -> DidMerge {
        let other = match b {
            DataSlot::Class(class) => Some(self.classes[usize::from(class)].clone()),
            DataSlot::Derived => self.derived.take(),
        };
        match (a, other) {
            (DataSlot::Class(class), Some(other)) => self.meet(*class, other),
            _ => DidMerge(false, false),
        }
    }

    fn pre_union(graph: &Graph, a: Id, b: Id, _: &Option<Justification>) {
        let (a, b) = (graph.find(a), graph.find(b));
        if a == b {
            return;
        }
        let (x, y) = (class_data(graph, a), class_data(graph, b));
        graph.analysis.uniting.set(true);
        let changes = &graph.analysis.changes;
        let mut users = changes.users.borrow_mut();
        let mut renamed = changes.renamed.borrow_mut();
        let users_of = |class: Id| graph[class].parents();
        let (of_a, of_b) = (users_of(a).len(), users_of(b).len());
        for (class, own, other, fewer) in [(a, x, y, of_a <= of_b), (b, y, x, of_b <= of_a)] {
            // No pattern looks into what is irreducible: new nodes there are none to its users.
            let mut what = if own.is_irreducible() { KindSet::default() } else { other.matchable_ops() };
            if other.tells(own) {
                what.add(KindSet::KNOWN);
            }
            // A node that sees both as one is above both, and hears of it from either side.
            if fewer {
                what.add(KindSet::SAME);
                renamed.extend(users_of(class));
            }
            if !what.is_empty() {
                users.extend(users_of(class).map(|user| (user, what)));
            }
        }
    }

    fn modify(graph: &mut Graph, id: Id) {
        if std::mem::take(&mut graph.analysis.refined) {
            graph.analysis.changes.refined.push(id);
        }
        graph.analysis.changes.classes.push(id);
    }
}

/// Derives what is known of a node again, by the number egg gave it, and adds it to what is known of its class.
pub(crate) fn refresh(graph: &mut Graph, node: Id) {
    let class = graph.find(node);
    let node = canonical(graph, graph.id_to_node(node).clone());
    let new = again(graph, &node, class);
    if graph.analysis.meet(class, new).0 {
        ClassAnalysis::modify(graph, class);
    }
}

/// Facts of a node of a class, after more is known of its children.
fn again(graph: &Graph, node: &Node, class: Id) -> ClassData {
    let ClassData { ty, derivation_depth, .. } = *class_data(graph, class);
    ClassData { derivation_depth, ..derive(graph, node, ty) }
}

/// Literals with more elements are not computed with here.
const LARGEST_FOLDED: usize = 4096;

/// Facts of one node from those of its children.
fn derive(graph: &Graph, node: &Node, ty: Option<TypeId>) -> ClassData {
    let tensor = ty.map(|t| graph.analysis.tensor_type(t));
    let dtype = tensor.map_or(DType::Bool, |t| t.dtype);
    let unknown = ClassData {
        ty,
        splat: None,
        foldable: false,
        facts: Facts::of_dtype(dtype),
        leaf: matches!(node.head, Head::Leaf(_)),
        constant: false,
        kinds: KindSet::default(),
        derivation_depth: graph.analysis.derivation_depth,
        uses: 0,
    };
    let (Some((kind, payload)), Some(ty)) = (node.op(), tensor) else { return unknown };
    let attrs = &graph.analysis.payload(payload).attrs;
    let children: SmallVec<[&ClassData; 3]> = node.children.iter().map(|c| class_data(graph, *c)).collect();
    let foldable = match kind {
        OpKind::Constant => attrs.get_literal("value").is_some_and(|l| l.len() <= LARGEST_FOLDED),
        _ => kind.row().is_elementwise() && children.iter().all(|c| c.foldable),
    };
    let constant = match kind {
        OpKind::Constant => true,
        OpKind::Broadcast => children[0].constant && rank(graph, node.children[0]) == 0,
        _ => false,
    };
    let operands: SmallVec<[Operand<'_>; 3]> = children
        .iter()
        .map(|c| Operand {
            facts: c.facts,
            splat: c.splat.as_ref(),
            ty: c.ty.map(|t| graph.analysis.tensor_type(t)),
        })
        .collect();
    let related = Children { graph, ids: &node.children };
    let Known { facts, splat } =
        thn_facts::of_op(Op { kind, attrs, ty }, &operands, &related, &graph.analysis.lengths);
    ClassData { splat, foldable, facts, leaf: false, constant, kinds: KindSet::of(kind), ..unknown }
}

/// The children of a node.
struct Children<'a> {
    graph: &'a Graph,
    ids: &'a [Id],
}

impl Children<'_> {
    /// Whether the class at position `x` is seen to be the transpose of that at `y`.
    fn is_transpose(&self, x: usize, y: usize) -> bool {
        let Children { graph, ids } = self;
        graph[ids[x]].nodes.iter().any(|n| match n.op() {
            Some((OpKind::Dimshuffle, p)) => {
                graph.analysis.payload(p).attrs.get_ints("order") == [1, 0]
                    && graph.find(n.children[0]) == graph.find(ids[y])
            }
            _ => false,
        })
    }
}

impl Relations for Children<'_> {
    fn same(&self, x: usize, y: usize) -> bool {
        self.graph.find(self.ids[x]) == self.graph.find(self.ids[y])
    }

    fn transposed(&self, x: usize, y: usize) -> bool {
        self.is_transpose(x, y) || self.is_transpose(y, x)
    }
}
