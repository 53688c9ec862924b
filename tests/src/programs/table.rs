//! Which ops of the table a program can hold, with which element types, and one op of each.

use super::{Generator, MAX_RANK};
use thn_ir::{DType, Error, Func, Iterate, OpId, OpKind, Semantics, Value};

/// An op and the element type of its data.
pub(crate) type Pair = (OpKind, DType);

/// Every op of the table with every element type that it takes. Kernels and terminators are made around other ops, and a
/// dim has one type.
pub(crate) fn pairs() -> Vec<Pair> {
    let mut all = vec![];
    for kind in OpKind::ALL {
        let row = kind.row();
        let semantics = row.semantics;
        if matches!(semantics, Semantics::Iterate(Iterate::Kernel | Iterate::Terminator) | Semantics::Foreign)
        {
            continue;
        }
        let of_lengths = semantics == Semantics::Iterate(Iterate::Dim);
        let takes = |d: &DType| row.dtypes.operands.contains(*d) && (!of_lengths || *d == DType::I64);
        all.extend(DType::ALL.into_iter().filter(takes).map(|d| (kind, d)));
    }
    all
}

/// The pair of an op of a program: the element type is that of its first operand that is data, else of its result.
pub(crate) fn pair_of(func: &Func, op: OpId) -> Option<Pair> {
    let data = func.op(op);
    let operands = data.kind.row().operands;
    let is_data = |i: usize| {
        let spec = operands.get(i.min(operands.len().saturating_sub(1)));
        spec.is_some_and(|s| !matches!(s.name, "c" | "condition" | "count" | "index"))
    };
    let first = (0..data.operands.len()).find(|i| is_data(*i)).map(|i| data.operands[i]);
    let value = first.or_else(|| data.results.first().copied())?;
    Some((data.kind, func.tensor(value)?.dtype))
}

/// Ops that turn a small difference of their operands into a large one.
pub(super) fn jumps(kind: OpKind) -> bool {
    use OpKind::*;
    matches!(
        kind,
        // The sign of a zero is enough for these two.
        Atan2
            | CopySign
            // The exponent multiplies what its base has lost.
            | Pow
            | Floor
            | Ceil
            | Round
            | Trunc
            | Sign
            | FloorDiv
            | Mod
            | Lt
            | Le
            | Gt
            | Ge
            | Eq
            | Ne
            | IsNan
            | IsInf
            | IsFinite
            | Argmax
    )
}

impl Generator<'_> {
    /// An op of a kind on data of an element type.
    pub(super) fn op(&mut self, kind: OpKind, dtype: DType) -> Result<Value, Error> {
        let row = kind.row();
        if row.is_elementwise() {
            return self.map(kind, dtype);
        }
        match row.semantics {
            Semantics::Iterate(i) => match i {
                Iterate::Constant => {
                    let shape = self.some_shape();
                    self.constant(&shape, dtype)
                }
                Iterate::Dim | Iterate::Iota => self.lengths_as_values(i, dtype),
                Iterate::Loop => self.looped(dtype),
                Iterate::Cond => self.branched(dtype),
                Iterate::Reduce { .. } | Iterate::Argmax => self.fold(kind, dtype),
                Iterate::Gather | Iterate::Pick | Iterate::ScatterAdd => self.indexed(i, dtype),
                Iterate::SetSubtensor | Iterate::IncSubtensor => self.written(kind, dtype),
                Iterate::Kernel | Iterate::Terminator => Err(Error::input("is made around other ops")),
                _ => {
                    let least = match i {
                        Iterate::Diagonal => 2,
                        Iterate::Slice | Iterate::Join => 1,
                        _ => 0,
                    };
                    let x = self.data(dtype, false, least..=MAX_RANK - 1)?;
                    self.moved(i, x)
                }
            },
            Semantics::Library(_) => self.product(kind, dtype),
            Semantics::Expand(_) => self.fold(kind, dtype),
            Semantics::Prim(_) | Semantics::Foreign => Err(Error::input("is no op of a program")),
        }
    }
}
