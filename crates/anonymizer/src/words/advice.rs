//! What to write instead of what was marked: a code with its arguments, for translations, and an English sentence.

use std::fmt;

/// What the text itself says of the patient's sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Man, boy, male.
    Male,
    /// Woman, girl, female.
    Female,
    /// Not said.
    Unsaid,
}

/// What kind of house a marked name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// "a regional hospital"
    Hospital,
    /// "a university hospital"
    University,
    /// "a clinic"
    Clinic,
    /// "a nursing home"
    NursingHome,
}

/// What to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing: the text says as much without it.
    LeaveOut,
    /// The patient, as the text describes them: "a 45-year-old woman", or "the patient" where no age is known.
    Patient {
        /// In years, below 90.
        age: Option<u8>,
        /// As the text has it.
        sex: Sex,
    },
    /// "a colleague"
    Colleague,
    /// What kind of house it is.
    House(House),
    /// The state or country alone, which the text already names.
    Region(String),
    /// The state or country alone.
    RegionOnly,
    /// No place at all, because what is rare in a small place has one face there.
    NoPlace,
    /// The first three digits of a postal code; "000" where fewer than 20,000 people live.
    Postal(String),
    /// The year alone.
    Year(u16),
    /// The year alone, or days counted from the first date of the text: "day +12".
    YearOrDay {
        /// The year.
        year: u16,
        /// Days since the earliest date of the text.
        day: i32,
    },
    /// Days of the illness, for a day without a year: "day 3".
    Day,
    /// Hours of the illness, for a time of the day: "hour 6".
    Hour,
    /// The age in years, for a date of birth.
    Age,
    /// "90+"
    NinetyPlus,
    /// What kind of thing it is, without its number: "a car", "a pacemaker".
    WithoutNumber,
    /// What it shows, without whose face it is; the picture belongs under a cover.
    CoverFace,
    /// In general words: "a public figure", "a tattoo".
    General,
}

impl Advice {
    /// A word of small letters and hyphens that stands for this advice in programs and translations.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LeaveOut => "leave-out",
            Self::Patient { .. } => "patient",
            Self::Colleague => "colleague",
            Self::House(House::Hospital) => "regional-hospital",
            Self::House(House::University) => "university-hospital",
            Self::House(House::Clinic) => "clinic",
            Self::House(House::NursingHome) => "nursing-home",
            Self::Region(_) => "region",
            Self::RegionOnly => "region-only",
            Self::NoPlace => "no-place",
            Self::Postal(_) => "postal",
            Self::Year(_) => "year",
            Self::YearOrDay { .. } => "year-or-day",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Age => "age",
            Self::NinetyPlus => "ninety-plus",
            Self::WithoutNumber => "without-number",
            Self::CoverFace => "cover-face",
            Self::General => "general",
        }
    }

    /// The words themselves that can stand in the place of what was marked, where that is a matter of words alone.
    pub fn replacement(&self) -> Option<String> {
        Some(match self {
            Self::Patient { age, sex } => patient(*age, *sex),
            Self::Colleague => "a colleague".to_owned(),
            Self::House(House::Hospital) => "a regional hospital".to_owned(),
            Self::House(House::University) => "a university hospital".to_owned(),
            Self::House(House::Clinic) => "a clinic".to_owned(),
            Self::House(House::NursingHome) => "a nursing home".to_owned(),
            Self::Region(region) => region.clone(),
            Self::Postal(digits) => digits.clone(),
            Self::Year(year) | Self::YearOrDay { year, .. } => year.to_string(),
            Self::NinetyPlus => "90+".to_owned(),
            _ => return None,
        })
    }
}

fn patient(age: Option<u8>, sex: Sex) -> String {
    let (adult, child) = match sex {
        Sex::Male => ("man", "boy"),
        Sex::Female => ("woman", "girl"),
        Sex::Unsaid => ("patient", "child"),
    };
    match age {
        None => "the patient".to_owned(),
        Some(age) => {
            let article = if age == 8 || age == 11 || age == 18 || (80..90).contains(&age) { "an" } else { "a" };
            format!("{article} {age}-year-old {}", if age < 16 { child } else { adult })
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaveOut => f.write_str("leave it out"),
            Self::Region(region) => write!(f, "write \"{region}\" alone"),
            Self::RegionOnly => f.write_str("write the state or country alone"),
            Self::NoPlace => f.write_str("leave the place out: what is rare in a small place tells who it is"),
            Self::Postal(digits) => write!(f, "write the first digits \"{digits}\" alone"),
            Self::YearOrDay { year, day } => write!(f, "write \"{year}\", or count days: \"day {day:+}\""),
            Self::Day => f.write_str("count days of the illness instead: \"day 3\""),
            Self::Hour => f.write_str("leave it out, or count hours of the illness: \"hour 6\""),
            Self::Age => f.write_str("write the age in years"),
            Self::WithoutNumber => f.write_str("say what kind of thing it is, without its number"),
            Self::CoverFace => f.write_str("describe what it shows, and cover the face in the picture"),
            Self::General => f.write_str("say it in general words, or leave it out"),
            other => write!(f, "write \"{}\"", other.replacement().unwrap_or_default()),
        }
    }
}
