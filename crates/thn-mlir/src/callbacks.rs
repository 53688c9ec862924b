//! What the ops of the dialect ask Rust: whether they are valid, and what types their results have.

use std::sync::Once;

/// Connects the dialect to Rust; further calls do nothing.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
}
