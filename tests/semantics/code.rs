//! The ways in which a program runs.

use crate::call;
use thn_cpu::{Compiled, Options, compile_function};
use thn_ir::Func;
use thn_reference::{Value, interpret};

/// A way to run programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// The reference interpreter.
    Reference,
    /// Code for this CPU, of the program as it is written.
    Written,
    /// Code for this CPU, of the optimized program.
    Optimized,
    /// Code for every CPU of this architecture, of the program as it is written.
    AnyCpu,
}

impl Way {
    pub(crate) const ALL: [Way; 4] = [Way::Reference, Way::Written, Way::Optimized, Way::AnyCpu];

    fn options(self) -> Option<Options> {
        match self {
            Way::Reference => None,
            Way::Written => Some(Options::unoptimized()),
            Way::Optimized => Some(Options::default()),
            Way::AnyCpu => Some(Options::unoptimized().for_any_cpu()),
        }
    }
}

/// A program, ready to run one way.
pub(crate) struct Ready<'f> {
    func: &'f Func,
    code: Option<Compiled>,
}

impl<'f> Ready<'f> {
    pub(crate) fn new(way: Way, func: &'f Func) -> Result<Ready<'f>, String> {
        let compile = |o: Options| compile_function(func, &o).map_err(|e| format!("{way:?}: {e}\n{func}"));
        Ok(Ready { func, code: way.options().map(compile).transpose()? })
    }

    pub(crate) fn call(&self, inputs: &[Value]) -> Result<Vec<Value>, String> {
        match &self.code {
            Some(code) => call::call(code, inputs),
            None => interpret(self.func, inputs).map_err(|e| e.to_string()),
        }
    }
}
