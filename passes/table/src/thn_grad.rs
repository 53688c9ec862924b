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
//! The gradient by an argument called `w` is called `dw`. An argument that the cost does not depend on is an
//! error where it was named, and has gradient zero where it was not.

use crate::list;
use thn_autodiff::{Disconnected, gradients};
use thn_ir::{Builder, Error as IrError, Func, Loc, Res, Value};
use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, on_func},
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let cost = options.int("cost").unwrap_or(0);
    on_func(function, |func| differentiate(func, cost, options.text("wrt")))
}

fn differentiate(func: &mut Func, cost: i64, wrt: &str) -> Result<(), IrError> {
    let position = usize::try_from(cost).ok();
    let Some(cost) = position.and_then(|position| func.body().results.get(position).copied()) else {
        let count = func.body().results.len();
        return Err(IrError::input(format!("result {cost} is no cost: the function has {count} results")));
    };
    let mut by: Vec<Value> = vec![];
    for name in list(wrt) {
        by.push(argument(func, &name)?);
    }
    let disconnected = if by.is_empty() { Disconnected::Zero } else { Disconnected::Error };
    if by.is_empty() {
        let is_float = |value: &Value| func.tensor(*value).is_some_and(|tensor| tensor.dtype.is_float());
        by = func.body().args.iter().copied().filter(is_float).collect();
    }
    let found = gradients(&mut Builder::new(func, Func::BODY, Loc::Unknown), cost, &by, disconnected)?;
    for (gradient, value) in found.into_iter().zip(by) {
        let name = func.value(value).name.as_ref().map(|name| format!("d{name}").into());
        func.add_result(gradient, Res { name, ..Res::default() });
    }
    func.remove_dead();
    Ok(())
}

/// The entry argument of a name or position.
fn argument(func: &Func, name: &str) -> Result<Value, IrError> {
    let named = func.args.iter().position(|argument| argument.name.as_deref() == Some(name));
    let found = named.or_else(|| name.parse().ok()).and_then(|position| func.body().args.get(position));
    found.copied().ok_or_else(|| {
        let known: Vec<_> = func.args.iter().filter_map(|argument| argument.name.as_deref()).collect();
        IrError::input(format!("no argument is called {name}; there are {}", known.join(", ")))
    })
}
