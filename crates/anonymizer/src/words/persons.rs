//! Names of people: by titles, by lists of given and family names, by the words that announce a person.
//!
//! A name alone that stands for a disease, a sign or a device is left, and so is a word that only looks like a name.

mod listed;
mod shapes;

use listed::listed;
use shapes::name_end;

use super::{
    Advice, Class, Mark, Sex,
    lists::{ANNOUNCING, EPONYMS, FIRST_NAMES, LAST_NAMES, REGIONS, TITLES, WORDS},
    places,
    tokens::{Case, Kind, Language, Text},
};

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let patient = patient(text);
    let mut marks = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let found = titled(text, at)
            .or_else(|| listed(text, at))
            .or_else(|| unknown(text, at))
            .or_else(|| in_small_letters(text, at))
            .or_else(|| announced(text, at))
            .or_else(|| alone(text, at));
        match found {
            Some((first, last, score, whose)) => {
                let advice = if whose == Whose::Colleague { Advice::Colleague } else { patient.clone() };
                if let (Some(from), Some(to)) = (text.get(first), text.get(last)) {
                    marks.push(Mark::new(from.start, to.end, Class::Name, score, advice));
                }
                at = last + 1;
            }
            None => at += 1,
        }
    }
    marks
}

/// A name: its first and last token, how sure it is one, and whose.
type Found = (usize, usize, u16, Whose);

/// Whose name it seems to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Patient,
    Colleague,
}

/// "Dr. Rebecca Green", "Frau Müller", "mr smith".
fn titled(text: &Text<'_>, at: usize) -> Option<Found> {
    let mut name = at;
    let mut is_role = false;
    let mut is_doctor = false;
    while name < at + 6 {
        let small = text.small(name);
        let is_title = TITLES.weight(small) == 2 && is_written_as_title(text, name);
        let is_only_role = name == at && TITLES.weight(small) == 1;
        if !is_title && !is_only_role {
            break;
        }
        is_role |= is_only_role;
        is_doctor |= matches!(
            small,
            "dr" | "drs" | "doctor" | "prof" | "professor" | "docteur" | "pr" | "dre" | "schwester" | "pfleger"
        ) || is_only_role;
        name += 1;
        while text.is_sign(name, ".")
            || (text.is_sign(name, "-") && text.gap(name).is_empty())
            || matches!(text.small(name), "med" | "med." | "habil" | "rer" | "nat")
        {
            name += 1;
        }
    }
    if name == at || text.tokens.get(name)?.start.saturating_sub(text.get(name - 1)?.end) > 1 {
        return None;
    }
    let last = name_end(text, name)?;
    let is_listed = (name..=last).any(|word| LAST_NAMES.has(text.small(word)) || FIRST_NAMES.has(text.small(word)));
    let is_ordinary = text.is_ordinary(name) && last == name && !LAST_NAMES.has(text.small(name));
    let is_initial = text.get(name).is_some_and(|token| token.end - token.start == 1);
    let score = match () {
        () if is_role && (!is_listed || text.is_ordinary(name)) => return None,
        () if is_ordinary && !is_initial => return None,
        () if is_listed => 960,
        () => 880,
    };
    Some((at, last, score, if is_doctor { Whose::Colleague } else { Whose::Patient }))
}

/// "Ms" is a title and "MS" a disease; "M." is one in French, "Fr." and "Hr." in German.
fn is_written_as_title(text: &Text<'_>, at: usize) -> bool {
    let Some(token) = text.get(at) else { return false };
    let has_point = text.is_sign(at + 1, ".");
    match token.small.as_str() {
        "m" => text.language == Language::French && has_point && token.case != Case::Small,
        "ms" | "fr" | "hr" | "pr" => token.case == Case::Capital && (token.small == "ms" || has_point),
        "miss" | "sir" | "dame" | "mx" | "doctor" | "professor" => token.case == Case::Capital,
        _ => true,
    }
}

/// A word with a capital behind "patient", "named", "son of" or behind an age and a sex.
fn announced(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at)?;
    let is_shouted = token.case == Case::Shouted && token.end - token.start < 5;
    if !text.is_capital_word(at)
        || is_shouted
        || token.begins_sentence && text.small_before(at, 1) != ":" && !text.is_wrapped(at)
        || !announces(text, at)
    {
        return None;
    }
    let (first, last) = (FIRST_NAMES.weight(&token.small), LAST_NAMES.weight(&token.small));
    let end = name_end(text, at)?;
    let is_word = WORDS.has(&token.small);
    let says_name = text.small_before(at, 2) == "name" && matches!(text.small_before(at, 1), "is" | ":");
    let is_named = says_name
        || matches!(
            text.small_before(at, 1),
            "named" | "called" | "namens" | "heißt" | "nommé" | "nommée" | "appelé" | "appelée"
        );
    let score = match () {
        () if (EPONYMS.has(&token.small) || REGIONS.has(&token.small)) && !is_named
            || places::names_a_thing(text, end) =>
        {
            return None;
        }
        () if text.has_idle_capitals && (is_word || first == 0) => return None,
        () if is_named && !(is_word && first == 0 && last == 0) => 900,
        () if (first > 0 || last > 0) && !is_word => {
            if text.language == Language::German {
                550
            } else {
                850
            }
        }
        () if first == 2 && is_word => 550,
        () if is_word || text.language == Language::German => return None,
        () if end > at => 600,
        () => 350,
    };
    Some((at, end, score, Whose::Patient))
}

/// Two words with capitals that no list knows: a name from a country that the lists do not know well, more so where an age
/// follows. German writes every noun so.
fn unknown(text: &Text<'_>, at: usize) -> Option<Found> {
    let is_unknown = |at: usize| {
        let small = text.small(at);
        let is_word = WORDS.has(small) || REGIONS.has(small) || EPONYMS.has(small);
        let is_written_so =
            text.get(at).is_some_and(|token| token.case == Case::Capital && token.end - token.start > 2);
        text.is_capital_word(at) && is_written_so && !is_word
    };
    let is_pair = is_unknown(at) && text.gap(at) == " " && is_unknown(at + 1) && !is_unknown(at + 2);
    let says_nothing = text.language == Language::German || text.has_idle_capitals;
    if !is_pair || says_nothing || places::names_a_thing(text, at + 1) {
        return None;
    }
    let has_age = (2..5).any(|ahead| {
        let is_number = text.get(at + ahead).is_some_and(|token| token.kind == Kind::Number);
        is_number && matches!(text.small(at + ahead + 1), "-" | "year" | "years" | "y" | "yo" | "ans" | ")")
    });
    // Each on its own line, they may as well be drugs.
    let is_column = [at, at + 1].into_iter().all(|at| text.get(at).is_some_and(|token| token.begins_sentence));
    let score = match () {
        () if has_age => 700,
        () if is_column => 350,
        () => 520,
    };
    Some((at, at + 1, score, Whose::Patient))
}

/// "pt jane doe": a listed given name before a family name, behind a word that announces a person.
fn in_small_letters(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at).filter(|token| token.kind == Kind::Word && token.case == Case::Small)?;
    let is_given =
        FIRST_NAMES.weight(&token.small) == 2 && !WORDS.has(&token.small) && ANNOUNCING.has(text.small_before(at, 1));
    let last = if is_given { name_end(text, at)? } else { return None };
    (last > at).then_some((at, last, 800, Whose::Patient))
}

/// A common given name, or a family name that is neither a word nor an eponym.
fn alone(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at)?;
    let is_shouted = token.case == Case::Shouted && token.end - token.start < 6;
    if !text.is_capital_word(at) || is_shouted || token.end - token.start < 3 {
        return None;
    }
    let (first, last) = (FIRST_NAMES.weight(&token.small), LAST_NAMES.weight(&token.small));
    let is_given = first == 2 && !text.is_ordinary(at) && !EPONYMS.has(&token.small);
    let is_family = last == 2 && !text.is_ordinary(at) && !EPONYMS.has(&token.small);
    let is_joined = text.is_sign(at + 1, "-") || text.before(at, 1).is_some_and(|before| before.small == "-");
    let score = match () {
        () if is_joined || places::names_a_thing(text, at) => return None,
        () if REGIONS.has(&token.small) || text.longest(at, 3, |phrase| EPONYMS.has(phrase)) > 1 => return None,
        () if is_given && (text.has_idle_capitals || text.language == Language::German) => 250,
        () if is_given => 600,
        () if is_family && !text.has_idle_capitals && text.language == Language::English && !token.begins_sentence => {
            300
        }
        () => return None,
    };
    Some((at, at, score, Whose::Patient))
}

/// Whether the words before say that a person comes: "patient", "son of", "a 34-year-old female,".
fn announces(text: &Text<'_>, at: usize) -> bool {
    let mut back = 1;
    while matches!(text.small_before(at, back), "," | "of" | "is" | "like" | ":" | "(" | "was" | "m" | "f" | "yo")
        && back < 4
    {
        back += 1;
    }
    let small = text.small_before(at, back);
    (ANNOUNCING.has(small) && (small != "von" || text.language == Language::German))
        || matches!(small, "old" | "aged" | "kid" | "baby" | "lady" | "gentleman")
        || (back > 1 && text.before(at, back).is_some_and(|token| token.kind == Kind::Number))
}

/// The patient as the text describes them: the first age and the first word of a sex.
fn patient(text: &Text<'_>) -> Advice {
    let age = text.tokens.iter().enumerate().find_map(|(at, token)| {
        let digits: String = token.small.chars().take_while(char::is_ascii_digit).collect();
        let years: u8 = digits.parse().ok().filter(|years| (1..90).contains(years))?;
        let rest = &token.small[digits.len()..];
        let unit = if rest.is_empty() { text.small(at + 1 + usize::from(text.is_sign(at + 1, "-"))) } else { rest };
        matches!(
            unit,
            "year" | "years" | "yo" | "y" | "yr" | "yrs" | "jahre" | "jährige" | "jähriger" | "ans" | "yof" | "yom"
        )
        .then_some(years)
    });
    let sex = text.tokens.iter().find_map(|token| match token.small.as_str() {
        "male" | "man" | "boy" | "gentleman" | "he" | "his" | "mr" | "herr" | "mann" | "patient"
            if token.small != "patient" =>
        {
            Some(Sex::Male)
        }
        "female" | "woman" | "girl" | "lady" | "she" | "her" | "mrs" | "ms" | "frau" | "patientin" | "femme"
        | "mme" => Some(Sex::Female),
        _ => None,
    });
    Advice::Patient { age, sex: sex.unwrap_or(Sex::Unsaid) }
}
