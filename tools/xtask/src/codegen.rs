//! The op table: `dialects/thn/ops` to `crates/thn-ir/src/generated.rs`, the front end's methods and the
//! reference pages of the ops and of the language.
//!
//! `llvm-tblgen --dump-json` reads the table; the s-expressions of its semantic fields are parsed and checked here,
//! so that a mistake is reported with the row, the field and the offset instead of as a Rust error.

mod infix;
mod language;
mod methods;
mod reference;
mod row;
mod sexpr;
mod table;

use row::Row;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use table::Table;

/// Everything generated from the op table.
pub(crate) fn generate(root: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let rows = read_rows(root)?;
    let vocabulary = real_functions(root)?;
    let table = Table { rows: &rows, real: &vocabulary };
    Ok(vec![
        (root.join("crates/thn-ir/src/generated.rs"), rustfmt(&table.rust()?)?),
        (root.join("crates/thn-graph/src/generated.rs"), rustfmt(&table.methods())?),
        (root.join("docs/reference/ops.md"), table.reference()),
        (root.join("docs/reference/language.md"), table.language()?),
    ])
}

fn read_rows(root: &Path) -> Result<Vec<Row>, String> {
    let prefix = std::env::var("MLIR_SYS_220_PREFIX").unwrap_or_else(|_| "/usr/lib/llvm-22".into());
    let dialect = root.join("dialects/thn");
    let output = Command::new(format!("{prefix}/bin/llvm-tblgen"))
        .arg("--dump-json")
        .arg(format!("-I{prefix}/include"))
        .arg(format!("-I{}", dialect.display()))
        .arg(dialect.join("ThnOps.td"))
        .output()
        .map_err(|e| format!("{prefix}/bin/llvm-tblgen cannot run: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let json: Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("llvm-tblgen's JSON: {e}"))?;
    let names = json["!instanceof"]["Thn_Op"].as_array().ok_or("no Thn_Op records")?;
    let mut rows = names
        .iter()
        .filter_map(Value::as_str)
        .map(|name| Row::read(&json, name))
        .collect::<Result<Vec<_>, _>>()?;
    let table = dialect.join("ThnOps.td");
    let text = std::fs::read_to_string(&table).map_err(|e| format!("{}: {e}", table.display()))?;
    let files = includes(&text);
    // Rows are known by name there; their order is that of the files, and of the lines in them.
    let order = |row: &Row| files.iter().position(|f| *f == row.place.0).map(|file| (file, row.place.1));
    if let Some(row) = rows.iter().find(|r| order(r).is_none()) {
        return Err(format!(
            "ops/{}: op `{}`: ThnOps.td does not include this file",
            row.place.0, row.mnemonic
        ));
    }
    rows.sort_by_key(order);
    Ok(rows)
}

/// The files of ops that a table includes, in order.
fn includes(table: &str) -> Vec<&str> {
    table.lines().filter_map(|l| l.strip_prefix("include \"ops/")?.strip_suffix('"')).collect()
}

/// The vocabulary of `formula`, read from the IR crate so that there is one list.
fn real_functions(root: &Path) -> Result<Vec<(String, usize)>, String> {
    let path = root.join("crates/thn-ir/src/expr.rs");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let table =
        text.split("REAL_FUNCTIONS: &[(&str, usize)] = &[").nth(1).ok_or("expr.rs has no REAL_FUNCTIONS")?;
    let table = table.split("];").next().unwrap_or_default();
    Ok(table
        .lines()
        .filter_map(|l| {
            let l = l.trim().strip_prefix("(\"")?;
            let (name, rest) = l.split_once("\", ")?;
            Some((name.to_string(), rest.trim_end_matches("),").parse().ok()?))
        })
        .collect())
}

fn rustfmt(source: &str) -> Result<String, String> {
    use std::io::Write as _;
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=110,use_small_heuristics=Max"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|e| format!("rustfmt cannot run: {e}"))?;
    child
        .stdin
        .take()
        .ok_or("rustfmt has no stdin")?
        .write_all(source.as_bytes())
        .map_err(|e| e.to_string())?;
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err("rustfmt refuses the generated table".into());
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn files_of_the_table_are_in_the_order_of_their_lines() {
        let text = "// include \"ops/old.td\"\ninclude \"ops/leaves.td\"\ninclude \"ops/choice.td\"\n";
        assert_eq!(includes(text), ["leaves.td", "choice.td"]);
    }
}
