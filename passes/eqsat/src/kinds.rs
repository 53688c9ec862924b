//! Sets of op kinds as bits, and kinds whose operands are multisets.

use thn_ir::OpKind;

const WORDS: usize = OpKind::ALL.len().div_ceil(64);

/// Whether the operands of an op are a multiset: it is associative and commutative.
pub(crate) fn is_multiset(kind: OpKind) -> bool {
    matches!(kind, OpKind::Add | OpKind::Mul) || is_exact_multiset(kind)
}

/// Whether the operands of an op are a multiset that gives the same bits in any order.
pub(crate) fn is_exact_multiset(kind: OpKind) -> bool {
    matches!(kind, OpKind::Maximum | OpKind::Minimum | OpKind::And | OpKind::Or)
}

/// A set of op kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct KindSet([u64; WORDS]);

impl KindSet {
    /// One kind.
    pub(crate) fn of(kind: OpKind) -> KindSet {
        let mut set = KindSet::default();
        set.insert(kind);
        set
    }

    pub(crate) fn insert(&mut self, kind: OpKind) {
        self.0[kind as usize / 64] |= 1 << (kind as usize % 64);
    }

    pub(crate) fn contains(self, kind: OpKind) -> bool {
        self.0[kind as usize / 64] >> (kind as usize % 64) & 1 == 1
    }

    #[must_use]
    pub(crate) fn union(mut self, other: KindSet) -> KindSet {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
        self
    }

    #[must_use]
    pub(crate) fn intersection(mut self, other: KindSet) -> KindSet {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
        self
    }

    /// Whether no kind is in both.
    pub(crate) fn is_disjoint(self, other: KindSet) -> bool {
        self.intersection(other) == KindSet::default()
    }

    /// Whether every kind of `other` is in this set.
    pub(crate) fn covers(self, other: KindSet) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| b & !a == 0)
    }
}
