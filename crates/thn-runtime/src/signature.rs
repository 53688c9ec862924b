//! What a compiled function takes and gives.

use crate::CallError;
use thn_ir::{DType, Func, Value};

/// An entry argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArgSpec {
    /// The user's name, or a description.
    pub name: String,
    /// The element type.
    pub dtype: DType,
    /// The number of dims.
    pub rank: usize,
    /// Whether it is a shared variable.
    pub shared: bool,
}

/// A result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResSpec {
    /// The user's name.
    pub name: Option<String>,
    /// The element type.
    pub dtype: DType,
    /// The number of dims.
    pub rank: usize,
    /// The shared entry argument that takes it, by position; such results are not returned.
    pub updates: Option<usize>,
    /// Whether the code writes it straight into that argument's memory.
    pub in_place: bool,
}

/// What a compiled function takes and gives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Signature {
    /// The function's name.
    pub name: String,
    /// Entry arguments in order, shared ones among them.
    pub args: Vec<ArgSpec>,
    /// Results in order, updates among them.
    pub results: Vec<ResSpec>,
}

impl Signature {
    /// That of a program. `in_place` says which results are written in place; it may be empty.
    ///
    /// # Errors
    ///
    /// [`CallError::Internal`] if an argument or result is no tensor, or an update goes to an argument that cannot
    /// take it.
    pub fn of(func: &Func, in_place: &[bool]) -> Result<Signature, CallError> {
        let broken = |message: String| CallError::Internal(message);
        let tensor = |v: Value| {
            let ty = func.tensor(v);
            ty.ok_or_else(|| broken(format!("{} has type {}", func.describe(v), func.ty(v))))
        };
        let body = func.body();
        let args = body.args.iter().zip(&func.args).map(|(v, arg)| {
            let ty = tensor(*v)?;
            Ok(ArgSpec { name: func.describe(*v), dtype: ty.dtype, rank: ty.rank(), shared: arg.shared })
        });
        let results = body.results.iter().zip(&func.results).enumerate().map(|(i, (v, res))| {
            let ty = tensor(*v)?;
            Ok(ResSpec {
                name: res.name.as_deref().map(str::to_string),
                dtype: ty.dtype,
                rank: ty.rank(),
                updates: res.updates,
                in_place: in_place.get(i).copied().unwrap_or(false),
            })
        });
        let signature = Signature {
            name: func.name.to_string(),
            args: args.collect::<Result<_, CallError>>()?,
            results: results.collect::<Result<_, CallError>>()?,
        };
        signature.check().map(|()| signature)
    }

    /// The positions of the arguments that a call gives, without the shared ones.
    pub fn inputs(&self) -> impl Iterator<Item = (usize, &ArgSpec)> {
        self.args.iter().enumerate().filter(|(_, a)| !a.shared)
    }

    /// The positions of the shared arguments.
    pub fn shared(&self) -> impl Iterator<Item = (usize, &ArgSpec)> {
        self.args.iter().enumerate().filter(|(_, a)| a.shared)
    }

    /// The positions of the results that a call returns, without the updates.
    pub fn outputs(&self) -> impl Iterator<Item = (usize, &ResSpec)> {
        self.results.iter().enumerate().filter(|(_, r)| r.updates.is_none())
    }

    /// That updates go to shared arguments of their type, at most one to each.
    pub(crate) fn check(&self) -> Result<(), CallError> {
        let mut taken = vec![false; self.args.len()];
        for (i, result) in self.results.iter().enumerate() {
            let broken = |what: &str| Err(CallError::Internal(format!("result {i} {what}")));
            let Some(target) = result.updates else {
                if result.in_place {
                    return broken("is in place without a shared argument");
                }
                continue;
            };
            match self.args.get(target) {
                Some(arg) if arg.shared && arg.dtype == result.dtype && arg.rank == result.rank => {}
                _ => return broken("updates an argument that cannot take it"),
            }
            if std::mem::replace(&mut taken[target], true) {
                return broken("is the second update of one argument");
            }
        }
        Ok(())
    }
}
