//! The s-expressions of the op table, after code generation has checked them.

use crate::OpKind;

/// A checked expression over the operands of an op.
///
/// `formula` uses [`Expr::Real`] only; `expand` and `partials` use ops.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// An operand, `?x`, by position.
    Operand(usize),
    /// The op's own result, `?result`; only in `partials`.
    Result,
    /// A value bound by an enclosing [`Expr::Let`], by its depth from the outside.
    Local(usize),
    /// A decimal number, `inf`, `-inf` or `nan`; of the dtype that its place asks for.
    Number(&'static str),
    /// An elementwise op.
    Op(OpKind, &'static [Expr]),
    /// A reduction over the `axes` of the op that is expanded.
    Reduce(OpKind, &'static Expr),
    /// Back to the shape before the reduction over `axes`.
    Rebroadcast(&'static Expr),
    /// The number of elements that each reduction over `axes` combines.
    Count,
    /// Binds the next local to the first expression in the second.
    Let(&'static Expr, &'static Expr),
    /// A real function, one of [`REAL_FUNCTIONS`]; only in `formula`.
    Real(&'static str, &'static [Expr]),
}

/// The functions that a `formula` may use, with their arities. Every implementation of the oracle's number type
/// gives all of them.
pub const REAL_FUNCTIONS: &[(&str, usize)] = &[
    ("abs", 1),
    ("acos", 1),
    ("add", 2),
    ("and", 2),
    ("asin", 1),
    ("atan", 1),
    ("atan2", 2),
    ("cast", 1),
    ("ceil", 1),
    ("copysign", 2),
    ("cos", 1),
    ("cosh", 1),
    ("div", 2),
    ("eq", 2),
    ("erf", 1),
    ("erfc", 1),
    ("exp", 1),
    ("floor", 1),
    ("ge", 2),
    ("gt", 2),
    ("isfinite", 1),
    ("isnan", 1),
    ("le", 2),
    ("log", 1),
    ("lt", 2),
    ("max", 2),
    ("min", 2),
    ("mod", 2),
    ("mul", 2),
    ("ne", 2),
    ("neg", 1),
    ("not", 1),
    ("or", 2),
    ("pow", 2),
    ("round", 1),
    ("select", 3),
    ("sign", 1),
    ("sin", 1),
    ("sinh", 1),
    ("sqrt", 1),
    ("sub", 2),
    ("tan", 1),
    ("tanh", 1),
    ("trunc", 1),
    ("xor", 2),
];
