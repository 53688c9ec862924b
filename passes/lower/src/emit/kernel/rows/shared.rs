//! Results that rows share: where they are gathered, and how they get from there to the output.

use super::Rows;
use crate::emit::kernel::fold::{self, Folding, Step};
use crate::emit::kernel::scatter;
use crate::emit::text::Val;
use crate::emit::types::register;
use thn_ir::{DType, Error, Scalar};
use thn_kernels::{Place, Role};

impl Rows<'_, '_, '_> {
    /// Start values of the shared results that loops carry.
    pub(super) fn starts(&mut self) -> Vec<String> {
        let foldings: Vec<Folding> = self.shared.iter().map(|s| s.folding).collect();
        foldings.into_iter().flat_map(|f| f.start(&mut self.w.e, true)).collect()
    }

    /// The result of a stage as something to gather in.
    pub(super) fn total(&self, i: usize) -> Option<(String, String, DType)> {
        let dtype = self.info[i].folding.map(|f| f.dtype)?;
        self.info[i].dest.clone().map(|(name, ty)| (name, ty, dtype))
    }

    /// Writes the start value of a shared result.
    pub(super) fn clear(&mut self, i: usize, to: Option<(String, String, DType)>) -> Result<(), Error> {
        let stage = &self.schedule.stages[i];
        let (Role::Accumulate, Some(folding)) = (stage.role, self.info[i].folding) else { return Ok(()) };
        let (false, Some((name, ty, dtype))) = (stage.kept.is_empty(), to) else { return Ok(()) };
        let start = match folding.step {
            Step::Op(_, init) => Scalar::of_table(init, dtype),
            _ => Scalar::Float(0.0),
        };
        let dims = self.w.e.tensor(self.info[i].value)?.shape;
        let base = self.schedule.outer.len();
        scatter::open(self.w, base, dims.rank());
        let start = self.w.e.text.scalar(start, dtype);
        self.w.e.store(&start, &name, &ty, &Place::iters(base..base + dims.rank()))?;
        scatter::close(self.w, base, &dims);
        Ok(())
    }

    /// Adds what a span of rows gathered to the result.
    pub(super) fn add_span(&mut self, i: usize) -> Result<(), Error> {
        let (true, Some(from), Some(to)) = (self.info[i].spans, self.info[i].gather.clone(), self.total(i))
        else {
            return Ok(());
        };
        if self.schedule.stages[i].kept.is_empty() {
            return Ok(());
        }
        let shape = self.w.e.tensor(self.info[i].value)?.shape;
        let base = self.schedule.outer.len();
        let at = Place::iters(base..base + shape.rank());
        scatter::open(self.w, base, shape.rank());
        let before = self.w.e.load_here(&to.0, &to.1, to.2, &at)?;
        let span = self.w.e.load_here(&from.0, &from.1, from.2, &at)?;
        let rhs = format!("arith.addf {}, {} : {}", before.name, span.name, register(to.2));
        let name = self.w.e.text.bind(rhs);
        self.w.e.store(&Val { name, ..before }, &to.0, &to.1, &at)?;
        scatter::close(self.w, base, &shape);
        Ok(())
    }

    /// Rounds a shared result that was gathered in a wider type.
    pub(super) fn settle(&mut self, i: usize) -> Result<(), Error> {
        let (false, Some((from, from_ty, wide)), Some((to, to_ty))) =
            (self.info[i].spans, self.info[i].gather.clone(), self.info[i].dest.clone())
        else {
            return Ok(());
        };
        let ty = self.w.e.tensor(self.info[i].value)?;
        if wide == ty.dtype {
            return Ok(());
        }
        scatter::open(self.w, 0, ty.rank());
        let at = Place::iters(0..ty.rank());
        let gathered = self.w.e.load_here(&from, &from_ty, wide, &at)?;
        let name = fold::narrow(&mut self.w.e, &gathered.name, wide, ty.dtype);
        let level = self.w.e.text.level();
        self.w.e.store(&Val { name, dtype: ty.dtype, level }, &to, &to_ty, &at)?;
        scatter::close(self.w, 0, &ty.shape);
        Ok(())
    }
}
