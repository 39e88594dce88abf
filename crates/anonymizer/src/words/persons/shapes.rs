//! How names are written: where one ends, initials, hyphens, particles.

use crate::words::{
    lists::{FIRST_NAMES, LAST_NAMES, PARTICLES, WORDS},
    tokens::{Case, Kind, Text},
};

/// Tokens of one name, points among them.
const NAME_TOKENS_MAX: usize = 8;
/// Initials behind the first.
const INITIALS_MAX: usize = 3;

/// The last token of a name that begins at `name`: words with capitals, initials, particles, hyphens. In a text of small
/// letters a listed name counts.
pub(super) fn name_end(text: &Text<'_>, name: usize) -> Option<usize> {
    // A name is written small as a whole.
    let begins_small = text.get(name).is_some_and(|token| token.case == Case::Small);
    let is_small_name = |at: usize| {
        begins_small
            && text.get(at).is_some_and(|token| token.kind == Kind::Word && token.case == Case::Small)
            && !WORDS.has(text.small(at))
            && (LAST_NAMES.weight(text.small(at)) > 0 || FIRST_NAMES.weight(text.small(at)) > 1)
    };
    let mut at = name;
    let mut last = None;
    while at < name + NAME_TOKENS_MAX {
        let Some(token) = text.get(at) else { break };
        let is_initial = token.kind == Kind::Word
            && token.end - token.start == token.small.len()
            && token.small.chars().count() == 1
            && token.case != Case::Small;
        if is_initial && text.is_sign(at + 1, ".") && text.gap(at).is_empty() {
            last = Some(at + 1);
            at += 2;
        } else if is_initial || (text.is_capital(at) && !is_heading_word(text, at, last)) || is_small_name(at) {
            last = Some(at);
            at += 1;
        } else if PARTICLES.has(&token.small) && text.is_capital(at + 1) && !text.is_sign(at + 1, ".") {
            at += 1;
        } else {
            break;
        }
        match text.gap(at - 1) {
            " " => {}
            "" if text.is_sign(at, "-") && text.gap(at).is_empty() && text.is_capital(at + 1) => at += 1,
            "" if text.is_sign(at - 1, ".") => {}
            _ => break,
        }
    }
    last
}

/// A word with a capital that begins something else: an abbreviation, or an ordinary word behind a name.
fn is_heading_word(text: &Text<'_>, at: usize, last: Option<usize>) -> bool {
    let Some(token) = text.get(at) else { return true };
    let is_abbreviation = token.case == Case::Shouted && token.end - token.start < 4 && !LAST_NAMES.has(&token.small);
    let is_word = WORDS.has(&token.small) && !LAST_NAMES.has(&token.small) && !FIRST_NAMES.has(&token.small);
    last.is_some() && (is_abbreviation || is_word)
}

/// The last token of a given name with hyphens: "Hans-Peter".
pub(super) fn hyphenated(text: &Text<'_>, at: usize) -> usize {
    let is_joined = text.is_sign(at + 1, "-")
        && text.gap(at).is_empty()
        && text.gap(at + 1).is_empty()
        && FIRST_NAMES.has(text.small(at + 2));
    if is_joined && text.is_capital(at + 2) { at + 2 } else { at }
}

/// The last word of a name that may end with a point.
pub(super) fn last_word(text: &Text<'_>, last: usize) -> usize {
    if text.is_sign(last, ".") { last - 1 } else { last }
}

/// The last token of the initials at `at`: one capital with a point, or before a sign or the end.
pub(super) fn initial(text: &Text<'_>, at: usize) -> Option<usize> {
    let token = text.get(at)?;
    let is_letter = token.kind == Kind::Word && token.case == Case::Shouted && token.small.chars().count() == 1;
    if !is_letter {
        return None;
    }
    match text.get(at + 1) {
        Some(next) if next.start == token.end && next.small == "." => Some(at + 1),
        Some(next) if next.kind == Kind::Sign && matches!(next.small.as_str(), "," | ";" | ")" | "(" | "?" | ":") => {
            Some(at)
        }
        Some(next) if next.kind == Kind::Possessive => Some(at),
        Some(_) => Some(at).filter(|_| text.gap(at) == " "),
        None => Some(at),
    }
}

/// The last token of the initials with points behind `last`.
pub(super) fn further_initials(text: &Text<'_>, last: usize) -> usize {
    let mut last = last;
    for _ in 0..INITIALS_MAX {
        match initial(text, last + 1).filter(|more| text.is_sign(*more, ".")) {
            Some(more) => last = more,
            None => break,
        }
    }
    last
}

/// The last token of a family name with a hyphen: "Schmidt-Becker".
pub(super) fn hyphenated_family(text: &Text<'_>, at: usize) -> usize {
    if text.is_sign(at + 1, "-") && text.gap(at).is_empty() && text.is_capital_word(at + 2) { at + 2 } else { at }
}

/// Whether a new sentence may begin here: an ordinary word behind a point.
pub(super) fn starts_anew(text: &Text<'_>, at: usize) -> bool {
    text.is_ordinary(at) && LAST_NAMES.weight(text.small(at)) < 2
}
