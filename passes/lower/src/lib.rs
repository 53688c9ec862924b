//! Lowering of planned programs to a module of linalg, scf, memref, arith and math, with the entry function of the
//! call ABI.
//!
//! Every `kernel` op becomes a private function ([`thn_kernels`] says with what loops), matrix products become calls of
//! the runtime, and `thn_entry` binds dims, allocates, and calls them in order. The text is made once and read as the
//! "linalg" level; MLIR's own passes take it from there to LLVM.
//!
//! Floats are computed exactly as written: no contraction, no reordering except inside blocks of sums. The crate does
//! no I/O and knows no MLIR API: programs in, text out.

mod emit;
pub mod math;

pub use math::vector::VectorBits;
use thn_ir::{Error, Func, Loc};

/// What a program became.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The module.
    pub text: String,
    /// Places where a call can fail, by the number that `thn_rt_fail_index` gets.
    pub sites: Vec<Site>,
    /// The number of kernels, matrix products and views included.
    pub kernels: usize,
    /// Per result: whether the entry writes it straight into the shared argument that it updates.
    pub in_place: Vec<bool>,
    /// The number of places where the entry allocates a temporary.
    pub temporaries: usize,
}

/// A check that a call can fail.
#[derive(Clone, PartialEq, Debug)]
pub struct Site {
    /// Mnemonic of the op.
    pub op: &'static str,
    /// The user's source line.
    pub loc: Loc,
    /// The tensor of indices, as messages name it.
    pub index: String,
    /// What is indexed: "dim 0 of x".
    pub target: String,
}

/// The functions of the runtime.
pub(crate) const RUNTIME: &str = "
func.func private @thn_rt_alloc(!llvm.ptr, i64) -> !llvm.ptr
func.func private @thn_rt_free(!llvm.ptr, !llvm.ptr)
func.func private @thn_rt_output(!llvm.ptr, i32, i32, !llvm.ptr) -> !llvm.ptr
func.func private @thn_rt_fail_index(!llvm.ptr, i32, i64, i64) -> i32
func.func private @thn_rt_gemm(!llvm.ptr, i32, i64, i64, i64, i64, !llvm.ptr, i64, i64, i64, !llvm.ptr, i64, i64, i64, !llvm.ptr, i64, i64, i64) -> i32
";

/// The passes from the text of [`lower`] to the LLVM dialect.
pub const PIPELINE: &str = "builtin.module(func.func(convert-linalg-to-loops),lower-affine,convert-scf-to-cf,\
     expand-strided-metadata,lower-affine,convert-math-to-llvm,convert-math-to-libm,\
     finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-cf-to-llvm,convert-func-to-llvm,\
     canonicalize,cse,reconcile-unrealized-casts)";

/// The module of a planned program.
pub fn lower(planned: &Func) -> Result<Lowered, Error> {
    lower_for(planned, VectorBits::default())
}

/// The module of a planned program, for a CPU with such vectors: it decides how wide loops are, and so how many lanes the
/// blocks of sums have, and nothing else about results.
pub fn lower_for(planned: &Func, bits: VectorBits) -> Result<Lowered, Error> {
    if let Some(e) = thn_kernels::verify(planned).into_iter().next() {
        return Err(e);
    }
    emit::entry::emit(planned, bits)
}
