//! What a compiled function needs while it runs: the call ABI, buffers, state and checks.
//!
//! A call goes through [`Executable::call`]: counts, element types and lengths are checked against the program's
//! shape program, views that are not compact are copied, shared variables are locked in the order of their ids, the
//! code runs, and only then do new values of shared variables take the place of the old ones. A call that fails
//! leaves every shared variable as it was.
//!
//! Buffers come from a [`Pool`], and a dropped result goes back to it, so that a step of a training loop allocates
//! nothing once it has run.
//!
//! This crate knows neither LLVM nor MLIR nor how code is made: whoever makes it hands over an address and promises
//! that it keeps the contract of [`Entry`].

#![warn(clippy::missing_errors_doc)]

mod abi;
mod array;
mod callbacks;
mod context;
mod destination;
mod error;
mod executable;
mod nd;
mod pool;
mod product;
mod shared;
mod signature;
mod view;

pub use abi::{DLTensor, Entry, dtype_code, status};
pub use array::{Array, Element};
pub use callbacks::symbols;
pub use context::{Context, Site};
pub use destination::Destination;
pub use error::CallError;
pub use executable::Executable;
pub use pool::{ALIGNMENT, Pool, PoolStats};
pub use shared::SharedVar;
pub use signature::{ArgSpec, ResSpec, Signature};
pub use view::View;
