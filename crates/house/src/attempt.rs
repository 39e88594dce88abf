//! The rate limit of sign-in: a bucket of tokens for each login name and for each client, in bounded memory.

use std::collections::BTreeMap;

use protocol::hash;

use crate::{id::first_half, limits::ATTEMPT_KEYS_MAX, refusal::Refusal};

/// How fast attempts are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Attempts at once after a pause.
    pub burst: u32,
    /// Time until one more.
    pub refill_ms: u64,
}

/// The attempts to sign in of late.
#[derive(Debug)]
pub struct Attempts {
    login: Rate,
    client: Rate,
    buckets: BTreeMap<Key, Bucket>,
    /// Keys by the turn of their last attempt; the first is forgotten when there are too many.
    turns: BTreeMap<u64, Key>,
    turn: u64,
}

/// Half a hash of a login name or client, so that long names take no memory.
type Key = [u8; 16];

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When the bucket is full again; it holds the more the nearer that is.
    full_ms: u64,
    turn: u64,
}

impl Default for Attempts {
    /// Five attempts at once and one a minute for a login name; thirty and one each ten seconds for a client, behind which
    /// there may be a whole ward.
    fn default() -> Self {
        Self::new(Rate { burst: 5, refill_ms: 60_000 }, Rate { burst: 30, refill_ms: 10_000 })
    }
}

impl Attempts {
    /// With other rates.
    pub const fn new(login: Rate, client: Rate) -> Self {
        Self { login, client, buckets: BTreeMap::new(), turns: BTreeMap::new(), turn: 0 }
    }

    /// Takes one attempt from the buckets of the login name and the client, before anything is known of either.
    ///
    /// # Errors
    /// [`Refusal::TooManyAttempts`] with the time to wait; it is the same whether the login name exists or not.
    pub fn admit(&mut self, login: &str, client: &[u8], now_ms: u64) -> Result<(), Refusal> {
        let keys = [(login_key(login), self.login), (client_key(client), self.client)];
        let wait_ms = keys.iter().map(|(key, rate)| self.wait_ms(key, *rate, now_ms)).max().unwrap_or(0);
        if wait_ms > 0 {
            return Err(Refusal::TooManyAttempts { wait_s: wait_ms.div_ceil(1_000) });
        }
        for (key, rate) in keys {
            self.take(key, rate, now_ms);
        }
        Ok(())
    }

    /// A sign-in that succeeded gives the login name its attempts back.
    pub fn succeeded(&mut self, login: &str) {
        self.forget(&login_key(login));
    }

    fn wait_ms(&self, key: &Key, rate: Rate, now_ms: u64) -> u64 {
        let debt_ms = self.buckets.get(key).map_or(0, |bucket| bucket.full_ms.saturating_sub(now_ms));
        let room_ms = u64::from(rate.burst.saturating_sub(1)) * rate.refill_ms;
        debt_ms.saturating_sub(room_ms)
    }

    fn take(&mut self, key: Key, rate: Rate, now_ms: u64) {
        let full_ms = self.buckets.get(&key).map_or(now_ms, |bucket| bucket.full_ms.max(now_ms));
        self.forget(&key);
        if self.buckets.len() >= ATTEMPT_KEYS_MAX
            && let Some((_, oldest)) = self.turns.pop_first()
        {
            self.buckets.remove(&oldest);
        }
        self.turn += 1;
        self.turns.insert(self.turn, key);
        self.buckets.insert(key, Bucket { full_ms: full_ms.saturating_add(rate.refill_ms), turn: self.turn });
    }

    fn forget(&mut self, key: &Key) {
        if let Some(bucket) = self.buckets.remove(key) {
            self.turns.remove(&bucket.turn);
        }
    }
}

fn login_key(login: &str) -> Key {
    first_half(&hash("attempt login", &[login.trim().to_lowercase().as_bytes()]))
}

fn client_key(client: &[u8]) -> Key {
    first_half(&hash("attempt client", &[client]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(wait_s: u64) -> Result<(), Refusal> {
        Err(Refusal::TooManyAttempts { wait_s })
    }

    #[test]
    fn five_attempts_at_once_then_one_a_minute() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", b"a", 1_000), Ok(()));
        }
        assert_eq!(attempts.admit("ada", b"a", 1_000), refused(60));
        assert_eq!(
            attempts.admit(" ADA ", b"b", 31_000),
            refused(30),
            "another client and another spelling do not help"
        );
        assert_eq!(attempts.admit("ada", b"a", 61_000), Ok(()));
        assert_eq!(attempts.admit("ada", b"a", 61_000), refused(60));
        assert_eq!(attempts.admit("bob", b"a", 61_000), Ok(()), "others are not locked out");
    }

    #[test]
    fn a_client_that_tries_many_names_is_slowed_down() {
        let mut attempts = Attempts::default();
        let admitted = (0..100).filter(|n| attempts.admit(&format!("name{n}"), b"a", 0).is_ok()).count();
        assert_eq!(admitted, 30);
        assert_eq!(attempts.admit("ada", b"a", 0), refused(10));
        assert_eq!(attempts.admit("ada", b"b", 0), Ok(()));
    }

    #[test]
    fn refused_attempts_cost_nothing_and_a_success_gives_all_back() {
        let mut attempts = Attempts::default();
        for _ in 0..50 {
            let _ = attempts.admit("ada", b"a", 0);
        }
        assert_eq!(attempts.admit("ada", b"a", 60_000), Ok(()), "45 refusals did not push the next one away");
        attempts.succeeded("ada");
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", b"b", 60_000), Ok(()));
        }
    }

    #[test]
    fn memory_is_bounded_and_the_longest_unused_is_forgotten_first() {
        let mut attempts = Attempts::default();
        for n in 0..20_000_u32 {
            let _ = attempts.admit(&format!("name{n}"), &n.to_be_bytes(), 0);
        }
        assert_eq!((attempts.buckets.len(), attempts.turns.len()), (ATTEMPT_KEYS_MAX, ATTEMPT_KEYS_MAX));
        assert!(attempts.buckets.contains_key(&login_key("name19999")));
        assert!(!attempts.buckets.contains_key(&login_key("name0")));
    }

    #[test]
    fn a_clock_that_steps_back_locks_nobody_out_for_longer() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", b"a", 1_000_000), Ok(()));
        }
        let Err(Refusal::TooManyAttempts { wait_s }) = attempts.admit("ada", b"a", 0) else { panic!("refused") };
        assert!(wait_s <= 1_060, "{wait_s}");
    }
}
