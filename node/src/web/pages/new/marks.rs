//! Words of a text that look as if they could show who the patient is. It marks what anybody would: dates, times of the day, long
//! numbers, mail addresses, names behind a title, rooms, ages above 89. That nothing is marked says nothing.

use crate::sentences::Sentences;

/// Digits from which on a number is taken for that of a record, a telephone or an insurance.
const NUMBER_DIGITS_MIN: usize = 6;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_IN_SHORT: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec"];
const TITLES: [&str; 12] =
    ["Mr", "Mrs", "Ms", "Miss", "Mister", "Dr", "Prof", "Professor", "Herr", "Frau", "Mme", "Señora"];
const ROOMS: [&str; 4] = ["room", "ward", "bay", "cubicle"];
const SPANS: [&str; 8] = ["day", "days", "hour", "hours", "week", "weeks", "month", "months"];

/// A stretch of a field, and what to write in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) advice: String,
}

impl Mark {
    /// The key of the field's name.
    pub(super) fn field_key(&self) -> &'static str {
        match self.field.as_str() {
            "title" => "field-title",
            "question" => "field-question",
            "history" => "field-history",
            _ => "field-examination",
        }
    }
}

/// A word without what stands round it, and where it stands in its text.
#[derive(Clone, Copy, Debug, Default)]
struct Word<'a> {
    text: &'a str,
    from: usize,
    to: usize,
    /// A comma, a full stop or the like stands behind it.
    is_last: bool,
}

/// What stands out in a field.
pub(super) fn marks(field: &str, text: &str) -> Vec<Mark> {
    let words = words_of(text);
    let mut marks: Vec<Mark> = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).map_or("", |word| word.text);
        let Some((count, key)) = found_at(before, rest) else {
            at += 1;
            continue;
        };
        let range = rest[0].from..rest[count - 1].to;
        let text = text.get(range).unwrap_or_default().to_owned();
        let mark = Mark { field: field.to_owned(), text, advice: Sentences::english().get(key) };
        if !marks.contains(&mark) {
            marks.push(mark);
        }
        at += count;
    }
    marks
}

fn words_of(text: &str) -> Vec<Word<'_>> {
    let mut end = 0;
    let words = text.split_inclusive(char::is_whitespace).filter_map(|raw| {
        end += raw.len();
        // What a telephone number begins with belongs to it.
        let front = raw.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '+');
        let word = front.trim_end_matches(|c: char| !c.is_alphanumeric());
        let from = end - front.len();
        let is_last = front[word.len()..].contains([',', ';', ':', '.', ')']);
        (!word.is_empty()).then_some(Word { text: word, from, to: from + word.len(), is_last })
    });
    words.collect()
}

/// How many of the words stand out together from the first on, and the key of what to write in their place.
fn found_at(before: &str, words: &[Word<'_>]) -> Option<(usize, &'static str)> {
    let word = words[0].text;
    let next = words.get(1).map_or("", |word| word.text);
    let together = telephone(words).map(|count| (count, "mark-number"));
    let together = together.or_else(|| written_date(words).map(|count| (count, "mark-date")));
    let together = together.or_else(|| is_named(word, next).then_some((2, "mark-name")));
    let together = together.or_else(|| is_room(words).then_some((2, "mark-place")));
    together.or_else(|| Some((1, key_of(before, word, next)?)))
}

fn key_of(before: &str, word: &str, next: &str) -> Option<&'static str> {
    match () {
        () if is_mail(word) => Some("mark-mail"),
        () if is_date(word) => Some("mark-date"),
        () if is_time(before, word, next) => Some("mark-time"),
        () if is_old_age(word, next) => Some("mark-age"),
        () if word.chars().filter(char::is_ascii_digit).count() >= NUMBER_DIGITS_MIN => Some("mark-number"),
        () => None,
    }
}

/// `+49 171 1234567`, `0171 123 45 67`: groups of digits, of which the first begins as telephone numbers do.
fn telephone(words: &[Word<'_>]) -> Option<usize> {
    let is_group = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "+()-/".contains(c));
    let first = words[0].text;
    if !first.starts_with(['+', '0']) || !is_group(first) {
        return None;
    }
    let end = words.iter().position(|word| word.is_last || !is_group(word.text)).unwrap_or(words.len());
    let count = match words.get(end) {
        Some(word) if is_group(word.text) => end + 1,
        _ => end,
    };
    let digits = words[..count].iter().flat_map(|word| word.text.chars()).filter(char::is_ascii_digit).count();
    (count > 1 && digits >= NUMBER_DIGITS_MIN).then_some(count)
}

/// `3 March 2024`, `3rd of March`, `March 3, 2024`, `March 2024`.
fn written_date(words: &[Word<'_>]) -> Option<usize> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text);
    let has_year = |at: usize| usize::from(is_year(text(at)));
    if is_day(text(0)) {
        let month = if text(1) == "of" { 2 } else { 1 };
        return is_month(text(month)).then(|| month + 1 + has_year(month + 1));
    }
    if !is_month(text(0)) {
        return None;
    }
    match () {
        () if is_day(text(1)) => Some(2 + has_year(2)),
        () if is_year(text(1)) => Some(2),
        () => None,
    }
}

/// A full name however it is written, unless it is a word of its own; a short one with its capital.
fn is_month(word: &str) -> bool {
    let is_full = MONTHS.iter().any(|month| *month == word || (*month != "May" && month.eq_ignore_ascii_case(word)));
    is_full || MONTHS_IN_SHORT.contains(&word)
}

fn is_day(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = word.split_at(digits);
    number.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day)) && ["", "st", "nd", "rd", "th"].contains(&ending)
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year))
}

/// `14:00`, `at 9:30`, `9:30 pm`. A titre of 1:40 is no time.
fn is_time(before: &str, word: &str, next: &str) -> bool {
    let Some((hour, minute)) = word.split_once(':') else { return false };
    let is_half_day = |text: &str| ["am", "pm", "a.m", "p.m"].contains(&text.to_lowercase().as_str());
    let (minute, ending) = minute.split_at_checked(2).unwrap_or((minute, ""));
    let is_said = ["at", "since", "until", "from", "by"].contains(&before.to_lowercase().as_str());
    let is_sure = hour.len() == 2 || is_said || is_half_day(ending) || is_half_day(next);
    let is_number = |text: &str, limit: u8| text.parse::<u8>().is_ok_and(|number| number < limit);
    is_sure
        && hour.len() <= 2
        && minute.len() == 2
        && (ending.is_empty() || is_half_day(ending))
        && is_number(hour, 24)
        && is_number(minute, 60)
}

/// `Mr Smith`.
fn is_named(word: &str, next: &str) -> bool {
    TITLES.contains(&word) && next.chars().next().is_some_and(char::is_uppercase)
}

/// `Room 5`, `ward 7B`; not `ward 5 days`.
fn is_room(words: &[Word<'_>]) -> bool {
    let text = |at: usize| words.get(at).map_or("", |word| word.text);
    let is_numbered = text(1).starts_with(|c: char| c.is_ascii_digit()) && !words[0].is_last;
    ROOMS.contains(&text(0).to_lowercase().as_str()) && is_numbered && !SPANS.contains(&text(2))
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Day, month and year, or year, month and day, with dots, dashes or slashes between them; with slashes also month first.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['.', '-', '/']).collect();
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Vec<u16> = parts.iter().filter(|part| is_number(part)).filter_map(|part| part.parse().ok()).collect();
    let is_year = |part: &str| matches!(part.len(), 2 | 4);
    let is_month_and_day = |month: u16, day: u16| (1..=12).contains(&month) && (1..=31).contains(&day);
    match (parts.as_slice(), numbers.as_slice()) {
        ([.., year], [first, second, _]) if is_year(year) && is_month_and_day(*second, *first) => true,
        ([.., year], [first, second, _]) if is_year(year) && word.contains('/') => is_month_and_day(*first, *second),
        ([year, ..], [_, month, day]) => year.len() == 4 && is_month_and_day(*month, *day),
        _ => false,
    }
}

/// `93 years`, `93-year-old`, `93yo`.
fn is_old_age(word: &str, next: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = word.split_at(digits);
    let is_above_89 = number.parse::<u16>().is_ok_and(|age| (90..130).contains(&age));
    let unit = unit.trim_start_matches('-').to_lowercase();
    let unit = if unit.is_empty() { next.to_lowercase() } else { unit };
    is_above_89 && ["year", "yo", "y.o", "yr"].iter().any(|known| unit.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<String> {
        marks("history", text).into_iter().map(|mark| mark.text).collect()
    }

    #[test]
    fn dates_numbers_addresses_and_great_ages_stand_out() {
        let text = "Seen on 3.11.2026 (and 2026-11-05, 5/11/26), record 00482913, mail ada@ward.example; a 93-year-old, or 91 years old.";
        let found = ["3.11.2026", "2026-11-05", "5/11/26", "00482913", "ada@ward.example", "93-year-old", "91"];
        assert_eq!(marked(text), found);
    }

    #[test]
    fn written_dates_times_names_and_rooms_stand_out() {
        let text = "Admitted 3 March 2024 at 14:00 (Room 5), seen by Dr. Brown on the 5th of may, again March 7, 2024 and in Sept 2024; \
            Mr Smith, call +49 171 1234567 or 0171 234 56 78, 9:30 pm.";
        let found = [
            "3 March 2024",
            "14:00",
            "Room 5",
            "Dr. Brown",
            "March 7, 2024",
            "Sept 2024",
            "Mr Smith",
            "+49 171 1234567",
            "0171 234 56 78",
            "9:30",
        ];
        assert_eq!(marked(text), found);
    }

    #[test]
    fn what_only_resembles_them_does_not() {
        let text = "ANA 1:160, titre 1:40, adrenaline 1:1000, room air 96 %, on the ward 5 days, BP 120 80, may 3 of them march on, \
            in 2024, MS 12, 0 1 2, sepsis, 10 mg at night, +2 reflexes, Dr to see";
        assert_eq!(marked(text), Vec::<String>::new());
    }

    #[test]
    fn what_a_colleague_needs_to_know_does_not() {
        let text = "Day 12, 37.9 °C, 120/80 mmHg, 89 years old, 150 mg, pH 7.35, L4-L5, 1-2-1, 93 % saturation, version 4.13.99";
        assert_eq!(marked(text), Vec::<String>::new());
    }
}
