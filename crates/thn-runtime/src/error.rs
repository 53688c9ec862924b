//! Everything that can be wrong with a call or with data given to one.

use std::fmt;
use thn_ir::{DType, Loc, ShapeFailure};

/// Why a call was refused or failed. Shared variables are as they were before it.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum CallError {
    /// Too few or too many arguments.
    ArgumentCount {
        /// What is counted: "arguments", "shared variables", "outputs".
        what: &'static str,
        /// How many the function has.
        needed: usize,
        /// How many were given.
        given: usize,
    },
    /// An argument of the wrong element type.
    DType {
        /// The argument's name.
        name: String,
        /// Its declared element type.
        needed: DType,
        /// The element type of what was given.
        given: DType,
    },
    /// Lengths that do not fit the program.
    Shape(ShapeFailure),
    /// An index outside of what it indexes.
    Index {
        /// The op.
        op: &'static str,
        /// The user's source line.
        loc: Loc,
        /// The tensor of indices.
        index: String,
        /// What is indexed: "dim 0 of x".
        target: String,
        /// The index.
        value: i64,
        /// The length of the indexed dim.
        bound: i64,
    },
    /// Memory was refused.
    OutOfMemory {
        /// What was asked for; `None` if the number does not even fit in an address.
        bytes: Option<usize>,
    },
    /// One shared variable stands for two arguments, so that the update of one would change the other.
    SharedTwice {
        /// Names of both arguments.
        names: [String; 2],
    },
    /// Data that is not what it says: wrong sizes, wrong values, another device.
    Data(String),
    /// A broken promise of `thn` itself.
    Internal(String),
}

impl CallError {
    pub(crate) fn data(message: impl Into<String>) -> CallError {
        CallError::Data(message.into())
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::ArgumentCount { what, needed, given } => {
                write!(f, "{needed} {what} are needed, {given} are given")
            }
            CallError::DType { name, needed, given } => {
                let (needed, given) = (needed.numpy(), given.numpy());
                write!(f, "argument {name} has element type {given}; {needed} is needed")
            }
            CallError::Shape(failure) => failure.fmt(f),
            CallError::Index { op, loc, index, target, value, bound } => {
                if *loc != Loc::Unknown {
                    write!(f, "{loc}: ")?;
                }
                write!(
                    f,
                    "'thn.{op}' op index {value} in {index} is out of bounds for {target} with length {bound}"
                )
            }
            CallError::OutOfMemory { bytes: Some(bytes) } => write!(f, "out of memory: {bytes} bytes"),
            CallError::OutOfMemory { bytes: None } => {
                f.write_str("out of memory: more bytes than there are addresses")
            }
            CallError::SharedTwice { names: [a, b] } => {
                write!(f, "arguments {a} and {b} are the same shared variable")
            }
            CallError::Data(message) => f.write_str(message),
            CallError::Internal(message) => write!(f, "internal error: {message}"),
        }
    }
}

impl std::error::Error for CallError {}

impl From<ShapeFailure> for CallError {
    fn from(failure: ShapeFailure) -> CallError {
        CallError::Shape(failure)
    }
}
