//! Randomness for tests: a stream of hashes of a counter, the same in every run, never the same bytes twice.

use protocol::hash;

use crate::entropy::Entropy;

/// The stream of one seed.
pub(crate) fn counting(seed: u64) -> Entropy {
    let mut count = 0_u64;
    Entropy::new(move |bytes| {
        for chunk in bytes.chunks_mut(32) {
            count += 1;
            chunk.copy_from_slice(&hash("test entropy", &[&seed.to_be_bytes(), &count.to_be_bytes()])[..chunk.len()]);
        }
    })
}
