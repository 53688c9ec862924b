//! The reference page of the passes is made from their table.
//!
//! Where insta is told to update its snapshots, which `cargo xtask bless` does, the page is written.

use std::{env, fs, path::Path};
use thn_mlir::pass::OptionValue;
use thn_passes::TABLES;

fn page() -> String {
    let mut page =
        "# Passes\n\nMade from the table of passes; see `thn-opt --help` for those of MLIR itself.\n"
            .to_owned();
    for pass in TABLES.passes.iter().copied().flatten() {
        page += &format!("\n## `--{}`\n\n{}.\n", pass.argument(), pass.description);
        page += &format!("Reads the level {}, leaves the level {}.\n", pass.from, pass.to);
        if let Some(anchor) = pass.anchor {
            page += &format!("Runs on `{anchor}`.\n");
        }
        let options = (pass.options)();
        if !options.is_empty() {
            page += "\n| option | default | |\n| --- | --- | --- |\n";
        }
        for option in options {
            let default = match option.default {
                OptionValue::Int(value) => format!("`{value}`"),
                OptionValue::Bool(value) => format!("`{value}`"),
                OptionValue::Text(value) if value.is_empty() => "empty".to_owned(),
                OptionValue::Text(value) => format!("`{value}`"),
            };
            page +=
                &format!("| `{}` | {default} | {} |\n", option.name.replace('_', "-"), option.description);
        }
    }
    page += "\n# Pipelines\n";
    for pipeline in TABLES.pipelines {
        page += &format!("\n## `--{}`\n\n{}.\n", pipeline.name, pipeline.description);
        page += &format!("Reads the level {}, leaves the level {}.\n", pipeline.from, pipeline.to);
        page += &format!("It stands for\n\n```text\n{}\n```\n", pipeline.text.replace(',', ",\n  "));
    }
    page
}

#[test]
fn the_reference_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/passes.md");
    let expected = page();
    if env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        fs::write(&path, &expected).expect("the page can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/reference/passes.md is stale: run `cargo xtask bless --package thn-passes`"
    );
}
