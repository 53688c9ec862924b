//! The methods of the symbolic front end: one for each elementwise op without attributes.

use super::table::Table;
use std::fmt::Write;

/// Words that cannot be the name of a method; a row with such a mnemonic gets one with an underscore behind it.
const KEYWORDS: &[&str] =
    &["as", "box", "const", "do", "fn", "for", "if", "in", "let", "loop", "match", "mod", "move"];

impl Table<'_> {
    /// `impl Tensor` with one method per elementwise row.
    pub(super) fn methods(&self) -> String {
        let mut out = String::from(
            "//! Elementwise methods. Generated from `dialects/thn/ThnOps.td` by `cargo xtask codegen`; do not edit.\n\n\
             use crate::{Operand, Tensor, elementwise::elementwise};\nuse thn_ir::OpKind;\n\nimpl Tensor {\n",
        );
        for row in self.rows.iter().filter(|r| !r.formula.is_empty() && r.attrs.is_empty()) {
            let keyword = if KEYWORDS.contains(&row.mnemonic.as_str()) { "_" } else { "" };
            let others = &row.operands[1..];
            let parameters: Vec<String> =
                others.iter().map(|(n, _)| format!(", {n}: impl Operand")).collect();
            let terms: Vec<String> = others.iter().map(|(n, _)| format!(", {n}.term()")).collect();
            let _ = write!(
                out,
                "/// {}\n#[track_caller]\npub fn {}{keyword}(&self{}) -> Tensor {{\n\
                 elementwise(OpKind::{}, &[self.term(){}])\n}}\n\n",
                row.summary.replace('[', "\\[").replace(']', "\\]"),
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
