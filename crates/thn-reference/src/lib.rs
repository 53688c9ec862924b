//! The reference interpreter and the high-precision oracle of thn.
//!
//! [`interpret`] runs programs in the arithmetic of their element types; [`exact::evaluate`] runs them in as much
//! precision as their results need to be correctly rounded; [`fold()`] does so for one op on literals. All follow the
//! op table; none uses the index maps that compiled code is made from, so that a mistake in those shows as a
//! difference.
//!
//! No input makes this crate panic: wrong programs, lengths and indices are [`thn_ir::Error`]s.

mod assume;
mod big;
pub mod exact;
mod fold;
mod format;
mod forward;
mod interpret;
mod movement;
pub mod native;
pub mod real;
mod run;
mod tensor;

pub use big::{Big, Reals};
pub use fold::{fold, fold_program};
pub use format::{Format, bits_of_error};
pub use forward::{forward_error, forward_error_in};
pub use interpret::{interpret, interpret_in};
pub use real::Real;
pub use tensor::{Native, Tensor, Value};
