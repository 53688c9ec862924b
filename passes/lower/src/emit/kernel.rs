//! One kernel as one private function.
//!
//! Its arguments are, in order: the context if it can fail, the inputs, the results, scratch buffers, and the symbols
//! that its dims need. Results and scratch never overlap anything else; inputs may overlap each other. A kernel that
//! can fail checks all its indices before it writes anything, and returns a status.

mod checks;
mod elementwise;
mod fold;
mod rows;
mod scatter;

use crate::Site;
use crate::emit::element::{Elements, Globals, Source};
use crate::emit::scalar::Calls;
use crate::emit::text::Text;
use crate::emit::types::memref;
use std::collections::{BTreeMap, HashMap};
use thn_ir::{BlockId, DType, Dim, Error, Func, OpId, Symbol, TensorType, Type};
use thn_kernels::{Accesses, Form};

/// A buffer that a kernel needs while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    /// Its element type and dims.
    pub(crate) ty: TensorType,
}

/// An emitted kernel.
pub(crate) struct Kernel {
    pub(crate) name: String,
    /// Symbols that it takes, in order.
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) scratch: Vec<Scratch>,
    pub(crate) fallible: bool,
}

/// What all kernels of a module share.
pub(crate) struct Module<'a> {
    pub(crate) func: &'a Func,
    pub(crate) accesses: &'a Accesses,
    pub(crate) calls: Calls,
    pub(crate) globals: Globals,
    pub(crate) sites: Vec<Site>,
    pub(crate) kernels: Vec<String>,
}

/// A function that is being written.
struct Writer<'m> {
    e: Elements<'m>,
    region: BlockId,
    /// Results: memref and its type.
    outputs: Vec<(String, String)>,
    scratch: Vec<Scratch>,
    scratch_names: Vec<String>,
    sites: &'m mut Vec<Site>,
    kernel: OpId,
}

/// Whether a kernel can fail.
pub(crate) fn is_fallible(func: &Func, accesses: &Accesses, kernel: OpId) -> bool {
    checks::needed(func, accesses, func.op(kernel).regions[0])
}

/// Emits a kernel that has loops or scatters. `in_place` gives, for results, the inputs whose memory they overwrite;
/// such an input is no argument of its own.
pub(crate) fn emit(
    module: &mut Module<'_>,
    kernel: OpId,
    form: &Form,
    in_place: &BTreeMap<usize, usize>,
) -> Result<Kernel, Error> {
    let func = module.func;
    let data = func.op(kernel);
    let region = data.regions[0];
    let symbols = symbols(func, kernel);
    let names = symbols.iter().map(|s| (s.id, symbol_name(s))).collect();
    let fallible = checks::needed(func, module.accesses, region);
    let name = format!("kernel_{}", module.kernels.len());
    let mut w = Writer {
        e: Elements {
            func,
            accesses: module.accesses,
            text: Text::new(names),
            calls: &mut module.calls,
            globals: &mut module.globals,
            sources: HashMap::new(),
            iters: vec![],
            row: 0,
            rows: 0,
            inputs: None,
        },
        region,
        outputs: vec![],
        scratch: vec![],
        scratch_names: vec![],
        sites: &mut module.sites,
        kernel,
    };
    let (mut inputs, outputs) = w.signature()?;
    for input in in_place.values() {
        inputs[*input].0.clear();
    }
    w.scratch = match form {
        Form::Loops(schedule) => rows::scratch(func, module.accesses, schedule, region)?,
        _ => vec![],
    };
    w.scratch_names = (0..w.scratch.len()).map(|i| format!("%scratch{i}")).collect();
    let distinct = w.distinct(&inputs, &outputs);
    inputs.retain(|(name, _)| !name.is_empty());
    for (result, input) in in_place {
        let arg = func.block(region).args[*input];
        let (name, ty) = w.outputs[*result].clone();
        w.e.sources.insert(arg, Source::Memory { name, ty });
    }
    if fallible {
        checks::emit(&mut w)?;
    }
    match form {
        Form::Loops(schedule) if rows::is_flat(module.accesses, schedule) => {
            elementwise::emit(&mut w, schedule)?;
        }
        Form::Loops(schedule) => rows::emit(&mut w, schedule)?,
        Form::Scatter(op) => scatter::emit(&mut w, *op)?,
        Form::View | Form::Gemm(_) => {
            return Err(Error::internal("has no function of its own").at("kernel", &data.loc));
        }
    }
    if fallible {
        let ok = w.e.text.constant("0", "i32");
        w.e.text.line(format!("return {ok} : i32"));
    } else {
        w.e.text.line("return");
    }
    let scratch = w.scratch.clone();
    let mut parameters = vec![];
    if fallible {
        parameters.push("%ctx: !llvm.ptr".to_string());
    }
    parameters.extend(inputs.iter().chain(&outputs).map(|(name, ty)| format!("{name}: {ty}")));
    parameters.extend(scratch.iter().enumerate().map(|(i, s)| format!("%scratch{i}: {}", memref(&s.ty))));
    parameters.extend(symbols.iter().map(|s| format!("{}: index", symbol_name(s))));
    let result = if fallible { " -> i32" } else { "" };
    let body = w.e.text.finish();
    let text = format!(
        "func.func private @{name}({}){result} attributes {{llvm.linkage = #llvm.linkage<internal>}} {{\n{distinct}{body}}}\n",
        parameters.join(", ")
    );
    module.kernels.push(text);
    Ok(Kernel { name, symbols, scratch, fallible })
}

/// The name of a symbol's value.
pub(crate) fn symbol_name(symbol: &Symbol) -> String {
    let plain: String =
        symbol.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("%dim{}_{plain}", symbol.id)
}

/// The symbols that a kernel's types and attributes use.
fn symbols(func: &Func, kernel: OpId) -> Vec<Symbol> {
    let mut found: BTreeMap<u32, Symbol> = BTreeMap::new();
    let mut add = |d: &Dim| found.extend(d.symbols().into_iter().map(|s| (s.id, s)));
    let region = func.op(kernel).regions[0];
    let ops = func.block(region).ops.iter().chain([&kernel]);
    for op in ops {
        let data = func.op(*op);
        for value in data.operands.iter().chain(&data.results) {
            if let Type::Tensor(t) = func.ty(*value) {
                t.shape.iter().for_each(&mut add);
            }
        }
        for (_, attr) in data.attrs.iter() {
            match attr {
                thn_ir::Attr::Dim(d) => add(d),
                thn_ir::Attr::Dims(ds) => ds.iter().for_each(&mut add),
                _ => {}
            }
        }
    }
    found.into_values().collect()
}

type Parameters = Vec<(String, String)>;

impl Writer<'_> {
    /// Names and types of inputs and results.
    fn signature(&self) -> Result<(Parameters, Parameters), Error> {
        let block = self.e.func.block(self.region);
        let of = |values: &[thn_ir::Value], prefix: &str| -> Result<Parameters, Error> {
            let one =
                |(i, v): (usize, &thn_ir::Value)| Ok((format!("%{prefix}{i}"), memref(&self.e.tensor(*v)?)));
            values.iter().enumerate().map(one).collect()
        };
        Ok((of(&block.args, "arg")?, of(&block.results, "out")?))
    }

    /// States which memory does not overlap, and gives every value its memory under the names that say so.
    fn distinct(&mut self, inputs: &Parameters, outputs: &Parameters) -> String {
        let args = self.e.func.block(self.region).args.clone();
        let mut text = String::new();
        let mut own: Parameters = outputs.clone();
        let scratch = self.scratch.iter().map(|s| memref(&s.ty));
        own.extend(self.scratch_names.iter().cloned().zip(scratch));
        let mut states = |first: Option<&(String, String)>, own: &mut Parameters, tag: usize| {
            let all: Parameters = first.into_iter().chain(own.iter()).cloned().collect();
            if all.len() < 2 {
                return first.map(|f| f.0.clone());
            }
            let renamed: Vec<String> = (0..all.len()).map(|i| format!("%own{tag}_{i}")).collect();
            let names: Vec<&str> = all.iter().map(|(n, _)| n.as_str()).collect();
            let types: Vec<&str> = all.iter().map(|(_, t)| t.as_str()).collect();
            text.push_str(&format!(
                "{} = memref.distinct_objects {} : {}\n",
                renamed.join(", "),
                names.join(", "),
                types.join(", ")
            ));
            let skip = usize::from(first.is_some());
            own.iter_mut().zip(&renamed[skip..]).for_each(|(o, n)| o.0.clone_from(n));
            first.map(|_| renamed[0].clone())
        };
        let separate: Vec<_> = args.iter().zip(inputs).filter(|(_, input)| !input.0.is_empty()).collect();
        if separate.is_empty() {
            states(None, &mut own, 0);
        }
        for (i, (arg, input)) in separate.into_iter().enumerate() {
            if let Some(name) = states(Some(input), &mut own, i) {
                self.e.sources.insert(*arg, Source::Memory { name, ty: input.1.clone() });
            }
        }
        self.outputs = own[..outputs.len()].to_vec();
        self.scratch_names = own[outputs.len()..].iter().map(|o| o.0.clone()).collect();
        text
    }

    /// Where a value of the kernel goes, if it is a result.
    fn output(&self, value: thn_ir::Value) -> Option<(String, String)> {
        let results = &self.e.func.block(self.region).results;
        results.iter().position(|r| *r == value).map(|at| self.outputs[at].clone())
    }
}

/// The element type in which sums of an element type are gathered.
pub(crate) fn wide(dtype: DType) -> DType {
    if dtype == DType::F32 { DType::F64 } else { dtype }
}
