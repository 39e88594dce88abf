//! An object as the rest of the crate takes pictures: a view of it as pixels, and the object itself as it would leave.

use std::collections::BTreeSet;

use crate::{
    cover::Cover,
    decode::Opened,
    dicom::{
        deidentify::{Deidentified, Left},
        error::DicomError,
        frames::Frames,
        object::{Object, ObjectLimits},
        pseudonym::Secret,
        window::Window,
    },
    error::IntakeError,
    limits::Limits,
    removed::Removed,
    view::{Series, View},
};

/// An object as it would leave. Nobody has looked at it again yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The new file.
    pub file: Vec<u8>,
    /// The first picture of it, and what the object said beside its pixels.
    pub opened: Opened,
}

impl ObjectLimits {
    /// What an object may be where a picture may be so large: it leaves unpacked, with its attributes before it.
    pub fn of(limits: &Limits) -> Self {
        Self {
            object_bytes_max: limits.picture_bytes_max,
            pixel_bytes_max: limits.picture_bytes_max - limits.picture_bytes_max / 64,
            frame: *limits,
            ..Self::NETWORK
        }
    }
}

impl Left {
    /// The same, as it is said of every file.
    fn removed(&self) -> BTreeSet<Removed> {
        let kinds = [
            (self.identifying, Removed::Identity),
            (self.private, Removed::PrivateAttributes),
            (self.overlays, Removed::Overlay),
            (self.icons, Removed::Thumbnail),
            (self.not_needed + self.values, Removed::OtherAttributes),
        ];
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(_, kind)| kind).collect()
    }
}

/// One view of an object.
pub(crate) fn open(file: &[u8], view: View, limits: &Limits) -> Result<Opened, IntakeError> {
    let object = Object::read(file, &ObjectLimits::of(limits))?;
    opened(object.frames(), view, &object.left())
}

/// Writes an object as it would leave, the same covers on every frame.
///
/// # Errors
/// In words for the person who sent the object.
pub fn write(file: &[u8], secret: &Secret, covers: &[Cover], limits: &Limits) -> Result<Written, IntakeError> {
    let object = Object::read(file, &ObjectLimits::of(limits))?;
    let Deidentified { bytes, frames, left } = object.deidentify(secret, covers)?;
    let bytes_max = limits.picture_bytes_max;
    if bytes.len() > bytes_max {
        return Err(DicomError::TooManyBytes { bytes: bytes.len(), bytes_max }.into());
    }
    Ok(Written { opened: opened(&frames, View::FIRST, &left)?, file: bytes })
}

fn opened(frames: &Frames, view: View, left: &Left) -> Result<Opened, IntakeError> {
    let windows = frames.windows(view.frame);
    let pixels = frames.render(view.frame, windows.get(view.window as usize))?;
    let names = windows.iter().map(|window| window.name().to_owned()).collect();
    let series = Series { frames: frames.count(), windows: names };
    Ok(Opened { pixels, removed: left.removed(), notices: BTreeSet::new(), series })
}

/// Whether a series could be that of an object within the limits; its names end up on pages.
pub(crate) fn is_series(series: &Series, limits: &Limits) -> bool {
    (1..=limits.picture_bytes_max).contains(&(series.frames as usize))
        && series.windows.len() <= Window::NAMES_MAX
        && series.windows.iter().all(|name| Window::is_name(name))
}
