//! Snapshot tests of what passes do to programs: text in; text, remarks and the rules that fired out.
//!
//! ```
//! use thn_testing::rewrite;
//!
//! let page = rewrite(
//!     "func.func @f(%x: tensor<4xf64>) -> tensor<4xf64> {
//!        %0 = thn.exp %x : tensor<4xf64>
//!        %1 = thn.log %0 : tensor<4xf64>
//!        return %1 : tensor<4xf64>
//!      }",
//!     &["thn-eqsat"],
//! )?;
//! assert_eq!(page.rules().collect::<Vec<_>>(), ["log-exp"]);
//! assert!(page.after().contains("return %arg0"));
//! # Ok::<(), thn_testing::Error>(())
//! ```
//!
//! In a test, [`assert_rewrites!`] compares the page with a snapshot of [`insta`]. A program that a pass refuses is an
//! error whose text has all diagnostics, which makes a snapshot as well.
//!
//! Pages depend on the program and the passes alone: they hold no times, no addresses and no paths.

pub use insta;
pub use thn_mlir::Error;

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};
use thn_eqsat::Report;
use thn_mlir::{
    Severity,
    melior::{Context, ir::Module},
    new_context, parse,
    pass::{Pass, Pipeline, register},
    run_pipeline,
    text::print,
};
use thn_passes::TABLES;

/// The pass whose report a page shows as the rules that fired.
const EQSAT: &str = "thn-eqsat";

/// What each pass of a list made of a module.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    before: String,
    steps: Vec<Step>,
}

/// What one pass did.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The pass as it was asked for, with its options.
    pub pass: String,
    /// The module after it.
    pub after: String,
    /// The rules that fired, each with how often it found something new; empty for all passes but `thn-eqsat`.
    pub rules: BTreeMap<String, usize>,
    /// Remarks and warnings, one after the other.
    pub remarks: Vec<String>,
}

impl Page {
    /// The module as it was read, in MLIR's own spelling.
    #[must_use]
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The module after the last pass.
    #[must_use]
    pub fn after(&self) -> &str {
        self.steps.last().map_or(&self.before, |step| &step.after)
    }

    /// What each pass did, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The names of the rules that fired in any pass, pass by pass, each pass's in the order of the alphabet.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flat_map(|step| step.rules.keys()).map(String::as_str)
    }
}

impl Display for Page {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        write!(formatter, "// before\n{}", ending_in_newline(&self.before))?;
        for step in &self.steps {
            write!(formatter, "\n// after {}\n", step.pass)?;
            for (rule, times) in &step.rules {
                writeln!(
                    formatter,
                    "// rule {rule}, {times} {}",
                    if *times == 1 { "time" } else { "times" }
                )?;
            }
            for line in step.remarks.iter().flat_map(|remark| remark.lines()) {
                writeln!(formatter, "// {line}")?;
            }
            formatter.write_str(ending_in_newline(&step.after).as_str())?;
        }
        Ok(())
    }
}

fn ending_in_newline(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// Runs passes on a module, one after the other, and keeps what each made of it.
///
/// `module` is the text of a module, or of its functions. Each pass is the name of a pass or pipeline of thn, or of one
/// of MLIR's own that runs on modules, with options in braces: `thn-eqsat{level=3}`. A whole pipeline,
/// `builtin.module(…)`, is one pass too. Passes of thn that run on functions run on each.
///
/// # Errors
///
/// The module does not parse or verify, there is no such pass, or a pass refuses the module; with MLIR's diagnostics.
pub fn rewrite(module: &str, passes: &[&str]) -> Result<Page, Error> {
    register(TABLES);
    let context = new_context();
    let mut module = parse(&context, module, "before.mlir")?;
    let mut page = Page { before: print(module.as_operation()), steps: vec![] };
    for pass in passes {
        page.steps.push(step(&context, &mut module, pass)?);
    }
    Ok(page)
}

fn step(context: &Context, module: &mut Module<'_>, pass: &str) -> Result<Step, Error> {
    let name = pass.split('{').next().unwrap_or(pass);
    let mut text = pass.to_owned();
    if name == EQSAT {
        // The report comes as a remark in JSON.
        text = match pass.strip_suffix('}') {
            Some(with_options) => format!("{with_options} json=true}}"),
            None => format!("{pass}{{json=true}}"),
        };
    }
    let pipeline = if name.starts_with("builtin.module") { text } else { anchored(name, &text) };
    let diagnostics = run_pipeline(context, module, &pipeline)?;
    let mut made = Step {
        pass: pass.to_owned(),
        after: print(module.as_operation()),
        rules: BTreeMap::new(),
        remarks: vec![],
    };
    for diagnostic in diagnostics {
        match serde_json::from_str::<Report>(&diagnostic.message) {
            Ok(report) if name == EQSAT && diagnostic.severity == Severity::Remark => {
                for (rule, times) in report.fired {
                    *made.rules.entry(rule).or_default() += times;
                }
            }
            _ => made.remarks.push(diagnostic.to_string()),
        }
    }
    Ok(made)
}

/// The pipeline that runs one pass where it runs.
fn anchored(name: &str, text: &str) -> String {
    let of = |pass: &&Pass| pass.argument() == name;
    let named = |pipeline: &&Pipeline| pipeline.name == name;
    if let Some(pipeline) = TABLES.pipelines.iter().find(named) {
        return pipeline.text.to_owned();
    }
    match TABLES.passes.iter().copied().flatten().find(of).and_then(|pass| pass.anchor) {
        Some(anchor) if anchor != "builtin.module" => format!("builtin.module({anchor}({text}))"),
        _ => format!("builtin.module({text})"),
    }
}

/// Compares what passes make of a module, or the error if one refuses it, with a snapshot of the test's crate.
///
/// `assert_rewrites!("name", module, ["thn-eqsat", "thn-plan-kernels"])`; see [`rewrite`] for modules and passes.
#[macro_export]
macro_rules! assert_rewrites {
    ($name:expr, $module:expr, $passes:expr) => {{
        let text = match $crate::rewrite($module, &$passes) {
            Ok(page) => page.to_string(),
            Err(error) => format!("// refused\n{error}"),
        };
        $crate::insta::assert_snapshot!($name, text);
    }};
}
