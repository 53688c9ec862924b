//! From a block to an e-graph and back: encoding, extraction, decoding, and the rounds of the optimizer.

pub(crate) mod constants;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod extract;
pub(crate) mod observer;
pub(crate) mod optimize;
