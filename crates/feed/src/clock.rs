//! Two readings of one clock: what it shows, and how much time has passed by it.
//!
//! What it shows goes into what others read and decides how old a feed is. What has passed by it decides when a question is given
//! up and who is asked again: a clock that is set back must not make those wait for a year.

/// A clock of which we are told what it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    shown_ms: u64,
    passed_ms: u64,
}

impl Clock {
    pub(crate) const fn starting(now_ms: u64) -> Self {
        Self { shown_ms: now_ms, passed_ms: now_ms }
    }

    /// The clock shows this now. Returns how far time has come; it never goes back.
    pub(crate) const fn shows(&mut self, now_ms: u64) -> u64 {
        self.passed_ms = self.passed_ms.saturating_add(now_ms.saturating_sub(self.shown_ms));
        self.shown_ms = now_ms;
        self.passed_ms
    }

    /// What it showed last.
    pub(crate) const fn shown_ms(&self) -> u64 {
        self.shown_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_from_where_it_was_when_a_clock_is_set_back() {
        let mut clock = Clock::starting(1_000);
        assert_eq!([1_500, 9_000, 2_000, 2_250].map(|now_ms| clock.shows(now_ms)), [1_500, 9_000, 9_000, 9_250]);
        assert_eq!(clock.shown_ms(), 2_250);
    }
}
