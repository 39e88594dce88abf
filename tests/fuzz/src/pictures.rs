//! What the targets of the anonymizer claim: no file makes it panic, what it lets out carries nothing, and a worker's frames
//! are read as they were written. Pictures are small here, so that a second has thousands of them; no finder looks at them.

use anonymizer::{
    Limits, MediaType, Replica,
    dicom::{Object, ObjectLimits, Secret},
    grammar, open, worker,
};

/// Small pictures, and little room for what unpacks.
const LIMITS: Limits = Limits {
    picture_bytes_max: 64 << 10,
    pixels_max: 6_400,
    side_px_max: 1_024,
    ancillary_bytes_max: 64 << 10,
    profile_bytes_max: 16 << 10,
    scans_max: 8,
    decoder_bytes_max: 8 << 20,
};

/// A file of any kind is opened or refused, and is not larger than it may be.
pub fn picture(bytes: &[u8]) {
    quietly();
    if let Ok(opened) = open(bytes, &LIMITS) {
        let (width, height) = (opened.pixels.width(), opened.pixels.height());
        assert!(u64::from(width) * u64::from(height) <= LIMITS.pixels_max && width.max(height) <= LIMITS.side_px_max);
        assert_eq!(opened.pixels.rgb().len(), width as usize * height as usize * 3);
    }
}

/// Exif, an index of further pictures and a colour profile of any bytes, in a JPEG and in a PNG.
pub fn exif(bytes: &[u8]) {
    quietly();
    let bytes = &bytes[..bytes.len().min(60_000)];
    let jpeg = [
        b"\xff\xd8".to_vec(),
        segment(0xe1, b"Exif\0\0", bytes),
        segment(0xe2, b"MPF\0", bytes),
        segment(0xed, b"Photoshop 3.0\0", bytes),
        b"\xff\xd9".to_vec(),
    ];
    assert!(open(&jpeg.concat(), &LIMITS).is_err(), "it has no pixels");
    let header = [&8_u32.to_be_bytes()[..], &8_u32.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut png = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"eXIf", bytes),
        chunk(b"iCCP", &[b"p\0\0", bytes].concat()),
        chunk(b"IEND", b""),
    ]
    .concat();
    mend_sums(&mut png);
    assert!(open(&png, &LIMITS).is_err(), "it has no pixels");
}

/// What the grammar of clean files lets through carries nothing but a picture of the size that it says.
pub fn clean(bytes: &[u8]) {
    quietly();
    let mut bytes = bytes.to_vec();
    mend_sums(&mut bytes);
    let Ok(checked) = grammar::check(&bytes, &LIMITS) else { return };
    assert!(Replica::checked(bytes.clone()).is_ok());
    let Ok(opened) = open(&bytes, &LIMITS) else { return };
    assert!(opened.removed.is_empty(), "a clean file carries {:?}", opened.removed);
    assert_eq!((opened.pixels.width(), opened.pixels.height()), (checked.width, checked.height));
}

/// An object of any bytes is read or refused; what is written of one that is read is clean; and what the grammar of clean
/// objects lets through is read as the picture that it says.
pub fn dicom(bytes: &[u8]) {
    quietly();
    let limits = ObjectLimits::of(&LIMITS);
    if let Ok(object) = Object::read(bytes, &limits) {
        let size = (object.frames().width(), object.frames().height());
        // It may have become longer than it came, unpacked and with what was done written into it.
        if let Ok(clean) = object.deidentify(&Secret::new([5; 32]), &[]) {
            match grammar::check(&clean.bytes, &Limits::NETWORK) {
                Ok(checked) => assert_eq!((checked.media_type, (checked.width, checked.height)), (MediaType::Dicom, size)),
                Err(refused) => panic!("what was written is refused: {refused}"),
            }
        }
    }
    let Ok(checked) = grammar::check(bytes, &LIMITS) else { return };
    if checked.media_type == MediaType::Dicom {
        let object = Object::read(bytes, &limits).expect("what is clean is read");
        let shown = object.frames().render(0, None).expect("it has a frame");
        assert_eq!((shown.width(), shown.height()), (checked.width, checked.height));
    }
}

/// Requests to a worker and its answers.
pub fn frames(bytes: &[u8]) {
    if let Ok(Some(request)) = worker::read_request(&mut &*bytes) {
        let mut written = Vec::new();
        worker::write_request(&mut written, &request).expect("a vector takes all");
        assert_eq!(worker::read_request(&mut written.as_slice()).expect("it was read before"), Some(request));
    }
    let _ = worker::read_ready(&mut &*bytes);
    if let Ok(Ok(opened)) = worker::read_decoded(&mut &*bytes, &LIMITS) {
        let (width, height) = (opened.pixels.width(), opened.pixels.height());
        assert!(u64::from(width) * u64::from(height) <= LIMITS.pixels_max);
    }
    let _ = worker::read_written(&mut &*bytes, &LIMITS);
    let _ = worker::read_looked(&mut &*bytes, &LIMITS, &mut |_| ());
}

/// A decoder that panics makes the file a damaged one, which is as it should be; the fuzzer would end at the first. A panic
/// that nothing catches still ends it: of a claim of this file, or of the anonymizer's own code, and these say so.
fn quietly() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let is_ours = |file: &str| file == file!() || file.contains("crates/anonymizer/");
            if panic.location().is_some_and(|location| is_ours(location.file())) {
                eprintln!("{panic}");
            }
        }));
    });
}

fn segment(marker: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let len = (name.len() + data.len() + 2) as u16;
    [&[0xff, marker], &len.to_be_bytes()[..], name, data].concat()
}

/// A PNG chunk without its sum.
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes()[..], name, data, &[0; 4]].concat()
}

/// Gives every chunk of a PNG the sum that it should have: what is bent by chance would never get past it.
fn mend_sums(png: &mut [u8]) {
    let mut at = 8;
    while let Some(head) = png.get(at..at + 8) {
        let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let end = at + 8 + len;
        if png.len() < end + 4 {
            return;
        }
        let sum = !png[at + 4..end].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
        });
        png[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}
