//! The reference of the textual form: every op with its assembly and an example, which the suite reads.

use super::{infix::infix, row::Row, table::Table};
use std::fmt::Write;

/// What is said before the ops.
const HEAD: &str = include_str!("language.md");
/// A heading, and which rows stand below it.
type Section = (&'static str, fn(&Row) -> bool);
/// The places of a table of contents.
const SECTIONS: [Section; 4] = [
    ("Elementwise ops", |row: &Row| !row.formula.is_empty()),
    ("Reductions and products", |row| {
        row.iterate.starts_with("(reduce")
            || !row.expand.is_empty()
            || !row.library.is_empty()
            || row.iterate == "(argmax)"
    }),
    ("Ops with regions", |row: &Row| row.regions > 0 || row.iterate == "(terminator)"),
    ("Leaves and movement", |_: &Row| true),
];

impl Table<'_> {
    /// The reference of the language.
    pub(super) fn language(&self) -> Result<String, String> {
        let mut sections: Vec<Vec<&Row>> = vec![vec![]; SECTIONS.len()];
        for row in self.rows {
            // The last section takes what no other does.
            let at = SECTIONS.iter().position(|(_, holds)| holds(row)).unwrap_or(0);
            sections[at].push(row);
        }
        let mut out = HEAD.to_string();
        for ((title, _), rows) in SECTIONS.iter().zip(sections) {
            let _ = writeln!(out, "\n## {title}");
            for row in rows {
                let _ = writeln!(out, "\n### `thn.{}`\n\n{}\n", row.mnemonic, row.summary);
                if !row.formula.is_empty() {
                    let _ = writeln!(out, "`{}`, on {}.\n", infix(&row.formula), dtypes(row));
                } else {
                    let _ = writeln!(out, "On {}.\n", dtypes(row));
                }
                let _ = writeln!(
                    out,
                    "```text\nthn.{} {}\n```\n\n```mlir\n{}\n```",
                    row.mnemonic,
                    assembly(row),
                    example(row)?
                );
            }
        }
        Ok(out)
    }
}

/// The element types of the operands.
fn dtypes(row: &Row) -> &'static str {
    match row.dtypes.as_str() {
        "float" => "floats",
        "number" => "integers and floats",
        "int" => "integers",
        "bits" => "integers and `i1`",
        _ => "all element types",
    }
}

/// MLIR's declarative assembly as a reader of programs sees it: literals bare, types by their operand.
fn assembly(row: &Row) -> String {
    let written = match row.assembly.as_str() {
        "" => "…",
        written => written,
    };
    written
        .replace('`', "")
        .replace("attr-dict ", "")
        .replace("attr-dict", "")
        .replace('^', "")
        .replace('$', "%")
        .replace(" ,", ",")
        .trim()
        .to_string()
}

/// The op in a function: as the row gives it, or made from its operands.
fn example(row: &Row) -> Result<String, String> {
    if !row.example.is_empty() {
        return Ok(row.example.trim().to_string());
    }
    let elementwise = !row.formula.is_empty() && row.attrs.is_empty();
    let reduction = row.attrs == [("axes".to_string(), "Ints")] && row.operands.len() == 1;
    if !elementwise && !reduction {
        return Err(row.error(
            "example",
            0,
            "an op that is neither elementwise nor a reduction needs an example",
        ));
    }
    let element = if row.dtypes == "bits" { "i32" } else { "f32" };
    let shape = if reduction { "?x3x" } else { "?x" };
    let operand = |name: &str| match name {
        "c" => format!("tensor<{shape}i1>"),
        _ => format!("tensor<{shape}{element}>"),
    };
    let arguments: Vec<String> = row.operands.iter().map(|(n, _)| format!("%{n}: {}", operand(n))).collect();
    let names: Vec<String> = row.operands.iter().map(|(n, _)| format!("%{n}")).collect();
    let types: Vec<String> = row.operands.iter().map(|(n, _)| operand(n)).collect();
    let result = match (reduction, row.result_dtype.as_str()) {
        // What is normalised along axes keeps them.
        (true, _) if row.mnemonic.ends_with("softmax") => operand("x"),
        (true, _) => format!("tensor<?x{element}>"),
        (false, "bool") => format!("tensor<{shape}i1>"),
        (false, _) => operand("x"),
    };
    let axes = if reduction { " axes = [1]" } else { "" };
    Ok(format!(
        "func.func @{0}({1}) -> {2} {{\n  %0 = thn.{0} {3}{axes} : {4}\n  return %0 : {2}\n}}",
        row.mnemonic,
        arguments.join(", "),
        result,
        names.join(", "),
        types.join(", "),
    ))
}
