//! Elementwise ops.

use super::{Generator, table::jumps};
use thn_ir::{Attr, AttrKind, Attrs, DType, Domain, Error, OpKind, Shape, Value};

impl Generator<'_> {
    /// An elementwise op on data of an element type, most of it inside the domain of the op.
    pub(super) fn map(&mut self, kind: OpKind, dtype: DType) -> Result<Value, Error> {
        let row = kind.row();
        let mut exact = jumps(kind);
        let target =
            row.attrs.iter().any(|a| a.kind == AttrKind::DType).then(|| *self.random.pick(&DType::ALL));
        // A float cut to an integer jumps; a number squeezed into f32 is only rounded.
        exact |= target.is_some_and(|to| !to.is_float());
        let mut x = self.data(dtype, exact, 0..=3)?;
        if !exact && !self.random.one_in(4) {
            x = self.within(row.domain, x)?;
        }
        let mut full = self.ty(x).shape;
        let mut operands = vec![x];
        for _ in row.operands.iter().filter(|s| s.name != "c").skip(1) {
            let shape = self.partner(&full);
            let y = self.leaf_where(&shape, dtype, exact)?;
            if full.rank() == 0 {
                full = shape;
            }
            let at = self.random.below(operands.len() + 1);
            operands.insert(at, y);
        }
        for (position, _) in row.operands.iter().enumerate().filter(|(_, s)| s.name == "c") {
            let shape = self.partner(&full);
            let condition = self.leaf(&shape, DType::Bool)?;
            operands.insert(position, condition);
        }
        let attrs = target.map_or_else(Attrs::new, |d| Attrs::new().with("dtype", Attr::DType(d)));
        self.builder().apply(kind, &operands, attrs)
    }

    /// The shape of another operand: the same, or none.
    fn partner(&mut self, full: &Shape) -> Shape {
        if self.random.one_in(4) {
            return Shape::scalar();
        }
        if full.rank() == 0 && self.random.one_in(2) { self.some_shape() } else { full.clone() }
    }

    /// A function of `x` whose values lie in a domain.
    fn within(&mut self, domain: Domain, x: Value) -> Result<Value, Error> {
        if domain == Domain::REAL {
            return Ok(x);
        }
        if domain.low.is_finite() && domain.high.is_finite() {
            return self.builder().map(OpKind::Sin, &[x]);
        }
        let square = self.builder().map(OpKind::Sqr, &[x])?;
        if domain.high.is_finite() {
            return self.builder().map(OpKind::Neg, &[square]);
        }
        if domain.low <= 0.0 {
            return Ok(square);
        }
        let dtype = self.ty(x).dtype;
        let low = self.builder().number(dtype, domain.low)?;
        self.builder().map(OpKind::Add, &[square, low])
    }
}
