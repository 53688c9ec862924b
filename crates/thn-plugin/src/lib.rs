//! `libthn_mlir22.so`: the dialect and all passes for the stock `mlir-opt` of the same LLVM release.
//!
//! ```text
//! mlir-opt --load-dialect-plugin=libthn_mlir22.so --load-pass-plugin=libthn_mlir22.so \
//!   --pass-pipeline='builtin.module(func.func(canonicalize,thn-eqsat))' model.mlir
//! ```

thn_mlir::export_plugin!(thn_passes::TABLES);
