//! Inference of loops and branches.

use super::{Cx, RegionTypes, Types};
use crate::{DType, Error, TensorType};

impl Cx<'_> {
    pub(super) fn looped(&mut self, body: &RegionTypes) -> Types {
        let inits = &self.operands[1..];
        if self.operands[0].rank() != 0 {
            return Err(Error::input(format!("the count has rank 0, got {}", self.operands[0])));
        }
        let args = body.args.split_first();
        let Some((step, carried)) = args else {
            return Err(Error::input("the region's first argument is the step"));
        };
        if *step != TensorType::scalar(DType::I64) {
            return Err(Error::input(format!("the step is tensor<i64>, got {step}")));
        }
        for (what, types) in [("arguments", carried), ("results", body.results.as_slice())] {
            if types.len() != inits.len() {
                let message =
                    format!("{} carried values, the region has {} {what}", inits.len(), types.len());
                return Err(Error::input(message));
            }
            for (i, (init, t)) in inits.iter().zip(types).enumerate() {
                self.same_type(
                    init,
                    t,
                    &format!("carried value {i}"),
                    "a carried value must keep its shape",
                )?;
            }
        }
        Ok(carried.to_vec())
    }

    pub(super) fn branched(&mut self, then: &RegionTypes, otherwise: &RegionTypes) -> Types {
        if self.operands[0].rank() != 0 {
            return Err(Error::input(format!("the condition has rank 0, got {}", self.operands[0])));
        }
        if then.results.len() != otherwise.results.len() {
            let (a, b) = (then.results.len(), otherwise.results.len());
            return Err(Error::input(format!("the regions give {a} and {b} values")));
        }
        for (i, (a, b)) in then.results.iter().zip(&otherwise.results).enumerate() {
            self.same_type(a, b, &format!("value {i}"), "both branches must give one shape")?;
        }
        Ok(then.results.clone())
    }

    fn same_type(
        &mut self,
        a: &TensorType,
        b: &TensorType,
        what: &str,
        rule: &'static str,
    ) -> Result<(), Error> {
        if a.dtype != b.dtype || a.rank() != b.rank() {
            return Err(Error::input(format!("{what} is {a} in one place and {b} in another")));
        }
        for axis in 0..a.rank() {
            if a.shape[axis].certainly_differs(&b.shape[axis]) {
                return Err(Error::input(format!(
                    "{what} is {a} in one place and {b} in another: dim {axis} differs"
                )));
            }
            self.equal(&a.shape[axis], &b.shape[axis], [None, None], rule)?;
        }
        Ok(())
    }
}
