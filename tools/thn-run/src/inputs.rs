//! The values of arguments, from files or random numbers.

use crate::{
    error::Error,
    npy,
    program::{Named, Program},
    random,
};
use std::{collections::BTreeMap, path::PathBuf, str::FromStr};
use thn_ir::Symbol;
use thn_runtime::Array;

/// `NAME=FILE.npy` or `NAME=random:SEED`, perhaps with lengths.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Given {
    name: String,
    source: Source,
}

#[derive(Clone, PartialEq, Debug)]
enum Source {
    File(PathBuf),
    Random { seed: u64, shape: Option<Vec<usize>> },
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Given, String> {
        let (name, source) = text
            .split_once('=')
            .filter(|(name, source)| !name.is_empty() && !source.is_empty())
            .ok_or_else(|| format!("`{text}` is neither NAME=FILE.npy nor NAME=random:SEED"))?;
        let source = match source.strip_prefix("random:") {
            None => Source::File(source.into()),
            Some(random) => {
                let (seed, shape) = match random.split_once(':') {
                    None => (random, None),
                    Some((seed, shape)) => (seed, Some(shape)),
                };
                let seed = seed.parse().map_err(|_| format!("`{seed}` is not a seed; seeds are numbers"))?;
                let lengths = |shape: &str| {
                    let lengths = shape.split('x').map(str::parse).collect::<Result<Vec<usize>, _>>();
                    lengths.map_err(|_| format!("`{shape}` are not lengths; lengths are like 3x4"))
                };
                Source::Random { seed, shape: shape.map(lengths).transpose()? }
            }
        };
        Ok(Given { name: name.to_string(), source })
    }
}

/// The values of all arguments, in order, checked against the program.
pub(crate) fn arrays(program: &Program, given: &[Given]) -> Result<Vec<Array>, Error> {
    let mut by_name: BTreeMap<&str, &Source> = BTreeMap::new();
    for Given { name, source } in given {
        if !program.args.iter().any(|arg| arg.name == *name) {
            let known = Program::describe(&program.args);
            return Err(Error::Options(format!("there is no argument {name}; there is {known}")));
        }
        if by_name.insert(name, source).is_some() {
            return Err(Error::Options(format!("argument {name} is given twice")));
        }
    }
    let missing: Vec<String> = program
        .args
        .iter()
        .filter(|arg| !by_name.contains_key(arg.name.as_str()))
        .map(|arg| Program::describe(std::slice::from_ref(arg)))
        .collect();
    if !missing.is_empty() {
        return Err(Error::Options(format!("no value is given for {}", missing.join(", "))));
    }

    // Files first: their lengths are those of random tensors over the same dims.
    let mut lengths: BTreeMap<Symbol, i64> = BTreeMap::new();
    let mut arrays: Vec<Option<Array>> = vec![];
    for arg in &program.args {
        arrays.push(match by_name[arg.name.as_str()] {
            Source::File(path) => {
                let array = npy::read(path, arg.ty.dtype)?;
                bind(arg, array.shape(), &mut lengths);
                Some(array)
            }
            Source::Random { shape: Some(shape), .. } => {
                bind(arg, shape, &mut lengths);
                None
            }
            Source::Random { shape: None, .. } => None,
        });
    }
    let mut all = vec![];
    for (arg, array) in program.args.iter().zip(arrays) {
        all.push(match (array, by_name[arg.name.as_str()]) {
            (Some(array), _) => array,
            (None, Source::Random { seed, shape: Some(shape) }) => random::array(arg.ty.dtype, shape, *seed)?,
            (None, Source::Random { seed, shape: None }) => {
                random::array(arg.ty.dtype, &known_shape(arg, &lengths)?, *seed)?
            }
            (None, Source::File(path)) => npy::read(path, arg.ty.dtype)?,
        });
    }
    check(program, &all)?;
    Ok(all)
}

/// Learns the lengths of dims that are symbols.
fn bind(arg: &Named, shape: &[usize], lengths: &mut BTreeMap<Symbol, i64>) {
    for (dim, length) in arg.dims.iter().zip(shape) {
        if let (Some(symbol), Ok(length)) = (dim.as_symbol(), i64::try_from(*length)) {
            lengths.entry(symbol.clone()).or_insert(length);
        }
    }
}

/// The lengths of an argument by its type and what is known of the dims of other arguments.
fn known_shape(arg: &Named, lengths: &BTreeMap<Symbol, i64>) -> Result<Vec<usize>, Error> {
    let length = |(dim, declared): (&thn_ir::Dim, &thn_ir::Dim)| {
        let value = dim.eval(&|s| lengths.get(s).copied()).ok().and_then(|n| usize::try_from(n).ok());
        value.ok_or_else(|| {
            let (name, shape) = (&arg.name, &arg.ty.shape);
            Error::Options(format!(
                "dim {declared} of {name} with shape {shape} is not known; give lengths, as in {name}=random:1:3x4"
            ))
        })
    };
    arg.dims.iter().zip(arg.ty.shape.iter()).map(length).collect()
}

/// The checks of a call, before anything is compiled.
fn check(program: &Program, arrays: &[Array]) -> Result<(), Error> {
    let shapes: Vec<Vec<i64>> =
        arrays.iter().map(|a| a.shape().iter().map(|n| *n as i64).collect()).collect();
    let shapes: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
    let value_of = |arg: usize| i64::try_from(arrays.get(arg)?.get(0)?.to_i128()).ok();
    let checked = program.shapes.run(&shapes, &value_of);
    checked.map(|_| ()).map_err(|failure| Error::Call(failure.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: u64, shape: Option<&[usize]>) -> Source {
        Source::Random { seed, shape: shape.map(<[usize]>::to_vec) }
    }

    #[test]
    fn inputs_are_files_or_seeds() {
        let source = |text: &str| Given::from_str(text).map(|g| g.source);
        assert_eq!(source("x=a=b.npy"), Ok(Source::File("a=b.npy".into())));
        assert_eq!(source("x=random:7"), Ok(random(7, None)));
        assert_eq!(source("x=random:7:3x4"), Ok(random(7, Some(&[3, 4]))));
        for wrong in ["x", "=a.npy", "x=", "x=random:", "x=random:-1", "x=random:1:", "x=random:1:3xx"] {
            assert!(Given::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
