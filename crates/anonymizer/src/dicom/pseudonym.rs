//! What stands for a patient, a study or an object outside: the same for the same original under the same secret, and nothing
//! that leads back without it (HMAC-SHA-256, FIPS 198-1).

use std::fmt;

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::dicom::value;

/// Dates of a patient move back by at least so many days, and by less than [`DAYS_SPAN`] more.
const DAYS_LEAST: u64 = 30;
const DAYS_SPAN: u64 = 3_650;
/// Bytes of a digest that stand for a patient, and for a study.
const PATIENT_BYTES: usize = 6;
const STUDY_BYTES: usize = 5;

/// What pseudonyms, UIDs and the moves of dates are derived from. A house keeps one, and shows it to nobody but its own worker.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret([u8; 32]);

impl Secret {
    /// From 32 bytes that nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for whoever keeps them where it came from.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn digest(&self, purpose: &str, original: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(original.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// The pseudonyms of one patient.
pub(crate) struct Pseudonyms<'a> {
    secret: &'a Secret,
    patient: String,
}

impl<'a> Pseudonyms<'a> {
    /// For the patient of an object: by Patient ID, else by name and birth date, else by study.
    pub(crate) fn of(data_set: &InMemDicomObject, secret: &'a Secret) -> Self {
        let text = |tag| value::text(data_set, tag).filter(|text| !text.is_empty());
        let patient = match (text(tags::PATIENT_ID), text(tags::PATIENT_NAME)) {
            (Some(id), _) => format!("id {id}"),
            (None, Some(name)) => format!("name {name} {}", text(tags::PATIENT_BIRTH_DATE).unwrap_or_default()),
            (None, None) => format!("study {}", text(tags::STUDY_INSTANCE_UID).unwrap_or_default()),
        };
        Self { secret, patient }
    }

    /// Stands for name and number of the patient.
    pub(crate) fn patient(&self) -> String {
        format!("C{}", letters(&self.secret.digest("patient", &self.patient), PATIENT_BYTES))
    }

    /// Stands for the number of a study of this patient.
    pub(crate) fn study(&self, original: &str) -> String {
        format!("S{}", letters(&self.secret.digest("study", &format!("{}\0{original}", self.patient)), STUDY_BYTES))
    }

    /// How far dates of this patient move: always back, never to the future.
    pub(crate) fn days(&self) -> i64 {
        let digest = self.secret.digest("days", &self.patient);
        let number = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        -((DAYS_LEAST + number % DAYS_SPAN) as i64)
    }

    /// Stands for a UID, whoever's it is: a UUID of version 8 under the root 2.25 (PS3.5 section B.2).
    pub(crate) fn uid(&self, original: &str) -> String {
        let digest = self.secret.digest("uid", original);
        let number = digest.first_chunk::<16>().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        let number = number & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
        format!("2.25.{number}")
    }
}

/// Whether a UID is one that [`Pseudonyms::uid`] could have given.
pub(crate) fn is_uid(text: &str) -> bool {
    let number = text.strip_prefix("2.25.").filter(|digits| !digits.starts_with(['0', '+']));
    let number = number.and_then(|digits| digits.parse::<u128>().ok());
    number.is_some_and(|number| number >> 76 & 0xf == 0x8 && number >> 62 & 0x3 == 0x2)
}

/// Whether a text could stand for a patient.
pub(crate) fn is_patient(text: &str) -> bool {
    is_of(text, 'C', PATIENT_BYTES)
}

/// Whether a text could stand for a study.
pub(crate) fn is_study(text: &str) -> bool {
    is_of(text, 'S', STUDY_BYTES)
}

fn is_of(text: &str, first: char, bytes: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    text.strip_prefix(first).is_some_and(|digits| digits.len() == 2 * bytes && digits.bytes().all(is_digit))
}

fn letters(digest: &[u8], bytes: usize) -> String {
    digest.iter().take(bytes).map(|byte| format!("{byte:02X}")).collect()
}
