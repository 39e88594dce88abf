//! PNG chunks (W3C PNG, third edition): header, palette, transparency and pixels are copied, everything else stays behind.

use miniz_oxide::inflate;

use crate::{
    bytes::{ByteOrder, u32_at},
    error::IntakeError,
    exif,
    format::Format,
    limits::Limits,
    notice::Notice,
    removed::Removed,
    scan::{Ancillary, Scanned},
    xmp,
};

const SIGNATURE: usize = 8;

pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    let mut scanned = Scanned::new(Format::Png);
    scanned.bare = Vec::with_capacity(bytes.len());
    scanned.bare.extend_from_slice(bytes.get(..SIGNATURE).unwrap_or_default());
    let mut ancillary = Ancillary::new(limits);
    let mut at = SIGNATURE;
    let mut has_pixels = false;
    loop {
        let chunk = Chunk::at(bytes, at)?;
        at += chunk.whole.len();
        let is_first = scanned.width == 0;
        match &chunk.name {
            b"IHDR" if is_first => header(&mut scanned, chunk.data, limits)?,
            b"IHDR" => return Err(damaged("it has two headers")),
            b"CgBI" if is_first => {
                return Err(IntakeError::unsupported(Format::Png, "packed for the programs of a phone"));
            }
            _ if is_first => return Err(damaged("it does not begin with its header")),
            b"acTL" | b"fcTL" | b"fdAT" => return Err(IntakeError::Animated(Format::Png)),
            b"PLTE" | b"tRNS" => {}
            b"IDAT" => has_pixels = true,
            b"IEND" => {
                scanned.bare.extend_from_slice(chunk.whole);
                break;
            }
            name => {
                if name[0].is_ascii_uppercase() {
                    return Err(damaged("it has a chunk that is needed and unknown"));
                }
                ancillary.add(chunk.data.len())?;
                leave(&mut scanned, name, chunk.data, limits)?;
                continue;
            }
        }
        scanned.bare.extend_from_slice(chunk.whole);
    }
    if !has_pixels {
        return Err(damaged("it has no pixels"));
    }
    scanned.leave_behind(bytes.get(at..).unwrap_or_default());
    Ok(scanned)
}

fn damaged(what: &str) -> IntakeError {
    IntakeError::damaged(Format::Png, what)
}

struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn at(bytes: &'a [u8], at: usize) -> Result<Self, IntakeError> {
        let incomplete = IntakeError::Incomplete(Format::Png);
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(len) = u32_at(rest, 0, ByteOrder::Big) else { return Err(incomplete) };
        if len > 0x7fff_ffff {
            return Err(damaged("a chunk is longer than a chunk may be"));
        }
        let len = len as usize;
        let Some((whole, name)) = rest.get(..len + 12).zip(rest.get(4..8)) else { return Err(incomplete) };
        let name: [u8; 4] = name.try_into().unwrap_or_default();
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(damaged("a chunk has no name"));
        }
        Ok(Self { name, data: whole.get(8..len + 8).unwrap_or_default(), whole })
    }
}

fn header(scanned: &mut Scanned, data: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    let [w0, w1, w2, w3, h0, h1, h2, h3, ..] = *data else {
        return Err(damaged("its header is cut off"));
    };
    scanned.width = u32::from_be_bytes([w0, w1, w2, w3]);
    scanned.height = u32::from_be_bytes([h0, h1, h2, h3]);
    limits.check_size(scanned.width, scanned.height)
}

/// An ancillary chunk: noted, not copied. Only the colour profile is unpacked, and only up to its limit.
fn leave(scanned: &mut Scanned, name: &[u8; 4], data: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    match name {
        b"eXIf" => scanned.add_exif(exif::read(data)),
        b"iCCP" => {
            scanned.removed.insert(Removed::ColourProfile);
            scanned.profile = Some(unpack_profile(data, limits)?);
        }
        b"tEXt" | b"zTXt" | b"iTXt" => match data.starts_with(b"XML:com.adobe.xmp\0") {
            true => scanned.removed.extend(xmp::read(data)),
            false => drop(scanned.removed.insert(text_kind(data))),
        },
        b"tIME" => {
            scanned.removed.insert(Removed::Time);
        }
        b"cICP" if data != [1, 13, 0, 1] => {
            scanned.notices.insert(Notice::ColoursMayDiffer);
        }
        b"cICP" | b"gAMA" | b"cHRM" | b"sRGB" | b"sBIT" | b"bKGD" | b"hIST" | b"pHYs" | b"mDCV" | b"cLLI" => {}
        _ => {
            scanned.removed.insert(Removed::ProgramData);
        }
    }
    Ok(())
}

/// What the keyword of a text tells; programs pack captions and the like into texts of their own.
fn text_kind(data: &[u8]) -> Removed {
    let keyword = data.split(|byte| *byte == 0).next().unwrap_or_default();
    match keyword.to_ascii_lowercase().as_slice() {
        b"author" | b"artist" | b"copyright" => Removed::Owner,
        b"creation time" | b"create-date" | b"modify-date" => Removed::Time,
        b"software" | b"source" | b"make" | b"model" => Removed::Camera,
        b"raw profile type iptc" | b"raw profile type 8bim" => Removed::Caption,
        name if name.starts_with(b"raw profile type") => Removed::ProgramData,
        _ => Removed::Comment,
    }
}

/// An empty profile for one that cannot be unpacked: the person is then told that colours may differ.
fn unpack_profile(data: &[u8], limits: &Limits) -> Result<Vec<u8>, IntakeError> {
    let packed = data.iter().position(|byte| *byte == 0).and_then(|end| data.get(end + 2..)).unwrap_or_default();
    match inflate::decompress_to_vec_zlib_with_limit(packed, limits.profile_bytes_max) {
        Ok(profile) => Ok(profile),
        Err(error) if error.status == inflate::TINFLStatus::HasMoreOutput => {
            Err(IntakeError::TooMuchBeside { bytes_max: limits.profile_bytes_max })
        }
        Err(_) => Ok(Vec::new()),
    }
}
