//! Nothing but a manifest: the features that the crates of this workspace ask of others, taken together.
//!
//! Cargo compiles a dependency once for each set of features, and a run of one crate's tests asks for fewer than a run of
//! all. With this crate as a dev-dependency both ask for the same.
