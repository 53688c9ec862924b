//! Symbolic differentiation of `thn-ir`: reverse mode within one block, and forward mode made from it.
//!
//! [`vjp`] walks the ops of the builder's block backwards from the outputs and appends, to the same block, ops that
//! compute vector-Jacobian products. What an elementwise op contributes comes from the `partials` of its row
//! ([`thn_ir::expand::pull_back`]); structural ops name their rule in the row's `transpose` field
//! (`transpose`); a composite without either is differentiated through its expansion.
//!
//! ```text
//! before   %y = sum(sqr(%x))                         after   %1 = broadcast(1.0), %2 = mul(%1, mul(2.0, %x))
//! ```
//!
//! Conventions, which are Theano's:
//!
//! - Every element that attains a maximum or minimum gets the whole gradient; `maximum(x, y)` at a tie gives all to x.
//! - Integers and booleans carry no gradient: a path through them makes an input connected with gradient zero.
//! - What nothing reads has gradient 0, whatever its derivative is: where an op chooses by place (`slice`, `gather`,
//!   `pick`, …), by size (`max`) or by a condition (`select`, `cond`), the cotangent of what is not chosen is not
//!   multiplied, as 0 times infinity is NaN (`support`). What is chosen by numbers is not followed through sums and
//!   products of rows, and no choice through what the steps of a loop capture.
//! - The derivative of `prod` divides by no zero element. Its own derivative is not defined at zero elements.
//!
//! This crate refuses loops whose number of steps is not a dim, and ops of other dialects
//! ([`ErrorKind::Unsupported`]); it never evaluates anything.

mod branch;
mod looped;
mod reverse;
mod support;
mod transpose;

pub use reverse::vjp;
use thn_ir::{Builder, DType, Error, OpKind, Value};

#[cfg(doc)]
use thn_ir::ErrorKind;

/// What a gradient is by a variable that the cost does not depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Disconnected {
    /// An error that names the variable: most often the wrong variable was given.
    #[default]
    Error,
    /// Zero.
    Zero,
}

/// The gradients of a rank-0 `cost` by each value of `wrt`, appended to the builder's block. `None` where the cost
/// does not depend on the value at all.
pub fn grad(b: &mut Builder<'_>, cost: Value, wrt: &[Value]) -> Result<Vec<Option<Value>>, Error> {
    let ty = b.tensor(cost)?;
    if ty.rank() != 0 {
        return Err(Error::input(format!(
            "the cost of a gradient has rank 0; {} is {ty}: reduce it with sum or mean",
            b.func.describe(cost)
        ))
        .located(&b.loc));
    }
    if !ty.dtype.is_float() {
        return Err(not_float(b, "the cost of a gradient", cost, ty.dtype));
    }
    let seed = b.number(ty.dtype, 1.0)?;
    vjp(b, &[cost], &[seed], wrt)
}

/// As [`grad`], with a stated meaning of values that the cost does not depend on.
pub fn gradients(
    b: &mut Builder<'_>,
    cost: Value,
    wrt: &[Value],
    disconnected: Disconnected,
) -> Result<Vec<Value>, Error> {
    let found = grad(b, cost, wrt)?;
    connected(b, found, wrt, disconnected, cost)
}

/// Forward mode: the products of the Jacobian of `outputs` by `wrt` with `tangents`, one per output.
///
/// A vector-Jacobian product is linear in its cotangent, and the transpose of that linear map is the Jacobian-vector
/// product; so two reverse passes give forward mode for every op that has a reverse rule. The value at which the
/// linear map is transposed is of no matter, and no op of the first pass stays alive in the result.
pub fn jvp(
    b: &mut Builder<'_>,
    outputs: &[Value],
    wrt: &[Value],
    tangents: &[Value],
) -> Result<Vec<Option<Value>>, Error> {
    check_pairs(b, "tangent", wrt, tangents)?;
    let mut duals = vec![];
    for output in outputs {
        let ty = b.tensor(*output)?;
        if !ty.dtype.is_float() {
            return Err(not_float(b, "a differentiated output", *output, ty.dtype));
        }
        let zero = b.number(ty.dtype, 0.0)?;
        // Every dual needs an op of its own, also where its shape is that of another or rank 0.
        let axes = thn_ir::Attrs::new().ints("axes", &[]);
        duals.push(b.shaped(OpKind::Broadcast, &[zero], axes, &ty)?);
    }
    let transposed = vjp(b, outputs, &duals, wrt)?;
    let (pulled, given): (Vec<Value>, Vec<Value>) =
        transposed.iter().zip(tangents).filter_map(|(p, t)| p.map(|p| (p, *t))).unzip();
    vjp(b, &pulled, &given, &duals)
}

/// What [`grad`] found, with a stated meaning of values that the cost does not depend on.
///
/// # Errors
///
/// [`disconnected_by`] for the first such value, if it is to be an error.
pub fn connected(
    b: &mut Builder<'_>,
    found: Vec<Option<Value>>,
    wrt: &[Value],
    disconnected: Disconnected,
    cost: Value,
) -> Result<Vec<Value>, Error> {
    let mut out = vec![];
    for (gradient, value) in found.into_iter().zip(wrt) {
        out.push(match (gradient, disconnected) {
            (Some(g), _) => g,
            (None, Disconnected::Zero) => zeros_like(b, *value)?,
            (None, Disconnected::Error) => return Err(disconnected_by(b, cost, *value)),
        });
    }
    Ok(out)
}

/// That a cost does not depend on a value.
pub fn disconnected_by(b: &Builder<'_>, cost: Value, value: Value) -> Error {
    let (cost, value) = (b.func.describe(cost), b.func.describe(value));
    let message = format!(
        "the cost ({cost}) does not depend on {value}, so that its gradient by {value} is zero everywhere; \
         ask for zeros if that is meant"
    );
    Error::input(message).located(&b.loc)
}

/// Zeros of the type of a value.
pub(crate) fn zeros_like(b: &mut Builder<'_>, value: Value) -> Result<Value, Error> {
    let ty = b.tensor(value)?;
    let zero = b.number(ty.dtype, 0.0)?;
    b.fill(zero, &ty.shape)
}

pub(crate) fn not_float(b: &Builder<'_>, what: &str, value: Value, dtype: DType) -> Error {
    let name = b.func.describe(value);
    Error::input(format!("{what} is a float tensor; {name} has element type {}", dtype.numpy()))
        .located(&b.loc)
}

/// One partner of the same element type and rank for each value.
pub(crate) fn check_pairs(
    b: &Builder<'_>,
    what: &str,
    values: &[Value],
    partners: &[Value],
) -> Result<(), Error> {
    if values.len() != partners.len() {
        let (n, m) = (values.len(), partners.len());
        return Err(Error::input(format!("{n} values, but {m} {what}s are given")).located(&b.loc));
    }
    for (value, partner) in values.iter().zip(partners) {
        let (v, p) = (b.tensor(*value)?, b.tensor(*partner)?);
        if v.dtype != p.dtype || v.rank() != p.rank() {
            let name = b.func.describe(*value);
            return Err(Error::input(format!("the {what} of {name}, {v}, has the same type; it is {p}"))
                .located(&b.loc));
        }
    }
    Ok(())
}
