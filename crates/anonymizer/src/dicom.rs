//! DICOM objects in; de-identified objects, and their frames as pixels, out.
//!
//! ```text
//! bytes ─ Object::read ─► Object { frames }      under limits: meta, class, transfer syntax, structure, then the parser
//!                            │  Frames::render    one frame as upright sRGB, under a window
//!                            │  the caller looks for faces and print, and says what to cover on each frame
//!                            └─ deidentify ─► Deidentified { bytes, left }
//! ```
//!
//! What leaves is built anew. An attribute is copied only if `tables/allowed.tsv` names it, with a value of the kind that is
//! written there, and after the action that PS3.15 Annex E (`tables/annex_e.tsv`, edition 2024e) asks of it: Basic Application
//! Level Confidentiality Profile with Clean Pixel Data, Clean Recognizable Visual Features, Retain Patient Characteristics (sex,
//! age up to 90, size, weight) and Retain Longitudinal Temporal Information Modified Dates. Everything else, known or not, stays
//! behind; pixels are always written uncompressed, so that nothing hides in a compressed stream.
//!
//! Deliberately absent: any way to keep free text, private attributes or overlays; whole slides, films, radiotherapy objects,
//! reports and documents, which are refused by name.

mod clean;
mod codec;
mod colour;
mod date;
mod deidentify;
mod error;
mod frames;
mod kind;
mod lists;
mod lookup;
mod meta;
mod object;
mod paint;
mod pseudonym;
mod rule;
mod stored;
mod value;
mod walk;
mod window;

pub use deidentify::{Deidentified, Left};
pub use error::DicomError;
pub use frames::Frames;
pub use kind::Modality;
pub use object::{Object, ObjectLimits};
pub use pseudonym::Secret;
pub use window::Window;
