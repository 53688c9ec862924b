#!/usr/bin/env bash
# The crate libm 0.2.16: the inverse hyperbolic cosine of negative numbers is a finite number for some of them.
#
# `acosh` is NaN below 1. libm gives -inf at powers of two from -2^13 to -2^25, and 12.291001856315479 at -6.7e7: between
# -1 and -2^26 it computes log(2x - 1 / (x + sqrt(x^2 - 1))) as for positive x, where x + sqrt(x^2 - 1) nearly vanishes
# and its reciprocal is as large as 2x. `acoshf` does the same between -64 and -2048, -2.2079632 at -100. `f64::acosh` of
# the standard library is NaN. Believed before: one of the bounds at which the function changes its formula tests the sign.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "acosh"
version = "0.1.0"
edition = "2024"

[dependencies]
libm = "=0.2.16"

[workspace]
TOML
cat > "$folder/src/main.rs" <<'RUST'
fn main() {
    for power in 13..26 {
        assert_eq!(libm::acosh(-2f64.powi(power)), f64::NEG_INFINITY, "at -2^{power}");
    }
    assert_eq!(libm::acosh(-6.7e7), 12.291001856315479);
    assert!(libm::acosh(-2f64.powi(26)).is_nan() && libm::acosh(-2.0).is_nan());
    assert_eq!(libm::acoshf(-100.0), -2.2079632);
    assert_eq!(libm::acoshf(-64.0), f32::NEG_INFINITY);
    assert!((-65536f64).acosh().is_nan() && (-6.7e7f64).acosh().is_nan() && (-100f32).acosh().is_nan());
    println!("as described, with libm 0.2.16");
}
RUST
cargo run --quiet --manifest-path "$folder/Cargo.toml"
