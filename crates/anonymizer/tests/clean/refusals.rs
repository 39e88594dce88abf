//! What is refused, and the sentence that the person reads.

use anonymizer::{Format, IntakeError, Limits, Refused, inspect, open};
use image::DynamicImage;

use crate::{
    heic,
    writers::{
        BEHIND_IHDR, HEIGHT, WIDTH, canvas, chunk, directory, encoded, entry, grey_tags, jpeg, jpeg_with, png,
        png_header, png_with, riff, riff_chunk, segment, tiff, tiff_of, webp, webp_with, zlib,
    },
};

fn sentence(file: &[u8]) -> String {
    inspect(file, &Limits::NETWORK).unwrap_err().to_string()
}

fn check(file: &[u8], expected: &str) {
    let sentence = sentence(file);
    assert!(sentence.starts_with(expected), "`{sentence}` does not begin with `{expected}`");
}

#[test]
fn kinds_that_are_not_taken_are_named_with_what_to_do() {
    let dicom = [[0; 128].as_slice(), b"DICM\x02\0\0\0"].concat();
    for (file, expected) in [
        (b"".as_slice(), "the file is empty; choose the picture again"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "the HEIC ends too early"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "the HEIC ends too early"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "this is an AVIF picture"),
        (
            b"\0\0\0\x20ftypavif\0\0\0\0avifmif1",
            "this is an AVIF picture, which cannot be read here; save it as JPEG or PNG",
        ),
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomavc1", "this is a video, not a picture; save the frame"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "this is a video"),
        (b"\x1a\x45\xdf\xa3\x9f\x42", "this is a video"),
        (b"RIFF\x10\0\0\0AVI LIST", "this is a video"),
        (b"GIF89a\x01\0\x01\0", "this is a GIF, which is not taken; save the one frame that matters as PNG"),
        (b"GIF87a\xff\xff\xff\xff", "this is a GIF"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "this is an SVG drawing, which can carry programs"),
        (b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<SVG>", "this is an SVG drawing"),
        (b"%PDF-1.7\n", "this is a PDF document, not a picture; save the page"),
        (b"BM\x36\0\0\0\0\0", "this is a BMP picture, which is not taken; save it as PNG"),
        (&dicom, "the DICOM file is damaged: its file meta information breaks off; export it from the archive again"),
        (b"\xff\x0a\xfa\x7f", "this is a JPEG XL picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "this is a JPEG XL picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "this is a JPEG 2000 picture"),
        (b"\xff\x4f\xff\x51\0", "this is a JPEG 2000 picture"),
        (b"II\x2b\0\x08\0\0\0", "this is a BigTIFF, as slide scanners write it"),
        (b"8BPS\0\x01", "this is a Photoshop document"),
        (b"\0\0\x01\0\x01\0\x10\x10", "this is an icon file"),
        (b"PK\x03\x04\x14\0", "this is an archive or an office document; send the pictures in it one by one"),
        (b"  <!DOCTYPE html><html>", "this is a web page, not a picture"),
        (
            b"MZ\x90\0",
            "this is not a picture of a kind that is known here; send it as JPEG, HEIC, PNG, WebP, TIFF or DICOM",
        ),
        (b"{\"picture\": 1}", "this is not a picture of a kind"),
        (b"\xff\xd8", "this is not a picture of a kind"),
        (b"<xml>no picture</xml>", "this is not a picture of a kind"),
    ] {
        check(file, expected);
    }
}

fn animated_png() -> Vec<u8> {
    png_with(&png(), &[chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])])
}

/// An index of a multi-picture file with these kinds of pictures in it.
fn index(kinds: &[u32]) -> Vec<u8> {
    let list: Vec<u8> = kinds.iter().flat_map(|kind| [kind.to_le_bytes().as_slice(), &[0; 12]].concat()).collect();
    let entries = [
        entry(0xb000, 7, 4, 0x3030_3130),
        entry(0xb001, 4, 1, kinds.len() as u32),
        entry(0xb002, 7, list.len() as u32, 50),
    ];
    let index = [b"MPF\0II*\0\x08\0\0\0".as_slice(), &directory(&entries, 0), &list].concat();
    jpeg_with(&jpeg(), &[segment(0xe2, &index)])
}

#[test]
fn films_and_albums_in_the_coat_of_a_picture_are_refused() {
    let animation = "is animated; only single pictures are taken; save the frame that matters as a picture of its own";
    check(&animated_png(), &format!("this PNG {animation}"));
    check(&png_with(&png(), &[chunk(b"fcTL", &[0; 26])]), &format!("this PNG {animation}"));
    check(&webp_with(&webp(), 2, &[]), &format!("this WebP {animation}"));
    check(&webp_with(&webp(), 0, &[riff_chunk(b"ANIM", &[0; 6])]), &format!("this WebP {animation}"));
    check(&riff(&[webp()[12..].to_vec(), webp()[12..].to_vec()]), "this file holds 2 pictures of equal rank");
    check(&index(&[0x2_0002, 0x2_0002]), "this file holds 2 pictures of equal rank; send each as a file of its own");
    check(&index(&[0x2_0001, 0x2_0001, 0x2_0001]), "this file holds 3 pictures of equal rank");
}

/// A TIFF with further directories one after the other, each with such a tag.
fn tiff_with_more(tags: &[(u16, u32)]) -> Vec<u8> {
    let base = grey_tags(WIDTH, HEIGHT);
    let directory_bytes = |entries: usize| 2 + entries as u32 * 12 + 4;
    let first = 8 + WIDTH * HEIGHT;
    let mut next = first + directory_bytes(base.len());
    let file = tiff_of(&base, if tags.is_empty() { 0 } else { next }, b"");
    let further = tags.iter().enumerate().map(|(index, (tag, value))| {
        let entries = [base.clone(), vec![entry(*tag, 4, 1, *value)]].concat();
        next += directory_bytes(entries.len());
        directory(&entries, if index + 1 < tags.len() { next } else { 0 })
    });
    let further = further.collect::<Vec<_>>().concat();
    [file, further].concat()
}

#[test]
fn a_tiff_of_several_pages_is_refused_and_one_with_thumbnails_is_not() {
    let (page, small, mask, small_before) = ((254, 2), (254, 1), (254, 4), (255, 2));
    check(&tiff_with_more(&[page]), "this file holds 2 pictures of equal rank; send each as a file of its own");
    check(&tiff_with_more(&[small, (1, 0), page]), "this file holds 3 pictures of equal rank");
    let seen = inspect(&tiff_with_more(&[small, mask, small_before]), &Limits::NETWORK).unwrap();
    assert!(seen.removed.contains(&anonymizer::Removed::FurtherPictures));
    let many = "the TIFF is damaged: it has more directories than a scanner writes";
    check(&tiff_with_more(&[small; 2_001]), many);
    let base = grey_tags(WIDTH, HEIGHT);
    check(&tiff_of(&base, 8 + WIDTH * HEIGHT + 1_000, b""), "the TIFF ends too early");
    let small = [base, vec![entry(254, 4, 1, 1)]].concat();
    let itself = 8 + WIDTH * HEIGHT + 2 + (small.len() as u32 - 1) * 12 + 4;
    let circle = tiff_of(&grey_tags(WIDTH, HEIGHT), itself, &directory(&small, itself));
    check(&circle, "the TIFF is damaged: its directories lead in a circle");
}

#[test]
fn a_photograph_with_a_gain_map_of_its_own_is_taken() {
    let seen = inspect(&index(&[0x3_0000, 0]), &Limits::NETWORK).unwrap();
    assert!(seen.removed.contains(&anonymizer::Removed::FurtherPictures));
}

/// A JPEG whose frame header is replaced.
fn with_frame(marker: u8, frame: &[u8]) -> Vec<u8> {
    [b"\xff\xd8".as_slice(), &segment(marker, frame), &segment(0xda, &[1, 1, 0, 0, 63, 0]), b"\x12\x34\xff\xd9"]
        .concat()
}

fn frame(precision: u8, height: u16, width: u16, components: u8) -> Vec<u8> {
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    let list = (1..=components).flat_map(|id| [id, 0x11, 0]);
    [precision].into_iter().chain(size).chain([components]).chain(list).collect()
}

/// Files that say they are large, and what the sentence begins with.
fn large() -> Vec<(Vec<u8>, &'static str)> {
    let behind = chunk(b"IDAT", &zlib(&vec![0; 40_000]));
    let bomb = |width, height| [png_header(width, height, 1, 0).as_slice(), &behind, &chunk(b"IEND", b"")].concat();
    let tiff = tiff_of(
        &[grey_tags(WIDTH, HEIGHT)[2..].to_vec(), vec![entry(256, 4, 1, 50_000), entry(257, 4, 1, 2)]].concat(),
        0,
        b"",
    );
    let lossy = riff(&[riff_chunk(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f])]);
    vec![
        (bomb(20_000, 20_000), "picture has 400 megapixels; the limit is 100; send it in a smaller size"),
        (bomb(20_001, 1), "picture is 20001 x 1 px; the limit is 20000 px a side; send it in a smaller size"),
        (bomb(0x7fff_ffff, 0x7fff_ffff), "picture is 2147483647 x 2147483647 px"),
        (bomb(0, 5), "the picture has no pixels; choose another file"),
        (with_frame(0xc0, &frame(8, 65_535, 65_535, 3)), "picture is 65535 x 65535 px; the limit is 20000 px a side"),
        (with_frame(0xc2, &frame(8, 15_000, 15_000, 3)), "picture has 225 megapixels; the limit is 100"),
        (with_frame(0xc0, &frame(8, 0, 9, 3)), "the picture has no pixels"),
        (tiff, "picture is 50000 x 2 px"),
        (lossy, "picture has 269 megapixels"),
        (heic::sized(65_535, 65_535), "picture is 65535 x 65535 px; the limit is 20000 px a side"),
        (heic::sized(15_000, 15_000), "picture has 225 megapixels; the limit is 100"),
        (vec![0xff; (64 << 20) + 1], "picture has 65 MiB; the limit is 64 MiB; send it in a smaller size"),
    ]
}

/// Files that would unfold beside their pixels, and what the sentence begins with.
fn unfolding() -> Vec<(Vec<u8>, &'static str)> {
    let profile = [b"p\0\0".as_slice(), &zlib(&vec![0; 64 << 20])].concat();
    assert!(profile.len() < 100_000);
    let text = chunk(b"zTXt", &[0; 6 << 20]);
    let part = segment(0xe2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), &[0; 65_000]].concat());
    let [places, references] = heic::unfolding();
    vec![
        (png_with(&png(), &[chunk(b"iCCP", &profile)]), "picture carries more than 4 MiB of data beside its pixels"),
        (
            png_with(&png(), &[text.clone(), text.clone(), text]),
            "picture carries more than 16 MiB of data beside its pixels",
        ),
        (jpeg_with(&jpeg(), &vec![part; 70]), "picture carries more than 4 MiB of data"),
        (jpeg_with(&jpeg(), &vec![segment(0xe7, &[0; 65_533]); 300]), "picture carries more than 16 MiB of data"),
        (places, "the HEIC is damaged: a list of its pictures is broken off"),
        (references, "the HEIC is damaged: a list of its pictures is broken off"),
    ]
}

#[test]
fn pictures_beyond_the_limits_are_refused_by_their_headers() {
    large().iter().for_each(|(file, expected)| check(file, expected));
}

#[test]
fn bombs_in_metadata_are_refused_before_they_unfold() {
    unfolding().iter().for_each(|(file, expected)| check(file, expected));
    let unpacked = [b"p\0\0".as_slice(), &zlib(&vec![b'!'; 8 << 20])].concat();
    let hidden = png_with(&png(), &[chunk(b"zTXt", &unpacked), chunk(b"iTXt", &unpacked)]);
    inspect(&hidden, &Limits::NETWORK).expect("a text is stepped over, never unpacked");
}

#[test]
fn bombs_are_refused_before_a_decoder_sees_them() {
    // Decoders that may hold nothing refuse whatever comes to them.
    let limits = Limits { decoder_bytes_max: 0, ..Limits::NETWORK };
    for good in [jpeg(), png(), webp(), tiff()] {
        assert!(matches!(open(&good, &limits), Err(IntakeError::TooMuchMemory(_))), "{:?}", open(&good, &limits));
    }
    // That of HEIC refuses what has no pixels.
    let unread = open(&heic::without_pixels(heic::GRADIENT.to_vec()), &limits).unwrap_err().to_string();
    assert!(unread.starts_with("the HEIC is damaged: its pixels cannot be read"), "{unread}");
    for (file, expected) in large().into_iter().chain(unfolding()) {
        let file = heic::without_pixels(file);
        let sentence = open(&file, &limits).unwrap_err().to_string();
        assert!(sentence.starts_with(expected), "`{sentence}` does not begin with `{expected}`");
    }
}

#[test]
fn rare_variants_are_refused_with_a_way_out() {
    let jpeg = "the JPEG is of a rare kind that cannot be read here: ";
    let many = [jpeg_scans(65).as_slice(), b"\xff\xd9"].concat();
    let fax =
        [grey_tags(WIDTH, HEIGHT)[..3].to_vec(), vec![entry(259, 3, 1, 4)], grey_tags(WIDTH, HEIGHT)[4..].to_vec()]
            .concat();
    let float = encoded(&DynamicImage::ImageRgb32F(image::Rgb32FImage::new(40, 2)), image::ImageFormat::Tiff);
    for (file, expected) in [
        (
            with_frame(0xc9, &frame(8, 8, 8, 3)),
            format!("{jpeg}a lossless, arithmetic or hierarchical JPEG; save it as an ordinary"),
        ),
        (with_frame(0xc3, &frame(8, 8, 8, 3)), format!("{jpeg}a lossless")),
        (with_frame(0xc1, &frame(12, 8, 8, 3)), format!("{jpeg}more than 8 bits a channel")),
        (with_frame(0xc0, &frame(8, 8, 8, 2)), format!("{jpeg}neither grey nor three nor four channels")),
        (many, format!("{jpeg}more scans than any camera writes")),
        (tiff_of(&fax, 0, b""), "the TIFF is of a rare kind that cannot be read here: compressed as fax".to_owned()),
        (float, "the TIFF is of a rare kind that cannot be read here: its channels are fractions".to_owned()),
    ] {
        check(&file, &expected);
    }
}

fn jpeg_scans(scans: usize) -> Vec<u8> {
    let scan = [segment(0xda, &[1, 1, 0, 0, 63, 0]).as_slice(), b"\x12"].concat();
    [b"\xff\xd8".as_slice(), &segment(0xc2, &frame(8, 8, 8, 3)), &scan.repeat(scans)].concat()
}

#[test]
fn damaged_files_are_told_apart_from_incomplete_ones() {
    let (jpeg, png, webp, tiff) = (jpeg(), png(), webp(), tiff());
    let cut = |file: &[u8]| file[..file.len() - 1].to_vec();
    let twice = |file: &[u8], chunk: &[u8]| [&file[..BEHIND_IHDR], chunk, &file[BEHIND_IHDR..]].concat();
    let mut wrong_sum = png.clone();
    wrong_sum[BEHIND_IHDR + 12] ^= 1;
    for (file, expected) in [
        (cut(&jpeg), "the JPEG ends too early, so part of the picture is missing; send it again"),
        (cut(&png), "the PNG ends too early"),
        (cut(&webp), "the WebP ends too early"),
        (tiff[..9].to_vec(), "the TIFF is damaged: its directory lies outside the file; open it in a picture program"),
        (jpeg_with(&jpeg, &[b"\xff\xd8".to_vec()]), "the JPEG is damaged: a second picture starts within the first"),
        (jpeg_with(&jpeg, &[b"\xff\xd0".to_vec()]), "the JPEG is damaged: a marker stands where none may stand"),
        (
            jpeg_with(&jpeg, &[b"\xff\xe1\0\x01".to_vec()]),
            "the JPEG is damaged: a segment is shorter than its own length",
        ),
        ([&jpeg[..20], b"hidden", &jpeg[20..]].concat(), "the JPEG is damaged: a segment does not begin with a marker"),
        (b"\xff\xd8\xff\xd9".to_vec(), "the JPEG is damaged: it has no pixels"),
        (with_frame(0xc0, &[8, 0, 8]), "the JPEG is damaged: the frame header is cut off"),
        (jpeg_with(&jpeg, &[segment(0xc0, &frame(8, 8, 8, 3))]), "the JPEG is damaged: it has two frames"),
        (
            [b"\xff\xd8".as_slice(), &segment(0xda, &[1, 1, 0, 0, 63, 0])].concat(),
            "the JPEG is damaged: pixels come before",
        ),
        (with_frame(0xc0, &frame(8, 8, 8, 3)), "the JPEG is damaged: its pixels cannot be read"),
        (twice(&png, &png[8..BEHIND_IHDR]), "the PNG is damaged: it has two headers"),
        (twice(&png, &chunk(b"PRVT", b"")), "the PNG is damaged: it has a chunk that is needed and unknown"),
        (twice(&png, &chunk(b"a\0bc", b"")), "the PNG is damaged: a chunk has no name"),
        ([&png[..8], &png[BEHIND_IHDR..]].concat(), "the PNG is damaged: it does not begin with its header"),
        ([&png[..8], b"\xff\xff\xff\xffIHDR"].concat(), "the PNG is damaged: a chunk is longer than a chunk may be"),
        ([png_header(4, 4, 8, 2).as_slice(), &chunk(b"IEND", b"")].concat(), "the PNG is damaged: it has no pixels"),
        (wrong_sum, "the PNG is damaged: its pixels cannot be read"),
        (riff(&[]), "the WebP is damaged: it has no pixels"),
        (riff(&[canvas(0, 9, 9), webp[12..].to_vec()]), "the WebP is damaged: the picture does not fill its canvas"),
        (riff(&[riff_chunk(b"VP8L", b"\0\0\0\0\0")]), "the WebP is damaged: the header of its pixels is broken"),
        (riff(&[riff_chunk(b"VP8X", b"\0")]), "the WebP is damaged: its header is cut off"),
        (tiff_of(&grey_tags(WIDTH, HEIGHT)[1..], 0, b""), "the TIFF is damaged: it does not tell its width"),
        (
            tiff_of(&[grey_tags(WIDTH, HEIGHT), vec![entry(700, 1, 5_000, 9)]].concat(), 0, b""),
            "the TIFF ends too early",
        ),
    ] {
        check(&file, expected);
    }
}

/// One of each, for tests that need them all.
pub(crate) fn all() -> Vec<IntakeError> {
    let what = || "a test".to_owned();
    vec![
        IntakeError::Empty,
        IntakeError::TooManyBytes { bytes: 70 << 20, bytes_max: 64 << 20 },
        IntakeError::Refused(Refused::Avif),
        IntakeError::Unknown,
        IntakeError::Animated(Format::Png),
        IntakeError::SeveralPictures(2),
        IntakeError::Incomplete(Format::WebP),
        IntakeError::Damaged { format: Format::Tiff, what: what() },
        IntakeError::Unsupported { format: Format::Jpeg, what: what() },
        IntakeError::NoPixels,
        IntakeError::TooLong { width: 1, height: 2, side_px_max: 3 },
        IntakeError::TooManyPixels { pixels: 4, pixels_max: 5 },
        IntakeError::TooMuchBeside { bytes_max: 6 },
        IntakeError::TooMuchMemory(Format::Png),
    ]
}
