//! Memory of the entry: arguments, outputs and temporaries.

use super::Entry;
use crate::emit::types::memref;
use std::collections::HashMap;
use thn_ir::{Error, Func, OpId, TensorType, Value, ValueDef};

/// Memory that holds a value.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    /// Its address.
    pub(super) ptr: String,
    /// The same as a memref of the value's type.
    pub(super) memref: String,
    pub(super) ty: TensorType,
    /// The temporary that the memory belongs to; `None` for arguments and outputs, which nobody frees.
    pub(super) owner: Option<usize>,
}

/// A temporary.
pub(super) struct Owner {
    ptr: String,
    /// Reads of values in it that are still to come.
    reads: usize,
}

impl Entry<'_> {
    /// The tensor type of a value.
    pub(super) fn tensor(&self, value: Value) -> Result<TensorType, Error> {
        let func = self.module.func;
        let missing = || Error::unsupported(format!("{} is {}", func.describe(value), func.ty(value)));
        func.tensor(value).cloned().ok_or_else(missing)
    }

    /// Where a value is.
    pub(super) fn buffer(&self, value: Value) -> Result<Buffer, Error> {
        let missing =
            || Error::internal(format!("{} is read before it is made", self.module.func.describe(value)));
        self.buffers.get(&value).cloned().ok_or_else(missing)
    }

    /// A value's memory at an address.
    pub(super) fn bind(&mut self, value: Value, ptr: &str, owner: Option<usize>) -> Result<Buffer, Error> {
        let ty = self.tensor(value)?;
        Ok(self.memory(&ty, ptr, owner))
    }

    /// The memory of a tensor at an address.
    pub(super) fn memory(&mut self, ty: &TensorType, ptr: &str, owner: Option<usize>) -> Buffer {
        let bytes = self.bytes(ty);
        let raw = self
            .text
            .bind(format!("func.call @thn_buffer({ptr}, {bytes}) : (!llvm.ptr, index) -> memref<?xi8>"));
        let zero = self.text.index(0);
        let sizes: Vec<String> =
            ty.shape.iter().filter(|d| d.as_const().is_none()).map(|d| self.text.dim(d)).collect();
        let rhs = format!("memref.view {raw}[{zero}][{}] : memref<?xi8> to {}", sizes.join(", "), memref(ty));
        let memref = self.text.bind(rhs);
        Buffer { ptr: ptr.to_string(), memref, ty: ty.clone(), owner }
    }

    /// The size of a tensor in bytes, as an index.
    pub(super) fn bytes(&mut self, ty: &TensorType) -> String {
        self.text.dim(&(ty.shape.size() * thn_ir::Dim::from(ty.dtype.size() as i64)))
    }

    fn bytes_i64(&mut self, ty: &TensorType) -> String {
        let bytes = self.bytes(ty);
        self.text.bind(format!("arith.index_cast {bytes} : index to i64"))
    }

    /// Ends the call if there is no memory.
    fn require(&mut self, ptr: &str) {
        let null = self.text.bind("llvm.mlir.zero : !llvm.ptr");
        let ok = self.text.bind(format!("llvm.icmp \"ne\" {ptr}, {null} : !llvm.ptr"));
        let status = self.text.constant("2", "i32");
        let next = self.label("next");
        self.text.line(format!("cf.cond_br {ok}, {next}, ^failed({status} : i32)"));
        self.text.line(format!("{next}:"));
    }

    /// A new temporary that the caller frees.
    pub(super) fn allocate(&mut self, ty: &TensorType) -> Result<Buffer, Error> {
        let bytes = self.bytes_i64(ty);
        let ptr =
            self.text.bind(format!("func.call @thn_rt_alloc(%ctx, {bytes}) : (!llvm.ptr, i64) -> !llvm.ptr"));
        self.require(&ptr);
        self.temporaries += 1;
        Ok(self.memory(ty, &ptr, None))
    }

    /// Makes a temporary one that is freed after the last read of its value.
    pub(super) fn own(&mut self, mut buffer: Buffer) -> Buffer {
        self.owners.push(Owner { ptr: buffer.ptr.clone(), reads: 0 });
        buffer.owner = Some(self.owners.len() - 1);
        buffer
    }

    pub(super) fn free(&mut self, ptr: &str) {
        self.text.line(format!("func.call @thn_rt_free(%ctx, {ptr}) : (!llvm.ptr, !llvm.ptr) -> ()"));
    }

    /// Where a value is to be made: at the place that is asked for, in the function's output, or in a temporary.
    pub(super) fn destination(
        &mut self,
        value: Value,
        dests: &HashMap<Value, Buffer>,
    ) -> Result<Buffer, Error> {
        if let Some(dest) = dests.get(&value) {
            return Ok(dest.clone());
        }
        let func = self.module.func;
        match func.body().results.iter().position(|r| *r == value) {
            Some(result) => self.output(result, value),
            None => {
                let ty = self.tensor(value)?;
                let buffer = self.allocate(&ty)?;
                Ok(self.own(buffer))
            }
        }
    }

    /// The output of a result.
    pub(super) fn output(&mut self, result: usize, value: Value) -> Result<Buffer, Error> {
        let ty = self.tensor(value)?;
        for (axis, dim) in ty.shape.iter().enumerate() {
            let length = self.text.dim(dim);
            let length = self.text.bind(format!("arith.index_cast {length} : index to i64"));
            let at = self
                .text
                .bind(format!("llvm.getelementptr %lengths[{axis}] : (!llvm.ptr) -> !llvm.ptr, i64"));
            self.text.line(format!("llvm.store {length}, {at} : i64, !llvm.ptr"));
        }
        let number = self.text.constant(&result.to_string(), "i32");
        let rank = self.text.constant(&ty.rank().to_string(), "i32");
        let ptr = self.text.bind(format!(
            "func.call @thn_rt_output(%ctx, {number}, {rank}, %lengths) : (!llvm.ptr, i32, i32, !llvm.ptr) -> !llvm.ptr"
        ));
        self.require(&ptr);
        Ok(self.memory(&ty, &ptr, None))
    }

    /// Copies one value's bytes.
    pub(super) fn copy(&mut self, from: &Buffer, to: &Buffer) {
        let bytes = self.bytes_i64(&to.ty);
        self.text.line(format!(
            "\"llvm.intr.memcpy\"({}, {}, {bytes}) <{{isVolatile = false}}> : (!llvm.ptr, !llvm.ptr, i64) -> ()",
            to.ptr, from.ptr
        ));
    }

    /// The operand's memory under another shape; a copy where the value must go to a place of its own.
    pub(super) fn view(&mut self, op: OpId, dests: &HashMap<Value, Buffer>) -> Result<(), Error> {
        let func = self.module.func;
        let data = func.op(op);
        let from = self.buffer(data.operands[0])?;
        let value = data.result();
        let placed = dests.contains_key(&value) || func.body().results.contains(&value);
        let buffer = if placed {
            let to = self.destination(value, dests)?;
            self.copy(&from, &to);
            to
        } else {
            self.bind(value, &from.ptr, from.owner)?
        };
        self.buffers.insert(value, buffer);
        Ok(())
    }

    /// Copies the results that no kernel wrote: arguments, repeated values, values of loops.
    pub(super) fn results(&mut self) -> Result<(), Error> {
        let func = self.module.func;
        for (i, value) in func.body().results.iter().enumerate() {
            let first = func.body().results.iter().position(|r| r == value) == Some(i);
            let written = match func.def(*value) {
                // Kernels that run last write their own results.
                ValueDef::Result { op, .. } if self.last.contains_key(&op) => true,
                ValueDef::Result { op, .. } => func.op(op).kind != thn_ir::OpKind::Loop,
                ValueDef::Arg { .. } => false,
            };
            if first && written {
                continue;
            }
            let from = self.buffer(*value)?;
            let to = self.output(i, *value)?;
            self.copy(&from, &to);
        }
        Ok(())
    }

    /// Notes how often a value that was just made will be read.
    pub(super) fn expect_reads(&mut self, value: Value, reads: usize) {
        let Some(owner) = self.buffers.get(&value).and_then(|b| b.owner) else { return };
        self.owners[owner].reads += reads;
        if self.owners[owner].reads == 0 {
            let ptr = self.owners[owner].ptr.clone();
            self.free(&ptr);
        }
    }

    /// Notes a read by the block that made the value; the last one frees.
    pub(super) fn was_read(&mut self, value: Value) {
        let Some(owner) = self.buffers.get(&value).and_then(|b| b.owner) else { return };
        let reads = &mut self.owners[owner].reads;
        if *reads == 0 {
            return;
        }
        *reads -= 1;
        if *reads == 0 {
            let ptr = self.owners[owner].ptr.clone();
            self.free(&ptr);
        }
    }

    /// Whether a value is made by an op of this very block.
    pub(super) fn is_result_of(&self, value: Value, block: thn_ir::BlockId) -> bool {
        self.module.func.def_op(value).is_some_and(|op| self.homes.get(&op) == Some(&block))
    }

    /// Whether a value is made by a kernel or branch of this very block, so that it can be made in place.
    pub(super) fn is_made_in(&self, value: Value, block: thn_ir::BlockId) -> bool {
        let func: &Func = self.module.func;
        let looped = func.def_op(value).is_some_and(|op| func.op(op).kind == thn_ir::OpKind::Loop);
        self.is_result_of(value, block) && !looped
    }
}
