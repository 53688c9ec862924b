//! How the elements of an op's result are computed from the elements of its operands.
//!
//! One [`Access`] serves interpretation, fusion, lowering and analysis: it gives the iteration space, an expression
//! for the element at a point of it, and how points along reduced dims are folded. Composite ops (`expand`) have no
//! access of their own; [`crate::expand`] turns them into ops that have one.

use crate::{DType, Dim, Error, Func, Iterate, Literal, OpId, OpKind, Scalar, Semantics, Shape, TensorType};

/// The elements of one op's result.
#[derive(Clone, PartialEq, Debug)]
pub struct Access {
    /// Lengths of the independent iterators, numbered from 0.
    pub parallel: Vec<Dim>,
    /// Lengths of the folded iterators, numbered after the independent ones; the last runs fastest.
    pub reduction: Vec<Dim>,
    /// The element at a point of the iteration space.
    pub body: Elem,
    /// How elements along the folded iterators combine; present exactly if there are such iterators or the op is a
    /// reduction over no axes.
    pub fold: Option<Fold>,
    /// Where elements go.
    pub target: Target,
}

/// An operand that an access reads, at one place of its expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Read {
    /// The position of the operand.
    pub operand: usize,
    /// Whether its element is an index into another one.
    pub is_index: bool,
}

impl Access {
    /// The operands that an element is made of, one entry for each read.
    pub fn reads(&self) -> Vec<Read> {
        let mut out = vec![];
        self.body.reads(&mut out);
        if let Target::AddTo { base, index } = &self.target {
            out.push(Read { operand: *base, is_index: false });
            index.iter().for_each(|i| i.reads(&mut out));
        }
        out
    }
}

impl Elem {
    fn reads(&self, out: &mut Vec<Read>) {
        match self {
            Elem::Load { operand, at } => {
                out.push(Read { operand: *operand, is_index: false });
                at.iter().for_each(|i| i.reads(out));
            }
            Elem::Index(i) => i.reads(out),
            Elem::Literal(_) => {}
            Elem::Op(_, parts) => parts.iter().for_each(|p| p.reads(out)),
            Elem::If(conds, a, b) => {
                for Cond::InRange(i, ..) | Cond::Multiple(i, _) in conds {
                    i.reads(out);
                }
                a.reads(out);
                b.reads(out);
            }
        }
    }
}

impl Index {
    fn reads(&self, out: &mut Vec<Read>) {
        match self {
            Index::Iter(_) | Index::Dim(_) => {}
            Index::Add(a, b) => {
                a.reads(out);
                b.reads(out);
            }
            Index::Mul(a, _) | Index::FloorDiv(a, _) | Index::Mod(a, _) => a.reads(out),
            Index::Load { operand, at, .. } => {
                out.push(Read { operand: *operand, is_index: true });
                at.iter().for_each(|i| i.reads(out));
            }
        }
    }
}

/// How a reduction combines elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// With an elementwise op from a start value: `0`, `1`, `inf` or `-inf` (the least or greatest integer, for
    /// integers).
    Op {
        /// The op.
        combine: OpKind,
        /// The start value.
        init: &'static str,
    },
    /// The position of the first largest element or of the first NaN.
    Argmax,
}

/// Where elements go.
#[derive(Clone, PartialEq, Debug)]
pub enum Target {
    /// The element at the independent iterators is the result's element there.
    Identity,
    /// The result starts as a copy of operand `base`; elements are added at `index` in iteration order.
    AddTo {
        /// The operand that is copied first.
        base: usize,
        /// The place in the result.
        index: Vec<Index>,
    },
}

/// An integer at a point of the iteration space.
#[derive(Clone, PartialEq, Debug)]
pub enum Index {
    /// The position of an iterator.
    Iter(usize),
    /// The same at every point.
    Dim(Dim),
    /// A sum.
    Add(Box<Index>, Box<Index>),
    /// A product with something that is the same at every point.
    Mul(Box<Index>, Dim),
    /// Divided, rounding down; the divisor is positive.
    FloorDiv(Box<Index>, Dim),
    /// Remainder with the sign of the divisor, which is positive.
    Mod(Box<Index>, Dim),
    /// An element of an integer operand used as an index into a dim of length `bound`: negative values count from
    /// the end; a value outside `-bound..bound` is an error of the call.
    Load {
        /// The operand.
        operand: usize,
        /// Where in it.
        at: Vec<Index>,
        /// The length of the dim it indexes.
        bound: Dim,
    },
}

/// A test at a point of the iteration space.
#[derive(Clone, PartialEq, Debug)]
pub enum Cond {
    /// `low <= index < high`.
    InRange(Index, Dim, Dim),
    /// `index` is a multiple of a positive number.
    Multiple(Index, i64),
}

/// A value at a point of the iteration space.
#[derive(Clone, PartialEq, Debug)]
pub enum Elem {
    /// An element of an operand.
    Load {
        /// The operand.
        operand: usize,
        /// Where in it; empty for rank 0.
        at: Vec<Index>,
    },
    /// An index as a number of the result's element type.
    Index(Index),
    /// The element of a literal at the point.
    Literal(Literal),
    /// An elementwise op.
    Op(OpKind, Vec<Elem>),
    /// One or the other; the loads of the branch not taken are not made.
    If(Vec<Cond>, Box<Elem>, Box<Elem>),
}

impl Index {
    /// `self + other`, simplified.
    #[must_use]
    pub fn plus(self, other: Index) -> Index {
        match (self, other) {
            (Index::Dim(a), Index::Dim(b)) => Index::Dim(a + b),
            (Index::Dim(d), x) | (x, Index::Dim(d)) if d.is(0) => x,
            (a, b) => Index::Add(Box::new(a), Box::new(b)),
        }
    }

    /// `self * factor`, simplified.
    #[must_use]
    pub fn times(self, factor: &Dim) -> Index {
        match self {
            _ if factor.is(0) => Index::Dim(Dim::from(0)),
            x if factor.is(1) => x,
            Index::Dim(d) => Index::Dim(d * factor.clone()),
            x => Index::Mul(Box::new(x), factor.clone()),
        }
    }
}

impl Elem {
    /// Rewrites every load; the way to fuse a producer into its consumer.
    #[must_use]
    pub fn map_loads(&self, f: &mut dyn FnMut(usize, &[Index]) -> Elem) -> Elem {
        match self {
            Elem::Load { operand, at } => f(*operand, at),
            Elem::Index(_) | Elem::Literal(_) => self.clone(),
            Elem::Op(kind, parts) => Elem::Op(*kind, parts.iter().map(|p| p.map_loads(f)).collect()),
            Elem::If(conds, a, b) => {
                Elem::If(conds.clone(), Box::new(a.map_loads(f)), Box::new(b.map_loads(f)))
            }
        }
    }
}

fn iters(range: std::ops::Range<usize>) -> Vec<Index> {
    range.map(Index::Iter).collect()
}

fn load(operand: usize, at: Vec<Index>) -> Elem {
    Elem::Load { operand, at }
}

/// The access of an op; `None` for ops that have none: composites, structure and ops of other dialects.
///
/// # Errors
///
/// If an operand is no tensor.
pub fn access(func: &Func, op: OpId) -> Result<Option<Access>, Error> {
    let data = func.op(op);
    let tensor = |v: crate::Value| {
        let ty = func.tensor(v).cloned();
        ty.ok_or_else(|| Error::input(format!("{} is {}", func.describe(v), func.ty(v))))
    };
    let row = data.kind.row();
    if matches!(row.semantics, Semantics::Foreign) || row.regions > 0 || data.results.len() != 1 {
        return Ok(None);
    }
    let operands = data.operands.iter().map(|v| tensor(*v)).collect::<Result<Vec<_>, _>>()?;
    let result = tensor(data.result())?;
    let n = result.rank();
    let map = |body: Elem| Access {
        parallel: result.shape.0.clone(),
        reduction: vec![],
        body,
        fold: None,
        target: Target::Identity,
    };
    if row.is_elementwise() {
        let loads = operands.iter().enumerate().map(|(i, t)| load(i, iters(0..t.rank()))).collect();
        return Ok(Some(map(Elem::Op(data.kind, loads))));
    }
    let iterate = match row.semantics {
        Semantics::Iterate(i) => i,
        Semantics::Library(_) => return Ok(Some(product(data.kind, &operands, &result))),
        Semantics::Expand(_) | Semantics::Prim(_) | Semantics::Foreign => return Ok(None),
    };
    let attrs = &data.attrs;
    Ok(Some(match iterate {
        Iterate::Constant => match attrs.get_literal("value") {
            Some(l) => map(Elem::Literal(l.clone())),
            None => return Err(Error::internal("a constant without value")),
        },
        Iterate::Dim => map(Elem::Index(Index::Dim(attrs.get_dim("expr").cloned().unwrap_or(Dim::ONE)))),
        Iterate::Iota => map(Elem::Index(Index::Iter(attrs.get_int("axis").unwrap_or(0) as usize))),
        Iterate::Broadcast => {
            map(load(0, attrs.get_ints("axes").iter().map(|a| Index::Iter(*a as usize)).collect()))
        }
        Iterate::Dimshuffle => map(load(0, dimshuffle(&operands[0], attrs.get_ints("order")))),
        Iterate::Reshape => map(load(0, reshape(&operands[0].shape, &result.shape))),
        Iterate::Assume => map(load(0, iters(0..n))),
        Iterate::Slice => map(load(0, slice(attrs.get_dims("starts"), attrs.get_ints("steps")))),
        Iterate::Gather => {
            let k = operands[1].rank();
            let bound = operands[0].shape[0].clone();
            let mut at = vec![Index::Load { operand: 1, at: iters(0..k), bound }];
            at.extend(iters(k..n));
            map(load(0, at))
        }
        Iterate::Pick => {
            let bound = operands[0].shape[n].clone();
            let mut at = iters(0..n);
            at.push(Index::Load { operand: 1, at: iters(0..n), bound });
            map(load(0, at))
        }
        Iterate::Diagonal => map(load(0, iters(0..n).into_iter().chain(iters(n - 1..n)).collect())),
        Iterate::Join => map(join(&operands, attrs.get_int("axis").unwrap_or(0) as usize)),
        Iterate::Pad => map(pad(&operands[0].shape, attrs.get_ints("low"))),
        Iterate::SetSubtensor | Iterate::IncSubtensor => {
            let (inside, at) =
                subtensor(&operands[1].shape, attrs.get_dims("starts"), attrs.get_ints("steps"));
            let (old, new) = (load(0, iters(0..n)), load(1, at));
            let choose = |other: Elem| match n {
                0 => new,
                _ => Elem::If(inside, Box::new(new), Box::new(other)),
            };
            map(match iterate {
                // What is there is read once, as every read may be all the code behind it: elsewhere nothing is added.
                Iterate::IncSubtensor => {
                    let nothing = Elem::Literal(nothing(result.dtype));
                    Elem::Op(OpKind::Add, vec![old, choose(nothing)])
                }
                _ => choose(old),
            })
        }
        Iterate::ScatterAdd => {
            let k = operands[1].rank();
            let rank = operands[2].rank();
            let mut index =
                vec![Index::Load { operand: 1, at: iters(0..k), bound: operands[0].shape[0].clone() }];
            index.extend(iters(k..rank));
            Access {
                parallel: operands[2].shape.0.clone(),
                reduction: vec![],
                body: load(2, iters(0..rank)),
                fold: None,
                target: Target::AddTo { base: 0, index },
            }
        }
        Iterate::Reduce { combine, init, .. } => {
            fold(&operands[0], attrs.get_ints("axes"), Fold::Op { combine, init })
        }
        Iterate::Argmax => fold(&operands[0], &[attrs.get_int("axis").unwrap_or(0)], Fold::Argmax),
        Iterate::Loop | Iterate::Cond | Iterate::Kernel | Iterate::Terminator => return Ok(None),
    }))
}

fn fold(x: &TensorType, axes: &[i64], fold: Fold) -> Access {
    let reduced = |i: usize| axes.contains(&(i as i64));
    let kept: Vec<usize> = (0..x.rank()).filter(|i| !reduced(*i)).collect();
    let gone: Vec<usize> = (0..x.rank()).filter(|i| reduced(*i)).collect();
    let place = |i: usize| match kept.iter().position(|k| *k == i) {
        Some(p) => p,
        None => kept.len() + gone.iter().position(|g| *g == i).unwrap_or(0),
    };
    Access {
        parallel: kept.iter().map(|i| x.shape[*i].clone()).collect(),
        reduction: gone.iter().map(|i| x.shape[*i].clone()).collect(),
        body: load(0, (0..x.rank()).map(|i| Index::Iter(place(i))).collect()),
        fold: Some(fold),
        target: Target::Identity,
    }
}

fn product(kind: OpKind, operands: &[TensorType], result: &TensorType) -> Access {
    let n = result.rank();
    let k = Index::Iter(n);
    let x = &operands[0];
    let (at_x, at_y, length) = if kind == OpKind::BatchedDot {
        (
            vec![Index::Iter(0), Index::Iter(1), k.clone()],
            vec![Index::Iter(0), k, Index::Iter(2)],
            &x.shape[2],
        )
    } else {
        let rows = x.rank() - 1;
        let mut at_x = iters(0..rows);
        at_x.push(k.clone());
        let mut at_y = vec![k];
        at_y.extend(iters(rows..n));
        (at_x, at_y, &x.shape[rows])
    };
    Access {
        parallel: result.shape.0.clone(),
        reduction: vec![length.clone()],
        body: Elem::Op(OpKind::Mul, vec![load(0, at_x), load(1, at_y)]),
        fold: Some(Fold::Op { combine: OpKind::Add, init: "0" }),
        target: Target::Identity,
    }
}

fn dimshuffle(x: &TensorType, order: &[i64]) -> Vec<Index> {
    let mut at = vec![Index::Dim(Dim::from(0)); x.rank()];
    for (result, operand) in order.iter().enumerate() {
        if let Ok(operand) = usize::try_from(*operand) {
            at[operand] = Index::Iter(result);
        }
    }
    at
}

/// Row-major position in `to`, taken apart by the lengths of `from`. Dims that both shapes begin or end with map
/// one to one, so that only the part in between needs divisions.
fn reshape(from: &Shape, to: &Shape) -> Vec<Index> {
    let head = from.iter().zip(to.iter()).take_while(|(a, b)| a == b).count();
    let most = from.rank().min(to.rank()) - head;
    let tail = (1..=most).take_while(|i| from[from.rank() - i] == to[to.rank() - i]).count();
    let (from_end, to_end) = (from.rank() - tail, to.rank() - tail);
    let mut position = Index::Dim(Dim::from(0));
    for axis in head..to_end {
        let stride = Dim::product(&to[axis + 1..to_end]);
        position = position.plus(Index::Iter(axis).times(&stride));
    }
    let mut at = iters(0..head);
    for axis in head..from_end {
        let stride = Dim::product(&from[axis + 1..from_end]);
        let quotient =
            if stride.is(1) { position.clone() } else { Index::FloorDiv(Box::new(position.clone()), stride) };
        at.push(if axis == head { quotient } else { Index::Mod(Box::new(quotient), from[axis].clone()) });
    }
    at.extend(iters(to_end..to.rank()));
    at
}

fn slice(starts: &[Dim], steps: &[i64]) -> Vec<Index> {
    (0..starts.len())
        .map(|i| Index::Iter(i).times(&Dim::from(steps[i])).plus(Index::Dim(starts[i].clone())))
        .collect()
}

/// Whether a point lies in the slice, and where in it.
fn subtensor(part: &Shape, starts: &[Dim], steps: &[i64]) -> (Vec<Cond>, Vec<Index>) {
    let mut conds = vec![];
    let mut at = vec![];
    for i in 0..part.rank() {
        let step = steps[i].unsigned_abs() as i64;
        // Distance from the start in the direction of the step.
        let distance = if steps[i] > 0 {
            Index::Iter(i).plus(Index::Dim(Dim::from(0) - starts[i].clone()))
        } else {
            Index::Iter(i).times(&Dim::from(-1)).plus(Index::Dim(starts[i].clone()))
        };
        let end = part[i].clone() * Dim::from(step);
        conds.push(Cond::InRange(distance.clone(), Dim::from(0), end));
        if step == 1 {
            at.push(distance);
        } else {
            conds.push(Cond::Multiple(distance.clone(), step));
            at.push(Index::FloorDiv(Box::new(distance), Dim::from(step)));
        }
    }
    (conds, at)
}

fn join(operands: &[TensorType], axis: usize) -> Elem {
    let rank = operands[0].rank();
    let piece = |i: usize, begin: &Dim| {
        let mut at = iters(0..rank);
        at[axis] = Index::Iter(axis).plus(Index::Dim(Dim::from(0) - begin.clone()));
        load(i, at)
    };
    let mut begins = vec![Dim::from(0)];
    for t in operands {
        begins.push(begins[begins.len() - 1].clone() + t.shape[axis].clone());
    }
    ranges(&begins, axis, 0..operands.len(), &piece)
}

/// The pieces of a join that a range of operands makes, by bisection: as many tests as pieces, inside one another as
/// often as their number can be halved.
fn ranges(
    begins: &[Dim],
    axis: usize,
    range: std::ops::Range<usize>,
    piece: &dyn Fn(usize, &Dim) -> Elem,
) -> Elem {
    if range.len() == 1 {
        return piece(range.start, &begins[range.start]);
    }
    let middle = range.start + range.len() / 2;
    let below = Cond::InRange(Index::Iter(axis), Dim::from(0), begins[middle].clone());
    let half = |range| Box::new(ranges(begins, axis, range, piece));
    Elem::If(vec![below], half(range.start..middle), half(middle..range.end))
}

/// The number whose addition changes no other of its type: `-0.0` keeps the sign of a zero.
fn nothing(dtype: DType) -> Literal {
    Literal::scalar(dtype, if dtype.is_float() { Scalar::Float(-0.0) } else { Scalar::Int(0).cast(dtype) })
}

fn pad(x: &Shape, low: &[i64]) -> Elem {
    let at: Vec<Index> =
        low.iter().enumerate().map(|(i, l)| Index::Iter(i).plus(Index::Dim(Dim::from(-l)))).collect();
    let inside = at
        .iter()
        .enumerate()
        .map(|(i, index)| Cond::InRange(index.clone(), Dim::from(0), x[i].clone()))
        .collect();
    Elem::If(inside, Box::new(load(0, at)), Box::new(load(1, vec![])))
}
