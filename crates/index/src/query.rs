//! What a person typed, as a query. Every text is one: what is no filter is words, and nothing is ever an error.
//!
//! `rash after antibiotics` finds cases where all three are spoken of, in the case or in its comments · `"target lesion"` in this
//! order · `-covid` not with this word · `status:open` `specialty:D003880` `tag:eczema` `tag:"drug eruption"`
//! `institution:1f0c…` `has:outcome` `has:pictures`. Of several values of one filter one is enough. The last word may be
//! unfinished.

use protocol::{InstitutionId, payload::content::Status};

use crate::words::{Word, words};

/// What is longer is cut.
pub const QUERY_CHARS_MAX: usize = 512;

/// Words and phrases beyond these are not looked at.
pub(crate) const CLAUSES_MAX: usize = 16;

/// Words of a phrase beyond these are not looked at.
const PHRASE_WORDS_MAX: usize = 16;

/// Shorter beginnings are taken for whole words.
const PREFIX_CHARS_MIN: usize = 2;

/// Fewer digits name too many institutions.
const INSTITUTION_DIGITS_MIN: usize = 8;

/// What the names in filters mean, from whoever knows the vocabulary and the roster.
pub trait Names {
    /// MeSH descriptor numbers of a specialty by its name.
    fn specialties(&self, name: &str) -> Vec<u32>;
    /// Institutions by their name.
    fn institutions(&self, name: &str) -> Vec<InstitutionId>;
}

/// Knows no names: filters take numbers and ids only.
#[derive(Clone, Copy, Debug)]
pub struct NoNames;

impl Names for NoNames {
    fn specialties(&self, _: &str) -> Vec<u32> {
        Vec::new()
    }

    fn institutions(&self, _: &str) -> Vec<InstitutionId> {
        Vec::new()
    }
}

/// What a case must be, whatever it says. Empty lists ask for nothing; of a list one value is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Where it stands.
    pub statuses: Vec<Status>,
    /// MeSH descriptor numbers of its specialty.
    pub specialties: Vec<u32>,
    /// Tags, whole, in any case and with any accents.
    pub tags: Vec<String>,
    /// Who owns it.
    pub institutions: Vec<InstitutionId>,
    /// The first hexadecimal digits of who owns it.
    pub institution_prefixes: Vec<String>,
    /// Only cases whose outcome is known.
    pub with_outcome: bool,
    /// Only cases with pictures.
    pub with_pictures: bool,
}

/// What is asked. Filters may be added to what was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What a case must be.
    pub filters: Filters,
    pub(crate) clauses: Vec<Clause>,
}

/// One word or phrase that must be spoken of, or must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) what: What,
    pub(crate) is_excluded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Word {
        word: Word,
        is_prefix: bool,
    },
    /// In this order; `is_exact` as written, else as stems.
    Phrase {
        words: Vec<Word>,
        is_exact: bool,
    },
}

/// A stretch of the text between spaces or quotes.
struct Chunk<'a> {
    text: &'a str,
    key: Option<&'a str>,
    is_quoted: bool,
    is_excluded: bool,
    /// Nothing follows, not even a space.
    is_last: bool,
}

impl Query {
    /// Reads what was typed. Never fails; what is beyond the limits is not looked at.
    pub fn parse(text: &str, names: &impl Names) -> Self {
        let end = text.char_indices().nth(QUERY_CHARS_MAX).map_or(text.len(), |(at, _)| at);
        let mut query = Self::default();
        for chunk in chunks(&text[..end]) {
            let key = chunk.key.filter(|_| !chunk.is_excluded);
            let is_filter = key.is_some_and(|key| query.filters.add(key, chunk.text, names));
            if !is_filter {
                query.clauses.extend(clauses(&chunk));
            }
        }
        let says_something = |clause: &Clause| !matches!(&clause.what, What::Word { word, .. } if word.is_stop_word());
        if query.clauses.iter().any(says_something) {
            query.clauses.retain(says_something);
        }
        query.clauses.truncate(CLAUSES_MAX);
        query
    }

    /// Whether nothing is asked, so that every case that may be seen is a hit, newest first.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Filters {
    /// Whether the value means something under the key; if so it is asked for.
    fn add(&mut self, key: &str, value: &str, names: &impl Names) -> bool {
        match (key, value) {
            ("status", _) => grows(&mut self.statuses, status(value)),
            ("specialty", _) => match descriptor(value) {
                Some(number) => grows(&mut self.specialties, [number]),
                None => grows(&mut self.specialties, names.specialties(value)),
            },
            ("tag", _) => grows(&mut self.tags, Some(folded(value)).filter(|tag| !tag.is_empty())),
            ("institution", _) => match hexadecimal(value) {
                Some(digits) => grows(&mut self.institution_prefixes, [digits]),
                None => grows(&mut self.institutions, names.institutions(value)),
            },
            ("has", "outcome") => {
                self.with_outcome = true;
                true
            }
            ("has", "picture" | "pictures") => {
                self.with_pictures = true;
                true
            }
            _ => false,
        }
    }
}

fn grows<T>(list: &mut Vec<T>, values: impl IntoIterator<Item = T>) -> bool {
    let before = list.len();
    list.extend(values);
    list.len() > before
}

/// A tag, or any name, as it is compared.
pub(crate) fn folded(text: &str) -> String {
    words(text).into_iter().map(|word| word.surface).collect::<Vec<_>>().join(" ")
}

fn status(value: &str) -> Option<Status> {
    match folded(value).as_str() {
        "open" => Some(Status::Open),
        "working" | "working diagnosis" => Some(Status::WorkingDiagnosis),
        "resolved" => Some(Status::Resolved),
        _ => None,
    }
}

/// `D003880` or `3880`.
fn descriptor(value: &str) -> Option<u32> {
    value.trim_start_matches(['d', 'D']).parse().ok()
}

fn hexadecimal(value: &str) -> Option<String> {
    let is_id = (INSTITUTION_DIGITS_MIN..=2 * InstitutionId::LEN).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| value.to_ascii_lowercase())
}

fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let is_excluded = rest.starts_with('-');
        rest = rest.trim_start_matches('-');
        let key = key(rest);
        rest = key.map_or(rest, |key| &rest[key.len() + 1..]);
        let (text, is_quoted, after) = match rest.strip_prefix('"') {
            Some(inside) => {
                let (text, after) = inside.split_once('"').unwrap_or((inside, ""));
                (text, true, after)
            }
            None => {
                let end = rest.find(|sign: char| sign.is_whitespace() || sign == '"').unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        chunks.push(Chunk { text, key, is_quoted, is_excluded, is_last: after.is_empty() });
        rest = after.trim_start();
    }
    chunks
}

/// `status` of `status:open`: a filter's name, a colon, and something behind it.
fn key(rest: &str) -> Option<&str> {
    let (key, value) = rest.split_once(':')?;
    let is_known = matches!(key, "status" | "specialty" | "tag" | "institution" | "has");
    (is_known && value.starts_with(|sign: char| !sign.is_whitespace())).then_some(key)
}

/// The words of a chunk: one is a word, several are a phrase. What was no filter after all is plain words.
fn clauses(chunk: &Chunk<'_>) -> Vec<Clause> {
    let is_excluded = chunk.is_excluded;
    let mut found = words(chunk.text);
    found.truncate(PHRASE_WORDS_MAX);
    let mut made = Vec::new();
    if let Some(key) = chunk.key {
        made.extend(words(key).into_iter().map(|word| What::Word { word, is_prefix: false }));
    }
    match found.len() {
        0 => {}
        1 if !chunk.is_quoted => {
            let word = found.remove(0);
            let is_prefix = chunk.is_last && !is_excluded && word.surface.chars().count() >= PREFIX_CHARS_MIN;
            made.push(What::Word { word, is_prefix });
        }
        _ => made.push(What::Phrase { words: found, is_exact: chunk.is_quoted }),
    }
    made.into_iter().map(|what| Clause { what, is_excluded }).collect()
}

#[cfg(test)]
mod tests;
