//! Gradients of tensors by tensors.

use crate::{Disconnected, Tensor, arena::build_many};
use thn_autodiff::{gradients, jvp, vjp};
use thn_ir::{Error, Loc};

/// The gradients of a rank-0 cost, one for each variable, of its element type and shape. A variable that the cost
/// does not depend on is an error; see [`grad_or_zero`].
#[track_caller]
pub fn grad(cost: &Tensor, wrt: &[&Tensor]) -> Vec<Tensor> {
    gradients_of(cost, wrt, Disconnected::Error, Loc::caller())
}

/// As [`grad`], with zeros for variables that the cost does not depend on.
#[track_caller]
pub fn grad_or_zero(cost: &Tensor, wrt: &[&Tensor]) -> Vec<Tensor> {
    gradients_of(cost, wrt, Disconnected::Zero, Loc::caller())
}

fn gradients_of(cost: &Tensor, wrt: &[&Tensor], disconnected: Disconnected, loc: Loc) -> Vec<Tensor> {
    let mut inputs = vec![cost];
    inputs.extend(wrt);
    build_many(&inputs, wrt.len(), loc, |b, v| gradients(b, v[0], &v[1..], disconnected))
}

/// The products of cotangents with the Jacobian of `outputs`: for each variable, the sum over outputs. Zeros where no
/// output depends on a variable. Theano's `Lop`.
#[track_caller]
pub fn lop(outputs: &[&Tensor], wrt: &[&Tensor], cotangents: &[&Tensor]) -> Vec<Tensor> {
    let inputs: Vec<&Tensor> = [outputs, cotangents, wrt].concat();
    build_many(&inputs, wrt.len(), Loc::caller(), |b, v| {
        let (outputs, rest) = v.split_at(outputs.len());
        let (cotangents, wrt) = rest.split_at(cotangents.len());
        let found = vjp(b, outputs, cotangents, wrt)?;
        or_zeros(b, found, wrt)
    })
}

/// The products of the Jacobian of `outputs` with tangents of the variables, one for each output. Zeros where an
/// output depends on no variable. Theano's `Rop`.
#[track_caller]
pub fn rop(outputs: &[&Tensor], wrt: &[&Tensor], tangents: &[&Tensor]) -> Vec<Tensor> {
    let inputs: Vec<&Tensor> = [outputs, tangents, wrt].concat();
    build_many(&inputs, outputs.len(), Loc::caller(), |b, v| {
        let (outputs, rest) = v.split_at(outputs.len());
        let (tangents, wrt) = rest.split_at(tangents.len());
        let found = jvp(b, outputs, wrt, tangents)?;
        or_zeros(b, found, outputs)
    })
}

fn or_zeros(
    b: &mut thn_ir::Builder<'_>,
    found: Vec<Option<thn_ir::Value>>,
    like: &[thn_ir::Value],
) -> Result<Vec<thn_ir::Value>, Error> {
    found
        .into_iter()
        .zip(like)
        .map(|(value, like)| match value {
            Some(value) => Ok(value),
            None => {
                let ty = b.tensor(*like)?;
                let zero = b.number(ty.dtype, 0.0)?;
                b.fill(zero, &ty.shape)
            }
        })
        .collect()
}

impl Tensor {
    /// The gradient of this rank-0 tensor by one variable.
    #[track_caller]
    pub fn grad(&self, wrt: &Tensor) -> Tensor {
        let mut found = gradients_of(self, &[wrt], Disconnected::Error, Loc::caller());
        found.remove(0)
    }
}
