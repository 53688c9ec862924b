//! What the methods of elementwise ops say of themselves, against the op table.

use thn_ir::{DType, OpKind, ResultDType};

/// The documentation of a generated method.
fn docs(mnemonic: &str) -> String {
    let source = include_str!("../src/generated.rs");
    let spellings = [format!("pub fn {mnemonic}(&self"), format!("pub fn {mnemonic}_(&self")];
    let at = spellings.iter().find_map(|s| source.find(s)).unwrap_or_else(|| panic!("no method {mnemonic}"));
    let before: Vec<&str> = source[..at].lines().rev().skip(2).collect();
    let lines = before.iter().take_while(|line| line.trim_start().starts_with("///"));
    let mut lines: Vec<&str> = lines.map(|line| line.trim_start().trim_start_matches("///").trim()).collect();
    lines.reverse();
    lines.join("\n")
}

#[test]
fn methods_say_what_their_rows_say() {
    for kind in OpKind::ALL {
        let row = kind.row();
        if !row.is_elementwise() || !row.attrs.is_empty() {
            continue;
        }
        let docs = docs(row.mnemonic);
        let name = row.mnemonic;
        assert!(docs.starts_with(&row.summary.replace('[', "\\[").replace(']', "\\]")), "{name}: {docs}");
        assert!(docs.contains("- Shapes: ") && docs.contains("- Element types: "), "{name}: {docs}");
        assert!(docs.contains("- Gradient: "), "{name}: {docs}");
        let is_bool = row.dtypes.result == ResultDType::Fixed(DType::Bool);
        assert_eq!(docs.contains("the result is bool"), is_bool, "{name}: {docs}");
        let accuracy = format!("within {} ulp of `", row.max_ulp);
        assert!(docs.contains(&accuracy) || !docs.contains("- Accuracy"), "{name}: {docs}");
        for operand in row.operands.iter().filter(|_| !docs.contains("- Gradient: 0.")) {
            assert!(docs.contains(&format!("by `{}`: `", operand.name)), "{name}: {docs}");
        }
    }
}
