//! What is known of a matrix, or of a vector of indices, as a whole.
//!
//! Every fact is a bit, and facts only grow: what two equal values say of themselves both holds. Zeros are zeros of either
//! sign. A sum of products is the same whichever factor of each product comes first, so that `x xᵀ` is symmetric in
//! floats, too; products of triangular matrices have their zeros only where no element is infinite or NaN.

use crate::{Facts, Op, Operand, Relations, bounds::EXACT};
use smallvec::SmallVec;
use std::ops::{BitAnd, BitOr};
use thn_ir::{Fact, Literal, OpKind, Scalar, TensorType};

/// A set of facts about a tensor as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Structure(u16);

impl BitOr for Structure {
    type Output = Structure;

    fn bitor(self, other: Structure) -> Structure {
        Structure(self.0 | other.0)
    }
}

impl BitAnd for Structure {
    type Output = Structure;

    fn bitand(self, other: Structure) -> Structure {
        Structure(self.0 & other.0)
    }
}

/// The promises that are facts of this kind, with their bits.
const PROMISES: [(Fact, Structure); 7] = [
    (Fact::Unique, Structure::UNIQUE),
    (Fact::Diagonal, Structure::DIAGONAL),
    (Fact::LowerTriangular, Structure::LOWER),
    (Fact::UpperTriangular, Structure::UPPER),
    (Fact::Symmetric, Structure::SYMMETRIC),
    (Fact::PositiveSemidefinite, Structure::SEMIDEFINITE),
    (Fact::Orthogonal, Structure::ORTHOGONAL),
];

impl Structure {
    /// Nothing.
    pub const NONE: Structure = Structure(0);
    /// No two elements of the vector are equal.
    pub const UNIQUE: Structure = Structure(1);
    /// Zero above the diagonal.
    pub const LOWER: Structure = Structure(2);
    /// Zero below the diagonal.
    pub const UPPER: Structure = Structure(4);
    /// Zero off the diagonal.
    pub const DIAGONAL: Structure = Structure(6);
    /// Equal to its transpose.
    pub const SYMMETRIC: Structure = Structure(8);
    /// Symmetric with no negative eigenvalue.
    pub const SEMIDEFINITE: Structure = Structure(16);
    /// With a transpose that is its inverse, up to rounding.
    pub const ORTHOGONAL: Structure = Structure(32);
    /// Ones on the diagonal, zeros elsewhere.
    pub const IDENTITY: Structure = Structure(64);
    /// Every element is its own position along the first dim.
    const FIRST: Structure = Structure(128);
    /// Every element is its own position along the second dim.
    const SECOND: Structure = Structure(256);

    /// Whether all of these facts are among those that are known.
    #[inline]
    pub fn has(self, all: Structure) -> bool {
        self & all == all
    }

    fn when(self, holds: bool) -> Structure {
        if holds { self } else { Structure::NONE }
    }

    /// Those facts of `self` of which `of` says that they hold.
    fn filter(self, of: impl Fn(Structure) -> bool) -> Structure {
        (0..u16::BITS)
            .map(|bit| Structure(1 << bit) & self)
            .filter(|one| *one != Structure::NONE && of(*one))
            .fold(Structure::NONE, BitOr::bitor)
    }

    /// What a promise says.
    pub fn of_promise(fact: Fact) -> Structure {
        PROMISES.iter().find(|(f, _)| *f == fact).map_or(Structure::NONE, |(_, s)| *s)
    }

    /// The promises that say no less.
    pub fn promises(self) -> Vec<Fact> {
        PROMISES.into_iter().filter(|(_, s)| self.has(*s)).map(|(fact, _)| fact).collect()
    }

    /// With everything that follows from what is known.
    pub fn completed(mut self, ty: &TensorType) -> Structure {
        let square = square(ty);
        if !square {
            self = Structure(self.0 & !(SQUARE.0));
        }
        if self.has(Structure::IDENTITY) {
            self = self | Structure::DIAGONAL;
            self = self | (Structure::SEMIDEFINITE | Structure::ORTHOGONAL).when(square);
        }
        let symmetric = self.has(Structure::DIAGONAL) && square || self.has(Structure::SEMIDEFINITE);
        self = self | Structure::SYMMETRIC.when(symmetric);
        let triangular = self.has(Structure::LOWER) || self.has(Structure::UPPER);
        self | Structure::DIAGONAL.when(self.has(Structure::SYMMETRIC) && triangular)
    }
}

/// Whether a type is that of matrices with as many rows as columns.
#[inline]
pub fn square(ty: &TensorType) -> bool {
    matches!(ty.shape.0.as_slice(), [m, n] if m == n)
}

/// Matrices whose zeros, symmetry and definiteness ops are about.
const MATRIX: Structure = Structure(2 + 4 + 8 + 16);

/// What is said of no other matrices but square ones.
const SQUARE: Structure = Structure(8 + 16 + 32);

/// An operand, and what is known of it as the matrix that it is or that it is repeated to.
struct Part {
    facts: Facts,
    structure: Structure,
    splat: Option<Scalar>,
    scalar: bool,
}

impl Part {
    fn of(operand: &Operand<'_>) -> Part {
        let facts = operand.facts;
        let splat = operand.splat.and_then(|l| l.splat_value());
        let scalar = operand.ty.is_none_or(|t| t.rank() == 0);
        let zero = splat.is_some_and(|x| x.to_f64() == 0.0);
        // One number c everywhere is c 1 1ᵀ.
        let uniform = Structure::SYMMETRIC
            | Structure::DIAGONAL.when(zero)
            | Structure::SEMIDEFINITE.when(facts.lo >= 0.0);
        let structure = facts.structure | uniform.when(scalar || splat.is_some());
        Part { facts, structure, splat, scalar }
    }

    fn is(&self, x: f64) -> bool {
        self.splat.is_some_and(|s| s.to_f64() == x)
    }
}

/// What an op says of its result; what follows from that is left to [`Structure::completed`].
pub(crate) fn of_op(op: Op<'_>, operands: &[Operand<'_>], related: &dyn Relations) -> Structure {
    match (op.kind, op.ty.rank()) {
        (OpKind::Constant, _) => op.attrs.get_literal("value").map_or(Structure::NONE, of_literal),
        (_, 1) => of_vector(op, operands),
        (_, 2) => of_matrix(op, operands, related),
        _ => Structure::NONE,
    }
}

/// Whether indices of this type count any dim without wrapping around.
pub fn counts(ty: &TensorType) -> bool {
    let longest = ty.shape.iter().map(|d| d.as_const().unwrap_or(i64::MAX)).max().unwrap_or(0);
    ty.dtype.is_int() && (ty.dtype.precision() >= 63 || longest <= 1 << ty.dtype.precision())
}

fn of_literal(literal: &Literal) -> Structure {
    /// Larger constants are not looked through.
    const MOST: usize = 4096;
    if literal.len() > MOST {
        return Structure::NONE;
    }
    match *literal.shape() {
        [_] => {
            let mut all: Vec<f64> = literal.iter().map(Scalar::to_f64).collect();
            all.sort_by(f64::total_cmp);
            let exact = all.iter().all(|x| x.abs() < EXACT);
            Structure::UNIQUE.when(exact && all.windows(2).all(|w| w[0] != w[1]))
        }
        [_, n] => {
            let at = |i: usize, j: usize| literal.get(i * n + j).to_f64();
            let places = || (0..literal.len()).map(|k| (k / n.max(1), k % n.max(1)));
            let m = literal.len() / n.max(1);
            Structure::LOWER.when(places().all(|(i, j)| i >= j || at(i, j) == 0.0))
                | Structure::UPPER.when(places().all(|(i, j)| i <= j || at(i, j) == 0.0))
                | Structure::SYMMETRIC.when(m == n && places().all(|(i, j)| at(i, j) == at(j, i)))
                | Structure::IDENTITY.when(places().all(|(i, j)| at(i, j) == f64::from(u8::from(i == j))))
        }
        _ => Structure::NONE,
    }
}

fn of_vector(op: Op<'_>, operands: &[Operand<'_>]) -> Structure {
    let Op { kind, ty, .. } = op;
    let of = |i: usize| operands.get(i).map_or(Structure::NONE, |x| x.facts.structure);
    let rank = |i: usize| operands.get(i).and_then(|x| x.ty).map_or(0, TensorType::rank);
    let unique = match kind {
        OpKind::Iota => return (Structure::UNIQUE | Structure::FIRST).when(counts(ty)),
        OpKind::Slice => of(0).has(Structure::UNIQUE),
        OpKind::Gather => {
            // Of two indices one can count from the end and mean the same.
            let forward = operands.get(1).is_some_and(|x| x.facts.lo >= 0.0);
            of(0).has(Structure::UNIQUE) && of(1).has(Structure::UNIQUE) && rank(1) == 1 && forward
        }
        // Integers wrap around one to one; floats would round.
        OpKind::Neg if ty.dtype.is_int() => of(0).has(Structure::UNIQUE),
        OpKind::Add | OpKind::Sub if ty.dtype.is_int() => {
            let full: Vec<usize> = (0..operands.len()).filter(|i| rank(*i) > 0).collect();
            matches!(full.as_slice(), [one] if of(*one).has(Structure::UNIQUE))
        }
        OpKind::Cast => {
            let from = operands.first().and_then(|x| x.ty).map(|t| t.dtype);
            from.is_some_and(|from| from.widens_to(ty.dtype)) && of(0).has(Structure::UNIQUE)
        }
        _ => false,
    };
    Structure::UNIQUE.when(unique)
}

fn of_matrix(op: Op<'_>, operands: &[Operand<'_>], related: &dyn Relations) -> Structure {
    let Op { kind, attrs, ty } = op;
    let silent = |x: &Operand<'_>| {
        x.facts.structure == Structure::NONE && (x.splat.is_none() || x.ty.is_none_or(|t| t.rank() == 0))
    };
    if kind.row().is_elementwise() && operands.iter().all(silent) {
        return Structure::NONE;
    }
    let parts: SmallVec<[Part; 3]> = operands.iter().map(Part::of).collect();
    if kind.row().is_elementwise() {
        return elementwise(kind, &parts, ty);
    }
    match (kind, parts.as_slice()) {
        (OpKind::Iota, _) => {
            let along = if attrs.get_int("axis") == Some(0) { Structure::FIRST } else { Structure::SECOND };
            along.when(counts(ty))
        }
        (OpKind::Broadcast, [x]) if x.scalar => {
            (x.structure & MATRIX).filter(|f| square(ty) || Structure::DIAGONAL.has(f))
        }
        (OpKind::Broadcast, [x]) => {
            let along = if attrs.get_ints("axes") == [0] { Structure::FIRST } else { Structure::SECOND };
            let vector = operands[0].ty.is_some_and(|t| t.rank() == 1);
            along.when(vector && x.structure.has(Structure::FIRST))
        }
        (OpKind::Dimshuffle, [x]) if attrs.get_ints("order") == [1, 0] => transposed(x.structure),
        (OpKind::Slice, [x]) => {
            let (starts, steps) = (attrs.get_dims("starts"), attrs.get_ints("steps"));
            // A part along the diagonal: the same indices of rows and columns.
            let along = matches!((starts, steps), ([i, j], [p, q]) if i == j && p == q && *p > 0);
            let kept = x.structure & (MATRIX | Structure::IDENTITY);
            kept.filter(|f| square(ty) || Structure::DIAGONAL.has(f) || f == Structure::IDENTITY).when(along)
        }
        (OpKind::Dot, [x, y]) => {
            let finite = x.facts.finite() && y.facts.finite();
            let both = x.structure & y.structure;
            let same = both.has(Structure::SYMMETRIC) && related.same(0, 1);
            let gram = same || related.transposed(0, 1);
            (both & Structure::DIAGONAL).when(finite)
                | (both & Structure::ORTHOGONAL)
                | Structure::SYMMETRIC.when(gram)
                | Structure::SEMIDEFINITE.when(gram && ty.dtype.is_float())
        }
        _ => Structure::NONE,
    }
}

fn transposed(x: Structure) -> Structure {
    let swap = |a: Structure, b: Structure| b.when(x.has(a)) | a.when(x.has(b));
    let kept = Structure::SYMMETRIC | Structure::SEMIDEFINITE | Structure::ORTHOGONAL | Structure::IDENTITY;
    (x & kept) | swap(Structure::LOWER, Structure::UPPER) | swap(Structure::FIRST, Structure::SECOND)
}

/// Ops that give zero where all operands are zero, in every element type that they take.
fn keeps_zeros(kind: OpKind) -> bool {
    use OpKind::{
        Abs, Add, Arcsin, Arcsinh, Arctan, Arctanh, Cast, Cbrt, Ceil, Deg2Rad, Erf, Expm1, Floor, Gt, Hypot,
        Log1p, Lt, Maximum, Minimum, Ne, Neg, Or, Rad2Deg, Round, Sign, Sin, Sinh, Sqr, Sqrt, Sub, Tan, Tanh,
        Trunc, XLogX, Xor,
    };
    matches!(
        kind,
        Abs | Add
            | Arcsin
            | Arcsinh
            | Arctan
            | Arctanh
            | Cast
            | Cbrt
            | Ceil
            | Deg2Rad
            | Erf
            | Expm1
            | Floor
            | Gt
            | Hypot
            | Log1p
            | Lt
            | Maximum
            | Minimum
            | Ne
            | Neg
            | Or
            | Rad2Deg
            | Round
            | Sign
            | Sin
            | Sinh
            | Sqr
            | Sqrt
            | Sub
            | Tan
            | Tanh
            | Trunc
            | XLogX
            | Xor
    )
}

fn elementwise(kind: OpKind, parts: &[Part], ty: &TensorType) -> Structure {
    let all = |f: Structure| parts.iter().all(|p| p.structure.has(f));
    // Whether the zeros of a triangle stay.
    let zeros = |triangle: Structure| match (kind, parts) {
        (OpKind::Mul, _) => (0..parts.len()).any(|i| {
            let others = parts.iter().enumerate().filter(|(j, _)| *j != i);
            parts[i].structure.has(triangle) && others.into_iter().all(|(_, p)| p.facts.finite())
        }),
        (OpKind::Div, [x, y]) => x.structure.has(triangle) && y.facts.nonzero() && !y.facts.nan,
        (OpKind::And, _) => parts.iter().any(|p| p.structure.has(triangle)),
        (OpKind::Select, [c, x, y]) => {
            y.structure.has(triangle) && (c.structure.has(triangle) || x.structure.has(triangle))
        }
        (kind, _) => keeps_zeros(kind) && all(triangle),
    };
    // What a comparison of the two positions of an element says: it holds on one side of the diagonal, or nowhere else.
    let compared = match parts {
        [x, y] if x.structure.has(Structure::FIRST) && y.structure.has(Structure::SECOND) => compared(kind),
        [x, y] if x.structure.has(Structure::SECOND) && y.structure.has(Structure::FIRST) => {
            transposed(compared(kind))
        }
        _ => Structure::NONE,
    };
    let identity = match (kind, parts) {
        (OpKind::Cast, [x]) => x.structure.has(Structure::IDENTITY),
        (OpKind::Select, [c, x, y]) => c.structure.has(Structure::IDENTITY) && x.is(1.0) && y.is(0.0),
        _ => false,
    };
    // Sums of semidefinite matrices, and their products element by element.
    let definite =
        matches!(kind, OpKind::Add | OpKind::Mul) && ty.dtype.is_float() && all(Structure::SEMIDEFINITE);
    let opposite = kind == OpKind::Neg && all(Structure::ORTHOGONAL);
    let symmetric = square(ty) && all(Structure::SYMMETRIC);
    compared
        | Structure::DIAGONAL.filter(zeros)
        | Structure::SYMMETRIC.when(symmetric)
        | Structure::SEMIDEFINITE.when(definite && square(ty))
        | Structure::ORTHOGONAL.when(opposite)
        | Structure::IDENTITY.when(identity)
}

/// Where `first < second` and the like hold, for the positions of an element along both dims.
fn compared(kind: OpKind) -> Structure {
    match kind {
        OpKind::Eq => Structure::IDENTITY,
        OpKind::Lt | OpKind::Le => Structure::UPPER,
        OpKind::Gt | OpKind::Ge => Structure::LOWER,
        _ => Structure::NONE,
    }
}

#[cfg(test)]
mod tests;
