//! The reference interpreter and the high-precision oracle of thn.
