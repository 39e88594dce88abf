//! What a line of print seems to be, by its form alone: good enough to tell a person what is under a cover, never to decide
//! that something may be seen.

use crate::finding::Print;

/// Units that stand behind the length of a scale bar.
const UNITS: [&str; 8] = ["mm", "cm", "um", "µm", "μm", "nm", "in", "inch"];
/// Marks that tell which side of the body, or from where, a picture was taken.
const SIDES: [&str; 26] = [
    "l", "r", "lt", "rt", "li", "re", "left", "right", "links", "rechts", "gauche", "droite", "g", "d", "od", "os",
    "ap", "pa", "lat", "lcc", "rcc", "lmlo", "rmlo", "l/r", "cc", "mlo",
];
/// Words of which one makes a line that of a person or a house, in English, German and French.
const NAMED: [&str; 27] = [
    "name",
    "patient",
    "pat.",
    "nom:",
    "prénom",
    "dr.",
    "dr ",
    "prof.",
    "prof ",
    "mr ",
    "mr.",
    "mrs",
    "frau ",
    "herr ",
    "mme",
    "hospital",
    "hôpital",
    "hopital",
    "clinic",
    "klinik",
    "clinique",
    "spital",
    "medic",
    "med ctr",
    "physician",
    "operator",
    "chu ",
];
/// Words that stand before a number that is somebody's.
const NUMBERED: [&str; 13] =
    ["mrn", "id:", "id ", "pid", "acc", "case", "fall", "nr.", "no.", "ssn", "visit", "encounter", "ipp"];
/// How months begin, in English, German and French.
const MONTHS: [&str; 19] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt", "dez",
    "fév", "avr", "juil",
];
/// Digits that make a number somebody's, and what makes it so behind a word for it.
const DIGITS_MIN: usize = 5;
const DIGITS_MIN_NAMED: usize = 3;
/// Digits of a number on a ruler.
const RULER_DIGITS_MAX: usize = 2;

/// What a line seems to be.
pub(super) fn of(text: &str) -> Print {
    let lower = text.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let digits = longest_number(&lower);
    if is_scale(&lower) {
        Print::ScaleBar
    } else if SIDES.contains(&lower.trim_matches(|mark: char| !mark.is_alphanumeric())) {
        Print::SideMarker
    } else if has(&NAMED) || has_name_form(text) {
        Print::Name
    } else if has_date(&lower) {
        Print::Date
    } else if digits >= DIGITS_MIN || digits >= DIGITS_MIN_NAMED && has(&NUMBERED) {
        Print::Number
    } else {
        Print::Words
    }
}

/// A length with its unit, a unit alone, or a number as on a ruler, and the marks beside them.
fn is_scale(lower: &str) -> bool {
    let bare = lower.trim_matches(|mark: char| !mark.is_alphanumeric());
    let number = bare.trim_end_matches(|mark: char| !mark.is_ascii_digit());
    let unit = bare[number.len()..].trim_start_matches([' ', '.']);
    let is_number = number.chars().all(|digit| digit.is_ascii_digit() || matches!(digit, '.' | ',' | ' '));
    let digits = number.chars().filter(char::is_ascii_digit).count();
    is_number && (UNITS.contains(&unit) || unit.is_empty() && (1..=RULER_DIGITS_MAX).contains(&digits))
}

/// "LAST^FIRST", "LAST, FIRST": letters on both sides of the mark.
fn has_name_form(text: &str) -> bool {
    let letters = |part: &str| part.chars().filter(|letter| letter.is_alphabetic()).count() >= 2;
    let is_word = |part: &str| letters(part) && !part.chars().any(|letter| letter.is_ascii_digit());
    text.split_once('^').is_some_and(|(last, _)| letters(last))
        || text
            .split_once(',')
            .is_some_and(|(last, first)| is_word(last) && is_word(first) && !last.trim().contains(' '))
}

/// Digits of the longest number, blanks and dashes within it left out.
fn longest_number(lower: &str) -> usize {
    let parts = lower.split(|mark: char| !(mark.is_ascii_digit() || matches!(mark, '-' | ' ')));
    parts.map(|part| part.chars().filter(char::is_ascii_digit).count()).max().unwrap_or(0)
}

/// A date in digits, one with the name of a month, a time of day, or the word for a date of birth.
fn has_date(lower: &str) -> bool {
    if ["dob", "d.o.b", "geb.", "born", "né le", "née le"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let is_digit = |character: char| character.is_ascii_digit();
    let numbers: Vec<(usize, &str)> = lower
        .split(|character| !is_digit(character))
        .filter(|number| !number.is_empty())
        .map(|number| (number.as_ptr() as usize - lower.as_ptr() as usize, number))
        .collect();
    let between = |one: (usize, &str), other: (usize, &str)| &lower[one.0 + one.1.len()..other.0];
    let is_day = |number: &str| (1..=2).contains(&number.len());
    let has_digits = numbers.windows(3).any(|three| {
        let [one, two, three] = [three[0], three[1], three[2]];
        let mark = between(one, two);
        matches!(mark, "/" | "." | "-")
            && between(two, three) == mark
            && is_day(two.1)
            && (is_day(one.1) && three.1.len() >= 2 || one.1.len() == 4)
    });
    let has_time =
        numbers.windows(2).any(|two| between(two[0], two[1]) == ":" && is_day(two[0].1) && two[1].1.len() >= 2);
    let has_month = numbers.windows(2).any(|two| {
        let word = between(two[0], two[1]).trim_matches(|mark: char| !mark.is_alphabetic());
        is_day(two[0].1) && two[1].1.len() >= 2 && MONTHS.iter().any(|month| word.starts_with(month))
    });
    let names_month =
        MONTHS.iter().any(|month| lower.starts_with(month)) && numbers.last().is_some_and(|it| it.1.len() == 4);
    has_digits || has_time || has_month || names_month
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Print, lines: &[&str]) {
        for line in lines {
            assert_eq!(of(line), expected, "{line}");
        }
    }

    #[test]
    fn persons_and_houses_are_names() {
        check(Print::Name, &["DOE^JANE", "DOE,JANE", "Patient: X", "BAPTIST MED CTR", "Dr. Muster", "Klinikum Nord"]);
    }

    #[test]
    fn dates_are_told_in_three_languages_and_with_times_run_into_them() {
        check(Print::Date, &["03/02/201705:24:57PM", "DOB:08/29/1951 M", "2016-10-07", "7-OCT-2016", "12. Dez 2019"]);
        check(Print::Date, &["01:07:45PM", "geb. 1.2.1950", "May 5, 2011"]);
    }

    #[test]
    fn long_numbers_and_numbers_with_a_word_for_them_are_numbers() {
        check(Print::Number, &["0001128201", "00079241539", "MRN 4711", "11 33 55 77"]);
    }

    #[test]
    fn lengths_and_the_numbers_of_a_ruler_are_scale_bars() {
        check(Print::ScaleBar, &["10 MM", "MM", "4.0cm-", "|— 50 µm —|", "10", "5 mm"]);
    }

    #[test]
    fn marks_of_sides_and_views_are_side_markers() {
        check(Print::SideMarker, &["R", "L", "(R)", "LT", "Left", "RMLO"]);
    }

    #[test]
    fn anything_else_is_words() {
        check(Print::Words, &["Adv Breast", "36Hz", "TIS0.0 MI 0.6", "L12-5", "", "日", "comm", "Gn55DR63"]);
    }
}
