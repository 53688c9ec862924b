//! Why a program did not become a function.

use std::fmt;
use thn_runtime::CallError;

/// A failed compilation; each variant names the owner of the message.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// What is wrong with the program, all of it.
    Program(Vec<thn_ir::Error>),
    /// MLIR or LLVM refused a step.
    Toolchain {
        /// What was attempted: "reading the module", "lowering to the LLVM dialect".
        step: &'static str,
        /// What was said.
        error: thn_mlir::Error,
    },
    /// The runtime refused the code.
    Runtime(CallError),
}

impl Error {
    /// For `map_err` at a step of the toolchain.
    pub(crate) fn at(step: &'static str) -> impl Fn(thn_mlir::Error) -> Error {
        move |error| Error::Toolchain { step, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Program(errors) => {
                for (i, error) in errors.iter().enumerate() {
                    write!(f, "{}{error}", if i > 0 { "\n" } else { "" })?;
                }
                Ok(())
            }
            Error::Toolchain { step, error } => write!(f, "{step}: {error}"),
            Error::Runtime(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<thn_ir::Error> for Error {
    fn from(error: thn_ir::Error) -> Error {
        Error::Program(vec![error])
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        Error::Runtime(error)
    }
}
