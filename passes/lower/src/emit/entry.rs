//! The entry function: binds dims and arguments, allocates, calls kernels in order, and ends at the first failure.
//!
//! It is a chain of basic blocks. Buffers live from the op that makes their value to the last op of the same block
//! that reads it; results of the function go straight to their output. Values that leave a branch or an iteration are
//! written where they are needed, so only values that are not made there are copied.

mod buffers;
mod control;
mod gemm;
mod in_place;

use crate::emit::element::Globals;
use crate::emit::kernel::{self, Module, symbol_name};
use crate::emit::scalar::Calls;
use crate::emit::text::{Text, indent};
use crate::emit::types::{memory, memref};
use crate::math;
use crate::math::vector::VectorBits;
use crate::{Lowered, RUNTIME};
use buffers::Buffer;
use std::collections::{BTreeMap, HashMap};
use thn_ir::{BlockId, Dim, Error, Func, OpId, OpKind, Symbol, SymbolOrigin, Type, Value};
use thn_kernels::{Accesses, Form};

/// The DLPack tensor of the call ABI.
const TENSOR: &str = "!llvm.struct<(ptr, i32, i32, i32, i8, i8, i16, ptr, ptr, i64)>";
/// Positions of the fields that the entry reads.
const DATA: usize = 0;
const SHAPE: usize = 7;

/// A memref of bytes from a pointer.
const BUFFER: &str = "
func.func private @thn_buffer(%data: !llvm.ptr, %size: index) -> memref<?xi8> attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = [\"alwaysinline\"]} {
%zero = arith.constant 0 : i64
%one = arith.constant 1 : i64
%length = arith.index_cast %size : index to i64
%0 = llvm.mlir.poison : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%1 = llvm.insertvalue %data, %0[0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%2 = llvm.insertvalue %data, %1[1] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%3 = llvm.insertvalue %zero, %2[2] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%4 = llvm.insertvalue %length, %3[3, 0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%5 = llvm.insertvalue %one, %4[4, 0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
%6 = builtin.unrealized_conversion_cast %5 : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)> to memref<?xi8>
return %6 : memref<?xi8>
}
";

/// The entry while it is written.
struct Entry<'a> {
    module: Module<'a>,
    text: Text,
    /// Where each value is.
    buffers: HashMap<Value, Buffer>,
    /// Temporaries in order of allocation, with the number of reads still to come.
    owners: Vec<buffers::Owner>,
    labels: usize,
    temporaries: usize,
    /// Kernels that run last, because they overwrite state.
    last: in_place::Choice,
    /// The blocks that ops are in.
    homes: HashMap<OpId, BlockId>,
}

/// The module of a planned program.
pub(crate) fn emit(func: &Func, bits: VectorBits) -> Result<Lowered, Error> {
    let accesses = Accesses::new(func, Func::BODY)?;
    let module = Module {
        func,
        accesses: &accesses,
        calls: Calls::new(),
        globals: Globals::default(),
        sites: vec![],
        kernels: vec![],
    };
    let symbols = used_symbols(func);
    let names: BTreeMap<u32, String> = symbols.iter().map(|s| (s.id, symbol_name(s))).collect();
    let mut entry = Entry {
        module,
        text: Text::new(names),
        buffers: HashMap::new(),
        owners: vec![],
        labels: 0,
        temporaries: 0,
        last: in_place::choose(func, &accesses),
        homes: homes(func),
    };
    let head = entry.head(&symbols)?;
    for (i, value) in func.body().args.iter().enumerate() {
        let buffer = entry.bind(*value, &format!("%in{i}"), None)?;
        entry.buffers.insert(*value, buffer);
    }
    entry.block(Func::BODY, &HashMap::new())?;
    entry.results()?;
    entry.overwrite()?;
    let in_place = in_place::flags(func, &entry.last);
    let done = entry.text.constant("0", "i32");
    entry.text.line(format!("return {done} : i32"));
    entry.text.line("^failed(%status: i32):");
    entry.text.line("return %status : i32");
    let Entry { module, text, temporaries, .. } = entry;
    let library = math::module::text(&module.calls, bits)
        .map_err(|name| Error::internal(format!("no library function {name}")))?;
    let kernels = func.walk(Func::BODY).iter().filter(|op| func.op(**op).kind == OpKind::Kernel).count();
    let body = text.finish();
    let entry = format!(
        "func.func @thn_entry(%ctx: !llvm.ptr, %in: !llvm.ptr, %out: !llvm.ptr) -> i32 {{\n{head}{body}}}\n"
    );
    let text = format!(
        "module {{\n{RUNTIME}{}{BUFFER}{library}{}{entry}}}\n",
        module.globals.text(),
        module.kernels.concat()
    );
    Ok(Lowered { text: indent(&text), sites: module.sites, kernels, in_place, temporaries })
}

/// The block of every op outside of kernels.
fn homes(func: &Func) -> HashMap<OpId, BlockId> {
    let mut homes = HashMap::new();
    let mut blocks = vec![Func::BODY];
    while let Some(block) = blocks.pop() {
        for op in &func.block(block).ops {
            homes.insert(*op, block);
            if func.op(*op).kind != OpKind::Kernel {
                blocks.extend(&func.op(*op).regions);
            }
        }
    }
    homes
}

/// Every symbol that a type or attribute of the program mentions.
fn used_symbols(func: &Func) -> Vec<Symbol> {
    let mut found: BTreeMap<u32, Symbol> = BTreeMap::new();
    let mut add = |d: &Dim| found.extend(d.symbols().into_iter().map(|s| (s.id, s)));
    let mut values: Vec<Value> = func.body().args.clone();
    for op in func.walk(Func::BODY) {
        let data = func.op(op);
        values.extend(data.operands.iter().chain(&data.results).copied());
        data.regions.iter().for_each(|r| values.extend(&func.block(*r).args));
        for (_, attr) in data.attrs.iter() {
            match attr {
                thn_ir::Attr::Dim(d) => add(d),
                thn_ir::Attr::Dims(ds) => ds.iter().for_each(&mut add),
                _ => {}
            }
        }
    }
    for value in values {
        if let Type::Tensor(t) = func.ty(value) {
            t.shape.iter().for_each(&mut add);
        }
    }
    found.into_values().collect()
}

impl Entry<'_> {
    /// Lines before everything else: data of the arguments, then symbols.
    fn head(&mut self, symbols: &[Symbol]) -> Result<String, Error> {
        let func = self.module.func;
        let mut lines = vec![];
        let field = |arg: usize, field: usize, name: &str, lines: &mut Vec<String>| {
            lines.push(format!(
                "{name}_at = llvm.getelementptr %in[{arg}, {field}] : (!llvm.ptr) -> !llvm.ptr, {TENSOR}"
            ));
            lines.push(format!("{name} = llvm.load {name}_at : !llvm.ptr -> !llvm.ptr"));
        };
        for i in 0..func.args.len() {
            field(i, DATA, &format!("%in{i}"), &mut lines);
        }
        for symbol in symbols {
            let name = symbol_name(symbol);
            match func.origin(symbol) {
                SymbolOrigin::ArgDim { arg, axis } => {
                    let shape = format!("{name}_shape");
                    field(arg as usize, SHAPE, &shape, &mut lines);
                    lines.push(format!(
                        "{name}_place = llvm.getelementptr {shape}[{axis}] : (!llvm.ptr) -> !llvm.ptr, i64"
                    ));
                    lines.push(format!("{name}_value = llvm.load {name}_place : !llvm.ptr -> i64"));
                }
                SymbolOrigin::ArgValue { arg } => {
                    let value = func.body().args[arg as usize];
                    let dtype = func.tensor(value).map_or(thn_ir::DType::I64, |t| t.dtype);
                    let ty = memory(dtype);
                    if ty == "i64" {
                        lines.push(format!("{name}_value = llvm.load %in{arg} : !llvm.ptr -> i64"));
                    } else {
                        let extend = if dtype.is_signed() { "arith.extsi" } else { "arith.extui" };
                        lines.push(format!("{name}_short = llvm.load %in{arg} : !llvm.ptr -> {ty}"));
                        lines.push(format!("{name}_value = {extend} {name}_short : {ty} to i64"));
                    }
                }
                SymbolOrigin::Opaque => {
                    return Err(Error::unsupported(format!(
                        "the length {} is known only at run time",
                        symbol.name
                    )));
                }
            }
            lines.push(format!("{name} = arith.index_cast {name}_value : i64 to index"));
        }
        let rank = func.body().results.iter().filter_map(|v| func.tensor(*v)).map(|t| t.rank()).max();
        lines.push(format!("%lengths_count = arith.constant {} : i64", rank.unwrap_or(0).max(1)));
        lines.push("%lengths = llvm.alloca %lengths_count x i64 : (i64) -> !llvm.ptr".to_string());
        lines.push(String::new());
        Ok(lines.join("\n"))
    }

    /// A new label.
    fn label(&mut self, what: &str) -> String {
        self.labels += 1;
        format!("^{what}{}", self.labels)
    }

    /// All ops of a block; `dests` are places that some values must go to.
    fn block(&mut self, block: BlockId, dests: &HashMap<Value, Buffer>) -> Result<(), Error> {
        let func = self.module.func;
        let mut uses: HashMap<Value, usize> = HashMap::new();
        for op in &func.block(block).ops {
            for v in func.inputs(*op) {
                *uses.entry(v).or_default() += 1;
            }
        }
        for v in &func.block(block).results {
            *uses.entry(*v).or_default() += 1;
        }
        for op in &func.block(block).ops {
            let data = func.op(*op);
            if self.last.contains_key(op) {
                continue;
            }
            match data.kind {
                OpKind::Kernel => self.kernel(*op, dests)?,
                OpKind::Loop => self.repeat(*op)?,
                OpKind::Cond => self.choose(*op, dests)?,
                _ => return Err(Error::internal("is in no kernel").at(data.kind.row().mnemonic, &data.loc)),
            }
            for v in &data.results {
                self.expect_reads(*v, uses.get(v).copied().unwrap_or(0));
            }
            // What is captured from a block around this one is read there, once, by the op that holds this block.
            for v in func.inputs(*op) {
                if self.is_result_of(v, block) {
                    self.was_read(v);
                }
            }
        }
        Ok(())
    }

    fn kernel(&mut self, op: OpId, dests: &HashMap<Value, Buffer>) -> Result<(), Error> {
        let func = self.module.func;
        let data = func.op(op);
        let form = thn_kernels::form(func, self.module.accesses, op)?;
        if let Form::View = form {
            return self.view(op, dests);
        }
        let outputs =
            data.results.iter().map(|v| self.destination(*v, dests)).collect::<Result<Vec<_>, _>>()?;
        match form {
            Form::Gemm(product) => self.gemm(op, product, &outputs[0])?,
            _ => self.call(op, &form, &outputs, &BTreeMap::new())?,
        }
        self.buffers.extend(data.results.iter().copied().zip(outputs));
        Ok(())
    }

    /// Calls a kernel's function. `in_place` says which results have the memory of which operands.
    fn call(
        &mut self,
        op: OpId,
        form: &Form,
        outputs: &[Buffer],
        in_place: &BTreeMap<usize, usize>,
    ) -> Result<(), Error> {
        let data = self.module.func.op(op);
        let code = kernel::emit(&mut self.module, op, form, in_place)?;
        let mut scratch = vec![];
        for s in &code.scratch {
            scratch.push(self.allocate(&s.ty)?);
        }
        let mut inputs = vec![];
        for (i, v) in data.operands.iter().enumerate() {
            if !in_place.values().any(|operand| *operand == i) {
                inputs.push(self.buffer(*v)?);
            }
        }
        let mut names = vec![];
        let mut types = vec![];
        if code.fallible {
            names.push("%ctx".to_string());
            types.push("!llvm.ptr".to_string());
        }
        for b in inputs.iter().chain(outputs).chain(&scratch) {
            names.push(b.memref.clone());
            types.push(memref(&b.ty));
        }
        for s in &code.symbols {
            names.push(symbol_name(s));
            types.push("index".to_string());
        }
        let call = format!("func.call @{}({}) : ({})", code.name, names.join(", "), types.join(", "));
        if code.fallible {
            let status = self.text.bind(format!("{call} -> i32"));
            self.check(&status);
        } else {
            self.text.line(format!("{call} -> ()"));
        }
        for s in scratch {
            self.free(&s.ptr);
        }
        Ok(())
    }

    /// Runs the kernels that overwrite state, with all memory that they need allocated before the first of them.
    fn overwrite(&mut self) -> Result<(), Error> {
        let func = self.module.func;
        let mut ready = vec![];
        for (op, targets) in self.last.clone() {
            let data = func.op(op);
            let mut outputs = vec![];
            for (i, value) in data.results.iter().enumerate() {
                outputs.push(match targets.get(&i) {
                    Some(arg) => self.buffer(func.body().args[*arg])?,
                    None => self.destination(*value, &HashMap::new())?,
                });
            }
            ready.push((op, targets, outputs));
        }
        for (op, targets, outputs) in ready {
            let form = thn_kernels::form(func, self.module.accesses, op)?;
            let operands = &func.op(op).operands;
            // An update that does not read the old value has no operand to share memory with.
            let shared = targets.iter().filter_map(|(result, arg)| {
                let old = func.body().args[*arg];
                operands.iter().position(|v| *v == old).map(|operand| (*result, operand))
            });
            let shared = shared.collect();
            self.call(op, &form, &outputs, &shared)?;
            operands.clone().into_iter().for_each(|v| self.was_read(v));
        }
        Ok(())
    }

    /// Ends the call with a status that is not 0.
    fn check(&mut self, status: &str) {
        let zero = self.text.constant("0", "i32");
        let bad = self.text.bind(format!("arith.cmpi ne, {status}, {zero} : i32"));
        let next = self.label("next");
        self.text.line(format!("cf.cond_br {bad}, ^failed({status} : i32), {next}"));
        self.text.line(format!("{next}:"));
    }
}
