//! Words of no language, drawn by Zipf's law from a made-up vocabulary, always the same.

const VOCABULARY: usize = 30_000;

/// SplitMix64 (Steele, Lea, Flood, 2014): the same numbers in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below an end.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A word: each about as likely as one over its rank.
    pub(crate) fn word(&mut self) -> String {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        word(((VOCABULARY as f64).powf(uniform) as usize).clamp(1, VOCABULARY) - 1)
    }
}

/// The word of a rank, as long as words are.
pub(crate) fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ma", "ne", "ro", "ti", "lu", "so", "ka", "de", "pi", "vo", "ze", "ha", "gu", "fi", "be", "cy"];
    let mut left = rank + 16;
    let mut word = String::new();
    while left > 0 {
        word.push_str(SYLLABLES[left % 16]);
        left /= 16;
    }
    word
}
