//! A fast hash for keys that the program itself makes.
//!
//! Words are folded into the state by rotation and multiplication, as in the hash of Firefox and rustc. It resists no
//! one who picks keys; nothing here iterates over a hash table, so results do not depend on it.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Fold>>;
pub(crate) type FastSet<K> = HashSet<K, BuildHasherDefault<Fold>>;

/// The state of the hash.
#[derive(Clone, Copy, Default)]
pub(crate) struct Fold(u64);

impl Fold {
    fn fold(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.fold(n.into());
    }

    fn write_u32(&mut self, n: u32) {
        self.fold(n.into());
    }

    fn write_u64(&mut self, n: u64) {
        self.fold(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.fold(n as u64);
    }

    fn finish(&self) -> u64 {
        // Tables take the highest bits and the lowest.
        self.0 ^ self.0 >> 32
    }
}
