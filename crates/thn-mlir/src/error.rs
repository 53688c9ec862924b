//! What can go wrong, whose fault it is, and what MLIR said about it.

use std::fmt::{self, Display, Formatter};
use thn_ir::{ErrorKind, Loc};

/// A message of MLIR with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// `file:line:column` where known.
    pub location: String,
    /// The text.
    pub message: String,
    /// Further remarks, each with a place of its own.
    pub notes: Vec<Diagnostic>,
}

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation fails.
    Error,
    /// The operation goes on.
    Warning,
    /// Attached to another diagnostic.
    Note,
    /// Information only.
    Remark,
}

impl Display for Diagnostic {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
            Severity::Remark => "remark",
        };
        write!(formatter, "{}: {severity}: {}", self.location, self.message)?;
        for note in &self.notes {
            write!(formatter, "\n{note}")?;
        }
        Ok(())
    }
}

/// How to see a failure again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reproducer {
    /// The command line, which reads `module` from its standard input.
    pub command: String,
    /// The module before the pipeline ran, with its locations.
    pub module: String,
}

/// A failure: one sentence, and what MLIR said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was attempted and why it failed, as far as this crate knows.
    pub message: String,
    /// What MLIR said meanwhile, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// How to see it again, for pipelines.
    pub reproducer: Option<Box<Reproducer>>,
    /// The place in the program, where there is one.
    pub loc: Loc,
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        if self.loc != Loc::Unknown {
            write!(formatter, "{}: ", self.loc)?;
        }
        formatter.write_str(&self.message)?;
        for diagnostic in &self.diagnostics {
            write!(formatter, "\n{diagnostic}")?;
        }
        if let Some(reproducer) = &self.reproducer {
            write!(formatter, "\nto reproduce: {}", reproducer.command)?;
        }
        Ok(())
    }
}

/// An error of this crate; the variant says whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The given text, module or options are wrong.
    Input(Failure),
    /// The input is right, but asks for something that does not exist yet.
    Unsupported(Failure),
    /// The toolchain broke its own promises.
    Internal(Failure),
}

impl Error {
    /// Wrong input, in one sentence.
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input(Failure::new(message))
    }

    /// Something that is not supported, in one sentence.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(Failure::new(message))
    }

    /// A fault of the toolchain, in one sentence.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(Failure::new(message))
    }

    /// The failure, whoever is at fault.
    pub fn failure(&self) -> &Failure {
        match self {
            Self::Input(failure) | Self::Unsupported(failure) | Self::Internal(failure) => failure,
        }
    }

    /// The same error with what MLIR said about it.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: Vec<Diagnostic>) -> Self {
        self.failure_mut().diagnostics = diagnostics;
        self
    }

    /// The same error with the way to see it again.
    #[must_use]
    pub fn with_reproducer(mut self, reproducer: Reproducer) -> Self {
        self.failure_mut().reproducer = Some(Box::new(reproducer));
        self
    }

    /// The same error at a place in the program, unless it has one.
    #[must_use]
    pub fn at(mut self, loc: Loc) -> Self {
        let failure = self.failure_mut();
        if failure.loc == Loc::Unknown {
            failure.loc = loc;
        }
        self
    }

    /// The same error without its place, for those who show the place themselves.
    #[must_use]
    pub fn without_loc(mut self) -> Self {
        self.failure_mut().loc = Loc::Unknown;
        self
    }

    /// The same error about an op, unless its message names one.
    #[must_use]
    pub fn of(mut self, op: &str) -> Self {
        let failure = self.failure_mut();
        if !failure.message.starts_with('\'') {
            failure.message = format!("'{op}' op {}", failure.message);
        }
        self
    }

    fn failure_mut(&mut self) -> &mut Failure {
        match self {
            Self::Input(failure) | Self::Unsupported(failure) | Self::Internal(failure) => failure,
        }
    }
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), diagnostics: Vec::new(), reproducer: None, loc: Loc::Unknown }
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        match self {
            Self::Input(failure) => failure.fmt(formatter),
            Self::Unsupported(failure) => write!(formatter, "not supported: {failure}"),
            Self::Internal(failure) => write!(formatter, "internal error: {failure}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<thn_ir::Error> for Error {
    /// Keeps the place and whose fault it is; the name of the op becomes part of the message.
    fn from(error: thn_ir::Error) -> Self {
        let message = match error.op {
            Some(op) => format!("'thn.{op}' op {}", error.message),
            None => error.message,
        };
        let made = match error.kind {
            ErrorKind::Input => Self::input(message),
            ErrorKind::Unsupported => Self::unsupported(message),
            ErrorKind::Internal => Self::internal(message),
        };
        made.at(error.loc)
    }
}
