//! Where cotangents may differ from zero.
//!
//! What nothing reads has no influence, whatever its derivative is: a cotangent that is zero because of the place of an
//! element must not be multiplied, as 0 times infinity is NaN.
//!
//! ```text
//! %r = sqrt %x                     of r[0] only:  %g = inc_subtensor(0, 1), %m = set_subtensor(false, true)
//! %y = slice %r starts = [0]                      select(%m, %g * 0.5 / %r, 0)
//! ```
//!
//! A mask is a tensor of bools of the shape of its cotangent. Masks come from ops that choose (`slice`, `gather`, `pick`,
//! `diagonal`, `set_subtensor`, `max`, `select`, `cond`); the transpose rules carry them on. Nothing is built before a
//! product needs it: a factor that is known to be finite needs none.

use crate::transpose;
use std::collections::{HashMap, HashSet};
use thn_facts::{Facts, Known, program};
use thn_ir::{Builder, DType, Dim, Error, Expr, OpData, OpId, OpKind, Scalar, Value};

/// A mask made of more than so many is dear: a sum of convolved slices has one for each tap.
const DEAR: usize = 8;

/// A mask of the sweep that made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MaskId(usize);

/// How a mask is made.
#[derive(Clone, Copy)]
enum Mask {
    Given,
    /// Where operand `operand` of an op has an influence through the elements of the result in `of`; `None` is all.
    Through {
        op: OpId,
        operand: usize,
        of: Option<MaskId>,
    },
    Either(MaskId, MaskId),
}

/// What decides where a mask holds. Along rows only what the coarser ones choose is worth a sum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Grain {
    /// Slices and rows.
    Lines,
    /// The position of each element.
    Places,
    /// What number each element is.
    Numbers,
}

impl Grain {
    fn coarser(self) -> Option<Grain> {
        match self {
            Grain::Lines => None,
            Grain::Places => Some(Grain::Lines),
            Grain::Numbers => Some(Grain::Places),
        }
    }
}

/// A mask, and what is known of it.
struct Node {
    mask: Mask,
    grain: Grain,
    /// A mask of a coarser grain that holds wherever this one holds.
    coarser: Option<MaskId>,
    /// How many masks it is made of by `or`.
    choices: usize,
    /// The part of a tensor that it is, if slices of one axis are all that it is made of.
    part: Option<Part>,
    built: Option<Value>,
}

/// All of a tensor but for one axis, and the ranges of that: first and end.
#[derive(Clone)]
struct Part {
    of: Value,
    axis: usize,
    ranges: Vec<(Dim, Dim)>,
}

impl Part {
    /// What a slice is; `None` if it leaves out something along two axes, or between two elements.
    fn of_slice(b: &Builder<'_>, op: OpId) -> Option<Part> {
        let data = b.func.op(op);
        let of = data.operands[0];
        let (whole, part) = (b.func.tensor(of)?, b.func.tensor(data.result())?);
        let starts = data.attrs.get_dims("starts");
        let steps = data.attrs.get_ints("steps");
        let all = |a: &usize| part.shape[*a] == whole.shape[*a] && starts[*a] == 0.into();
        let mut cut = (0..whole.rank()).filter(|a| !all(a));
        let axis = cut.next()?;
        let ranges = vec![(starts[axis].clone(), starts[axis].clone() + part.shape[axis].clone())];
        (cut.next().is_none() && steps.iter().all(|s| *s == 1)).then_some(Part { of, axis, ranges })
    }

    /// Two parts of one tensor, with ranges that meet as one.
    fn and(&self, other: &Part) -> Option<Part> {
        if (self.of, self.axis) != (other.of, other.axis) {
            return None;
        }
        let mut ranges: Vec<(Dim, Dim)> = self.ranges.clone();
        let mut left = other.ranges.clone();
        while let Some((first, end)) = left.pop() {
            let at_most =
                |x: &Dim, y: &Dim| x == y || x.as_const().zip(y.as_const()).is_some_and(|(x, y)| x <= y);
            let meets = |r: &(Dim, Dim)| {
                (at_most(&first, &r.1) && at_most(&r.0, &first))
                    || (at_most(&r.0, &end) && at_most(&first, &r.0))
            };
            match ranges.iter().position(meets) {
                Some(i) => {
                    let (f, e) = ranges.swap_remove(i);
                    let first = if at_most(&f, &first) { f } else { first };
                    left.push((first, if at_most(&end, &e) { e } else { end }));
                }
                None => ranges.push((first, end)),
            }
        }
        Some(Part { ranges, ..self.clone() })
    }

    fn is_all(&self, b: &Builder<'_>) -> bool {
        let whole = b.func.tensor(self.of).map(|t| &t.shape[self.axis]);
        matches!(self.ranges.as_slice(), [(first, end)] if *first == 0.into() && Some(end) == whole)
    }
}

/// The masks of one sweep over a block, and what is known of the values of the block.
pub(crate) struct Support {
    masks: Vec<Node>,
    /// What values that conditions are made of depend on.
    conditions: HashMap<Value, Grain>,
    /// What is known of values.
    certain: Walked,
    /// What is known if all that comes from outside of the block is finite.
    likely: Walked,
}

/// What is known of the values of a block, and how many of its ops were seen.
#[derive(Default)]
struct Walked {
    known: HashMap<Value, Known>,
    ops: usize,
}

impl Walked {
    fn facts(&mut self, b: &Builder<'_>, value: Value, finite: bool) -> Facts {
        let ops = &b.func.block(b.block).ops;
        if self.ops < ops.len() {
            if finite {
                let new = &ops[self.ops..];
                let made: HashSet<Value> =
                    new.iter().flat_map(|op| b.func.op(*op).results.iter().copied()).collect();
                let inputs = new.iter().flat_map(|op| b.func.inputs(*op));
                inputs.filter(|v| !made.contains(v)).for_each(|v| self.assume_finite(b, v));
            }
            program::of_ops(b.func, b.block, self.ops, &mut self.known);
            self.ops = ops.len();
        }
        self.known.get(&value).map_or_else(|| unknown(b, value), |known| known.facts)
    }

    fn assume_finite(&mut self, b: &Builder<'_>, value: Value) {
        let constant = b.func.literal(value).is_some();
        if !constant && !self.known.contains_key(&value) {
            let facts = Facts { nan: false, inf: false, ..unknown(b, value) };
            self.known.insert(value, Known { facts, splat: None });
        }
    }
}

fn unknown(b: &Builder<'_>, value: Value) -> Facts {
    Facts::of_dtype(b.func.tensor(value).map_or(DType::Bool, |t| t.dtype))
}

impl Support {
    pub(crate) fn new() -> Support {
        Support {
            masks: vec![],
            conditions: HashMap::new(),
            certain: Walked::default(),
            likely: Walked::default(),
        }
    }

    fn add(&mut self, mask: Mask, grain: Grain, coarser: Option<MaskId>) -> MaskId {
        let choices = match mask {
            Mask::Either(x, y) => self.masks[x.0].choices.saturating_add(self.masks[y.0].choices),
            Mask::Through { of: Some(of), .. } => self.masks[of.0].choices,
            Mask::Through { of: None, .. } | Mask::Given => 1,
        };
        self.masks.push(Node { mask, grain, coarser, choices, part: None, built: None });
        MaskId(self.masks.len() - 1)
    }

    /// A mask from outside of the block.
    pub(crate) fn given(&mut self, mask: Value) -> MaskId {
        let id = self.add(Mask::Given, Grain::Places, None);
        self.masks[id.0].built = Some(mask);
        id
    }

    /// A mask that holds wherever this one does, of a grain as coarse as that.
    fn at_most(&self, mut mask: Option<MaskId>, grain: Grain) -> Option<MaskId> {
        while self.masks[mask?.0].grain > grain {
            mask = self.masks[mask?.0].coarser;
        }
        mask
    }

    /// Where one of two cotangents may differ from zero. Slices that are all of a tensor together are everywhere.
    pub(crate) fn either(&mut self, b: &Builder<'_>, x: Option<MaskId>, y: Option<MaskId>) -> Option<MaskId> {
        let (x, y) = (x?, y?);
        if x == y {
            return Some(x);
        }
        let [one, other] = [x, y].map(|m| self.masks[m.0].part.as_ref());
        let part = one.zip(other).and_then(|(one, other)| one.and(other));
        if part.as_ref().is_some_and(|part| part.is_all(b)) {
            return None;
        }
        let grain = self.masks[x.0].grain.max(self.masks[y.0].grain);
        let coarser = grain.coarser().and_then(|grain| {
            let parts = [x, y].map(|m| self.at_most(Some(m), grain));
            self.either(b, parts[0], parts[1])
        });
        let mask = self.add(Mask::Either(x, y), grain, coarser);
        self.masks[mask.0].part = part;
        Some(mask)
    }

    /// The mask of operand `operand` of an op, for that of the op's result.
    pub(crate) fn through(
        &mut self,
        b: &Builder<'_>,
        op: OpId,
        operand: usize,
        mut of: Option<MaskId>,
    ) -> Option<MaskId> {
        let data = b.func.op(op);
        let (row, kind) = (data.kind.row(), data.kind);
        let rank = |v: Value| b.func.tensor(v).map_or(0, |t| t.rank());
        let same_rank = rank(data.operands[operand]) == rank(data.result());
        let own = match kind {
            OpKind::Slice | OpKind::Gather => Grain::Lines,
            OpKind::SetSubtensor if operand == 0 => Grain::Lines,
            OpKind::Pick | OpKind::Diagonal => Grain::Places,
            OpKind::Max | OpKind::Min | OpKind::Supremum => Grain::Numbers,
            OpKind::Select if same_rank => self.grain(b, data.operands[0]),
            OpKind::Assume => return of,
            OpKind::IncSubtensor | OpKind::ScatterAdd if operand == 0 => return of,
            _ if row.is_elementwise() && same_rank => return of,
            // One element that all of the result reads.
            _ if rank(data.operands[operand]) == 0 || row.transpose.is_none() => return None,
            _ => {
                of = Some(self.at_most(of, finest(kind))?);
                if self.reads_all(b, data, operand, of) {
                    return None;
                }
                Grain::Lines
            }
        };
        let grain = of.map_or(own, |of| own.max(self.masks[of.0].grain));
        let coarser = grain.coarser().and_then(|coarse| {
            let of = self.at_most(of, coarse);
            match kind {
                OpKind::Select if own > coarse => of,
                _ if own > coarse => None,
                _ => self.through(b, op, operand, of),
            }
        });
        let mask = self.add(Mask::Through { op, operand, of }, grain, coarser);
        if kind == OpKind::Slice && of.is_none() {
            self.masks[mask.0].part = Part::of_slice(b, op);
        }
        Some(mask)
    }

    /// What a condition depends on.
    fn grain(&mut self, b: &Builder<'_>, condition: Value) -> Grain {
        let mut left = vec![condition];
        while let Some(value) = left.last().copied() {
            let float = b.func.tensor(value).is_none_or(|t| t.dtype.is_float());
            let op = b.func.def_op(value).map(|op| (b.func.op(op).kind, b.func.inputs(op)));
            let grain = match op {
                _ if float => Grain::Numbers,
                None => Grain::Lines,
                Some((kind, inputs)) => {
                    let missing: Vec<Value> =
                        inputs.iter().copied().filter(|v| !self.conditions.contains_key(v)).collect();
                    if !missing.is_empty() {
                        left.extend(missing);
                        continue;
                    }
                    let own = if kind == OpKind::Iota { Grain::Places } else { Grain::Lines };
                    inputs.iter().map(|v| self.conditions[v]).fold(own, Grain::max)
                }
            };
            left.pop();
            self.conditions.insert(value, grain);
        }
        self.conditions[&condition]
    }

    /// Whether each element of an operand has an influence through one of the elements of a result that one op chooses:
    /// `pick` has one in each row, and a `slice` of columns some.
    fn reads_all(&self, b: &Builder<'_>, data: &OpData, operand: usize, of: Option<MaskId>) -> bool {
        let Some(Mask::Through { op, of: None, .. }) = of.map(|of| &self.masks[of.0].mask) else {
            return false;
        };
        let rank = b.func.tensor(data.result()).map_or(0, |t| t.rank()) as i64;
        let axes = data.attrs.get_ints("axes");
        let lost: Vec<i64> = match data.kind.row().transpose {
            Some("sum") => (0..rank).filter(|a| !axes.contains(a)).collect(),
            Some("softmax" | "log_softmax") => axes.to_vec(),
            Some("dot" | "batched_dot") => {
                let ranks = [0, 1].map(|i| b.func.tensor(data.operands[i]).map_or(0, |t| t.rank()));
                match operand {
                    0 if ranks[1] > 1 => vec![rank - 1],
                    1 if ranks[0] > 1 => vec![rank - 1 - i64::from(ranks[1] > 1)],
                    _ => return false,
                }
            }
            _ => return false,
        };
        let chooser = b.func.op(*op);
        let Some(whole) = b.func.tensor(chooser.operands[0]) else { return false };
        if whole.rank() as i64 != rank {
            return false;
        }
        match chooser.kind {
            OpKind::Pick => lost.contains(&(rank - 1)),
            OpKind::Slice => {
                let Some(part) = b.func.tensor(chooser.result()) else { return false };
                let starts = chooser.attrs.get_dims("starts");
                let some = |a: usize| part.shape[a].as_const().is_some_and(|n| n > 0);
                let all = |a: usize| {
                    part.shape[a] == whole.shape[a]
                        && starts[a] == 0.into()
                        && chooser.attrs.get_ints("steps")[a] == 1
                };
                (0..rank as usize).all(|a| all(a) || (lost.contains(&(a as i64)) && some(a)))
            }
            _ => false,
        }
    }

    /// A product, and 0 where the mask of its cotangent says so.
    pub(crate) fn apply(
        &mut self,
        b: &mut Builder<'_>,
        mask: MaskId,
        product: Value,
    ) -> Result<Value, Error> {
        let mask = self.build(b, mask)?;
        let dtype = b.tensor(product)?.dtype;
        let zero = b.number(dtype, 0.0)?;
        b.map(OpKind::Select, &[mask, product, zero])
    }

    /// A mask as a value. Masks are made of masks in any number, so that those to build are a list.
    pub(crate) fn build(&mut self, b: &mut Builder<'_>, wanted: MaskId) -> Result<Value, Error> {
        let mut left = vec![wanted];
        while let Some(id) = left.last().copied() {
            let mask = self.masks[id.0].mask;
            let parts = match mask {
                Mask::Given => [None, None],
                Mask::Through { of, .. } => [of, None],
                Mask::Either(x, y) => [Some(x), Some(y)],
            };
            let missing = parts.into_iter().flatten().find(|part| self.masks[part.0].built.is_none());
            if let Some(part) = missing {
                left.push(part);
                continue;
            }
            left.pop();
            if self.masks[id.0].built.is_none() {
                let made: Vec<Value> =
                    parts.into_iter().flatten().filter_map(|m| self.masks[m.0].built).collect();
                self.masks[id.0].built = Some(match mask {
                    Mask::Given => return Err(Error::internal("a given mask that is none")),
                    Mask::Through { op, operand, .. } => {
                        transpose::mask(b, op, operand, made.first().copied())?
                    }
                    Mask::Either(..) => b.map(OpKind::Or, &made)?,
                });
            }
        }
        self.masks[wanted.0].built.ok_or_else(|| Error::internal("a mask that is not built"))
    }

    /// Whether every derivative of an elementwise op by operand `i` is known to be a finite number where `mask` does not
    /// hold. For a mask that is dear, the op itself has to make it infinite: what comes from outside and what was
    /// computed before are then taken for numbers.
    pub(crate) fn finite_partial(&mut self, b: &Builder<'_>, data: &OpData, i: usize, mask: MaskId) -> bool {
        let Some(partial) = data.kind.row().partials.get(i) else { return false };
        if constants(partial) {
            return true;
        }
        let operands: Vec<Facts> = data.operands.iter().map(|v| self.facts(b, *v, mask)).collect();
        let result = self.facts(b, data.result(), mask);
        let dtype = b.func.tensor(data.result()).map_or(DType::F64, |t| t.dtype);
        let mut of = Partial { operands: &operands, result, dtype, locals: vec![] };
        of.facts(partial).finite()
    }

    /// Whether every element of a value is known to be a finite number; as [`Support::finite_partial`].
    pub(crate) fn finite(&mut self, b: &Builder<'_>, value: Value, mask: MaskId) -> bool {
        self.facts(b, value, mask).finite()
    }

    /// The same for a factor of a product of matrices, whose masks are always dear.
    pub(crate) fn finite_factor(&mut self, b: &Builder<'_>, value: Value) -> bool {
        Facts { nan: false, ..self.likely.facts(b, value, true) }.finite()
    }

    fn facts(&mut self, b: &Builder<'_>, value: Value, mask: MaskId) -> Facts {
        match self.masks[mask.0].choices > DEAR {
            true => Facts { nan: false, ..self.likely.facts(b, value, true) },
            false => self.certain.facts(b, value, false),
        }
    }
}

/// The masks that an op passes on, and not only to its own elements: a sum along rows has a price.
fn finest(kind: OpKind) -> Grain {
    match kind.row().transpose {
        Some("dot" | "batched_dot") => Grain::Lines,
        Some("sum" | "softmax" | "log_softmax") => Grain::Places,
        _ => Grain::Numbers,
    }
}

/// Whether an expression chooses among numbers.
fn constants(e: &Expr) -> bool {
    match e {
        Expr::Number(_) => true,
        Expr::Op(OpKind::Select, [_, x, y]) => constants(x) && constants(y),
        _ => false,
    }
}

/// What is known of a derivative, from what is known of what it is made of.
struct Partial<'a> {
    operands: &'a [Facts],
    result: Facts,
    dtype: DType,
    locals: Vec<Facts>,
}

impl Partial<'_> {
    fn facts(&mut self, e: &Expr) -> Facts {
        match e {
            Expr::Operand(i) => self.operands[*i],
            Expr::Result => self.result,
            Expr::Local(depth) => self.locals[*depth],
            Expr::Number(text) => match text.parse() {
                Ok(number) => Facts::of_scalar(Scalar::Float(number)),
                Err(_) => Facts::of_dtype(self.dtype),
            },
            Expr::Op(OpKind::Select, [_, x, y]) => self.facts(x).join(self.facts(y)),
            Expr::Op(kind, parts) => {
                let parts: Vec<Facts> = parts.iter().map(|p| self.facts(p)).collect();
                Facts::of_op(*kind, &parts, self.dtype)
            }
            Expr::Let(bound, body) => {
                let bound = self.facts(bound);
                self.locals.push(bound);
                let body = self.facts(body);
                self.locals.pop();
                body
            }
            Expr::Reduce(..) | Expr::Rebroadcast(_) | Expr::Count | Expr::Real(..) => {
                Facts::of_dtype(self.dtype)
            }
        }
    }
}
