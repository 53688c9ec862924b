//! Rebuilds a block from the chosen nodes.
//!
//! An op of the original program whose node is chosen is used again, with its names, attributes and location, and in
//! its old order. Every other op gets the locations of the ops whose value it computes, or else those of the op that
//! needs it. Ops with effects stay where they are, in order; what they need is computed before them.

use crate::{
    driver::{encode::Encoded, extract::Choice},
    egraph::{Graph, Head, Node, PayloadId, rank, type_of},
    hash::{FastMap, FastSet},
};
use egg::Id;
use smallvec::SmallVec;
use std::{collections::BTreeMap, sync::Arc};
use thn_ir::PROVENANCE;
use thn_ir::{Attr, Attrs, BlockId, Error, Func, Literal, Loc, OpId, OpKind, TensorType, Type, Value};

/// Rewrites `block` to compute its results, and the inputs of its ops with effects, by the chosen nodes. Classes in
/// `folded` become literals. Gives the ops that are new, each with the class that it computes.
pub(crate) fn decode(
    func: &mut Func,
    block: BlockId,
    encoded: &Encoded,
    graph: &Graph,
    choice: &Choice,
    folded: &BTreeMap<Id, Literal>,
) -> Result<Vec<(Id, OpId)>, Error> {
    let order = std::mem::take(&mut func.block_mut(block).ops);
    let old_results = func.block(block).results.clone();
    let mut d = Decoder {
        block,
        encoded,
        graph,
        choice,
        folded,
        new: vec![],
        names: FastMap::default(),
        locs: FastMap::default(),
        made: FastMap::default(),
        written: FastMap::default(),
        func,
    };
    d.read_names(&order);
    let mut roots: Vec<Id> = old_results.iter().map(|r| d.class(*r)).collect::<Result<_, _>>()?;
    for anchor in &encoded.anchors {
        for input in d.func.inputs(*anchor) {
            roots.push(d.class(input)?);
        }
    }
    let kept = d.kept(&roots);
    let anchors: FastSet<OpId> = encoded.anchors.iter().copied().collect();
    for op in &order {
        if anchors.contains(op) {
            d.anchor(*op)?;
        } else if let Some(class) = kept.get(op) {
            d.emit(*class, &Loc::Unknown)?;
        }
    }
    let end = d.func.block(block).end.clone();
    let mut results = vec![];
    for old in old_results {
        let class = d.class(old)?;
        results.push(d.value(class, &end)?);
    }
    let new = d.new;
    func.block_mut(block).results = results;
    Ok(new)
}

/// What a class has become.
#[derive(Clone, Copy)]
enum Made {
    Value(Value),
    /// An op with regions; its results are other classes.
    Op(OpId),
}

struct Decoder<'a> {
    func: &'a mut Func,
    block: BlockId,
    encoded: &'a Encoded,
    graph: &'a Graph,
    choice: &'a Choice,
    folded: &'a BTreeMap<Id, Literal>,
    /// Ops that the program did not have, each with the class that it computes.
    new: Vec<(Id, OpId)>,
    names: FastMap<Id, Arc<str>>,
    locs: FastMap<Id, Vec<Loc>>,
    made: FastMap<Id, Made>,
    /// Ops so far: one that computes the same is not written again. Classes can be equal without the search knowing,
    /// by a constant that was folded or a part of a sum that is a sum itself.
    written: FastMap<Computation, Value>,
}

/// What an op computes: its kind, operands, attributes and type.
type Computation = (OpKind, SmallVec<[Value; 3]>, Attrs, TensorType);

impl Decoder<'_> {
    fn class(&self, value: Value) -> Result<Id, Error> {
        let class = self.encoded.classes.get(&value);
        class.map(|c| self.graph.find(*c)).ok_or_else(|| Error::internal("a value was not encoded"))
    }

    fn chosen(&self, class: Id) -> Result<&Node, Error> {
        self.choice.node(self.graph, class).ok_or_else(|| Error::internal("nothing computes a value"))
    }

    fn read_names(&mut self, order: &[OpId]) {
        for op in order {
            let data = self.func.op(*op);
            for result in &data.results {
                let Some(class) = self.encoded.classes.get(result) else { continue };
                let class = self.graph.find(*class);
                if let Some(name) = &self.func.value(*result).name {
                    self.names.entry(class).or_insert_with(|| name.clone());
                }
                self.locs.entry(class).or_default().push(data.loc.clone());
            }
        }
    }

    /// The original ops that the chosen program uses, with their classes.
    fn kept(&self, roots: &[Id]) -> FastMap<OpId, Id> {
        let mut kept = FastMap::default();
        let mut seen = FastSet::default();
        let mut stack = roots.to_vec();
        while let Some(class) = stack.pop() {
            let class = self.graph.find(class);
            if !seen.insert(class) || self.folded.contains_key(&class) {
                continue;
            }
            let Some(node) = self.choice.node(self.graph, class) else { continue };
            if let Some(op) = self.encoded.origins.get(node) {
                kept.insert(*op, class);
            }
            stack.extend(node.children.iter().copied());
        }
        kept
    }

    fn value(&mut self, class: Id, loc: &Loc) -> Result<Value, Error> {
        match self.emit(class, loc)? {
            Made::Value(v) => Ok(v),
            Made::Op(_) => Err(Error::internal("an op with regions is used as a value")),
        }
    }

    /// Appends what computes a class, after everything it needs. Ops without a place in the source get `loc`.
    fn emit(&mut self, root: Id, loc: &Loc) -> Result<Made, Error> {
        let root = self.graph.find(root);
        let mut stack = vec![root];
        // Classes that wait for what they need. A class is on the stack once for each use, which may be many.
        let mut open = FastSet::default();
        while let Some(class) = stack.last().copied() {
            if self.made.contains_key(&class) {
                stack.pop();
                continue;
            }
            if let Some(literal) = self.folded.get(&class) {
                let attrs = Attrs::new().with("value", Attr::Literal(literal.clone()));
                let value = self.push(OpKind::Constant, &[], attrs, literal.ty(), class, loc);
                self.finish(class, Made::Value(value));
                continue;
            }
            let node = self.chosen(class)?.clone();
            let missing: Vec<Id> = node
                .children
                .iter()
                .map(|c| self.graph.find(*c))
                .filter(|c| !self.made.contains_key(c))
                .rev()
                .collect();
            if !missing.is_empty() {
                if !open.insert(class) {
                    return Err(Error::internal("the chosen program depends on itself"));
                }
                stack.extend(missing);
                continue;
            }
            let made = self.make(class, &node, loc)?;
            self.finish(class, made);
        }
        self.made.get(&root).copied().ok_or_else(|| Error::internal("nothing computes a value"))
    }

    fn finish(&mut self, class: Id, made: Made) {
        if let (Made::Value(v), Some(name)) = (made, self.names.get(&class)) {
            let data = self.func.value_mut(v);
            data.name.get_or_insert_with(|| name.clone());
        }
        self.made.insert(class, made);
    }

    fn operand(&self, class: Id) -> Result<Value, Error> {
        match self.made.get(&self.graph.find(class)) {
            Some(Made::Value(v)) => Ok(*v),
            _ => Err(Error::internal("an operand was not computed")),
        }
    }

    fn make(&mut self, class: Id, node: &Node, loc: &Loc) -> Result<Made, Error> {
        if let Some(op) = self.encoded.origins.get(node).copied() {
            return self.reuse(op);
        }
        match node.head {
            Head::Leaf(leaf) => Ok(Made::Value(self.encoded.leaves[leaf as usize])),
            Head::Project(index) => match self.made.get(&self.graph.find(node.children[0])) {
                Some(Made::Op(op)) => Ok(Made::Value(self.func.op(*op).results[index as usize])),
                _ => Err(Error::internal("a result of an op that was not computed")),
            },
            Head::Region(_) => Err(Error::internal("an op with regions that is not of the program")),
            Head::Op(kind, payload) => self.new_op(class, kind, payload, node, loc).map(Made::Value),
        }
    }

    /// Appends an op of the original program, with today's operands and captures.
    fn reuse(&mut self, op: OpId) -> Result<Made, Error> {
        self.renew_inputs(op)?;
        let data = self.func.op(op);
        let made = match data.results.as_slice() {
            [only] if data.regions.is_empty() => Made::Value(*only),
            _ => Made::Op(op),
        };
        if let (Made::Value(value), Some(ty)) = (made, self.func.tensor(data.result())) {
            let attrs = data.attrs.iter().filter(|(name, _)| *name != PROVENANCE);
            let attrs =
                attrs.fold(Attrs::new(), |all, (name, attr)| all.with(name.to_string(), attr.clone()));
            let computation = (data.kind, data.operands.clone(), attrs, ty.clone());
            let first = *self.written.entry(computation).or_insert(value);
            if first != value {
                return Ok(Made::Value(first));
            }
        }
        self.func.block_mut(self.block).ops.push(op);
        Ok(made)
    }

    fn renew_inputs(&mut self, op: OpId) -> Result<(), Error> {
        let operands = self.func.op(op).operands.clone();
        let mut new = vec![];
        for old in &operands {
            new.push(self.operand(self.class(*old)?)?);
        }
        // A value that is both an operand and captured inside changes in both places.
        let mut replaced: BTreeMap<Value, Value> = BTreeMap::new();
        for old in self.func.captures(op) {
            replaced.insert(old, self.operand(self.class(old)?)?);
        }
        replaced.retain(|old, new| old != new);
        self.func.op_mut(op).operands = new.into_iter().collect();
        if !replaced.is_empty() {
            self.replace_inside(op, &replaced);
        }
        Ok(())
    }

    /// Replaces values in the regions of an op.
    fn replace_inside(&mut self, op: OpId, by: &BTreeMap<Value, Value>) {
        let renew = |v: &mut Value| {
            if let Some(new) = by.get(v) {
                *v = *new;
            }
        };
        for region in self.func.op(op).regions.clone() {
            for inner in self.func.walk(region) {
                self.func.op_mut(inner).operands.iter_mut().for_each(renew);
                for deeper in self.func.op(inner).regions.clone() {
                    self.func.block_mut(deeper).results.iter_mut().for_each(renew);
                }
            }
            self.func.block_mut(region).results.iter_mut().for_each(renew);
        }
    }

    /// An op with effects, at its place.
    fn anchor(&mut self, op: OpId) -> Result<(), Error> {
        let loc = self.func.op(op).loc.clone();
        for input in self.func.inputs(op) {
            self.emit(self.class(input)?, &loc)?;
        }
        self.renew_inputs(op)?;
        self.func.block_mut(self.block).ops.push(op);
        Ok(())
    }

    fn new_op(
        &mut self,
        class: Id,
        kind: OpKind,
        payload: PayloadId,
        node: &Node,
        loc: &Loc,
    ) -> Result<Value, Error> {
        let untyped = || Error::internal("a class without a type");
        let ty = type_of(self.graph, class).ok_or_else(untyped)?.clone();
        let attrs = self.graph.analysis.payload(payload).attrs.clone();
        let mut children: Vec<Id> = node.children.to_vec();
        if children.len() > 2 && kind.row().commutative {
            // Rank-0 parts first: their sum or product is one element.
            children.sort_by_key(|c| rank(self.graph, *c) > 0);
        }
        let operands: Vec<Value> = children.iter().map(|c| self.operand(*c)).collect::<Result<_, _>>()?;
        if operands.len() <= 2 || !kind.row().commutative {
            return Ok(self.push(kind, &operands, attrs, ty, class, loc));
        }
        let mut sum = operands[0];
        let mut full = rank(self.graph, children[0]) > 0;
        for (operand, child) in operands[1..].iter().zip(&children[1..]) {
            full |= rank(self.graph, *child) > 0;
            let part = if full { ty.clone() } else { TensorType::scalar(ty.dtype) };
            sum = self.push(kind, &[sum, *operand], Attrs::new(), part, class, loc);
        }
        Ok(sum)
    }

    /// The value of an op, which is new if none so far computes the same.
    fn push(
        &mut self,
        kind: OpKind,
        operands: &[Value],
        attrs: Attrs,
        ty: TensorType,
        class: Id,
        loc: &Loc,
    ) -> Value {
        let computation = (kind, operands.into(), attrs.clone(), ty.clone());
        if let Some(value) = self.written.get(&computation) {
            return *value;
        }
        let loc = match self.locs.get(&class) {
            Some(locs) => Loc::fuse(locs.iter().cloned()),
            None => loc.clone(),
        };
        let op = self.func.push(self.block, kind, operands, attrs, &[], [Type::Tensor(ty)], loc);
        self.new.push((class, op));
        let value = self.func.op(op).result();
        self.written.insert(computation, value);
        value
    }
}
