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

    /// Whether there is a token.
    pub(crate) fn has_one(&mut self, now_ms: u64, per_second: u32, burst: u32) -> bool {
        let passed = now_ms.saturating_sub(self.last_ms);
        self.last_ms = now_ms;
        let filled = self.thousandths.saturating_add(passed.saturating_mul(u64::from(per_second)));
        self.thousandths = filled.min(u64::from(burst) * 1_000);
        self.thousandths >= 1_000
    }

    /// Takes a token.
    pub(crate) const fn take(&mut self) {
        self.thousandths = self.thousandths.saturating_sub(1_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let mut bucket = Bucket::full(0, 3);
        let mut take = |now_ms| {
            let has_one = bucket.has_one(now_ms, 2, 3);
            if has_one {
                bucket.take();
            }
            has_one
        };
        assert_eq!((0..10).filter(|_| take(0)).count(), 3);
        assert_eq!([499, 500, 500].map(take), [false, true, false]);
    }
}
