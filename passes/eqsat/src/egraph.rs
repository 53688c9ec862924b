//! The e-graph's language and what is known of each class.
//!
//! An e-node is an op of the table with its declared attributes, a leaf for a value that the search cannot enter
//! (arguments, values from outside the block, results of foreign ops), an op with regions, or one of the results of
//! such an op. Sums, products and others that are associative and
//! commutative may have more than two children: those are a multiset.
//!
//! Invariants: every class has one tensor type, compared by value, and two classes of different types are never
//! united; children of commutative ops are sorted when a node is made.

mod analysis;
mod build;
mod changes;
mod class;
mod node;
pub(crate) mod op_set;
mod payload;

pub use analysis::{ClassAnalysis, DataSlot, Graph, class_data, rank, refine, type_of};
pub(crate) use analysis::{canonical, is_circular, note_use, refresh};
pub(crate) use build::fill;
pub use build::{add_op, add_scalar, add_typed};
pub(crate) use changes::Changes;
pub use class::ClassData;
pub use node::{Head, Node};
pub use payload::{Payload, PayloadId, TypeId};
