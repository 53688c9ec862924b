//! The symbolic front end of thn: variables, operators, gradients and functions over tensors.
