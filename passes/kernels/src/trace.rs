//! What an op reads once its producers are fused into it.

use crate::Place;
use std::collections::{HashMap, HashSet};
use thn_ir::access::{Access, Cond, Elem, Target};
use thn_ir::{BlockId, Error, Func, OpId, OpKind, Semantics, Value};

/// The accesses of all ops of a program that have one, computed once.
pub struct Accesses {
    of: HashMap<OpId, Access>,
}

impl Accesses {
    /// Those of a block and its regions.
    pub fn new(func: &Func, block: BlockId) -> Result<Accesses, Error> {
        let mut of = HashMap::new();
        for op in func.walk(block) {
            if let Some(access) = thn_ir::access::access(func, op)? {
                of.insert(op, access);
            }
        }
        Ok(Accesses { of })
    }

    /// That of one op.
    pub fn get(&self, op: OpId) -> Option<&Access> {
        self.of.get(&op)
    }

    /// Whether an op computes each element of its result by itself, so that a consumer can compute it in place.
    pub fn is_pointwise(&self, op: OpId) -> bool {
        self.get(op).is_some_and(|a| a.fold.is_none() && a.target == Target::Identity)
    }
}

/// One read of a value that is not computed in place.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Load {
    /// The value.
    pub value: Value,
    /// Where in it.
    pub at: Vec<Place>,
    /// Whether its element is an index into another tensor.
    pub is_index: bool,
}

/// Reads of a program under a choice of values that are not computed in place.
pub struct Trace<'a> {
    /// The program.
    pub func: &'a Func,
    /// Its accesses.
    pub accesses: &'a Accesses,
    /// Values that are read from memory or registers; arguments always are.
    pub stored: &'a dyn Fn(Value) -> bool,
}

impl Trace<'_> {
    /// The reads of one op at the places of its iterators, each once, in order of first occurrence.
    pub fn loads(&self, op: OpId, iters: &[Place]) -> Vec<Load> {
        let mut walk = Walk { trace: self, seen: HashSet::new(), out: vec![], listed: HashSet::new() };
        walk.op(op, iters);
        walk.out
    }
}

struct Walk<'a> {
    trace: &'a Trace<'a>,
    seen: HashSet<(Value, Vec<Place>)>,
    listed: HashSet<Load>,
    out: Vec<Load>,
}

impl Walk<'_> {
    fn op(&mut self, op: OpId, iters: &[Place]) {
        let Some(access) = self.trace.accesses.get(op) else { return };
        self.elem(&access.body, &self.trace.func.op(op).operands, iters);
        if let Target::AddTo { base, index } = &access.target {
            let operands = &self.trace.func.op(op).operands;
            for i in index {
                self.place(&Place::of(i, operands, iters));
            }
            // The base is read where it is written; its own iterators are numbered from 0 like those of any result.
            let rank = self.trace.func.tensor(operands[*base]).map_or(0, |t| t.rank());
            self.value(operands[*base], Place::iters(0..rank), false);
        }
    }

    fn elem(&mut self, elem: &Elem, operands: &[Value], iters: &[Place]) {
        match elem {
            Elem::Load { operand, at } => {
                let at: Vec<Place> = at.iter().map(|i| Place::of(i, operands, iters)).collect();
                at.iter().for_each(|p| self.place(p));
                self.value(operands[*operand], at, false);
            }
            Elem::Index(i) => self.place(&Place::of(i, operands, iters)),
            Elem::Literal(_) => {}
            Elem::Op(_, parts) => parts.iter().for_each(|p| self.elem(p, operands, iters)),
            Elem::If(conds, a, b) => {
                for c in conds {
                    let (Cond::InRange(i, ..) | Cond::Multiple(i, _)) = c;
                    self.place(&Place::of(i, operands, iters));
                }
                self.elem(a, operands, iters);
                self.elem(b, operands, iters);
            }
        }
    }

    fn place(&mut self, place: &Place) {
        let mut found = vec![];
        place.index_loads(&mut |value, at| found.push((value, at.to_vec())));
        for (value, at) in found {
            self.value(value, at, true);
        }
    }

    fn value(&mut self, value: Value, at: Vec<Place>, is_index: bool) {
        match self.trace.func.def_op(value) {
            Some(op) if !(self.trace.stored)(value) && self.trace.accesses.is_pointwise(op) => {
                // Elements of an index that is computed in place are indices only in so far as their own reads are.
                if self.seen.insert((value, at.clone())) {
                    self.op(op, &at);
                }
            }
            _ => {
                let load = Load { value, at, is_index };
                if self.listed.insert(load.clone()) {
                    self.out.push(load);
                }
            }
        }
    }
}

/// Whether an op is a matrix product that the library computes: floats, at least one dim kept of each side.
pub(crate) fn is_gemm(func: &Func, op: OpId) -> bool {
    let data = func.op(op);
    let floats = func.tensor(data.result()).is_some_and(|t| t.dtype.is_float());
    let rank = |i: usize| data.operands.get(i).and_then(|v| func.tensor(*v)).map_or(0, |t| t.rank());
    matches!(data.kind.row().semantics, Semantics::Library(_)) && floats && rank(0) >= 2 && rank(1) >= 2
}

/// Whether an op only moves elements: it costs nothing by itself and is repeated in every kernel that reads it.
pub(crate) fn is_movement(kind: OpKind) -> bool {
    use thn_ir::Iterate as I;
    match kind.row().semantics {
        Semantics::Iterate(i) => matches!(
            i,
            I::Constant
                | I::Dim
                | I::Iota
                | I::Broadcast
                | I::Dimshuffle
                | I::Reshape
                | I::Slice
                | I::Gather
                | I::Pick
                | I::Diagonal
                | I::Join
                | I::Pad
        ),
        _ => false,
    }
}
