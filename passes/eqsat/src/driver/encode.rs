//! Puts a block into an e-graph.
//!
//! Arguments, values from outside and results of ops with effects are leaves. A leaf that comes after n ops with
//! effects has level n, so that nothing is computed from it before it exists. Ops with regions are one node each,
//! with operands and captures as children; their regions are compared by structure.

use crate::{
    egraph::{Graph, Head, Knowledge, Node, Payload, add_scalar, add_typed, canonical, fill, note_use},
    hash::{FastMap, FastSet},
    proof::CHANGE,
    regions::{Known, KnownValues, add_facts, explore_op},
};
use egg::{EGraph, Id};
use smallvec::SmallVec;
use std::{collections::BTreeMap, fmt::Write};
use thn_ir::{Attr, Attrs, BlockId, Func, OpId, OpKind, SymbolOrigin, TensorType, Type, Value, ValueDef};

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

/// Whether an op has effects, itself or inside: it is neither moved, merged nor removed.
pub(crate) fn has_effects(func: &Func, op: OpId) -> bool {
    let data = func.op(op);
    let inner = |op: &OpId| func.op(*op).kind == OpKind::Foreign;
    data.kind == OpKind::Foreign || data.regions.iter().any(|r| func.walk(*r).iter().any(inner))
}

/// Encodes a block. `known` says more about values from outside than their types.
pub(crate) fn encode(func: &Func, block: BlockId, known: &mut KnownValues) -> Encoded {
    encode_with(func, block, known, None)
}

/// Encodes a block, and adds to `known` what it says about values in the regions inside it, which are `depth` loops
/// deep.
pub(crate) fn explore(func: &Func, block: BlockId, known: &mut KnownValues, depth: usize) -> Encoded {
    encode_with(func, block, known, Some(depth))
}

fn encode_with(func: &Func, block: BlockId, known: &mut KnownValues, explored: Option<usize>) -> Encoded {
    let lengths = func.symbols().iter().filter(|(_, o)| matches!(o, SymbolOrigin::ArgDim { .. }));
    let lengths = lengths.map(|(s, _)| s.id).collect();
    let mut knowledge = Knowledge::default();
    knowledge.lengths = lengths;
    knowledge.shortens = true;
    let graph: Graph = EGraph::new(knowledge);
    let mut e = Encoder {
        func,
        block,
        known,
        explored,
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
    known: &'f mut KnownValues,
    /// Whether regions are looked into, and how many loops deep.
    explored: Option<usize>,
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
        add_facts(graph, id, known);
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
        if has_effects(self.func, op) {
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
        if let Some(depth) = self.explored {
            let mut of = BTreeMap::new();
            for value in &inputs {
                let class = self.value(*value);
                of.insert(*value, Known::of_class(&self.out.graph, class));
            }
            explore_op(self.func, self.block, op, &of, self.known, depth);
        }
        let text = structure(self.func, op, &inputs);
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

/// A text that two ops with regions share exactly if they do the same with their inputs: values are numbered in
/// order, inputs first.
pub(crate) fn structure(func: &Func, op: OpId, inputs: &[Value]) -> String {
    let mut numbers = Numbers { of: FastMap::default(), next: inputs.len() };
    for (i, v) in inputs.iter().enumerate() {
        numbers.of.entry(*v).or_insert(i);
    }
    let mut text = String::new();
    write_op(func, op, &mut numbers, &mut text);
    text
}

/// Numbers of values in order of appearance.
struct Numbers {
    of: FastMap<Value, usize>,
    next: usize,
}

impl Numbers {
    fn get(&mut self, value: Value) -> usize {
        let number = *self.of.entry(value).or_insert(self.next);
        self.next = self.next.max(number + 1);
        number
    }
}

fn write_op(func: &Func, op: OpId, numbers: &mut Numbers, text: &mut String) {
    let data = func.op(op);
    text.push_str(data.kind.row().mnemonic);
    // Writing to a string does not fail.
    for v in &data.operands {
        let _ = write!(text, " {}", numbers.get(*v));
    }
    for (name, attr) in data.attrs.iter().filter(|(name, _)| *name != CHANGE) {
        // Literals are printed in part for people; here every element counts.
        let _ = match attr {
            Attr::Literal(l) => write!(text, " {name}={:?}", (l.ty(), l.to_bytes())),
            other => write!(text, " {name}={other}"),
        };
    }
    for r in &data.results {
        let _ = write!(text, " -> {}:{}", numbers.get(*r), func.ty(*r));
    }
    for region in &data.regions {
        let block = func.block(*region);
        text.push_str(" {");
        for arg in &block.args {
            let _ = write!(text, " {}:{}", numbers.get(*arg), func.ty(*arg));
        }
        for inner in &block.ops {
            text.push('\n');
            write_op(func, *inner, numbers, text);
        }
        text.push_str("\nyield");
        for result in &block.results {
            let _ = write!(text, " {}", numbers.get(*result));
        }
        text.push_str(" }");
    }
}
