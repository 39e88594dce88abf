//! The rate limit of sign-in, in bounded memory: buckets of tokens for each login name from each client, for each client, and a
//! large one for each login name from everywhere.
//!
//! Strangers shut nobody out: a session is counted for itself, and a client from which somebody has signed in to an account is
//! counted for that account alone. The large bucket slows guessing from many places down; only whoever comes from a new place
//! while that goes on has to wait with the guessers.

use std::collections::BTreeMap;

use protocol::hash;

use crate::{
    id::{SessionId, first_half},
    limits::ATTEMPT_KEYS_MAX,
    refusal::Refusal,
};

/// How fast attempts are let through.
#[derive(Clone, Copy, Debug)]
struct Rate {
    /// Attempts at once after a pause.
    burst: u32,
    /// Time until one more.
    refill_ms: u64,
}

/// For a login name from one client, and for a session.
const PERSON: Rate = Rate { burst: 5, refill_ms: 60_000 };
/// For a client, behind which there may be a whole ward.
const CLIENT: Rate = Rate { burst: 30, refill_ms: 10_000 };
/// For a login name from all clients that do not know it.
const LOGIN: Rate = Rate { burst: 100, refill_ms: 60_000 };

/// Where an attempt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A client: its address, or the network of it.
    Client(&'a [u8]),
    /// A session of the account that is meant.
    Session(SessionId),
}

/// The attempts to sign in of late.
#[derive(Debug, Default)]
pub struct Attempts {
    /// When each bucket is full again; it holds the more the nearer that is.
    full_ms: Recent<u64>,
    /// Clients from which somebody signed in, each with the login name.
    known: Recent<()>,
}

/// Half a hash of a login name or client, so that long names take no memory.
type Key = [u8; 16];

/// A map that forgets what was not written for longest when there is too much.
#[derive(Debug)]
struct Recent<V> {
    rows: BTreeMap<Key, (u64, V)>,
    /// Keys by the turn in which they were written.
    turns: BTreeMap<u64, Key>,
    turn: u64,
}

impl Attempts {
    /// Takes one attempt from the buckets that count for a login name and where it comes from, before anything is known of either.
    ///
    /// # Errors
    /// [`Refusal::TooManyAttempts`] with the time to wait; it is the same whether the login name exists or not.
    pub fn admit(&mut self, login: &str, origin: Origin<'_>, now_ms: u64) -> Result<(), Refusal> {
        let own = (own_key(login, origin), PERSON);
        let mut buckets = vec![own];
        if let Origin::Client(client) = origin
            && !self.known.has(&own.0)
        {
            buckets.extend([(key("attempt client", &[client]), CLIENT), (login_key(login), LOGIN)]);
        }
        let wait_ms = buckets.iter().map(|(key, rate)| self.wait_ms(key, *rate, now_ms)).max().unwrap_or(0);
        if wait_ms > 0 {
            return Err(Refusal::TooManyAttempts { wait_s: wait_ms.div_ceil(1_000) });
        }
        for (key, rate) in buckets {
            self.take(key, rate, now_ms);
        }
        Ok(())
    }

    /// A sign-in that succeeded gives its origin the attempts at the login name back, and makes a client known.
    pub fn succeeded(&mut self, login: &str, origin: Origin<'_>) {
        let key = own_key(login, origin);
        self.full_ms.forget(&key);
        if let Origin::Client(_) = origin {
            self.known.write(key, ());
        }
    }

    fn wait_ms(&self, key: &Key, rate: Rate, now_ms: u64) -> u64 {
        let debt_ms = self.full_ms.get(key).map_or(0, |full_ms| full_ms.saturating_sub(now_ms));
        let room_ms = u64::from(rate.burst.saturating_sub(1)) * rate.refill_ms;
        debt_ms.saturating_sub(room_ms)
    }

    fn take(&mut self, key: Key, rate: Rate, now_ms: u64) {
        let full_ms = self.full_ms.get(&key).map_or(now_ms, |full_ms| *full_ms.max(&now_ms));
        self.full_ms.write(key, full_ms.saturating_add(rate.refill_ms));
    }
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), turns: BTreeMap::new(), turn: 0 }
    }
}

impl<V> Recent<V> {
    fn get(&self, key: &Key) -> Option<&V> {
        self.rows.get(key).map(|(_, value)| value)
    }

    fn has(&self, key: &Key) -> bool {
        self.rows.contains_key(key)
    }

    fn write(&mut self, key: Key, value: V) {
        self.forget(&key);
        if self.rows.len() >= ATTEMPT_KEYS_MAX
            && let Some((_, oldest)) = self.turns.pop_first()
        {
            self.rows.remove(&oldest);
        }
        self.turn += 1;
        self.turns.insert(self.turn, key);
        self.rows.insert(key, (self.turn, value));
    }

    fn forget(&mut self, key: &Key) {
        if let Some((turn, _)) = self.rows.remove(key) {
            self.turns.remove(&turn);
        }
    }
}

fn own_key(login: &str, origin: Origin<'_>) -> Key {
    match origin {
        Origin::Client(client) => key("attempt login of client", &[&login_key(login), client]),
        Origin::Session(session) => key("attempt session", &[&session.0]),
    }
}

fn login_key(login: &str) -> Key {
    key("attempt login", &[login.trim().to_lowercase().as_bytes()])
}

fn key(domain: &str, parts: &[&[u8]]) -> Key {
    first_half(&hash(domain, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Origin<'_> = Origin::Client(b"here");
    const ELSEWHERE: Origin<'_> = Origin::Client(b"elsewhere");
    const SESSION: Origin<'_> = Origin::Session(SessionId([7; 16]));

    fn refused(wait_s: u64) -> Result<(), Refusal> {
        Err(Refusal::TooManyAttempts { wait_s })
    }

    /// As many attempts as are let through, each from another client.
    fn from_everywhere(attempts: &mut Attempts, login: &str, now_ms: u64) -> usize {
        let places = (0..1_000_u32).map(u32::to_be_bytes);
        places.filter(|place| attempts.admit(login, Origin::Client(place), now_ms).is_ok()).count()
    }

    #[test]
    fn five_attempts_at_once_then_one_a_minute() {
        for origin in [HERE, SESSION] {
            let mut attempts = Attempts::default();
            for _ in 0..5 {
                assert_eq!(attempts.admit("ada", origin, 1_000), Ok(()));
            }
            assert_eq!(attempts.admit("ada", origin, 1_000), refused(60));
            assert_eq!(attempts.admit(" ADA ", origin, 31_000), refused(30), "another spelling does not help");
            assert_eq!(attempts.admit("ada", origin, 61_000), Ok(()));
            assert_eq!(attempts.admit("ada", origin, 61_000), refused(60));
        }
    }

    #[test]
    fn a_stranger_who_knows_a_login_name_shuts_nobody_out() {
        let mut attempts = Attempts::default();
        while attempts.admit("ada", ELSEWHERE, 0).is_ok() {}
        assert_eq!(attempts.admit("ada", HERE, 0), Ok(()), "from another address");
        assert_eq!(attempts.admit("bob", HERE, 0), Ok(()), "another name");
        assert_eq!(attempts.admit("ada", SESSION, 0), Ok(()), "in a session");
    }

    #[test]
    fn guessing_from_everywhere_is_slow_and_reaches_neither_a_session_nor_a_known_client() {
        let mut attempts = Attempts::default();
        attempts.admit("ada", HERE, 0).unwrap();
        attempts.succeeded("ada", HERE);
        assert_eq!(from_everywhere(&mut attempts, "ada", 0), 99, "a hundred with the one from here");
        assert_eq!(attempts.admit("ada", ELSEWHERE, 0), refused(60));
        assert_eq!(from_everywhere(&mut attempts, "ada", 60_000), 1, "one a minute");
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", HERE, 60_000), Ok(()));
        }
        assert_eq!(attempts.admit("ada", HERE, 60_000), refused(60), "who is known may be mistaken five times too");
        assert_eq!(attempts.admit("ada", SESSION, 60_000), Ok(()));
    }

    #[test]
    fn a_client_that_tries_many_names_is_slowed_down() {
        let mut attempts = Attempts::default();
        attempts.succeeded("ada", HERE);
        let admitted = (0..100).filter(|n| attempts.admit(&format!("name{n}"), HERE, 0).is_ok()).count();
        assert_eq!(admitted, 30);
        assert_eq!(attempts.admit("bob", HERE, 0), refused(10));
        assert_eq!(attempts.admit("bob", ELSEWHERE, 0), Ok(()));
        assert_eq!(attempts.admit("ada", HERE, 0), Ok(()), "whoever has signed in there is not shut out");
    }

    #[test]
    fn refused_attempts_cost_nothing_and_a_success_gives_all_back() {
        let mut attempts = Attempts::default();
        for _ in 0..50 {
            let _ = attempts.admit("ada", HERE, 0);
        }
        assert_eq!(attempts.admit("ada", HERE, 60_000), Ok(()), "45 refusals did not push the next one away");
        attempts.succeeded("ada", HERE);
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", HERE, 60_000), Ok(()));
        }
    }

    #[test]
    fn memory_is_bounded_and_the_longest_unused_is_forgotten_first() {
        let mut attempts = Attempts::default();
        for n in 0..20_000_u32 {
            let (login, client) = (format!("name{n}"), n.to_be_bytes());
            let _ = attempts.admit(&login, Origin::Client(&client), 0);
            attempts.succeeded(&login, ELSEWHERE);
        }
        assert_eq!((attempts.full_ms.rows.len(), attempts.full_ms.turns.len()), (ATTEMPT_KEYS_MAX, ATTEMPT_KEYS_MAX));
        assert_eq!((attempts.known.rows.len(), attempts.known.turns.len()), (ATTEMPT_KEYS_MAX, ATTEMPT_KEYS_MAX));
        assert!(attempts.full_ms.has(&login_key("name19999")) && !attempts.full_ms.has(&login_key("name0")));
    }

    #[test]
    fn a_clock_that_steps_back_locks_nobody_out_for_longer() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.admit("ada", HERE, 1_000_000), Ok(()));
        }
        let Err(Refusal::TooManyAttempts { wait_s }) = attempts.admit("ada", HERE, 0) else { panic!("refused") };
        assert!(wait_s <= 1_060, "{wait_s}");
    }
}
