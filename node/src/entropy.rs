//! Random bytes of the operating system, drawn here and handed to the pure crates as arguments.

use protocol::Salt;
use zeroize::Zeroizing;

/// Random bytes. A system without randomness cannot run a node, so that ends the process.
pub(crate) fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

/// An array of random bytes.
pub(crate) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// A secret seed.
pub(crate) fn seed() -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new([0; 32]);
    fill(&mut *seed);
    seed
}

pub(crate) fn salt() -> Salt {
    Salt(draw())
}
