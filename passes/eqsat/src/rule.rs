//! Rewrite rules: their notation, their side conditions, and the rule files of this crate.

pub(crate) mod functions;
pub(crate) mod guards;
pub(crate) mod library;
pub(crate) mod names;
pub(crate) mod parse;
pub(crate) mod pattern;
pub(crate) mod set;
