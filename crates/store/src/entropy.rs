//! Where randomness comes from: the caller. Nothing in this crate draws any by itself, so a test decides every key and nonce.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use zeroize::Zeroizing;

/// A source of random bytes, shared by clones. The node hands in the operating system's.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<Fill>>);

type Fill = dyn FnMut(&mut [u8]) + Send;

impl Entropy {
    /// A source that fills what it is given. It must be fit for keys: everything sealed on disk hangs on it.
    pub fn new(fill: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(fill)))
    }

    /// The next `N` bytes.
    pub(crate) fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// The next 32 bytes, as a key that is wiped when dropped.
    pub(crate) fn draw_key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.fill(key.as_mut());
        key
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut fill = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fill(bytes);
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}
