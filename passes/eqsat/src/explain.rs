//! Explanations: which rules led from a value of the original program to the ops that compute it now.

mod journal;

pub(crate) use journal::Journal;
