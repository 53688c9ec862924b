//! Calls: checks before, the code, and what happens to results and state after.

use crate::{
    Array, CallError, Context, DLTensor, Destination, Entry, Pool, SharedVar, Signature, Site, View,
    array::{Lengths, byte_count},
    context::{Failure, Slot},
    pool::Buffer,
    status,
};
use smallvec::SmallVec;
use std::{
    any::Any,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use thn_ir::{Loc, Scalar, ShapeFailure, ShapeProgram};

/// Lengths of all arguments one after the other, then the values that lengths depend on.
type Key = SmallVec<[i64; 16]>;

/// What the shape program said about the lengths of the last call. A loop that calls with the same lengths again, as
/// almost every loop does, need not run it again.
struct Checked {
    key: Key,
    /// Lengths of the results; `None` where only running can tell.
    results: Vec<Option<Lengths>>,
}

/// A compiled function that can be called from any thread, by several at once.
pub struct Executable {
    entry: Entry,
    /// Whatever keeps the code in memory.
    code: Arc<dyn Any + Send + Sync>,
    signature: Signature,
    shapes: ShapeProgram,
    value_args: Vec<usize>,
    sites: Vec<Site>,
    pool: Pool,
    checked: Mutex<Option<Arc<Checked>>>,
}

/// The locked shared variables of a call, by argument position.
type Locked<'s> = SmallVec<[Option<MutexGuard<'s, Array>>; 8]>;

impl Executable {
    /// A function from its code.
    ///
    /// # Safety
    ///
    /// `entry` must keep the contract of [`Entry`] for this signature and these sites, as long as `code` lives.
    ///
    /// # Errors
    ///
    /// [`CallError::Internal`] if program, signature and shapes do not belong together.
    pub unsafe fn new(
        entry: Entry,
        code: Arc<dyn Any + Send + Sync>,
        signature: Signature,
        shapes: ShapeProgram,
        sites: Vec<Site>,
        pool: Pool,
    ) -> Result<Executable, CallError> {
        signature.check()?;
        let same = shapes.entries().count() == signature.args.len()
            && shapes
                .entries()
                .zip(&signature.args)
                .all(|((_, dtype, shape), arg)| dtype == arg.dtype && shape.rank() == arg.rank);
        if !same {
            let message = format!("the shape program and the code of {} do not agree", signature.name);
            return Err(CallError::Internal(message));
        }
        let value_args = shapes.value_args();
        Ok(Executable { entry, code, signature, shapes, value_args, sites, pool, checked: Mutex::new(None) })
    }

    /// What it takes and gives.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The checks that each call makes.
    pub fn shapes(&self) -> &ShapeProgram {
        &self.shapes
    }

    /// Where results and temporaries come from.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What keeps the code in memory.
    pub fn code(&self) -> &Arc<dyn Any + Send + Sync> {
        &self.code
    }

    /// Calls with the arguments that are not shared and the shared ones, each in the order of the entry arguments.
    /// Returns the results that are not updates.
    ///
    /// # Errors
    ///
    /// A [`CallError`] that says what is wrong with the arguments, which index lies outside of what it indexes, or
    /// that memory is refused. Shared variables are then as they were.
    pub fn call(&self, inputs: &[View<'_>], shared: &[SharedVar]) -> Result<Vec<Array>, CallError> {
        self.run(inputs, shared, None)
    }

    /// As [`Executable::call`], with results written to memory of the caller. Outputs may overlap inputs and each
    /// other; the results are then copied one after the other once the call has succeeded.
    ///
    /// # Errors
    ///
    /// As [`Executable::call`], and if an output has another element type or shape than its result.
    pub fn call_into(
        &self,
        inputs: &[View<'_>],
        shared: &[SharedVar],
        outputs: &mut [Destination<'_>],
    ) -> Result<(), CallError> {
        count("outputs", self.signature.outputs().count(), outputs.len())?;
        for ((i, spec), output) in self.signature.outputs().zip(outputs.iter()) {
            if spec.dtype != output.dtype() {
                let name = spec.name.clone().unwrap_or_else(|| format!("for result {i}"));
                return Err(CallError::DType { name, needed: spec.dtype, given: output.dtype() });
            }
        }
        self.run(inputs, shared, Some(outputs)).map(|_| ())
    }

    fn run(
        &self,
        inputs: &[View<'_>],
        shared: &[SharedVar],
        outputs: Option<&mut [Destination<'_>]>,
    ) -> Result<Vec<Array>, CallError> {
        let args = &self.signature.args;
        let shared_count = self.signature.shared().count();
        count("arguments", args.len() - shared_count, inputs.len())?;
        count("shared variables", shared_count, shared.len())?;
        let mut state = self.lock(shared)?;
        let mut given = inputs.iter();
        let views: SmallVec<[View<'_>; 8]> = state
            .iter()
            .filter_map(|guard| match guard {
                Some(array) => Some(array.view()),
                None => given.next().cloned(),
            })
            .collect();
        for (spec, view) in args.iter().zip(&views) {
            if spec.dtype != view.dtype() {
                let (name, given) = (spec.name.clone(), view.dtype());
                return Err(CallError::DType { name, needed: spec.dtype, given });
            }
        }
        let checked = self.check(&views)?;

        // What code reads: compact tensors. Copies live until the call ends.
        let mut copies: SmallVec<[Buffer; 4]> = SmallVec::new();
        let mut data: SmallVec<[*mut u8; 8]> = SmallVec::new();
        for view in &views {
            if view.is_compact() {
                data.push(view.data().cast_mut());
            } else {
                let copy = view.compacted(&self.pool)?;
                data.push(copy.start());
                copies.push(copy);
            }
        }
        let slots = self.slots(&checked, &views, &data, outputs.as_deref())?;
        let mut context = Context::new(self.pool.clone(), slots);

        // All lengths are in place before the first tensor points to them.
        let mut lengths: SmallVec<[i64; 32]> = SmallVec::new();
        let mut tensors: SmallVec<[DLTensor; 8]> = SmallVec::new();
        lengths.extend(views.iter().flat_map(|v| v.shape()).map(|n| *n as i64));
        for slot in &context.slots {
            match slot {
                Slot::Ready { shape, .. } | Slot::Given { shape, .. } => {
                    lengths.extend(shape.iter().map(|n| *n as i64));
                }
                Slot::Pending { rank, .. } => lengths.extend(std::iter::repeat_n(0, *rank)),
            }
        }
        let mut shape = lengths.as_mut_ptr();
        for (spec, data) in args.iter().zip(&data) {
            tensors.push(DLTensor::compact(spec.dtype, *data, shape, spec.rank));
            shape = shape.wrapping_add(spec.rank);
        }
        for (spec, slot) in self.signature.results.iter().zip(&context.slots) {
            tensors.push(DLTensor::compact(spec.dtype, slot.start(), shape, spec.rank));
            shape = shape.wrapping_add(spec.rank);
        }
        drop(views);
        // SAFETY: the entry keeps its contract, which `new` requires; arguments have the ranks, types and lengths that
        // the shape program asks for, and everything pointed to lives until the call returns.
        let code = unsafe {
            let tensors = tensors.as_mut_ptr();
            (self.entry)(&raw mut context, tensors, tensors.add(args.len()))
        };
        if let Some(failure) = context.failure() {
            return Err(self.explain(failure));
        }
        if code != status::OK {
            return Err(CallError::Internal(format!("{} returned status {code}", self.signature.name)));
        }
        self.finish(context, &mut state, outputs)
    }

    /// Locks the shared variables in the order of their ids.
    fn lock<'s>(&self, shared: &'s [SharedVar]) -> Result<Locked<'s>, CallError> {
        let args = &self.signature.args;
        let mut state: Locked<'s> = args.iter().map(|_| None).collect();
        if shared.is_empty() {
            return Ok(state);
        }
        let mut order: SmallVec<[(u64, usize, usize); 8]> = self
            .signature
            .shared()
            .zip(shared)
            .enumerate()
            .map(|(which, ((position, _), variable))| (variable.id(), position, which))
            .collect();
        order.sort_unstable();
        if let Some(pair) = order.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let names = [args[pair[0].1].name.clone(), args[pair[1].1].name.clone()];
            return Err(CallError::SharedTwice { names });
        }
        for (_, position, which) in order {
            state[position] = Some(shared[which].lock());
        }
        Ok(state)
    }

    /// Runs the shape program, unless it has just accepted the same lengths.
    fn check(&self, views: &[View<'_>]) -> Result<Arc<Checked>, CallError> {
        let shape_error =
            |message: String| CallError::Shape(ShapeFailure { op: "", loc: Loc::Unknown, message });
        let mut key: Key = SmallVec::new();
        for view in views {
            // Memory of more than 2^63 bytes does not exist, but a tensor without elements may claim any length.
            for length in view.shape() {
                let length = i64::try_from(*length);
                key.push(length.map_err(|_| shape_error(format!("lengths {:?}", view.shape())))?);
            }
        }
        for arg in &self.value_args {
            let value = views.get(*arg).and_then(View::value).map(Scalar::to_i128);
            let Some(value) = value.and_then(|v| i64::try_from(v).ok()) else {
                let name = &self.signature.args[*arg].name;
                return Err(shape_error(format!("argument {name} is not a number that lengths can have")));
            };
            key.push(value);
        }
        let ranks_fit = views.iter().zip(&self.signature.args).all(|(v, a)| v.shape().len() == a.rank);
        let last = self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last.filter(|last| ranks_fit && last.key == key) {
            return Ok(last);
        }
        let results = self.run_shapes(views, &key)?;
        let checked = Arc::new(Checked { key, results });
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked.clone());
        Ok(checked)
    }

    /// Runs the shape program on lengths that follow one another, and the values after them.
    fn run_shapes(&self, views: &[View<'_>], key: &[i64]) -> Result<Vec<Option<Lengths>>, CallError> {
        let mut rest = key;
        let mut shapes: SmallVec<[&[i64]; 8]> = SmallVec::new();
        for view in views {
            let (shape, others) = rest.split_at(view.shape().len());
            shapes.push(shape);
            rest = others;
        }
        let value_of = |arg: usize| {
            let which = self.value_args.iter().position(|a| *a == arg)?;
            rest.get(which).copied()
        };
        let known = |(i, shape): (usize, Option<Vec<i64>>)| {
            let Some(shape) = shape else { return Ok(None) };
            let lengths = shape.iter().map(|n| usize::try_from(*n)).collect::<Result<Lengths, _>>();
            lengths.map(Some).map_err(|_| shape_error(format!("result {i} has negative lengths {shape:?}")))
        };
        self.shapes.run(&shapes, &value_of)?.into_iter().enumerate().map(known).collect()
    }

    /// Memory for each result whose lengths are known.
    fn slots(
        &self,
        checked: &Checked,
        views: &[View<'_>],
        data: &[*mut u8],
        outputs: Option<&[Destination<'_>]>,
    ) -> Result<SmallVec<[Slot; 4]>, CallError> {
        let mut slots: SmallVec<[Slot; 4]> = SmallVec::new();
        let mut output = 0;
        // Everything that a directly written output must be apart from.
        let mut busy: Vec<(usize, usize)> = match outputs {
            Some(_) => views.iter().map(View::span).collect(),
            None => vec![],
        };
        for (i, (spec, known)) in self.signature.results.iter().zip(&checked.results).enumerate() {
            let destination = outputs.filter(|_| spec.updates.is_none()).map(|all| &all[output]);
            output += usize::from(spec.updates.is_none());
            if let (Some(d), Some(shape)) = (destination, known)
                && d.shape() != shape.as_slice()
            {
                let message = format!("result {i} has shape {shape:?}, its output {:?}", d.shape());
                return Err(shape_error(message));
            }
            slots.push(match (known, spec.updates.filter(|_| spec.in_place), destination) {
                (known, Some(target), _) => {
                    let shape = views[target].shape();
                    if known.as_ref().is_some_and(|known| known.as_slice() != shape) {
                        let message = format!("result {i} has lengths {known:?} in place of {shape:?}");
                        return Err(CallError::Internal(message));
                    }
                    Slot::Given { start: data[target], shape: shape.into() }
                }
                (Some(shape), None, Some(d)) => match d.direct(&busy) {
                    Some(start) => {
                        busy.push(d.span());
                        Slot::Given { start, shape: shape.clone() }
                    }
                    None => self.ready(spec.dtype, shape)?,
                },
                (Some(shape), None, None) => self.ready(spec.dtype, shape)?,
                (None, None, _) => Slot::Pending { dtype: spec.dtype, rank: spec.rank },
            });
        }
        Ok(slots)
    }

    fn ready(&self, dtype: thn_ir::DType, shape: &Lengths) -> Result<Slot, CallError> {
        let buffer = self.pool.take(byte_count(dtype, shape)?)?;
        Ok(Slot::Ready { buffer, shape: shape.clone() })
    }

    /// Gives results to the caller and new values to shared variables.
    fn finish(
        &self,
        mut context: Context,
        state: &mut Locked<'_>,
        outputs: Option<&mut [Destination<'_>]>,
    ) -> Result<Vec<Array>, CallError> {
        let broken = |i: usize| CallError::Internal(format!("result {i} was not written"));
        let mut finished: SmallVec<[Option<Array>; 4]> = SmallVec::new();
        for (i, slot) in std::mem::take(&mut context.slots).into_iter().enumerate() {
            finished.push(match slot {
                Slot::Ready { buffer, shape } => {
                    // SAFETY: the entry returned success, so it has written every element, bools as 0 or 1.
                    Some(unsafe { Array::from_buffer(buffer, self.signature.results[i].dtype, shape) })
                }
                Slot::Given { .. } => None,
                Slot::Pending { .. } => return Err(broken(i)),
            });
        }
        // Nothing below fails before the first change of state: the lengths of outputs come first.
        if let Some(outputs) = outputs {
            let which = || self.signature.outputs().map(|(i, _)| i);
            for (i, output) in which().zip(outputs.iter()) {
                if let Some(array) = &finished[i]
                    && array.shape() != output.shape()
                {
                    let (found, given) = (array.shape(), output.shape());
                    let message = format!("result {i} has shape {found:?}, its output {given:?}");
                    return Err(shape_error(message));
                }
            }
            for (i, output) in which().zip(outputs.iter_mut()) {
                if let Some(array) = finished[i].take() {
                    output.copy_from(&array);
                }
            }
        }
        let mut returned = Vec::with_capacity(finished.len());
        for (array, spec) in finished.into_iter().zip(&self.signature.results) {
            let Some(array) = array else { continue };
            match spec.updates {
                None => returned.push(array),
                Some(target) => {
                    if let Some(value) = &mut state[target] {
                        **value = array;
                    }
                }
            }
        }
        Ok(returned)
    }

    fn explain(&self, failure: Failure) -> CallError {
        match failure {
            Failure::Other(e) => e,
            Failure::Index { site, value, bound } => {
                match usize::try_from(site).ok().and_then(|i| self.sites.get(i)) {
                    Some(Site { op, loc, index, target }) => {
                        let (loc, index, target) = (loc.clone(), index.clone(), target.clone());
                        CallError::Index { op, loc, index, target, value, bound }
                    }
                    None => CallError::Internal(format!(
                        "index {value} is out of bounds for length {bound} at unknown site {site}"
                    )),
                }
            }
        }
    }
}

/// Lengths that fit no program, without an op at fault.
fn shape_error(message: String) -> CallError {
    CallError::Shape(ShapeFailure { op: "", loc: Loc::Unknown, message })
}

fn count(what: &'static str, needed: usize, given: usize) -> Result<(), CallError> {
    if needed == given { Ok(()) } else { Err(CallError::ArgumentCount { what, needed, given }) }
}

impl fmt::Debug for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executable").field("signature", &self.signature).finish_non_exhaustive()
    }
}
