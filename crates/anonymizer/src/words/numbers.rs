//! Numbers given to people and things: by the words before them, by their check digits, by their form.
//!
//! What counts or measures stays: a number without one of the three is left alone, and so is one with a unit behind it.

use std::sync::LazyLock;

use super::{
    Advice, Class, Mark, checksums,
    lists::ANNOUNCEMENTS,
    patterns::{Pattern, compile, stands_alone},
    tokens::Text,
};

/// Words of the longest announcement.
const ANNOUNCEMENT_WORDS_MAX: usize = 6;
/// Signs and words between an announcement and its number.
const BETWEEN_MAX: usize = 5;

static CODE: Pattern = LazyLock::new(|| {
    compile(
        r"^ (?: \p{L}{1,5} \s (?: \d{3,} | \d{2,} [-/] \d{2,} ) (?:[-/_.]\w{1,12}){0,4} | [\p{L}\d]+ (?: [-/_.:]{1,2} [\p{L}\d]+ ){0,6} (?: \s \d{2,6} \b ){0,5} )",
    )
});
static CHECKED: Pattern = LazyLock::new(|| {
    compile(
        r"(?-i: (?P<iban> [A-Z]{2}\d{2} (?: \s?[A-Z\d]{4} ){2,7} (?: \s?[A-Z\d]{1,4} )? )
        | (?P<kvnr> [A-Z]\d{9} )
        | (?P<dea> [A-Z]{2}\d{7} )
        | (?P<vin> [A-HJ-NPR-Z\d]{17} )
        | (?P<svnr> \d{2} \s? \d{6} \s? [A-Z] \s? \d{3} ) )
        | (?P<udi> \(01\)\s?\d{14} (?: \(\d{2}\)[\w-]+ ){0,4} )
        | (?P<nir> [12] \s? \d\d \s? (?:0[1-9]|1[0-2]|[2-9]\d) \s? \d[\dab] \s? \d{3} \s? \d{3} \s? \d\d )
        | (?P<card> \d{4} (?: [\s-]? \d{4} ){2} [\s-]? \d{1,7} | 3\d{3} [\s-]? \d{6} [\s-]? \d{5} )
        | (?P<nhs> \d{3} [\s-] \d{3} [\s-] \d{4} )
        | (?P<ssn> \d{3} [-\s] \d{2} [-\s] \d{4} )",
    )
});
static FORMED: Pattern = LazyLock::new(|| {
    compile(
        r"(?P<hash> \# \s? [A-Z]{0,6} [-/]? (?: [\dA-Z]{2,} (?:[-/][\dA-Z]{1,12}){0,4} ) )
        | (?-i: (?P<letters> [A-Z]{1,6} [-_/]{0,1} \d{5,14} (?: [-/][\dA-Z]{1,10} ){0,3} | [A-Z]{2,6} - \d{3,10} (?: [-/]\d{1,10} ){1,3} | [A-Z]{2,5}-\d{4,10} | \d{5,12} - [A-Z]{2,5} ) )
        | (?P<groups> \d{2,10} (?: -\d{2,10} ){1,4} )
        | (?P<digits> \d{7,} )",
    )
});
static UNIT: Pattern = LazyLock::new(|| {
    compile(
        r"^ \s? (?: % | ° | /\s? | x\s?10 | [µμ]\w | mg\b | g\b | kg\b | ml\b | l\b | dl\b | mmol | mol | u\b | iu\b | i\.u | units? | cells? | copies | cfu | hz | bp\b | years | people | patients | cases | participants | days | hours | €|\$|£|euros?|dollars )",
    )
});

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let mut marks = checked(text.whole);
    marks.extend(announced(text));
    marks.extend(formed(text.whole));
    marks
}

/// Numbers behind words such as "MRN" or "policy number": the words are marked with them, as they go together.
fn announced(text: &Text<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let words = text.longest(at, ANNOUNCEMENT_WORDS_MAX, |phrase| ANNOUNCEMENTS.has(phrase));
        let phrase = text.phrase(at, words);
        let announced = ANNOUNCEMENTS.find(&phrase).and_then(|class| announced_number(text, at, at + words, class));
        match announced {
            Some(mark) => {
                let end = mark.end;
                marks.push(mark);
                at += 1;
                while text.get(at).is_some_and(|token| token.start < end) {
                    at += 1;
                }
            }
            None => at += words.max(1),
        }
    }
    marks
}

fn announced_number(text: &Text<'_>, at: usize, behind: usize, class: &str) -> Option<Mark> {
    const BETWEEN: [&str; 28] = [
        ":", "#", ".", "-", "=", "(", "\"", "no", "nr", "number", "num", "id", "is", "was", "of", "code", "card", "°",
        "n", "as", "ist", "lautet", "est", "under", "mit", "the", "ending", "in",
    ];
    let mut from = behind;
    while from < behind + BETWEEN_MAX && BETWEEN.contains(&text.small(from)) {
        from += 1;
    }
    let is_weak = class.ends_with('?');
    let class = Class::ALL.into_iter().find(|known| known.code() == class.trim_end_matches('?'))?;
    let start = text.get(from)?.start;
    let code = CODE.find(&text.whole[start..])?;
    let mut said = code.as_str();
    if let Some(blank) =
        said.find(char::is_whitespace).filter(|blank| said[..*blank].bytes().any(|byte| byte.is_ascii_digit()))
    {
        let is_grouped = blank <= 6 && said[blank..].chars().count() > 2 && class != Class::Place;
        said = if is_grouped { said } else { &said[..blank] };
    }
    let digits = said.bytes().filter(u8::is_ascii_digit).count();
    let is_said_with_hash = (behind..from).any(|token| text.is_sign(token, "#"));
    let least = match class {
        _ if is_weak => 4,
        Class::Vehicle | Class::Licence => 2,
        Class::Place => 4,
        _ if is_said_with_hash => 2,
        _ => 3,
    };
    let is_year = said.len() == 4 && (said.starts_with("19") || said.starts_with("20"));
    let is_measure = UNIT.is_match(&text.whole[start + said.len()..]) || is_year && (is_weak || class == Class::Other);
    let is_date =
        text.get(from + 1).is_some_and(|sign| sign.small == "/") && digits <= 8 && said.matches('/').count() == 2;
    if digits < least || is_measure || is_date {
        return None;
    }
    let end = start + said.len();
    let (begin, advice) = match class {
        Class::Place => (start, postal(said)),
        Class::Device | Class::Vehicle => (start, Advice::WithoutNumber),
        _ => (text.get(at)?.start, Advice::LeaveOut),
    };
    Some(Mark::new(begin, end, class, if is_weak { 650 } else { 960 }, advice))
}

/// The first three digits of a postal code of the United States, "000" for those of fewer than 20,000 people by the census
/// of 2000 (Office for Civil Rights, guidance on de-identification, 26 November 2012); elsewhere the region alone.
pub(super) fn postal(code: &str) -> Advice {
    const SMALL: [&str; 17] = [
        "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890",
        "893",
    ];
    match code.get(..3).filter(|three| code.len() >= 5 && three.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(three) if SMALL.contains(&three) => Advice::Postal("000".to_owned()),
        Some(three) => Advice::Postal(three.to_owned()),
        None => Advice::RegionOnly,
    }
}

fn checked(whole: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for found in CHECKED.captures_iter(whole) {
        let Some(span) = found.get(0) else { continue };
        let bare: String = span.as_str().chars().filter(|character| character.is_alphanumeric()).collect();
        let is = |name: &str| found.name(name).is_some();
        let judged = match () {
            () if is("iban") => checksums::iban(&bare).then_some((Class::Account, 970)),
            () if is("kvnr") => checksums::kvnr(&bare).then_some((Class::HealthPlan, 950)),
            () if is("dea") => checksums::dea(&bare).then_some((Class::Licence, 900)),
            () if is("vin") => checksums::vin(&bare).then_some((Class::Vehicle, 950)),
            () if is("udi") => bare.get(2..16).is_some_and(checksums::gtin).then_some((Class::Device, 950)),
            () if is("nir") => checksums::nir(&bare).then_some((Class::SocialSecurity, 970)),
            () if is("card") => checksums::luhn(&bare).then_some((Class::Account, 950)),
            () if is("nhs") => checksums::nhs(&bare).then_some((Class::MedicalRecord, 950)),
            () if is("svnr") => Some((Class::SocialSecurity, 900)),
            () => Some((Class::SocialSecurity, if checksums::social_security_us(&bare) { 900 } else { 700 })),
        };
        if let Some((class, score)) = judged.filter(|_| stands_alone(whole, span.start(), span.end())) {
            marks.push(Mark::new(span.start(), span.end(), class, score, advice_of(class)));
        }
    }
    marks
}

const fn advice_of(class: Class) -> Advice {
    match class {
        Class::Vehicle | Class::Device => Advice::WithoutNumber,
        _ => Advice::LeaveOut,
    }
}

/// Codes that look like nothing but the number of somebody: long, or behind a hash, or letters with many digits.
fn formed(whole: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for found in FORMED.captures_iter(whole) {
        let Some(span) = found.get(0) else { continue };
        let digits = span.as_str().bytes().filter(u8::is_ascii_digit).count();
        let parts: Vec<&str> = span.as_str().split('-').collect();
        let is_range = parts.len() == 2 && parts.iter().all(|part| part.len() <= 6);
        let score = match () {
            () if found.name("hash").is_some() && digits >= 3 => 800,
            () if found.name("letters").is_some() && digits >= 5 => 650,
            () if found.name("letters").is_some() => 400,
            () if found.name("groups").is_some() && digits >= 7 && !is_range => 700,
            () if found.name("groups").is_some() && digits >= 8 => 450,
            () if found.name("digits").is_some() => 600,
            () => continue,
        };
        let stands = stands_alone(whole, span.start(), span.end());
        let is_joined =
            whole[..span.start()].ends_with(['.', ',', '-', '/', '+']) || UNIT.is_match(&whole[span.end()..]);
        if stands && !is_joined {
            marks.push(Mark::new(span.start(), span.end(), Class::Other, score, Advice::LeaveOut));
        }
    }
    marks
}
