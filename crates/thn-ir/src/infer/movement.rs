//! Inference of ops that move elements.

use super::{Constraint, Cx, Types};
use crate::{Dim, Error, Shape, TensorType};

impl Cx<'_> {
    pub(super) fn same_dtype(&self, t: &TensorType) -> Result<(), Error> {
        let x = &self.operands[0];
        if x.dtype == t.dtype {
            return Ok(());
        }
        Err(Error::input(format!("result {t} has another element type than operand {x}")))
    }

    pub(super) fn broadcast(&mut self, t: TensorType) -> Types {
        self.same_dtype(&t)?;
        let x = &self.operands[0];
        let axes = self.attrs.get_ints("axes").to_vec();
        let ascending = axes.windows(2).all(|w| w[0] < w[1]);
        if axes.len() != x.rank() || !ascending || axes.iter().any(|a| *a < 0 || *a >= t.rank() as i64) {
            return Err(Error::input(format!("axes {axes:?} do not place the dims of {x} in {t}, in order")));
        }
        for (i, axis) in axes.iter().enumerate() {
            let right = &t.shape[*axis as usize];
            self.equal(&x.shape[i], right, [Some((0, i)), None], "a broadcast must keep the dims it has")?;
        }
        Ok(vec![t])
    }

    pub(super) fn dimshuffle(&mut self) -> Types {
        let x = &self.operands[0];
        let order = self.attrs.get_ints("order").to_vec();
        let mut used = vec![false; x.rank()];
        let mut dims = vec![];
        for o in &order {
            match usize::try_from(*o) {
                Err(_) if *o == -1 => dims.push(Dim::ONE),
                Ok(i) if i < x.rank() && !used[i] => {
                    used[i] = true;
                    dims.push(x.shape[i].clone());
                }
                _ => return Err(Error::input(format!("order {order:?} names no dim of {x}, or one twice"))),
            }
        }
        for (axis, kept) in used.iter().enumerate() {
            if !kept {
                let dim = x.shape[axis].clone();
                self.equal(&dim, &Dim::ONE, [Some((0, axis)), None], "only dims of length 1 can be dropped")?;
            }
        }
        Ok(vec![self.operands[0].with_shape(Shape(dims))])
    }

    /// Every index `start + step * i` for `i < part` lies in the operand.
    pub(super) fn slice_fits(&mut self, part: &Shape) -> Result<(), Error> {
        let x = self.operands[0].clone();
        let starts = self.attrs.get_dims("starts").to_vec();
        let steps = self.attrs.get_ints("steps").to_vec();
        if starts.len() != x.rank() || steps.len() != x.rank() || part.rank() != x.rank() {
            return Err(Error::input(format!("starts and steps have one entry per dim of {x}")));
        }
        let rule = "a slice must stay inside its operand";
        let at_least_zero = |left: Dim, place, range, rule| Constraint {
            left,
            right: Dim::from(0),
            equal: false,
            places: [place, None],
            range,
            rule,
        };
        for axis in 0..x.rank() {
            if steps[axis] == 0 {
                return Err(Error::input(format!("the step of dim {axis} is 0")));
            }
            self.at_least(at_least_zero(part[axis].clone(), None, None, "a length must not be negative"))?;
            if part[axis].is(0) {
                continue;
            }
            let last = starts[axis].clone() + (part[axis].clone() - Dim::ONE) * Dim::from(steps[axis]);
            let range = [starts[axis].clone(), last];
            let [mut low, mut high] = range.clone();
            if steps[axis] < 0 {
                std::mem::swap(&mut low, &mut high);
            }
            // An empty part touches nothing, wherever it would begin: multiplied by min(part, 1), the bounds hold
            // for it whatever they are.
            let some = Dim::min(&part[axis], &Dim::ONE);
            let room = x.shape[axis].clone() - Dim::ONE - high;
            for inside in [low, room] {
                let range = Some(range.clone());
                self.at_least(at_least_zero(inside * some.clone(), Some((0, axis)), range, rule))?;
            }
        }
        Ok(())
    }

    pub(super) fn join(&mut self) -> Types {
        let Some(first) = self.operands.first().cloned() else {
            return Err(Error::input("joins at least one operand"));
        };
        let axis = self.attrs.get_int("axis").unwrap_or(-1);
        if axis < 0 || axis >= first.rank() as i64 {
            return Err(Error::input(format!("axis {axis} is not a dim of {first}")));
        }
        let axis = axis as usize;
        let mut shape = first.shape.clone();
        shape.0[axis] = Dim::sum(self.operands.iter().filter_map(|t| t.shape.get(axis)));
        for (i, t) in self.operands.iter().enumerate().skip(1) {
            if t.rank() != first.rank() {
                return Err(Error::input(format!("operands {first} and {t} have different ranks")));
            }
            for d in 0..t.rank() {
                if d == axis {
                    continue;
                }
                let places = [Some((0, d)), Some((i, d))];
                let rule = "joined operands must agree in all other dims";
                shape.0[d] = self.equal(&shape.0[d].clone(), &t.shape[d], places, rule)?;
            }
        }
        Ok(vec![first.with_shape(shape)])
    }

    pub(super) fn pad(&mut self) -> Types {
        let (x, value) = (&self.operands[0], &self.operands[1]);
        let (low, high) = (self.attrs.get_ints("low"), self.attrs.get_ints("high"));
        if value.rank() != 0 {
            return Err(Error::input(format!("the padding value has rank 0, got {value}")));
        }
        if low.len() != x.rank() || high.len() != x.rank() || low.iter().chain(high).any(|n| *n < 0) {
            return Err(Error::input(format!(
                "low {low:?} and high {high:?} are not amounts for the dims of {x}"
            )));
        }
        let dims =
            (0..x.rank()).map(|i| x.shape[i].clone() + Dim::from(low[i].saturating_add(high[i]))).collect();
        Ok(vec![x.with_shape(Shape(dims))])
    }
}
