//! What is known of the values of a program: an interval of their elements, NaN, infinity and whole numbers among
//! them, and the structure of a matrix or vector as a whole.
//!
//! [`of_op`] says what an op makes of what is known of its operands; an e-graph calls it for each of its nodes, and
//! [`program`] for each op of a program, loops and branches included. Facts only grow, and hold for every call.
//!
//! This crate knows the table of ops, and neither e-graphs nor MLIR.

mod bounds;
mod exact_fold;
mod floats;
mod integers;
mod interval;
mod op;
pub mod program;
mod structure;
mod transfer;

pub use exact_fold::fold_exact;
pub use interval::Facts;
pub use op::{Known, Op, Operand, Relations};
pub use structure::{Structure, counts, square};
pub use transfer::of_op;
