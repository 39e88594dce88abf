//! Words of a text that look as if they could show who the patient is. It marks what anybody would: dates, long numbers, mail
//! addresses, ages above 89. That nothing is marked says nothing.

use crate::sentences::Sentences;

/// Digits from which on a number is taken for that of a record, a telephone or an insurance.
const NUMBER_DIGITS_MIN: usize = 6;

/// A stretch of a field, and what to write in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) advice: String,
}

/// What stands out in a field.
pub(super) fn marks(field: &str, text: &str) -> Vec<Mark> {
    let words: Vec<&str> = text.split_whitespace().map(trimmed).filter(|word| !word.is_empty()).collect();
    let mut marks = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        if let Some(key) = key_of(word, next) {
            marks.push(Mark {
                field: field.to_owned(),
                text: (*word).to_owned(),
                advice: Sentences::english().get(key),
            });
        }
    }
    marks.dedup();
    marks
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn key_of(word: &str, next: &str) -> Option<&'static str> {
    match () {
        () if is_mail(word) => Some("mark-mail"),
        () if is_date(word) => Some("mark-date"),
        () if is_old_age(word, next) => Some("mark-age"),
        () if word.chars().filter(char::is_ascii_digit).count() >= NUMBER_DIGITS_MIN => Some("mark-number"),
        () => None,
    }
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
    fn what_a_colleague_needs_to_know_does_not() {
        let text = "Day 12, 37.9 °C, 120/80 mmHg, 89 years old, 150 mg, pH 7.35, L4-L5, 1-2-1, 93 % saturation, version 4.13.99";
        assert_eq!(marked(text), Vec::<String>::new());
    }
}
