//! Canaries: words that are planted in a photograph wherever a file can carry words, pieces of its own bytes, and the search
//! for any of them.

use std::collections::HashMap;

/// Where a photograph carries words besides its pixels. The name of its file is one more.
const CARRIERS: [&str; 7] = ["exif", "xmp", "iptc", "comment", "thumbnail", "trailing", "filename"];

/// Whoever kept twice as many bytes in a row of a picture as these kept one of the pieces whole.
const PIECE_BYTES: usize = 32;
/// A piece with fewer different bytes may stand in any picture that is even somewhere.
const DIFFERENT_BYTES_MIN: usize = 12;

/// What is looked for, and what it is called in a message.
pub(crate) struct Canaries {
    names: Vec<String>,
    needles: Vec<Vec<u8>>,
    /// By their first two bytes.
    starts: HashMap<[u8; 2], Vec<usize>>,
    is_start: Vec<bool>,
}

/// The word in a carrier. It has small letters only, so that an index would keep it whole.
pub(crate) fn word(carrier: &str, mark: &str) -> String {
    assert!(CARRIERS.contains(&carrier) && mark.bytes().all(|byte| byte.is_ascii_lowercase()));
    format!("{carrier}canary{mark}")
}

impl Canaries {
    /// A single word.
    pub(crate) fn word(word: &str) -> Self {
        Self::of(vec![(word.to_owned(), word.as_bytes().to_vec())])
    }

    /// The words that a mark makes of all carriers.
    pub(crate) fn words(mark: &str) -> Self {
        let words = CARRIERS.map(|carrier| word(carrier, mark));
        Self::of(words.into_iter().map(|word| (word.clone(), word.into_bytes())).collect())
    }

    /// Pieces of the bytes in which a JPEG codes its pixels.
    pub(crate) fn pieces(jpeg: &[u8]) -> Self {
        let begin = coded_from(jpeg);
        let pieces = jpeg[begin..].chunks_exact(PIECE_BYTES).enumerate().filter(|(_, piece)| {
            let mut different = piece.to_vec();
            different.sort_unstable();
            different.dedup();
            different.len() >= DIFFERENT_BYTES_MIN
        });
        let named = pieces.map(|(at, piece)| (format!("bytes from {}", begin + at * PIECE_BYTES), piece.to_vec()));
        Self::of(named.collect())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.needles.len()
    }

    /// Which of them stand in some bytes; letters in either case.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = self.found_exactly_in(bytes);
        found.extend(self.found_exactly_in(&bytes.to_ascii_lowercase()));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Bytes of any kind, by their names.
    pub(crate) fn of(named: Vec<(String, Vec<u8>)>) -> Self {
        let (names, needles): (Vec<String>, Vec<Vec<u8>>) = named.into_iter().unzip();
        let mut starts: HashMap<[u8; 2], Vec<usize>> = HashMap::new();
        let mut is_start = vec![false; 1 << 16];
        for (number, needle) in needles.iter().enumerate() {
            let start = [needle[0], needle[1]];
            starts.entry(start).or_default().push(number);
            is_start[usize::from(u16::from_be_bytes(start))] = true;
        }
        Self { names, needles, starts, is_start }
    }

    fn found_exactly_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, pair) in bytes.array_windows::<2>().enumerate() {
            if self.is_start[usize::from(u16::from_be_bytes(*pair))] {
                let is_there = |number: &&usize| bytes[at..].starts_with(&self.needles[**number]);
                found.extend(self.starts[pair].iter().filter(is_there).map(|number| self.names[*number].as_str()));
            }
        }
        found
    }
}

/// A photograph that says a word in every carrier that a JPEG has.
pub(crate) fn planted(jpeg: &[u8], thumbnail: &[u8], mark: &str) -> Vec<u8> {
    let said = |carrier: &str| word(carrier, mark).into_bytes();
    let thumbnail = with_segments(thumbnail, &[segment(0xfe, &said("thumbnail"))]);
    let exif = [b"Exif\0\0".as_slice(), &exif(&said("exif"), &thumbnail)].concat();
    let xmp = format!("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><creator>{}</creator></x:xmpmeta>", word("xmp", mark));
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), xmp.as_bytes()].concat();
    let segments = [segment(0xe1, &exif), segment(0xe1, &xmp), segment(0xed, &iptc(&said("iptc")))];
    let comment = [segment(0xfe, &said("comment"))];
    [with_segments(jpeg, &[segments.as_slice(), &comment].concat()), said("trailing")].concat()
}

/// Behind the header of the first scan (ITU-T T.81, B.2.3).
fn coded_from(jpeg: &[u8]) -> usize {
    let mut at = 2;
    loop {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let is_scan = jpeg[at..].starts_with(&[0xff, 0xda]);
        at += 2 + length;
        if is_scan {
            return at;
        }
    }
}

/// Segments right behind the start of a JPEG.
fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap();
    [&[0xff, marker], length.to_be_bytes().as_slice(), data].concat()
}

/// A caption (IPTC 2:120) as a Photoshop resource.
fn iptc(text: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| u16::try_from(bytes).unwrap().to_be_bytes();
    let caption = [&[0x1c, 2, 120], length(text.len()).as_slice(), text].concat();
    let padding = vec![0; caption.len() % 2];
    [b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0".as_slice(), &length(caption.len()), &caption, &padding].concat()
}

/// Exif with a description, an artist, a comment of the user, a place, and a picture in small (CIPA DC-008).
fn exif(text: &[u8], thumbnail: &[u8]) -> Vec<u8> {
    const MAIN_AT: usize = 8;
    let directory_bytes = |entries: usize| 2 + entries * 12 + 4;
    let number = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    let entry = |tag: u16, kind: u16, count: usize, value: usize| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &number(count), &number(value)].concat()
    };
    let directory = |entries: &[Vec<u8>], next: usize| {
        let count = u16::try_from(entries.len()).unwrap();
        [&count.to_le_bytes()[..], &entries.concat(), &number(next)].concat()
    };
    let text_at = MAIN_AT + directory_bytes(4);
    let detail_at = text_at + text.len();
    let place_at = detail_at + directory_bytes(1);
    let small_at = place_at + directory_bytes(1);
    let thumbnail_at = small_at + directory_bytes(2);
    let say = |tag: u16, kind: u16| entry(tag, kind, text.len(), text_at);
    let main = [say(0x010e, 2), say(0x013b, 2), entry(0x8769, 4, 1, detail_at), entry(0x8825, 4, 1, place_at)];
    let small = [entry(0x0201, 4, 1, thumbnail_at), entry(0x0202, 4, 1, thumbnail.len())];
    [
        b"II*\0\x08\0\0\0".as_slice(),
        &directory(&main, small_at),
        text,
        &directory(&[say(0x9286, 7)], 0),
        &directory(&[say(0x001c, 7)], 0),
        &directory(&small, 0),
        thumbnail,
    ]
    .concat()
}
