//! State that persists between calls.

use crate::{Array, CallError};
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use thn_ir::DType;

struct Inner {
    id: u64,
    name: Option<Arc<str>>,
    dtype: DType,
    rank: usize,
    value: Mutex<Array>,
}

/// A variable whose value lives between calls and across functions. Cloning gives a handle to the same variable.
///
/// Element type and number of dims are fixed; lengths may change.
#[derive(Clone)]
pub struct SharedVar(Arc<Inner>);

impl SharedVar {
    /// A variable with a first value.
    pub fn new(name: Option<&str>, value: Array) -> SharedVar {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        SharedVar(Arc::new(Inner {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name: name.map(Arc::from),
            dtype: value.dtype(),
            rank: value.shape().len(),
            value: Mutex::new(value),
        }))
    }

    /// What tells variables apart; calls lock their variables in this order, so that they never wait in a circle.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The user's name.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// The number of dims.
    pub fn rank(&self) -> usize {
        self.0.rank
    }

    /// A copy of the value.
    ///
    /// # Errors
    ///
    /// [`CallError::OutOfMemory`].
    pub fn get_value(&self) -> Result<Array, CallError> {
        self.lock().try_clone()
    }

    /// Another value of the same element type and number of dims.
    ///
    /// # Errors
    ///
    /// [`CallError::DType`] if the element type is another, [`CallError::Data`] if the number of dims is.
    pub fn set_value(&self, value: Array) -> Result<(), CallError> {
        let name = self.name().unwrap_or("shared variable");
        if value.dtype() != self.0.dtype {
            let (needed, given) = (self.0.dtype, value.dtype());
            return Err(CallError::DType { name: name.to_string(), needed, given });
        }
        if value.shape().len() != self.0.rank {
            let message = format!("{name} has {} dims, the new value {}", self.0.rank, value.shape().len());
            return Err(CallError::data(message));
        }
        *self.lock() = value;
        Ok(())
    }

    /// Runs `f` while nobody else can read or change the values of `variables`, which it gets in their order. Two
    /// handles to one variable are an error.
    ///
    /// # Errors
    ///
    /// [`CallError::SharedTwice`] if a variable is among them twice; what `f` gives.
    pub fn with_values<R>(
        variables: &[SharedVar],
        f: impl FnOnce(&mut [MutexGuard<'_, Array>]) -> Result<R, CallError>,
    ) -> Result<R, CallError> {
        let mut order: Vec<usize> = (0..variables.len()).collect();
        order.sort_unstable_by_key(|i| variables[*i].id());
        if let Some(pair) = order.windows(2).find(|p| variables[p[0]].id() == variables[p[1]].id()) {
            let name = |i: usize| variables[i].name().unwrap_or("shared variable").to_string();
            return Err(CallError::SharedTwice { names: [name(pair[0]), name(pair[1])] });
        }
        let mut locked: Vec<(usize, MutexGuard<'_, Array>)> =
            order.into_iter().map(|i| (i, variables[i].lock())).collect();
        locked.sort_unstable_by_key(|(i, _)| *i);
        let mut values: Vec<MutexGuard<'_, Array>> = locked.into_iter().map(|(_, value)| value).collect();
        f(&mut values)
    }

    /// Exclusive use of the value.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Array> {
        // A value is replaced as a whole, so it is right even if a thread panicked while it held the lock.
        self.0.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedVar {
    /// Without the value, which another thread may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedVar {} {:?} {} rank {}", self.id(), self.name(), self.dtype().numpy(), self.rank())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_type_and_rank_but_not_length() {
        let w = SharedVar::new(Some("w"), Array::from_slice(&[2], &[1.0, 2.0]).unwrap());
        w.set_value(Array::from_slice(&[3], &[1.0, 2.0, 3.0]).unwrap()).unwrap();
        assert_eq!(w.get_value().unwrap().shape(), [3]);
        let wrong = w.set_value(Array::from_slice(&[1], &[1.0f32]).unwrap()).unwrap_err();
        assert_eq!(wrong.to_string(), "argument w has element type float32; float64 is needed");
        assert!(w.set_value(Array::scalar(1.0).unwrap()).is_err());
        assert_eq!(w.get_value().unwrap().shape(), [3]);
    }

    #[test]
    fn several_values_are_used_at_once() {
        let make = |x: i64| SharedVar::new(Some("n"), Array::scalar(x).unwrap());
        let (a, b) = (make(1), make(2));
        let swap = |values: &mut [MutexGuard<'_, Array>]| {
            let (first, second) = values.split_at_mut(1);
            std::mem::swap(&mut *first[0], &mut *second[0]);
            Ok(())
        };
        SharedVar::with_values(&[b, a.clone()], swap).unwrap();
        assert_eq!(a.get_value().unwrap().as_slice::<i64>().unwrap(), [2]);
        assert!(SharedVar::with_values(&[a.clone(), a], |_| Ok(())).is_err());
    }

    #[test]
    fn ids_tell_variables_apart() {
        let make = || SharedVar::new(None, Array::scalar(0i64).unwrap());
        let (a, b) = (make(), make());
        assert!(a.id() < b.id());
        assert_eq!(a.clone().id(), a.id());
    }
}
