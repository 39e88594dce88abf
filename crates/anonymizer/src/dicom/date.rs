//! Dates moved by whole days, and ages held at ninety.

use crate::days;

/// A date (DA) moved by so many days; `None` if it is none. The form of ACR-NEMA, 2001.02.03, is read too.
pub(crate) fn shifted(date: &str, by: i64) -> Option<String> {
    let digits: String = date.trim().chars().filter(|character| *character != '.').collect();
    if digits.len() != 8 {
        return None;
    }
    let (year, month, day) = (part(&digits, 0..4)?, part(&digits, 4..6)?, part(&digits, 6..8)?);
    let number = days::number(year, month, day);
    if year == 0 || days::civil(number) != (year, month, day) {
        return None;
    }
    let (year, month, day) = days::civil(number + by);
    (1..=9999).contains(&year).then(|| format!("{year:04}{month:02}{day:02}"))
}

/// The date of a date and time (DT), moved; its time of day is left out.
pub(crate) fn shifted_datetime(datetime: &str, days: i64) -> Option<String> {
    shifted(datetime.trim().get(..8)?, days)
}

/// An age (AS) as it may leave: 90 years stands for every age above 89 (45 CFR 164.514(b)(2)(i)(C)); `None` if it is none.
pub(crate) fn age(age: &str) -> Option<String> {
    let age = age.trim();
    let number: u32 = age.get(..3)?.parse().ok()?;
    let days = match age.get(3..)? {
        "D" => 1.0,
        "W" => 7.0,
        "M" => 30.44,
        "Y" => 365.25,
        _ => return None,
    } * f64::from(number);
    Some(if days >= 90.0 * 365.25 { "090Y".to_owned() } else { format!("{number:03}{}", age.get(3..)?) })
}

fn part(digits: &str, range: std::ops::Range<usize>) -> Option<i64> {
    let part = digits.get(range)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_move_over_months_years_and_leap_days() {
        assert_eq!(shifted("20240301", -1).as_deref(), Some("20240229"));
        assert_eq!(shifted("20230301", -1).as_deref(), Some("20230228"));
        assert_eq!(shifted("2001.01.01", -366).as_deref(), Some("20000101"));
        assert_eq!(shifted_datetime("20240301123456.789+0100", -1).as_deref(), Some("20240229"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2024", "20240230", "20241301", "SMITHJON", "2024-3-1", "00000101", "１２３４０１０１"]
        {
            assert_eq!(shifted(text, -1), None, "{text}");
        }
    }

    #[test]
    fn ages_above_eighty_nine_are_ninety() {
        assert_eq!(age("089Y").as_deref(), Some("089Y"));
        assert_eq!(age("090Y").as_deref(), Some("090Y"));
        assert_eq!(age("104Y").as_deref(), Some("090Y"));
        assert_eq!(age("012W").as_deref(), Some("012W"));
        assert_eq!(age("Jane"), None);
        assert_eq!(age("45"), None);
    }
}
