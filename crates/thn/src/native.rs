//! Functions as native code for the CPU.

use crate::{CompileErrors, Options, code::Code};
use thn_accuracy::Improved;
use thn_cpu::{Compiled, compile_observed};
use thn_eqsat::Report;
use thn_ir::{Error, Func};
use thn_runtime::{Array, CallError, SharedVar, View};

pub(crate) fn compile(
    func: &Func,
    options: &Options,
    observer: &dyn Fn(&str),
) -> Result<Compiled, CompileErrors> {
    let options = thn_cpu::Options {
        rewrite: options.rewrite.unwrap_or(true),
        rules: options.rules.clone(),
        improve: options.improve.clone(),
        fusion: options.fusion,
        stages: options.stages,
        ..thn_cpu::Options::default()
    };
    compile_observed(func, &options, &|step| observer(step)).map_err(|error| match error {
        thn_cpu::Error::Program(errors) => CompileErrors::new(errors),
        other => CompileErrors::from(Error::internal(other.to_string())),
    })
}

impl Code for Compiled {
    fn call(&self, inputs: &[View<'_>], shared: &[SharedVar]) -> Result<Vec<Array>, CallError> {
        self.executable.call(inputs, shared)
    }

    fn program(&self) -> &Func {
        &self.planned
    }

    fn rewrites(&self) -> Option<&Report> {
        self.report.rewrites.as_ref()
    }

    fn improved(&self) -> &[Improved] {
        &self.report.improved
    }

    fn compiled(&self) -> Option<&Compiled> {
        Some(self)
    }
}
