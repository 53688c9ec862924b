//! Symbolic dimensions.
//!
//! A [`Dim`] is an integer expression over symbols in a normal form: a polynomial with sorted terms, whose atoms
//! are symbols or applications of the four operations that polynomials lack. Equal polynomials are equal values, so
//! `N + N` and `2*N` are the same dim. Dims are compared structurally; there is no interner and no global state.

mod text;

use std::{collections::BTreeMap, fmt, sync::Arc};

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

/// Sorted atoms with repetition: `N*N*M` is `[N, N, M]`.
type Monomial = Vec<Atom>;

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Repr {
    Const(i64),
    /// At least one non-constant term; no zero coefficients.
    Poly(Arc<BTreeMap<Monomial, i64>>),
}

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
}

impl fmt::Display for DimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DimError::Unbound(name) => write!(f, "dim `{name}` is not known here"),
            DimError::Overflow => f.write_str("dim does not fit in 64 bits"),
            DimError::ZeroDivision => f.write_str("dim is divided by zero"),
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

    fn atom(atom: Atom) -> Dim {
        Dim(Repr::Poly(Arc::new(BTreeMap::from([(vec![atom], 1)]))))
    }

    /// The value, if it does not depend on symbols.
    pub fn as_const(&self) -> Option<i64> {
        match self.0 {
            Repr::Const(c) => Some(c),
            Repr::Poly(_) => None,
        }
    }

    /// Whether this is the constant `c`.
    pub fn is(&self, c: i64) -> bool {
        self.as_const() == Some(c)
    }

    /// The symbol, if the dim is nothing else.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        let Repr::Poly(p) = &self.0 else { return None };
        match p.iter().next() {
            Some((m, 1)) if p.len() == 1 => match m.as_slice() {
                [Atom::Symbol(s)] => Some(s),
                _ => None,
            },
            _ => None,
        }
    }

    fn terms(&self) -> BTreeMap<Monomial, i64> {
        match &self.0 {
            Repr::Const(0) => BTreeMap::new(),
            Repr::Const(c) => BTreeMap::from([(vec![], *c)]),
            Repr::Poly(p) => (**p).clone(),
        }
    }

    fn from_terms(mut terms: BTreeMap<Monomial, i64>) -> Dim {
        terms.retain(|_, c| *c != 0);
        match terms.len() {
            0 => Dim::from(0),
            1 if terms.contains_key(&vec![]) => Dim::from(terms[&vec![]]),
            _ => Dim(Repr::Poly(Arc::new(terms))),
        }
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
        let mut out = BTreeMap::new();
        for (m, c) in self.terms() {
            if c % coefficient != 0 {
                return None;
            }
            let mut rest = m.clone();
            for a in monomial {
                let at = rest.iter().position(|x| x == a)?;
                rest.remove(at);
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
        if divisor.is(1) || self.exact_div(divisor).is_some() {
            return Dim::from(0);
        }
        Dim::atom(Atom::Mod(self.clone(), divisor.clone()))
    }

    /// The larger of two dims.
    pub fn max(&self, other: &Dim) -> Dim {
        self.extremum(other, true)
    }

    /// The smaller of two dims.
    pub fn min(&self, other: &Dim) -> Dim {
        self.extremum(other, false)
    }

    fn extremum(&self, other: &Dim, larger: bool) -> Dim {
        if let Some(difference) = (self.clone() - other.clone()).as_const() {
            let first = if larger { difference >= 0 } else { difference <= 0 };
            return if first { self.clone() } else { other.clone() };
        }
        // The larger of b and the larger of a and b is the latter.
        for (whole, part) in [(self, other), (other, self)] {
            if whole.is_extremum_of(part, larger) {
                return whole.clone();
            }
        }
        let (a, b) = if self <= other { (self, other) } else { (other, self) };
        let (a, b) = (a.clone(), b.clone());
        Dim::atom(if larger { Atom::Max(a, b) } else { Atom::Min(a, b) })
    }

    /// Whether this is the larger (or smaller) of `part` and something else.
    fn is_extremum_of(&self, part: &Dim, larger: bool) -> bool {
        let Repr::Poly(terms) = &self.0 else { return false };
        let mut terms = terms.iter();
        let (Some((monomial, 1)), None) = (terms.next(), terms.next()) else { return false };
        match monomial.as_slice() {
            [Atom::Max(a, b)] => larger && (a == part || b == part),
            [Atom::Min(a, b)] => !larger && (a == part || b == part),
            _ => false,
        }
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
        self.visit(&mut Sign(positive))
    }

    /// Whether the two are certainly different: their difference is a nonzero constant.
    pub fn certainly_differs(&self, other: &Dim) -> bool {
        (self.clone() - other.clone()).as_const().is_some_and(|d| d != 0)
    }

    /// The product of many dims.
    pub fn product<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> Dim {
        dims.into_iter().fold(Dim::ONE, |a, d| a * d.clone())
    }

    /// Folds the expression bottom-up; the way to evaluate, print or emit a dim.
    pub fn visit<V: DimVisitor>(&self, v: &mut V) -> V::Out {
        let mut sum: Option<V::Out> = None;
        // The constant term has the empty monomial, which sorts first; it reads better last.
        let terms = self.terms();
        let ordered =
            terms.iter().filter(|(m, _)| !m.is_empty()).chain(terms.iter().filter(|(m, _)| m.is_empty()));
        for (monomial, &coefficient) in ordered {
            let mut term: Option<V::Out> =
                (coefficient != 1 || monomial.is_empty()).then(|| v.constant(coefficient));
            for atom in monomial {
                let factor = match atom {
                    Atom::Symbol(s) => v.symbol(s),
                    Atom::FloorDiv(a, b) => {
                        let (a, b) = (a.visit(v), b.visit(v));
                        v.floor_div(a, b)
                    }
                    Atom::Mod(a, b) => {
                        let (a, b) = (a.visit(v), b.visit(v));
                        v.modulo(a, b)
                    }
                    Atom::Max(a, b) => {
                        let (a, b) = (a.visit(v), b.visit(v));
                        v.max(a, b)
                    }
                    Atom::Min(a, b) => {
                        let (a, b) = (a.visit(v), b.visit(v));
                        v.min(a, b)
                    }
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

    /// The value under an assignment of the symbols.
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
        self.visit(&mut Eval(value_of))
    }

    /// The dim with every symbol replaced.
    pub fn substitute(&self, by: &dyn Fn(&Symbol) -> Dim) -> Dim {
        if self.as_const().is_some() {
            return self.clone();
        }
        struct Subst<'a>(&'a dyn Fn(&Symbol) -> Dim);
        impl DimVisitor for Subst<'_> {
            type Out = Dim;
            fn constant(&mut self, value: i64) -> Dim {
                value.into()
            }
            fn symbol(&mut self, s: &Symbol) -> Dim {
                (self.0)(s)
            }
            fn add(&mut self, a: Dim, b: Dim) -> Dim {
                a + b
            }
            fn mul(&mut self, a: Dim, b: Dim) -> Dim {
                a * b
            }
            fn floor_div(&mut self, a: Dim, b: Dim) -> Dim {
                a.floor_div(&b)
            }
            fn modulo(&mut self, a: Dim, b: Dim) -> Dim {
                a.modulo(&b)
            }
            fn max(&mut self, a: Dim, b: Dim) -> Dim {
                Dim::max(&a, &b)
            }
            fn min(&mut self, a: Dim, b: Dim) -> Dim {
                Dim::min(&a, &b)
            }
        }
        self.visit(&mut Subst(by))
    }

    /// Every symbol in the expression, with repetition.
    pub fn symbols(&self) -> Vec<Symbol> {
        let found = std::cell::RefCell::new(vec![]);
        self.substitute(&|s| {
            found.borrow_mut().push(s.clone());
            s.clone().into()
        });
        found.into_inner()
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
        let mut terms = self.terms();
        for (m, c) in other.terms() {
            let entry = terms.entry(m).or_insert(0);
            *entry = entry.saturating_add(c);
        }
        Dim::from_terms(terms)
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
        let mut terms = BTreeMap::new();
        let right = other.terms();
        for (ma, ca) in self.terms() {
            for (mb, cb) in &right {
                let mut m = ma.clone();
                m.extend(mb.iter().cloned());
                m.sort();
                let entry = terms.entry(m).or_insert(0i64);
                *entry = entry.saturating_add(ca.saturating_mul(*cb));
            }
        }
        Dim::from_terms(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Dim {
        Dim::parse(text, &mut |name| {
            let id = ["N", "M", "K"].iter().position(|n| *n == name)? as u32;
            Some(Symbol { id, name: name.into() })
        })
        .unwrap()
    }

    #[test]
    fn equal_polynomials_are_equal_values() {
        assert_eq!(parse("N + N"), parse("2*N"));
        assert_eq!(parse("(N + 1)*(N - 1)"), parse("N*N - 1"));
        assert_eq!(parse("N*M//M"), parse("N"));
        assert_eq!(parse("N - N + 3"), Dim::from(3));
        assert_eq!(parse("max(N, N + 1)"), parse("N + 1"));
        assert_eq!(parse("max(max(N, M), N)"), parse("max(M, N)"));
        assert_eq!(parse("min(2, min(N, 2))"), parse("min(N, 2)"));
        assert_ne!(parse("max(min(N, M), N)"), parse("min(N, M)"));
        assert_ne!(parse("max(2*max(N, M), N)"), parse("2*max(N, M)"));
        assert!(parse("N + 1").certainly_differs(&parse("N")));
        assert!(!parse("N").certainly_differs(&parse("M")));
    }

    #[test]
    fn lengths_are_at_least_zero() {
        // N and M are lengths, K is any number.
        let is_length = |text: &str| parse(text).is_at_least_zero(&|s| &*s.name != "K");
        for text in ["0", "N", "N*M + 2", "max(0, K)", "min(N, 3)", "(N//2)", "(K%N)", "max(0, N - 1)"] {
            assert!(is_length(text), "{text}");
        }
        for text in ["-1", "K", "N - 1", "N*K", "min(N, K)", "(K//N)", "N - M"] {
            assert!(!is_length(text), "{text}");
        }
    }

    #[test]
    fn printing_reads_back() {
        for text in
            ["N", "2*N + 1", "-N + 3", "N*M - 2*K", "(N//2)", "max(0, N - 3)*M", "((N + 1)%3)", "-2*N*M - 1"]
        {
            let dim = parse(text);
            assert_eq!(parse(&dim.to_string()), dim, "{text} printed as {dim}");
        }
        assert_eq!(parse("1 + N*2").to_string(), "2*N + 1");
    }

    #[test]
    fn bad_expressions_are_named() {
        let error = |t: &str| Dim::parse(t, &mut |_| None).unwrap_err();
        assert!(error("Q + 1").contains("unknown dim `Q`"));
        assert!(error("1 +").contains("a number or a name"));
        assert!(error("(1").contains("`)`"));
        assert!(error("1 1").contains("unexpected"));
        assert!(error(&format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000))).contains("nests at most"));
    }

    #[test]
    fn evaluation_reports_what_is_missing() {
        let d = parse("N//M");
        assert_eq!(d.eval(&|_| None), Err(DimError::Unbound("N".into())));
        assert_eq!(d.eval(&|s| Some(if s.id == 0 { -7 } else { 2 })), Ok(-4));
        assert_eq!(d.eval(&|s| Some(if s.id == 0 { 7 } else { 0 })), Err(DimError::ZeroDivision));
    }
}
