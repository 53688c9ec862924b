//! MLIR modules of other programs.

use thn_eqsat::{Options, Report};
use thn_mlir::{
    Error,
    import::Others,
    melior::ir::{BlockLike, Module, OperationRef, operation::OperationLike},
    pass::on_func_with,
};

/// Rewrites every function of a module in place, and says what was done to each. Ops of other dialects that mean what
/// an op of thn means are rewritten too; all others are kept as they are.
///
/// The context of the module has the thn dialect: see [`thn_mlir::dialect`].
///
/// # Errors
///
/// If a function cannot be read as a program, is wrong, or cannot be written back.
pub fn optimize(module: &Module<'_>, options: &Options) -> Result<Vec<Report>, Error> {
    let mut reports = vec![];
    let mut next: Option<OperationRef> = module.body().first_operation();
    while let Some(op) = next {
        next = op.next_in_block();
        if op.name().as_string_ref().as_str() != Ok("func.func") {
            continue;
        }
        on_func_with(op, Others::Raise, |func| {
            func.unify_dims()?;
            reports.push(thn_eqsat::optimize(func, options)?);
            Ok(())
        })?;
    }
    Ok(reports)
}
