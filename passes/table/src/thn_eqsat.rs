//! Equality saturation: what `thn-eqsat` does to programs, as a pass.
//!
//! ```text
//! %0 = thn.exp %x : tensor<?xf32>                before
//! %1 = thn.log %0 : tensor<?xf32>
//! return %1 : tensor<?xf32>
//!
//! return %x : tensor<?xf32>                      after
//! ```
//!
//! A function that rules of the class `finite` changed means the same as before only where its inputs and
//! intermediate values are finite. It carries their names as the attribute `thn.assumes_finite`.
//!
//! Files of further rules are checked before they are used; a rule that breaks its promise is an error with the
//! counterexample.

use crate::{list, rule_file};
use thn_eqsat::{Class, Options as Rules, Report, optimize};
use thn_ir::Attr;
use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func, remark},
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let mut rules = Rules::default()
        .with_class(Class::Finite, options.flag("finite"))
        .with_class(Class::Reassoc, !options.flag("strict"))
        .with_class(Class::Fast, options.flag("fast"));
    rules = list(options.text("only")).fold(rules, Rules::with_include);
    rules = list(options.text("without")).fold(rules, Rules::with_exclude);
    for path in list(options.text("rules")) {
        rules = rules.with_rules(&rule_file::load(&path)?);
    }
    let mut report = None;
    on_func(function, |func| {
        func.unify_dims()?;
        let done = optimize(func, &rules)?;
        if !done.finite.is_empty() {
            let names: Vec<_> = done.finite.iter().map(|name| format!("{name:?}")).collect();
            func.attrs.set("thn.assumes_finite", Attr::Mlir(format!("[{}]", names.join(", ")).into()));
        }
        report = Some(done);
        Ok(())
    })?;
    if let Some(report) = report.filter(|_| options.flag("report")) {
        remark(function, &describe(&report));
    }
    Ok(())
}

/// One line about what was done.
fn describe(report: &Report) -> String {
    let fired: Vec<_> = report.fired.iter().map(|(rule, times)| format!("{rule} {times}")).collect();
    format!(
        "{} ops became {}; cost {} became {}; rules: {}; {:?} after {} sweeps with {} e-nodes",
        report.ops_before,
        report.ops_after,
        report.cost_before,
        report.cost_after,
        if fired.is_empty() { "none".to_owned() } else { fired.join(", ") },
        report.stop,
        report.iterations,
        report.nodes
    )
}
