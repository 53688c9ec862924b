//! The scalar math library: the functions that lowered kernels call for each element.
//!
//! Owns the `.mlir` files of this folder and their expansion per element type. A caller asks for a function
//! by name (`thn_exp_f64`, `thn_floordiv_u32`, `thn_cast_f32_i8`) and splices the texts of it and its
//! dependencies into a module; `math/module.rs` does that for all calls of a module. The texts use only `func`, `arith`
//! and `math`; each function is private.
//!
//! Invariants: a name has one definition; expansion is deterministic; no text holds a placeholder after
//! expansion. Refuses: to know any op of the `thn` dialect or any MLIR API. It is text in, text out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// One function of the library, ready to be spliced into a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The `func.func` operation as MLIR text.
    pub text: String,
    /// The names of the library functions that the text calls directly, sorted, each once.
    pub deps: Vec<String>,
    /// How many ops it computes, those of the functions that it calls included.
    pub ops: usize,
}

/// The files of the library. The order carries no meaning.
const SOURCES: [&str; 13] = [
    include_str!("cast.mlir"),
    include_str!("common.mlir"),
    include_str!("division.mlir"),
    include_str!("error_function.mlir"),
    include_str!("exp.mlir"),
    include_str!("hyperbolic.mlir"),
    include_str!("integer.mlir"),
    include_str!("inverse.mlir"),
    include_str!("inverse_hyperbolic.mlir"),
    include_str!("log.mlir"),
    include_str!("power.mlir"),
    include_str!("roots.mlir"),
    include_str!("trig.mlir"),
];

/// The float types as (name, integer type of the same width).
const FLOATS: [(&str, &str); 2] = [("f32", "i32"), ("f64", "i64")];

/// The signless integer types.
const SIGNLESS: [&str; 4] = ["i8", "i16", "i32", "i64"];

/// The integer dtypes as (suffix, signless type), the signed ones first.
const INTEGERS: [(&str, &str); 8] = [
    ("i8", "i8"),
    ("i16", "i16"),
    ("i32", "i32"),
    ("i64", "i64"),
    ("u8", "i8"),
    ("u16", "i16"),
    ("u32", "i32"),
    ("u64", "i64"),
];

/// The definition of `name`, or `None` when the library has no such function.
pub fn function(name: &str) -> Option<&'static Definition> {
    library().get(name)
}

/// Every name of the library, sorted, internal helpers included.
pub fn names() -> impl Iterator<Item = &'static str> {
    library().keys().map(String::as_str)
}

fn library() -> &'static BTreeMap<String, Definition> {
    static LIBRARY: OnceLock<BTreeMap<String, Definition>> = OnceLock::new();
    LIBRARY.get_or_init(|| expand(&SOURCES))
}

/// The name of a parameter and its value for each type that has one.
type ParameterRow<'a> = (&'a str, BTreeMap<&'a str, &'a str>);

/// A set of placeholder values, and thereby one instance of each template that uses them.
type Bindings = BTreeMap<String, String>;

/// Expands every template of the sources for every type it ranges over and for which all its parameters have
/// a value: a template for the narrow integers uses a parameter that the wide ones lack.
fn expand(sources: &[&str]) -> BTreeMap<String, Definition> {
    let rows = sources.iter().flat_map(|source| source.lines()).filter_map(parameter_row).collect::<Vec<_>>();
    let mut library = BTreeMap::new();
    for (name, text) in sources.iter().flat_map(|source| templates(source)) {
        for bindings in instances(name, &rows) {
            let text = substitute(&text, &bindings);
            if !text.contains('$') {
                let deps = calls(&text);
                library.insert(substitute(name, &bindings), Definition { text, deps, ops: 0 });
            }
        }
    }
    count_ops(&mut library);
    library
}

/// Counts the ops of every function; no function calls itself, not even through others.
fn count_ops(library: &mut BTreeMap<String, Definition>) {
    let mut pending: Vec<String> = library.keys().cloned().collect();
    while let Some(name) = pending.pop() {
        let definition = &library[&name];
        let callees = || callees(&definition.text);
        let of = |callee: &str| library.get(callee).map_or(1, |d| d.ops);
        let unknown: Vec<String> = callees().filter(|c| of(c) == 0).map(str::to_owned).collect();
        if !unknown.is_empty() {
            pending.push(name);
            pending.extend(unknown);
            continue;
        }
        let lines = definition.text.matches(" = ").count();
        let computed = lines - definition.text.matches(" = arith.constant ").count() - callees().count();
        // One that only gives back what it is given is no op, but its count is not 0.
        let ops = (computed + callees().map(of).sum::<usize>()).max(1);
        library.entry(name).and_modify(|d| d.ops = ops);
    }
}

/// Reads a row `//$ NAME type value type value ...` into the name and its value per type.
fn parameter_row(line: &str) -> Option<ParameterRow<'_>> {
    let mut words = line.strip_prefix("//$ ")?.split_whitespace();
    let name = words.next()?;
    let mut values = BTreeMap::new();
    while let (Some(dtype), Some(value)) = (words.next(), words.next()) {
        values.insert(dtype, value);
    }
    Some((name, values))
}

/// Splits a source into (function name, function text); comments between and inside functions are dropped.
fn templates(source: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut open = false;
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        if let Some(name) = line.strip_prefix("func.func private @").and_then(|rest| rest.split('(').next()) {
            found.push((name, String::new()));
            open = true;
        }
        if let (true, Some((_, text))) = (open, found.last_mut()) {
            text.push_str(line);
            text.push('\n');
        }
        open &= line != "}";
    }
    found
}

/// The bindings under which a template of this name may be instantiated: every float type if it names `$T`;
/// every integer dtype, signed dtype, unsigned dtype or signless type if it names `$N`, `$S`, `$U` or `$I`;
/// every pair if it names both. A name without placeholders has one binding, for the parameters of the float
/// type at its end, if there is one.
fn instances(name: &str, rows: &[ParameterRow<'_>]) -> Vec<Bindings> {
    let floats = FLOATS.map(|(t, b)| vec![("T", t), ("B", b)]);
    let integers = |placeholder, dtypes: &[(&'static str, &'static str)]| {
        dtypes.iter().map(|&(dtype, signless)| vec![(placeholder, dtype), ("I", signless)]).collect()
    };
    let float_choices = if name.contains("$T") { floats.to_vec() } else { vec![Vec::new()] };
    let integer_choices = if name.contains("$N") {
        integers("N", &INTEGERS)
    } else if name.contains("$S") {
        integers("S", &INTEGERS[..4])
    } else if name.contains("$U") {
        integers("U", &INTEGERS[4..])
    } else if name.contains("$I") {
        SIGNLESS.map(|signless| vec![("I", signless)]).to_vec()
    } else {
        let own = FLOATS.iter().find(|(dtype, _)| name.ends_with(&format!("_{dtype}")));
        vec![own.map(|&(dtype, _)| ("T", dtype)).into_iter().collect()]
    };
    let pairs = float_choices.iter().flat_map(|left| integer_choices.iter().map(move |right| (left, right)));
    pairs.map(|(left, right)| bind(&[left.as_slice(), right].concat(), rows)).collect()
}

/// The placeholders of one choice of types: the types themselves and each row's value for any of them.
fn bind(dtypes: &[(&str, &str)], rows: &[ParameterRow<'_>]) -> Bindings {
    let own = dtypes.iter().map(|&(placeholder, dtype)| (placeholder.to_owned(), dtype.to_owned()));
    let chosen =
        |placeholder: &str| dtypes.iter().find(|(name, _)| *name == placeholder).map(|&(_, dtype)| dtype);
    let values = rows.iter().filter_map(|(name, values)| {
        let value =
            ["T", "N", "S", "U"].into_iter().filter_map(chosen).find_map(|dtype| values.get(dtype))?;
        Some(((*name).to_owned(), (*value).to_owned()))
    });
    own.chain(values).collect()
}

/// Replaces each `$NAME` that has a binding. A trailing underscore belongs to the text, as in `$T_$N`.
fn substitute(text: &str, bindings: &Bindings) -> String {
    let mut pieces = text.split('$');
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
        let name = piece[..end.unwrap_or(piece.len())].trim_end_matches('_');
        match bindings.get(name) {
            Some(value) => result.extend([value, &piece[name.len()..]]),
            None => result.extend(["$", piece]),
        }
    }
    result
}

/// The functions that a text calls, sorted, each once.
fn calls(text: &str) -> Vec<String> {
    callees(text).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The function of each call.
fn callees(text: &str) -> impl Iterator<Item = &str> {
    text.split("func.call @").skip(1).filter_map(|rest| rest.split('(').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dependency_is_defined() {
        for name in names() {
            for dep in &function(name).unwrap().deps {
                assert!(function(dep).is_some(), "{name} calls {dep}, which is not defined");
            }
        }
    }

    #[test]
    fn each_definition_is_the_only_one() {
        let rows: Vec<_> =
            SOURCES.iter().flat_map(|source| source.lines()).filter_map(parameter_row).collect();
        let mut seen = BTreeSet::new();
        for (name, text) in SOURCES.iter().flat_map(|source| templates(source)) {
            for bindings in instances(name, &rows) {
                if !substitute(&text, &bindings).contains('$') {
                    let name = substitute(name, &bindings);
                    assert!(seen.insert(name.clone()), "{name} is defined twice");
                }
            }
        }
        let parameters: BTreeSet<_> = rows.iter().map(|(name, _)| name).collect();
        assert_eq!(parameters.len(), rows.len(), "a parameter has two rows");
    }

    #[test]
    fn every_primitive_has_every_type() {
        for float in ["f32", "f64"] {
            let primitives = "exp expadd exp2 expm1 log log1p log2 log10 sigmoid sin cos tan arcsin arccos \
                              arctan atan2 sinh cosh tanh arcsinh arccosh arctanh cbrt hypot copysign isinf erf \
                              erfc erfcx pow floordiv mod sign";
            for primitive in primitives.split(' ') {
                assert!(function(&format!("thn_{primitive}_{float}")).is_some(), "{primitive} {float}");
            }
            for (dtype, _) in INTEGERS {
                assert!(function(&format!("thn_cast_{float}_{dtype}")).is_some(), "cast {float} {dtype}");
            }
        }
        for (index, (dtype, _)) in INTEGERS.into_iter().enumerate() {
            for primitive in ["neg", "sign", "not", "floordiv", "mod", "pow", "abs"] {
                let found = function(&format!("thn_{primitive}_{dtype}")).is_some();
                assert_eq!(found, primitive != "abs" || index < 4, "{primitive} {dtype}");
            }
        }
        assert!(function("thn_not_i1").is_some());
    }

    #[test]
    fn every_function_is_private() {
        for name in names() {
            let text = &function(name).unwrap().text;
            assert!(text.starts_with(&format!("func.func private @{name}(")), "{name}");
            assert!(text.ends_with("\n}\n"), "{name}");
        }
    }

    #[test]
    fn ops_are_counted_with_those_of_callees() {
        let chain = "func.func private @thn_a_$T(%x: $T) -> $T {\n  %c = arith.constant 1.0 : $T\n  \
                     %y = arith.addf %x, %c : $T\n  return %y : $T\n}\n\
                     func.func private @thn_b_$T(%x: $T) -> $T {\n  %y = func.call @thn_a_$T(%x) : ($T) -> $T\n  \
                     %z = func.call @thn_a_$T(%y) : ($T) -> $T\n  %w = arith.negf %z : $T\n  return %w : $T\n}\n";
        let library = expand(&[chain]);
        assert_eq!((library["thn_a_f32"].ops, library["thn_b_f64"].ops), (1, 3));
    }

    #[test]
    fn only_straight_line_code() {
        for name in names() {
            let text = &function(name).unwrap().text;
            for word in ["scf.", "cf.", "memref.", "fastmath", "overflow"] {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }

    #[test]
    fn a_planted_gap_shows() {
        let broken = "//$ A f32 1.0\nfunc.func private @thn_a_$T(%x: $T) -> $T {\n  %c = arith.constant $A : $T\n  \
                      %y = func.call @thn_b_$T(%c) : ($T) -> $T\n  return %y : $T\n}\n";
        let library = expand(&[broken]);
        assert_eq!(library.keys().collect::<Vec<_>>(), ["thn_a_f32"]);
        assert_eq!(library["thn_a_f32"].deps, ["thn_b_f32"]);
        // A name is never cut to one that has a binding.
        let bindings = Bindings::from([("T".to_owned(), "f32".to_owned())]);
        assert_eq!(substitute("thn_$T_$TINY", &bindings), "thn_f32_$TINY");
    }
}
