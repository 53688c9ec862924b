//! The CPU backend of thn.
