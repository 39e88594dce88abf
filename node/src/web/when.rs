//! Times as pages show them: exact for scripts, which turn them into the reader's zone, and in words of UTC without them.

use jiff::{Timestamp, tz::TimeZone};

/// A time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    /// RFC 3339.
    pub(crate) written: String,
    /// When it came here, if it is somebody else's time; else empty.
    pub(crate) received: String,
    /// In words, in UTC.
    pub(crate) text: String,
    /// It is a day, the same wherever it is read.
    pub(crate) is_day: bool,
}

impl When {
    /// When somebody says that they wrote, and when it came here.
    pub(crate) fn told(written_ms: u64, received_ms: Option<u64>) -> Self {
        Self { received: received_ms.map(rfc_3339).unwrap_or_default(), ..Self::at(written_ms) }
    }

    /// A time of our own clock or of an author whose claim is not doubted.
    pub(crate) fn at(time_ms: u64) -> Self {
        let moment = moment(time_ms);
        let text = moment.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC").to_string();
        Self { written: rfc_3339(time_ms), received: String::new(), text, is_day: false }
    }

    /// The end of something that was promised: the day if it is the end of one, else the time.
    pub(crate) fn until(time_ms: u64) -> Self {
        match end_of_day_ms(&date(time_ms)) == Some(time_ms) {
            true => {
                let text = moment(time_ms).to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string();
                Self { written: date(time_ms), received: String::new(), text, is_day: true }
            }
            false => Self::at(time_ms),
        }
    }
}

/// A time as programs read it.
pub(crate) fn rfc_3339(time_ms: u64) -> String {
    moment(time_ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day of a time, in UTC, as forms hold it.
pub(crate) fn date(time_ms: u64) -> String {
    moment(time_ms).strftime("%Y-%m-%d").to_string()
}

/// The end of a day that a person chose, in UTC. `None`: it is no date.
pub(crate) fn end_of_day_ms(date: &str) -> Option<u64> {
    let date: jiff::civil::Date = date.trim().parse().ok()?;
    let end = date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?;
    u64::try_from(end.timestamp().as_millisecond()).ok()
}

/// Beyond what a calendar knows is its end.
fn moment(time_ms: u64) -> Timestamp {
    i64::try_from(time_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stands_in_words_and_for_scripts() {
        let when = When::at(1_795_000_000_000);
        assert_eq!(when.written, "2026-11-18T11:06:40Z");
        assert_eq!(when.text, "18 November 2026, 11:06 UTC");
    }

    #[test]
    fn beside_what_an_author_says_stands_when_it_came() {
        let when = When::told(1_795_000_000_000, Some(1_795_000_900_000));
        assert_eq!((&*when.written, &*when.received), ("2026-11-18T11:06:40Z", "2026-11-18T11:21:40Z"));
        assert_eq!(When::told(1_795_000_000_000, None).received, "");
    }

    #[test]
    fn a_claimed_time_beyond_the_calendar_is_shown_too() {
        assert!(When::at(u64::MAX).written.starts_with("9999-12-3"));
    }

    #[test]
    fn what_holds_to_the_end_of_a_day_is_shown_as_that_day() {
        let until = When::until(end_of_day_ms("2027-01-01").unwrap());
        assert_eq!((&*until.written, &*until.text, until.is_day), ("2027-01-01", "1 January 2027", true));
        let until = When::until(1_795_000_000_000);
        assert_eq!((&*until.text, until.is_day), ("18 November 2026, 11:06 UTC", false));
    }

    #[test]
    fn a_day_ends_with_its_last_second() {
        assert_eq!(end_of_day_ms("2026-11-18").map(rfc_3339).as_deref(), Some("2026-11-18T23:59:59Z"));
        assert_eq!(end_of_day_ms("18.11.2026"), None);
    }
}
