//! Buffers and the pool that they return to.
//!
//! Sizes are rounded up to a class, four classes per power of two, so that a buffer serves every size of its class and
//! wastes less than a fifth. What a pool keeps for reuse is bounded by twice the most that was ever in use at once;
//! beyond that, returned buffers go back to the system.

use crate::CallError;
use std::{
    alloc::{Layout, alloc, dealloc},
    fmt,
    ptr::NonNull,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The alignment of every buffer in bytes: a cache line, and the widest vector of today's CPUs.
pub const ALIGNMENT: usize = 64;

/// What a pool has done so far and what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PoolStats {
    /// Buffers asked for.
    pub requests: u64,
    /// Requests that no returned buffer could serve, so that the system was asked.
    pub allocations: u64,
    /// Bytes that are out.
    pub in_use: usize,
    /// Bytes that are kept for reuse.
    pub kept: usize,
    /// The most bytes that were ever out at once.
    pub peak: usize,
}

#[derive(Default)]
struct State {
    /// Returned buffers by class.
    shelves: Vec<Vec<Memory>>,
    stats: PoolStats,
}

/// Reuses buffers. Cloning gives a handle to the same pool.
#[derive(Clone, Default)]
pub struct Pool(Arc<Mutex<State>>);

/// Memory from the system, which is released on drop.
struct Memory {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: memory has one owner and no ties to a thread.
unsafe impl Send for Memory {}
// SAFETY: a shared reference gives an address and nothing else.
unsafe impl Sync for Memory {}

impl Memory {
    fn new(bytes: usize) -> Result<Memory, CallError> {
        let refused = CallError::OutOfMemory { bytes: Some(bytes) };
        let Ok(layout) = Layout::from_size_align(bytes, ALIGNMENT) else { return Err(refused) };
        // SAFETY: the size is a class and so never zero.
        let start = NonNull::new(unsafe { alloc(layout) });
        start.map(|start| Memory { start, layout }).ok_or(refused)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `new` allocated it with this layout, and nothing else frees it.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

/// Owned bytes of undefined contents, aligned to [`ALIGNMENT`]. On drop they return to their pool, if they have one.
pub(crate) struct Buffer {
    /// Present until drop.
    memory: Option<Memory>,
    pool: Option<Pool>,
}

impl Buffer {
    /// Bytes of their own, without a pool.
    pub(crate) fn new(bytes: usize) -> Result<Buffer, CallError> {
        let (_, size) = class(bytes)?;
        Ok(Buffer { memory: Some(Memory::new(size)?), pool: None })
    }

    /// The first byte. There is always at least one.
    pub(crate) fn start(&self) -> *mut u8 {
        self.memory.as_ref().map_or(std::ptr::null_mut(), |m| m.start.as_ptr())
    }

    /// The pool it returns to.
    pub(crate) fn pool(&self) -> Option<&Pool> {
        self.pool.as_ref()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let (Some(memory), Some(pool)) = (self.memory.take(), self.pool.take()) {
            pool.give_back(memory);
        }
    }
}

/// The class of a size, and the size that its buffers have.
fn class(bytes: usize) -> Result<(usize, usize), CallError> {
    let refused = CallError::OutOfMemory { bytes: Some(bytes) };
    let bytes = bytes.max(ALIGNMENT);
    // bytes lies in [base, 2 * base), which is cut into four steps, or fewer where they are below the alignment.
    let base = 1usize << bytes.ilog2();
    let step = (base / 4).max(ALIGNMENT);
    let steps = (bytes - base).div_ceil(step);
    let Some(size) = base.checked_add(steps * step).filter(|s| *s <= isize::MAX as usize) else {
        return Err(refused);
    };
    let (base, steps) = if size >= 2 * base { (2 * base, 0) } else { (base, steps) };
    Ok((4 * base.ilog2() as usize + steps, size))
}

impl Pool {
    /// An empty pool.
    pub fn new() -> Pool {
        Pool::default()
    }

    /// What it has done so far.
    pub fn stats(&self) -> PoolStats {
        self.state().stats
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every update below is complete before anything can panic, so a poisoned state is still right.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At least this many bytes.
    pub(crate) fn take(&self, bytes: usize) -> Result<Buffer, CallError> {
        let (class, size) = class(bytes)?;
        let mut state = self.state();
        state.stats.requests += 1;
        let found = state.shelves.get_mut(class).and_then(Vec::pop);
        let memory = match found {
            Some(memory) => {
                state.stats.kept -= size;
                memory
            }
            None => {
                state.stats.allocations += 1;
                Memory::new(size)?
            }
        };
        state.stats.in_use += size;
        state.stats.peak = state.stats.peak.max(state.stats.in_use);
        Ok(Buffer { memory: Some(memory), pool: Some(self.clone()) })
    }

    fn give_back(&self, memory: Memory) {
        let size = memory.layout.size();
        // Sizes of buffers are sizes of classes, whose class is found again.
        let Ok((class, _)) = class(size) else { return };
        let mut state = self.state();
        state.stats.in_use -= size;
        if state.stats.kept + size > 2 * state.stats.peak {
            return;
        }
        state.stats.kept += size;
        if state.shelves.len() <= class {
            state.shelves.resize_with(class + 1, Vec::new);
        }
        state.shelves[class].push(memory);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.stats()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_their_sizes_and_find_themselves_again() {
        for bytes in (0..5000).chain([1 << 20, (1 << 20) + 1, 3 << 30]) {
            let (id, size) = class(bytes).unwrap();
            assert!(size >= bytes && size % ALIGNMENT == 0, "{bytes} gives {size}");
            assert!(bytes < 1024 || size < bytes + bytes / 4 + 1, "{bytes} gives {size}");
            assert_eq!(class(size).unwrap(), (id, size));
        }
        assert!(class(usize::MAX).is_err());
        assert!(class(isize::MAX as usize).is_err());
    }

    #[test]
    fn returned_buffers_are_reused() {
        let pool = Pool::new();
        let first = pool.take(1000).unwrap();
        let address = first.start();
        assert_eq!(address.addr() % ALIGNMENT, 0);
        drop(first);
        let second = pool.take(1001).unwrap();
        assert_eq!(second.start(), address);
        let third = pool.take(1000).unwrap();
        assert_ne!(third.start(), address);
        let stats = pool.stats();
        assert_eq!((stats.requests, stats.allocations), (3, 2));
        drop((second, third));
        assert_eq!(pool.stats().in_use, 0);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let pool = Pool::new();
        for i in 1..100 {
            drop(pool.take(i * 4096).unwrap());
        }
        let stats = pool.stats();
        assert!(stats.kept <= 2 * stats.peak, "{stats:?}");
    }

    #[test]
    fn buffers_outlive_the_handle_of_their_pool() {
        let buffer = Pool::new().take(8).unwrap();
        assert!(!buffer.start().is_null());
    }

    #[test]
    fn impossible_sizes_are_errors() {
        let pool = Pool::new();
        assert!(pool.take(isize::MAX as usize - 4096).is_err());
        assert_eq!(pool.stats().in_use, 0);
    }
}
