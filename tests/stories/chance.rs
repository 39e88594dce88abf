//! Moments and places drawn from a seed, so that a story that failed can be told again.

use std::time::Duration;

/// A number from the environment, or what stands here.
pub(crate) fn times(name: &str, otherwise: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is {text:?} and should be a number")),
        Err(_) => otherwise,
    }
}

/// Drawn numbers (SplitMix64; Steele, Lea, Flood 2014).
pub(crate) struct Chance {
    story: &'static str,
    seed: u64,
    state: u64,
}

impl Chance {
    /// The draws of a story.
    pub(crate) fn of(story: &'static str) -> Self {
        let seed = times("CONSILIUM_SEED", 1) as u64;
        Self { story, seed, state: seed }
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    /// Lets a drawn part of a time pass, so that what follows strikes anywhere. Nothing waits for anything here.
    pub(crate) fn let_pass(&mut self, at_most: Duration) {
        let micros = self.below(usize::try_from(at_most.as_micros()).unwrap());
        std::thread::sleep(Duration::from_micros(micros as u64));
    }
}

impl Drop for Chance {
    #[expect(clippy::print_stderr, reason = "a story that failed says how it is told again")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("told again by: CONSILIUM_SEED={} ./test -p node --test stories {}", self.seed, self.story);
        }
    }
}
