//! The same work for each of many items, on all cores: [`map`].
//!
//! It is for tests that check hundreds of rules or programs, each for a while: a thread takes the next item when it is
//! done with one. What comes out does not depend on how many threads there are.

use std::{
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread::{available_parallelism, scope},
};

/// What `work` makes of each item, in the order of the items.
///
/// Items are begun in order, on as many threads as there are cores.
///
/// # Panics
///
/// If `work` panics, with what it panicked with, once the items that other threads take are done.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = vec![];
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(position) else { break };
            done.push((position, work(item)));
        }
        done
    };
    let threads = available_parallelism().map_or(2, usize::from).min(items.len());
    let mut all = scope(|scope| {
        // Every thread is started before the first is waited for.
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let done = threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect::<Vec<(usize, R)>>()
    });
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::map;
    use std::{panic::catch_unwind, sync::Barrier};

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let squares: Vec<usize> = items.iter().map(|i| i * i).collect();
        assert_eq!(map(&items, |i| i * i), squares);
        assert_eq!(map(&[], |i: &usize| *i), []);
    }

    #[test]
    fn all_cores_work_at_once() {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        // Nobody passes before all have come.
        let barrier = Barrier::new(cores);
        let leaders = map(&vec![(); cores], |()| barrier.wait().is_leader());
        assert_eq!(leaders.into_iter().filter(|leads| *leads).count(), 1);
    }

    #[test]
    fn a_panic_is_not_lost() {
        let items: Vec<usize> = (0..100).collect();
        let work = |i: &usize| {
            assert!(*i != 57, "item {i} is wrong");
            *i
        };
        let panic = catch_unwind(|| map(&items, work)).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("item 57 is wrong"));
    }
}
