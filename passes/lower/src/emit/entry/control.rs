//! Loops and branches of the entry, as basic blocks.
//!
//! A loop has two buffers per carried value: an iteration reads one and writes the other, then they change places. A
//! branch writes its values where both branches put them.

use super::Entry;
use super::buffers::Buffer;
use crate::emit::types::{memory, memref};
use std::collections::HashMap;
use thn_ir::{BlockId, Error, OpId, Value};

impl Entry<'_> {
    /// The value of a rank-0 integer or bool, in a register.
    fn read(&mut self, buffer: &Buffer) -> String {
        self.text.bind(format!("memref.load {}[] : {}", buffer.memref, memref(&buffer.ty)))
    }

    /// A region, whose values are to be at `places` when it ends.
    fn region(&mut self, region: BlockId, places: &[Buffer]) -> Result<(), Error> {
        let results = self.module.func.block(region).results.clone();
        let mut dests: HashMap<Value, Buffer> = HashMap::new();
        for (value, place) in results.iter().zip(places) {
            if self.is_made_in(*value, region) {
                dests.entry(*value).or_insert_with(|| place.clone());
            }
        }
        self.block(region, &dests)?;
        for (value, place) in results.iter().zip(places) {
            let from = self.buffer(*value)?;
            if from.ptr != place.ptr {
                self.copy(&from, place);
            }
        }
        for value in results {
            if self.is_result_of(value, region) {
                self.was_read(value);
            }
        }
        Ok(())
    }

    pub(super) fn repeat(&mut self, op: OpId) -> Result<(), Error> {
        let func = self.module.func;
        let data = func.op(op);
        let region = data.regions[0];
        let args = func.block(region).args.clone();
        let count = self.buffer(data.operands[0])?;
        let (ty, dtype) = (memory(count.ty.dtype), count.ty.dtype);
        let count = self.read(&count);
        let count = match (ty, dtype.is_signed()) {
            ("i64", _) => count,
            (_, true) => self.text.bind(format!("arith.extsi {count} : {ty} to i64")),
            (_, false) => self.text.bind(format!("arith.extui {count} : {ty} to i64")),
        };
        let step_ty = self.tensor(args[0])?;
        let step = self.allocate(&step_ty)?;
        let mut now = vec![];
        let mut next = vec![];
        for init in &data.operands[1..] {
            let from = self.buffer(*init)?;
            let (a, b) = (self.allocate(&from.ty)?, self.allocate(&from.ty)?);
            self.copy(&from, &a);
            now.push(a);
            next.push(b);
        }
        let (head, body, after) = (self.label("head"), self.label("body"), self.label("after"));
        let pointers: Vec<String> = now.iter().chain(&next).map(|b| b.ptr.clone()).collect();
        let zero = self.text.constant("0", "i64");
        let enter = |text: &mut crate::emit::text::Text, i: &str, pointers: &[String]| {
            let names: Vec<&str> = [i].into_iter().chain(pointers.iter().map(String::as_str)).collect();
            let types: Vec<&str> = ["i64"].into_iter().chain(pointers.iter().map(|_| "!llvm.ptr")).collect();
            text.line(format!("cf.br {head}({} : {})", names.join(", "), types.join(", ")));
        };
        enter(&mut self.text, &zero, &pointers);
        let i = self.text.fresh();
        let names: Vec<String> = pointers.iter().map(|_| self.text.fresh()).collect();
        let typed: Vec<String> = names.iter().map(|n| format!("{n}: !llvm.ptr")).collect();
        let arguments = [format!("{i}: i64")].into_iter().chain(typed).collect::<Vec<_>>().join(", ");
        self.text.line(format!("{head}({arguments}):"));
        let (current, other) = names.split_at(now.len());
        let mut results = vec![];
        for ((value, arg), ptr) in data.results.iter().zip(&args[1..]).zip(current) {
            let inside = self.bind(*arg, ptr, None)?;
            self.buffers.insert(*arg, inside);
            results.push(self.bind(*value, ptr, None)?);
        }
        let mut places = vec![];
        for (value, ptr) in func.block(region).results.iter().zip(other) {
            places.push(self.bind(*value, ptr, None)?);
        }
        let more = self.text.bind(format!("arith.cmpi slt, {i}, {count} : i64"));
        self.text.line(format!("cf.cond_br {more}, {body}, {after}"));
        self.text.line(format!("{body}:"));
        self.text.line(format!("memref.store {i}, {}[] : {}", step.memref, memref(&step.ty)));
        self.buffers.insert(args[0], step.clone());
        self.region(region, &places)?;
        let one = self.text.constant("1", "i64");
        let following = self.text.bind(format!("arith.addi {i}, {one} : i64"));
        let swapped: Vec<String> = other.iter().chain(current).cloned().collect();
        enter(&mut self.text, &following, &swapped);
        self.text.line(format!("{after}:"));
        for ptr in other {
            self.free(ptr);
        }
        self.free(&step.ptr);
        for (value, buffer) in data.results.iter().zip(results) {
            let owned = self.own(buffer);
            self.buffers.insert(*value, owned);
        }
        Ok(())
    }

    pub(super) fn choose(&mut self, op: OpId, dests: &HashMap<Value, Buffer>) -> Result<(), Error> {
        let func = self.module.func;
        let data = func.op(op);
        let condition = self.buffer(data.operands[0])?;
        let condition = self.read(&condition);
        let places =
            data.results.iter().map(|v| self.destination(*v, dests)).collect::<Result<Vec<_>, _>>()?;
        // Inside a branch the places belong to nobody: the branch's own last read must not free what it gives.
        let lent: Vec<Buffer> = places.iter().map(|p| Buffer { owner: None, ..p.clone() }).collect();
        let zero = self.text.constant("0", "i8");
        let holds = self.text.bind(format!("arith.cmpi ne, {condition}, {zero} : i8"));
        let (then, otherwise, join) = (self.label("then"), self.label("else"), self.label("join"));
        self.text.line(format!("cf.cond_br {holds}, {then}, {otherwise}"));
        for (label, region) in [then, otherwise].into_iter().zip(data.regions.clone()) {
            self.text.line(format!("{label}:"));
            self.region(region, &lent)?;
            self.text.line(format!("cf.br {join}"));
        }
        self.text.line(format!("{join}:"));
        self.buffers.extend(data.results.iter().copied().zip(places));
        Ok(())
    }
}
