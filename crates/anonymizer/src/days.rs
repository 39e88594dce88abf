//! Days of the proleptic Gregorian calendar as numbers, to count from one to another.

/// Days since 1 March of year 0. Years begin in March, so that the odd day comes last.
pub(crate) fn number(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day - 1
}

/// Year, month and day of a number.
pub(crate) fn civil(day_number: i64) -> (i64, i64, i64) {
    let mut year = (10_000 * day_number + 14_780).div_euclid(3_652_425);
    let mut rest = day_number - number(year, 3, 1);
    if rest < 0 {
        year -= 1;
        rest = day_number - number(year, 3, 1);
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
        let first = number(1800, 1, 1);
        let mut last = civil(first - 1);
        for day in first..first + 146_097 {
            let date = civil(day);
            assert_eq!(number(date.0, date.1, date.2), day);
            assert!(date > last);
            last = date;
        }
        assert_eq!(last, (2199, 12, 31));
    }
}
