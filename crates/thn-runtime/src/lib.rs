//! The call ABI, buffers and state of compiled thn functions.
