//! DICOM objects in; de-identified objects, and their frames as pixels, out.
//!
//! ```text
//! bytes ─ Object::read ─► Object { frames }      under limits: meta, class, transfer syntax, structure, then the parser
//!                            │  Frames::render    one frame as upright sRGB, under a window
//!                            └─ deidentify ─► Deidentified { bytes, left }   the same covers on every frame
//! bytes of a peer ─ check     what a clean object may consist of, read by our own strict reader
//! ```
//!
//! What leaves is built anew. An attribute is copied only if `tables/allowed.tsv` names it, with a value of the kind that is
//! written there, and after the action that PS3.15 Annex E (`tables/annex_e.tsv`, edition 2024e) asks of it: Basic
//! Application Level Confidentiality Profile with Clean Pixel Data, Clean Recognizable Visual Features, Retain Patient
//! Characteristics (sex, age up to 90, size, weight) and Retain Longitudinal Temporal Information Modified Dates. Everything
//! else, known or not, stays behind; pixels are always written uncompressed, so that nothing hides in a compressed stream.
//!
//! Deliberately absent: any way to keep free text, private attributes or overlays; whole slides, films, radiotherapy objects,
//! reports and documents, which are refused by name.

mod check;
mod clean;
mod codec;
mod colour;
mod date;
mod deidentify;
mod error;
mod frames;
mod guard;
mod kind;
mod lists;
mod lookup;
mod meta;
mod method;
mod numbers;
mod object;
mod open;
mod paint;
mod pseudonym;
mod rule;
mod stored;
mod value;
mod walk;
mod window;

use std::fmt;

use crate::format::Format;

pub(crate) use check::{check, is_written};
pub use deidentify::{Deidentified, Left};
pub use error::DicomError;
pub use frames::Frames;
pub use kind::Modality;
pub use object::{Object, ObjectLimits};
pub use open::{Written, write};
pub(crate) use open::{is_series, open};
pub use pseudonym::Secret;
pub use window::Window;

/// What a file calls its class and itself, for an answer to its sender alone: UIDs of the original lead to the patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Called {
    /// The UID of its SOP class.
    pub class: Option<String>,
    /// Its own UID.
    pub instance: Option<String>,
}

impl Called {
    /// As the file meta information has it, which is read by hand; nothing where there is none.
    pub fn of(file: &[u8]) -> Self {
        let meta = meta::read(file).ok();
        meta.map_or(Self { class: None, instance: None }, |meta| Self { class: meta.class, instance: meta.instance })
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Called([redacted])")
    }
}

/// Whether these bytes are a DICOM file, by the letters behind its preamble. The preamble may make it a TIFF as well (PS3.10
/// section 7.1), of which only the pixels of one frame would be seen; no other picture has these letters there.
pub fn is_object(bytes: &[u8]) -> bool {
    let has_letters = bytes.get(128..134) == Some(b"DICM\x02\0");
    has_letters && matches!(Format::recognize(bytes), Err(_) | Ok(Format::Tiff))
}
