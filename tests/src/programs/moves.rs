//! Ops that move elements.

use super::{Generator, MAX_RANK};
use thn_ir::{Attr, Attrs, DType, Dim, Error, Fact, Iterate, OpKind, Shape, TensorType, Value};

impl Generator<'_> {
    /// An op of `iterate` on `x`.
    pub(super) fn moved(&mut self, iterate: Iterate, x: Value) -> Result<Value, Error> {
        let ty = self.ty(x);
        let rank = ty.rank();
        match iterate {
            Iterate::Broadcast => {
                let at = self.random.below(rank + 1);
                let mut dims = ty.shape.0;
                dims.insert(at, self.some_dim());
                let axes: Vec<i64> = (0..=rank as i64).filter(|a| *a != at as i64).collect();
                self.builder().broadcast(x, &axes, &Shape(dims))
            }
            Iterate::Dimshuffle => {
                let mut order: Vec<i64> =
                    self.random.permutation(rank).into_iter().map(|i| i as i64).collect();
                if rank < 2 || (rank < MAX_RANK && self.random.one_in(3)) {
                    order.insert(self.random.below(rank + 1), -1);
                }
                self.builder().dimshuffle(x, &order)
            }
            Iterate::Reshape => {
                let flat = Shape(vec![ty.shape.size()]);
                let mut longer = ty.shape.clone();
                longer.0.insert(self.random.below(rank + 1), Dim::ONE);
                let mut turned = ty.shape.clone();
                turned.0.reverse();
                let to = self.random.pick(&[flat.clone(), flat, longer.clone(), turned]).clone();
                self.builder().reshape(x, if to == ty.shape { &longer } else { &to })
            }
            Iterate::Assume => {
                let safe = self.finite(x)?;
                self.builder().assume(safe, &[Fact::Number, Fact::Finite])
            }
            Iterate::Slice => self.sliced(x),
            Iterate::Diagonal => self.builder().map(OpKind::Diagonal, &[x]),
            Iterate::Join => {
                let axis = self.random.below(rank);
                let mut parts = vec![x];
                for _ in 0..self.random.below(3) {
                    let mut shape = ty.shape.clone();
                    if self.random.one_in(2) {
                        shape.0[axis] = self.some_dim();
                    }
                    let at = self.random.below(parts.len() + 1);
                    let part = self.leaf(&shape, ty.dtype)?;
                    parts.insert(at, part);
                }
                self.builder().apply(OpKind::Join, &parts, Attrs::new().with("axis", Attr::Int(axis as i64)))
            }
            Iterate::Pad => {
                let mut amounts = || (0..rank).map(|_| self.random.below(3) as i64).collect::<Vec<_>>();
                let (low, high) = (amounts(), amounts());
                self.padded(x, &low, &high)
            }
            _ => Err(Error::input("does not only move elements")),
        }
    }

    /// `x` with rows of another value before and after.
    pub(super) fn padded(&mut self, x: Value, low: &[i64], high: &[i64]) -> Result<Value, Error> {
        let dtype = self.ty(x).dtype;
        let exact = self.is_exact(x);
        let value = self.leaf_where(&Shape::scalar(), dtype, exact)?;
        let attrs = Attrs::new().ints("low", low).ints("high", high);
        let padded = self.builder().apply(OpKind::Pad, &[x, value], attrs)?;
        if exact {
            self.exact.insert(padded);
        }
        Ok(padded)
    }

    /// `x`, or 1 where it is NaN or infinite.
    fn finite(&mut self, x: Value) -> Result<Value, Error> {
        let dtype = self.ty(x).dtype;
        if !dtype.is_float() {
            return Ok(x);
        }
        let condition = self.builder().map(OpKind::IsFinite, &[x])?;
        let one = self.builder().number(dtype, 1.0)?;
        self.builder().map(OpKind::Select, &[condition, x, one])
    }

    /// Where a slice begins, its step, and its length, along a dim of three elements more than `dim`.
    pub(super) fn range(&mut self, dim: &Dim) -> (Dim, i64, Dim) {
        let all = dim.clone() + Dim::from(3);
        match self.random.below(7) {
            // Everything backwards, every second, all but the ends.
            0 => (all.clone() - Dim::ONE, -1, all),
            1 => (Dim::from(0), 2, (all + Dim::ONE).floor_div(&Dim::from(2))),
            2 => (Dim::ONE, 1, dim.clone() + Dim::ONE),
            3 => (dim.clone(), 1, Dim::from(3)),
            // A part of fixed length: forwards, backwards, in steps.
            4 => (Dim::from(self.random.below(2) as i64), 1, Dim::from(self.random.below(3) as i64)),
            5 => (all - Dim::ONE, -2, Dim::from(2)),
            _ => (Dim::from(2), -2, Dim::from(1 + self.random.below(2) as i64)),
        }
    }

    fn sliced(&mut self, x: Value) -> Result<Value, Error> {
        let shape = self.ty(x).shape;
        let rank = shape.rank();
        let padded = self.padded(x, &vec![0; rank], &vec![3; rank])?;
        let parts: Vec<(Dim, i64, Dim)> = shape.iter().map(|d| self.range(d)).collect();
        let starts: Vec<Dim> = parts.iter().map(|p| p.0.clone()).collect();
        let steps: Vec<i64> = parts.iter().map(|p| p.1).collect();
        let lengths = Shape(parts.into_iter().map(|p| p.2).collect());
        self.builder().slice(padded, &starts, &steps, &lengths)
    }

    /// Lengths as values: a dim expression, or positions along a dim.
    pub(super) fn lengths_as_values(&mut self, iterate: Iterate, dtype: DType) -> Result<Value, Error> {
        let [n, m, k] = self.dims.clone();
        if iterate == Iterate::Dim {
            let two = Dim::from(2);
            let all = [
                n.clone() * m.clone() + Dim::ONE,
                n.clone() - m.clone(),
                (n.clone() - Dim::from(4)).floor_div(&two),
                (k.clone() - Dim::from(4)).modulo(&two),
                Dim::max(&m, &k),
                Dim::min(&n, &m),
                k,
            ];
            let dim = self.random.pick(&all).clone();
            return self.builder().dim(dim);
        }
        let mut shape = self.some_shape();
        if shape.rank() == 0 {
            shape = Shape(vec![self.some_dim()]);
        }
        let attrs = Attrs::new().with("axis", Attr::Int(self.random.below(shape.rank()) as i64));
        self.builder().shaped(OpKind::Iota, &[], attrs, &TensorType::new(dtype, shape))
    }
}
