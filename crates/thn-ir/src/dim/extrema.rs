//! The larger and the smaller of dims, in a form that does not grow where bounds are known to be apart.

use super::{Atom, Dim, Monomial, Repr, Terms};

/// A sum with a multiple of `max(a, b)`, or of `min(a, b)`.
struct Shifted<'a> {
    terms: &'a Terms,
    term: &'a Monomial,
    a: &'a Dim,
    b: &'a Dim,
    larger: bool,
}

impl Dim {
    /// The larger of two dims.
    pub fn max(&self, other: &Dim) -> Dim {
        self.extremum(other, true)
    }

    /// The smaller of two dims.
    pub fn min(&self, other: &Dim) -> Dim {
        self.extremum(other, false)
    }

    fn extremum(&self, other: &Dim, larger: bool) -> Dim {
        if self.is_too_large() || other.is_too_large() {
            return Dim::TOO_LARGE;
        }
        if let Some(difference) = (self.clone() - other.clone()).as_const() {
            let first = if larger { difference >= 0 } else { difference <= 0 };
            return if first { self.clone() } else { other.clone() };
        }
        for (whole, part) in [(self, other), (other, self)] {
            let Some(inner) = whole.shifted(1).filter(|inner| inner.larger == larger) else { continue };
            let rest = inner.rest();
            for (a, b) in [(inner.a, inner.b), (inner.b, inner.a)] {
                let a = a.clone() + rest.clone();
                // The larger of p and the larger of b and p + k is the larger of b and one of p and p + k.
                if let Some(difference) = (a.clone() - part.clone()).as_const() {
                    let kept = if larger == (difference >= 0) { &a } else { part };
                    return kept.extremum(&(b.clone() + rest), larger);
                }
            }
        }
        let (a, b) = if self <= other { (self, other) } else { (other, self) };
        let (a, b) = (a.clone(), b.clone());
        Dim::atom(if larger { Atom::Max(a, b) } else { Atom::Min(a, b) })
    }

    /// The first maximum or minimum that stands alone in a term with this coefficient, and the other terms.
    fn shifted(&self, coefficient: i64) -> Option<Shifted<'_>> {
        let Repr::Poly(p) = &self.0 else { return None };
        p.terms.iter().filter(|(_, c)| **c == coefficient).find_map(|(term, _)| {
            let (a, b, larger) = match term.as_slice() {
                [Atom::Max(a, b)] => (a, b, true),
                [Atom::Min(a, b)] => (a, b, false),
                _ => return None,
            };
            Some(Shifted { terms: &p.terms, term, a, b, larger })
        })
    }

    /// `r - min(a, b)`, which is `max(r - a, r - b)`, where one of these is a number and r is none; and the other way
    /// round.
    pub(super) fn without_difference(&self) -> Option<Dim> {
        let inner = self.shifted(-1)?;
        inner.others().find(|(m, _)| !m.is_empty())?;
        [(inner.a, inner.b), (inner.b, inner.a)].into_iter().find_map(|(near, far)| {
            let number = Dim::from(inner.above(near)?);
            let other = near.clone() + number.clone() - far.clone();
            Some(number.extremum(&other, !inner.larger))
        })
    }
}

impl Shifted<'_> {
    fn others(&self) -> impl Iterator<Item = (&Monomial, &i64)> {
        self.terms.iter().filter(|(m, _)| *m != self.term)
    }

    /// The other terms as a dim.
    fn rest(&self) -> Dim {
        Dim::from_terms(self.others().map(|(m, c)| (m.clone(), *c)).collect())
    }

    /// The number by which the other terms are more than a dim, if it is one.
    fn above(&self, dim: &Dim) -> Option<i64> {
        let terms = dim.terms();
        let symbolic = |(m, _): &(&Monomial, &i64)| !m.is_empty();
        let alike = self.others().filter(symbolic).eq(terms.iter().filter(symbolic));
        let constant = |terms: &Terms| terms.get(&vec![]).copied().unwrap_or(0);
        alike.then(|| constant(self.terms).checked_sub(constant(&terms))).flatten()
    }
}
