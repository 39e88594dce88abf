//! A photograph or a DICOM image in; findings, covers and clean bytes out.
//!
//! The question this crate answers: *may this picture leave the hospital, and as which bytes?* It is a set of functions
//! over bytes: no files, no clock, no randomness, no processes, no runtime.
//!
//! ```text
//! bytes ─ inspect ─► Inspection { pixels, findings, searched, doubts, removed, notices }
//!                        │   format   by its first bytes: JPEG, HEIC, PNG, still WebP, TIFF
//!                        │   scan     our own walk, before any decoder: limits, metadata listed and left behind
//!                        │   decode   8-bit sRGB, over white, upright
//!                        │   look     faces, print, codes: proposals, in steps; "nothing found" is never a pass
//!          a person adds, moves, removes covers, and confirms by name
//!                        ▼
//! prepare(inspection, covers, confirmation) ─► Candidate, a file that nobody has yet
//!                        │   look_at  the finders look again, at the file as it was written
//!                        ▼
//! Candidate::release(looked) ─► Released { picture: CleanImage, preview: CleanImage }
//! Unsigned::cover(opened, covers) ─► Unsigned, for the screen of whoever holds the original; no store takes it
//! a peer's bytes ─ Replica::checked ─► Replica
//! a DICOM image ─ dicom::write ─► a de-identified object, covered in every frame ─ prepare_object ─► Candidate
//! ```
//!
//! [`Candidate::release`] is the only maker of [`CleanImage`], and [`Replica::checked`] of [`Replica`]: what a store takes is
//! one of the two. [`worker`] lets [`open()`] and [`look_at()`] run in a process of their own. [`words::check`] marks what
//! identifies in free text.
//!
//! Deliberately absent: blurring and mosaics, which can be undone; any way to keep metadata; recognition of who a face
//! belongs to.

mod bytes;
mod codes;
mod colour;
mod confirmation;
mod cover;
mod days;
mod decode;
pub mod dicom;
mod encode;
mod error;
mod exif;
mod faces;
mod finding;
mod format;
pub mod grammar;
mod inspect;
mod iptc;
mod limits;
mod look;
mod manifest;
mod mask;
mod notice;
mod orientation;
mod patch;
mod pixels;
mod preview;
mod print;
mod pyramid;
mod region;
mod release;
mod removed;
mod replica;
mod scan;
mod unsigned;
mod view;
mod warm;
pub mod words;
pub mod worker;
mod xmp;

pub use confirmation::{Concern, Confirmation, Dismissal, DismissalReason};
pub use cover::{
    BRUSH_ROWS_MAX, COVER_RGB, COVERS_MAX, Cover, CoverError, PLACE_PX_MAX, POINTS_MAX, POINTS_TOTAL_MAX, Point,
    RADIUS_PX_MAX, check_covers,
};
pub use decode::{Opened, open, open_view};
pub use error::IntakeError;
pub use finding::{Doubt, Finder, Finding, FindingKind, Print, Search, Searched, Sureness, Voice};
pub use format::{Format, MediaType, Refused};
pub use grammar::GrammarError;
pub use inspect::{Inspection, inspect};
pub use limits::Limits;
pub use look::{Looked, Sight, Stage, look, look_at};
pub use manifest::{CoverRecord, FinderRecord, Manifest, Origin};
pub use notice::Notice;
pub use pixels::Pixels;
pub use preview::{PREVIEW_BYTES_MAX, PREVIEW_PX_MAX};
pub use print::{Capture, find_print};
pub use pyramid::is_looked_at_smaller;
pub use region::Region;
pub use release::{Candidate, CleanImage, ReleaseError, Released, prepare, prepare_object, release};
pub use removed::Removed;
pub use replica::Replica;
pub use unsigned::{Unsigned, in_small};
pub use view::{Series, View};
pub use warm::{ModelError, warm};
