//! The methods of the symbolic front end: one for each elementwise op without attributes, with what its row says of
//! shapes, element types, gradient, accuracy and other names.

use super::{infix::infix, row::Row, table::Table};
use std::fmt::Write;

/// Words that cannot be the name of a method; a row with such a mnemonic gets one with an underscore behind it.
const KEYWORDS: &[&str] =
    &["as", "box", "const", "do", "fn", "for", "if", "in", "let", "loop", "match", "mod", "move"];

impl Table<'_> {
    /// `impl Tensor` with one method per elementwise row.
    pub(super) fn methods(&self) -> String {
        let mut out = String::from(
            "//! Elementwise methods. Generated from `dialects/thn/ops` by `cargo xtask codegen`; do not edit.\n\n\
             use crate::{Operand, Tensor, elementwise::elementwise};\nuse thn_ir::OpKind;\n\nimpl Tensor {\n",
        );
        for row in self.rows.iter().filter(|r| !r.formula.is_empty() && r.attrs.is_empty()) {
            let keyword = if KEYWORDS.contains(&row.mnemonic.as_str()) { "_" } else { "" };
            let others = &row.operands[1..];
            let parameters: Vec<String> =
                others.iter().map(|(n, _)| format!(", {n}: impl Operand")).collect();
            let terms: Vec<String> = others.iter().map(|(n, _)| format!(", {n}.term()")).collect();
            for line in docs(row) {
                let _ = writeln!(out, "/// {line}");
            }
            let _ = write!(
                out,
                "#[track_caller]\npub fn {}{keyword}(&self{}) -> Tensor {{\n\
                 elementwise(OpKind::{}, &[self.term(){}])\n}}\n\n",
                row.mnemonic,
                parameters.concat(),
                row.name,
                terms.concat(),
            );
        }
        out.push_str("}\n");
        out
    }
}

/// The lines of a method's documentation.
fn docs(row: &Row) -> Vec<String> {
    let first = &row.operands[0].0;
    let mut lines = vec![row.summary.replace('[', "\\[").replace(']', "\\]")];
    if row.operands.len() > 1 || first != "x" {
        lines[0].push_str(&format!(" This tensor is `{first}`."));
    }
    lines.push(String::new());
    lines.push(format!("- Shapes: {}.", shapes(row)));
    lines.push(format!("- Element types: {}.", dtypes(row)));
    lines.push(format!("- Gradient: {}.", gradient(row)));
    if row.dtypes != "bits" && row.result_dtype != "bool" {
        lines.push(format!("- Accuracy: {}.", accuracy(row)));
    }
    if let Some(names) = row.names() {
        lines.push(format!("- {names}."));
    }
    lines
}

fn shapes(row: &Row) -> &'static str {
    match row.operands.len() {
        1 => "any; the result has the same",
        _ => {
            "one shape; rank-0 operands repeat, and so do missing leading dims and dims that have length 1 by type"
        }
    }
}

/// What the front end makes of the element types; see `common_dtype` in its `elementwise.rs`.
fn dtypes(row: &Row) -> String {
    let several = row.operands.len() > 1;
    let first = match (row.dtypes.as_str(), row.mnemonic.as_str()) {
        ("float", "div") => "floats; integers and bools become float64",
        ("float", _) => {
            "floats; integers of at most 16 bits and bools become float32, wider integers float64"
        }
        ("number", _) => "integers and floats; bools become int64",
        ("bits", _) => "integers and bools",
        ("int", _) => "integers; bools become int64",
        _ => "all",
    };
    let mut text = first.to_string();
    if several {
        text.push_str("; different types widen to a common one as in NumPy, and numbers take the type of what they meet");
    }
    if row.result_dtype == "bool" {
        text.push_str("; the result is bool");
    }
    text
}

fn gradient(row: &Row) -> String {
    if row.partials.iter().all(|p| p == "0") {
        return "0".to_string();
    }
    let parts: Vec<String> = row
        .operands
        .iter()
        .zip(&row.partials)
        .map(|((name, _), partial)| format!("by `{name}`: `{}`", infix(partial)))
        .collect();
    let result = if row.partials.iter().any(|p| p.contains("?result")) {
        ", where `result` is the result"
    } else {
        ""
    };
    parts.join(", ") + result
}

fn accuracy(row: &Row) -> String {
    let formula = infix(&row.formula);
    let integers = match row.dtypes.as_str() {
        "float" => "",
        _ => "; integers wrap around",
    };
    match row.max_ulp {
        0 => format!("exactly `{formula}`"),
        ulp => format!("floats within {ulp} ulp of `{formula}`{integers}"),
    }
}
