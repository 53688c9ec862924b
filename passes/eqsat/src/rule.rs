//! Rewrite rules: their notation, their side conditions, and the rule files of this crate.

pub(crate) mod class;
pub(crate) mod functions;
pub(crate) mod guards;
pub(crate) mod library;
pub(crate) mod parse;
pub(crate) mod pattern;
pub(crate) mod set;
pub(crate) mod subst;

pub use library::all;
pub use parse::parse_file;
pub use pattern::{Argument, Guard, Number, Pattern, PayloadPattern, Rule};
pub use set::parse_new;
pub use subst::{Subst, allowed};
