//! The e-graph's language and what is known of each class.
//!
//! An e-node is an op of the table with its declared attributes, a leaf for a value that the search cannot enter
//! (arguments, values from outside the block, results of foreign ops), an op with regions, or one of the results of
//! such an op. Sums, products and others that are associative and
//! commutative may have more than two children: those are a multiset.
//!
//! Invariants: every class has one tensor type, compared by value, and two classes of different types are never
//! united; children of commutative ops are sorted when a node is made.

mod derive;
pub(crate) mod op_set;

use crate::{
    egraph::op_set::{KindSet, is_multiset, is_product},
    facts::Facts,
    hash::FastMap,
    rule::functions::{inserted, squeezed},
};
use derive::derive;
use egg::{Analysis, DidMerge, EGraph, Id, Justification, Language};
use smallvec::SmallVec;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    hash::Hash,
    sync::Arc,
};
use thn_ir::{Attr, Attrs, DType, Literal, OpKind, Scalar, TensorType, infer};

/// The e-graph of one block.
pub(crate) type Graph = EGraph<Node, Knowledge>;

/// An interned [`Payload`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct PayloadId(pub(crate) u32);

impl PayloadId {
    /// No attributes and an inferred type.
    pub(crate) const EMPTY: PayloadId = PayloadId(0);
}

/// An interned tensor type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct TypeId(u32);

/// What an op says beyond its operands: its declared attributes and, for shaped ops, its result type.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Payload {
    pub(crate) attrs: Attrs,
    pub(crate) ty: Option<TensorType>,
}

impl Payload {
    /// Whether a dimshuffle only inserts and drops dims of length 1.
    pub(crate) fn keeps_order(&self) -> bool {
        self.attrs.get_ints("order").iter().filter(|axis| **axis >= 0).is_sorted()
    }

    /// Whether a slice begins at 0 and takes every element.
    pub(crate) fn takes_whole(&self) -> bool {
        self.attrs.get_dims("starts").iter().all(|d| d.is(0))
            && self.attrs.get_ints("steps").iter().all(|t| *t == 1)
    }
}

/// The function symbol of an e-node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Head {
    /// A value that cannot be entered, by its position among the leaves of the block.
    Leaf(u32),
    /// An op without regions.
    Op(OpKind, PayloadId),
    /// An op with regions, by the structure of its regions; children are operands and captures.
    Region(u32),
    /// One result of a [`Head::Region`].
    Project(u32),
}

/// An e-node.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Node {
    pub(crate) head: Head,
    pub(crate) children: SmallVec<[Id; 3]>,
}

impl Node {
    /// The op and its payload, if the node is an op without regions.
    pub(crate) fn op(&self) -> Option<(OpKind, PayloadId)> {
        match self.head {
            Head::Op(kind, payload) => Some((kind, payload)),
            _ => None,
        }
    }

    /// The kind of the op, if the node is one without regions.
    pub(crate) fn kind(&self) -> Option<OpKind> {
        self.op().map(|(k, _)| k)
    }
}

/// Nodes are found by the search of this crate, not by that of egg. Its index, which is made anew whenever congruence is
/// restored, only tells products of matrices from the rest.
impl Language for Node {
    type Discriminant = bool;

    fn discriminant(&self) -> bool {
        self.kind().is_some_and(is_product)
    }

    fn matches(&self, other: &Self) -> bool {
        self.discriminant() == other.discriminant()
    }

    fn children(&self) -> &[Id] {
        &self.children
    }

    fn children_mut(&mut self) -> &mut [Id] {
        &mut self.children
    }
}

/// Values stored once, by position.
#[derive(Clone, Debug)]
struct Interner<T> {
    items: Vec<T>,
    ids: FastMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Interner { items: vec![], ids: FastMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    fn intern(&mut self, item: T) -> u32 {
        if let Some(id) = self.ids.get(&item) {
            return *id;
        }
        let id = self.items.len() as u32;
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }
}

/// What is known of a class.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Data {
    /// The tensor type; `None` for an op with regions, which only its projections use.
    pub(crate) ty: Option<TypeId>,
    /// The value of every element as a rank-0 literal, if all are known to be equal.
    pub(crate) splat: Option<Arc<Literal>>,
    /// Whether some member is computed from constants alone, element by element: it can become a literal.
    pub(crate) foldable: bool,
    /// Signs, bounds, NaN and infinity.
    pub(crate) facts: Facts,
    /// Whether it is a value of the block itself: an argument, a result of an op with effects, a value from outside.
    pub(crate) leaf: bool,
    /// Whether it is a constant, or one number repeated.
    pub(crate) constant: bool,
    /// The ops of its nodes.
    pub(crate) kinds: KindSet,
    /// How many classes stand between it and the program, each made for the one before.
    pub(crate) generation: u8,
    /// How often the program uses it, up to 255.
    pub(crate) uses: u8,
}

impl Data {
    /// Whether nothing better can be found for it.
    pub(crate) fn settled(&self) -> bool {
        self.leaf || (self.constant && self.splat.is_some())
    }

    /// The ops that patterns see in it.
    pub(crate) fn visible(&self) -> KindSet {
        if self.leaf {
            KindSet::default()
        } else if self.settled() {
            self.kinds.intersection(KindSet::of(OpKind::Constant).union(KindSet::of(OpKind::Broadcast)))
        } else {
            self.kinds
        }
    }
}

/// What has changed in an e-graph since it was last asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Classes with new nodes.
    pub(crate) classes: Vec<Id>,
    /// Classes of which more is known.
    pub(crate) refined: Vec<Id>,
    /// Nodes that use a class of which that has changed, by the number egg gave them.
    pub(crate) users: RefCell<Vec<(Id, KindSet)>>,
    /// Nodes that have another name, because what they use is known under another.
    pub(crate) renamed: RefCell<Vec<Id>>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        let Changes { classes, refined, users, renamed } = self;
        classes.is_empty() && refined.is_empty() && users.borrow().is_empty() && renamed.borrow().is_empty()
    }
}

/// An op and the types of its operands.
type Typing = (OpKind, PayloadId, SmallVec<[TypeId; 3]>);

/// The simplest form of an op.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Its operand.
    Operand,
    /// This op over the same operands, and its type.
    Op(OpKind, PayloadId, TypeId),
}

/// The side tables of an e-graph, and its analysis.
#[derive(Clone, Debug)]
pub(crate) struct Knowledge {
    /// What is known of each class, by its id.
    classes: Vec<Data>,
    /// What was derived for [`Place::Derived`].
    derived: Option<Data>,
    payloads: Interner<Payload>,
    types: Interner<TensorType>,
    /// What ops are by the types of their operands, as far as they were asked for.
    forms: FastMap<Typing, Option<Form>>,
    /// Type of the node that is being added.
    pending: Option<TypeId>,
    /// The generation of the classes that are made.
    pub(crate) generation: u8,
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

impl Default for Knowledge {
    fn default() -> Self {
        let mut payloads = Interner::default();
        payloads.intern(Payload::default());
        Knowledge {
            classes: vec![],
            derived: None,
            payloads,
            types: Interner::default(),
            forms: FastMap::default(),
            pending: None,
            generation: 0,
            changes: Changes::default(),
            refined: false,
            uniting: Cell::new(false),
            lengths: BTreeSet::new(),
            shortens: false,
        }
    }
}

impl Knowledge {
    /// The same without what is known of classes, for another e-graph.
    pub(crate) fn tables(&self) -> Knowledge {
        Knowledge { classes: vec![], ..self.clone() }
    }

    /// The payload behind an id.
    pub(crate) fn payload(&self, id: PayloadId) -> &Payload {
        &self.payloads.items[id.0 as usize]
    }

    /// The id of a payload.
    pub(crate) fn intern(&mut self, payload: Payload) -> PayloadId {
        PayloadId(self.payloads.intern(payload))
    }

    /// Adds what is known of a class from elsewhere.
    fn meet(&mut self, class: Id, b: Data) -> DidMerge {
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
        let flags = |d: &Data| (d.foldable, d.leaf, d.constant) != (foldable, leaf, constant);
        let did = DidMerge(
            facts.says_more_than(a.facts) || had_splat != splat.is_some() || flags(a),
            facts.says_more_than(b.facts) || splat != b.splat || flags(&b),
        );
        *a = Data {
            ty: a.ty,
            splat,
            foldable,
            facts,
            leaf,
            constant,
            kinds: a.kinds.union(b.kinds),
            generation: a.generation.min(b.generation),
            uses: a.uses.saturating_add(b.uses),
        };
        // Of a union, users were told before.
        self.refined |= !self.uniting.replace(false) && did.0;
        did
    }

    /// The type behind an id.
    pub(crate) fn tensor_type(&self, id: TypeId) -> &TensorType {
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
pub(crate) enum Place {
    /// In the table of [`Knowledge`].
    Class(Id),
    /// It was derived from a node, and waits to be added to what is known of its class.
    Derived,
}

/// What is known about a class.
pub(crate) fn about(graph: &Graph, id: Id) -> &Data {
    &graph.analysis.classes[usize::from(graph.find(id))]
}

/// Says what facts hold of a class; what uses it hears of it.
pub(crate) fn learn(graph: &mut Graph, id: Id, facts: Facts) {
    let id = graph.find(id);
    graph.analysis.classes[usize::from(id)].facts = facts;
    graph.set_analysis_data(id, Place::Class(id));
}

/// Notes a use of a class by the program.
pub(crate) fn note_use(graph: &mut Graph, id: Id) {
    let id = graph.find(id);
    let uses = &mut graph.analysis.classes[usize::from(id)].uses;
    *uses = uses.saturating_add(1);
}

/// Type of a class that is known to be a tensor; rank-0 bool for an op with regions, which no pattern reaches.
pub(crate) fn type_of(graph: &Graph, id: Id) -> Option<&TensorType> {
    about(graph, id).ty.map(|t| &graph.analysis.types.items[t.0 as usize])
}

/// Number of dims of a class.
pub(crate) fn rank(graph: &Graph, id: Id) -> usize {
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

/// Adds a node whose type is known.
pub(crate) fn add_typed(graph: &mut Graph, node: Node, ty: Option<TensorType>) -> Id {
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
pub(crate) fn add_op(graph: &mut Graph, kind: OpKind, payload: PayloadId, children: &[Id]) -> Option<Id> {
    if let [only] = children
        && is_multiset(kind)
    {
        return Some(*only);
    }
    let types: SmallVec<[TypeId; 3]> = children.iter().map(|c| about(graph, *c).ty).collect::<Option<_>>()?;
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
    knowledge: &mut Knowledge,
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
        OpKind::Reshape => squeezed(from, to),
        // Rank-0 values are sought behind broadcasts.
        OpKind::Broadcast if from.rank() > 0 => inserted(knowledge.payload(payload)),
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
pub(crate) fn add_scalar(graph: &mut Graph, dtype: DType, value: Scalar) -> Id {
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
    if children.len() > 2 && is_multiset(kind) {
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

impl Analysis<Node> for Knowledge {
    type Data = Place;

    fn make(graph: &mut Graph, node: &Node, id: Id) -> Place {
        debug_assert_eq!(graph.analysis.classes.len(), usize::from(id));
        let ty = graph.analysis.pending;
        let data = derive(graph, node, ty);
        graph.analysis.classes.push(data);
        Place::Class(id)
    }

    fn remake(graph: &mut Graph, node: &Node, id: Id) -> Place {
        graph.analysis.derived = Some(again(graph, node, id));
        Place::Derived
    }

    fn merge(&mut self, a: &mut Place, b: Place) -> DidMerge {
        let other = match b {
            Place::Class(class) => Some(self.classes[usize::from(class)].clone()),
            Place::Derived => self.derived.take(),
        };
        match (a, other) {
            (Place::Class(class), Some(other)) => self.meet(*class, other),
            _ => DidMerge(false, false),
        }
    }

    fn pre_union(graph: &Graph, a: Id, b: Id, _: &Option<Justification>) {
        let (a, b) = (graph.find(a), graph.find(b));
        if a == b {
            return;
        }
        let (x, y) = (about(graph, a), about(graph, b));
        graph.analysis.uniting.set(true);
        let changes = &graph.analysis.changes;
        let mut users = changes.users.borrow_mut();
        let mut renamed = changes.renamed.borrow_mut();
        let users_of = |class: Id| graph[class].parents();
        let (of_a, of_b) = (users_of(a).len(), users_of(b).len());
        for (class, own, other, fewer) in [(a, x, y, of_a <= of_b), (b, y, x, of_b <= of_a)] {
            // No pattern looks into what is settled: new nodes there are none to its users.
            let mut what = if own.settled() { KindSet::default() } else { other.visible() };
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
        Knowledge::modify(graph, class);
    }
}

/// Facts of a node of a class, after more is known of its children.
fn again(graph: &Graph, node: &Node, class: Id) -> Data {
    let Data { ty, generation, .. } = *about(graph, class);
    Data { generation, ..derive(graph, node, ty) }
}

impl Data {
    /// Whether anything that an analysis or a condition reads is known here and not of `other`.
    fn tells(&self, other: &Data) -> bool {
        let new = |own: bool, other: bool| own && !other;
        new(self.splat.is_some(), other.splat.is_some())
            || new(self.foldable, other.foldable)
            || new(self.leaf, other.leaf)
            || new(self.constant, other.constant)
            || other.facts.meet(self.facts).says_more_than(other.facts)
    }
}
