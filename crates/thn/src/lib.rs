//! Symbolic tensors, gradients and compiled functions.
//!
//! ```
//! use thn::prelude::*;
//!
//! # fn main() -> Result<(), thn::Error> {
//! let (x, t) = (matrix("x", f64), vector("t", f64));
//! let w = shared([0.0, 0.0], "w");
//! let loss = (x.dot(&w) - &t).sqr().mean();
//! let step = function([&x, &t], &loss).update(&w, &w - 0.5 * loss.grad(&w)).target(Target::Reference).compile()?;
//! for _ in 0..200 {
//!     step.call(([[1.0, 0.0], [0.0, 1.0]], [3.0, -1.0]))?;
//! }
//! assert!((w.get_value()?.as_slice::<f64>()?[0] - 3.0).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! Building expressions never fails; [`FunctionBuilder::compile`] reports every problem at once, each with the line that
//! made it. What compiled functions run on is a [`Target`].
//!
//! | feature | gives |
//! | --- | --- |
//! | `cpu` | `Target::Cpu`: native code; needs LLVM and MLIR |
//! | `rules` | the module `rulecheck`, whose `load` reads and checks rules of one's own |
//! | `mlir` | the module `mlir` and `optimize`, for programs with MLIR modules of their own |

#![warn(clippy::missing_errors_doc)]

mod arguments;
mod backends;
mod builder;
mod code;
mod error;
mod function;
#[cfg(feature = "mlir")]
mod modules;
#[cfg(feature = "cpu")]
mod native;
mod options;
mod reference;

pub use arguments::{Args, In, Inputs, Output, Outputs};
pub use backends::{Availability, Target};
pub use builder::{FunctionBuilder, function};
pub use error::{CompileErrors, Error};
pub use function::{Function, Results};
#[cfg(feature = "mlir")]
pub use modules::optimize;
/// The arrays that calls take and give, in the version that this crate uses.
pub use ndarray;
pub use options::Options;
pub use thn_accuracy as accuracy;
#[cfg(feature = "cpu")]
pub use thn_cpu as cpu;
pub use thn_eqsat as eqsat;
pub use thn_graph as graph;
pub use thn_ir as ir;
#[cfg(feature = "mlir")]
pub use thn_mlir as mlir;
pub use thn_reference as oracle;
#[cfg(feature = "rules")]
pub use thn_rulecheck as rulecheck;
pub use thn_runtime as runtime;
pub use thn_runtime::{Array, CallError};

/// Everything that programs use.
pub mod prelude {
    pub use crate::{Array, CallError, CompileErrors, Error, Function, In, Target, function};
    pub use thn_graph::*;
}

/// The README's program, run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
