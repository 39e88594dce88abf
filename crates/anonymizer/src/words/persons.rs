//! Names of people: by titles, by lists of given and family names, by the words that announce a person.
//!
//! A name alone that stands for a disease, a sign or a device is left, and so is a word that only looks like a name.

use super::{
    Advice, Class, Mark, Sex,
    lists::{EPONYMS, FIRST_NAMES, LAST_NAMES, REGIONS, WORDS},
    places,
    tokens::{Case, Kind, Language, Text},
};

/// Tokens of one name, points among them.
const NAME_TOKENS_MAX: usize = 8;
/// Initials behind the first.
const INITIALS_MAX: usize = 3;

/// Titles of persons; those of the second kind are also words, and need a family name behind.
const TITLES: [&str; 30] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "drs",
    "doctor",
    "prof",
    "professor",
    "herr",
    "herrn",
    "frau",
    "hr",
    "fr",
    "mme",
    "mlle",
    "madame",
    "monsieur",
    "mademoiselle",
    "docteur",
    "pr",
    "dre",
    "sir",
    "dame",
    "messrs",
    "fräulein",
    "schwester",
    "pfleger",
    "m",
];
const ROLES: [&str; 26] = [
    "nurse",
    "sister",
    "father",
    "matron",
    "captain",
    "sergeant",
    "officer",
    "reverend",
    "rev",
    "pastor",
    "rabbi",
    "physician",
    "surgeon",
    "consultant",
    "attending",
    "resident",
    "pcp",
    "gp",
    "cardiologist",
    "oncologist",
    "neurologist",
    "therapist",
    "midwife",
    "paramedic",
    "radiologist",
    "psychiatrist",
];
/// Words after which a name of the patient or of somebody near comes.
const ANNOUNCING: [&str; 48] = [
    "patient",
    "pt",
    "named",
    "called",
    "name",
    "by",
    "son",
    "daughter",
    "wife",
    "husband",
    "mother",
    "father",
    "brother",
    "sister",
    "partner",
    "boyfriend",
    "girlfriend",
    "friend",
    "neighbor",
    "neighbour",
    "caregiver",
    "client",
    "resident",
    "man",
    "woman",
    "boy",
    "girl",
    "male",
    "female",
    "child",
    "infant",
    "patientin",
    "patienten",
    "namens",
    "heißt",
    "sohn",
    "tochter",
    "von",
    "ehefrau",
    "ehemann",
    "mutter",
    "vater",
    "appelé",
    "appelée",
    "nommé",
    "nommée",
    "fils",
    "fille",
];
const PARTICLES: [&str; 22] = [
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "al", "el", "ter",
    "ten", "zu", "y", "st", "ben",
];

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let patient = patient(text);
    let mut marks = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let found = titled(text, at)
            .or_else(|| listed(text, at))
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
        let is_title = TITLES.contains(&small) && is_written_as_title(text, name);
        let is_only_role = name == at && ROLES.contains(&small);
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

/// The last token of a name that begins at `name`: words with capitals, initials, particles, hyphens. In a text of small
/// letters a listed name counts.
fn name_end(text: &Text<'_>, name: usize) -> Option<usize> {
    let is_small_name = |at: usize| {
        text.get(at).is_some_and(|token| token.kind == Kind::Word && token.case == Case::Small)
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
        } else if PARTICLES.contains(&token.small.as_str()) && text.is_capital(at + 1) && !text.is_sign(at + 1, ".") {
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

/// "Anna S.", "Anna Smith", "J. Smith", "Smith, Anna".
fn listed(text: &Text<'_>, at: usize) -> Option<Found> {
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
    let phrase = text.whole.get(token.start..text.get(last)?.end)?.to_lowercase();
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

/// The last token of a given name with hyphens: "Hans-Peter".
fn hyphenated(text: &Text<'_>, at: usize) -> usize {
    let is_joined = text.is_sign(at + 1, "-")
        && text.gap(at).is_empty()
        && text.gap(at + 1).is_empty()
        && FIRST_NAMES.has(text.small(at + 2));
    if is_joined && text.is_capital(at + 2) { at + 2 } else { at }
}

/// The last word of a name that may end with a point.
fn last_word(text: &Text<'_>, last: usize) -> usize {
    if text.is_sign(last, ".") { last - 1 } else { last }
}

/// The last token of the initials at `at`: one capital with a point, or before a sign or the end.
fn initial(text: &Text<'_>, at: usize) -> Option<usize> {
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
fn further_initials(text: &Text<'_>, last: usize) -> usize {
    let mut last = last;
    for _ in 0..INITIALS_MAX {
        match initial(text, last + 1).filter(|more| text.is_sign(*more, ".")) {
            Some(more) => last = more,
            None => break,
        }
    }
    last
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

fn hyphenated_family(text: &Text<'_>, at: usize) -> usize {
    if text.is_sign(at + 1, "-") && text.gap(at).is_empty() && text.is_capital_word(at + 2) { at + 2 } else { at }
}

/// Whether a new sentence may begin here: an ordinary word behind a point.
fn starts_anew(text: &Text<'_>, at: usize) -> bool {
    text.is_ordinary(at) && LAST_NAMES.weight(text.small(at)) < 2
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

/// A word with a capital behind "patient", "named", "son of" or behind an age and a sex.
fn announced(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at)?;
    let is_shouted = token.case == Case::Shouted && token.end - token.start < 5;
    if !text.is_capital_word(at)
        || is_shouted
        || token.begins_sentence && text.small_before(at, 1) != ":"
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

/// "pt jane doe": a listed given name before a family name, behind a word that announces a person.
fn in_small_letters(text: &Text<'_>, at: usize) -> Option<Found> {
    let token = text.get(at).filter(|token| token.kind == Kind::Word && token.case == Case::Small)?;
    let is_given = FIRST_NAMES.weight(&token.small) == 2
        && !WORDS.has(&token.small)
        && ANNOUNCING.contains(&text.small_before(at, 1));
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
        () if REGIONS.has(&token.small) => return None,
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
    (ANNOUNCING.contains(&small) && (small != "von" || text.language == Language::German))
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
