//! What can go wrong in compiling and calling.

use std::fmt;
use thn_ir::ErrorKind;
use thn_runtime::CallError;

/// Everything that is wrong with a function, at least one problem, each with the line that made it.
#[derive(Clone, PartialEq, Debug)]
pub struct CompileErrors {
    errors: Vec<thn_ir::Error>,
}

impl CompileErrors {
    pub(crate) fn new(errors: Vec<thn_ir::Error>) -> CompileErrors {
        CompileErrors { errors }
    }

    /// The problems, in the order in which the program made them.
    pub fn errors(&self) -> &[thn_ir::Error] {
        &self.errors
    }

    /// Whether the program is right and only this version cannot compile it.
    pub fn is_unsupported(&self) -> bool {
        self.errors.iter().all(|e| e.kind == ErrorKind::Unsupported)
    }
}

impl From<thn_ir::Error> for CompileErrors {
    fn from(error: thn_ir::Error) -> CompileErrors {
        CompileErrors { errors: vec![error] }
    }
}

impl fmt::Display for CompileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            write!(f, "{}{error}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for CompileErrors {}

/// Any error of this crate.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// A function could not be compiled.
    Compile(CompileErrors),
    /// A call was refused or failed, or data is not what it should be.
    Call(CallError),
}

impl From<CompileErrors> for Error {
    fn from(errors: CompileErrors) -> Error {
        Error::Compile(errors)
    }
}

impl From<thn_ir::Error> for Error {
    fn from(error: thn_ir::Error) -> Error {
        Error::Compile(error.into())
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        Error::Call(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Compile(e) => e.fmt(f),
            Error::Call(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
