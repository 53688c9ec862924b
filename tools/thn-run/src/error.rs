//! What can go wrong, in the words of a user of files and names.

use std::{fmt, path::PathBuf};
use thn_runtime::CallError;

/// A failed run.
#[derive(Debug)]
pub(crate) enum Error {
    /// The options do not fit the program.
    Options(String),
    /// A file cannot be used.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The program cannot be compiled.
    Compile(thn_cpu::Error),
    /// The program or its inputs are wrong.
    Program(thn_ir::Error),
    /// The call failed.
    Call(CallError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Options(message) => f.write_str(message),
            Error::File { path, why } => write!(f, "{}: {why}", path.display()),
            Error::Compile(error) => error.fmt(f),
            Error::Program(error) => error.fmt(f),
            Error::Call(error) => error.fmt(f),
        }
    }
}

impl From<thn_cpu::Error> for Error {
    fn from(error: thn_cpu::Error) -> Error {
        Error::Compile(error)
    }
}

impl From<thn_ir::Error> for Error {
    fn from(error: thn_ir::Error) -> Error {
        Error::Program(error)
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        Error::Call(error)
    }
}
