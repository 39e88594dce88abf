//! A token bucket over virtual time.

/// Allows so many a second, and so many at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    thousandths: u64,
    last_ms: u64,
}

impl Bucket {
    pub(crate) const fn full(now_ms: u64, burst: u32) -> Self {
        Self { thousandths: burst as u64 * 1_000, last_ms: now_ms }
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, now_ms: u64, per_second: u32, burst: u32) -> bool {
        let passed = now_ms.saturating_sub(self.last_ms);
        self.last_ms = now_ms;
        let filled = self.thousandths.saturating_add(passed.saturating_mul(u64::from(per_second)));
        self.thousandths = filled.min(u64::from(burst) * 1_000);
        let has_one = self.thousandths >= 1_000;
        if has_one {
            self.thousandths -= 1_000;
        }
        has_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let mut bucket = Bucket::full(0, 3);
        let taken = (0..10).filter(|_| bucket.take(0, 2, 3)).count();
        assert_eq!(taken, 3);
        assert!(!bucket.take(499, 2, 3));
        assert!(bucket.take(500, 2, 3));
        assert!(!bucket.take(500, 2, 3));
    }
}
