//! What is known of a class.

use super::{op_set::KindSet, payload::TypeId};
use std::sync::Arc;
use thn_facts::Facts;
use thn_ir::{Literal, OpKind};

/// What is known of a class.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassData {
    /// The tensor type; `None` for an op with regions, which only its projections use.
    pub ty: Option<TypeId>,
    /// The value of every element as a rank-0 literal, if all are known to be equal.
    pub splat: Option<Arc<Literal>>,
    /// Whether some member is computed from constants alone, element by element: it can become a literal.
    pub(crate) foldable: bool,
    /// Signs, bounds, NaN and infinity.
    pub facts: Facts,
    /// Whether it is a value of the block itself: an argument, a result of an op with effects, a value from outside.
    pub(crate) leaf: bool,
    /// Whether it is a constant, or one number repeated.
    pub(crate) constant: bool,
    /// The ops of its nodes.
    pub(crate) kinds: KindSet,
    /// How many classes stand between it and the program, each made for the one before.
    pub(crate) derivation_depth: u8,
    /// How often the program uses it, up to 255.
    pub(crate) uses: u8,
}

impl ClassData {
    /// Whether nothing better can be found for it.
    pub(crate) fn is_irreducible(&self) -> bool {
        self.leaf || (self.constant && self.splat.is_some())
    }

    /// The ops that patterns see in it.
    pub(crate) fn matchable_ops(&self) -> KindSet {
        if self.leaf {
            KindSet::default()
        } else if self.is_irreducible() {
            self.kinds.intersection(KindSet::of(OpKind::Constant).union(KindSet::of(OpKind::Broadcast)))
        } else {
            self.kinds
        }
    }

    /// Whether anything that an analysis or a condition reads is known here and not of `other`.
    pub(super) fn tells(&self, other: &ClassData) -> bool {
        let new = |own: bool, other: bool| own && !other;
        new(self.splat.is_some(), other.splat.is_some())
            || new(self.foldable, other.foldable)
            || new(self.leaf, other.leaf)
            || new(self.constant, other.constant)
            || other.facts.meet(self.facts).says_more_than(other.facts)
    }
}
