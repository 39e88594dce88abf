//! Hospitals, practices and homes: names in front of or behind words such as "Clinic" and "Klinikum", and those people
//! know without such a word.
//!
//! A house that gave guidelines, criteria or data is literature and no place of care.

use super::{
    Advice, Class, House, Mark,
    lists::{FIRST_NAMES, HOSPITALS, KINDS, LAST_NAMES, PLACES, WORDS},
    places,
    tokens::{Case, Kind, Language, Text},
};

/// Words in the name of one house.
const NAME_WORDS_MAX: usize = 7;

/// Words that make a house of the name before them. Those of the second kind do so only with a capital.
const HEADS: [(&str, House); 37] = [
    ("medical center", House::Hospital),
    ("medical centre", House::Hospital),
    ("med center", House::Hospital),
    ("med centre", House::Hospital),
    ("med ctr", House::Hospital),
    ("med cntr", House::Hospital),
    ("med. center", House::Hospital),
    ("med. ctr", House::Hospital),
    ("medical ctr", House::Hospital),
    ("health center", House::Clinic),
    ("health centre", House::Clinic),
    ("healthcenter", House::Clinic),
    ("health system", House::Hospital),
    ("health care", House::Hospital),
    ("healthcare", House::Hospital),
    ("cancer center", House::Hospital),
    ("cancer centre", House::Hospital),
    ("heart center", House::Hospital),
    ("trauma center", House::Hospital),
    ("nursing home", House::NursingHome),
    ("care home", House::NursingHome),
    ("retirement home", House::NursingHome),
    ("hospital", House::Hospital),
    ("hospitals", House::Hospital),
    ("hosp", House::Hospital),
    ("clinic", House::Clinic),
    ("clinics", House::Clinic),
    ("infirmary", House::Hospital),
    ("hospice", House::NursingHome),
    ("sanatorium", House::Hospital),
    ("practice", House::Clinic),
    ("office", House::Clinic),
    ("surgery center", House::Clinic),
    ("university hospital", House::University),
    ("er", House::Hospital),
    ("polyclinic", House::Clinic),
    ("urgent care", House::Clinic),
];
const HEADS_WITH_CAPITAL: [(&str, House); 22] = [
    ("health", House::Hospital),
    ("institute", House::Hospital),
    ("center", House::Clinic),
    ("centre", House::Clinic),
    ("general", House::Hospital),
    ("memorial", House::Hospital),
    ("methodist", House::Hospital),
    ("presbyterian", House::Hospital),
    ("medical", House::Hospital),
    ("med", House::Hospital),
    ("va", House::Hospital),
    ("university", House::University),
    ("ward", House::Hospital),
    ("klinik", House::Clinic),
    ("klinikum", House::Hospital),
    ("krankenhaus", House::Hospital),
    ("spital", House::Hospital),
    ("kliniken", House::Hospital),
    ("hospiz", House::NursingHome),
    ("pflegeheim", House::NursingHome),
    ("school", House::Clinic),
    ("pflegestift", House::NursingHome),
];
/// Words that make a house of the name behind them.
const HEADS_BEFORE: [(&str, House); 21] = [
    ("klinikum", House::Hospital),
    ("klinik", House::Clinic),
    ("krankenhaus", House::Hospital),
    ("uniklinik", House::University),
    ("universitätsklinikum", House::University),
    ("universitätsklinik", House::University),
    ("universitätsspital", House::University),
    ("kantonsspital", House::Hospital),
    ("uniklinikum", House::University),
    ("lkh", House::Hospital),
    ("hôpital", House::Hospital),
    ("hopital", House::Hospital),
    ("clinique", House::Clinic),
    ("chu", House::University),
    ("chr", House::Hospital),
    ("ehpad", House::NursingHome),
    ("hôpitaux", House::Hospital),
    ("pflegeheim", House::NursingHome),
    ("seniorenheim", House::NursingHome),
    ("hospital", House::Hospital),
    ("university", House::University),
];

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for at in 0..text.tokens.len() {
        marks.extend(named_before(text, at));
        marks.extend(named_behind(text, at));
        marks.extend(known(text, at));
        marks.extend(saint(text, at));
    }
    marks
}

/// "Cedar Creek Clinic", "Dallas clinic".
fn named_before(text: &Text<'_>, head: usize) -> Option<Mark> {
    let lookup = |heads: &[(&str, House)]| {
        let length = text.longest(head, 3, |phrase| heads.iter().any(|(head, _)| *head == phrase));
        let phrase = text.phrase(head, length);
        heads.iter().find(|(head, _)| *head == phrase).map(|(_, house)| (length, *house))
    };
    let (length, house) = lookup(&HEADS).or_else(|| lookup(&HEADS_WITH_CAPITAL).filter(|_| text.is_capital(head)))?;
    let has_capital = text.is_capital(head);
    let first = name_start(text, head, has_capital)?;
    let is_university = (first..head).any(|at| text.small(at).starts_with("univers"));
    let is_only_kind = (first..head).all(|at| is_kind(text, at));
    let names_place = (first..head).any(|at| is_proper(text, at));
    let last = places::extended(text, head + length - 1);
    let score = match (is_only_kind, has_capital, names_place) {
        (true, true, _) if is_general_name(text, first, head + length) => 600,
        (true, true, _) if last > head + length - 1 => 800,
        (true, ..) => return None,
        (false, true, true) => 920,
        (false, true, false) => 750,
        (false, false, true) => 800,
        (false, false, false) => return None,
    };
    let score = if places::is_source(text, first) { 300 } else { score };
    let house = if is_university { House::University } else { house };
    mark(text, first, last, score, house)
}

/// "City Hospital", "Children's Hospital", "General Hospital": of a kind, and yet a name where all of it has capitals.
fn is_general_name(text: &Text<'_>, first: usize, behind: usize) -> bool {
    const NAMES: [&str; 12] = [
        "general",
        "memorial",
        "city",
        "county",
        "central",
        "children's",
        "women's",
        "community",
        "university",
        "regional",
        "children",
        "district",
    ];
    let is_hospital = text.small(behind - 1).starts_with("hosp") || text.small(behind - 1).starts_with("cent");
    is_hospital
        && !text.has_idle_capitals
        && (first..behind)
            .all(|at| text.is_capital(at) || !matches!(text.get(at).map(|token| token.kind), Some(Kind::Word)))
        && (first..behind).any(|at| NAMES.contains(&text.small(at)))
}

/// Where the name before a head begins, if there is one: words with capitals, joined by "of", "and", points and hyphens.
fn name_start(text: &Text<'_>, head: usize, has_capital: bool) -> Option<usize> {
    let mut first = head;
    while first > 0 && head - first < NAME_WORDS_MAX + 4 {
        let before = first - 1;
        let gap = text.gap(before);
        let is_joined = gap == " " || gap.is_empty();
        let token = text.get(before)?;
        let is_part = match token.kind {
            Kind::Word if text.is_capital(before) => true,
            Kind::Word => {
                matches!(token.small.as_str(), "of" | "and") && first < head && has_capital && text.is_capital(first)
            }
            Kind::Possessive => true,
            Kind::Sign => match token.small.as_str() {
                "." => matches!(text.small_before(before, 1), "st" | "mt" | "dr" | "ft"),
                "-" | "–" | "&" => true,
                "'" | "’" => gap.is_empty() || text.small_before(before, 1).ends_with('s'),
                _ => false,
            },
            Kind::Number => false,
        };
        if !is_joined || !is_part {
            break;
        }
        first = before;
    }
    while first < head && (is_opening(text, first) || !text.is_capital(first)) {
        first += 1;
    }
    (first < head).then_some(first)
}

/// An ordinary word with a capital because the sentence begins there, or one that is never part of a name.
fn is_opening(text: &Text<'_>, at: usize) -> bool {
    const NEVER: [&str; 26] = [
        "the", "a", "an", "our", "at", "in", "from", "this", "that", "to", "by", "see", "seen", "admitted", "visit",
        "visited", "patient", "pt", "dr", "prof", "mr", "mrs", "ms", "im", "am", "der",
    ];
    let small = text.small(at);
    NEVER.contains(&small) && !(small == "dr" && text.is_sign(at + 1, "."))
        || text.get(at).is_some_and(|token| token.begins_sentence)
            && WORDS.has(small)
            && !text.is_sign(at + 1, ".")
            && is_kind(text, at)
}

fn is_kind(text: &Text<'_>, at: usize) -> bool {
    let small = text.small(at);
    text.get(at).is_none_or(|token| token.kind != Kind::Word) || KINDS.has(small)
}

/// A word that is a place, a person's name or unknown: no ordinary one.
fn is_proper(text: &Text<'_>, at: usize) -> bool {
    let small = text.small(at);
    let Some(token) = text.get(at) else { return false };
    if token.kind != Kind::Word || token.case == Case::Small || is_kind(text, at) || small.len() < 3 {
        return token.kind == Kind::Word
            && (small == "st" || small == "mt" || small == "la" || small == "sf" || small == "ny");
    }
    let is_listed = PLACES.has(small) || FIRST_NAMES.has(small) || LAST_NAMES.has(small) || HOSPITALS.has(small);
    is_listed
        || (!WORDS.has(small) && token.case == Case::Capital)
        || (token.case == Case::Shouted && small.len() == 3 && PLACES.has(small))
}

/// "Klinikum Großhadern", "CHU de Bordeaux", "Hospital of Saint Raphael".
fn named_behind(text: &Text<'_>, at: usize) -> Option<Mark> {
    let is_written_so = text.is_capital(at) || text.language == Language::French;
    let (_, house) = HEADS_BEFORE.iter().find(|(head, _)| *head == text.small(at) && is_written_so)?;
    let mut name = at + 1;
    while matches!(
        text.small(name),
        "of" | "de" | "du" | "des" | "la" | "le" | "der" | "in" | "im" | "am" | "rechts" | "links"
    ) && text.gap(name - 1) == " "
    {
        name += 1;
    }
    let needs_link = matches!(text.small(at), "hospital" | "university");
    if text.gap(name - 1) != " "
        || !text.is_capital_word(name)
        || (needs_link && (name == at + 1 || !is_proper(text, name)))
    {
        return None;
    }
    let mut last = name;
    while text.is_capital_word(last + 1) && text.gap(last) == " " && last < name + 3 {
        last += 1;
    }
    if (name..=last).all(|word| WORDS.has(text.small(word)) && !PLACES.has(text.small(word)))
        && text.language == Language::English
    {
        return None;
    }
    mark(text, at, places::extended(text, last), 880, *house)
}

/// A house that people know by a name alone.
fn known(text: &Text<'_>, at: usize) -> Option<Mark> {
    text.is_capital(at).then_some(())?;
    let length = text.longest(at, 6, |phrase| HOSPITALS.has(phrase));
    if length == 0
        || (1..length).any(|word| {
            text.get(at + word).is_some_and(|token| {
                token.case == Case::Small
                    && token.kind == Kind::Word
                    && !matches!(token.small.as_str(), "and" | "of" | "der")
            })
        })
    {
        return None;
    }
    let phrase = text.phrase(at, length);
    let is_ambiguous = HOSPITALS.weight(&phrase) < 2;
    let is_shouted = text.get(at).is_some_and(|token| token.case == Case::Shouted) || phrase.contains([' ', '-', '.']);
    let has_context = places::follows_place_word(text, at);
    let score = match () {
        () if places::is_source(text, at) || places::names_a_thing(text, at + length - 1) => 250,
        () if is_ambiguous && !has_context => 300,
        () if !is_shouted && !has_context => 450,
        () => 880,
    };
    let head = text.longest(at + length, 3, |phrase| HEADS.iter().any(|(head, _)| *head == phrase));
    let last = places::extended(text, at + length + head - 1);
    mark(text, at, last, score, House::Hospital)
}

/// "St. Vincent's": a saint names a house, a church or a town, and hardly ever anything else.
fn saint(text: &Text<'_>, at: usize) -> Option<Mark> {
    matches!(text.small(at), "st" | "saint" | "mt" | "mount" | "sankt" | "sainte" | "ste").then_some(())?;
    let name = if text.is_sign(at + 1, ".") { at + 2 } else { at + 1 };
    let is_name = text.is_capital(at)
        && text.is_capital_word(name)
        && text.gap(name - 1).len() <= 1
        && (!WORDS.has(text.small(name)) || FIRST_NAMES.has(text.small(name)));
    if !is_name || places::names_a_thing(text, name) {
        return None;
    }
    let is_possessive = text.get(name + 1).is_some_and(|token| token.kind == Kind::Possessive);
    let last = if is_possessive { name + 1 } else { name };
    let follows = places::follows_place_word(text, at);
    mark(text, at, places::extended(text, last), if is_possessive || follows { 850 } else { 600 }, House::Hospital)
}

fn mark(text: &Text<'_>, first: usize, last: usize, score: u16, house: House) -> Option<Mark> {
    Some(Mark::new(text.get(first)?.start, text.get(last)?.end, Class::Place, score, Advice::House(house)))
}
