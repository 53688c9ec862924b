//! How much code an element is once everything behind it is computed in place.
//!
//! The unit is about one op of a loop's body. [`own`] is what an op adds to what it reads; with the sizes of its
//! operands, once for each read, it bounds the code of its element: equal elements are shared within a scope, never
//! across the branches of an [`Elem::If`]. [`written`] is the exact number, for the choice between two kernels.

use crate::trace::Trace;
use crate::{Place, Stage};
use std::collections::HashSet;
use thn_ir::Value;
use thn_ir::access::{Access, Cond, Elem, Index, Target};

/// The most code behind one stored value, and of the stages of one kernel together: some forty functions. It also
/// bounds how deep elements lie in each other, which recursions follow: each is [`READ`] at least.
pub(crate) const MOST: u32 = 1024;
/// A value is stored for its size alone from here on; smaller ones are repeated at no great cost.
pub(crate) const WORTH: u32 = 64;
/// The code of a read.
pub(crate) const READ: u32 = 3;
/// The code of a branch.
const BRANCH: u32 = 24;
/// The code that checks and wraps an index.
const POSITION: u32 = 8;

/// The code that an op adds to that of what it reads.
pub(crate) fn own(access: &Access) -> u32 {
    let target = match &access.target {
        Target::Identity => 0,
        Target::AddTo { index, .. } => index.iter().map(place).sum(),
    };
    target + elem(&access.body)
}

fn elem(of: &Elem) -> u32 {
    match of {
        Elem::Load { at, .. } => at.iter().map(place).fold(READ, u32::saturating_add),
        Elem::Index(i) => 1 + place(i),
        Elem::Literal(_) => 1,
        Elem::Op(kind, parts) => parts.iter().map(elem).fold(kind.row().cost.max(1), u32::saturating_add),
        Elem::If(conds, a, b) => conds.iter().map(cond).fold(BRANCH + elem(a) + elem(b), u32::saturating_add),
    }
}

fn cond(of: &Cond) -> u32 {
    let (Cond::InRange(i, ..) | Cond::Multiple(i, _)) = of;
    place(i)
}

fn place(of: &Index) -> u32 {
    match of {
        Index::Iter(_) | Index::Dim(_) => 0,
        Index::Add(a, b) => 1 + place(a) + place(b),
        Index::Mul(a, _) => 1 + place(a),
        Index::FloorDiv(a, _) | Index::Mod(a, _) => 5 + place(a),
        Index::Load { at, .. } => at.iter().map(place).sum::<u32>() + POSITION,
    }
}

/// Whether an access computes something in branches.
pub(crate) fn branches(access: &Access) -> bool {
    fn inside(elem: &Elem) -> bool {
        match elem {
            Elem::If(..) => true,
            Elem::Op(_, parts) => parts.iter().any(inside),
            Elem::Load { .. } | Elem::Index(_) | Elem::Literal(_) => false,
        }
    }
    inside(&access.body)
}

/// The code of stages as they are written: what a scope has computed is not computed again in it.
pub(crate) fn written(trace: &Trace<'_>, stages: &[Stage]) -> u32 {
    let mut walk = Written { trace, scopes: vec![HashSet::new()], total: 0 };
    for stage in stages {
        // A stage may be read wherever it is made; where it is not made, it is computed in the loops of its readers.
        walk.op(stage.op, &stage.iters);
    }
    walk.total
}

struct Written<'a> {
    trace: &'a Trace<'a>,
    /// What the open scopes have computed.
    scopes: Vec<HashSet<(Value, Vec<Place>)>>,
    total: u32,
}

impl Written<'_> {
    fn op(&mut self, op: thn_ir::OpId, iters: &[Place]) {
        let Some(access) = self.trace.accesses.get(op) else { return };
        let operands = &self.trace.func.op(op).operands;
        self.total = self.total.saturating_add(own(access));
        self.elem(&access.body, operands, iters);
    }

    fn elem(&mut self, elem: &Elem, operands: &[Value], iters: &[Place]) {
        match elem {
            Elem::Load { operand, at } => {
                let at = at.iter().map(|i| Place::of(i, operands, iters)).collect();
                self.value(operands[*operand], at);
            }
            Elem::Index(_) | Elem::Literal(_) => {}
            Elem::Op(_, parts) => parts.iter().for_each(|p| self.elem(p, operands, iters)),
            Elem::If(_, a, b) => {
                for part in [a, b] {
                    self.scopes.push(HashSet::new());
                    self.elem(part, operands, iters);
                    self.scopes.pop();
                }
            }
        }
    }

    fn value(&mut self, value: Value, at: Vec<Place>) {
        // More is as bad as any number.
        if (self.trace.stored)(value) || self.total > 4 * MOST {
            return;
        }
        let Some(op) = self.trace.func.def_op(value).filter(|op| self.trace.accesses.is_pointwise(*op))
        else {
            return;
        };
        let key = (value, at);
        if self.scopes.iter().any(|s| s.contains(&key)) {
            return;
        }
        let at = key.1.clone();
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(key);
        }
        self.op(op, &at);
    }
}
