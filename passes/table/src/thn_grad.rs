//! Differentiation: what `thn-autodiff` makes, as further results of the function.
//!
//! ```text
//! func.func @f(%x: tensor<f64>) -> tensor<f64> {                   before
//!   %0 = thn.sqr %x : tensor<f64>
//!   return %0 : tensor<f64>
//!
//! func.func @f(%x: tensor<f64>) -> (tensor<f64>, tensor<f64>) {    after
//!   %0 = thn.sqr %x : tensor<f64>
//!   %1 = thn.constant dense<2.0> : tensor<f64>
//!   %2 = thn.mul %1, %x : tensor<f64>, tensor<f64>
//!   return %0, %2 : tensor<f64>, tensor<f64>
//! ```
//!
//! The gradient by an argument called `w` is called `dw`. Of an argument that the cost does not depend on, `disconnected`
//! says what it is: an error, a warning and gradient zero, or gradient zero. Left out, it is an error where the argument
//! was named in `wrt`, and zero where it was not.

use crate::list;
use thn_autodiff::{Disconnected, connected, disconnected_by, grad};
use thn_ir::{Builder, Error as IrError, Func, Loc, Res, Value};
use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func, warn},
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let cost = options.int("cost").unwrap_or(0);
    let (wrt, disconnected) = (options.text("wrt"), options.text("disconnected"));
    let mut warnings = vec![];
    on_func(function, |func| differentiate(func, cost, wrt, disconnected, &mut warnings))?;
    warnings.iter().for_each(|warning| warn(function, warning));
    Ok(())
}

fn differentiate(
    func: &mut Func,
    cost: i64,
    wrt: &str,
    disconnected: &str,
    warnings: &mut Vec<String>,
) -> Result<(), IrError> {
    let position = usize::try_from(cost).ok();
    let Some(cost) = position.and_then(|position| func.body().results.get(position).copied()) else {
        let count = func.body().results.len();
        return Err(IrError::input(format!("result {cost} is no cost: the function has {count} results")));
    };
    let mut by: Vec<Value> = vec![];
    for name in list(wrt) {
        by.push(argument(func, &name)?);
    }
    let meaning = match disconnected {
        "error" => Disconnected::Error,
        "" if !by.is_empty() => Disconnected::Error,
        "" | "warning" | "zero" => Disconnected::Zero,
        other => {
            return Err(IrError::input(format!("disconnected is error, warning or zero, not {other}")));
        }
    };
    if by.is_empty() {
        let is_float = |value: &Value| func.tensor(*value).is_some_and(|tensor| tensor.dtype.is_float());
        by = func.body().args.iter().copied().filter(is_float).collect();
    }
    let mut b = Builder::new(func, Func::BODY, Loc::Unknown);
    let found = grad(&mut b, cost, &by)?;
    if disconnected == "warning" {
        let apart = by.iter().zip(&found).filter(|(_, gradient)| gradient.is_none());
        warnings.extend(apart.map(|(value, _)| disconnected_by(&b, cost, *value).message));
    }
    let found = connected(&mut b, found, &by, meaning, cost)?;
    for (gradient, value) in found.into_iter().zip(by) {
        let name = func.value(value).name.as_ref().map(|name| format!("d{name}").into());
        func.add_result(gradient, Res { name, ..Res::default() });
    }
    func.remove_dead();
    Ok(())
}

/// The entry argument of a name, of a position, or of `arg` and a position, as arguments without a name are called.
fn argument(func: &Func, name: &str) -> Result<Value, IrError> {
    let named = func.args.iter().position(|argument| argument.name.as_deref() == Some(name));
    let position = named.or_else(|| name.parse().ok()).or_else(|| name.strip_prefix("arg")?.parse().ok());
    let found = position.and_then(|position| func.body().args.get(position));
    found.copied().ok_or_else(|| {
        let count = func.args.len();
        if position.is_some() {
            return IrError::input(format!("no argument {name}: there are {count}, counted from 0"));
        }
        let called = |(i, argument): (usize, &thn_ir::Arg)| {
            argument.name.as_deref().map_or_else(|| format!("arg{i}"), str::to_owned)
        };
        let known: Vec<String> = func.args.iter().enumerate().map(called).collect();
        IrError::input(format!("no argument is called {name}; there are {}", known.join(", ")))
    })
}
