//! Places below state: towns, counties, streets and postal codes. States and countries stay.

use std::sync::LazyLock;

use super::{
    Advice, Class, Mark,
    lists::{EPONYMS, FIRST_NAMES, LAST_NAMES, List, PLACES, REGION_CODES, REGIONS, THINGS, WORDS},
    mark::HIGH_FROM_THOUSANDTHS,
    numbers::postal,
    patterns::{Pattern, compile},
    tokens::{Case, Kind, Language, Text},
};

/// Words of the longest place.
const PLACE_WORDS_MAX: usize = 7;
/// Hyphens of a name such as Wolff-Parkinson-White, and two to spare.
const HYPHENS_MAX: usize = 4;

static STREET: Pattern = LazyLock::new(|| {
    compile(
        r"(?-i: \b \d{1,6}[a-zA-Z]? ,? \s (?: [NSEW]\.? \s )? (?: \p{Lu}[\p{L}'’.-]* | \d{1,3}(?:st|nd|rd|th) ) (?: \s \p{Lu}[\p{L}'’-]* ){0,3} \s
            (?: Street | St | Avenue | Ave | Road | Rd | Boulevard | Blvd | Lane | Ln | Drive | Dr | Court | Ct | Way | Place | Pl | Terrace | Close | Crescent | Square | Sq | Highway | Hwy | Parkway | Pkwy | Circle ) \b \.?
          | \b (?: \p{Lu}[\p{L}-]+ (?: straße | strasse | str\. | weg | gasse | platz | allee | ring | ufer | damm ) | (?: \p{Lu}[\p{L}-]+ [\s-] ){1,3} (?: Straße | Strasse | Str\. | Weg | Platz | Allee | Ring | Ufer | Damm ) ) \s \d{1,4} \s? [a-z]? \b
          | \b (?: \d{1,4} (?: \s? bis )? ,? \s )? (?i: rue | avenue | boulevard | place | quai | chemin | impasse | allée ) \s (?: (?: de | du | des | la | le | les | d['’] | l['’] ) \s? ){0,2} \p{Lu}[\p{L}'’-]+ (?: [\s-] \p{Lu}[\p{L}'’-]+ ){0,3} (?: ,? \s \d{1,4} \b )?
          )
          (?: ,? \s (?: Apt | Apartment | Suite | Ste | Unit | Flat | \# ) \.? \s? \w{1,6} )?
        | \b P\.? \s? O\.? \s Box \s \d{1,8} | \b Postfach \s \d{2,8}",
    )
});
static POSTAL: Pattern = LazyLock::new(|| {
    compile(
        r"(?-i: \b (?P<region> [A-Z]{2} ) ,? \s (?P<us> \d{5} (?: -\d{4} )? ) \b
        | \b (?P<uk> [A-Z]{1,2}\d[\dA-Z]? \s \d[A-Z]{2} ) \b
        | \b (?P<eu> (?: (?: D | A | CH | F ) - )? \d{4,5} ) \s (?P<town> \p{Lu}\p{L}{2,} ) )",
    )
});
static SMALL_PLACE: Pattern = LazyLock::new(|| {
    compile(
        r"\b (?: small | tiny | remote | little | isolated ) \s (?: (?: rural | fishing | mountain | farming | mining | coastal ) \s )? (?: town | village | community | island | hamlet | settlement ) (?: \s (?: of | in | on | near ) \s (?: the \s )? \p{L}{3,} (?: \s (?-i:\p{Lu})\p{L}{2,} ){0,2} )?
        | \b (?: village | hamlet | island ) \s (?: of | with | called ) \s (?: \p{L}{3,} | [\d,.]{2,7} ) (?: \s (?: people | inhabitants | souls ) )?
        | \b (?: kleine[nms]? | abgelegene[nms]? ) \s (?: dorf | ort | insel | gemeinde ) | \b petit \s (?: village | bourg )",
    )
});
/// `Room 5`, `ward 7B`; not `room air` and not `ward 5 days`.
static ROOM: Pattern = LazyLock::new(|| {
    compile(
        r"\b (?: room | ward | bay | cubicle | bed | zimmer | station | chambre | lit ) \s (?: no\.? \s | nr\.? \s | n° \s )? \d{1,4} [a-z]? \b (?P<span> \s (?: days? | hours? | weeks? | months? | tage | patients | air ) )? ",
    )
});
static COUNTY: Pattern = LazyLock::new(|| {
    compile(
        r"(?-i: \b (?: \p{Lu}[\p{L}'’-]+ \s ){1,2} (?: County | Parish | Township | Borough | Landkreis ) \b | \b (?: Landkreis | Kreis | County | Département ) \s \p{Lu}[\p{L}-]{2,} )",
    )
});

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let whole = text.whole;
    let mut marks = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let Some((last, score)) = town(text, at) else {
            at += 1;
            continue;
        };
        let behind = if score < HIGH_FROM_THOUSANDTHS { last } else { extended(text, last) };
        if let (Some(first), Some(end)) = (text.get(at), text.get(behind)) {
            marks.push(Mark::new(first.start, end.end, Class::Place, score, advice(text, last)));
        }
        at = last + 1;
    }
    let streets = STREET.find_iter(whole).map(|found| (found.start(), found.end(), 930));
    let counties =
        COUNTY.find_iter(whole).filter_map(|found| county(found.as_str()).then_some((found.start(), found.end(), 800)));
    marks.extend(streets.chain(counties).map(|(start, end, score)| {
        let last = text.tokens.partition_point(|token| token.end < end);
        let end = text.get(extended(text, last)).map_or(end, |token| token.end.max(end));
        Mark::new(start, end, Class::Place, score, Advice::RegionOnly)
    }));
    marks.extend(
        SMALL_PLACE
            .find_iter(whole)
            .map(|found| Mark::new(found.start(), found.end(), Class::Place, 350, Advice::NoPlace)),
    );
    let rooms = ROOM.captures_iter(whole).filter(|found| found.name("span").is_none()).filter_map(|found| found.get(0));
    marks.extend(rooms.map(|found| Mark::new(found.start(), found.end(), Class::Place, 350, Advice::LeaveOut)));
    marks.extend(codes(whole));
    marks
}

/// A county's name begins with a name.
fn county(said: &str) -> bool {
    let first = said.split_whitespace().next().unwrap_or_default().to_lowercase();
    !matches!(first.as_str(), "the" | "this" | "our" | "each" | "every" | "county" | "rural" | "in")
}

fn codes(whole: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for found in POSTAL.captures_iter(whole) {
        let listed =
            |list: List, part: &str| found.name(part).is_some_and(|part| list.has(&part.as_str().to_lowercase()));
        if let Some(code) = found.name("us").filter(|_| listed(REGION_CODES, "region")) {
            marks.push(Mark::new(code.start(), code.end(), Class::Place, 930, postal(code.as_str())));
        } else if let Some(code) = found.name("uk") {
            marks.push(Mark::new(code.start(), code.end(), Class::Place, 700, Advice::RegionOnly));
        } else if let Some((code, town)) = found.name("eu").zip(found.name("town"))
            && listed(PLACES, "town")
            && !listed(WORDS, "town")
        {
            marks.push(Mark::new(code.start(), town.end(), Class::Place, 850, Advice::RegionOnly));
        }
    }
    marks
}

/// The last token of the town that begins at `at`, and how sure it is one.
fn town(text: &Text<'_>, at: usize) -> Option<(usize, u16)> {
    if !(text.is_capital(at) || text.small(at) == "the" && text.is_capital(at + 1)) {
        return None;
    }
    let length = text.longest(at, PLACE_WORDS_MAX, |phrase| PLACES.has(phrase));
    let last = (at + length).checked_sub(1)?;
    let has_small = (at..at + length).any(|word| {
        text.get(word)
            .is_some_and(|token| token.kind == Kind::Word && token.case == Case::Small && token.end - token.start > 3)
    });
    if length == 0 || has_small || !text.is_capital(last) {
        return None;
    }
    let token = text.get(at)?;
    let phrase = text.phrase(at, length);
    let weight = PLACES.weight(&phrase);
    let is_shouted = token.case == Case::Shouted && length == 1 && token.end - token.start < 5 && phrase != "nyc";
    let is_one_word = length == 1;
    let is_word = is_one_word && (WORDS.has(&phrase) || EPONYMS.has(&phrase));
    let is_name = is_one_word && (FIRST_NAMES.has(&phrase) || LAST_NAMES.has(&phrase)) && weight < 3;
    let has_context = follows_place_word(text, at);
    let has_region = region_behind(text, last).is_some();
    let is_noun = text.language == Language::German && is_one_word && weight < 3;
    let score = match () {
        () if is_shouted || names_a_thing(text, last) || is_source(text, at) => return None,
        () if phrase == "new york" && !has_region => 450,
        () if text.get(last + 1).is_some_and(|next| next.kind == Kind::Possessive) && is_name => return None,
        () if has_region && !is_word => 920,
        () if has_region => 700,
        () if is_word && has_context && !token.begins_sentence => 550,
        () if is_word => return None,
        () if (is_name || is_noun) && has_context => 750,
        () if is_name || is_noun => 200,
        () if has_context => 900,
        () if weight == 3 => 700,
        () => 450,
    };
    Some((last, score))
}

/// Whether the words before say that somebody is, was or went there.
pub(super) fn follows_place_word(text: &Text<'_>, at: usize) -> bool {
    const PLACING: [&str; 30] = [
        "in", "at", "from", "near", "to", "outside", "around", "downtown", "visited", "visiting", "via", "via",
        "leaving", "north", "south", "east", "west", "aus", "nach", "bei", "nahe", "à", "de", "près", "seit",
        "through", "@", "across", "within", "city",
    ];
    let mut back = 1;
    while matches!(text.small_before(at, back), "the" | "our" | "greater" | "metropolitan" | "central" | "der" | "of")
        && back < 3
    {
        back += 1;
    }
    PLACING.contains(&text.small_before(at, back))
}

/// Whether what begins at `at` gave the knowledge and not the care.
pub(super) fn is_source(text: &Text<'_>, at: usize) -> bool {
    const SOURCES: [&str; 16] = [
        "guidelines",
        "guideline",
        "recommendations",
        "recommendation",
        "criteria",
        "according",
        "published",
        "study",
        "studies",
        "trial",
        "data",
        "paper",
        "protocol",
        "research",
        "leitlinie",
        "evidence",
    ];
    const LINKS: [&str; 8] = ["from", "by", "to", "of", "the", "der", "at", "per"];
    let mut back = 1;
    while LINKS.contains(&text.small_before(at, back)) && back < 4 {
        back += 1;
    }
    back > 1 && SOURCES.contains(&text.small_before(at, back)) && text.small_before(at, 1) != "at"
}

/// Whether what ends at `last` gives its name to a disease, score, virus, trial or instrument: "Lyme disease".
pub(super) fn names_a_thing(text: &Text<'_>, last: usize) -> bool {
    let mut at = last + 1;
    if text.get(at).is_some_and(|token| token.kind == Kind::Possessive)
        || text.is_sign(at, "'")
        || text.is_sign(at, "’")
    {
        at += 1;
    }
    for _ in 0..HYPHENS_MAX {
        if text.is_sign(at, "-") && text.is_capital(at + 1) {
            at += 2;
        }
    }
    let joined = text.gap(at - 1) == " " || text.gap(at - 1).is_empty();
    let is_thing = |at: usize| {
        let small = text.small(at);
        THINGS.has(small)
            || ["itis", "oma", "emia", "aemia", "pathy", "osis"]
                .iter()
                .any(|end| small.len() > 6 && small.ends_with(end))
    };
    joined
        && (is_thing(at)
            || (text.gap(at) == " " && is_thing(at + 1) && !is_link(text.small(at)))
            || text.is_capital(at) && EPONYMS.has(text.small(at)) && is_thing(at + 1))
}

fn is_link(small: &str) -> bool {
    matches!(
        small,
        "with"
            | "and"
            | "for"
            | "on"
            | "in"
            | "at"
            | "has"
            | "had"
            | "is"
            | "was"
            | "who"
            | "a"
            | "the"
            | "to"
            | "of"
            | "or"
            | "presented"
            | "underwent"
    )
}

/// The state or country behind a town: the tokens of a code or name, after a comma or without.
fn region_behind(text: &Text<'_>, last: usize) -> Option<(usize, usize)> {
    let comma = usize::from(text.is_sign(last + 1, ",")) + usize::from(text.is_sign(last + 1, "("));
    let at = last + 1 + comma;
    let token = text.get(at)?;
    if text.gap(at - 1) != " " && comma == 0 {
        return None;
    }
    let is_code = token.case == Case::Shouted && REGION_CODES.has(&token.small) && token.kind == Kind::Word;
    if is_code && (comma == 1 || !WORDS.has(&token.small)) {
        return Some((at, at));
    }
    let length = text.longest(at, 3, |phrase| REGIONS.has(phrase));
    (comma == 1 && length > 0 && text.is_capital(at)).then_some((at, at + length - 1))
}

/// The last token with the towns, states and countries that follow: "St. Mary's, Dallas, TX", "Mount Sinai in New York".
pub(super) fn extended(text: &Text<'_>, last: usize) -> usize {
    let mut last = last;
    for _ in 0..4 {
        if text.is_sign(last + 1, "'") || text.get(last + 1).is_some_and(|token| token.kind == Kind::Possessive) {
            last += 1;
        }
        if let Some((_, end)) = region_behind(text, last) {
            last = end;
            continue;
        }
        let is_linked = matches!(text.small(last + 1), "," | "in" | "of" | "at" | "-");
        let at = last + 1 + usize::from(is_linked);
        let length = text.longest(at, 4, |phrase| {
            PLACES.has(phrase) || REGION_CODES.has(phrase) && phrase.len() == 2 && phrase != "in"
        });
        let end = at + length;
        let is_town = length > 0
            && text.is_capital(at)
            && text.is_capital(end - 1)
            && !names_a_thing(text, end - 1)
            && (length > 1
                || !WORDS.has(text.small(at))
                || text.get(at).is_some_and(|token| token.case == Case::Shouted && is_linked))
            && !is_person(text, at, end);
        if !is_town {
            break;
        }
        last = end - 1;
    }
    last
}

/// "Houston Smith", "Paris R.": the town is a given name.
fn is_person(text: &Text<'_>, at: usize, end: usize) -> bool {
    end - at == 1
        && FIRST_NAMES.has(text.small(at))
        && text.gap(at) == " "
        && text.is_capital(end)
        && (text.is_sign(end + 1, ".") || LAST_NAMES.has(text.small(end)))
}

fn advice(text: &Text<'_>, last: usize) -> Advice {
    match region_behind(text, last).and_then(|(from, to)| Some((text.get(from)?.start, text.get(to)?.end))) {
        Some((start, end)) => Advice::Region(text.said(start, end)),
        None => Advice::RegionOnly,
    }
}
