//! Pieces that several pages show: badges, choices, facts, previews.

use protocol::payload::{
    content::{AgeBand, Certainty, Sex, Status},
    control::Profession,
    pairs::Side,
};
use trust::Standing;

use super::specialty::specialty_key;
use crate::{
    app::{Badge as Author, CaseView},
    sentences::Sentences,
};

/// Who said something.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) name: String,
    pub(crate) institution: String,
    pub(crate) role_key: &'static str,
    /// Empty: not said.
    pub(crate) specialty_key: &'static str,
    pub(crate) standing_key: &'static str,
    /// Where the chain of signatures is shown.
    pub(crate) chain: String,
}

/// Something to choose in a form.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) key: &'static str,
    pub(crate) is_chosen: bool,
}

/// A fact and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) key: &'static str,
    pub(crate) value: String,
}

/// A way on or back, and the key of its name.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    pub(crate) key: &'static str,
    pub(crate) href: String,
}

/// A small picture.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub(crate) src: String,
    pub(crate) alt: String,
}

impl Badge {
    pub(crate) fn of(author: &Author) -> Self {
        let clinician = author.clinician.short();
        Self {
            name: if author.name.is_empty() { clinician } else { plain(&author.name) },
            institution: plain(&author.institution_name),
            role_key: author.profession.map_or("role-unknown", role_key),
            specialty_key: author.specialty.map_or("", |descriptor| specialty_key(Some(descriptor))),
            standing_key: standing_key(author.standing),
            chain: format!("/chain/{}", author.entry),
        }
    }
}

/// Text of another house without what turns the reading direction or steers a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !house::steers(*c)).collect()
}

/// One choice for each pair of value and key.
pub(crate) fn choices(pairs: &[(&str, &'static str)], chosen: &str) -> Vec<Choice> {
    let choice =
        |(value, key): &(&str, &'static str)| Choice { value: (*value).to_owned(), key, is_chosen: *value == chosen };
    pairs.iter().map(choice).collect()
}

/// Which side of a pair a picture shows; empty if it belongs to none.
pub(crate) const fn side_key(side: Option<Side>) -> &'static str {
    match side {
        Some(Side::Before) => "picture-before",
        Some(Side::After) => "picture-after",
        None => "",
    }
}

/// The small picture of a case's first picture.
pub(crate) fn preview_of(view: &CaseView) -> Option<Preview> {
    let picture = view.summary.pictures.first()?;
    let alt = match picture.alt.as_str() {
        "" => Sentences::english().with("picture-not-described", "number", "1"),
        alt => plain(alt),
    };
    Some(Preview { src: format!("/cases/{}/previews/1", view.case), alt })
}

pub(crate) const fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Verified => "standing-verified",
        Standing::Pending => "standing-pending",
        Standing::Lapsed => "standing-lapsed",
        Standing::Disputed => "standing-disputed",
        Standing::Revoked => "standing-revoked",
        Standing::Unknown => "standing-unknown",
    }
}

macro_rules! keys {
    ($list:ident, $to_key:ident, $type:ident, $other:literal: $($variant:ident => ($value:literal, $key:literal),)*) => {
        /// Values and keys, in the order of the form.
        pub(crate) const $list: &[(&str, &str)] = &[$(($value, $key),)*];

        pub(crate) const fn $to_key(value: $type) -> &'static str {
            match value {
                $($type::$variant => $key,)*
                $type::Other(_) => $other,
            }
        }
    };
}

keys! { STATUSES, status_key, Status, "status-open":
    Open => ("open", "status-open"),
    WorkingDiagnosis => ("working", "status-working"),
    Resolved => ("resolved", "status-resolved"),
}

keys! { CERTAINTIES, certainty_key, Certainty, "certainty-possible":
    Confirmed => ("confirmed", "certainty-confirmed"),
    Clinical => ("probable", "certainty-probable"),
    Suspected => ("possible", "certainty-possible"),
}

keys! { AGES, age_key, AgeBand, "age-unknown":
    Newborn => ("newborn", "age-newborn"),
    Infant => ("infant", "age-infant"),
    Child => ("child", "age-child"),
    Adolescent => ("adolescent", "age-adolescent"),
    Adult18To39 => ("adult", "age-adult"),
    Adult40To64 => ("middle", "age-middle"),
    Adult65To89 => ("older", "age-older"),
    Over89 => ("oldest", "age-oldest"),
}

keys! { SEXES, sex_key, Sex, "sex-unknown":
    Female => ("female", "sex-female"),
    Male => ("male", "sex-male"),
    Intersex => ("other", "sex-other"),
}

keys! { PROFESSIONS, role_key, Profession, "role-unknown":
    Physician => ("physician", "role-physician"),
    Resident => ("resident", "role-resident"),
    Nurse => ("nurse", "role-nurse"),
    Midwife => ("midwife", "role-midwife"),
    Paramedic => ("paramedic", "role-paramedic"),
    Radiographer => ("radiographer", "role-radiographer"),
    LaboratoryTechnician => ("laboratory-technician", "role-laboratory-technician"),
    Pharmacist => ("pharmacist", "role-pharmacist"),
    Dentist => ("dentist", "role-dentist"),
    Physiotherapist => ("physiotherapist", "role-physiotherapist"),
    Psychologist => ("psychologist", "role-psychologist"),
    Dietitian => ("dietitian", "role-dietitian"),
    PhysicianAssistant => ("physician-assistant", "role-physician-assistant"),
    MedicalStudent => ("medical-student", "role-medical-student"),
    NursingStudent => ("nursing-student", "role-nursing-student"),
    Researcher => ("researcher", "role-researcher"),
}

/// The value that stands for a key.
pub(crate) fn value_of(keys: &[(&'static str, &'static str)], key: &str) -> &'static str {
    keys.iter().find(|(_, known)| *known == key).map_or("other", |(value, _)| value)
}

/// The value of a form as what it means; `None` for what nobody could choose.
pub(crate) fn chosen<T: Copy>(
    all: &[T],
    keys: &[(&str, &'static str)],
    to_key: impl Fn(T) -> &'static str,
    value: &str,
) -> Option<T> {
    let (_, key) = keys.iter().find(|(known, _)| *known == value)?;
    all.iter().copied().find(|known| to_key(*known) == *key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_elsewhere_does_not_turn_the_line() {
        assert_eq!(plain("Ada \u{202E}norya\u{0007}"), "Ada norya");
        assert_eq!(plain("Müller-Łukasz 王"), "Müller-Łukasz 王");
    }

    #[test]
    fn what_a_form_offers_is_understood_again() {
        for (value, key) in AGES {
            assert_eq!(chosen(AgeBand::ALL, AGES, age_key, value).map(age_key), Some(*key));
        }
        assert_eq!(chosen(Sex::ALL, SEXES, sex_key, "other"), Some(Sex::Intersex));
        assert_eq!(chosen(Sex::ALL, SEXES, sex_key, "cat"), None);
    }

    #[test]
    fn every_profession_of_the_protocol_can_be_chosen() {
        assert_eq!(PROFESSIONS.len(), Profession::ALL.len());
    }
}
