//! A word planted in every carrier of metadata is in no byte that comes out, and the person is told what was there.

use std::collections::BTreeSet;

use anonymizer::{
    Limits, Removed, Replica, View,
    worker::{self, Request, Task},
};
use image::ImageFormat;

use crate::writers::{
    HEIGHT, WIDTH, chunk, cleaned, directory, encoded, entry, exif, grey_tags, jpeg, jpeg_with, png, png_with,
    riff_chunk, segment, strip, tiff, tiff_of, webp, webp_with, zlib,
};

const CANARY: &[u8] = b"Canary-4711";

/// Checks that no output holds the canary or a second picture, and that exactly these kinds were listed.
fn check(file: &[u8], removed: &[Removed]) {
    assert!(holds(file, CANARY), "the canary is not in the file to begin with");
    let (seen, released) = cleaned(file);
    assert_eq!(seen.removed, removed.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!(released.picture.manifest().removed, seen.removed);
    for task in [Task::Decode(View::FIRST), Task::Look] {
        let (mut request, mut wire) = (Vec::new(), Vec::new());
        let asked = Request { task, limits: Limits::NETWORK, file: file.to_vec() };
        worker::write_request(&mut request, &asked).unwrap();
        worker::run(request.as_slice(), &mut wire).unwrap();
        assert!(!holds(&wire, CANARY), "a canary crossed the pipe");
    }
    for picture in [released.picture, released.preview] {
        assert!(!holds(picture.bytes(), CANARY), "a canary came out");
        assert!(!holds(&picture.bytes()[1..], b"\xff\xd8\xff"), "a second picture came out");
        Replica::checked(picture.bytes().to_vec()).unwrap();
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn exif_facts() -> Vec<Removed> {
    vec![
        Removed::Place,
        Removed::Time,
        Removed::Camera,
        Removed::SerialNumber,
        Removed::Owner,
        Removed::MakerNotes,
        Removed::Thumbnail,
        Removed::Comment,
    ]
}

fn with_name(name: &[u8]) -> Vec<u8> {
    [name, CANARY].concat()
}

#[test]
fn exif_of_a_jpeg_is_gone_with_its_thumbnail() {
    let thumbnail = jpeg_with(&jpeg(), &[segment(0xfe, CANARY)]);
    let exif = [b"Exif\0\0".as_slice(), &exif(1, CANARY, &thumbnail)].concat();
    check(&jpeg_with(&jpeg(), &[segment(0xe1, &exif)]), &exif_facts());
}

#[test]
fn every_other_segment_of_a_jpeg_is_gone() {
    for (marker, data, removed) in [
        (0xe1, with_name(b"http://ns.adobe.com/xap/1.0/\0"), Removed::EditingHistory),
        (0xe1, with_name(b"http://ns.adobe.com/xmp/extension/\0"), Removed::EditingHistory),
        (0xed, with_name(b"Photoshop 3.0\08BIM\x04\x04"), Removed::ProgramData),
        (0xfe, CANARY.to_vec(), Removed::Comment),
        (0xe0, with_name(b"JFXX\0\x10"), Removed::Thumbnail),
        (0xe0, with_name(b"JFIF\0\x01\x02\0\0\x01\0\x01\x05\x05"), Removed::Thumbnail),
        (0xe2, with_name(b"ICC_PROFILE\0\x01\x01"), Removed::ColourProfile),
        (0xe2, with_name(b"MPF\0"), Removed::FurtherPictures),
        (0xe2, with_name(b"FPXR\0"), Removed::ProgramData),
        (0xe5, CANARY.to_vec(), Removed::ProgramData),
        (0xef, CANARY.to_vec(), Removed::ProgramData),
    ] {
        check(&jpeg_with(&jpeg(), &[segment(marker, &data)]), &[removed]);
    }
}

#[test]
fn a_segment_between_two_tables_is_gone_too() {
    let jpeg = jpeg();
    let table = jpeg.windows(2).position(|pair| pair == [0xff, 0xc4]).unwrap();
    let file = [&jpeg[..table], &segment(0xfe, CANARY), &jpeg[table..]].concat();
    check(&file, &[Removed::Comment]);
}

#[test]
fn what_stands_behind_the_end_is_gone() {
    for bytes in [jpeg(), png(), webp()] {
        check(&[bytes.as_slice(), CANARY].concat(), &[Removed::BehindTheEnd]);
        let more = [bytes.as_slice(), &jpeg(), b"PK\x03\x04<html>", CANARY].concat();
        check(&more, &[Removed::FurtherPictures, Removed::BehindTheEnd]);
        let film = [bytes.as_slice(), b"\0\0\0\x10ftypmp42", CANARY].concat();
        check(&film, &[Removed::Film, Removed::BehindTheEnd]);
    }
}

#[test]
fn every_chunk_of_a_png_is_gone() {
    let packed = [b"Comment\0\0".as_slice(), &zlib(&CANARY.repeat(9))].concat();
    for (name, data, removed) in [
        (b"tEXt", with_name(b"Author\0"), vec![Removed::Owner]),
        (b"iTXt", with_name(b"Title\0\0\0\0\0"), vec![Removed::Comment]),
        (b"iTXt", with_name(b"XML:com.adobe.xmp\0\0\0\0\0"), vec![Removed::EditingHistory]),
        (b"eXIf", exif(1, CANARY, &with_name(b"\xff\xd8\xff")), exif_facts()),
        (b"iCCP", with_name(b"profile\0\0"), vec![Removed::ColourProfile]),
        (b"tIME", with_name(b"\x07\xe8"), vec![Removed::Time]),
        (b"prVt", CANARY.to_vec(), vec![Removed::ProgramData]),
    ] {
        check(&png_with(&png(), &[chunk(name, &data)]), &removed);
        let png = png();
        let before_end = png.len() - 12;
        check(&[&png[..before_end], &chunk(name, &data), &png[before_end..]].concat(), &removed);
    }
    check(&png_with(&png(), &[chunk(b"zTXt", &packed), chunk(b"tEXt", CANARY)]), &[Removed::Comment]);
}

#[test]
fn every_chunk_of_a_webp_is_gone() {
    for (flags, name, data, removed) in [
        (8, b"EXIF", exif(1, CANARY, CANARY), exif_facts()),
        (4, b"XMP ", CANARY.to_vec(), vec![Removed::EditingHistory]),
        (32, b"ICCP", CANARY.to_vec(), vec![Removed::ColourProfile]),
        (0, b"prvt", CANARY.to_vec(), vec![Removed::ProgramData]),
    ] {
        check(&webp_with(&webp(), flags, &[riff_chunk(name, &data)]), &removed);
    }
}

#[test]
fn every_tag_of_a_tiff_is_gone_with_its_further_pages() {
    let behind = |entries: usize| 8 + WIDTH * HEIGHT + 2 + entries as u32 * 12 + 4;
    let base = grey_tags(WIDTH, HEIGHT);
    for (tag, removed) in [
        (0x010e, Removed::Comment),
        (0x010f, Removed::Camera),
        (0x0132, Removed::Time),
        (0x013b, Removed::Owner),
        (0x02bc, Removed::EditingHistory),
        (0x83bb, Removed::Caption),
        (0x8649, Removed::ProgramData),
        (0xc62f, Removed::SerialNumber),
        (0xfde8, Removed::ProgramData),
        (0x8773, Removed::ColourProfile),
    ] {
        let text = entry(tag, 2, CANARY.len() as u32, behind(base.len() + 1));
        check(&tiff_of(&[base.clone(), vec![text]].concat(), 0, CANARY), &[removed]);
    }
    let small = [base.clone(), vec![entry(254, 4, 1, 1)]].concat();
    let second = directory(&small, 0);
    let file = tiff_of(&base, behind(base.len()), &[second.as_slice(), CANARY].concat());
    check(&file, &[Removed::FurtherPictures]);
}

#[test]
fn an_xmp_packet_tells_what_its_properties_are_about() {
    for (property, kind) in [
        ("photoshop:City", Removed::Place),
        ("xmp:CreateDate", Removed::Time),
        ("aux:SerialNumber", Removed::SerialNumber),
        ("dc:creator", Removed::Owner),
        ("Iptc4xmpExt:PersonInImage", Removed::People),
        ("dc:description", Removed::Comment),
    ] {
        let packet = format!("http://ns.adobe.com/xap/1.0/\0<rdf {property}=\"Canary-4711\"/>");
        check(&jpeg_with(&jpeg(), &[segment(0xe1, packet.as_bytes())]), &[kind, Removed::EditingHistory]);
    }
}

#[test]
fn a_file_without_metadata_lists_none() {
    for file in [jpeg(), png(), webp(), tiff(), encoded(&strip(), ImageFormat::Tiff)] {
        let seen = anonymizer::inspect(&file, &Limits::NETWORK).unwrap();
        assert!(seen.removed.is_empty(), "{:?}", seen.removed);
    }
}

#[test]
fn each_kind_has_a_text_of_its_own() {
    let texts: BTreeSet<String> = Removed::ALL.iter().map(Removed::to_string).collect();
    assert_eq!(texts.len(), Removed::ALL.len());
    assert!(Removed::ALL.iter().enumerate().all(|(code, kind)| usize::from(kind.code()) == code));
}
