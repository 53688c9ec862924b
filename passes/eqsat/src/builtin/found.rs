//! What built-in rewrites find.

use crate::egraph::Node;
use egg::Id;

/// What a built-in rewrite found: its name, the equal class, and the node that stands for the same computation.
pub struct Found {
    /// The name of the rewrite.
    pub name: &'static str,
    /// The equal class.
    pub class: Id,
    /// The new node; if a rule later finds something better than it, that is better than the old one too.
    pub node: Option<Node>,
    /// Whether the new form is always preferred.
    pub better: bool,
    /// What was looked at behind each operand of the old node.
    pub members: Vec<Member>,
}

/// What a built-in rewrite needs of the class of an operand.
#[derive(Clone, Debug)]
pub enum Member {
    /// Nothing: the operand is used as it is.
    Any,
    /// This node of it.
    Node(Node),
    /// That every element is the same known number.
    Number,
}
