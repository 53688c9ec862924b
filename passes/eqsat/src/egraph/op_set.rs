//! Sets of op kinds as bits, with two bits for what else patterns see in a class.

use thn_ir::OpKind;

const WORDS: usize = (OpKind::ALL.len() + 2).div_ceil(64);

/// A set of op kinds. A set of changes also has [`KindSet::SAME`] and [`KindSet::KNOWN`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct KindSet([u64; WORDS]);

impl KindSet {
    /// That a class is one with another: a variable that stands twice may now fit.
    pub(crate) const SAME: KindSet = KindSet::bit(OpKind::ALL.len());
    /// That more is known of a class.
    pub(crate) const KNOWN: KindSet = KindSet::bit(OpKind::ALL.len() + 1);

    const fn bit(at: usize) -> KindSet {
        let mut words = [0; WORDS];
        words[at / 64] = 1 << (at % 64);
        KindSet(words)
    }

    /// One kind.
    pub(crate) const fn of(kind: OpKind) -> KindSet {
        KindSet::bit(kind as usize)
    }

    pub(crate) fn insert(&mut self, kind: OpKind) {
        self.add(KindSet::of(kind));
    }

    /// Takes in another set.
    pub(crate) fn add(&mut self, other: KindSet) {
        *self = self.union(other);
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

    /// Whether nothing is in it.
    pub(crate) fn is_empty(self) -> bool {
        self == KindSet::default()
    }

    /// Whether nothing is in both.
    pub(crate) fn is_disjoint(self, other: KindSet) -> bool {
        self.intersection(other).is_empty()
    }

    /// Whether everything in `other` is in this set.
    pub(crate) fn covers(self, other: KindSet) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| b & !a == 0)
    }
}

impl FromIterator<OpKind> for KindSet {
    fn from_iter<I: IntoIterator<Item = OpKind>>(kinds: I) -> KindSet {
        kinds.into_iter().map(KindSet::of).fold(KindSet::default(), KindSet::union)
    }
}
