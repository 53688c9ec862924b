//! Symbolic dimensions.
//!
//! A [`Dim`] is an integer expression over symbols in a normal form: a polynomial with sorted terms, whose atoms
//! are symbols or applications of the four operations that polynomials lack. Equal polynomials are equal values, so
//! `N + N` and `2*N` are the same dim. Dims are compared structurally; there is no interner and no global state.
//!
//! A dim has bounds: [`Dim::MAX_PARTS`] symbols and operations, [`Dim::MAX_DEPTH`] operations inside one another. An operation
//! beyond them gives the dim that is *too large* ([`Dim::is_too_large`]), and so does every operation on that one;
//! inference refuses it by name of the op. So walks over a dim may recurse, and none takes longer than it has parts.

mod extrema;
mod text;

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

/// A dimension that is not known when the program is built, or the value of a rank-0 integer argument.
///
/// The identity is the number; the name is for people. Numbers are unique within a [`crate::Func`].
#[derive(Clone, Debug)]
pub struct Symbol {
    /// Identity within a program.
    pub id: u32,
    /// How it is printed, and how textual IR refers to it.
    pub name: Arc<str>,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for Symbol {}
impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}
impl std::hash::Hash for Symbol {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// Where the value of a symbol comes from at a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum SymbolOrigin {
    /// The length of a dim of an entry argument.
    ArgDim {
        /// Position among the entry arguments.
        arg: u32,
        /// Dim of that argument.
        axis: u32,
    },
    /// The value of a rank-0 integer entry argument.
    ArgValue {
        /// Position among the entry arguments.
        arg: u32,
    },
    /// Known only while the program runs: a dim of the result of an op that `thn` does not own.
    Opaque,
}

/// One factor of a term.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Atom {
    Symbol(Symbol),
    FloorDiv(Dim, Dim),
    Mod(Dim, Dim),
    Max(Dim, Dim),
    Min(Dim, Dim),
}

impl Atom {
    fn operands(&self) -> Option<[&Dim; 2]> {
        match self {
            Atom::Symbol(_) => None,
            Atom::FloorDiv(a, b) | Atom::Mod(a, b) | Atom::Max(a, b) | Atom::Min(a, b) => Some([a, b]),
        }
    }
}

/// Sorted atoms with repetition: `N*N*M` is `[N, N, M]`.
type Monomial = Vec<Atom>;

/// Terms with their coefficients; none is zero.
type Terms = BTreeMap<Monomial, i64>;

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Repr {
    Const(i64),
    /// At least one non-constant term.
    Poly(Arc<Poly>),
    /// Beyond the bounds.
    TooLarge,
}

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
struct Poly {
    terms: Terms,
    /// At most [`Dim::MAX_PARTS`].
    parts: usize,
    /// At most [`Dim::MAX_DEPTH`].
    depth: usize,
}

/// The length that stands for every dim that is not known before the call.
const NOMINAL_LENGTH: i64 = 64;

/// An integer expression over symbols; the length of a tensor dim, or part of one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Dim(Repr);

/// Why a dim has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DimError {
    /// A symbol has no binding.
    Unbound(Arc<str>),
    /// The value does not fit in 64 bits.
    Overflow,
    /// A division or remainder by zero.
    ZeroDivision,
    /// The expression is beyond [`Dim::MAX_PARTS`] or [`Dim::MAX_DEPTH`].
    TooLarge,
}

impl fmt::Display for DimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DimError::Unbound(name) => write!(f, "dim `{name}` is not known here"),
            DimError::Overflow => f.write_str("dim does not fit in 64 bits"),
            DimError::ZeroDivision => f.write_str("dim is divided by zero"),
            DimError::TooLarge => write!(
                f,
                "dim is an expression of more than {} parts, or with more than {} operations inside \
                 one another",
                Dim::MAX_PARTS,
                Dim::MAX_DEPTH
            ),
        }
    }
}

impl From<i64> for Dim {
    fn from(value: i64) -> Self {
        Dim(Repr::Const(value))
    }
}

impl From<Symbol> for Dim {
    fn from(symbol: Symbol) -> Self {
        Dim::atom(Atom::Symbol(symbol))
    }
}

/// A view of a dim for code that emits it; see [`Dim::visit`].
pub trait DimVisitor {
    /// What a subexpression becomes.
    type Out;
    /// A constant.
    fn constant(&mut self, value: i64) -> Self::Out;
    /// A symbol.
    fn symbol(&mut self, symbol: &Symbol) -> Self::Out;
    /// `a + b`.
    fn add(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// `a * b`.
    fn mul(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// `a` divided by `b`, rounded down; `b` is positive.
    fn floor_div(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// `a` modulo `b`, with the sign of `b`; `b` is positive.
    fn modulo(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// The larger.
    fn max(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// The smaller.
    fn min(&mut self, a: Self::Out, b: Self::Out) -> Self::Out;
}

impl Dim {
    /// The dim of length one.
    pub const ONE: Dim = Dim(Repr::Const(1));

    /// The most symbols, operations and terms of a dim, those inside of operations included.
    pub const MAX_PARTS: usize = 50_000;

    /// The most divisions, remainders, maxima and minima of a dim inside one another.
    pub const MAX_DEPTH: usize = 64;

    const TOO_LARGE: Dim = Dim(Repr::TooLarge);

    fn atom(atom: Atom) -> Dim {
        Dim::from_terms(Terms::from([(vec![atom], 1)]))
    }

    /// Whether the expression went beyond [`Dim::MAX_PARTS`] or [`Dim::MAX_DEPTH`], so that nothing is known of it. No op of a
    /// program has such a dim.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0, Repr::TooLarge)
    }

    /// Parts and depth.
    fn extent(&self) -> (usize, usize) {
        match &self.0 {
            Repr::Const(_) => (1, 0),
            Repr::Poly(p) => (p.parts, p.depth),
            Repr::TooLarge => (Dim::MAX_PARTS + 1, 0),
        }
    }

    /// The value, if it does not depend on symbols.
    pub fn as_const(&self) -> Option<i64> {
        match self.0 {
            Repr::Const(c) => Some(c),
            Repr::Poly(_) | Repr::TooLarge => None,
        }
    }

    /// Whether this is the constant `c`.
    pub fn is(&self, c: i64) -> bool {
        self.as_const() == Some(c)
    }

    /// The symbol, if the dim is nothing else.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        match self.single()? {
            ([Atom::Symbol(s)], 1) => Some(s),
            _ => None,
        }
    }

    /// The one term and its coefficient, where there is no other and it is no constant.
    fn single(&self) -> Option<(&[Atom], i64)> {
        let Repr::Poly(p) = &self.0 else { return None };
        p.terms.iter().next().filter(|_| p.terms.len() == 1).map(|(m, c)| (m.as_slice(), *c))
    }

    fn terms(&self) -> Cow<'_, Terms> {
        match &self.0 {
            Repr::Const(0) | Repr::TooLarge => Cow::Owned(Terms::new()),
            Repr::Const(c) => Cow::Owned(Terms::from([(vec![], *c)])),
            Repr::Poly(p) => Cow::Borrowed(&p.terms),
        }
    }

    /// The dim of some terms, none of which has a factor that is too large.
    fn from_terms(mut terms: Terms) -> Dim {
        terms.retain(|_, c| *c != 0);
        match terms.len() {
            0 => return Dim::from(0),
            1 => {
                if let Some(c) = terms.get(&vec![]) {
                    return Dim::from(*c);
                }
            }
            _ => {}
        }
        let (mut parts, mut depth) = (terms.len(), 0);
        for atom in terms.keys().flatten() {
            parts += 1;
            for operand in atom.operands().into_iter().flatten() {
                let inner = operand.extent();
                parts += inner.0;
                depth = depth.max(1 + inner.1);
            }
        }
        if parts > Dim::MAX_PARTS || depth > Dim::MAX_DEPTH {
            return Dim::TOO_LARGE;
        }
        let dim = Dim(Repr::Poly(Arc::new(Poly { terms, parts, depth })));
        dim.without_difference().unwrap_or(dim)
    }

    /// `a / b` rounded down; exact quotients of polynomials by a constant or a monomial simplify.
    pub fn floor_div(&self, divisor: &Dim) -> Dim {
        if let (Some(a), Some(b)) = (self.as_const(), divisor.as_const())
            && b != 0
            && let Some(q) = a.checked_div_euclid(b).filter(|_| b > 0).or_else(|| Some(floor_div(a, b)))
        {
            return Dim::from(q);
        }
        if divisor.is(1) {
            return self.clone();
        }
        if self.is_too_large() || divisor.is_too_large() {
            return Dim::TOO_LARGE;
        }
        if let Some(q) = self.exact_div(divisor) {
            return q;
        }
        Dim::atom(Atom::FloorDiv(self.clone(), divisor.clone()))
    }

    /// `self / divisor` where every term of `self` is a multiple of the single term of `divisor`; positive symbols
    /// are assumed for the symbols that cancel, as dims in a denominator are checked to be nonzero.
    fn exact_div(&self, divisor: &Dim) -> Option<Dim> {
        if self == divisor {
            return Some(Dim::ONE);
        }
        let by = divisor.terms();
        if by.len() != 1 {
            return None;
        }
        let (monomial, coefficient) = by.iter().next()?;
        let mut out = Terms::new();
        for (m, c) in self.terms().iter() {
            if c % coefficient != 0 {
                return None;
            }
            // Both are sorted, so that one walk finds what is left.
            let mut rest = vec![];
            let mut divisors = monomial.iter().peekable();
            for atom in m {
                if divisors.next_if_eq(&atom).is_none() {
                    rest.push(atom.clone());
                }
            }
            if divisors.next().is_some() {
                return None;
            }
            out.insert(rest, c / coefficient);
        }
        Some(Dim::from_terms(out))
    }

    /// `a` modulo `b`, with the sign of `b`.
    pub fn modulo(&self, divisor: &Dim) -> Dim {
        if let (Some(a), Some(b)) = (self.as_const(), divisor.as_const())
            && b > 0
        {
            return Dim::from(a.rem_euclid(b));
        }
        if self.is_too_large() || divisor.is_too_large() {
            return Dim::TOO_LARGE;
        }
        if divisor.is(1) || self.exact_div(divisor).is_some() {
            return Dim::from(0);
        }
        Dim::atom(Atom::Mod(self.clone(), divisor.clone()))
    }

    /// Whether the dim is at least 0 whatever the values of its symbols, of which `positive` says which are.
    pub fn is_at_least_zero(&self, positive: &dyn Fn(&Symbol) -> bool) -> bool {
        struct Sign<'a>(&'a dyn Fn(&Symbol) -> bool);
        impl DimVisitor for Sign<'_> {
            type Out = bool;
            fn constant(&mut self, value: i64) -> bool {
                value >= 0
            }
            fn symbol(&mut self, s: &Symbol) -> bool {
                (self.0)(s)
            }
            fn add(&mut self, a: bool, b: bool) -> bool {
                a && b
            }
            fn mul(&mut self, a: bool, b: bool) -> bool {
                a && b
            }
            fn floor_div(&mut self, a: bool, b: bool) -> bool {
                a && b
            }
            fn modulo(&mut self, _: bool, b: bool) -> bool {
                b
            }
            fn max(&mut self, a: bool, b: bool) -> bool {
                a || b
            }
            fn min(&mut self, a: bool, b: bool) -> bool {
                a && b
            }
        }
        !self.is_too_large() && self.visit(&mut Sign(positive))
    }

    /// Whether the two are certainly different: their difference is a nonzero constant.
    pub fn certainly_differs(&self, other: &Dim) -> bool {
        (self.clone() - other.clone()).as_const().is_some_and(|d| d != 0)
    }

    /// The product of many dims.
    pub fn product<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> Dim {
        // Factors of one term are one term together; only sums are multiplied out.
        let (mut monomial, mut coefficient, mut sums) = (vec![], 1i64, vec![]);
        for dim in dims {
            match (dim.single(), dim.as_const()) {
                (Some((atoms, c)), _) => {
                    monomial.extend_from_slice(atoms);
                    coefficient = coefficient.saturating_mul(c);
                }
                (None, Some(c)) => coefficient = coefficient.saturating_mul(c),
                (None, None) => sums.push(dim),
            }
        }
        monomial.sort();
        let single = Dim::from_terms(Terms::from([(monomial, coefficient)]));
        sums.into_iter().fold(single, |a, d| a * d.clone())
    }

    /// The sum of many dims.
    pub fn sum<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> Dim {
        let mut terms = Terms::new();
        for dim in dims {
            if dim.is_too_large() {
                return Dim::TOO_LARGE;
            }
            add_to(&mut terms, dim);
        }
        Dim::from_terms(terms)
    }

    /// Folds the expression bottom-up; the way to evaluate, print or emit a dim. One that is too large is a symbol that
    /// has no value.
    pub fn visit<V: DimVisitor>(&self, v: &mut V) -> V::Out {
        if self.is_too_large() {
            return v.symbol(&Symbol { id: u32::MAX, name: "<too large>".into() });
        }
        let mut sum: Option<V::Out> = None;
        // The constant term has the empty monomial, which sorts first; it reads better last.
        let terms = self.terms();
        let ordered =
            terms.iter().filter(|(m, _)| !m.is_empty()).chain(terms.iter().filter(|(m, _)| m.is_empty()));
        for (monomial, &coefficient) in ordered {
            let mut term: Option<V::Out> =
                (coefficient != 1 || monomial.is_empty()).then(|| v.constant(coefficient));
            for atom in monomial {
                let operands = atom.operands().map(|[a, b]| (a.visit(v), b.visit(v)));
                let factor = match (atom, operands) {
                    (Atom::FloorDiv(..), Some((a, b))) => v.floor_div(a, b),
                    (Atom::Mod(..), Some((a, b))) => v.modulo(a, b),
                    (Atom::Max(..), Some((a, b))) => v.max(a, b),
                    (Atom::Min(..), Some((a, b))) => v.min(a, b),
                    (Atom::Symbol(s), _) => v.symbol(s),
                    (_, None) => continue,
                };
                term = Some(match term {
                    None => factor,
                    Some(t) => v.mul(t, factor),
                });
            }
            if let Some(term) = term {
                sum = Some(match sum {
                    None => term,
                    Some(s) => v.add(s, term),
                });
            }
        }
        match sum {
            Some(s) => s,
            None => v.constant(0),
        }
    }

    /// The length for estimates of cost: a symbol, which is not known before the call, counts as 64.
    pub fn nominal(&self) -> f64 {
        self.eval(&|_| Some(NOMINAL_LENGTH)).map_or(NOMINAL_LENGTH as f64, |n| n.max(0) as f64)
    }

    /// The value under an assignment of the symbols.
    ///
    /// # Errors
    ///
    /// If a symbol has no value, a value does not fit in 64 bits, or a divisor is 0.
    pub fn eval(&self, value_of: &dyn Fn(&Symbol) -> Option<i64>) -> Result<i64, DimError> {
        struct Eval<'a>(&'a dyn Fn(&Symbol) -> Option<i64>);
        type R = Result<i64, DimError>;
        impl DimVisitor for Eval<'_> {
            type Out = R;
            fn constant(&mut self, value: i64) -> R {
                Ok(value)
            }
            fn symbol(&mut self, s: &Symbol) -> R {
                (self.0)(s).ok_or_else(|| DimError::Unbound(s.name.clone()))
            }
            fn add(&mut self, a: R, b: R) -> R {
                a?.checked_add(b?).ok_or(DimError::Overflow)
            }
            fn mul(&mut self, a: R, b: R) -> R {
                a?.checked_mul(b?).ok_or(DimError::Overflow)
            }
            fn floor_div(&mut self, a: R, b: R) -> R {
                match (a?, b?) {
                    (_, 0) => Err(DimError::ZeroDivision),
                    (a, b) => Ok(floor_div(a, b)),
                }
            }
            fn modulo(&mut self, a: R, b: R) -> R {
                match (a?, b?) {
                    (_, 0) => Err(DimError::ZeroDivision),
                    (a, b) => Ok(a - floor_div(a, b) * b),
                }
            }
            fn max(&mut self, a: R, b: R) -> R {
                Ok(a?.max(b?))
            }
            fn min(&mut self, a: R, b: R) -> R {
                Ok(a?.min(b?))
            }
        }
        if self.is_too_large() {
            return Err(DimError::TooLarge);
        }
        self.visit(&mut Eval(value_of))
    }

    /// The dim with every symbol replaced.
    pub fn substitute(&self, by: &dyn Fn(&Symbol) -> Dim) -> Dim {
        let Repr::Poly(p) = &self.0 else { return self.clone() };
        let replaced = |atom: &Atom| match atom {
            Atom::Symbol(s) => by(s),
            Atom::FloorDiv(a, b) => a.substitute(by).floor_div(&b.substitute(by)),
            Atom::Mod(a, b) => a.substitute(by).modulo(&b.substitute(by)),
            Atom::Max(a, b) => Dim::max(&a.substitute(by), &b.substitute(by)),
            Atom::Min(a, b) => Dim::min(&a.substitute(by), &b.substitute(by)),
        };
        let term = |(monomial, coefficient): (&Monomial, &i64)| {
            let factors: Vec<Dim> = monomial.iter().map(replaced).collect();
            Dim::product(factors.iter().chain([&Dim::from(*coefficient)]))
        };
        let terms: Vec<Dim> = p.terms.iter().map(term).collect();
        Dim::sum(&terms)
    }

    /// Every symbol in the expression, with repetition.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut found = vec![];
        self.collect_symbols(&mut found);
        found
    }

    fn collect_symbols(&self, found: &mut Vec<Symbol>) {
        let Repr::Poly(p) = &self.0 else { return };
        for atom in p.terms.keys().flatten() {
            match atom {
                Atom::Symbol(s) => found.push(s.clone()),
                other => other.operands().into_iter().flatten().for_each(|d| d.collect_symbols(found)),
            }
        }
    }
}

fn floor_div(a: i64, b: i64) -> i64 {
    let q = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

impl std::ops::Add for Dim {
    type Output = Dim;
    fn add(self, other: Dim) -> Dim {
        if let (Some(a), Some(b)) = (self.as_const(), other.as_const()) {
            return Dim::from(a.saturating_add(b));
        }
        Dim::sum([&self, &other])
    }
}

/// Adds the terms of a dim.
fn add_to(terms: &mut Terms, dim: &Dim) {
    for (m, c) in dim.terms().iter() {
        match terms.get_mut(m) {
            Some(sum) => *sum = sum.saturating_add(*c),
            None => {
                terms.insert(m.clone(), *c);
            }
        }
    }
}

impl std::ops::Sub for Dim {
    type Output = Dim;
    fn sub(self, other: Dim) -> Dim {
        self + other * Dim::from(-1)
    }
}

impl std::ops::Mul for Dim {
    type Output = Dim;
    fn mul(self, other: Dim) -> Dim {
        if self.is(1) {
            return other;
        }
        if other.is(1) {
            return self;
        }
        if self.is_too_large() || other.is_too_large() {
            return Dim::TOO_LARGE;
        }
        let mut terms = Terms::new();
        let mut atoms = 0;
        for (ma, ca) in self.terms().iter() {
            for (mb, cb) in other.terms().iter() {
                let mut m = [ma.as_slice(), mb].concat();
                m.sort();
                atoms += m.len();
                if atoms > WORK {
                    return Dim::TOO_LARGE;
                }
                let entry = terms.entry(m).or_insert(0i64);
                *entry = entry.saturating_add(ca.saturating_mul(*cb));
            }
        }
        Dim::from_terms(terms)
    }
}

/// The most factors that multiplying two dims writes down, before equal terms meet.
const WORK: usize = 4 * Dim::MAX_PARTS;

#[cfg(test)]
mod tests;
