//! What a module needs of the library.
//!
//! Functions are inlined into loops, unless that would make a module long: then long ones are called, over vectors
//! where a loop is vectorized ([`super::vector`]).

use super::{
    library::{Definition, function},
    vector::{self, VectorBits},
};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter functions are always inlined.
const SHORT: usize = 16;

/// As many ops are inlined into a module; with more, long functions are called. Measured by
/// `--example side_by_side`: code for an inlined op takes about as long as that for an op of the program.
const MOST_INLINED: usize = 200;

/// The text of the functions that a module calls so and so often, and of everything that they call in turn: each
/// function once, sorted by name.
///
/// # Errors
///
/// Gives back the first name that the library does not define.
pub(crate) fn text(calls: &BTreeMap<String, usize>, bits: VectorBits) -> Result<String, String> {
    let mut inlined = 0;
    for (name, times) in calls {
        inlined += times * function(name).ok_or_else(|| name.clone())?.ops;
    }
    let called = |name: &str, definition: &Definition| {
        inlined > MOST_INLINED && definition.ops > SHORT && calls.contains_key(name)
    };
    // A loop takes as many lanes as the function with the widest elements in it has.
    let long = || calls.keys().filter(|name| function(name).is_some_and(|d| called(name, d)));
    let widths: BTreeSet<usize> = long().map(|name| vector::width(name)).collect();
    // What is needed, over so many lanes; 1 stands for scalars.
    let mut pending: Vec<(&str, usize)> = calls.keys().map(|name| (name.as_str(), 1)).collect();
    let mut texts = BTreeMap::new();
    while let Some((name, lanes)) = pending.pop() {
        let definition = function(name).ok_or_else(|| name.to_owned())?;
        if texts.contains_key(&(name, lanes)) {
            continue;
        }
        pending.extend(definition.deps.iter().map(|dep| (dep.as_str(), lanes)));
        // MLIR's own visibility says nothing to LLVM, so the linkage is given as well.
        let internal = "llvm.linkage = #llvm.linkage<internal>, passthrough";
        let attributes = match (called(name, definition), lanes) {
            (false, _) => format!("{internal} = [\"alwaysinline\"]"),
            (true, 1) => {
                let widths = widths.range(vector::width(name)..);
                let vectors: Vec<usize> = widths.map(|width| vector::lanes(*width, bits)).collect();
                let variants = vector::variants(name, definition, &vectors);
                pending.extend(vectors.into_iter().map(|lanes| (name, lanes)));
                format!("{internal} = [\"noinline\", {variants}]")
            }
            // Nothing calls it before loops are vectorized, so LLVM would drop an internal one.
            (true, _) => "passthrough = [\"noinline\"]".to_owned(),
        };
        let text = if lanes == 1 { definition.text.clone() } else { vector::vectorized(definition, lanes) };
        texts.insert((name, lanes), text.replacen(" {\n", &format!(" attributes {{{attributes}}} {{\n"), 1));
    }
    Ok(texts.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(times: &[(&str, usize)]) -> Result<String, String> {
        let calls = times.iter().map(|(name, times)| ((*name).to_owned(), *times)).collect();
        text(&calls, VectorBits(256))
    }

    #[test]
    fn a_module_holds_each_function_once() {
        let text = called(&[("thn_exp_f64", 1), ("thn_tanh_f64", 1)]).unwrap();
        assert_eq!(text.matches("func.func private @thn_exp_reduce_f64(").count(), 1);
        assert_eq!(
            text.matches("func.func").count(),
            text.matches("passthrough = [\"alwaysinline\"]").count()
        );
        assert!(!text.contains("f32"));
        assert!(!text.contains("vector"));
        assert_eq!(called(&[("thn_exp_f64", 1), ("thn_missing_f64", 1)]), Err("thn_missing_f64".to_owned()));
    }

    #[test]
    fn many_calls_are_calls_of_vectors() {
        let text = called(&[("thn_exp_f64", 100), ("thn_sign_f64", 100)]).unwrap();
        let head = "@thn_exp_f64_x16(%x: vector<16xf64>) -> vector<16xf64>";
        assert_eq!(text.matches(head).count(), 1, "{head} in\n{text}");
        assert!(text.contains("@thn_exp_tail_f64_x16("));
        assert!(text.contains("\"_ZGV_LLVM_N16v_thn_exp_f64(thn_exp_f64_x16)\""));
        assert_eq!(text.matches("\"noinline\"").count(), 2);
        assert!(!text.contains("thn_sign_f64_x"), "a short function is inlined");
    }

    #[test]
    fn beside_wide_elements_narrow_ones_have_as_many_lanes() {
        let text = called(&[("thn_exp_f64", 100), ("thn_log_f32", 1)]).unwrap();
        assert!(
            text.contains("N32v_thn_log_f32(thn_log_f32_x32),_ZGV_LLVM_N16v_thn_log_f32(thn_log_f32_x16)")
        );
        assert!(!text.contains("thn_exp_f64_x32"), "{text}");
    }
}
