//! Equality saturation over the tensor IR of thn.
