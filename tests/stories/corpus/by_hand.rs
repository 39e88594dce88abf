//! Words where no program puts them on request: segments and chunks of makers, small copies in headers, an index of further
//! pictures, films behind the end, gaps that nothing points to.

use anonymizer::Removed;
use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib};

use super::{Bench, Planted, word};

/// A file made of a base and a word.
type Make = fn(base: &[u8], word: &[u8]) -> Vec<u8>;

const JPEG: [(&str, Removed, Make); 17] = [
    ("a small copy in the JFIF header", Removed::Thumbnail, |base, word| {
        let copy = [b"JFIF\0\x01\x02\0\0\x01\0\x01\x03\x01", word].concat();
        [&base[..2], &segment(0xe0, &copy), &base[20..]].concat()
    }),
    ("a small copy in a JFXX segment", Removed::Thumbnail, |base, word| with(base, 0xe0, b"JFXX\0\x10", word)),
    ("a segment of an unknown kind", Removed::ProgramData, |base, word| with(base, 0xe9, b"", word)),
    ("a segment of Meta", Removed::ProgramData, |base, word| with(base, 0xe3, b"Meta\0\0II*\0", word)),
    ("a segment of HDR", Removed::ProgramData, |base, word| with(base, 0xeb, b"HDR_RI ver=11\n", word)),
    ("a manifest of provenance", Removed::ProgramData, |base, word| with(base, 0xeb, b"JP\0\0\0\0\0\x01jumb", word)),
    ("a segment of FlashPix", Removed::ProgramData, |base, word| with(base, 0xe2, b"FPXR\0", word)),
    ("Exif of another name", Removed::ProgramData, |base, word| with(base, 0xe1, b"EXIF\0\0", word)),
    ("behind the colours of Adobe", Removed::ProgramData, |base, word| {
        with(&with(base, 0xee, b"Adobe\0\x64\0\0\0\0\x01", word), 0xef, b"", word)
    }),
    ("Photoshop's small copy", Removed::Thumbnail, |base, word| {
        let resource = [b"8BIM\x04\x0c\0\0\0\0\0\x0a", word].concat();
        with(base, 0xed, b"Photoshop 3.0\0", &resource)
    }),
    ("an index of further pictures", Removed::FurtherPictures, |base, word| with(base, 0xe2, b"MPF\0MM\0*", word)),
    ("a comment between two tables", Removed::Comment, |base, word| {
        let table = base.windows(2).position(|pair| pair == [0xff, 0xc4]).unwrap();
        [&base[..table], &segment(0xfe, word), &base[table..]].concat()
    }),
    ("behind the end", Removed::BehindTheEnd, |base, word| [base, word].concat()),
    ("a film behind the end", Removed::Film, |base, word| {
        [base, b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x20mdat", word].concat()
    }),
    ("a phone's list behind the end", Removed::BehindTheEnd, |base, word| {
        [base, b"\0\0\x30\x0a", word, b"SEFH\x6b\0\0\0SEFT"].concat()
    }),
    ("a second picture behind the end", Removed::FurtherPictures, |base, word| {
        [base, &with(base, 0xfe, b"", word)].concat()
    }),
    ("an archive behind the end", Removed::BehindTheEnd, |base, word| [base, b"PK\x03\x04", word].concat()),
];

const PNG: [(&str, Removed, Make); 11] = [
    ("a chunk of a maker", Removed::ProgramData, |base, word| chunked(base, b"prVt", word)),
    ("a manifest of provenance", Removed::ProgramData, |base, word| chunked(base, b"caBX", word)),
    ("a signature", Removed::ProgramData, |base, word| chunked(base, b"dSIG", word)),
    ("a text of GIF", Removed::ProgramData, |base, word| chunked(base, b"gIFt", word)),
    ("the name of a scale", Removed::ProgramData, |base, word| {
        chunked(base, b"pCAL", &[word, b"\0\0\0\0\0\0\0\0\x01\0\x02mm\x001\x002"].concat())
    }),
    ("the name of a palette", Removed::ProgramData, |base, word| {
        chunked(base, b"sPLT", &[word, b"\0\x08\x01\x02\x03\xff\0\x01"].concat())
    }),
    ("a time that is none", Removed::Time, |base, word| chunked(base, b"tIME", word)),
    ("a colour profile's name", Removed::ColourProfile, |base, word| {
        chunked(base, b"iCCP", &[word, b"\0\0", &compress_to_vec_zlib(b"none", 6)].concat())
    }),
    ("behind the end", Removed::BehindTheEnd, |base, word| [base, word].concat()),
    ("a second picture behind the end", Removed::BehindTheEnd, |base, word| {
        [base, &chunked(base, b"tEXt", &[b"Title\0", word].concat())].concat()
    }),
    ("between pixels and end", Removed::Comment, |base, word| {
        let end = base.len() - 12;
        [&base[..end], &chunk(b"tEXt", &[b"Title\0", word].concat()), &base[end..]].concat()
    }),
];

const WEBP: [(&str, Removed, Make); 4] = [
    ("a chunk of a maker", Removed::ProgramData, |base, word| riffed(base, b"prvt", word)),
    ("XMP without its flag", Removed::EditingHistory, |base, word| riffed(base, b"XMP ", word)),
    ("behind the end", Removed::BehindTheEnd, |base, word| [base, word].concat()),
    ("a film behind the end", Removed::Film, |base, word| [base, b"\0\0\0\x10ftypisom", word].concat()),
];

const HEIC: [(&str, Removed, Make); 3] = [
    ("a box of a maker", Removed::ProgramData, |base, word| boxed(base, b"uuid", word)),
    ("a film", Removed::Film, |base, word| boxed(base, b"mpvd", &[b"\0\0\0\x10ftypmp42\0\0\0\0", word].concat())),
    ("behind the end", Removed::BehindTheEnd, |base, word| [base, word].concat()),
];

/// Where nothing is left behind that could be told of: inside what is kept, and where no structure leads.
const UNTOLD: [(&str, &str, Make); 4] = [
    ("png", "behind the last line of the pixels", |base, word| {
        let at = base.windows(4).position(|name| name == b"IDAT").unwrap();
        let len = u32::from_be_bytes(base[at - 4..at].try_into().unwrap()) as usize;
        let lines = decompress_to_vec_zlib(&base[at + 4..at + 4 + len]).unwrap();
        let more = compress_to_vec_zlib(&[&lines, word].concat(), 0);
        [&base[..at - 4], &chunk(b"IDAT", &more), &base[at + 4 + len + 4..]].concat()
    }),
    ("webp", "behind the pixels in their own chunk", |base, word| {
        let len = u32::from_le_bytes(base[16..20].try_into().unwrap()) as usize;
        riff(&[&b"VP8 "[..], &((len + word.len()) as u32).to_le_bytes(), &base[20..20 + len], word].concat())
    }),
    ("tif", "where nothing points to", |base, word| [base, word].concat()),
    ("tif", "in the gap before the directory", |base, word| {
        let at = u32::from_le_bytes(base[4..8].try_into().unwrap()) as usize;
        let moved = base[at..].to_vec();
        let gap = word.len().next_multiple_of(2);
        // Values that stand behind the directory would move too; those of a small picture before it do not.
        let head = [&base[..4], &((base.len() + gap) as u32).to_le_bytes(), &base[8..]].concat();
        [head, word.to_vec(), vec![0; gap - word.len()], moved].concat()
    }),
];

/// Every carrier of this module.
pub(crate) fn plant(bench: &Bench, planted: &mut Vec<Planted>) {
    let told = [("jpg", &JPEG[..]), ("png", &PNG[..]), ("webp", &WEBP[..]), ("heic", &HEIC[..])].into_iter();
    let told =
        told.flat_map(|(kind, makes)| makes.iter().map(move |(name, told, make)| (kind, *name, Some(*told), *make)));
    let untold = UNTOLD.into_iter().map(|(kind, name, make)| (kind, name, None, make));
    for (kind, name, told, make) in told.chain(untold) {
        let word = word(planted.len());
        let bytes = make(&bench.read(&format!("base.{kind}")), word.as_bytes());
        planted.push(Planted { name: format!("{kind}: {name}, by hand"), word, bytes, told });
    }
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], len.as_slice(), data].concat()
}

/// A JPEG with one more segment behind its start.
fn with(base: &[u8], marker: u8, name: &[u8], word: &[u8]) -> Vec<u8> {
    [&base[..2], &segment(marker, &[name, word].concat()), &base[2..]].concat()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let sum = !named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    });
    [&u32::try_from(data.len()).unwrap().to_be_bytes(), named.as_slice(), &sum.to_be_bytes()].concat()
}

/// A PNG with one more chunk behind its header.
fn chunked(base: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    const BEHIND_HEADER: usize = 8 + 25;
    [&base[..BEHIND_HEADER], &chunk(name, data), &base[BEHIND_HEADER..]].concat()
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    let padding = vec![0; chunks.len() % 2];
    let len = u32::try_from(4 + chunks.len() + padding.len()).unwrap();
    [b"RIFF", len.to_le_bytes().as_slice(), b"WEBP", chunks, &padding].concat()
}

/// A WebP with one more chunk behind its pixels.
fn riffed(base: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    riff(&[&base[12..], name, &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat())
}

/// A HEIC with one more box behind its own.
fn boxed(base: &[u8], kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    [base, &u32::try_from(inside.len() + 8).unwrap().to_be_bytes(), kind, inside].concat()
}
