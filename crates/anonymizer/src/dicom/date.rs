//! Dates moved by whole days, and ages held at ninety.

/// A date (DA) moved by so many days; `None` if it is none. The form of ACR-NEMA, 2001.02.03, is read too.
pub(crate) fn shifted(date: &str, days: i64) -> Option<String> {
    let digits: String = date.trim().chars().filter(|character| *character != '.').collect();
    if digits.len() != 8 {
        return None;
    }
    let (year, month, day) = (part(&digits, 0..4)?, part(&digits, 4..6)?, part(&digits, 6..8)?);
    let number = day_number(year, month, day);
    if year == 0 || civil(number) != (year, month, day) {
        return None;
    }
    let (year, month, day) = civil(number + days);
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

/// Days since 1 March of year 0 of the proleptic Gregorian calendar. Years begin in March, so that the odd day comes last.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day - 1
}

/// Year, month and day of a day number.
fn civil(number: i64) -> (i64, i64, i64) {
    let mut year = (10_000 * number + 14_780).div_euclid(3_652_425);
    let mut rest = number - day_number(year, 3, 1);
    if rest < 0 {
        year -= 1;
        rest = number - day_number(year, 3, 1);
    }
    let month = (100 * rest + 52) / 3060;
    let day = rest - (month * 306 + 5) / 10 + 1;
    (year + (month + 2) / 12, (month + 2) % 12 + 1, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_has_its_number_and_back() {
        let first = day_number(1800, 1, 1);
        let mut last = civil(first - 1);
        for number in first..first + 146_097 {
            let date = civil(number);
            assert_eq!(day_number(date.0, date.1, date.2), number);
            assert!(date > last);
            last = date;
        }
        assert_eq!(last, (2199, 12, 31));
    }

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
