//! Ops that read and write places.

use super::Generator;
use thn_ir::{Attrs, DType, Dim, Error, Iterate, OpKind, Shape, Value};

/// Rows that are put behind the data, so that some index exists whatever the lengths.
const ROWS: i64 = 2;

impl Generator<'_> {
    /// Indices below a length, of any integer type; those of signed types may count from the end.
    pub(crate) fn index(&mut self, shape: &Shape, length: i64) -> Result<Value, Error> {
        let integers: Vec<DType> = DType::ALL.into_iter().filter(|d| d.is_int()).collect();
        let dtype = *self.random.pick(&integers);
        let any = self.leaf(shape, dtype)?;
        let bound = self.builder().number(dtype, length as f64)?;
        let index = self.builder().map(OpKind::Mod, &[any, bound])?;
        if !dtype.is_signed() || self.random.one_in(2) {
            return Ok(index);
        }
        self.builder().map(OpKind::Sub, &[index, bound])
    }

    /// The shape of indices: one, a row of them, or a matrix.
    fn places(&mut self, most: usize) -> Shape {
        let rank = [1, 1, 0, 2][self.random.below(4)].min(most);
        Shape((0..rank).map(|_| self.some_dim()).collect())
    }

    /// Reads rows or one element of each row, or adds to rows.
    pub(super) fn indexed(&mut self, iterate: Iterate, dtype: DType) -> Result<Value, Error> {
        let x = self.data(dtype, false, 1..=3)?;
        let rank = self.ty(x).rank();
        let axis = if iterate == Iterate::Pick { rank - 1 } else { 0 };
        let high: Vec<i64> = (0..rank).map(|i| if i == axis { ROWS } else { 0 }).collect();
        let padded = self.padded(x, &vec![0; rank], &high)?;
        let shape = self.ty(padded).shape;
        match iterate {
            Iterate::Gather => {
                let places = self.places(5 - rank);
                let index = self.index(&places, ROWS)?;
                self.builder().map(OpKind::Gather, &[padded, index])
            }
            Iterate::Pick => {
                let index = self.index(&Shape(shape[..axis].to_vec()), ROWS)?;
                self.builder().map(OpKind::Pick, &[padded, index])
            }
            _ => {
                let places = self.places(2);
                let index = self.index(&places, ROWS)?;
                let rows = Shape(places.iter().chain(&shape[1..]).cloned().collect());
                let new = self.leaf(&rows, dtype)?;
                self.builder().map(OpKind::ScatterAdd, &[padded, index, new])
            }
        }
    }

    /// Replaces a slice, or adds to one.
    pub(super) fn written(&mut self, kind: OpKind, dtype: DType) -> Result<Value, Error> {
        let x = self.data(dtype, false, 1..=3)?;
        let shape = self.ty(x).shape;
        let rank = shape.rank();
        let padded = self.padded(x, &vec![0; rank], &vec![3; rank])?;
        let (starts, steps, new) = if self.random.one_in(3) {
            // The data itself, one place further.
            (vec![Dim::ONE; rank], vec![1; rank], x)
        } else {
            let parts: Vec<(Dim, i64, Dim)> = shape.iter().map(|d| self.range(d)).collect();
            let lengths = Shape(parts.iter().map(|p| p.2.clone()).collect());
            let new = self.leaf(&lengths, dtype)?;
            (parts.iter().map(|p| p.0.clone()).collect(), parts.iter().map(|p| p.1).collect(), new)
        };
        let attrs = Attrs::new().dims("starts", &starts).ints("steps", &steps);
        self.builder().apply(kind, &[padded, new], attrs)
    }
}
