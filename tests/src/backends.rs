//! The ways out of `thn-ir` and back: printed IR that is read again, and code for the processor.

use melior::ir::BlockLike;
use std::collections::{BTreeMap, HashMap};
use thn_cpu::{Compiled, Options, compile_function, compile_lowered};
use thn_ir::{Func, ShapeProgram};
use thn_mlir::{export_module, import, new_context, parse, text::print_with_locations};
use thn_reference::Value;
use thn_runtime::{Array, View};

/// A change of lowered text: a planted fault, or none.
pub(crate) type Lowering = dyn Fn(&mut String) + Sync;

/// Programs as the code of one function, which is called with the arguments of all.
pub(crate) struct Native {
    compiled: Compiled,
    /// The names of the function's arguments, in order.
    arguments: Vec<String>,
}

/// One function of several programs, whose arguments of one name are one argument. The programs have no symbols but the
/// lengths that the first argument of each gives.
pub(crate) fn together(programs: &[&Func]) -> Result<Func, String> {
    let mut out = Func::new("main");
    let mut arguments = BTreeMap::new();
    for program in programs {
        out.adopt_symbols(program.symbols());
        let mut map = HashMap::new();
        for (value, arg) in program.body().args.iter().zip(&program.args) {
            let name = arg.name.clone().ok_or("an argument has no name")?;
            let ty = program.ty(*value).clone();
            let made = *arguments.entry(name).or_insert_with(|| out.add_arg(ty, arg.clone()));
            map.insert(*value, made);
        }
        out.copy_block(Func::BODY, program, Func::BODY, &mut map);
        for (value, res) in program.body().results.iter().zip(&program.results) {
            out.add_result(map[value], res.clone());
        }
    }
    Ok(out)
}

/// Compiles a program as it is written, with what a planted fault makes of its lowered text; `None` if the fault has no
/// place in it.
pub(crate) fn compile(func: &Func, fault: Option<&Lowering>) -> Result<Option<Native>, String> {
    let names = func.args.iter().map(|arg| arg.name.as_deref().unwrap_or_default().to_owned());
    let arguments = names.collect();
    let compiled = match fault {
        None => compile_function(func, &Options::unoptimized()).map(Some).map_err(|e| e.to_string()),
        Some(fault) => faulty(func, fault),
    };
    let compiled = compiled.map_err(|e| format!("does not compile: {e}"))?;
    Ok(compiled.map(|compiled| Native { compiled, arguments }))
}

fn faulty(func: &Func, fault: &Lowering) -> Result<Option<Compiled>, String> {
    let shapes = ShapeProgram::new(func).map_err(|e| e.to_string())?;
    let mut func = func.compact();
    func.unify_dims().map_err(|e| e.to_string())?;
    let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).map_err(|e| e.to_string())?;
    let mut lowered = thn_lower::lower(&planned).map_err(|e| e.to_string())?;
    let right = lowered.text.clone();
    fault(&mut lowered.text);
    if lowered.text.lines().eq(right.lines()) {
        return Ok(None);
    }
    compile_lowered(&lowered, &planned, shapes, &Options::unoptimized()).map(Some).map_err(|e| e.to_string())
}

impl Native {
    /// The results for inputs by the names of their arguments.
    pub(crate) fn call(&self, inputs: &BTreeMap<String, Value>) -> Result<Vec<Value>, String> {
        let array = |name: &String| {
            let value = inputs.get(name).ok_or_else(|| format!("no input for {name}"))?;
            let literal = value.to_literal().ok_or("a value that is no literal")?;
            Array::from_literal(&literal).map_err(|e| e.to_string())
        };
        let arrays = self.arguments.iter().map(array).collect::<Result<Vec<_>, String>>()?;
        let views: Vec<View<'_>> = arrays.iter().map(Array::view).collect();
        let results = self.compiled.executable.call(&views, &[]).map_err(|e| e.to_string())?;
        results.iter().map(|a| a.to_literal().map(|l| Value::from(&l)).map_err(|e| e.to_string())).collect()
    }
}

/// A program as text of the dialect.
pub(crate) fn text(func: &Func) -> Result<String, String> {
    thn_cpu::dialect_text(func).map_err(|e| e.to_string())
}

/// Prints a program, reads it, prints it again, and gives what was read; an error if the texts differ.
pub(crate) fn round_trip(func: &Func) -> Result<Func, String> {
    let context = new_context();
    let print = |func: &Func| {
        let module = export_module(&context, &[func]).map_err(|e| format!("is not exported: {e}"))?;
        Ok::<String, String>(print_with_locations(module.as_operation()))
    };
    let text = print(func)?;
    let module =
        parse(&context, &text, "random.mlir").map_err(|e| format!("is not read back: {e}\n{text}"))?;
    let function = module.body().first_operation().ok_or("the module is empty")?;
    let copy = import(function).map_err(|e| format!("is not imported: {e}\n{text}"))?.func;
    let again = print(&copy)?;
    if text == again {
        return Ok(copy);
    }
    let differs = text.lines().zip(again.lines()).find(|(a, b)| a != b);
    let (old, new) = differs.unwrap_or(("fewer lines", "more lines, or the other way round"));
    Err(format!("changes when it is read back, from\n{old}\nto\n{new}"))
}
