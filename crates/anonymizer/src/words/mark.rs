//! One place of a text, what it seems to tell, and how sure that is.

use super::{Advice, Class};

/// From this score on a mark is [`Level::High`].
pub const HIGH_FROM_THOUSANDTHS: u16 = 500;

/// Whether a mark holds a text back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shown; the text may go as it is.
    Low,
    /// The text waits until this is changed or answered with a reason.
    High,
}

/// A place of a text that could tell who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The first byte, on a character boundary.
    pub start: usize,
    /// One past the last byte, on a character boundary.
    pub end: usize,
    /// What it seems to be.
    pub class: Class,
    /// How sure the linter is, in thousandths; a measure of its own rules, no probability.
    pub score_thousandths: u16,
    /// What to write instead.
    pub advice: Advice,
}

impl Mark {
    pub(super) const fn new(start: usize, end: usize, class: Class, score_thousandths: u16, advice: Advice) -> Self {
        Self { start, end, class, score_thousandths, advice }
    }

    /// Whether it holds the text back.
    pub const fn level(&self) -> Level {
        if self.score_thousandths >= HIGH_FROM_THOUSANDTHS { Level::High } else { Level::Low }
    }
}
