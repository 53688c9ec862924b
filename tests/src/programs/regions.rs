//! Loops, branches, and gradients of what is there.

use super::Generator;
use std::collections::BTreeSet;
use thn_autodiff::grad;
use thn_ir::{Attrs, Builder, DType, Error, Func, Loc, OpKind, Shape, TensorType, Value};

/// More rows than a loop takes steps.
const STEPS: i64 = 4;

impl Generator<'_> {
    /// An op of two operands that keeps numbers small, so that no loop overflows.
    fn calm(&mut self, dtype: DType) -> OpKind {
        match dtype {
            DType::Bool => *self.random.pick(&[OpKind::Xor, OpKind::And, OpKind::Or]),
            _ => *self.random.pick(&[OpKind::Add, OpKind::Sub, OpKind::Maximum]),
        }
    }

    /// A loop: f(carried, captured), perhaps over the rows of a sequence and with a trace of all steps.
    pub(super) fn looped(&mut self, dtype: DType) -> Result<Value, Error> {
        let x = self.data(dtype, false, 0..=2)?;
        let ty = self.ty(x);
        let captured = self.leaf(&ty.shape, dtype)?;
        let (combine, squash) =
            (self.calm(dtype), *self.random.pick(&[OpKind::Tanh, OpKind::Sin, OpKind::Sigmoid]));
        let rows = Shape(std::iter::once(thn_ir::Dim::from(STEPS)).chain(ty.shape.iter().cloned()).collect());
        let with_rows = self.random.one_in(2);
        let sequence = self.leaf(&rows, dtype)?;
        let traced = with_rows && dtype != DType::Bool && self.random.one_in(2);
        let mut inits = vec![self.count(), x];
        if traced {
            let zero = self.builder().number(dtype, 0.0)?;
            inits.push(self.builder().fill(zero, &rows)?);
        }
        let body = self.func.new_block();
        let step = self.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let carried = self.func.add_block_arg(body, ty);
        let trace = traced.then(|| self.func.add_block_arg(body, TensorType::new(dtype, rows)));
        let mut b = Builder::new(&mut self.func, body, Loc::Unknown);
        let mut next = b.map(combine, &[carried, captured])?;
        if with_rows {
            let row = b.map(OpKind::Gather, &[sequence, step])?;
            next = b.map(combine, &[next, row])?;
        }
        if dtype.is_float() {
            // Something inside of the loop for the rules: 1 · f(x + y).
            let small = b.map(squash, &[next])?;
            let one = b.number(dtype, 1.0)?;
            next = b.map(OpKind::Mul, &[one, small])?;
        }
        let mut ends = vec![next];
        if let Some(trace) = trace {
            ends.push(b.map(OpKind::ScatterAdd, &[trace, step, next])?);
        }
        self.func.block_mut(body).results = ends;
        let op = self.builder().op(OpKind::Loop, &inits, Attrs::new(), None, &[body])?;
        let results = self.func.op(op).results.to_vec();
        results[1..].iter().for_each(|v| self.keep(*v));
        Ok(results[0])
    }

    /// A branch on a scalar condition; both sides use what is outside.
    pub(super) fn branched(&mut self, dtype: DType) -> Result<Value, Error> {
        let x = self.data(dtype, false, 0..=3)?;
        let ty = self.ty(x);
        let y = self.leaf(&ty.shape, dtype)?;
        let condition = self.leaf(&Shape::scalar(), DType::Bool)?;
        let kinds = match dtype {
            DType::Bool => [OpKind::And, OpKind::Xor],
            _ => [OpKind::Sub, OpKind::Mul],
        };
        let mut blocks = vec![];
        for kind in kinds {
            let block = self.func.new_block();
            let mut b = Builder::new(&mut self.func, block, Loc::Unknown);
            let value = b.map(kind, &[x, y])?;
            let value = b.map(if dtype == DType::Bool { OpKind::Not } else { OpKind::Neg }, &[value])?;
            self.func.block_mut(block).results = vec![value];
            blocks.push(block);
        }
        // The pair of a branch is that of its result; the first operand is the condition.
        let op = self.builder().op(OpKind::Cond, &[condition], Attrs::new(), None, &blocks)?;
        Ok(self.func.op(op).result())
    }

    /// The gradients of the sum of a computed float by some of the arguments that it depends on.
    pub(super) fn gradient(&mut self) -> Result<(), Error> {
        let costs: Vec<Value> = self
            .pool
            .iter()
            .copied()
            .filter(|v| self.ty(*v).dtype.is_float() && self.func.def_op(*v).is_some())
            .collect();
        let mut cost = *self.random.choose(&costs).ok_or_else(|| Error::input("no float is computed"))?;
        let used: BTreeSet<Value> = self
            .func
            .ancestors(&[cost])
            .iter()
            .flat_map(|op| self.func.inputs(*op))
            .filter(|v| self.func.def_op(*v).is_none() && self.ty(*v).dtype.is_float())
            .collect();
        let wrt: Vec<Value> = used.into_iter().take(2).collect();
        let rank = self.ty(cost).rank() as i64;
        if rank > 0 {
            cost = self.builder().reduce(OpKind::Sum, cost, &(0..rank).collect::<Vec<_>>())?;
        }
        // What a refused gradient has appended already is used by nothing.
        let found = grad(&mut Builder::new(&mut self.func, Func::BODY, Loc::Unknown), cost, &wrt)?;
        self.pool.extend(found.into_iter().flatten());
        Ok(())
    }
}
