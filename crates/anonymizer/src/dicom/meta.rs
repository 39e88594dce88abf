//! The file meta information of PS3.10 section 7.1: where it ends, and the transfer syntax of what follows.
//!
//! Read by hand, since it must be bounded before any parser sees a byte. Nothing of it is ever written again.

use crate::dicom::error::DicomError;

const PREAMBLE_BYTES: usize = 128;
/// Attributes of the group; the standard knows some twenty.
const ELEMENTS_MAX: usize = 64;

/// Where the data set begins and how it is written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meta<'a> {
    pub(crate) transfer_syntax: String,
    /// Class and instance, as far as the group names them in the form of UIDs.
    pub(crate) class: Option<String>,
    pub(crate) instance: Option<String>,
    pub(crate) data_set: &'a [u8],
}

/// Splits a file into meta information and data set.
pub(crate) fn read(file: &[u8]) -> Result<Meta<'_>, DicomError> {
    if file.get(PREAMBLE_BYTES..PREAMBLE_BYTES + 4) != Some(b"DICM") {
        return Err(DicomError::NotDicom);
    }
    let mut rest = file.get(PREAMBLE_BYTES + 4..).unwrap_or_default();
    let (mut transfer_syntax, mut class, mut instance) = (None, None, None);
    for _ in 0..ELEMENTS_MAX {
        if rest.get(..2) != Some(&[2, 0]) {
            break;
        }
        let (element, value, behind) =
            element(rest).ok_or(DicomError::damaged("its file meta information breaks off"))?;
        match element {
            0x0002 => class = uid(value),
            0x0003 => instance = uid(value),
            0x0010 => {
                let uid = String::from_utf8_lossy(value);
                transfer_syntax = Some(uid.trim_end_matches(['\0', ' ']).to_owned());
            }
            _ => {}
        }
        rest = behind;
    }
    let transfer_syntax = transfer_syntax.ok_or(DicomError::damaged("it does not say its transfer syntax"))?;
    Ok(Meta { transfer_syntax, class, instance, data_set: rest })
}

/// A UID (PS3.5 section 9.1), if it is one.
fn uid(value: &[u8]) -> Option<String> {
    let text = str::from_utf8(value).ok()?.trim_end_matches(['\0', ' ']);
    let is_uid = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_uid.then(|| text.to_owned())
}

/// Element number, value, and what follows, of an element in Explicit VR Little Endian (PS3.5 section 7.1.2).
fn element(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let number = u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]);
    let long = matches!(
        bytes.get(4..6)?,
        b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" | b"SQ" | b"UC" | b"UN" | b"UR" | b"UT"
    );
    let (start, length): (usize, usize) = if long {
        let length = bytes.get(8..12)?;
        (12, u32::from_le_bytes(length.try_into().ok()?) as usize)
    } else {
        (8, usize::from(u16::from_le_bytes([*bytes.get(6)?, *bytes.get(7)?])))
    };
    let end = start.checked_add(length)?;
    Some((number, bytes.get(start..end)?, bytes.get(end..)?))
}
