//! Dates finer than a year, in English, German and French forms; years of birth that tell an age of 90 and more.
//!
//! A year alone stays, and so do "last month", "summer of 2022" and "day 3".

use std::sync::LazyLock;

use regex::Captures;

use super::{
    Advice, Class, Mark,
    patterns::{Pattern, compile, stands_alone},
    tokens::Text,
};
use crate::days;

const MONTH: &str = r"(?P<month>
    jan(?:uary|uar|vier)?|jänner|feb(?:ruary|ruar)?|févr?(?:ier)?|mar(?:ch|s)?|märz|mrz|apr(?:il)?|avr(?:il)?|may|mai|june?|juni|juin
    |july?|juli|juillet|juil|aug(?:ust)?|août|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember)?|déc(?:embre)?)";

static MONTH_FIRST: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"\b {MONTH} \.? (?: \s{{1,2}} | - ) (?P<day>\d{{1,2}}) (?P<nth> st|nd|rd|th )? (?: [,\s]{{1,3}} (?:of\s)? (?P<year> \d{{4}} | ['’]\d\d ) | -(?P<dashed>\d{{2,4}}) )? "
    ))
});
static DAY_FIRST: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"(?P<day>\d{{1,2}}) (?P<nth> st|nd|rd|th|er|\. )? [\s-]{{0,2}} (?: of \s | de \s )? {MONTH} \b \.? (?: [,\s-]{{1,3}} (?P<year> \d{{4}} | ['’]\d\d ) )? "
    ))
});
static MONTH_OF_YEAR: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"\b {MONTH} \.? (?: [\s,/-]{{1,2}} (?:of\s|de\s)? | ['’] ) (?P<year> (?:19|20)\d\d | ['’]\d\d ) "
    ))
});
static IN_FIGURES: Pattern = LazyLock::new(|| {
    compile(
        r"(?P<a>\d{1,4}) (?P<sign>[/.\-–]) \s? (?P<b>\d{1,2}) (?P<again>[/.\-–]) \s? (?P<c>\d{2,4}) (?: T\d\d:\d\d )?",
    )
});
/// A day of birth with blanks between its figures, which nothing else would make a date.
static BORN_APART: Pattern = LazyLock::new(|| {
    compile(
        r"\b(?: dob | d\.o\.b\. | born | birthdate | date \s of \s birth | geb | geboren | geburtsdatum | née? | naissance ) \b [\s.:*]{0,3} (?: (?:on|am|le) \s )?
          (?P<a>\d{1,2}) (?P<sign>\s) (?P<b>\d{1,2}) (?P<again>\s) (?P<c>(?:19|20)\d\d) \b",
    )
});
static DAY_AND_MONTH: Pattern = LazyLock::new(|| {
    compile(
        r"\b(?P<before> on | since | dated | date | dob | from | until | till | seen | visit | admitted | discharged | appointment | surgery | am | vom | seit | bis | le | du | the ) [\s:]{1,2} (?P<a>\d{1,2}) (?P<sign>[/.]) (?P<b>\d{1,2}) (?P<point>\.?)",
    )
});
static FIGURES_OF_YEAR: Pattern = LazyLock::new(|| {
    compile(r"(?P<a>0[1-9]|1[0-2]|[1-9]) / (?P<year>(?:19|20)\d\d) | (?P<iso>(?:19|20)\d\d) - (?P<b>0[1-9]|1[0-2])")
});
static BORN: Pattern = LazyLock::new(|| {
    compile(
        r"\b(?: dob | d\.o\.b\. | born | birth | birthday | birthdate | date \s of \s birth | year \s of \s birth | yob | geb | geboren | geburtsdatum | jahrgang | née? | naissance ) \b [\s.:]{0,3} (?: (?:on|in|is|was|the|am|le|en|im\sjahr) [\s:]{1,2} ){0,2} (?P<compact>(?:19|20)\d{6})? (?P<year>(?:19|20)\d\d\b)?",
    )
});
/// Feasts of a named year, which are days.
static FEAST: Pattern = LazyLock::new(|| {
    compile(
        r"\b(?: (?: on | at | am | an | à ) \s (?: the \s )? )? (?: christmas (?:\s(?:eve|day))? | new \s year[’']s \s (?:eve|day) | easter \s (?:sunday|monday) | thanksgiving (?:\sday)? | independence \s day | heiligabend | silvester | ostersonntag | ostermontag | karfreitag | noël | pâques ) (?: [,\s]{1,2} (?: of \s )? (?P<year>(?:19|20)\d\d) )",
    )
});

static LAST_MONTH: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"\b (?: last | this | next | letzten | im \s letzten | en | im | anfang | mitte | ende | early | late | mid ) [\s-] {MONTH} \b"
    ))
});

/// `14:00`, `at 9:30`, `9:30 pm`; a titre of 1:40 is none.
static TIME: Pattern = LazyLock::new(|| {
    compile(
        r"(?: \b (?: at | since | until | from | by | um | gegen | à ) \s )? (?P<time> (?: [01]\d | 2[0-3] ) : [0-5]\d (?: : [0-5]\d )? (?: \s? [ap]\.? m \b )? )
        | \b (?: at | since | until | from | by | um | gegen | à ) \s (?P<said> \d : [0-5]\d (?: \s? [ap]\.? m \b )? )
        | (?P<half> \d{1,2} : [0-5]\d \s? [ap]\.? m \b )",
    )
});

/// A date as far as the text tells it.
#[derive(Clone, Copy)]
struct Day {
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
}

impl Day {
    /// To count from; see [`days::number`].
    fn number(self) -> Option<i32> {
        i32::try_from(days::number(self.year?.into(), self.month?.into(), self.day?.into())).ok()
    }
}

struct Found {
    start: usize,
    end: usize,
    day: Day,
    score: u16,
}

pub(super) fn find(text: &Text<'_>, this_year: u16) -> Vec<Mark> {
    let whole = text.whole;
    let mut found = in_words(whole, this_year);
    found.extend(in_figures(text, this_year));
    found.extend(FEAST.captures_iter(whole).filter_map(|feast| {
        let (all, year) = (feast.get(0)?, feast.name("year")?.as_str().parse().ok());
        let day = Day { year, month: None, day: None };
        Some(Found { start: all.start(), end: all.end(), day, score: 700 })
    }));
    found.extend(LAST_MONTH.captures_iter(whole).filter_map(|last| {
        let (all, month) = (last.get(0)?, last.name("month")?);
        let is_name = month.as_str().starts_with(char::is_uppercase) && month.as_str().len() > 3;
        let day = Day { year: None, month: None, day: None };
        is_name.then(|| Found { start: all.start(), end: all.end(), day, score: 600 })
    }));
    let births: Vec<Captures<'_>> = BORN.captures_iter(whole).collect();
    let first = found
        .iter()
        .filter(|found| birth_of(&births, found.start).is_none())
        .filter_map(|found| found.day.number())
        .min();
    let mut marks: Vec<Mark> = found
        .into_iter()
        .map(|found| {
            let advice = match (found.day.year, found.day.number().zip(first)) {
                _ if birth_of(&births, found.start).is_some() => Advice::Age,
                (Some(year), Some((day, first))) if day > first => Advice::YearOrDay { year, day: day - first },
                (Some(year), _) => Advice::Year(year),
                (None, _) => Advice::Day,
            };
            Mark::new(found.start, found.end, Class::Date, found.score, advice)
        })
        .collect();
    marks.extend(times(whole));
    marks.extend(births.iter().filter_map(|born| year_or_day_of_birth(whole, born, this_year)));
    marks
}

/// Times of the day, which are no elements of a date by the letter of the rule, and yet find a record.
fn times(whole: &str) -> impl Iterator<Item = Mark> {
    TIME.captures_iter(whole).filter_map(|found| {
        let time = found.name("time").or_else(|| found.name("said")).or_else(|| found.name("half"))?;
        no_digits_around(whole, time.start(), time.end())
            .then(|| Mark::new(time.start(), time.end(), Class::Date, 350, Advice::Hour))
    })
}

fn in_words(whole: &str, this_year: u16) -> Vec<Found> {
    let mut all = Vec::new();
    for (pattern, has_day) in [(&MONTH_FIRST, true), (&DAY_FIRST, true), (&MONTH_OF_YEAR, false)] {
        for found in pattern.captures_iter(whole) {
            let (Some(span), Some(month)) = (found.get(0), found.name("month")) else { continue };
            let year =
                found.name("year").or_else(|| found.name("dashed")).and_then(|year| year_of(year.as_str(), this_year));
            let day = found.name("day").and_then(|day| day.as_str().parse().ok());
            if has_day && !day.is_some_and(|day: u8| (1..=31).contains(&day)) {
                continue;
            }
            let is_written_small = month.as_str().starts_with(char::is_lowercase);
            let is_verb =
                matches!(month.as_str(), "may" | "march" | "mar" | "mai" | "mars" | "dec" | "sept" | "sep" | "oct");
            let is_sure = year.is_some() || found.name("nth").is_some();
            let stands = stands_alone(whole, span.start(), span.end());
            if !stands || (is_written_small && is_verb && !is_sure) || (!has_day && year.is_none()) {
                continue;
            }
            let is_rim = |sign: char| sign.is_whitespace() || matches!(sign, ',' | '.');
            let end = span.start() + span.as_str().trim_end_matches(is_rim).len();
            let day = Day { year, month: month_of(month.as_str()), day };
            all.push(Found { start: span.start(), end, day, score: if is_sure { 950 } else { 700 } });
        }
    }
    all
}

fn in_figures(text: &Text<'_>, this_year: u16) -> Vec<Found> {
    let whole = text.whole;
    let mut all = Vec::new();
    for found in IN_FIGURES.captures_iter(whole) {
        let Some(span) = found.get(0) else { continue };
        if let Some(day) = in_order(&found, this_year).filter(|_| no_digits_around(whole, span.start(), span.end())) {
            all.push(Found { start: span.start(), end: span.end(), day, score: 950 });
        }
    }
    for found in BORN_APART.captures_iter(whole) {
        let (Some(from), Some(to)) = (found.name("a"), found.name("c")) else { continue };
        if let Some(day) = in_order(&found, this_year) {
            all.push(Found { start: from.start(), end: to.end(), day, score: 950 });
        }
    }
    for found in DAY_AND_MONTH.captures_iter(whole) {
        let number = |name: &str| found.name(name).and_then(|number| number.as_str().parse::<u8>().ok());
        let (Some(a), Some(b), Some(from), Some(to)) = (number("a"), number("b"), found.name("a"), found.name("b"))
        else {
            continue;
        };
        let is_pointed = &found["sign"] == ".";
        let (month, day) = if a <= 12 && !is_pointed { (a, b) } else { (b, a) };
        let is_day =
            (1..=12).contains(&month) && (1..=31).contains(&day) && (!is_pointed || !found["point"].is_empty());
        let is_scale = matches!(b, 5 | 10) && a <= b;
        if is_day && no_digits_around(whole, from.start(), to.end()) && !whole[to.end()..].starts_with('/') {
            let day = Day { year: None, month: Some(month), day: Some(day) };
            all.push(Found { start: from.start(), end: to.end(), day, score: if is_scale { 300 } else { 600 } });
        }
    }
    for found in FIGURES_OF_YEAR.captures_iter(whole) {
        let Some(span) = found.get(0) else { continue };
        let year = found.name("year").or_else(|| found.name("iso")).and_then(|year| year.as_str().parse().ok());
        let is_iso = found.name("iso").is_some();
        if no_digits_around(whole, span.start(), span.end()) {
            let day = Day { year, month: None, day: None };
            all.push(Found { start: span.start(), end: span.end(), day, score: if is_iso { 300 } else { 700 } });
        }
    }
    all
}

/// The three numbers as a day: year first, or month and day in either order, both signs alike.
fn in_order(found: &Captures<'_>, this_year: u16) -> Option<Day> {
    let (sign, again) = (&found["sign"], &found["again"]);
    let number = |name: &str| found[name].parse::<u16>().ok();
    let (a, b, c) = (number("a")?, number("b")?, number("c")?);
    let (month, day, year) = if found["a"].len() == 4 && found["c"].len() <= 2 {
        (b, c, Some(a))
    } else if found["a"].len() <= 2 && found["c"].len() != 3 {
        let is_day_first = sign == "." || a > 12;
        let year = year_of(&found["c"], this_year);
        if is_day_first { (b, a, year) } else { (a, b, year) }
    } else {
        return None;
    };
    let has_short_year = found["c"].len() == 2 && found["a"].len() <= 2;
    let is_likely = sign == again
        && (!has_short_year
            || sign == "/"
            || (found["a"].len() == 2 && found["b"].len() == 2)
            || sign == "." && c > 18);
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day) && year.is_some();
    (is_likely && is_day).then_some(Day { year, month: u8::try_from(month).ok(), day: u8::try_from(day).ok() })
}

/// Whether a date is part of no longer number, ratio or version.
fn no_digits_around(whole: &str, start: usize, end: usize) -> bool {
    let mut before = whole[..start].chars().rev();
    let mut behind = whole[end..].chars();
    let is_joined = |first: Option<char>, second: Option<char>| match first {
        Some(first) if first.is_alphanumeric() => true,
        Some('/' | '.' | '-' | '–' | ',') => second.is_some_and(char::is_numeric),
        _ => false,
    };
    !is_joined(before.next(), before.next()) && !is_joined(behind.next(), behind.next())
}

/// Words such as "born" that a date at `start` stands behind.
fn birth_of<'c, 't>(births: &'c [Captures<'t>], start: usize) -> Option<&'c Captures<'t>> {
    let before = births.partition_point(|born| born.get(0).is_some_and(|born| born.start() <= start));
    let born = births.get(before.checked_sub(1)?)?;
    (start < born.get(0)?.end() + 3).then_some(born)
}

/// Eight digits as a day of birth; a year of birth where it makes somebody 90 or older.
fn year_or_day_of_birth(whole: &str, born: &Captures<'_>, this_year: u16) -> Option<Mark> {
    if let Some(day) = born.name("compact") {
        return Some(Mark::new(day.start(), day.end(), Class::Date, 900, Advice::Age));
    }
    let year = born.name("year")?;
    let age = year.as_str().parse().map_or(0, |year: u16| this_year.saturating_sub(year));
    (age >= 90 && stands_alone(whole, year.start(), year.end()))
        .then(|| Mark::new(year.start(), year.end(), Class::Date, 900, Advice::NinetyPlus))
}

fn year_of(said: &str, this_year: u16) -> Option<u16> {
    let digits = said.trim_start_matches(['\'', '’']);
    let year: u16 = digits.parse().ok()?;
    match digits.len() {
        4 => (1850..=2150).contains(&year).then_some(year),
        2 if year <= this_year % 100 + 5 => Some(this_year / 100 * 100 + year),
        2 => Some((this_year / 100).saturating_sub(1) * 100 + year),
        _ => None,
    }
}

fn month_of(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let starts = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    Some(match () {
        () if starts(&["jan", "jän"]) => 1,
        () if starts(&["f"]) => 2,
        () if starts(&["mar", "mär", "mrz"]) => 3,
        () if starts(&["ap", "av"]) => 4,
        () if starts(&["may", "mai"]) => 5,
        () if starts(&["jun", "juin"]) => 6,
        () if starts(&["jul", "juil"]) => 7,
        () if starts(&["au", "ao"]) => 8,
        () if starts(&["s"]) => 9,
        () if starts(&["o"]) => 10,
        () if starts(&["n"]) => 11,
        () if starts(&["d"]) => 12,
        () => return None,
    })
}
