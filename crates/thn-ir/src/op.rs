//! What a row of the op table says. The rows themselves are generated from `dialects/thn/ops`.

use crate::{DType, DTypeClass, Expr, OpKind};

/// Where the checkers sample operands of an op: the numbers between two ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Domain {
    /// No number is below this.
    pub low: f64,
    /// No number is above this.
    pub high: f64,
}

impl Domain {
    /// All numbers.
    pub const REAL: Domain = Domain { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// A number of the domain that is `x` if it can be, else -x, else one that is drawn from the digits of x. NaN may
    /// give any number of the domain.
    pub fn place(self, x: f64) -> f64 {
        let holds = |x: &f64| (self.low..=self.high).contains(x);
        if let Some(inside) = [x, -x].into_iter().find(holds) {
            return inside;
        }
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => self.low + (self.high - self.low) * (x.abs() % 1.0).max(0.0),
            (true, false) => self.low + x.abs().max(0.0),
            _ => self.high - x.abs().max(0.0),
        }
    }
}

/// The element type of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResultDType {
    /// That of the operands.
    Same,
    /// A fixed one.
    Fixed(DType),
    /// The `dtype` attribute.
    Attr,
}

/// The element types an op takes and gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DTypeRule {
    /// Accepted element types of the operands.
    pub operands: DTypeClass,
    /// Element type of the results.
    pub result: ResultDType,
}

/// How elements of one dtype class are computed, or what another dialect calls the op for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prim {
    /// For which element types.
    pub class: DTypeClass,
    /// An `arith` or `math` op, a function of thn's math library (`thn_exp`), `cast` or `identity`.
    pub emit: &'static str,
    /// The predicate of a comparison.
    pub predicate: Option<&'static str>,
}

/// The iteration shape of an op that is not elementwise; [`crate::Access`] gives its index maps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant is the op of the same name in the op table")]
pub enum Iterate {
    Constant,
    Dim,
    Iota,
    Broadcast,
    Dimshuffle,
    Reshape,
    Assume,
    Slice,
    Gather,
    Pick,
    Diagonal,
    Join,
    Pad,
    SetSubtensor,
    IncSubtensor,
    ScatterAdd,
    Argmax,
    Loop,
    Cond,
    Kernel,
    Terminator,
    /// A fold over `axes` with an elementwise op, from a start value (`0`, `1`, `inf`, `-inf`); `some` if it refuses an
    /// empty dim.
    Reduce {
        combine: OpKind,
        init: &'static str,
        some: bool,
    },
}

/// How an op is computed; exactly one way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Semantics {
    /// By other ops.
    Expand(Expr),
    /// Element by element.
    Prim(&'static [Prim]),
    /// By index maps.
    Iterate(Iterate),
    /// By a library call.
    Library(&'static str),
    /// By another dialect.
    Foreign,
}

/// What is true of a function of one operand at every number; rules follow from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    /// f(-x) = -f(x).
    Odd,
    /// f(-x) = f(x).
    Even,
    /// No smaller for a larger operand.
    Rising,
    /// f(f(x)) = f(x).
    Idempotent,
    /// Results are whole numbers, infinities or NaN.
    Integral,
    /// Whole numbers stay what they are.
    Rounding,
}

impl Property {
    /// Every property with its name in the table.
    pub const ALL: [(&'static str, Property); 6] = [
        ("odd", Property::Odd),
        ("even", Property::Even),
        ("rising", Property::Rising),
        ("idempotent", Property::Idempotent),
        ("integral", Property::Integral),
        ("rounding", Property::Rounding),
    ];
}

/// The kind of an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttrKind {
    /// [`crate::Attr::Int`].
    Int,
    /// [`crate::Attr::Ints`].
    Ints,
    /// [`crate::Attr::Dim`].
    Dim,
    /// [`crate::Attr::Dims`].
    Dims,
    /// [`crate::Attr::Str`].
    Str,
    /// [`crate::Attr::DType`].
    DType,
    /// [`crate::Attr::Literal`].
    Literal,
}

/// A declared attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AttrSpec {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: AttrKind,
}

/// A declared operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperandSpec {
    /// Its name; `?name` in expressions.
    pub name: &'static str,
    /// Whether it stands for any number of operands; only the last can.
    pub variadic: bool,
}

/// A row of the op table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OpRow {
    /// The op.
    pub kind: OpKind,
    /// Its name in the dialect, without `thn.`.
    pub mnemonic: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// Operands in order.
    pub operands: &'static [OperandSpec],
    /// Attributes; the `dims` that spell a result type are part of the type and not listed.
    pub attrs: &'static [AttrSpec],
    /// Number of regions.
    pub regions: usize,
    /// Whether the result type is stated instead of inferred.
    pub shaped: bool,
    /// Whether the two operands may change places.
    pub commutative: bool,
    /// The textbook formula, for elementwise ops.
    pub formula: Option<Expr>,
    /// How it is computed.
    pub semantics: Semantics,
    /// Derivatives, one per operand; empty if the op has no `partials`.
    pub partials: &'static [Expr],
    /// The transpose rule of a structural op.
    pub transpose: Option<&'static str>,
    /// What is true of the function at every number.
    pub properties: &'static [Property],
    /// The op whose operand it gives back, at every number.
    pub undoes: Option<OpKind>,
    /// Where checkers sample.
    pub domain: Domain,
    /// Element types.
    pub dtypes: DTypeRule,
    /// Ops of other dialects with the same meaning.
    pub foreign: &'static [Prim],
    /// In units of one float addition per element.
    pub cost: u32,
    /// Bound on the compiled op's error against `formula`.
    pub max_ulp: u32,
}

impl OpRow {
    /// Whether the op computes each element of its result from the elements of its operands at the same place.
    pub fn is_elementwise(&self) -> bool {
        self.formula.is_some()
    }

    /// The scalar emitter for an element type.
    pub fn prim(&self, dtype: DType) -> Option<Prim> {
        match self.semantics {
            Semantics::Prim(prims) => prims.iter().find(|p| p.class.contains(dtype)).copied(),
            _ => None,
        }
    }

    /// The reduction `(combine, init)`, if the op is one.
    pub fn reduction(&self) -> Option<(OpKind, &'static str)> {
        match self.semantics {
            Semantics::Iterate(Iterate::Reduce { combine, init, .. }) => Some((combine, init)),
            _ => None,
        }
    }
}

impl OpKind {
    /// Whether the operands are a multiset: the op is associative and commutative.
    #[inline]
    pub fn is_multiset(self) -> bool {
        matches!(self, OpKind::Add | OpKind::Mul) || self.is_exact_multiset()
    }

    /// Whether the operands are a multiset that gives the same bits in any order.
    #[inline]
    pub fn is_exact_multiset(self) -> bool {
        matches!(self, OpKind::Maximum | OpKind::Minimum | OpKind::And | OpKind::Or)
    }

    /// Whether the op is a product of matrices.
    #[inline]
    pub fn is_matmul(self) -> bool {
        matches!(self, OpKind::Dot | OpKind::BatchedDot)
    }
}
