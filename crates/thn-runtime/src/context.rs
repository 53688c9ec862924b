//! What one call owns: its temporaries, the memory of its results, and what went wrong.

use crate::{CallError, Pool, array::Lengths, array::byte_count, pool::Buffer};
use smallvec::SmallVec;
use thn_ir::{DType, Loc};

/// A place in compiled code that can find an index out of bounds.
#[derive(Clone, PartialEq, Debug)]
pub struct Site {
    /// Mnemonic of the op.
    pub op: &'static str,
    /// The user's source line.
    pub loc: Loc,
    /// The tensor of indices, as messages name it.
    pub index: String,
    /// What is indexed: "dim 0 of x".
    pub target: String,
}

/// The memory of one result.
pub(crate) enum Slot {
    /// Its lengths are not known yet.
    Pending {
        /// Element type.
        dtype: DType,
        /// Number of dims.
        rank: usize,
    },
    /// From the pool.
    Ready {
        /// The memory.
        buffer: Buffer,
        /// The lengths.
        shape: Lengths,
    },
    /// Memory of the caller or of a shared variable.
    Given {
        /// Its start.
        start: *mut u8,
        /// The lengths.
        shape: Lengths,
    },
}

impl Slot {
    /// The start of the memory; null where there is none yet.
    pub(crate) fn start(&self) -> *mut u8 {
        match self {
            Slot::Pending { .. } => std::ptr::null_mut(),
            Slot::Ready { buffer, .. } => buffer.start(),
            Slot::Given { start, .. } => *start,
        }
    }
}

/// The state of one call, which compiled code hands back to every callback.
///
/// It belongs to the thread that calls. Everything it holds is released with it, so that a call that fails in the
/// middle leaks nothing.
pub struct Context {
    pool: Pool,
    pub(crate) slots: SmallVec<[Slot; 4]>,
    temporaries: Vec<Buffer>,
    failure: Option<Failure>,
}

/// What went wrong, before the site is looked up.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An index out of bounds at a site.
    Index { site: i32, value: i64, bound: i64 },
    /// Anything else.
    Other(CallError),
}

impl Context {
    pub(crate) fn new(pool: Pool, slots: SmallVec<[Slot; 4]>) -> Context {
        Context { pool, slots, temporaries: vec![], failure: None }
    }

    /// The first failure is the cause of the others.
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    pub(crate) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// A temporary; null after a failure.
    pub(crate) fn allocate(&mut self, bytes: i64) -> *mut u8 {
        let taken = usize::try_from(bytes).map_err(|_| CallError::OutOfMemory { bytes: None });
        match taken.and_then(|bytes| self.pool.take(bytes)) {
            Ok(buffer) => {
                let start = buffer.start();
                self.temporaries.push(buffer);
                start
            }
            Err(e) => {
                self.fail(Failure::Other(e));
                std::ptr::null_mut()
            }
        }
    }

    /// Returns a temporary to the pool. Temporaries nest, so that the last ones are looked at first.
    pub(crate) fn free(&mut self, start: *mut u8) {
        if let Some(at) = self.temporaries.iter().rposition(|b| b.start() == start) {
            self.temporaries.swap_remove(at);
        }
    }

    /// The memory of a result with these lengths; null after a failure.
    pub(crate) fn output(&mut self, result: i32, dims: &[i64]) -> *mut u8 {
        match self.try_output(result, dims) {
            Ok(start) => start,
            Err(e) => {
                self.fail(Failure::Other(e));
                std::ptr::null_mut()
            }
        }
    }

    fn try_output(&mut self, result: i32, dims: &[i64]) -> Result<*mut u8, CallError> {
        let broken = |what: &str| CallError::Internal(format!("result {result}: {what}"));
        let slot = usize::try_from(result).ok().and_then(|i| self.slots.get_mut(i));
        let slot = slot.ok_or_else(|| broken("does not exist"))?;
        let shape = dims.iter().map(|n| usize::try_from(*n)).collect::<Result<Lengths, _>>();
        let shape = shape.map_err(|_| broken(&format!("has negative lengths {dims:?}")))?;
        match slot {
            Slot::Pending { dtype, rank } => {
                if *rank != shape.len() {
                    return Err(broken(&format!("has {rank} dims, not {}", shape.len())));
                }
                let buffer = self.pool.take(byte_count(*dtype, &shape)?)?;
                let start = buffer.start();
                *slot = Slot::Ready { buffer, shape };
                Ok(start)
            }
            Slot::Ready { shape: known, .. } | Slot::Given { shape: known, .. } if *known != shape => {
                Err(broken(&format!("has lengths {shape:?}, but {known:?} were announced")))
            }
            known => Ok(known.start()),
        }
    }
}
