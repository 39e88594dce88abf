//! HEIF files with HEVC pictures, as phones write them (HEIC; ISO/IEC 23008-12): sizes are checked, and what the file carries
//! beside its picture is told. The bytes stay where they are, since the decoder reads only the picture and its transparency.
//! A file of several pictures of equal rank is refused, since all but the first would vanish unseen.

mod boxes;

use std::collections::BTreeSet;

use crate::{
    bytes::{ByteOrder, u16_at, u32_at},
    error::IntakeError,
    exif,
    format::Format,
    limits::Limits,
    notice::Notice,
    removed::Removed,
    scan::{Ancillary, Scanned},
    xmp,
};

use boxes::Meta;

/// Kinds of items that are pictures.
const PICTURES: [&[u8; 4]; 6] = [b"hvc1", b"grid", b"iovl", b"iden", b"av01", b"jpeg"];

/// Bytes of the name of an auxiliary picture's kind, of which the longest known has 48.
const AUXILIARY_NAME_BYTES: usize = 256;

pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    let mut scanned = Scanned::new(Format::Heic);
    let mut ancillary = Ancillary::new(limits);
    let (meta, end) = top(bytes, &mut scanned, &mut ancillary)?;
    let primary = meta.primary.ok_or(damaged("it does not tell which of its pictures is the first"))?;
    if !meta.is_whole(bytes) {
        return Err(IntakeError::Incomplete(Format::Heic));
    }
    let kind = meta.items.get(&primary).map(|item| item.kind).unwrap_or_default();
    if !matches!(&kind, b"hvc1" | b"grid" | b"iovl" | b"iden") {
        return Err(IntakeError::unsupported(Format::Heic, "its picture is coded otherwise than as HEVC"));
    }
    match 1 + equal_pictures(&meta, primary) {
        1 => {}
        pictures => return Err(IntakeError::SeveralPictures(pictures)),
    }
    for (_, property) in meta.properties.iter().filter(|(kind, _)| kind == b"ispe") {
        let side = |at| u32_at(property, at, ByteOrder::Big).ok_or(damaged("the size of a picture is cut off"));
        limits.check_size(side(4)?, side(8)?)?;
    }
    note_properties(&mut scanned, &meta, primary, limits)?;
    note_items(&mut scanned, &meta, bytes, &mut ancillary)?;
    scanned.bare = bytes.get(..end).unwrap_or_default().to_vec();
    Ok(scanned)
}

fn damaged(what: &str) -> IntakeError {
    IntakeError::damaged(Format::Heic, what)
}

/// Walks over the outermost boxes, and says where the last ends that a decoder needs. What stands behind them, or breaks off
/// behind the picture, is behind the end.
fn top<'a>(
    bytes: &'a [u8],
    scanned: &mut Scanned,
    ancillary: &mut Ancillary,
) -> Result<(Meta<'a>, usize), IntakeError> {
    let (mut rest, mut meta, mut end) = (bytes, None, 0);
    while let Some((kind, inside)) = boxes::first(&mut rest) {
        match &kind {
            b"ftyp" | b"mdat" => end = bytes.len() - rest.len(),
            b"meta" if meta.is_none() => {
                meta = Some(Meta::read(inside).ok_or(damaged("a list of its pictures is broken off"))?);
                end = bytes.len() - rest.len();
            }
            b"moov" | b"mpvd" => {
                scanned.removed.insert(Removed::Film);
            }
            _ => {
                ancillary.add(inside.len())?;
                scanned.removed.insert(Removed::ProgramData);
            }
        }
    }
    match meta {
        Some(meta) => {
            scanned.leave_behind(rest);
            Ok((meta, end))
        }
        None if scanned.removed.contains(&Removed::Film) => Err(IntakeError::Animated(Format::Heic)),
        None => Err(IntakeError::Incomplete(Format::Heic)),
    }
}

/// How many pictures are neither the first nor belong to another: no part, no small copy, no map, no other form of it.
fn equal_pictures(meta: &Meta<'_>, primary: u32) -> usize {
    let mut belonging = BTreeSet::new();
    for reference in &meta.references {
        match &reference.kind {
            b"dimg" => belonging.extend(&reference.to),
            b"thmb" | b"auxl" | b"base" | b"prem" => drop(belonging.insert(&reference.from)),
            _ => {}
        }
    }
    let has_forms = meta.alternatives.contains(&primary);
    let is_form = |id: &u32| has_forms && meta.alternatives.contains(id);
    let is_equal = |id: &u32, item: &boxes::Item<'_>| {
        PICTURES.contains(&&item.kind) && !item.is_hidden && *id != primary && !belonging.contains(id) && !is_form(id)
    };
    meta.items.iter().filter(|(id, item)| is_equal(id, item)).count()
}

/// How the picture is turned, how deep its colours are, and which profile they have.
fn note_properties(scanned: &mut Scanned, meta: &Meta<'_>, primary: u32, limits: &Limits) -> Result<(), IntakeError> {
    for (kind, property) in meta.properties_of(primary) {
        match (&kind, property) {
            (b"irot", [quarters, ..]) if quarters & 3 != 0 => drop(scanned.notices.insert(Notice::Turned)),
            (b"imir", _) => drop(scanned.notices.insert(Notice::Turned)),
            (b"colr", [b'p' | b'r', b'r' | b'I', b'o' | b'C', b'f' | b'C', profile @ ..]) => {
                if profile.len() > limits.profile_bytes_max {
                    return Err(IntakeError::TooMuchBeside { bytes_max: limits.profile_bytes_max });
                }
                scanned.removed.insert(Removed::ColourProfile);
                scanned.profile.get_or_insert_with(|| profile.to_vec());
            }
            (b"colr", [b'n', b'c', b'l', b'x', coded @ ..]) if !is_srgb(coded) => {
                scanned.notices.insert(Notice::ColoursMayDiffer);
            }
            (b"pixi", [_, _, _, _, _, bits @ ..]) if bits.iter().any(|bits| *bits > 8) => {
                scanned.notices.insert(Notice::DepthReduced);
            }
            (b"udes", _) => drop(scanned.removed.insert(Removed::Comment)),
            (b"crtt" | b"mdft", _) => drop(scanned.removed.insert(Removed::Time)),
            _ => {}
        }
    }
    if scanned.profile.is_some() {
        scanned.notices.remove(&Notice::ColoursMayDiffer);
    }
    Ok(())
}

/// Whether code points (ITU-T H.273) name the primaries of sRGB or none, with a curve like that of sRGB.
fn is_srgb(coded: &[u8]) -> bool {
    let [primaries, curve] = [0, 2].map(|at| u16_at(coded, at, ByteOrder::Big));
    matches!(primaries, Some(1 | 2 | 5 | 6)) && matches!(curve, Some(1 | 2 | 6 | 13))
}

/// Whether an auxiliary picture is the transparency of another.
fn is_alpha(meta: &Meta<'_>, item: u32) -> bool {
    meta.properties_of(item).filter(|(kind, _)| kind == b"auxC").any(|(_, name)| {
        let name = name.get(..AUXILIARY_NAME_BYTES).unwrap_or(name);
        name.windows(5).any(|word| word == b"alpha")
    })
}

/// Texts, facts, small copies and maps.
fn note_items(
    scanned: &mut Scanned,
    meta: &Meta<'_>,
    bytes: &[u8],
    ancillary: &mut Ancillary,
) -> Result<(), IntakeError> {
    for (id, item) in &meta.items {
        let data = meta.bytes_of(*id, bytes);
        if PICTURES.contains(&&item.kind) {
            continue;
        }
        // Before anybody goes through it: all items may stand at the same place.
        ancillary.add(data.len())?;
        match &item.kind {
            b"Exif" => {
                // Four bytes tell how many more stand before the TIFF structure.
                let skip = u32_at(data, 0, ByteOrder::Big).unwrap_or(0) as usize;
                let told = exif::read(data.get(4..).and_then(|rest| rest.get(skip..)).unwrap_or_default());
                scanned.removed.extend(told.removed.into_iter().chain([Removed::Camera]));
            }
            b"mime" if item.content == b"application/rdf+xml" => scanned.removed.extend(xmp::read(data)),
            b"tmap" => drop(scanned.removed.insert(Removed::FurtherPictures)),
            _ => drop(scanned.removed.insert(Removed::ProgramData)),
        }
    }
    if meta.references.iter().any(|reference| &reference.kind == b"thmb") {
        scanned.removed.insert(Removed::Thumbnail);
    }
    let auxiliary = meta.references.iter().filter(|reference| &reference.kind == b"auxl");
    let auxiliary: BTreeSet<u32> = auxiliary.map(|reference| reference.from).collect();
    if !auxiliary.iter().all(|item| is_alpha(meta, *item)) {
        scanned.removed.insert(Removed::FurtherPictures);
    }
    if meta.others > 0 {
        ancillary.add(meta.others)?;
        scanned.removed.insert(Removed::ProgramData);
    }
    Ok(())
}
