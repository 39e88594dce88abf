//! Names by the lists of given and family names, in the orders in which they are written.

use super::{
    Found, Whose, announces,
    shapes::{further_initials, hyphenated, hyphenated_family, initial, last_word, name_end, starts_anew},
};
use crate::words::{
    lists::{EPONYMS, FIRST_NAMES, LAST_NAMES, WORDS},
    places,
    tokens::{Case, Kind, Language, Text},
};

/// "Anna S.", "Anna Smith", "J. Smith", "Smith, Anna".
pub(super) fn listed(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at)?;
    if token.kind != Kind::Word || token.case == Case::Small {
        return None;
    }
    initial_first(text, at).or_else(|| family_first(text, at)).or_else(|| given_first(text, at))
}

fn given_first(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at)?;
    let weight = FIRST_NAMES.weight(&token.small);
    let is_word = WORDS.has(&token.small);
    let is_shouted = token.case == Case::Shouted && token.end - token.start < 4;
    if token.end - token.start < 2 || is_shouted {
        return None;
    }
    let next = hyphenated(text, at);
    if let Some(end) = initial(text, next + 1).filter(|_| text.gap(next) == " ") {
        return with_initial(text, at, next, end, weight, is_word);
    }
    let last = name_end(text, at).filter(|last| *last > next)?;
    let family = last_word(text, last);
    let (family_weight, family_is_word) = (LAST_NAMES.weight(text.small(family)), WORDS.has(text.small(family)));
    let is_unknown = family_weight == 0 && !family_is_word && text.is_capital_word(family);
    let begins = token.begins_sentence;
    let score: u16 = match (weight, is_word) {
        (0, _) => return None,
        (2, false) if family_weight == 2 || (family_weight == 1 && !family_is_word) => 950,
        (2, false) if family_weight == 1 => 850,
        (2, false) if is_unknown && text.language != Language::German => 800,
        (2, false) if is_unknown => 550,
        (1, false) if family_weight > 0 && !family_is_word => 850,
        (1, false) if family_weight == 2 => 600,
        (1, false) if is_unknown && announces(text, at) => 600,
        (2, true) if family_weight == 2 && !begins => 800,
        (_, true) if family_weight > 0 && !family_is_word => {
            if begins {
                550
            } else {
                700
            }
        }
        _ => return None,
    };
    let phrase = text.said(token.start, text.get(last)?.end).to_lowercase();
    let is_thing = EPONYMS.has(&phrase) || places::names_a_thing(text, last);
    let score = match () {
        () if is_thing && (EPONYMS.has(&phrase) || EPONYMS.has(text.small(family))) => return None,
        () if is_thing => 300,
        () if text.has_idle_capitals && (is_word || family_is_word || is_unknown) => score.saturating_sub(350),
        () if announces(text, at) => score + 30,
        () => score,
    };
    Some((at, last, score, Whose::Patient))
}

/// "Anna S.", "Alice K. Smith": a letter behind a word with a capital.
fn with_initial(text: &Text<'_>, at: usize, next: usize, end: usize, weight: u8, is_word: bool) -> Option<Found> {
    let has_point = text.is_sign(end, ".");
    let mut last = further_initials(text, end);
    if text.is_capital_word(last + 1)
        && text.gap(last) == " "
        && has_point
        && (LAST_NAMES.has(text.small(last + 1)) || !WORDS.has(text.small(last + 1)))
        && !starts_anew(text, last + 1)
    {
        last = hyphenated_family(text, last + 1);
    }
    let is_announced = announces(text, at);
    let score = match (weight, is_word, has_point) {
        (2, false, true) => 950,
        (2, false, false) => {
            if is_announced {
                850
            } else {
                550
            }
        }
        (1, false, true) => 850,
        (2, true, true) => {
            if is_announced || !text.get(at)?.begins_sentence {
                750
            } else {
                400
            }
        }
        (_, true, true) if is_announced && weight > 0 => 700,
        (0, false, true) if is_announced => 750,
        (0, false, true) if text.get(at)?.case == Case::Capital && !text.get(at)?.begins_sentence => 350,
        (1, _, false) if is_announced => 500,
        _ => return None,
    };
    let is_eponym = EPONYMS.has(text.small(next)) && weight < 2 && !is_announced;
    (!is_eponym).then_some((at, last, score, Whose::Patient))
}

/// "J. Smith", "L. M. Hernandez".
fn initial_first(text: &Text<'_>, at: usize) -> Option<Found> {
    let last = further_initials(text, initial(text, at).filter(|end| text.is_sign(*end, "."))?);
    let family = last + 1;
    let weight = LAST_NAMES.weight(text.small(family));
    if !text.is_capital_word(family) || text.gap(last).len() > 1 {
        return None;
    }
    let is_announced = announces(text, at);
    let score = match (weight, text.is_ordinary(family)) {
        (2, false) => 850,
        (2, true) => {
            if is_announced {
                750
            } else {
                500
            }
        }
        (1, false) => 700,
        (0, false) if is_announced => 600,
        _ => return None,
    };
    (!places::names_a_thing(text, family)).then(|| (at, hyphenated_family(text, family), score, Whose::Patient))
}

/// "Smith, Anna".
fn family_first(text: &Text<'_>, at: usize) -> Option<Found> {
    let is_family = LAST_NAMES.weight(text.small(at)) == 2 && text.is_capital_word(at);
    let is_given =
        FIRST_NAMES.weight(text.small(at + 2)) == 2 && text.is_capital_word(at + 2) && !text.is_ordinary(at + 2);
    if !is_family || !is_given || !text.is_sign(at + 1, ",") || FIRST_NAMES.weight(text.small(at)) == 2 {
        return None;
    }
    let is_sure = !text.is_ordinary(at) && !EPONYMS.has(text.small(at));
    let last = initial(text, at + 3).filter(|end| text.is_sign(*end, ".")).unwrap_or(at + 2);
    Some((at, last, if is_sure { 850 } else { 450 }, Whose::Patient))
}
