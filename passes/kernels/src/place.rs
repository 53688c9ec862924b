//! Places: where, in iterators of a kernel, an op reads or writes.
//!
//! A [`Place`] is an integer in a normal form: a sum of atoms with dims as coefficients. Two places are the same
//! integer at every point of the iteration space if they are equal values; this is what lets the planner see that a
//! consumer reads its producer at the very point where it was made. Fusion is substitution: the index maps of a
//! producer with the consumer's places for its iterators.

use std::collections::BTreeMap;
use thn_ir::access::Index;
use thn_ir::{Dim, Value};

/// A part of a place that is not a sum.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Atom {
    /// The position of an iterator of the kernel.
    Iter(usize),
    /// Divided by a positive number, rounding down.
    FloorDiv(Place, Dim),
    /// The remainder of a division by a positive number, with the sign of the divisor.
    Mod(Place, Dim),
    /// An element of an integer tensor that indexes a dim of length `bound`; negative ones count from the end.
    Load {
        /// The tensor.
        value: Value,
        /// Where in it.
        at: Vec<Place>,
        /// The length of the dim that it indexes.
        bound: Dim,
    },
}

/// An integer at a point of an iteration space: `constant + Σ coefficient · atom`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    terms: BTreeMap<Atom, Dim>,
    constant: Dim,
}

impl From<Dim> for Place {
    fn from(constant: Dim) -> Place {
        Place { terms: BTreeMap::new(), constant }
    }
}

impl From<Atom> for Place {
    fn from(atom: Atom) -> Place {
        Place { terms: BTreeMap::from([(atom, Dim::ONE)]), constant: Dim::from(0) }
    }
}

impl Place {
    /// The position of an iterator.
    pub fn iter(i: usize) -> Place {
        Atom::Iter(i).into()
    }

    /// The positions of consecutive iterators.
    pub fn iters(range: std::ops::Range<usize>) -> Vec<Place> {
        range.map(Place::iter).collect()
    }

    /// The iterator, if the place is nothing else.
    pub fn as_iter(&self) -> Option<usize> {
        match self.terms.first_key_value() {
            Some((Atom::Iter(i), one)) if one.is(1) && self.terms.len() == 1 && self.constant.is(0) => {
                Some(*i)
            }
            _ => None,
        }
    }

    /// The part that is the same at every point.
    pub fn constant(&self) -> &Dim {
        &self.constant
    }

    /// Atoms with their coefficients, sorted.
    pub fn terms(&self) -> impl Iterator<Item = (&Atom, &Dim)> {
        self.terms.iter()
    }

    /// The coefficient of each iterator, if the place is a sum of those and a constant.
    pub fn affine(&self) -> Option<Vec<(usize, Dim)>> {
        let iterator = |(atom, factor): (&Atom, &Dim)| match atom {
            Atom::Iter(i) => Some((*i, factor.clone())),
            _ => None,
        };
        self.terms().map(iterator).collect()
    }

    /// The largest iterator the place depends on, plus one.
    pub fn depth(&self) -> usize {
        let atom = |atom: &Atom| match atom {
            Atom::Iter(i) => i + 1,
            Atom::FloorDiv(p, _) | Atom::Mod(p, _) => p.depth(),
            Atom::Load { at, .. } => at.iter().map(Place::depth).max().unwrap_or(0),
        };
        self.terms.keys().map(atom).max().unwrap_or(0)
    }

    #[must_use]
    fn plus(mut self, other: &Place) -> Place {
        for (atom, factor) in &other.terms {
            let sum = self.terms.get(atom).cloned().unwrap_or(Dim::from(0)) + factor.clone();
            if sum.is(0) {
                self.terms.remove(atom);
            } else {
                self.terms.insert(atom.clone(), sum);
            }
        }
        self.constant = self.constant + other.constant.clone();
        self
    }

    #[must_use]
    fn times(self, factor: &Dim) -> Place {
        if factor.is(0) {
            return Dim::from(0).into();
        }
        Place {
            terms: self.terms.into_iter().map(|(a, c)| (a, c * factor.clone())).collect(),
            constant: self.constant * factor.clone(),
        }
    }

    /// An index of an op at the places of the op's iterators.
    pub fn of(index: &Index, operands: &[Value], iters: &[Place]) -> Place {
        let sub = |i: &Index| Place::of(i, operands, iters);
        match index {
            Index::Iter(i) => iters[*i].clone(),
            Index::Dim(d) => d.clone().into(),
            Index::Add(a, b) => sub(a).plus(&sub(b)),
            Index::Mul(a, d) => sub(a).times(d),
            Index::FloorDiv(a, d) => {
                let a = sub(a);
                if d.is(1) {
                    return a;
                }
                match a.terms.is_empty() {
                    true => a.constant.floor_div(d).into(),
                    false => Atom::FloorDiv(a, d.clone()).into(),
                }
            }
            Index::Mod(a, d) => {
                let a = sub(a);
                match a.terms.is_empty() {
                    true => a.constant.modulo(d).into(),
                    false => Atom::Mod(a, d.clone()).into(),
                }
            }
            Index::Load { operand, at, bound } => Atom::Load {
                value: operands[*operand],
                at: at.iter().map(sub).collect(),
                bound: bound.clone(),
            }
            .into(),
        }
    }

    /// Every element of an index tensor that the place reads.
    pub fn index_loads(&self, f: &mut dyn FnMut(Value, &[Place])) {
        for atom in self.terms.keys() {
            match atom {
                Atom::Iter(_) => {}
                Atom::FloorDiv(p, _) | Atom::Mod(p, _) => p.index_loads(f),
                Atom::Load { value, at, .. } => {
                    f(*value, at);
                    at.iter().for_each(|p| p.index_loads(f));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_cancel_and_divisions_stay() {
        let i = Index::Iter(0);
        let shifted = Index::Add(Box::new(i.clone()), Box::new(Index::Dim(Dim::from(3))));
        let back = Index::Add(Box::new(shifted), Box::new(Index::Dim(Dim::from(-3))));
        assert_eq!(Place::of(&back, &[], &[Place::iter(4)]).as_iter(), Some(4));
        let half = Index::FloorDiv(Box::new(i), Dim::from(2));
        assert_eq!(Place::of(&half, &[], &[Place::iter(4)]).affine(), None);
        assert_eq!(Place::of(&half, &[], &[Dim::from(7).into()]), Dim::from(3).into());
    }
}
