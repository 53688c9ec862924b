//! The ways out of `thn-ir` and back: printed IR that is read again, and code for the processor.

use melior::ir::BlockLike;
use thn_cpu::{Compiled, Options, compile_function};
use thn_ir::Func;
use thn_mlir::{export_module, import, new_context, parse, text::print_with_locations};
use thn_reference::Value;
use thn_runtime::{Array, View};

/// A program as code.
pub(crate) struct Native(Compiled);

/// Compiles a program as it is written.
pub(crate) fn compile(func: &Func) -> Result<Native, String> {
    compile_function(func, &Options::unoptimized()).map(Native).map_err(|e| format!("does not compile: {e}"))
}

impl Native {
    /// The results for these inputs.
    pub(crate) fn call(&self, inputs: &[Value]) -> Result<Vec<Value>, String> {
        let array = |v: &Value| {
            let literal = v.to_literal().ok_or("a value that is no literal")?;
            Array::from_literal(&literal).map_err(|e| e.to_string())
        };
        let arrays = inputs.iter().map(array).collect::<Result<Vec<_>, String>>()?;
        let views: Vec<View<'_>> = arrays.iter().map(Array::view).collect();
        let results = self.0.executable.call(&views, &[]).map_err(|e| e.to_string())?;
        results.iter().map(|a| a.to_literal().map(|l| Value::from(&l)).map_err(|e| e.to_string())).collect()
    }
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
