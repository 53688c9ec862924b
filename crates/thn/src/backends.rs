//! What functions can be compiled for. A backend is one crate, one variant of [`Target`] and one line of
//! [`Target::ALL`].

use crate::{CompileErrors, Options, code::Code, reference::Interpreted};
use thn_ir::Func;

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

    pub(crate) fn compile(
        self,
        func: Func,
        options: &Options,
        observer: &dyn Fn(&str),
    ) -> Result<Box<dyn Code>, CompileErrors> {
        match self {
            #[cfg(feature = "cpu")]
            Target::Cpu => Ok(Box::new(crate::native::compile(&func, options, observer)?)),
            Target::Reference => Ok(Box::new(Interpreted::new(func, options, observer)?)),
        }
    }
}

impl Default for Target {
    fn default() -> Target {
        Target::ALL[0]
    }
}
