//! From expressions to a function: declaration, checks, rewriting, compilation.

use crate::{CompileErrors, Function, In, Inputs, Options, Outputs, Target, function::Input};
use std::fmt;
use thn_accuracy::Accuracy;
use thn_eqsat::{self as eqsat, Class};
use thn_graph::{Operand, Program, Request, Tensor, Term, constant};
use thn_ir::{Error, Func, Loc, Scalar};
use thn_progress::Progress;

/// Declares a function of some inputs with some outputs; [`FunctionBuilder::compile`] makes it.
#[track_caller]
pub fn function(inputs: impl Inputs, outputs: impl Outputs) -> FunctionBuilder {
    FunctionBuilder {
        inputs: inputs.inputs(),
        request: Request { outputs: outputs.outputs(), loc: Loc::caller(), ..Request::default() },
        target: Target::default(),
        options: Options::default(),
        observer: Observer::Terminal,
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
    observer: Observer,
}

/// Who hears of each step of a compilation as it begins.
enum Observer {
    /// A line on the terminal, if there is one.
    Terminal,
    /// A function of the user.
    User(Box<dyn Fn(&str) + Send>),
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Observer::Terminal => "Terminal",
            Observer::User(_) => "User",
        })
    }
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

    /// How the function is compiled.
    pub fn options(mut self, options: Options) -> FunctionBuilder {
        self.options = options;
        self
    }

    /// Without rewrites that round otherwise than the program as written.
    pub fn strict(mut self) -> FunctionBuilder {
        self.options.rules = self.options.rules.with_class(Class::Reassoc, false);
        self
    }

    /// Changes what the optimizer may do: `rules(|rules| rules.excluding("log1p").with_profile(Detail::Rules))`.
    pub fn rules(mut self, change: impl FnOnce(eqsat::Options) -> eqsat::Options) -> FunctionBuilder {
        self.options.rules = change(self.options.rules);
        self
    }

    /// Makes float results more accurate where the arguments lie, as samples show; [`Function::improved`] tells what was
    /// found.
    pub fn improve(mut self, accuracy: Accuracy) -> FunctionBuilder {
        self.options.improve = Some(accuracy);
        self
    }

    /// Rewrites the program, or does not, whatever the target does by itself.
    pub fn rewrite(mut self, rewrite: bool) -> FunctionBuilder {
        self.options.rewrite = Some(rewrite);
        self
    }

    /// Keeps the text of every level.
    pub fn stages(mut self) -> FunctionBuilder {
        self.options.stages = true;
        self
    }

    /// Calls `observer` with the name of each step as it begins: "check", "rewrite", "plan", … Without an observer, a
    /// compilation of more than a second shows its step in a line on standard error, if that is a terminal;
    /// `observe(|_| {})` shows nothing.
    pub fn observe(mut self, observer: impl Fn(&str) + Send + 'static) -> FunctionBuilder {
        self.observer = Observer::User(Box::new(observer));
        self
    }

    /// Makes the function, or gives everything that is wrong with it.
    ///
    /// # Errors
    ///
    /// Every problem of the program, each with the line that made it; what the target cannot do.
    pub fn compile(mut self) -> Result<Function, CompileErrors> {
        self.request.inputs = self.inputs.iter().map(|i| i.variable.clone()).collect();
        let program = Program::extract(&self.request).map_err(CompileErrors::new)?;
        let inputs = declared(self.inputs, &program.func)?;
        let results = &program.func.results[..program.outputs];
        let outputs = results.iter().map(|r| r.name.as_deref().map(str::to_string)).collect();
        let name = program.func.name.to_string();
        let code = match self.observer {
            Observer::User(observer) => self.target.compile(program.func, &self.options, &*observer)?,
            Observer::Terminal => {
                let progress = Progress::on_terminal(format!("compiling {name}"));
                self.target.compile(program.func, &self.options, &|step| progress.stage(step))?
            }
        };
        Ok(Function { name, inputs, outputs, shared: program.shared, code })
    }

    /// The program that [`FunctionBuilder::compile`] would compile.
    ///
    /// # Errors
    ///
    /// As [`FunctionBuilder::compile`].
    pub fn program(mut self) -> Result<Program, CompileErrors> {
        self.request.inputs = self.inputs.iter().map(|i| i.variable.clone()).collect();
        Program::extract(&self.request).map_err(CompileErrors::new)
    }
}

/// The inputs as calls see them, with defaults of the declared element types.
fn declared(inputs: Vec<In>, func: &Func) -> Result<Vec<Input>, CompileErrors> {
    let mut declared = vec![];
    let mut errors = vec![];
    for (i, (input, arg)) in inputs.into_iter().zip(&func.args).enumerate() {
        let name = arg.name.as_deref().map_or_else(|| format!("arg{i}"), str::to_string);
        let Some(dtype) = func.tensor(func.body().args[i]).map(|t| t.dtype) else { continue };
        let default = input.default.map(|d| d.for_variable(&name, dtype)?.into_array()).transpose();
        match default {
            Ok(default) => declared.push(Input { name, dtype, default }),
            Err(e) => errors.push(Error::input(format!("the default of {name}: {e}")).located(&arg.loc)),
        }
    }
    if errors.is_empty() { Ok(declared) } else { Err(CompileErrors::new(errors)) }
}
