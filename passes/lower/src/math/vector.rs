//! Functions of the library over vectors, for loops that call what would be long in them.
//!
//! A long function that a module uses often is not inlined: the module has it once for scalars and once for each
//! number of lanes. The scalar one says by LLVM's `vector-function-abi-variant` what its vectors are called, so that
//! the loop vectorizer calls those. All are the same straight-line code in another type, so all give the same bits.

use super::library::{Definition, function};

/// The widest vectors that code is made for, in bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VectorBits(pub usize);

impl Default for VectorBits {
    /// Wider vectors than the CPU has are taken apart by LLVM.
    fn default() -> VectorBits {
        VectorBits(512)
    }
}

/// As many vectors are computed side by side: one at a time would wait for each of its instructions.
const SIDE_BY_SIDE: usize = 4;

/// The types of scalars in the library.
const SCALARS: [&str; 7] = ["f32", "f64", "i1", "i8", "i16", "i32", "i64"];

/// The width of the elements of a function in bits; narrow ones are computed in at least 32.
pub(super) fn width(name: &str) -> usize {
    let digits = name.rsplit('_').next().and_then(|ty| ty.get(1..)?.parse::<usize>().ok());
    digits.unwrap_or(64).max(32)
}

/// How many lanes a function has in a loop with elements of this width.
pub(super) fn lanes(width: usize, bits: VectorBits) -> usize {
    (SIDE_BY_SIDE * bits.0 / width).max(2)
}

/// The name of a function over vectors.
pub(super) fn vector_name(name: &str, lanes: usize) -> String {
    format!("{name}_x{lanes}")
}

/// The attribute that ties a function of scalars to its vectors.
pub(super) fn variants(name: &str, definition: &Definition, lanes: &[usize]) -> String {
    let head = definition.text.lines().next().unwrap_or_default();
    let arguments = head.split(") ->").next().unwrap_or_default().matches('%').count();
    let one = |lanes: &usize| {
        format!("_ZGV_LLVM_N{lanes}{}_{name}({})", "v".repeat(arguments), vector_name(name, *lanes))
    };
    let all: Vec<String> = lanes.iter().map(one).collect();
    format!("[\"vector-function-abi-variant\", \"{}\"]", all.join(","))
}

/// The text of a function over vectors, without attributes.
pub(super) fn vectorized(definition: &Definition, lanes: usize) -> String {
    let mut text = String::with_capacity(2 * definition.text.len());
    for line in definition.text.lines() {
        text.push_str(&vector_line(line, lanes));
        text.push('\n');
    }
    text
}

fn vector_line(line: &str, lanes: usize) -> String {
    let vector = |ty: &str| format!("vector<{lanes}x{ty}>");
    if let Some((result, constant)) = line.split_once(" = arith.constant ") {
        let (value, ty) = constant.split_once(" : ").unwrap_or((constant, "i1"));
        return format!("{result} = arith.constant dense<{value}> : {}", vector(ty));
    }
    // The condition of a choice between vectors may be a scalar, so its type is stated.
    let line = match line.split_once(" : ") {
        Some((choice, ty)) if choice.contains(" = arith.select ") => format!("{choice} : i1, {ty}"),
        _ => line.to_string(),
    };
    let mut out = String::new();
    let mut rest = line.as_str();
    while !rest.is_empty() {
        let part = |c: char| c.is_ascii_alphanumeric() || "_%@.$".contains(c);
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if SCALARS.contains(&word) {
            out.push_str(&vector(word));
        } else if let Some(name) = word.strip_prefix('@').filter(|name| function(name).is_some()) {
            out.push('@');
            out.push_str(&vector_name(name, lanes));
        } else {
            out.push_str(word);
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        out.push_str(&after[..next]);
        rest = &after[next..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::library::names;

    #[test]
    fn lines_change_types_and_callees() {
        let cases = [
            ("  %c = arith.constant 0.5 : f32", "  %c = arith.constant dense<0.5> : vector<8xf32>"),
            ("  %t = arith.constant true", "  %t = arith.constant dense<true> : vector<8xi1>"),
            (
                "  %r = arith.select %i1, %a, %b : f64",
                "  %r = arith.select %i1, %a, %b : vector<8xi1>, vector<8xf64>",
            ),
            (
                "  %y = func.call @thn_exp_f32(%x) : (f32) -> f32",
                "  %y = func.call @thn_exp_f32_x8(%x) : (vector<8xf32>) -> vector<8xf32>",
            ),
            ("  return %a, %b : f32, i1", "  return %a, %b : vector<8xf32>, vector<8xi1>"),
        ];
        for (scalar, vector) in cases {
            assert_eq!(vector_line(scalar, 8), vector);
        }
    }

    #[test]
    fn no_scalar_is_left() {
        for name in names() {
            let text = vectorized(function(name).unwrap(), 4);
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_%@.$".contains(c)));
            let left: Vec<&str> = words.filter(|w| SCALARS.contains(w)).collect();
            assert!(left.is_empty(), "{name}: {left:?}\n{text}");
        }
    }

    #[test]
    fn lanes_fill_vectors_side_by_side() {
        let of = |name, bits| lanes(width(name), VectorBits(bits));
        assert_eq!((of("thn_exp_f32", 512), of("thn_exp_f64", 512)), (64, 32));
        assert_eq!((of("thn_exp_f64", 128), of("thn_pow_u8", 512)), (8, 64));
        let exp = variants("thn_exp_f64", function("thn_exp_f64").unwrap(), &[8, 4]);
        let names = "_ZGV_LLVM_N8v_thn_exp_f64(thn_exp_f64_x8),_ZGV_LLVM_N4v_thn_exp_f64(thn_exp_f64_x4)";
        assert_eq!(exp, format!("[\"vector-function-abi-variant\", \"{names}\"]"));
        let pow = variants("thn_pow_f32", function("thn_pow_f32").unwrap(), &[16]);
        assert!(pow.contains("N16vv_thn_pow_f32("), "{pow}");
    }
}
