//! Lowering of planned kernels to linalg, loops and LLVM.
