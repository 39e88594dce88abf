//! What was planted stands nowhere in the result.

use anonymizer::{Cover, Region};
use dicom_core::{
    DataElement, PrimitiveValue, Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry},
};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::InMemDicomObject;

use crate::objects::{
    JPEG, MR, Parsed, TWO_FRAMES, clean, cleaned, edited, has, number, number_bytes, numbers, parsed, read, secret,
    sequence, text, written,
};

const ANNEX_E: &str = include_str!("../../src/dicom/tables/annex_e.tsv");
const ALLOWED: &str = include_str!("../../src/dicom/tables/allowed.tsv");
const CANARY: &[u8] = b"CANARY";

/// A value with a canary for each representation that can hold one.
fn canary(vr: VR) -> Option<PrimitiveValue> {
    Some(match vr {
        VR::OB | VR::OW | VR::UN => PrimitiveValue::U8(CANARY.into()),
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UI | VR::UR | VR::UT => {
            "CANARY".into()
        }
        // No date, time, age or number, and so nothing that could be kept as one.
        VR::AS | VR::DA | VR::DS | VR::DT | VR::IS | VR::TM => "CANARY".into(),
        _ => return number_bytes(vr).map(|_| numbers(vr, b"CANARY ANNA BERG")),
    })
}

fn item() -> InMemDicomObject {
    let mut inner = InMemDicomObject::new_empty();
    inner.put_str(tags::TEXT_VALUE, VR::UT, "CANARY");
    let mut item = InMemDicomObject::new_empty();
    item.put_str(tags::PATIENT_NAME, VR::PN, "CANARY");
    item.put_str(Tag(0x0009, 0x0010), VR::LO, "CANARY");
    item.put(sequence(tags::CONTENT_SEQUENCE, vec![inner]));
    item
}

fn plant(object: &mut InMemDicomObject, tag: Tag, vr: VR) {
    if vr == VR::SQ {
        object.put(sequence(tag, vec![item()]));
    } else if let Some(value) = canary(vr) {
        object.put(DataElement::new(tag, vr, value));
    }
}

fn holds_canary(bytes: &[u8]) -> bool {
    has(bytes, CANARY)
}

#[test]
fn no_attribute_of_annex_e_keeps_what_it_says() {
    let mut planted = 0;
    for row in ANNEX_E.lines().filter(|row| !row.starts_with('#')) {
        let Ok(tag) = row.split('\t').next().unwrap().parse::<Tag>() else { continue };
        // Commands, file meta information and directories are no part of an image's data set.
        let Some(entry) = StandardDataDictionary.by_tag(tag).filter(|_| tag.0 >= 8) else { continue };
        let bytes = edited(|object| plant(object, tag, entry.vr().relaxed()));
        planted += u32::from(holds_canary(&bytes));
        assert!(!holds_canary(&cleaned(&bytes).bytes), "{row}");
    }
    assert!(planted > 550, "{planted} attributes hold what is planted");
}

#[test]
fn dates_times_and_ages_become_what_annex_e_asks_of_them() {
    let mut tried = 0;
    for row in ANNEX_E.lines().filter(|row| !row.starts_with('#')) {
        let [tag, action, options, _name] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let Ok(tag) = tag.parse::<Tag>() else { continue };
        let Some(entry) = StandardDataDictionary.by_tag(tag).filter(|_| tag.0 >= 8) else { continue };
        let vr = entry.vr().relaxed();
        let planted = match vr {
            VR::DA => "19870605",
            VR::DT => "19870605134501",
            VR::TM => "134501",
            VR::AS => "097Y",
            _ => continue,
        };
        tried += 1;
        let clean = clean(&edited(|object| drop(object.put_str(tag, vr, planted))));
        let left = clean.get(tag).map(|_| text(&clean, tag));
        let is_moved = options.as_bytes()[6] != b'-';
        let is_kept = options.as_bytes()[4] != b'-';
        match (action, left) {
            (_, None) => {}
            ("X", Some(left)) => assert!((is_moved || is_kept) && left != planted, "{row}: {left}"),
            ("Z", Some(left)) => assert!(left.is_empty() || is_moved && left != planted, "{row}: {left}"),
            (_, Some(left)) => assert_ne!(left, planted, "{row}"),
        }
    }
    assert!(tried > 100, "{tried} dates, times and ages");
}

#[test]
fn no_word_stays_in_more_numbers_than_an_attribute_has() {
    let mut planted = 0;
    for row in ALLOWED.lines().filter(|row| !row.starts_with('#')) {
        let [tag, vrs, most, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let tag: Tag = tag.parse().unwrap();
        if tag.0 == 0x28 && tag.1 < 0x104 || tag == tags::LUT_DATA {
            continue;
        }
        for vr in vrs.split('/').map(|vr| vr.parse::<VR>().unwrap()) {
            let Some(bytes) = number_bytes(vr) else { continue };
            // The slice is one frame.
            let bytes = (most.parse().unwrap_or(1) + 1) * bytes;
            let words = b"CANARY12".repeat(bytes.div_ceil(8));
            let spoiled = edited(|object| {
                object.put(DataElement::new(tag, vr, numbers(vr, &words)));
            });
            planted += u32::from(holds_canary(&spoiled));
            assert!(!holds_canary(&cleaned(&spoiled).bytes), "{row}");
        }
    }
    assert!(planted > 300, "{planted} attributes hold what is planted");
}

#[test]
fn a_table_that_is_longer_than_its_descriptor_says_stays_behind() {
    for tag in [tags::MODALITY_LUT_SEQUENCE, tags::VOILUT_SEQUENCE] {
        for (entries, is_left) in [(8, true), (7, false), (9, false)] {
            let mut table = InMemDicomObject::new_empty();
            let descriptor = PrimitiveValue::U16([entries, 0, 16].as_slice().into());
            table.put(DataElement::new(tags::LUT_DESCRIPTOR, VR::US, descriptor));
            table.put(DataElement::new(tags::LUT_DATA, VR::OW, numbers(VR::OW, b"CANARY ANNA BERG")));
            let bytes = edited(|object| {
                object.put(sequence(tag, vec![table]));
            });
            assert_eq!(holds_canary(&cleaned(&bytes).bytes), is_left, "{tag} {entries}");
        }
    }
}

#[test]
fn values_that_are_too_long_to_be_written_are_left_out() {
    let long = "ORIGINAL\\".repeat(9_000);
    let mut object = parsed(MR);
    object.put_str(tags::IMAGE_TYPE, VR::CS, long);
    object.put_str(tags::ECHO_TIME, VR::DS, "1\\".repeat(40_000));
    object.update_meta(|meta| meta.transfer_syntax = "1.2.840.10008.1.2".to_owned());
    let clean = clean(&written(&object));
    assert_eq!(text(&clean, tags::IMAGE_TYPE), "DERIVED\\SECONDARY");
    assert!(text(&clean, tags::ECHO_TIME).len() < 2);
}

#[test]
fn private_blocks_overlays_curves_icons_and_nested_names_stay_behind() {
    let bytes = edited(|object| {
        for element in 0..4 {
            plant(object, Tag(0x0009, 0x1000 + element), VR::LO);
        }
        plant(object, Tag(0x0009, 0x0010), VR::LO);
        plant(object, Tag(0x0009, 0x1010), VR::SQ);
        plant(object, Tag(0x6000, 0x3000), VR::OB);
        plant(object, Tag(0x601e, 0x4000), VR::LT);
        plant(object, Tag(0x5002, 0x3000), VR::OB);
        plant(object, tags::REFERENCED_IMAGE_SEQUENCE, VR::SQ);
        let mut icon = InMemDicomObject::new_empty();
        plant(&mut icon, tags::PIXEL_DATA, VR::OB);
        object.put(sequence(tags::ICON_IMAGE_SEQUENCE, vec![icon]));
    });
    assert!(holds_canary(&bytes));
    let clean = cleaned(&bytes);
    assert!(!holds_canary(&clean.bytes));
    assert_eq!((clean.left.private, clean.left.overlays, clean.left.icons), (7, 3, 1));
}

#[test]
fn a_pointer_at_what_is_not_listed_goes_and_those_beside_it_stay() {
    let pointing = edited(|object| {
        let pointers = vec![tags::FRAME_TIME, Tag(0xfb84, 0x3290)];
        object.put(DataElement::new(tags::FRAME_INCREMENT_POINTER, VR::AT, PrimitiveValue::Tags(pointers.into())));
    });
    let clean = clean(&pointing);
    let pointers = clean.element(tags::FRAME_INCREMENT_POINTER).unwrap().value().primitive().unwrap().clone();
    assert_eq!(pointers, PrimitiveValue::Tags(vec![tags::FRAME_TIME].into()));
}

#[test]
fn a_name_that_is_replaced_counts_as_left_behind_and_what_replaces_it_does_not() {
    let clean = cleaned(MR).bytes;
    assert_eq!(read(&clean).left().identifying, 0);
    let mut named = parsed(&clean);
    named.put_str(tags::PATIENT_NAME, VR::PN, "Mueller^Hans");
    assert_eq!(read(&written(&named)).left().identifying, 1);
}

#[test]
fn preamble_and_file_meta_information_are_written_anew() {
    let mut bytes = edited(|object| {
        object.update_meta(|meta| {
            meta.source_application_entity_title = Some("CANARY".to_owned());
            meta.implementation_version_name = Some("CANARY".to_owned());
            meta.private_information_creator_uid = Some("1.2.3".to_owned());
            meta.private_information = Some(CANARY.to_vec());
        });
    });
    bytes[..CANARY.len()].copy_from_slice(CANARY);
    let clean = cleaned(&bytes).bytes;
    assert!(!holds_canary(&clean));
    assert!(clean[..128].iter().all(|byte| *byte == 0));
    let clean = parsed(&clean);
    assert_eq!(clean.meta().transfer_syntax(), "1.2.840.10008.1.2.1");
    assert_eq!(
        clean.meta().media_storage_sop_instance_uid().trim_end_matches('\0'),
        text(&clean, tags::SOP_INSTANCE_UID)
    );
}

#[test]
fn words_in_attributes_that_stay_are_taken_out_of_them() {
    let clean = clean(&edited(|object| {
        object.put_str(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\CANARY");
        object.put_str(tags::MODALITY, VR::CS, "MR");
        object.put_str(tags::SCANNING_SEQUENCE, VR::CS, "SE\\CANARY");
        object.put_str(tags::BODY_PART_EXAMINED, VR::CS, "CANARY");
        object.put_str(tags::MANUFACTURER, VR::LO, "CANARY");
        object.put_str(tags::ECHO_TIME, VR::LO, "CANARY");
        object.put_str(tags::REPETITION_TIME, VR::DS, "CANARY");
    }));
    assert_eq!(text(&clean, tags::IMAGE_TYPE), "ORIGINAL\\PRIMARY");
    assert_eq!(text(&clean, tags::SCANNING_SEQUENCE), "SE");
    assert_eq!(text(&clean, tags::MODALITY), "MR");
    assert!(clean.get(tags::BODY_PART_EXAMINED).is_none());
    assert!(!holds_canary(&written(&clean)));
}

#[test]
fn a_known_code_keeps_its_place_and_gets_the_standards_meaning() {
    let code = |value: &str, scheme: &str| {
        let mut item = InMemDicomObject::new_empty();
        item.put_str(tags::CODE_VALUE, VR::SH, value);
        item.put_str(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
        item.put_str(tags::CODE_MEANING, VR::LO, "CANARY");
        item
    };
    let clean = clean(&edited(|object| {
        let items = vec![code("69536005", "SCT"), code("T-D1100", "SNM3"), code("CANARY", "SCT"), code("1", "CANARY")];
        object.put(sequence(tags::ANATOMIC_REGION_SEQUENCE, items));
    }));
    assert!(!holds_canary(&written(&clean)));
    let items = clean.get(tags::ANATOMIC_REGION_SEQUENCE).unwrap().items().unwrap();
    let meanings: Vec<_> = items.iter().map(|item| text(item, tags::CODE_MEANING)).collect();
    assert_eq!(meanings, ["Head"; 2]);
}

#[test]
fn nothing_stays_in_unused_bits_or_behind_the_pixels() {
    let hidden = |object: &mut Parsed| {
        number(object, tags::BITS_STORED, 12);
        number(object, tags::HIGH_BIT, 11);
        number(object, tags::PIXEL_REPRESENTATION, 0);
        let words: Vec<u16> = (0..64 * 64 + 9).map(|place| 0x5000 | (place % 4096)).collect();
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(words.into())));
    };
    let clean = clean(&edited(hidden));
    let words: Vec<u16> = clean.get(tags::PIXEL_DATA).unwrap().to_multi_int().unwrap();
    assert_eq!(words.len(), 64 * 64);
    assert!(words.iter().enumerate().all(|(place, word)| usize::from(*word) == place % 4096));
}

#[test]
fn every_frame_is_covered_where_it_was_marked_and_nowhere_else() {
    let cover = Region { x: 8, y: 16, width: 32, height: 1000 };
    let before = read(TWO_FRAMES).frames().clone();
    let clean = read(&read(TWO_FRAMES).deidentify(&secret(), &[Cover::Box(cover)]).unwrap().bytes);
    for frame in 0..2 {
        let (before, after) = (before.render(frame, None).unwrap(), clean.frames().render(frame, None).unwrap());
        for y in 0..100 {
            for x in 0..100 {
                let is_covered = (8..40).contains(&x) && y >= 16;
                let expected = if is_covered { Some([0; 3]) } else { before.at(x, y) };
                assert_eq!(after.at(x, y), expected, "frame {frame}, {x}, {y}");
            }
        }
    }
}

#[test]
fn a_cover_of_a_slice_is_its_darkest_value() {
    let before = read(MR).frames().render(0, None).unwrap();
    let darkest = before.rgb().iter().copied().min().unwrap();
    let bright = (0..64 * 64).map(|at| (at % 64, at / 64)).find(|(x, y)| before.at(*x, *y) != Some([darkest; 3]));
    let (x, y) = bright.unwrap();
    let cover = Cover::Box(Region { x, y, width: 1, height: 1 });
    let clean = read(&read(MR).deidentify(&secret(), &[cover]).unwrap().bytes);
    assert_eq!(clean.frames().render(0, None).unwrap().at(x, y), Some([darkest; 3]));
}

#[test]
fn what_was_lossy_says_so_and_colours_are_told_truly() {
    let clean = clean(JPEG);
    assert_eq!(text(&clean, tags::LOSSY_IMAGE_COMPRESSION), "01");
    assert_eq!(text(&clean, tags::LOSSY_IMAGE_COMPRESSION_METHOD), "ISO_10918_1");
    assert_eq!(text(&clean, tags::PHOTOMETRIC_INTERPRETATION), "RGB");
    assert_eq!(text(&clean, tags::PLANAR_CONFIGURATION), "0");
}

#[test]
fn the_object_says_what_was_done_to_it() {
    for (object, features, codes) in [
        (TWO_FRAMES, "NO", &["113100", "113101", "113102", "113107", "113108"][..]),
        (MR, "YES", &["113100", "113101", "113107", "113108"]),
    ] {
        let clean = clean(object);
        assert_eq!(text(&clean, tags::PATIENT_IDENTITY_REMOVED), "YES");
        assert_eq!(text(&clean, tags::BURNED_IN_ANNOTATION), "NO");
        assert_eq!(text(&clean, tags::RECOGNIZABLE_VISUAL_FEATURES), features);
        assert_eq!(text(&clean, tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED), "MODIFIED");
        let said = clean.get(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap().items().unwrap();
        let said: Vec<_> = said.iter().map(|item| text(item, tags::CODE_VALUE)).collect();
        assert_eq!(said, codes);
    }
}
