//! RIFF chunks of WebP (RFC 9649): the still picture and its transparency are copied, everything else stays behind.

use crate::{
    bytes::{ByteOrder, u16_at, u32_at},
    error::IntakeError,
    exif,
    format::Format,
    limits::Limits,
    removed::Removed,
    scan::{Ancillary, Scanned},
    xmp,
};

/// `RIFF`, a length, `WEBP`.
const PREFIX: usize = 12;

const HAS_ALPHA: u8 = 0x10;
const IS_ANIMATED: u8 = 0x02;

pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    let mut scanned = Scanned::new(Format::WebP);
    let mut ancillary = Ancillary::new(limits);
    let riff = u32_at(bytes, 4, ByteOrder::Little).unwrap_or(0) as usize;
    let end = riff.saturating_add(8);
    let body = bytes.get(PREFIX..end).ok_or(IntakeError::Incomplete(Format::WebP))?;
    let mut kept = Kept::default();
    let mut at = 0;
    while at < body.len() {
        let name = body.get(at..at + 4).ok_or(damaged("a chunk has no name"))?;
        let len = u32_at(body, at + 4, ByteOrder::Little).ok_or(damaged("a chunk has no length"))? as usize;
        let data = at.checked_add(8).and_then(|from| body.get(from..from.checked_add(len)?));
        let data = data.ok_or(IntakeError::Incomplete(Format::WebP))?;
        at += 8 + len + (len & 1);
        match name {
            b"ANIM" | b"ANMF" => return Err(IntakeError::Animated(Format::WebP)),
            b"VP8X" => kept.canvas = Some(canvas(data)?),
            b"ALPH" => kept.alpha = Some(data),
            b"VP8 " => kept.picture(*b"VP8 ", data, lossy_size(data))?,
            b"VP8L" => kept.picture(*b"VP8L", data, lossless_size(data))?,
            _ => {
                ancillary.add(len)?;
                leave(&mut scanned, name, data, limits)?;
            }
        }
    }
    scanned.leave_behind(bytes.get(end..).unwrap_or_default());
    kept.finish(scanned, limits)
}

fn damaged(what: &str) -> IntakeError {
    IntakeError::damaged(Format::WebP, what)
}

struct Canvas {
    has_alpha: bool,
    width: u32,
    height: u32,
}

/// The chunk that holds the pixels.
struct Bitstream<'a> {
    name: [u8; 4],
    data: &'a [u8],
    width: u32,
    height: u32,
}

/// What goes on to the decoder.
#[derive(Default)]
struct Kept<'a> {
    canvas: Option<Canvas>,
    alpha: Option<&'a [u8]>,
    picture: Option<Bitstream<'a>>,
}

impl<'a> Kept<'a> {
    fn picture(&mut self, name: [u8; 4], data: &'a [u8], size: Option<(u32, u32)>) -> Result<(), IntakeError> {
        if self.picture.is_some() {
            return Err(IntakeError::SeveralPictures(2));
        }
        let (width, height) = size.ok_or(damaged("the header of its pixels is broken"))?;
        self.picture = Some(Bitstream { name, data, width, height });
        Ok(())
    }

    fn finish(self, mut scanned: Scanned, limits: &Limits) -> Result<Scanned, IntakeError> {
        let Bitstream { name, data, width, height } = self.picture.ok_or(damaged("it has no pixels"))?;
        limits.check_size(width, height)?;
        (scanned.width, scanned.height) = (width, height);
        let mut body = b"WEBP".to_vec();
        if let Some(canvas) = self.canvas {
            if (canvas.width, canvas.height) != (width, height) {
                return Err(damaged("the picture does not fill its canvas"));
            }
            let mut header = [0; 10];
            if canvas.has_alpha {
                header[0] = HAS_ALPHA;
            }
            header[4..7].copy_from_slice(&(width - 1).to_le_bytes()[..3]);
            header[7..].copy_from_slice(&(height - 1).to_le_bytes()[..3]);
            put(&mut body, b"VP8X", &header);
            if let Some(alpha) = self.alpha {
                put(&mut body, b"ALPH", alpha);
            }
        }
        put(&mut body, &name, data);
        scanned.bare.extend_from_slice(b"RIFF");
        scanned.bare.extend_from_slice(&(body.len() as u32).to_le_bytes());
        scanned.bare.append(&mut body);
        Ok(scanned)
    }
}

fn put(body: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    body.extend_from_slice(name);
    body.extend_from_slice(&(data.len() as u32).to_le_bytes());
    body.extend_from_slice(data);
    if data.len() % 2 == 1 {
        body.push(0);
    }
}

fn canvas(data: &[u8]) -> Result<Canvas, IntakeError> {
    let [flags, _, _, _, w0, w1, w2, h0, h1, h2, ..] = *data else {
        return Err(damaged("its header is cut off"));
    };
    if flags & IS_ANIMATED != 0 {
        return Err(IntakeError::Animated(Format::WebP));
    }
    Ok(Canvas {
        has_alpha: flags & HAS_ALPHA != 0,
        width: u32::from_le_bytes([w0, w1, w2, 0]) + 1,
        height: u32::from_le_bytes([h0, h1, h2, 0]) + 1,
    })
}

fn lossy_size(data: &[u8]) -> Option<(u32, u32)> {
    if data.get(3..6)? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let side = |at| u16_at(data, at, ByteOrder::Little).map(|side| u32::from(side & 0x3fff));
    Some((side(6)?, side(8)?))
}

fn lossless_size(data: &[u8]) -> Option<(u32, u32)> {
    let packed = u32_at(data, 1, ByteOrder::Little)?;
    (data.first() == Some(&0x2f)).then_some(((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1))
}

fn leave(scanned: &mut Scanned, name: &[u8], data: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    match name {
        b"ICCP" => {
            scanned.removed.insert(Removed::ColourProfile);
            if data.len() > limits.profile_bytes_max {
                return Err(IntakeError::TooMuchBeside { bytes_max: limits.profile_bytes_max });
            }
            scanned.profile = Some(data.to_vec());
        }
        b"EXIF" => scanned.add_exif(exif::read(data)),
        b"XMP " => scanned.removed.extend(xmp::read(data)),
        _ => {
            scanned.removed.insert(Removed::ProgramData);
        }
    }
    Ok(())
}
