//! Variables with a value that persists between calls and that several functions can use.

use crate::{
    Datum, Tensor,
    arena::{build_in, poisoned, with},
};
use thn_ir::{Arg, Error, Loc};
use thn_runtime::{Array, CallError, SharedVar};

/// A shared variable with a first value. Its element type and number of dims are those of the value; its lengths may
/// change between calls.
#[track_caller]
pub fn shared<'a>(value: impl Into<Datum<'a>>, name: &str) -> Tensor {
    let loc = Loc::caller();
    let array = match value.into().into_array() {
        Ok(array) => array,
        Err(e) => {
            return poisoned(Error::input(format!("the value of shared variable {name}: {e}")).located(&loc));
        }
    };
    let name = (!name.is_empty()).then_some(name);
    let state = SharedVar::new(name, array);
    let mut made = build_in(&[], 1, loc, |graph, loc, _| {
        let arg = Arg { name: name.map(Into::into), shared: true, loc, ..Arg::default() };
        let value = graph.func.add_tensor_arg(state.dtype(), &vec![None; state.rank()], arg);
        graph.shared.insert(value, state);
        Ok(vec![value])
    });
    made.remove(0)
}

impl Tensor {
    /// The state behind a shared variable; `None` for every other tensor.
    pub fn state(&self) -> Option<SharedVar> {
        with(&[self], |graph, _, values| graph.shared.get(&values[0]).cloned())
    }

    fn expect_state(&self) -> Result<SharedVar, CallError> {
        let name = || self.read(|func, value| func.describe(value));
        self.state().ok_or_else(|| CallError::Data(format!("{} is not a shared variable", name())))
    }

    /// A copy of the value of a shared variable.
    ///
    /// # Errors
    ///
    /// [`CallError::Data`] if this is no shared variable, [`CallError::OutOfMemory`].
    pub fn get_value(&self) -> Result<Array, CallError> {
        self.expect_state()?.get_value()
    }

    /// Gives a shared variable another value, of the same number of dims and an element type that widens to its own.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the element type would narrow, [`CallError::Data`] if the number of dims is another or this
    /// is no shared variable, [`CallError::OutOfMemory`].
    pub fn set_value<'a>(&self, value: impl Into<Datum<'a>>) -> Result<(), CallError> {
        let state = self.expect_state()?;
        let name = state.name().unwrap_or("shared variable");
        state.set_value(value.into().for_variable(name, state.dtype())?.into_array()?)
    }
}
