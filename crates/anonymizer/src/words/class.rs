//! The eighteen classes of identifiers of the Safe Harbor rule.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A class of 45 CFR 164.514(b)(2)(i), in the order of its letters (A) to (R).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// (A) Names.
    Name,
    /// (B) Geographic subdivisions smaller than a state, hospitals among them.
    Place,
    /// (C) Elements of dates but the year, and ages of 90 and more.
    Date,
    /// (D) Telephone numbers.
    Phone,
    /// (E) Fax numbers.
    Fax,
    /// (F) Addresses of electronic mail.
    Email,
    /// (G) Social security numbers.
    SocialSecurity,
    /// (H) Medical record numbers.
    MedicalRecord,
    /// (I) Health plan beneficiary numbers.
    HealthPlan,
    /// (J) Account numbers.
    Account,
    /// (K) Certificate and licence numbers.
    Licence,
    /// (L) Vehicle identifiers and plates.
    Vehicle,
    /// (M) Device identifiers and serial numbers.
    Device,
    /// (N) Web addresses.
    Url,
    /// (O) IP addresses.
    Ip,
    /// (P) Biometric identifiers.
    Biometric,
    /// (Q) Full-face photographs, where a text speaks of one.
    FacePhoto,
    /// (R) Any other unique number, characteristic or code.
    Other,
}

impl Class {
    /// All of them, (A) to (R).
    pub const ALL: [Self; 18] = [
        Self::Name,
        Self::Place,
        Self::Date,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::SocialSecurity,
        Self::MedicalRecord,
        Self::HealthPlan,
        Self::Account,
        Self::Licence,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::Ip,
        Self::Biometric,
        Self::FacePhoto,
        Self::Other,
    ];

    /// A word of small letters and hyphens that stands for this class in programs and translations.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Place => "place",
            Self::Date => "date",
            Self::Phone => "phone",
            Self::Fax => "fax",
            Self::Email => "email",
            Self::SocialSecurity => "social-security",
            Self::MedicalRecord => "medical-record",
            Self::HealthPlan => "health-plan",
            Self::Account => "account",
            Self::Licence => "licence",
            Self::Vehicle => "vehicle",
            Self::Device => "device",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Biometric => "biometric",
            Self::FacePhoto => "face-photo",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Place => "place or hospital",
            Self::Date => "date, or an age of 90 and more",
            Self::Phone => "telephone number",
            Self::Fax => "fax number",
            Self::Email => "e-mail address",
            Self::SocialSecurity => "social security number",
            Self::MedicalRecord => "record number",
            Self::HealthPlan => "number of a health plan",
            Self::Account => "account number",
            Self::Licence => "certificate or licence number",
            Self::Vehicle => "vehicle or number plate",
            Self::Device => "serial number of a device",
            Self::Url => "web address",
            Self::Ip => "address in a computer network",
            Self::Biometric => "biometric mark",
            Self::FacePhoto => "picture of the whole face",
            Self::Other => "something only this person has",
        })
    }
}
