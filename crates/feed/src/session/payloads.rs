//! Which payloads one peer is asked for: those it offered, and in turn all that are missing.
//!
//! A peer that has nothing of what is missing is asked again later and later; a payload that one peer was asked for is not
//! asked of another at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
};

use protocol::{EntryId, limits};

/// A question that has no answer yet is given up on after this time.
const ANSWER_MS_MAX: u64 = 15_000;
/// After its turn through all that is missing a peer rests this long, and twice as long each time it had nothing: up to half
/// a minute where little is missing, up to five where the questions themselves would be a burden.
const REST_MS: u64 = 10_000;
const REST_MS_FEW: u64 = 30_000;
const REST_MS_MAX: u64 = 300_000;
/// So many missing payloads are few.
const FEW: usize = 1_024;
/// Offers that wait for their turn, and offers that wait for their headers.
const OFFERS_MAX: usize = 4_096;
/// Questions given up on whose answers may still come.
const LATE_MAX: usize = 1_024;
/// Payloads in one question, and their bytes.
const ASKED_MAX: usize = 64;
const ASKED_BYTES_MAX: usize = limits::FRAME_BYTES_MAX;
/// Entries looked up for one question.
const LOOKED_AT_MAX: usize = 256;

/// What becomes of a payload that a peer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Its header is here and the payload, of so many bytes, is not.
    Now(usize),
    /// Its header is not here yet.
    Later,
    /// It is here, or was erased.
    Never,
}

/// Questions to one peer about payloads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payloads {
    /// To be asked for.
    wanted: BTreeSet<EntryId>,
    /// Offered before their headers came.
    headless: BTreeSet<EntryId>,
    /// Asked for, and since when.
    asked: BTreeMap<EntryId, u64>,
    late: BTreeSet<EntryId>,
    /// How far the turn through all that is missing has come.
    missing_after: Option<EntryId>,
    rest: Rest,
    pause: Rest,
}

/// Until when nothing is asked, and how long that was.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    until_ms: u64,
    last_ms: u64,
}

impl Rest {
    fn lengthen(&mut self, now_ms: u64, max_ms: u64) {
        self.last_ms = (self.last_ms * 2).clamp(REST_MS, max_ms);
        self.until_ms = now_ms + self.last_ms;
    }
}

/// What is asked of a peer.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// Entries whose payloads are wanted.
    pub(crate) entries: Vec<EntryId>,
    /// Entries that need not be looked for any more.
    pub(crate) settled: Vec<EntryId>,
    bytes: usize,
    looked_at: usize,
}

impl Question {
    const fn is_full(&self) -> bool {
        self.entries.len() >= ASKED_MAX || self.bytes >= ASKED_BYTES_MAX || self.looked_at >= LOOKED_AT_MAX
    }

    fn add(&mut self, entry: EntryId, bytes: usize) {
        self.entries.push(entry);
        self.bytes += bytes;
    }
}

impl Payloads {
    /// The peer may have the payload of an entry.
    pub(crate) fn want(&mut self, entry: EntryId) {
        if self.wanted.len() < OFFERS_MAX && !self.asked.contains_key(&entry) {
            self.wanted.insert(entry);
        }
    }

    /// The header of an entry is here now.
    pub(crate) fn header_came(&mut self, entry: &EntryId) {
        if self.headless.remove(entry) {
            self.want(*entry);
        }
    }

    /// The next question, unless one is still open. `in_question` are payloads that others were asked for.
    pub(crate) fn next(
        &mut self,
        now_ms: u64,
        missing: &BTreeSet<EntryId>,
        in_question: &BTreeSet<EntryId>,
        weigh: impl Fn(&EntryId) -> Wish,
    ) -> Question {
        let mut question = Question::default();
        if !self.asked.is_empty() || self.pause.until_ms > now_ms {
            return question;
        }
        self.take_wanted(&mut question, in_question, &weigh);
        if self.rest.until_ms <= now_ms && !missing.is_empty() {
            self.take_missing(&mut question, now_ms, missing, in_question, &weigh);
        }
        self.asked.extend(question.entries.iter().map(|entry| (*entry, now_ms)));
        question
    }

    fn take_wanted(
        &mut self,
        question: &mut Question,
        in_question: &BTreeSet<EntryId>,
        weigh: &impl Fn(&EntryId) -> Wish,
    ) {
        let mut put_back = Vec::new();
        while !question.is_full()
            && let Some(entry) = self.wanted.pop_first()
        {
            question.looked_at += 1;
            match weigh(&entry) {
                Wish::Now(_) if in_question.contains(&entry) => put_back.push(entry),
                Wish::Now(bytes) => question.add(entry, bytes),
                Wish::Later if self.headless.len() < OFFERS_MAX => {
                    self.headless.insert(entry);
                }
                Wish::Later => {}
                Wish::Never => question.settled.push(entry),
            }
        }
        self.wanted.extend(put_back);
    }

    fn take_missing(
        &mut self,
        question: &mut Question,
        now_ms: u64,
        missing: &BTreeSet<EntryId>,
        in_question: &BTreeSet<EntryId>,
        weigh: &impl Fn(&EntryId) -> Wish,
    ) {
        let behind = (self.missing_after.map_or(Unbounded, Excluded), Unbounded);
        for entry in missing.range::<EntryId, _>(behind) {
            if question.is_full() {
                return;
            }
            question.looked_at += 1;
            self.missing_after = Some(*entry);
            match weigh(entry) {
                Wish::Now(bytes) if !in_question.contains(entry) && !question.entries.contains(entry) => {
                    question.add(*entry, bytes);
                }
                // Else two peers whose turns fall together would be one that is asked and one that never is.
                Wish::Now(_) if in_question.contains(entry) => self.want(*entry),
                Wish::Now(_) | Wish::Later => {}
                Wish::Never => question.settled.push(*entry),
            }
        }
        self.missing_after = None;
        self.rest.lengthen(now_ms, if missing.len() <= FEW { REST_MS_FEW } else { REST_MS_MAX });
    }

    /// An answer came. Returns whether it was asked for.
    pub(crate) fn answered(&mut self, entry: &EntryId) -> bool {
        self.asked.remove(entry).is_some() || self.late.remove(entry)
    }

    /// The peer gave a payload that was missing: it may have more.
    pub(crate) fn praise(&mut self) {
        (self.rest.last_ms, self.pause.last_ms) = (0, 0);
    }

    /// Gives up on what was asked too long ago; it may be asked again after a pause.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        let is_late = |since_ms: &u64| now_ms.saturating_sub(*since_ms) >= ANSWER_MS_MAX;
        let late: Vec<_> =
            self.asked.iter().filter(|(_, since_ms)| is_late(since_ms)).map(|(entry, _)| *entry).collect();
        if late.is_empty() {
            return;
        }
        self.pause.lengthen(now_ms, REST_MS_MAX);
        for entry in late {
            self.asked.remove(&entry);
            self.want(entry);
            self.late.insert(entry);
            if self.late.len() > LATE_MAX {
                self.late.pop_first();
            }
        }
    }

    /// Payloads that the peer was asked for.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &EntryId> {
        self.asked.keys()
    }
}
