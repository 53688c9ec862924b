//! E-nodes: function symbols over classes.

use super::payload::{PayloadId, TypeId};
use egg::{Id, Language};
use smallvec::SmallVec;
use thn_ir::OpKind;

/// The function symbol of an e-node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Head {
    /// A value that cannot be entered, by its position among the leaves of the block.
    Leaf(u32),
    /// An op without regions.
    Op(OpKind, PayloadId),
    /// An op with regions, by the structure of its regions; children are operands and captures.
    Region(u32),
    /// One result of a [`Head::Region`].
    Project(u32),
}

/// An e-node.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Node {
    /// The function symbol.
    pub head: Head,
    /// The classes of the operands.
    pub children: SmallVec<[Id; 3]>,
}

impl Node {
    /// The op and its payload, if the node is an op without regions.
    pub fn op(&self) -> Option<(OpKind, PayloadId)> {
        match self.head {
            Head::Op(kind, payload) => Some((kind, payload)),
            _ => None,
        }
    }

    /// The kind of the op, if the node is one without regions.
    pub fn kind(&self) -> Option<OpKind> {
        self.op().map(|(k, _)| k)
    }
}

/// Nodes are found by the search of this crate, not by that of egg. Its index, which is made anew whenever congruence is
/// restored, only tells products of matrices from the rest.
impl Language for Node {
    type Discriminant = bool;

    fn discriminant(&self) -> bool {
        self.kind().is_some_and(OpKind::is_matmul)
    }

    fn matches(&self, other: &Self) -> bool {
        self.discriminant() == other.discriminant()
    }

    fn children(&self) -> &[Id] {
        &self.children
    }

    fn children_mut(&mut self) -> &mut [Id] {
        &mut self.children
    }
}

/// An op and the types of its operands.
pub(super) type Typing = (OpKind, PayloadId, SmallVec<[TypeId; 3]>);

/// The simplest form of an op.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Its operand.
    Operand,
    /// This op over the same operands, and its type.
    Op(OpKind, PayloadId, TypeId),
}
