//! What functions can be compiled for. A backend is one crate, one variant of [`Target`] and one line of
//! [`Target::ALL`].

use crate::{CompileErrors, Options, reference::Interpreted};
use std::fmt;
use thn_eqsat::Report;
use thn_ir::Func;
use thn_runtime::{Array, CallError, SharedVar, View};

/// What a function runs on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// Native code for this machine's CPU.
    #[cfg(feature = "cpu")]
    Cpu,
    /// The interpreter that defines what programs mean: slow, and without rewriting unless it is asked for.
    Reference,
}

/// Whether a target can be used on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Availability {
    /// It can.
    Available,
    /// It cannot, and why.
    Missing(String),
}

/// What was made of a function.
pub(crate) trait Code: Send + Sync + fmt::Debug {
    /// Computes the outputs, and gives shared variables their new values if nothing failed.
    fn call(&self, inputs: &[View<'_>], shared: &[SharedVar]) -> Result<Vec<Array>, CallError>;

    /// The program as it runs, as a listing.
    fn program(&self) -> String;

    /// What rewriting did; `None` if there was none.
    fn rewrites(&self) -> Option<&Report>;

    /// How the function came to be native code.
    #[cfg(feature = "cpu")]
    fn compiled(&self) -> Option<&thn_cpu::Compiled> {
        None
    }
}

impl Target {
    /// Every target of this build, the default first.
    pub const ALL: &'static [Target] = &[
        #[cfg(feature = "cpu")]
        Target::Cpu,
        Target::Reference,
    ];

    /// The name on command lines.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "cpu")]
            Target::Cpu => "cpu",
            Target::Reference => "reference",
        }
    }

    /// The target with this name.
    pub fn from_name(name: &str) -> Option<Target> {
        Target::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// Whether it can be used here.
    pub fn probe(self) -> Availability {
        match self {
            #[cfg(feature = "cpu")]
            Target::Cpu => Availability::Available,
            Target::Reference => Availability::Available,
        }
    }

    pub(crate) fn compile(self, func: Func, options: &Options) -> Result<Box<dyn Code>, CompileErrors> {
        match self {
            #[cfg(feature = "cpu")]
            Target::Cpu => Ok(Box::new(crate::native::compile(&func, options)?)),
            Target::Reference => Ok(Box::new(Interpreted::new(func, options)?)),
        }
    }
}

impl Default for Target {
    fn default() -> Target {
        Target::ALL[0]
    }
}
