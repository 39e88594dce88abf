//! What we write passes our own strict reader; an attribute, a byte or a bit more does not.

use anonymizer::{Cover, GrammarError, Limits, MediaType, Region, Replica, grammar};
use dicom_core::{
    DataElement, PrimitiveValue, Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry},
};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::InMemDicomObject;
use proptest::{collection::vec, prelude::*};

use crate::objects::{
    DEFLATED, JPEG, MR, MR_BIG_ENDIAN, MR_IMPLICIT, MR_JPEG_2000, MR_RLE, Parsed, TWO_FRAMES, cleaned, edited, number,
    number_bytes, numbers, parsed, read, secret, sequence, written,
};

const ALLOWED: &str = include_str!("../../src/dicom/tables/allowed.tsv");

fn check(bytes: &[u8]) -> Result<(u32, u32), GrammarError> {
    let checked = grammar::check(bytes, &Limits::NETWORK)?;
    assert_eq!(checked.media_type, MediaType::Dicom);
    Ok((checked.width, checked.height))
}

/// A clean slice, changed by another writer.
fn spoiled(edit: impl FnOnce(&mut Parsed)) -> Result<(u32, u32), GrammarError> {
    let mut object = parsed(&cleaned(MR).bytes);
    edit(&mut object);
    check(&written(&object))
}

#[track_caller]
fn refused(edit: impl FnOnce(&mut Parsed)) -> String {
    spoiled(edit).expect_err("refused").to_string()
}

#[test]
fn every_object_that_is_cleaned_is_taken_from_a_peer() {
    for object in [MR, MR_BIG_ENDIAN, MR_IMPLICIT, MR_RLE, MR_JPEG_2000, TWO_FRAMES, JPEG, DEFLATED] {
        let frames = read(object).frames().clone();
        let clean = cleaned(object).bytes;
        assert_eq!(check(&clean), Ok((frames.width(), frames.height())));
        assert_eq!(check(&cleaned(&clean).bytes), Ok((frames.width(), frames.height())), "and cleaned again");
        assert!(Replica::checked(clean).is_ok());
    }
    let covered = read(TWO_FRAMES).deidentify(&secret(), &[Cover::Box(Region { x: 3, y: 3, width: 40, height: 9 })]);
    assert_eq!(check(&covered.unwrap().bytes), Ok((100, 100)));
    assert_eq!(spoiled(|_| ()), Ok((64, 64)), "the other writer changes nothing of its own");
}

/// A value that could stand in an attribute of this representation.
fn some_value(vr: VR, term: &str) -> PrimitiveValue {
    match vr {
        VR::US | VR::OW => PrimitiveValue::U16([2, 0, 16].as_slice().into()),
        VR::SS => PrimitiveValue::I16([-2].as_slice().into()),
        VR::UL => PrimitiveValue::U32([2].as_slice().into()),
        VR::SL => PrimitiveValue::I32([-2].as_slice().into()),
        VR::UV => PrimitiveValue::U64([2].as_slice().into()),
        VR::FL => PrimitiveValue::F32([0.5].as_slice().into()),
        VR::FD => PrimitiveValue::F64([0.5, 1.0].as_slice().into()),
        VR::AT => PrimitiveValue::Tags([tags::ROWS].as_slice().into()),
        VR::OB => PrimitiveValue::U8([1, 2].as_slice().into()),
        VR::DS => "1.5\\-2".into(),
        VR::IS => "15\\-2".into(),
        VR::DA => "20240301".into(),
        VR::DT => "20240301123000".into(),
        VR::TM => "123000".into(),
        VR::AS => "033Y".into(),
        VR::UI => "1.2.3.4\\1.2.840.10008.5.1.4.1.1.4".into(),
        _ if term.is_empty() => "SMITH^JANE".into(),
        _ => term.into(),
    }
}

#[test]
fn whatever_stands_in_an_allowed_attribute_is_written_so_that_a_peer_takes_it() {
    let (mut tried, mut taken) = (0, 0);
    for row in ALLOWED.lines().filter(|row| !row.starts_with('#')) {
        let [tag, vrs, _most, _need, _keyword, terms] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let tag: Tag = tag.parse().unwrap();
        let is_about_pixels = tag.0 == 0x28 && tag.1 < 0x200 || tag == tags::PIXEL_DATA;
        if is_about_pixels || matches!(tag, tags::SOP_CLASS_UID | tags::SOP_INSTANCE_UID) {
            continue;
        }
        for vr in vrs.split('/').map(|vr| vr.parse::<VR>().unwrap()) {
            for (nested, odd) in [(false, false), (true, false), (false, true)] {
                let value = if odd && vr != VR::SQ {
                    PrimitiveValue::from("?")
                } else {
                    some_value(vr, terms.split('|').next().unwrap_or_default())
                };
                let element = match vr {
                    VR::SQ => sequence(tag, vec![InMemDicomObject::new_empty()]),
                    _ => DataElement::new(tag, vr, value),
                };
                let object = edited(|object| {
                    if nested {
                        let mut item = InMemDicomObject::new_empty();
                        item.put(element);
                        object.put(sequence(tags::VOILUT_SEQUENCE, vec![item]));
                    } else {
                        object.put(element);
                    }
                });
                tried += 1;
                let Ok(object) = anonymizer::dicom::Object::read(&object, &Default::default()) else { continue };
                taken += 1;
                let clean = object.deidentify(&secret(), &[]).unwrap();
                assert!(check(&clean.bytes).is_ok(), "{row} {vr} {nested} {odd}: {:?}", check(&clean.bytes));
            }
        }
    }
    assert!(tried > 500 && taken * 10 > tried * 9, "{taken} of {tried} were read");
}

#[test]
fn more_values_than_an_attribute_has_are_not_taken() {
    let mut tried = 0;
    for row in ALLOWED.lines().filter(|row| !row.starts_with('#')) {
        let [tag, vrs, most, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let tag: Tag = tag.parse().unwrap();
        for vr in vrs.split('/').map(|vr| vr.parse::<VR>().unwrap()) {
            // The slice is one frame.
            let most: usize = most.parse().unwrap_or(1);
            let value = match (vr, number_bytes(vr)) {
                (VR::OW, _) | (_, None) if !matches!(vr, VR::DS | VR::IS) => continue,
                (_, None) => vec!["1"; most + 1].join("\\").into(),
                // A pointer to an attribute that may stay.
                (VR::AT, _) => PrimitiveValue::Tags(vec![tags::FRAME_TIME; most + 1].into()),
                (_, Some(bytes)) if tag != tags::LUT_DATA => numbers(vr, &vec![0; (most + 1) * bytes]),
                _ => continue,
            };
            tried += 1;
            assert!(spoiled(|object| drop(object.put(DataElement::new(tag, vr, value)))).is_err(), "{row}");
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn numbers_that_are_none_and_tables_of_another_length_are_not_taken() {
    let float = |number: f64| {
        spoiled(|object| {
            drop(object.put(DataElement::new(tags::WATER_EQUIVALENT_DIAMETER, VR::FD, PrimitiveValue::from(number))))
        })
    };
    assert!(float(20.5).is_ok() && float(f64::NAN).is_err() && float(f64::INFINITY).is_err());
    let pointer = |tag: Tag| {
        spoiled(|object| {
            drop(object.put(DataElement::new(tags::FRAME_INCREMENT_POINTER, VR::AT, PrimitiveValue::from(tag))))
        })
    };
    assert!(pointer(tags::FRAME_TIME).is_ok() && pointer(Tag(0x4e41, 0x414e)).is_err());
    let table = |descriptor: [u16; 3], entries: &'static [u16]| {
        spoiled(move |object| {
            let mut item = InMemDicomObject::new_empty();
            item.put(DataElement::new(tags::LUT_DESCRIPTOR, VR::US, PrimitiveValue::U16(descriptor.as_slice().into())));
            item.put(DataElement::new(tags::LUT_DATA, VR::OW, PrimitiveValue::U16(entries.into())));
            object.put(sequence(tags::VOILUT_SEQUENCE, vec![item]));
        })
    };
    assert!(table([3, 0, 12], &[1, 2, 4095]).is_ok());
    assert!(table([3, 0, 12], &[1, 2]).is_err() && table([3, 0, 12], &[1, 2, 3, 4]).is_err());
    assert!(table([3, 0, 12], &[1, 2, 4096]).is_err());
}

#[test]
fn a_length_that_is_odd_or_beyond_the_file_is_refused_in_every_representation() {
    let mut tried = std::collections::BTreeSet::new();
    for row in ALLOWED.lines().filter(|row| !row.starts_with('#')) {
        let [tag, vrs, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let (tag, vr): (Tag, VR) = (tag.parse().unwrap(), vrs.rsplit('/').next().unwrap().parse().unwrap());
        let is_said = matches!(tag, tags::SOP_CLASS_UID | tags::PATIENT_NAME | tags::PATIENT_ID) || tag.0 == 0x28;
        if is_said || tag.0 == 8 && tag.1 == 0x18 || tried.contains(&vr.to_string()) {
            continue;
        }
        let mut object = parsed(&cleaned(MR).bytes);
        object.put(match vr {
            VR::SQ => sequence(tag, Vec::new()),
            _ => DataElement::new(tag, vr, PrimitiveValue::Empty),
        });
        let bytes = written(&object);
        assert!(check(&bytes).is_ok(), "{row}: {:?}", check(&bytes));
        let head = [tag.0.to_le_bytes(), tag.1.to_le_bytes()].concat();
        let head = [&head[..], vr.to_string().as_bytes()].concat();
        let place = bytes.windows(6).position(|window| window == head).unwrap();
        let is_long = matches!(vr, VR::SQ | VR::UC | VR::UT | VR::OW);
        for length in [1_u32, 0xfffe, 0xffff, 0xffff_fffe] {
            let mut bytes = bytes.clone();
            match is_long {
                true => bytes[place + 8..place + 12].copy_from_slice(&length.to_le_bytes()),
                false => bytes[place + 6..place + 8].copy_from_slice(&(length as u16).to_le_bytes()),
            }
            assert!(check(&bytes).is_err(), "{row} {length}");
        }
        tried.insert(vr.to_string());
    }
    assert!(tried.len() >= 20, "{tried:?}");
}

#[test]
fn what_is_too_much_to_be_shown_is_not_taken() {
    let items = |count: usize| {
        spoiled(|object| drop(object.put(sequence(tags::VOILUT_SEQUENCE, vec![InMemDicomObject::new_empty(); count]))))
    };
    assert!(items(1_000).is_ok());
    assert!(items(500_000).unwrap_err().to_string().contains("more attributes than an object may have"));
    let nested = |levels: usize| {
        spoiled(|object| {
            let mut nested = sequence(tags::VOILUT_SEQUENCE, Vec::new());
            for _ in 1..levels {
                let mut item = InMemDicomObject::new_empty();
                item.put(nested);
                nested = sequence(tags::VOILUT_SEQUENCE, vec![item]);
            }
            object.put(nested);
        })
    };
    assert!(nested(12).is_ok());
    assert!(nested(13).unwrap_err().to_string().contains("sequences within sequences"));
}

#[test]
fn no_attribute_that_is_not_listed_is_taken() {
    let listed: Vec<&str> = ALLOWED.lines().filter_map(|row| row.split('\t').next()).collect();
    let entries = (0x0008..0x0060_u16).flat_map(|group| (0..0x2000_u16).map(move |element| Tag(group, element)));
    let mut tried = 0;
    for tag in entries.filter(|tag| tag.1 % 7 == 0) {
        let digits = format!("{:04x}{:04x}", tag.0, tag.1);
        let is_said = matches!(tag, Tag(0x12, 0x62..=0x64) | Tag(0x28, 0x301..=0x303));
        if StandardDataDictionary.by_tag(tag).is_none_or(|entry| entry.tag() != tag)
            || listed.contains(&digits.as_str())
            || is_said
        {
            continue;
        }
        tried += 1;
        let said = refused(|object| {
            object.put_str(tag, VR::LO, "");
        });
        assert_eq!(said, format!("file has a DICOM attribute {tag}, which a clean picture does not"));
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn private_attributes_overlays_icons_and_second_pixels_are_not_taken() {
    for tag in [Tag(0x0009, 0x0010), Tag(0x0029, 0x1010), Tag(0x6000, 0x3000), Tag(0x5000, 0x3000), Tag(0xfffc, 0xfffc)]
    {
        let said = refused(|object| {
            object.put(DataElement::new(tag, VR::OB, PrimitiveValue::U8([1, 2].as_slice().into())));
        });
        assert!(said.contains(&format!("attribute {tag}")), "{said}");
    }
    let said = refused(|object| {
        let mut item = InMemDicomObject::new_empty();
        item.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8([1, 2].as_slice().into())));
        object.put(sequence(tags::VOILUT_SEQUENCE, vec![item]));
    });
    assert!(said.contains("attribute (7FE0,0010)"), "{said}");
}

#[test]
fn values_that_nobody_of_this_network_writes_are_not_taken() {
    type Edit = fn(&mut Parsed);
    let edits: [Edit; 18] = [
        |object| drop(object.put_str(tags::PATIENT_NAME, VR::PN, "Smith^Jane")),
        |object| drop(object.put_str(tags::PATIENT_ID, VR::LO, "C000000000000")),
        |object| drop(object.put_str(tags::STUDY_ID, VR::SH, "4711")),
        |object| drop(object.put_str(tags::PATIENT_BIRTH_DATE, VR::DA, "19600101")),
        |object| drop(object.put_str(tags::PATIENT_AGE, VR::AS, "101Y")),
        |object| drop(object.put_str(tags::STUDY_DATE, VR::DA, "20240230")),
        |object| drop(object.put_str(tags::STUDY_TIME, VR::TM, "123456")),
        |object| drop(object.put_str(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.4")),
        |object| drop(object.put_str(tags::STUDY_INSTANCE_UID, VR::UI, "2.25.17")),
        |object| drop(object.put_str(tags::MANUFACTURER, VR::LO, "SMITH")),
        |object| drop(object.put_str(tags::ECHO_TIME, VR::DS, "1.5 ml")),
        |object| drop(object.put_str(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "NO")),
        |object| drop(object.put_str(tags::DEIDENTIFICATION_METHOD, VR::LO, "by hand")),
        |object| assert!(object.remove_element(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)),
        |object| assert!(object.remove_element(tags::BURNED_IN_ANNOTATION)),
        |object| drop(object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB")),
        |object| drop(object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR")),
        |object| drop(object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "YBR_FULL")),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        assert!(spoiled(edit).is_err(), "{number}");
    }
}

#[test]
fn a_code_is_one_of_the_list_whole_or_not_taken() {
    let of = |value: &'static str, meaning: &'static str| {
        spoiled(move |object| {
            let mut item = InMemDicomObject::new_empty();
            item.put_str(tags::CODE_VALUE, VR::SH, value);
            item.put_str(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "SCT");
            item.put_str(tags::CODE_MEANING, VR::LO, meaning);
            object.put(sequence(tags::ANATOMIC_REGION_SEQUENCE, vec![item]));
        })
    };
    assert!(of("69536005", "Head").is_ok());
    for (value, meaning) in [("69536005", "Head of Jane Smith"), ("4711", "Head"), ("", "Head"), ("69536005", "")] {
        let said = of(value, meaning).unwrap_err().to_string();
        assert!(said.contains("code that is not listed"), "{said}");
    }
}

#[test]
fn pixels_are_as_many_as_the_object_says_and_use_no_bit_more() {
    for (tag, value) in
        [(tags::ROWS, 63), (tags::ROWS, 65), (tags::COLUMNS, 0), (tags::BITS_STORED, 17), (tags::HIGH_BIT, 3)]
    {
        assert!(spoiled(|object| number(object, tag, value)).is_err(), "{tag} {value}");
    }
    let frames =
        |count: &'static str| spoiled(move |object| drop(object.put_str(tags::NUMBER_OF_FRAMES, VR::IS, count)));
    assert!(frames("1").is_ok() && frames("2").is_err() && frames("4294967295").is_err() && frames("0").is_err());
    let words = |change: fn(&mut Vec<u16>)| {
        spoiled(move |object| {
            number(object, tags::BITS_STORED, 12);
            number(object, tags::HIGH_BIT, 11);
            number(object, tags::PIXEL_REPRESENTATION, 0);
            let mut words: Vec<u16> = (0..64 * 64).map(|place| place % 4096).collect();
            change(&mut words);
            object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(words.into())));
        })
    };
    assert!(words(|_| ()).is_ok());
    assert!(words(|words| words[9] |= 0x8000).unwrap_err().to_string().contains("unused bits"));
    assert!(words(|words| words.push(7)).is_err());
}

#[test]
fn another_syntax_another_writer_and_bytes_at_either_end_are_not_taken() {
    let clean = cleaned(MR).bytes;
    assert!(matches!(
        grammar::check(MR, &Limits::NETWORK),
        Err(GrammarError::Malformed { .. } | GrammarError::Forbidden(_))
    ));
    let mut preamble = clean.clone();
    preamble[64] = 1;
    assert!(check(&preamble).is_err());
    assert!(check(&[clean.as_slice(), b"\0\0"].concat()).is_err());
    assert!(check(&[clean.as_slice(), &[0x11, 0x00, 0x10, 0x00, b'L', b'O', 0, 0]].concat()).is_err());
    assert!(check(&clean[..clean.len() - 2]).is_err());
    for (from, to) in [(&b"1.2.840.10008.1.2.1"[..], &b"1.2.840.10008.1.2.5"[..]), (b"CONSILIUM", b"CONSULTUM")] {
        let place = clean.windows(from.len()).position(|window| window == from).unwrap();
        let mut other = clean.clone();
        other[place..place + to.len()].copy_from_slice(to);
        assert!(check(&other).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_clean_object_that_is_bent_is_refused_or_still_an_object_that_can_be_shown(
        places in vec((0..4_000_usize, any::<u8>()), 1..4),
        end in 0..200_usize,
    ) {
        let mut bytes = cleaned(MR).bytes;
        for (place, byte) in places {
            if let Some(at) = bytes.get_mut(place) {
                *at = byte;
            }
        }
        bytes.truncate(bytes.len() - end.saturating_sub(100));
        if let Ok((width, height)) = grammar::check(&bytes, &Limits::NETWORK).map(|checked| (checked.width, checked.height)) {
            let shown = read(&bytes).frames().render(0, None).unwrap();
            prop_assert_eq!((shown.width(), shown.height()), (width, height));
        }
    }

    #[test]
    fn bytes_drawn_at_random_behind_a_clean_head_are_refused(tail in vec(any::<u8>(), 1..300)) {
        let clean = cleaned(MR).bytes;
        prop_assert!(grammar::check(&[&clean[..400], tail.as_slice()].concat(), &Limits::NETWORK).is_err());
    }
}
