//! The symbolic front end: variables, operators and gradients over tensors.
//!
//! A [`Tensor`] is a cheap handle to a value in a shared append-only arena, which is a [`thn_ir::Func`] under
//! construction: symbolic and shared variables are its entry arguments, everything else its ops. An op on tensors of
//! two arenas first moves the smaller one into the other, so that no context has to be passed around.
//!
//! Building never fails. What is wrong with an op is recorded on its result, which is then *poisoned*: ops on it
//! record nothing further, and [`Program::extract`] reports all problems at once, each with the caller's line.
//!
//! [`Program::extract`] copies what some outputs need out of the arena into a [`thn_ir::Func`] of its own; this crate
//! neither rewrites nor runs anything.

#![warn(clippy::missing_errors_doc)]

mod arena;
mod axes;
mod compose;
mod constants;
mod control;
mod data;
mod elementwise;
mod extract;
mod generated;
mod gradient;
mod index;
mod lengths;
mod operators;
mod pp;
mod products;
mod reductions;
mod shapes;
mod shared;
mod sink;
mod tensor;
mod variables;

pub use axes::{Axes, keep};
pub use compose::{clip, concatenate, join, stack, switch, where_};
pub use constants::{arange, constant, eye, full, ones, zeros};
pub use control::{cond, ifelse, loop_};
pub use data::{Datum, Nested};
pub use elementwise::{Operand, Term};
pub use extract::{Program, Request};
pub use gradient::{grad, grad_or_zero, lop, rop};
pub use index::{Bound, Ellipsis, Item, NewAxis};
pub use lengths::{Length, Lengths};
pub use shared::shared;
pub use tensor::{Apply, Tensor};
pub use thn_autodiff::Disconnected;
pub use thn_ir::{DType, Error, Fact, Loc};
pub use variables::*;
