//! A file as it is read, by what stands in it and not by its name; and why one is not taken.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
};

use anonymizer::{Format, IntakeError, Limits, Refused, ReleaseError, dicom::is_object};
use rustix::fs::OFlags;

use super::walk::Meant;
use crate::{
    app::{AppError, Unusable},
    sentences::Sentences,
    web::refused::beside_the_field,
    worker::PoolError,
};

/// So much tells of which kind a file is, however large it is.
const HEAD_BYTES: u64 = 4096;

/// Why a file is not taken.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It is no picture, and nobody said that it was.
    NoPicture,
    /// It is a DICOM object with more frames and windows than anybody looks at on a sheet.
    TooManyViews { views: usize, views_max: usize },
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is none that can be decoded and looked at.
    Picture(PoolError),
    /// No file could be written of it.
    Release(ReleaseError),
    /// Each time that the finders looked at what was written, they saw more.
    StillThere(usize),
}

/// Reads a file, of one that is no picture no more than its head.
pub(super) fn read(meant: &Meant) -> Result<Vec<u8>, NotTaken> {
    let (mut file, size) = open(meant).map_err(NotTaken::Unreadable)?;
    let mut bytes = Vec::new();
    let limit = Limits::NETWORK.picture_bytes_max;
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes).map_err(NotTaken::Unreadable)?;
    match Format::recognize(&bytes) {
        _ if is_object(&bytes) => {}
        Ok(_) => {}
        Err(refused) if !meant.is_named && is_no_picture(&refused) => return Err(NotTaken::NoPicture),
        Err(refused) => return Err(NotTaken::Picture(refused.into())),
    }
    // One more than the limit is too many, and no more of it is read.
    let rest = (limit as u64 + 1).saturating_sub(bytes.len() as u64);
    file.take(rest).read_to_end(&mut bytes).map_err(NotTaken::Unreadable)?;
    match bytes.len() > limit {
        false => Ok(bytes),
        true => {
            let bytes = usize::try_from(size).unwrap_or(usize::MAX).max(bytes.len());
            Err(NotTaken::Picture(IntakeError::TooManyBytes { bytes, bytes_max: limit }.into()))
        }
    }
}

/// Opens a file and tells how large it is. What stands there instead of it since the walk, a link or a pipe, is not opened.
fn open(meant: &Meant) -> io::Result<(File, u64)> {
    let mut flags = OFlags::NONBLOCK;
    if !meant.is_named {
        flags |= OFlags::NOFOLLOW;
    }
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(&meant.path)?;
    let found = file.metadata()?;
    match found.is_file() {
        true => Ok((file, found.len())),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file any more")),
    }
}

/// Of no kind that holds a picture by itself.
fn is_no_picture(refused: &IntakeError) -> bool {
    matches!(refused, IntakeError::Unknown | IntakeError::Empty)
        || matches!(refused, IntakeError::Refused(Refused::Archive | Refused::Html))
}

impl NotTaken {
    /// Why, in a sentence for the operator.
    pub(super) fn sentence(&self) -> String {
        let t = Sentences::english();
        let error: AppError = match self {
            Self::NoPicture => return t.get("anonymize-no-picture"),
            Self::TooManyViews { views, views_max } => {
                let (views, views_max) = (views.to_string(), views_max.to_string());
                return t.with2("anonymize-too-many-views", "count", views, "limit", views_max);
            }
            Self::Unreadable(error) => return t.with("anonymize-unreadable", "why", error.to_string()),
            Self::StillThere(count) => return t.with("anonymize-still-there", "count", count.to_string()),
            Self::Picture(PoolError::Intake(error)) => Unusable::Picture(error.clone()).into(),
            Self::Picture(PoolError::Unreadable) => Unusable::PictureUnreadable.into(),
            Self::Picture(PoolError::Late(patience)) => Unusable::PictureLate(*patience).into(),
            Self::Picture(error) => return error.to_string(),
            Self::Release(error) => Unusable::Release(error.clone()).into(),
        };
        beside_the_field(error).unwrap_or_else(|_| t.get("error-500"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(bytes: &[u8], is_named: bool) -> Result<Vec<u8>, NotTaken> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        read(&Meant { path: file.path().to_owned(), is_named })
    }

    #[test]
    fn a_file_is_judged_by_what_stands_in_it() {
        let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &vec![7; 10_000]].concat();
        assert_eq!(read_as(&jpeg, false).unwrap(), jpeg, "to its end");
        let dicom = [&[0; 128][..], b"DICM\x02\0", &[0; 500]].concat();
        assert_eq!(read_as(&dicom, false).unwrap(), dicom);
        for (bytes, is_named, says) in [
            (&b"Dear colleague"[..], false, "no picture"),
            (b"", false, "no picture"),
            (b"PK\x03\x04", false, "no picture"),
            (b"Dear colleague", true, "send it as JPEG"),
            (b"", true, "The file is empty"),
            (b"%PDF-1.7", false, "PDF document"),
        ] {
            let said = read_as(bytes, is_named).unwrap_err().sentence();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_picture_beyond_the_limit_is_told_with_its_size() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
        file.as_file().set_len(90 << 20).unwrap();
        let said = read(&Meant { path: file.path().to_owned(), is_named: false }).unwrap_err().sentence();
        assert!(said.contains("The picture has 90 MiB; the limit is 64 MiB"), "{said}");
    }

    #[test]
    fn what_became_a_link_or_a_folder_since_the_walk_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, [0xff, 0xd8, 0xff, 0xe0]).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for path in [link, folder.path().to_owned()] {
            let refused = read(&Meant { path, is_named: false }).unwrap_err();
            assert!(matches!(refused, NotTaken::Unreadable(_)), "{refused:?}");
        }
    }
}
