//! Puts a block into an e-graph.
//!
//! Arguments, values from outside and results of ops with effects are leaves. A leaf that comes after n ops with
//! effects has level n, so that nothing is computed from it before it exists. Ops with regions are one node each,
//! with operands and captures as children; their regions are compared by structure.

use crate::{
    egraph::{
        ClassAnalysis, Graph, Head, Node, Payload, add_scalar, add_typed, canonical, class_data, fill,
        note_use, refine,
    },
    hash::{FastMap, FastSet},
};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use thn_facts::program::{KnownValues, lengths};
use thn_ir::{Attrs, BlockId, Func, OpId, OpKind, TensorType, Type, Value, ValueDef};

/// An e-graph and how it belongs to its block.
pub(crate) struct Encoded {
    pub(crate) graph: Graph,
    /// Class of every value of the block, and of every value from outside that it uses.
    pub(crate) classes: FastMap<Value, Id>,
    /// Leaves by number.
    pub(crate) leaves: Vec<Value>,
    /// For each leaf, how many ops with effects come before it.
    pub(crate) levels: Vec<u32>,
    /// Nodes of the ops of the block, in program order.
    pub(crate) ops: Vec<(Node, OpId)>,
    /// The first op for each node, under the names after the search: see [`Encoded::settle`].
    pub(crate) origins: FastMap<Node, OpId>,
    /// Ops with effects, in program order; they stay.
    pub(crate) anchors: Vec<OpId>,
}

impl Encoded {
    /// Gives the ops of the block the names that their nodes have in the end.
    pub(crate) fn settle(&mut self, graph: &Graph) {
        for (node, op) in &self.ops {
            self.origins.entry(canonical(graph, node.clone())).or_insert(*op);
        }
    }
}

/// Encodes a block. `known` says more about values from outside than their types.
pub(crate) fn encode(func: &Func, block: BlockId, known: &KnownValues) -> Encoded {
    let mut knowledge = ClassAnalysis::default();
    knowledge.lengths = lengths(func);
    knowledge.shortens = true;
    let graph: Graph = EGraph::new(knowledge);
    let mut e = Encoder {
        func,
        block,
        known,
        out: Encoded {
            graph,
            classes: FastMap::default(),
            leaves: vec![],
            levels: vec![],
            ops: vec![],
            origins: FastMap::default(),
            anchors: vec![],
        },
        regions: BTreeMap::new(),
    };
    for arg in &func.block(block).args {
        e.leaf(*arg, 0);
    }
    for op in &func.block(block).ops {
        e.op(*op);
    }
    for result in func.block(block).results.clone() {
        e.value(result);
    }
    e.count_uses();
    e.out
}

struct Encoder<'f> {
    func: &'f Func,
    block: BlockId,
    known: &'f KnownValues,
    out: Encoded,
    /// Numbers of region structures.
    regions: BTreeMap<String, u32>,
}

impl Encoder<'_> {
    fn leaf(&mut self, value: Value, level: u32) -> Id {
        let head = Head::Leaf(self.out.leaves.len() as u32);
        self.out.leaves.push(value);
        self.out.levels.push(level);
        let ty = self.func.tensor(value).cloned();
        let id = add_typed(&mut self.out.graph, Node { head, children: SmallVec::new() }, ty.clone());
        let id = self.known_class(value, id, ty.as_ref());
        self.out.classes.insert(value, id);
        id
    }

    /// The class of a leaf or of a result of an op with regions, with what is known of it; if that is its value, the
    /// class of a constant.
    fn known_class(&mut self, value: Value, id: Id, ty: Option<&TensorType>) -> Id {
        let Some(known) = self.known.get(&(self.block, value)) else { return id };
        let graph = &mut self.out.graph;
        if let (Some(splat), Some(ty)) = (&known.splat, ty) {
            let number = add_scalar(graph, ty.dtype, splat.get(0));
            if let Some(constant) = fill(graph, number, ty) {
                return constant;
            }
        }
        if ty.is_some() {
            let facts = class_data(graph, id).facts.meet(known.facts);
            refine(graph, id, facts);
        }
        id
    }

    /// The class of a value; one from outside is entered here, as a constant if it is one.
    fn value(&mut self, value: Value) -> Id {
        if let Some(id) = self.out.classes.get(&value) {
            return *id;
        }
        match self.func.def(value) {
            ValueDef::Result { op, .. } if self.func.op(op).kind == OpKind::Constant => {
                let (node, ty) = self.plain(op);
                let id = add_typed(&mut self.out.graph, node, ty);
                self.out.classes.insert(value, id);
                id
            }
            _ => self.leaf(value, 0),
        }
    }

    /// The node of an op without regions, and its type.
    fn plain(&mut self, op: OpId) -> (Node, Option<TensorType>) {
        let data = self.func.op(op);
        let row = data.kind.row();
        let mut attrs = Attrs::new();
        for spec in row.attrs {
            if let Some(attr) = data.attrs.get(spec.name) {
                attrs.set(spec.name, attr.clone());
            }
        }
        let ty = self.func.tensor(data.result()).cloned();
        let payload = Payload { attrs, ty: ty.clone().filter(|_| row.shaped) };
        let payload = self.out.graph.analysis.intern(payload);
        let children = data.operands.iter().map(|v| self.value(*v)).collect();
        (Node { head: Head::Op(data.kind, payload), children }, ty)
    }

    /// Notes how often the program uses each class; ops that are equal count once.
    fn count_uses(&mut self) {
        let Encoded { graph, ops, anchors, classes, .. } = &mut self.out;
        let mut used: Vec<Id> = self.func.block(self.block).results.iter().map(|v| classes[v]).collect();
        used.extend(anchors.iter().flat_map(|op| self.func.inputs(*op)).map(|v| classes[&v]));
        let mut seen = FastSet::default();
        used.extend(
            ops.iter().filter(|(node, _)| seen.insert(node)).flat_map(|(node, _)| node.children.iter()),
        );
        for class in used {
            note_use(graph, class);
        }
    }

    fn op(&mut self, op: OpId) {
        let data = self.func.op(op);
        if self.func.has_effects(op) {
            for input in self.func.inputs(op) {
                self.value(input);
            }
            self.out.anchors.push(op);
            let level = self.out.anchors.len() as u32;
            for result in &data.results {
                self.leaf(*result, level);
            }
            return;
        }
        let one_tensor =
            matches!(data.results.as_slice(), [r] if matches!(self.func.ty(*r), Type::Tensor(_)));
        if data.regions.is_empty() && one_tensor {
            let (node, ty) = self.plain(op);
            let id = add_typed(&mut self.out.graph, node.clone(), ty);
            self.out.ops.push((node, op));
            self.out.classes.insert(data.result(), id);
            return;
        }
        let inputs = self.func.inputs(op);
        let text = self.func.fingerprint(op, &inputs);
        let next = self.regions.len() as u32;
        let number = *self.regions.entry(text).or_insert(next);
        let children = inputs.iter().map(|v| self.value(*v)).collect();
        let node = Node { head: Head::Region(number), children };
        let id = add_typed(&mut self.out.graph, node.clone(), None);
        self.out.ops.push((node, op));
        for (i, result) in data.results.iter().enumerate() {
            let ty = self.func.tensor(*result).cloned();
            let node = Node { head: Head::Project(i as u32), children: [id].into_iter().collect() };
            let class = add_typed(&mut self.out.graph, node, ty.clone());
            let class = self.known_class(*result, class, ty.as_ref());
            self.out.classes.insert(*result, class);
        }
    }
}
