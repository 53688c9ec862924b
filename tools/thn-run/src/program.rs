//! The function to run, and the names by which the options speak of its arguments and results.

use crate::error::Error;
use std::{
    fs,
    io::{Read, stdin},
    path::Path,
};
use thn_ir::{Func, Shape, ShapeProgram, TensorType};

/// An argument or result.
pub(crate) struct Named {
    /// The user's name, or one made from the position.
    pub(crate) name: String,
    /// Its declared type.
    pub(crate) ty: TensorType,
    /// Its lengths, where those that the program needs to be equal are the same.
    pub(crate) dims: Shape,
    /// Of an argument: whether it is shared. Of a result: whether it is the new value of a shared argument.
    pub(crate) shared: bool,
}

/// A function of a file.
pub(crate) struct Program {
    /// The program.
    pub(crate) func: Func,
    /// The checks of a call.
    pub(crate) shapes: ShapeProgram,
    /// Its arguments in order.
    pub(crate) args: Vec<Named>,
    /// Its results in order; an update has its argument's name.
    pub(crate) results: Vec<Named>,
}

impl Program {
    /// Reads a function of a file, or, where the path is `-`, of standard input.
    pub(crate) fn read(path: &Path, entry: Option<&str>) -> Result<Program, Error> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "<stdin>".into() } else { path.to_string_lossy() };
        let mut text = String::new();
        let read = match is_stdin {
            true => stdin().read_to_string(&mut text).map(drop),
            false => fs::read_to_string(path).map(|found| text = found),
        };
        read.map_err(|e| Error::File { path: (&*name).into(), why: e.to_string() })?;
        let func = thn_cpu::read_function(&text, &name, entry)?;
        let shapes = ShapeProgram::new(&func)?;
        let mut unified = func.clone();
        unified.unify_dims()?;
        let dims = |value| unified.tensor(value).map(|t| t.shape.clone()).unwrap_or_default();
        let body = func.body();
        let tensor = |value| {
            let ty = func.tensor(value).cloned();
            ty.ok_or_else(|| Error::Options(format!("{} is no tensor", func.describe(value))))
        };
        let mut args = vec![];
        for (i, (value, arg)) in body.args.iter().zip(&func.args).enumerate() {
            let name = arg.name.as_deref().map_or_else(|| format!("arg{i}"), str::to_string);
            if args.iter().any(|known: &Named| known.name == name) {
                return Err(Error::Options(format!(
                    "two arguments are called {name}; inputs are given by name"
                )));
            }
            args.push(Named { name, ty: tensor(*value)?, dims: dims(*value), shared: arg.shared });
        }
        let mut results = vec![];
        for (i, (value, res)) in body.results.iter().zip(&func.results).enumerate() {
            let target = res.updates.and_then(|target| args.get(target));
            let name = match (target, &res.name) {
                (Some(arg), _) => arg.name.clone(),
                (None, Some(name)) => name.to_string(),
                (None, None) => format!("result{i}"),
            };
            results.push(Named { name, ty: tensor(*value)?, dims: dims(*value), shared: target.is_some() });
        }
        Ok(Program { func, shapes, args, results })
    }

    /// Arguments or results for people: `x: float64 (N, 3)`.
    pub(crate) fn describe(all: &[Named]) -> String {
        let one = |n: &Named| {
            let shared = if n.shared { " shared" } else { "" };
            format!("{}: {} {}{shared}", n.name, n.ty.dtype.numpy(), n.ty.shape)
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}
