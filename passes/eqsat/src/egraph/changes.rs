//! What the search has to look at again.

use super::op_set::KindSet;
use egg::Id;
use std::cell::RefCell;

/// What has changed in an e-graph since it was last asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Classes with new nodes.
    pub(crate) classes: Vec<Id>,
    /// Classes of which more is known.
    pub(crate) refined: Vec<Id>,
    /// Nodes that use a class of which that has changed, by the number egg gave them.
    pub(crate) users: RefCell<Vec<(Id, KindSet)>>,
    /// Nodes that have another name, because what they use is known under another.
    pub(crate) renamed: RefCell<Vec<Id>>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        let Changes { classes, refined, users, renamed } = self;
        classes.is_empty() && refined.is_empty() && users.borrow().is_empty() && renamed.borrow().is_empty()
    }
}
