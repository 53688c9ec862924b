//! The reference page of the ops.

use super::table::Table;
use std::fmt::Write;

impl Table<'_> {
    /// The reference page of the ops.
    pub(super) fn reference(&self) -> String {
        let mut out = String::from(
            "# Ops\n\nGenerated from `dialects/thn/ops` by `cargo xtask codegen`; do not edit.\n\n\
             | op | meaning | formula | computed by | partials | cost | max ulp | elsewhere |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
        for row in self.rows {
            let how: Vec<String> =
                [&row.expand, &row.prim, &row.iterate, &row.library].map(|t| code(t)).into();
            let partials: Vec<String> = row.partials.iter().map(|p| code(p)).collect();
            let _ = writeln!(
                out,
                "| `thn.{}` | {} | {} | {} | {} | {} | {} | {} |",
                row.mnemonic,
                row.summary.replace('|', "\\|"),
                code(&row.formula),
                how.concat(),
                partials.join(", "),
                row.cost,
                if row.formula.is_empty() { String::new() } else { row.max_ulp.to_string() },
                row.names().unwrap_or_default().replace('|', "\\|")
            );
        }
        out
    }
}
