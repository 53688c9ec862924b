//! The gradient of `loop`: one loop that remembers, and one that runs back.
//!
//! ```text
//! loop n, %x { (%i, %c) yield f(%c, %w) }
//!
//! remember   loop n, %x, zeros { (%i, %c, %h) yield f(%c, %w), scatter_add(%h, %i, %c) }
//! run back   loop n, %g, 0     { (%j, %a, %b) %i = n - 1 - %j; %c = gather(%h, %i)
//!                                             yield %a · df/dc(%c, %w), %b + %a · df/dw(%c, %w) }
//! ```
//!
//! The carried values at the start of each step are kept, and everything else of the step is computed again on the
//! way back. The number of steps must be a dim, because it is a length of what is kept.

use crate::{
    reverse::{Cotangent, sweep},
    support::Support,
    zeros_like,
};
use std::collections::{HashMap, HashSet};
use thn_ir::{
    Attrs, Block, BlockId, Builder, DType, Dim, Error, Func, OpData, OpId, OpKind, Shape, TensorType, Value,
};

/// The contributions to the initial values and to every active value that the body captures.
///
/// The mask of a carried value is carried as well. Steps add to what they capture, and keep no mask of it.
pub(crate) fn pull_back(
    b: &mut Builder<'_>,
    support: &mut Support,
    op: OpId,
    cotangents: &[Option<Cotangent>],
    active: &HashSet<Value>,
) -> Result<Vec<(Value, Cotangent)>, Error> {
    let data = b.func.op(op).clone();
    let Some(steps) = b.func.value_as_dim(data.operands[0]) else {
        let message = "the gradient through a loop whose number of steps is only known while it runs";
        return Err(Error::unsupported(message).at(data.kind.row().mnemonic, &data.loc));
    };
    let captures = b.func.captures(op);
    let wrt: Vec<Value> = captures.iter().copied().filter(|v| active.contains(v)).collect();
    // A count below 1 runs no step, and nothing is kept.
    let steps = if b.func.is_length(&steps) { steps } else { Dim::max(&steps, &Dim::from(0)) };
    let block = b.func.block(data.regions[0]).clone();
    let body = Body { data: &data, block: &block };
    let kept = body.remember(b, &steps)?;
    body.run_back(b, support, &steps, &kept, cotangents, &wrt, active)
}

struct Body<'a> {
    data: &'a OpData,
    block: &'a Block,
}

/// Bools are kept as bytes: there is no sum of bools.
fn kept_as(dtype: DType) -> DType {
    if dtype == DType::Bool { DType::U8 } else { dtype }
}

impl Body<'_> {
    fn inits(&self) -> &[Value] {
        &self.data.operands[1..]
    }

    /// Copies the body to the end of a block, with these values for its arguments; gives the next carried values.
    fn copy(&self, func: &mut Func, into: BlockId, args: &[Value]) -> Vec<Value> {
        let mut copies: HashMap<Value, Value> =
            self.block.args.iter().copied().zip(args.iter().copied()).collect();
        func.copy_within(into, &self.block.ops, &mut copies);
        self.block.results.iter().map(|v| copies.get(v).copied().unwrap_or(*v)).collect()
    }

    /// A loop of as many steps over other carried values. `build` gives the next ones from the step and them.
    fn again(
        &self,
        b: &mut Builder<'_>,
        inits: &[Value],
        build: impl FnOnce(&mut Builder<'_>, Value, &[Value]) -> Result<Vec<Value>, Error>,
    ) -> Result<Vec<Value>, Error> {
        let region = b.func.new_block();
        let step = b.func.add_block_arg(region, TensorType::scalar(DType::I64));
        let mut carried = vec![];
        for init in inits {
            let ty = b.tensor(*init)?;
            carried.push(b.func.add_block_arg(region, ty));
        }
        let mut inner = Builder::new(b.func, region, self.data.loc.clone());
        let next = build(&mut inner, step, &carried)?;
        b.func.block_mut(region).results = next;
        let mut operands = vec![self.data.operands[0]];
        operands.extend(inits);
        let op = b.op(OpKind::Loop, &operands, Attrs::new(), None, &[region])?;
        Ok(b.func.op(op).results.to_vec())
    }

    /// The carried values at the start of every step, one row per step.
    fn remember(&self, b: &mut Builder<'_>, steps: &Dim) -> Result<Vec<Value>, Error> {
        let mut inits = self.inits().to_vec();
        let count = inits.len();
        for i in 0..count {
            let ty = b.tensor(inits[i])?;
            let mut shape = vec![steps.clone()];
            shape.extend(ty.shape.0);
            let zero = b.number(kept_as(ty.dtype), 0.0)?;
            inits.push(b.fill(zero, &Shape(shape))?);
        }
        let finals = self.again(b, &inits, |b, step, values| {
            let (carried, rows) = values.split_at(count);
            let mut args = vec![step];
            args.extend(carried);
            let mut next = self.copy(b.func, b.block, &args);
            let at = b.dimshuffle(step, &[-1])?;
            for (value, rows) in carried.iter().zip(rows) {
                let ty = b.tensor(*value)?;
                let order: Vec<i64> = (-1..ty.rank() as i64).collect();
                let value = b.cast(*value, kept_as(ty.dtype))?;
                let row = b.dimshuffle(value, &order)?;
                next.push(b.map(OpKind::ScatterAdd, &[*rows, at, row])?);
            }
            Ok(next)
        })?;
        Ok(finals[count..].to_vec())
    }

    #[expect(clippy::too_many_arguments, reason = "all of what one loop is made from")]
    fn run_back(
        &self,
        b: &mut Builder<'_>,
        support: &mut Support,
        steps: &Dim,
        kept: &[Value],
        cotangents: &[Option<Cotangent>],
        wrt: &[Value],
        active: &HashSet<Value>,
    ) -> Result<Vec<(Value, Cotangent)>, Error> {
        let mut floats = vec![];
        let mut sums = vec![];
        let mut masks = vec![];
        for (i, init) in self.inits().iter().enumerate() {
            if b.tensor(*init)?.dtype.is_float() {
                floats.push(i);
                let (sum, mask) = match cotangents[i] {
                    Some((value, Some(mask))) => (value, Some(support.build(b, mask)?)),
                    Some((value, None)) => (value, None),
                    None => (zeros_like(b, *init)?, None),
                };
                sums.push(sum);
                masks.push(mask);
            }
        }
        for value in wrt {
            sums.push(zeros_like(b, *value)?);
        }
        let count = sums.len();
        sums.extend(masks.iter().flatten());
        let finals = self.again(b, &sums, |b, step, carried| {
            let last = b.dim(steps.clone() - Dim::ONE)?;
            let step = b.map(OpKind::Sub, &[last, step])?;
            let mut args = vec![step];
            for (rows, init) in kept.iter().zip(self.inits()) {
                let row = b.map(OpKind::Gather, &[*rows, step])?;
                let dtype = b.tensor(*init)?.dtype;
                args.push(b.cast(row, dtype)?);
            }
            let next = self.copy(b.func, b.block, &args);
            let outputs: Vec<Value> = floats.iter().map(|i| next[*i]).collect();
            let mut variables: Vec<Value> = floats.iter().map(|i| args[i + 1]).collect();
            variables.extend(wrt);
            let (sums, mut held) = (&carried[..count], carried[count..].iter());
            let (of_carried, of_captured) = sums.split_at(floats.len());
            let mut inside = Support::new();
            let given: Vec<Cotangent> = (of_carried.iter().zip(&masks))
                .map(|(g, mask)| (*g, mask.and_then(|_| held.next()).map(|m| inside.given(*m))))
                .collect();
            let found = sweep(b, &mut inside, &outputs, &given, &variables, 0)?;
            let (mut results, mut next_masks) = (vec![], vec![]);
            for (i, gradient) in found.into_iter().enumerate() {
                if masks.get(i).is_some_and(Option::is_some) {
                    next_masks.push(match gradient {
                        Some((_, Some(mask))) => inside.build(b, mask)?,
                        all_or_none => {
                            let all = b.number(DType::Bool, f64::from(u8::from(all_or_none.is_some())))?;
                            let shape = b.shape(variables[i])?;
                            b.fill(all, &shape)?
                        }
                    });
                }
                results.push(match (gradient, i.checked_sub(floats.len())) {
                    (Some((g, _)), None) => g,
                    (None, None) => zeros_like(b, variables[i])?,
                    (Some((g, _)), Some(captured)) => b.map(OpKind::Add, &[of_captured[captured], g])?,
                    (None, Some(captured)) => of_captured[captured],
                });
            }
            results.extend(next_masks);
            Ok(results)
        })?;
        let (finals, held) = finals.split_at(count);
        let mut held = held.iter();
        let mut parts = vec![];
        for (position, (i, mask)) in floats.iter().zip(masks).enumerate() {
            let mask = mask.and_then(|_| held.next()).map(|m| support.given(*m));
            parts.push((self.inits()[*i], (finals[position], mask)));
        }
        parts.extend(wrt.iter().zip(&finals[floats.len()..]).map(|(v, g)| (*v, (*g, None))));
        Ok(parts.into_iter().filter(|(value, _)| active.contains(value)).collect())
    }
}
