//! How an object was de-identified, as it says itself: in words, as codes of PS3.16 context group 7050, and whether the
//! features of a person can be seen (PS3.3 sections C.12.1.1.2 and C.7.6.1).

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::dicom::{
    clean::{sequence, write_code},
    kind::is_slices,
    value,
};

/// Parts of a body (PS3.16 annex L) that are seen without a face as a rule: slices of them end below the neck, and are not made with
/// the part beside the head, as those of an arm may be.
const FAR_FROM_A_FACE: &[&str] = &[
    "ABDOMEN",
    "ABDOMENPELVIS",
    "ADRENAL",
    "ANKLE",
    "BLADDER",
    "BUTTOCK",
    "CALCANEUS",
    "CALF",
    "CERVIX",
    "COCCYX",
    "COLON",
    "CORONARYARTERY",
    "DUODENUM",
    "FEMUR",
    "FOOT",
    "FOREFOOT",
    "GALLBLADDER",
    "HEART",
    "HINDFOOT",
    "HIP",
    "ILEUM",
    "ILIUM",
    "JEJUNUM",
    "KIDNEY",
    "KNEE",
    "LEG",
    "LEGS",
    "LIVER",
    "LSPINE",
    "LSSPINE",
    "METATARSUS",
    "NAVICULAR",
    "OVARY",
    "PANCREAS",
    "PATELLA",
    "PELVIS",
    "PENIS",
    "PROSTATE",
    "RECTUM",
    "SCROTUM",
    "SPLEEN",
    "SSPINE",
    "STOMACH",
    "TARSUS",
    "TESTIS",
    "THIGH",
    "TIBIAFIBULA",
    "TLSPINE",
    "TOE",
    "URETER",
    "URETHRA",
    "URINARYTRACT",
    "UTERUS",
    "VAGINA",
    "VULVA",
];

/// How an object was de-identified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Method {
    /// Of at most 64 characters each, between backslashes.
    pub(crate) words: &'static str,
    /// Scheme, value and meaning.
    pub(crate) codes: &'static [[&'static str; 3]],
    /// Whether features that make a person known may be seen.
    pub(crate) features: &'static str,
}

impl Method {
    /// Of most objects.
    const WHOLE: Self = Self {
        words: "PS3.15 2024e Annex E Basic Profile, by allow-list\\\
            Print and faces that were found or marked are covered\\\
            Dates moved by a secret number of days; ages above 89 are 90",
        codes: &[
            ["DCM", "113100", "Basic Application Confidentiality Profile"],
            ["DCM", "113101", "Clean Pixel Data Option"],
            ["DCM", "113102", "Clean Recognizable Visual Features Option"],
            ["DCM", "113107", "Retain Longitudinal Temporal Information Modified Dates Option"],
            ["DCM", "113108", "Retain Patient Characteristics Option"],
        ],
        features: "NO",
    };
    /// Of slices that may be put together into a face: no slice shows it, so that nobody can cover it in one.
    const HEAD: Self = Self {
        words: "PS3.15 2024e Annex E Basic Profile, by allow-list\\\
            Print that was found or marked is covered; no head is defaced\\\
            Dates moved by a secret number of days; ages above 89 are 90",
        codes: &[
            ["DCM", "113100", "Basic Application Confidentiality Profile"],
            ["DCM", "113101", "Clean Pixel Data Option"],
            ["DCM", "113107", "Retain Longitudinal Temporal Information Modified Dates Option"],
            ["DCM", "113108", "Retain Patient Characteristics Option"],
        ],
        features: "YES",
    };

    /// That of an object with this Modality (0008,0060), SOP class and Body Part Examined (0018,0015), each as it stands there: of
    /// several parts none is known.
    pub(crate) fn of(modality: &str, class: &str, part: &str) -> &'static Self {
        if is_slices(modality, class) && !FAR_FROM_A_FACE.contains(&part) { &Self::HEAD } else { &Self::WHOLE }
    }

    /// The same, as an object says these once it is cleaned.
    pub(crate) fn of_clean(data_set: &InMemDicomObject) -> &'static Self {
        let text = |tag| value::texts(data_set, tag).join("\\");
        Self::of(&text(tags::MODALITY), &text(tags::SOP_CLASS_UID), &text(tags::BODY_PART_EXAMINED))
    }

    /// The one that an object names in these words.
    pub(crate) fn said(words: &str) -> Option<&'static Self> {
        [&Self::WHOLE, &Self::HEAD].into_iter().find(|method| method.words == words)
    }

    /// Whether a stack of such objects may show a face that none of them shows.
    pub(crate) fn leaves_a_head(&self) -> bool {
        self.features == Self::HEAD.features
    }

    /// Its codes as numbers.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.codes.iter().filter_map(|[_, code, _]| code.parse().ok()).collect()
    }

    /// Writes it into an object.
    pub(crate) fn write(&self, clean: &mut InMemDicomObject) {
        clean.put_str(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES");
        clean.put_str(tags::DEIDENTIFICATION_METHOD, VR::LO, self.words);
        let code = |code: &[&str; 3]| {
            let mut item = InMemDicomObject::new_empty();
            write_code(&mut item, *code);
            item
        };
        let codes = self.codes.iter().map(code).collect();
        clean.put(sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, codes));
        clean.put_str(tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
        clean.put_str(tags::RECOGNIZABLE_VISUAL_FEATURES, VR::CS, self.features);
        clean.put_str(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "MODIFIED");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::lists;

    #[test]
    fn slices_of_a_head_or_of_no_named_part_are_not_called_clean_of_features() {
        let ct = "1.2.840.10008.5.1.4.1.1.2";
        for (modality, class, part) in [("CT", ct, "HEAD"), ("MR", "", "BRAIN"), ("CT", ct, ""), ("OT", ct, "NECK")] {
            assert!(Method::of(modality, class, part).leaves_a_head(), "{modality} {part}");
        }
        let cone_beam = "1.2.840.10008.5.1.4.1.1.13.1.2";
        for (modality, class, part) in [("DX", cone_beam, "JAW"), ("CT", ct, "KNEE\\HEAD"), ("CT\\OT", "", "")] {
            assert!(Method::of(modality, class, part).leaves_a_head(), "{modality} {part}");
        }
        for (modality, class, part) in [("CT", ct, "ABDOMEN"), ("CR", "1.2.840.10008.5.1.4.1.1.1", "SKULL")] {
            assert!(!Method::of(modality, class, part).leaves_a_head(), "{modality} {part}");
        }
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let parts = &lists::allowed(tags::BODY_PART_EXAMINED).unwrap().terms;
        assert!(FAR_FROM_A_FACE.iter().all(|part| parts.contains(part)));
        for method in [&Method::WHOLE, &Method::HEAD] {
            assert_eq!(Method::said(method.words), Some(method));
            assert!(method.words.split('\\').all(|line| line.len() <= 64));
            assert_eq!(method.numbers().len(), method.codes.len());
        }
    }
}
