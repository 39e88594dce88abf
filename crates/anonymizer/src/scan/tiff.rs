//! The first directory of a TIFF (TIFF 6.0): a new one with only the tags that tell where pixels lie goes on to the decoder.
//! The bytes of the strips stay where they are. A file of several pages is refused, since all but the first would vanish
//! unseen; thumbnails and masks belong to the first and are left.

use std::collections::BTreeSet;

use crate::{
    bytes::ByteOrder,
    error::IntakeError,
    exif::{self, Directory, Entry},
    format::Format,
    limits::Limits,
    notice::Notice,
    removed::Removed,
    scan::{Ancillary, Scanned},
};

const KIND: u16 = 254;
const KIND_BEFORE: u16 = 255;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const PROFILE: u16 = 34_675;
/// Directories after which nobody counts the pages further.
const PAGES_MAX: usize = 1_000;
/// Directories of all pages with their smaller versions and masks.
const DIRECTORIES_MAX: usize = 2_000;

/// Size, depth, compression, photometry, fill order, strips, samples, planes, predictor, colour map, tiles, sample format.
const KEPT: [u16; 20] =
    [256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339, 530];

pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    let (order, first) = exif::header(bytes).ok_or(IntakeError::Incomplete(Format::Tiff))?;
    let directory = exif::directory(bytes, first, order).ok_or(damaged("its directory lies outside the file"))?;
    let mut scanned = Scanned::new(Format::Tiff);
    let number = |tag| directory.entries.iter().find(|entry| entry.tag == tag).and_then(Entry::number);
    scanned.width = number(WIDTH).ok_or(damaged("it does not tell its width"))?;
    scanned.height = number(HEIGHT).ok_or(damaged("it does not tell its height"))?;
    limits.check_size(scanned.width, scanned.height)?;
    match number(COMPRESSION).unwrap_or(1) {
        1 | 5 | 8 | 32_946 | 32_773 => {}
        _ => return Err(IntakeError::unsupported(Format::Tiff, "compressed as fax, JPEG or otherwise")),
    }
    check_extents(&directory, bytes.len(), limits)?;
    note(&mut scanned, &directory, bytes, number(PHOTOMETRIC));
    if let Some((at, len)) = extent(&directory, PROFILE) {
        if len as usize > limits.profile_bytes_max {
            return Err(IntakeError::TooMuchBeside { bytes_max: limits.profile_bytes_max });
        }
        scanned.profile = bytes.get(at as usize..at as usize + len as usize).map(<[u8]>::to_vec);
    }
    scanned.bare = with_directory(bytes, &directory, order);
    match 1 + further_pages(bytes, directory.next, order)? {
        1 => Ok(scanned),
        pages => Err(IntakeError::SeveralPictures(pages)),
    }
}

fn damaged(what: &str) -> IntakeError {
    IntakeError::damaged(Format::Tiff, what)
}

fn extent(directory: &Directory<'_>, tag: u16) -> Option<(u32, u32)> {
    directory.entries.iter().find(|entry| entry.tag == tag)?.extent()
}

/// Every value lies within the file, and those that are no pixels are within their limit together.
fn check_extents(directory: &Directory<'_>, file: usize, limits: &Limits) -> Result<(), IntakeError> {
    let mut ancillary = Ancillary::new(limits);
    for entry in &directory.entries {
        let Some((at, len)) = entry.extent() else {
            if KEPT.contains(&entry.tag) {
                return Err(damaged("a value has an unknown type"));
            }
            continue;
        };
        if len > 4 && u64::from(at) + u64::from(len) > file as u64 {
            return Err(IntakeError::Incomplete(Format::Tiff));
        }
        ancillary.add(len as usize)?;
    }
    Ok(())
}

fn note(scanned: &mut Scanned, directory: &Directory<'_>, bytes: &[u8], photometric: Option<u32>) {
    let facts = exif::read(bytes);
    scanned.orientation = facts.orientation;
    let is_small_copy = facts.removed.contains(&Removed::Thumbnail);
    scanned.removed.extend(facts.removed.into_iter().filter(|kind| *kind != Removed::Thumbnail));
    if directory.next != 0 || is_small_copy {
        scanned.removed.insert(Removed::FurtherPictures);
    }
    if photometric == Some(5) {
        scanned.notices.insert(Notice::PrintColours);
    }
}

/// How many pages stand behind the first.
fn further_pages(bytes: &[u8], first: u32, order: ByteOrder) -> Result<usize, IntakeError> {
    let (mut at, mut seen, mut pages) = (first, BTreeSet::new(), 0);
    while at != 0 && pages < PAGES_MAX {
        if !seen.insert(at) {
            return Err(damaged("its directories lead in a circle"));
        }
        if seen.len() > DIRECTORIES_MAX {
            return Err(damaged("it has more directories than a scanner writes"));
        }
        let directory = exif::directory(bytes, at, order).ok_or(IntakeError::Incomplete(Format::Tiff))?;
        pages += usize::from(!belongs_to_another(&directory));
        at = directory.next;
    }
    Ok(pages)
}

/// Whether a directory is a smaller version or the mask of another picture, by the tag for that or by the one before it.
fn belongs_to_another(directory: &Directory<'_>) -> bool {
    let number = |tag| directory.entries.iter().find(|entry| entry.tag == tag).and_then(Entry::number);
    number(KIND).map_or(number(KIND_BEFORE) == Some(2), |kind| kind & 0b101 != 0)
}

/// The file with a new directory behind it, and a header that points there; offsets of pixels stay valid.
fn with_directory(bytes: &[u8], directory: &Directory<'_>, order: ByteOrder) -> Vec<u8> {
    let kept: Vec<_> = directory.entries.iter().filter(|entry| KEPT.contains(&entry.tag)).collect();
    let mut bare = Vec::with_capacity(bytes.len() + 8 + kept.len() * 12);
    bare.extend_from_slice(bytes);
    if bare.len() % 2 == 1 {
        bare.push(0);
    }
    let at = bare.len() as u32;
    let count = kept.len() as u16;
    let (at, count) = match order {
        ByteOrder::Little => (at.to_le_bytes(), count.to_le_bytes()),
        ByteOrder::Big => (at.to_be_bytes(), count.to_be_bytes()),
    };
    if let Some(pointer) = bare.get_mut(4..8) {
        pointer.copy_from_slice(&at);
    }
    bare.extend_from_slice(&count);
    bare.extend(kept.iter().flat_map(|entry| entry.bytes));
    bare.extend_from_slice(&[0; 4]);
    bare
}
