//! Reductions, softmax and its relatives, and products.

use super::{Generator, table::jumps};
use thn_ir::{Attr, Attrs, DType, Error, OpKind, Shape, Value};

impl Generator<'_> {
    /// An op along some dims. Most of those that have no value for an empty dim get one row more.
    pub(super) fn fold(&mut self, kind: OpKind, dtype: DType) -> Result<Value, Error> {
        let mut x = self.data(dtype, jumps(kind), 1..=3)?;
        let rank = self.ty(x).rank();
        let one = self.random.below(rank) as i64;
        let all: Vec<i64> = (0..rank as i64).collect();
        let axes = if self.random.one_in(4) && kind != OpKind::Argmax { all } else { vec![one] };
        if !matches!(kind, OpKind::Sum | OpKind::Prod | OpKind::Mean) && !self.random.one_in(4) {
            let high: Vec<i64> = (0..rank as i64).map(|a| i64::from(axes.contains(&a))).collect();
            x = self.padded(x, &vec![0; rank], &high)?;
        }
        if kind == OpKind::Argmax {
            return self.builder().apply(kind, &[x], Attrs::new().with("axis", Attr::Int(one)));
        }
        self.builder().reduce(kind, x, &axes)
    }

    /// A product of matrices, or of vectors with them.
    pub(super) fn product(&mut self, kind: OpKind, dtype: DType) -> Result<Value, Error> {
        let ranks = if kind == OpKind::BatchedDot { 3..=3 } else { 1..=2 };
        let x = self.data(dtype, false, ranks)?;
        let shape = self.ty(x).shape;
        let inner = shape[shape.rank() - 1].clone();
        let other = match kind {
            OpKind::BatchedDot => vec![shape[0].clone(), inner, self.some_dim()],
            _ if self.random.one_in(3) => vec![inner],
            _ => vec![inner, self.some_dim()],
        };
        let y = self.leaf(&Shape(other), dtype)?;
        self.builder().map(kind, &[x, y])
    }
}
