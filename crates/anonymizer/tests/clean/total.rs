//! No bytes make the doors panic: cut, bent, glued together or drawn at random, each gives a result or an error.

use anonymizer::{Limits, Replica, grammar, open, worker};
use proptest::{collection::vec, prelude::*};

use crate::writers::{
    HEIGHT, WIDTH, chunk, encoded, exif, jpeg, jpeg_with, png, png_with, riff_chunk, segment, strip, tiff, webp,
    webp_with, zlib,
};

fn small_files() -> Vec<Vec<u8>> {
    let exif = exif(6, b"canary", &jpeg()[..40]);
    let progressive = {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 50);
        encoder.set_progressive(true);
        encoder.encode(strip().as_bytes(), WIDTH as u16, HEIGHT as u16, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    vec![
        jpeg_with(&jpeg(), &[segment(0xe1, &[b"Exif\0\0".as_slice(), &exif].concat())]),
        progressive,
        png_with(
            &png(),
            &[chunk(b"eXIf", &exif), chunk(b"iCCP", &[b"p\0\0".as_slice(), &zlib(b"no profile")].concat())],
        ),
        webp_with(&webp(), 8, &[riff_chunk(b"EXIF", &exif)]),
        tiff(),
        encoded(&strip(), image::ImageFormat::Tiff),
    ]
}

/// No more pixels than the small files have: a bent one shall not become a picture that takes long to decode.
const LIMITS: Limits = Limits { pixels_max: (WIDTH * HEIGHT) as u64, ..Limits::NETWORK };

/// Every door.
fn try_all(bytes: &[u8]) {
    let _ = open(bytes, &LIMITS);
    let _ = grammar::check(bytes, &Limits::NETWORK);
    let _ = worker::read_decoded(&mut &*bytes, &Limits::NETWORK);
    let _ = worker::read_looked(&mut &*bytes, &Limits::NETWORK, &mut |_| ());
    let _ = worker::read_request(&mut &*bytes);
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read() {
    for file in small_files() {
        assert!(open(&file, &Limits::NETWORK).is_ok());
        for end in 0..file.len() {
            try_all(&file[..end]);
        }
    }
}

#[test]
fn a_file_bent_anywhere_is_refused_or_read() {
    for file in small_files() {
        for at in 0..file.len() {
            for bend in [0xff, 0x01, 0x80] {
                let mut bent = file.clone();
                bent[at] ^= bend;
                try_all(&bent);
            }
        }
    }
}

#[test]
fn a_file_glued_to_another_gives_only_the_first_picture() {
    for first in small_files() {
        for second in small_files() {
            let glued = [first.as_slice(), &second].concat();
            let (alone, both) = (open(&first, &Limits::NETWORK).unwrap(), open(&glued, &Limits::NETWORK));
            assert_eq!(both.unwrap().pixels, alone.pixels);
            assert!(Replica::checked(glued).is_err());
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_behind_any_signature_are_refused_or_read(
        signature in prop::sample::select(vec![
            b"\xff\xd8\xff".as_slice(), b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"II*\0", b"MM\0*", b"",
            b"\xff\xd8\xff\xe2\0\x30MPF\0II*\0", b"\xff\xd8\xff\xe1\0\x40Exif\0\0MM\0*\0\0\0\x08",
        ]),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        try_all(&[signature, &bytes].concat());
    }
}
