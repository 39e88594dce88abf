//! Each refusal, in the words that are shown.

use anonymizer::dicom::{Object, ObjectLimits};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::objects::{DEFLATED, MR, edited, number, parsed, sequence, text, written};

#[track_caller]
fn check(bytes: &[u8], sentence: &str) {
    check_under(bytes, &ObjectLimits::NETWORK, sentence);
}

#[track_caller]
fn check_under(bytes: &[u8], limits: &ObjectLimits, sentence: &str) {
    assert_eq!(Object::read(bytes, limits).expect_err("refused").to_string(), sentence);
}

/// The MR slice as another class of object.
fn of_class(class: &str) -> Vec<u8> {
    edited(|object| {
        object.put_str(tags::SOP_CLASS_UID, VR::UI, class.to_owned());
    })
}

fn of_syntax(syntax: &str) -> Vec<u8> {
    let name = b"1.2.840.10008.1.2.1\0";
    let place = MR.windows(name.len()).position(|window| window == name).unwrap();
    let mut syntax = syntax.as_bytes().to_vec();
    syntax.resize(syntax.len().next_multiple_of(2), 0);
    let mut bytes = [&MR[..place], &syntax, &MR[place + name.len()..]].concat();
    bytes[place - 2] = syntax.len() as u8;
    bytes
}

#[test]
fn what_is_no_dicom_file() {
    let sentence = "this is not a DICOM file: it lacks the letters DICM behind the first 128 bytes; export it again as a DICOM file";
    check(b"", sentence);
    check(&[0; 4000], sentence);
    check(&MR[132..], sentence);
}

#[test]
fn an_object_that_nothing_names() {
    let uid = text(&parsed(MR), tags::SOP_INSTANCE_UID).into_bytes();
    let mut nameless = edited(|object| {
        object.remove_element(tags::SOP_INSTANCE_UID);
    });
    let place = nameless.windows(uid.len()).position(|window| window == uid).expect("its head names it");
    nameless[place..place + uid.len()].fill(b'x');
    let sentence = "the DICOM file is damaged: it has no SOP Instance UID; export it from the archive again";
    check(&nameless, sentence);
}

#[test]
fn objects_that_are_no_pictures() {
    let refused = |class: &str, what: &str| check(&of_class(class), &format!("this DICOM object is {what}"));
    refused(
        "1.2.840.10008.5.1.4.1.1.104.1",
        "a document (PDF, CDA or model) in a DICOM coat; send the pictures that belong to the case",
    );
    refused("1.2.840.10008.5.1.4.1.1.77.1.1.1", "a film of an endoscopy; save the frames that matter as pictures");
    refused(
        "1.2.840.10008.5.1.4.1.1.77.1.6",
        "a whole slide in tiles; save the fields of view that matter as pictures",
    );
    refused("1.2.840.10008.5.1.4.1.1.481.5", "a radiotherapy object; send the images that it was planned on");
    refused(
        "1.2.840.10008.5.1.4.1.1.88.33",
        "a structured report; write what it says into the case, and send its images",
    );
    refused("1.2.840.10008.5.1.4.1.1.11.1", "a presentation state; send the images that it shows");
    refused(
        "1.2.840.10008.5.1.4.1.1.66.4",
        "a segmentation, registration or raw data set; send the images that it was made from",
    );
    refused("1.2.840.10008.5.1.4.1.1.9.1.1", "a recorded waveform; send a picture of the trace");
    refused("1.2.840.10008.5.1.4.39.1", "of the class \"Color Palette Storage\"; only images are taken");
    refused("1.2.3", "of a class that the standard does not know; export it as one of the standard's image classes");
    let directory = edited(|object| {
        object.put_str(tags::SOP_CLASS_UID, VR::UI, "");
        object.put(sequence(tags::DIRECTORY_RECORD_SEQUENCE, Vec::new()));
    });
    check(
        &directory,
        "this DICOM object is a DICOMDIR, the table of contents of a disc; send the images that it lists",
    );
}

#[test]
fn transfer_syntaxes_that_cannot_be_read() {
    let refused = |syntax: &str, name: &str| {
        let advice = "which cannot be read here; export the object as Explicit VR Little Endian";
        check(&of_syntax(syntax), &format!("the pixels are stored as {name}, {advice}"));
    };
    refused("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless Image Compression");
    refused("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1");
    refused("1.2.3.4", "an unknown transfer syntax");
}

#[test]
fn pixels_that_are_missing_or_of_a_rare_make() {
    let without = |tag| {
        edited(|object| {
            object.remove_element(tag);
        })
    };
    check(
        &without(tags::PIXEL_DATA),
        "the DICOM object says that it is an image but holds no pixel data; export it from the archive again",
    );
    check(
        &without(tags::ROWS),
        "the DICOM file is damaged: it does not say its height; export it from the archive again",
    );
    let with = |tag, value| edited(|object| number(object, tag, value));
    let advice = "export the object as 8-bit or 16-bit Explicit VR Little Endian";
    check(&with(tags::BITS_ALLOCATED, 32), &format!("the pixels cannot be read here: a sample has 32 bits; {advice}"));
    check(
        &with(tags::SAMPLES_PER_PIXEL, 4),
        &format!("the pixels cannot be read here: a pixel has 4 samples; {advice}"),
    );
    check(
        &with(tags::SAMPLES_PER_PIXEL, 3),
        &format!("the pixels cannot be read here: its colours are stored in a way that is not known here; {advice}"),
    );
    let palette = edited(|object| {
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR");
    });
    check(
        &palette,
        &format!(
            "the pixels cannot be read here: its colours stand in a palette that is missing, not whole, or given in segments; {advice}"
        ),
    );
    let odd = edited(|object| {
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "YBR_FULL_422");
        let head = [(tags::SAMPLES_PER_PIXEL, 3), (tags::COLUMNS, 63)];
        let bits = [(tags::BITS_ALLOCATED, 8), (tags::BITS_STORED, 8), (tags::HIGH_BIT, 7)];
        for (tag, value) in head.into_iter().chain(bits) {
            number(object, tag, value);
        }
    });
    check(
        &odd,
        &format!("the pixels cannot be read here: two pixels share their colours, and its width is odd; {advice}"),
    );
    check(
        &with(tags::ROWS, 65),
        "the DICOM file is damaged: it holds fewer pixels than it says; export it from the archive again",
    );
}

#[test]
fn objects_beyond_the_limits() {
    let limits = ObjectLimits { object_bytes_max: 1 << 20, ..ObjectLimits::NETWORK };
    check_under(&vec![0; (1 << 20) + 1], &limits, "the DICOM file has 2 MiB; the limit is 1 MiB; send fewer frames");
    let limits = ObjectLimits { pixel_bytes_max: 1 << 20, ..ObjectLimits::NETWORK };
    let many = edited(|object| {
        object.put_str(tags::NUMBER_OF_FRAMES, VR::IS, "4000000000");
    });
    check_under(
        &many,
        &limits,
        "the DICOM object has 4000000000 frames of 64 x 64 px; its pixels may take 1 MiB; send fewer frames",
    );
    let limits = ObjectLimits { attributes_max: 20, ..ObjectLimits::NETWORK };
    check_under(MR, &limits, "the DICOM file holds more than 20 attributes; send it in parts");
}

#[test]
fn sequences_without_end_values_longer_than_the_file_and_bombs() {
    let mut nested = InMemDicomObject::new_empty();
    for _ in 0..13 {
        let mut outer = InMemDicomObject::new_empty();
        outer.put(sequence(tags::CONTENT_SEQUENCE, vec![nested]));
        nested = outer;
    }
    let deep = edited(|object| {
        object.put(sequence(tags::CONTENT_SEQUENCE, vec![nested]));
    });
    check(
        &deep,
        "the DICOM file nests sequences more than 12 deep, which no image does; export it from the archive again",
    );
    // A hundred thousand levels would be the end of any parser that calls itself for each.
    let level = [
        0x40, 0x00, 0x30, 0xa7, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff,
        0xff,
    ];
    check(
        &[MR, &level.repeat(100_000)].concat(),
        "the DICOM file nests sequences more than 12 deep, which no image does; export it from the archive again",
    );
    let long = [0xfe, 0x7f, 0x10, 0x00, b'O', b'B', 0, 0, 0xf0, 0xff, 0xff, 0xff];
    check(
        &[MR, &long].concat(),
        "the DICOM file is damaged: an attribute says that it is longer than the file; export it from the archive again",
    );
    let limits = ObjectLimits { object_bytes_max: 10_000, ..ObjectLimits::NETWORK };
    check_under(DEFLATED, &limits, "the DICOM file has 1 MiB; the limit is 0 MiB; send fewer frames");
}

#[test]
fn a_file_that_breaks_off() {
    check(
        &MR[..MR.len() - 100],
        "the DICOM file is damaged: it breaks off, or its attributes cannot be told apart; export it from the archive again",
    );
    check(
        &MR[..140],
        "the DICOM file is damaged: its file meta information breaks off; export it from the archive again",
    );
    check(
        &MR[..132],
        "the DICOM file is damaged: it does not say its transfer syntax; export it from the archive again",
    );
    let mut object = parsed(MR);
    let half = PrimitiveValue::U8(vec![0; 64].into());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, half));
    check(
        &written(&object),
        "the DICOM file is damaged: it holds fewer pixels than it says; export it from the archive again",
    );
}
