//! The attributes of thn in MLIR and in `thn-ir`, by name.

/// The attribute by which a leaf finds its original: its position in the `Foreign` table.
pub const FOREIGN: &str = "foreign";
/// The user's name of an argument, a result of the function, or the one result of an op.
pub(crate) const NAME: &str = "thn.name";
/// The names of several results of an op, in order; empty where there is none.
pub(crate) const NAMES: &str = "thn.names";
/// Marks an argument that holds state.
pub(crate) const SHARED: &str = "thn.shared";
/// The position of the shared argument that a result replaces after the call.
pub(crate) const UPDATES: &str = "thn.updates";
/// In `thn-ir` only: the locations of the arguments of an op's regions.
pub(crate) const ARGUMENT_LOCATIONS: &str = "thn.arg_locs";
