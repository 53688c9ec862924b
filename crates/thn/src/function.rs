//! Compiled functions, their calls and what those give.

use crate::{Args, code::Code};
use ndarray::{ArrayD, ArrayViewD};
use std::{ops::Deref, sync::Arc};
use thn_accuracy::Improved;
use thn_eqsat::Report;
use thn_graph::Datum;
use thn_ir::{DType, Func};
use thn_runtime::{Array, CallError, Element, SharedVar};

/// An input as the function knows it.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) dtype: DType,
    pub(crate) default: Option<Array>,
}

/// A compiled function. It can be called from any thread, by several at once; calls that share variables take turns.
#[derive(Debug)]
pub struct Function {
    pub(crate) name: String,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Arc<[Option<String>]>,
    pub(crate) shared: Vec<SharedVar>,
    pub(crate) code: Box<dyn Code>,
}

impl Function {
    /// Calls with arguments by position. Inputs at the end that have defaults can be left out.
    ///
    /// `ndarray` arrays and views of the right element type are read where they are; numbers and nested lists become
    /// arrays first, and element types widen where that loses nothing.
    ///
    /// # Errors
    ///
    /// A [`CallError`] that names the argument or the op, its line and the values at fault, if arguments are missing or
    /// have another element type or lengths that the program does not allow, if an index lies outside of what it indexes,
    /// or if memory is refused. Shared variables are then as they were.
    pub fn call<'a>(&self, args: impl Args<'a>) -> Result<Results, CallError> {
        let args = args.args();
        if args.len() > self.inputs.len() {
            let (needed, given) = (self.inputs.len(), args.len());
            return Err(CallError::ArgumentCount { what: "arguments", needed, given });
        }
        let mut slots: Vec<Option<Datum<'a>>> = args.into_iter().map(Some).collect();
        slots.resize_with(self.inputs.len(), || None);
        self.run(slots)
    }

    /// Calls with arguments by the names of the variables, in any order; the others take their defaults. Inputs without a
    /// name are `arg0`, `arg1`, and so on.
    ///
    /// # Errors
    ///
    /// As [`Function::call`], and if there is no input of a name or a name is given twice.
    pub fn call_named<'n, 'a, D: Into<Datum<'a>>>(
        &self,
        args: impl IntoIterator<Item = (&'n str, D)>,
    ) -> Result<Results, CallError> {
        let mut slots: Vec<Option<Datum<'a>>> = vec![];
        slots.resize_with(self.inputs.len(), || None);
        for (name, datum) in args {
            let Some(i) = self.inputs.iter().position(|input| input.name == name) else {
                let names: Vec<&str> = self.inputs.iter().map(|i| i.name.as_str()).collect();
                let message =
                    format!("{} has no input {name}; its inputs are {}", self.name, names.join(", "));
                return Err(CallError::Data(message));
            };
            if slots[i].replace(datum.into()).is_some() {
                return Err(CallError::Data(format!("input {name} is given twice")));
            }
        }
        self.run(slots)
    }

    fn run(&self, slots: Vec<Option<Datum<'_>>>) -> Result<Results, CallError> {
        let mut data = vec![];
        for (input, given) in self.inputs.iter().zip(slots) {
            data.push(match (given, &input.default) {
                (Some(datum), _) => datum.for_variable(&input.name, input.dtype)?,
                (None, Some(default)) => Datum::from(default),
                (None, None) => {
                    let message = format!("input {} is not given and has no default", input.name);
                    return Err(CallError::Data(message));
                }
            });
        }
        let views = data.iter().map(Datum::view).collect::<Result<Vec<_>, _>>()?;
        let arrays = self.code.call(&views, &self.shared)?;
        Ok(Results { arrays, names: self.outputs.clone() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|i| i.name.as_str())
    }

    /// The shared variables it uses, in the order of its arguments.
    pub fn shared(&self) -> &[SharedVar] {
        &self.shared
    }

    /// The program that runs, after rewriting, and as kernels where the target has them. It is text of the thn dialect,
    /// which `thn-opt` and `thn-run` read; without the feature `cpu`, which brings MLIR, it is a listing for people.
    pub fn program(&self) -> String {
        text(self.code.program())
    }

    /// What rewriting did; `None` if there was none.
    pub fn report(&self) -> Option<&Report> {
        self.code.rewrites()
    }

    /// What the search for accuracy found, a result each; empty if it was not asked for.
    pub fn improved(&self) -> &[Improved] {
        self.code.improved()
    }

    /// How it came to be native code: kernels, times, and the text of every level if that was asked for. `None` for
    /// targets without native code.
    #[cfg(feature = "cpu")]
    pub fn compiled(&self) -> Option<&thn_cpu::Compiled> {
        self.code.compiled()
    }
}

#[cfg(feature = "cpu")]
fn text(program: &Func) -> String {
    // A program that has been compiled can be written.
    thn_cpu::dialect_text(program).unwrap_or_else(|_| program.to_string())
}

#[cfg(not(feature = "cpu"))]
fn text(program: &Func) -> String {
    program.to_string()
}

/// The outputs of a call, in order. It dereferences to a slice of arrays.
#[derive(Debug)]
pub struct Results {
    arrays: Vec<Array>,
    names: Arc<[Option<String>]>,
}

impl Results {
    fn expect(&self, i: usize) -> Result<&Array, CallError> {
        let (needed, given) = (i + 1, self.arrays.len());
        self.arrays.get(i).ok_or(CallError::ArgumentCount { what: "outputs", needed, given })
    }

    /// An output as an `ndarray` of its own.
    ///
    /// # Errors
    ///
    /// If there is no such output, or its elements are no `T`.
    pub fn array<T: Element>(&self, i: usize) -> Result<ArrayD<T>, CallError> {
        self.expect(i)?.to_ndarray()
    }

    /// An output as an `ndarray` view, without a copy.
    ///
    /// # Errors
    ///
    /// If there is no such output, or its elements are no `T`.
    pub fn view<T: Element>(&self, i: usize) -> Result<ArrayViewD<'_, T>, CallError> {
        self.expect(i)?.as_view()
    }

    /// The only element of an output.
    ///
    /// # Errors
    ///
    /// If there is no such output, its elements are no `T`, or it has another number of elements than one.
    pub fn item<T: Element>(&self, i: usize) -> Result<T, CallError> {
        let array = self.expect(i)?;
        match array.as_slice::<T>()? {
            [one] => Ok(*one),
            _ => Err(CallError::Data(format!("output {i} has shape {:?}, not one element", array.shape()))),
        }
    }

    /// The output with this name.
    pub fn named(&self, name: &str) -> Option<&Array> {
        let i = self.names.iter().position(|n| n.as_deref() == Some(name))?;
        self.arrays.get(i)
    }

    /// All outputs.
    pub fn into_arrays(self) -> Vec<Array> {
        self.arrays
    }
}

impl Deref for Results {
    type Target = [Array];
    fn deref(&self) -> &[Array] {
        &self.arrays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_cross_threads() {
        fn crosses<T: Send + Sync>() {}
        crosses::<Function>();
        crosses::<Results>();
    }
}
