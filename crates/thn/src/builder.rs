//! From expressions to a function: declaration, checks, rewriting, compilation.

use crate::{CompileErrors, Function, In, Inputs, Outputs, Target, function::Input};
use thn_eqsat::Options;
use thn_graph::{Operand, Program, Request, Tensor, Term, constant};
use thn_ir::{Error, Loc, Scalar, ShapeProgram, verify};

/// Declares a function of some inputs with some outputs; [`FunctionBuilder::compile`] makes it.
#[track_caller]
pub fn function(inputs: impl Inputs, outputs: impl Outputs) -> FunctionBuilder {
    FunctionBuilder {
        inputs: inputs.inputs(),
        request: Request { outputs: outputs.outputs(), loc: Loc::caller(), ..Request::default() },
        target: Target::default(),
        options: Options::default(),
    }
}

/// A function before it is compiled.
#[must_use = "a function exists once it is compiled"]
#[derive(Debug)]
pub struct FunctionBuilder {
    inputs: Vec<In>,
    request: Request,
    target: Target,
    options: Options,
}

/// A tensor, or a number as a constant.
fn tensor(value: &impl Operand) -> Tensor {
    match value.term() {
        Term::Tensor(t) => t,
        Term::Number(Scalar::Bool(b)) => constant(b),
        Term::Number(Scalar::Int(i)) => constant(i64::try_from(i).unwrap_or(i64::MAX)),
        Term::Number(Scalar::Float(x)) => constant(x),
    }
}

impl FunctionBuilder {
    /// Gives a shared variable a new value after each call. All new values and outputs are computed from the old
    /// ones.
    pub fn update(mut self, variable: &Tensor, value: impl Operand) -> FunctionBuilder {
        self.request.updates.push((variable.clone(), tensor(&value)));
        self
    }

    /// Several updates at once.
    pub fn updates<V: Operand>(
        self,
        updates: impl IntoIterator<Item = (impl std::borrow::Borrow<Tensor>, V)>,
    ) -> FunctionBuilder {
        updates.into_iter().fold(self, |f, (variable, value)| f.update(variable.borrow(), value))
    }

    /// Puts other tensors in the place of some, in this function only: a slice of shared data for a variable, say.
    pub fn givens<V: Operand>(
        mut self,
        givens: impl IntoIterator<Item = (impl std::borrow::Borrow<Tensor>, V)>,
    ) -> FunctionBuilder {
        let pairs = givens.into_iter().map(|(old, new)| (old.borrow().clone(), tensor(&new)));
        self.request.givens.extend(pairs);
        self
    }

    /// The function's name in messages and printed programs.
    pub fn name(mut self, name: &str) -> FunctionBuilder {
        self.request.name = name.to_string();
        self
    }

    /// Inputs that nothing depends on are fine.
    pub fn allow_unused_inputs(mut self) -> FunctionBuilder {
        self.request.allow_unused_inputs = true;
        self
    }

    /// What the function runs on.
    pub fn target(mut self, target: Target) -> FunctionBuilder {
        self.target = target;
        self
    }

    /// How the program is rewritten.
    pub fn optimizer(mut self, options: Options) -> FunctionBuilder {
        self.options = options;
        self
    }

    /// Makes the function, or gives everything that is wrong with it.
    pub fn compile(mut self) -> Result<Function, CompileErrors> {
        self.request.inputs = self.inputs.iter().map(|i| i.variable.clone()).collect();
        let Program { mut func, inputs, shared, outputs } =
            Program::extract(&self.request).map_err(CompileErrors::new)?;
        let wrong = verify::verify(&func);
        if !wrong.is_empty() {
            return Err(CompileErrors::new(wrong));
        }
        // The checks of a call come from the program as it was written, so that no rewrite can lose one.
        let shapes = ShapeProgram::new(&func)?;
        let mut declared = vec![];
        let mut errors = vec![];
        for (i, (input, arg)) in self.inputs.into_iter().zip(&func.args).enumerate() {
            let name = arg.name.clone();
            let described = name.as_deref().map_or_else(|| format!("input {i}"), str::to_string);
            let Some(ty) = func.tensor(func.body().args[i]) else { continue };
            let default = input.default.map(|d| d.for_variable(&described, ty.dtype)?.into_array());
            let default = default.transpose().unwrap_or_else(|e| {
                errors.push(Error::input(format!("the default of {described}: {e}")).located(&arg.loc));
                None
            });
            declared.push(Input { name: described, dtype: ty.dtype, default });
        }
        if !errors.is_empty() {
            return Err(CompileErrors::new(errors));
        }
        let names = func.results[..outputs].iter().map(|r| r.name.as_deref().map(str::to_string)).collect();
        debug_assert_eq!(inputs, declared.len());
        let mut report = None;
        if self.target.is_optimized() {
            func.unify_dims()?;
            report = Some(thn_eqsat::optimize(&mut func, &self.options)?);
        }
        let name = func.name.to_string();
        let text = func.to_string();
        let code = self.target.compile(func, shapes)?;
        Ok(Function { name, inputs: declared, outputs: names, shared, code, text, report })
    }
}
