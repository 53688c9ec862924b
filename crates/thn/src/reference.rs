//! Functions that the reference interpreter runs.

use crate::{CompileErrors, Options, code::Code};
use thn_accuracy::Improved;
use thn_eqsat::Report;
use thn_ir::{Error, Func, Scalar, ShapeProgram, verify};
use thn_reference::{Value, interpret};
use thn_runtime::{Array, CallError, SharedVar, View};

/// A program as it is, and the checks of its calls.
#[derive(Debug)]
pub(crate) struct Interpreted {
    func: Func,
    shapes: ShapeProgram,
    rewrites: Option<Report>,
    improved: Vec<Improved>,
}

impl Interpreted {
    pub(crate) fn new(
        mut func: Func,
        options: &Options,
        observer: &dyn Fn(&str),
    ) -> Result<Interpreted, CompileErrors> {
        observer("check");
        let wrong = verify::verify(&func);
        if !wrong.is_empty() {
            return Err(CompileErrors::new(wrong));
        }
        // The checks of a call come from the program as it was written, so that no rewrite can lose one.
        let shapes = ShapeProgram::new(&func)?;
        let mut rewrites = None;
        if options.rewrite == Some(true) {
            observer("rewrite");
            func.unify_dims()?;
            rewrites = Some(thn_eqsat::optimize(&mut func, &options.rules)?);
        }
        let mut improved = vec![];
        if let Some(accuracy) = &options.improve {
            observer("improve");
            improved = thn_accuracy::improve(&mut func, accuracy)?;
        }
        Ok(Interpreted { func, shapes, rewrites, improved })
    }

    fn check(&self, args: &[Value]) -> Result<(), CallError> {
        let lengths: Vec<Vec<i64>> =
            args.iter().map(|a| a.shape().iter().map(|n| *n as i64).collect()).collect();
        let lengths: Vec<&[i64]> = lengths.iter().map(Vec::as_slice).collect();
        let value = |i: usize| i64::try_from(args.get(i)?.single()?.to_i128()).ok();
        self.shapes.run(&lengths, &value)?;
        Ok(())
    }
}

impl Code for Interpreted {
    fn call(&self, inputs: &[View<'_>], shared: &[SharedVar]) -> Result<Vec<Array>, CallError> {
        SharedVar::with_values(shared, |state| {
            let mut inputs = inputs.iter();
            let mut kept = state.iter();
            let mut args = vec![];
            for arg in &self.func.args {
                let array = if arg.shared {
                    kept.next().map(|array| array.try_clone())
                } else {
                    inputs.next().map(View::to_array)
                };
                let missing = || CallError::Internal("a call without all arguments".into());
                args.push(to_value(&array.ok_or_else(missing)??)?);
            }
            self.check(&args)?;
            let results = interpret(&self.func, &args).map_err(failure)?;
            let mut outputs = vec![];
            let mut updates = vec![];
            for (value, res) in results.iter().zip(&self.func.results) {
                let array = to_array(value)?;
                match res.updates {
                    Some(target) => {
                        updates.push((self.func.args[..target].iter().filter(|a| a.shared).count(), array));
                    }
                    None => outputs.push(array),
                }
            }
            // Every new value exists before the first old one goes.
            for (which, array) in updates {
                *state[which] = array;
            }
            Ok(outputs)
        })
    }

    fn program(&self) -> &Func {
        &self.func
    }

    fn rewrites(&self) -> Option<&Report> {
        self.rewrites.as_ref()
    }

    fn improved(&self) -> &[Improved] {
        &self.improved
    }
}

fn failure(error: Error) -> CallError {
    CallError::Data(error.to_string())
}

fn to_value(array: &Array) -> Result<Value, CallError> {
    let elements: Vec<Scalar> = (0..array.len()).filter_map(|i| array.get(i)).collect();
    Value::new(array.dtype(), array.shape(), elements).map_err(failure)
}

fn to_array(value: &Value) -> Result<Array, CallError> {
    let elements: Vec<Scalar> = value.elements().copied().collect();
    let literal = thn_ir::Literal::from_scalars(value.dtype, value.shape(), &elements)
        .ok_or_else(|| CallError::Internal("a result of another size than its shape".into()))?;
    Array::from_literal(&literal)
}
