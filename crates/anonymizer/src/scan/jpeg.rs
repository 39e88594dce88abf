//! JPEG segments (ISO/IEC 10918-1 annex B): the tables, frame and scans are copied, everything else stays behind.

use crate::{
    bytes::{ByteOrder, u16_at, u32_at},
    error::IntakeError,
    exif,
    format::Format,
    iptc,
    limits::Limits,
    notice::Notice,
    removed::Removed,
    scan::{Ancillary, Scanned},
    xmp,
};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const PROFILE_MARK: &[u8] = b"ICC_PROFILE\0";

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    ancillary: Ancillary,
    scanned: Scanned,
    /// Parts of the colour profile with their numbers.
    profile: Vec<(u8, &'a [u8])>,
    scans: usize,
}

pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    let mut walk = Walk {
        bytes,
        at: 2,
        limits,
        ancillary: Ancillary::new(limits),
        scanned: Scanned::new(Format::Jpeg),
        profile: Vec::new(),
        scans: 0,
    };
    walk.scanned.bare = Vec::with_capacity(bytes.len());
    walk.scanned.bare.extend_from_slice(&[0xff, SOI]);
    while walk.step()? {}
    walk.finish()
}

fn damaged(what: &str) -> IntakeError {
    IntakeError::damaged(Format::Jpeg, what)
}

impl<'a> Walk<'a> {
    /// Takes one segment; false at the end of the picture.
    fn step(&mut self) -> Result<bool, IntakeError> {
        let marker = self.marker()?;
        match marker {
            EOI => {
                self.scanned.bare.extend_from_slice(&[0xff, EOI]);
                return Ok(false);
            }
            SOI => return Err(damaged("a second picture starts within the first")),
            0 | 1 | 0xd0..=0xd7 => return Err(damaged("a marker stands where none may stand")),
            _ => {}
        }
        let segment = self.segment()?;
        match marker {
            0xc0..=0xc2 => {
                self.frame(segment)?;
                self.keep(marker, segment);
            }
            0xc4 | 0xdb | 0xdd => self.keep(marker, segment),
            SOS => {
                self.keep(marker, segment);
                self.entropy()?;
            }
            0xe0..=0xef | 0xfe => self.leave(marker, segment)?,
            _ => return Err(IntakeError::unsupported(Format::Jpeg, "a lossless, arithmetic or hierarchical JPEG")),
        }
        Ok(true)
    }

    fn marker(&mut self) -> Result<u8, IntakeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
        match (fill, rest.get(fill)) {
            (_, None) => Err(IntakeError::Incomplete(Format::Jpeg)),
            (0, Some(_)) => Err(damaged("a segment does not begin with a marker")),
            (_, Some(marker)) => {
                self.at += fill + 1;
                Ok(*marker)
            }
        }
    }

    /// The contents of the segment whose length stands at the current place.
    fn segment(&mut self) -> Result<&'a [u8], IntakeError> {
        let len = u16_at(self.bytes, self.at, ByteOrder::Big).ok_or(IntakeError::Incomplete(Format::Jpeg))?;
        if len < 2 {
            return Err(damaged("a segment is shorter than its own length"));
        }
        let end = self.at + usize::from(len);
        let segment = self.bytes.get(self.at + 2..end).ok_or(IntakeError::Incomplete(Format::Jpeg))?;
        self.at = end;
        Ok(segment)
    }

    fn keep(&mut self, marker: u8, segment: &[u8]) {
        let len = segment.len() as u16 + 2;
        self.scanned.bare.extend_from_slice(&[0xff, marker]);
        self.scanned.bare.extend_from_slice(&len.to_be_bytes());
        self.scanned.bare.extend_from_slice(segment);
    }

    /// A start of frame: precision, height, width, components.
    fn frame(&mut self, segment: &[u8]) -> Result<(), IntakeError> {
        let [precision, high, low, wide, narrow, components, ..] = *segment else {
            return Err(damaged("the frame header is cut off"));
        };
        if self.scanned.width != 0 {
            return Err(damaged("it has two frames"));
        }
        if precision != 8 {
            return Err(IntakeError::unsupported(Format::Jpeg, "more than 8 bits a channel"));
        }
        self.scanned.height = u32::from(u16::from_be_bytes([high, low]));
        self.scanned.width = u32::from(u16::from_be_bytes([wide, narrow]));
        self.limits.check_size(self.scanned.width, self.scanned.height)?;
        match components {
            1 | 3 => {}
            4 => {
                self.scanned.notices.insert(Notice::PrintColours);
            }
            _ => return Err(IntakeError::unsupported(Format::Jpeg, "neither grey nor three nor four channels")),
        }
        Ok(())
    }

    /// Copies entropy-coded data up to the next marker that is neither a stuffed zero nor a restart.
    fn entropy(&mut self) -> Result<(), IntakeError> {
        if self.scanned.width == 0 {
            return Err(damaged("pixels come before the frame header"));
        }
        self.scans += 1;
        if self.scans > self.limits.scans_max {
            return Err(IntakeError::unsupported(Format::Jpeg, "more scans than any camera writes"));
        }
        let start = self.at;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(mark) = rest.iter().position(|byte| *byte == 0xff) else {
                return Err(IntakeError::Incomplete(Format::Jpeg));
            };
            match rest.get(mark + 1) {
                None => return Err(IntakeError::Incomplete(Format::Jpeg)),
                Some(0 | 0xd0..=0xd7) => self.at += mark + 2,
                Some(0xff) => self.at += mark + 1,
                Some(_) => {
                    self.at += mark;
                    break;
                }
            }
        }
        let data = self.bytes.get(start..self.at).unwrap_or_default();
        self.scanned.bare.extend_from_slice(data);
        Ok(())
    }

    /// An application segment or a comment: noted, not copied; but decoders need to know of JFIF and of Adobe's colours.
    fn leave(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), IntakeError> {
        self.ancillary.add(segment.len())?;
        match (marker, segment) {
            (0xe0, [b'J', b'F', b'I', b'F', 0, rest @ ..]) => {
                if rest.len() > 9 {
                    self.scanned.removed.insert(Removed::Thumbnail);
                }
                self.keep(marker, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
            }
            (0xe0, [b'J', b'F', b'X', b'X', ..]) => {
                self.scanned.removed.insert(Removed::Thumbnail);
            }
            (0xe1, [b'E', b'x', b'i', b'f', 0, _, ..]) => self.scanned.add_exif(exif::read(segment)),
            (0xe1, _) if segment.starts_with(b"http://ns.adobe.com/x") => {
                self.scanned.removed.extend(xmp::read(segment));
            }
            (0xe2, _) if segment.starts_with(PROFILE_MARK) => self.profile_part(segment)?,
            (0xe2, [b'M', b'P', b'F', 0, index @ ..]) => self.further_pictures(index)?,
            (0xed, _) => self.scanned.removed.extend(iptc::resources(segment)),
            (0xee, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                self.keep(marker, &[b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, *transform]);
            }
            (0xfe, _) => {
                self.scanned.removed.insert(Removed::Comment);
            }
            _ => {
                self.scanned.removed.insert(Removed::ProgramData);
            }
        }
        Ok(())
    }

    fn profile_part(&mut self, segment: &'a [u8]) -> Result<(), IntakeError> {
        self.scanned.removed.insert(Removed::ColourProfile);
        let [number, _count, part @ ..] = segment.get(PROFILE_MARK.len()..).unwrap_or_default() else { return Ok(()) };
        let held: usize = self.profile.iter().map(|(_, part)| part.len()).sum();
        if held + part.len() > self.limits.profile_bytes_max {
            return Err(IntakeError::TooMuchBeside { bytes_max: self.limits.profile_bytes_max });
        }
        self.profile.push((*number, part));
        Ok(())
    }

    /// The index of a multi-picture file (CIPA DC-007). Views of equal rank (panorama, stereo, several angles) are
    /// refused, since one of them would vanish unseen; thumbnails, gain and depth maps belong to the first and are left.
    fn further_pictures(&mut self, index: &[u8]) -> Result<(), IntakeError> {
        self.scanned.removed.insert(Removed::FurtherPictures);
        let equals = equal_views(index).unwrap_or(0);
        if equals > 0 { Err(IntakeError::SeveralPictures(equals)) } else { Ok(()) }
    }

    fn finish(mut self) -> Result<Scanned, IntakeError> {
        if self.scans == 0 {
            return Err(damaged("it has no pixels"));
        }
        self.scanned.leave_behind(self.bytes.get(self.at..).unwrap_or_default());
        if !self.profile.is_empty() {
            self.profile.sort_by_key(|(number, _)| *number);
            self.scanned.profile = Some(self.profile.iter().flat_map(|(_, part)| part.iter().copied()).collect());
        }
        Ok(self.scanned)
    }
}

/// How many entries of a multi-picture index are views of equal rank.
fn equal_views(index: &[u8]) -> Option<usize> {
    let (order, first) = exif::header(index)?;
    let directory = exif::directory(index, first, order)?;
    let list = directory.entries.iter().find(|entry| entry.tag == 0xb002)?;
    let (at, len) = list.extent()?;
    let list = index.get(at as usize..(at as usize).checked_add(len as usize)?)?;
    let is_view = |entry: &[u8]| u32_at(entry, 0, order).is_some_and(|kind| (kind >> 16) & 0xff == 2);
    Some(list.chunks_exact(16).filter(|entry| is_view(entry)).count())
}
