//! Pseudonyms, UIDs and dates agree over objects, and only under the same secret.

use anonymizer::dicom::Secret;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::objects::{MR, Parsed, clean, edited, parsed, read, sequence, text};

/// A slice of a patient on a day.
fn slice(patient: &str, uid: &str, date: &str) -> Vec<u8> {
    edited(|object| {
        object.put_str(tags::PATIENT_ID, VR::LO, patient);
        object.put_str(tags::SOP_INSTANCE_UID, VR::UI, uid);
        object.put_str(tags::STUDY_DATE, VR::DA, date);
        object.put_str(tags::ACQUISITION_DATE, VR::DA, date);
        object.put_str(tags::STUDY_ID, VR::SH, "4711");
    })
}

#[test]
fn two_objects_of_a_patient_agree_and_those_of_another_do_not() {
    let first = clean(&slice("A", "1.2.3.1", "20240301"));
    let second = clean(&slice("A", "1.2.3.2", "20240308"));
    let other = clean(&slice("B", "1.2.3.3", "20240301"));
    for tag in
        [tags::PATIENT_ID, tags::PATIENT_NAME, tags::STUDY_ID, tags::STUDY_INSTANCE_UID, tags::FRAME_OF_REFERENCE_UID]
    {
        assert_eq!(text(&first, tag), text(&second, tag));
        assert!(!text(&first, tag).is_empty() && text(&first, tag) != text(&parsed(MR), tag));
    }
    assert_ne!(text(&first, tags::SOP_INSTANCE_UID), text(&second, tags::SOP_INSTANCE_UID));
    for tag in [tags::PATIENT_ID, tags::STUDY_ID, tags::STUDY_DATE] {
        assert_ne!(text(&first, tag), text(&other, tag));
    }
}

#[test]
fn dates_of_a_patient_move_together_and_stay_dates() {
    let first = clean(&slice("A", "1.2.3.1", "20240225"));
    let second = clean(&slice("A", "1.2.3.2", "20240303"));
    let (first_day, second_day) = (text(&first, tags::STUDY_DATE), text(&second, tags::STUDY_DATE));
    assert_eq!(days(&second_day) - days(&first_day), 7);
    assert!(days("20240225") - days(&first_day) >= 30);
    assert_eq!(text(&first, tags::ACQUISITION_DATE), first_day);
    assert!(text(&first, tags::PATIENT_BIRTH_DATE).is_empty());
}

#[test]
fn a_reference_names_the_object_as_the_object_names_itself() {
    let target = clean(&slice("A", "1.2.3.1", "20240301"));
    let pointing = edited(|object| {
        let mut reference = InMemDicomObject::new_empty();
        reference.put_str(tags::REFERENCED_SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.4");
        reference.put_str(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.1");
        object.put(sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![reference]));
    });
    let pointing = clean(&pointing);
    let reference = &pointing.get(tags::REFERENCED_IMAGE_SEQUENCE).unwrap().items().unwrap()[0];
    assert_eq!(text(reference, tags::REFERENCED_SOP_INSTANCE_UID), text(&target, tags::SOP_INSTANCE_UID));
    assert_eq!(text(reference, tags::REFERENCED_SOP_CLASS_UID), "1.2.840.10008.5.1.4.1.1.4");
}

#[test]
fn an_object_that_does_not_name_itself_is_called_as_the_head_of_its_file_says() {
    let nameless = edited(|object| {
        object.remove_element(tags::SOP_INSTANCE_UID);
    });
    assert_eq!(text(&clean(&nameless), tags::SOP_INSTANCE_UID), text(&clean(MR), tags::SOP_INSTANCE_UID));
}

#[test]
fn under_another_secret_nothing_agrees() {
    let under = |byte: u8| -> Parsed {
        let clean = read(MR).deidentify(&Secret::new([byte; 32]), &[]).unwrap();
        parsed(&clean.bytes)
    };
    let (one, other) = (under(1), under(2));
    for tag in [tags::PATIENT_ID, tags::SOP_INSTANCE_UID, tags::STUDY_INSTANCE_UID, tags::STUDY_DATE] {
        assert_ne!(text(&one, tag), text(&other, tag));
    }
    assert_eq!(one.get(tags::PIXEL_DATA), other.get(tags::PIXEL_DATA));
}

#[test]
fn ages_above_eighty_nine_are_ninety_and_sex_stays() {
    let clean = clean(&edited(|object| {
        object.put_str(tags::PATIENT_AGE, VR::AS, "101Y");
        object.put_str(tags::PATIENT_SEX, VR::CS, "F");
    }));
    assert_eq!(text(&clean, tags::PATIENT_AGE), "090Y");
    assert_eq!(text(&clean, tags::PATIENT_SEX), "F");
}

/// Days since the beginning of 1900, by counting them.
fn days(date: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| date[range].parse::<i64>().unwrap();
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1900..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    years + lengths[..month as usize - 1].iter().sum::<i64>() + day
}
