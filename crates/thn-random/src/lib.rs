//! Random numbers from a stated seed: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators", 2014).
//!
//! Every sample, random program, fuzzed input and permutation of this repository comes from [`Random`], and follows from
//! its seed alone: on every machine and in every release, which no general-purpose crate promises. A failure is repeated
//! by its seed.
//!
//! It is no source of secrets.

/// What the state grows by with each number: 2^64 divided by the golden ratio, made odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A bijection of 64 bits, in which each bit of `z` moves about half of the result's.
const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// Stream number `number` of a seed. Streams of one seed start at places without a pattern in one period of 2^64.
    pub const fn stream(seed: u64, number: u64) -> Random {
        Random { state: mix(mix(seed) ^ number.wrapping_mul(GAMMA)) }
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// A number below `bound`, or 0 if that is 0. Its bias of `bound / 2^64` matters nowhere here.
    pub const fn below(&mut self, bound: usize) -> usize {
        let bits = self.bits();
        if bound == 0 { 0 } else { (bits % bound as u64) as usize }
    }

    /// Whether something happens that happens once in `n` times.
    pub const fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [-1, 1), a multiple of 2^-52.
    pub const fn symmetric(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// One of several; `None` if there are none.
    pub const fn choose<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len());
        if at < all.len() { Some(&all[at]) } else { None }
    }

    /// One of several.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[track_caller]
    pub const fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        assert!(!all.is_empty(), "nothing to pick from");
        &all[self.below(all.len())]
    }

    /// An approximately normal number with mean 0 and variance 1: the sum of twelve uniform ones (Irwin and Hall).
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.symmetric() / 2.0).sum()
    }

    /// The numbers from 0 to `count - 1` in an order of equal chance (Fisher and Yates).
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..count).collect();
        for i in (1..count).rev() {
            all.swap(i, self.below(i + 1));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut random = Random::new(1_234_567);
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(published.map(|_| random.bits()), published);
    }

    #[test]
    fn streams_of_a_seed_and_seeds_of_a_stream_differ() {
        let mut firsts = vec![];
        for seed in 0..100 {
            firsts.extend((0..100).map(|number| Random::stream(seed, number).bits()));
        }
        let count = firsts.len();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), count);
    }

    #[test]
    fn numbers_lie_in_their_ranges() {
        let mut random = Random::new(1);
        let mut seen = [0; 7];
        for _ in 0..10_000 {
            seen[random.below(7)] += 1;
            assert!((0.0..1.0).contains(&random.unit()));
            assert!((-1.0..1.0).contains(&random.symmetric()));
        }
        assert!(seen.iter().all(|n| (1_200..1_700).contains(n)), "{seen:?}");
        let normal: Vec<f64> = (0..10_000).map(|_| random.normal()).collect();
        let variance = normal.iter().map(|x| x * x).sum::<f64>() / 10_000.0;
        assert!((0.95..1.05).contains(&variance), "{variance}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.choose::<u8>(&[]), None);
    }

    #[test]
    fn permutations_hold_every_number_once() {
        let mut all = Random::new(1).permutation(100);
        assert_ne!(all, (0..100).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
