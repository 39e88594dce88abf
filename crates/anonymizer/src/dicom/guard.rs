//! Calls into code of others, of which no bytes may make this program panic. Our own code is never called behind it, so that a
//! panic of ours is seen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::dicom::error::DicomError;

/// What code of others gives; where it panics, the file is a damaged one.
pub(crate) fn guarded<Read>(read: impl FnOnce() -> Result<Read, DicomError>) -> Result<Read, DicomError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(DicomError::damaged("its contents cannot be read")))
}
