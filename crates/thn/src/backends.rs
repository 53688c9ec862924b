//! What functions can be compiled for. A backend is one crate and one line of [`Target::ALL`].

use crate::{CompileErrors, reference::Interpreted};
use std::fmt;
use thn_ir::{Func, ShapeProgram};
use thn_runtime::{Array, CallError, SharedVar, View};

/// What a function runs on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// The interpreter that defines what programs mean: slow, and without any rewriting.
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
}

impl Target {
    /// Every target that this build knows.
    pub const ALL: &'static [Target] = &[Target::Reference];

    /// The name on command lines.
    pub fn name(self) -> &'static str {
        match self {
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
            Target::Reference => Availability::Available,
        }
    }

    /// Whether programs are rewritten before they are compiled for it.
    pub(crate) fn is_optimized(self) -> bool {
        self != Target::Reference
    }

    pub(crate) fn compile(self, func: Func, shapes: ShapeProgram) -> Result<Box<dyn Code>, CompileErrors> {
        match self {
            Target::Reference => Ok(Box::new(Interpreted::new(func, shapes))),
        }
    }
}

impl Default for Target {
    fn default() -> Target {
        Target::ALL[0]
    }
}
