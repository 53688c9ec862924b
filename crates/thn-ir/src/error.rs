//! Errors of the IR: whose fault it is, which op, where.

use crate::Loc;
use std::fmt;

/// Whose fault an error is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The program is wrong: shapes, dtypes, attributes, unknown names.
    Input,
    /// The program is right but this version cannot do it yet.
    Unsupported,
    /// A defect of `thn` itself.
    Internal,
}

/// Something wrong with a program.
#[derive(Clone, PartialEq, Debug)]
pub struct Error {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// Mnemonic of the op at fault, if there is one.
    pub op: Option<&'static str>,
    /// What is wrong, naming values, shapes and dims.
    pub message: String,
    /// The user's source line.
    pub loc: Loc,
}

impl Error {
    /// An error in the user's program.
    pub fn input(message: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Input, op: None, message: message.into(), loc: Loc::Unknown }
    }

    /// Something this version cannot do.
    pub fn unsupported(message: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Unsupported, ..Error::input(message) }
    }

    /// A broken invariant of `thn`.
    pub fn internal(message: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Internal, ..Error::input(message) }
    }

    /// The same error at a place in the user's source, unless it has one.
    #[must_use]
    pub fn located(mut self, loc: &Loc) -> Error {
        if self.loc == Loc::Unknown {
            self.loc = loc.clone();
        }
        self
    }

    /// The same error at an op.
    #[must_use]
    pub fn at(mut self, op: &'static str, loc: &Loc) -> Error {
        self.op.get_or_insert(op);
        self.located(loc)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.loc != Loc::Unknown {
            write!(f, "{}: ", self.loc)?;
        }
        match self.kind {
            ErrorKind::Input => {}
            ErrorKind::Unsupported => f.write_str("not supported: ")?,
            ErrorKind::Internal => f.write_str("internal error: ")?,
        }
        if let Some(op) = self.op {
            write!(f, "'thn.{op}' op ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
