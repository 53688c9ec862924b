//! The one program representation of `thn`.
//!
//! A [`Func`] is an arena of ops with regions, attributes, symbolic dims and source locations. The symbolic
//! front end builds it, and differentiation, equality saturation, the reference interpreter, the kernel planner
//! and the shape program all run on it. The `thn` dialect is its textual and MLIR face.
//!
//! What an op means is a row of the generated table [`OpKind::row`]; how its elements are computed is its
//! [`Access`], from which interpretation, fusion and lowering follow without a list of ops.
//!
//! This crate knows no LLVM and does no I/O.

#![warn(clippy::missing_errors_doc)]

pub mod access;
mod assumption;
mod attr;
mod build;
mod dim;
mod dtype;
mod effects;
mod equivalence;
mod error;
pub mod expand;
mod expr;
mod extents;
mod func;
mod generated;
mod infer;
mod nesting;
mod op;
mod print;
pub mod rewrite;
mod shape_program;
mod types;
pub mod verify;
mod walk;

pub use access::Access;
pub use assumption::Fact;
pub use attr::{Attr, Attrs, Literal};
pub use build::Builder;
pub use dim::{Dim, DimError, DimVisitor, Symbol, SymbolOrigin};
pub use dtype::{DType, DTypeClass, Scalar};
pub use equivalence::PROVENANCE;
pub use error::{Error, ErrorKind};
pub use expr::{Expr, REAL_FUNCTIONS};
pub use func::{Arg, Block, BlockId, Func, Loc, OpData, OpId, Res, Value, ValueData, ValueDef};
pub use generated::OpKind;
pub use infer::{Constraint, Inference, RegionTypes, infer};
pub use op::{
    AttrKind, AttrSpec, DTypeRule, Domain, Iterate, OpRow, OperandSpec, Prim, Property, ResultDType,
    Semantics,
};
pub use shape_program::{ShapeFailure, ShapeProgram};
pub use types::{Shape, TensorType, Type};
