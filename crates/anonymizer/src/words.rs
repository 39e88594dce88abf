//! Free text in; marks on what could tell who the patient is out: titles, histories, questions, comments.
//!
//! The classes are the eighteen of the Safe Harbor rule, 45 CFR 164.514(b)(2)(i)(A) to (R), ages of 90 and more among
//! the dates. Every mark says how sure the linter is and what to write instead. English first; dates, numbers and titles
//! of persons in German and French too.
//!
//! ```text
//! text ─ folded    as readers see it: one blank, whole letters, nothing unseen
//!      ├ shields   what is nobody's: citations, codes of diseases and trials
//!      ├ tokens    words, numbers, signs, and where a sentence begins
//!      │   contacts numbers dates ages   by their form, checksums, and the words before them
//!      │   hospitals places persons      by lists, capitals, neighbours
//!      │   traits                        what is rare about somebody
//!      └ settled   overlapping marks become one ─► Vec<Mark>, in order
//! ```
//!
//! Lists and their sources are in `lists/README.md` of this crate. Deliberately absent: rewriting, which is for the
//! person; a model, whose reasons nobody could read; any statement that a text without marks is safe.

mod advice;
mod ages;
mod checksums;
mod class;
mod contacts;
mod dates;
mod folded;
mod hospitals;
mod lists;
mod mark;
mod numbers;
mod patterns;
mod persons;
mod places;
mod settled;
mod shields;
mod tokens;
mod traits;

pub use advice::{Advice, House, Sex};
pub use class::Class;
pub use mark::{HIGH_FROM_THOUSANDTHS, Level, Mark};

use folded::Folded;
use tokens::Text;

/// Bytes of the longest text that is looked at: the longest body of an entry, at four bytes a character.
pub const TEXT_BYTES_MAX: usize = 4 * protocol::limits::BODY_CHARS_MAX;

/// A text was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Nothing that long can be said in an entry.
    #[error("text has {bytes} bytes; the limit is {TEXT_BYTES_MAX}; shorten it")]
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
}

/// What in `text` could tell who somebody is: marks in the order of their places, none overlapping another, each from one
/// character boundary to another.
///
/// `year` is the current one: a year of birth that makes somebody 90 or older is marked.
///
/// # Errors
///
/// [`WordsError::TooLong`] over [`TEXT_BYTES_MAX`].
pub fn check(text: &str, year: u16) -> Result<Vec<Mark>, WordsError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(WordsError::TooLong { bytes: text.len() });
    }
    let folded = Folded::of(text);
    let text = Text::of(&folded.text);
    let shields = shields::of(text.whole);
    let mut marks = contacts::find(&text);
    marks.extend(numbers::find(&text));
    marks.extend(dates::find(&text, year));
    marks.extend(ages::find(&text));
    marks.extend(hospitals::find(&text));
    marks.extend(places::find(&text));
    marks.extend(persons::find(&text));
    marks.extend(traits::find(&text));
    marks.retain(|mark| !shields::hides(&shields, mark.start, mark.end));
    let mut marks = settled::settle(&text, marks);
    traits::warn_of_rarity(&text, &mut marks);
    for mark in &mut marks {
        (mark.start, mark.end) = (folded.origin(mark.start), folded.origin(mark.end));
    }
    Ok(marks)
}
