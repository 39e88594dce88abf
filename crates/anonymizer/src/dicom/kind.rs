//! Which objects are taken, by their SOP class (PS3.4 table B.5-1), and why the others are not.

use dicom_core::dictionary::UidDictionary;
use dicom_dictionary_std::{StandardSopClassDictionary, tags};
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};

use crate::dicom::error::DicomError;

/// What every class of stored objects begins with.
pub(crate) const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";

/// Images whose modules `tables/allowed.tsv` knows, behind [`STORAGE`]; the last three are the retired classes of old
/// ultrasound and nuclear medicine.
const TAKEN: &[&str] = &[
    "1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "2.1", "2.2", "3.1", "4", "4.1", "4.3", "4.4", "6.1",
    "6.2", "6.3", "7", "7.2", "7.3", "7.4", "12.1", "12.1.1", "12.2", "12.2.1", "13.1.1", "13.1.2", "13.1.3", "13.1.4",
    "13.1.5", "14.1", "14.2", "20", "77.1.1", "77.1.2", "77.1.3", "77.1.4", "77.1.5.1", "77.1.5.2", "77.1.5.4",
    "77.1.5.5", "77.1.5.7", "77.1.7", "128", "128.1", "130", "3", "5", "6",
];

/// Classes that people do send, what they are, and what to do instead. The first that the class begins with counts.
const REFUSED: &[(&str, &str, &str)] = &[
    ("1.2.840.10008.1.3.10", "a DICOMDIR, the table of contents of a disc", "send the images that it lists"),
    (
        "1.2.840.10008.5.1.4.1.1.104.",
        "a document (PDF, CDA or model) in a DICOM coat",
        "send the pictures that belong to the case",
    ),
    ("1.2.840.10008.5.1.4.1.1.77.1.1.1", "a film of an endoscopy", "save the frames that matter as pictures"),
    ("1.2.840.10008.5.1.4.1.1.77.1.2.1", "a film from a microscope", "save the frames that matter as pictures"),
    ("1.2.840.10008.5.1.4.1.1.77.1.4.1", "a film", "save the frames that matter as pictures"),
    ("1.2.840.10008.5.1.4.1.1.77.1.6", "a whole slide in tiles", "save the fields of view that matter as pictures"),
    ("1.2.840.10008.5.1.4.1.1.77.1.9", "a whole slide in tiles", "save the fields of view that matter as pictures"),
    (
        "1.2.840.10008.5.1.4.1.1.77.1.8",
        "a confocal microscopy image",
        "save the fields of view that matter as pictures",
    ),
    ("1.2.840.10008.5.1.4.1.1.7.1", "a secondary capture of one bit a pixel", "save it with 8 bits a pixel"),
    ("1.2.840.10008.5.1.4.1.1.481.", "a radiotherapy object", "send the images that it was planned on"),
    ("1.2.840.10008.5.1.4.1.1.88.", "a structured report", "write what it says into the case, and send its images"),
    ("1.2.840.10008.5.1.4.1.1.11.", "a presentation state", "send the images that it shows"),
    (
        "1.2.840.10008.5.1.4.1.1.66",
        "a segmentation, registration or raw data set",
        "send the images that it was made from",
    ),
    ("1.2.840.10008.5.1.4.1.1.67", "a table of measured values", "send the images that it belongs to"),
    ("1.2.840.10008.5.1.4.1.1.9.", "a recorded waveform", "send a picture of the trace"),
    ("1.2.840.10008.5.1.4.1.1.30", "a map of parameters", "save it as pictures"),
    ("1.2.840.10008.5.1.4.1.1.4.2", "a spectroscopy without a picture", "save its display as a picture"),
];

/// Whether objects of this class are taken.
pub(crate) fn is_taken(class: &str) -> bool {
    class.strip_prefix(STORAGE).is_some_and(|class| TAKEN.contains(&class))
}

/// Refuses what is no image of a class that is taken.
pub(crate) fn check(class: &str, data_set: &InMemDicomObject) -> Result<(), DicomError> {
    if is_taken(class) {
        return Ok(());
    }
    let refused =
        |what: &str, advice: &str| DicomError::NotAnImage { what: what.to_owned(), advice: advice.to_owned() };
    if data_set.get(tags::DIRECTORY_RECORD_SEQUENCE).is_some() {
        return Err(refused("a DICOMDIR, the table of contents of a disc", "send the images that it lists"));
    }
    if let Some((_, what, advice)) = REFUSED.iter().find(|(prefix, ..)| class.starts_with(prefix)) {
        return Err(refused(what, advice));
    }
    let named = StandardSopClassDictionary.by_uid(class);
    Err(match named {
        Some(entry) => refused(&format!("of the class \"{}\"", entry.name), "only images are taken"),
        None => {
            refused("of a class that the standard does not know", "export it as one of the standard's image classes")
        }
    })
}

/// Classes of slices and volumes: CT, MR, PET, nuclear medicine, angiographs and cone beams that turn round a head, volumes of
/// ultrasound.
const SLICES: &[&str] =
    &["2", "2.1", "2.2", "4", "4.1", "4.3", "4.4", "5", "6.2", "13.1.1", "13.1.2", "20", "128", "128.1", "130"];

/// Whether objects with this Modality (0008,0060), of one value or several, and SOP class are slices or volumes of a body, which can
/// be put together to what none of them shows.
pub(crate) fn is_slices(modality: &str, class: &str) -> bool {
    modality.split('\\').any(|modality| matches!(modality.trim(), "CT" | "MR" | "PT" | "NM"))
        || class.strip_prefix(STORAGE).is_some_and(|class| SLICES.contains(&class))
}

/// What made the picture, as far as finders care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Modality {
    /// Ultrasound, secondary captures, screens and what calls itself other: names are printed into the pixels as a rule.
    Printed,
    /// Visible light: endoscopes, microscopes, cameras. Faces are possible, and print.
    Light,
    /// Slices of CT, MR and emission tomography.
    Slices,
    /// Everything else: radiographs, angiographs, eyes.
    Projection,
}

impl Modality {
    /// By Modality (0008,0060) and SOP class; the more careful of the two.
    pub(crate) fn of(modality: &str, class: &str) -> Self {
        let class = class.strip_prefix(STORAGE).unwrap_or_default();
        match (modality, class) {
            ("US" | "SC" | "OT" | "IVUS" | "BDUS" | "", _) => Self::Printed,
            (_, "7" | "6" | "3" | "3.1" | "6.1" | "6.2" | "6.3" | "7.2" | "7.3" | "7.4") => Self::Printed,
            ("ES" | "XC" | "GM" | "SM" | "DMS", _) => Self::Light,
            ("CT" | "MR" | "PT" | "NM", _) => Self::Slices,
            (_, class) if class.starts_with("77.1.") && !class.starts_with("77.1.5") => Self::Light,
            _ => Self::Projection,
        }
    }
}
