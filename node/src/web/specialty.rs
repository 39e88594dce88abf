//! The specialties that forms offer: MeSH descriptor numbers, and the keys of their sentences.
//!
//! Courtesy of the U.S. National Library of Medicine: descriptors of MeSH 2026, which may not be the newest.

/// Descriptor number and key, in the order of the English names.
pub(crate) const SPECIALTIES: [(u32, &str); 44] = [
    (486, "specialty-allergy"),
    (776, "specialty-anaesthesiology"),
    (6_348, "specialty-cardiac-surgery"),
    (2_309, "specialty-cardiology"),
    (2_665, "specialty-child-psychiatry"),
    (3_813, "specialty-dentistry"),
    (3_880, "specialty-dermatology"),
    (10_036, "specialty-ent"),
    (4_635, "specialty-emergency-medicine"),
    (4_704, "specialty-endocrinology"),
    (5_554, "specialty-forensic-medicine"),
    (5_762, "specialty-gastroenterology"),
    (58_006, "specialty-general-medicine"),
    (13_502, "specialty-general-surgery"),
    (5_853, "specialty-geriatrics"),
    (6_176, "specialty-gynaecology"),
    (6_405, "specialty-haematology"),
    (55_552, "specialty-infectious-diseases"),
    (3_422, "specialty-intensive-care"),
    (7_388, "specialty-internal-medicine"),
    (5_826, "specialty-genetics"),
    (8_829, "specialty-microbiology"),
    (9_359, "specialty-neonatology"),
    (9_398, "specialty-nephrology"),
    (9_462, "specialty-neurology"),
    (9_493, "specialty-neurosurgery"),
    (9_683, "specialty-nuclear-medicine"),
    (8_495, "specialty-oncology"),
    (9_885, "specialty-ophthalmology"),
    (9_985, "specialty-orthopaedics"),
    (10_372, "specialty-paediatrics"),
    (65_126, "specialty-palliative-care"),
    (10_336, "specialty-pathology"),
    (13_518, "specialty-plastic-surgery"),
    (11_570, "specialty-psychiatry"),
    (15_272, "specialty-pulmonology"),
    (11_871, "specialty-radiology"),
    (10_810, "specialty-rehabilitation"),
    (12_219, "specialty-rheumatology"),
    (14_116, "specialty-toxicology"),
    (14_330, "specialty-tropical-medicine"),
    (14_572, "specialty-urology"),
    (14_656, "specialty-vascular-surgery"),
    (14_945, "specialty-wound-care"),
];

/// The key of a specialty; what other nodes name beyond our list has none.
pub(crate) fn specialty_key(descriptor: Option<u32>) -> &'static str {
    let known = descriptor.and_then(|wanted| SPECIALTIES.iter().find(|(number, _)| *number == wanted));
    match (descriptor, known) {
        (_, Some((_, key))) => key,
        (Some(_), None) => "specialty-other",
        (None, None) => "specialty-none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentences::Sentences;

    #[test]
    fn every_specialty_has_a_sentence_and_they_stand_in_its_order() {
        let names: Vec<String> = SPECIALTIES.iter().map(|(_, key)| Sentences::english().get(key)).collect();
        assert!(names.iter().all(|name| !name.starts_with("specialty-")), "{names:?}");
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn a_specialty_beyond_the_list_is_not_taken_for_none() {
        assert_eq!(specialty_key(Some(3_880)), "specialty-dermatology");
        assert_eq!(specialty_key(Some(1)), "specialty-other");
        assert_eq!(specialty_key(None), "specialty-none");
    }
}
