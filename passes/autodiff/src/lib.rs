//! Symbolic differentiation of the tensor IR of thn.
